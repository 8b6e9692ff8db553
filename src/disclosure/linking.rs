//! From tables to one system: the same cell in two tables is found, and every way in which cells add up.

use super::auditor::{Known, Published, Relation};
use super::cell::CellDefinition;
use super::error::{Error, Result};
use super::numbers::signed;
use super::release::{Cell, Comparison, Equation, Grouping, Linked, Standing};
use super::table::{Dimension, MOST_CELLS, Publication, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A system in the making.
#[derive(Debug, Default)]
pub(super) struct Linking {
    cells: Vec<Cell>,
    places: HashMap<CellDefinition, usize>,
    relations: BTreeSet<Relation>,
    tables: Vec<Vec<usize>>,
    /// By universe and name.
    dimensions: BTreeMap<(String, String), Dimension>,
}

impl Linking {
    pub(super) fn add_table(&mut self, table: &Table) -> Result<()> {
        for dimension in &table.dimensions {
            self.compare(table, dimension)?;
        }
        let mut places = Vec::with_capacity(table.counts.len());
        for (position, count) in table.counts.iter().enumerate() {
            let place = self.place(table.definition(position), Some(signed(count.value())))?;
            if table.publication == Publication::Published {
                self.cells[place].standing = Standing::Published;
                self.cells[place].is_inner |= table.is_inner(&table.coordinates(position));
            }
            places.push(place);
        }
        for (axis, dimension) in table.dimensions.iter().enumerate() {
            for (sum, of) in dimension.sums() {
                let sums = (0..places.len()).filter(|&position| table.coordinates(position)[axis] == sum);
                for position in sums {
                    let part = |&value: &usize| (places[table.moved(position, axis, value)], 1);
                    let parts = of.iter().map(part).chain([(places[position], -1)]);
                    self.relate(parts.collect(), 0);
                }
            }
        }
        self.tables.push(places);
        Ok(())
    }

    /// The same name has to mean the same values, and the same subtotal the same sum.
    fn compare(&mut self, table: &Table, dimension: &Dimension) -> Result<()> {
        let key = (table.universe.clone(), dimension.name.clone());
        let known = self.dimensions.entry(key).or_insert_with(|| dimension.clone());
        let parts = |dimension: &Dimension| -> BTreeMap<String, BTreeSet<String>> {
            let value = |&position: &usize| dimension.values[position].clone();
            let of = dimension.subtotals.iter();
            of.map(|subtotal| (subtotal.name.clone(), subtotal.of.iter().map(value).collect())).collect()
        };
        let values = |dimension: &Dimension| dimension.values.iter().cloned().collect::<BTreeSet<String>>();
        let (known_parts, known_values) = (parts(known), values(known));
        let differs = |(name, of): (&String, &BTreeSet<String>)| {
            known_parts.get(name).is_some_and(|other| other != of) || known_values.contains(name)
        };
        if known_values != values(dimension) || parts(dimension).iter().any(differs) {
            let (dimension, table) = (dimension.name.clone(), table.name.clone());
            return Err(Error::DimensionDiffers { dimension, table });
        }
        let new = dimension.subtotals.iter().filter(|subtotal| !known_parts.contains_key(&subtotal.name)).cloned();
        known.subtotals.extend(new);
        Ok(())
    }

    /// The cell of this definition, made if it is new.
    fn place(&mut self, definition: CellDefinition, count: Option<i64>) -> Result<usize> {
        if let Some(&place) = self.places.get(&definition) {
            if self.cells[place].count.is_some() && self.cells[place].count != count {
                return Err(Error::Contradiction { cell: definition });
            }
            return Ok(place);
        }
        if self.cells.len() == MOST_CELLS {
            return Err(Error::TooLarge);
        }
        let place = self.cells.len();
        self.places.insert(definition.clone(), place);
        let standing = Standing::Unpublished;
        self.cells.push(Cell { definition: Some(definition), count, standing, is_inner: false, earlier: None });
        Ok(place)
    }

    /// All that an earlier release told, and how its cells add up.
    pub(super) fn add_earlier(&mut self, published: &Published) -> Result<()> {
        let mut places = Vec::with_capacity(published.cells.len());
        for (definition, known) in &published.cells {
            places.push(match definition {
                Some(definition) => self.add_earlier_cell(definition, *known)?,
                None => self.add_excess(None),
            });
        }
        for relation in &published.relations {
            let terms = relation.terms.iter().map(|&(cell, factor)| (places[cell], factor));
            self.relate(terms.collect(), relation.constant);
        }
        Ok(())
    }

    fn add_earlier_cell(&mut self, definition: &CellDefinition, known: Known) -> Result<usize> {
        let count = self.places.get(definition).and_then(|&place| self.cells[place].count);
        let told = (known.low() == known.high()).then(|| known.low());
        let place = self.place(definition.clone(), count.or(told))?;
        let known = self.cells[place].earlier.map_or(known, |earlier| earlier.and(known));
        if known.low() > known.high() || count.is_some_and(|count| !known.allows(count)) {
            return Err(Error::Contradiction { cell: definition.clone() });
        }
        self.cells[place].earlier = Some(known);
        Ok(place)
    }

    /// Wherever all values of the finer dimension are counted, the groups can be worked out: they become cells.
    pub(super) fn add_grouping(&mut self, grouping: &Grouping) -> Result<()> {
        let differ = || Error::Grouping { fine: grouping.fine.clone(), coarse: grouping.coarse.clone() };
        let grouped: Vec<&String> = grouping.groups.iter().flat_map(|(_, values)| values).collect();
        let values: BTreeSet<&String> = grouped.iter().copied().collect();
        let mut of_dimension = self.dimensions.iter().filter(|((_, name), _)| *name == grouping.fine);
        let is_same = of_dimension.all(|(_, dimension)| values == dimension.values.iter().collect());
        if !is_same || values.len() < grouped.len() {
            return Err(differ());
        }
        let mut contexts: BTreeMap<CellDefinition, BTreeMap<String, usize>> = BTreeMap::new();
        for (place, cell) in self.cells.iter().enumerate() {
            let Some(definition) = &cell.definition else { continue };
            if let (Some(value), None) = (definition.value(&grouping.fine), definition.value(&grouping.coarse)) {
                if values.contains(&value.to_owned()) {
                    let context = definition.without(&grouping.fine);
                    contexts.entry(context).or_default().insert(value.to_owned(), place);
                }
            } else if definition.value(&grouping.fine).is_some() {
                return Err(differ());
            }
        }
        for (context, places) in contexts.iter().filter(|(_, places)| places.len() == values.len()) {
            for (group, values) in &grouping.groups {
                let parts: Vec<usize> = values.iter().filter_map(|value| places.get(value).copied()).collect();
                let count = parts.iter().map(|&part| self.cells[part].count).sum();
                let sum = self.place(context.clone().with(&grouping.coarse, group), count)?;
                self.relate(parts.iter().map(|&part| (part, 1)).chain([(sum, -1)]).collect(), 0);
            }
        }
        Ok(())
    }

    pub(super) fn make_public(&mut self, definition: &CellDefinition) -> Result<()> {
        let place = self.known_place(definition)?;
        self.cells[place].standing = Standing::Public;
        Ok(())
    }

    fn known_place(&self, definition: &CellDefinition) -> Result<usize> {
        let place = self.places.get(definition).copied();
        place.ok_or_else(|| Error::NoSuchCell { cell: definition.clone() })
    }

    pub(super) fn add_equation(&mut self, equation: &Equation) -> Result<()> {
        let mut terms = Vec::with_capacity(equation.terms.len() + 1);
        for (factor, definition) in &equation.terms {
            terms.push((self.known_place(definition)?, *factor));
        }
        if equation.comparison == Comparison::AtLeast {
            let known = |&(place, factor): &(usize, i64)| Some(factor * self.cells[place].count?);
            let sum: Option<i64> = terms.iter().map(known).sum();
            let count = sum.map(|sum| sum - equation.constant);
            terms.push((self.add_excess(count), -1));
        }
        self.relate(terms, equation.constant);
        Ok(())
    }

    fn add_excess(&mut self, count: Option<i64>) -> usize {
        let standing = Standing::Excess;
        self.cells.push(Cell { definition: None, count, standing, is_inner: false, earlier: None });
        self.cells.len() - 1
    }

    fn relate(&mut self, terms: Vec<(usize, i64)>, constant: i64) {
        let mut sum: BTreeMap<usize, i64> = BTreeMap::new();
        for (place, factor) in terms {
            *sum.entry(place).or_default() += factor;
        }
        let terms = sum.into_iter().filter(|&(_, factor)| factor != 0).collect();
        self.relations.insert(Relation { terms, constant });
    }

    /// All of it, once every relation holds for the counts.
    pub(super) fn finish(self) -> Result<Linked> {
        let relations = self.relations.into_iter().collect();
        let mut linked = Linked { cells: self.cells, relations, tables: self.tables };
        linked.complete();
        let holds = |relation: &&Relation| {
            let known =
                |&(place, factor): &(usize, i64)| Some(i128::from(factor) * i128::from(linked.cells[place].count?));
            let sum: Option<i128> = relation.terms.iter().map(known).sum();
            sum.is_none_or(|sum| sum == i128::from(relation.constant))
        };
        let negative = linked.cells.iter().position(|cell| cell.count.is_some_and(|count| count < 0));
        let broken = linked.relations.iter().find(|relation| !holds(relation));
        let broken = broken.and_then(|relation| relation.terms.first()).map(|&(place, _)| place);
        match negative.or(broken) {
            Some(place) => Err(Error::Contradiction { cell: linked.definition(place) }),
            None => Ok(linked),
        }
    }
}
