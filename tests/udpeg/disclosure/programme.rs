//! The tables of a programme in a municipality of 42,000, with invented people.

use super::persons;
use crate::municipality::Dice;
use udpeg::disclosure::{CellDefinition, Comparison, Dimension, Equation, Grouping, RawCount, Release, Table};

const COMBINATIONS: [&str; 7] = ["j", "f", "s", "jf", "js", "fs", "jfs"];
const STATUSES: [&str; 4] = ["proposed", "reserve", "eligible", "not_eligible"];
const AGES: [&str; 8] = ["0-17", "18-24", "25-29", "30-39", "40-49", "50-59", "60-66", "67+"];
const COORDINATORS: [&str; 7] = ["k1", "k2", "k3", "k4", "k5", "k6", "k7"];
const POINTS: [&str; 6] = ["0-2", "3-5", "6-8", "9-11", "12-14", "15+"];

/// One unit; values by position.
struct Unit {
    is_family: bool,
    combination: usize,
    points: usize,
    status: usize,
    coordinator: usize,
    /// Sex and age band of each member.
    members: Vec<(usize, usize)>,
}

/// All units of a programme.
pub(super) struct Programme {
    units: Vec<Unit>,
}

impl Programme {
    /// So many units, of whom the 120 with most points of those known to two departments are proposed.
    pub(super) fn new(dice: &mut Dice, many: usize) -> Self {
        let mut units: Vec<Unit> = (0..many).map(|_| unit(dice)).collect();
        units.sort_by_key(|unit| std::cmp::Reverse(unit.points));
        let eligible = units.iter_mut().filter(|unit| unit.combination >= 3);
        for (rank, unit) in eligible.enumerate() {
            unit.status = [(120, 0), (150, 1)].iter().find(|(below, _)| rank < *below).map_or(2, |found| found.1);
        }
        Self { units }
    }

    /// The tables that every programme has, linked with one another.
    pub(super) fn release(&self) -> Release {
        let of_kind = |unit: &Unit| usize::from(unit.is_family);
        let kind = ("kind", &["citizen", "family"][..]);
        let status = ("status", &STATUSES[..]);
        let units = |name: &str, dimension: (&str, &[&str]), value: &dyn Fn(&Unit) -> usize| {
            self.units(name, &[dimension, status], &|unit| vec![value(unit), unit.status])
        };
        let number = |unit: &Unit| COMBINATIONS[unit.combination].len() - 1;
        Release::default()
            .table(units("kinds", kind, &of_kind))
            .table(units("numbers", ("number", &["1", "2", "3"]), &number))
            .table(units("combinations", ("combination", &COMBINATIONS), &|unit| unit.combination))
            .table(units("points", ("points", &POINTS), &|unit| unit.points))
            .table(self.persons("sexes", &[("sex", &["F", "M"]), status], &|unit, member| vec![member.0, unit.status]))
            .table(self.persons("ages", &[("age", &AGES), status], &|unit, member| vec![member.1, unit.status]))
            .table(self.persons("kinds of persons", &[kind, status], &|unit, _| vec![of_kind(unit), unit.status]))
            .table(self.coordinators())
            .grouping(grouping())
            .equation(same(&CellDefinition::all("proposed units"), &units_with(&[("status", "proposed")])))
            .everybody_knows(units_with(&[("status", "proposed")]))
            .everybody_knows(units_with(&[("status", "reserve")]))
            .everybody_knows(units_with(&[("number", "1"), ("status", "proposed")]))
            .everybody_knows(units_with(&[("number", "1"), ("status", "reserve")]))
            .everybody_knows(units_with(&[("number", "1"), ("status", "eligible")]))
            .equations_of_citizens()
    }

    /// The same with tables of three dimensions, such as a programme may ask for.
    pub(super) fn large_release(&self) -> Release {
        let status = ("status", &STATUSES[..]);
        let persons = [("age", &AGES[..]), ("sex", &["F", "M"]), status];
        let units = [("combination", &COMBINATIONS[..]), ("points", &POINTS), status];
        let kinds = [("kind", &["citizen", "family"][..]), ("combination", &COMBINATIONS), status];
        self.release()
            .table(self.persons("ages and sexes", &persons, &|unit, member| vec![member.1, member.0, unit.status]))
            .table(
                self.units("combinations and points", &units, &|unit| vec![unit.combination, unit.points, unit.status]),
            )
            .table(self.units("kinds and combinations", &kinds, &|unit| {
                vec![usize::from(unit.is_family), unit.combination, unit.status]
            }))
    }

