//! What python-stdnum says of the same cells, as `tests/fixtures/numbers/make.py` recorded it.

use super::day;
use chrono::{Datelike, Days, NaiveDate};
use serde_json::Value;
use std::collections::BTreeMap;
use udpeg::identity::{CprCell, CprNumber, CprReader};

const RECORDED: &str = include_str!("../../fixtures/numbers/stdnum.json");

/// How the two readings of a cell compare.
fn comparison(cell: &str, ours: &CprCell, theirs: Option<NaiveDate>) -> &'static str {
    match (ours, theirs) {
        (CprCell::Number { number, repaired: false }, Some(born)) => {
            assert!(is_born_on(number, born), "{cell:?} is {born} to them");
            "the same date"
        }
        (CprCell::Number { repaired: true, .. }, None) => "repaired here",
        (CprCell::Number { number, .. }, None) if number.is_replacement() => "a replacement number",
        (CprCell::Number { .. }, None) if cell.trim().contains('\t') => "a tab between",
        (CprCell::Malformed, Some(_)) => "separators that are not ours",
        (CprCell::Empty | CprCell::Malformed | CprCell::ImpossibleDate, None) => "neither",
        (ours, theirs) => panic!("{cell:?} is {ours:?} here and {theirs:?} to them"),
    }
}

/// Ages tell the day: 400 years later it is a day of the same name.
fn is_born_on(number: &CprNumber, born: NaiveDate) -> bool {
    let later = born.with_year(born.year() + 400).unwrap();
    (number.age(later - Days::new(1)), number.age(later)) == (399, 400)
}

#[test]
fn python_stdnum_agrees_but_where_the_documents_say_why_not() {
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    let reader = CprReader { as_of: day(recorded["recorded"].as_str().unwrap()), leading_zero_lost: false };
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for line in recorded["cells"].as_array().unwrap() {
        let cell = line[0].as_str().unwrap();
        let theirs = line[1].as_str().map(day);
        *found.entry(comparison(cell, &reader.read(cell), theirs)).or_default() += 1;
    }
    let documents = include_str!("../../../docs/programme-file.md");
    let total: usize = found.values().sum();
    assert!(documents.contains(&format!("on {total} random and handmade cells")), "{total}");
    for (comparison, cells) in found {
        assert!(documents.contains(&format!("| {comparison} | {cells} |")), "| {comparison} | {cells} |");
    }
}

#[test]
fn no_recorded_cell_holds_a_number_that_could_be_a_living_persons() {
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    for line in recorded["cells"].as_array().unwrap() {
        let digits: Vec<u32> = line[0].as_str().unwrap().chars().filter_map(|digit| digit.to_digit(10)).collect();
        if let Ok(digits) = <[u32; 10]>::try_from(digits) {
            let sum: u32 =
                digits.iter().zip([4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).map(|(digit, weight)| digit * weight).sum();
            assert!(!sum.is_multiple_of(11) || digits == [0; 10], "{line}");
        }
    }
}
