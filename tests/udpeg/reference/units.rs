//! Who takes part, which children are placeholders, and who forms a family with whom.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::delivery::Ages;
use super::programme::Programme;
use super::{DepartmentOutcome, ExtractRow};

/// A delivered row and the department it came from.
#[derive(Clone)]
pub(super) struct Record {
    pub department: String,
    pub row: ExtractRow,
}

impl Record {
    /// Started, and not ended before the day.
    pub(super) fn is_open(&self, as_of: NaiveDate) -> bool {
        self.row.start <= as_of && self.row.end.is_none_or(|end| end >= as_of)
    }
}

/// A citizen or a family.
pub(super) struct Unit {
    pub id: String,
    pub kind: String,
    pub members: Vec<String>,
    pub records: Vec<Record>,
}

/// Everybody, as units.
pub(super) struct Population {
    pub persons: usize,
    pub everybody: BTreeSet<String>,
    pub of_eligible_age: usize,
    pub placeholder_children: Vec<String>,
    pub units: Vec<Unit>,
}

/// Forms the units of section 6.
pub(super) fn form(
    programme: &Programme,
    departments: &BTreeMap<String, DepartmentOutcome>,
    ages: &Ages,
) -> Population {
    let mut records: Vec<Record> = Vec::new();
    for (department, outcome) in departments {
        for row in &outcome.extract {
            records.push(Record { department: department.clone(), row: row.clone() });
        }
    }
    let everybody: BTreeSet<String> = records.iter().map(|r| r.row.person.clone()).collect();
    let persons: BTreeSet<String> =
        everybody.iter().filter(|person| is_of_eligible_age(programme, ages[*person])).cloned().collect();
    records.retain(|record| persons.contains(&record.row.person));

    let placeholders = placeholder_children(programme, &records);
    for record in &mut records {
        record.row.child = record.row.child.take().filter(|child| !placeholders.contains(child));
    }
    let units = units_of(programme, &persons, &records);
    Population {
        persons: everybody.len(),
        everybody,
        of_eligible_age: persons.len(),
        placeholder_children: placeholders.into_iter().collect(),
        units,
    }
}

fn is_of_eligible_age(programme: &Programme, age: i64) -> bool {
    programme.ages.is_none_or(|(first, last)| age >= first && last.is_none_or(|last| age <= last))
}

/// The persons with each child in an open record.
fn adults_by_child(records: &[Record], as_of: NaiveDate) -> BTreeMap<String, BTreeSet<String>> {
    let mut adults: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in records.iter().filter(|record| record.is_open(as_of)) {
        if let Some(child) = &record.row.child {
            adults.entry(child.clone()).or_default().insert(record.row.person.clone());
        }
    }
    adults
}

fn placeholder_children(programme: &Programme, records: &[Record]) -> BTreeSet<String> {
    adults_by_child(records, programme.as_of)
        .into_iter()
        .filter(|(_, adults)| adults.len() > programme.max_adults_per_child)
        .map(|(child, _)| child)
        .collect()
}

/// Everybody starts alone, named by their own pseudonym; adults who share a child take the
/// smallest name among them, again and again until nothing changes.
fn units_of(programme: &Programme, persons: &BTreeSet<String>, records: &[Record]) -> Vec<Unit> {
    let as_of = programme.as_of;
    let apart: BTreeSet<String> = records
        .iter()
        .filter(|r| r.is_open(as_of) && programme.apart_types.contains(&r.row.type_))
        .map(|r| r.row.person.clone())
        .collect();
    let adults_by_child = adults_by_child(records, as_of);
    let parents: BTreeSet<String> = adults_by_child.values().flatten().cloned().collect();
    let mut unit_of: BTreeMap<String, String> = persons.iter().map(|person| (person.clone(), person.clone())).collect();
    loop {
        let mut changed = false;
        for adults in adults_by_child.values() {
            let joined: Vec<&String> = adults.iter().filter(|a| !apart.contains(*a)).collect();
            let Some(smallest) = joined.iter().map(|a| unit_of[*a].clone()).min() else {
                continue;
            };
            for adult in joined {
                if unit_of[adult] != smallest {
                    unit_of.insert(adult.clone(), smallest.clone());
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let ids: BTreeSet<String> = unit_of.values().cloned().collect();
    ids.into_iter()
        .map(|id| {
            let members: Vec<String> = persons.iter().filter(|person| unit_of[*person] == id).cloned().collect();
            let is_family = members.iter().any(|member| parents.contains(member));
            let of_member = |record: &&Record| members.contains(&record.row.person);
            Unit {
                kind: if is_family { "family" } else { "citizen" }.to_owned(),
                records: records.iter().filter(of_member).cloned().collect(),
                id,
                members,
            }
        })
        .collect()
}
