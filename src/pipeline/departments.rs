//! `pseudonymise` of one department, and of all at once.

use super::{Context, Delivering, DepartmentSummary, Outcome, Progress};
use crate::error::{Error, Result, Warning};
use crate::extract::{self, Extract, Room};
use crate::identity::Key;
use crate::linkage::Delivery;
use crate::output::{self, FileRecord, Manifest, Period, Staged, Step};
use crate::programme::Department;
use rayon::prelude::*;
use std::path::Path;
use std::time::Instant;

/// Whether a delivery is kept in memory once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// The process ends with this step.
    Forget,
    /// The same process goes on to select.
    Keep,
}

/// A department's folders, written but not yet in place.
pub(super) struct Prepared {
    private: Staged,
    /// `None` where too many rows were rejected.
    delivery: Option<Staged>,
    failure: Option<Error>,
    /// What was delivered, for the steps that follow in this process.
    kept: Option<Delivery>,
    pub(super) outcome: Outcome<DepartmentSummary>,
}

impl Prepared {
    pub(super) fn new(
        context: &Context<'_>,
        department: &Department,
        delivering: &Delivering,
        key: &Key,
        period: &Period,
        room: Room,
        afterwards: Afterwards,
    ) -> Result<Self> {
        let began = Instant::now();
        let programme = context.programme;
        let mut staged = period.stage(&Step::pseudonymise(&department.id))?.into_iter();
        let (Some(private), Some(delivery)) = (staged.next(), staged.next()) else {
            return Err(Error::file(period.folder(), "the step has no folders", "please report this"));
        };
        let mut extract = extract::read(programme, department, key, delivering.show_values, room, context.progress)?;
        context.progress.begin(&format!("writing {}", department.id), 0);
        let (mut quality, types) = extract::tidy(programme, department, &mut extract)?;
        let comparison = extract::compare(programme, &quality)?;
        quality.change = comparison.as_ref().map(|comparison| comparison.summary(programme));
        extract::write_private(&private, &extract, &quality, &types)?;
        extract::write_out_of_date(&private, programme, department, &extract)?;
        let too_many = delivering.max_rejected.is_exceeded(quality.rejected, quality.rows);
        let mut prepared = Self {
            outcome: Outcome::new(
                programme,
                DepartmentSummary {
                    other_types: types.other.iter().map(|(_, rows)| rows).sum(),
                    delivery: delivery.place().to_path_buf(),
                    private: private.place().to_path_buf(),
                    quality: quality.clone(),
                },
                extract::type_warnings(programme, department, &extract),
            ),
            private,
            delivery: None,
            failure: None,
            kept: None,
        };
        prepared.outcome.warnings.splice(0..0, extract.warnings.iter().cloned());
        prepared.outcome.warnings.extend(extract::not_compared(programme, &department.id, comparison.as_ref()));
        let too_different = comparison.filter(|_| !programme.overrides.accept_change);
        let too_different = too_different.and_then(|comparison| comparison.failure(&department.id));
        if too_many {
            let report = prepared.private.place().join("rejected.csv");
            prepared.failure = Some(Error::TooManyRejected {
                department: quality.department,
                rejected: quality.rejected,
                rows: quality.rows,
                limit: delivering.max_rejected.to_string(),
                report,
            });
        } else if too_different.is_some() {
            prepared.failure = too_different;
        } else {
            let key_id = key.id().0;
            let outputs = extract::deliver(programme, &key_id, &delivery, &extract, &quality, &types)?;
            let manifest = Manifest::new("pseudonymise", programme, &key_id, inputs(&extract), outputs, began);
            output::write_json(&delivery, "manifest.json", &manifest)?;
            if afterwards == Afterwards::Keep {
                let Extract { records, incomplete, .. } = extract;
                let files = manifest.outputs;
                prepared.kept = Some(Delivery::of_written(&key_id, records, incomplete, &types, quality, files));
            }
            prepared.delivery = Some(delivery);
        }
        context.progress.end();
        Ok(prepared)
    }

    /// Puts the folders into place; the failure where nothing may be delivered.
    pub(super) fn commit(self) -> Result<DepartmentSummary> {
        let folders = std::iter::once(self.private).chain(self.delivery).collect();
        Staged::commit(folders)?;
        self.failure.map_or(Ok(self.outcome.summary), Err)
    }
}

fn inputs(extract: &Extract) -> Vec<FileRecord> {
    extract
        .files
        .iter()
        .map(|file| FileRecord::new(Path::new(&file.name), file.sha256.clone(), Some(file.rows)))
        .collect()
}

/// Departments read and written at the same time: what one does by itself fills the time in which another waits.
const DEPARTMENTS_AT_A_TIME: usize = 4;

/// Prepares every department, in the programme's order; what they deliver stays in memory as far as there is room.
fn prepare_all<'p>(
    context: &Context<'p>,
    delivering: &Delivering,
    key: &Key,
    period: &Period,
) -> Vec<(&'p Department, Result<Prepared>)> {
    let programme = context.programme;
    let bytes: Vec<u64> =
        programme.departments.iter().map(|department| extract::input_bytes(programme, department)).collect();
    let all_bytes = bytes.iter().sum();
    context.progress.begin("reading and writing", all_bytes);
    let departments: Vec<(&Department, u64)> = programme.departments.iter().zip(bytes).collect();
    let prepare = |&(department, bytes): &(&'p Department, u64)| {
        let part = Context { progress: &PartOfIt(context.progress), ..*context };
        let room = context.room(period).share(bytes, all_bytes);
        (department, Prepared::new(&part, department, delivering, key, period, room, Afterwards::Keep))
    };
    let prepared = departments
        .chunks(DEPARTMENTS_AT_A_TIME)
        .flat_map(|some| some.par_iter().map(prepare).collect::<Vec<_>>())
        .collect();
    context.progress.end();
    prepared
}

/// Progress of a part of some work, which is told as a whole.
struct PartOfIt<'a>(&'a dyn Progress);

impl Progress for PartOfIt<'_> {
    fn begin(&self, _: &str, _: u64) {}

    fn advance(&self, units: u64) {
        self.0.advance(units);
    }

    fn end(&self) {}
}

/// All departments, or everything that failed; then only private lists are written: of those with too many rejected
/// rows, and of those that have no older delivery.
pub(super) fn pseudonymise_all(
    context: &Context<'_>,
    delivering: &Delivering,
    key: &Key,
    period: &Period,
) -> Result<(Vec<DepartmentSummary>, Vec<Delivery>, Vec<Warning>)> {
    let (mut prepared, mut errors) = (Vec::new(), Vec::new());
    for (department, one) in prepare_all(context, delivering, key, period) {
        match one {
            Ok(one) => prepared.push((department, one)),
            Err(error) => errors.push(error),
        }
    }
    let is_whole = errors.is_empty() && prepared.iter().all(|(_, one)| one.failure.is_none());
    let (mut summaries, mut deliveries, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for (department, mut one) in prepared {
        if !is_whole {
            one.delivery = None;
            if one.failure.is_none() && period.has(&Step::pseudonymise(&department.id)) {
                // Its older delivery stays, and with it the lists that belong to it.
                continue;
            }
        }
        warnings.append(&mut one.outcome.warnings);
        deliveries.extend(one.kept.take());
        match one.commit() {
            Ok(summary) => summaries.push(summary),
            Err(error) => errors.push(error),
        }
    }
    Error::collect(errors).map_or(Ok((summaries, deliveries, warnings)), Err)
}
