//! Months of days since 1970-01-01.

use chrono::{Datelike, NaiveDate};

/// 1970-01-01, counted as chrono does.
const EPOCH: i32 = 719_163;

/// The month that a day lies in, counted from January of year 0.
pub(super) fn month(day: i32) -> i32 {
    let date = date(day);
    date.year() * 12 + date.month0().cast_signed()
}

/// The first day of a day's month.
pub(super) fn first_of_month(day: i32) -> i32 {
    day - date(day).day0().cast_signed()
}

/// The last day of a day's month.
pub(super) fn last_of_month(day: i32) -> i32 {
    first_of_month(day) + i32::from(date(day).num_days_in_month()) - 1
}

fn date(day: i32) -> NaiveDate {
    // Every day was read from a date with a year of four digits.
    day.checked_add(EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default()
}
