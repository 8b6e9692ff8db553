//! Numbers, keys and pseudonyms against the published vectors and tables of spellings.

mod key;
mod number;
mod screening;
mod spelling;
mod stdnum;

use chrono::NaiveDate;
use std::fs;
use std::path::{Path, PathBuf};
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

/// The compiler refuses it in every file that does not say otherwise.
#[test]
fn one_file_alone_may_be_unsafe() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let lint = concat!("unsafe", "_code");
    assert!(manifest.contains(&format!("{lint} = \"deny\"")));
    let mut waiting: Vec<PathBuf> = ["src", "tests", "benches"].map(|folder| package.join(folder)).into();
    let mut allowing = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap().replace(&format!("#![forbid({lint})]"), "");
            if text.contains(lint) {
                allowing.push(path.strip_prefix(package).unwrap().to_owned());
            }
        }
    }
    assert_eq!(allowing, [Path::new("src/identity/lanes.rs")]);
}
