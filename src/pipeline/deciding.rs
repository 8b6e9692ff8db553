//! `accept`, `decline` and `override`: what people decide about a unit, and the revision that follows from it.

use super::{Context, Outcome};
use crate::assignment::{self, Base, Change, Revised, TargetGroup, Terms};
use crate::custody::checked;
use crate::decisions::{self, Decision, Entry, Log, Named, Said, Wish};
use crate::error::{Error, Result, Warning};
use crate::output::{self, FileRecord, Manifest, Period, Revision, RunMetadata, Staged, Step};
use crate::programme::{Programme, nearest};
use crate::selection::{AGAIN, Written};
use crate::untrusted::SteadyFile;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

const TARGET_GROUP: &str = "assignment/target_group.parquet";
const UNCHANGED: &str = "nothing was changed";

/// What somebody decides about a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding {
    /// What: not a recusal.
    pub decision: Decision,
    /// The unit: its id, its label or a member's pseudonym.
    pub unit: String,
    /// Why: a code of `[consent]`, of an override a few words.
    pub reason: String,
    /// Who decides.
    pub by: String,
    /// When, with the offset to UTC.
    pub at: String,
}

/// What came of a decision.
#[derive(Debug, Clone, Serialize)]
pub struct DecisionSummary {
    /// The unit's label.
    pub label: String,
    /// How many persons it has.
    pub members: usize,
    /// What was decided.
    pub decision: Decision,
    /// The line of `decisions.jsonl`.
    pub line: u64,
    /// The revision of the assignment that holds now; null where nothing is assigned yet.
    pub revision: Option<u32>,
    /// Where its `assignment/` and `coordinators/` stand, relative to the period's folder; null where nothing is assigned
    /// yet.
    pub folder: Option<PathBuf>,
    /// What the decision changed; null where it changed nothing.
    pub change: Option<Change>,
}

/// Records a decision about the members of a unit, and writes the revision of the assignment that follows from it.
///
/// # Errors
///
/// [`Error::Usage`] for a unit that is not there, a code that the programme does not have, texts that are empty or look as
/// if they held a CPR number, and a decision that does not fit what was decided before; [`Error::Refused`] for a purpose
/// that does not do, files that were altered, and a broken chain; [`Error::File`] where a file fails. Nothing is changed
/// then.
pub fn decide(context: &Context<'_>, deciding: &Deciding) -> Result<Outcome<DecisionSummary>> {
    let began = Instant::now();
    context.programme.authorise(context.today)?;
    check_words(context.programme, deciding)?;
    let period = Period::open_existing(&context.programme.out, &context.programme.period)?;
    let named = decisions::find(&Written::open(period.folder(), AGAIN)?.candidates, &deciding.unit)?;
    let log = Log::read(period.folder())?;
    let is_assigned = period.has(&Step::assign());
    if !is_assigned && matches!(deciding.decision, Decision::Accept | Decision::Decline) {
        let hint = "run `udpeg assign` first; what must be known before is an `udpeg override`";
        return Err(Error::file(&period.folder().join("assignment"), "nobody is proposed to a coordinator yet", hint));
    }
    let before = is_assigned.then(|| Assigned::read(context.programme, &period)).transpose()?;
    check_sequence(deciding, &named, &log, before.as_ref())?;
    let entry = entry(deciding, &named);
    let log = log.with(&entry)?;
    let mut summary = DecisionSummary {
        label: named.label,
        members: named.members.len(),
        decision: deciding.decision,
        line: log.head.lines,
        revision: None,
        folder: None,
        change: None,
    };
    let mut warnings = Vec::new();
    match before {
        Some(before) if deciding.decision != Decision::Accept => {
            let revision = Revision::present(period.folder()).next();
            let (folders, revised, further) = before.revise(&period, &log, revision, began)?;
            Staged::commit(folders)?;
            warnings = further;
            warnings.extend(unfilled(context.programme, &revised));
            summary.revision = Some(revision.number());
            summary.folder = Some(revision.folder());
            summary.change = revised.changes.into_iter().next_back();
        }
        before => {
            log.write(&period)?;
            let present = before.map(|_| Revision::present(period.folder()));
            summary.revision = present.map(Revision::number);
            summary.folder = present.map(Revision::folder);
        }
    }
    Ok(Outcome::new(context.programme, summary, warnings))
}

