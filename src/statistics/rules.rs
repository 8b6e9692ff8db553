//! What everybody can tell of who has points by which rule, from the points system, which is published.
//!
//! Whoever knows in how many departments a unit has open records, or in which, or its kind, or its points, may know that
//! a rule gives it some, or none. So other tables tell something of how many have points by a rule, and the other way
//! round. Each rule is looked at by itself, beside one of these at a time.

use super::counted::Standing;
use super::divided::{NO_POINTS, POINTS, by_rule, counted_rules};
use super::scales::{NOT_RANKED, Scales};
use crate::disclosure::{CellDefinition, Comparison, Equation};
use crate::programme::{Kind, Measure, Programme, Rule, Universe, Variable};
use crate::score::steps;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// To which units of a group a rule gives points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// There can be none in the group.
    ToNobody,
    ToAll,
    ToNone,
    Perhaps,
}

impl Gives {
    fn of(some: bool, none: bool) -> Self {
        match (some, none) {
            (true, true) => Self::Perhaps,
            (true, false) => Self::ToAll,
            (false, true) => Self::ToNone,
            (false, false) => Self::ToNobody,
        }
    }

    /// What is told of both groups together.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::ToNobody, told) | (told, Self::ToNobody) => told,
            (one, other) if one == other => one,
            _ => Self::Perhaps,
        }
    }
}

/// What is known of the units of a group, all of them eligible.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// The fewest and the most departments.
    departments: (u32, u32),
    /// Which they are, as bits by their positions.
    which: Option<u64>,
    kind: Option<Kind>,
}

/// Points that a rule can give: all between these, or at least no others.
type Points = RangeInclusive<i64>;

/// The points system as a reader has it, beside the tables.
pub(super) struct PointsSystem<'a> {
    programme: &'a Programme,
    scales: &'a Scales,
    eligible: Group,
    /// By rule: the points that it can give to eligible units.
    possible: Vec<Vec<Points>>,
    /// By what, beside their standing, units are counted in some table, of what tells of their points.
    variables: Vec<Variable>,
}

impl<'a> PointsSystem<'a> {
    pub(super) fn new(programme: &'a Programme, scales: &'a Scales, cells: &BTreeSet<CellDefinition>) -> Self {
        let all = u32::try_from(programme.departments.len()).unwrap_or(u32::MAX);
        let fewest = programme.eligibility.min_departments.unwrap_or(0);
        let eligible = Group { departments: (fewest, all.max(fewest)), which: None, kind: None };
        let is_counted = |variable: Variable| {
            let has = |cell: &&CellDefinition, dimension| cell.value(dimension).is_some();
            cells.iter().any(|cell| {
                cell.universe() == Universe::Units.as_str()
                    && has(&cell, variable.as_str())
                    && has(&cell, Variable::Status.as_str())
            })
        };
        // Which departments they are tells how many, too.
        let of_departments = [Variable::DepartmentCombination, Variable::Departments].into_iter();
        let of_departments = of_departments.filter(|variable| is_counted(*variable)).take(1);
        let others = [Variable::Kind, Variable::PointsBand].into_iter().filter(|variable| is_counted(*variable));
        let variables = of_departments.chain(others).collect();
        let mut system = Self { programme, scales, eligible, possible: Vec::new(), variables };
        system.possible = (0..programme.rules.len()).map(|rule| system.possible(rule, eligible)).collect();
        system
    }

    /// How many have points by a rule and how many have none, as far as other tables tell; `nothing` are cells that
    /// everybody knows to be empty.
    pub(super) fn equations(&self, nothing: &[CellDefinition]) -> Vec<Equation> {
        let mut equations = Vec::new();
        for (position, rule) in counted_rules(self.programme).iter().enumerate() {
            for (variable, gives) in self.by_variable(position) {
                for standing in Standing::RANKED {
                    let told = self.told(standing, variable, &gives, nothing);
                    let of = |gives: Gives| told.iter().filter(move |(_, other)| *other == gives).map(|(cell, _)| cell);
                    equations.extend(at_least(has(rule, POINTS, standing), of(Gives::ToAll)));
                    equations.extend(at_least(has(rule, NO_POINTS, standing), of(Gives::ToNone)));
                }
            }
        }
        equations
    }

