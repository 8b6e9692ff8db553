//! The best assignment there is, or the best that was found and how much better one could be.

use super::balance::{by_rank, distribute, even_out};
use super::bound::least_largest_load;
use super::flow::{Relaxed, least_most_units, most_kept, relax};
use super::search::{Found, MOST_UNITS, Wanted, find};
use super::task::{State, Task};
use serde::Serialize;

/// Steps that all searching together may take.
const STEPS: u64 = 400_000;

/// Who coordinates whom, and how good that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// For each unit the position of its coordinator.
    pub coordinators: Vec<Option<usize>>,
    /// How good it is.
    pub optimality: Optimality,
}

/// What an assignment reaches, and what none can surpass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Optimality {
    /// Units with a coordinator.
    pub served: Reached,
    /// Members who keep the coordinator they had.
    pub kept: Reached,
    /// The largest load, given these two.
    pub largest_load: Reached,
}

/// A number that was reached, and the best that it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// What was reached.
    pub value: i64,
    /// What no assignment can surpass. Equal to `value` where that is proved to be the best.
    pub bound: i64,
}

impl Reached {
    fn new(value: u64, bound: u64) -> Self {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Self { value: number(value), bound: number(bound.max(value)) }
    }

    /// Whether it is proved to be the best.
    #[must_use]
    pub fn is_best(self) -> bool {
        self.value == self.bound
    }
}

impl Optimality {
    /// Whether all of it is proved to be the best.
    #[must_use]
    pub fn is_best(self) -> bool {
        self.served.is_best() && self.kept.is_best() && self.largest_load.is_best()
    }
}

/// Assigns the units of a task.
///
/// # Guarantee
///
/// No capacity is exceeded, nobody has whom they do not take or are barred from, and no two units that are kept apart
/// have the same coordinator. First, as many units as possible are served. Of all ways to do so, second, as many members
/// as possible keep the coordinator they had. Third, where some units must go without, the best ranked are served; the
/// load does not decide this, or the heaviest would go without. Fourth, the largest load is as small as possible. What
/// is left open is decided by rank: of units that differ in nothing else, the better ranked goes to the coordinator who
/// stands first.
///
/// The first and second hold exactly, but for what [`Optimality`] leaves open where persons are kept apart; the fourth is
/// a scheduling problem for which no quick method is known (Graham 1969): [`Optimality`] tells what is proved.
#[must_use]
pub fn assign(task: Task<'_>) -> Assignment {
    let mut steps = STEPS;
    let relaxed = relax(task, None);
    let most = best_possible(task, relaxed.as_ref());
    let mut state = match relaxed.as_ref() {
        Some(relaxed) => State::of(task, &relaxed.assigned),
        None => greedy(task),
    };
    part(&mut state);
    let served = improve_served(&mut state, most.0, &mut steps);
    // Where fewer can be served than without persons kept apart, more members may keep their coordinator.
    let most_kept = if state.served() < most.0 { most_kept(task, state.served()) } else { Some(most.1) };
    let kept = improve_kept(&mut state, most_kept.unwrap_or_else(|| all_kept(task)), &mut steps);
    if !task.apart.is_empty() {
        serve_best_ranked(&mut state, &mut steps);
    }
    let largest = improve_load(&mut state, relaxed.as_ref(), &mut steps);
    by_rank(&mut state);
    let optimality = Optimality {
        served: Reached::new(state.served() as u64, served as u64),
        kept: Reached::new(state.kept, kept),
        largest_load: Reached { value: state.largest(), bound: largest.min(state.largest()) },
    };
    Assignment { coordinators: state.assigned, optimality }
}

/// Units served and members kept that no assignment can surpass.
fn best_possible(task: Task<'_>, relaxed: Option<&Relaxed>) -> (usize, u64) {
    relaxed.map_or((task.units.len(), all_kept(task)), |relaxed| (relaxed.served, relaxed.kept))
}

/// Members who would keep their coordinator if all could.
fn all_kept(task: Task<'_>) -> u64 {
    (0..task.units.len()).map(|unit| u64::from(task.keeps_at_most(unit))).sum()
}

