//! The last line of a file where it is a trailer: how many rows stand before it.

use super::input::NamedFile;
use crate::error::{Error, Result};

/// From here on a number may be a person's (nine digits where a zero was lost, else ten), from a row that was cut off.
const NEVER_TOLD: u64 = 100_000_000;

/// The number that a line holds, where it can be a trailer: one run of digits, and nothing else but words and blanks. No
/// whole row of data can be taken for one, as it holds a CPR number and a date.
pub(super) fn count<'c>(cells: impl Iterator<Item = &'c str>) -> Option<u64> {
    let mut count = None;
    for cell in cells {
        for run in cell.split(|character: char| !character.is_numeric()).filter(|run| !run.is_empty()) {
            if count.is_some() || !run.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            count = Some(run.parse().ok()?);
        }
        let is_word = |character: char| {
            character.is_alphanumeric() || character.is_whitespace() || ".:;|=_()#*/".contains(character)
        };
        if !cell.chars().all(is_word) {
            return None;
        }
    }
    count
}

/// Holds the trailer's count against the rows before it.
///
/// # Errors
///
/// [`Error::File`] where there is no trailer, or where it says another number.
pub(super) fn check(file: &NamedFile, count: Option<u64>, rows: u64) -> Result<()> {
    match count {
        None => Err(Error::file(
            &file.path,
            "its last line is no trailer with the number of rows: it may have been cut off",
            "deliver it again; where it has no such line, take `trailer` out of the department's `format`",
        )),
        Some(count) if count != rows => {
            let told = if count < NEVER_TOLD { count.to_string() } else { "another number of".to_owned() };
            Err(Error::file(
                &file.path,
                format!("its last line says that it holds {told} rows, and it holds {rows}"),
                "deliver it again: rows are missing, or there are some too many",
            ))
        }
        Some(_) => Ok(()),
    }
}
