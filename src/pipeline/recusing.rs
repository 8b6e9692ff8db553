//! `recuse`: a conflict of interest between a coordinator and a unit.

use super::{Context, Outcome};
use crate::custody::checked;
use crate::decisions::{self, Decision, Entry, Log};
use crate::error::{Error, Result, Warning};
use crate::output::Period;
use crate::selection::{AGAIN, Written};
use serde::Serialize;

/// What somebody says of a unit and a coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recusal {
    /// The unit: its id, its label or a member's pseudonym.
    pub unit: String,
    /// The coordinator's id.
    pub coordinator: String,
    /// Why.
    pub reason: String,
    /// When, with the offset to UTC.
    pub at: String,
}

/// What was recorded.
#[derive(Debug, Clone, Serialize)]
pub struct RecusalSummary {
    /// The unit's label.
    pub label: String,
    /// How many persons it has.
    pub members: usize,
    /// The coordinator's id.
    pub coordinator: String,
    /// The line of `decisions.jsonl`.
    pub line: u64,
}

/// Records that a coordinator has a conflict of interest with the members of a unit, from now on.
///
/// # Errors
///
/// [`Error::Usage`] for a unit or coordinator that is not there, a reason that cannot be put down, or what is recorded
/// already; [`Error::Refused`] for a purpose that does not do, a selection that was altered
/// or a broken chain; [`Error::File`] where a file fails. Nothing is changed then.
pub fn recuse(context: &Context<'_>, recusal: &Recusal) -> Result<Outcome<RecusalSummary>> {
    let programme = context.programme;
    programme.authorise(context.today)?;
    let usage = |what: String, hint: &str| Err(Error::Usage { what, hint: hint.to_owned() });
    if !programme.coordinators.iter().any(|coordinator| coordinator.id == recusal.coordinator) {
        let ids: Vec<&str> = programme.coordinators.iter().map(|coordinator| coordinator.id.as_str()).collect();
        return usage("the programme has no such coordinator".to_owned(), &format!("it has {}", ids.join(", ")));
    }
    let reason = checked(&recusal.reason, "--reason", decisions::FILE)?;
    let period = Period::open_existing(&programme.out, &programme.period)?;
    let named = decisions::find(&Written::open(period.folder(), AGAIN)?.candidates, &recusal.unit)?;
    let log = Log::read(period.folder())?;
    let says_it_already = |entry: &Entry| {
        let is_of_all = named.members.iter().all(|member| entry.members.contains(member));
        entry.decision == Decision::Recuse && entry.coordinator.as_ref() == Some(&recusal.coordinator) && is_of_all
    };
    if let Some(known) = log.entries.iter().position(says_it_already) {
        return usage(format!("line {} of decisions.jsonl says it already", known + 1), "nothing was changed");
    }
    let entry = Entry {
        at: recusal.at.clone(),
        decision: Decision::Recuse,
        unit: named.unit,
        members: named.members,
        coordinator: Some(recusal.coordinator.clone()),
        reason,
        by: None,
        key_id: named.key_id,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let members = entry.members.len();
    let log = log.with(&entry)?;
    log.write(&period)?;
    let is_assigned = period.folder().join("assignment/manifest.json").exists();
    let warning = is_assigned.then(|| {
        Warning("the period is assigned already: `udpeg assign --force` assigns it anew with this in mind".to_owned())
    });
    let summary =
        RecusalSummary { label: named.label, members, coordinator: recusal.coordinator.clone(), line: log.head.lines };
    Ok(Outcome::new(programme, summary, warning.into_iter().collect()))
}
