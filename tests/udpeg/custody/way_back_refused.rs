//! Lists that open no way back.

use super::{
    DEPARTMENTS, LIST, SECOND_LINE, WHO, add_coordinator, assigned, assigned_with_second_key, copy, reidentify,
    write_key,
};
use crate::support::{KEY_LINE, Ran, Workplace};
use std::fs;

const ASSIGNMENT: &str = "out/2024Q4/assignment/manifest.json";

/// Reidentifying fails like this; nothing is written, and nothing stands in the log.
#[track_caller]
fn fails(place: &Workplace, list: &str, more: &[&str], code: i32, says: &[&str]) {
    let ran = reidentify(place, "social", list, more).failed(code, says);
    assert!(ran.out.is_empty(), "{}", ran.out);
    for path in place.files(".").into_keys() {
        assert!(!path.ends_with("persons.csv") && !path.contains(".jsonl"), "{path}");
    }
}

#[test]
fn only_a_coordinators_list_as_the_assignments_manifest_names_it_is_taken() {
    let place = Workplace::with_small_programme();
    add_coordinator(&place);
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    let hint = "open for the list of one coordinator";
    let target_group = "out/2024Q4/assignment/target_group.parquet";
    fails(&place, target_group, &[], 4, &["refused: ", target_group, "it is not one coordinator's list", hint]);
    for other in ["out/2024Q4/selection/candidates.parquet", "out/2024Q4/delivery/social/extract.parquet"] {
        fails(
            &place,
            other,
            &[],
            4,
            &["refused: ", other, "its SHA-256 does not stand in the assignment's manifest", hint],
        );
    }
    let whole = fs::read(place.path(LIST)).unwrap();
    for bytes in [[&whole[..], b"x"].concat(), whole[..whole.len() - 1].to_vec(), Vec::new()] {
        place.write("list.parquet", bytes);
        let ran = reidentify(&place, "social", "list.parquet", &[]);
        assert!(matches!(ran.code, 1 | 4), "{}", ran.err);
        assert!(!place.path("out/2024Q4/reidentified").exists() && !place.path("p.key.log.jsonl").exists());
    }
    fails(&place, "none.parquet", &[], 1, &["none.parquet: it is not there"]);
    fails(&place, ".", &[], 1, &["it is a folder"]);
    // The same bytes elsewhere are the same list.
    fs::copy(place.path(LIST), place.path("k1.parquet")).unwrap();
    reidentify(&place, "social", "k1.parquet", &[]).succeeded();
}

#[test]
fn a_manifest_that_is_missing_or_of_another_step_is_no_assignment() {
    let place = assigned();
    fails(&place, LIST, &["--manifest", "none.json"], 1, &["none.json: it is not there", "--manifest"]);
    fails(&place, LIST, &["--manifest", "p.toml"], 1, &["p.toml: not a manifest"]);
    for other in ["out/2024Q4/selection/manifest.json", "out/2024Q4/delivery/social/manifest.json"] {
        fails(&place, LIST, &["--manifest", other], 4, &[other, "it is not the manifest of an assignment"]);
    }
    place.edit(ASSIGNMENT, "coordinators/k1/list.parquet", "coordinators/../../k1/list.parquet");
    fails(&place, LIST, &[], 4, &["it is not one coordinator's list"]);
    place.edit(ASSIGNMENT, "coordinators/../../k1/list.parquet", "coordinators/2512489996/list.parquet");
    fails(&place, LIST, &[], 4, &["it is not one coordinator's list"]);
}

#[test]
fn a_list_of_another_period_or_key_and_an_unknown_department_are_refused() {
    let place = assigned();
    let manifest = ["--manifest", ASSIGNMENT];
    fails(&place, LIST, &[&["--period", "2025Q1"][..], &manifest].concat(), 4, &["the list is not of this period"]);
    write_key(&place, "other.key", SECOND_LINE);
    let says = ["it is of the key cf38ac5703629760, and this is the key 2517db4d53ad9e26"];
    fails(&place, LIST, &["--key", "other.key"], 4, &says);
    place.set_mode("p.key", 0o640);
    fails(&place, LIST, &[], 4, &["others than its owner can read or write the key file"]);
    place.set_mode("p.key", 0o600);
    reidentify(&place, "housing", LIST, &[]).failed(2, &["no department `housing`"]);
    place.edit("p.toml", "delete_after = 2099-12-31", "delete_after = 2021-12-31");
    fails(&place, LIST, &[], 4, &["refused: "]);
}

#[test]
fn who_and_why_are_asked_for() {
    let place = assigned();
    let command = ["reidentify", "-p", "p.toml", "-d", "social", "--list", LIST];
    place.udpeg(&command).failed(2, &["--by", "--reason"]);
    for (by, reason, says) in [
        ("", "x", "--by is empty"),
        ("x", " ", "--reason is empty"),
        ("x", "the case of 251248-9996", "--reason looks like it holds a CPR number"),
        ("251248 9996", "x", "--by looks like it holds a CPR number"),
    ] {
        let ran = place.udpeg(&[&command[..], &["--by", by, "--reason", reason]].concat()).failed(2, &[says]);
        assert!(!ran.err.contains("9996"), "{}", ran.err);
    }
    assert!(!place.path("p.key.log.jsonl").exists());
}

