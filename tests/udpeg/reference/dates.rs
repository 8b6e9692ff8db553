//! Dates: reading them in a stated format, and the start of a look-back window.

use chrono::{Datelike, NaiveDate};

/// One part of a date format.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Day,
    Month,
    Year,
    Literal(char),
}

/// Reads a date, or gives nothing where the text is not one that exists.
///
/// The year has four digits. Days and months may have one digit, but only where a literal (or
/// the end of the text) stands on both sides: without it nobody can say where they end.
pub(super) fn parse(text: &str, format: &str) -> Option<NaiveDate> {
    let parts = parts_of(format);
    let text: Vec<char> = text.chars().collect();
    let (mut day, mut month, mut year) = (None, None, None);
    let mut at = 0;
    for (i, part) in parts.iter().enumerate() {
        if let Part::Literal(c) = part {
            if text.get(at) != Some(c) {
                return None;
            }
            at += 1;
            continue;
        }
        let digits = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let wanted = if *part == Part::Year { 4 } else { 2 };
        let separated =
            is_separator(i.checked_sub(1).and_then(|before| parts.get(before))) && is_separator(parts.get(i + 1));
        let length = digits.min(wanted);
        let one_digit_will_do = *part != Part::Year && separated && length == 1;
        if length != wanted && !one_digit_will_do {
            return None;
        }
        let written: String = text[at..at + length].iter().collect();
        let number: u32 = written.parse().expect("one to four ASCII digits are a number");
        match part {
            Part::Day => day = Some(number),
            Part::Month => month = Some(number),
            Part::Year => year = Some(number),
            Part::Literal(_) => unreachable!("literals are dealt with above"),
        }
        at += length;
    }
    if at != text.len() {
        return None;
    }
    // There is no year 0: 1 BC is followed by AD 1.
    let year = i32::try_from(year?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, month?, day?)
}

fn is_separator(part: Option<&Part>) -> bool {
    matches!(part, None | Some(Part::Literal(_)))
}

fn parts_of(format: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut characters = format.chars();
    while let Some(c) = characters.next() {
        if c != '%' {
            parts.push(Part::Literal(c));
            continue;
        }
        match characters.next() {
            Some('d') => parts.push(Part::Day),
            Some('m') => parts.push(Part::Month),
            Some('Y') => parts.push(Part::Year),
            other => panic!("the date format {format} has an unknown part {other:?}"),
        }
    }
    parts
}

/// The day n calendar years earlier; 28 February where that year has no 29th.
pub(super) fn years_before(day: NaiveDate, years: i32) -> NaiveDate {
    let year = day.year() - years;
    NaiveDate::from_ymd_opt(year, day.month(), day.day())
        .unwrap_or_else(|| NaiveDate::from_ymd_opt(year, 2, 28).expect("28 February exists in every year"))
}
