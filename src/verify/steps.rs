//! The steps of a period in one table: which folders and files each has, and which files it is made from.
//!
//! A new step finds its place by an entry here.

use super::inventory::Inventory;
use crate::output::{FileRecord, MANIFEST, Manifest, Revision, Step};
use crate::pipeline::Recomputed;
use crate::programme::{Department, Programme, TypeList};
use crate::report::STEERING_REPORT;
use crate::statistics;
use std::path::{Component, Path, PathBuf};

/// A step as it must stand in a period; all paths are relative to the period's folder.
pub(super) struct Expected<'p> {
    /// Its name and folders.
    pub step: Step,
    /// What `step` says in its manifest.
    pub word: &'static str,
    /// What it may say instead.
    pub or: Option<&'static str>,
    /// The folder that its manifest names its outputs in, where that is another than they stand in.
    pub named_in: Option<PathBuf>,
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

/// The steps of a programme, each after those that it is made from; those of custody only where they are there.
pub(super) fn steps<'p>(programme: &'p Programme, inventory: &Inventory) -> Vec<Expected<'p>> {
    let mut steps: Vec<Expected<'_>> =
        programme.departments.iter().map(|department| pseudonymise(programme, department)).collect();
    let delivered = steps.iter().flat_map(|step| step.outputs.clone()).collect();
    let selection = |name| Path::new("selection").join(name);
    steps.push(Expected {
        step: Step::select(),
        word: "select",
        or: None,
        named_in: None,
        command: "select".to_owned(),
        department: None,
        outputs: ["candidates.parquet", "counts.json", "why.parquet"].map(selection).to_vec(),
        unlisted: Vec::new(),
        inputs: Some(delivered),
        recomputed: Some(|recomputed| &recomputed.selection),
        again: "find out what changed it, then run `udpeg select --force` and `udpeg assign --force` again".to_owned(),
    });
    let of_assign = |name: &str| Path::new("assignment").join(name);
    steps.push(Expected {
        step: Step::assign(),
        word: "assign",
        or: None,
        named_in: None,
        command: "assign".to_owned(),
        department: None,
        outputs: std::iter::once(of_assign("target_group.parquet")).chain(lists(programme, Path::new(""))).collect(),
        unlisted: Vec::new(),
        inputs: Some(vec![selection("candidates.parquet")]),
        recomputed: Some(|recomputed| &recomputed.assignment),
        again: "find out what changed it, then run `udpeg assign --force` again".to_owned(),
    });
    steps.extend(revisions(programme, inventory));
    let is_there = |step: &Expected<'_>| inventory.holds_files_below(step.place());
    // What is released is what `assign` wrote.
    let made = steps.iter().filter(|step| step.word != "decide");
    let outputs = made.flat_map(|step| step.outputs.clone());
    let release = release(outputs.filter(|path| Step::may_be_named_in_release(path)).collect());
    steps.extend(custody(programme).into_iter().chain([release]).filter(is_there));
    steps
}

/// The lists of all coordinators, in a folder.
fn lists(programme: &Programme, place: &Path) -> impl Iterator<Item = PathBuf> {
    programme.coordinators.iter().flat_map(move |coordinator| {
        let folder = place.join("coordinators").join(&coordinator.id);
        ["list.parquet", "list.xlsx"].map(|name| folder.join(name))
    })
}

/// The revisions that are there. The present one can be made again.
fn revisions<'p>(programme: &'p Programme, inventory: &Inventory) -> Vec<Expected<'p>> {
    let mut there: Vec<Revision> =
        inventory.names_in(Path::new(Revision::FOLDER)).filter_map(Revision::named).collect();
    there.sort_unstable();
    let present = there.last().copied();
    let revision = |revision: Revision| {
        let folder = revision.folder();
        let assignment = ["target_group.parquet", "changes.json"].map(|name| folder.join("assignment").join(name));
        let mut step = Step::decide(revision);
        // The log of decisions is nobody's alone.
        step.folders.retain(|place| place.starts_with(&folder));
        Expected {
            step,
            word: "decide",
            or: None,
            named_in: None,
            command: "verify".to_owned(),
            department: None,
            outputs: assignment.into_iter().chain(lists(programme, &folder)).collect(),
            unlisted: Vec::new(),
            inputs: Some(
                ["selection/candidates.parquet", "assignment/target_group.parquet"].map(PathBuf::from).to_vec(),
            ),
            recomputed: (Some(revision) == present).then_some(|recomputed| &recomputed.revision),
            again: "find out what changed it, and get the folder again from where it is kept".to_owned(),
        }
    };
    there.into_iter().map(revision).collect()
}

/// The statistics for the steering group, made from all steps before.
fn release(inputs: Vec<PathBuf>) -> Expected<'static> {
    let step = Step::release();
    Expected {
        outputs: in_folder(&step, &[statistics::PARQUET, statistics::CSV, STEERING_REPORT]),
        step,
        word: "release",
        or: None,
        named_in: None,
        command: "release".to_owned(),
        department: None,
        unlisted: Vec::new(),
        inputs: Some(inputs),
        recomputed: None,
        again: "find out what changed it, then run `udpeg release` again".to_owned(),
    }
}

