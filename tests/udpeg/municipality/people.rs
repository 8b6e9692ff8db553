//! Invented persons: their numbers, and which children they have.

use chrono::{Datelike, Days, NaiveDate};

use super::dice::Dice;
use super::settings::Settings;

/// Everybody in the extracts, by canonical number.
pub(super) struct People {
    pub adults: Vec<Adult>,
    pub children: Vec<String>,
    /// The child that everybody without one is given by a careless system.
    pub placeholder: String,
}

/// One person and the children they have in common with others.
#[derive(Clone)]
pub(super) struct Adult {
    pub number: String,
    pub children: Vec<String>,
}

/// The official (`MedCom`) test persons, all of which fail the modulus-11 check.
pub(super) const MEDCOM: [&str; 13] = [
    "0104909995",
    "0107729995",
    "0201609995",
    "0201609996",
    "0504909995",
    "0504909989",
    "0201919990",
    "0201919996",
    "0201919995",
    "2512489996",
    "2103009996",
    "0505109990",
    "0505239996",
];

/// Persons and children, as many as make the rows of each few and the families many.
pub(super) fn invent(dice: &mut Dice, settings: &Settings) -> People {
    let rows: i64 = settings.departments.iter().map(|department| department.rows).sum();
    let many = dice.between(12, 20 + rows / 8);
    let mut adults: Vec<Adult> =
        (0..many).map(|_| Adult { number: adult_number(dice, settings), children: Vec::new() }).collect();
    let mut children = Vec::new();
    for _ in 0..dice.between(3, 5 + many / 2) {
        let child = child_number(dice, settings, &adults);
        let parents = dice.pick(&[1, 1, 2, 2, 2, 3, 4, 5, 6]);
        for _ in 0..parents {
            let parent = dice.below(adults.len());
            adults[parent].children.push(child.clone());
        }
        children.push(child);
    }
    let placeholder = dice.pick(&children);
    People { adults, children, placeholder }
}

fn adult_number(dice: &mut Dice, settings: &Settings) -> String {
    let as_of = settings.as_of;
    match dice.below(100) {
        0..=3 => dice.pick(&MEDCOM).to_owned(),
        4..=5 => ancient_number_that_passes(dice),
        6..=7 => number(dice, as_of, false),
        8..=11 => {
            let year = dice.pick(&[1940, 1960, 1984, 1996, 2000, 2004]);
            number(dice, leap_day(year), false)
        }
        12..=40 => {
            let years = i32::try_from(dice.pick(&settings.age_bands)).expect("an age");
            let birthday = day_in_year(as_of, as_of.year() - years);
            let replacement = dice.chance(10);
            let shift = dice.between(-1, 1);
            number(dice, shifted(birthday, shift), replacement)
        }
        41..=43 => century_edge_number(dice),
        44..=47 => {
            let days = dice.between(17 * 365, 70 * 365);
            number(dice, shifted(as_of, -days), true)
        }
        _ => {
            let days = dice.between(10 * 365, 80 * 365);
            number(dice, shifted(as_of, -days), false)
        }
    }
}

/// A child; at times one who is a person in the extracts too.
fn child_number(dice: &mut Dice, settings: &Settings, adults: &[Adult]) -> String {
    match dice.below(20) {
        0 | 1 => adults[dice.below(adults.len())].number.clone(),
        2 => dice.pick(&MEDCOM).to_owned(),
        _ => {
            let days = dice.between(0, 19 * 365);
            let replacement = dice.chance(5);
            number(dice, shifted(settings.as_of, -days), replacement)
        }
    }
}

/// A number with this date of birth that fails the modulus-11 check.
pub(super) fn number(dice: &mut Dice, born: NaiveDate, replacement: bool) -> String {
    let digits: &[u32] = match born.year() {
        1858..=1899 | 2037..=2057 => &[5, 6, 7, 8],
        1900..=1936 => &[0, 1, 2, 3],
        1937..=1999 => &[0, 1, 2, 3, 4, 9],
        2000..=2036 => &[4, 5, 6, 7, 8, 9],
        other => panic!("nobody is born in {other}"),
    };
    let day = born.day() + if replacement { 60 } else { 0 };
    let seventh = dice.pick(digits);
    failing_number(dice, day, born.month(), born.year().unsigned_abs() % 100, seventh)
}

/// Ten digits from these parts, whether they form a date or not, that fail the check.
pub(super) fn failing_number(dice: &mut Dice, day: u32, month: u32, year: u32, seventh: u32) -> String {
    loop {
        let serial = dice.between(0, 999);
        let number = format!("{day:02}{month:02}{year:02}{seventh}{serial:03}");
        if !passes_modulus_11(&number) {
            return number;
        }
    }
}

/// Where the century changes with the seventh digit or the year; some are born too late to be used.
fn century_edge_number(dice: &mut Dice) -> String {
    let years = [0, 1, 35, 36, 37, 38, 56, 57, 58, 59, 99];
    let (year, seventh) = (dice.pick(&years), dice.pick(&[0, 3, 4, 5, 8, 9]));
    failing_number(dice, 1, 2, year, seventh)
}

/// Nobody born before 1900 lives, so these may pass, and let the check's count differ.
fn ancient_number_that_passes(dice: &mut Dice) -> String {
    loop {
        let (day, month, year) = (dice.between(1, 28), dice.between(1, 12), dice.between(58, 99));
        let (seventh, serial) = (dice.between(5, 8), dice.between(0, 999));
        let number = format!("{day:02}{month:02}{year:02}{seventh}{serial:03}");
        if passes_modulus_11(&number) {
            return number;
        }
    }
}

fn passes_modulus_11(number: &str) -> bool {
    let digits = number.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.zip([4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).map(|(a, b)| a * b).sum();
    sum.is_multiple_of(11)
}

/// So many days later, or earlier where negative.
pub(super) fn shifted(day: NaiveDate, days: i64) -> NaiveDate {
    let step = Days::new(days.unsigned_abs());
    let moved = if days < 0 { day.checked_sub_days(step) } else { day.checked_add_days(step) };
    moved.expect("a day within the calendar")
}

/// The same day in another year, 28 February where it has no 29th.
pub(super) fn day_in_year(day: NaiveDate, year: i32) -> NaiveDate {
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28)).expect("28 February exists")
}

fn leap_day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 2, 29).expect("a leap year")
}
