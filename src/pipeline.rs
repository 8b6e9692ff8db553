//! The steps: `pseudonymise` for each department, `select`, `assign`, and `run`, which is all of them.

use crate::assignment::{self, TargetGroup};
use crate::error::{Error, Result, Warning};
use crate::extract::{self, Extract, Quality};
use crate::identity::Key;
use crate::linkage::{self, Linked, Units};
use crate::output::{self, FileRecord, Manifest, Period, RunMetadata, Staged, Step, sha256_of_file};
use crate::programme::{Department, Programme};
use crate::selection::{self, Counts};
use chrono::NaiveDate;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

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
    /// Who is told how far the work has come.
    pub progress: &'a dyn Progress,
}

/// What `pseudonymise` is told besides.
#[derive(Debug, Clone)]
pub struct Delivering {
    /// The largest share of rejected rows that is still delivered.
    pub max_rejected: Share,
    /// Whether `rejected.csv` shows the rows' own columns.
    pub show_values: bool,
}

/// A share of rows, such as `5%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    text: String,
    millionths: u32,
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || "a share is written like 5% or 2.5%, between 0% and 100%".to_owned();
        let number = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || whole.len() > 3 || fraction.len() > 4 {
            return Err(wrong());
        }
        let digits = format!("{whole}{fraction:0<4}");
        let millionths = digits.parse().ok().filter(|&millionths| millionths <= 1_000_000).ok_or_else(wrong)?;
        Ok(Self { text: text.trim().to_owned(), millionths })
    }
}

impl Share {
    /// Whether `part` of `whole` is strictly more than this share.
    #[must_use]
    pub fn is_exceeded(&self, part: u64, whole: u64) -> bool {
        u128::from(part) * 1_000_000 > u128::from(self.millionths) * u128::from(whole)
    }

    /// The share as a number from 0 to 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        f64::from(self.millionths) / 1_000_000.0
    }
}

/// A path in a summary; what is not UTF-8 in it is replaced.
fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// What came out of `pseudonymise` of one department.
#[derive(Debug, Clone, Serialize)]
pub struct DepartmentSummary {
    /// `quality.json`.
    #[serde(flatten)]
    pub quality: Quality,
    /// The folder for the analyst.
    #[serde(serialize_with = "lossy")]
    pub delivery: PathBuf,
    /// The folder that stays.
    #[serde(serialize_with = "lossy")]
    pub private: PathBuf,
    /// Rows whose type left as `other`.
    pub other_types: u64,
}

/// What came out of `select`.
#[derive(Debug, Clone, Serialize)]
pub struct SelectionSummary {
    /// `counts.json`.
    #[serde(flatten)]
    pub counts: Counts,
    /// Each department's quality counts.
    pub quality: Vec<Quality>,
    /// The folder.
    #[serde(serialize_with = "lossy")]
    pub folder: PathBuf,
}

/// What came out of `assign`.
#[derive(Debug, Clone, Serialize)]
pub struct AssignmentSummary {
    /// Each coordinator's list.
    pub coordinators: Vec<Load>,
    /// Proposed units that no coordinator has room for.
    pub without_coordinator: usize,
    /// The folder of the target group.
    #[serde(serialize_with = "lossy")]
    pub folder: PathBuf,
    /// The folder of the lists.
    #[serde(serialize_with = "lossy")]
    pub lists: PathBuf,
}

/// A coordinator's load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    /// The coordinator.
    pub id: String,
    /// Units on the list.
    pub units: usize,
    /// Units there could be.
    pub capacity: usize,
    /// Sum of the units' points.
    pub points: i64,
}

/// A summary and what a person should look at.
#[derive(Debug, Clone)]
pub struct Outcome<T> {
    /// What came out.
    pub summary: T,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// What came out of `run`.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// One for each department.
    pub departments: Vec<DepartmentSummary>,
    /// Of `select`.
    pub selection: SelectionSummary,
    /// Of `assign`.
    pub assignment: AssignmentSummary,
}

/// Runs all steps.
///
/// `new_key` makes the key file where it is missing and nothing has been delivered for the period yet.
///
/// # Errors
///
/// Whatever a step fails with; of several departments, everything that failed. Unless all departments succeed none
/// delivers, so that the same command can be run again.
pub fn run(context: &Context<'_>, delivering: &Delivering, new_key: bool) -> Result<Outcome<RunSummary>> {
    let programme = context.programme;
    programme.purpose.authorise(context.today)?;
    let key = if new_key && !programme.key.exists() && !has_deliveries(programme) {
        Key::create(&programme.key)
    } else {
        Key::read(&programme.key)
    }?;
    let period = Period::open(&programme.out, &programme.period)?;
    for step in programme
        .departments
        .iter()
        .map(|department| Step::pseudonymise(&department.id))
        .chain([Step::select(), Step::assign()])
    {
        period.check_free(&step, context.force)?;
    }
    let (departments, mut warnings) = pseudonymise_all(context, delivering, &key, &period)?;
    let selection = select_in(context, &period)?;
    let assignment = assign_in(context, &period)?;
    warnings.extend(selection.warnings.into_iter().chain(assignment.warnings));
    Ok(Outcome {
        summary: RunSummary { departments, selection: selection.summary, assignment: assignment.summary },
        warnings,
    })
}

