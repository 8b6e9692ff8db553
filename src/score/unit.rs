//! A unit's amounts and points under all rules.

use super::measure::{covered_days, unbroken_days, window_start};
use super::points::points;
use crate::extract::Record;
use crate::identity::Pseudonym;
use crate::linkage::{Linked, Unit};
use crate::programme::{Measure, Programme, Rule};

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
    linked: &'p Linked,
    rules: Vec<Prepared<'p>>,
}

#[derive(Debug)]
struct Prepared<'p> {
    rule: &'p Rule,
    /// Position of its department.
    department: usize,
    /// By position of a type: whether it counts; `None` where all do.
    counts: Option<Vec<bool>>,
    /// First day of the window.
    from: i32,
}

impl<'p> Scorer<'p> {
    /// Prepares a programme's rules for these deliveries.
    #[must_use]
    pub fn new(programme: &'p Programme, linked: &'p Linked) -> Self {
        let prepare = |rule: &'p Rule| {
            let department = programme
                .departments
                .iter()
                .position(|department| Some(&department.id) == rule.department.as_ref())
                .unwrap_or(0);
            let types = linked.departments.get(department).map_or(&[][..], |department| &department.types);
            let counts = rule.types.as_ref().map(|named| types.iter().map(|name| named.contains(name)).collect());
            let from = rule.window_years.map_or(i32::MIN, |years| window_start(programme.as_of, years));
            Prepared { rule, department, counts, from }
        };
        Self { linked, rules: programme.rules.iter().map(prepare).collect() }
    }

    /// Scores one unit.
    #[must_use]
    pub fn score(&self, unit: Unit<'_>) -> Scored {
        let amounts: Vec<u32> = self.rules.iter().map(|rule| self.amount(rule, unit)).collect();
        let points = self.rules.iter().zip(&amounts).map(|(prepared, &amount)| points(prepared.rule, amount)).collect();
        Scored { amounts, points }
    }

    fn amount(&self, prepared: &Prepared<'_>, unit: Unit<'_>) -> u32 {
        let as_of = self.linked.as_of;
        let rows = || unit.members.iter().map(|&member| self.linked.rows(prepared.department, member));
        let is_open = |row: &&Record| row.is_open(as_of);
        match prepared.rule.measure {
            Measure::Years => {
                rows().map(|rows| covered_days(prepared.spells(rows), prepared.from, as_of)).max().unwrap_or(0)
            }
            Measure::YearsUnbroken => rows()
                .map(|rows| unbroken_days(prepared.spells(rows), as_of, prepared.rule.max_gap_days))
                .max()
                .unwrap_or(0),
            Measure::OpenCases => distinct_records(rows().flat_map(|rows| prepared.chosen(rows)).filter(is_open)),
            Measure::Cases => distinct_records(
                rows().flat_map(|rows| prepared.chosen(rows)).filter(|row| row.last_day() >= prepared.from),
            ),
            Measure::Children => {
                let mut children: Vec<Pseudonym> =
                    rows().flat_map(|rows| prepared.chosen(rows)).filter(is_open).filter_map(|row| row.child).collect();
                count_distinct(&mut children)
            }
            Measure::Departments => unit.open_departments.count_ones(),
        }
    }
}

impl Prepared<'_> {
    /// The rows whose type counts.
    fn chosen<'l>(&'l self, rows: &'l [Record]) -> impl Iterator<Item = &'l Record> {
        rows.iter().filter(|row| self.counts.as_ref().is_none_or(|counts| counts[row.kind as usize]))
    }

    fn spells<'l>(&'l self, rows: &'l [Record]) -> impl Iterator<Item = (i32, i32)> {
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
