//! What a killed process left of a step: the old step is put back where the new one is not in place, the rest removed.
//!
//! A step's folders come into place in the order that [`super::step`] describes, so that what is left tells how far it
//! came: while the folder of the manifest is away, nothing of the new step counts; once it is in place, nothing of the
//! old one does. Putting right is done in an order that lets it be interrupted, and begun again, at any moment.

use super::step::Step;
use crate::error::{Error, Result};
use crate::extract::Room;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where a folder is written, and where it is removed.
pub(super) fn partial(place: &Path) -> PathBuf {
    hidden(place, "partial")
}

/// Where a folder stands aside, whole, while another takes its place.
pub(super) fn old(place: &Path) -> PathBuf {
    hidden(place, "old")
}

fn hidden(place: &Path, what: &str) -> PathBuf {
    let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    place.with_file_name(format!(".{name}.{what}"))
}

/// Puts every step of a period right of which something is left.
pub(super) fn put_right(period: &Path) -> Result<()> {
    for name in names(period)?.iter().filter(|name| Room::is_overflow(name)) {
        remove_file(&period.join(name))?;
    }
    let mut steps: Vec<Step> =
        left_behind(period, Path::new(""))?.iter().filter_map(|at| Step::of_folder(at)).collect();
    // The log of decisions is a folder of its own and of each revision: whether a new one counts, the revision tells.
    steps.sort_by_key(|step| std::cmp::Reverse(step.folders.len()));
    steps.iter().try_for_each(|step| put_step_right(period, step))
}

/// Puts one step right; nothing is done where nothing is left.
pub(super) fn put_step_right(period: &Path, step: &Step) -> Result<()> {
    let places: Vec<PathBuf> = step.folders.iter().map(|folder| period.join(folder)).collect();
    let is_in_place = places.last().is_some_and(|last| last.exists());
    for place in &places {
        let old = old(place);
        if old.exists() && !(is_in_place && place.exists()) {
            if place.exists() {
                remove(&partial(place))?;
                rename(place, &partial(place))?;
            }
            rename(&old, place)?;
        }
    }
    if !is_in_place {
        // A revision never replaces another: what came into place before its manifest counts for nothing.
        for place in places.iter().filter(|place| Step::is_of_revision(period, place) && place.exists()) {
            remove(&partial(place))?;
            rename(place, &partial(place))?;
        }
    }
    places.iter().try_for_each(|place| discard(place))
}

/// Removes what stands beside a folder that is in its place.
pub(super) fn discard(place: &Path) -> Result<()> {
    let (partial, old) = (partial(place), old(place));
    remove(&partial)?;
    if old.exists() {
        rename(&old, &partial)?;
        remove(&partial)?;
    }
    Ok(())
}

/// The folders in a folder of the period and below, relative to the period's, that something hidden stands beside.
fn left_behind(period: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for name in names(&period.join(folder))? {
        let below = folder.join(&name);
        if let Some(place) = place_of(&name) {
            found.push(folder.join(place));
        } else if Step::stand_below(&below) {
            // One that this account may not look into is for its owner to put right.
            found.extend(left_behind(period, &below).unwrap_or_default());
        }
    }
    Ok(found)
}

/// The name of the folder that a hidden one stands beside.
fn place_of(hidden: &str) -> Option<&str> {
    let name = hidden.strip_prefix('.')?;
    name.strip_suffix(".partial").or_else(|| name.strip_suffix(".old"))
}

/// The names in a folder; one that is not UTF-8 is not ours.
fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = |error: std::io::Error| Error::io(folder, "look into the folder", &error);
    let mut names = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        // Another process has removed it, such as a place where a step was run once more.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(names),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    Ok(names)
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| Error::io(to, "put the finished folder into place", &error))
}

pub(super) fn remove(folder: &Path) -> Result<()> {
    unless_gone(folder, std::fs::remove_dir_all(folder))
}

fn remove_file(file: &Path) -> Result<()> {
    unless_gone(file, std::fs::remove_file(file))
}

fn unless_gone(path: &Path, removed: std::io::Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::io(path, "remove what an earlier run left", &error))
        }
        _ => Ok(()),
    }
}
