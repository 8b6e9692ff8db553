//! Where records, and hashes of them, go that memory has no room for: a file without a name, so that nothing is left of it however the
//! process ends. It holds pseudonyms, dates and types only, never numbers.

use super::block::BLOCK_BYTES;
use super::records::Record;
use crate::error::{Error, Result};
use crate::identity::{Pseudonym, Sex};
use std::fs::{File, OpenOptions};
use std::marker::PhantomData;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Files made by this process: departments may be read at the same time.
static MADE: AtomicU64 = AtomicU64::new(0);

/// How many records may be in memory, and where the others go; and how much of a file is looked at a time. What is read
/// does not depend on either.
#[derive(Debug, Clone)]
pub struct Room {
    block_bytes: usize,
    records: usize,
    /// Bytes that each takes in the file.
    record_bytes: usize,
    folder: Option<PathBuf>,
}

impl Default for Room {
    fn default() -> Self {
        Self { block_bytes: BLOCK_BYTES, records: usize::MAX, record_bytes: RECORD_BYTES, folder: None }
    }
}

impl Room {
    /// For records of so many bytes in all; further ones go to a file in `folder`.
    #[must_use]
    pub fn new(bytes: u64, folder: &Path) -> Self {
        let records = usize::try_from(bytes / RECORD_BYTES as u64).unwrap_or(usize::MAX);
        Self { records, folder: Some(folder.to_path_buf()), ..Self::default() }
    }

    /// The same with files read in blocks of so many bytes.
    #[must_use]
    pub fn in_blocks_of(self, block_bytes: usize) -> Self {
        Self { block_bytes, ..self }
    }

    /// The same for records of which none has a child: what is not there is not written.
    pub(super) fn without_children(self) -> Self {
        Self { record_bytes: CHILDLESS_BYTES, ..self }
    }

    /// Makes the file for records that there is no room for.
    pub(super) fn overflow_of_records(&self) -> Result<Overflow<Record>> {
        self.overflow(self.record_bytes)
    }

    /// Makes the file for hashes that there is no room for.
    pub(super) fn overflow_of_hashes(&self) -> Result<Overflow<u64>> {
        self.overflow(size_of::<u64>())
    }

    pub(super) fn block_bytes(&self) -> usize {
        self.block_bytes
    }

    /// The room of what is so much of a whole; never less than an eighth.
    #[must_use]
    pub fn share(&self, part: u64, whole: u64) -> Self {
        let records = self.records as u128 * u128::from(part) / u128::from(whole.max(1));
        let records = usize::try_from(records).unwrap_or(self.records).clamp(self.records / 8, self.records);
        Self { records, ..self.clone() }
    }

    /// The room of each of so many departments at once.
    #[must_use]
    pub fn shared_by(&self, departments: usize) -> Self {
        Self { records: self.records / departments.max(1), ..self.clone() }
    }

    /// Whether so many hashes beside the records are too many: these may take as much again as records may.
    pub(super) fn is_exceeded_by_hashes(&self, hashes: usize) -> bool {
        self.folder.is_some() && hashes / (RECORD_BYTES / size_of::<u64>()) > self.records
    }

    /// As many of these records as may be in memory.
    pub(super) fn most_of(&self, records: usize) -> usize {
        if self.folder.is_some() { records.min(self.records) } else { records }
    }

    /// Whether so many records are too many.
    pub(super) fn is_exceeded_by(&self, records: usize) -> bool {
        self.folder.is_some() && records > self.records
    }

    /// Whether a file of this name is one that a killed process had no time to take the name from.
    pub(crate) fn is_overflow(name: &str) -> bool {
        name.starts_with(OVERFLOW) && name.ends_with(PARTIAL)
    }

    /// Makes the file for values of so many bytes each.
    fn overflow<T: Aside>(&self, value_bytes: usize) -> Result<Overflow<T>> {
        let folder = self.folder.clone().unwrap_or_else(std::env::temp_dir);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{OVERFLOW}{}-{number}{PARTIAL}", std::process::id()));
        let failed = |error: std::io::Error| Error::io(&path, "create", &error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = match options.open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                // A process with the same number was killed between making it and taking its name away.
                std::fs::remove_file(&path).and_then(|()| options.open(&path))
            }
            opened => opened,
        }
        .map_err(failed)?;
        std::fs::remove_file(&path).map_err(failed)?;
        Ok(Overflow { file, folder, value_bytes, end: AtomicU64::new(0), values: PhantomData })
    }
}

/// What the name of the file begins and ends with, for the moment in which it has one.
const OVERFLOW: &str = ".records-";
const PARTIAL: &str = ".partial";

/// Bytes of a record, in memory and in the file.
const RECORD_BYTES: usize = 64;

