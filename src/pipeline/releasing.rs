//! The statistics for the steering group, in a period that is held.

use super::{AssignmentSummary, Context, Outcome, ReleaseSummary};
use crate::error::{Error, Result, Warning};
use crate::output::{self, FileRecord, Manifest, Period, RunMetadata, Staged, Step};
use crate::statistics::{self, Around, Counted, Statistics};
use std::time::Instant;

/// Writes the statistics of a selection that has just been made and assigned; a warning where none can be protected.
pub(super) fn draft_in(
    context: &Context<'_>,
    period: &Period,
    counted: Option<Counted>,
    assignment: &AssignmentSummary,
) -> Result<Outcome<Option<ReleaseSummary>>> {
    let began = Instant::now();
    let Some(counted) = counted else { return Ok(Outcome { summary: None, warnings: Vec::new() }) };
    context.progress.begin("protecting the statistics", 0);
    let made = protected(context, &counted, assignment, &Around::default(), false);
    context.progress.end();
    let statistics = match made {
        Ok(statistics) => statistics,
        Err(Error::Refused { what, hint }) if context.programme.statistics.is_empty() => {
            let warning = Warning(format!("there are no statistics: {what}; {hint}"));
            return Ok(Outcome { summary: None, warnings: vec![warning] });
        }
        Err(error) => return Err(error),
    };
    let folder = write(context, period, &statistics, began)?;
    let warnings = left_out(&statistics).into_iter().collect();
    Ok(Outcome { summary: Some(ReleaseSummary::new(statistics, Some(folder))), warnings })
}

fn protected(
    context: &Context<'_>,
    counted: &Counted,
    assignment: &AssignmentSummary,
    around: &Around,
    is_second: bool,
) -> Result<Statistics> {
    let programme = context.programme;
    let settings = statistics::settings(programme, is_second);
    let AssignmentSummary { coordinators, without_coordinator, .. } = assignment;
    statistics::protect(programme, counted, coordinators, *without_coordinator, &settings, around)
}

/// Writes the step's folder; gives its place.
fn write(
    context: &Context<'_>,
    period: &Period,
    statistics: &Statistics,
    began: Instant,
) -> Result<std::path::PathBuf> {
    let programme = context.programme;
    let folders = period.stage(&Step::release())?;
    let Some(folder) = folders.first() else {
        return Err(Error::file(period.folder(), "the step has no folder", "please report this"));
    };
    let selection = Manifest::read(&period.folder().join("selection"), "select")?;
    let assignment = Manifest::read(&period.folder().join("assignment"), "assign")?;
    let metadata = RunMetadata::new(programme, &selection.key_id);
    let outputs = statistics::write(folder, statistics, &metadata)?;
    let inputs: Vec<FileRecord> = selection.inputs.into_iter().chain(selection.outputs).chain(assignment.outputs).collect();
    let manifest = Manifest::new("release", programme, &selection.key_id, inputs, outputs, began);
    output::write_json(folder, "manifest.json", &manifest)?;
    let place = folder.place().to_path_buf();
    Staged::commit(folders)?;
    Ok(place)
}

fn left_out(statistics: &Statistics) -> Option<Warning> {
    let names = statistics.left_out.join(", ");
    let (verb, number) = if statistics.left_out.len() == 1 { ("is", "it") } else { ("are", "they") };
    (!statistics.left_out.is_empty())
        .then(|| Warning(format!("{names} {verb} left out of the statistics: {number} cannot be protected, the groups being too small")))
}
