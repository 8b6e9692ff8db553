//! Every dimension's values in one selection: from the programme, and bands that fit the people counted.

use super::counted::{Counted, Person, Standing, Unit};
use super::scale::Scale;
use crate::disclosure::{RawCount, largest};
use crate::programme::{Kind, MOST_COMBINATIONS, MOST_COMBINED, MOST_POINTS_BANDS, Programme, Universe, Variable};
use crate::release::{Bands, MergedBands};
use std::collections::BTreeMap;
use std::ops::Range;

/// Of a person whose age does not take part, and who so is in no unit.
pub(super) const OTHER_AGE: &str = "other_age";

/// Of a unit that is not eligible, and so has no points.
pub(super) const NOT_RANKED: &str = "not_ranked";

/// Of a unit for which no coordinator has room.
pub(super) const NO_COORDINATOR: &str = "none";

/// The value of a margin in the files; no other value has this name.
pub(super) const TOTAL: &str = "total";

/// Where bands of points begin: the first also holds all below, the last all above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PointsBands {
    /// Rising.
    pub(super) starts: Vec<i32>,
}

impl PointsBands {
    /// Bands of one width, for points from `least` to `most`.
    fn new(least: i32, most: i32) -> Self {
        let range = i64::from(most) - i64::from(least) + 1;
        let round = (0..10).flat_map(|power| [1, 2, 5].map(|width| width * 10_i64.pow(power)));
        let bands = i64::try_from(MOST_POINTS_BANDS).unwrap_or(1) - 1;
        let width = round.into_iter().find(|width| width * bands >= range).unwrap_or(i64::from(i32::MAX));
        let first = i64::from(least).div_euclid(width);
        let end = i64::from(most).div_euclid(width);
        Self { starts: (first..=end).filter_map(|band| i32::try_from(band * width).ok()).collect() }
    }

    fn position(&self, points: i32) -> usize {
        self.starts.partition_point(|&start| start <= points).saturating_sub(1)
    }

    /// The name of a range of bands.
    fn name(&self, bands: &Range<usize>) -> String {
        let from = self.starts[bands.start];
        let to = self.starts.get(bands.end).map(|next| i64::from(*next) - 1);
        match to {
            None if bands.start == 0 => "all".to_owned(),
            None => format!("{from}+"),
            Some(to) if bands.start == 0 => format!("up to {to}"),
            Some(to) if to == i64::from(from) => from.to_string(),
            Some(to) if from < 0 => format!("{from} to {to}"),
            Some(to) => format!("{from}-{to}"),
        }
    }
}

/// Combinations of departments: those that are counted by themselves, and the rest by number of departments.
#[derive(Debug, Clone)]
struct Combinations {
    /// By departments, as bits.
    own: BTreeMap<u64, usize>,
    /// By number of departments, where not all have their own.
    others: Vec<usize>,
}

/// The values of all dimensions.
#[derive(Debug, Clone)]
pub(super) struct Scales {
    by_variable: BTreeMap<(Universe, Variable), Scale>,
    combinations: Combinations,
    pub(super) points: PointsBands,
    /// By base value of `department_combination`: how many departments.
    pub(super) combined: Vec<usize>,
}

impl Scales {
    /// Nothing merged yet.
    pub(super) fn new(programme: &Programme, counted: &Counted) -> Self {
        let departments: Vec<&str> = programme.departments.iter().map(|department| department.id.as_str()).collect();
        let (combinations, names, combined) = combinations(&departments, counted);
        let of_eligible = || counted.units.keys().filter_map(|unit| unit.points);
        let points = PointsBands::new(of_eligible().min().unwrap_or(0), of_eligible().max().unwrap_or(0));
        let kinds = Kind::ALL.map(Kind::as_str);
        let numbers = || Scale::new((0..=departments.len()).map(|number| number.to_string()));
        let mut scales = Self { by_variable: BTreeMap::new(), combinations, points, combined };
        let mut add = |universe, variable, scale: Scale| scales.by_variable.insert((universe, variable), scale);
        add(Universe::Persons, Variable::Sex, Scale::new(["F", "M"]));
        add(Universe::Persons, Variable::AgeBand, Scale::new(programme.age_bands.labels()));
        add(Universe::Persons, Variable::Kind, Scale::new(kinds.into_iter().chain([OTHER_AGE])));
        add(Universe::Units, Variable::Kind, Scale::new(kinds));
        for universe in [Universe::Persons, Universe::Units] {
            add(universe, Variable::Status, Scale::new(Standing::ALL.map(Standing::as_str)));
            add(universe, Variable::Departments, numbers());
            add(universe, Variable::DepartmentCombination, Scale::new(names.clone()));
        }
        add(Universe::Rows, Variable::Department, Scale::new(counted.rows.iter().map(|rows| named(&rows.department))));
        add(Universe::Rows, Variable::Outcome, Scale::new(["accepted", "rejected"]));
        scales.set_points(scales.points.clone());
        scales
    }

