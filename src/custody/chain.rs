//! The custody log as text: entries that are sealed one by one and chained to one another.
//!
//! # Guarantee
//!
//! Without the key nobody can write an entry, change one, remove one that another follows, or change their order,
//! without [`examine`] telling. It cannot tell that entries at the end were cut off, unless the [`Head`] of the log
//! was kept elsewhere. Whoever holds the key and can write the file can begin a log anew: for that, too, a head that
//! somebody else keeps is the remedy.

use crate::identity::Seal;
use crate::output::sha256_hex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One use, as a line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1.
    pub line: u64,
    /// When, with the offset to UTC.
    pub at: String,
    /// What was done, such as `reidentify`.
    pub command: String,
    /// Who did it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// In or for which department, where that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// For which period, where that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// SHA-256 of the coordinator's list, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_sha256: Option<String>,
    /// How many persons (or keys) it was about.
    pub count: u64,
    /// The key that the log is sealed with.
    pub key_id: String,
    /// Version of the program.
    pub program_version: String,
    /// SHA-256 of what stands between the entry before and this one: a line that was cut off while it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_line: Option<String>,
    /// The seal of the entry before; 32 zeros in the first.
    pub previous: String,
}

/// What tells a log from one with fewer entries: how many there are, and the seal of the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Number of entries.
    pub lines: u64,
    /// The last one's seal; 32 zeros where there is none.
    pub mac: String,
}

impl Default for Head {
    /// Of a log without entries.
    fn default() -> Self {
        Self { lines: 0, mac: "0".repeat(32) }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.lines, self.mac)
    }
}

impl std::str::FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = |text: &str| {
            let (lines, mac) = text.trim().split_once(':')?;
            let is_mac = mac.len() == 32 && mac.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            Some(Self { lines: lines.parse().ok()?, mac: mac.to_owned() }).filter(|_| is_mac)
        };
        read(text).ok_or_else(|| "a head is written like 3:0123456789abcdef0123456789abcdef".to_owned())
    }
}

/// What a log holds and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Its entries, as they stand.
    pub entries: Vec<Entry>,
    /// The seals of its entries, by number.
    pub macs: BTreeMap<u64, String>,
    /// Of the entry with the highest number.
    pub head: Head,
    /// What is wrong, each in a sentence; nothing here is repeated from the log but numbers.
    pub findings: Vec<String>,
    /// Lines that were cut off while they were written, and that the entry behind vouches for.
    pub half_lines: u64,
    /// How it ends.
    pub end: End,
}

/// How a log ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum End {
    /// With a whole line, or without any.
    #[default]
    Whole,
    /// With a whole entry, whose end of line is missing.
    WithoutNewline,
    /// With what is left of a line, whose SHA-256 this is.
    HalfLine(String),
}

/// An entry as a line of the log, its end included, and its seal.
pub(super) fn sealed(entry: &Entry, seal: &Seal) -> Option<(String, String)> {
    let text = serde_json::to_string(entry).ok()?;
    let body = text.strip_suffix('}')?;
    let mac = seal.of(body);
    Some((format!("{body},\"mac\":\"{mac}\"}}\n"), mac))
}

/// The entry in a line and its seal; `None` where the seal is not of this line and key.
fn opened(line: &[u8], seal: &Seal) -> Option<(Entry, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (body, mac) = line.strip_suffix("\"}")?.rsplit_once(",\"mac\":\"")?;
    let entry = serde_json::from_str(&format!("{body}}}")).ok()?;
    (mac == seal.of(body)).then(|| (entry, mac.to_owned()))
}

/// Looks at every line of a log.
#[must_use]
pub fn examine(text: &[u8], seal: &Seal) -> Examined {
    let mut examined = Examined::default();
    // Lines that no seal is for, since the last entry: their numbers and where they begin.
    let (mut unsealed, mut unsealed_from) = (Vec::new(), 0);
    let mut altered = 0;
    let mut at = 0;
    for (number, line) in (1_u64..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
        let ended = line.strip_suffix(b"\n");
        match opened(ended.unwrap_or(line), seal) {
            None => unsealed.push(number),
            Some((entry, mac)) => {
                let between = (at > unsealed_from).then(|| sha256_hex(&text[unsealed_from..at - 1]));
                match (&entry.half_line, between) {
                    (Some(vouched), Some(found)) if *vouched == found => {
                        examined.half_lines += 1;
                        unsealed.clear();
                    }
                    (Some(_), _) => {
                        examined.findings.push(format!("the half line before line {number} was removed or altered"));
                    }
                    (None, _) => {}
                }
                altered += examined.tell_altered(&mut unsealed);
                unsealed_from = at + line.len();
                examined.add(entry, mac, number);
            }
        }
        at += line.len();
        if ended.is_none() {
            let is_whole = unsealed_from == text.len();
            examined.end =
                if is_whole { End::WithoutNewline } else { End::HalfLine(sha256_hex(&text[unsealed_from..])) };
        }
    }
    if !matches!(examined.end, End::HalfLine(_)) {
        altered += examined.tell_altered(&mut unsealed);
    }
    examined.tell_missing(altered);
    examined
}

impl Examined {
    /// Notes an entry whose seal is right, and whether it stands in its place.
    fn add(&mut self, entry: Entry, mac: String, number: u64) {
        let follows = entry.line == self.head.lines + 1 && entry.previous == self.head.mac;
        if !follows {
            let finding = match self.macs.get(&entry.line) {
                Some(known) if *known == mac => Some(format!("line {number} repeats entry {}", entry.line)),
                Some(_) => Some(format!("line {number} is another entry {}: two logs were put together", entry.line)),
                None if entry.line <= self.head.lines => Some(format!(
                    "line {number} is entry {}, behind entry {}: it was moved",
                    entry.line, self.head.lines
                )),
                None if entry.line == self.head.lines + 1 => {
                    Some(format!("line {number}, entry {}, does not follow the entry before it", entry.line))
                }
                // What is missing is told at the end, unless it comes later.
                None => None,
            };
            self.findings.extend(finding);
        }
        if entry.line > self.head.lines {
            self.head = Head { lines: entry.line, mac: mac.clone() };
        }
        self.macs.entry(entry.line).or_insert(mac);
        self.entries.push(entry);
    }

    /// Tells of lines without a seal; gives how many there were.
    fn tell_altered(&mut self, unsealed: &mut Vec<u64>) -> u64 {
        let count = unsealed.len() as u64;
        let altered = |number| format!("line {number} was altered, or never was a line of this log");
        self.findings.extend(unsealed.drain(..).map(altered));
        count
    }

    /// Tells of entries that are not there; as many as were altered are told of already.
    fn tell_missing(&mut self, altered: u64) {
        let missing = self.head.lines.saturating_sub(self.macs.len() as u64);
        if missing > altered {
            let mut next = 1;
            for &number in self.macs.keys() {
                match number.saturating_sub(next) {
                    0 => {}
                    1 => self.findings.push(format!("entry {next} is missing")),
                    _ => self.findings.push(format!("entries {next} to {} are missing", number - 1)),
                }
                next = number + 1;
            }
        }
    }
}