    /// Cells of which everybody knows that they are empty, such as those of no points by a rule that gives some to all
    /// who are eligible; `nothing` are those of other tables.
    pub(super) fn public(&self, nothing: &[CellDefinition]) -> Vec<CellDefinition> {
        let mut cells = Vec::new();
        for (position, rule) in counted_rules(self.programme).iter().enumerate() {
            let by_variable = self.by_variable(position);
            cells.extend([POINTS, NO_POINTS].map(|value| has(rule, value, Standing::NotEligible)));
            for standing in Standing::RANKED {
                let of_all = |(variable, gives): &(Variable, Vec<Gives>)| {
                    let told = self.told(standing, *variable, gives, nothing);
                    told.into_iter().map(|(_, gives)| gives).fold(Gives::ToNobody, Gives::and)
                };
                let told: Vec<Gives> =
                    by_variable.iter().map(of_all).chain([self.by_group(position, self.eligible)]).collect();
                cells.push(has(rule, NOT_RANKED, standing));
                if told.contains(&Gives::ToAll) {
                    cells.push(has(rule, NO_POINTS, standing));
                } else if told.contains(&Gives::ToNone) {
                    cells.push(has(rule, POINTS, standing));
                }
            }
        }
        cells
    }

    /// The cells of those of a standing, by one dimension, and what each tells; without those that are known to be empty.
    fn told(
        &self,
        standing: Standing,
        variable: Variable,
        gives: &[Gives],
        nothing: &[CellDefinition],
    ) -> Vec<(CellDefinition, Gives)> {
        let bands = self.scales.get(Universe::Units, variable).bands().iter();
        let cells = bands.map(|band| of_standing(standing).with(variable.as_str(), band));
        cells.zip(gives.iter().copied()).filter(|(cell, _)| !nothing.contains(cell)).collect()
    }

    /// What each value of each dimension tells of a rule.
    fn by_variable(&self, rule: usize) -> Vec<(Variable, Vec<Gives>)> {
        let of_value = |variable: Variable, value: usize| match variable {
            Variable::Kind => self.by_group(rule, Group { kind: Kind::ALL.get(value).copied(), ..self.eligible }),
            Variable::DepartmentCombination => {
                self.by_departments(rule, self.scales.combined[value], self.scales.departments_of(value))
            }
            _ => self.by_departments(rule, value, None),
        };
        let of_band = |variable: Variable, band: usize| {
            if variable == Variable::PointsBand {
                return self.scales.points_of(band).map_or(Gives::ToNobody, |band| self.by_points(rule, band));
            }
            let values = self.scales.get(Universe::Units, variable).values_of(band);
            values.map(|value| of_value(variable, value)).fold(Gives::ToNobody, Gives::and)
        };
        let of_variable = |variable: &Variable| {
            let bands = 0..self.scales.get(Universe::Units, *variable).bands().len();
            (*variable, bands.map(|band| of_band(*variable, band)).collect())
        };
        self.variables.iter().map(of_variable).collect()
    }

    fn by_departments(&self, rule: usize, number: usize, which: Option<u64>) -> Gives {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let (fewest, all) = self.eligible.departments;
        if number < fewest {
            return Gives::ToNobody;
        }
        let which = which.or_else(|| (number == all).then_some(u64::MAX));
        self.by_group(rule, Group { departments: (number, number), which, ..self.eligible })
    }

    fn by_group(&self, rule: usize, group: Group) -> Gives {
        let possible = self.possible(rule, group);
        Gives::of(possible.iter().any(|points| *points != (0..=0)), possible.contains(&(0..=0)))
    }

