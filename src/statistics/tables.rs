//! The tables of every release and those that the programme asks for, with what ties them together.

use super::counted::{Counted, Standing};
use super::divided;
use super::flows::Flows;
use super::rules::PointsSystem;
use super::scales::{NO_COORDINATOR, NOT_RANKED, OTHER_AGE, Scales, named};
use crate::disclosure::{
    CellDefinition, Comparison, Dimension, Equation, Grouping, RawCount, Release, Settings, Table, merged_bands,
};
use crate::error::{Error, Result};
use crate::pipeline::Load;
use crate::programme::{Kind, Programme, Universe, Variable};
use std::collections::BTreeSet;
use std::ops::Range;

/// The units that are proposed, by coordinator.
pub(super) const PROPOSED: &str = "proposed units";

/// The persons that are proposed now or were in the period before.
pub(super) const PROPOSED_EVER: &str = "persons proposed in either period";

/// Of those: who is new, who was there before, who is gone.
pub(super) const CHANGES: [&str; 3] = ["entered", "stayed", "left"];

/// Whether a release can do without a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It is left out where it cannot be protected.
    Usual,
    /// The programme asks for it.
    Asked,
    /// It is not published; it ties others together.
    Link,
}

/// A table to be, without its counts.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) universe: Universe,
    pub(super) variables: Vec<Variable>,
    pub(super) need: Need,
}

impl Draft {
    pub(super) fn new(name: &str, universe: Universe, variables: &[Variable], need: Need) -> Self {
        Self { name: name.to_owned(), universe, variables: variables.to_vec(), need }
    }
}

/// The tables of every release, the most useful first, and the programme's own.
pub(super) fn drafts(programme: &Programme) -> Vec<Draft> {
    use Universe::{Persons, Rows, Units};
    use Variable::{AgeBand, Department, DepartmentCombination, Departments, Kind, Outcome, PointsBand, Sex, Status};
    let usual = |name, universe, variables: &[Variable]| Draft::new(name, universe, variables, Need::Usual);
    let mut drafts = vec![
        usual("units_by_kind", Units, &[Kind, Status]),
        usual("units_by_departments", Units, &[Departments, Status]),
        usual("units_by_department_combination", Units, &[DepartmentCombination, Status]),
        usual("units_by_points", Units, &[PointsBand, Status]),
    ];
    if programme.attributes.sex {
        drafts.push(usual("persons_by_sex", Persons, &[Sex, Status]));
    }
    if programme.attributes.age_band {
        drafts.push(usual("persons_by_age", Persons, &[AgeBand, Status]));
    }
    drafts.push(usual("persons_by_kind", Persons, &[Kind, Status]));
    drafts.push(usual("rows_by_department", Rows, &[Department, Outcome]));
    let asked = programme.statistics.iter();
    drafts.extend(asked.map(|asked| Draft::new(&asked.name, asked.universe, &asked.dimensions, Need::Asked)));
    drafts
}

/// A table's counts.
pub(super) fn table(draft: &Draft, counted: &Counted, scales: &Scales) -> Result<Table> {
    let scale = |variable: &Variable| scales.get(draft.universe, *variable);
    let lengths: Vec<usize> = draft.variables.iter().map(|variable| scale(variable).bands().len()).collect();
    let mut counts = vec![RawCount::ZERO; lengths.iter().product()];
    let mut add = |positions: &mut dyn Iterator<Item = usize>, count: RawCount| {
        counts[positions.zip(&lengths).fold(0, |place, (position, length)| place * length + position)] += count;
    };
    match draft.universe {
        Universe::Persons => {
            for (person, count) in &counted.persons {
                let place = |variable: &Variable| scales.of_person(*variable, person);
                add(&mut draft.variables.iter().map(place), *count);
            }
        }
        Universe::Units => {
            for (unit, count) in &counted.units {
                add(&mut draft.variables.iter().map(|variable| scales.of_unit(*variable, unit)), *count);
            }
        }
        Universe::Rows => {
            for (department, rows) in counted.rows.iter().enumerate() {
                for (outcome, count) in [rows.accepted, rows.rejected].into_iter().enumerate() {
                    let place = |variable: &Variable| {
                        let value = if *variable == Variable::Outcome { outcome } else { department };
                        scale(variable).band_of(value)
                    };
                    add(&mut draft.variables.iter().map(place), count);
                }
            }
        }
    }
    let dimension = |variable: &Variable| {
        let values: Vec<&str> = scale(variable).bands().iter().map(String::as_str).collect();
        Dimension::new(variable.as_str(), &values)
    };
    let dimensions = draft.variables.iter().map(dimension).collect();
    let table = Table::new(&draft.name, draft.universe.as_str(), dimensions, &counts).map_err(internal)?;
    Ok(if draft.need == Need::Link { table.unpublished() } else { table })
}

