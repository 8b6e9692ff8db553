//! The statistics for the steering group, in a period that is held.

use super::assigning::summary;
use super::deciding::Assigned;
use super::selecting::count;
use super::{AssignmentSummary, Context, Outcome, ReleaseSummary, ReleasedSummary};
use crate::error::{Error, Result, Warning};
use crate::linkage;
use crate::output::{self, FileRecord, Manifest, Period, RunMetadata, Staged, Step, sha256_hex};
use crate::release::{Approval, Entry, Identity, Kept, Ledger, New, add_previous, beside};
use crate::report::{self, SteeringReport};
use crate::selection::{AGAIN, CANDIDATES};
use crate::statistics::{self, Around, Counted, Statistics};
use std::path::Path;
use std::time::Instant;

/// Whether a release is looked at, or made.
#[derive(Debug, Clone)]
pub enum Releasing {
    /// Nothing is written.
    Preview,
    /// It is written, and entered in the ledger.
    Release(Approval),
}

/// Writes the statistics of a selection that has just been made and assigned; a warning where none can be protected.
///
/// They are a draft: nobody has approved them, and the ledger does not know of them.
pub(super) fn draft_in(
    context: &Context<'_>,
    period: &Period,
    counted: Option<Counted>,
    assignment: &AssignmentSummary,
) -> Result<Outcome<Option<ReleaseSummary>>> {
    let began = Instant::now();
    let Some(counted) = counted else { return Ok(Outcome::new(context.programme, None, Vec::new())) };
    let made = Made::read(period)?;
    let ledger = Ledger::read(&context.programme.out)?;
    let (around, warning) = around(context, &counted, &ledger, &made)?;
    let statistics = match protected(context, &counted, assignment, &around) {
        Ok(statistics) => statistics,
        Err(Error::Refused { what, hint }) if context.programme.statistics.is_empty() => {
            let warning = Warning(format!("there are no statistics: {what}; {hint}"));
            return Ok(Outcome::new(context.programme, None, vec![warning]));
        }
        Err(error) => return Err(error),
    };
    let staged = stage(context, period, &statistics, None, &made, began)?;
    let place = staged.folders.first().map(|folder| folder.place().to_path_buf());
    Staged::commit(staged.folders)?;
    let warnings = warning.into_iter().chain(left_out(&statistics)).collect();
    Ok(Outcome::new(context.programme, Some(ReleaseSummary::new(&statistics, place, None)), warnings))
}

/// Counts the selection that stands in the period again, and shows or makes a release of it.
pub(super) fn release_in(
    context: &Context<'_>,
    period: &Period,
    releasing: &Releasing,
) -> Result<Outcome<ReleaseSummary>> {
    let began = Instant::now();
    let ledger = Ledger::read(&context.programme.out)?;
    let is_free = check_free(context, period, &ledger, releasing);
    let made = Made::read(period)?;
    made.fits(context, period)?;
    is_free?;
    let counted = counted(context, period, &made)?;
    let assignment = assignment(context, period, &made)?;
    let (around, warning) = around(context, &counted, &ledger, &made)?;
    let statistics = protected(context, &counted, &assignment, &around)?;
    let warnings = warning.into_iter().chain(left_out(&statistics)).collect();
    let Releasing::Release(approval) = releasing else {
        return Ok(Outcome::new(
            context.programme,
            ReleaseSummary::new(&statistics, None, None).with_cells(statistics),
            warnings,
        ));
    };
    let staged = stage(context, period, &statistics, Some(approval), &made, began)?;
    // The ledger knows of it before anybody can see it: what stands there and was not seen only makes later releases
    // more careful.
    let (entry, head) = enter(context, &ledger, approval, &statistics, &made, &staged.statistics_sha256)?;
    let place = staged.folders.first().map(|folder| folder.place().to_path_buf());
    Staged::commit(staged.folders)?;
    let released = ReleasedSummary { number: entry.number, at: entry.at, head };
    Ok(Outcome::new(
        context.programme,
        ReleaseSummary::new(&statistics, place, Some(released)).with_cells(statistics),
        warnings,
    ))
}

/// The steps that a release is made from.
struct Made {
    selection: Manifest,
    assignment: Manifest,
    identity: Identity,
}

