//! Who entered, stayed and left since the previous period, and how that ties the two periods' releases together.

use super::counted::Counted;
use super::tables::{changed, proposed_persons};
use crate::disclosure::{Comparison, Equation, Published, RawCount, Relation, Release};
use crate::identity::Pseudonym;

/// Persons that are proposed now or were in the previous period.
#[derive(Debug, Clone)]
pub struct Flows {
    /// Who entered, stayed and left.
    pub(super) counts: [RawCount; 3],
}

impl Flows {
    /// Holds those who are proposed now against those who were before.
    #[must_use]
    pub fn new(now: &Counted, before: &[Pseudonym]) -> Self {
        let mut before = before.to_vec();
        before.sort_unstable();
        before.dedup();
        let is_in = |persons: &[Pseudonym], person: &Pseudonym| persons.binary_search(person).is_ok();
        let count = |count: usize| RawCount::new(count as u64);
        let stayed = now.proposed.iter().filter(|person| is_in(&before, person)).count();
        Self { counts: [count(now.proposed.len() - stayed), count(stayed), count(before.len() - stayed)] }
    }
}

/// What the readers of a release of the previous period know.
#[derive(Debug, Clone)]
pub struct PreviousRelease {
    published: Published,
    /// What names of its universes and dimensions have behind them here.
    suffix: String,
}

/// Between a name and the period that it is of.
const OF: &str = " of period ";

impl PreviousRelease {
    /// A release of another period: its counts are other counts.
    #[must_use]
    pub fn new(published: &Published, period: &str) -> Self {
        let suffix = format!("{OF}{period}");
        let renamed = |name: &str| format!("{name}{suffix}");
        Self { published: published.renamed(renamed, renamed), suffix }
    }

    /// Lays it beside this period's: those who were proposed then stayed or left.
    pub(super) fn beside(&self, release: Release) -> Release {
        let renamed = |name: &str| format!("{name}{}", self.suffix);
        let then = proposed_persons().renamed(renamed, renamed);
        let release = release.earlier(self.published.clone());
        if self.published.known(&then).is_none() {
            return release;
        }
        let terms = vec![(1, changed(1)), (1, changed(2)), (-1, then)];
        release.equation(Equation { terms, comparison: Comparison::Equal, constant: 0 })
    }
}

/// What is published of this period alone, to be kept for later audits: what other periods' releases said stands in
/// theirs.
pub(super) fn own(published: &Published) -> Published {
    let mut places = vec![None; published.cells.len()];
    let mut cells = Vec::new();
    for (position, (cell, known)) in published.cells.iter().enumerate() {
        if !cell.as_ref().is_some_and(|cell| cell.universe().contains(OF)) {
            places[position] = Some(cells.len());
            cells.push((cell.clone(), *known));
        }
    }
    let moved = |relation: &Relation| {
        let term = |&(cell, factor): &(usize, i64)| Some((places[cell]?, factor));
        let terms = relation.terms.iter().map(term).collect::<Option<_>>()?;
        Some(Relation { terms, constant: relation.constant })
    };
    let relations = published.relations.iter().filter_map(moved).collect();
    Published { cells, relations }
}
