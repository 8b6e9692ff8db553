//! Reading a cell that should hold a CPR number, and what the number itself tells.
//!
//! Source of the century table and of the check digit: CPR-kontoret, "Personnummeret i CPR-systemet" (2008).

use crate::calendar::{day_of, days};
use chrono::{Datelike, NaiveDate};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A canonical CPR number, `DDMMYYSSSS`: ten ASCII digits with an existing birth date.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CprNumber([u8; 10]);

impl fmt::Debug for CprNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CprNumber(…)")
    }
}

/// Registered sex, as the last digit of the number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// An odd last digit.
    Male,
    /// An even last digit.
    Female,
}

impl Sex {
    /// The word written to an extract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
        }
    }
}

/// What a cell that should hold a CPR number holds.
#[derive(Debug, PartialEq, Eq)]
pub enum CprCell {
    /// Nothing, or the official "required but unknown" (`0000000000`, `0`).
    Empty,
    /// Something that is not spelled like a CPR number.
    Malformed,
    /// Ten digits whose date does not exist or lies after `as_of`.
    ImpossibleDate,
    /// A usable number.
    Number {
        /// The number in canonical form.
        number: CprNumber,
        /// Whether an apostrophe, a `.0` or a lost leading zero had to be mended.
        repaired: bool,
    },
}

/// How a department's cells are read.
#[derive(Debug, Clone, Copy)]
pub struct CprReader {
    /// Births after this day are impossible.
    pub as_of: NaiveDate,
    /// Whether nine digits are a number that lost its leading zero.
    pub leading_zero_lost: bool,
}

impl CprReader {
    /// Reads one cell, in any of the accepted spellings.
    #[must_use]
    pub fn read(&self, cell: &str) -> CprCell {
        let trimmed = cell.trim();
        if trimmed.is_empty() || trimmed == "0" {
            return CprCell::Empty;
        }
        let bare = trimmed.strip_prefix('\'').unwrap_or(trimmed);
        let bare = bare.strip_suffix(".0").unwrap_or(bare);
        let mut repaired = bare.len() != trimmed.len();
        let mut digits = Zeroizing::new([b'0'; 10]);
        if bare.len() == 9 && self.leading_zero_lost {
            digits[1..].copy_from_slice(bare.as_bytes());
            repaired = true;
        } else if !copy_digits(bare, &mut digits) {
            return CprCell::Malformed;
        }
        if !digits.iter().all(u8::is_ascii_digit) {
            return CprCell::Malformed;
        }
        self.read_digits(&digits, repaired)
    }

    /// Reads the bytes of a cell as nearly all are spelled, ten digits with a hyphen after the sixth or none, whichever
    /// encoding they are in; `None` for every other cell, which [`Self::read`] takes.
    #[must_use]
    pub fn read_plain(&self, cell: &[u8]) -> Option<CprCell> {
        let mut digits = Zeroizing::new([0; 10]);
        match cell.len() {
            10 => digits.copy_from_slice(cell),
            11 if cell[6] == b'-' => {
                digits[..6].copy_from_slice(&cell[..6]);
                digits[6..].copy_from_slice(&cell[7..]);
            }
            _ => return None,
        }
        digits.iter().all(u8::is_ascii_digit).then(|| self.read_digits(&digits, false))
    }

    /// Whether the person of a number is born by the day.
    #[must_use]
    pub fn is_born(&self, number: &CprNumber) -> bool {
        birth_day(&number.0).is_some_and(|born| born <= days(self.as_of))
    }

    fn read_digits(self, digits: &[u8; 10], repaired: bool) -> CprCell {
        if digits == b"0000000000" {
            return CprCell::Empty;
        }
        let number = CprNumber(*digits);
        if self.is_born(&number) { CprCell::Number { number, repaired } } else { CprCell::ImpossibleDate }
    }
}

/// Copies the ten bytes around an optional separator; false where the text cannot be a number.
fn copy_digits(bare: &str, digits: &mut [u8; 10]) -> bool {
    let bytes = bare.as_bytes();
    if bytes.len() < 10 || !bytes[..6].is_ascii() {
        return false;
    }
    let rest = &bare[6..];
    let serial = match rest.chars().next() {
        Some(first) if rest.len() > 4 && is_separator(first) => &rest[first.len_utf8()..],
        _ => rest,
    };
    if serial.len() != 4 {
        return false;
    }
    digits[..6].copy_from_slice(&bytes[..6]);
    digits[6..].copy_from_slice(serial.as_bytes());
    true
}

