//! What becomes of an assignment by the decisions that were made after it.
//!
//! # Guarantee
//!
//! Nobody who has a coordinator is moved, and nobody who stays proposed leaves but by a decision about them. A place that
//! becomes free goes to the best ranked unit that may be taken and keeps the quotas; whoever has no coordinator gets one
//! who has room, the best ranked first. The same decisions give the same assignment.

use super::candidates::Candidates;
use super::task::{State, Task};
use super::terms::Terms;
use crate::decisions::{Decision, Entry, Wish};
use crate::programme::Programme;
use crate::selection::{next_in_line, propose};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What one decision changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The decision's line in the log.
    pub line: usize,
    /// What was decided.
    pub decision: Decision,
    /// About which unit, as it was named then.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: Option<String>,
    /// Units that are no longer proposed, and who coordinated them.
    pub left: Vec<Changed>,
    /// Units that are proposed now.
    pub entered: Vec<Changed>,
    /// Units that had waited for a coordinator and have one now.
    pub given: Vec<Changed>,
}

/// A unit that a decision changed something for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its id.
    pub unit: String,
    /// Its label.
    pub label: String,
    /// Its rank.
    pub rank: usize,
    /// Its coordinator; before, of who left; else now.
    pub coordinator: Option<String>,
}

/// Whom a selection and the decisions about it propose, and who coordinates them.
pub(super) struct Replay<'r> {
    pub programme: &'r Programme,
    pub candidates: &'r Candidates,
    pub terms: &'r mut Terms,
    /// By position among the candidates, the position of the coordinator.
    pub proposed: BTreeMap<usize, Option<usize>>,
}

/// The units that are proposed where nobody is yet, by position among the candidates.
pub(super) fn target(programme: &Programme, candidates: &Candidates, terms: &Terms) -> Vec<bool> {
    let wish = |unit: usize| terms.decided.wish(&candidates.all[unit].row.members);
    propose(&programme.selection, &candidates.kinds, wish)
}

impl Replay<'_> {
    /// Carries out decisions in their order; `line` is the number of the first. Gives what each that changed anything
    /// changed.
    pub(super) fn carry_out(&mut self, entries: &[Entry], line: usize) -> Vec<Change> {
        (line..).zip(entries).filter_map(|(line, entry)| self.one(entry, line)).collect()
    }

    fn one(&mut self, entry: &Entry, line: usize) -> Option<Change> {
        self.terms.recuse([entry]);
        self.terms.decided.add([entry], line);
        let left = match entry.decision {
            Decision::Recuse | Decision::Accept => return None,
            Decision::Decline | Decision::Exclude => self.take_out(),
            Decision::Include => Vec::new(),
        };
        let mut entered = if entry.decision == Decision::Include { self.put_in(entry) } else { Vec::new() };
        let waited: Vec<usize> = self.waiting();
        entered.extend(std::iter::from_fn(|| self.fill_one()));
        self.give();
        let given = waited.into_iter().filter(|unit| !entered.contains(unit) && self.proposed[unit].is_some());
        let given = given.map(|unit| self.changed(unit, self.proposed[&unit])).collect();
        Some(Change {
            line,
            decision: entry.decision,
            unit: entry.unit.clone(),
            reason: entry.reason.clone(),
            by: entry.by.clone(),
            left,
            entered: entered.iter().map(|unit| self.changed(*unit, self.proposed[unit])).collect(),
            given,
        })
    }

    fn changed(&self, unit: usize, coordinator: Option<usize>) -> Changed {
        let candidate = &self.candidates.all[unit];
        Changed {
            unit: candidate.unit.clone(),
            label: candidate.label.clone(),
            rank: unit + 1,
            coordinator: coordinator.map(|position| self.programme.coordinators[position].id.clone()),
        }
    }

    fn wish(&self, unit: usize) -> Wish {
        self.terms.decided.wish(&self.candidates.all[unit].row.members)
    }

    /// Takes out whom decisions do not want in.
    fn take_out(&mut self) -> Vec<Changed> {
        let out: Vec<usize> = self.proposed.keys().copied().filter(|&unit| self.wish(unit) == Wish::Out).collect();
        let take = |unit: usize| {
            let coordinator = self.proposed.remove(&unit).flatten();
            self.changed(unit, coordinator)
        };
        out.into_iter().map(take).collect()
    }

    /// Puts in the units of the persons whom a decision names.
    fn put_in(&mut self, entry: &Entry) -> Vec<usize> {
        let named = |unit: &usize| {
            let members = &self.candidates.all[*unit].row.members;
            members.iter().any(|member| entry.members.contains(member))
        };
        let units: Vec<usize> = (0..self.candidates.all.len())
            .filter(named)
            .filter(|unit| self.wish(*unit) == Wish::In && !self.proposed.contains_key(unit))
            .collect();
        self.proposed.extend(units.iter().map(|&unit| (unit, None)));
        units
    }

    /// Units without a coordinator, by rank.
    fn waiting(&self) -> Vec<usize> {
        self.proposed.iter().filter(|(_, coordinator)| coordinator.is_none()).map(|(unit, _)| *unit).collect()
    }

    /// Lets the next in line take a place that is free.
    fn fill_one(&mut self) -> Option<usize> {
        let is_proposed: Vec<bool> =
            (0..self.candidates.all.len()).map(|unit| self.proposed.contains_key(&unit)).collect();
        let may_be_taken = |unit: usize| self.wish(unit) != Wish::Out;
        let next = next_in_line(&self.programme.selection, &self.candidates.kinds, &is_proposed, may_be_taken)?;
        self.proposed.insert(next, None);
        Some(next)
    }

    /// Gives each unit that has no coordinator, the best ranked first, to one who may have it: who has had most of its
    /// members before, else who then has the least load, else who stands first.
    fn give(&mut self) {
        let units: Vec<usize> = self.proposed.keys().copied().collect();
        let rows = self.candidates.rows_of(&units);
        let coordinators = &self.programme.coordinators;
        let (proposed, apart) = (self.terms.units(&rows, coordinators), self.terms.pairs_apart(&rows));
        let task = Task { units: &proposed, coordinators, apart: &apart };
        let assigned: Vec<Option<usize>> = self.proposed.values().copied().collect();
        let mut state = State::of(task, &assigned);
        for unit in 0..units.len() {
            if state.assigned[unit].is_some() {
                continue;
            }
            let may = |&coordinator: &usize| {
                task.may(unit, coordinator) && state.has_room(coordinator) && !state.would_meet(unit, coordinator, None)
            };
            let best = (0..coordinators.len()).filter(may).min_by_key(|&coordinator| {
                (Reverse(task.keeps(unit, coordinator)), state.load[coordinator], coordinator)
            });
            if let Some(coordinator) = best {
                state.place(unit, coordinator);
            }
        }
        let assigned = state.assigned;
        self.proposed = units.into_iter().zip(assigned).collect();
    }
}
