//! `assign`, in a period that is held.

use super::{AssignmentSummary, Context, Load, Outcome, in_free_place};
use crate::assignment::{self, TargetGroup, Terms};
use crate::decisions::{self, Log};
use crate::error::{Error, Result, Warning};
use crate::output::{self, FileRecord, Manifest, Period, Revision, RunMetadata, Staged, Step};
use crate::programme::{Coordinator, Programme};
use crate::selection::{AGAIN, Written};
use std::path::{Path, PathBuf};
use std::time::Instant;

pub(super) fn assign_in(context: &Context<'_>, period: &Period) -> Result<Outcome<AssignmentSummary>> {
    let began = Instant::now();
    let programme = context.programme;
    let mut step = Step::assign();
    let (target_group, terms, inputs) =
        in_free_place(period.check_free(&step, context.force), read_selection(context, period))?;
    // Revisions belong to what is replaced.
    step.folders.retain(|folder| folder != Path::new(Revision::FOLDER) || period.folder().join(folder).exists());
    let folders = period.stage(&step)?;
    let [.., lists, assignment] = folders.as_slice() else {
        return Err(Error::file(period.folder(), "the step has no folders", "please report this"));
    };
    let metadata = RunMetadata::new(programme, &target_group.key_id);
    let table = target_group.table();
    let outputs = assignment::write(assignment, lists, Path::new(""), table, programme, &metadata)?;
    let manifest = Manifest::new("assign", programme, &target_group.key_id, inputs, outputs, began);
    output::write_json(assignment, "manifest.json", &manifest)?;
    let (folder, list_folder) = (assignment.place().to_path_buf(), lists.place().to_path_buf());
    let summary = summary(programme, &target_group, &terms, folder, list_folder);
    Staged::commit(folders)?;
    let without = summary.without_coordinator;
    let mut warnings = terms.warnings;
    let warning = (without > 0).then(|| {
        Warning(format!("{without} proposed units have no coordinator: the capacities in [[coordinator]] do not reach"))
    });
    warnings.extend(warning);
    Ok(Outcome::new(programme, summary, warnings))
}

/// The target group of the selection that is there, which must be the one its manifest names, and what was read.
fn read_selection(context: &Context<'_>, period: &Period) -> Result<(TargetGroup, Terms, Vec<FileRecord>)> {
    let programme = context.programme;
    let Written { record, candidates, .. } = Written::open(period.folder(), AGAIN)?;
    let log = Log::read(period.folder())?;
    let terms = |key_id: &str| Terms::read(programme, period.folder(), &log.entries, key_id);
    let (target_group, terms) = TargetGroup::read(&candidates, programme, terms)?;
    let inputs = std::iter::once(record).chain(terms.inputs.clone()).chain(log.record(Path::new(decisions::FILE)));
    let inputs = inputs.collect();
    Ok((target_group, terms, inputs))
}

/// What an assignment is, in numbers.
pub(super) fn summary(
    programme: &Programme,
    target_group: &TargetGroup,
    terms: &Terms,
    folder: PathBuf,
    lists: PathBuf,
) -> AssignmentSummary {
    let optimality = target_group.assignment.optimality;
    let kept = usize::try_from(optimality.kept.value).unwrap_or(0);
    AssignmentSummary {
        load: programme.load.as_str(),
        coordinators: loads(programme, target_group, terms),
        lost_coordinator: target_group.had_a_coordinator.map(|had| had.saturating_sub(kept)),
        optimality,
        without_coordinator: target_group.assignment.coordinators.iter().filter(|assigned| assigned.is_none()).count(),
        folder,
        lists,
    }
}

fn loads(programme: &Programme, target_group: &TargetGroup, terms: &Terms) -> Vec<Load> {
    let points = target_group.points();
    let load = |(position, coordinator): (usize, &Coordinator)| {
        let is_theirs = |row: &usize| target_group.assignment.coordinators[*row] == Some(position);
        let theirs: Vec<usize> = (0..target_group.units.len()).filter(is_theirs).collect();
        Load {
            id: coordinator.id.clone(),
            capacity: coordinator.capacity,
            units: theirs.len(),
            points: theirs.iter().map(|&row| i64::from(points[row])).sum(),
            load: theirs.iter().map(|&row| target_group.units[row].load).sum(),
            load_before: terms.load_before(&coordinator.id),
        }
    };
    programme.coordinators.iter().enumerate().map(load).collect()
}
