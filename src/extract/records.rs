//! Accepted records: kept in parts, sorted, duplicates counted once.

use super::room::{Overflow, Room, Segment};
use crate::error::Result;
use crate::identity::{Pseudonym, Sex};
use crate::programme::OTHER_TYPE;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

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

    /// The last day, later than all others while it is open.
    #[must_use]
    pub fn last_day(&self) -> i32 {
        if self.end == Self::OPEN { i32::MAX } else { self.end }
    }

    /// Whether it is open on a day.
    #[must_use]
    pub fn is_open(&self, day: i32) -> bool {
        self.start <= day && day <= self.last_day()
    }
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

    /// The position of a type, if it is there.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        match self.names.as_slice() {
            // Few are found faster by looking at each.
            few if few.len() <= 16 => few.iter().zip(0..).find(|(known, _)| *known == name).map(|(_, at)| at),
            _ => self.positions.get(name).copied(),
        }
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

/// The records of a department, in memory as far as there is room.
#[derive(Debug)]
pub struct Records {
    parts: Vec<Part>,
    room: Room,
    in_memory: usize,
    overflow: Option<Arc<Overflow>>,
}

/// Records of persons whose pseudonyms begin alike: those put aside come before those in memory.
#[derive(Debug, Default)]
struct Part {
    aside: Vec<Segment>,
    memory: Vec<Record>,
}

impl Default for Records {
    fn default() -> Self {
        Self::new(Room::default())
    }
}

impl Records {
    /// No records yet, and room for some.
    #[must_use]
    pub fn new(room: Room) -> Self {
        let parts = std::iter::repeat_with(Part::default).take(PARTS).collect();
        Self { parts, room, in_memory: 0, overflow: None }
    }

    /// Adds records whose types stand at `positions[kind]`.
    pub fn add(&mut self, records: impl Iterator<Item = Record>, positions: &[u32]) {
        for record in records {
            self.push(Record { kind: positions[record.kind as usize], ..record });
        }
    }

    /// Adds one record.
    pub fn push(&mut self, record: Record) {
        self.parts[Self::part_of(record.person)].memory.push(record);
        self.in_memory += 1;
    }

    /// Puts what is in memory aside where there are more records than there is room for.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where it cannot be written.
    pub fn keep_within_room(&mut self) -> Result<()> {
        if !self.room.is_exceeded_by(self.in_memory) {
            return Ok(());
        }
        let mut overflow = match self.overflow.take().and_then(Arc::into_inner) {
            Some(overflow) => overflow,
            None => self.room.overflow()?,
        };
        for part in self.parts.iter_mut().filter(|part| !part.memory.is_empty()) {
            part.aside.push(overflow.append(&part.memory)?);
            part.memory.clear();
        }
        self.overflow = Some(Arc::new(overflow));
        self.in_memory = 0;
        Ok(())
    }

    /// Puts records that sort behind those that are here behind them; their types stand at `positions[kind]`.
    pub(crate) fn append(&mut self, further: Self, positions: &[u32]) {
        let is_moved = positions.iter().zip(0..).any(|(&position, before)| position != before);
        self.in_memory += further.in_memory;
        for (part, mut further) in self.parts.iter_mut().zip(further.parts) {
            if is_moved {
                further.memory.iter_mut().for_each(|record| record.kind = positions[record.kind as usize]);
            }
            if part.memory.capacity() == 0 {
                part.memory = further.memory;
            } else {
                part.memory.append(&mut further.memory);
            }
        }
    }

