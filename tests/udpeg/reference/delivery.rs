//! From accepted rows to the extract that leaves the department: pseudonyms, types, sex, age.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::programme::{Department, Programme};
use super::reading::Accepted;
use super::{ExtractRow, cpr};

/// Ages by pseudonym.
pub(super) type Ages = BTreeMap<String, i64>;

/// Pseudonymises the accepted rows and hides the types that nobody names.
pub(super) fn deliver(
    accepted: &BTreeSet<Accepted>,
    programme: &Programme,
    department: &Department,
) -> (Vec<ExtractRow>, BTreeMap<String, u64>, Ages) {
    let named = named_types(programme, department);
    let listed = |attribute: &str| programme.attributes.iter().any(|listed| listed == attribute);
    let months = programme.dates_leave_as_months;
    let mut extract = Vec::new();
    let mut other_types: BTreeMap<String, u64> = BTreeMap::new();
    let mut ages = Ages::new();
    for row in accepted {
        let person = cpr::person_pseudonym(&programme.key, &row.person);
        let born = cpr::birth_date(&row.person).expect("an accepted person has a date of birth");
        let age = cpr::age(born, programme.as_of);
        ages.insert(person.clone(), age);
        let type_ = if named.contains(&row.type_) {
            row.type_.clone()
        } else {
            *other_types.entry(row.type_.clone()).or_default() += 1;
            "other".to_owned()
        };
        let of_record = |record: &String| cpr::record_pseudonym(&programme.key, &department.id, record);
        extract.push(ExtractRow {
            person,
            start: if months { row.start.with_day(1).expect("a month has a first day") } else { row.start },
            end: if months { row.end.map(last_of_month) } else { row.end },
            type_,
            record: row.record.as_ref().map(of_record),
            child: row.child.as_ref().map(|child| cpr::person_pseudonym(&programme.key, child)),
            sex: listed("sex").then(|| cpr::sex(&row.person)),
            age_band: listed("age_band").then(|| age_band(age, &programme.age_bands)),
        });
    }
    extract.sort();
    (extract, other_types, ages)
}

/// The types that may leave: the department's own, its rules', and the family's.
fn named_types(programme: &Programme, department: &Department) -> BTreeSet<String> {
    let mut named: BTreeSet<String> = department.types.iter().cloned().collect();
    named.extend(programme.apart_types.iter().cloned());
    for rule in &programme.rules {
        if rule.department.as_ref() == Some(&department.id) {
            named.extend(rule.types.iter().flatten().cloned());
        }
    }
    named
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    let of_month = day.iter_days().take_while(|next| next.month() == day.month());
    of_month.last().expect("the day itself")
}

fn age_band(age: i64, edges: &[i64]) -> String {
    let mut lower = 0;
    for edge in edges {
        if age < *edge {
            return format!("{lower}-{}", edge - 1);
        }
        lower = *edge;
    }
    format!("{lower}+")
}
