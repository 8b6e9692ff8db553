//! Days as whole numbers, and the fixed days of the made-up history. Knows nothing of how a department spells a date.

use chrono::{Datelike, NaiveDate};

/// A day, counted from 1 January of the year 1, which is day 1.
pub(super) type Day = i32;

/// Days in a year, near enough for ages and histories that nobody lived.
pub(super) const YEAR: Day = 365;
/// The day everything is measured on; the programme file says the same.
pub(super) const AS_OF: Day = day(2026, 9, 30);
/// Departments' histories begin here.
pub(super) const HISTORY: Day = day(2010, 1, 1);
/// Measures for children moved from § 52 of the service act to § 32 of barnets lov.
pub(super) const CHILDREN_ACT: Day = day(2024, 1, 1);
/// Uddannelseshjælp became part of kontanthjælp.
pub(super) const ONE_BENEFIT: Day = day(2025, 7, 1);
/// Ressourceforløb and revalidering closed to new cases.
pub(super) const CLOSED_SCHEMES: Day = day(2026, 1, 1);

/// The day of a date of the Gregorian calendar, counting years from 1 March so that a leap day comes last.
pub(super) const fn day(year: i32, month: i32, day_of_month: i32) -> Day {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day_of_month - 306
}

/// Year, month and day of the month.
pub(super) fn date(day: Day) -> (i32, u32, u32) {
    let date = NaiveDate::from_num_days_from_ce_opt(day).expect("made-up days lie in this century or the last");
    (date.year(), date.month(), date.day())
}
