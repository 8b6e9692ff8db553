//! The period before, recusals and persons kept apart, by the command line.

use crate::support::{Workplace, parquet_rows};
use serde_json::Value;
use std::collections::BTreeMap;

/// Two periods of the small programme with two coordinators, the first of them run.
fn with_first_period() -> Workplace {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "size = 2", "size = 3");
    place.edit("p.toml", "min_points = 1", "min_points = 0");
    place.edit("p.toml", "capacity = 2\n", "capacity = 2\n\n[[coordinator]]\nid = \"k2\"\ncapacity = 2\n");
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    place
}

/// Who coordinates each member.
fn coordinators(place: &Workplace, period: &str) -> BTreeMap<String, String> {
    let rows = parquet_rows(&place.path(&format!("out/{period}/assignment/target_group.parquet")));
    let mut found = BTreeMap::new();
    for row in rows {
        for member in row["members"].as_array().unwrap() {
            found.insert(member.as_str().unwrap().to_owned(), row["coordinator"].as_str().unwrap_or("-").to_owned());
        }
    }
    assert!(!found.is_empty());
    found
}

/// The label of the unit that a coordinator has, and a member of it.
fn somebody_of(place: &Workplace, period: &str, coordinator: &str) -> (String, String) {
    let rows = parquet_rows(&place.path(&format!("out/{period}/assignment/target_group.parquet")));
    let row = rows.into_iter().find(|row| row["coordinator"] == coordinator).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&row["label"]), text(&row["members"][0]))
}

#[test]
fn with_previous_nobody_loses_a_coordinator_without_need() {
    let place = with_first_period();
    let before = coordinators(&place, "2024Q4");
    // In another order each would go to the other coordinator.
    place.edit("p.toml", "id = \"k1\"\ncapacity = 2", "id = \"x\"\ncapacity = 2");
    place.edit("p.toml", "id = \"k2\"\ncapacity = 2", "id = \"k1\"\ncapacity = 2");
    place.edit("p.toml", "id = \"x\"\ncapacity = 2", "id = \"k2\"\ncapacity = 2");
    place.udpeg(&["run", "-p", "p.toml", "--period", "2025Q1"]).succeeded();
    assert_ne!(coordinators(&place, "2025Q1"), before);
    let assign = ["assign", "-p", "p.toml", "--period", "2025Q1", "--force", "--previous", "out/2024Q4"];
    let ran = place.udpeg(&assign).succeeded();
    assert!(ran.out.contains("0 persons lose the coordinator they had"), "{}", ran.out);
    assert!(ran.out.contains("points before"), "{}", ran.out);
    assert_eq!(coordinators(&place, "2025Q1"), before);
    place.udpeg(&["verify", "-p", "p.toml", "--period", "2025Q1", "--recompute"]).succeeded();

    // The target group of the period before was altered since.
    place.write("out/2024Q4/assignment/target_group.parquet", "x");
    place.udpeg(&["verify", "-p", "p.toml", "--period", "2025Q1"]).failed(4, &["made from another", "target_group"]);
    let unchanged = place.files("out/2025Q1");
    place.udpeg(&assign).failed(4, &["target_group.parquet", "nothing was changed"]);
    assert_eq!(place.files("out/2025Q1"), unchanged);
}

