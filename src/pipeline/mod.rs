//! The steps: `pseudonymise` for each department, `select`, `assign`, and `run`, which is all of them.

mod assigning;
mod deciding;
mod departments;
mod explaining;
mod memory;
mod recomputing;
mod recusing;
mod releasing;
mod selecting;
mod share;
mod summary;

pub use deciding::{Deciding, DecisionSummary, decide};
pub(crate) use explaining::explanations;
pub use explaining::{ShowingRecords, explain};
pub use memory::Memory;
pub(crate) use recomputing::{Recomputed, recompute};
pub use recusing::{Recusal, RecusalSummary, recuse};
pub use releasing::Releasing;
pub use share::Share;
pub use summary::{
    AssignmentSummary, DepartmentSummary, Load, Outcome, ReleaseSummary, ReleasedSummary, RunSummary, SelectionSummary,
    TableSummary,
};

use crate::error::{Error, Result};
use crate::extract::Room;
use crate::identity::{Key, Passphrase};
use crate::output::{Period, Step};
use crate::programme::Programme;
use assigning::assign_in;
use chrono::NaiveDate;
use departments::{Afterwards, Prepared, pseudonymise_all};
use releasing::{draft_in, release_in};
use selecting::{select_from, select_in};
use std::time::Instant;

/// Runs all steps; what a department delivers is kept in memory for `select`.
///
/// `new_key` makes the key file where it is missing and nothing has been delivered for the period yet.
///
/// # Errors
///
/// Whatever a step fails with; of several departments, everything that failed. Unless all departments succeed none
/// delivers, so that the same command can be run again.
pub fn run(context: &Context<'_>, delivering: &Delivering, new_key: bool) -> Result<Outcome<RunSummary>> {
    let programme = context.programme;
    programme.authorise(context.today)?;
    let read_key = || Key::unlock(&programme.key, &delivering.passphrase);
    // A key is only made by who holds the period, so that of two runs at once one makes it.
    let known = if new_key && !programme.key.exists() { None } else { Some(read_key()?) };
    let period = Period::open(&programme.out, &programme.period)?;
    let key = match known {
        Some(key) => key,
        None if programme.key.exists() || has_deliveries(programme) => read_key()?,
        None => Key::create(&programme.key)?,
    };
    for step in programme.departments.iter().map(|department| Step::pseudonymise(&department.id)).chain([
        Step::select(),
        Step::assign(),
        Step::release(),
    ]) {
        period.check_free(&step, context.force)?;
    }
    let (departments, deliveries, mut warnings) = pseudonymise_all(context, delivering, &key, &period)?;
    drop(key);
    let selection = select_from(context, &period, deliveries, Instant::now(), Afterwards::Keep)?;
    let assignment = assign_in(context, &period)?;
    let released = draft_in(context, &period, selection.counted, &assignment.summary)?;
    let selection = selection.outcome;
    warnings.extend(selection.warnings.into_iter().chain(assignment.warnings).chain(released.warnings));
    let summary = RunSummary {
        departments,
        selection: selection.summary,
        assignment: assignment.summary,
        release: released.summary,
    };
    Ok(Outcome::new(programme, summary, warnings))
}

/// Pseudonymises one department's extract.
///
/// # Errors
///
/// [`crate::Error::Refused`] for a purpose or key that does not do, [`crate::Error::File`] for an input that cannot be read or a
/// step that is there, [`crate::Error::TooManyRejected`] where the private lists have been written but nothing is delivered.
pub fn pseudonymise(
    context: &Context<'_>,
    department: &str,
    delivering: &Delivering,
) -> Result<Outcome<DepartmentSummary>> {
    let programme = context.programme;
    let department = programme.department(department)?;
    programme.authorise(context.today)?;
    let key = Key::unlock(&programme.key, &delivering.passphrase)?;
    let period = Period::open(&programme.out, &programme.period)?;
    period.check_free(&Step::pseudonymise(&department.id), context.force)?;
    let prepared =
        Prepared::new(context, department, delivering, &key, &period, context.room(&period), Afterwards::Forget)?;
    let outcome = prepared.outcome.clone();
    prepared.commit()?;
    Ok(outcome)
}

