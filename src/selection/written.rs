//! A selection that stands in a period's folder: its list of candidates, opened as its manifest names it.

use crate::error::{Error, Result};
use crate::output::{FileRecord, Manifest};
use crate::untrusted::{SteadyFile, guarded};
use std::path::Path;

/// The list of candidates, below the period's folder.
pub(crate) const CANDIDATES: &str = "selection/candidates.parquet";

/// What to do where a selection of this period is not as it was made.
pub(crate) const AGAIN: &str = "run `udpeg select --force` again";

/// A selection as it was made.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) manifest: Manifest,
    /// The manifest's record of the list of candidates.
    pub(crate) record: FileRecord,
    pub(crate) candidates: SteadyFile,
}

impl Written {
    /// The selection in a period's folder, whose list of candidates must be the one that its manifest names.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where there is none, [`Error::Refused`] where it was altered; `hint` says what to do.
    pub(crate) fn open(period: &Path, hint: &str) -> Result<Self> {
        let manifest = Manifest::read(&period.join("selection"), "select")?;
        let (record, candidates) = manifest.unaltered(&period.join(CANDIDATES), Path::new(CANDIDATES), hint)?;
        let record = record.clone();
        Ok(Self { manifest, record, candidates })
    }
}

/// What `look` finds in a list of candidates, which somebody may have forged or be changing.
///
/// # Errors
///
/// [`Error::File`] where the list is not whole, or changes meanwhile; `hint` says what to do.
pub(crate) fn look_into<T>(list: &SteadyFile, hint: &str, look: impl FnOnce() -> Option<T>) -> Result<T> {
    let found = guarded(look).flatten();
    list.check_unchanged()?;
    found.ok_or_else(|| Error::file(list.path(), "it is not a whole list of candidates", hint))
}
