//! A table as it is counted: dimensions, and the counts of its inner cells. Totals follow from them.

use super::cell::CellDefinition;
use super::count::RawCount;
use super::error::{Error, Result};
use super::numbers::LARGEST_COUNT;
use std::collections::BTreeSet;

/// A table, totals included, may not have more cells.
pub const MOST_CELLS: usize = 1_000_000;

/// A dimension of a table. Every person, unit or row of the universe has exactly one of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// Its name; in one release the same name means the same values.
    pub name: String,
    /// Its values, in the order of the table.
    pub values: Vec<String>,
    /// Sums of some of the values that are published too, such as a coarser age band.
    pub subtotals: Vec<Subtotal>,
}

/// A published sum of some values of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subtotal {
    /// What it is called.
    pub name: String,
    /// The values that it sums, by position.
    pub of: Vec<usize>,
}

impl Dimension {
    /// A dimension without subtotals.
    #[must_use]
    pub fn new(name: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        Self { name: name.to_owned(), values, subtotals: Vec::new() }
    }

    /// With a further subtotal.
    #[must_use]
    pub fn subtotal(mut self, name: &str, of: &[usize]) -> Self {
        self.subtotals.push(Subtotal { name: name.to_owned(), of: of.to_vec() });
        self
    }

    /// Values, subtotals and the total.
    pub(super) fn extent(&self) -> usize {
        self.values.len() + self.subtotals.len() + 1
    }

    pub(super) fn total(&self) -> usize {
        self.extent() - 1
    }

    pub(super) fn is_inner(&self, coordinate: usize) -> bool {
        coordinate < self.values.len()
    }

    /// The name at a coordinate; none for the total.
    pub(super) fn label(&self, coordinate: usize) -> Option<&str> {
        let subtotal = || self.subtotals.get(coordinate - self.values.len()).map(|subtotal| subtotal.name.as_str());
        self.values.get(coordinate).map(String::as_str).or_else(subtotal)
    }

    /// The coordinates of everything that sums values, with the values summed.
    pub(super) fn sums(&self) -> Vec<(usize, Vec<usize>)> {
        let subtotals = self.subtotals.iter().enumerate();
        let subtotals = subtotals.map(|(position, subtotal)| (self.values.len() + position, subtotal.of.clone()));
        subtotals.chain([(self.total(), (0..self.values.len()).collect())]).collect()
    }

    fn check(&self, table: &str) -> Result<()> {
        let mistake = |what: String| Err(Error::Table { table: table.to_owned(), what });
        let names: Vec<&str> = (0..self.total()).filter_map(|coordinate| self.label(coordinate)).collect();
        if self.values.is_empty() {
            return mistake(format!("the dimension {} has no values", self.name));
        }
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
            return mistake(format!("the dimension {} has a value twice", self.name));
        }
        let values: BTreeSet<usize> = (0..self.values.len()).collect();
        let is_sum = |subtotal: &Subtotal| {
            let of: BTreeSet<usize> = subtotal.of.iter().copied().collect();
            !of.is_empty() && of.len() == subtotal.of.len() && of.is_subset(&values)
        };
        match self.subtotals.iter().find(|subtotal| !is_sum(subtotal)) {
            Some(subtotal) => mistake(format!("{} in {} is no sum of its values", subtotal.name, self.name)),
            None => Ok(()),
        }
    }
}

/// Whether a table will be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// It is part of the release.
    Published,
    /// It is not, but its cells limit what the others can be, and none of its small counts may be derivable either.
    Unpublished,
}

/// A table as it is counted.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) name: String,
    pub(super) universe: String,
    pub(super) dimensions: Vec<Dimension>,
    pub(super) publication: Publication,
    /// All cells, totals and subtotals included; the last dimension runs fastest, values before subtotals and total.
    pub(super) counts: Vec<RawCount>,
}

