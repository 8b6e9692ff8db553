//! `assign`, in a period that is held.

use super::{AssignmentSummary, Context, Load, Outcome, in_free_place};
use crate::assignment::{self, TargetGroup};
use crate::error::{Error, Result, Warning};
use crate::output::{self, FileRecord, Manifest, Period, RunMetadata, Staged, Step};
use crate::programme::{Coordinator, Programme};
use std::path::Path;
use std::time::Instant;

pub(super) fn assign_in(context: &Context<'_>, period: &Period) -> Result<Outcome<AssignmentSummary>> {
    let began = Instant::now();
    let programme = context.programme;
    let step = Step::assign();
    let (target_group, input) =
        in_free_place(period.check_free(&step, context.force), read_selection(context, period))?;
    let folders = period.stage(&step)?;
    let [lists, assignment] = folders.as_slice() else {
        return Err(Error::file(period.folder(), "the step has no folders", "please report this"));
    };
    for coordinator in &programme.coordinators {
        lists.create_folder(&coordinator.id)?;
    }
    let metadata = RunMetadata::new(programme, &target_group.key_id);
    let outputs = assignment::write(assignment, lists, &target_group, &programme.coordinators, &metadata)?;
    let manifest = Manifest::new("assign", programme, &target_group.key_id, vec![input], outputs, began);
    output::write_json(assignment, "manifest.json", &manifest)?;
    let summary = AssignmentSummary {
        coordinators: loads(programme, &target_group),
        without_coordinator: target_group.coordinators.iter().filter(|assigned| assigned.is_none()).count(),
        folder: assignment.place().to_path_buf(),
        lists: lists.place().to_path_buf(),
    };
    Staged::commit(folders)?;
    let without = summary.without_coordinator;
    let warning = (without > 0).then(|| {
        Warning(format!("{without} proposed units have no coordinator: the capacities in [[coordinator]] do not reach"))
    });
    Ok(Outcome::new(programme, summary, warning.into_iter().collect()))
}

/// The target group of the selection that is there, which must be the one its manifest names.
fn read_selection(context: &Context<'_>, period: &Period) -> Result<(TargetGroup, FileRecord)> {
    let candidates = Path::new("selection/candidates.parquet");
    let manifest = Manifest::read(&period.folder().join("selection"), "select")?;
    let again = "run `udpeg select --force` again";
    let (record, file) = manifest.unaltered(&period.folder().join(candidates), candidates, again)?;
    let target_group = TargetGroup::read(&file, &context.programme.coordinators)?;
    Ok((target_group, record.clone()))
}

pub(super) fn loads(programme: &Programme, target_group: &TargetGroup) -> Vec<Load> {
    let load = |(position, coordinator): (usize, &Coordinator)| {
        let theirs = target_group
            .units
            .iter()
            .zip(&target_group.coordinators)
            .filter(|(_, assigned)| **assigned == Some(position));
        Load {
            id: coordinator.id.clone(),
            capacity: coordinator.capacity,
            units: theirs.clone().count(),
            points: theirs.map(|(unit, _)| i64::from(unit.points)).sum(),
        }
    };
    programme.coordinators.iter().enumerate().map(load).collect()
}
