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
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const PRIME: u64 = (1 << 61) - 1;
/// Sizes of neighbourhoods that are tried one after the other.
const SIZES: [usize; 4] = [150, 600, 2400, 9600];

type Row = BTreeMap<usize, u64>;

/// By position in the component: whether a change of that cell was found that keeps every relation.
pub(super) fn free_cells(published: &Published, component: &Component, relations_of: &[Vec<usize>]) -> Vec<bool> {
    let mut is_free = vec![false; component.cells.len()];
    let mut random = Random { state: 0x5DEE_CE66 };
    for position in 0..component.cells.len() {
        for size in SIZES {
            if is_free[position] {
                break;
            }
            let cells = around(published, component, relations_of, position, size);
            let is_all = cells.len() < size;
            for cell in changeable(published, relations_of, cells, &mut random) {
                if let Some(found) = component.position(cell) {
                    is_free[found] = true;
                }
            }
            if is_all {
                break;
            }
        }
    }
    is_free
}

/// The nearest unknown cells, in as many steps from relation to relation as it takes.
fn around(
    published: &Published,
    component: &Component,
    relations_of: &[Vec<usize>],
    position: usize,
    size: usize,
) -> BTreeSet<usize> {
    let start = component.cells[position];
    let mut cells = BTreeSet::from([start]);
    let mut reached = BTreeSet::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(cell) = waiting.pop_front() {
        for &relation in relations_of[cell].iter().filter(|&&relation| reached.insert(relation)) {
            for &(next, _) in &published.relations[relation].terms {
                if cells.len() < size && component.position(next).is_some() && cells.insert(next) {
                    waiting.push_back(next);
                }
            }
        }
    }
    cells
}

/// Of these cells, those that change in a random change of them (and of no other) that keeps every relation.
fn changeable(
    published: &Published,
    relations_of: &[Vec<usize>],
    mut cells: BTreeSet<usize>,
    random: &mut Random,
) -> Vec<usize> {
    let mut rows = rows(published, relations_of, &cells);
    // A cell that is alone in a relation cannot change.
    while let Some(alone) = rows.iter().find(|row| row.len() == 1).and_then(|row| row.keys().next().copied()) {
        cells.remove(&alone);
        for row in &mut rows {
            row.remove(&alone);
        }
        rows.retain(|row| !row.is_empty());
    }
    let pivots = eliminate(rows);
    let mut change: BTreeMap<usize, u64> = BTreeMap::new();
    for &cell in &cells {
        if pivots.iter().all(|(pivot, _)| *pivot != cell) {
            change.insert(cell, random.below_prime());
        }
    }
    for (pivot, row) in pivots.iter().rev() {
        let others = row.iter().filter(|(cell, _)| *cell != pivot);
        let sum =
            others.fold(0, |sum, (cell, &factor)| add(sum, multiply(factor, change.get(cell).copied().unwrap_or(0))));
        change.insert(*pivot, multiply(negative(sum), inverse(row[pivot])));
    }
    change.into_iter().filter(|&(_, value)| value != 0).map(|(cell, _)| cell).collect()
}

fn rows(published: &Published, relations_of: &[Vec<usize>], cells: &BTreeSet<usize>) -> Vec<Row> {
    let relations: BTreeSet<usize> = cells.iter().flat_map(|&cell| relations_of[cell].iter().copied()).collect();
    let row = |&relation: &usize| -> Row {
        let terms = published.relations[relation].terms.iter().filter(|(cell, _)| cells.contains(cell));
        terms.map(|&(cell, factor)| (cell, modulo(factor))).collect()
    };
    relations.iter().map(row).collect()
}

/// Pivots with their rows, such that a pivot stands in no later row.
fn eliminate(mut rows: Vec<Row>) -> Vec<(usize, Row)> {
    let mut pivots = Vec::new();
    while let Some(shortest) = (0..rows.len()).min_by_key(|&row| rows[row].len()) {
        let row = rows.swap_remove(shortest);
        let times = |cell: &usize| rows.iter().filter(|row| row.contains_key(cell)).count();
        let Some(pivot) = row.keys().copied().min_by_key(times) else { continue };
        let by = negative(inverse(row[&pivot]));
        for other in rows.iter_mut().filter(|other| other.contains_key(&pivot)) {
            let factor = multiply(other[&pivot], by);
            for (&cell, &value) in &row {
                let sum = add(other.get(&cell).copied().unwrap_or(0), multiply(factor, value));
                if sum == 0 {
                    other.remove(&cell);
                } else {
                    other.insert(cell, sum);
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
