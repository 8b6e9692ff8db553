//! What holds for every input: order, threads, steps and keys.

use crate::municipality;
use crate::support::{KEY_LINE, Workplace, parquet_rows};
use serde_json::Value;
use std::collections::BTreeMap;

const RUN: [&str; 5] = ["run", "--programme", "p.toml", "--max-rejected", "100%"];

/// Everything a run writes, manifests (which tell seconds) excepted.
fn outputs(place: &Workplace, below: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = place.files(below);
    files.retain(|name, _| !name.ends_with("manifest.json"));
    assert!(files.len() > 10, "a whole run writes more than {} files", files.len());
    files
}

/// The manifests of a run without the seconds.
fn manifests(place: &Workplace, below: &str) -> BTreeMap<String, Value> {
    let files = place.files(below).into_iter().filter(|(name, _)| name.ends_with("manifest.json"));
    let without_seconds = |bytes: Vec<u8>| {
        let mut manifest: Value = serde_json::from_slice(&bytes).unwrap();
        manifest.as_object_mut().unwrap().remove("seconds").unwrap();
        manifest.as_object_mut().unwrap().remove("overrides").unwrap();
        manifest
    };
    files.map(|(name, bytes)| (name, without_seconds(bytes))).collect()
}

fn department_ids(place: &Workplace) -> Vec<String> {
    let programme: toml::Table = toml::from_str(&place.read("p.toml")).unwrap();
    programme["department"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn equal_inputs_give_equal_bytes_whatever_the_number_of_threads() {
    for seed in [3, 14, 15] {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        let with_threads = |threads: &str, out: &str| {
            let environment = [("RAYON_NUM_THREADS", threads), ("POLARS_MAX_THREADS", threads)];
            place.udpeg_with(&[&RUN[..], &["--out", out]].concat(), &environment).succeeded();
            (outputs(&place, out), manifests(&place, out))
        };
        let one = with_threads("1", "one");
        assert!(one == with_threads("2", "two"), "seed {seed}: 2 threads");
        assert!(one == with_threads("7", "seven"), "seed {seed}: 7 threads");
    }
}

#[test]
fn the_separate_steps_give_the_bytes_of_run() {
    for seed in [9, 26, 53] {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        place.udpeg(&[&RUN[..], &["--out", "all"]].concat()).succeeded();
        let step =
            |words: &[&str]| place.udpeg(&[words, &["--programme", "p.toml", "--out", "each"]].concat()).succeeded();
        for department in department_ids(&place) {
            step(&["pseudonymise", "--department", &department, "--max-rejected", "100%"]);
        }
        step(&["select"]);
        step(&["assign"]);
        // Drafted by `run` alone; as a step of its own somebody has to approve it.
        let drafted = place.path(&format!("all/P{seed}/release"));
        if drafted.exists() {
            std::fs::remove_dir_all(drafted).unwrap();
        }
        assert!(outputs(&place, "all") == outputs(&place, "each"), "seed {seed}");
        assert_eq!(manifests(&place, "all"), manifests(&place, "each"), "seed {seed}");
    }
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "2000", "--seed", "5", "--out", "."]).succeeded();
    place.write("programme.key", KEY_LINE);
    place.set_mode("programme.key", 0o600);
    let run = |out: &str| {
        place.udpeg(&["run", "--programme", "programme.toml", "--out", out]).succeeded();
        // Only the list of rejected rows tells row numbers, and here there is none.
        outputs(&place, out)
    };
    let before = run("before");
    for name in ["jobcentre.csv", "family.csv", "social.csv"] {
        let bytes = std::fs::read(place.path(name)).unwrap();
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
        lines[1..].reverse();
        let middle = lines.len() / 2;
        lines[1..].rotate_left(middle / 3);
        place.write(name, lines.concat());
    }
    assert!(before == run("after"));
}

#[test]
fn another_key_gives_other_pseudonyms_and_lottery_ties_aside_the_same_group() {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "6000", "--seed", "8", "--out", "."]).succeeded();
    let run = |key: &str, out: &str| {
        place.udpeg(&["key", "new", key]).succeeded();
        place.udpeg(&["run", "--programme", "programme.toml", "--key", key, "--out", out]).succeeded();
        parquet_rows(&place.path(out).join("2026Q3/selection/candidates.parquet"))
    };
    let (one, other) = (run("one.key", "one"), run("other.key", "other"));
    assert!(one.len() > 50);
    let units = |rows: &[BTreeMap<String, Value>]| rows.iter().map(|row| row["unit"].to_string()).collect::<Vec<_>>();
    assert!(units(&one).iter().all(|unit| !units(&other).contains(unit)));
    // What is drawn by lot depends on the pseudonyms; everything else of each unit does not.
    let facts = |rows: &[BTreeMap<String, Value>]| {
        let mut facts: Vec<String> = rows.iter().map(fact).collect();
        facts.sort();
        facts
    };
    assert_eq!(facts(&one), facts(&other));
    let points = |rows: &[BTreeMap<String, Value>]| rows.iter().map(|row| row["points"].clone()).collect::<Vec<_>>();
    assert_eq!(points(&one), points(&other), "points by rank");
}

/// What of a candidate does not follow from the key or the lottery.
fn fact(row: &BTreeMap<String, Value>) -> String {
    let is_kept = |name: &str| {
        name.starts_with("value_") || name.starts_with("points") || name == "kind" || name == "departments"
    };
    let kept: Vec<String> =
        row.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| format!("{name}={value}")).collect();
    format!("{} members={}", kept.join(" "), row["members"].as_array().unwrap().len())
}
