//! The ledger: what was released, when and by whom, in a chain of lines.
//!
//! `ledger.jsonl` has a line for each release; each holds the SHA-256 of the line before. `<number>.json` holds what a
//! reader of that release knows: the cells that it shows, that others are hidden, and how cells add up; no count that
//! was not published. Both are for the owner's eyes, since what is hidden is easier attacked by who knows all relations.
//!
//! A line altered, moved or left out is found; lines cut off at the end are found by whoever kept the head elsewhere. No
//! key is needed, so that whoever can write the file can also make it anew: keep the head.

use super::approval::Approval;
use crate::disclosure::Published;
use crate::error::{Error, Result};
use crate::output::sha256_hex;
use crate::untrusted::SteadyFile;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The folder below `out`.
pub const FOLDER: &str = "ledger";

const FILE: &str = "ledger.jsonl";

/// No ledger is longer.
const MOST_BYTES: u64 = 256 << 20;

/// Of which counts a release is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// SHA-256 over the files of all deliveries.
    pub deliveries: String,
    /// SHA-256 of `candidates.parquet`.
    pub selection: String,
}

/// How neighbouring values were merged, so that later releases of the period have the same bands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bands {
    /// Where bands of points begin, before any are merged.
    pub points: Vec<i32>,
    /// By universe and dimension: the values of each band.
    pub merged: Vec<MergedBands>,
}

/// The bands of one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedBands {
    /// The universe.
    pub universe: String,
    /// The dimension.
    pub dimension: String,
    /// The values of each band, in order.
    pub bands: Vec<Vec<String>>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The release's number, from 1.
    pub number: u64,
    /// When, by the machine's clock.
    pub at: String,
    /// The period.
    pub period: String,
    /// Who prepared it.
    pub prepared_by: String,
    /// Who approved it.
    pub approved_by: String,
    /// SHA-256 of the programme file.
    pub programme_sha256: String,
    /// The key's id.
    pub key_id: String,
    /// Of which counts it is.
    #[serde(flatten)]
    pub identity: Identity,
    /// Counts from 1 to below this are hidden.
    pub threshold: u64,
    /// What counts are rounded to; `None` where they are not.
    pub rounded_to: Option<u64>,
    /// Cells of all tables.
    pub cells: usize,
    /// How many of them are hidden.
    pub hidden: usize,
    /// SHA-256 of `statistics.parquet`.
    pub statistics_sha256: String,
    /// SHA-256 of `<number>.json`.
    pub published_sha256: String,
    /// Version of the program.
    pub program_version: String,
    /// SHA-256 of the line before, without its end; empty for the first.
    pub previous: String,
}

/// What is kept of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What its readers know.
    pub published: Published,
    /// Its bands.
    pub bands: Bands,
}

/// The ledger of all periods below `out`.
#[derive(Debug, Clone)]
pub struct Ledger {
    folder: PathBuf,
    /// In order.
    pub entries: Vec<Entry>,
    /// SHA-256 of the last line; empty where there is none.
    pub head: String,
    /// Bytes of all whole lines.
    length: u64,
}

impl Ledger {
    /// Reads the ledger below `out` and checks its chain; one that is not there has no entries.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where a line was altered, moved or left out, [`Error::File`] where it cannot be read.
    pub fn read(out: &Path) -> Result<Self> {
        let folder = out.join(FOLDER);
        let path = folder.join(FILE);
        let mut ledger = Self { folder, entries: Vec::new(), head: String::new(), length: 0 };
        if !path.exists() {
            return Ok(ledger);
        }
        let text = SteadyFile::open(&path)?.bytes(MOST_BYTES)?;
        // A last line that was cut off while it was written: nothing was released after it.
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        for (number, line) in (1_u64..).zip(text[..whole].split_inclusive(|&byte| byte == b'\n')) {
            let line = &line[..line.len() - 1];
            let entry: Option<Entry> = serde_json::from_slice(line).ok();
            let follows = |entry: &Entry| entry.number == number && entry.previous == ledger.head;
            let entry = entry.filter(follows).ok_or_else(|| {
                altered(&path, &format!("line {number} was altered, or does not follow the line before"))
            })?;
            ledger.head = sha256_hex(line);
            ledger.entries.push(entry);
        }
        ledger.length = whole as u64;
        Ok(ledger)
    }

