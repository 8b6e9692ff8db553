//! A file that is only ever added to: lines of JSON, each chained to the one before.
//!
//! # Guarantee
//!
//! Every line holds the SHA-256 of the line before it (of nothing, for the first), so that a line that is changed,
//! taken out, put in or cut off anywhere but at the end is found out when the file is read or added to. Lines taken off
//! the end are not found out by the file itself.

use super::sha256_hex;
use super::step::{Period, make_folder};
use crate::error::{Error, Result};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const PREVIOUS: &str = "previous";

/// A journal of a period that is held.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// SHA-256 of the last line.
    last: String,
}

impl Journal {
    /// Where it is put down that single records were shown, relative to the period's folder.
    pub(crate) const SHOWN_RECORDS: &str = "log/shown_records.jsonl";

    /// Opens a journal to add to it; makes it where it is missing, of mode 0600 in a folder of mode 0700.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where its chain is broken, [`Error::File`] where it cannot be opened.
    pub(crate) fn open(period: &Period, name: &str) -> Result<Self> {
        let path = period.folder().join(name);
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let last = if path.exists() { Self::check(&path)? } else { sha256_hex(b"") };
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
        Ok(Self { file: file.map_err(|error| Error::io(&path, "open", &error))?, path, last })
    }

    /// Adds a line, which is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written.
    pub(crate) fn append<T: Serialize>(&mut self, entry: &T) -> Result<()> {
        let failed = |error: &std::io::Error| Error::io(&self.path, "write", error);
        let no_entry = || Error::file(&self.path, "a line could not be made", "please report this");
        let Ok(Value::Object(entry)) = serde_json::to_value(entry) else { return Err(no_entry()) };
        let mut line = Map::from_iter([(PREVIOUS.to_owned(), Value::from(self.last.as_str()))]);
        line.extend(entry);
        let mut line = serde_json::to_string(&line).map_err(|_| no_entry())?;
        let sha256 = sha256_hex(line.as_bytes());
        line.push('\n');
        self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_all()).map_err(|error| failed(&error))?;
        self.last = sha256;
        Ok(())
    }

    /// Checks the chain of a journal; gives the SHA-256 of its last line.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] for the first line that is not chained to the one before, [`Error::File`] where it cannot be
    /// read.
    pub(crate) fn check(path: &Path) -> Result<String> {
        let text = std::fs::read(path).map_err(|error| Error::io(path, "read", &error))?;
        let mut last = sha256_hex(b"");
        for (number, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let whole = line.strip_suffix(b"\n");
            let entry: Option<Map<String, Value>> = whole.and_then(|line| serde_json::from_slice(line).ok());
            let is_chained = entry.is_some_and(|entry| entry.get(PREVIOUS).and_then(Value::as_str) == Some(&last));
            let Some(whole) = whole.filter(|_| is_chained) else {
                return Err(Error::refused(
                    format!(
                        "{}: line {} does not follow from the one before; a line was changed, added, taken out or cut off",
                        path.display(),
                        number + 1
                    ),
                    "find out who changed it, and put back the file as it was from where it is kept",
                ));
            };
            last = sha256_hex(whole);
        }
        Ok(last)
    }
}
