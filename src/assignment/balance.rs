//! Making loads even without making anything else worse: a first distribution, then moves and exchanges.

use super::task::{Places, State};
use crate::programme::PerKind;
use std::cmp::Reverse;
use std::collections::HashSet;

/// Gives those units that keep nobody's coordinator anew, heaviest first, each to the smallest load. Leaves `state` as
/// it is where one would find no place that way.
pub(super) fn distribute(state: &mut State<'_>) {
    let task = state.task;
    let is_free = |&unit: &usize| {
        let coordinator = state.assigned[unit];
        coordinator.is_some_and(|coordinator| task.keeps(unit, coordinator) == 0)
    };
    let mut free: Vec<usize> = (0..task.units.len()).filter(is_free).collect();
    free.sort_by_key(|&unit| Reverse(task.units[unit].load));
    let mut even = state.clone();
    let mut left = PerKind::<usize>::default();
    for &unit in &free {
        even.remove(unit);
        left[task.units[unit].kind] += 1;
    }
    let mut places = Places::new(task.coordinators, &even.taken);
    for &unit in &free {
        left[task.units[unit].kind] -= 1;
        let leaves_room = |&to: &usize| {
            let places = places.less_one(task.coordinators[to].takes);
            places.room_for(left) == left.family + left.citizen
        };
        let chosen = (0..task.coordinators.len())
            .filter(|&to| task.may(unit, to) && even.has_room(to) && !even.would_meet(unit, to, None))
            .filter(leaves_room)
            .min_by_key(|&to| (even.load[to], even.taken[to], to));
        let Some(to) = chosen else { return };
        places = places.less_one(task.coordinators[to].takes);
        even.place(unit, to);
    }
    if even.kept == state.kept {
        *state = even;
    }
}

/// A unit that goes from one coordinator to another, and one that comes back for it.
#[derive(Debug, Clone, Copy)]
struct Change {
    goes: usize,
    comes: Option<usize>,
}

/// Moves and exchanges units between two coordinators at a time, until no such change makes the loads more even or the
/// largest load is `enough`. Serves the same units and keeps as many members with their coordinators.
pub(super) fn even_out(state: &mut State<'_>, enough: i64) {
    while state.largest() > enough {
        let mut order: Vec<usize> = (0..state.load.len()).collect();
        order.sort_by_key(|&coordinator| Reverse(state.load[coordinator]));
        let held = held(state);
        let mut found = None;
        'search: for (at, &from) in order.iter().enumerate() {
            for &to in order[at + 1..].iter().rev() {
                found = best_change(state, &held, from, to);
                if found.is_some() {
                    found = found.map(|(change, _)| (change, to));
                    break 'search;
                }
            }
        }
        let Some((change, to)) = found else { return };
        apply(state, change, to);
    }
}

fn held(state: &State<'_>) -> Vec<Vec<usize>> {
    let mut held = vec![Vec::new(); state.load.len()];
    for (unit, coordinator) in state.assigned.iter().enumerate() {
        if let Some(coordinator) = coordinator {
            held[*coordinator].push(unit);
        }
    }
    held
}

fn apply(state: &mut State<'_>, change: Change, to: usize) {
    let from = state.assigned[change.goes];
    state.remove(change.goes);
    if let (Some(comes), Some(from)) = (change.comes, from) {
        state.remove(comes);
        state.place(comes, from);
    }
    state.place(change.goes, to);
}

/// The change that brings the two loads nearest to each other, where one brings them nearer; the second number tells
/// how near.
fn best_change(state: &State<'_>, held: &[Vec<usize>], from: usize, to: usize) -> Option<(Change, usize)> {
    let task = state.task;
    let gap = state.load[from] - state.load[to];
    if gap <= 1 {
        return None;
    }
    let loses =
        |unit: usize, here: usize, there: usize| i64::from(task.keeps(unit, here)) - i64::from(task.keeps(unit, there));
    // By what counts here: the unit, its load, and how many members lose their coordinator. Of units alike in this the
    // first stands for all, unless somebody is kept apart from one.
    let distinct = |here: usize, there: usize| -> Vec<(usize, i64, i64)> {
        let mut seen = HashSet::<_, foldhash::fast::RandomState>::default();
        let able = held[here].iter().filter(|&&unit| task.may(unit, there));
        able.map(|&unit| (unit, task.units[unit].load, loses(unit, here, there)))
            .filter(|&(unit, load, lost)| state.is_kept_apart(unit) || seen.insert((load, lost)))
            .collect()
    };
    let comes = distinct(to, from);
    let mut best: Option<(i64, Change)> = None;
    for (goes, goes_load, lost) in distinct(from, to) {
        let mut consider = |comes: Option<usize>, carried: i64, lost: i64| {
            let left = (gap - 2 * carried).abs();
            let is_better = carried > 0 && carried < gap && best.is_none_or(|(known, _)| left < known);
            let meets = |unit: usize, place: usize, besides| state.would_meet(unit, place, besides);
            if lost == 0
                && is_better
                && !meets(goes, to, comes)
                && comes.is_none_or(|unit| !meets(unit, from, Some(goes)))
            {
                best = Some((left, Change { goes, comes }));
            }
        };
        if state.has_room(to) {
            consider(None, goes_load, lost);
        }
        for &(comes, load, lost_coming) in &comes {
            consider(Some(comes), goes_load - load, lost + lost_coming);
        }
        if best.is_some_and(|(left, _)| left <= 1) {
            break;
        }
    }
    best.map(|(left, change)| (change, usize::try_from(left).unwrap_or(usize::MAX)))
}

/// Among units that differ in rank only, gives the better ranked to the coordinator who stands first in the programme.
pub(super) fn by_rank(state: &mut State<'_>) {
    let task = state.task;
    let mut units: Vec<usize> =
        (0..task.units.len()).filter(|&unit| state.assigned[unit].is_some() && !state.is_kept_apart(unit)).collect();
    let key = |unit: usize| {
        let unit = &task.units[unit];
        (unit.kind, unit.load, &unit.had, &unit.barred)
    };
    units.sort_by(|&one, &other| key(one).cmp(&key(other)).then(one.cmp(&other)));
    for alike in units.chunk_by(|&one, &other| key(one) == key(other)) {
        let mut coordinators: Vec<usize> = alike.iter().filter_map(|&unit| state.assigned[unit]).collect();
        coordinators.sort_unstable();
        for (&unit, coordinator) in alike.iter().zip(coordinators) {
            state.assigned[unit] = Some(coordinator);
        }
    }
}
