//! `rekey` against a slow implementation, and what `select` makes of it.

use super::{
    DEPARTMENTS, FIRST_ID, SECOND_ID, SECOND_LINE, copy, delivered, hmac_hex, key_bytes, rekey, rekeyed, write_key,
};
use crate::municipality;
use crate::support::{Workplace, parquet_metadata, parquet_rows};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use udpeg::identity::{Key, Pseudonym, Rekeyer};

/// Random municipalities that are re-keyed.
const SEEDS: u64 = 25;

type Row = BTreeMap<String, Value>;

#[test]
fn the_published_vectors_hold() {
    let place = Workplace::new();
    write_key(&place, "second.key", SECOND_LINE);
    let second = Key::read(&place.path("second.key")).unwrap();
    assert_eq!(second.id().to_string(), SECOND_ID);
    let rekeyer = Rekeyer::new(&second);
    let guide = include_str!("../../../docs/custody.md");
    for (first, second) in [
        ("4055a05620afe904215fe3c06d086e51", "7e5a7b6bcc5b06533df6a74992367992"),
        ("a6bae06f9f2a105d03b8195e9c1d635c", "71440768fad5f6e59d539c128a4c6706"),
        ("96a9e05138ca4479fd6bead6346c8a7f", "91fc98f932475d92930d1af98082b31b"),
    ] {
        assert_eq!(rekeyer.rekey(Pseudonym::from_hex(first).unwrap()).to_string(), second);
        assert!(guide.contains(&format!("`{first}` | `{second}`")), "{first}");
    }
    assert_eq!(format!("{rekeyer:?}"), "Rekeyer(…)");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn any_pseudonym_becomes_the_hmac_of_its_written_form(bytes in any::<[u8; 32]>(), bits in any::<u128>()) {
        let place = Workplace::new();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_key(&place, "k.key", &format!("udpeg-key-1:{hex}\n"));
        let rekeyer = Rekeyer::new(&Key::read(&place.path("k.key")).unwrap());
        let pseudonym = Pseudonym::from_bits(bits.max(1));
        let expected = hmac_hex(&bytes, &format!("udpeg/1/rekey:{pseudonym}"));
        prop_assert_eq!(rekeyer.rekey(pseudonym).to_string(), expected);
    }
}

#[test]
fn pseudonyms_that_are_re_keyed_together_become_what_each_becomes_alone() {
    let place = Workplace::new();
    write_key(&place, "second.key", SECOND_LINE);
    let rekeyer = Rekeyer::new(&Key::read(&place.path("second.key")).unwrap());
    for count in 0..200 {
        let before: Vec<Pseudonym> = (1..=count).map(|bits| Pseudonym::from_bits(bits << 90 | bits)).collect();
        let mut together = before.clone();
        rekeyer.rekey_all(together.iter_mut());
        let alone: Vec<Pseudonym> = before.iter().map(|&pseudonym| rekeyer.rekey(pseudonym)).collect();
        assert_eq!(together, alone, "{count}");
    }
}

#[test]
fn records_that_memory_has_no_room_for_are_put_aside_and_the_bytes_are_the_same() {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "3000", "--seed", "11", "--dirty", "2%", "--out", "."]).succeeded();
    place.udpeg(&["run", "-p", "programme.toml", "--new-key", "--max-rejected", "100%", "--out", "out"]).succeeded();
    write_key(&place, "second.key", SECOND_LINE);
    let (period, before) = folders(&place.path("out")).remove(0);
    let deliveries = folders(&before.join("delivery"));
    let named: Vec<&str> = deliveries.iter().map(|(_, path)| path.to_str().unwrap()).collect();
    for (out, memory) in [("roomy", "768MiB"), ("narrow", "64KiB")] {
        let command =
            ["rekey", "-p", "programme.toml", "--out", out, "--memory", memory, "--key", "second.key", "--delivery"];
        place.udpeg(&[&command[..], &named].concat()).succeeded();
    }
    for (department, _) in &deliveries {
        for file in ["extract.parquet", "incomplete.parquet", "quality.json"] {
            let read =
                |out: &str| fs::read(place.path(&format!("{out}/{period}/rekeyed/{department}/{file}"))).unwrap();
            assert!(read("roomy") == read("narrow"), "{department} {file}");
        }
    }
    let rows =
        |department: &str| parquet_rows(&place.path(&format!("narrow/{period}/rekeyed/{department}/extract.parquet")));
    assert!(rows("jobcentre").len() > 2048, "64 KiB are room for 1,024 records");
}

