//! `verify` on what custody leaves: re-keyed deliveries, and the folders of the second key and of the way back.

use super::{
    DEPARTMENTS, FIRST_ID, LIST, SECOND_ID, WHO, assigned, assigned_with_second_key, copy, delivered, reidentify, rekey,
};
use crate::support::{Ran, Workplace};
use std::fs;

fn verify(place: &Workplace, out: &str, more: &[&str]) -> Ran {
    place.udpeg(&[&["verify", "-p", "p.toml", "--out", out], more].concat())
}

/// Unkeys the only list for all departments, into `second`.
fn unkey(place: &Workplace) {
    let list = ["--list", "analyst/2024Q4/coordinators/k1/list.parquet"];
    let manifest = ["--manifest", "analyst/2024Q4/assignment/manifest.json"];
    let command = ["unkey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--delivery"];
    let folders = DEPARTMENTS.map(|department| format!("out/2024Q4/delivery/{department}"));
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    place.udpeg(&[&command[..], &folders, &list, &manifest, &WHO].concat()).succeeded();
}

/// Changes one byte in the middle of a file.
fn alter(place: &Workplace, path: &str) {
    let mut bytes = fs::read(place.path(path)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(place.path(path), bytes).unwrap();
}

#[test]
fn what_the_analyst_has_and_made_of_re_keyed_deliveries_fits_and_is_recomputed_without_any_key() {
    let place = assigned_with_second_key();
    fs::remove_file(place.path("p.key")).unwrap();
    fs::remove_file(place.path("second.key")).unwrap();
    let ran = verify(&place, "analyst", &["--recompute"]).succeeded();
    assert!(ran.out.contains("All fits") && ran.err.is_empty(), "{} {}", ran.out, ran.err);
}

#[test]
fn what_the_custodian_and_the_departments_have_fits_and_one_byte_of_it_is_enough() {
    let place = assigned_with_second_key();
    unkey(&place);
    for department in DEPARTMENTS {
        let list = format!("second/2024Q4/unkeyed/{department}/k1/pseudonyms.parquet");
        reidentify(&place, department, &list, &["--manifest", "analyst/2024Q4/assignment/manifest.json"]).succeeded();
    }
    for (out, step) in
        [("second", "rekey social"), ("second", "unkey k1 for family"), ("out", "reidentify k1 in social")]
    {
        let ran = verify(&place, out, &[]).succeeded();
        let line = ran.out.lines().find(|line| line.trim_start().starts_with(step));
        assert!(line.is_some_and(|line| line.matches("fits").count() == 4), "{step}: {}", ran.out);
    }
    for (out, file) in [
        ("second", "rekeyed/social/extract.parquet"),
        ("second", "rekeyed/family/incomplete.parquet"),
        ("second", "rekeyed/jobcentre/quality.json"),
        ("second", "unkeyed/family/k1/pseudonyms.parquet"),
    ] {
        let path = format!("{out}/2024Q4/{file}");
        let before = fs::read(place.path(&path)).unwrap();
        alter(&place, &path);
        verify(&place, out, &[]).failed(4, &[file, "it is not the file that its manifest names"]);
        fs::write(place.path(&path), before).unwrap();
    }
    place.write("out/2024Q4/reidentified/social/k1/more.csv", "");
    verify(&place, "out", &[]).failed(4, &["reidentified/social/k1/more.csv", "belongs to no step"]);
}

#[test]
fn numbers_that_were_told_may_be_taken_away_again_but_not_be_open_to_others() {
    let place = assigned();
    reidentify(&place, "social", LIST, &[]).succeeded();
    let persons = "out/2024Q4/reidentified/social/k1/persons.csv";
    verify(&place, "out", &[]).succeeded();
    place.set_mode(persons, 0o640);
    verify(&place, "out", &[]).failed(4, &[persons, "others than its owner can reach it"]);
    fs::remove_file(place.path(persons)).unwrap();
    verify(&place, "out", &[]).succeeded();
}

#[test]
fn deliveries_that_went_different_ways_are_found_and_re_keyed_ones_beside_the_others_are_not() {
    let place = delivered();
    rekey(&place, &["social"], &[]).succeeded();
    copy(&place.path("second/2024Q4/rekeyed"), &place.path("out/2024Q4/rekeyed"));
    let ran = verify(&place, "out", &[]).succeeded();
    assert!(ran.out.contains("rekey social"), "{}", ran.out);
    fs::remove_dir_all(place.path("out/2024Q4/delivery/social")).unwrap();
    fs::remove_dir_all(place.path("out/2024Q4/private/social")).unwrap();
    fs::rename(place.path("out/2024Q4/rekeyed/social"), place.path("out/2024Q4/delivery/social")).unwrap();
    let both = format!("pseudonymise social {FIRST_ID}+{SECOND_ID}");
    verify(&place, "out", &[]).failed(4, &["different keys", &format!("pseudonymise family {FIRST_ID}"), &both]);
}

#[test]
fn what_a_re_keyed_delivery_says_of_itself_must_fit() {
    let place = assigned_with_second_key();
    for (path, from, to, says) in [
        ("delivery/social/manifest.json", "\"rekey\"", "\"unkey\"", "it is the manifest of another step"),
        ("delivery/social/manifest.json", SECOND_ID, "2517db4d53ad9e27", "different keys"),
        ("delivery/social/manifest.json", FIRST_ID, "name of a person", "(no key id)"),
    ] {
        let file = format!("analyst/2024Q4/{path}");
        let before = place.read(&file);
        assert!(before.contains(from), "{from}");
        place.write(&file, before.replace(from, to));
        verify(&place, "analyst", &[]).failed(4, &[says]);
        place.write(&file, before);
    }
    fs::rename(place.path("out"), place.path("departments")).unwrap();
    fs::rename(place.path("analyst"), place.path("out")).unwrap();
    verify(&place, "out", &[]).succeeded();
    let counts = |count: u64| {
        let path = place.path("out/2024Q4/delivery/social/manifest.json");
        let mut manifest = place.json("out/2024Q4/delivery/social/manifest.json");
        manifest["inputs"][0]["rows"] = count.into();
        fs::write(path, manifest.to_string()).unwrap();
    };
    counts(4);
    verify(&place, "out", &[]).failed(4, &["social", "counts do not add up"]);
    counts(3);
    verify(&place, "out", &[]).succeeded();
}
