//! Worked cases: small dirty extracts whose results independent implementations agree on.

use crate::support::{Workplace, parquet_rows};
use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn every_worked_case_comes_out_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/udpeg/cases");
    let mut compared = 0;
    for entry in fs::read_dir(folder).unwrap() {
        compare(&entry.unwrap().path());
        compared += 1;
    }
    assert_eq!(compared, 12);
}

fn compare(case: &Path) {
    let place = Workplace::new();
    for entry in fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        place.write(path.file_name().unwrap().to_str().unwrap(), fs::read(&path).unwrap());
    }
    place.set_mode("k.key", 0o600);
    place.udpeg(&["run", "--programme", "p.toml", "--max-rejected", "100%"]).succeeded();
    let expected = place.json("expected.json");
    let period = fs::read_dir(place.path("out")).unwrap().next().unwrap().unwrap().path();
    let name = case.display();
    for (department, quality) in expected["quality"].as_object().unwrap() {
        let delivery = period.join("delivery").join(department);
        let mut written: Value = serde_json::from_slice(&fs::read(delivery.join("quality.json")).unwrap()).unwrap();
        assert_eq!(written.as_object_mut().unwrap().remove("department").unwrap(), *department);
        // What was added since they were worked out.
        for added in ["persons", "types", "risk"] {
            assert!(written.as_object_mut().unwrap().remove(added).is_some(), "{name}, {department}: {added}");
        }
        assert_eq!(written, *quality, "{name}, {department}");
        let incomplete: Value =
            parquet_rows(&delivery.join("incomplete.parquet")).iter().map(|row| row["person"].clone()).collect();
        assert_eq!(incomplete, expected["incomplete"][department], "{name}, {department}");
    }
    let mut counts: Value = serde_json::from_slice(&fs::read(period.join("selection/counts.json")).unwrap()).unwrap();
    if expected["counts"].get("lottery").is_none() {
        counts.as_object_mut().unwrap().remove("lottery");
    }
    assert_eq!(counts, expected["counts"], "{name}");
    let candidates = parquet_rows(&period.join("selection/candidates.parquet"));
    let expected = expected["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), expected.len(), "{name}");
    for (candidate, expected) in candidates.iter().zip(expected) {
        for (key, value) in expected.as_object().unwrap() {
            match key.as_str() {
                "values" => {
                    for (rule, value) in value.as_object().unwrap() {
                        let written = candidate[&format!("value_{rule}")].as_f64().unwrap();
                        assert!((written - value.as_f64().unwrap()).abs() < 1e-9, "{name}: {rule} of {expected}");
                    }
                }
                "rule_points" => {
                    for (rule, points) in value.as_object().unwrap() {
                        assert_eq!(candidate[&format!("points_{rule}")], *points, "{name}: {rule} of {expected}");
                    }
                }
                _ => assert_eq!(candidate[key], *value, "{name}: {key} of {expected}"),
            }
        }
    }
}
