//! Whether the relations between the tables' cells tell all there is to know.
//!
//! Tables are views of one table over all dimensions, which nobody publishes. If the published ones cross in a circle
//! (sex × age, age × status, status × sex), the one behind them limits what hidden cells can be beyond what the
//! totals say. If they do not (the sets of dimensions form an acyclic hypergraph), any counts that agree on all
//! shared totals belong to some table behind them, so the relations between the cells are all there is (Vorob'ev
//! 1962; Beeri, Fagin, Maier and Yannakakis 1983; for counts, the junction tree of decomposable models, Lauritzen
//! 1996). The test is the reduction of Graham, Yu and Özsoyoğlu.

use super::error::{Error, Result};
use super::release::Release;
use std::collections::{BTreeMap, BTreeSet};

/// Refuses tables that cross in a circle, unless one table, published or not, has all dimensions of the circle.
pub(super) fn check(release: &Release) -> Result<()> {
    let mut universes: BTreeMap<&str, Vec<BTreeSet<&str>>> = BTreeMap::new();
    for table in &release.tables {
        let mut dimensions: BTreeSet<&str> = table.dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
        // Whoever has the finer dimension has the coarser as well.
        let mut before = 0;
        while before < dimensions.len() {
            before = dimensions.len();
            let follows = release.groupings.iter().filter(|grouping| dimensions.contains(grouping.fine.as_str()));
            let follows: Vec<&str> = follows.map(|grouping| grouping.coarse.as_str()).collect();
            dimensions.extend(follows);
        }
        universes.entry(&table.universe).or_default().push(dimensions);
    }
    for (universe, mut sets) in universes {
        reduce(&mut sets);
        if !sets.is_empty() {
            let dimensions: BTreeSet<&str> = sets.into_iter().flatten().collect();
            let dimensions = dimensions.into_iter().map(str::to_owned).collect();
            return Err(Error::JointTableMissing { universe: universe.to_owned(), dimensions });
        }
    }
    Ok(())
}

/// Drops what stands in one set only, and sets within others, until nothing changes; nothing is left of an acyclic one.
fn reduce(sets: &mut Vec<BTreeSet<&str>>) {
    loop {
        let before = sets.iter().map(BTreeSet::len).sum::<usize>() + sets.len();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for dimension in sets.iter().flatten() {
            *times.entry(dimension).or_default() += 1;
        }
        for set in sets.iter_mut() {
            set.retain(|dimension| times[dimension] > 1);
        }
        let mut position = 0;
        while position < sets.len() {
            let is_within = |(other, set): (usize, &BTreeSet<&str>)| other != position && sets[position].is_subset(set);
            if sets[position].is_empty() || sets.iter().enumerate().any(is_within) {
                sets.remove(position);
            } else {
                position += 1;
            }
        }
        if before == sets.iter().map(BTreeSet::len).sum::<usize>() + sets.len() {
            return;
        }
    }
}
