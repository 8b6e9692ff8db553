//! What the protector works on: true counts, relations, and how far a reader has to think each cell may lie from its
//! true count.

use super::neighbourhood::Through;
use crate::disclosure::auditor::{Known, Relation};
use crate::disclosure::numbers::UNLIMITED;

/// How far below and above its true count a cell may lie in a reader's eyes, by what is published of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::disclosure) struct Room {
    pub(super) down: i64,
    pub(super) up: i64,
}

impl Room {
    /// A cell that cannot move.
    pub(in crate::disclosure) const NONE: Self = Self { down: 0, up: 0 };

    /// Around the true count, by what is known of the cell.
    pub(in crate::disclosure) fn of(truth: i64, known: Known) -> Self {
        let up = if known.high() >= UNLIMITED { UNLIMITED } else { known.high() - truth };
        Self { down: (truth - known.low()).max(0), up: up.max(0) }
    }

    pub(super) fn has(self, change: i64) -> bool {
        -self.down <= change && change <= self.up
    }
}

/// A cell as the protector sees it.
#[derive(Debug, Clone, Copy)]
pub(in crate::disclosure) struct Place {
    /// Its room as long as it is not hidden.
    pub(in crate::disclosure) shown: Room,
    /// Its room once it is hidden.
    pub(in crate::disclosure) hidden: Room,
    /// What hiding it costs; none where that is not for the protector to decide.
    pub(in crate::disclosure) cost: Option<i64>,
    /// Whether a wide interval is owed to it: it is hidden, or one of the small counts that stand in no table.
    pub(in crate::disclosure) is_owed: bool,
}

impl Place {
    pub(super) fn room(&self) -> Room {
        if self.is_owed { self.hidden } else { self.shown }
    }

    /// Whether the protector has hidden it.
    pub(super) fn is_secondary(&self) -> bool {
        self.is_owed && self.cost.is_some()
    }

    /// What it costs to let it change like this.
    pub(super) fn cost_of(&self, change: i64) -> i64 {
        if self.room().has(change) { 0 } else { self.cost.unwrap_or(0) }
    }
}

/// All cells, and the relations by cell.
#[derive(Debug, Clone)]
pub(in crate::disclosure) struct Model {
    pub(super) places: Vec<Place>,
    pub(super) relations: Vec<Vec<(usize, i64)>>,
    /// By cell: the relations that it stands in, and its factor there.
    pub(super) relations_of: Vec<Vec<(usize, i64)>>,
    /// By relation: of its terms those whose cells can move as things stand.
    movable: Vec<Vec<(usize, i64)>>,
}

impl Model {
    pub(in crate::disclosure) fn new(relations: &[Relation], places: Vec<Place>) -> Self {
        let relations: Vec<Vec<(usize, i64)>> = relations.iter().map(|relation| relation.terms.clone()).collect();
        let mut relations_of = vec![Vec::new(); places.len()];
        for (position, terms) in relations.iter().enumerate() {
            for &(cell, factor) in terms {
                relations_of[cell].push((position, factor));
            }
        }
        let is_movable = |&(cell, _): &(usize, i64)| places[cell].room() != Room::NONE;
        let movable = relations.iter().map(|terms| terms.iter().copied().filter(is_movable).collect()).collect();
        Self { places, relations, relations_of, movable }
    }

    /// Owes a wide interval to a cell: it is hidden.
    pub(super) fn owe(&mut self, cell: usize) {
        self.places[cell].is_owed = true;
        self.note_room(cell);
    }

    /// Shows a cell.
    pub(super) fn show(&mut self, cell: usize) {
        self.places[cell].is_owed = false;
        self.note_room(cell);
    }

    /// Keeps account of which cells can move.
    fn note_room(&mut self, cell: usize) {
        let is_movable = self.places[cell].room() != Room::NONE;
        for &(relation, factor) in &self.relations_of[cell] {
            let movable = &mut self.movable[relation];
            match movable.binary_search_by_key(&cell, |&(cell, _)| cell) {
                Ok(found) if !is_movable => {
                    movable.remove(found);
                }
                Err(place) if is_movable => movable.insert(place, (cell, factor)),
                _ => {}
            }
        }
    }

    /// The terms of a relation whose cells a move may change, and perhaps others.
    pub(super) fn terms(&self, relation: usize, through: Through) -> &[(usize, i64)] {
        match through {
            Through::Movable => &self.movable[relation],
            Through::Hideable => &self.relations[relation],
        }
    }

    /// Whether a cell is alone in a relation, so that it cannot move for that alone.
    pub(super) fn is_stuck(&self, cell: usize) -> bool {
        self.relations_of[cell].iter().any(|&(relation, _)| self.movable[relation].len() < 2)
    }

    /// Whether these changes of the true counts (by cell, rising) lead to counts that agree with everything
    /// published: each cell within its room, each relation kept. In whole-number arithmetic.
    pub(super) fn allows(&self, changes: &[(usize, i64)]) -> bool {
        let mut relations: Vec<usize> =
            changes.iter().flat_map(|&(cell, _)| &self.relations_of[cell]).map(|&(relation, _)| relation).collect();
        relations.sort_unstable();
        relations.dedup();
        let change = |cell: usize| {
            let found = changes.binary_search_by_key(&cell, |&(changed, _)| changed);
            found.map_or(0, |found| i128::from(changes[found].1))
        };
        let is_kept = |&relation: &usize| {
            let terms = self.relations[relation].iter();
            terms.map(|&(cell, factor)| i128::from(factor) * change(cell)).sum::<i128>() == 0
        };
        let rises = changes.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let has_room = changes.iter().all(|&(cell, change)| self.places[cell].room().has(change));
        rises && has_room && relations.iter().all(is_kept)
    }
}
