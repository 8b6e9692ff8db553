//! Moves by linear programming: from the true counts to other whole numbers that agree with everything published.

use super::model::{Model, Place, Room};
use super::neighbourhood::Through;
use crate::disclosure::numbers::{NEARLY, UNLIMITED, is_whole, real, real_limit, whole};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, SolveOutcome, Variable};
use std::collections::{BTreeMap, BTreeSet};

/// Changes of cells, by cell (rising), none of them 0.
pub(super) type Changes = Vec<(usize, i64)>;

/// Nodes of branch and bound after which whole numbers are given up.
const NODES: u64 = 60;
/// How much dearer than the best a move in whole numbers may be.
const GAP: f64 = 0.1;
/// So many of the nearest cells are searched for whole numbers, besides those that fractions were found for.
const NEAREST: usize = 200;
/// What changing a cell by 1 costs where nothing has to be hidden for it, so that moves are short.
const PASSING: f64 = 0.02;

/// How a move will be used, which limits what it may change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use {
    /// Made once, on top of other changes.
    Once,
    /// Made so many times, and from the same start taken back so many times.
    Times {
        /// How often it is taken back.
        back: i64,
        /// How often it is made.
        forth: i64,
    },
}

impl Use {
    /// The room that one making of the move has.
    fn limit(self, room: Room) -> Room {
        let Self::Times { back, forth } = self else { return room };
        let share = |room: i64, times: i64| if times == 0 { UNLIMITED } else { room / times };
        Room {
            up: share(room.up, forth).min(share(room.down, back)),
            down: share(room.down, forth).min(share(room.up, back)),
        }
    }

    /// Whether there is room for a change in each making of the move. (Asked so often that it does not divide.)
    pub(super) fn allows(self, room: Room, change: i64) -> bool {
        let Self::Times { back, forth } = self else { return room.has(change) };
        room.has(change.saturating_mul(forth)) && room.has(change.saturating_mul(-back))
    }
}

/// A search for a move of one cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) model: &'a Model,
    /// The cells that may change, nearest first.
    pub(super) cells: &'a [usize],
    pub(super) through: Through,
    /// The cell that is to change.
    pub(super) target: usize,
    pub(super) used: Use,
    /// The changes from which the move starts, by cell (rising).
    pub(super) made: &'a [(usize, i64)],
}

/// How far a cell goes up, and how far down.
struct UpAndDown {
    cell: usize,
    up: Variable,
    down: Variable,
}

