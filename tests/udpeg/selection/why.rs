//! `why.parquet` where it has more than one row group.

use crate::linkage::table::{programme, scored};
use crate::support::{Workplace, parquet_batches};
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use udpeg::linkage::Units;
use udpeg::output::{Period, RunMetadata, Staged, Step};
use udpeg::selection::{select, write_why};

/// Two row groups, the second a short one.
const PERSONS: u32 = 132_000;

/// Ten persons of the first row group have a child with one of about the end of it or of the second.
fn partner(person: u32) -> Option<u32> {
    (person < 1000 && person % 100 == 1).then_some(person + 131_000)
}

fn is_outside(person: u32) -> bool {
    [500, 131_072, 131_073, PERSONS].contains(&person)
}

#[test]
fn families_across_row_groups_and_persons_of_other_ages_are_told_right() {
    let mut table = String::new();
    for person in 1..=PERSONS {
        table.push_str(&format!("a {person} t 2024-01-01 - - -\n"));
        if let Some(other) = partner(person) {
            table.push_str(&format!("b {person} t 2024-01-01 - - c{person}\nb {other} t 2024-01-01 - - c{person}\n"));
        }
        if is_outside(person) {
            table.push_str(&format!("outside {person}\n"));
        }
    }
    let programme = programme("[eligibility]\nages = \"18+\"\n");
    let (scorer, mut linked) = scored(&programme, &table);
    let units = Units::new(&programme.family, &mut linked);
    let selected = select(&programme, &scorer, &linked, &units).unwrap();
    let place = Workplace::new();
    let period = Period::open(&place.path("out"), "p").unwrap();
    let staged = period.stage(&Step::select()).unwrap();
    let metadata = RunMetadata::new(&programme, "0");
    let (_, rows) = write_why(&staged[0], "why.parquet", &programme, &linked, &units, &selected, &metadata).unwrap();
    assert_eq!(rows, u64::from(PERSONS));
    Staged::commit(staged).unwrap();

    let mut person: u32 = 0;
    for batch in parquet_batches(&place.path("out/p/selection/why.parquet")) {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let (persons, units, outcomes, reasons) = (text("person"), text("unit"), text("outcome"), text("reason"));
        let short = batch.column_by_name("points_short").unwrap().as_primitive::<Int32Type>().clone();
        for row in 0..batch.num_rows() {
            person += 1;
            let first = person.checked_sub(131_000).filter(|&first| partner(first).is_some());
            let is_family = first.is_some() || partner(person).is_some();
            let id = |number: u32| format!("{number:032x}");
            let reason = (!reasons.is_null(row)).then(|| reasons.value(row));
            assert_eq!(persons.value(row), id(person));
            let told = (outcomes.value(row), reason, (!short.is_null(row)).then(|| short.value(row)));
            if is_outside(person) {
                assert!(units.is_null(row), "{person}");
                assert_eq!(told, ("not_eligible", Some("ages"), None), "{person}");
                continue;
            }
            assert_eq!(units.value(row), id(first.unwrap_or(person)), "{person}");
            let expected = if is_family { ("proposed", None, None) } else { ("eligible", Some("points"), Some(1)) };
            assert_eq!(told, expected, "{person}");
        }
    }
    assert_eq!(person, PERSONS);
}
