//! How fast CSV text is cut into rows and fields.

use crate::given;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use udpeg::extract::{RowReader, split_rows};

/// Finding where the whole rows of a file end, on one core.
#[divan::bench]
fn finding_row_ends(bencher: Bencher<'_, '_>) {
    let bytes = given::file();
    bencher
        .counter(ItemsCount::new(rows(&bytes)))
        .counter(BytesCount::new(bytes.len()))
        .bench(|| split_rows(divan::black_box(&bytes), b';', true));
}

/// Cutting a file into rows and fields, on one core.
#[divan::bench]
fn cutting_rows(bencher: Bencher<'_, '_>) {
    let bytes = given::file();
    bencher
        .counter(ItemsCount::new(rows(&bytes)))
        .counter(BytesCount::new(bytes.len()))
        .bench(|| rows(divan::black_box(&bytes)));
}

fn rows(bytes: &[u8]) -> usize {
    let mut reader = RowReader::new(bytes, b';');
    let mut fields = Vec::new();
    let mut rows = 0;
    while reader.next_row(&mut fields).is_some() {
        rows += 1;
    }
    rows
}
