//! What a unit's points could be if rows of its members that cannot be used were mended.

use super::points::{least_amount, points};
use super::unit::{Prepared, Scorer};
use crate::extract::Record;
use crate::programme::{Measure, Rule, Scale};

/// The longest that somebody can have had anything, in days: 120 years.
const LONGEST: i32 = 120 * 366;

/// A unit's points under all rules, and between which they would lie with rows that nobody knows yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bounds {
    /// As the rows are.
    pub now: i64,
    /// At least.
    pub least: i64,
    /// At most.
    pub most: i64,
    /// Whether it could be eligible.
    pub could_be_eligible: bool,
}

impl Scorer<'_> {
    /// The bounds of a unit, given its departments, its members' rows in any of them, and by department how many further
    /// rows could come; each is taken to be about any type, days, record and child, and to join nobody to the unit.
    pub(crate) fn bounds<'l, R: Iterator<Item = &'l [Record]>>(
        &self,
        open_departments: u64,
        rows: impl Fn(usize) -> R,
        further: &[u32],
    ) -> Bounds {
        let gains = further.iter().enumerate().filter(|(_, rows)| **rows > 0);
        let could_be_open = gains.fold(open_departments, |open, (department, _)| open | 1 << department);
        let mut bounds =
            Bounds { could_be_eligible: could_be_open.count_ones() >= self.min_departments, ..Bounds::default() };
        for (position, prepared) in self.rules.iter().enumerate() {
            let amount = self.amount(prepared, open_departments.count_ones(), rows(prepared.department));
            let most = match prepared.rule.measure {
                Measure::Departments => could_be_open.count_ones(),
                _ => amount.saturating_add(self.gain(prepared, amount, further[prepared.department])),
            };
            let (least_points, most_points) = extremes(prepared.rule, amount, most);
            bounds.now += points(prepared.rule, amount);
            bounds.least += least_points;
            bounds.most += most_points;
            bounds.could_be_eligible &= most_points > 0 || !self.required.contains(&position);
        }
        bounds.could_be_eligible &= self.min_points.is_none_or(|least| bounds.most >= i64::from(least));
        bounds
    }

    /// By how much so many further rows can raise an amount of days or counts.
    fn gain(&self, prepared: &Prepared<'_>, amount: u32, further: u32) -> u32 {
        if further == 0 {
            return 0;
        }
        if prepared.rule.measure.is_in_years() {
            let from = prepared.from.max(self.as_of.saturating_sub(LONGEST));
            return self.as_of.abs_diff(from).saturating_add(1).saturating_sub(amount);
        }
        further
    }
}

/// The least and the most points that a rule gives for an amount within these, both inclusive.
fn extremes(rule: &Rule, from: u32, to: u32) -> (i64, i64) {
    let given = steps(rule, from, to);
    (given.iter().copied().min().unwrap_or(0), given.iter().copied().max().unwrap_or(0))
}

/// The points that a rule gives for the least and the most of these amounts, and wherever they change their sign between:
/// for one, or with bands, for each.
pub(crate) fn steps(rule: &Rule, from: u32, to: u32) -> Vec<i64> {
    let mut given = vec![points(rule, from), points(rule, to)];
    let within = |least: f64| f64::from(from) < least && least <= f64::from(to);
    match &rule.scale {
        Scale::Bands(bands) => {
            let starts = bands.iter().map(|band| (least_amount(rule.measure, band.from), band.points));
            // Of bands that begin with the same amount, the last counts.
            let next = starts.clone().skip(1).map(|(least, _)| Some(least)).chain([None]);
            let reached = starts.zip(next).filter(|((least, _), next)| within(*least) && *next != Some(*least));
            given.extend(reached.map(|((_, points), _)| i64::from(points)));
        }
        Scale::PerOne { points, max } if within(least_amount(rule.measure, 1.0)) => {
            given.push(i64::from(max.map_or(*points, |max| max.min(*points))));
        }
        Scale::PerOne { .. } => {}
    }
    given
}