#[test]
fn a_period_before_of_another_key_or_none_is_refused_and_changes_nothing() {
    let place = with_first_period();
    place.write("p.key", "udpeg-key-1:ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    place.udpeg(&["run", "-p", "p.toml", "--period", "2025Q1"]).succeeded();
    let before = place.files("out");
    let assign = |previous: &str| {
        place.udpeg(&["assign", "-p", "p.toml", "--period", "2025Q1", "--force", "--previous", previous])
    };
    assign("out/2024Q4").failed(4, &["another key", "nothing was changed"]);
    assign("out/2023Q1").failed(1, &["2023Q1", "is not there"]);
    assign("out/2025Q1").failed(2, &["the period itself", "--previous"]);
    assert_eq!(place.files("out"), before);
}

#[test]
fn a_conflict_of_interest_holds_from_then_on_in_later_periods_too() {
    let place = with_first_period();
    let (label, member) = somebody_of(&place, "2024Q4", "k1");
    let recuse = |unit: &str, coordinator: &str, reason: &str| {
        place.udpeg(&["recuse", "-p", "p.toml", "--unit", unit, "--coordinator", coordinator, "--reason", reason])
    };
    let said = recuse(&label, "k1", "knows the family").succeeded();
    assert!(said.out.contains("k1 may not coordinate") && said.err.contains("assigned already"), "{said:?}");
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    place.udpeg(&["assign", "-p", "p.toml", "--force"]).succeeded();
    assert_eq!(coordinators(&place, "2024Q4")[&member], "k2");
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    place.udpeg(&["run", "-p", "p.toml", "--period", "2025Q1", "--previous", "out/2024Q4"]).succeeded();
    place.udpeg(&["run", "-p", "p.toml", "--period", "2025Q2", "--previous", "out/2025Q1"]).succeeded();
    for period in ["2025Q1", "2025Q2"] {
        assert_eq!(coordinators(&place, period)[&member], "k2");
        place.udpeg(&["verify", "-p", "p.toml", "--period", period, "--recompute"]).succeeded();
    }
    // Decisions that came later do not make the assignment another.
    let (other, _) = somebody_of(&place, "2024Q4", "k1");
    recuse(&other, "k2", "related").succeeded();
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
}

#[test]
fn a_recusal_that_cannot_be_recorded_changes_nothing() {
    let place = with_first_period();
    let (label, member) = somebody_of(&place, "2024Q4", "k1");
    let recuse = |unit: &str, coordinator: &str, reason: &str| {
        place.udpeg(&["recuse", "-p", "p.toml", "--unit", unit, "--coordinator", coordinator, "--reason", reason])
    };
    let before = place.files("out");
    recuse("ffffffff", "k1", "kin").failed(2, &["no eligible unit", "label"]);
    recuse(&label, "k9", "kin").failed(2, &["no such coordinator", "k1, k2"]);
    recuse(&label, "k1", " ").failed(2, &["--reason"]);
    recuse(&label, "k1", "knows 020160-9995").failed(2, &["--reason", "CPR number"]);
    assert_eq!(place.files("out"), before);
    recuse(&label, "k1", "kin").succeeded();
    let before = place.files("out");
    recuse(&member, "k1", "kin").failed(2, &["line 1", "already"]);
    let log = place.read("out/2024Q4/decisions/decisions.jsonl");
    for (altered, says) in [
        (log.replace("\"kin\"", "\"kim\""), "line 1 was altered"),
        (log.trim_end().to_owned(), "line 1 was cut off"),
        (format!("{log}{log}"), "line 2 does not follow from the one before"),
    ] {
        place.write("out/2024Q4/decisions/decisions.jsonl", &altered);
        recuse(&label, "k2", "kin").failed(4, &["decisions.jsonl", says, "nothing was changed"]);
        place.udpeg(&["assign", "-p", "p.toml", "--force"]).failed(4, &["decisions.jsonl", says]);
        place.udpeg(&["verify", "-p", "p.toml"]).failed(4, &["decisions.jsonl", says]);
        assert_eq!(place.read("out/2024Q4/decisions/decisions.jsonl"), altered);
    }
    place.write("out/2024Q4/decisions/decisions.jsonl", &log);
    assert_eq!(place.files("out"), before);
}

#[test]
fn persons_kept_apart_are_in_different_families_and_have_different_coordinators() {
    let place = with_first_period();
    let rows = parquet_rows(&place.path("out/2024Q4/selection/candidates.parquet"));
    let family = rows.iter().find(|row| row["members"].as_array().unwrap().len() == 2);
    let Some(family) = family else { panic!("{rows:?}") };
    let members: Vec<&str> =
        family["members"].as_array().unwrap().iter().map(|member| member.as_str().unwrap()).collect();
    place.edit("p.toml", "[eligibility]", "[family]\napart_file = \"apart.csv\"\n\n[eligibility]");
    place.edit("p.toml", "min_departments = 2", "min_departments = 1");
    place.edit("p.toml", "size = 3", "size = 4");
    place.write("apart.csv", format!("person,apart_from\n{},{}\n\n", members[1], members[0]));
    place.udpeg(&["run", "-p", "p.toml", "--force"]).succeeded();
    let after = coordinators(&place, "2024Q4");
    assert_ne!(after[members[0]], after[members[1]]);
    let rows = parquet_rows(&place.path("out/2024Q4/selection/candidates.parquet"));
    assert!(rows.iter().all(|row| row["members"].as_array().unwrap().len() == 1), "{rows:?}");
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    place.write("apart.csv", format!("{},{}\n", members[0], "0".repeat(31) + "1"));
    place.udpeg(&["verify", "-p", "p.toml"]).failed(4, &["made from another", "apart.csv"]);

    let before = place.files("out");
    for (text, says) in [
        (format!("{},{}\n", members[0], members[0]), "line 1"),
        (format!("person,apart_from\n{}\n", members[0]), "line 2"),
        (format!("\n{},0201609995\n", members[0]), "line 2"),
    ] {
        place.write("apart.csv", text);
        let failed = place.udpeg(&["select", "-p", "p.toml", "--force"]).failed(1, &["apart.csv", says]);
        assert!(!failed.err.contains("0201609995"), "{}", failed.err);
        place.udpeg(&["assign", "-p", "p.toml", "--force"]).failed(1, &["apart.csv", says]);
    }
    assert_eq!(place.files("out"), before);
}
