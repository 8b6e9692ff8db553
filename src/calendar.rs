//! Days as Parquet's date32 counts them, from 1970-01-01, and the months they lie in.
//!
//! chrono knows the calendar. What it says of the years that extracts speak of is asked for once and looked up from then
//! on, since every row asks several times.

use chrono::{Datelike, NaiveDate};
use std::sync::LazyLock;

/// 1970-01-01, counted as chrono does, from the year 1.
const EPOCH: i32 = 719_163;

/// The first year whose months are looked up.
const FIRST_YEAR: i32 = 1800;

/// So many years after the first the calendar repeats itself.
const YEARS: i32 = 400;

/// Days in that many years.
const DAYS: i64 = 146_097;

/// The first day of each month of these years, and of the month after them.
static FIRST_DAYS: LazyLock<Vec<i32>> = LazyLock::new(|| {
    let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1).map(days).expect("every month has a first day");
    let months = (FIRST_YEAR..FIRST_YEAR + YEARS).flat_map(|year| (1..=12).map(move |month| first(year, month)));
    months.chain([first(FIRST_YEAR + YEARS, 1)]).collect()
});

/// The number of a date.
pub(crate) fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH
}

/// The date of a number; the first there is, where there is none such.
pub(crate) fn date(day: i32) -> NaiveDate {
    day.checked_add(EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MIN)
}

/// The number of the day that a year, a month and a day of the month give; `None` where there is no such day.
pub(crate) fn day_of(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(FIRST_YEAR..FIRST_YEAR + YEARS).contains(&year) || !(1..=12).contains(&month) {
        return NaiveDate::from_ymd_opt(year, month, day).map(days);
    }
    let at = usize::try_from((year - FIRST_YEAR) * 12).ok()? + month as usize - 1;
    let (first, next) = (FIRST_DAYS[at], FIRST_DAYS[at + 1]);
    let number = first.checked_add_unsigned(day)? - 1;
    (first..next).contains(&number).then_some(number)
}

/// The month that a day lies in, counted from January of the year 0.
pub(crate) fn month(day: i32) -> i32 {
    match month_at(day) {
        Some(at) => FIRST_YEAR * 12 + i32::try_from(at).expect("there are 4800 of them"),
        None => date(day).year() * 12 + date(day).month0().cast_signed(),
    }
}

/// The first day of a day's month.
pub(crate) fn first_of_month(day: i32) -> i32 {
    day - date(day).day0().cast_signed()
}

/// The last day of a day's month.
pub(crate) fn last_of_month(day: i32) -> i32 {
    first_of_month(day) + i32::from(date(day).num_days_in_month()) - 1
}

/// Where the first day of a day's month stands among [`FIRST_DAYS`]; `None` where it is not looked up.
fn month_at(day: i32) -> Option<usize> {
    let since = i64::from(day) - i64::from(FIRST_DAYS[0]);
    // Were all months of one length, this would be it; so it is, or the one before or after.
    let near = usize::try_from(since * i64::from(YEARS * 12) / DAYS).ok()?;
    match *FIRST_DAYS[..].get(near..)?.first_chunk()? {
        [first, _] if day < first => near.checked_sub(1),
        [_, next] if day >= next => Some(near + 1),
        _ => Some(near),
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_YEAR, YEARS, date, day_of, days, first_of_month, last_of_month, month};
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn every_day_is_what_chrono_says_in_the_tables_and_around_them() {
        let first = NaiveDate::from_ymd_opt(FIRST_YEAR - 2, 1, 1).expect("a day");
        let until = NaiveDate::from_ymd_opt(FIRST_YEAR + YEARS + 2, 1, 1).expect("a day");
        for expected in first.iter_days().take_while(|date| *date < until) {
            let number = days(expected);
            assert_eq!(date(number), expected);
            assert_eq!(day_of(expected.year(), expected.month(), expected.day()), Some(number), "{expected}");
            assert_eq!(month(number), expected.year() * 12 + expected.month0().cast_signed(), "{expected}");
            assert_eq!(date(first_of_month(number)), expected.with_day(1).expect("every month has one"));
            let next = date(last_of_month(number) + 1);
            assert_eq!((next.day(), month(days(next))), (1, month(number) + 1), "{expected}");
        }
    }

    #[test]
    fn there_is_no_day_that_chrono_does_not_have() {
        for year in [-1, 0, 1, 1799, 1800, 1900, 2000, 2024, 2026, 2199, 2200, 9999, i32::MIN, i32::MAX] {
            for month in [0, 1, 2, 4, 11, 12, 13, u32::MAX] {
                for day in [0, 1, 28, 29, 30, 31, 32, 99, 1 << 31, u32::MAX] {
                    let expected = NaiveDate::from_ymd_opt(year, month, day).map(days);
                    assert_eq!(day_of(year, month, day), expected, "{year}-{month}-{day}");
                }
            }
        }
        for number in [i32::MIN, i32::MIN + 1, -720_000, i32::MAX] {
            assert_eq!(month(number), date(number).year() * 12 + date(number).month0().cast_signed(), "{number}");
        }
    }
}