/// Each unit, best ranked first, to whom it keeps most members with, else to the smallest load.
fn greedy(task: Task<'_>) -> State<'_> {
    let mut state = State::new(task);
    for unit in 0..task.units.len() {
        let open = (0..task.coordinators.len()).filter(|&to| task.may(unit, to) && state.has_room(to));
        let chosen = open.min_by_key(|&to| (std::cmp::Reverse(task.keeps(unit, to)), state.load[to], to));
        if let Some(to) = chosen {
            state.place(unit, to);
        }
    }
    state
}

/// Parts units that are kept apart and have the same coordinator: the one that keeps less there, or is lower ranked,
/// changes places with another unit or goes to somebody with room, at the least loss of kept coordinators; where
/// nobody can have it, it goes without.
fn part(state: &mut State<'_>) {
    let task = state.task;
    for &(one, other) in task.apart {
        let Some(here) = state.assigned[one].filter(|_| state.assigned[one] == state.assigned[other]) else { continue };
        let leaves = [one, other].into_iter().max_by_key(|&unit| (std::cmp::Reverse(task.keeps(unit, here)), unit));
        let Some(leaves) = leaves else { continue };
        state.remove(leaves);
        let may_come =
            |state: &State<'_>, unit: usize, to: usize| task.may(unit, to) && !state.would_meet(unit, to, None);
        let open = (0..task.coordinators.len()).filter(|&to| state.has_room(to) && may_come(state, leaves, to));
        if let Some(to) = open.max_by_key(|&to| (task.keeps(leaves, to), std::cmp::Reverse(state.load[to]))) {
            state.place(leaves, to);
            continue;
        }
        let mut best: Option<(i64, usize, usize)> = None;
        for unit in 0..task.units.len() {
            let Some(there) = state.assigned[unit].filter(|&there| there != here) else { continue };
            if may_come(state, unit, here) && task.may(leaves, there) && !state.would_meet(leaves, there, Some(unit)) {
                let gain = i64::from(task.keeps(unit, here)) + i64::from(task.keeps(leaves, there))
                    - i64::from(task.keeps(unit, there));
                if best.is_none_or(|(known, _, _)| gain > known) {
                    best = Some((gain, unit, there));
                }
            }
        }
        if let Some((_, unit, there)) = best {
            state.remove(unit);
            state.place(unit, here);
            state.place(leaves, there);
        }
    }
}

fn wanted(state: &State<'_>) -> Wanted {
    let is_served = vec![None; state.task.units.len()];
    Wanted { served: state.served(), kept: state.kept, largest: i64::MAX, is_served }
}

/// Serves more units where that can be found; gives how many could be served at most.
fn improve_served(state: &mut State<'_>, most: usize, steps: &mut u64) -> usize {
    for served in (state.served() + 1..=most).rev() {
        match find(state.task, &Wanted { served, kept: 0, ..wanted(state) }, steps) {
            Found::Some(assigned) => {
                *state = State::of(state.task, &assigned);
                return served;
            }
            Found::None => {}
            Found::GaveUp => return served,
        }
    }
    state.served()
}

/// Keeps more members with their coordinators where that can be found; gives how many could be kept at most.
fn improve_kept(state: &mut State<'_>, mut most: u64, steps: &mut u64) -> u64 {
    let mut unproved = most;
    while state.kept < most {
        let middle = state.kept + (most - state.kept).div_ceil(2);
        match find(state.task, &Wanted { kept: middle, ..wanted(state) }, steps) {
            Found::Some(assigned) => *state = State::of(state.task, &assigned),
            Found::None => (most, unproved) = (middle - 1, middle - 1),
            Found::GaveUp => most = middle - 1,
        }
    }
    unproved.max(state.kept)
}

/// Where some go without, serves each unit by rank that can be beside those before it.
fn serve_best_ranked(state: &mut State<'_>, steps: &mut u64) {
    let mut wanted = wanted(state);
    if wanted.served == state.task.units.len() {
        return;
    }
    for unit in 0..state.task.units.len() {
        wanted.is_served[unit] = Some(true);
        if state.assigned[unit].is_none() {
            match find(state.task, &wanted, steps) {
                Found::Some(assigned) => *state = State::of(state.task, &assigned),
                Found::None | Found::GaveUp => wanted.is_served[unit] = Some(false),
            }
        }
    }
}

/// Makes the largest load as small as can be found; gives what it is at least.
fn improve_load(state: &mut State<'_>, relaxed: Option<&Relaxed>, steps: &mut u64) -> i64 {
    let task = state.task;
    if let Some(bound) = relaxed.and_then(|relaxed| improve_equal_loads(state, relaxed)) {
        return bound;
    }
    let mut least = least_largest_load(state);
    distribute(state);
    even_out(state, least);
    if state.largest() <= least || task.units.len() > MOST_UNITS {
        return least;
    }
    let is_served = state.assigned.iter().map(|assigned| Some(assigned.is_some())).collect();
    let mut wanted = Wanted { is_served, ..wanted(state) };
    let mut from = least;
    while from < state.largest() {
        wanted.largest = from + (state.largest() - from) / 2;
        match find(task, &wanted, &mut (*steps).min(STEPS / 4)) {
            Found::Some(assigned) => *state = State::of(task, &assigned),
            Found::None if from == least => (least, from) = (wanted.largest + 1, wanted.largest + 1),
            Found::None | Found::GaveUp => from = wanted.largest + 1,
        }
    }
    least
}

/// The same, where all units are equally heavy and nobody is kept apart: then it is a flow too, and exact.
fn improve_equal_loads(state: &mut State<'_>, relaxed: &Relaxed) -> Option<i64> {
    let task = state.task;
    let load = task.units.first()?.load;
    if load < 0 || !task.apart.is_empty() || task.units.iter().any(|unit| unit.load != load) {
        return None;
    }
    let most = least_most_units(task, relaxed)?;
    let again = relax(task, Some(most))?;
    let mut even = State::of(task, &again.assigned);
    let least = i64::try_from(most).ok()? * load;
    distribute(&mut even);
    if even.largest() > least {
        even = State::of(task, &again.assigned);
    }
    even_out(&mut even, 0);
    *state = even;
    Some(least)
}
