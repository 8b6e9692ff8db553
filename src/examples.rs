//! Example persons put through the points system: the analyst's tests of it.
//!
//! The records of an example become deliveries in memory, and everything from there on is what `select` and `explain`
//! do with real ones.

use crate::calendar::days;
use crate::error::Result;
use crate::explanation::{Asked, Explanation};
use crate::extract::{LeavingTypes, Record, Records, Types};
use crate::identity::{Pseudonym, Sex};
use crate::linkage::Delivery;
use crate::pipeline::explanations;
use crate::programme::{DatesLeave, ELIGIBLE, Example, ExampleRecord, Examples, Expected, Programme};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// How an example came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// What the example shows.
    pub name: String,
    /// Line of the file where it begins.
    pub line: usize,
    /// What came out otherwise than expected; none where all is well.
    pub differences: Vec<Difference>,
}

/// One thing that came out otherwise than expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What, such as `points of social_cases`.
    pub what: String,
    /// What the example says.
    pub expected: String,
    /// What the programme gives.
    pub got: String,
}

/// Tries all examples of a programme.
///
/// # Errors
///
/// [`crate::Error::Refused`] where a unit's points do not fit into 32 bits.
pub fn try_all(programme: &Programme, examples: &Examples) -> Result<Vec<Tried>> {
    let programme = Programme { as_of: examples.as_of, ..programme.clone() };
    examples.examples.iter().map(|example| try_one(&programme, example)).collect()
}

fn try_one(programme: &Programme, example: &Example) -> Result<Tried> {
    let deliveries = (0..programme.departments.len()).map(|department| delivery(programme, example, department));
    let deliveries = deliveries.collect::<Result<Vec<_>>>()?;
    let of = example.people.get(example.of).map(|name| stands_for(name));
    let asked: Vec<Asked> = of.map(Asked::Person).into_iter().collect();
    let explained = explanations(programme, deliveries, &asked, false)?;
    let differences = explained.first().map(|explanation| differences(programme, &example.expected, explanation));
    Ok(Tried { name: example.name.clone(), line: example.line, differences: differences.unwrap_or_default() })
}

/// What a department would deliver of the example's persons.
fn delivery(programme: &Programme, example: &Example, department: usize) -> Result<Delivery> {
    let mut types = Types::default();
    let mut records = Records::default();
    for row in example.records.iter().filter(|row| row.department == department) {
        records.push(record(programme, example, row, types.position(row.kind.clone())));
    }
    let leaving = LeavingTypes::new(&types, &programme.types_that_may_leave(&programme.departments[department]));
    records.sort_and_deduplicate(&leaving.ranks)?;
    if programme.dates_leave == DatesLeave::AsMonths {
        records.widen_to_months(&leaving.ranks)?;
    }
    let types = leaving.ranks.iter().map(|&rank| leaving.names[rank as usize].clone()).collect();
    Ok(Delivery { records, types, ..Delivery::default() })
}

fn record(programme: &Programme, example: &Example, row: &ExampleRecord, kind: u32) -> Record {
    let age = example.ages.iter().find(|(person, _)| *person == row.person);
    // Whoever has no age is of one that takes part.
    let any = programme.eligibility.ages.as_ref().map_or(0, |ages| *ages.bands.start());
    Record {
        person: stands_for(&example.people[row.person]),
        record: row.record.as_ref().map(|id| stands_for(&format!("{}/{id}", row.department))),
        child: row.child.as_ref().map(|name| stands_for(name)),
        kind,
        start: days(row.start),
        end: row.end.map_or(Record::OPEN, days),
        sex: Sex::Female,
        age_band: age.map_or(any, |(_, age)| programme.age_bands.band(*age)),
    }
}

/// A pseudonym for a name: there is no number, and no key.
fn stands_for(name: &str) -> Pseudonym {
    let hash = Sha256::new().chain_update(b"udpeg/1/example:").chain_update(name).finalize();
    let (first, _) = hash.split_first_chunk::<16>().expect("SHA-256 gives 32 bytes");
    Pseudonym::from_bits(u128::from_be_bytes(*first))
}

fn differences(programme: &Programme, expected: &Expected, got: &Explanation) -> Vec<Difference> {
    let none = || "none".to_owned();
    let id = |rule: usize| &programme.rules[rule].id;
    let mut all = Vec::new();
    for &(rule, value) in &expected.values {
        let got = got.rules.get(rule).map(|facts| format!("{:.2}", facts.value));
        all.push((format!("value of {}", id(rule)), format!("{value:.2}"), got.unwrap_or_else(none)));
    }
    for &(rule, points) in &expected.points {
        let got = got.rules.get(rule).map(|facts| facts.points.to_string());
        all.push((format!("points of {}", id(rule)), points.to_string(), got.unwrap_or_else(none)));
    }
    let text = |number: Option<i64>| number.map(|number| number.to_string());
    let members = got.unit.as_ref().map(|unit| unit.members.len().to_string());
    let outcome = if got.outcome == "not_eligible" { got.reason.clone() } else { Some(ELIGIBLE.to_owned()) };
    let further = [
        ("points in all", text(expected.total), text(got.points)),
        (
            "kind",
            expected.kind.map(|kind| kind.as_str().to_owned()),
            got.unit.as_ref().map(|unit| unit.kind.to_owned()),
        ),
        ("members", expected.members.map(|members| members.to_string()), members),
        ("outcome", expected.outcome.clone(), outcome),
    ];
    for (what, expected, got) in further {
        all.extend(expected.map(|expected| (what.to_owned(), expected, got.unwrap_or_else(none))));
    }
    let differing = all.into_iter().filter(|(_, expected, got)| expected != got);
    differing.map(|(what, expected, got)| Difference { what, expected, got }).collect()
}
