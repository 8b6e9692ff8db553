//! What has to be hidden so that a cell has moves that are far enough apart: the cheapest that is found.

use super::neighbourhood::Through;
use super::search::{Changes, Search, Use};
use super::walk::Preference;
use super::{Protector, there_and_back};
use std::collections::BTreeMap;

/// Sizes of neighbourhoods in which cells to hide are sought.
const WIDER: [usize; 4] = [150, 400, 1500, 6000];
/// How many of [`WIDER`] are tried in large releases.
const WIDER_IF_LARGE: usize = 3;
/// Steps of walks through cells that can be hidden.
const STEPS_TO_HIDE: usize = 300;

impl Protector {
    /// Hides the cheapest cells through which a cell has moves that are far enough apart, and returns them.
    pub(super) fn hide_for(&mut self, cell: usize) -> Option<Vec<usize>> {
        let mut best = Best::default();
        if self.is_patient() {
            self.hide_by_programs(cell, &WIDER, &mut best);
        } else {
            self.hide_by_walks(cell, &mut best);
        }
        for preference in [Preference::Large, Preference::Rising] {
            if best.moves.is_none() {
                let walks = self.walks(cell, Through::Hideable, preference, STEPS_TO_HIDE);
                walks.for_each(|moves| best.consider(self, moves));
            }
        }
        if best.moves.is_none() && !self.is_patient() {
            self.hide_by_programs(cell, &WIDER[..WIDER_IF_LARGE], &mut best);
        }
        let moves = best.moves?;
        let needs_hiding = |&&(cell, change): &&(usize, i64)| !self.model.places[cell].room().has(change);
        let mut hidden: Vec<usize> = moves.iter().flatten().filter(needs_hiding).map(|&(cell, _)| cell).collect();
        hidden.sort_unstable();
        hidden.dedup();
        for &cell in &hidden {
            self.owe(cell);
        }
        // A cell that is already open, without any new cell to hide, would come back for ever.
        let are_new = moves.into_iter().filter(|changes| self.add(changes.clone())).count() > 0;
        (are_new && (!hidden.is_empty() || self.is_wide(cell))).then_some(hidden)
    }

    fn hide_by_walks(&self, cell: usize, best: &mut Best) {
        for preference in [Preference::Cheap, Preference::Short] {
            if best.moves.is_none() {
                let walks = self.walks(cell, Through::Hideable, preference, STEPS_TO_HIDE);
                walks.for_each(|moves| best.consider(self, moves));
            }
        }
        for changes in self.augmented(cell) {
            best.consider(self, vec![changes]);
        }
    }

    fn hide_by_programs(&self, cell: usize, limits: &[usize], best: &mut Best) {
        for limit in limits {
            let around = self.model.around(cell, *limit, Through::Hideable);
            self.pairs(cell, &around.cells).into_iter().for_each(|moves| best.consider(self, moves));
            if around.radius.is_none_or(|radius| best.moves.is_some() && best.cost <= radius) {
                return;
            }
        }
    }

    /// Moves of a cell that make it wide: one move made and taken back, or one in addition to what is known.
    fn pairs(&self, cell: usize, cells: &[usize]) -> Vec<Vec<Changes>> {
        let search =
            |used| Search { model: &self.model, cells, through: Through::Hideable, target: cell, used, made: &[] };
        let room = self.model.places[cell].room();
        let mut found = Vec::new();
        for back in 0..=self.width.min(room.down) {
            let forth = self.width - back;
            if let Some(changes) = search(Use::Times { back, forth }).find(1) {
                found.push(there_and_back(&changes, back, forth));
            }
        }
        let [up, down] = [1, -1].map(|direction| self.moves.farthest(cell, direction).by);
        for change in [self.width - down, up - self.width] {
            found.extend(search(Use::Once).find(change).map(|changes| vec![changes]));
        }
        found
    }

    /// What has to be hidden for these moves costs so much.
    fn cost_of(&self, moves: &[Changes]) -> i64 {
        let mut costs: BTreeMap<usize, i64> = BTreeMap::new();
        for &(cell, change) in moves.iter().flatten() {
            let cost = costs.entry(cell).or_default();
            *cost = (*cost).max(self.model.places[cell].cost_of(change));
        }
        costs.into_values().sum()
    }
}

/// The cheapest moves so far that make a cell wide.
#[derive(Debug, Default)]
struct Best {
    cost: i64,
    moves: Option<Vec<Changes>>,
}

impl Best {
    fn consider(&mut self, protector: &Protector, moves: Vec<Changes>) {
        let cost = protector.cost_of(&moves);
        if self.moves.is_none() || cost < self.cost {
            *self = Self { cost, moves: Some(moves) };
        }
    }
}
