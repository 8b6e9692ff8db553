//! The moves found so far: for each cell, tables that agree with everything published and differ in it.

use super::search::Changes;

/// A valid move and how far it changes a cell in one direction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Farthest {
    pub(super) by: i64,
    pub(super) number: Option<usize>,
}

/// All moves, and by cell those that change it farthest upwards and downwards.
#[derive(Debug, Clone, Default)]
pub(super) struct Moves {
    all: Vec<Changes>,
    is_valid: Vec<bool>,
    of_cell: Vec<Vec<usize>>,
    up: Vec<Farthest>,
    down: Vec<Farthest>,
}

impl Moves {
    pub(super) fn new(cells: usize) -> Self {
        let nothing = vec![Farthest::default(); cells];
        Self { of_cell: vec![Vec::new(); cells], up: nothing.clone(), down: nothing, ..Self::default() }
    }

    pub(super) fn get(&self, number: usize) -> &Changes {
        &self.all[number]
    }

    /// How far apart two tables are in this cell.
    pub(super) fn width(&self, cell: usize) -> i64 {
        self.up[cell].by + self.down[cell].by
    }

    pub(super) fn farthest(&self, cell: usize, direction: i64) -> Farthest {
        if direction > 0 { self.up[cell] } else { self.down[cell] }
    }

    /// Adds a move, which must be one.
    pub(super) fn add(&mut self, changes: Changes) {
        let number = self.all.len();
        for &(cell, change) in &changes {
            self.of_cell[cell].push(number);
            self.consider(cell, number, change);
        }
        self.all.push(changes);
        self.is_valid.push(true);
    }

    fn consider(&mut self, cell: usize, number: usize, change: i64) {
        let farthest = if change > 0 { &mut self.up[cell] } else { &mut self.down[cell] };
        if change.abs() > farthest.by {
            *farthest = Farthest { by: change.abs(), number: Some(number) };
        }
    }

    /// The valid moves that change a cell.
    pub(super) fn that_change(&self, cell: usize) -> Vec<usize> {
        self.of_cell[cell].iter().copied().filter(|&number| self.is_valid[number]).collect()
    }

    /// Makes moves valid or invalid, and returns the cells that they change.
    pub(super) fn set_valid(&mut self, numbers: &[usize], is_valid: bool) -> Vec<usize> {
        for &number in numbers {
            self.is_valid[number] = is_valid;
        }
        let mut cells: Vec<usize> =
            numbers.iter().flat_map(|&number| self.all[number].iter().map(|&(cell, _)| cell)).collect();
        cells.sort_unstable();
        cells.dedup();
        for &cell in &cells {
            (self.up[cell], self.down[cell]) = (Farthest::default(), Farthest::default());
            for number in self.that_change(cell) {
                let changes = &self.all[number];
                if let Ok(found) = changes.binary_search_by_key(&cell, |&(cell, _)| cell) {
                    self.consider(cell, number, changes[found].1);
                }
            }
        }
        cells
    }
}
