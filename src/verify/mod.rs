//! Whether a period's files are those that its manifests name, and its steps fit together.
//!
//! Nothing is written in the period and no key is needed. What one process verifies others may verify at the same time,
//! but none may write: the period is locked for readers.
//!
//! # Guarantee
//!
//! Where nothing is found, every file that stands in the period's folder is named by a manifest there and has its
//! SHA-256, but for the manifests themselves and the lists in `private/`; every step was made from the files that now
//! stand there, under one key and on one day; and nobody but the owner can read any of it. With [`Recompute::Yes`] the
//! selection and the assignment moreover follow from the deliveries and this programme file. Hashes are not signatures:
//! that a delivery is the one that its department made, nothing here can tell.

mod content;
mod inventory;
mod recomputed;
mod report;
mod standing;
mod steps;

pub use report::{Check, Finding, Report, StepReport, Verdict};

use crate::decisions;
use crate::error::{Error, Result, Warning};
use crate::output::{FileRecord, Journal, Manifest, Period, read_log};
use crate::pipeline::{Context, Outcome};
use crate::programme::Programme;
use content::content;
use inventory::{Inventory, Kind};
use serde_json::{Map, Value};
use standing::{Place, Standing, belongings, day, open_to_others};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Whether `select` and `assign` are run again and their bytes compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recompute {
    /// They are.
    Yes,
    /// They are not.
    No,
}

/// What the report calls what all steps have in common.
const ALL_STEPS: &str = "all steps";

/// Verifies the programme's period. What is wrong stands in the report.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose that does not do, [`Error::File`] where there is no such period or another process
/// writes to it.
pub fn verify(context: &Context<'_>, recompute: Recompute) -> Result<Outcome<Report>> {
    let programme = context.programme;
    programme.authorise(context.today)?;
    let period = Period::open_to_read(&programme.out, &programme.period)?;
    let inventory = Inventory::read(period.folder());
    let place = Place { programme, folder: period.folder(), inventory: &inventory };
    let table = steps::steps(programme, &inventory);
    context.progress.begin("verifying", table.len() as u64);
    let mut steps = Vec::with_capacity(table.len());
    for expected in table {
        steps.push(Standing::new(expected, &place));
        context.progress.advance(1);
    }
    context.progress.end();
    let mut warnings = Vec::new();
    check_content(&mut steps, &place, &mut warnings);
    let made = made(&steps);
    for step in &mut steps {
        step.check_inputs(&place, &made);
    }
    let together = together(&mut steps, &place);
    if recompute == Recompute::Yes {
        let do_fit = together.fits(Check::Manifest);
        warnings.extend(recomputed::check(context, &period, &place, &mut steps, do_fit));
    }
    let report = report(programme, period.folder(), steps, together);
    Ok(Outcome::new(programme, report, warnings))
}