    /// What a total between these, where there is a least or a most, tells of one rule.
    fn by_points(&self, rule: usize, (low, high): (Option<i32>, Option<i32>)) -> Gives {
        let low = low.into_iter().chain(self.programme.eligibility.min_points).max().map_or(i64::MIN, i64::from);
        let high = high.map_or(i64::MAX, i64::from);
        let others = || self.possible.iter().enumerate().filter(|(other, _)| *other != rule).map(|(_, points)| points);
        let least: i64 = others().filter_map(|points| points.iter().map(|points| *points.start()).min()).sum();
        let most: i64 = others().filter_map(|points| points.iter().map(|points| *points.end()).max()).sum();
        let fits = |points: &&Points| points.start() + least <= high && low <= points.end() + most;
        let fitting: Vec<&Points> = self.possible[rule].iter().filter(fits).collect();
        Gives::of(fitting.iter().any(|points| **points != (0..=0)), fitting.contains(&&(0..=0)))
    }

    /// The points that a rule can give to units of a group: some below 0, 0 and some above.
    fn possible(&self, position: usize, group: Group) -> Vec<Points> {
        let rule = &self.programme.rules[position];
        let (least, most) = self.amounts(rule, group);
        let steps = steps(rule, least, most);
        let is_required = self.programme.eligibility.require.contains(&position);
        let of_sign = |sign: i64| {
            let points = || steps.iter().copied().filter(move |points| points.signum() == sign);
            (sign > 0 || !is_required).then(|| Some(points().min()?..=points().max()?)).flatten()
        };
        [-1, 0, 1].into_iter().filter_map(of_sign).collect()
    }

    /// The least and the most that a rule can count of units of a group.
    fn amounts(&self, rule: &Rule, group: Group) -> (u32, u32) {
        let departments = &self.programme.departments;
        let own = departments.iter().position(|department| Some(&department.id) == rule.department.as_ref());
        let is_open = group.which.zip(own).map(|(which, own)| which >> own & 1 == 1);
        // Where records of all types count, an open one does; and where no other department tells of children, a family
        // has one there.
        let of_all_types = u32::from(rule.types.is_none());
        let least = if is_open == Some(true) { of_all_types } else { 0 };
        let is_only =
            || departments.iter().all(|one| Some(&one.id) == rule.department.as_ref() || one.columns.child.is_none());
        match (rule.measure, group.kind) {
            (Measure::Departments, _) => group.departments,
            (Measure::OpenCases | Measure::Children, _) if is_open == Some(false) => (0, 0),
            (Measure::YearsUnbroken, _) if is_open == Some(false) && rule.max_gap_days == 0 => (0, 0),
            (Measure::Children, Some(Kind::Citizen)) => (0, 0),
            (Measure::Children, Some(Kind::Family)) if is_only() => (of_all_types, u32::MAX),
            (Measure::Children, _) => (0, u32::MAX),
            (Measure::Years, _) => (least, rule.window_years.map_or(u32::MAX, |years| years.saturating_mul(366))),
            (Measure::YearsUnbroken | Measure::OpenCases | Measure::Cases, _) => (least, u32::MAX),
        }
    }
}

fn of_standing(standing: Standing) -> CellDefinition {
    CellDefinition::all(Universe::Units.as_str()).with("status", standing.as_str())
}

fn has(rule: &Rule, value: &str, standing: Standing) -> CellDefinition {
    of_standing(standing).with(&by_rule(rule), value)
}

/// A cell is at least the sum of others, if there are any.
fn at_least<'c>(cell: CellDefinition, others: impl Iterator<Item = &'c CellDefinition>) -> Option<Equation> {
    let terms: Vec<(i64, CellDefinition)> =
        std::iter::once((1, cell)).chain(others.map(|other| (-1, other.clone()))).collect();
    (terms.len() > 1).then_some(Equation { terms, comparison: Comparison::AtLeast, constant: 0 })
}