impl Made {
    fn read(period: &Period) -> Result<Self> {
        let selection = Manifest::read(&period.folder().join("selection"), "select")?;
        let assignment = Manifest::read(&period.folder().join("assignment"), "assign")?;
        let delivered: Vec<&str> = selection.inputs.iter().map(|record| record.sha256.as_str()).collect();
        let candidates = selection.outputs.iter().find(|record| record.path == CANDIDATES);
        let identity = Identity {
            deliveries: sha256_hex(delivered.join("\n").as_bytes()),
            selection: candidates.map(|record| record.sha256.clone()).unwrap_or_default(),
        };
        Ok(Self { selection, assignment, identity })
    }

    /// Refuses steps of another programme file, or that do not follow one from the other.
    fn fits(&self, context: &Context<'_>, period: &Period) -> Result<()> {
        let programme = context.programme;
        let refused =
            |what: &str, hint: &str| Err(Error::refused(format!("{}: {what}", period.folder().display()), hint));
        let day = self.selection.overrides.get("as_of").and_then(|day| day.as_str()).map(str::to_owned);
        if [&self.selection, &self.assignment].iter().any(|made| made.programme_sha256 != programme.sha256) {
            return refused(
                "the selection or its assignment was made with another programme file",
                "release with that programme file, or run `udpeg select --force` and `udpeg assign --force` again",
            );
        }
        if day != programme.overrides.as_of.map(|day| day.to_string()) {
            return refused("the selection was made for another day", "release with the --as-of that it was made with");
        }
        let mut of_selection = self.assignment.inputs.iter().filter(|input| input.path.starts_with("selection/"));
        if !of_selection.all(|input| self.selection.outputs.contains(input)) {
            return refused(
                "the assignment was made from another selection than the one that stands there",
                "run `udpeg assign --force` again",
            );
        }
        Ok(())
    }

    /// What the release's manifest says it was made from. It is handed out, so it tells no rows, which are counts of
    /// people, and names no file of counts alone: whoever has its SHA-256 could try counts out until one fits. The files
    /// that it names hold keyed pseudonyms.
    fn records(&self) -> Vec<FileRecord> {
        let Self { selection, assignment, .. } = self;
        let all = selection.inputs.iter().chain(&selection.outputs).chain(&assignment.outputs);
        let named = all.filter(|record| Step::may_be_named_in_release(Path::new(&record.path)));
        named.map(|record| FileRecord { rows: None, ..record.clone() }).collect()
    }
}

/// A draft is replaced; what the ledger knows of is replaced where that is asked for.
fn check_free(context: &Context<'_>, period: &Period, ledger: &Ledger, releasing: &Releasing) -> Result<()> {
    let step = Step::release();
    let is_made = matches!(releasing, Releasing::Release(_));
    if !is_made || !period.has(&step) {
        return Ok(());
    }
    let manifest = Manifest::read(&period.folder().join("release"), "release")?;
    let is_released = manifest.outputs.iter().any(|record| ledger.holds(&context.programme.period, &record.sha256));
    if is_released { period.check_free(&step, context.force) } else { Ok(()) }
}

/// Everybody in the selection that stands in the period, counted again from the deliveries.
fn counted(context: &Context<'_>, period: &Period, made: &Made) -> Result<Counted> {
    let programme = context.programme;
    let deliveries = linkage::read_all(programme, period.folder(), &context.room(period), context.progress)?;
    let inputs = deliveries.iter().flat_map(|delivery| &delivery.inputs);
    // Whom `apart_file` keeps apart shows in the counts.
    let delivered = made.selection.inputs.iter().filter(|input| input.path.starts_with("delivery/"));
    if !inputs.eq(delivered) {
        return Err(Error::refused(
            format!(
                "{}: the selection was made from other deliveries than those that stand there",
                period.folder().display()
            ),
            "run `udpeg select --force` and `udpeg assign --force` again",
        ));
    }
    let (counted, counts) = count(context, deliveries)?;
    let written = made.selection.outputs.iter().find(|record| record.path == "selection/counts.json");
    if written.map(|record| &record.sha256) != Some(&counts) {
        return Err(Error::refused(
            format!("{}: run again from the deliveries, the selection gives other counts", period.folder().display()),
            "run `udpeg verify --recompute` to find out what was altered",
        ));
    }
    Ok(counted)
}

