//! Rounded counts: what is shown, and what a reader knows from it.
//!
//! Small counts are hidden first; rounding before that would let some of them through as a multiple. Totals are the
//! sums of the rounded cells that are shown. They follow from these, so they tell a reader nothing more, and what is
//! hidden is not the difference between a total and its parts; nor is the total the number of those counted.

use super::auditor::Known;

/// The nearest multiple of the base; upwards from half.
pub(super) fn rounded(count: u64, base: u64) -> u64 {
    (count + base / 2) / base * base
}

/// The counts that can be behind a rounded one, knowing that from 1 to below the threshold none is shown.
pub(super) fn behind(rounded: u64, base: u64, threshold: u64) -> Known {
    let low = rounded.saturating_sub(base / 2);
    let high = rounded + (base - 1 - base / 2);
    match rounded {
        0 if high < threshold => Known::exactly(0),
        0 => Known::between(0, high),
        _ => Known::between(low.max(threshold), high),
    }
}
