//! `select` and `assign` once more, from the deliveries of a period, only to be compared with what stands there.

use super::assigning::assign_in;
use super::selecting::select_from;
use super::{Context, Silent};
use crate::decisions;
use crate::error::Result;
use crate::linkage;
use crate::output::{FileRecord, Manifest, Period, Scratch};
use std::path::PathBuf;
use std::time::Instant;

/// What the steps give when they are run again.
pub(crate) struct Recomputed {
    /// The files of `select`.
    pub(crate) selection: Vec<FileRecord>,
    /// The files of `assign`, made from these.
    pub(crate) assignment: Vec<FileRecord>,
}

/// Runs both steps beside a period that is held, the second as its manifest says that it was run. Nothing is left of it but the SHA-256 of what came out.
///
/// # Errors
///
/// Whatever the steps fail with.
pub(crate) fn recompute(context: &Context<'_>, period: &Period, assigned: Option<&Manifest>) -> Result<Recomputed> {
    let mut programme = context.programme.clone();
    let previous = assigned.and_then(|manifest| manifest.overrides.get("previous")?.as_str());
    programme.overrides.previous = previous.map(PathBuf::from);
    let programme = &programme;
    let scratch = Scratch::beside(&programme.out, &programme.period)?;
    let deliveries = linkage::read_all(programme, period.folder(), &context.room(scratch.period()), context.progress)?;
    let of_log = |record: &&FileRecord| record.path == decisions::FILE;
    if let Some(record) = assigned.and_then(|manifest| manifest.inputs.iter().find(of_log)) {
        let log = decisions::Log::read(period.folder())?.as_read(period.folder(), record)?;
        log.write(scratch.period())?;
    }
    // What a killed process left in the place is replaced.
    let quiet = Context { programme, force: true, progress: &Silent, ..*context };
    select_from(&quiet, scratch.period(), deliveries, Instant::now())?;
    assign_in(&quiet, scratch.period())?;
    let outputs = |folder: &str, step: &str| {
        Manifest::read(&scratch.period().folder().join(folder), step).map(|manifest| manifest.outputs)
    };
    Ok(Recomputed { selection: outputs("selection", "select")?, assignment: outputs("assignment", "assign")? })
}