/// Rows under the second key, in the contract's order, the slow way.
fn slowly_rekeyed(rows: Vec<Row>, second: &[u8]) -> Vec<Row> {
    let mut rows = rows;
    for row in &mut rows {
        for column in ["person", "record", "child"] {
            if let Some(Value::String(text)) = row.get(column) {
                let new = hmac_hex(second, &format!("udpeg/1/rekey:{text}"));
                row.insert(column.to_owned(), new.into());
            }
        }
    }
    // ISO dates sort as they are written; nulls come first.
    let key = |row: &Row| {
        ["person", "start", "end", "type", "record", "child"]
            .map(|column| row.get(column).and_then(Value::as_str).map(|text| text.as_bytes().to_vec()))
    };
    rows.sort_by_key(key);
    rows
}

/// The folders below a folder, with their names.
fn folders(path: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

/// Everything about the eligible units that no pseudonym decides, by their members under the second key.
fn units(path: &Path, become_: impl Fn(&str) -> String) -> Vec<(Vec<String>, Row)> {
    let rows = parquet_rows(path);
    let mut units: Vec<(Vec<String>, Row)> = rows
        .into_iter()
        .map(|mut row| {
            let members = row["members"].as_array().unwrap().iter().map(|member| become_(member.as_str().unwrap()));
            let mut members: Vec<String> = members.collect();
            members.sort();
            for column in ["rank", "status", "reason", "label", "unit", "members", "lottery"] {
                row.remove(column);
            }
            (members, row)
        })
        .collect();
    units.sort_by(|one, other| one.0.cmp(&other.0));
    units
}

#[test]
fn re_keyed_deliveries_agree_with_the_slow_implementation_and_select_the_same_units() {
    let second = key_bytes(SECOND_LINE);
    for seed in 0..SEEDS {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        write_key(&place, "second.key", SECOND_LINE);
        place.udpeg(&["run", "-p", "p.toml", "--max-rejected", "100%"]).succeeded();
        let (period, before) = folders(&place.path("out")).remove(0);
        let deliveries = folders(&before.join("delivery"));
        let named: Vec<&str> = deliveries.iter().map(|(_, path)| path.to_str().unwrap()).collect();
        let command = ["rekey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--delivery"];
        place.udpeg(&[&command[..], &named].concat()).succeeded();
        for (department, original) in &deliveries {
            let at = format!("seed {seed}, {department}");
            let made = place.path(&format!("second/{period}/rekeyed/{department}"));
            for file in ["extract.parquet", "incomplete.parquet"] {
                let expected = slowly_rekeyed(parquet_rows(&original.join(file)), &second);
                assert_eq!(parquet_rows(&made.join(file)), expected, "{at}, {file}");
                let mut expected = parquet_metadata(&original.join(file));
                let first = expected["udpeg.key_id"].clone();
                expected.insert("udpeg.key_id".to_owned(), format!("{first}+{SECOND_ID}"));
                let (mut expected, mut found) = (expected, parquet_metadata(&made.join(file)));
                for entries in [&mut expected, &mut found] {
                    entries.retain(|name, _| name.starts_with("udpeg."));
                }
                assert_eq!(found, expected, "{at}, {file}");
            }
            let quality = |folder: &Path| fs::read(folder.join("quality.json")).unwrap();
            assert!(quality(original) == quality(&made), "{at}");
        }
        copy(&place.path(&format!("second/{period}/rekeyed")), &place.path(&format!("analyst/{period}/delivery")));
        place.udpeg(&["select", "-p", "p.toml", "--out", "analyst"]).succeeded();
        place.udpeg(&["assign", "-p", "p.toml", "--out", "analyst"]).succeeded();
        let after = place.path(&format!("analyst/{period}"));
        let candidates = "selection/candidates.parquet";
        let expected = units(&before.join(candidates), rekeyed);
        assert_eq!(units(&after.join(candidates), str::to_owned), expected, "seed {seed}");
        let points = |folder: &Path| -> Vec<Value> {
            parquet_rows(&folder.join(candidates)).into_iter().map(|mut row| row.remove("points").unwrap()).collect()
        };
        assert_eq!(points(&after), points(&before), "seed {seed}: points by rank");
        let counts = |folder: &Path| -> Value {
            let mut counts: Value =
                serde_json::from_slice(&fs::read(folder.join("selection/counts.json")).unwrap()).unwrap();
            let mut children: Vec<String> = counts["placeholder_children"]
                .as_array()
                .unwrap()
                .iter()
                .map(|child| child.as_str().unwrap().to_owned())
                .collect();
            if folder == before {
                children = children.iter().map(|child| rekeyed(child)).collect();
            }
            children.sort();
            counts["placeholder_children"] = children.into();
            counts
        };
        assert_eq!(counts(&after)["funnel"], counts(&before)["funnel"], "seed {seed}");
        assert_eq!(counts(&after)["placeholder_children"], counts(&before)["placeholder_children"], "seed {seed}");
        let id = parquet_metadata(&after.join(candidates))["udpeg.key_id"].clone();
        assert!(id.ends_with(&format!("+{SECOND_ID}")) && id.len() == 33, "{id}");
    }
}

#[test]
fn the_manifest_of_a_re_keyed_delivery_tells_both_keys_and_nothing_of_the_extract() {
    let place = delivered();
    let ran = rekey(&place, &DEPARTMENTS, &[]).succeeded();
    let both = format!("{FIRST_ID}+{SECOND_ID}");
    assert!(ran.out.contains(&both) && ran.out.contains("second/2024Q4/rekeyed/social"), "{}", ran.out);
    for department in DEPARTMENTS {
        let delivered = place.json(&format!("out/2024Q4/delivery/{department}/manifest.json"));
        let manifest = place.json(&format!("second/2024Q4/rekeyed/{department}/manifest.json"));
        assert_eq!((&manifest["step"], &manifest["key_id"]), (&Value::from("rekey"), &Value::from(both.as_str())));
        assert_eq!(manifest["inputs"], delivered["outputs"]);
        assert_eq!(manifest["purpose"], delivered["purpose"]);
        let names = |manifest: &Value| -> Vec<Value> {
            manifest["outputs"].as_array().unwrap().iter().map(|output| output["path"].clone()).collect()
        };
        assert_eq!(names(&manifest), names(&delivered));
        let extract_sha256 = delivered["inputs"][0]["sha256"].as_str().unwrap();
        assert!(!manifest.to_string().contains(extract_sha256), "{manifest}");
    }
    let ran = rekey(&place, &["social"], &["--force", "--json"]).succeeded();
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(summary["deliveries"][0]["rows"], 3);
    assert_eq!(summary["deliveries"][0]["key_id"], both);
}

#[test]
fn a_programme_file_that_has_changed_since_is_told_now_and_by_select() {
    let place = delivered();
    let extract = "2024Q4/delivery/social/extract.parquet";
    let before = parquet_metadata(&place.path(&format!("out/{extract}")))["udpeg.programme"].clone();
    place.edit("p.toml", "name = \"Small\"", "name = \"Changed\"");
    let ran = rekey(&place, &DEPARTMENTS, &[]).succeeded();
    assert_eq!(ran.err.matches("the programme file has changed since it was delivered").count(), 3, "{}", ran.err);
    copy(&place.path("second/2024Q4/rekeyed"), &place.path("analyst/2024Q4/delivery"));
    assert_eq!(parquet_metadata(&place.path(&format!("analyst/{extract}")))["udpeg.programme"], before);
    let ran = place.udpeg(&["select", "-p", "p.toml", "--out", "analyst"]).succeeded();
    assert_eq!(ran.err.matches("the programme file has changed since it was delivered").count(), 3, "{}", ran.err);
}

#[test]
fn the_same_bytes_come_out_whatever_the_number_of_threads_and_the_order_of_the_folders() {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "20000", "--seed", "5", "--dirty", "2%", "--out", "."]).succeeded();
    write_key(&place, "programme.key", crate::support::KEY_LINE);
    write_key(&place, "second.key", SECOND_LINE);
    place.udpeg(&["run", "-p", "programme.toml"]).succeeded();
    let delivery = |department: &str| format!("out/2026Q3/delivery/{department}");
    let (jobcentre, family, social) = (delivery("jobcentre"), delivery("family"), delivery("social"));
    let mut results = Vec::new();
    for (threads, folders) in [
        ("1", [&jobcentre, &family, &social]),
        ("2", [&social, &family, &jobcentre]),
        ("7", [&family, &social, &jobcentre]),
    ] {
        let out = format!("with-{threads}");
        let command = ["rekey", "-p", "programme.toml", "--out", &out, "--key", "second.key", "--delivery"];
        let folders = folders.map(String::as_str);
        place.udpeg_with(&[&command[..], &folders].concat(), &[("RAYON_NUM_THREADS", threads)]).succeeded();
        let mut files = place.files(&out);
        files.retain(|path, _| !path.ends_with("manifest.json"));
        assert_eq!(files.len(), 9);
        results.push(files);
    }
    assert!(results[0] == results[1] && results[1] == results[2]);
}
