//! From an amount (days, or a count) to a value and to points.
//!
//! A year is 365.25 days, and n years are reached with floor(n × 365.25) days, so that a full year is a year.

use crate::programme::{Band, Measure, Rule, Scale};

/// The value that stands in `value_<rule>`: years for the measures of days, else the count.
#[must_use]
pub fn value(measure: Measure, amount: u32) -> f64 {
    if measure.is_in_years() { f64::from(amount) / 365.25 } else { f64::from(amount) }
}

/// The least amount that reaches a band.
#[must_use]
pub fn least_amount(measure: Measure, from: f64) -> f64 {
    if measure.is_in_years() { (from * 365.25).floor() } else { from.ceil() }
}

/// The points that a rule gives for an amount.
#[must_use]
pub fn points(rule: &Rule, amount: u32) -> i64 {
    match &rule.scale {
        Scale::Bands(bands) => {
            let reached = |band: &&Band| f64::from(amount) >= least_amount(rule.measure, band.from);
            bands.iter().rev().find(reached).map_or(0, |band| i64::from(band.points))
        }
        Scale::PerOne { points, max } => {
            let whole = if rule.measure.is_in_years() { whole_years(amount) } else { i64::from(amount) };
            let points = whole * i64::from(*points);
            max.map_or(points, |max| points.min(i64::from(max)))
        }
    }
}

/// Days as whole years, as rules count them, and the days that are left.
#[must_use]
pub fn years_and_days(days: u32) -> (u32, u32) {
    let years = u32::try_from(whole_years(days)).unwrap_or(0);
    let in_years = u64::from(years) * 1461 / 4;
    (years, u32::try_from(u64::from(days) - in_years).unwrap_or(0))
}

/// The largest n with floor(n × 365.25) ≤ days. As floor(n·1461/4) ≤ d means n·1461 < 4·(d + 1), it is
/// (4·(d + 1) − 1) / 1461, rounded down.
fn whole_years(days: u32) -> i64 {
    (4 * (i64::from(days) + 1) - 1) / 1461
}
