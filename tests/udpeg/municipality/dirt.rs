//! How departments misspell: good numbers in every accepted way, and cells that cannot be used.

use chrono::{Datelike, NaiveDate};

use super::dice::Dice;
use super::people::{self, MEDCOM};
use super::settings::Department;

/// A number in one of the accepted spellings.
pub(super) fn spelled(dice: &mut Dice, number: &str, department: &Department) -> String {
    let is_utf_8 = department.encoding == "utf-8";
    let (birth, serial) = number.split_at(6);
    let lost = number.strip_prefix('0').filter(|_| department.leading_zero_lost);
    let hyphen = format!("{birth}-{serial}");
    let separator = match dice.below(7) {
        0 => "\u{2013}",
        1 => "\u{a0}",
        2 if is_utf_8 => "\u{2011}",
        3 if is_utf_8 => "\u{2009}",
        4 if dice.chance(30) => "\n",
        5 if dice.chance(30) => "\t",
        _ => " ",
    };
    match (dice.below(16), lost) {
        (0..=4, _) => number.to_owned(),
        (5..=6, _) => hyphen,
        (7..=8, _) => format!("{birth}{separator}{serial}"),
        (9, _) => format!("'{number}"),
        (10, _) => format!("{number}.0"),
        (11, _) => format!("  {number}\u{a0}"),
        (12, _) => dice.pick(&[
            format!("'{number}.0"),
            format!("'{hyphen}"),
            format!("{hyphen}.0"),
            format!(" '{birth}{separator}{serial}.0 "),
        ]),
        (13..=14, Some(nine)) => nine.to_owned(),
        (15, Some(nine)) => dice.pick(&[format!("'{nine}"), format!("{nine}.0"), format!(" '{nine}.0")]),
        _ => format!("{number} "),
    }
}

/// A cell that says "unknown" (or, with nine zeros, nothing at all where no zero is lost).
pub(super) fn unknown_number(dice: &mut Dice) -> String {
    let ways = [
        "",
        "",
        "  ",
        "0",
        " 0 ",
        "0000000000",
        "000000-0000",
        "'0000000000",
        "0000000000.0",
        "000000\u{a0}0000",
        "000000000",
        "'000000-0000.0",
    ];
    dice.pick(&ways).to_owned()
}

/// A cell that is no number in any spelling.
pub(super) fn malformed_number(dice: &mut Dice, department: &Department) -> String {
    let mut ways = vec![
        "12345",
        "x",
        "0203291WQ3",
        "251248/9996",
        "251248--9996",
        "251248 - 9996",
        "02512489996",
        "251248-999",
        "2512489996.00",
        "''2512489996",
        "2512489996,0",
        "25124-89996",
        "'",
        ".0",
        "-",
        "25-12-48-9996",
        "251248-9996'",
        "2512489996.0.0",
        "51248-9996",
        "00",
        "02016-09995",
    ];
    if department.encoding == "utf-8" {
        ways.extend(["２５１２４８９９９６", "251248\u{2014}9996", "2512489996\u{200b}"]);
    }
    if !department.leading_zero_lost {
        ways.extend(["201609995", "201609996.0", "'505109990"]);
    }
    dice.pick(&ways).to_owned()
}

/// Ten digits whose date does not exist, or lies after `as_of`.
pub(super) fn impossible_number(dice: &mut Dice, department: &Department, as_of: NaiveDate) -> String {
    let dates = [
        (30, 2, 60, 1),
        (29, 2, 61, 2),
        (29, 2, 0, 1),
        (29, 2, 1, 4),
        (31, 4, 75, 0),
        (0, 1, 80, 1),
        (1, 0, 80, 1),
        (1, 13, 80, 1),
        (32, 1, 80, 1),
        (60, 1, 80, 1),
        (92, 1, 80, 1),
        (91, 4, 80, 1),
        (90, 2, 60, 1),
        (1, 1, 36, 4),
        (1, 2, 57, 5),
        (99, 12, 99, 9),
    ];
    let number = if dice.chance(40) {
        let later = people::shifted(as_of, dice.pick(&[1, 1, 2, 366]));
        let replacement = dice.chance(30);
        let day = later.day() + if replacement { 60 } else { 0 };
        people::failing_number(dice, day, later.month(), later.year().unsigned_abs() % 100, 5)
    } else {
        let (day, month, year, seventh) = dice.pick(&dates);
        people::failing_number(dice, day, month, year, seventh)
    };
    spelled(dice, &number, department)
}

