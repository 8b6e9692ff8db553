//! The log as a file of a period: read whole, and written whole or not at all.

use crate::error::{Error, Result};
use crate::output::{self, FileRecord, Head, Period, Staged, Step, broken, linked, read_log, sha256_hex, write_bytes};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The log's place below a period's folder.
pub const FILE: &str = "decisions/decisions.jsonl";

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A coordinator has a conflict of interest.
    Recuse,
    /// The unit accepts.
    Accept,
    /// The unit declines, and another takes its place.
    Decline,
    /// The unit is proposed whatever its rank.
    Include,
    /// The unit is not proposed.
    Exclude,
}

/// One decision, as a line of the log has it besides its links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When, with the offset to UTC.
    pub at: String,
    /// What was decided.
    pub decision: Decision,
    /// The unit that it was said of.
    pub unit: String,
    /// The unit's members then: the decision is about each of them.
    pub members: Vec<String>,
    /// The coordinator whom it is about; of a recusal only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinator: Option<String>,
    /// Why: a code of `[consent]` where somebody accepts or declines, else a few words.
    pub reason: String,
    /// Who decided; not of a recusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The key that the pseudonyms were made with.
    pub key_id: String,
    /// Version of the program.
    pub program_version: String,
}

/// What was decided in a period.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The decisions, first to last: line 1 is the first.
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
        let (text, entries, head) = read_log(&period_folder.join(FILE))?;
        Ok(Self { entries, head, text })
    }

    /// The first entries of a log, as many as there were when a step read it.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where these are not the ones of `record`.
    pub fn as_read(self, period_folder: &Path, record: &FileRecord) -> Result<Self> {
        let path = period_folder.join(FILE);
        let lines = usize::try_from(record.rows.unwrap_or(0)).unwrap_or(usize::MAX);
        let text: Vec<u8> = self.text.split_inclusive(|&byte| byte == b'\n').take(lines).flatten().copied().collect();
        if sha256_hex(&text) != record.sha256 {
            return Err(broken(&path, "it does not begin with the decisions that the step was made with"));
        }
        Self::parse(text, &path)
    }

    fn parse(text: Vec<u8>, path: &Path) -> Result<Self> {
        let (entries, head) = output::examine(&text).map_err(|what| broken(path, &what))?;
        Ok(Self { entries, head, text })
    }

    /// The log as a manifest names it: where it stands and how far it goes; `None` where there is no decision.
    #[must_use]
    pub fn record(&self, path: &Path) -> Option<FileRecord> {
        (!self.entries.is_empty()).then(|| FileRecord::new(path, sha256_hex(&self.text), Some(self.head.lines)))
    }

    /// The log with a decision behind the others.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the decision cannot be written down.
    pub fn with(mut self, entry: &Entry) -> Result<Self> {
        let path = Path::new(FILE);
        let no_line = || Error::file(path, "a decision has no text", "please report this");
        self.text.extend_from_slice(linked(entry, &self.head).ok_or_else(no_line)?.as_bytes());
        Self::parse(self.text, path)
    }

    /// Writes the log in a period; where that fails it is as it was.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written.
    pub(crate) fn write(&self, period: &Period) -> Result<()> {
        let folders = period.stage(&Step::decisions())?;
        folders.iter().try_for_each(|folder| self.write_into(folder))?;
        Staged::commit(folders)
    }

    /// Writes the log into the folder that becomes `decisions/`.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written.
    pub(crate) fn write_into(&self, folder: &Staged) -> Result<()> {
        write_bytes(folder, "decisions.jsonl", &self.text).map(drop)
    }
}