    /// Other bands of points, such as those of an earlier release.
    pub(super) fn set_points(&mut self, points: PointsBands) {
        let bands = (0..points.starts.len()).map(|band| points.name(&(band..band + 1)));
        let scale = Scale::new(std::iter::once(NOT_RANKED.to_owned()).chain(bands));
        self.by_variable.insert((Universe::Units, Variable::PointsBand), scale);
        self.points = points;
    }

    /// How values are merged, for later releases.
    pub(super) fn bands(&self) -> Bands {
        let merged = self.by_variable.iter().filter(|(_, scale)| scale.bands() != scale.values());
        let merged = merged.map(|((universe, variable), scale)| MergedBands {
            universe: universe.as_str().to_owned(),
            dimension: variable.as_str().to_owned(),
            bands: (0..scale.bands().len())
                .map(|band| scale.values_of(band).map(|value| scale.values()[value].clone()).collect())
                .collect(),
        });
        Bands { points: self.points.starts.clone(), merged: merged.collect() }
    }

    /// Merges values as an earlier release did; whether all of them could be.
    pub(super) fn merge_like(&mut self, bands: &Bands) -> bool {
        let rises = bands.points.windows(2).all(|pair| pair[0] < pair[1]);
        if !rises || bands.points.is_empty() {
            return false;
        }
        self.set_points(PointsBands { starts: bands.points.clone() });
        bands.merged.iter().all(|merged| self.merge_one_like(merged))
    }

    fn merge_one_like(&mut self, merged: &MergedBands) -> bool {
        let universe = Universe::ALL.into_iter().find(|universe| universe.as_str() == merged.universe);
        let Some(universe) = universe else { return false };
        let variable = universe.variables().iter().find(|variable| variable.as_str() == merged.dimension);
        let Some(&variable) = variable else { return false };
        if merged.bands.concat() != self.get(universe, variable).values() || merged.bands.iter().any(Vec::is_empty) {
            // A programme with other departments has other numbers of them, which are other counts.
            return variable == Variable::Departments;
        }
        let mut start = 0;
        let range = |band: &Vec<String>| {
            let range = start..start + band.len();
            start = range.end;
            range
        };
        let ranges: Vec<Range<usize>> = merged.bands.iter().map(range).collect();
        self.merge(universe, variable, &ranges);
        true
    }

    /// The lowest and highest points of a band of `points_band`; none where it is open on that side, and none at all of
    /// units without points.
    pub(super) fn points_of(&self, band: usize) -> Option<(Option<i32>, Option<i32>)> {
        let scale = self.get(Universe::Units, Variable::PointsBand);
        let first = scale.values_of(band).min().filter(|&first| first > 0)? - 1;
        let last = scale.values_of(band).max()? - 1;
        let low = (first > 0).then(|| self.points.starts[first]);
        Some((low, self.points.starts.get(last + 1).map(|next| next - 1)))
    }

    /// The departments of a base value of `department_combination`, as bits; none where it is of several combinations.
    pub(super) fn departments_of(&self, value: usize) -> Option<u64> {
        self.combinations.own.iter().find(|(_, place)| **place == value).map(|(departments, _)| *departments)
    }

    pub(super) fn get(&self, universe: Universe, variable: Variable) -> &Scale {
        static NONE: std::sync::OnceLock<Scale> = std::sync::OnceLock::new();
        let none = || NONE.get_or_init(|| Scale::new(std::iter::empty::<String>()));
        self.by_variable.get(&(universe, variable)).unwrap_or_else(none)
    }

