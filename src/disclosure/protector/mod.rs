//! The protector: hides further cells, as few and as small as it can, until no hidden cell can be worked out.
//!
//! **What it guarantees.** When [`Protector::protect`] returns without an error, there are for every cell to which a
//! wide interval is owed (it is hidden, or a small count that stands in no table) two tables of whole numbers that
//! agree with everything published and differ in that cell by at least the width asked for. It holds these tables, as
//! changes of the true one, and [`Protector::verify`] checks each of them in whole-number arithmetic. The linear
//! programs only find them: an error of theirs cannot make a cell look protected.
//!
//! **How.** A *move* is a change of the true counts that keeps every relation and changes only cells whose change a
//! reader could not notice. A cell is wide when a move upwards and a move downwards are far enough apart in it. Moves
//! are sought among the hidden cells first; where there is none, the cheapest move through shown cells is, and those
//! cells are hidden. Being hidden they have to be wide as well. In the end, cells that no move needs are shown again,
//! and small systems are improved by exchanging one hidden cell for others as long as that saves anything.

mod augmenting;
mod hiding;
mod model;
mod moves;
mod neighbourhood;
mod search;
mod tidying;
mod walk;

pub(in crate::disclosure) use model::{Model, Place, Room};

use moves::Moves;
use neighbourhood::Through;
use search::{Changes, Search, Use};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use walk::Preference;

/// Sizes of neighbourhoods in which moves among cells that can move are sought.
const NEAR: [usize; 3] = [100, 500, 2500];
/// Above so many cells, what walks find is good enough, and linear programs are only solved where they find nothing.
const PATIENT: usize = 3000;
/// Steps of walks through cells that can move.
const STEPS: usize = 100;
/// The same in large releases.
const STEPS_IF_LARGE: usize = 50;
/// The same at first, when most of what is needed is not hidden yet.
const STEPS_AT_FIRST: usize = 20;

/// How hard a move is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// A few steps.
    Glance,
    /// Short moves only.
    Walks,
    /// Short moves, then several on top of each other.
    Several,
    /// Short moves, then linear programs.
    Programs,
}

impl Effort {
    /// How many steps a walk through cells that can move has.
    fn steps(self) -> usize {
        match self {
            Self::Glance => STEPS_AT_FIRST,
            Self::Several => STEPS_IF_LARGE,
            Self::Walks | Self::Programs => STEPS,
        }
    }
}

/// A cell that cannot be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unprotectable(pub(super) usize);

/// The protector at work.
#[derive(Debug, Clone)]
pub(super) struct Protector {
    model: Model,
    width: i64,
    moves: Moves,
}

impl Protector {
    pub(super) fn new(model: Model, width: i64) -> Self {
        let moves = Moves::new(model.places.len());
        Self { model, width, moves }
    }

    /// Whether a cell is hidden, for its size or to protect another.
    pub(super) fn is_owed(&self, cell: usize) -> bool {
        self.model.places[cell].is_owed
    }

    /// Owes a wide interval to a further cell.
    pub(super) fn owe(&mut self, cell: usize) {
        self.model.owe(cell);
    }

    /// What all further hidden cells cost.
    pub(super) fn cost(&self) -> i64 {
        let hidden = self.model.places.iter().filter(|place| place.is_secondary());
        hidden.filter_map(|place| place.cost).sum()
    }

    /// Protects every cell to which a wide interval is owed.
    pub(super) fn protect(&mut self) -> Result<(), Unprotectable> {
        self.hide_what_it_takes()?;
        self.tidy();
        self.exchange();
        self.verify()
    }

    fn hide_what_it_takes(&mut self) -> Result<(), Unprotectable> {
        let mut open: Vec<usize> = (0..self.model.places.len()).filter(|&cell| self.is_owed(cell)).collect();
        let [first, then] = if self.is_patient() { [Effort::Walks; 2] } else { [Effort::Glance, Effort::Several] };
        open.retain(|&cell| !self.prove(cell, first));
        // The last comes first: the smallest costs, then what it made necessary.
        open.sort_by_key(|&cell| (Reverse(self.model.places[cell].hidden.down), cell));
        while let Some(cell) = open.pop() {
            if !self.prove(cell, then) {
                let hidden = self.hide_for(cell).ok_or(Unprotectable(cell))?;
                open.push(cell);
                open.extend(hidden);
            }
        }
        Ok(())
    }

