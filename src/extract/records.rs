//! Accepted records: kept in parts, sorted, duplicates counted once.

use crate::identity::{Pseudonym, Sex};
use crate::programme::OTHER_TYPE;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// An accepted row: 64 bytes, so that a nation's fit in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Whom it is about.
    pub person: Pseudonym,
    /// The record (case) it belongs to, where there is one.
    pub record: Option<Pseudonym>,
    /// The child it is about, where there is one.
    pub child: Option<Pseudonym>,
    /// Position of its type among the [`Types`].
    pub kind: u32,
    /// First day, in days since 1970-01-01.
    pub start: i32,
    /// Last day, or [`Record::OPEN`].
    pub end: i32,
    /// The person's sex.
    pub sex: Sex,
    /// The person's age band.
    pub age_band: u8,
}

impl Record {
    /// Stands for an open end; sorts first, as nulls do.
    pub const OPEN: i32 = i32::MIN;
}

/// The distinct types of an extract, in the order in which they came up.
#[derive(Debug, Clone, Default)]
pub struct Types {
    names: Vec<String>,
    positions: HashMap<String, u32>,
}

impl Types {
    /// The position of a type, which is added where it is new.
    pub fn position(&mut self, name: String) -> u32 {
        if let Some(&position) = self.positions.get(&name) {
            return position;
        }
        let position = u32::try_from(self.names.len()).expect("fewer than 2³² distinct types");
        self.names.push(name.clone());
        self.positions.insert(name, position);
        position
    }

    /// All names, by position.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// Parts that records are kept in: by the leading bits of the person, so that each part sorts on its own and the
/// parts in their order are the whole in order (pseudonyms are uniform).
const PARTS: usize = 64;

/// The accepted records of a department.
#[derive(Debug, Clone)]
pub struct Records {
    parts: Vec<Vec<Record>>,
}

impl Default for Records {
    fn default() -> Self {
        Self { parts: vec![Vec::new(); PARTS] }
    }
}

impl Records {
    /// Adds records whose types stand at `positions[kind]`.
    pub fn add(&mut self, records: &[Record], positions: &[u32]) {
        for record in records {
            let part =
                usize::try_from(record.person.bits() >> (128 - PARTS.ilog2())).expect("fewer bits than a usize has");
            self.parts[part].push(Record { kind: positions[record.kind as usize], ..*record });
        }
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sorts bytewise by person, start, end, type as it leaves, record and child, nulls first, and removes records
    /// that equal another in all of these and in the type as it came.
    ///
    /// `ranks` has each type's position in the order of the names under which types leave. Gives how many records were
    /// removed, and how many of each type are left.
    pub fn sort_and_deduplicate(&mut self, ranks: &[u32]) -> (u64, Vec<u64>) {
        let key = |record: &Record| {
            let rank = ranks[record.kind as usize];
            (record.person, record.start, record.end, rank, record.record, record.child, record.kind)
        };
        let tidy = |part: &mut Vec<Record>| {
            let before = part.len();
            part.sort_unstable_by_key(key);
            part.dedup();
            let mut of_type = vec![0; ranks.len()];
            for record in part.iter() {
                of_type[record.kind as usize] += 1;
            }
            ((before - part.len()) as u64, of_type)
        };
        let add = |(removed, mut of_type): (u64, Vec<u64>), (more, further): (u64, Vec<u64>)| {
            of_type.iter_mut().zip(further).for_each(|(count, further)| *count += further);
            (removed + more, of_type)
        };
        self.parts.par_iter_mut().map(tidy).reduce(|| (0, vec![0; ranks.len()]), add)
    }

    /// The parts, each with the persons that come after the part before.
    pub(crate) fn into_parts(self) -> Vec<Vec<Record>> {
        self.parts
    }

    /// The records from one position to another, in order once sorted.
    pub fn range(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = &Record> {
        let mut before = 0;
        self.parts.iter().flat_map(move |part| {
            let start = range.start.saturating_sub(before).min(part.len());
            let end = range.end.saturating_sub(before).min(part.len());
            before += part.len();
            &part[start..end]
        })
    }
}

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

    /// Every type that may leave does so under its own name, every other as `other`.
    #[must_use]
    pub fn new(types: &Types, may_leave: &[&str]) -> Self {
        let may_leave: HashSet<&str> = may_leave.iter().copied().collect();
        let leaves_as =
            |name: &String| if may_leave.contains(name.as_str()) { name.clone() } else { OTHER_TYPE.to_owned() };
        let leaving: Vec<String> = types.names().iter().map(leaves_as).collect();
        let mut names = leaving.clone();
        names.sort_unstable();
        names.dedup();
        let rank = |name: &String| names.binary_search(name).ok().and_then(|rank| u32::try_from(rank).ok());
        let ranks = leaving.iter().map(|name| rank(name).expect("every name stands among the names")).collect();
        Self { names, ranks, other: Vec::new() }
    }
}
