//! What stands in the statistics, against a slow recount from the other steps' files.

use super::{CSV, Cells, cells_by, cells_of, made, made_of, municipality, release, released, run};
use crate::support::{Workplace, parquet_metadata, parquet_rows};
use serde_json::{Number, Value};
use std::collections::{BTreeMap, BTreeSet};

const PERIOD: &str = "out/2026Q3";
const DEPARTMENTS: [&str; 3] = ["jobcentre", "family", "social"];

/// Every person's sex and age band, from the deliveries.
fn persons(place: &Workplace) -> BTreeMap<String, (String, String)> {
    let mut persons = BTreeMap::new();
    for department in DEPARTMENTS {
        for row in parquet_rows(&place.path(&format!("{PERIOD}/delivery/{department}/extract.parquet"))) {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            persons.insert(text("person"), (text("sex"), text("age_band")));
        }
    }
    persons
}

/// Counts of persons and units by their conditions, from the candidates and deliveries, where these tell.
fn recounted(place: &Workplace) -> BTreeMap<String, u64> {
    let persons = persons(place);
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut add = |universe: &str, mut conditions: Vec<(&str, &str)>| {
        conditions.sort_unstable();
        *counts.entry(format!("{universe} {conditions:?}")).or_default() += 1;
    };
    let mut status_of: BTreeMap<&str, String> = BTreeMap::new();
    let candidates = parquet_rows(&place.path(&format!("{PERIOD}/selection/candidates.parquet")));
    for row in &candidates {
        let text = |name: &str| row[name].as_str().unwrap();
        let (kind, status) = (text("kind"), text("status"));
        let list = |name: &str| -> Vec<&str> {
            let items: &Vec<Value> = row[name].as_array().unwrap();
            items.iter().map(|item| item.as_str().unwrap()).collect()
        };
        let departments = list("departments");
        for (name, points) in row.iter().filter_map(|(name, points)| Some((name.strip_prefix("points_")?, points))) {
            let points = if points.as_i64() == Some(0) { "no_points" } else { "points" };
            add("units", vec![(&format!("rule_{name}"), points), ("status", status)]);
        }
        for department in DEPARTMENTS {
            let is_incomplete = list("incomplete").contains(&department);
            let value = if is_incomplete { "incomplete" } else { "complete" };
            add("units", vec![(&format!("incomplete_{department}"), value), ("status", status)]);
        }
        add("units", vec![("kind", kind), ("status", status)]);
        add("units", vec![("status", status)]);
        add("units", vec![("departments", &departments.len().to_string()), ("status", status)]);
        add("units", vec![("department_combination", &departments.join("+")), ("status", status)]);
        status_of.extend(list("members").into_iter().map(|member| (member, status.to_owned())));
    }
    for (person, (sex, age_band)) in &persons {
        let status = status_of.get(person.as_str()).map_or("not_eligible", String::as_str);
        add("persons", vec![("sex", sex), ("status", status)]);
        add("persons", vec![("age_band", age_band), ("status", status)]);
        add("persons", vec![("status", status)]);
        add("persons", vec![("sex", sex)]);
        add("persons", vec![("age_band", age_band)]);
        add("persons", vec![]);
    }
    counts
}

#[test]
fn what_is_shown_is_what_a_slow_recount_gives() {
    let place = made_of("20000");
    let recounted = recounted(&place);
    let shown = cells_of(&place);
    let compared: Vec<&str> = ["units", "persons"]
        .into_iter()
        .filter(|universe| shown.keys().any(|cell| cell.starts_with(universe)))
        .collect();
    assert_eq!(compared, ["units", "persons"]);
    let mut agree: Vec<&String> = Vec::new();
    for (cell, count) in &shown {
        if let (Some(count), Some(expected)) = (count, recounted.get(cell)) {
            // Units that are not eligible stand in no list.
            assert_eq!(count, expected, "{cell}");
            agree.push(cell);
        }
    }
    let of = |dimension: &str| agree.iter().filter(|cell| cell.contains(dimension)).count();
    let (of_rules, of_incomplete) = (of("(\"rule_"), of("(\"incomplete_"));
    assert!(agree.len() > 60 && of_rules > 20 && of_incomplete > 2, "{} {of_rules} {of_incomplete}", agree.len());
}

#[test]
fn nothing_below_the_threshold_and_no_pseudonym_stands_in_any_file() {
    let place = made();
    let ran = released(&place, &[]).succeeded();
    let public = [0];
    for (cell, count) in cells_of(&place) {
        assert!(count.is_none_or(|count| count >= 5 || public.contains(&count)), "{cell}: {count:?}");
    }
    let mut names: BTreeSet<String> = persons(&place).into_keys().collect();
    // A unit goes by the first characters of one of them.
    let candidates = parquet_rows(&place.path(&format!("{PERIOD}/selection/candidates.parquet")));
    names.extend(candidates.iter().map(|row| row["label"].as_str().unwrap().to_owned()));
    let files = place.files(&format!("{PERIOD}/release")).into_iter().chain(place.files("out/ledger"));
    let told =
        [("what it prints".to_owned(), ran.out.into_bytes()), ("what it warns of".to_owned(), ran.err.into_bytes())];
    for (name, bytes) in files.chain(told) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // Every run of 32 characters that could be a pseudonym, and of eight that could be a label.
        for length in [32, 8] {
            let runs = text.as_bytes().windows(length).filter_map(|window| std::str::from_utf8(window).ok());
            assert!(runs.into_iter().all(|run| !names.contains(run)), "{name} holds a pseudonym");
        }
    }
}

