//! The custody log as a file: it grows by a line before anything is handed out, and is looked at before it grows.

use super::account::Account;
use super::chain::{End, Entry, Examined, Head, examine, sealed};
use crate::error::{Error, Result};
use crate::identity::{Key, Seal};
use serde::Serialize;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The most bytes of a log: several hundred thousand uses.
const MOST_BYTES: u64 = 1 << 28;

/// The custody log of one key.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    seal: Seal,
    key_id: String,
}

/// What is about to be done.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The command.
    pub command: &'static str,
    /// Who, when and why.
    pub account: &'a Account,
    /// In or for which department.
    pub department: Option<&'a str>,
    /// For which period.
    pub period: Option<&'a str>,
    /// SHA-256 of the coordinator's list.
    pub list_sha256: Option<&'a str>,
    /// How many persons (or keys) it is about.
    pub count: u64,
}

/// A log in which nothing is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// The log.
    pub file: String,
    /// Number of entries.
    pub entries: u64,
    /// When the first was written.
    pub first: Option<String>,
    /// When the last was written.
    pub last: Option<String>,
    /// Lines that were cut off while they were written, and that the entry behind vouches for.
    pub half_lines: u64,
    /// Number of uses by command.
    pub uses: std::collections::BTreeMap<String, u64>,
    /// What to keep elsewhere, `<entries>:<seal of the last>`.
    pub head: String,
    /// Whether a head that was kept elsewhere stands in it.
    pub holds_kept_head: Option<bool>,
}

impl Log {
    /// The log of a key: beside its file, `<key file>.log.jsonl`, or at `place`.
    #[must_use]
    pub fn new(key_file: &Path, key: &Key, place: Option<&Path>) -> Self {
        let beside = || {
            let mut name = key_file.file_name().map_or_else(OsString::new, OsString::from);
            name.push(".log.jsonl");
            key_file.with_file_name(name)
        };
        Self { path: place.map_or_else(beside, Path::to_path_buf), seal: Seal::new(key), key_id: key.id().0 }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line for what is about to be done, down to the disk; gives the log's new head.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where something is wrong with the log, [`Error::File`] where it cannot be written.
    pub fn append(&self, event: &Event<'_>) -> Result<Head> {
        let failed = |error: std::io::Error| self.unwritable(&error);
        let is_new = !self.path.exists();
        let options = OpenOptions::new().read(true).append(true).create(true).mode(0o600).clone();
        let mut file = self.open(&options)?;
        file.lock().map_err(failed)?;
        let examined = self.examine(&mut file)?;
        let [finding, ..] = examined.findings.as_slice() else {
            let (line, head) = self.next_line(&examined, event)?;
            file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            if is_new && let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                // Not every file system can force a folder to the disk.
                let _ = File::open(folder).and_then(|folder| folder.sync_all());
            }
            return Ok(head);
        };
        Err(Error::refused(
            format!("the custody log {} is not as it was written: {finding}", self.path.display()),
            "the way back is closed until somebody has looked into it: run `udpeg log verify`, keep the file, and go on with another --log",
        ))
    }

    /// Looks at the whole log; `kept` is a head that was kept elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with everything that is wrong with it, [`Error::File`] where it cannot be read.
    pub fn verify(&self, kept: Option<&Head>) -> Result<Verified> {
        let mut file = self.open(OpenOptions::new().read(true))?;
        file.lock_shared().map_err(|error| Error::io(&self.path, "lock the custody log", &error))?;
        let examined = self.examine(&mut file)?;
        let mut findings = examined.findings.clone();
        if examined.end != End::Whole {
            findings.push("the last line is cut off: the program or the machine stopped while it was written (then nothing was handed out, and the next use vouches for the rest of it), or somebody cut it".to_owned());
        }
        if let Some(kept) = kept
            && kept.lines > 0
            && examined.macs.get(&kept.lines) != Some(&kept.mac)
        {
            findings.push(if examined.macs.contains_key(&kept.lines) {
                format!("entry {} is not the one whose head was kept: the log was made anew", kept.lines)
            } else {
                format!(
                    "it ends with entry {}, and the head that was kept is of entry {}: the end was cut off",
                    examined.head.lines, kept.lines
                )
            });
        }
        if !findings.is_empty() {
            return Err(Error::refused(
                format!(
                    "the custody log {} is not as it was written\n  - {}",
                    self.path.display(),
                    findings.join("\n  - ")
                ),
                "keep the file as it is, and find out who could write it; compare it with its backup",
            ));
        }
        let mut uses = std::collections::BTreeMap::new();
        for entry in &examined.entries {
            *uses.entry(entry.command.clone()).or_insert(0) += 1;
        }
        Ok(Verified {
            file: self.path.to_string_lossy().into_owned(),
            entries: examined.head.lines,
            first: examined.entries.first().map(|entry| entry.at.clone()),
            last: examined.entries.last().map(|entry| entry.at.clone()),
            half_lines: examined.half_lines,
            uses,
            head: examined.head.to_string(),
            holds_kept_head: kept.map(|_| true),
        })
    }

