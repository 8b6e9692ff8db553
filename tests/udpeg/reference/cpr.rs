//! CPR numbers: which spellings are one, what date of birth they hold, and their pseudonyms.

use chrono::{Datelike, NaiveDate};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What a trimmed cell says.
pub(crate) enum Spelling {
    /// Nothing, or the official "unknown".
    Missing,
    /// Not a number in any accepted spelling.
    Malformed,
    /// Ten digits; the date may still be impossible.
    Number { canonical: String, repaired: bool },
}

/// Takes a trimmed cell apart: apostrophe in front, `.0` behind, then one of three forms.
pub(crate) fn spelling(cell: &str, leading_zero_lost: bool) -> Spelling {
    if cell.is_empty() || cell == "0" {
        return Spelling::Missing;
    }
    let mut repaired = false;
    let mut rest = cell;
    if let Some(without) = rest.strip_prefix('\'') {
        rest = without;
        repaired = true;
    }
    if let Some(without) = rest.strip_suffix(".0") {
        rest = without;
        repaired = true;
    }
    let characters: Vec<char> = rest.chars().collect();
    let canonical = if characters.len() == 10 && all_digits(&characters) {
        rest.to_owned()
    } else if characters.len() == 11
        && all_digits(&characters[..6])
        && is_separator(characters[6])
        && all_digits(&characters[7..])
    {
        characters[..6].iter().chain(&characters[7..]).collect()
    } else if characters.len() == 9 && all_digits(&characters) && leading_zero_lost {
        repaired = true;
        format!("0{rest}")
    } else {
        return Spelling::Malformed;
    };
    if canonical == "0000000000" {
        return Spelling::Missing;
    }
    Spelling::Number { canonical, repaired }
}

fn all_digits(characters: &[char]) -> bool {
    characters.iter().all(char::is_ascii_digit)
}

fn is_separator(c: char) -> bool {
    c == '-' || c == '\u{2011}' || c == '\u{2013}' || c.is_whitespace()
}

fn two_digits(canonical: &str, from: usize) -> u32 {
    canonical[from..from + 2].parse().expect("a canonical number is digits")
}

/// A replacement number has its day raised by 60.
pub(crate) fn is_replacement(canonical: &str) -> bool {
    two_digits(canonical, 0) > 60
}

/// The date of birth, real day and century included; nothing where there is no such date.
pub(crate) fn birth_date(canonical: &str) -> Option<NaiveDate> {
    let mut day = two_digits(canonical, 0);
    if day > 60 {
        day -= 60;
    }
    let month = two_digits(canonical, 2);
    let year = two_digits(canonical, 4);
    let seventh = canonical.as_bytes()[6];
    let century = match (seventh, year) {
        (b'0'..=b'3', _) | (b'4' | b'9', 37..=99) => 1900,
        (b'4' | b'9', _) | (b'5'..=b'8', 0..=57) => 2000,
        (b'5'..=b'8', _) => 1800,
        _ => panic!("the seventh character of a canonical number is a digit"),
    };
    let year = i32::try_from(century + year).expect("a year is small");
    NaiveDate::from_ymd_opt(year, month, day)
}

/// The modulus-11 check on the ten digits as they stand.
pub(crate) fn passes_modulus_11(canonical: &str) -> bool {
    let weights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
    let sum: u32 = canonical.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    sum.is_multiple_of(11)
}

/// `M` for an odd last digit, `F` for an even one.
pub(crate) fn sex(canonical: &str) -> String {
    let last = canonical.as_bytes()[9] - b'0';
    if last % 2 == 1 { "M" } else { "F" }.to_owned()
}

/// Whole years; comparing month and day makes 29 February count on 1 March in common years.
pub(crate) fn age(born: NaiveDate, as_of: NaiveDate) -> i64 {
    let had_birthday = (as_of.month(), as_of.day()) >= (born.month(), born.day());
    let years = i64::from(as_of.year() - born.year());
    if had_birthday { years } else { years - 1 }
}

/// Whether a text holds ten digits, or 6 and 4 with a hyphen or space between, free-standing,
/// that form an existing date of birth.
pub(crate) fn identifies_somebody(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    for from in 0..characters.len() {
        for length in [10, 11] {
            let to = from + length;
            if to > characters.len() {
                continue;
            }
            let stands_free = (from == 0 || !characters[from - 1].is_alphanumeric())
                && (to == characters.len() || !characters[to].is_alphanumeric());
            let mut piece = characters[from..to].to_vec();
            if length == 11 {
                let between = piece.remove(6);
                if between != '-' && between != ' ' {
                    continue;
                }
            }
            let digits: String = piece.iter().collect();
            if stands_free && all_digits(&piece) && birth_date(&digits).is_some() {
                return true;
            }
        }
    }
    false
}

/// The pseudonym of a person or child.
pub(crate) fn person_pseudonym(key: &[u8], canonical: &str) -> String {
    pseudonym(key, &format!("udpeg/1/person:{canonical}"))
}

/// The pseudonym of a trimmed record id.
pub(super) fn record_pseudonym(key: &[u8], department: &str, record: &str) -> String {
    pseudonym(key, &format!("udpeg/1/record/{department}:{record}"))
}

fn pseudonym(key: &[u8], message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    hex(&mac.finalize().into_bytes()[..16])
}

/// The lottery number of a unit.
pub(super) fn lottery_number(lottery: &str, unit: &str) -> String {
    let text = format!("udpeg/1/lottery:{lottery}:{unit}");
    hex(&Sha256::digest(text.as_bytes())[..8])
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_section_3_hold() {
        let key: Vec<u8> = (0..32).collect();
        let person = |n| person_pseudonym(&key, n);
        assert_eq!(person("2512489996"), "4055a05620afe904215fe3c06d086e51");
        assert_eq!(person("0201609995"), "a6bae06f9f2a105d03b8195e9c1d635c");
        assert_eq!(record_pseudonym(&key, "social", "S-2024-00017"), "96a9e05138ca4479fd6bead6346c8a7f");
    }

    #[test]
    fn centuries_follow_the_facts() {
        let table = [
            ("0102000001", 1900),
            ("0102993001", 1999),
            ("0102004000", 2000),
            ("0102364999", 2036),
            ("0102374000", 1937),
            ("0102575999", 2057),
            ("0102585000", 1858),
            ("0102578999", 2057),
            ("0102369999", 2036),
            ("0102379000", 1937),
            ("0102999999", 1999),
        ];
        for (number, year) in table {
            let born = birth_date(number).expect("the first of February exists");
            assert_eq!(born.year(), year, "{number}");
        }
        assert!(birth_date("2902001000").is_none());
        assert!(birth_date("2902004000").is_some());
        assert!(passes_modulus_11("0707614285") && !passes_modulus_11("0707614286"));
    }
}
