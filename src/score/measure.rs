//! What the measures mean, over spells of days. Source: section 5 of the contract; the worked cases are Statistics
//! Denmark's way of counting spells.

use crate::calendar::days;
use chrono::{Datelike, NaiveDate};

/// The first day that a look-back of `years` calendar years keeps: the day after `as_of` − years, where a year without
/// 29 February takes the 28th.
#[must_use]
pub fn window_start(as_of: NaiveDate, years: u32) -> i32 {
    let year = as_of.year().saturating_sub(i32::try_from(years).unwrap_or(i32::MAX));
    let same_day = NaiveDate::from_ymd_opt(year, as_of.month(), as_of.day());
    let before = same_day.or_else(|| NaiveDate::from_ymd_opt(year, as_of.month(), 28));
    before.map_or(i32::MIN, |day| days(day) + 1)
}

/// Days of `from` … `to`, both inclusive, that at least one spell covers. Spells are (first day, last day), by first
/// day.
#[must_use]
pub fn covered_days(spells: impl Iterator<Item = (i32, i32)>, from: i32, to: i32) -> u32 {
    let mut covered = 0;
    // The day after the last one counted.
    let mut next = i64::from(from);
    for (start, end) in spells {
        let first = next.max(i64::from(start));
        let last = i64::from(end.min(to));
        if first <= last {
            covered += last - first + 1;
            next = last + 1;
        }
    }
    u32::try_from(covered).unwrap_or(u32::MAX)
}

/// Days of the latest stretch that reaches `as_of`, from its first day to `as_of`, both inclusive; 0 where none does.
/// Gaps of at most `max_gap_days` do not break a stretch. Spells are (first day, last day), by first day; none begins
/// after `as_of`.
#[must_use]
pub fn unbroken_days(spells: impl Iterator<Item = (i32, i32)>, as_of: i32, max_gap_days: u32) -> u32 {
    let mut stretch: Option<(i64, i64)> = None;
    for (start, end) in spells {
        let (start, end) = (i64::from(start), i64::from(end.min(as_of)));
        stretch = match stretch {
            Some((first, last)) if start - last - 1 <= i64::from(max_gap_days) => Some((first, last.max(end))),
            _ => Some((start, end)),
        };
    }
    match stretch {
        Some((first, last)) if i64::from(as_of) - last <= i64::from(max_gap_days) => {
            u32::try_from(i64::from(as_of) - first + 1).unwrap_or(0)
        }
        _ => 0,
    }
}
