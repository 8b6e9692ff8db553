//! Weekly rows: each says that a benefit was paid for a week, or taken back; what is left becomes spells of whole weeks.

use super::records::Record;
use crate::identity::Pseudonym;
use crate::programme::{DateFormat, Decimal};
use chrono::{Datelike, NaiveDate, Weekday};
use rayon::prelude::*;

/// Decimals that an amount can have.
const MOST_DECIMALS: usize = 12;

/// Digits before them; sums of 2³² such amounts fit into an `i128`.
const MOST_DIGITS: usize = 14;

/// Days of a week.
const WEEK: i32 = 7;

/// The Monday of a week, written as a date or as an ISO week such as `2025-W01`.
pub(super) fn monday(text: &str, dates: &DateFormat) -> Result<NaiveDate, super::Reason> {
    let of_number = || {
        let (year, week) = text.split_once("-W")?;
        let is_number = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(year, 4) || !is_number(week, 2) {
            return None;
        }
        NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)
    };
    let day = dates.read(text).filter(|day| day.weekday() == Weekday::Mon).or_else(of_number);
    day.ok_or(super::Reason::DateMalformed)
}

/// An amount in units of 10⁻¹²; `None` where it is not written with this decimal sign. The other sign, or a blank, may
/// group thousands.
pub(super) fn amount(text: &str, decimal: Decimal) -> Option<i128> {
    let (decimal, group) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (sign, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, decimals) = unsigned.split_once(decimal).unwrap_or((unsigned, ""));
    let separates = |character: char| character == group || character == ' ' || character == '\u{a0}';
    let mut groups = whole.split(separates);
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for further in groups {
        if further.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(further);
    }
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_written = !digits.is_empty() && (!decimals.is_empty() || !unsigned.contains(decimal));
    let fits = digits.trim_start_matches('0').len() <= MOST_DIGITS && decimals.len() <= MOST_DECIMALS;
    if !is_written || !fits || !is_number(&digits) || !is_number(decimals) {
        return None;
    }
    let units: i128 = format!("{digits}{decimals:0<MOST_DECIMALS$}").parse().ok()?;
    Some(sign * units)
}

/// An accepted weekly row. Ordered by what is summed and joined: person, type, record, child, week; then the amount.
#[derive(Debug, Clone, Copy)]
pub(super) struct Week {
    /// From the week's Monday to its Sunday.
    pub record: Record,
    /// What was paid, in units of 10⁻¹².
    pub amount: i128,
}

impl Week {
    fn series(&self) -> (Pseudonym, u32, Option<Pseudonym>, Option<Pseudonym>) {
        (self.record.person, self.record.kind, self.record.record, self.record.child)
    }
}

/// What became of weekly rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct WeekCounts {
    pub duplicates: u64,
    pub netted_out: u64,
    pub joined: u64,
}

/// Rows that are equal count once; what is left is summed by person, type, record, child and week; sums of 0 fall away, and
/// weeks of one series that follow one another become one spell.
pub(super) fn spells(mut weeks: Vec<Week>) -> (Vec<Record>, WeekCounts) {
    let mut counts = WeekCounts::default();
    weeks.par_sort_unstable_by_key(|week| (week.series(), week.record.start, week.amount));
    let before = weeks.len();
    weeks.dedup_by_key(|week| (week.series(), week.record.start, week.amount));
    counts.duplicates = (before - weeks.len()) as u64;
    let mut spells: Vec<Record> = Vec::new();
    let mut last: Option<Week> = None;
    for rows in weeks.chunk_by(|one, other| (one.series(), one.record.start) == (other.series(), other.record.start)) {
        if rows.iter().map(|row| row.amount).sum::<i128>() == 0 {
            counts.netted_out += rows.len() as u64;
            continue;
        }
        let week = rows[0];
        let goes_on =
            |before: &Week| before.series() == week.series() && before.record.start + WEEK == week.record.start;
        if let (Some(spell), Some(_)) = (spells.last_mut(), last.filter(goes_on)) {
            spell.end = week.record.end;
            counts.joined += rows.len() as u64;
        } else {
            spells.push(week.record);
            counts.joined += rows.len() as u64 - 1;
        }
        last = Some(week);
    }
    (spells, counts)
}
