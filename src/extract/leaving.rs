//! The names under which an extract's types leave a department.

use super::records::Types;
use crate::programme::OTHER_TYPE;
use std::collections::{BTreeMap, HashSet};

/// How types leave a department.
#[derive(Debug, Clone)]
pub struct LeavingTypes {
    /// The names under which types leave, sorted bytewise.
    pub names: Vec<String>,
    /// For each type as it came, the position of its name among `names`.
    pub ranks: Vec<u32>,
    /// The types that leave as `other`, with the rows of the extract that have them, sorted.
    pub other: Vec<(String, u64)>,
}

impl LeavingTypes {
    /// Notes how many rows each type has that leaves as `other`.
    pub(super) fn set_rows(&mut self, types: &Types, rows_of_type: &[u64]) {
        let counted = types.names().iter().zip(&self.ranks).zip(rows_of_type);
        let is_other = |rank: u32| self.names[rank as usize] == OTHER_TYPE;
        let other = counted.filter(|((_, rank), rows)| is_other(**rank) && **rows > 0);
        self.other = other.map(|((name, _), rows)| (name.clone(), *rows)).collect();
        self.other.sort_unstable();
    }

    /// Rows by the name under which they leave, given those of each type as it came; only names that occur.
    pub(super) fn rows_by_name(&self, rows_of_type: &[u64]) -> BTreeMap<String, u64> {
        let mut rows = BTreeMap::new();
        for (&rank, &count) in self.ranks.iter().zip(rows_of_type).filter(|(_, count)| **count > 0) {
            *rows.entry(self.names[rank as usize].clone()).or_insert(0) += count;
        }
        rows
    }

    /// Every type that may leave does so under its own name, every other as `other`.
    #[must_use]
    pub fn new(types: &Types, may_leave: &[&str]) -> Self {
        let may_leave: HashSet<&str> = may_leave.iter().copied().collect();
        let leaves_as =
            |name: &String| if may_leave.contains(name.as_str()) { name.clone() } else { OTHER_TYPE.to_owned() };
        Self::ranked(&types.names().iter().map(leaves_as).collect::<Vec<_>>())
    }

    /// The types of a delivery, which leave under the names that they have there.
    pub(crate) fn of_delivered(types: &[String]) -> Self {
        Self::ranked(types)
    }

    /// By type, the name under which it leaves.
    fn ranked(leaving: &[String]) -> Self {
        let mut names = leaving.to_vec();
        names.sort_unstable();
        names.dedup();
        let rank = |name: &String| names.binary_search(name).ok().and_then(|rank| u32::try_from(rank).ok());
        let ranks = leaving.iter().map(|name| rank(name).expect("every name stands among the names")).collect();
        Self { names, ranks, other: Vec::new() }
    }
}
