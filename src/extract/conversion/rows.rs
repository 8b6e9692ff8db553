//! Rows of cells written as text: what numbers and days become, by what their column holds.

use super::super::block::{BLOCK_BYTES, Block, LONGEST_ROW_BYTES};
use super::super::normalised;
use super::{Chunks, DELIMITER};
use crate::error::{Error, Result};
use crate::programme::{Columns, Decimal, Department, FileFormat, Period};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a column holds, as far as that decides how a cell is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A CPR number.
    Number,
    /// A day.
    Day,
    /// An amount.
    Amount,
    /// A type or a record id, which must be a value.
    Word,
    /// A column that is not used.
    Unused,
}

/// The roles of the columns of these names.
pub(super) fn roles(columns: &Columns, names: &[String]) -> Vec<Role> {
    let is_day = |name: &String| match &columns.period {
        Period::Days { start, end } => name == start || name == end,
        Period::Weeks { week, .. } => name == week,
    };
    let is_amount =
        |name: &String| matches!(&columns.period, Period::Weeks { amount, .. } if amount.as_ref() == Some(name));
    let role = |name: &String| {
        let name = &normalised(name);
        if columns.persons.contains(name) || columns.child.as_ref() == Some(name) {
            Role::Number
        } else if is_day(name) {
            Role::Day
        } else if is_amount(name) {
            Role::Amount
        } else if columns.kind == *name || columns.record.as_ref() == Some(name) {
            Role::Word
        } else {
            Role::Unused
        }
    };
    names.iter().map(role).collect()
}

/// One cell, as the file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'c> {
    Empty,
    /// Text that should be UTF-8.
    Text(&'c [u8]),
    Integer(i128),
    Float(f64),
    /// So many units of 10^−scale.
    Decimal(i128, i8),
    Day(NaiveDate),
    Moment(NaiveDateTime),
    Truth(bool),
    /// Something that has no value, such as `#N/A`.
    Error(&'c str),
}

/// Writes rows in chunks.
pub(super) struct RowWriter<'c> {
    chunks: &'c Chunks,
    path: PathBuf,
    format: FileFormat,
    chunk: Block,
    /// Where the row begins in the chunk.
    row: usize,
    cells: usize,
    text: Vec<u8>,
}

impl<'c> RowWriter<'c> {
    pub(super) fn new(path: &Path, department: &Department, chunks: &'c Chunks) -> Self {
        Self {
            chunks,
            path: path.to_path_buf(),
            format: department.format.clone(),
            chunk: Block::new(Vec::with_capacity(BLOCK_BYTES * 5 / 4)),
            row: 0,
            cells: 0,
            text: Vec::new(),
        }
    }

    /// Adds a cell to the row.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the row becomes longer than any row may be.
    pub(super) fn cell(&mut self, cell: Cell<'_>, role: Role) -> Result<()> {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        // Writing into memory cannot fail.
        let _ = self.write(cell, role, &mut text);
        if self.cells > 0 {
            self.chunk.push(DELIMITER);
        }
        self.cells += 1;
        if text.iter().any(|byte| matches!(byte, b'"' | b'\n' | b'\r') || *byte == DELIMITER) {
            self.chunk.push(b'"');
            for part in text.split_inclusive(|&byte| byte == b'"') {
                self.chunk.extend_from_slice(part);
                if part.ends_with(b"\"") {
                    self.chunk.push(b'"');
                }
            }
            self.chunk.push(b'"');
        } else {
            self.chunk.extend_from_slice(&text);
        }
        zeroize::Zeroize::zeroize(&mut text);
        self.text = text;
        if self.chunk.len() - self.row > LONGEST_ROW_BYTES {
            return Err(Error::file(
                &self.path,
                format!("a row of it is longer than {} MiB", LONGEST_ROW_BYTES >> 20),
                "check that this is the right file",
            ));
        }
        Ok(())
    }

