//! Where records, and hashes of them, go that memory has no room for: a file without a name, so that nothing is left of it however the
//! process ends. It holds pseudonyms, dates and types only, never numbers.

use super::block::BLOCK_BYTES;
use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Files made by this process: departments may be read at the same time.
static MADE: AtomicU64 = AtomicU64::new(0);

/// How many bytes of records may be in memory, and where the others go; and how much of a file is looked at a time. What
/// is read does not depend on either.
#[derive(Debug, Clone)]
pub struct Room {
    block_bytes: usize,
    bytes: usize,
    folder: Option<PathBuf>,
}

impl Default for Room {
    fn default() -> Self {
        Self { block_bytes: BLOCK_BYTES, bytes: usize::MAX, folder: None }
    }
}

impl Room {
    /// For so many bytes of records in all; further ones go to a file in `folder`.
    #[must_use]
    pub fn new(bytes: u64, folder: &Path) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        Self { bytes, folder: Some(folder.to_path_buf()), ..Self::default() }
    }

    /// The same with files read in blocks of so many bytes.
    #[must_use]
    pub fn in_blocks_of(self, block_bytes: usize) -> Self {
        Self { block_bytes, ..self }
    }

    pub(super) fn block_bytes(&self) -> usize {
        self.block_bytes
    }

    /// The room of what is so much of a whole; never less than an eighth.
    #[must_use]
    pub fn share(&self, part: u64, whole: u64) -> Self {
        let bytes = self.bytes as u128 * u128::from(part) / u128::from(whole.max(1));
        let bytes = usize::try_from(bytes).unwrap_or(self.bytes).clamp(self.bytes / 8, self.bytes);
        Self { bytes, ..self.clone() }
    }

    /// The room of each of so many departments at once.
    #[must_use]
    pub fn shared_by(&self, departments: usize) -> Self {
        Self { bytes: self.bytes / departments.max(1), ..self.clone() }
    }

    /// As many of these bytes as may be in memory.
    pub(super) fn most_of(&self, bytes: usize) -> usize {
        if self.folder.is_some() { bytes.min(self.bytes) } else { bytes }
    }

    /// Whether so many bytes are too many: of records, or of hashes, which may take as much beside them.
    pub(super) fn is_exceeded_by(&self, bytes: usize) -> bool {
        self.folder.is_some() && bytes > self.bytes
    }

    /// Whether a file of this name is one that a killed process had no time to take the name from.
    pub(crate) fn is_overflow(name: &str) -> bool {
        name.starts_with(OVERFLOW) && name.ends_with(PARTIAL)
    }

    /// Makes the file for what there is no room for.
    pub(super) fn overflow(&self) -> Result<Overflow> {
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
        Ok(Overflow { file: Some(file), folder, end: AtomicU64::new(0) })
    }
}

/// What the name of the file begins and ends with, for the moment in which it has one.
const OVERFLOW: &str = ".records-";
const PARTIAL: &str = ".partial";

/// A file of bytes.
#[derive(Debug)]
pub(super) struct Overflow {
    /// There until it is dropped.
    file: Option<File>,
    /// For messages.
    folder: PathBuf,
    /// Bytes in it.
    end: AtomicU64,
}

impl Overflow {
    /// Writes bytes behind all that are there, in a place for `room` of them; gives where.
    pub(super) fn append(&self, bytes: &[u8], room: usize) -> Result<u64> {
        let start = self.end.fetch_add(bytes.len().max(room) as u64, Ordering::Relaxed);
        self.write(start, bytes)?;
        Ok(start)
    }

    /// Writes bytes over what is there.
    pub(super) fn write(&self, start: u64, bytes: &[u8]) -> Result<()> {
        let written = self.file().write_all_at(bytes, start);
        written.map_err(|error| Error::io(&self.folder, "put records aside in", &error))
    }

    /// Reads bytes.
    pub(super) fn read(&self, start: u64, bytes: &mut [u8]) -> Result<()> {
        let read = self.file().read_exact_at(bytes, start);
        read.map_err(|error| Error::io(&self.folder, "read back records put aside in", &error))
    }

    fn file(&self) -> &File {
        self.file.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Overflow {
    fn drop(&mut self) {
        let file = self.file.take();
        // The system takes back all of the file's pages, which takes longer than a thread; where there can be none, it is
        // closed here.
        let _ = std::thread::Builder::new().spawn(move || drop(file));
    }
}
