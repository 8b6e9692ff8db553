//! The steps of a period in one table: which folders and files each has, and which files it is made from.
//!
//! A new step finds its place by an entry here.

use crate::output::{FileRecord, MANIFEST, Manifest, Step};
use crate::pipeline::Recomputed;
use crate::programme::{Department, Programme};
use std::path::{Component, Path, PathBuf};

/// A step as it must stand in a period; all paths are relative to the period's folder.
pub(super) struct Expected<'p> {
    /// Its name and folders.
    pub step: Step,
    /// What `step` says in its manifest.
    pub word: &'static str,
    /// What makes it, after `udpeg`.
    pub command: String,
    /// Whose delivery it is.
    pub department: Option<&'p Department>,
    /// What its manifest names.
    pub outputs: Vec<PathBuf>,
    /// What it writes besides and its manifest does not name: there all, or not at all.
    pub unlisted: Vec<PathBuf>,
    /// The outputs of other steps that it is made from; `None` where it is made from what stands elsewhere.
    pub inputs: Option<Vec<PathBuf>>,
    /// Which files it gives when it is run again; `None` for a step that is not.
    pub recomputed: Option<fn(&Recomputed) -> &[FileRecord]>,
    /// What makes it good again.
    pub again: String,
}

/// The steps of a programme, each after those that it is made from.
pub(super) fn steps(programme: &Programme) -> Vec<Expected<'_>> {
    let mut steps: Vec<Expected<'_>> = programme.departments.iter().map(pseudonymise).collect();
    let delivered = steps.iter().flat_map(|step| step.outputs.clone()).collect();
    let selection = |name| Path::new("selection").join(name);
    steps.push(Expected {
        step: Step::select(),
        word: "select",
        command: "select".to_owned(),
        department: None,
        outputs: ["candidates.parquet", "counts.json"].map(selection).to_vec(),
        unlisted: Vec::new(),
        inputs: Some(delivered),
        recomputed: Some(|recomputed| &recomputed.selection),
        again: "find out what changed it, then run `udpeg select --force` and `udpeg assign --force` again".to_owned(),
    });
    let lists = programme.coordinators.iter().flat_map(|coordinator| {
        let folder = Path::new("coordinators").join(&coordinator.id);
        ["list.parquet", "list.xlsx"].map(|name| folder.join(name))
    });
    steps.push(Expected {
        step: Step::assign(),
        word: "assign",
        command: "assign".to_owned(),
        department: None,
        outputs: std::iter::once(PathBuf::from("assignment/target_group.parquet")).chain(lists).collect(),
        unlisted: Vec::new(),
        inputs: Some(vec![selection("candidates.parquet")]),
        recomputed: Some(|recomputed| &recomputed.assignment),
        again: "find out what changed it, then run `udpeg assign --force` again".to_owned(),
    });
    steps
}

fn pseudonymise(department: &Department) -> Expected<'_> {
    let delivery = Path::new("delivery").join(&department.id);
    let private = Path::new("private").join(&department.id);
    let command = format!("pseudonymise --department {}", department.id);
    Expected {
        step: Step::pseudonymise(&department.id),
        word: "pseudonymise",
        command: command.clone(),
        department: Some(department),
        outputs: ["extract.parquet", "incomplete.parquet", "quality.json"].map(|name| delivery.join(name)).to_vec(),
        unlisted: ["rejected.csv", "other_types.csv", "quality.json"].map(|name| private.join(name)).to_vec(),
        inputs: None,
        recomputed: None,
        again: format!(
            "ask the department for the whole folder again, and how it was sent; `udpeg {command} --force` makes it"
        ),
    }
}

impl Expected<'_> {
    /// The folder of its manifest.
    pub(super) fn place(&self) -> &Path {
        self.step.folders.last().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Its manifest.
    pub(super) fn manifest(&self) -> PathBuf {
        self.place().join(MANIFEST)
    }

    /// Whether a path is one of its folders or below one.
    pub(super) fn owns(&self, path: &Path) -> bool {
        let is_plain = path.components().all(|component| matches!(component, Component::Normal(_)));
        is_plain && self.step.folders.iter().any(|folder| path.starts_with(folder))
    }

    /// Takes the step's files from its manifest, for a step made with another programme file, which may have had other
    /// coordinators or departments.
    pub(super) fn believe(&mut self, manifest: &Manifest) {
        let named = manifest.outputs.iter().filter(|record| is_plain(&record.path));
        let outputs: Vec<PathBuf> = named.map(|record| PathBuf::from(&record.path)).collect();
        self.outputs = outputs.into_iter().filter(|path| self.owns(path)).collect();
        if let Some(inputs) = &mut self.inputs {
            inputs.retain(|input| manifest.inputs.iter().any(|record| Path::new(&record.path) == input));
        }
    }
}

/// Whether a path has only characters that a step's own paths have.
fn is_plain(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
}