/// What the steps that are there have made, by path.
fn made(steps: &[Standing<'_>]) -> BTreeMap<String, FileRecord> {
    let steps = steps.iter().filter(|step| !step.expected.is_aside());
    let outputs = steps.filter_map(|step| step.manifest.as_ref()).flat_map(|manifest| &manifest.outputs);
    outputs.map(|record| (record.path.clone(), record.clone())).collect()
}

fn check_content(steps: &mut [Standing<'_>], place: &Place<'_>, warnings: &mut Vec<Warning>) {
    let intact: BTreeSet<PathBuf> = steps.iter().flat_map(|step| step.intact.iter().cloned()).collect();
    for step in steps.iter_mut().filter(|step| step.manifest.is_some()) {
        match content(step, place, &intact) {
            Some((errors, further)) => {
                step.record(Check::Content, errors);
                warnings.extend(further);
            }
            None => step.pass_over(Check::Content),
        }
    }
}

/// What all steps have in common, and what belongs to none.
struct Together {
    verdicts: BTreeMap<Check, Verdict>,
    findings: Vec<Finding>,
}

impl Together {
    fn fits(&self, check: Check) -> bool {
        self.verdicts.get(&check) == Some(&Verdict::Fits)
    }

    fn record(&mut self, check: Check, errors: Vec<Error>) {
        self.verdicts.insert(check, if errors.is_empty() { Verdict::Fits } else { Verdict::Wrong });
        let findings = errors.into_iter().map(|error| Finding { step: ALL_STEPS.to_owned(), check, error });
        self.findings.extend(findings);
    }
}

fn together(steps: &mut [Standing<'_>], place: &Place<'_>) -> Together {
    let mut together = Together { verdicts: BTreeMap::new(), findings: Vec::new() };
    let mut manifests = differing_keys_and_days(steps, place);
    if steps.iter().all(|step| step.manifest.is_none() && !step.is_wrong()) {
        let hint = "run `udpeg pseudonymise` for each department first, or check `period` and `out`";
        manifests.push(Error::file(place.folder, "no step is there to verify", hint));
    }
    together.record(Check::Manifest, manifests);

    let mut of_none: Vec<Error> = Vec::new();
    let belongings = belongings(steps);
    for path in place.inventory.strays(&belongings) {
        let error = stray(place, path, &belongings);
        match steps.iter_mut().find(|step| step.expected.owns(path)) {
            Some(step) => step.record(Check::Files, vec![error]),
            None => of_none.push(error),
        }
    }
    if place.inventory.is_file(Path::new(decisions::FILE)) {
        of_none.extend(decisions::Log::read(place.folder).err());
    }
    let journal = Path::new(Journal::SHOWN_RECORDS);
    if place.inventory.is_file(journal) {
        of_none.extend(read_log::<Map<String, Value>>(&place.folder.join(journal)).err());
    }
    together.record(Check::Files, of_none);

    let is_owned = |path: &Path| steps.iter().any(|step| step.expected.owns(path));
    let mut access = open_to_others(place, &place.inventory.open_to_others(|path| !is_owned(path)));
    let unreadable = place.inventory.unreadable.iter();
    access.extend(unreadable.map(|(path, error)| Error::io(&place.inventory.at(path), "read", error)));
    together.record(Check::Access, access);
    together
}

fn stray(place: &Place<'_>, path: &Path, belongings: &BTreeMap<PathBuf, Kind>) -> Error {
    let at = place.inventory.at(path);
    if let Some(kind) = belongings.get(path) {
        let what = if *kind == Kind::File { "it is no ordinary file" } else { "it is no folder" };
        let hint = "put what the step wrote in its place, not a link to it";
        return Error::refused(format!("{}: {what}", at.display()), hint);
    }
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    if is_hidden && path.extension().is_some_and(|extension| extension == "partial" || extension == "old") {
        return Error::refused(
            format!("{}: a process that was killed left it; it may hold personal data", at.display()),
            "run the step again, which removes it, or remove it",
        );
    }
    Error::refused(
        format!("{}: it belongs to no step of this programme", at.display()),
        "move it away; if another version of the program or another programme file made it, verify with that",
    )
}

/// Steps that fit together have one key and one day.
fn differing_keys_and_days(steps: &[Standing<'_>], place: &Place<'_>) -> Vec<Error> {
    let there = || steps.iter().filter_map(|step| Some((&step.expected, step.manifest.as_ref()?)));
    let differ = |what: &str, of_each: Vec<(&str, String)>, hint: &str| {
        let is_one = of_each.windows(2).all(|pair| pair[0].1 == pair[1].1);
        let each: Vec<String> = of_each.iter().map(|(name, value)| format!("{name} {value}")).collect();
        (!is_one).then(|| Error::refused(format!("{}: {what}: {}", place.folder.display(), each.join(", ")), hint))
    };
    // The steps of custody have the departments' key and may have a custodian's besides.
    let first = |key_id: &str| key_id.split('+').next().unwrap_or_default().to_owned();
    let is_aside = there().any(|(expected, _)| expected.is_aside());
    let do_main_differ = {
        let mut of_main = there().filter(|(expected, _)| !expected.is_aside()).map(|(_, manifest)| &manifest.key_id);
        of_main.next().is_some_and(|one| of_main.any(|other| other != one))
    };
    let key = |manifest: &Manifest| {
        let key_id = readable(&manifest.key_id);
        if is_aside && !do_main_differ { first(&key_id) } else { key_id }
    };
    let keys = there()
        .filter(|(expected, _)| !(do_main_differ && expected.is_aside()))
        .map(|(expected, manifest)| (expected.step.name.as_str(), key(manifest)))
        .collect();
    let days = there()
        .filter_map(|(expected, manifest)| {
            Some((expected.step.name.as_str(), day(manifest, place.programme)?.to_string()))
        })
        .collect();
    let keys = differ(
        "the steps were made with different keys, so that one person has different pseudonyms in them",
        keys,
        "every department must use the programme's one key; ask whoever used another for the folder again",
    );
    let days = differ(
        "the steps were made for different days",
        days,
        "all departments and the analyst must use the same `as_of`; ask whoever used another for the folder again",
    );
    keys.into_iter().chain(days).collect()
}

/// What stands in a manifest may be anything; a key id is 16 hex characters, or two such where pseudonyms were re-keyed.
fn readable(key_id: &str) -> String {
    let is_key_id = |id: &str| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut ids = key_id.split('+');
    let are_key_ids = ids.by_ref().take(2).all(is_key_id) && ids.next().is_none();
    if are_key_ids { key_id.to_owned() } else { "(no key id)".to_owned() }
}

fn report(programme: &Programme, folder: &Path, steps: Vec<Standing<'_>>, together: Together) -> Report {
    let (mut reports, mut findings): (Vec<StepReport>, Vec<Finding>) = (Vec::new(), Vec::new());
    for step in steps {
        let (report, further) = step.into_report();
        reports.push(report);
        findings.extend(further);
    }
    let Together { verdicts: checks, findings: further } = together;
    reports.push(StepReport { step: ALL_STEPS.to_owned(), is_there: true, files: 0, checks });
    findings.extend(further);
    Report { period: programme.period.clone(), folder: folder.to_path_buf(), steps: reports, findings }
}