    /// Merges values of a dimension: ranges of them, in order, which take each value once.
    pub(super) fn merge(&mut self, universe: Universe, variable: Variable, ranges: &[Range<usize>]) {
        let scale = self.get(universe, variable);
        let values = scale.values();
        let name = |range: &Range<usize>| match (range.len(), variable) {
            (1, _) => values[range.start].clone(),
            (_, Variable::PointsBand) => self.points.name(&(range.start - 1..range.end - 1)),
            _ => joined(&values[range.start], &values[range.end - 1]),
        };
        let groups: Vec<(String, Range<usize>)> = ranges.iter().map(|range| (name(range), range.clone())).collect();
        let merged = scale.merged(&groups);
        self.by_variable.insert((universe, variable), merged);
    }

    /// The position of a person's value among those of a dimension that persons have.
    pub(super) fn of_person(&self, variable: Variable, person: &Person) -> usize {
        let value = match variable {
            Variable::Sex => usize::from(person.is_male),
            Variable::AgeBand => usize::from(person.age_band),
            Variable::Kind => person.kind.map_or(Kind::ALL.len(), position_of_kind),
            Variable::Status => person.standing as usize,
            Variable::Departments => person.departments.count_ones() as usize,
            Variable::DepartmentCombination => self.combination(person.departments),
            Variable::PointsBand | Variable::Department | Variable::Outcome => 0,
        };
        self.get(Universe::Persons, variable).band_of(value)
    }

    /// The same of a unit.
    pub(super) fn of_unit(&self, variable: Variable, unit: &Unit) -> usize {
        let value = match variable {
            Variable::Kind => position_of_kind(unit.kind),
            Variable::Status => unit.standing as usize,
            Variable::Departments => unit.departments.count_ones() as usize,
            Variable::DepartmentCombination => self.combination(unit.departments),
            Variable::PointsBand => unit.points.map_or(0, |points| 1 + self.points.position(points)),
            Variable::Sex | Variable::AgeBand | Variable::Department | Variable::Outcome => 0,
        };
        self.get(Universe::Units, variable).band_of(value)
    }

    fn combination(&self, departments: u64) -> usize {
        let other = || self.combinations.others.get(departments.count_ones() as usize).copied().unwrap_or(0);
        self.combinations.own.get(&departments).copied().unwrap_or_else(other)
    }
}

fn position_of_kind(kind: Kind) -> usize {
    Kind::ALL.iter().position(|other| *other == kind).unwrap_or(0)
}

/// A name that is not that of a margin.
pub(super) fn named(id: &str) -> String {
    if id == TOTAL { format!("{id} (id)") } else { id.to_owned() }
}

/// The name of a band from the first of its parts to the last, such as `18-29` of `18-24` and `25-29`.
fn joined(first: &str, last: &str) -> String {
    let from = first.split_once('-').map_or(first, |(from, _)| from);
    match last.split_once('-') {
        Some((_, to)) => format!("{from}-{to}"),
        None if last.ends_with('+') => format!("{from}+"),
        None => format!("{from}-{last}"),
    }
}

/// Which combinations have a place of their own, the names of all places, and how many departments each has.
fn combinations(departments: &[&str], counted: &Counted) -> (Combinations, Vec<String>, Vec<usize>) {
    let mut own: Vec<u64> = if departments.len() <= MOST_COMBINED {
        (0..1_u64 << departments.len()).collect()
    } else {
        let mut counts: BTreeMap<u64, RawCount> = BTreeMap::new();
        for (unit, count) in &counted.units {
            *counts.entry(unit.departments).or_default() += *count;
        }
        let (combinations, counts): (Vec<u64>, Vec<_>) = counts.into_iter().unzip();
        largest(&counts, MOST_COMBINATIONS).into_iter().map(|position| combinations[position]).collect()
    };
    let name = |combination: u64| {
        let chosen = departments.iter().enumerate().filter(|(position, _)| combination >> position & 1 == 1);
        let mut ids: Vec<&str> = chosen.map(|(_, id)| *id).collect();
        ids.sort_unstable();
        if ids.is_empty() { "none".to_owned() } else { ids.join("+") }
    };
    own.sort_by_cached_key(|&combination| (combination.count_ones(), name(combination)));
    let mut names: Vec<String> = own.iter().map(|&combination| named(&name(combination))).collect();
    let mut combined: Vec<usize> = own.iter().map(|combination| combination.count_ones() as usize).collect();
    let mut others = Vec::new();
    if departments.len() > MOST_COMBINED {
        for number in 0..=departments.len() {
            others.push(names.len());
            names.push(format!("other {number}"));
            combined.push(number);
        }
    }
    let own = own.into_iter().enumerate().map(|(place, combination)| (combination, place)).collect();
    (Combinations { own, others }, names, combined)
}
