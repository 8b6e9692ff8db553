//! What whoever reads a release has before them: all that the auditor knows.

use crate::disclosure::cell::CellDefinition;
use crate::disclosure::error::{Error, Result};
use crate::disclosure::numbers::{LARGEST_COUNT, UNLIMITED, signed};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What must not be worked out of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Anything may be.
    Open,
    /// That it is one of a few small counts: it stands in no table, but it counts people.
    NotSmall,
    /// Anything close: it is published as hidden.
    Wide,
}

/// What is published of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The least that it can be by what is published of itself.
    pub low: u64,
    /// The most, if there is a most.
    pub high: Option<u64>,
    /// What must not be worked out of it.
    pub guard: Guard,
}

impl Known {
    /// Its count is published, or everybody knows it.
    #[must_use]
    pub const fn exactly(count: u64) -> Self {
        Self { low: count, high: Some(count), guard: Guard::Open }
    }

    /// It was published rounded: its count lies between these, both possible.
    #[must_use]
    pub const fn between(low: u64, high: u64) -> Self {
        Self { low, high: Some(high), guard: Guard::Open }
    }

    /// It is published as hidden.
    #[must_use]
    pub const fn hidden() -> Self {
        Self { low: 0, high: None, guard: Guard::Wide }
    }

    /// It stands in no table.
    #[must_use]
    pub const fn unpublished() -> Self {
        Self { low: 0, high: None, guard: Guard::NotSmall }
    }

    /// What is known from both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let high = self.high.into_iter().chain(other.high).min();
        Self { low: self.low.max(other.low), high, guard: self.guard.max(other.guard) }
    }

    pub(in crate::disclosure) fn low(self) -> i64 {
        signed(self.low)
    }

    pub(in crate::disclosure) fn high(self) -> i64 {
        self.high.map_or(UNLIMITED, signed)
    }

    pub(in crate::disclosure) fn allows(self, count: i64) -> bool {
        (self.low()..=self.high()).contains(&count)
    }
}

/// `Σ factor · cell = constant`, each cell once, no factor 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Relation {
    /// Cells, by position, and their factors.
    pub terms: Vec<(usize, i64)>,
    /// What they add up to.
    pub constant: i64,
}

/// A release, or several together, as they are read: every cell, what is known of it, and how cells add up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// What each cell counts, where anything; positions are those of the relations.
    pub cells: Vec<(Option<CellDefinition>, Known)>,
    /// Between the cells.
    pub relations: Vec<Relation>,
}

impl Published {
    /// Several releases as they lie side by side on the reader's desk: equal definitions are one cell.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] where two of them tell different counts of one cell.
    pub fn together(releases: &[Self]) -> Result<Self> {
        let mut all = Self::default();
        let mut places: BTreeMap<&CellDefinition, usize> = BTreeMap::new();
        let mut relations = BTreeSet::new();
        for release in releases {
            let mut moved = Vec::with_capacity(release.cells.len());
            for (definition, known) in &release.cells {
                let place = definition.as_ref().and_then(|definition| places.get(definition).copied());
                let place = place.unwrap_or(all.cells.len());
                if place == all.cells.len() {
                    places.extend(definition.as_ref().map(|definition| (definition, place)));
                    all.cells.push((definition.clone(), *known));
                }
                let both = all.cells[place].1.and(*known);
                if let (Some(definition), true) = (definition, both.low() > both.high()) {
                    return Err(Error::Contradiction { cell: definition.clone() });
                }
                all.cells[place].1 = both;
                moved.push(place);
            }
            for relation in &release.relations {
                let mut terms: Vec<_> = relation.terms.iter().map(|&(cell, factor)| (moved[cell], factor)).collect();
                terms.sort_unstable();
                relations.insert(Relation { terms, constant: relation.constant });
            }
        }
        all.relations = relations.into_iter().collect();
        Ok(all)
    }

    /// The same of other counts, by what these say of the names of universes and dimensions.
    #[must_use]
    pub fn renamed(&self, universe: impl Fn(&str) -> String, dimension: impl Fn(&str) -> String) -> Self {
        let renamed = |cell: &CellDefinition| cell.renamed(&universe, &dimension);
        let cells = self.cells.iter().map(|(cell, known)| (cell.as_ref().map(renamed), *known)).collect();
        Self { cells, relations: self.relations.clone() }
    }

    /// The cells that are published as hidden.
    pub fn hidden(&self) -> impl Iterator<Item = &CellDefinition> {
        self.cells.iter().filter(|(_, known)| known.guard == Guard::Wide).filter_map(|(cell, _)| cell.as_ref())
    }

    /// What is published of a cell.
    #[must_use]
    pub fn known(&self, cell: &CellDefinition) -> Option<Known> {
        self.cells.iter().find(|(other, _)| other.as_ref() == Some(cell)).map(|(_, known)| *known)
    }

    /// Whether it can be read at all: every relation is between cells that are there, each once and by a factor.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let small = |value: i64| value.unsigned_abs() <= LARGEST_COUNT;
        let is_sound = |relation: &Relation| {
            let cells: BTreeSet<usize> = relation.terms.iter().map(|term| term.0).collect();
            let are_cells = cells.iter().all(|&cell| cell < self.cells.len());
            let factors = relation.terms.iter().all(|&(_, factor)| factor != 0 && small(factor));
            are_cells && cells.len() == relation.terms.len() && factors && small(relation.constant)
        };
        let definitions: BTreeSet<_> = self.cells.iter().filter_map(|(cell, _)| cell.as_ref()).collect();
        let named = self.cells.iter().filter(|(cell, _)| cell.is_some()).count();
        let fits = |known: &Known| {
            known.low() < UNLIMITED && known.high.is_none_or(|high| known.low <= high && signed(high) < UNLIMITED)
        };
        definitions.len() == named
            && self.relations.iter().all(is_sound)
            && self.cells.iter().all(|(_, known)| fits(known))
    }

    /// Adds what is known of cells of several releases, such as who stayed, entered and left.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchCell`] where none of the releases has a cell.
    pub fn relate(&mut self, terms: &[(i64, CellDefinition)], constant: i64) -> Result<()> {
        let place = |definition: &CellDefinition| {
            let found = self.cells.iter().position(|(other, _)| other.as_ref() == Some(definition));
            found.ok_or_else(|| Error::NoSuchCell { cell: definition.clone() })
        };
        let mut sum: BTreeMap<usize, i64> = BTreeMap::new();
        for (factor, definition) in terms {
            *sum.entry(place(definition)?).or_default() += factor;
        }
        let terms = sum.into_iter().filter(|&(_, factor)| factor != 0).collect();
        self.relations.push(Relation { terms, constant });
        Ok(())
    }

    /// The cell's definition; where it counts nothing, that of a cell beside it.
    pub(super) fn definition(&self, cell: usize) -> CellDefinition {
        let of = |cell: usize| self.cells.get(cell).and_then(|(definition, _)| definition.clone());
        let beside = || {
            let relations = self.relations.iter().filter(|relation| relation.terms.iter().any(|term| term.0 == cell));
            relations.flat_map(|relation| &relation.terms).find_map(|term| of(term.0))
        };
        of(cell).or_else(beside).unwrap_or_else(|| CellDefinition::all("unknown"))
    }
}