/// What may stand between the date and the serial number.
pub(super) fn is_separator(character: char) -> bool {
    matches!(character, '-' | '\u{2011}' | '\u{2013}') || character.is_whitespace()
}

impl CprNumber {
    /// The ten digits, for hashing only.
    pub(super) fn digits(&self) -> &[u8; 10] {
        &self.0
    }

    fn two_digits(&self, at: usize) -> u32 {
        u32::from(self.0[at] - b'0') * 10 + u32::from(self.0[at + 1] - b'0')
    }

    /// Whether this is a replacement number (day + 60), made up locally for want of a real one.
    #[must_use]
    pub fn is_replacement(&self) -> bool {
        self.two_digits(0) > 60
    }

    /// Whether the modulus-11 check fails. Numbers issued since 2007 need not satisfy it.
    #[must_use]
    pub fn lacks_check_digit(&self) -> bool {
        const WEIGHTS: [u32; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
        let sum: u32 = self.0.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        !sum.is_multiple_of(11)
    }

    /// Registered sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.0[9] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Age in whole years on a day; a birthday on that day counts.
    ///
    /// Births lie on or before `as_of` in every number that [`CprReader::read`] gives for that day.
    #[must_use]
    pub fn age(&self, as_of: NaiveDate) -> u32 {
        let (year, month, day) = born(&self.0);
        // Comparing (month, day) makes 29 February count on 1 March in common years.
        let had_birthday = (as_of.month(), as_of.day()) >= (month, day);
        let years = as_of.year() - year - i32::from(!had_birthday);
        u32::try_from(years).unwrap_or(0)
    }
}

/// The day of birth in ten digits, in days since 1970-01-01, a replacement number's day of the month being 60 less;
/// `None` where there is no such day.
pub(super) fn birth_day(digits: &[u8; 10]) -> Option<i32> {
    let (year, month, day) = born(digits);
    day_of(year, month, day)
}

/// Year, by the 7th digit's century, month and day of birth in ten digits, whether there is such a day or not.
fn born(digits: &[u8; 10]) -> (i32, u32, u32) {
    let two = |at: usize| (digits[at] - b'0') * 10 + (digits[at + 1] - b'0');
    let year = two(4);
    let century = match (digits[6], year) {
        (b'0'..=b'3', _) | (b'4' | b'9', 37..) => 1900,
        (b'4' | b'9', _) | (_, ..58) => 2000,
        _ => 1800,
    };
    let day = if two(0) > 60 { two(0) - 60 } else { two(0) };
    (century + i32::from(year), two(2).into(), day.into())
}

/// Age bands: `edges` e1 < e2 < … make the bands `0-(e1−1)`, `e1-(e2−1)`, …, `en+`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeBands {
    edges: Vec<u32>,
}

impl AgeBands {
    /// Bands with these edges, which rise and are above 0; at most 250 of them.
    #[must_use]
    pub fn new(edges: Vec<u32>) -> Option<Self> {
        let rising = edges.windows(2).all(|pair| pair[0] < pair[1]);
        (rising && edges.first().is_some_and(|&edge| edge > 0) && edges.len() <= 250).then_some(Self { edges })
    }

    /// The edges, rising.
    #[must_use]
    pub fn edges(&self) -> &[u32] {
        &self.edges
    }

    /// The band of an age in years, from 0.
    #[must_use]
    pub fn band(&self, age: u32) -> u8 {
        u8::try_from(self.edges.partition_point(|&edge| edge <= age)).unwrap_or(u8::MAX)
    }

    /// The labels of all bands, youngest first.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let mut from = 0;
        let mut labels = Vec::with_capacity(self.edges.len() + 1);
        for &edge in &self.edges {
            labels.push(format!("{from}-{}", edge - 1));
            from = edge;
        }
        labels.push(format!("{from}+"));
        labels
    }

    /// The edges as they stand in a delivery's metadata, `18,25,…`.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.edges.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}
