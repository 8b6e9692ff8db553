//! The ledger, and who stands for a release.

use super::{CSV, made, release, released};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const LEDGER: &str = "out/ledger/ledger.jsonl";

#[test]
fn a_preview_shows_the_tables_and_writes_nothing() {
    let place = made();
    let before = place.files("out");
    let shown = release(&place, &[]).succeeded();
    for says in ["units_by_kind", "hidden", "cells are hidden", "Nothing was written"] {
        assert!(shown.out.contains(says), "the preview does not say {says:?}:\n{}", shown.out);
    }
    assert_eq!(before, place.files("out"));
    assert!(!place.path("out/ledger").exists());
}

#[test]
fn a_release_needs_two_different_people() {
    let place = made();
    for names in [["A. Jensen", "A. Jensen"], ["A. Jensen", " a.  jensen "], ["A. Jensen", ""], ["", "B"]] {
        release(&place, &["--prepared-by", names[0], "--approved-by", names[1]]).failed(2, &["--"]);
    }
    release(&place, &["--prepared-by", "A. Jensen"]).failed(2, &["--approved-by"]);
    let number = "251248-9996";
    let ran = release(&place, &["--prepared-by", number, "--approved-by", "B. Holm"])
        .failed(2, &["looks like it holds a CPR number"]);
    assert!(!ran.err.contains(number));
    assert!(!place.path("out/ledger").exists());
}

#[test]
fn a_release_is_entered_with_who_what_and_when_and_follows_the_one_before() {
    let place = made();
    let first = released(&place, &["--json"]).succeeded();
    let first: serde_json::Value = serde_json::from_str(&first.out).unwrap();
    released(&place, &[]).failed(1, &["the step `release` is there already"]);
    released(&place, &["--force"]).succeeded();
    let entries: Vec<serde_json::Value> =
        place.read(LEDGER).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["prepared_by"], "A. Jensen");
    assert_eq!(entries[0]["approved_by"], "B. Holm");
    assert_eq!(entries[0]["period"], "2026Q3");
    assert_eq!(entries[1]["previous"], first["released"]["head"]);
    // A second release of a period is rounded.
    assert_eq!(entries[0]["rounded_to"], serde_json::Value::Null);
    assert_eq!(entries[1]["rounded_to"], 5);
    for name in ["out/ledger", LEDGER, "out/ledger/0001.json"] {
        assert_eq!(fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o077, 0, "{name} is open to others");
    }
    place.udpeg(&["verify", "--programme", "programme.toml"]).succeeded();
}

#[test]
fn the_ledger_keeps_no_count_that_is_hidden() {
    let place = made();
    released(&place, &[]).succeeded();
    let kept = place.json("out/ledger/0001.json");
    let shown = super::cells_of(&place);
    let mut hidden = 0;
    for cell in kept["published"]["cells"].as_array().unwrap() {
        let (definition, known) = (&cell[0], &cell[1]);
        let Some(conditions) = definition["conditions"].as_object() else { continue };
        let conditions: Vec<(&str, &str)> =
            conditions.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let name = format!("{} {conditions:?}", definition["universe"].as_str().unwrap());
        if shown.get(&name) == Some(&None) {
            assert_eq!(known["low"], 0, "{name}");
            assert_eq!(known["high"], serde_json::Value::Null, "{name}");
            hidden += 1;
        }
    }
    assert!(hidden > 5, "only {hidden} hidden cells were found");
}

#[test]
fn nothing_is_released_beside_a_ledger_that_was_altered() {
    let place = made();
    released(&place, &[]).succeeded();
    released(&place, &["--force"]).succeeded();
    let (ledger, kept) = (place.read(LEDGER), place.read("out/ledger/0001.json"));
    let before = place.read(CSV);
    let refused = |ledger: &str, kept: &str| {
        place.write(LEDGER, ledger);
        place.write("out/ledger/0001.json", kept);
        released(&place, &["--force"]).failed(4, &["the ledger of releases is not as it was written"]);
        release(&place, &[]).failed(4, &["the ledger of releases"]);
        place.udpeg(&["verify", "--programme", "programme.toml"]).failed(4, &["the ledger of releases"]);
        assert_eq!(place.read(CSV), before);
    };
    refused(&ledger.replacen("B. Holm", "C. Holm", 1), &kept);
    refused(&ledger.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>(), &kept);
    refused(&ledger.lines().rev().map(|line| format!("{line}\n")).collect::<String>(), &kept);
    refused(&ledger, &kept.replacen("\"low\":", "\"low\":1", 1));
    refused(&ledger, "{}");
    // A line that was cut off while it was written was no release.
    place.write("out/ledger/0001.json", &kept);
    place.write(LEDGER, format!("{ledger}{{\"number\":3"));
    released(&place, &["--force"]).succeeded();
    assert_eq!(place.read(LEDGER).lines().count(), 3);
}

#[test]
fn statistics_of_another_selection_than_the_one_that_stands_are_not_released() {
    let place = made();
    place.edit("programme.toml", "reserve   = ", "reserve   = 1");
    release(&place, &[]).failed(4, &["was made with another programme file"]);
    place.udpeg(&["select", "--programme", "programme.toml", "--force"]).succeeded();
    release(&place, &[]).failed(4, &["its assignment was made with another programme file"]);
    place.udpeg(&["verify", "--programme", "programme.toml"]).failed(4, &["release/manifest.json"]);
    place.udpeg(&["assign", "--programme", "programme.toml", "--force"]).succeeded();
    release(&place, &[]).succeeded();
    released(&place, &[]).succeeded();
    place.udpeg(&["verify", "--programme", "programme.toml"]).succeeded();
}

#[test]
fn separate_steps_release_what_run_drafts() {
    let place = made();
    let drafted = place.files("out/2026Q3/release");
    released(&place, &[]).succeeded();
    let after = place.files("out/2026Q3/release");
    for name in ["statistics.csv", "statistics.parquet"] {
        assert_eq!(drafted[name], after[name], "{name}");
    }
}
