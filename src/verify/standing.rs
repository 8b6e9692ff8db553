//! A step as it stands in a period: its manifest, its files, what it was made from.

use super::inventory::{Inventory, Kind};
use super::report::{Check, Finding, StepReport, Verdict};
use super::steps::Expected;
use crate::decisions::{self, Log};
use crate::error::{Error, Result};
use crate::output::{FileRecord, Journal, Manifest};
use crate::programme::Programme;
use crate::untrusted::SteadyFile;
use chrono::NaiveDate;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Where a period stands and what it must fit.
pub(super) struct Place<'p> {
    pub programme: &'p Programme,
    pub folder: &'p Path,
    pub inventory: &'p Inventory,
}

/// A step, and what has been found out about it.
pub(super) struct Standing<'p> {
    pub expected: Expected<'p>,
    /// `None` where the step is not there, or its manifest is none.
    pub manifest: Option<Manifest>,
    /// Outputs that are the files which the manifest names.
    pub intact: BTreeSet<PathBuf>,
    verdicts: BTreeMap<Check, Verdict>,
    findings: Vec<Finding>,
}

impl<'p> Standing<'p> {
    /// Looks for the step's manifest and checks what it says about itself.
    pub(super) fn new(expected: Expected<'p>, place: &Place<'p>) -> Self {
        let mut step =
            Self { expected, manifest: None, intact: BTreeSet::new(), verdicts: BTreeMap::new(), findings: Vec::new() };
        let (private, own): (Vec<_>, Vec<_>) =
            step.expected.step.folders.iter().partition(|folder| folder.starts_with("private"));
        let is_begun = own.iter().any(|folder| place.inventory.holds_files_below(folder));
        let manifest = step.expected.manifest();
        if is_begun && place.inventory.holds(&manifest) && !place.inventory.is_file(&manifest) {
            // It is told among what does not belong, and not opened: a pipe would never end.
            step.pass_over(Check::Manifest);
        } else if is_begun {
            match Manifest::read(&place.folder.join(step.expected.place()), &step.expected.command) {
                Ok(manifest) => step.believe(manifest, place),
                Err(error) => step.record(Check::Manifest, vec![error]),
            }
        } else if !private.iter().any(|folder| place.inventory.holds_files_below(folder)) {
            return step;
        }
        step.check_files(place);
        step.check_access(place);
        step
    }

    fn believe(&mut self, manifest: Manifest, place: &Place<'_>) {
        self.expected.made_by(&manifest);
        let errors = self.about_itself(&manifest, place);
        if manifest.programme_sha256 != place.programme.sha256 {
            self.expected.believe(&manifest);
        }
        self.manifest = Some(manifest);
        self.record(Check::Manifest, errors);
    }

    /// Puts down how a check ended.
    pub(super) fn record(&mut self, check: Check, errors: Vec<Error>) {
        let verdict = if errors.is_empty() { Verdict::Fits } else { Verdict::Wrong };
        let known = self.verdicts.entry(check).or_insert(verdict);
        if verdict == Verdict::Wrong {
            *known = verdict;
        }
        let name = &self.expected.step.name;
        let each = errors.into_iter().flat_map(Error::into_each);
        self.findings.extend(each.map(|error| Finding { step: name.clone(), check, error }));
    }

    /// Puts down that a check could not be carried out.
    pub(super) fn pass_over(&mut self, check: Check) {
        self.verdicts.entry(check).or_insert(Verdict::Unchecked);
    }