    fn coordinators(&self) -> Table {
        let proposed = self.units.iter().filter(|unit| unit.status == 0);
        let values = proposed.map(|unit| vec![unit.coordinator]);
        counted("coordinators", "proposed units", &[("coordinator", &COORDINATORS)], values)
    }

    fn units(&self, name: &str, dimensions: &[(&str, &[&str])], values: &dyn Fn(&Unit) -> Vec<usize>) -> Table {
        counted(name, "units", dimensions, self.units.iter().map(values))
    }

    fn persons(
        &self,
        name: &str,
        dimensions: &[(&str, &[&str])],
        values: &dyn Fn(&Unit, (usize, usize)) -> Vec<usize>,
    ) -> Table {
        let members = self.units.iter().flat_map(|unit| unit.members.iter().map(move |&member| values(unit, member)));
        counted(name, "persons", dimensions, members)
    }
}

fn unit(dice: &mut Dice) -> Unit {
    let is_family = dice.chance(35);
    let adults = if is_family { 1 + usize::from(dice.chance(55)) } else { 1 };
    let age = dice.below(7).max(1);
    Unit {
        is_family,
        combination: if dice.chance(85) { dice.below(3) } else { 3 + dice.below(4).min(dice.below(4)) },
        points: dice.below(POINTS.len()).min(dice.below(POINTS.len())).min(dice.below(POINTS.len())),
        status: 3,
        coordinator: dice.below(COORDINATORS.len()),
        members: (0..adults).map(|adult| ((dice.below(2) + adult) % 2, age)).collect(),
    }
}

fn counted(
    name: &str,
    universe: &str,
    dimensions: &[(&str, &[&str])],
    values: impl Iterator<Item = Vec<usize>>,
) -> Table {
    let mut counts = vec![RawCount::ZERO; dimensions.iter().map(|(_, values)| values.len()).product()];
    for values in values {
        let digits = values.iter().zip(dimensions);
        counts[digits.fold(0, |position, (value, (_, values))| position * values.len() + value)] += RawCount::ONE;
    }
    let dimensions = dimensions.iter().map(|(name, values)| Dimension::new(name, values)).collect();
    Table::new(name, universe, dimensions, &counts).unwrap()
}

fn units_with(conditions: &[(&str, &str)]) -> CellDefinition {
    conditions.iter().fold(CellDefinition::all("units"), |cell, (dimension, value)| cell.with(dimension, value))
}

/// The number of departments follows from which they are.
fn grouping() -> Grouping {
    let group = |length: usize| {
        let of = COMBINATIONS.iter().filter(|combination| combination.len() == length);
        (length.to_string(), of.map(|&combination| combination.to_owned()).collect())
    };
    Grouping { fine: "combination".to_owned(), coarse: "number".to_owned(), groups: (1..=3).map(group).collect() }
}

fn same(one: &CellDefinition, other: &CellDefinition) -> Equation {
    Equation { terms: vec![(1, one.clone()), (-1, other.clone())], comparison: Comparison::Equal, constant: 0 }
}

/// A citizen is one person, a family at least one.
trait Citizens {
    fn equations_of_citizens(self) -> Self;
}

impl Citizens for Release {
    fn equations_of_citizens(self) -> Self {
        STATUSES.iter().fold(self, |release, status| {
            let units = |kind: &str| units_with(&[("kind", kind), ("status", status)]);
            let of_kind = |kind: &str| persons(&format!("kind={kind} status={status}"));
            let terms = vec![(1, of_kind("family")), (-1, units("family"))];
            let families = Equation { terms, comparison: Comparison::AtLeast, constant: 0 };
            release.equation(same(&of_kind("citizen"), &units("citizen"))).equation(families)
        })
    }
}