/// Pseudonymises one department's extract.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose or key that does not do, [`Error::File`] for an input that cannot be read or a
/// step that is there, [`Error::TooManyRejected`] where the private lists have been written but nothing is delivered.
pub fn pseudonymise(
    context: &Context<'_>,
    department: &str,
    delivering: &Delivering,
) -> Result<Outcome<DepartmentSummary>> {
    let programme = context.programme;
    let department = programme.department(department)?;
    programme.purpose.authorise(context.today)?;
    let key = Key::read(&programme.key)?;
    let period = Period::open(&programme.out, &programme.period)?;
    period.check_free(&Step::pseudonymise(&department.id), context.force)?;
    let prepared = Prepared::new(context, department, delivering, &key, &period)?;
    let outcome = prepared.outcome.clone();
    prepared.commit()?;
    Ok(outcome)
}

/// Selects from the deliveries of all departments.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose that does not do or deliveries that are altered or do not belong together,
/// [`Error::File`] for a delivery that is not there or not whole, or a step that is there.
pub fn select(context: &Context<'_>) -> Result<Outcome<SelectionSummary>> {
    context.programme.purpose.authorise(context.today)?;
    let period = Period::open_existing(&context.programme.out, &context.programme.period)?;
    select_in(context, &period)
}

/// Assigns the proposed units to coordinators.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose that does not do or a selection that was altered, [`Error::File`] for a selection
/// that is not there or not whole, or a step that is there.
pub fn assign(context: &Context<'_>) -> Result<Outcome<AssignmentSummary>> {
    context.programme.purpose.authorise(context.today)?;
    let period = Period::open_existing(&context.programme.out, &context.programme.period)?;
    assign_in(context, &period)
}

fn has_deliveries(programme: &Programme) -> bool {
    let delivery = programme.out.join(&programme.period).join("delivery");
    std::fs::read_dir(delivery).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.path().join("manifest.json").exists()))
    })
}

/// A department's folders, written but not yet in place.
struct Prepared {
    private: Staged,
    /// `None` where too many rows were rejected.
    delivery: Option<Staged>,
    failure: Option<Error>,
    outcome: Outcome<DepartmentSummary>,
}

impl Prepared {
    fn new(
        context: &Context<'_>,
        department: &Department,
        delivering: &Delivering,
        key: &Key,
        period: &Period,
    ) -> Result<Self> {
        let began = Instant::now();
        let programme = context.programme;
        let mut staged = period.stage(&Step::pseudonymise(&department.id))?.into_iter();
        let (Some(private), Some(delivery)) = (staged.next(), staged.next()) else {
            return Err(Error::file(period.folder(), "the step has no folders", "please report this"));
        };
        let mut extract = extract::read(programme, department, key, delivering.show_values, context.progress)?;
        context.progress.begin(&format!("writing {}", department.id), 0);
        let (quality, types) = extract::tidy(programme, department, &mut extract);
        extract::write_private(&private, &extract, &quality, &types)?;
        let too_many = delivering.max_rejected.is_exceeded(quality.rejected, quality.rows);
        let mut prepared = Self {
            outcome: Outcome {
                summary: DepartmentSummary {
                    other_types: types.other.iter().map(|(_, rows)| rows).sum(),
                    delivery: delivery.place().to_path_buf(),
                    private: private.place().to_path_buf(),
                    quality: quality.clone(),
                },
                warnings: extract::type_warnings(programme, department, &extract),
            },
            private,
            delivery: None,
            failure: None,
        };
        prepared.outcome.warnings.splice(0..0, extract.warnings.iter().cloned());
        if too_many {
            let report = prepared.private.place().join("rejected.csv");
            let limit = delivering.max_rejected.text.clone();
            prepared.failure = Some(Error::TooManyRejected {
                department: quality.department,
                rejected: quality.rejected,
                rows: quality.rows,
                limit,
                report,
            });
        } else {
            let key_id = key.id().0;
            let outputs = extract::deliver(programme, &key_id, &delivery, &extract, &quality, &types)?;
            let manifest = Manifest::new("pseudonymise", programme, &key_id, inputs(&extract), outputs, began);
            output::write_json(&delivery, "manifest.json", &manifest)?;
            prepared.delivery = Some(delivery);
        }
        context.progress.end();
        Ok(prepared)
    }