impl Search<'_> {
    /// The cheapest move that changes the target by this much, in whole numbers, if the solver finds one.
    pub(super) fn find(&self, change: i64) -> Option<Changes> {
        let found = self.solve(change, Numbers::Real)?;
        if found.iter().all(|&(_, change)| is_whole(change)) {
            return Some(in_whole_numbers(&found));
        }
        let nearest = self.cells.iter().take(NEAREST).copied();
        let cells: BTreeSet<usize> = nearest.chain(found.iter().map(|&(cell, _)| cell)).collect();
        let cells: Vec<usize> = cells.into_iter().collect();
        let found = Search { cells: &cells, ..*self }.solve(change, Numbers::Whole)?;
        Some(in_whole_numbers(&found))
    }

    /// How many times a move can be made (1) or taken back (-1) on top of what is made already.
    pub(super) fn times(&self, changes: &[(usize, i64)], direction: i64) -> i64 {
        let times = |&(cell, change): &(usize, i64)| {
            let place = &self.model.places[cell];
            let room = if self.can_hide(place) { place.hidden } else { place.room() };
            let (room, change) = (self.left(cell, room), direction * change);
            if change > 0 { room.up / change } else { room.down / -change }
        };
        changes.iter().map(times).min().unwrap_or(0)
    }

    /// Whether the search may take a cell for hidden that is not.
    pub(super) fn can_hide(&self, place: &Place) -> bool {
        self.through == Through::Hideable && !place.is_owed && place.cost.is_some()
    }

    /// What is left of a cell's room after what is made already.
    pub(super) fn left(&self, cell: usize, room: Room) -> Room {
        let made = self.made(cell);
        Room { down: room.down + made, up: room.up - made }
    }

    /// How far a cell is changed by what is made already.
    pub(super) fn made(&self, cell: usize) -> i64 {
        if self.made.is_empty() {
            return 0;
        }
        let found = self.made.binary_search_by_key(&cell, |&(cell, _)| cell);
        found.map_or(0, |found| self.made[found].1)
    }

    /// The room of a cell in this search, and what changing it by 1 costs.
    fn terms(&self, cell: usize) -> Option<(Room, f64)> {
        let place = &self.model.places[cell];
        if let (true, Some(cost)) = (self.can_hide(place), place.cost) {
            return Some((place.hidden, real(cost)));
        }
        // A little more or less for each cell, so that the best move is seldom one of many.
        let own = real(lot(cell)) / 4096.0;
        let room = self.left(cell, place.room());
        (room != Room::NONE).then_some((room, PASSING * (1.0 + own)))
    }

    fn solve(&self, change: i64, numbers: Numbers) -> Option<Vec<(usize, f64)>> {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let variables = self.add_variables(&mut problem, change, numbers)?;
        self.add_relations(&mut problem, &variables);
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        options.mip_gap = GAP;
        let SolveOutcome::Solution(solution) = problem.solve_with(options).ok()? else { return None };
        let change = |variable: &UpAndDown| {
            let change = solution.var_value(variable.up) - solution.var_value(variable.down);
            (change.abs() > NEARLY).then_some((variable.cell, change))
        };
        let mut found: Vec<(usize, f64)> = variables.iter().filter_map(change).collect();
        found.sort_unstable_by_key(|&(cell, _)| cell);
        Some(found)
    }

    fn add_variables(&self, problem: &mut Problem, change: i64, numbers: Numbers) -> Option<Vec<UpAndDown>> {
        let mut variables = Vec::with_capacity(self.cells.len());
        for &cell in self.cells {
            let Some((room, cost)) = self.terms(cell) else { continue };
            let room = self.used.limit(room);
            let mut bounds = [(0, room.up), (0, room.down)];
            if cell == self.target {
                if !room.has(change) {
                    return None;
                }
                bounds = if change > 0 { [(change, change), (0, 0)] } else { [(0, 0), (-change, -change)] };
            }
            let [up, down] = bounds.map(|bounds| numbers.add(problem, cost, bounds));
            variables.push(UpAndDown { cell, up, down });
        }
        Some(variables)
    }

    fn add_relations(&self, problem: &mut Problem, variables: &[UpAndDown]) {
        let of_cell: BTreeMap<usize, &UpAndDown> = variables.iter().map(|variable| (variable.cell, variable)).collect();
        let relations = variables.iter().flat_map(|variable| &self.model.relations_of[variable.cell]);
        let relations: BTreeSet<usize> = relations.map(|&(relation, _)| relation).collect();
        for relation in relations {
            let terms = self.model.relations[relation].iter();
            let terms = terms.filter_map(|(cell, factor)| Some((of_cell.get(cell)?, real(*factor))));
            let terms = terms.flat_map(|(variable, factor)| [(variable.up, factor), (variable.down, -factor)]);
            problem.add_constraint(terms.collect::<Vec<_>>(), ComparisonOp::Eq, 0.0);
        }
    }
}

/// In which numbers a program is solved.
#[derive(Debug, Clone, Copy)]
enum Numbers {
    Real,
    Whole,
}

impl Numbers {
    fn add(self, problem: &mut Problem, cost: f64, (low, high): (i64, i64)) -> Variable {
        match self {
            Self::Real => problem.add_var(cost, (real(low), real_limit(high))),
            Self::Whole => {
                let bound = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
                problem.add_integer_var(cost, (bound(low), bound(high)))
            }
        }
    }
}

fn in_whole_numbers(found: &[(usize, f64)]) -> Changes {
    found.iter().map(|&(cell, change)| (cell, whole(change))).filter(|&(_, change)| change != 0).collect()
}

/// A number below 1024 that looks drawn by lot, but is the same in every run.
pub(super) fn lot(cell: usize) -> i64 {
    let mixed = cell.wrapping_add(1).wrapping_mul(2_654_435_761) >> 7;
    i64::try_from(mixed % 1024).unwrap_or(0)
}
