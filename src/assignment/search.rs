//! Whether there is an assignment that is as good as wanted, by trying: exact where the trying comes to an end.
//!
//! Depth first, those that keep a coordinator and then the heaviest first, each way cut off as soon as what is left cannot reach what is wanted. The number of
//! steps is limited, not the time, so that the outcome is the same on every machine.

use super::task::{Places, State, Task};
use crate::programme::{Kind, PerKind};
use std::cmp::Reverse;

/// What an assignment must reach.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Units served at least.
    pub served: usize,
    /// Members who keep the coordinator they had, at least.
    pub kept: u64,
    /// The largest load at most.
    pub largest: i64,
    /// Units that must be served, and units that must not be.
    pub is_served: Vec<Option<bool>>,
}

/// How a search ended.
#[derive(Debug, Clone)]
pub(super) enum Found {
    /// With such an assignment.
    Some(Vec<Option<usize>>),
    /// There is none.
    None,
    /// After so many steps as were allowed.
    GaveUp,
}

/// More units than this are not searched: the ways would never end.
pub(super) const MOST_UNITS: usize = 1000;

struct Search<'t, 's> {
    state: State<'t>,
    wanted: &'s Wanted,
    /// Units in the order in which they are tried.
    order: Vec<usize>,
    /// Of the units from each place of the order on: what they can keep, their load, that of those below 0, how many
    /// can be served by kind.
    ahead: Vec<Ahead>,
    /// Coordinators whom nobody had and who are barred from nobody, where nobody is kept apart: two of them with equal
    /// numbers are as good as each other.
    is_plain: Vec<bool>,
    skipped: usize,
    steps: &'s mut u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Ahead {
    kept: u64,
    load: i64,
    relief: i64,
    units: PerKind<usize>,
    are_all_served: bool,
}

/// Looks for an assignment as good as wanted; takes as many from `steps` as it needs.
pub(super) fn find(task: Task<'_>, wanted: &Wanted, steps: &mut u64) -> Found {
    if task.units.len() > MOST_UNITS {
        return Found::GaveUp;
    }
    let mut order: Vec<usize> = (0..task.units.len()).filter(|&unit| wanted.is_served[unit] != Some(false)).collect();
    // Those that somebody wants to keep have few places to go, and what they leave shows soon whether the rest fits.
    order.sort_by_cached_key(|&unit| {
        let proposed = &task.units[unit];
        let is_free = task.keeps_at_most(unit) == 0;
        (is_free, Reverse(proposed.load.abs()), proposed.load, proposed.kind, &proposed.had, &proposed.barred, unit)
    });
    let mut ahead = vec![Ahead { are_all_served: true, ..Ahead::default() }];
    for &unit in order.iter().rev() {
        let mut with = ahead[ahead.len() - 1];
        let proposed = &task.units[unit];
        with.kept += u64::from(task.keeps_at_most(unit));
        with.load += proposed.load;
        with.relief += proposed.load.min(0);
        with.units[proposed.kind] += 1;
        with.are_all_served &= wanted.is_served[unit] == Some(true);
        ahead.push(with);
    }
    ahead.reverse();
    let is_plain = |coordinator: usize| {
        let names = |unit: &super::Proposed| {
            unit.barred.contains(&coordinator) || unit.had.iter().any(|(had, _)| *had == coordinator)
        };
        task.apart.is_empty() && !task.units.iter().any(names)
    };
    let is_plain = (0..task.coordinators.len()).map(is_plain).collect();
    let mut search = Search { state: State::new(task), wanted, order, ahead, is_plain, skipped: 0, steps };
    match search.from(0) {
        Some(true) => Found::Some(search.state.assigned),
        Some(false) => Found::None,
        None => Found::GaveUp,
    }
}

impl Search<'_, '_> {
    /// Whether the units from this place of the order on can be assigned; `None` where the steps are used up.
    fn from(&mut self, at: usize) -> Option<bool> {
        *self.steps = self.steps.checked_sub(1)?;
        if !self.can_reach(at) {
            return Some(false);
        }
        let Some(&unit) = self.order.get(at) else { return Some(true) };
        let task = self.state.task;
        let mut places: Vec<usize> = (0..task.coordinators.len())
            .filter(|&to| task.may(unit, to) && self.state.has_room(to) && !self.state.would_meet(unit, to, None))
            .collect();
        places.sort_by_key(|&to| (Reverse(task.keeps(unit, to)), self.state.load[to], self.state.taken[to], to));
        let mut tried: Vec<usize> = Vec::new();
        let first = self.first_place(at);
        for to in places.into_iter().filter(|&to| to >= first) {
            let is_like = |&known: &usize| {
                let numbers = |place: usize| {
                    let coordinator = &task.coordinators[place];
                    (self.state.load[place], self.state.taken[place], coordinator.capacity, coordinator.takes)
                };
                self.is_plain[known] && self.is_plain[to] && numbers(known) == numbers(to)
            };
            if tried.iter().any(is_like) {
                continue;
            }
            tried.push(to);
            self.state.place(unit, to);
            if self.from(at + 1)? {
                return Some(true);
            }
            self.state.remove(unit);
        }
        if self.wanted.is_served[unit] != Some(true) {
            self.skipped += 1;
            if self.from(at + 1)? {
                return Some(true);
            }
            self.skipped -= 1;
        }
        Some(false)
    }

    /// Of units that differ in rank only, none goes to a coordinator who stands before that of the one before it.
    fn first_place(&self, at: usize) -> usize {
        let Some(before) = at.checked_sub(1).map(|before| self.order[before]) else { return 0 };
        let unit = self.order[at];
        let is_alike = self.state.task.units[unit] == self.state.task.units[before]
            && self.wanted.is_served[unit] == self.wanted.is_served[before]
            && !self.state.is_kept_apart(unit)
            && !self.state.is_kept_apart(before);
        if is_alike { self.state.assigned[before].unwrap_or(0) } else { 0 }
    }

    /// Whether what is wanted can still be reached, as far as simple sums tell.
    fn can_reach(&self, at: usize) -> bool {
        let (ahead, state, wanted) = (self.ahead[at], &self.state, self.wanted);
        let coordinators = state.task.coordinators;
        let left = Places::new(coordinators, &state.taken).room_for(ahead.units);
        let is_over = |load: &i64| load + ahead.relief > wanted.largest;
        if at - self.skipped + left < wanted.served
            || state.kept + ahead.kept < wanted.kept
            || state.load.iter().any(is_over)
            || (ahead.are_all_served && left < ahead.units[Kind::Family] + ahead.units[Kind::Citizen])
        {
            return false;
        }
        if !ahead.are_all_served || wanted.largest == i64::MAX {
            return true;
        }
        let room = (0..coordinators.len()).filter(|&place| state.has_room(place));
        let room: i64 = room.map(|place| wanted.largest - state.load[place]).sum();
        ahead.load <= room
    }
}