    /// Ends the row.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub(super) fn end_row(&mut self) -> Result<()> {
        if self.chunk.len() == self.row {
            // A line of no characters would be no row.
            self.chunk.extend_from_slice(b"\"\"");
        }
        self.chunk.push(b'\n');
        self.cells = 0;
        if self.chunk.len() >= BLOCK_BYTES {
            self.finish()?;
        }
        self.row = self.chunk.len();
        Ok(())
    }

    /// Hands on what has been written.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub(super) fn finish(&mut self) -> Result<()> {
        let next = Block::new(Vec::with_capacity(BLOCK_BYTES * 5 / 4));
        self.row = 0;
        self.chunks.send(std::mem::replace(&mut self.chunk, next))
    }

    fn write(&self, cell: Cell<'_>, role: Role, text: &mut Vec<u8>) -> std::io::Result<()> {
        match cell {
            Cell::Empty => Ok(()),
            Cell::Text(cell) => text.write_all(cell),
            // A number has no zeros in front, so one is certain to be lost; an apostrophe marks that as repaired.
            Cell::Integer(number @ 100_000_000..=999_999_999) if role == Role::Number => write!(text, "'0{number}"),
            Cell::Integer(number) => write!(text, "{number}"),
            Cell::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                #[expect(clippy::cast_possible_truncation, reason = "whole, and small enough to be exact")]
                let whole = Cell::Integer(number as i128);
                self.write(whole, role, text)
            }
            Cell::Float(number) => self.number(&fifteen_digits(number), role, text),
            Cell::Decimal(units, scale) => match exact(units, scale) {
                number if !number.contains('.') => {
                    let whole = number.parse().map_or(Cell::Text(number.as_bytes()), Cell::Integer);
                    self.write(whole, role, text)
                }
                number => self.number(&number, role, text),
            },
            Cell::Day(day) => write!(text, "{}", self.format.dates.write(day)),
            Cell::Moment(moment) if moment.time() == NaiveTime::MIN => self.write(Cell::Day(moment.date()), role, text),
            Cell::Moment(moment) => {
                write!(text, "{} {}", self.format.dates.write(moment.date()), moment.time().format("%H:%M:%S%.f"))
            }
            Cell::Truth(truth) => write!(text, "{}", if truth { "TRUE" } else { "FALSE" }),
            Cell::Error(name) => {
                if role == Role::Word {
                    // Any text would do for a type or record id; a byte that is no UTF-8 makes the row malformed.
                    text.push(0xff);
                }
                text.write_all(name.as_bytes())
            }
        }
    }

    /// A number with decimals, `.` before them.
    fn number(&self, number: &str, role: Role, text: &mut Vec<u8>) -> std::io::Result<()> {
        if role == Role::Amount && self.format.decimal == Decimal::Comma {
            text.write_all(number.replace('.', ",").as_bytes())
        } else {
            text.write_all(number.as_bytes())
        }
    }
}

/// A number in its first fifteen significant digits, which is what spreadsheets keep, without zeros behind.
fn fifteen_digits(number: f64) -> String {
    let Some((mantissa, exponent)) =
        format!("{number:.14e}").split_once('e').map(|(m, e)| (m.to_owned(), e.to_owned()))
    else {
        return number.to_string();
    };
    let Ok(exponent) = exponent.parse::<i32>() else { return number.to_string() };
    let is_negative = mantissa.starts_with('-');
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let units: i128 = digits.parse().unwrap_or(0);
    match i8::try_from(14 - exponent) {
        Ok(scale) => exact(if is_negative { -units } else { units }, scale),
        Err(_) => number.to_string(),
    }
}

/// `units` × 10^−`scale` in digits, without zeros behind a point.
fn exact(units: i128, scale: i8) -> String {
    let Ok(decimals) = usize::try_from(scale) else {
        return format!("{units}{}", "0".repeat(usize::from(scale.unsigned_abs())));
    };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    let sign = if units < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
