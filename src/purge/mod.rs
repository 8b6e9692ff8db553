//! Removing periods whose data had to be deleted.
//!
//! A period's last day is the latest `delete_after` that one of its manifests states; for the programme's own period the
//! programme file counts too, which may have been approved anew since. What is removed is unlinked, not overwritten.

use crate::error::{Error, Result};
use crate::output::{Journal, MANIFEST, Manifest, Period};
use crate::programme::Programme;
use chrono::NaiveDate;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The log of what went, below `out`.
pub const LOG: &str = "purged.jsonl";

/// How the name of a folder ends that is being removed.
const GOING: &str = ".purged";

/// What stands below `out`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Periods past their last day, by name.
    pub due: Vec<Due>,
    /// Periods whose last day has not passed, by name.
    pub kept: Vec<Kept>,
    /// Folders that look like a period and do not say when they must go, by name.
    pub unclear: Vec<String>,
}

/// A period that must go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Its name.
    pub period: String,
    /// Its last day.
    pub delete_after: NaiveDate,
    /// How many files it has.
    pub files: u64,
    /// How long they are together.
    pub bytes: u64,
    /// Coordinators who have a list.
    pub lists: Vec<String>,
}

/// A period that may stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its name.
    pub period: String,
    /// Its last day.
    pub delete_after: NaiveDate,
}

/// A line of the log.
#[derive(Debug, Serialize)]
struct Purged<'a> {
    at: &'a str,
    #[serde(flatten)]
    due: &'a Due,
    program_version: &'static str,
}

/// Looks for periods below `out` that are past their last day.
///
/// # Errors
///
/// [`Error::File`] where `out` cannot be read.
pub fn plan(programme: &Programme, today: NaiveDate) -> Result<Plan> {
    let out = &programme.out;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(out).map_err(|error| Error::io(out, "read", &error))? {
        let entry = entry.map_err(|error| Error::io(out, "read", &error))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_folder && !name.starts_with('.') && looks_like_a_period(&entry.path()) {
            names.push(name);
        }
    }
    names.sort();
    let mut plan = Plan::default();
    for name in names {
        match last_day(programme, &name) {
            None => plan.unclear.push(name),
            Some(delete_after) if today > delete_after => plan.due.push(due(&out.join(&name), name, delete_after)),
            Some(delete_after) => plan.kept.push(Kept { period: name, delete_after }),
        }
    }
    Ok(plan)
}

/// Removes what is due, and logs it in `out`; `at` is the time. What has become another since the plan is left.
///
/// # Errors
///
/// [`Error::File`] where the log cannot be written, a period is being worked on, or cannot be removed. Periods before it
/// are gone by then, and logged.
pub fn carry_out(programme: &Programme, plan: &Plan, today: NaiveDate, at: &str) -> Result<()> {
    let mut log = Journal::open(programme.out.join(LOG))?;
    for due in &plan.due {
        let period = Period::open_existing(&programme.out, &due.period)?;
        if last_day(programme, &due.period).is_none_or(|last| today <= last) {
            let hint = "run `udpeg purge` again";
            return Err(Error::file(period.folder(), "it was changed in the meantime, and is left as it is", hint));
        }
        // Logged first: a process that is killed here leaves a period that is purged, and logged, again.
        log.append(&Purged { at, due, program_version: env!("CARGO_PKG_VERSION") })?;
        let going = programme.out.join(format!(".{}{GOING}", due.period));
        std::fs::rename(period.folder(), &going).map_err(|error| Error::io(period.folder(), "remove", &error))?;
        remove(&going)?;
    }
    Ok(())
}

/// Removes what a purge that was killed had begun to remove.
///
/// # Errors
///
/// [`Error::File`] where `out` cannot be read or a folder not be removed.
pub fn remove_begun(programme: &Programme) -> Result<()> {
    let out = &programme.out;
    for entry in std::fs::read_dir(out).map_err(|error| Error::io(out, "read", &error))? {
        let entry = entry.map_err(|error| Error::io(out, "read", &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') && name.ends_with(GOING) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    std::fs::remove_dir_all(folder).map_err(|error| Error::io(folder, "remove", &error))
}

fn looks_like_a_period(folder: &Path) -> bool {
    ["private", "delivery", "selection", "assignment", "coordinators", "decisions"]
        .iter()
        .any(|name| folder.join(name).is_dir())
}

/// The last day of a period; `None` where it does not say, or not all of it can be read.
fn last_day(programme: &Programme, name: &str) -> Option<NaiveDate> {
    let folder = programme.out.join(name);
    let own = programme.purpose.delete_after.filter(|_| name == programme.period);
    let mut steps = vec![folder.join("selection"), folder.join("assignment")];
    if let Ok(deliveries) = std::fs::read_dir(folder.join("delivery")) {
        steps.extend(deliveries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    let mut last = own;
    for step in steps.into_iter().filter(|step| step.join(MANIFEST).exists()) {
        let stated = Manifest::read(&step, "purge").ok()?.purpose.delete_after?;
        last = last.max(Some(stated));
    }
    last
}

fn due(folder: &Path, period: String, delete_after: NaiveDate) -> Due {
    let (mut files, mut bytes) = (0, 0);
    let mut ahead: Vec<PathBuf> = vec![folder.to_path_buf()];
    while let Some(folder) = ahead.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => ahead.push(entry.path()),
                Ok(metadata) => {
                    files += 1;
                    bytes += metadata.len();
                }
                Err(_) => files += 1,
            }
        }
    }
    let lists = std::fs::read_dir(folder.join("coordinators")).into_iter().flatten().flatten();
    let mut lists: Vec<String> = lists.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    lists.sort();
    Due { period, delete_after, files, bytes, lists }
}
