//! Numbers, keys and pseudonyms against the published vectors and tables of spellings.

mod key;
mod number;
mod screening;
mod spelling;

use chrono::NaiveDate;
use udpeg::identity::{CprCell, CprNumber, CprReader};

/// A day written as in TOML.
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The number in a cell, read on a day after all births that a number can tell.
fn number(cell: &str) -> CprNumber {
    match (CprReader { as_of: day("2060-12-31"), leading_zero_lost: false }).read(cell) {
        CprCell::Number { number, .. } => number,
        other => panic!("{cell:?} is read as {other:?}"),
    }
}