    /// Puts the folders into place; the failure where nothing may be delivered.
    fn commit(self) -> Result<DepartmentSummary> {
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

/// All departments, or everything that failed; then only the private lists of those that could be read are written.
fn pseudonymise_all(
    context: &Context<'_>,
    delivering: &Delivering,
    key: &Key,
    period: &Period,
) -> Result<(Vec<DepartmentSummary>, Vec<Warning>)> {
    let (mut prepared, mut errors) = (Vec::new(), Vec::new());
    for department in &context.programme.departments {
        match Prepared::new(context, department, delivering, key, period) {
            Ok(one) => prepared.push(one),
            Err(error) => errors.push(error),
        }
    }
    let is_whole = errors.is_empty() && prepared.iter().all(|one| one.failure.is_none());
    let (mut summaries, mut warnings) = (Vec::new(), Vec::new());
    for mut one in prepared {
        if !is_whole {
            one.delivery = None;
        }
        warnings.append(&mut one.outcome.warnings);
        match one.commit() {
            Ok(summary) => summaries.push(summary),
            Err(error) => errors.push(error),
        }
    }
    Error::collect(errors).map_or(Ok((summaries, warnings)), Err)
}

fn select_in(context: &Context<'_>, period: &Period) -> Result<Outcome<SelectionSummary>> {
    let began = Instant::now();
    let programme = context.programme;
    let step = Step::select();
    // Both are looked at, so that a delivery that must be refused is never hidden behind a step that is there.
    let is_free = period.check_free(&step, context.force);
    let deliveries = linkage::read_all(programme, period.folder(), context.progress);
    let mut deliveries = match (is_free, deliveries) {
        (Ok(()), deliveries) => deliveries?,
        (Err(there), Ok(_)) => return Err(there),
        (Err(there), Err(refused)) => return Err(Error::Several(vec![refused, there])),
    };
    context.progress.begin("selecting", 0);
    let mut warnings: Vec<Warning> =
        deliveries.iter_mut().flat_map(|delivery| std::mem::take(&mut delivery.warnings)).collect();
    let quality = deliveries.iter_mut().filter_map(|delivery| delivery.quality.take()).collect();
    let inputs = deliveries.iter_mut().flat_map(|delivery| std::mem::take(&mut delivery.inputs)).collect();
    let key_id = deliveries.first().map(|delivery| delivery.key_id.clone()).unwrap_or_default();
    let mut linked = Linked::new(programme, deliveries)?;
    let units = Units::new(&programme.family, &mut linked);
    let selected = selection::select(programme, &linked, &units)?;
    warnings.extend(placeholder_warning(&units));
    warnings.extend(selection::warnings(programme, &linked, &selected));

    let folders = period.stage(&step)?;
    let Some(folder) = folders.first() else {
        return Err(Error::file(period.folder(), "the step has no folder", "please report this"));
    };
    let metadata = RunMetadata::new(programme, &key_id);
    let (sha256, rows) =
        selection::write_candidates(folder, "candidates.parquet", programme, &linked, &units, &selected, &metadata)?;
    let candidates = FileRecord::new(Path::new("selection/candidates.parquet"), sha256, Some(rows));
    let sha256 = output::write_json(folder, "counts.json", &selected.counts)?;
    let outputs = vec![candidates, FileRecord::new(Path::new("selection/counts.json"), sha256, None)];
    output::write_json(folder, "manifest.json", &Manifest::new("select", programme, &key_id, inputs, outputs, began))?;
    let summary = SelectionSummary { counts: selected.counts, quality, folder: folder.place().to_path_buf() };
    Staged::commit(folders)?;
    context.progress.end();
    Ok(Outcome { summary, warnings })
}

fn placeholder_warning(units: &Units) -> Option<Warning> {
    let count = units.placeholder_children.len();
    (count > 0).then(|| {
        let children = if count == 1 { "1 child stands".to_owned() } else { format!("{count} children stand") };
        Warning(format!("{children} in open records of more adults than `max_adults_per_child`, and so stand for nobody: they join no families and are counted nowhere; counts.json lists their pseudonyms"))
    })
}

fn assign_in(context: &Context<'_>, period: &Period) -> Result<Outcome<AssignmentSummary>> {
    let began = Instant::now();
    let programme = context.programme;
    let step = Step::assign();
    let is_free = period.check_free(&step, context.force);
    let selection = read_selection(context, period);
    let (target_group, input) = match (is_free, selection) {
        (Ok(()), selection) => selection?,
        (Err(there), Ok(_)) => return Err(there),
        (Err(there), Err(refused)) => return Err(Error::Several(vec![refused, there])),
    };
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
    Ok(Outcome { summary, warnings: warning.into_iter().collect() })
}

/// The target group of the selection that is there, which must be the one its manifest names.
fn read_selection(context: &Context<'_>, period: &Period) -> Result<(TargetGroup, FileRecord)> {
    const CANDIDATES: &str = "selection/candidates.parquet";
    let programme = context.programme;
    let folder = period.folder().join("selection");
    let manifest = Manifest::read(&folder, "select")?;
    let path = period.folder().join(CANDIDATES);
    let again = "run `udpeg select --force` again";
    let record = manifest
        .output(CANDIDATES)
        .ok_or_else(|| Error::refused(format!("{}: its manifest does not name it", path.display()), again))?;
    if sha256_of_file(&path)? != record.sha256 {
        return Err(Error::refused(
            format!("{}: it is not the file that its manifest names; it was altered or cut off", path.display()),
            again,
        ));
    }
    let target_group = TargetGroup::read(&path, &programme.coordinators)?;
    Ok((target_group, record.clone()))
}

fn loads(programme: &Programme, target_group: &TargetGroup) -> Vec<Load> {
    let load = |(position, coordinator): (usize, &crate::programme::Coordinator)| {
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