    pub(super) fn is_wrong(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Whether its files are there and are those that its manifest says.
    pub(super) fn is_whole(&self) -> bool {
        let fits = |check| self.verdicts.get(check) == Some(&Verdict::Fits);
        [Check::Manifest, Check::Files, Check::Content].iter().all(fits)
    }

    pub(super) fn into_report(self) -> (StepReport, Vec<Finding>) {
        let report = StepReport {
            step: self.expected.step.name,
            is_there: self.manifest.is_some(),
            files: self.intact.len(),
            checks: self.verdicts,
        };
        (report, self.findings)
    }

    /// Where a file of the step does not fit: refused, with what to do.
    pub(super) fn refused(&self, path: &Path, what: impl std::fmt::Display) -> Error {
        Error::refused(format!("{}: {what}", path.display()), &self.expected.again)
    }

    fn about_itself(&self, manifest: &Manifest, place: &Place<'_>) -> Vec<Error> {
        let path = place.folder.join(self.expected.manifest());
        let overridden_period = manifest.overrides.get("period");
        let is_same_programme = manifest.programme_sha256 == place.programme.sha256;
        let wrong = [
            (
                ![Some(self.expected.word), self.expected.or].contains(&Some(manifest.step.as_str())),
                "it is the manifest of another step",
            ),
            (day(manifest, place.programme).is_none(), "the `as_of` of its overrides is no day"),
            (
                overridden_period.is_some_and(|period| period.as_str() != Some(&place.programme.period)),
                "it was made for another period",
            ),
            (
                is_same_programme && manifest.purpose != place.programme.purpose,
                "its `purpose` is not that of the programme file whose SHA-256 it has",
            ),
            (
                is_same_programme && manifest.rules.as_ref() != Some(&place.programme.rules_approval()),
                "its `rules` are not those of the programme file whose SHA-256 it has",
            ),
        ];
        wrong.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, what)| self.refused(&path, what)).collect()
    }

    /// Outputs have the SHA-256 of the manifest, which names them all and no other.
    fn check_files(&mut self, place: &Place<'_>) {
        let mut errors = self.missing_unlisted(place);
        let Some(manifest) = &self.manifest else {
            if !errors.is_empty() {
                self.record(Check::Files, errors);
            }
            return;
        };
        let named: BTreeSet<&str> = manifest.outputs.iter().map(|record| record.path.as_str()).collect();
        if named.len() != manifest.outputs.len() {
            let path = place.folder.join(self.expected.manifest());
            errors.push(self.refused(&path, "it names a file twice"));
        }
        let is_expected =
            |name: &str| self.expected.outputs.iter().any(|path| self.expected.name_of(path) == Path::new(name));
        if !named.iter().all(|name| is_expected(name)) {
            let path = place.folder.join(self.expected.manifest());
            errors.push(self.refused(&path, "it names a file that this step does not make"));
        }
        let unaltered = |output: &PathBuf| {
            let name = self.expected.name_of(output);
            let is_named = named.contains(name.to_string_lossy().as_ref());
            if is_named && !place.inventory.holds(output) {
                let what = "it is not there, although its manifest names it";
                return Err(Error::file(&place.folder.join(output), what, &self.expected.again));
            }
            if is_named && !place.inventory.is_file(output) {
                // It is told among what does not belong.
                return Ok(None);
            }
            manifest.unaltered(&place.folder.join(output), &name, &self.expected.again).map(|_| Some(output.clone()))
        };
        let results: Vec<Result<Option<PathBuf>>> = self.expected.outputs.par_iter().map(unaltered).collect();
        let mut intact = BTreeSet::new();
        for result in results {
            match result {
                Ok(path) => intact.extend(path),
                Err(error) => errors.push(error),
            }
        }
        self.intact = intact;
        self.record(Check::Files, errors);
    }

    /// What the step writes besides its outputs is there all or not at all.
    fn missing_unlisted(&self, place: &Place<'_>) -> Vec<Error> {
        let unlisted = &self.expected.unlisted;
        let (there, missing): (Vec<_>, Vec<_>) = unlisted.iter().partition(|path| place.inventory.is_file(path));
        if there.is_empty() {
            return Vec::new();
        }
        let what = "it is not there, although the others of its folder are";
        missing.into_iter().map(|path| Error::file(&place.folder.join(path), what, &self.expected.again)).collect()
    }

    fn check_access(&mut self, place: &Place<'_>) {
        let open = place.inventory.open_to_others(|path| self.expected.owns(path));
        self.record(Check::Access, open_to_others(place, &open));
    }

    /// An input that a step reads where it is asked to: persons kept apart, decisions, the period before. What stands in
    /// another period may be gone by now; it is compared where it is there.
    fn further_input(&self, manifest: &Manifest, record: &FileRecord, place: &Place<'_>) -> Result<()> {
        let path = Path::new(&record.path);
        let own = place.folder.join(self.expected.manifest());
        let other =
            || self.refused(&own, format!("it was made from another {} than the one that stands there", record.path));
        let is_assign = ["assign", "decide"].contains(&self.expected.word);
        let is_of_previous = is_assign && manifest.overrides.contains_key("previous") && path.is_absolute();
        let is_apart_file = |file: &PathBuf| FileRecord::new(file, String::new(), None).path == record.path;
        if is_assign && record.path == decisions::FILE {
            Log::read(place.folder)?.as_read(place.folder, record).map(drop)
        } else if let Some(file) = place.programme.family.apart_file.as_ref().filter(|file| is_apart_file(file)) {
            if SteadyFile::open(file)?.sha256()? == record.sha256 { Ok(()) } else { Err(other()) }
        } else if is_of_previous && path.ends_with(decisions::FILE) {
            let folder = path.ancestors().nth(2).filter(|_| path.exists());
            folder.map_or(Ok(()), |folder| Log::read(folder)?.as_read(folder, record).map(drop))
        } else if is_of_previous && path.ends_with("assignment/target_group.parquet") {
            if !path.exists() || SteadyFile::open(path)?.sha256()? == record.sha256 { Ok(()) } else { Err(other()) }
        } else {
            Err(self.refused(&own, "it names inputs that this step does not read"))
        }
    }

    /// The step was made from the files that now stand there: those that `made` gives, by path.
    pub(super) fn check_inputs(&mut self, place: &Place<'_>, made: &BTreeMap<String, FileRecord>) {
        let (Some(manifest), Some(inputs)) = (&self.manifest, &self.expected.inputs) else { return };
        let path = place.folder.join(self.expected.manifest());
        let mut errors = Vec::new();
        let mut away = BTreeSet::new();
        for input in inputs {
            let name = input.to_string_lossy();
            let read = manifest.inputs.iter().find(|record| record.path == name);
            match (read, made.get(name.as_ref())) {
                (None, _) => {
                    errors.push(self.refused(&path, format!("it does not say that the step was made from {name}")));
                }
                (Some(_), None) => drop(away.insert(input.parent().unwrap_or(input))),
                (Some(read), Some(made)) if !self.expected.is_record(read, made) => errors.push(
                    self.refused(&path, format!("it was made from another {name} than the one that stands there")),
                ),
                (Some(_), Some(_)) => {}
            }
        }
        let is_expected = |record: &&FileRecord| inputs.iter().any(|input| Path::new(&record.path) == input);
        let (known, further): (Vec<_>, Vec<_>) = manifest.inputs.iter().partition(is_expected);
        if known.len() > inputs.len() {
            errors.push(self.refused(&path, "it names an input twice"));
        }
        errors.extend(further.into_iter().filter_map(|record| self.further_input(manifest, record, place).err()));
        for folder in away {
            let what = format!("`{}` was made from it, and no step is there", self.expected.step.name);
            errors.push(Error::file(&place.folder.join(folder), what, "put the folder back from where it is kept"));
        }
        self.record(Check::Inputs, errors);
    }
}

