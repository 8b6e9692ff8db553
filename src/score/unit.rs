//! A unit's amounts and points under all rules.

use super::measure::{covered_days, unbroken_days, window_start};
use super::points::points;
use crate::extract::Record;
use crate::identity::Pseudonym;
use crate::linkage::{Alone, Delivery, Linked, Unit};
use crate::programme::{Chosen, Measure, Programme, Rule};

/// What the points system says of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// Days or counts, by rule.
    pub amounts: Vec<u32>,
    /// Points, by rule.
    pub points: Vec<i64>,
}

impl Scored {
    /// The sum of all rules' points.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.points.iter().sum()
    }
}

/// Scores units; what the rules need to know of the deliveries is looked up once.
#[derive(Debug)]
pub struct Scorer<'p> {
    pub(super) rules: Vec<Prepared<'p>>,
    /// The day on which everything is measured, in days since 1970-01-01.
    pub(super) as_of: i32,
    pub(super) min_departments: u32,
    pub(super) min_points: Option<i32>,
    /// Positions of the rules that must give more than 0 points.
    pub(super) required: &'p [usize],
}

/// A rule, and what it needs to know of the deliveries.
#[derive(Debug)]
pub(super) struct Prepared<'p> {
    pub(super) rule: &'p Rule,
    /// Position of its department.
    pub(super) department: usize,
    /// By position of a type: the records of it that count; `None` where all do.
    counts: Option<Vec<Chosen>>,
    /// First day of the window.
    pub(super) from: i32,
}

impl<'p> Scorer<'p> {
    /// Prepares a programme's rules for these deliveries.
    #[must_use]
    pub fn new(programme: &'p Programme, deliveries: &[Delivery]) -> Self {
        let prepare = |rule: &'p Rule| {
            let department = programme
                .departments
                .iter()
                .position(|department| Some(&department.id) == rule.department.as_ref())
                .unwrap_or(0);
            let types = deliveries.get(department).map_or(&[][..], |delivery| &delivery.types);
            let counts = rule.types.as_ref().map(|named| types.iter().map(|name| named.chosen(name)).collect());
            let from = rule.window_years.map_or(i32::MIN, |years| window_start(programme.as_of, years));
            Prepared { rule, department, counts, from }
        };
        Self {
            rules: programme.rules.iter().map(prepare).collect(),
            as_of: crate::calendar::days(programme.as_of),
            min_departments: programme.eligibility.min_departments.unwrap_or(0),
            min_points: programme.eligibility.min_points,
            required: &programme.eligibility.require,
        }
    }

    /// Scores a person who is a unit alone; `None` where it is in too few departments.
    #[must_use]
    pub fn score_alone(&self, alone: Alone<'_>) -> Option<Scored> {
        self.score(alone.open_departments, |department| std::iter::once(alone.rows[department]))
    }

    /// Scores a unit of linked persons; `None` where it is in too few departments, or a person alone.
    #[must_use]
    pub fn score_linked<S: Send + Sync>(&self, linked: &Linked<S>, unit: Unit<'_>) -> Option<Scored> {
        // Most units end here, before anything is looked up.
        self.are_enough(unit.open_departments)?;
        linked.rows(0, unit.members[0])?;
        self.score(unit.open_departments, |department| {
            unit.members.iter().map(move |&member| linked.rows(department, member).unwrap_or_default())
        })
    }

    /// Scores a unit, given its members' rows in any department.
    fn score<'l, R: Iterator<Item = &'l [Record]>>(
        &self,
        open_departments: u64,
        rows: impl Fn(usize) -> R,
    ) -> Option<Scored> {
        let departments = self.are_enough(open_departments)?;
        let amount = |rule: &Prepared<'_>| self.amount(rule, departments, rows(rule.department));
        let amounts: Vec<u32> = self.rules.iter().map(amount).collect();
        let points = self.rules.iter().zip(&amounts).map(|(prepared, &amount)| points(prepared.rule, amount)).collect();
        Some(Scored { amounts, points })
    }

    /// How many departments these are, where that is enough to be scored.
    fn are_enough(&self, open_departments: u64) -> Option<u32> {
        Some(open_departments.count_ones()).filter(|&departments| departments >= self.min_departments)
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &Prepared<'p>> {
        self.rules.iter()
    }

    /// In days since 1970-01-01.
    pub(super) fn as_of(&self) -> i32 {
        self.as_of
    }

    /// What a rule counts of a unit, given its departments and its members' rows in the rule's department.
    pub(super) fn amount<'l>(
        &self,
        prepared: &Prepared<'_>,
        departments: u32,
        rows: impl Iterator<Item = &'l [Record]>,
    ) -> u32 {
        let as_of = self.as_of;
        let is_open = |row: &&Record| row.is_open(as_of);
        match prepared.rule.measure {
            Measure::Years => {
                rows.map(|rows| covered_days(prepared.spells(rows), prepared.from, as_of)).max().unwrap_or(0)
            }
            Measure::YearsUnbroken => rows
                .map(|rows| unbroken_days(prepared.spells(rows), as_of, prepared.rule.max_gap_days))
                .max()
                .unwrap_or(0),
            Measure::OpenCases => distinct_records(rows.flat_map(|rows| prepared.chosen(rows)).filter(is_open)),
            Measure::Cases => {
                let in_window = |row: &&Record| row.last_day() >= prepared.from;
                distinct_records(rows.flat_map(|rows| prepared.chosen(rows)).filter(in_window))
            }
            Measure::Children => {
                let open = rows.flat_map(|rows| prepared.chosen(rows)).filter(is_open);
                let mut children: Vec<Pseudonym> = open.filter_map(|row| row.child).collect();
                count_distinct(&mut children)
            }
            Measure::Departments => departments,
        }
    }
}

impl Prepared<'_> {
    /// The rows whose type counts.
    pub(super) fn chosen<'l>(&self, rows: &'l [Record]) -> impl Iterator<Item = &'l Record> {
        rows.iter()
            .filter(|row| self.counts.as_ref().is_none_or(|counts| counts[row.kind as usize].contains(row.start)))
    }

    pub(super) fn spells(&self, rows: &[Record]) -> impl Iterator<Item = (i32, i32)> {
        self.chosen(rows).map(|row| (row.start, row.last_day()))
    }
}

/// Distinct records; rows without a record id are each their own.
fn distinct_records<'l>(rows: impl Iterator<Item = &'l Record>) -> u32 {
    let mut without_id = 0;
    let mut records: Vec<Pseudonym> = Vec::new();
    for row in rows {
        match row.record {
            Some(record) => records.push(record),
            None => without_id += 1,
        }
    }
    without_id + count_distinct(&mut records)
}

fn count_distinct(pseudonyms: &mut Vec<Pseudonym>) -> u32 {
    pseudonyms.sort_unstable();
    pseudonyms.dedup();
    u32::try_from(pseudonyms.len()).unwrap_or(u32::MAX)
}