    /// The releases of a period, in order.
    pub fn of_period<'a>(&'a self, period: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.period == period)
    }

    /// Whether this is the statistics of a release.
    #[must_use]
    pub fn holds(&self, period: &str, statistics_sha256: &str) -> bool {
        self.of_period(period).any(|entry| entry.statistics_sha256 == statistics_sha256)
    }

    /// What is kept of a release.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where it is not what the ledger says, [`Error::File`] where it cannot be read.
    pub fn kept(&self, entry: &Entry) -> Result<Kept> {
        let path = self.kept_file(entry.number);
        let bytes = SteadyFile::open(&path)?.bytes(MOST_BYTES)?;
        if sha256_hex(&bytes) != entry.published_sha256 {
            return Err(altered(&path, "it is not the file that the ledger names"));
        }
        let kept: Option<Kept> = serde_json::from_slice(&bytes).ok();
        kept.filter(|kept| kept.published.is_whole())
            .ok_or_else(|| altered(&path, "it is not what is kept of a release"))
    }

    /// Whether what is kept of every release is what the lines say.
    ///
    /// # Errors
    ///
    /// Those of [`Ledger::kept`].
    pub fn check(&self) -> Result<()> {
        self.entries.iter().try_for_each(|entry| self.kept(entry).map(|_| ()))
    }

    fn kept_file(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:04}.json"))
    }

    /// Adds a release, down to the disk, before anybody can see it; gives its entry and the new head.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written, or another release has been added since this was read.
    pub fn append(&self, new: New<'_>, kept: &Kept) -> Result<(Entry, String)> {
        let path = self.folder.join(FILE);
        let failed = |error: std::io::Error| Error::io(&path, "write the ledger", &error);
        let out = self.folder.parent().unwrap_or(&self.folder);
        DirBuilder::new().recursive(true).mode(0o700).create(out).map_err(failed)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).map_err(failed)?;
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).clone();
        let mut file = options.open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        if whole as u64 != self.length {
            return Err(Error::file(
                &path,
                "another release has been added meanwhile",
                "run it again; nothing was released",
            ));
        }
        let number = self.entries.len() as u64 + 1;
        let bytes = serde_json::to_vec(kept).map_err(|error| failed(error.into()))?;
        self.write_kept(number, &bytes)?;
        let entry = Entry {
            number,
            at: new.approval.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            period: new.period.to_owned(),
            prepared_by: new.approval.prepared_by.clone(),
            approved_by: new.approval.approved_by.clone(),
            programme_sha256: new.programme_sha256.to_owned(),
            key_id: new.key_id.to_owned(),
            identity: new.identity.clone(),
            threshold: new.threshold,
            rounded_to: new.rounded_to,
            cells: new.cells,
            hidden: new.hidden,
            statistics_sha256: new.statistics_sha256.to_owned(),
            published_sha256: sha256_hex(&bytes),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            previous: self.head.clone(),
        };
        let line = serde_json::to_string(&entry).map_err(|error| failed(error.into()))?;
        file.set_len(self.length).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        // Not every file system can force a folder to the disk.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        let head = sha256_hex(line.as_bytes());
        Ok((entry, head))
    }

    /// A file that a killed process left is replaced: no line names it.
    fn write_kept(&self, number: u64, bytes: &[u8]) -> Result<()> {
        let path = self.kept_file(number);
        let failed = |error: std::io::Error| Error::io(&path, "write the ledger", &error);
        let partial = path.with_extension("partial");
        let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
        let mut file = options.open(&partial).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&partial, &path).map_err(failed)
    }
}

/// A release that is about to be made.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Who prepared and who approved it, and when.
    pub approval: &'a Approval,
    /// The period.
    pub period: &'a str,
    /// SHA-256 of the programme file.
    pub programme_sha256: &'a str,
    /// The key's id.
    pub key_id: &'a str,
    /// Of which counts it is.
    pub identity: &'a Identity,
    /// Counts from 1 to below this are hidden.
    pub threshold: u64,
    /// What counts are rounded to.
    pub rounded_to: Option<u64>,
    /// Cells of all tables.
    pub cells: usize,
    /// How many of them are hidden.
    pub hidden: usize,
    /// SHA-256 of `statistics.parquet`.
    pub statistics_sha256: &'a str,
}

fn altered(path: &Path, what: &str) -> Error {
    Error::refused(
        format!("the ledger of releases is not as it was written: {}: {what}", path.display()),
        "nothing can be released beside what is not known: put the folder back from where it is kept, and find out who could write it",
    )
}