/// The steps of the second key and of the way back.
fn custody(programme: &Programme) -> Vec<Expected<'_>> {
    let mut steps: Vec<Expected<'_>> = programme.departments.iter().map(rekey).collect();
    for department in &programme.departments {
        for coordinator in &programme.coordinators {
            steps.push(unkey(&department.id, &coordinator.id));
            steps.push(reidentify(&department.id, &coordinator.id));
        }
    }
    steps
}

/// A delivery for the analyst, who puts it in the place that its manifest names.
fn rekey(department: &Department) -> Expected<'_> {
    let step = Step::rekey(&department.id);
    Expected {
        outputs: in_folder(&step, &DELIVERED),
        step,
        word: "rekey",
        or: None,
        named_in: Some(Path::new("delivery").join(&department.id)),
        command: "rekey".to_owned(),
        department: Some(department),
        unlisted: Vec::new(),
        inputs: None,
        recomputed: None,
        again: "find out what changed it, then run `udpeg rekey --force` again".to_owned(),
    }
}

fn unkey(department: &str, coordinator: &str) -> Expected<'static> {
    let step = Step::unkey(department, coordinator);
    aside("unkey", in_folder(&step, &["pseudonyms.parquet"]), Vec::new(), step)
}

fn reidentify(department: &str, coordinator: &str) -> Expected<'static> {
    let step = Step::reidentify(department, coordinator);
    aside("reidentify", Vec::new(), in_folder(&step, &["persons.csv"]), step)
}

/// A step of the way back, which no other is made from.
fn aside(word: &'static str, outputs: Vec<PathBuf>, unlisted: Vec<PathBuf>, step: Step) -> Expected<'static> {
    Expected {
        step,
        word,
        or: None,
        named_in: None,
        command: word.to_owned(),
        department: None,
        outputs,
        unlisted,
        inputs: None,
        recomputed: None,
        again: format!("find out what changed it, remove the folder and run `udpeg {word}` again"),
    }
}

const DELIVERED: [&str; 3] = ["extract.parquet", "incomplete.parquet", "quality.json"];

/// Files of a step's last folder.
fn in_folder(step: &Step, names: &[&str]) -> Vec<PathBuf> {
    let folder = step.folders.last().cloned().unwrap_or_default();
    names.iter().map(|name| folder.join(name)).collect()
}

fn pseudonymise<'p>(programme: &Programme, department: &'p Department) -> Expected<'p> {
    let step = Step::pseudonymise(&department.id);
    let private = Path::new("private").join(&department.id);
    let command = format!("pseudonymise --department {}", department.id);
    let has_groups = programme.lists_of(department).flat_map(TypeList::named).any(|named| named.group.is_some());
    // The one that is delivered too is the last.
    let of_groups = has_groups.then_some("types_out_of_date.csv");
    let private_lists = ["rejected.csv", "other_types.csv"].into_iter().chain(of_groups).chain(["quality.json"]);
    Expected {
        outputs: in_folder(&step, &DELIVERED),
        step,
        word: "pseudonymise",
        or: Some("rekey"),
        named_in: None,
        command: command.clone(),
        department: Some(department),
        unlisted: private_lists.map(|name| private.join(name)).collect(),
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

    /// Whether no other step is made from it: those of custody stand beside the way from deliveries to lists.
    pub(super) fn is_aside(&self) -> bool {
        matches!(self.word, "rekey" | "unkey" | "reidentify")
    }

    /// Whether its manifest says of an input what the step says that made it; a release, which is handed out, tells no
    /// rows.
    pub(super) fn is_record(&self, read: &FileRecord, made: &FileRecord) -> bool {
        let rows = if self.word == "release" { None } else { made.rows };
        read.sha256 == made.sha256 && read.path == made.path && read.rows == rows
    }

    /// What its manifest calls an output.
    pub(super) fn name_of(&self, output: &Path) -> PathBuf {
        let folder = self.named_in.as_ref().zip(output.file_name());
        folder.map_or_else(|| output.to_path_buf(), |(folder, name)| folder.join(name))
    }

    /// Takes from its manifest who made the step.
    pub(super) fn made_by(&mut self, manifest: &Manifest) {
        if self.or == Some("rekey") && manifest.step == "rekey" {
            let again = "ask the custodian of the second key for the whole folder again, and how it was sent";
            self.again = format!("{again}; `udpeg rekey --force` makes it");
        }
    }

    /// Takes the step's files from its manifest, for a step made with another programme file, which may have had other
    /// coordinators or departments.
    pub(super) fn believe(&mut self, manifest: &Manifest) {
        if self.named_in.is_some() {
            return;
        }
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
