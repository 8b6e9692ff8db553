//! Which cells the relations alone do not pin, by exact elimination, for components too large for linear programs.
//!
//! A cell is pinned by the relations if it is a combination of them. It is not, if some change of unknown cells that
//! keeps every relation changes it. Such changes are looked for around each cell, by Gaussian elimination in the
//! integers modulo the prime 2⁶¹ − 1, with random numbers for what is left free; whoever knows one has a proof that
//! the cell is free, but for the prime: a pinned cell could pass for free only if the prime divided the determinant
//! of a square part of the relations. Of that size there are determinants with at most some hundred prime factors as
//! large as this one, among 5·10¹⁶ primes of its length; it was not chosen by whoever makes tables.

use super::component::Component;
use super::published::Published;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};

const PRIME: u64 = (1 << 61) - 1;
/// Sizes of neighbourhoods that are tried one after the other.
const SIZES: [usize; 4] = [150, 600, 2400, 9600];

type Row = BTreeMap<usize, u64>;

/// By position in the component: whether a change of that cell was found that keeps every relation.
pub(super) fn free_cells(published: &Published, component: &Component) -> Vec<bool> {
    let system = System::new(published, component);
    let mut is_free = vec![false; component.cells.len()];
    let mut random = Random { state: 0x5DEE_CE66 };
    for cell in 0..component.cells.len() {
        for size in SIZES {
            if is_free[cell] {
                break;
            }
            let growth = Growth::around(&system, &is_free, cell, size);
            let is_all = growth.cells.len() < size;
            for cell in growth.changeable(&mut random) {
                is_free[cell] = true;
            }
            if is_all {
                break;
            }
        }
    }
    is_free
}

/// The unknown part of each relation; cells are positions in the component.
struct System {
    rows: Vec<Vec<(usize, u64)>>,
    rows_of: Vec<Vec<usize>>,
}

impl System {
    fn new(published: &Published, component: &Component) -> Self {
        let term = |&(cell, factor): &(usize, i64)| Some((component.position(cell)?, modulo(factor)));
        let row = |&relation: &usize| published.relations[relation].terms.iter().filter_map(term).collect();
        let rows: Vec<Vec<(usize, u64)>> = component.relations.iter().map(row).collect();
        let mut rows_of = vec![Vec::new(); component.cells.len()];
        for (row, terms) in rows.iter().enumerate() {
            for &(cell, _) in terms {
                rows_of[cell].push(row);
            }
        }
        Self { rows, rows_of }
    }
}

/// Cells around a cell, so chosen that many changes of them keep every relation that they are in: first those that meet
/// no new relation, since each is one more way to change, then those that mend a relation in which one cell is alone.
struct Growth<'a> {
    system: &'a System,
    is_free: &'a [bool],
    cells: Vec<usize>,
    is_taken: Vec<bool>,
    is_met: Vec<bool>,
    /// By cell: in how many relations it is that are not met yet.
    new: Vec<usize>,
    /// Relations that had one cell when they were met, the first met first.
    open: VecDeque<usize>,
    /// Cells in relations that are met, those that meet the fewest new ones first and of these those that are not known
    /// to be free; and entries that are out of date.
    waiting: BinaryHeap<Reverse<(usize, bool, usize)>>,
}

impl<'a> Growth<'a> {
    fn around(system: &'a System, is_free: &'a [bool], start: usize, size: usize) -> Self {
        let many = system.rows_of.len();
        let (cells, open, waiting) = Default::default();
        let (is_taken, is_met) = (vec![false; many], vec![false; system.rows.len()]);
        let new = system.rows_of.iter().map(Vec::len).collect();
        let mut growth = Self { system, is_free, cells, is_taken, is_met, new, open, waiting };
        let mut next = Some(start);
        while let (Some(cell), true) = (next, growth.cells.len() < size) {
            growth.take(cell);
            next = growth.next();
        }
        growth
    }

    fn take(&mut self, cell: usize) {
        self.cells.push(cell);
        self.is_taken[cell] = true;
        for &row in &self.system.rows_of[cell] {
            if std::mem::replace(&mut self.is_met[row], true) {
                continue;
            }
            self.open.push_back(row);
            for &(other, _) in &self.system.rows[row] {
                self.new[other] -= 1;
                self.waiting.push(Reverse(self.rank(other)));
            }
        }
    }

    fn rank(&self, cell: usize) -> (usize, bool, usize) {
        (self.new[cell], self.is_free[cell], cell)
    }

