//! Fewer hidden cells: what no longer protects anything is shown again, and dear cells are exchanged for cheaper ones.

use super::{Effort, Protector};
use std::cmp::Reverse;

/// Cells times hidden ones up to which exchanging is worth its time.
const EFFORT: usize = 2500;

impl Protector {
    /// Shows hidden cells again, the dearest first, wherever all others stay wide without them.
    pub(super) fn tidy(&mut self) {
        for cell in self.secondary() {
            self.try_to_show(cell);
        }
    }

    /// The cells that the protector has hidden, the dearest first.
    fn secondary(&self) -> Vec<usize> {
        let places = &self.model.places;
        let mut cells: Vec<usize> = (0..places.len()).filter(|&cell| places[cell].is_secondary()).collect();
        cells.sort_by_key(|&cell| (Reverse(places[cell].cost), cell));
        cells
    }

    fn try_to_show(&mut self, cell: usize) {
        let moves = self.moves.that_change(cell);
        self.model.show(cell);
        let moves: Vec<usize> =
            moves.into_iter().filter(|&number| !self.model.allows(self.moves.get(number))).collect();
        let affected = self.moves.set_valid(&moves, false);
        let owed = || affected.iter().copied().filter(|&other| self.is_owed(other));
        let is_stuck = owed().any(|other| self.model.is_stuck(other));
        let owed: Vec<usize> = owed().collect();
        let effort = if self.is_patient() { Effort::Programs } else { Effort::Several };
        let are_wide = !is_stuck && owed.into_iter().all(|other| self.prove(other, effort));
        if !are_wide {
            self.model.owe(cell);
            self.moves.set_valid(&moves, true);
        }
    }

    /// Shows one hidden cell for good and protects anew what that lays bare, as long as it saves anything.
    pub(super) fn exchange(&mut self) {
        if self.model.places.len() * self.secondary().len() > EFFORT {
            return;
        }
        let mut is_better = true;
        while std::mem::replace(&mut is_better, false) {
            for cell in self.secondary() {
                if !self.model.places[cell].is_secondary() {
                    continue;
                }
                if let Some(other) = self.without(cell).filter(|other| other.cost() < self.cost()) {
                    *self = other;
                    is_better = true;
                }
            }
        }
    }

    /// The same with one hidden cell shown, protected in another way.
    fn without(&self, cell: usize) -> Option<Self> {
        let mut other = self.clone();
        let cost = other.model.places[cell].cost.take();
        other.model.show(cell);
        let moves = other.moves.that_change(cell);
        let moves: Vec<usize> =
            moves.into_iter().filter(|&number| !other.model.allows(other.moves.get(number))).collect();
        other.moves.set_valid(&moves, false);
        other.hide_what_it_takes().ok()?;
        other.tidy();
        other.model.places[cell].cost = cost;
        Some(other)
    }
}
