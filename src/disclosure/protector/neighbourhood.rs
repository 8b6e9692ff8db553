//! The cells around a cell: linear programs are solved on the nearest first, and on more only where they do not do.

use super::model::{Model, Room};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Going through a cell that can move costs next to nothing, but a little, so that near ones come first.
const PASSING: i64 = 1;
/// One unit of a hiding cost in units of [`PASSING`].
const COST_SCALE: i64 = 8;

/// Cells around a cell, nearest first.
pub(super) struct Neighbourhood {
    pub(super) cells: Vec<usize>,
    /// A move with a cell outside costs at least this; none where nothing that can be reached is outside.
    pub(super) radius: Option<i64>,
}

/// Which cells a move may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// Those that can move as things stand.
    Movable,
    /// Also those that could be hidden, farther away the more that costs.
    Hideable,
}

impl Model {
    /// The nearest `limit` cells around `start`. A cell is as far away as it costs to hide all cells on the cheapest
    /// way to it, itself included; a move that includes it hides at least those.
    pub(super) fn around(&self, start: usize, limit: usize, through: Through) -> Neighbourhood {
        let mut is_reached = vec![false; self.relations.len()];
        let mut is_taken = vec![false; self.places.len()];
        let mut waiting = BinaryHeap::from([Reverse((0_i64, start))]);
        let mut cells = Vec::new();
        while let Some(Reverse((distance, cell))) = waiting.pop() {
            if std::mem::replace(&mut is_taken[cell], true) {
                continue;
            }
            if cells.len() == limit {
                return Neighbourhood { cells, radius: Some(distance / COST_SCALE) };
            }
            cells.push(cell);
            for &(relation, _) in &self.relations_of[cell] {
                if std::mem::replace(&mut is_reached[relation], true) {
                    continue;
                }
                for &(next, _) in self.terms(relation, through) {
                    if let (false, Some(step)) = (is_taken[next], self.step(next, through)) {
                        waiting.push(Reverse((distance + step, next)));
                    }
                }
            }
        }
        Neighbourhood { cells, radius: None }
    }

    fn step(&self, cell: usize, through: Through) -> Option<i64> {
        let place = &self.places[cell];
        match (place.room() == Room::NONE, through) {
            (false, _) => Some(PASSING),
            (true, Through::Movable) => None,
            (true, Through::Hideable) => place.cost.map(|cost| cost.saturating_mul(COST_SCALE)),
        }
    }
}
