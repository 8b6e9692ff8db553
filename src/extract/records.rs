//! Accepted records: kept in parts, sorted, duplicates counted once.

use super::room::{Overflow, Room, Segment};
use super::sorting::Scratch;
use crate::calendar::{first_of_month, last_of_month};
use crate::error::Result;
use crate::identity::{Pseudonym, Sex};
use crate::reused::Reused;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
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
    in_memory: usize,
    overflow: Option<Arc<Overflow<Record>>>,
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

    /// Makes room in memory for so many more, as far as there may be and the system has it; there can be more or fewer.
    pub(super) fn expect(&mut self, records: usize) {
        let more = self.room.most_of(records) / PARTS;
        for part in &mut self.parts {
            // Parts are alike but for chance. Where there is no room for all of one at once, it grows.
            let _ = part.memory.try_reserve_exact(more + more / 16);
        }
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
        let overflow = match self.overflow.take() {
            Some(overflow) => overflow,
            None => Arc::new(self.room.overflow_of_records()?),
        };
        self.parts.par_iter_mut().filter(|part| !part.memory.is_empty()).try_for_each(|part| {
            part.aside.push(overflow.append(&part.memory)?);
            part.memory.clear();
            Ok(())
        })?;
        self.overflow = Some(overflow);
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
        let room = Reused::<(Scratch<Record>, Vec<Record>)>::default();
        let change = |part: &mut Part| {
            room.lend(|(scratch, spare)| {
                let mut records = part.take(overflow, std::mem::take(spare))?;
                let result = change(&mut records, scratch);
                *spare = part.put(records, overflow)?;
                Ok(result)
            })
        };
        let results = self.parts.par_iter_mut().with_max_len(PARTS_AT_A_TIME).map(change).collect();
        self.in_memory = self.parts.iter().map(|part| part.memory.len()).sum();
        results
    }

    /// What `look` gives of the records of each part, in order; all of a person's are in one.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read.
    pub(crate) fn map_parts<T: Send>(&self, look: impl Fn(&[Record]) -> T + Sync) -> Result<Vec<T>> {
        let look = |part: &Part| Ok(look(&part.all(self.overflow.as_deref())?));
        self.parts.par_iter().map(look).collect()
    }

    /// The same records, all of them in memory.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where records that were put aside cannot be read.
    pub(crate) fn copy(&self) -> Result<Self> {
        let part = |memory| Part { aside: Vec::new(), memory };
        let parts: Vec<Part> = self.map_parts(<[Record]>::to_vec)?.into_iter().map(part).collect();
        Ok(Self { parts, room: Room::default(), in_memory: self.len(), overflow: None })
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
    pub fn chunk(&self, range: std::ops::Range<usize>) -> Result<Chunk<'_>> {
        let mut pieces = Vec::new();
        let mut before = 0;
        for part in &self.parts {
            let within = |length: usize, before: usize| {
                let start = range.start.saturating_sub(before).min(length);
                start..range.end.saturating_sub(before).min(length).max(start)
            };
            for segment in &part.aside {
                let wanted = within(segment.length, before);
                if let Some(overflow) = self.overflow.as_deref().filter(|_| !wanted.is_empty()) {
                    let mut records = Vec::with_capacity(wanted.len());
                    overflow.read(*segment, wanted, &mut records)?;
                    pieces.push(Cow::Owned(records));
                }
                before += segment.length;
            }
            pieces.push(Cow::Borrowed(&part.memory[within(part.memory.len(), before)]));
            before += part.memory.len();
        }
        Ok(Chunk(pieces))
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

impl Part {
    fn len(&self) -> usize {
        self.aside.iter().map(|segment| segment.length).sum::<usize>() + self.memory.len()
    }

    /// All its records, in memory; where some were put aside, in `spare`, since fresh memory takes longer to get than they
    /// do to read, and their segments stay to be written over.
    fn take(&mut self, overflow: Option<&Overflow<Record>>, spare: Vec<Record>) -> Result<Vec<Record>> {
        let Some(overflow) = overflow.filter(|_| !self.aside.is_empty()) else {
            return Ok(std::mem::take(&mut self.memory));
        };
        let mut records = spare;
        records.clear();
        records.reserve(self.len());
        for segment in &self.aside {
            overflow.read(*segment, 0..segment.length, &mut records)?;
        }
        records.append(&mut self.memory);
        self.memory = Vec::new();
        Ok(records)
    }

    /// All its records, without taking them.
    fn all(&self, overflow: Option<&Overflow<Record>>) -> Result<Cow<'_, [Record]>> {
        let Some(overflow) = overflow.filter(|_| !self.aside.is_empty()) else {
            return Ok(Cow::Borrowed(&self.memory));
        };
        let mut records = Vec::with_capacity(self.len());
        for segment in &self.aside {
            overflow.read(*segment, 0..segment.length, &mut records)?;
        }
        records.extend_from_slice(&self.memory);
        Ok(Cow::Owned(records))
    }

    /// Puts records back: as many as were put aside are again, over the same segments. Gives what memory is to spare.
    fn put(&mut self, records: Vec<Record>, overflow: Option<&Overflow<Record>>) -> Result<Vec<Record>> {
        let Some(overflow) = overflow.filter(|_| !self.aside.is_empty()) else {
            self.memory = records;
            return Ok(Vec::new());
        };
        let mut rest = records.as_slice();
        for segment in &mut self.aside {
            segment.length = segment.length.min(rest.len());
            let (here, behind) = rest.split_at(segment.length);
            overflow.write(*segment, here)?;
            rest = behind;
        }
        self.memory = rest.to_vec();
        Ok(records)
    }
}

/// Sorted records of persons whose pseudonyms begin alike.
#[derive(Debug)]
pub(crate) struct SortedPart {
    part: Part,
    overflow: Option<Arc<Overflow<Record>>>,
}

impl SortedPart {
    /// Puts the records into `records`, in place of those that are there.
    pub(crate) fn load(mut self, records: &mut Vec<Record>) -> Result<()> {
        *records = self.part.take(self.overflow.as_deref(), std::mem::take(records))?;
        Ok(())
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

    /// A value of each record.
    pub fn values<T>(&self, value: impl Fn(&Record) -> T) -> Vec<T> {
        let mut values = Vec::with_capacity(self.len());
        self.0.iter().for_each(|piece| values.extend(piece.iter().map(&value)));
        values
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