/// A type that names somebody, or (the other half) only nearly does.
pub(super) fn suspicious_type(dice: &mut Dice, is_utf_8: bool) -> String {
    let number = dice.pick(&MEDCOM);
    let (birth, serial) = number.split_at(6);
    let mut ways = vec![
        format!("tlf {birth}-{serial}"),
        format!("sag {number}"),
        format!("{birth} {serial}"),
        format!("(x:{number}.)"),
        format!("_{number}_"),
        format!("{number}-1"),
        format!("1 {number}"),
        format!("123456 {number}"),
        format!("123456-{birth}-{serial}"),
        format!("barnet ({birth}-{serial}), §"),
        "født 251236-4999".to_owned(),
        "850548-9990".to_owned(),
        "0102585001".to_owned(),
        format!("a{number}"),
        format!("{number}b"),
        format!("æ{birth}-{serial}"),
        format!("{birth}-{serial}ø"),
        format!("{birth}/{serial}"),
        format!("1{number}"),
        format!("{birth}-{serial}1"),
        format!("{birth}\u{a0}{serial}"),
        format!("{birth}  {serial}"),
        format!("{birth}\u{2013}{serial}"),
        "sag 310299-1234".to_owned(),
        "sag 123456-7890".to_owned(),
        "0000000000".to_owned(),
        "290201-4285".to_owned(),
        format!("{birth}-{}", &serial[..3]),
        format!("{birth}.{serial}"),
        format!("{birth}\t{serial}"),
    ];
    if is_utf_8 {
        ways.push(format!("{birth}\u{2011}{serial}"));
        ways.push(format!("Ж{number}"));
        ways.push(format!("→{number}←"));
    }
    dice.pick(&ways)
}

/// A date as the department writes it, at times with one digit where that is allowed.
pub(super) fn date_text(dice: &mut Dice, day: NaiveDate, format: &str) -> String {
    let separated = format != "%Y%m%d";
    let short = separated && dice.chance(12);
    let digits = |number: u32| {
        if short { number.to_string() } else { format!("{number:02}") }
    };
    format
        .replace("%d", &digits(day.day()))
        .replace("%m", &digits(day.month()))
        .replace("%Y", &format!("{:04}", day.year()))
}

/// Something where a date should be that is none.
pub(super) fn malformed_date(dice: &mut Dice, format: &str) -> String {
    let written =
        |day: &str, month: &str, year: &str| format.replace("%d", day).replace("%m", month).replace("%Y", year);
    let good = written("05", "11", "2021");
    let mut ways = vec![
        written("29", "02", "2023"),
        written("29", "02", "1900"),
        written("31", "04", "2020"),
        written("32", "01", "2020"),
        written("00", "01", "2020"),
        written("01", "13", "2020"),
        written("01", "00", "2020"),
        written("31", "11", "2019"),
        written("05", "11", "21"),
        written("05", "11", "02021"),
        written("005", "11", "2021"),
        "45000".to_owned(),
        "NULL".to_owned(),
        "x".to_owned(),
        format!("{good} 00:00:00"),
        format!("{good}Z"),
        format!("+{good}"),
        good.replace(['-', '/'], "."),
        good.replace(['-', '/'], "- "),
        "05.11.21".to_owned(),
        "-".to_owned(),
    ];
    if format == "%Y%m%d" {
        ways.extend(["2021-11-05", "2021115", "202111", "2021 1105"].map(str::to_owned));
        // Without separators nothing was replaced in these two.
        ways.retain(|way| *way != good);
    }
    dice.pick(&ways)
}