    /// Checks the guarantee from nothing but the moves.
    fn verify(&self) -> Result<(), Unprotectable> {
        let is_proved = |cell: usize| {
            let reach = [1, -1].map(|direction| {
                let number = self.moves.farthest(cell, direction).number?;
                let changes = self.moves.get(number);
                let change = changes.iter().find(|&&(changed, _)| changed == cell)?.1;
                self.model.allows(changes).then_some(change * direction)
            });
            let [up, down] = reach.map(|reach| reach.unwrap_or(0).max(0));
            up + down >= self.width
        };
        let mut owed = (0..self.model.places.len()).filter(|&cell| self.is_owed(cell));
        owed.try_for_each(|cell| if is_proved(cell) { Ok(()) } else { Err(Unprotectable(cell)) })
    }

    fn is_wide(&self, cell: usize) -> bool {
        self.moves.width(cell) >= self.width
    }

    /// Looks for moves of a cell through cells that can move as things stand.
    fn prove(&mut self, cell: usize, effort: Effort) -> bool {
        if self.is_wide(cell) {
            return true;
        }
        if self.model.is_stuck(cell) {
            return false;
        }
        let preferences = [Preference::Cheap, Preference::Rising];
        for preference in &preferences[..if effort == Effort::Several { 2 } else { 1 }] {
            let found = self.walks(cell, Through::Movable, *preference, effort.steps()).next();
            found.into_iter().flatten().for_each(|changes| {
                self.add(changes);
            });
            if self.is_wide(cell) {
                return true;
            }
        }
        match effort {
            Effort::Glance | Effort::Walks => return false,
            Effort::Several => self.augment(cell),
            Effort::Programs => self.solve_around(cell),
        }
        self.is_wide(cell)
    }

    /// Looks for moves of a cell by linear programs on the cells around it.
    fn solve_around(&mut self, cell: usize) {
        for limit in NEAR {
            if self.is_wide(cell) {
                return;
            }
            let around = self.model.around(cell, limit, Through::Movable);
            for direction in [1, -1] {
                self.go_farther(cell, direction, &around.cells);
            }
            if around.radius.is_none() {
                return;
            }
        }
    }

    /// Short moves that make a cell wide: each made some times, and taken back some times.
    fn walks(
        &self,
        cell: usize,
        through: Through,
        preference: Preference,
        steps: usize,
    ) -> impl Iterator<Item = Vec<Changes>> {
        let down = self.width.min(self.model.places[cell].room().down);
        (0..=down).rev().filter_map(move |back| {
            let used = Use::Times { back, forth: self.width - back };
            let search = Search { model: &self.model, cells: &[], through, target: cell, used, made: &[] };
            Some(there_and_back(&search.walk(1, preference, steps)?, back, self.width - back))
        })
    }

    /// Takes the farthest known move of a cell in one direction farther, move by move.
    fn go_farther(&mut self, cell: usize, direction: i64, cells: &[usize]) {
        while !self.is_wide(cell) {
            let number = self.moves.farthest(cell, direction).number;
            let made = number.map_or_else(Changes::new, |number| self.moves.get(number).clone());
            let (model, used) = (&self.model, Use::Once);
            let search = Search { model, cells, through: Through::Movable, target: cell, used, made: &made };
            let Some(changes) = search.find(direction) else { return };
            let [forth, back] = [1, -1].map(|way| search.times(&changes, way).min(self.width));
            let is_new = self.add(sum(&made, &changes, forth));
            if made.is_empty() {
                // What can be made can be taken back from the start, as often as there is room.
                self.add(sum(&made, &changes, -back));
            }
            if !is_new {
                return;
            }
        }
    }

    fn is_patient(&self) -> bool {
        self.model.places.len() <= PATIENT
    }

    /// Keeps a move, if it is one.
    fn add(&mut self, changes: Changes) -> bool {
        let is_allowed = !changes.is_empty() && self.model.allows(&changes);
        if is_allowed {
            self.moves.add(changes);
        }
        is_allowed
    }
}

/// A move taken back so many times, and made so many times.
fn there_and_back(changes: &[(usize, i64)], back: i64, forth: i64) -> Vec<Changes> {
    let times = |times: i64| changes.iter().map(|&(cell, change)| (cell, times * change)).collect::<Changes>();
    [-back, forth].into_iter().filter(|&factor| factor != 0).map(times).collect()
}

/// Changes, and others so many times on top of them.
fn sum(changes: &[(usize, i64)], others: &[(usize, i64)], times: i64) -> Changes {
    let mut sum: BTreeMap<usize, i64> = changes.iter().copied().collect();
    for &(cell, change) in others {
        *sum.entry(cell).or_default() += times * change;
    }
    sum.into_iter().filter(|&(_, change)| change != 0).collect()
}
