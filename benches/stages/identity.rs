//! How fast cells become numbers, and numbers pseudonyms.

use crate::data::municipality;
use crate::given::{self, DEPARTMENT};
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::extract::RowReader;
use udpeg::identity::{CprCell, CprNumber, CprReader, Pseudonymiser};

/// Reading cells as CPR numbers, on one core.
#[divan::bench]
fn reading_numbers(bencher: Bencher<'_, '_>) {
    let cells = cells();
    let reader = reader();
    let is_number = |cell: &&String| matches!(reader.read(divan::black_box(cell)), CprCell::Number { .. });
    bencher.counter(ItemsCount::new(cells.len())).bench(|| cells.iter().filter(is_number).count());
}

/// Pseudonyms of persons, many together as in a run, on one core: HMAC-SHA-256.
#[divan::bench]
fn pseudonyms(bencher: Bencher<'_, '_>) {
    const BLOCK: usize = 8192;
    let pseudonymiser = Pseudonymiser::new(&municipality().key, DEPARTMENT);
    let numbers = numbers();
    let mut batch = pseudonymiser.batch();
    bencher.counter(ItemsCount::new(numbers.len())).bench_local(|| {
        for block in numbers.chunks(BLOCK) {
            for number in block {
                batch.person(number);
            }
            divan::black_box(batch.finish());
        }
    });
}

/// Pseudonyms of persons one by one, on one core: HMAC-SHA-256.
#[divan::bench]
fn single_pseudonyms(bencher: Bencher<'_, '_>) {
    let pseudonymiser = Pseudonymiser::new(&municipality().key, DEPARTMENT);
    let numbers = numbers();
    bencher.counter(ItemsCount::new(numbers.len())).bench(|| {
        let bits = numbers.iter().map(|number| pseudonymiser.person(number).bits());
        bits.fold(0, |all, one| all ^ one)
    });
}

fn numbers() -> Vec<CprNumber> {
    let reader = reader();
    let number = |cell: &String| match reader.read(cell) {
        CprCell::Number { number, .. } => Some(number),
        _ => None,
    };
    cells().iter().filter_map(number).collect()
}

fn reader() -> CprReader {
    CprReader { as_of: municipality().programme.as_of, leading_zero_lost: false }
}

/// The first cell of every row, which is the person's.
fn cells() -> Vec<String> {
    let bytes = given::file();
    let mut reader = RowReader::new(&bytes, b';');
    let mut fields = Vec::new();
    let mut cells = Vec::new();
    // The first row is the header.
    reader.next_row(&mut fields);
    while reader.next_row(&mut fields).is_some() {
        cells.push(String::from_utf8(bytes[fields[0].content.clone()].to_vec()).expect("a number is ASCII"));
    }
    cells
}