/// Selects from the deliveries of all departments.
///
/// # Errors
///
/// [`crate::Error::Refused`] for a purpose that does not do or deliveries that are altered or do not belong together,
/// [`crate::Error::File`] for a delivery that is not there or not whole, or a step that is there.
pub fn select(context: &Context<'_>) -> Result<Outcome<SelectionSummary>> {
    context.programme.authorise(context.today)?;
    let period = Period::open_existing(&context.programme.out, &context.programme.period)?;
    select_in(context, &period)
}

/// Assigns the proposed units to coordinators.
///
/// # Errors
///
/// [`crate::Error::Refused`] for a purpose that does not do or a selection that was altered, [`crate::Error::File`] for a selection
/// that is not there or not whole, or a step that is there.
pub fn assign(context: &Context<'_>) -> Result<Outcome<AssignmentSummary>> {
    context.programme.authorise(context.today)?;
    let period = Period::open_existing(&context.programme.out, &context.programme.period)?;
    assign_in(context, &period)
}

/// Shows or makes a release of the statistics of the selection that stands in the period.
///
/// # Errors
///
/// [`crate::Error::Refused`] for a purpose that does not do, steps that were altered or do not follow from each other,
/// and statistics that cannot be protected or would give a cell away beside an earlier release;
/// [`crate::Error::File`] for a step that is not there, or a release that is there.
pub fn release(context: &Context<'_>, releasing: &Releasing) -> Result<Outcome<ReleaseSummary>> {
    context.programme.authorise(context.today)?;
    let period = Period::open_existing(&context.programme.out, &context.programme.period)?;
    release_in(context, &period, releasing)
}

/// What was read for a step whose place is free. Both are looked at, so that an input that must be refused is never
/// hidden behind a step that is there.
fn in_free_place<T>(is_free: Result<()>, read: Result<T>) -> Result<T> {
    match (is_free, read) {
        (Ok(()), read) => read,
        (Err(there), Ok(_)) => Err(there),
        (Err(there), Err(failed)) => Err(Error::Several(vec![failed, there])),
    }
}

fn has_deliveries(programme: &Programme) -> bool {
    let delivery = programme.out.join(&programme.period).join("delivery");
    std::fs::read_dir(delivery).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.path().join("manifest.json").exists()))
    })
}

/// Told how far long work has come.
pub trait Progress: Sync {
    /// Work of so many units begins.
    fn begin(&self, what: &str, total: u64);
    /// So many more units are done.
    fn advance(&self, units: u64);
    /// The work is done.
    fn end(&self);
}

/// Progress that nobody looks at.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

/// What all steps are told.
pub struct Context<'a> {
    /// The checked programme.
    pub programme: &'a Programme,
    /// The machine's date, against which the purpose is held.
    pub today: NaiveDate,
    /// Whether a step that is there is replaced.
    pub force: bool,
    /// How much memory records may take.
    pub memory: Memory,
    /// Who is told how far the work has come.
    pub progress: &'a dyn Progress,
}

impl Context<'_> {
    /// Where a step puts records that there is no memory for.
    pub(crate) fn room(&self, period: &Period) -> Room {
        Room::new(self.memory.bytes(), period.folder())
    }
}

/// What `pseudonymise` is told besides.
#[derive(Debug, Clone)]
pub struct Delivering {
    /// The largest share of rejected rows that is still delivered.
    pub max_rejected: Share,
    /// Whether `rejected.csv` shows the rows' own columns.
    pub show_values: bool,
    /// Where the passphrase of an encrypted key file comes from.
    pub passphrase: Passphrase,
}
