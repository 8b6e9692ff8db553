//! `[eligibility]`, `[selection]`, `[assignment]` and `[[coordinator]]`: who can be proposed, how many, and who
//! coordinates.

use super::is_file_name;
use super::reader::{At, Table, nearest};
use super::settings::{Attributes, public_text, whole_number};
use crate::identity::AgeBands;
use std::ops::{Index, IndexMut};

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Persons joined by children, or one person with a child in an open record.
    Family,
    /// Everyone else.
    Citizen,
}

impl Kind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Family, Self::Citizen];

    /// The word in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Citizen => "citizen",
        }
    }
}

/// One value for families and one for citizens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerKind<T> {
    /// For families.
    pub family: T,
    /// For citizens.
    pub citizen: T,
}

impl<T> Index<Kind> for PerKind<T> {
    type Output = T;

    fn index(&self, kind: Kind) -> &T {
        match kind {
            Kind::Family => &self.family,
            Kind::Citizen => &self.citizen,
        }
    }
}

impl<T> IndexMut<Kind> for PerKind<T> {
    fn index_mut(&mut self, kind: Kind) -> &mut T {
        match kind {
            Kind::Family => &mut self.family,
            Kind::Citizen => &mut self.citizen,
        }
    }
}

/// `[eligibility]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Eligibility {
    /// At least so many departments with an open record.
    pub min_departments: Option<u32>,
    /// At least so many points.
    pub min_points: Option<i32>,
    /// Only persons of these ages take part.
    pub ages: Option<AgeRange>,
    /// Positions of the rules that must give more than 0 points.
    pub require: Vec<usize>,
}

/// A range of ages that begins and ends on edges of the age bands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeRange {
    /// As it was written, such as `18-66`.
    pub text: String,
    /// The first and last age band of it.
    pub bands: std::ops::RangeInclusive<u8>,
}

/// `[selection]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Units to propose.
    pub size: usize,
    /// Units in reserve.
    pub reserve: usize,
    /// Positions of the rules whose values break ties, first to last.
    pub tie_break: Vec<usize>,
    /// Public text drawn after delivery; `None` where the period stands in for it.
    pub lottery: Option<String>,
    /// Quotas by kind of unit.
    pub quota: PerKind<Quota>,
}

/// How many units of a kind are proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// At least so many, where there are so many.
    pub min: usize,
    /// At most so many.
    pub max: Option<usize>,
}

/// `[[coordinator]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinator {
    /// Their id, a folder name.
    pub id: String,
    /// Units they can take.
    pub capacity: usize,
    /// Which kinds of units they take.
    pub takes: PerKind<bool>,
}

/// What `[assignment]` makes even among coordinators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Load {
    /// The sum of the units' points.
    #[default]
    Points,
    /// The number of units.
    Units,
    /// The number of their members.
    Members,
}

impl Load {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Points, Self::Units, Self::Members];

    /// The word in the programme file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Units => "units",
            Self::Members => "members",
        }
    }
}

pub(super) fn load(root: &Table<'_, '_>) -> Load {
    let table = root.table("assignment", "[assignment]");
    let load = table.optional::<String>("load").and_then(|word| {
        let known = Load::ALL.into_iter().find(|known| known.as_str() == word.value);
        if known.is_none() {
            table.mistake(
                &word.span,
                format!("`load` can be \"points\", \"units\" or \"members\", not \"{}\"", word.value),
            );
        }
        known
    });
    table.finish();
    load.unwrap_or_default()
}

pub(super) fn eligibility(
    root: &Table<'_, '_>,
    rules: &[String],
    persons: Option<&(AgeBands, Attributes)>,
) -> Eligibility {
    let table = root.table("eligibility", "[eligibility]");
    let min_departments = whole_number(&table, "min_departments", 0);
    let min_points = table.optional::<i64>("min_points").and_then(|points| {
        let read = i32::try_from(points.value).ok();
        if read.is_none() {
            table.mistake(&points.span, "`min_points` is out of range");
        }
        read
    });
    let ages = table.optional::<String>("ages").and_then(|ages| {
        let (bands, attributes) = persons?;
        if !attributes.age_band {
            table.mistake(&ages.span, "`ages` needs \"age_band\" among the `attributes` of [persons]");
        }
        let range = age_range(&ages.value, bands);
        if range.is_none() {
            let edges = bands.to_text().replace(',', ", ");
            table.mistake(&ages.span, format!("`ages` must be like \"18-66\" or \"67+\", and begin and end on edges of `age_bands` (0, {edges}, none)"));
        }
        range
    });
    let require = rule_positions(&table, "require", rules);
    table.finish();
    Eligibility { min_departments, min_points, ages, require }
}

