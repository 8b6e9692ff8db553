//! Moves made of several: where no short move can be made as often as it takes, different ones are made one on top of
//! the other, each as often as there is room. Where counts are small, the parts of a sum give way by a little each.

use super::neighbourhood::Through;
use super::search::{Changes, Search, Use};
use super::walk::Preference;
use super::{Protector, sum};

/// Steps of each walk through cells that can move.
const STEPS: usize = 20;
/// Steps of each walk through cells that can be hidden.
const STEPS_TO_HIDE: usize = 60;

/// Changes, and how far they take the cell in question.
struct Farther {
    changes: Changes,
    by: i64,
}

impl Protector {
    /// Takes the moves of a cell farther, both ways, through cells that can move.
    pub(super) fn augment(&mut self, cell: usize) {
        for direction in [1, -1] {
            if let Some(Farther { changes, .. }) = self.farther(cell, direction, Through::Movable, STEPS) {
                self.add(changes);
            }
        }
    }

    /// Moves of a cell that make it wide together with those known, through cells that can be hidden.
    pub(super) fn augmented(&self, cell: usize) -> Vec<Changes> {
        let far_enough = |direction: i64| {
            let found = self.farther(cell, direction, Through::Hideable, STEPS_TO_HIDE);
            found.filter(|found| found.by >= self.wanted(cell, direction)).map(|found| found.changes)
        };
        [1, -1].into_iter().filter_map(far_enough).collect()
    }

    /// How far a cell has to move in one direction, given how far it moves in the other.
    fn wanted(&self, cell: usize, direction: i64) -> i64 {
        self.width - self.moves.farthest(cell, -direction).by
    }

    /// The farthest known move of a cell in one direction, taken farther, but not farther than is wanted.
    fn farther(&self, cell: usize, direction: i64, through: Through, steps: usize) -> Option<Farther> {
        let known = self.moves.farthest(cell, direction);
        let mut changes = known.number.map_or_else(Changes::new, |number| self.moves.get(number).clone());
        let (mut by, wanted) = (known.by, self.wanted(cell, direction));
        while by < wanted {
            let made = &changes;
            let search = Search { model: &self.model, cells: &[], through, target: cell, used: Use::Once, made };
            let Some(found) = search.walk(direction, Preference::Cheap, steps) else { break };
            let times = search.times(&found, 1).min(wanted - by);
            changes = sum(made, &found, times);
            by += times;
        }
        (by > known.by).then_some(Farther { changes, by })
    }
}
