//! `select` and `assign` once more, from the deliveries of a period, only to be compared with what stands there.

use super::assigning::assign_in;
use super::deciding::Assigned;
use super::departments::Afterwards;
use super::selecting::select_from;
use super::{Context, Silent};
use crate::decisions;
use crate::error::Result;
use crate::linkage;
use crate::output::{FileRecord, Manifest, Period, Revision, Scratch, Staged};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What the steps give when they are run again.
pub(crate) struct Recomputed {
    /// The files of `select`.
    pub(crate) selection: Vec<FileRecord>,
    /// The files of `assign`, made from these.
    pub(crate) assignment: Vec<FileRecord>,
    /// The files of the present revision, where there is one: the decisions after that, replayed.
    pub(crate) revision: Vec<FileRecord>,
}

/// Runs both steps beside a period that is held, the second as its manifest says that it was run, and replays the decisions
/// that the present revision follows from. Nothing is left of it but the SHA-256 of what came out.
///
/// # Errors
///
/// Whatever the steps fail with.
pub(crate) fn recompute(
    context: &Context<'_>,
    period: &Period,
    assigned: Option<&Manifest>,
    revised: Option<&Manifest>,
) -> Result<Recomputed> {
    let mut programme = context.programme.clone();
    let previous = assigned.and_then(|manifest| manifest.overrides.get("previous")?.as_str());
    programme.overrides.previous = previous.map(PathBuf::from);
    let programme = &programme;
    let scratch = Scratch::beside(&programme.out, &programme.period)?;
    let deliveries = linkage::read_all(programme, period.folder(), &context.room(scratch.period()), context.progress)?;
    let log_of = |manifest: &Manifest| {
        let record = manifest.inputs.iter().find(|record| record.path == decisions::FILE);
        record.map(|record| decisions::Log::read(period.folder())?.as_read(period.folder(), record)).transpose()
    };
    if let Some(log) = assigned.map(log_of).transpose()?.flatten() {
        log.write(scratch.period())?;
    }
    // What a killed process left in the place is replaced.
    let quiet = Context { programme, force: true, progress: &Silent, ..*context };
    select_from(&quiet, scratch.period(), deliveries, Instant::now(), Afterwards::Forget)?;
    assign_in(&quiet, scratch.period())?;
    let revision = Revision::present(period.folder());
    if let Some(log) = revised.map(log_of).transpose()?.flatten() {
        let assigned = Assigned::read(programme, scratch.period())?;
        let (folders, ..) = assigned.revise(scratch.period(), &log, revision, Instant::now())?;
        Staged::commit(folders)?;
    }
    let outputs = |folder: &Path, step: &str| {
        Manifest::read(&scratch.period().folder().join(folder), step).map(|manifest| manifest.outputs)
    };
    let of_revision = || outputs(&revision.folder().join("assignment"), "decide");
    Ok(Recomputed {
        selection: outputs(Path::new("selection"), "select")?,
        assignment: outputs(Path::new("assignment"), "assign")?,
        revision: revised.map(|_| of_revision()).transpose()?.unwrap_or_default(),
    })
}
