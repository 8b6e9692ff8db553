//! Files that are cut off, damaged, protected or made to fill a memory: a clear error each, in little time.

use super::{read, workplace};
use crate::fuzzed::workbook::{row, workbook};
use crate::support::Workplace;
use std::io::Write;

fn deliver(name: &str, bytes: &[u8]) -> Workplace {
    let place = workplace(&[("input = \"d.csv\"", &format!("input = \"{name}\""))]);
    place.write(name, bytes);
    place
}

fn fails(name: &str, bytes: &[u8], says: &str) {
    let place = deliver(name, bytes);
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &[name, says]);
    assert!(place.files("out/p").is_empty(), "{name}");
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/formats/").to_owned() + name).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn packed_files_that_are_cut_off_or_damaged_fail() {
    let text = "P,B,T,S,E,R,X\n0201609995,,t,01-01-2024,,1,\n".repeat(50);
    let mut checked = zstd::Encoder::new(Vec::new(), 3).unwrap();
    checked.include_checksum(true).unwrap();
    checked.write_all(text.as_bytes()).unwrap();
    let (gzip, zstd) = (gzip(text.as_bytes()), checked.finish().unwrap());
    for (name, packed) in [("d.csv.gz", &gzip), ("d.csv.zst", &zstd)] {
        for length in [1, 5, packed.len() / 2, packed.len() - 1] {
            fails(name, &packed[..length], "it ends in the middle: it was cut off");
        }
        let mut damaged = packed.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 4].iter_mut().for_each(|byte| *byte ^= 0x55);
        fails(name, &damaged, name);
        fails(name, b"P,B,T,S,E,R,X\n", "it is damaged");
        fails(name, &[&packed[..], b"P,B,T"].concat(), name);
    }
    fails("d.csv.gz", b"", "");
    fails("d.csv.zst", b"", "");
}

#[test]
fn bombs_are_refused_before_they_fill_anything() {
    let blank = vec![b'\n'; 1 << 20];
    let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
    packed.write_all(b"P,B,T,S,E,R,X\n").unwrap();
    for _ in 0..1200 {
        packed.write_all(&blank).unwrap();
    }
    fails("d.csv.zst", &packed.finish().unwrap(), "it unpacks to more than 250 times its size");
    fails("d.csv.gz", &gzip(&vec![b'x'; 20 << 20]), "the header is longer than 16 MiB");
}

const COLUMNS: [&str; 7] = ["P", "B", "T", "S", "E", "R", "X"];

#[test]
fn a_million_blank_rows_and_a_cell_in_the_farthest_corner_cost_nothing() {
    let blank = |writer: &mut dyn Write| {
        writer.write_all(row(1, &COLUMNS).as_bytes()).unwrap();
        writer.write_all(row(2, &["0201609995", "", "t", "01-01-2024", "", "", ""]).as_bytes()).unwrap();
        for number in 3..1_000_000 {
            write!(writer, "<row r=\"{number}\"><c r=\"A{number}\"/><c r=\"G{number}\"/></row>").unwrap();
        }
        writer.write_all(row(1_000_000, &["2512489996", "", "t", "x", "", "", ""]).as_bytes()).unwrap();
        writer.write_all(b"<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>").unwrap();
    };
    let read = read(&deliver("d.xlsx", &workbook(blank, b"")));
    assert_eq!(read.rejected, ["d.xlsx,2,S,date_malformed", "d.xlsx,3,,row_malformed"]);
    assert_eq!((read.count("rows"), read.count("extract")), (3, 1));
}

#[test]
fn formulas_count_as_the_values_they_had() {
    let rows = |writer: &mut dyn Write| {
        writer.write_all(row(1, &COLUMNS).as_bytes()).unwrap();
        let cells = ["=A9|020160-9995", "", "=B9|t", "=C9|01-01-2024", "=D9|", "=E9|R&amp;1", ""];
        writer.write_all(row(2, &cells).as_bytes()).unwrap();
    };
    let read = read(&deliver("d.xlsx", &workbook(rows, b"")));
    assert_eq!((read.count("extract"), read.types()), (1, vec!["t"]));
    assert_eq!(read.extract[0]["end"], serde_json::Value::Null);
}

#[test]
fn workbooks_that_are_none_fail() {
    let whole = fixture("dates.xlsx");
    for length in [0, 3, 100, whole.len() / 2, whole.len() - 1] {
        fails("d.xlsx", &whole[..length], "it is damaged");
    }
    fails("d.xlsx", b"P,B,T,S,E,R,X\n", "it is damaged");
    let protected = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &[0_u8; 1000][..]].concat();
    fails("d.xlsx", &protected, "protected by a password");
    fails("d.xlsx", &fixture("password.xlsx"), "protected by a password");
    let bomb = workbook(|_| {}, &vec![b'x'; 300 << 20]);
    assert!(bomb.len() < 1 << 20);
    fails("d.xlsx", &bomb, "it unpacks to far more than any extract does");
    fails("d.xlsx", &workbook(|_| {}, b""), "it is empty");
    let long = |writer: &mut dyn Write| {
        let text = "x".repeat(17 << 20);
        writer.write_all(row(1, &["P", "B", "T", "S", "E", "R", &text]).as_bytes()).unwrap();
    };
    fails("d.xlsx", &workbook(long, b""), "longer than 16 MiB");
    let disordered = |writer: &mut dyn Write| {
        writer.write_all((row(2, &COLUMNS) + &row(1, &COLUMNS)).as_bytes()).unwrap();
    };
    fails("d.xlsx", &workbook(disordered, b""), "it is damaged");
}

#[test]
fn parquet_files_that_are_none_fail() {
    let whole = fixture("strings.parquet");
    for length in [0, 3, 8, 100, whole.len() / 2, whole.len() - 1] {
        fails("d.parquet", &whole[..length], "it is damaged");
    }
    fails("d.parquet", b"P,B,T,S,E,R,X\n", "it is damaged");
    fails("d.parquet", &fixture("encrypted.parquet"), "it is encrypted");
    // Any byte of it changed: an error or another table, but no crash.
    for at in (0..whole.len()).step_by(17) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        let ran = deliver("d.parquet", &damaged).udpeg(&[
            "pseudonymise",
            "-p",
            "p.toml",
            "-d",
            "d",
            "--max-rejected",
            "100%",
        ]);
        assert!(matches!(ran.code, 0 | 1), "byte {at}: {}", ran.err);
        assert!(!ran.err.contains("a mistake in udpeg"), "byte {at}: {}", ran.err);
    }
}