fn entry(deciding: &Deciding, named: &Named) -> Entry {
    Entry {
        at: deciding.at.clone(),
        decision: deciding.decision,
        unit: named.unit.clone(),
        members: named.members.clone(),
        coordinator: None,
        reason: deciding.reason.trim().to_owned(),
        by: Some(deciding.by.trim().to_owned()),
        key_id: named.key_id.clone(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn usage<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T> {
    Err(Error::Usage { what: what.into(), hint: hint.into() })
}

/// Texts that can be put down, and a code that the programme has.
fn check_words(programme: &Programme, deciding: &Deciding) -> Result<()> {
    checked(&deciding.reason, "--reason", decisions::FILE)?;
    checked(&deciding.by, "--by", decisions::FILE)?;
    let codes = match deciding.decision {
        Decision::Accept => &programme.consent.accept,
        Decision::Decline => &programme.consent.decline,
        Decision::Include | Decision::Exclude | Decision::Recuse => return Ok(()),
    };
    if codes.iter().any(|code| code == deciding.reason.trim()) {
        return Ok(());
    }
    let near = nearest(deciding.reason.trim(), codes.iter().map(String::as_str));
    let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    usage(
        format!("[consent] of the programme has no such code for --reason{near}"),
        format!("it has {}; {UNCHANGED}", codes.join(", ")),
    )
}

/// Whether a decision can follow those that were made, in the period as it stands.
fn check_sequence(deciding: &Deciding, named: &Named, log: &Log, before: Option<&Assigned<'_>>) -> Result<()> {
    let mut persons = decisions::Persons::default();
    persons.add(&log.entries, 1);
    let asked = match deciding.decision {
        Decision::Accept => Said::Accepted,
        Decision::Decline => Said::Declined,
        Decision::Include => Said::Included,
        Decision::Exclude => Said::Excluded,
        Decision::Recuse => return usage("a recusal names a coordinator", "use `udpeg recuse`"),
    };
    let told = |said: Said| match said {
        Said::Accepted => "has accepted",
        Said::Included => "was put in",
        Said::Declined => "has declined",
        Said::Excluded => "was taken out",
    };
    if let Some(decided) = persons.of(&named.members) {
        let line = decided.line;
        if decided.said == asked {
            return usage(format!("the unit {} already: line {line} of decisions.jsonl", told(asked)), UNCHANGED);
        }
        let is_out = persons.wish(&named.members) == Wish::Out;
        if is_out && matches!(asked, Said::Accepted | Said::Declined) {
            let hint = "to bring it back: `udpeg override --include`; nothing was changed";
            return usage(format!("the unit {}: line {line} of decisions.jsonl", told(decided.said)), hint);
        }
    }
    let Some(before) = before else { return Ok(()) };
    let is_proposed = before.proposes(log, named)?;
    if !is_proposed && matches!(asked, Said::Accepted | Said::Declined) {
        let hint = "only units of the target group are asked; else use `udpeg override`; nothing was changed";
        return usage("the unit is not proposed", hint);
    }
    Ok(())
}

/// What a person should know where a place stays empty or somebody has no coordinator.
fn unfilled(programme: &Programme, revised: &Revised) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let empty = programme.selection.size.saturating_sub(revised.proposed.len());
    if empty > 0 {
        let places = if empty == 1 { "1 place stays".to_owned() } else { format!("{empty} places stay") };
        warnings.push(Warning(format!("{places} empty: nobody is left who may be proposed and keeps the quotas")));
    }
    let entered = revised.changes.last().into_iter().flat_map(|change| &change.entered);
    for unit in entered.filter(|unit| unit.coordinator.is_none()) {
        warnings.push(Warning(format!("{} has no coordinator: none who may have it has room", unit.label)));
    }
    warnings
}

/// The assignment that decisions revise, as `assign` wrote it.
pub(super) struct Assigned<'a> {
    /// The programme, on the day and after the period that the assignment was made for.
    programme: Programme,
    manifest: Manifest,
    period_folder: &'a Path,
}

impl<'a> Assigned<'a> {
    /// Reads what the assignment was made from.
    pub(super) fn read(programme: &Programme, period: &'a Period) -> Result<Self> {
        let manifest = Manifest::read(&period.folder().join("assignment"), "assign")?;
        if manifest.programme_sha256 != programme.sha256 {
            return Err(Error::refused(
                "the assignment was made with another programme file; quotas, capacities or rules may be others",
                "use that programme file, or assign anew with `udpeg assign --force`; nothing was changed",
            ));
        }
        let mut programme = programme.clone();
        let text = |key: &str| manifest.overrides.get(key).and_then(|value| value.as_str());
        if let Some(day) = text("as_of").and_then(|day| day.parse().ok()) {
            programme.as_of = day;
            programme.overrides.as_of = Some(day);
        }
        programme.overrides.previous = text("previous").map(PathBuf::from);
        Ok(Self { programme, manifest, period_folder: period.folder() })
    }

    /// How many decisions the assignment was made with.
    fn known(&self) -> usize {
        let of_log = |record: &&FileRecord| record.path == decisions::FILE;
        let rows = self.manifest.inputs.iter().find(of_log).and_then(|record| record.rows);
        rows.and_then(|rows| usize::try_from(rows).ok()).unwrap_or(0)
    }

    /// The assignment and all decisions after it.
    fn replay(&self, log: &Log) -> Result<(Revised, Terms, Vec<FileRecord>)> {
        let again = "run `udpeg assign --force` again, or get the folder again from where it is kept";
        let Written { record: of_candidates, candidates, .. } = Written::open(self.period_folder, again)?;
        let place = Path::new(TARGET_GROUP);
        let (of_target_group, target_group) = self.manifest.unaltered(&self.period_folder.join(place), place, again)?;
        if !self.manifest.inputs.contains(&of_candidates) {
            let what = "the assignment was made from another selection than the one that stands there";
            return Err(Error::refused(what, "run `udpeg assign --force`; nothing was changed"));
        }
        let known = self.known();
        let first = log.entries.get(..known).ok_or_else(|| {
            Error::refused(
                format!("{}: it has fewer decisions than the assignment was made with", decisions::FILE),
                "get the file again from where it is kept; nothing was changed",
            )
        })?;
        let base = Base { candidates: &candidates, target_group: &target_group, known };
        let terms = |key_id: &str| Terms::read(&self.programme, self.period_folder, first, key_id);
        let (revised, terms) = Revised::new(&base, &self.programme, &log.entries, terms)?;
        let mut inputs = vec![of_candidates, of_target_group.clone()];
        inputs.extend(terms.inputs.iter().cloned());
        inputs.extend(log.record(Path::new(decisions::FILE)));
        Ok((revised, terms, inputs))
    }

    /// The assignment made again, from the selection's candidates.
    pub(super) fn again(&self, candidates: &SteadyFile) -> Result<(TargetGroup, Terms)> {
        let log = Log::read(self.period_folder)?;
        let first = log.entries.get(..self.known()).unwrap_or_default();
        let terms = |key_id: &str| Terms::read(&self.programme, self.period_folder, first, key_id);
        TargetGroup::read(candidates, &self.programme, terms)
    }

    /// Whether the unit of these members is proposed by the decisions so far.
    fn proposes(&self, log: &Log, named: &Named) -> Result<bool> {
        let (revised, _, _) = self.replay(log)?;
        Ok(revised.proposed.contains(&named.members))
    }

    /// Stages a revision together with the log that it follows from.
    pub(super) fn revise(
        &self,
        period: &Period,
        log: &Log,
        revision: Revision,
        began: Instant,
    ) -> Result<(Vec<Staged>, Revised, Vec<Warning>)> {
        let (revised, terms, inputs) = self.replay(log)?;
        if !period.folder().join("decisions").exists() {
            // Whoever puts right what a killed process left needs to see what the log was before.
            Log::default().write(period)?;
        }
        let folders = period.stage(&Step::decide(revision))?;
        let [decided, lists, assignment] = folders.as_slice() else {
            return Err(Error::file(period.folder(), "the step has no folders", "please report this"));
        };
        log.write_into(decided)?;
        let metadata = RunMetadata::new(&self.programme, &revised.key_id);
        let place = revision.folder();
        let mut outputs = assignment::write(assignment, lists, &place, revised.table(), &self.programme, &metadata)?;
        let sha256 = output::write_json(assignment, "changes.json", &revised.changes)?;
        outputs.push(FileRecord::new(&place.join("assignment/changes.json"), sha256, None));
        let manifest = Manifest::new("decide", &self.programme, &revised.key_id, inputs, outputs, began);
        output::write_json(assignment, "manifest.json", &manifest)?;
        Ok((folders, revised, terms.warnings))
    }
}
