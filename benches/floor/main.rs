//! What the job cannot do without, and how long one core needs for that alone: reading every byte, SHA-256 of what is
//! read and written, HMAC-SHA-256 of every number and record, and zstd of what is written. `cargo bench --bench floor`.
//!
//! `UDPEG_BENCH_ADULTS` says how many adults the invented municipality has, 30,000 where nothing is said; with
//! `UDPEG_BENCH_JSON` the measurements are written to that file too.

#[path = "../data.rs"]
mod data;

use data::{Municipality, municipality};
use parquet::file::reader::{FileReader, SerializedFileReader};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;
use udpeg::extract::{Field, RowReader};
use udpeg::identity::{CprCell, CprNumber, CprReader, Pseudonymiser};
use udpeg::programme::Department;

/// Each piece is measured so often; the fastest counts.
const RUNS: usize = 3;

/// Numbers and records that are hashed together: about as many as a run does.
const BLOCK: usize = 8192;

/// One thing that has to be done.
struct Piece {
    name: &'static str,
    seconds: f64,
    amount: u64,
    unit: &'static str,
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let municipality = municipality();
    let read = inputs(municipality);
    let mut hashed = read.clone();
    let written = written(&municipality.period());
    hashed.extend(written.iter().cloned());
    let pieces = [reading(&read), hashing(&hashed), pseudonyms(municipality), compressing(&written)];
    println!("{} adults, {} rows, one core", data::adults(), municipality.rows);
    for Piece { name, seconds, amount, unit } in &pieces {
        println!("{name:24} {seconds:8.3} s  {amount:14} {unit}");
    }
    if let Some(file) = std::env::var_os("UDPEG_BENCH_JSON") {
        std::fs::write(file, json(municipality, &pieces)).expect("the file can be written");
    }
    data::remove();
}

fn json(municipality: &Municipality, pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| {
        serde_json::json!({
            "name": piece.name, "seconds": piece.seconds, "amount": piece.amount, "unit": piece.unit,
        })
    };
    let pieces: Vec<_> = pieces.iter().map(piece).collect();
    serde_json::json!({ "adults": data::adults(), "rows": municipality.rows, "pieces": pieces }).to_string()
}

/// The fastest of several times, in seconds.
fn fastest<T>(work: impl Fn() -> T) -> f64 {
    let time = |_| {
        let began = Instant::now();
        std::hint::black_box(work());
        began.elapsed().as_secs_f64()
    };
    (0..RUNS).map(time).fold(f64::INFINITY, f64::min)
}

fn inputs(municipality: &Municipality) -> Vec<PathBuf> {
    let file = |department: &Department| extract_of(municipality, department);
    municipality.programme.departments.iter().map(file).collect()
}

fn extract_of(municipality: &Municipality, department: &Department) -> PathBuf {
    municipality.folder.join(format!("{}.csv", department.id))
}

/// All Parquet files below a folder.
fn written(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files.extend(written(&path));
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            files.push(path);
        }
    }
    files
}

/// Reads files block by block and gives each block to `take`; gives the number of bytes.
fn blocks(files: &[PathBuf], mut take: impl FnMut(&[u8])) -> u64 {
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    for file in files {
        let mut file = File::open(file).expect("the file is there");
        loop {
            let read = file.read(&mut buffer).expect("the file can be read");
            if read == 0 {
                break;
            }
            bytes += read as u64;
            take(&buffer[..read]);
        }
    }
    bytes
}

fn reading(files: &[PathBuf]) -> Piece {
    let amount = blocks(files, |_| {});
    Piece { name: "reading", seconds: fastest(|| blocks(files, |_| {})), amount, unit: "bytes" }
}

/// The time for SHA-256 alone: that for reading is taken off.
fn hashing(files: &[PathBuf]) -> Piece {
    let hash = || {
        let mut hash = Sha256::new();
        let bytes = blocks(files, |block| hash.update(block));
        (hash.finalize(), bytes)
    };
    let (_, amount) = hash();
    let seconds = (fastest(hash) - fastest(|| blocks(files, |_| {}))).max(0.0);
    Piece { name: "SHA-256", seconds, amount, unit: "bytes" }
}

/// The numbers and record ids of one extract, as they stand in its rows.
struct Cells {
    numbers: Vec<CprNumber>,
    records: Vec<String>,
}

fn pseudonyms(municipality: &Municipality) -> Piece {
    let mut piece = Piece { name: "HMAC-SHA-256", seconds: 0.0, amount: 0, unit: "numbers and records" };
    for department in &municipality.programme.departments {
        let Cells { numbers, records } = cells(municipality, department);
        let pseudonymiser = Pseudonymiser::new(&municipality.key, &department.id);
        piece.seconds += fastest(|| {
            let mut batch = pseudonymiser.batch();
            for block in numbers.chunks(BLOCK) {
                for number in block {
                    batch.person(number);
                }
                std::hint::black_box(batch.finish());
            }
            for block in records.chunks(BLOCK) {
                for record in block {
                    batch.record(record);
                }
                std::hint::black_box(batch.finish());
            }
        });
        piece.amount += (numbers.len() + records.len()) as u64;
    }
    piece
}

fn cells(municipality: &Municipality, department: &Department) -> Cells {
    let bytes = std::fs::read(extract_of(municipality, department)).expect("the extract is there");
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut rows = RowReader::new(bytes, department.format.delimiter.unwrap_or(b','));
    let mut fields = Vec::new();
    rows.next_row(&mut fields);
    let text = |field: &Field| String::from_utf8_lossy(&bytes[field.content.clone()]).into_owned();
    let header: Vec<String> = fields.iter().map(text).collect();
    let column = |name: &String| header.iter().position(|own| own == name);
    let columns = &department.columns;
    let numbers: Vec<usize> = columns.persons.iter().chain(&columns.child).filter_map(column).collect();
    let record = columns.record.as_ref().and_then(column);
    let reader =
        CprReader { as_of: municipality.programme.as_of, leading_zero_lost: department.format.leading_zero_lost };
    let mut cells = Cells { numbers: Vec::new(), records: Vec::new() };
    while rows.next_row(&mut fields).is_some() {
        for &column in &numbers {
            if let CprCell::Number { number, .. } = reader.read(&text(&fields[column])) {
                cells.numbers.push(number);
            }
        }
        cells.records.extend(record.map(|record| text(&fields[record])).filter(|record| !record.is_empty()));
    }
    cells
}

/// The pages of what was written, compressed once more; the amount is of bytes before.
fn compressing(files: &[PathBuf]) -> Piece {
    let pages: Vec<Vec<u8>> = files.iter().flat_map(|file| pages(file)).collect();
    let compress = || {
        let mut compressor = zstd::bulk::Compressor::new(1).expect("a level that there is");
        pages.iter().map(|page| compressor.compress(page).expect("memory suffices").len()).sum::<usize>()
    };
    let amount = pages.iter().map(|page| page.len() as u64).sum();
    Piece { name: "zstd", seconds: fastest(compress), amount, unit: "bytes" }
}

fn pages(file: &Path) -> Vec<Vec<u8>> {
    let reader = SerializedFileReader::new(File::open(file).expect("the file is there")).expect("it is Parquet");
    let mut pages = Vec::new();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).expect("the file is whole");
        for column in 0..group.num_columns() {
            let mut of_column = group.get_column_page_reader(column).expect("the file is whole");
            while let Some(page) = of_column.get_next_page().expect("the file is whole") {
                pages.push(page.buffer().to_vec());
            }
        }
    }
    pages
}