/// Every number of a JSON text, with the keys that lead to it.
fn numbers(value: &Value, at: &str) -> Vec<(String, Number)> {
    match value {
        Value::Number(number) => vec![(at.to_owned(), number.clone())],
        Value::Array(items) => items.iter().flat_map(|item| numbers(item, &format!("{at}/*"))).collect(),
        Value::Object(items) => items.iter().flat_map(|(key, item)| numbers(item, &format!("{at}/{key}"))).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn manifest_ledger_and_what_is_printed_count_nobody_but_in_the_tables() {
    let place = made();
    let printed = released(&place, &[]).succeeded();
    let cells = place.read(CSV).lines().count() - 1;
    let manifest = numbers(&place.json(&format!("{PERIOD}/release/manifest.json")), "");
    let names: Vec<&str> = manifest.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["/outputs/*/rows", "/seconds"], "a number in the manifest that may be a count");
    assert_eq!(manifest[0].1, Number::from(cells), "cells of the statistics");
    let entry: Value = serde_json::from_str(&place.read("out/ledger/ledger.jsonl")).unwrap();
    let names: Vec<String> = numbers(&entry, "").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["/number", "/threshold", "/cells", "/hidden"], "a number in the ledger that may be a count");
    // The first word of a line is a label.
    for line in printed.out.lines().chain(printed.err.lines()).filter(|line| !line.starts_with(" number ")) {
        let mut words = line.split_whitespace().skip(1).filter_map(|word| word.replace(',', "").parse::<u64>().ok());
        assert!(words.all(|count| count == 0 || count >= 5), "{line}");
    }
}

#[test]
fn both_files_hold_the_same_and_say_of_what_they_are() {
    let place = made();
    let path = place.path(&format!("{PERIOD}/release/statistics.parquet"));
    assert_eq!(parquet_metadata(&path)["udpeg.period"], "2026Q3");
    let columns = "table,universe,dimension_1,value_1,dimension_2,value_2,dimension_3,value_3,count";
    let text = place.read(CSV);
    assert_eq!(text.lines().next(), Some(columns));
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let counts: Vec<Option<i64>> = crate::support::parquet_batches(&path)
        .iter()
        .flat_map(|batch| {
            use arrow_array::cast::AsArray;
            let column = batch.column_by_name("count").unwrap().as_primitive::<arrow_array::types::Int64Type>().clone();
            column.iter().collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(counts.len(), lines.len());
    for (line, count) in lines.iter().zip(counts) {
        assert_eq!(line.rsplit(',').next().unwrap(), count.map_or(String::new(), |count| count.to_string()), "{line}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let place = made();
    let before = place.files(&format!("{PERIOD}/release"));
    let again = ["run", "--programme", "programme.toml", "--force"];
    place.udpeg_with(&again, &[("RAYON_NUM_THREADS", "1")]).succeeded();
    let after = place.files(&format!("{PERIOD}/release"));
    for name in ["statistics.csv", "statistics.parquet"] {
        assert_eq!(before[name], after[name], "{name}");
    }
}

#[test]
fn a_programme_may_ask_for_tables_of_three_dimensions_that_cross_in_a_circle() {
    let place = municipality();
    let asked = "[[statistics.table]]\nname = \"cube\"\nuniverse = \"persons\"\ndimensions = [\"sex\", \"age_band\", \"status\"]\n\n\
                 [[statistics.table]]\nname = \"circle\"\nuniverse = \"persons\"\ndimensions = [\"sex\", \"age_band\"]\n\n\
                 [[statistics.table]]\nname = \"overlap\"\nuniverse = \"units\"\ndimensions = [\"kind\", \"departments\"]\n\n[disclosure]";
    place.edit("programme.toml", "[disclosure]", asked);
    run(&place, &[]).succeeded();
    let text = place.read(CSV);
    for name in
        ["cube,persons,sex,F,age_band,", "circle,persons,sex,F,age_band,", "overlap,units,kind,family,departments,"]
    {
        assert!(text.contains(name), "no {name}");
    }
    let cells: Cells = cells_of(&place);
    assert!(cells.values().all(|count| count.is_none_or(|count| count == 0 || count >= 5)));
    release(&place, &[]).succeeded();
}

#[test]
fn with_rounding_every_count_is_a_multiple_but_for_what_everybody_knows() {
    let place = municipality();
    place.edit("programme.toml", "threshold = 5", "threshold = 5\nround = 10");
    run(&place, &[]).succeeded();
    let counts = cells_by(&place.read(CSV), true);
    let odd: Vec<(&String, u64)> = counts
        .iter()
        .filter_map(|(cell, count)| Some((cell, (*count)?)))
        .filter(|(_, count)| count % 10 != 0)
        .collect();
    // The programme's size and its reserve are public.
    assert!(odd.iter().all(|(cell, _)| cell.contains("status\", \"proposed") || cell.contains("reserve")), "{odd:?}");
}
