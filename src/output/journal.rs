//! Files that are only ever added to: lines of JSON, each chained to the one before.
//!
//! # Guarantee
//!
//! Every line holds its number, the SHA-256 of the line before it and its own, so that a line that is changed, put in,
//! taken out or cut off is told when the file is read or added to. There is no key in it: whoever can write the file
//! can write all of it anew, or take whole lines off its end. Against that only a [`Head`] helps that was kept
//! elsewhere, such as in the manifest of a later step.

use super::sha256_hex;
use super::step::make_folder;
use crate::error::{Error, Result};
use crate::untrusted::SteadyFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// No log is longer; a line takes about half a kibibyte.
const MOST_BYTES: u64 = 64 << 20;

const LINE: &str = "line";
const PREVIOUS: &str = "previous";

/// How many lines a log has, and the SHA-256 of the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of lines.
    pub lines: u64,
    /// The last one's SHA-256; 64 zeros where there is none.
    pub sha256: String,
}

impl Default for Head {
    /// Of a log without lines.
    fn default() -> Self {
        Self { lines: 0, sha256: "0".repeat(64) }
    }
}

/// An entry as the line behind `head`, its end included; `None` where it cannot be written.
#[must_use]
pub fn linked<T: Serialize>(entry: &T, head: &Head) -> Option<String> {
    let Ok(Value::Object(entry)) = serde_json::to_value(entry) else { return None };
    let mut line = Map::from_iter([(LINE.to_owned(), Value::from(head.lines + 1))]);
    line.extend(entry);
    line.insert(PREVIOUS.to_owned(), Value::from(head.sha256.as_str()));
    let text = serde_json::to_string(&line).ok()?;
    let body = text.strip_suffix('}')?;
    Some(format!("{body},\"sha256\":\"{}\"}}\n", sha256_hex(body.as_bytes())))
}

/// What stands in a line besides its links, those and its own SHA-256; `None` where that is not of this line.
fn opened(line: &[u8]) -> Option<(Map<String, Value>, u64, String, String)> {
    let (body, sha256) = std::str::from_utf8(line).ok()?.strip_suffix("\"}")?.rsplit_once(",\"sha256\":\"")?;
    let mut entry: Map<String, Value> = serde_json::from_str(&format!("{body}}}")).ok()?;
    let number = entry.shift_remove(LINE)?.as_u64()?;
    let previous = entry.shift_remove(PREVIOUS)?.as_str()?.to_owned();
    (sha256 == sha256_hex(body.as_bytes())).then(|| (entry, number, previous, sha256.to_owned()))
}

/// The entries of a log and its head.
///
/// # Errors
///
/// What is wrong with the first line that does not fit, in words that repeat nothing from it.
pub fn examine<T: DeserializeOwned>(text: &[u8]) -> std::result::Result<(Vec<T>, Head), String> {
    let (mut entries, mut head) = (Vec::new(), Head::default());
    for (number, line) in (1_u64..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
        let whole = line.strip_suffix(b"\n").ok_or_else(|| format!("line {number} was cut off"))?;
        let altered = || format!("line {number} was altered, or never was one of this log");
        let (entry, own_number, previous, sha256) = opened(whole).ok_or_else(altered)?;
        if own_number != number || previous != head.sha256 {
            return Err(format!("line {number} does not follow from the one before: a line was moved or taken out"));
        }
        entries.push(serde_json::from_value(Value::Object(entry)).map_err(|_| altered())?);
        head = Head { lines: number, sha256 };
    }
    Ok((entries, head))
}

/// The bytes of a log and what stands in it; one that is not there is empty.
///
/// # Errors
///
/// [`Error::Refused`] where its chain is broken, [`Error::File`] where it cannot be read.
pub(crate) fn read_log<T: DeserializeOwned>(path: &Path) -> Result<(Vec<u8>, Vec<T>, Head)> {
    if matches!(std::fs::symlink_metadata(path), Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
        return Ok((Vec::new(), Vec::new(), Head::default()));
    }
    let text = SteadyFile::open(path)?.bytes(MOST_BYTES)?;
    let (entries, head) = examine(&text).map_err(|what| broken(path, &what))?;
    Ok((text, entries, head))
}

/// The error about a log whose chain is broken.
pub(crate) fn broken(path: &Path, what: &str) -> Error {
    Error::refused(
        format!("{}: {what}", path.display()),
        "find out who changed it, and get the file again from where it is kept; nothing was changed",
    )
}

/// A log that is added to in place, line by line.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    head: Head,
}

impl Journal {
    /// Where it is put down that single records were shown, relative to the period's folder.
    pub(crate) const SHOWN_RECORDS: &str = "log/shown_records.jsonl";

    /// Opens a log to add to it; makes it where it is missing, of mode 0600 in a folder of mode 0700.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where its chain is broken, [`Error::File`] where it cannot be opened.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let (_, _, head) = read_log::<Map<String, Value>>(&path)?;
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
        Ok(Self { file: file.map_err(|error| Error::io(&path, "open", &error))?, path, head })
    }

    /// Adds a line, which is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written.
    pub(crate) fn append<T: Serialize>(&mut self, entry: &T) -> Result<()> {
        let no_line = || Error::file(&self.path, "a line could not be made", "please report this");
        let line = linked(entry, &self.head).ok_or_else(no_line)?;
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| Error::io(&self.path, "write", &error))?;
        let (_, _, _, sha256) = opened(line.trim_end().as_bytes()).ok_or_else(no_line)?;
        self.head = Head { lines: self.head.lines + 1, sha256 };
        Ok(())
    }
}
