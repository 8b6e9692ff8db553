//! `manifest.json`: what a step was made from and what it made.

use crate::error::{Error, Result};
use crate::identity::masked;
use crate::programme::{Overrides, Programme, Purpose, RulesApproval};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::Path;
use std::time::Instant;

use super::step::MANIFEST;
use crate::untrusted::SteadyFile;

/// No manifest is longer; a thousand files take a quarter of a mebibyte.
const MOST_BYTES: u64 = 16 << 20;

/// What stands in `manifest.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The step, such as `select`.
    pub step: String,
    /// Version of the program.
    pub program_version: String,
    /// SHA-256 of the programme file.
    pub programme_sha256: String,
    /// What the command line put in place of the programme file's words.
    pub overrides: Map<String, Value>,
    /// The key's id.
    pub key_id: String,
    /// What made the run lawful.
    pub purpose: Purpose,
    /// The points system, and whether it was approved; `None` in what another version wrote.
    pub rules: Option<RulesApproval>,
    /// What was read.
    pub inputs: Vec<FileRecord>,
    /// What was written, this file excepted.
    pub outputs: Vec<FileRecord>,
    /// How long the step took, in seconds.
    pub seconds: f64,
}

/// One file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its path: an extract's as the programme file has it, another's relative to the period's folder.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Rows of data in it; `null` where it is no table.
    pub rows: Option<u64>,
}

impl FileRecord {
    /// A file; what looks like a CPR number in its path is masked.
    #[must_use]
    pub fn new(path: &Path, sha256: String, rows: Option<u64>) -> Self {
        Self { path: masked(&path.to_string_lossy()).into_owned(), sha256, rows }
    }
}

impl Manifest {
    /// The manifest of a step that began at `began`.
    #[must_use]
    pub fn new(
        step: &str,
        programme: &Programme,
        key_id: &str,
        inputs: Vec<FileRecord>,
        outputs: Vec<FileRecord>,
        began: Instant,
    ) -> Self {
        Self {
            step: step.to_owned(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            programme_sha256: programme.sha256.clone(),
            overrides: overrides(&programme.overrides),
            key_id: key_id.to_owned(),
            purpose: programme.purpose.clone(),
            rules: Some(programme.rules_approval()),
            inputs,
            outputs,
            seconds: (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        }
    }

    /// Reads the manifest in a folder.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not there or not a manifest.
    pub fn read(folder: &Path, made_by: &str) -> Result<Self> {
        Self::read_file(&folder.join(MANIFEST), &format!("run `udpeg {made_by}` first"))
    }

    /// Reads a manifest file; `hint` says what to do where it is not there.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not there or not a manifest.
    pub fn read_file(path: &Path, hint: &str) -> Result<Self> {
        if matches!(std::fs::metadata(path), Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
            return Err(Error::file(path, "it is not there", hint));
        }
        let bytes = SteadyFile::open(path)?.bytes(MOST_BYTES)?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Error::file(
                path,
                format!("not a manifest (line {}, column {})", error.line(), error.column()),
                "get the whole folder again from whoever made it",
            )
        })
    }

    /// The record of an output, and the file, opened, whose bytes must be those that it says: the file at `path`, which
    /// it names `name`.
    ///
    /// What is read from the file afterwards is what was checked, as long as the file is unchanged.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where the manifest does not name the file or the file is another, [`Error::File`] where it
    /// cannot be read; `hint` says what to do.
    pub fn unaltered(&self, path: &Path, name: &Path, hint: &str) -> Result<(&FileRecord, SteadyFile)> {
        let name = name.to_string_lossy();
        let record = self
            .outputs
            .iter()
            .find(|record| record.path == name)
            .ok_or_else(|| Error::refused(format!("{}: its manifest does not name it", path.display()), hint))?;
        let file = SteadyFile::open(path)?;
        if file.sha256()? != record.sha256 {
            return Err(Error::refused(
                format!("{}: it is not the file that its manifest names; it was altered or cut off", path.display()),
                hint,
            ));
        }
        Ok((record, file))
    }
}

fn overrides(overrides: &Overrides) -> Map<String, Value> {
    let text = |path: &Path| Value::from(masked(&path.to_string_lossy()).into_owned());
    let mut used = Map::new();
    if let Some(as_of) = overrides.as_of {
        used.insert("as_of".to_owned(), Value::from(as_of.to_string()));
    }
    if let Some(period) = &overrides.period {
        used.insert("period".to_owned(), text(Path::new(period)));
    }
    if let Some(out) = &overrides.out {
        used.insert("out".to_owned(), text(out));
    }
    if let Some(key) = &overrides.key {
        used.insert("key".to_owned(), text(key));
    }
    if !overrides.input.is_empty() {
        used.extend(overrides.department.iter().map(|id| ("department".to_owned(), text(Path::new(id)))));
        used.insert("input".to_owned(), overrides.input.iter().map(|input| text(Path::new(input))).collect());
    }
    if let Some(previous) = &overrides.previous {
        used.insert("previous".to_owned(), text(previous));
    }
    if overrides.accept_change {
        used.insert("accept_change".to_owned(), Value::from(true));
    }
    used
}