    /// The part that a person's records are kept in.
    pub(crate) fn part_of(person: Pseudonym) -> usize {
        usize::try_from(person.bits() >> (128 - PARTS.ilog2())).expect("fewer bits than a usize has")
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// Number of records in memory.
    #[must_use]
    pub fn in_memory(&self) -> usize {
        self.in_memory
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
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read or written.
    pub fn sort_and_deduplicate(&mut self, ranks: &[u32]) -> Result<(u64, Vec<u64>)> {
        self.tidy(ranks, Equals::Once)
    }

    /// Sorts likewise and removes nothing.
    ///
    /// # Errors
    ///
    /// As for [`Records::sort_and_deduplicate`].
    pub(crate) fn sort(&mut self, ranks: &[u32]) -> Result<()> {
        self.tidy(ranks, Equals::Each).map(drop)
    }

    fn tidy(&mut self, ranks: &[u32], equals: Equals) -> Result<(u64, Vec<u64>)> {
        let overflow = self.overflow.as_deref();
        let tidy = |part: &mut Part| {
            let mut records = part.take(overflow)?;
            let before = records.len();
            records.sort_unstable_by_key(|record| sort_key(record, ranks));
            if equals == Equals::Once {
                records.dedup();
            }
            let mut of_type = vec![0; ranks.len()];
            for record in &records {
                of_type[record.kind as usize] += 1;
            }
            let removed = (before - records.len()) as u64;
            part.put(records, overflow)?;
            Ok((removed, of_type))
        };
        let add = |(removed, mut of_type): (u64, Vec<u64>), (more, further): (u64, Vec<u64>)| {
            of_type.iter_mut().zip(further).for_each(|(count, further)| *count += further);
            Ok((removed + more, of_type))
        };
        let counts = self.parts.par_iter_mut().map(tidy).try_reduce(|| (0, vec![0; ranks.len()]), add);
        self.in_memory = self.parts.iter().map(|part| part.memory.len()).sum();
        counts
    }

    /// The parts, each with the persons that come after the part before.
    pub(crate) fn into_parts(self) -> impl Iterator<Item = SortedPart> {
        let overflow = self.overflow;
        self.parts.into_iter().map(move |part| SortedPart { part, overflow: overflow.clone() })
    }

    /// The records from one position to another, in order once sorted.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read.
    pub fn chunk(&self, range: std::ops::Range<usize>) -> Result<Chunk<'_>> {
        let mut pieces = Vec::new();
        let mut before = 0;
        for part in &self.parts {
            let within = |length: usize, before: usize| {
                let start = range.start.saturating_sub(before).min(length);
                start..range.end.saturating_sub(before).min(length).max(start)
            };
            for segment in &part.aside {
                let wanted = within(segment.records, before);
                if let Some(overflow) = self.overflow.as_deref().filter(|_| !wanted.is_empty()) {
                    let mut records = Vec::with_capacity(wanted.len());
                    overflow.read(*segment, wanted, &mut records)?;
                    pieces.push(Cow::Owned(records));
                }
                before += segment.records;
            }
            pieces.push(Cow::Borrowed(&part.memory[within(part.memory.len(), before)]));
            before += part.memory.len();
        }
        Ok(Chunk(pieces))
    }
}

/// How records count that equal one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Equals {
    /// Once.
    Once,
    /// Each.
    Each,
}

/// What records are sorted by.
fn sort_key(record: &Record, ranks: &[u32]) -> impl Ord + use<> {
    let rank = ranks[record.kind as usize];
    (record.person, record.start, record.end, rank, record.record, record.child, record.kind)
}

impl Part {
    fn len(&self) -> usize {
        self.aside.iter().map(|segment| segment.records).sum::<usize>() + self.memory.len()
    }

    /// All its records, in memory; where some were put aside, their segments stay to be written over.
    fn take(&mut self, overflow: Option<&Overflow>) -> Result<Vec<Record>> {
        let Some(overflow) = overflow.filter(|_| !self.aside.is_empty()) else {
            return Ok(std::mem::take(&mut self.memory));
        };
        let mut records = Vec::with_capacity(self.len());
        for segment in &self.aside {
            overflow.read(*segment, 0..segment.records, &mut records)?;
        }
        records.append(&mut self.memory);
        self.memory = Vec::new();
        Ok(records)
    }

    /// Puts records back: as many as were put aside are again, over the same segments.
    fn put(&mut self, mut records: Vec<Record>, overflow: Option<&Overflow>) -> Result<()> {
        let Some(overflow) = overflow.filter(|_| !self.aside.is_empty()) else {
            self.memory = records;
            return Ok(());
        };
        let mut rest = records.as_slice();
        for segment in &mut self.aside {
            segment.records = segment.records.min(rest.len());
            let (here, behind) = rest.split_at(segment.records);
            overflow.write(*segment, here)?;
            rest = behind;
        }
        let put_aside = records.len() - rest.len();
        records.drain(..put_aside);
        records.shrink_to_fit();
        self.memory = records;
        Ok(())
    }
}

/// Sorted records of persons whose pseudonyms begin alike.
#[derive(Debug)]
pub(crate) struct SortedPart {
    part: Part,
    overflow: Option<Arc<Overflow>>,
}

impl SortedPart {
    /// The records, in memory.
    pub(crate) fn load(mut self) -> Result<Vec<Record>> {
        self.part.take(self.overflow.as_deref())
    }
}

/// Some records in order.
#[derive(Debug)]
pub struct Chunk<'r>(Vec<Cow<'r, [Record]>>);

impl Chunk<'_> {
    /// The records.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.0.iter().flat_map(|piece| piece.iter())
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|piece| piece.len()).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