    /// The line for an event behind what is there, and the head that the log has with it.
    fn next_line(&self, examined: &Examined, event: &Event<'_>) -> Result<(String, Head)> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (ends_before, half_line) = match &examined.end {
            End::Whole => ("", None),
            End::WithoutNewline => ("\n", None),
            End::HalfLine(sha256) => ("\n", Some(sha256.clone())),
        };
        let entry = Entry {
            line: examined.head.lines + 1,
            at: event.account.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            command: event.command.to_owned(),
            by: event.account.by.clone(),
            reason: event.account.reason.clone(),
            department: owned(event.department),
            period: owned(event.period),
            list_sha256: owned(event.list_sha256),
            count: event.count,
            key_id: self.key_id.clone(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            half_line,
            previous: examined.head.mac.clone(),
        };
        let (line, mac) = sealed(&entry, &self.seal)
            .ok_or_else(|| Error::file(&self.path, "the line could not be made", "please report this"))?;
        Ok((format!("{ends_before}{line}"), Head { lines: entry.line, mac }))
    }

    /// Opens the file, which must be one that nobody else can write.
    fn open(&self, options: &OpenOptions) -> Result<File> {
        if std::fs::symlink_metadata(&self.path).is_ok_and(|metadata| !metadata.is_file()) {
            let hint = "name the file itself with --log, so that nobody can put another in its place";
            return Err(Error::refused(format!("the custody log {} is a link or a folder", self.path.display()), hint));
        }
        let file = options.open(&self.path).map_err(|error| self.unwritable(&error))?;
        let metadata = file.metadata().map_err(|error| self.unwritable(&error))?;
        if metadata.mode() & 0o022 != 0 {
            return Err(Error::refused(
                format!("others than its owner can write the custody log {}", self.path.display()),
                format!("run `chmod 600 {}`, and think about who may have written it", self.path.display()),
            ));
        }
        Ok(file)
    }

    fn examine(&self, file: &mut File) -> Result<Examined> {
        let mut text = Vec::new();
        let failed = |error: std::io::Error| Error::io(&self.path, "read the custody log", &error);
        file.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
        if text.len() as u64 > MOST_BYTES {
            let hint = "it is no custody log; name the right one with --log";
            return Err(Error::file(&self.path, "it is larger than 256 MiB", hint));
        }
        let examined = examine(&text, &self.seal);
        if examined.entries.is_empty()
            && let Some(other) = key_id_in(&text).filter(|id| *id != self.key_id)
        {
            return Err(Error::refused(
                format!(
                    "the custody log {} is of the key {other}, and this is the key {}",
                    self.path.display(),
                    self.key_id
                ),
                "each key has a log of its own, beside its file: name the key's own log, or none",
            ));
        }
        Ok(examined)
    }

    fn unwritable(&self, error: &std::io::Error) -> Error {
        match error.kind() {
            std::io::ErrorKind::NotFound => Error::file(
                &self.path,
                "there is no custody log",
                "it stands beside the key file, or where --log says; the first use makes it, and only in a folder that is there",
            ),
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => Error::file(
                &self.path,
                "the custody log cannot be opened here",
                "without its line nothing is handed out: name another place with --log",
            ),
            _ => Error::io(&self.path, "write the custody log", error),
        }
    }
}

/// The key id that the first line of a log names, where it is one.
fn key_id_in(text: &[u8]) -> Option<String> {
    let line = text.split(|&byte| byte == b'\n').next()?;
    let line: serde_json::Value = serde_json::from_slice(line).ok()?;
    let id = line.get("key_id")?.as_str()?;
    let is_id = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}