#[test]
fn what_was_reidentified_is_never_replaced() {
    let place = assigned();
    reidentify(&place, "social", LIST, &[]).succeeded();
    let before = place.files(".");
    reidentify(&place, "social", LIST, &[]).failed(1, &["reidentified/social/k1", "was reidentified already"]);
    reidentify(&place, "social", LIST, &["--force"]).failed(2, &["--force"]);
    assert!(place.files(".") == before, "neither the list nor the log has changed");
    place.udpeg(&["run", "-p", "p.toml", "--force"]).succeeded();
    let path = "out/2024Q4/reidentified/social/k1/persons.csv";
    assert!(place.files(".")[path] == before[path]);
}

/// Unkeys the list for these departments' deliveries.
fn unkey(place: &Workplace, more: &[&str], departments: &[&str]) -> Ran {
    let folders: Vec<String> =
        departments.iter().map(|department| format!("out/2024Q4/delivery/{department}")).collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let mut command = vec!["unkey", "-p", "p.toml", "--out", "second"];
    let given = [
        ("--key", "second.key"),
        ("--list", "analyst/2024Q4/coordinators/k1/list.parquet"),
        ("--manifest", "analyst/2024Q4/assignment/manifest.json"),
    ];
    for (option, value) in given {
        if !more.contains(&option) {
            command.extend([option, value]);
        }
    }
    place.udpeg(&[&command, &WHO[..], more, &["--delivery"], &folders].concat())
}

#[test]
fn unkeying_asks_for_the_same_list_key_and_deliveries() {
    let place = assigned_with_second_key();
    add_coordinator(&place);
    place.udpeg(&["assign", "-p", "p.toml", "--out", "analyst", "--force"]).succeeded();
    let fails = |more: &[&str], departments: &[&str], code: i32, says: &[&str]| {
        let ran = unkey(&place, more, departments).failed(code, says);
        assert!(ran.out.is_empty() && !place.path("second/2024Q4/unkeyed").exists(), "{}", ran.out);
        assert!(!place.path("second.key.log.jsonl").exists());
    };
    let target_group = "analyst/2024Q4/assignment/target_group.parquet";
    fails(&["--list", target_group], &["social"], 4, &[target_group, "it is not one coordinator's list"]);
    write_key(&place, "third.key", &KEY_LINE.replace("0001", "ffff"));
    fails(
        &["--key", "third.key"],
        &["social"],
        4,
        &["were re-keyed with the key 2517db4d53ad9e26, and this is another"],
    );
    fails(
        &["--manifest", "second/2024Q4/rekeyed/social/manifest.json"],
        &["social"],
        4,
        &["not the manifest of an assignment"],
    );
    fails(&[], &["nobody"], 1, &["delivery/nobody/manifest.json: it is not there"]);
    copy(&place.path("second/2024Q4/rekeyed/social"), &place.path("out/2024Q4/delivery/rekeyed"));
    fails(&[], &["rekeyed"], 4, &["it was made with another key", "before they were re-keyed"]);
    place.write("out/2024Q4/delivery/social/extract.parquet", "x");
    fails(&[], &["social"], 4, &["altered or cut off"]);
    unkey(&place, &[], &["family"]).succeeded();
    let before = place.files("second");
    unkey(&place, &[], &["family", "jobcentre"]).failed(1, &["the step `unkey k1 for family` is there already"]);
    assert!(place.files("second") == before);

    // A list whose deliveries were not re-keyed.
    let place = assigned();
    write_key(&place, "second.key", SECOND_LINE);
    let list = ["--list", LIST, "--manifest", ASSIGNMENT];
    unkey(&place, &list, &["social"]).failed(4, &["its deliveries were not re-keyed", "there is nothing to unkey"]);
}

#[test]
fn what_the_custodian_gives_is_for_one_department_and_one_list() {
    let place = assigned_with_second_key();
    unkey(&place, &[], &DEPARTMENTS).succeeded();
    let social = "second/2024Q4/unkeyed/social/k1/pseudonyms.parquet";
    let manifest = ["--manifest", "analyst/2024Q4/assignment/manifest.json"];
    let ran = reidentify(&place, "family", social, &manifest);
    ran.failed(4, &["it was unkeyed for another department"]);
    unkey(&place, &["--list", social], &["social"]).failed(4, &["it was unkeyed already"]);
    // Another assignment does not name the list.
    place.edit(
        "analyst/2024Q4/assignment/manifest.json",
        "coordinators/k1/list.parquet",
        "coordinators/k2/list.parquet",
    );
    let text = place.read("analyst/2024Q4/assignment/manifest.json");
    let list_sha256 = {
        use sha2::{Digest, Sha256};
        let bytes = fs::read(place.path("analyst/2024Q4/coordinators/k1/list.parquet")).unwrap();
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    place.write("another.json", text.replace(&list_sha256, &"0".repeat(64)));
    reidentify(&place, "social", social, &["--manifest", "another.json"])
        .failed(4, &["its SHA-256 does not stand in the assignment's manifest"]);
    // Nor may the file be another than the manifest beside it says.
    copy(&place.path("second/2024Q4/unkeyed/family/k1"), &place.path("mixed"));
    fs::copy(place.path(social), place.path("mixed/pseudonyms.parquet")).unwrap();
    reidentify(&place, "social", "mixed/pseudonyms.parquet", &manifest)
        .failed(4, &["it is not the file that the manifest beside it names", "the whole folder again"]);
    fs::remove_file(place.path("mixed/manifest.json")).unwrap();
    reidentify(&place, "social", "mixed/pseudonyms.parquet", &manifest)
        .failed(1, &["mixed/manifest.json: it is not there"]);
    assert!(!place.path("p.key.log.jsonl").exists());
}