/// Bytes in the file of a record that has no child.
const CHILDLESS_BYTES: usize = 48;

/// Values written or read at a time.
const VALUES_AT_A_TIME: usize = 1 << 12;

/// What can be put aside.
pub(super) trait Aside: Copy {
    /// Writes it as so many bytes.
    fn to_bytes(self, bytes: &mut [u8]);

    /// What was written as these bytes.
    fn from_bytes(bytes: &[u8]) -> Self;
}

/// A file of values.
#[derive(Debug)]
pub(super) struct Overflow<T> {
    file: File,
    /// For messages.
    folder: PathBuf,
    /// Bytes of each value.
    value_bytes: usize,
    /// Values in it.
    end: AtomicU64,
    values: PhantomData<T>,
}

/// Values that stand together in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    start: u64,
    pub length: usize,
}

impl<T: Aside> Overflow<T> {
    /// Writes values behind all that are there.
    pub(super) fn append(&self, values: &[T]) -> Result<Segment> {
        let start = self.end.fetch_add(values.len() as u64, Ordering::Relaxed);
        let segment = Segment { start, length: values.len() };
        self.write(segment, values)?;
        Ok(segment)
    }

    /// Writes at most as many values as a segment holds over it.
    pub(super) fn write(&self, segment: Segment, values: &[T]) -> Result<()> {
        let mut bytes = vec![0; values.len().min(VALUES_AT_A_TIME) * self.value_bytes];
        let mut at = segment.start;
        for values in values.chunks(VALUES_AT_A_TIME) {
            let bytes = &mut bytes[..values.len() * self.value_bytes];
            bytes.chunks_exact_mut(self.value_bytes).zip(values).for_each(|(bytes, value)| value.to_bytes(bytes));
            let written = self.file.write_all_at(bytes, at * self.value_bytes as u64);
            written.map_err(|error| Error::io(&self.folder, "put records aside in", &error))?;
            at += values.len() as u64;
        }
        Ok(())
    }

    /// Reads the values of a segment from one position to another behind those in `values`.
    pub(super) fn read(&self, segment: Segment, range: std::ops::Range<usize>, values: &mut Vec<T>) -> Result<()> {
        let mut bytes = vec![0; range.len().min(VALUES_AT_A_TIME) * self.value_bytes];
        let mut at = range.start;
        while at < range.end {
            let count = (range.end - at).min(VALUES_AT_A_TIME);
            let bytes = &mut bytes[..count * self.value_bytes];
            let read = self.file.read_exact_at(bytes, (segment.start + at as u64) * self.value_bytes as u64);
            read.map_err(|error| Error::io(&self.folder, "read back records put aside in", &error))?;
            values.extend(bytes.chunks_exact(self.value_bytes).map(T::from_bytes));
            at += count;
        }
        Ok(())
    }
}

impl Aside for Record {
    fn to_bytes(self, bytes: &mut [u8]) {
        let bits = |pseudonym: Option<Pseudonym>| pseudonym.map_or(0, Pseudonym::bits).to_le_bytes();
        bytes[0..16].copy_from_slice(&bits(Some(self.person)));
        bytes[16..32].copy_from_slice(&bits(self.record));
        bytes[32..36].copy_from_slice(&self.kind.to_le_bytes());
        bytes[36..40].copy_from_slice(&self.start.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.end.to_le_bytes());
        bytes[44] = u8::from(self.sex == Sex::Female);
        bytes[45] = self.age_band;
        match bytes.get_mut(CHILDLESS_BYTES..RECORD_BYTES) {
            Some(place) => place.copy_from_slice(&bits(self.child)),
            None => assert!(self.child.is_none(), "there is a column of children, or none has a child"),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let bits = |at: usize| u128::from_le_bytes(*bytes[at..].first_chunk().expect("as many bytes as were written"));
        let word = |at: usize| u32::from_le_bytes(*bytes[at..].first_chunk().expect("as many bytes as were written"));
        let pseudonym = |at: usize| Some(bits(at)).filter(|&bits| bits != 0).map(Pseudonym::from_bits);
        Self {
            person: Pseudonym::from_bits(bits(0)),
            record: pseudonym(16),
            child: if bytes.len() == RECORD_BYTES { pseudonym(CHILDLESS_BYTES) } else { None },
            kind: word(32),
            start: word(36).cast_signed(),
            end: word(40).cast_signed(),
            sex: if bytes[44] == 1 { Sex::Female } else { Sex::Male },
            age_band: bytes[45],
        }
    }
}

/// A hash.
impl Aside for u64 {
    fn to_bytes(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_le_bytes());
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        Self::from_le_bytes(*bytes.first_chunk().expect("8 bytes"))
    }
}