/// The proposed units of each coordinator.
pub(super) fn coordinators(programme: &Programme, loads: &[Load], without: usize) -> Result<Option<Table>> {
    if programme.coordinators.is_empty() {
        return Ok(None);
    }
    let count = |count: usize| RawCount::new(u64::try_from(count).unwrap_or(u64::MAX));
    let counts: Vec<RawCount> = loads.iter().map(|load| count(load.units)).chain([count(without)]).collect();
    let names: Vec<String> = loads.iter().map(|load| coordinator(&load.id)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain([NO_COORDINATOR]).collect();
    let dimensions = vec![Dimension::new("coordinator", &names)];
    Table::new("proposed_by_coordinator", PROPOSED, dimensions, &counts).map(Some).map_err(internal)
}

/// Who entered, stayed and left.
pub(super) fn change(flows: &Flows) -> Result<Table> {
    let dimensions = vec![Dimension::new("change", &CHANGES)];
    Table::new("change", PROPOSED_EVER, dimensions, &flows.counts).map_err(internal)
}

fn coordinator(id: &str) -> String {
    if id == NO_COORDINATOR { format!("{id} (id)") } else { named(id) }
}

/// Merges bands where that keeps more of a table.
pub(super) fn merge_bands(
    programme: &Programme,
    counted: &Counted,
    scales: &mut Scales,
    settings: &Settings,
) -> Result<()> {
    let labels = scales.get(Universe::Persons, Variable::AgeBand).values().len();
    let ages = programme.eligibility.ages.as_ref();
    let ages = ages.map_or(0..labels, |ages| usize::from(*ages.bands.start())..usize::from(*ages.bands.end()) + 1);
    let departments = programme.departments.len();
    let fewest = programme.eligibility.min_departments.map_or(0, |least| (least as usize).min(departments));
    let points = scales.get(Universe::Units, Variable::PointsBand).values().len();
    merge(counted, scales, settings, (Universe::Persons, Variable::AgeBand), ages, &Standing::ALL)?;
    let with_records = fewest.max(1).min(departments)..departments + 1;
    merge(counted, scales, settings, (Universe::Units, Variable::Departments), with_records, &Standing::ALL)?;
    merge(counted, scales, settings, (Universe::Units, Variable::PointsBand), 1..points, &Standing::RANKED)
}

/// Merges values within a range of a dimension, weighed by a table of these and of the standings.
fn merge(
    counted: &Counted,
    scales: &mut Scales,
    settings: &Settings,
    (universe, variable): (Universe, Variable),
    range: Range<usize>,
    standings: &[Standing],
) -> Result<()> {
    let values = scales.get(universe, variable).values().len();
    let mut counts = vec![RawCount::ZERO; range.len() * standings.len()];
    let mut add = |value: usize, standing: Standing, count: RawCount| {
        let standing = standings.iter().position(|other| *other == standing);
        if let (true, Some(standing)) = (range.contains(&value), standing) {
            counts[(value - range.start) * standings.len() + standing] += count;
        }
    };
    match universe {
        Universe::Persons => {
            counted
                .persons
                .iter()
                .for_each(|(person, count)| add(scales.of_person(variable, person), person.standing, *count));
        }
        Universe::Units => {
            counted.units.iter().for_each(|(unit, count)| add(scales.of_unit(variable, unit), unit.standing, *count));
        }
        Universe::Rows => return Ok(()),
    }
    let names: Vec<String> = range.clone().map(|value| value.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let columns: Vec<&str> = standings.iter().map(|standing| standing.as_str()).collect();
    let dimensions = vec![Dimension::new("band", &names), Dimension::new("status", &columns)];
    let table = Table::new("bands", universe.as_str(), dimensions, &counts).map_err(internal)?;
    let merged = merged_bands(&table, settings);
    let merged = merged.into_iter().map(|group| group.start + range.start..group.end + range.start);
    let alone = |value: usize| value..value + 1;
    let ranges: Vec<Range<usize>> =
        (0..range.start).map(alone).chain(merged).chain((range.end..values).map(alone)).collect();
    scales.merge(universe, variable, &ranges);
    if variable == Variable::Departments {
        scales.merge(Universe::Persons, variable, &ranges);
    }
    Ok(())
}

/// A release of these tables, with all that everybody knows of their cells.
pub(super) fn release(programme: &Programme, counted: &Counted, scales: &Scales, tables: Vec<Table>) -> Release {
    let known = Knowledge { programme, counted, scales, cells: cells(&tables) };
    let release = tables.into_iter().fold(Release::default(), Release::table);
    let release = known.equations().into_iter().fold(release, Release::equation);
    let release = known.public().into_iter().fold(release, Release::everybody_knows);
    known.groupings().into_iter().fold(release, Release::grouping)
}

fn cells(tables: &[Table]) -> BTreeSet<CellDefinition> {
    tables.iter().flat_map(Table::definitions).collect()
}

/// What everybody knows of the counts, beside the tables.
struct Knowledge<'a> {
    programme: &'a Programme,
    counted: &'a Counted,
    scales: &'a Scales,
    /// Cells of any table.
    cells: BTreeSet<CellDefinition>,
}

impl Knowledge<'_> {
    fn has(&self, cell: &CellDefinition) -> bool {
        self.cells.contains(cell)
    }

    /// A citizen is one person, a family and any unit at least one; quotas and capacities are public.
    fn equations(&self) -> Vec<Equation> {
        let mut equations = Vec::new();
        for standing in Standing::ALL {
            let status = |cell: CellDefinition| cell.with("status", standing.as_str());
            let persons = |kind: Kind| status(persons().with("kind", kind.as_str()));
            let of_kind = |kind: Kind| status(units().with("kind", kind.as_str()));
            equations.push(related(persons(Kind::Citizen), of_kind(Kind::Citizen), Comparison::Equal));
            equations.push(related(persons(Kind::Family), of_kind(Kind::Family), Comparison::AtLeast));
            equations.push(related(status(self::persons()), status(units()), Comparison::AtLeast));
        }
        equations.push(related(proposed(), CellDefinition::all(PROPOSED), Comparison::Equal));
        // Those of this period entered or stayed.
        let terms = vec![(1, changed(0)), (1, changed(1)), (-1, proposed_persons())];
        equations.push(Equation { terms, comparison: Comparison::Equal, constant: 0 });
        for kind in Kind::ALL {
            let quota = self.programme.selection.quota[kind];
            let cell = || proposed().with("kind", kind.as_str());
            if quota.min > 0 && self.counted.reaches_minimum[kind] {
                equations.push(limited(1, cell(), quota.min));
            }
            equations.extend(quota.max.map(|most| limited(-1, cell(), most)));
        }
        for coordinator in &self.programme.coordinators {
            let cell = CellDefinition::all(PROPOSED).with("coordinator", &self::coordinator(&coordinator.id));
            equations.push(limited(-1, cell, coordinator.capacity));
        }
        for department in &self.programme.departments {
            // Whoever is incomplete stands in a row that was rejected, which can be about several persons.
            let rejected = CellDefinition::all(Universe::Rows.as_str()).with("department", &named(&department.id));
            let rejected = rejected.with("outcome", "rejected");
            let incomplete = units().with(&divided::by_completeness(&department.id), divided::INCOMPLETE);
            let persons = i64::try_from(department.columns.persons.len()).unwrap_or(1);
            let terms = vec![(persons, rejected), (-1, incomplete)];
            equations.push(Equation { terms, comparison: Comparison::AtLeast, constant: 0 });
        }
        equations.extend(self.points_system().equations(&self.public_of_all()));
        let is_there = |equation: &Equation| equation.terms.iter().all(|(_, cell)| self.has(cell));
        equations.into_iter().filter(is_there).collect()
    }

    fn points_system(&self) -> PointsSystem<'_> {
        PointsSystem::new(self.programme, self.scales, &self.cells)
    }

    /// What everybody knows anyway.
    fn public(&self) -> Vec<CellDefinition> {
        let mut public = self.public_of_all();
        public.extend(self.points_system().public(&public));
        public.retain(|cell| self.has(cell));
        public
    }

    /// How many are proposed and stand in reserve, and what cannot be, without regard to single rules.
    fn public_of_all(&self) -> Vec<CellDefinition> {
        let mut public = Vec::new();
        if self.counted.is_full {
            public.push(proposed());
        }
        if self.counted.is_reserve_full {
            public.push(units().with("status", Standing::Reserve.as_str()));
        }
        for status in Standing::RANKED.map(Standing::as_str) {
            public.push(persons().with("kind", OTHER_AGE).with("status", status));
            public.push(units().with("points_band", NOT_RANKED).with("status", status));
            public.extend(self.other_ages().map(|age| persons().with("age_band", age).with("status", status)));
            public.extend(self.too_few().map(|number| units().with("departments", number).with("status", status)));
        }
        let not_eligible = Standing::NotEligible.as_str();
        public.extend(self.beyond_the_line());
        let bands = self.scales.get(Universe::Units, Variable::PointsBand).bands().iter();
        let ranked = bands.filter(|band| *band != NOT_RANKED);
        public.extend(ranked.map(|band| units().with("points_band", band).with("status", not_eligible)));
        if self.programme.eligibility.ages.is_none() {
            public.push(persons().with("kind", OTHER_AGE));
        }
        let of_none = self.programme.coordinators.iter().filter(|coordinator| coordinator.capacity == 0);
        public.extend(of_none.map(|none| CellDefinition::all(PROPOSED).with("coordinator", &coordinator(&none.id))));
        public
    }

    /// Where nobody was preferred by a quota, everybody knows that units with more points stand before those with fewer:
    /// bands beyond the points of all who have a standing.
    fn beyond_the_line(&self) -> Vec<CellDefinition> {
        let mut cells = Vec::new();
        if !self.counted.is_by_rank {
            return cells;
        }
        for standing in Standing::RANKED {
            let points =
                || self.counted.units.keys().filter(|unit| unit.standing == standing).filter_map(|unit| unit.points);
            let (Some(least), Some(most)) = (points().min(), points().max()) else { continue };
            for (band, name) in self.scales.get(Universe::Units, Variable::PointsBand).bands().iter().enumerate() {
                let Some((low, high)) = self.scales.points_of(band) else { continue };
                if high.is_some_and(|high| high < least) || low.is_some_and(|low| low > most) {
                    cells.push(units().with("points_band", name).with("status", standing.as_str()));
                }
            }
        }
        cells
    }

    /// Bands of ages that do not take part.
    fn other_ages(&self) -> impl Iterator<Item = &String> {
        let scale = self.scales.get(Universe::Persons, Variable::AgeBand);
        let ages = self.programme.eligibility.ages.as_ref();
        let takes_part = move |band: usize| {
            ages.is_none_or(|ages| {
                scale
                    .values_of(band)
                    .any(|value| (usize::from(*ages.bands.start())..=usize::from(*ages.bands.end())).contains(&value))
            })
        };
        scale.bands().iter().enumerate().filter(move |(band, _)| !takes_part(*band)).map(|(_, name)| name)
    }

    /// Numbers of departments that are too few to be eligible.
    fn too_few(&self) -> impl Iterator<Item = &String> {
        let scale = self.scales.get(Universe::Units, Variable::Departments);
        let fewest = self.programme.eligibility.min_departments.map_or(0, |least| least as usize);
        let is_below = move |band: usize| scale.values_of(band).all(|number| number < fewest);
        scale.bands().iter().enumerate().filter(move |(band, _)| is_below(*band)).map(|(_, name)| name)
    }

    /// The number of departments follows from which they are.
    fn groupings(&self) -> Vec<Grouping> {
        let is_combined = self.cells.iter().any(|cell| cell.value("department_combination").is_some());
        if !is_combined {
            return Vec::new();
        }
        let fine = self.scales.get(Universe::Units, Variable::DepartmentCombination);
        let coarse = self.scales.get(Universe::Units, Variable::Departments);
        let mut groups: Vec<(String, Vec<String>)> =
            coarse.bands().iter().map(|band| (band.clone(), Vec::new())).collect();
        for (name, &number) in fine.bands().iter().zip(&self.scales.combined) {
            groups[coarse.band_of(number)].1.push(name.clone());
        }
        groups.retain(|(_, values)| !values.is_empty());
        vec![Grouping { fine: "department_combination".to_owned(), coarse: "departments".to_owned(), groups }]
    }
}