    fn next(&mut self) -> Option<usize> {
        while self.waiting.peek().is_some_and(|&Reverse((_, _, cell))| self.is_taken[cell]) {
            self.waiting.pop();
        }
        let &Reverse((new, _, best)) = self.waiting.peek()?;
        while let (true, Some(row)) = (new > 0, self.open.pop_front()) {
            let cells = || self.system.rows[row].iter().map(|&(cell, _)| cell);
            if cells().filter(|&cell| self.is_taken[cell]).count() == 1 {
                let others = cells().filter(|&cell| !self.is_taken[cell]);
                if let Some(other) = others.min_by_key(|&cell| self.rank(cell)) {
                    return Some(other);
                }
            }
        }
        Some(best)
    }

    /// Those cells that change in a random change of them (and of no other) that keeps every relation.
    fn changeable(&self, random: &mut Random) -> Vec<usize> {
        let mut cells: BTreeSet<usize> = self.cells.iter().copied().collect();
        let mut rows = self.rows();
        // A cell that is alone in a relation cannot change.
        while let Some(alone) = rows.iter().find(|row| row.len() == 1).and_then(|row| row.keys().next().copied()) {
            cells.remove(&alone);
            for row in &mut rows {
                row.remove(&alone);
            }
            rows.retain(|row| !row.is_empty());
        }
        let pivots = eliminate(rows);
        let bound: BTreeSet<usize> = pivots.iter().map(|&(pivot, _)| pivot).collect();
        let mut change: BTreeMap<usize, u64> = BTreeMap::new();
        for &cell in cells.difference(&bound) {
            change.insert(cell, random.below_prime());
        }
        for (pivot, row) in pivots.iter().rev() {
            let others = row.iter().filter(|(cell, _)| *cell != pivot);
            let value = |cell: &usize| change.get(cell).copied().unwrap_or(0);
            let sum = others.fold(0, |sum, (cell, &factor)| add(sum, multiply(factor, value(cell))));
            change.insert(*pivot, multiply(negative(sum), inverse(row[pivot])));
        }
        change.into_iter().filter(|&(_, value)| value != 0).map(|(cell, _)| cell).collect()
    }

    /// Of each relation that is met, the cells that are taken.
    fn rows(&self) -> Vec<Row> {
        let taken =
            |row: usize| self.system.rows[row].iter().copied().filter(|&(cell, _)| self.is_taken[cell]).collect();
        (0..self.is_met.len()).filter(|&row| self.is_met[row]).map(taken).collect()
    }
}

/// Pivots with their rows, such that a pivot stands in no later row.
fn eliminate(mut rows: Vec<Row>) -> Vec<(usize, Row)> {
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    for &cell in rows.iter().flat_map(Row::keys) {
        *times.entry(cell).or_default() += 1;
    }
    let mut pivots = Vec::new();
    while let Some(shortest) = (0..rows.len()).min_by_key(|&row| rows[row].len()) {
        let row = rows.swap_remove(shortest);
        let Some(pivot) = row.keys().copied().min_by_key(|cell| times[cell]) else { continue };
        for cell in row.keys() {
            times.entry(*cell).and_modify(|times| *times -= 1);
        }
        let by = negative(inverse(row[&pivot]));
        for other in rows.iter_mut().filter(|other| other.contains_key(&pivot)) {
            let factor = multiply(other[&pivot], by);
            for (&cell, &value) in &row {
                let before = other.get(&cell).copied();
                let sum = add(before.unwrap_or(0), multiply(factor, value));
                let count = times.entry(cell).or_default();
                if sum == 0 {
                    other.remove(&cell);
                    *count -= usize::from(before.is_some());
                } else {
                    other.insert(cell, sum);
                    *count += usize::from(before.is_none());
                }
            }
        }
        pivots.push((pivot, row));
    }
    pivots
}

fn modulo(value: i64) -> u64 {
    let remainder = i128::from(value).rem_euclid(i128::from(PRIME));
    u64::try_from(remainder).unwrap_or(0)
}

fn add(one: u64, other: u64) -> u64 {
    (one + other) % PRIME
}

fn negative(value: u64) -> u64 {
    (PRIME - value) % PRIME
}

fn multiply(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other) % u128::from(PRIME);
    u64::try_from(product).unwrap_or(0)
}

/// By Fermat's little theorem.
fn inverse(value: u64) -> u64 {
    let (mut power, mut base, mut exponent) = (1, value, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = multiply(power, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    power
}

/// Repeatable random numbers (splitmix64): a second run gives the same audit.
struct Random {
    state: u64,
}

impl Random {
    fn below_prime(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % PRIME
    }
}
