//! `select` and `assign` once more, from the deliveries of a period, only to be compared with what stands there.

use super::assigning::assign_in;
use super::departments::Afterwards;
use super::selecting::select_from;
use super::{Context, Silent};
use crate::error::Result;
use crate::linkage;
use crate::output::{FileRecord, Manifest, Period, Scratch};
use std::time::Instant;

/// What the steps give when they are run again.
pub(crate) struct Recomputed {
    /// The files of `select`.
    pub(crate) selection: Vec<FileRecord>,
    /// The files of `assign`, made from these.
    pub(crate) assignment: Vec<FileRecord>,
}

/// Runs both steps beside a period that is held. Nothing is left of it but the SHA-256 of what came out.
///
/// # Errors
///
/// Whatever the steps fail with.
pub(crate) fn recompute(context: &Context<'_>, period: &Period) -> Result<Recomputed> {
    let programme = context.programme;
    let scratch = Scratch::beside(&programme.out, &programme.period)?;
    let deliveries = linkage::read_all(programme, period.folder(), &context.room(scratch.period()), context.progress)?;
    // What a killed process left in the place is replaced.
    let quiet = Context { force: true, progress: &Silent, ..*context };
    select_from(&quiet, scratch.period(), deliveries, Instant::now(), Afterwards::Forget)?;
    assign_in(&quiet, scratch.period())?;
    let outputs = |folder: &str, step: &str| {
        Manifest::read(&scratch.period().folder().join(folder), step).map(|manifest| manifest.outputs)
    };
    Ok(Recomputed { selection: outputs("selection", "select")?, assignment: outputs("assignment", "assign")? })
}