fn persons() -> CellDefinition {
    CellDefinition::all(Universe::Persons.as_str())
}

fn units() -> CellDefinition {
    CellDefinition::all(Universe::Units.as_str())
}

fn proposed() -> CellDefinition {
    units().with("status", Standing::Proposed.as_str())
}

fn related(one: CellDefinition, other: CellDefinition, comparison: Comparison) -> Equation {
    Equation { terms: vec![(1, one), (-1, other)], comparison, constant: 0 }
}

/// Those who entered, stayed or left, by position.
pub(super) fn changed(position: usize) -> CellDefinition {
    CellDefinition::all(PROPOSED_EVER).with("change", CHANGES[position])
}

/// The persons that are proposed, as the statistics of a period count them.
pub(super) fn proposed_persons() -> CellDefinition {
    persons().with("status", Standing::Proposed.as_str())
}

/// A cell is at least so many (factor 1) or at most (factor −1).
fn limited(factor: i64, cell: CellDefinition, limit: usize) -> Equation {
    let constant = factor * i64::try_from(limit).unwrap_or(i64::from(i32::MAX));
    Equation { terms: vec![(factor, cell)], comparison: Comparison::AtLeast, constant }
}

/// Tables that contradict themselves are a mistake of ours.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
pub(super) fn internal(error: crate::disclosure::Error) -> Error {
    Error::refused(format!("the statistics could not be made: {error}"), "please report this; nothing was released")
}
