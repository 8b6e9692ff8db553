//! The log as a file of a period: read whole, and written whole or not at all.

use super::chain::{Entry, Head, chained, examine};
use crate::error::{Error, Result};
use crate::output::{FileRecord, Period, Step, sha256_hex, write_bytes};
use crate::untrusted::SteadyFile;
use std::path::Path;

/// The log's place below a period's folder.
pub const FILE: &str = "decisions/decisions.jsonl";

/// No log is longer; a decision takes about half a kibibyte.
const MOST_BYTES: u64 = 64 << 20;

const HINT: &str = "get the file again from where it is kept; nothing was changed";

/// What was decided in a period.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The decisions, first to last.
    pub entries: Vec<Entry>,
    /// How the log ends.
    pub head: Head,
    text: Vec<u8>,
}

impl Log {
    /// Reads the log of a period's folder; one that is not there has no entries.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where its chain is broken, [`Error::File`] where it cannot be read.
    pub fn read(period_folder: &Path) -> Result<Self> {
        let path = period_folder.join(FILE);
        if matches!(std::fs::symlink_metadata(&path), Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
            return Ok(Self::default());
        }
        Self::parse(SteadyFile::open(&path)?.bytes(MOST_BYTES)?, &path)
    }

    /// The first entries of a log, as many as there were when a step read it.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where these are not the ones of `record`, or the chain is broken.
    pub fn as_read(self, period_folder: &Path, record: &FileRecord) -> Result<Self> {
        let path = period_folder.join(FILE);
        let lines = usize::try_from(record.rows.unwrap_or(0)).unwrap_or(usize::MAX);
        let text: Vec<u8> = self.text.split_inclusive(|&byte| byte == b'\n').take(lines).flatten().copied().collect();
        if sha256_hex(&text) != record.sha256 {
            let what = format!("{}: it does not begin with the decisions that the step was made with", path.display());
            return Err(Error::refused(what, HINT));
        }
        Self::parse(text, &path)
    }

    fn parse(text: Vec<u8>, path: &Path) -> Result<Self> {
        let (entries, head) =
            examine(&text).map_err(|what| Error::refused(format!("{}: {what}", path.display()), HINT))?;
        Ok(Self { entries, head, text })
    }

    /// The log as a manifest names it: where it stands and how far it goes; `None` where there is no decision.
    #[must_use]
    pub fn record(&self, path: &Path) -> Option<FileRecord> {
        (!self.entries.is_empty()).then(|| FileRecord::new(path, sha256_hex(&self.text), Some(self.head.lines)))
    }

    /// Puts a decision behind the others; its number and what it is chained to are filled in.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the log cannot be written; it is then as it was.
    pub fn append(mut self, period: &Period, mut entry: Entry) -> Result<Self> {
        entry.line = self.head.lines + 1;
        entry.previous.clone_from(&self.head.sha256);
        let path = period.folder().join(FILE);
        let line = chained(&entry).ok_or_else(|| Error::file(&path, "a decision has no text", "please report this"))?;
        self.text.extend_from_slice(line.as_bytes());
        let log = Self::parse(self.text, &path)?;
        log.write(period)?;
        Ok(log)
    }

    /// Writes the log in a period.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written.
    pub(crate) fn write(&self, period: &Period) -> Result<()> {
        let folders = period.stage(&Step::decisions())?;
        for folder in &folders {
            write_bytes(folder, "decisions.jsonl", &self.text)?;
        }
        crate::output::Staged::commit(folders)
    }
}
