//! Units divided in two: those to whom a rule gives points and those to whom it does not, and those of whom a department
//! could not use all rows and all others.

use super::counted::{Counted, Standing};
use super::scales::NOT_RANKED;
use super::tables::internal;
use crate::disclosure::{Dimension, RawCount, Table};
use crate::error::Result;
use crate::linkage::{Linked, Units};
use crate::programme::{Department, Programme, Rule, Universe};
use crate::score::Scored;
use crate::selection::Selected;
use rayon::prelude::*;

/// Of a unit to which a rule gives points, more or fewer than none.
pub(crate) const POINTS: &str = "points";

/// Of an eligible unit to which it gives none.
pub(super) const NO_POINTS: &str = "no_points";

/// Of a unit with a member of whom a department could not use all rows.
pub(crate) const INCOMPLETE: &str = "incomplete";

/// Of such a unit and of all others.
pub(super) const COMPLETENESS: [&str; 2] = [INCOMPLETE, "complete"];

/// No more rules than these have a table: they are read by people, and all tables are protected together.
const MOST_RULES: usize = 40;

/// So many units of each standing.
type Counts = [u64; Standing::ALL.len()];

/// Units for which something holds and those for which it does not, by what became of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Divided([[RawCount; Standing::ALL.len()]; 2]);

impl Divided {
    fn new(counts: [Counts; 2]) -> Self {
        Self(counts.map(|counts| counts.map(RawCount::new)))
    }

    /// By rule that has a table: the eligible units to which it gives points, and those to which it gives none.
    pub(super) fn by_rule(programme: &Programme, selected: &Selected, standings: &[Standing]) -> Vec<Self> {
        let rules = programme.rules.len().min(MOST_RULES);
        let none = || vec![[Counts::default(); 2]; rules];
        let add = |mut all: Vec<[Counts; 2]>, position: usize| {
            let ranked = &selected.ranked[position];
            let standing = standings[ranked.position] as usize;
            for (counts, points) in all.iter_mut().zip(&ranked.scored.points) {
                counts[usize::from(*points == 0)][standing] += 1;
            }
            all
        };
        let all = (0..selected.ranked.len()).into_par_iter().fold(none, add).reduce(none, |one, other| {
            one.into_iter().zip(other).map(|(one, other)| [sum(one[0], other[0]), sum(one[1], other[1])]).collect()
        });
        all.into_iter().map(Self::new).collect()
    }

    /// By department: the units with a member of whom it could not use all rows, and all others.
    pub(super) fn by_completeness(linked: &Linked<Scored>, units: &Units, standings: &[Standing]) -> Vec<Self> {
        let of_department = |incomplete: &[u32]| {
            let mut is_incomplete = vec![false; linked.number_of_persons()];
            for &person in incomplete {
                is_incomplete[person as usize] = true;
            }
            let add = |mut counts: [Counts; 2], position: usize| {
                let is_one = units.get(position).members.iter().any(|&member| is_incomplete[member as usize]);
                counts[usize::from(!is_one)][standings[position] as usize] += 1;
                counts
            };
            let none = <[Counts; 2]>::default;
            let counts = (0..units.len()).into_par_iter().fold(none, add);
            counts.reduce(none, |one, other| [sum(one[0], other[0]), sum(one[1], other[1])])
        };
        linked.departments.iter().map(|department| Self::new(of_department(&department.incomplete))).collect()
    }
}

fn sum(mut one: Counts, other: Counts) -> Counts {
    one.iter_mut().zip(other).for_each(|(one, other)| *one += other);
    one
}

/// The name of a rule's table and of its dimension.
pub(crate) fn by_rule(rule: &Rule) -> String {
    format!("rule_{}", rule.id)
}

/// Whether a dimension counts by what a rule gives.
pub(super) fn is_of_rule(dimension: &str) -> bool {
    dimension.starts_with("rule_")
}

/// The name of the table of units that are incomplete in a department, and of its dimension.
pub(crate) fn by_completeness(department: &str) -> String {
    format!("incomplete_{department}")
}

/// The rules that have a table.
pub(super) fn counted_rules(programme: &Programme) -> &[Rule] {
    &programme.rules[..programme.rules.len().min(MOST_RULES)]
}

/// For each rule, the units by whether it gives them points; for each department, by whether it could use all rows.
pub(super) fn tables(programme: &Programme, counted: &Counted) -> Result<Vec<Table>> {
    let not_ranked = counted.units.iter().filter(|(unit, _)| unit.standing == Standing::NotEligible);
    let not_ranked: RawCount = not_ranked.map(|(_, count)| *count).sum();
    let of_rule = |(rule, divided): (&Rule, &Divided)| {
        let mut others = [RawCount::ZERO; Standing::ALL.len()];
        others[Standing::NotEligible as usize] = not_ranked;
        table(&by_rule(rule), &[POINTS, NO_POINTS, NOT_RANKED], &[&divided.0[..], &[others]].concat())
    };
    let of_department = |(department, divided): (&Department, &Divided)| {
        table(&by_completeness(&department.id), &COMPLETENESS, &divided.0)
    };
    let rules = counted_rules(programme).iter().zip(&counted.by_rule).map(of_rule);
    rules.chain(programme.departments.iter().zip(&counted.by_completeness).map(of_department)).collect()
}

/// A table of one name with its dimension, and the standings.
fn table(name: &str, values: &[&str], counts: &[[RawCount; Standing::ALL.len()]]) -> Result<Table> {
    let dimensions = vec![Dimension::new(name, values), Dimension::new("status", &Standing::ALL.map(Standing::as_str))];
    Table::new(name, Universe::Units.as_str(), dimensions, counts.as_flattened()).map_err(internal)
}
