//! Records of persons whose pseudonyms begin alike: in few bytes each, some of them put aside.

use super::compact::{self, Compact, Index, MOST_BYTES};
use super::records::Record;
use super::room::Overflow;
use crate::error::Result;
use std::ops::Range;
use std::sync::Arc;

/// Records of persons whose pseudonyms begin alike: those put aside come before those in memory.
#[derive(Debug, Default)]
pub(super) struct Part {
    aside: Vec<Aside>,
    pub memory: Compact,
}

/// Records that stand together in the file.
#[derive(Debug)]
struct Aside {
    start: u64,
    /// Bytes that there is room for.
    room: usize,
    index: Index,
}

impl Part {
    /// Of these records, all of them in memory.
    pub(super) fn of(records: &[Record]) -> Self {
        let mut part = Self::default();
        for record in records {
            part.memory.push(record);
        }
        part
    }

    /// Number of its records.
    pub(super) fn len(&self) -> usize {
        self.indices().map(Index::len).sum()
    }

    /// Of those put aside and those in memory, in their order.
    fn indices(&self) -> impl Iterator<Item = &Index> {
        self.aside.iter().map(|aside| &aside.index).chain([self.memory.index()])
    }

    /// Puts what is in memory behind what is in the file.
    pub(super) fn put_aside(&mut self, overflow: &Overflow) -> Result<()> {
        if self.memory.index().len() == 0 {
            return Ok(());
        }
        // They are to be written over once they are sorted.
        let room = self.memory.index().most_bytes() + MOST_BYTES;
        let start = overflow.append(self.memory.bytes(), room)?;
        self.aside.push(Aside { start, room, index: self.memory.take() });
        Ok(())
    }

    /// Reads all its records, in place of those that were read before.
    pub(super) fn read(&self, overflow: Option<&Overflow>, unpacked: &mut Unpacked) -> Result<()> {
        unpacked.records.clear();
        self.read_range(0..self.len(), overflow, unpacked)
    }

    /// Reads those of its records that a range has, behind those that were read before.
    pub(super) fn read_range(
        &self,
        range: Range<usize>,
        overflow: Option<&Overflow>,
        unpacked: &mut Unpacked,
    ) -> Result<()> {
        let Unpacked { records, put_aside } = unpacked;
        let mut before = 0;
        for (at, index) in self.indices().enumerate() {
            let start = range.start.saturating_sub(before).min(index.len());
            let end = range.end.saturating_sub(before).min(index.len());
            before += index.len();
            if start >= end {
                continue;
            }
            let (place, skipped) = index.bytes_of(start..end);
            let bytes = match (self.aside.get(at), overflow) {
                (Some(aside), Some(overflow)) => {
                    put_aside.resize(place.len(), 0);
                    overflow.read(aside.start + place.start as u64, put_aside)?;
                    &*put_aside
                }
                _ => &self.memory.bytes()[place],
            };
            compact::unpack(bytes, skipped, end - start, records);
        }
        Ok(())
    }

    /// Puts records back, in place of those that are here, of which there were no fewer: as many as find room are put aside
    /// again.
    pub(super) fn write_over(
        &mut self,
        records: &[Record],
        overflow: Option<&Overflow>,
        compact: &mut Compact,
    ) -> Result<()> {
        let mut rest = records.iter();
        for aside in &mut self.aside {
            compact.take();
            while compact.index().bytes() + MOST_BYTES <= aside.room
                && let Some(record) = rest.next()
            {
                compact.push(record);
            }
            if let Some(overflow) = overflow {
                overflow.write(aside.start, compact.bytes())?;
            }
            aside.index = compact.take();
        }
        self.memory.take();
        rest.for_each(|record| self.memory.push(record));
        Ok(())
    }
}

/// Records as they are worked on, and room for reading them.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    /// The records.
    pub records: Vec<Record>,
    /// Their bytes, where they were put aside.
    pub(super) put_aside: Vec<u8>,
}

/// Sorted records of persons whose pseudonyms begin alike.
#[derive(Debug)]
pub(crate) struct SortedPart {
    pub(super) part: Part,
    pub(super) overflow: Option<Arc<Overflow>>,
}

impl SortedPart {
    /// Reads the records, in place of those that were read before.
    pub(crate) fn read(self, unpacked: &mut Unpacked) -> Result<()> {
        self.part.read(self.overflow.as_deref(), unpacked)
    }
}
