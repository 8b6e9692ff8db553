//! A period under trial: whatever happens to a process, each of its steps is whole, as it was, or not there.

use super::{KEY_LINE, Workplace};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use udpeg::output::Period;

const PERIOD: &str = "2026Q3";

/// Each step by the folder of its manifest, with all of its folders.
const STEPS: [(&str, &[&str]); 5] = [
    ("delivery/jobcentre", &["delivery/jobcentre", "private/jobcentre"]),
    ("delivery/family", &["delivery/family", "private/family"]),
    ("delivery/social", &["delivery/social", "private/social"]),
    ("selection", &["selection"]),
    ("assignment", &["assignment", "coordinators"]),
];

type Files = BTreeMap<String, Vec<u8>>;

/// A command under trial, which works by the new programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tried {
    Run,
    Pseudonymise,
    Select,
    Assign,
}

impl Tried {
    pub(crate) const ALL: [Self; 4] = [Self::Run, Self::Pseudonymise, Self::Select, Self::Assign];

    pub(crate) fn arguments(self, force: bool) -> Vec<&'static str> {
        let mut arguments = match self {
            Self::Run => vec!["run", "--show-values"],
            Self::Pseudonymise => vec!["pseudonymise", "--department", "jobcentre", "--show-values"],
            Self::Select => vec!["select"],
            Self::Assign => vec!["assign"],
        };
        arguments.extend(["--programme", "new.toml", "--quiet"]);
        if force {
            arguments.push("--force");
        }
        arguments
    }

    /// The steps that must be there before, and are those of the old programme.
    fn needs(self, force: bool) -> &'static [&'static str] {
        match self {
            _ if force => &["delivery", "private", "selection", "assignment", "coordinators"],
            Self::Run | Self::Pseudonymise => &[],
            Self::Select => &["delivery", "private"],
            Self::Assign => &["delivery", "private", "selection"],
        }
    }
}

/// A period that an old programme has been run on and a new one is tried on; all bytes of the two differ, but for
/// counts.
pub(crate) struct Trial {
    pub place: Workplace,
    old: Files,
    new: Files,
}

impl Trial {
    /// With so many made-up adults.
    pub(crate) fn new(adults: &str) -> Self {
        let place = Workplace::new();
        place.udpeg(&["synth", "--adults", adults, "--seed", "3", "--dirty", "1%", "--out", "."]).succeeded();
        place.write("programme.key", KEY_LINE);
        place.set_mode("programme.key", 0o600);
        place.write("new.toml", place.read("programme.toml") + "# new\n");
        place.udpeg(&["run", "--programme", "programme.toml", "--quiet"]).succeeded();
        fs::rename(place.path("out"), place.path("old")).unwrap();
        place.udpeg(&Tried::Run.arguments(false)).succeeded();
        let (old, new) = (results(&place, "old"), results(&place, "out"));
        assert!(old.keys().eq(new.keys()) && old != new);
        Self { place, old, new }
    }

    /// Puts the period into the state in which a command is tried.
    pub(crate) fn begin(&self, tried: Tried, force: bool) -> BTreeSet<&'static str> {
        let out = self.place.path("out");
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        fs::create_dir_all(out.join(PERIOD)).unwrap();
        for folder in tried.needs(force) {
            copy(&self.place.path("old").join(PERIOD).join(folder), &out.join(PERIOD));
        }
        self.steps_there("out")
    }

    /// The steps that are there in a folder.
    pub(crate) fn steps_there(&self, out: &str) -> BTreeSet<&'static str> {
        let has_manifest = |step: &str| self.place.path(out).join(PERIOD).join(step).join("manifest.json").exists();
        STEPS.iter().map(|(step, _)| *step).filter(|step| has_manifest(step)).collect()
    }

    /// Every step that is there is wholly the old one or wholly the new one, and is what its manifest says. Gives those
    /// that are new.
    #[track_caller]
    pub(crate) fn assert_whole(&self, out: &str, at: &str) -> BTreeSet<&'static str> {
        let now = results(&self.place, out);
        let mut is_new = BTreeSet::new();
        for step in self.steps_there(out) {
            let folders = STEPS.iter().find(|(name, _)| *name == step).unwrap().1;
            let of_step = |files: &Files| -> Files {
                let is_in = |name: &str| folders.iter().any(|folder| Path::new(name).starts_with(folder));
                files
                    .iter()
                    .filter(|(name, _)| is_in(name))
                    .map(|(name, bytes)| (name.clone(), bytes.clone()))
                    .collect()
            };
            let (now, old, new) = (of_step(&now), of_step(&self.old), of_step(&self.new));
            assert!(now == old || now == new, "{at}: {step} is neither the old nor the new one");
            if now == new {
                is_new.insert(step);
            }
            let manifest = self.place.json(&format!("{out}/{PERIOD}/{step}/manifest.json"));
            for output in manifest["outputs"].as_array().unwrap() {
                let hash: String = Sha256::digest(&now[output["path"].as_str().unwrap()])
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                assert_eq!(output["sha256"], hash, "{at}: {output}");
            }
        }
        is_new
    }

    /// After the next process has looked at the period, every step that was there before is there, and nothing hidden
    /// or half is.
    #[track_caller]
    pub(crate) fn assert_nothing_lost(&self, before: &BTreeSet<&'static str>, at: &str) {
        if self.place.path("out").join(PERIOD).exists() {
            drop(Period::open(&self.place.path("out"), PERIOD).unwrap());
        }
        self.assert_whole("out", at);
        let now = self.steps_there("out");
        assert!(now.is_superset(before), "{at}: of {before:?} only {now:?} are left");
        self.assert_nothing_hidden("out", at);
    }

    #[track_caller]
    pub(crate) fn assert_nothing_hidden(&self, out: &str, at: &str) {
        let hidden: Vec<String> = everything(&self.place.path(out));
        let hidden: Vec<&String> = hidden.iter().filter(|name| name.contains("/.")).collect();
        assert!(hidden.is_empty(), "{at}: {hidden:?}");
    }

    /// The next run succeeds and gives what it always gives.
    #[track_caller]
    pub(crate) fn assert_next_run_is_whole(&self, at: &str) {
        self.place.udpeg(&Tried::Run.arguments(true)).succeeded();
        self.assert_result("out", at);
    }

    /// What a run by the new programme leaves.
    #[track_caller]
    pub(crate) fn assert_result(&self, out: &str, at: &str) {
        assert!(results(&self.place, out) == self.new, "{at}: another result");
        self.assert_nothing_hidden(out, at);
    }
}

/// Everything but manifests, which tell seconds, and what stands in hidden folders.
fn results(place: &Workplace, out: &str) -> Files {
    let mut files = place.files(&format!("{out}/{PERIOD}"));
    files.retain(|name, _| !name.ends_with("manifest.json") && !name.split('/').any(|part| part.starts_with('.')));
    files
}

/// Files and folders below a folder, each with `/` before it.
fn everything(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        let name = format!("/{}", path.file_name().unwrap().to_string_lossy());
        names.extend(everything(&path).iter().map(|below| name.clone() + below));
        names.push(name);
    }
    names
}

/// Copies a folder into another, modes and all.
fn copy(from: &Path, into: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(into).status().unwrap().success());
}