/// The assignment as `assign` wrote it, made again.
fn assignment(context: &Context<'_>, period: &Period, made: &Made) -> Result<AssignmentSummary> {
    let path = Path::new(CANDIDATES);
    let (_, file) = made.selection.unaltered(&period.folder().join(path), path, AGAIN)?;
    let (target_group, terms) = Assigned::read(context.programme, period)?.again(&file)?;
    let (folder, lists) = (period.folder().join("assignment"), period.folder().join("coordinators"));
    Ok(summary(context.programme, &target_group, &terms, folder, lists))
}

/// What the statistics stand beside, and what a person should look at.
fn around(context: &Context<'_>, counted: &Counted, ledger: &Ledger, made: &Made) -> Result<(Around, Option<Warning>)> {
    let programme = context.programme;
    let mut around = beside(ledger, &programme.period, &made.identity)?;
    let warning = add_previous(&mut around, programme, ledger, &made.selection.key_id, counted)?;
    Ok((around, warning))
}

fn protected(
    context: &Context<'_>,
    counted: &Counted,
    assignment: &AssignmentSummary,
    around: &Around,
) -> Result<Statistics> {
    context.progress.begin("protecting the statistics", 0);
    let settings = statistics::settings(context.programme, around.is_second());
    let AssignmentSummary { coordinators, without_coordinator, .. } = assignment;
    let statistics =
        statistics::protect(context.programme, counted, coordinators, *without_coordinator, &settings, around);
    context.progress.end();
    statistics
}

/// The step's folder, written but not yet in place.
struct Prepared {
    folders: Vec<Staged>,
    statistics_sha256: String,
}

fn stage(
    context: &Context<'_>,
    period: &Period,
    statistics: &Statistics,
    approval: Option<&Approval>,
    made: &Made,
    began: Instant,
) -> Result<Prepared> {
    let programme = context.programme;
    let folders = period.stage(&Step::release())?;
    let Some(folder) = folders.first() else {
        return Err(Error::file(period.folder(), "the step has no folder", "please report this"));
    };
    let key_id = &made.selection.key_id;
    let mut outputs = statistics::write(folder, statistics, &RunMetadata::new(programme, key_id))?;
    let page = SteeringReport::of(programme, statistics, approval).to_html();
    let sha256 = output::write_bytes(folder, report::STEERING_REPORT, page.as_bytes())?;
    outputs.push(FileRecord::new(&Path::new("release").join(report::STEERING_REPORT), sha256, None));
    let statistics_sha256 = outputs.first().map(|record| record.sha256.clone()).unwrap_or_default();
    let manifest = Manifest::new("release", programme, key_id, made.records(), outputs, began);
    output::write_json(folder, "manifest.json", &manifest)?;
    Ok(Prepared { folders, statistics_sha256 })
}

fn enter(
    context: &Context<'_>,
    ledger: &Ledger,
    approval: &Approval,
    statistics: &Statistics,
    made: &Made,
    statistics_sha256: &str,
) -> Result<(Entry, String)> {
    let programme = context.programme;
    let new = New {
        approval,
        period: &programme.period,
        programme_sha256: &programme.sha256,
        key_id: &made.selection.key_id,
        identity: &made.identity,
        threshold: statistics.settings.threshold,
        rounded_to: statistics.rounded_to(),
        cells: statistics.cells(),
        hidden: statistics.hidden(),
        statistics_sha256,
    };
    let kept = Kept { published: statistics.published().clone(), bands: statistics.bands().clone() };
    ledger.append(new, &kept)
}

fn left_out(statistics: &Statistics) -> Option<Warning> {
    let names = statistics.left_out.join(", ");
    let (verb, pronoun) = if statistics.left_out.len() == 1 { ("is", "it") } else { ("are", "they") };
    let what =
        format!("{names} {verb} left out of the statistics: {pronoun} cannot be protected, the groups being too small");
    (!statistics.left_out.is_empty()).then_some(Warning(what))
}
