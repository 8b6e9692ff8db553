//! Accepted records: kept in parts, sorted, duplicates counted once.

use super::compact::{Compact, USUAL_BYTES};
use super::part::{Part, SortedPart, Unpacked};
use super::room::{Overflow, Room};
use super::sorting::Scratch;
use crate::calendar::{first_of_month, last_of_month};
use crate::error::Result;
use crate::identity::{Pseudonym, Sex};
use crate::reused::Reused;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// An accepted row.
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

/// What came of sorting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorted {
    /// Records that were removed, for they equal another.
    pub removed: u64,
    /// By position of a type: records that are left.
    pub rows_of_type: Vec<u64>,
    /// Whom they are about.
    pub persons: u64,
}

/// Parts that records are kept in: by the leading bits of the person, so that each part sorts on its own and the
/// parts in their order are the whole in order (pseudonyms are uniform).
const PARTS: usize = 256;

/// Parts that one thread takes at a time: so few that none has to wait long for another in the end.
const PARTS_AT_A_TIME: usize = 4;

/// The records of a department, in memory as far as there is room.
#[derive(Debug)]
pub struct Records {
    parts: Vec<Part>,
    room: Room,
    /// What those in memory take.
    bytes: usize,
    overflow: Option<Arc<Overflow>>,
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
        Self { parts, room, bytes: 0, overflow: None }
    }

    /// Makes room in memory for so many more, as far as there may be and the system has it; there can be more or fewer.
    pub(super) fn expect(&mut self, records: usize) {
        let more = self.room.most_of(records.saturating_mul(USUAL_BYTES)) / PARTS;
        // Parts are alike but for chance.
        self.parts.iter_mut().for_each(|part| part.memory.expect(more + more / 16));
    }

    /// Adds records whose types stand at `positions[kind]`.
    pub fn add(&mut self, records: impl Iterator<Item = Record>, positions: &[u32]) {
        for record in records {
            self.push(Record { kind: positions[record.kind as usize], ..record });
        }
    }

    /// Adds one record.
    pub fn push(&mut self, record: Record) {
        let memory = &mut self.parts[Self::part_of(record.person)].memory;
        let before = memory.index().bytes();
        memory.push(&record);
        self.bytes += memory.index().bytes() - before;
    }

    /// Puts what is in memory aside where there is more than there is room for.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where it cannot be written.
    pub fn keep_within_room(&mut self) -> Result<()> {
        if !self.room.is_exceeded_by(self.bytes) {
            return Ok(());
        }
        let overflow = match self.overflow.take() {
            Some(overflow) => overflow,
            None => Arc::new(self.room.overflow()?),
        };
        self.parts.par_iter_mut().try_for_each(|part| part.put_aside(&overflow))?;
        self.overflow = Some(overflow);
        self.bytes = 0;
        Ok(())
    }

    /// Puts records that sort behind those that are here behind them; their types stand at `positions[kind]`.
    pub(crate) fn append(&mut self, further: Self, positions: &[u32]) {
        let is_moved = positions.iter().zip(0..).any(|(&position, before)| position != before);
        let mut records = Vec::new();
        for (part, further) in self.parts.iter_mut().zip(further.parts) {
            let before = part.memory.index().bytes();
            if is_moved {
                records.clear();
                further.memory.unpack(&mut records);
                for record in &records {
                    part.memory.push(&Record { kind: positions[record.kind as usize], ..*record });
                }
            } else {
                part.memory.append(&further.memory);
            }
            self.bytes += part.memory.index().bytes() - before;
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
        self.parts.iter().map(|part| part.memory.index().len()).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sorts bytewise by person, start, end, type as it leaves, record and child, nulls first, and removes records
    /// that equal another in all of these and in the type as it came.
    ///
    /// `ranks` has each type's position in the order of the names under which types leave.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read or written.
    pub fn sort_and_deduplicate(&mut self, ranks: &[u32]) -> Result<Sorted> {
        self.sort_and_look(ranks, |_| Ok(())).map(|(sorted, _)| sorted)
    }

    /// The same, and what `look` gives of the records of each part, in order; all of a person's are in one.
    ///
    /// # Errors
    ///
    /// As for [`Records::sort_and_deduplicate`], and what `look` fails with.
    pub(super) fn sort_and_look<T: Send>(
        &mut self,
        ranks: &[u32],
        look: impl Fn(&[Record]) -> Result<T> + Sync,
    ) -> Result<(Sorted, Vec<T>)> {
        self.tidy(ranks, Equals::Once, look)
    }

    /// Sorts likewise and removes nothing.
    ///
    /// # Errors
    ///
    /// As for [`Records::sort_and_deduplicate`].
    pub(crate) fn sort(&mut self, ranks: &[u32]) -> Result<()> {
        self.tidy(ranks, Equals::Each, |_| Ok(())).map(drop)
    }

    fn tidy<T: Send>(
        &mut self,
        ranks: &[u32],
        equals: Equals,
        look: impl Fn(&[Record]) -> Result<T> + Sync,
    ) -> Result<(Sorted, Vec<T>)> {
        let tidy = |records: &mut Vec<Record>, scratch: &mut Scratch<Record>| {
            let before = records.len();
            sort_part(records, scratch, ranks);
            if equals == Equals::Once {
                records.dedup();
            }
            let mut rows_of_type = vec![0; ranks.len()];
            for record in records.iter() {
                rows_of_type[record.kind as usize] += 1;
            }
            let persons = records.chunk_by(|one, other| one.person == other.person).count() as u64;
            (Sorted { removed: (before - records.len()) as u64, rows_of_type, persons }, look(records))
        };
        let mut sorted = Sorted { removed: 0, rows_of_type: vec![0; ranks.len()], persons: 0 };
        let mut looks = Vec::with_capacity(PARTS);
        for (part, look) in self.change_parts(tidy)? {
            sorted.removed += part.removed;
            sorted.persons += part.persons;
            sorted.rows_of_type.iter_mut().zip(part.rows_of_type).for_each(|(count, further)| *count += further);
            looks.push(look?);
        }
        Ok((sorted, looks))
    }

    /// Makes every record begin on the first day of a month and end on the last, and sorts sorted records again. None is
    /// removed: that two are equal now does not mean that they were.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read or written.
    pub fn widen_to_months(&mut self, ranks: &[u32]) -> Result<()> {
        let widen = |records: &mut Vec<Record>, scratch: &mut Scratch<Record>| {
            for record in records.iter_mut() {
                record.start = first_of_month(record.start);
                record.end = if record.end == Record::OPEN { Record::OPEN } else { last_of_month(record.end) };
            }
            sort_part(records, scratch, ranks);
        };
        self.change_parts(widen).map(|_| ())
    }

    /// Changes the records of each part, of which there may be fewer afterwards.
    fn change_parts<T: Send>(
        &mut self,
        change: impl Fn(&mut Vec<Record>, &mut Scratch<Record>) -> T + Sync,
    ) -> Result<Vec<T>> {
        let overflow = self.overflow.as_deref();
        let room = Reused::<(Unpacked, Scratch<Record>, Compact)>::default();
        let change = |part: &mut Part| {
            room.lend(|(unpacked, scratch, compact)| {
                part.read(overflow, unpacked)?;
                let result = change(&mut unpacked.records, scratch);
                part.write_over(&unpacked.records, overflow, compact)?;
                Ok(result)
            })
        };
        let results = self.parts.par_iter_mut().with_max_len(PARTS_AT_A_TIME).map(change).collect();
        self.bytes = self.parts.iter().map(|part| part.memory.index().bytes()).sum();
        results
    }

    /// What `look` gives of the records of each part, in order; all of a person's are in one.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read.
    pub(crate) fn map_parts<T: Send>(&self, look: impl Fn(&[Record]) -> T + Sync) -> Result<Vec<T>> {
        let room = Reused::<Unpacked>::default();
        let look = |part: &Part| {
            room.lend(|unpacked| {
                part.read(self.overflow.as_deref(), unpacked)?;
                Ok(look(&unpacked.records))
            })
        };
        self.parts.par_iter().map(look).collect()
    }

    /// The same records, all of them in memory.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read.
    pub(crate) fn copy(&self) -> Result<Self> {
        let parts = self.map_parts(Part::of)?;
        let bytes = parts.iter().map(|part| part.memory.index().bytes()).sum();
        Ok(Self { parts, room: Room::default(), bytes, overflow: None })
    }

    /// How many records there may be in memory.
    pub(super) fn room(&self) -> &Room {
        &self.room
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
    pub fn chunk(&self, range: Range<usize>) -> Result<Chunk> {
        let mut chunk = Unpacked { records: Vec::with_capacity(range.len()), ..Unpacked::default() };
        let mut before = 0;
        for part in &self.parts {
            // Most parts have nothing to do with it.
            if before < range.end && before + part.len() > range.start {
                let range = range.start.saturating_sub(before)..range.end - before;
                part.read_range(range, self.overflow.as_deref(), &mut chunk)?;
            }
            before += part.len();
        }
        Ok(Chunk(chunk.records))
    }
}

/// Sorts the records of one part.
fn sort_part(records: &mut Vec<Record>, scratch: &mut Scratch<Record>, ranks: &[u32]) {
    // Behind the bits that are the same in all of the part.
    let leading = |record: &Record| {
        u64::try_from(record.person.bits() << PARTS.ilog2() >> 64).expect("half of the bits fit into 64")
    };
    let rest = |record: &Record| {
        let rank = ranks[record.kind as usize];
        (record.start, record.end, rank, record.record, record.child, record.kind)
    };
    let order = |one: &Record, other: &Record| one.person.cmp(&other.person).then_with(|| rest(one).cmp(&rest(other)));
    scratch.sort(records, leading, order);
}

/// How records count that equal one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Equals {
    /// Once.
    Once,
    /// Each.
    Each,
}

/// Some records in order.
#[derive(Debug)]
pub struct Chunk(Vec<Record>);

impl Chunk {
    /// The records.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.0.iter()
    }

    /// A value of each record.
    pub fn values<T>(&self, value: impl Fn(&Record) -> T) -> Vec<T> {
        self.iter().map(value).collect()
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
