//! Moves by walking: a change of one cell breaks relations, a change of another cell mends one and may break others,
//! and so on until none is broken. Finds the short moves that most cells have (the corners of a box in a table) in a
//! small part of the time that a linear program takes; what it does not find, a linear program may.

use super::model::Room;
use super::neighbourhood::Through;
use super::search::{Changes, Search, lot};

/// Cells that a walk may change, where it does not rise only.
const MOST_CHANGES: usize = 24;
/// How far walks stray from what looks best, all in all: taking the second best once, or the third best, is 1 or 2.
const STRAYING: [usize; 5] = [0, 1, 2, 4, 8];
/// A broken relation is thought to cost so much to mend; more where moves are to be short.
const MENDING: i64 = 5;
const MENDING_IF_SHORT: i64 = 100;

/// A way to mend a broken relation.
#[derive(Debug, Clone, Copy)]
struct Step {
    cell: usize,
    change: i64,
    cost: i64,
    /// How good it looks: what it costs now, and what the relations that it breaks will.
    outlook: i64,
    /// How far the cell could go down: its count.
    down: i64,
}

/// What is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preference {
    /// What costs least.
    Cheap,
    /// What mends most; of these, what costs least.
    Short,
    /// What has most room: by way of the totals there is nearly always a move, if a dear one.
    Large,
    /// Upwards only: a few more people, in all that they are counted in, however many tables that are.
    Rising,
}

/// A walk on its way.
struct Walk<'a> {
    search: &'a Search<'a>,
    changes: Changes,
    /// Relations that do not hold, and by how much.
    broken: Vec<(usize, i64)>,
    cost: i64,
    best: Option<(i64, Changes)>,
    steps_left: usize,
    preference: Preference,
}

impl Search<'_> {
    /// The cheapest move that changes the target by 1 or -1, of those seen in so many steps.
    pub(super) fn walk(&self, change: i64, preference: Preference, steps: usize) -> Option<Changes> {
        let (changes, broken) = (Changes::new(), Vec::new());
        let mut walk = Walk { search: self, changes, broken, cost: 0, best: None, steps_left: steps, preference };
        let start = walk.step(self.target, change)?;
        for straying in STRAYING {
            walk.take(start, straying);
        }
        let (_, mut changes) = walk.best?;
        changes.sort_unstable();
        Some(changes)
    }
}

impl Walk<'_> {
    fn take(&mut self, step: Step, straying: usize) {
        let Step { cell, change, cost, .. } = step;
        self.changes.push((cell, change));
        self.cost += cost;
        self.shift(cell, change);
        self.go_on(straying);
        self.shift(cell, -change);
        self.cost -= cost;
        self.changes.pop();
    }

    fn go_on(&mut self, straying: usize) {
        let is_cheaper = self.best.as_ref().is_none_or(|(least, _)| self.cost < *least);
        if !is_cheaper || self.steps_left == 0 {
            return;
        }
        self.steps_left -= 1;
        if self.broken.is_empty() {
            self.best = Some((self.cost, self.changes.clone()));
        } else if self.changes.len() < MOST_CHANGES || self.preference == Preference::Rising {
            let Some(mut steps) = self.choices() else { return };
            steps.sort_unstable_by_key(|step| match self.preference {
                Preference::Cheap | Preference::Short | Preference::Rising => (step.outlook, lot(step.cell)),
                Preference::Large => (-step.down, 0),
            });
            let ways = steps.into_iter().take(straying + 1).enumerate();
            ways.for_each(|(strayed, step)| self.take(step, straying - strayed));
        }
    }

    /// The ways to mend the broken relation that leaves the fewest. Where shown cells can be hidden a relation leaves
    /// about as many as it has cells.
    fn choices(&self) -> Option<Vec<Step>> {
        let mut fewest = usize::MAX;
        let mut chosen = None;
        for &(relation, by) in &self.broken {
            let ways = match (self.search.through, self.preference) {
                // More than the fewest so far are not counted.
                (Through::Movable, _) | (_, Preference::Rising) => self.ways(relation, by).take(fewest).count(),
                (Through::Hideable, _) => self.search.model.terms(relation, Through::Hideable).len(),
            };
            if ways < fewest {
                (fewest, chosen) = (ways, Some((relation, by)));
            }
        }
        let (relation, by) = chosen?;
        Some(self.ways(relation, by).filter_map(|(cell, change)| self.step(cell, change)).collect())
    }

    /// All ways to mend a relation by changing one cell that has not changed yet.
    fn ways(&self, relation: usize, by: i64) -> impl Iterator<Item = (usize, i64)> {
        let terms = self.search.model.terms(relation, self.search.through).iter();
        let ways = terms.filter_map(move |&(cell, factor)| Some((cell, mending(by, factor)?)));
        let ways = ways.filter(|&(_, change)| change > 0 || self.preference != Preference::Rising);
        ways.filter(|&(cell, change)| self.cost_of(cell, change).is_some() && !self.has_changed(cell))
    }

    /// What changing a cell costs, if it can change like this.
    fn cost_of(&self, cell: usize, change: i64) -> Option<i64> {
        let has_room = |room: Room| self.search.used.allows(self.search.left(cell, room), change);
        let place = &self.search.model.places[cell];
        let room = place.room();
        if room != Room::NONE && has_room(room) {
            return Some(0);
        }
        if !self.search.can_hide(place) || !has_room(place.hidden) {
            return None;
        }
        if self.search.made(cell) == 0 { place.cost } else { Some(0) }
    }

    fn has_changed(&self, cell: usize) -> bool {
        self.changes.iter().any(|&(changed, _)| changed == cell)
    }

    fn step(&self, cell: usize, change: i64) -> Option<Step> {
        let model = self.search.model;
        let cost = self.cost_of(cell, change)?;
        let mended = |&&(relation, factor): &&(usize, i64)| {
            self.broken.iter().any(|&(other, by)| other == relation && by + factor * change == 0)
        };
        let relations = &model.relations_of[cell];
        let mended = relations.iter().filter(mended).count();
        let balance = i64::try_from(relations.len()).unwrap_or(i64::MAX) - 2 * i64::try_from(mended).unwrap_or(0);
        let mending = if self.preference == Preference::Short { MENDING_IF_SHORT } else { MENDING };
        Some(Step { cell, change, cost, outlook: cost + mending * balance, down: model.places[cell].hidden.down })
    }

    /// Keeps account of what is broken when a cell changes.
    fn shift(&mut self, cell: usize, change: i64) {
        for &(relation, factor) in &self.search.model.relations_of[cell] {
            match self.broken.iter().position(|&(other, _)| other == relation) {
                Some(found) => {
                    self.broken[found].1 += factor * change;
                    if self.broken[found].1 == 0 {
                        self.broken.remove(found);
                    }
                }
                None => self.broken.push((relation, factor * change)),
            }
        }
    }
}

/// By how much a cell of this factor has to change to mend a relation. (Asked so often that it seldom divides.)
fn mending(by: i64, factor: i64) -> Option<i64> {
    match factor {
        1 => Some(-by),
        -1 => Some(by),
        _ => (by % factor == 0).then(|| -by / factor),
    }
}
