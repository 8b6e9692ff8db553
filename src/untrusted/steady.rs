//! A file that is opened once and must not change until it has been read.

use crate::error::{Error, Result};
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use sha2::{Digest, Sha256};
use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A regular file, opened once.
///
/// # Guarantee
///
/// All that is read comes from the file that was opened, whatever is put in the place of its name meanwhile. Where
/// [`SteadyFile::check_unchanged`] succeeds, nobody has written to it, cut it off, replaced or removed it since it was
/// opened, as far as its length and its times of change tell (some file systems only tell times some milliseconds
/// apart).
#[derive(Debug, Clone)]
pub struct SteadyFile {
    path: PathBuf,
    file: Arc<File>,
    before: Stamp,
}

/// What differs once a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl SteadyFile {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be opened or is no regular file: a pipe could make us wait for ever, a device
    /// give bytes for ever.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |error: io::Error| Error::io(path, "read", &error);
        // Looked at before it is opened, since opening a pipe waits for somebody to write into it.
        let is_regular = |metadata: &Metadata| {
            if metadata.is_dir() {
                return Err(failed(io::ErrorKind::IsADirectory.into()));
            }
            let hint = "name an ordinary file; what comes through a pipe or from a device has to be saved as one first";
            if metadata.is_file() { Ok(()) } else { Err(Error::file(path, "it is no regular file", hint)) }
        };
        is_regular(&std::fs::metadata(path).map_err(failed)?)?;
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        is_regular(&metadata)?;
        Ok(Self { path: path.to_path_buf(), file: Arc::new(file), before: Stamp::of(&metadata) })
    }

    /// All bytes of a small file.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be read, has more than `most` bytes, or changed since it was opened.
    pub fn bytes(&self, most: u64) -> Result<Vec<u8>> {
        // Room for all of it at once, so that no copy of what may be secret is left where it grew.
        let room = usize::try_from(self.length().min(most)).unwrap_or(usize::MAX).saturating_add(64);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(room).map_err(|_| Error::no_memory())?;
        // One more than may be shows that there is more, whatever length was told.
        let failed = |error: io::Error| Error::io(&self.path, "read", &error);
        self.reader().take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > most {
            let what = format!("it is larger than {} MiB", most >> 20);
            return Err(Error::file(&self.path, what, "check that this is the right file"));
        }
        self.check_unchanged()?;
        Ok(bytes)
    }

    /// Where it was found.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same open file, for a library that wants one. It has one position, whoever reads.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the system has no room for another.
    pub fn duplicate(&self) -> Result<File> {
        self.file.try_clone().map_err(|error| Error::io(&self.path, "read", &error))
    }

    /// Its length in bytes when it was opened.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.before.length
    }

    /// Reads it from the beginning.
    #[must_use]
    pub fn reader(&self) -> SteadyReader {
        SteadyReader { file: Arc::clone(&self.file), at: 0 }
    }

    /// The SHA-256 of all its bytes, in hex.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be read, or is longer than it was when it was opened.
    pub fn sha256(&self) -> Result<String> {
        let failed = |error: io::Error| Error::io(&self.path, "read", &error);
        let mut reader = self.reader().take(self.length() + 1);
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        let mut length = 0;
        loop {
            let read = reader.read(&mut buffer).map_err(failed)?;
            if read == 0 {
                break;
            }
            length += read as u64;
            hash.update(&buffer[..read]);
        }
        if length == self.length() { Ok(crate::output::hex(&hash.finalize())) } else { Err(self.changed()) }
    }

    /// Whether it is still as it was when it was opened.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not.
    pub fn check_unchanged(&self) -> Result<()> {
        let now = self.file.metadata().map_err(|error| Error::io(&self.path, "read", &error))?;
        if Stamp::of(&now) == self.before { Ok(()) } else { Err(self.changed()) }
    }

    /// The error about a file that changed.
    #[must_use]
    pub fn changed(&self) -> Error {
        Error::file(&self.path, "it changed while it was read", "run again when whoever writes it has finished")
    }
}

/// Reads from a position of its own, so that several can read one file at a time.
#[derive(Debug)]
pub struct SteadyReader {
    file: Arc<File>,
    at: u64,
}

impl Read for SteadyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for SteadyFile {
    fn len(&self) -> u64 {
        self.length()
    }
}

impl ChunkReader for SteadyFile {
    type T = BufReader<SteadyReader>;

    fn get_read(&self, start: u64) -> std::result::Result<Self::T, ParquetError> {
        Ok(BufReader::new(SteadyReader { file: Arc::clone(&self.file), at: start }))
    }

    /// No room is made for bytes that are not there.
    fn get_bytes(&self, start: u64, length: usize) -> std::result::Result<Bytes, ParquetError> {
        let is_there = start.checked_add(length as u64).is_some_and(|end| end <= self.length());
        if !is_there {
            return Err(ParquetError::EOF("bytes beyond the end of the file".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}
