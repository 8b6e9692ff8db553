//! A release as it is counted: tables, and what else ties their cells together.

use super::auditor::{Known, Published, Relation};
use super::cell::CellDefinition;
use super::error::Result;
use super::linking::Linking;
use super::table::{Publication, Table};
use std::collections::BTreeSet;

/// How a weighted sum of cells compares with a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It is the constant.
    Equal,
    /// It is the constant or more.
    AtLeast,
}

/// What everybody knows of cells besides totals: 96 citizens and 24 families are 120 units; a citizen unit is one
/// person; those of this period are those who stayed and those who entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equation {
    /// Factors and cells; a cell stands there once.
    pub terms: Vec<(i64, CellDefinition)>,
    /// How their sum compares with the constant.
    pub comparison: Comparison,
    /// The constant.
    pub constant: i64,
}

/// Values of one dimension that make up the values of another: everybody's value in `coarse` follows from `fine`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The dimension that is grouped, such as the combination of departments.
    pub fine: String,
    /// The dimension of the groups, such as the number of departments.
    pub coarse: String,
    /// Groups and their values; each value of `fine` in one group.
    pub groups: Vec<(String, Vec<String>)>,
}

/// A release as it is counted.
#[derive(Debug, Clone, Default)]
pub struct Release {
    pub(super) tables: Vec<Table>,
    pub(super) equations: Vec<Equation>,
    pub(super) groupings: Vec<Grouping>,
    pub(super) public: BTreeSet<CellDefinition>,
    pub(super) earlier: Vec<Published>,
    pub(super) hidden: BTreeSet<CellDefinition>,
}

impl Release {
    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds what is known of several cells.
    #[must_use]
    pub fn equation(mut self, equation: Equation) -> Self {
        self.equations.push(equation);
        self
    }

    /// Adds that one dimension groups another.
    #[must_use]
    pub fn grouping(mut self, grouping: Grouping) -> Self {
        self.groupings.push(grouping);
        self
    }

    /// Says that everybody knows a cell's count anyway, such as the programme's size, or that a combination of values
    /// cannot occur (then neither can any of its parts). It is shown, however small, and nothing can hide behind it.
    #[must_use]
    pub fn everybody_knows(mut self, cell: CellDefinition) -> Self {
        self.public.insert(cell);
        self
    }

    /// Lays an earlier release beside this one, from the ledger: the audit is of both together. What it hid stays
    /// hidden, what it showed can hide nothing. Cells that only it had are protected further where their counts follow
    /// from those of this release or stand in an unpublished table; where not, they are left as they are, and a
    /// release that would give them away is refused.
    #[must_use]
    pub fn earlier(mut self, published: Published) -> Self {
        self.earlier.push(published);
        self
    }

    /// Hides a cell, whatever its count, where it stands in a published table.
    #[must_use]
    pub fn hide(mut self, cell: CellDefinition) -> Self {
        self.hidden.insert(cell);
        self
    }

    /// All cells and all relations between them.
    pub(super) fn link(&self) -> Result<Linked> {
        let mut linking = Linking::default();
        for table in &self.tables {
            linking.add_table(table)?;
        }
        for published in &self.earlier {
            linking.add_earlier(published)?;
        }
        for grouping in &self.groupings {
            linking.add_grouping(grouping)?;
        }
        for definition in &self.public {
            linking.make_public(definition)?;
        }
        for equation in &self.equations {
            linking.add_equation(equation)?;
        }
        linking.finish()
    }

    pub(super) fn published_tables(&self) -> impl Iterator<Item = (usize, &Table)> {
        self.tables.iter().enumerate().filter(|(_, table)| table.publication == Publication::Published)
    }
}

/// In what way a cell is part of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It stands in a published table.
    Published,
    /// It stands in no published table.
    Unpublished,
    /// Everybody knows it.
    Public,
    /// It is what a sum exceeds a constant by.
    Excess,
}

/// One cell, in however many tables it stands.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// None for an excess.
    pub(super) definition: Option<CellDefinition>,
    /// None where only an earlier release knew it and it does not follow from the others.
    pub(super) count: Option<i64>,
    pub(super) standing: Standing,
    /// Whether it is an inner cell of a published table.
    pub(super) is_inner: bool,
    pub(super) earlier: Option<Known>,
}

/// All cells of a release, and how they hang together.
#[derive(Debug, Clone)]
pub(super) struct Linked {
    pub(super) cells: Vec<Cell>,
    pub(super) relations: Vec<Relation>,
    /// By table and position in it: the cell.
    pub(super) tables: Vec<Vec<usize>>,
}

impl Linked {
    /// Adds what follows from one relation after the other: counts of cells that only an earlier release had, and that
    /// the parts of what is publicly nothing are publicly nothing.
    pub(super) fn complete(&mut self) {
        let mut is_new = true;
        while std::mem::replace(&mut is_new, false) {
            for relation in &self.relations {
                is_new |= complete_count(&mut self.cells, relation) || spread_nothing(&mut self.cells, relation);
            }
        }
    }

    /// The cell's definition; for an excess, that of a cell beside it.
    pub(super) fn definition(&self, cell: usize) -> CellDefinition {
        let of = |cell: usize| self.cells.get(cell).and_then(|cell| cell.definition.clone());
        let beside = || {
            let relations = self.relations.iter().filter(|relation| relation.terms.iter().any(|term| term.0 == cell));
            relations.flat_map(|relation| &relation.terms).find_map(|term| of(term.0))
        };
        of(cell).or_else(beside).unwrap_or_else(|| CellDefinition::all(""))
    }
}

/// Whether a relation gives the only count in it that is not known.
fn complete_count(cells: &mut [Cell], relation: &Relation) -> bool {
    let mut missing = relation.terms.iter().filter(|&&(cell, _)| cells[cell].count.is_none());
    let (Some(&(cell, factor)), None) = (missing.next(), missing.next()) else { return false };
    let known = |&(cell, factor): &(usize, i64)| Some(i128::from(factor) * i128::from(cells[cell].count?));
    let others = relation.terms.iter().filter_map(known).sum::<i128>();
    let count = i64::try_from((i128::from(relation.constant) - others) / i128::from(factor)).ok();
    cells[cell].count = count;
    count.is_some()
}

/// Whether a relation's sum is publicly nothing, and one of its parts was not yet.
fn spread_nothing(cells: &mut [Cell], relation: &Relation) -> bool {
    let is_nothing = |cell: usize| cells[cell].standing == Standing::Public && cells[cell].count == Some(0);
    let mut sums = relation.terms.iter().filter(|&&(_, factor)| factor < 0);
    let (Some(&(sum, _)), None, 0) = (sums.next(), sums.next(), relation.constant) else { return false };
    if !is_nothing(sum) {
        return false;
    }
    let parts = relation.terms.iter().map(|&(cell, _)| cell).filter(|&cell| cell != sum);
    let new: Vec<usize> = parts.filter(|&cell| cells[cell].count == Some(0) && !is_nothing(cell)).collect();
    for &cell in &new {
        cells[cell].standing = Standing::Public;
    }
    !new.is_empty()
}
