//! What each rule says of a unit, with the rows behind it.

use super::unit::{Prepared, Scorer};
use super::{covered_days, points, unbroken_days};
use crate::extract::Record;
use crate::programme::Measure;

/// What one rule says of a unit.
#[derive(Debug, Clone)]
pub struct RuleExplained<'r> {
    /// Days or a count.
    pub amount: u32,
    /// Its points.
    pub points: i64,
    /// The rows that count, each with the position of its member.
    pub rows: Vec<(usize, &'r Record)>,
}

impl Scorer<'_> {
    /// Explains every rule, whether the unit is in enough departments or not. `rows` has each department's rows of each
    /// member, by start, without those that start after `as_of`.
    #[must_use]
    pub fn explain<'r>(&self, open_departments: u64, rows: &[Vec<&'r [Record]>]) -> Vec<RuleExplained<'r>> {
        let explain = |prepared: &Prepared<'_>| {
            let of_members = rows.get(prepared.department).map_or(&[][..], Vec::as_slice);
            let amount = self.amount(prepared, open_departments.count_ones(), of_members.iter().copied());
            let rows = if amount == 0 { Vec::new() } else { self.behind(prepared, amount, of_members) };
            RuleExplained { amount, points: points(prepared.rule, amount), rows }
        };
        self.rules().map(explain).collect()
    }

    /// The rows that make up an amount above 0.
    fn behind<'r>(&self, prepared: &Prepared<'_>, amount: u32, members: &[&'r [Record]]) -> Vec<(usize, &'r Record)> {
        let as_of = self.as_of();
        // Of the first member that has the amount, for measures of days.
        let of_longest = |days: &dyn Fn(&[Record]) -> u32, from: i32| {
            let longest = members.iter().position(|rows| days(rows) == amount).unwrap_or(0);
            let rows = members.get(longest).map_or(&[][..], |rows| *rows);
            let counts = prepared.chosen(rows).filter(|row| row.last_day() >= from);
            counts.map(|row| (longest, row)).collect::<Vec<_>>()
        };
        let chosen = || {
            let of_member = |(member, rows): (usize, &&'r [Record])| {
                prepared.chosen(rows).map(move |row| (member, row)).collect::<Vec<_>>()
            };
            members.iter().enumerate().flat_map(of_member)
        };
        let is_open = |(_, row): &(usize, &Record)| row.is_open(as_of);
        match prepared.rule.measure {
            Measure::Years => {
                let days = |rows: &[Record]| covered_days(prepared.spells(rows), prepared.from, as_of);
                of_longest(&days, prepared.from)
            }
            Measure::YearsUnbroken => {
                let gap = prepared.rule.max_gap_days;
                let days = |rows: &[Record]| unbroken_days(prepared.spells(rows), as_of, gap);
                // The stretch reaches as_of and is so many days long.
                of_longest(&days, as_of.saturating_add(1).saturating_sub_unsigned(amount))
            }
            Measure::OpenCases => chosen().filter(is_open).collect(),
            Measure::Cases => chosen().filter(|(_, row)| row.last_day() >= prepared.from).collect(),
            Measure::Children => chosen().filter(is_open).filter(|(_, row)| row.child.is_some()).collect(),
            Measure::Departments => Vec::new(),
        }
    }
}
