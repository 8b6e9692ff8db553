//! The program against the slow row-by-row implementation in `reference/`, on random programmes and dirty extracts.

use crate::municipality;
use crate::reference::{self, Candidate, DepartmentOutcome, ExtractRow, Why};
use crate::support::{Workplace, parquet_rows};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Random municipalities compared; each takes some tens of milliseconds.
const SEEDS: u64 = 150;

#[test]
fn the_program_agrees_with_the_slow_implementation_on_random_municipalities() {
    for seed in 0..SEEDS {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        compare_run(seed, &place);
    }
}

/// Random municipalities with renumbered and excluded persons and several adults.
const SEEDS_WITH_LISTS: u64 = 50;

#[test]
fn the_program_agrees_on_renumbered_and_excluded_persons_and_several_adults() {
    for seed in 1000..1000 + SEEDS_WITH_LISTS {
        let place = Workplace::new();
        let numbers = municipality::write(seed, &place.path("."));
        municipality::add_lists(seed, &place.path("."), numbers);
        compare_run(seed, &place);
    }
}

fn compare_run(seed: u64, place: &Workplace) {
    let expected = reference::run(&place.path("p.toml"));
    let ran = place.udpeg(&["run", "--programme", "p.toml", "--max-rejected", "100%"]).succeeded();
    // What everybody is taken to know of the counts is true of them.
    assert!(!ran.err.contains("could not be made"), "seed {seed}: {}", ran.err);
    let period = period_folder(place);
    for (department, expected) in &expected.departments {
        compare_department(seed, &period, department, expected);
    }
    let counts: Value = serde_json::from_slice(&std::fs::read(period.join("selection/counts.json")).unwrap()).unwrap();
    assert_eq!(counts, expected.counts, "seed {seed}");
    compare_candidates(seed, place, &period, &expected.candidates);
    assert_eq!(why(&period), expected.why, "seed {seed}");
}

/// The only folder below `out`.
fn period_folder(place: &Workplace) -> PathBuf {
    std::fs::read_dir(place.path("out")).unwrap().next().unwrap().unwrap().path()
}

fn why(period: &Path) -> Vec<Why> {
    let rows = parquet_rows(&period.join("selection/why.parquet"));
    let text = |row: &BTreeMap<String, Value>, name: &str| row[name].as_str().map(str::to_owned);
    let why = |row: &BTreeMap<String, Value>| Why {
        person: text(row, "person").unwrap(),
        unit: text(row, "unit"),
        outcome: text(row, "outcome").unwrap(),
        reason: text(row, "reason"),
        points_short: row["points_short"].as_i64(),
    };
    rows.iter().map(why).collect()
}

fn compare_department(seed: u64, period: &Path, department: &str, expected: &DepartmentOutcome) {
    let at = format!("seed {seed}, {department}");
    let delivery = period.join("delivery").join(department);
    let private = period.join("private").join(department);
    let quality: Value = serde_json::from_slice(&std::fs::read(delivery.join("quality.json")).unwrap()).unwrap();
    assert_eq!(quality, expected.quality, "{at}");

    let incomplete = parquet_rows(&delivery.join("incomplete.parquet"));
    let incomplete: Vec<&str> = incomplete.iter().map(|row| row["person"].as_str().unwrap()).collect();
    assert_eq!(incomplete, expected.incomplete, "{at}");

    let extract: Vec<ExtractRow> =
        parquet_rows(&delivery.join("extract.parquet")).into_iter().map(extract_row).collect();
    assert_eq!(extract, expected.extract, "{at}");

    let rejected: Vec<_> = csv_rows(&private.join("rejected.csv"))
        .into_iter()
        .map(|row| (row[0].clone(), row[1].parse().unwrap(), row[2].clone(), row[3].clone()))
        .collect();
    assert_eq!(rejected, expected.rejected, "{at}");

    let other: BTreeMap<String, u64> = csv_rows(&private.join("other_types.csv"))
        .into_iter()
        .map(|row| (row[0].clone(), row[1].parse().unwrap()))
        .collect();
    assert_eq!(other, expected.other_types, "{at}");
}

pub(crate) fn extract_row(mut row: BTreeMap<String, Value>) -> ExtractRow {
    let mut text = |name: &str| row.remove(name).and_then(|value| value.as_str().map(str::to_owned));

    ExtractRow {
        person: text("person").unwrap(),
        record: text("record"),
        type_: text("type").unwrap(),
        start: text("start").unwrap().parse().unwrap(),
        end: text("end").map(|day| day.parse().unwrap()),
        child: text("child"),
        sex: text("sex"),
        age_band: text("age_band"),
    }
}

/// The rows of a CSV file without its header, by a reader as simple as our own lists need.
fn csv_rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows = vec![vec![String::new()]];
    let mut in_quotes = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let row = rows.last_mut().unwrap();
        match character {
            '"' if in_quotes && characters.peek() == Some(&'"') => {
                characters.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => row.push(String::new()),
            '\n' if !in_quotes => rows.push(vec![String::new()]),
            other => row.last_mut().unwrap().push(other),
        }
    }
    rows.pop();
    rows.remove(0);
    rows
}

fn compare_candidates(seed: u64, place: &Workplace, period: &Path, expected: &[Candidate]) {
    let programme: toml::Table = toml::from_str(&place.read("p.toml")).unwrap();
    let rules: Vec<&str> =
        programme["rule"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let candidates = parquet_rows(&period.join("selection/candidates.parquet"));
    assert_eq!(candidates.len(), expected.len(), "seed {seed}");
    for (candidate, expected) in candidates.iter().zip(expected) {
        let at = format!("seed {seed}, rank {}", expected.rank);
        let exact = json!({
            "rank": expected.rank, "status": expected.status, "reason": expected.reason, "label": expected.label,
            "unit": expected.unit, "kind": expected.kind, "members": expected.members, "departments": expected.departments,
            "incomplete": expected.incomplete, "points": expected.points, "lottery": expected.lottery,
        });
        for (key, value) in exact.as_object().unwrap() {
            assert_eq!(candidate[key], *value, "{at}: {key}");
        }
        for ((rule, value), points) in rules.iter().zip(&expected.values).zip(&expected.rule_points) {
            let written = candidate[&format!("value_{rule}")].as_f64().unwrap();
            assert!((written - value).abs() < 1e-9, "{at}: {rule}");
            assert_eq!(candidate[&format!("points_{rule}")], json!(points), "{at}: {rule}");
        }
    }
}
