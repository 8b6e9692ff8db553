//! The log as text: entries that are chained to one another by their SHA-256.
//!
//! # Guarantee
//!
//! An entry that was changed, moved or taken out of the middle is told. There is no key in it: whoever can write the
//! file can write all of it anew, or cut entries off its end. Against that only a [`Head`] helps that was kept
//! elsewhere, such as in the manifest of a later step.

use crate::output::sha256_hex;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A coordinator has a conflict of interest.
    Recuse,
}

/// One decision, as a line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 1.
    pub line: u64,
    /// When, with the offset to UTC.
    pub at: String,
    /// What was decided.
    pub decision: Decision,
    /// The unit that it was said of.
    pub unit: String,
    /// The unit's members then: the decision is about each of them.
    pub members: Vec<String>,
    /// The coordinator whom it is about.
    pub coordinator: String,
    /// Why.
    pub reason: String,
    /// The key that the pseudonyms were made with.
    pub key_id: String,
    /// Version of the program.
    pub program_version: String,
    /// The SHA-256 of the entry before; 64 zeros in the first.
    pub previous: String,
}

/// How many entries there are, and the SHA-256 of the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub lines: u64,
    /// The last one's SHA-256; 64 zeros where there is none.
    pub sha256: String,
}

impl Default for Head {
    /// Of a log without entries.
    fn default() -> Self {
        Self { lines: 0, sha256: "0".repeat(64) }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.lines, self.sha256)
    }
}

/// An entry as a line of the log, its end included; `None` where it cannot be written.
#[must_use]
pub fn chained(entry: &Entry) -> Option<String> {
    let text = serde_json::to_string(entry).ok()?;
    let body = text.strip_suffix('}')?;
    Some(format!("{body},\"sha256\":\"{}\"}}\n", sha256_hex(body.as_bytes())))
}

/// The entry in a line and its SHA-256; `None` where that is not of this line.
fn opened(line: &str) -> Option<(Entry, String)> {
    let (body, sha256) = line.strip_suffix("\"}")?.rsplit_once(",\"sha256\":\"")?;
    let entry = serde_json::from_str(&format!("{body}}}")).ok()?;
    (sha256 == sha256_hex(body.as_bytes())).then(|| (entry, sha256.to_owned()))
}

/// The entries of a log and its head.
///
/// # Errors
///
/// What is wrong with the first line that does not fit, in words that repeat nothing from it.
pub fn examine(text: &[u8]) -> Result<(Vec<Entry>, Head), String> {
    let (mut entries, mut head) = (Vec::new(), Head::default());
    for (number, line) in (1_u64..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
        let whole = line.strip_suffix(b"\n").ok_or_else(|| format!("line {number} was cut off"))?;
        let (entry, sha256) = std::str::from_utf8(whole)
            .ok()
            .and_then(opened)
            .ok_or_else(|| format!("line {number} was altered, or never was a decision"))?;
        if (entry.line, &entry.previous) != (number, &head.sha256) {
            return Err(format!("line {number} does not follow the line before it: a line was moved or taken out"));
        }
        head = Head { lines: number, sha256 };
        entries.push(entry);
    }
    Ok((entries, head))
}