impl Table {
    /// A table from the counts of its inner cells, the last dimension running fastest.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] where the counts do not fit the dimensions, a dimension or value stands there twice, a
    /// subtotal sums nothing or what is not there, a count exceeds 2³¹ − 1, or the table has more than
    /// [`MOST_CELLS`] cells.
    pub fn new(name: &str, universe: &str, dimensions: Vec<Dimension>, inner: &[RawCount]) -> Result<Self> {
        let mistake = |what: String| Err(Error::Table { table: name.to_owned(), what });
        for dimension in &dimensions {
            dimension.check(name)?;
        }
        let names: BTreeSet<&str> = dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
        if names.len() < dimensions.len() {
            return mistake("a dimension stands there twice".to_owned());
        }
        let size = product(dimensions.iter().map(Dimension::extent)).filter(|&size| size <= MOST_CELLS);
        let Some(size) = size else {
            return mistake(format!("it would have more than {MOST_CELLS} cells"));
        };
        if product(dimensions.iter().map(|dimension| dimension.values.len())) != Some(inner.len()) {
            return mistake("it needs a count for each combination of its values".to_owned());
        }
        if inner.iter().any(|count| count.value() > LARGEST_COUNT) {
            return mistake(format!("a count exceeds {LARGEST_COUNT}"));
        }
        let (name, universe) = (name.to_owned(), universe.to_owned());
        let counts = vec![RawCount::ZERO; size];
        let mut table = Self { name, universe, dimensions, publication: Publication::Published, counts };
        table.fill(inner);
        Ok(table)
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same table, not to be looked at.
    #[must_use]
    pub fn unpublished(mut self) -> Self {
        self.publication = Publication::Unpublished;
        self
    }

    /// Adds every inner count to all cells that it is part of.
    fn fill(&mut self, inner: &[RawCount]) {
        let mut inner = inner.iter();
        for position in 0..self.counts.len() {
            let coordinates = self.coordinates(position);
            if self.is_inner(&coordinates) {
                self.counts[position] = inner.next().copied().unwrap_or_default();
            }
        }
        for (axis, dimension) in self.dimensions.clone().iter().enumerate() {
            for position in 0..self.counts.len() {
                let coordinates = self.coordinates(position);
                for (_, of) in dimension.sums().into_iter().filter(|&(sum, _)| sum == coordinates[axis]) {
                    let part = |&value: &usize| self.counts[self.moved(position, axis, value)];
                    self.counts[position] = of.iter().map(part).sum();
                }
            }
        }
    }

    pub(super) fn is_inner(&self, coordinates: &[usize]) -> bool {
        self.dimensions.iter().zip(coordinates).all(|(dimension, &coordinate)| dimension.is_inner(coordinate))
    }

    pub(super) fn coordinates(&self, position: usize) -> Vec<usize> {
        let mut rest = position;
        let mut coordinates = vec![0; self.dimensions.len()];
        for (coordinate, dimension) in coordinates.iter_mut().zip(&self.dimensions).rev() {
            (*coordinate, rest) = (rest % dimension.extent(), rest / dimension.extent());
        }
        coordinates
    }

    pub(super) fn position(&self, coordinates: &[usize]) -> usize {
        let digits = self.dimensions.iter().zip(coordinates);
        digits.fold(0, |position, (dimension, &coordinate)| position * dimension.extent() + coordinate)
    }

    /// The cell that differs in one coordinate.
    pub(super) fn moved(&self, position: usize, axis: usize, coordinate: usize) -> usize {
        let mut coordinates = self.coordinates(position);
        coordinates[axis] = coordinate;
        self.position(&coordinates)
    }

    /// What each cell counts, totals included.
    pub fn definitions(&self) -> impl Iterator<Item = CellDefinition> {
        (0..self.counts.len()).map(|position| self.definition(position))
    }

    pub(super) fn definition(&self, position: usize) -> CellDefinition {
        let labelled = self.dimensions.iter().zip(self.coordinates(position));
        labelled.fold(CellDefinition::all(&self.universe), |cell, (dimension, coordinate)| {
            match dimension.label(coordinate) {
                Some(value) => cell.with(&dimension.name, value),
                None => cell,
            }
        })
    }
}

/// None where it is too large to be a number of cells.
fn product(mut lengths: impl Iterator<Item = usize>) -> Option<usize> {
    lengths.try_fold(1, usize::checked_mul)
}