/// What belongs in the folder, by path and kind.
pub(super) fn belongings(steps: &[Standing<'_>]) -> BTreeMap<PathBuf, Kind> {
    let mut belongs = BTreeMap::from([(PathBuf::new(), Kind::Folder)]);
    for log in [decisions::FILE, Journal::SHOWN_RECORDS].map(Path::new) {
        belongs.insert(log.to_path_buf(), Kind::File);
        belongs.extend(log.parent().map(|folder| (folder.to_path_buf(), Kind::Folder)));
    }
    let mut add = |path: &Path, kind| {
        belongs.insert(path.to_path_buf(), kind);
        for parent in path.ancestors().skip(1) {
            belongs.insert(parent.to_path_buf(), Kind::Folder);
        }
    };
    for Standing { expected, .. } in steps {
        expected.step.folders.iter().for_each(|folder| add(folder, Kind::Folder));
        expected.outputs.iter().chain(&expected.unlisted).for_each(|file| add(file, Kind::File));
        add(&expected.manifest(), Kind::File);
    }
    belongs
}

/// What is wrong where others than the owner can reach files.
pub(super) fn open_to_others(place: &Place<'_>, open: &[(&Path, u32)]) -> Vec<Error> {
    const SHOWN: usize = 5;
    let Some(((first, mode), further)) = open.split_first() else { return Vec::new() };
    let mut what =
        format!("{}: others than its owner can reach it (mode {mode:04o})", place.inventory.at(first).display());
    let names: Vec<String> =
        further.iter().take(SHOWN).map(|(path, mode)| format!("{} ({mode:04o})", path.display())).collect();
    if !names.is_empty() {
        what.push_str(", and likewise ");
        what.push_str(&names.join(", "));
    }
    if further.len() > SHOWN {
        let _ = write!(what, " and {} more", further.len() - SHOWN);
    }
    let hint = format!("close it: chmod -R go= {}; and find out who has read it", place.folder.display());
    vec![Error::refused(what, hint)]
}

/// The day that a step measured on: what its manifest says was put in the place of the programme's, else that.
pub(super) fn day(manifest: &Manifest, programme: &Programme) -> Option<NaiveDate> {
    match manifest.overrides.get("as_of") {
        Some(day) => day.as_str()?.parse().ok(),
        None => Some(programme.as_of),
    }
}

/// The programme as a step had it, as far as its manifest tells.
pub(super) fn programme_of(manifest: &Manifest, programme: &Programme) -> Option<Programme> {
    let mut own = programme.clone();
    own.as_of = day(manifest, programme)?;
    own.sha256.clone_from(&manifest.programme_sha256);
    Some(own)
}
