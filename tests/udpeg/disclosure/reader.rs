//! A reader with a solver: reads the published tables as they are printed, and nothing of the library's.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use std::collections::BTreeMap;
use udpeg::disclosure::ProtectedTable;

/// Tables as they are printed.
pub(super) struct Reader {
    counts: BTreeMap<String, Option<u64>>,
    /// A cell, and cells that add up to it.
    sums: Vec<(String, Vec<String>)>,
}

impl Reader {
    pub(super) fn new(tables: &[ProtectedTable]) -> Self {
        let (counts, sums) = Default::default();
        let mut reader = Self { counts, sums };
        for table in tables {
            reader.read(table);
        }
        reader
    }

    fn read(&mut self, table: &ProtectedTable) {
        for cell in table.cells() {
            self.counts.insert(name(table, &cell.values), cell.count.shown());
            for (axis, dimension) in
                table.dimensions.iter().enumerate().filter(|(axis, _)| cell.values[*axis].is_none())
            {
                let part = |value: &String| {
                    let mut values = cell.values.clone();
                    values[axis] = Some(value);
                    name(table, &values)
                };
                self.sums.push((name(table, &cell.values), dimension.values.iter().map(part).collect()));
            }
        }
    }

    /// As if a cell had been hidden.
    pub(super) fn forget(&mut self, cell: &str) {
        *self.counts.get_mut(cell).unwrap() = None;
    }

    pub(super) fn hidden(&self) -> Vec<&String> {
        self.counts.iter().filter(|(_, count)| count.is_none()).map(|(cell, _)| cell).collect()
    }

    /// The lowest and the highest that a cell can be.
    pub(super) fn range(&self, cell: &str) -> (f64, f64) {
        let directions = [OptimizationDirection::Minimize, OptimizationDirection::Maximize];
        directions.map(|direction| self.reach(cell, direction)).into()
    }

    fn reach(&self, cell: &str, direction: OptimizationDirection) -> f64 {
        let mut problem = Problem::new(direction);
        let mut variables: BTreeMap<&str, Variable> = BTreeMap::new();
        for name in self.hidden() {
            variables.insert(name, problem.add_var(if name == cell { 1.0 } else { 0.0 }, (0.0, 1e6)));
        }
        for (unknown, constant) in self.unknowns() {
            let terms: Vec<_> =
                unknown.into_iter().map(|(cell, factor)| (variables[cell], f64::from(factor))).collect();
            problem.add_constraint(terms, ComparisonOp::Eq, constant as f64);
        }
        problem.solve().unwrap().into_solution().unwrap().objective()
    }

    /// Each sum as hidden cells with factors, and what they add up to.
    fn unknowns(&self) -> Vec<(Vec<(&str, i32)>, i64)> {
        let mut unknowns = Vec::new();
        for (sum, parts) in &self.sums {
            let terms = parts.iter().map(|part| (part.as_str(), 1)).chain([(sum.as_str(), -1)]);
            let (hidden, shown): (Vec<_>, Vec<_>) = terms.partition(|(cell, _)| self.counts[*cell].is_none());
            let known =
                shown.into_iter().map(|(cell, factor)| i64::from(factor) * self.counts[cell].unwrap().cast_signed());
            unknowns.push((hidden, -known.sum::<i64>()));
        }
        unknowns.retain(|(hidden, _)| !hidden.is_empty());
        unknowns
    }

    /// The hidden cells that the sums alone give away, by Gaussian elimination modulo a prime, every row against every
    /// other: a cell is given away where a row is left with it alone.
    pub(super) fn given_away(&self) -> Vec<&String> {
        const PRIME: u64 = (1 << 31) - 1;
        let hidden = self.hidden();
        let mut rows: Vec<Vec<u64>> = Vec::new();
        for (unknown, _) in self.unknowns() {
            let mut row = vec![0; hidden.len()];
            for (cell, factor) in unknown {
                let place = hidden.binary_search_by_key(&cell, |hidden| hidden.as_str()).unwrap();
                row[place] = if factor > 0 { 1 } else { PRIME - 1 };
            }
            rows.push(row);
        }
        let mut done = 0;
        for column in 0..hidden.len() {
            let Some(found) = (done..rows.len()).find(|&row| rows[row][column] != 0) else { continue };
            rows.swap(done, found);
            let inverse = power(rows[done][column], PRIME - 2, PRIME);
            let values = rows[done].iter().map(|value| value * inverse % PRIME).enumerate();
            let pivot: Vec<(usize, u64)> = values.filter(|&(_, value)| value != 0).collect();
            for row in rows.iter_mut().filter(|row| row[column] != 0) {
                let factor = PRIME - row[column];
                for &(place, value) in &pivot {
                    row[place] = (row[place] + factor * value) % PRIME;
                }
            }
            for &(place, value) in &pivot {
                rows[done][place] = value;
            }
            done += 1;
        }
        let alone = rows.iter().filter(|row| row.iter().filter(|&&value| value != 0).count() == 1);
        alone.map(|row| hidden[row.iter().position(|&value| value != 0).unwrap()]).collect()
    }
}

fn power(base: u64, exponent: u64, prime: u64) -> u64 {
    let half = if exponent == 0 { return 1 } else { power(base * base % prime, exponent / 2, prime) };
    if exponent % 2 == 1 { half * base % prime } else { half }
}

/// A cell's conditions in the order of their dimensions' names.
pub(super) fn name(table: &ProtectedTable, values: &[Option<&str>]) -> String {
    let conditions: BTreeMap<&str, &str> = table
        .dimensions
        .iter()
        .zip(values)
        .filter_map(|(dimension, value)| Some((dimension.name.as_str(), (*value)?)))
        .collect();
    conditions.iter().map(|(dimension, value)| format!("{dimension}={value} ")).collect()
}