/// The bands that a range of ages covers exactly; `None` where it is no range or not on edges.
fn age_range(text: &str, bands: &AgeBands) -> Option<AgeRange> {
    let age = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let is_edge = |age: u32| age == 0 || bands.edges().contains(&age);
    let (from, last_band) = if let Some(from) = text.strip_suffix('+') {
        (age(from)?, bands.band(u32::MAX))
    } else {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (age(from)?, age(to)?);
        if to < from || !is_edge(to.checked_add(1)?) {
            return None;
        }
        (from, bands.band(to))
    };
    is_edge(from).then(|| AgeRange { text: text.to_owned(), bands: bands.band(from)..=last_band })
}

/// The positions of the rules that a list names.
fn rule_positions(table: &Table<'_, '_>, key: &'static str, rules: &[String]) -> Vec<usize> {
    let mut positions = Vec::new();
    for id in table.optional::<Vec<At<String>>>(key).map(|list| list.value).unwrap_or_default() {
        match rules.iter().position(|rule| *rule == id.value) {
            Some(position) if positions.contains(&position) => {
                table.mistake(&id.span, format!("`{}` stands twice in `{key}`", id.value));
            }
            Some(position) => positions.push(position),
            None => {
                let hint = nearest(&id.value, rules.iter().map(String::as_str))
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                table.mistake(&id.span, format!("`{key}` names no rule: there is no `{}`{hint}", id.value));
            }
        }
    }
    positions
}

pub(super) fn selection(root: &Table<'_, '_>, rules: &[String]) -> Option<Selection> {
    let table = root.table("selection", "[selection]");
    if table.span_of("size").is_none() {
        table.mistake(table.span(), "`size` is missing in [selection]: how many units are proposed?");
    }
    let size = whole_number(&table, "size", 1).map(to_usize);
    let reserve = whole_number(&table, "reserve", 0).map_or(0, to_usize);
    let tie_break = rule_positions(&table, "tie_break", rules);
    let lottery = table.optional::<String>("lottery").and_then(|text| {
        if text.value.trim().is_empty() {
            table.mistake(&text.span, "`lottery` is empty: write the public draw, or leave it out");
            return None;
        }
        public_text(Some(text), &table)
    });
    let quotas = table.table("quota", "`quota`");
    let quota = PerKind { family: quota(&quotas, Kind::Family), citizen: quota(&quotas, Kind::Citizen) };
    if let Some(size) = size {
        let minima = quota.family.min + quota.citizen.min;
        if minima > size {
            quotas.mistake(quotas.span(), format!("the quotas' minima add up to {minima}, more than `size` ({size})"));
        }
    }
    quotas.finish();
    table.finish();
    Some(Selection { size: size?, reserve, tie_break, lottery, quota })
}

fn quota(quotas: &Table<'_, '_>, kind: Kind) -> Quota {
    let name = format!("`quota.{}`", kind.as_str());
    let table = quotas.table(kind.as_str(), &name);
    let min = whole_number(&table, "min", 0).map_or(0, to_usize);
    let max = whole_number(&table, "max", 0).map(to_usize);
    if let Some(max) = max.filter(|&max| max < min) {
        table.mistake(table.span(), format!("{name} has a `min` of {min} above its `max` of {max}"));
    }
    table.finish();
    Quota { min, max }
}

/// More than a nation has.
const MOST_COORDINATORS: usize = 10_000;

pub(super) fn coordinators(root: &Table<'_, '_>) -> Vec<Coordinator> {
    let mut coordinators: Vec<Coordinator> = Vec::new();
    for mut table in root.tables("coordinator", MOST_COORDINATORS) {
        let id = table.required::<String>("id");
        if let Some(id) = &id {
            table.rename(format!("[[coordinator]] {}", id.value));
            if !is_file_name(&id.value) {
                table.mistake(&id.span, "a coordinator's `id` becomes a folder name: use letters, digits, `.`, `_` and `-`, and start with a letter or digit");
            } else if coordinators.iter().any(|known| known.id.eq_ignore_ascii_case(&id.value)) {
                table.mistake(&id.span, format!("there are two coordinators of the id `{}`", id.value));
            }
        }
        if table.span_of("capacity").is_none() {
            table.mistake(table.span(), "`capacity` is missing: how many units can this coordinator take?");
        }
        let capacity = whole_number(&table, "capacity", 0).map(to_usize);
        let takes = takes(&table);
        table.finish();
        if let (Some(id), Some(capacity)) = (id, capacity) {
            coordinators.push(Coordinator { id: id.value, capacity, takes });
        }
    }
    coordinators
}

fn takes(table: &Table<'_, '_>) -> PerKind<bool> {
    let Some(list) = table.optional::<Vec<At<String>>>("takes") else { return PerKind { family: true, citizen: true } };
    let mut takes = PerKind::default();
    for name in &list.value {
        match Kind::ALL.into_iter().find(|kind| kind.as_str() == name.value) {
            Some(kind) => takes[kind] = true,
            None => table
                .mistake(&name.span, format!("`takes` can hold \"family\" and \"citizen\", not \"{}\"", name.value)),
        }
    }
    if list.value.is_empty() {
        table.mistake(&list.span, "`takes` is empty: leave it out for both, or leave the coordinator out");
    }
    takes
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).expect("a usize has at least 32 bits")
}
