//! Everything that goes wrong: the words, the exit code, and nothing half-written left behind.

mod deliveries;
mod extracts;
pub(crate) mod handmade;
mod keys;
mod programmes;
mod steps;

use crate::support::{Ran, Workplace};
use std::fs;
use std::path::Path;

const DEPARTMENTS: [&str; 3] = ["jobcentre", "family", "social"];
const RUN: [&str; 3] = ["run", "--programme", "p.toml"];
const SELECT: [&str; 3] = ["select", "--programme", "p.toml"];
const ASSIGN: [&str; 3] = ["assign", "--programme", "p.toml"];

fn pseudonymise(place: &Workplace, department: &str, more: &[&str]) -> Ran {
    let command = ["pseudonymise", "--programme", "p.toml", "--department", department];
    place.udpeg(&[&command, more].concat())
}

/// The small programme with all three deliveries, not yet selected from.
pub(crate) fn delivered() -> Workplace {
    let place = Workplace::with_small_programme();
    for department in DEPARTMENTS {
        pseudonymise(&place, department, &[]).succeeded();
    }
    place
}

/// Every folder below a folder, hidden ones too, relative to it.
fn folders(place: &Workplace, below: &str) -> Vec<String> {
    fn collect(folder: &Path, root: &Path, found: &mut Vec<String>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            collect(&path, root, found);
        }
    }
    let mut found = Vec::new();
    collect(&place.path(below), &place.path(below), &mut found);
    found.sort();
    found
}

/// No file and no step's folder stands below `out`; at most the empty folders that steps would stand in.
#[track_caller]
fn assert_nothing_written(place: &Workplace, case: &str) {
    let files: Vec<String> = place.files("out").into_keys().collect();
    assert!(files.is_empty(), "{case}: {files:?}");
    for folder in folders(place, "out") {
        let parts: Vec<&str> = folder.split('/').collect();
        let is_parent = matches!(parts.as_slice(), [_] | [_, "private" | "delivery"]);
        assert!(is_parent && !parts.iter().any(|part| part.starts_with('.')), "{case}: {folder} is left");
    }
}

/// Nothing hidden stands below `out`.
#[track_caller]
fn assert_nothing_hidden(place: &Workplace, case: &str) {
    for path in folders(place, "out").into_iter().chain(place.files("out").into_keys()) {
        assert!(!path.split('/').any(|part| part.starts_with('.')), "{case}: {path} is left");
    }
}
