//! Deliveries that `rekey` does not take, and mixtures that `select` does not take.

use super::{DEPARTMENTS, FIRST_ID, SECOND_ID, copy, delivered, rekey, write_key};
use crate::bad_input::handmade::{EXTRACT, replace, rewrite, with_cell};
use crate::support::{KEY_LINE, Ran, Workplace};
use std::fs;

/// Re-keying family's delivery fails like this and leaves nothing.
#[track_caller]
fn rekey_fails(place: &Workplace, departments: &[&str], more: &[&str], code: i32, says: &[&str]) -> Ran {
    let ran = rekey(place, departments, more).failed(code, says);
    assert!(ran.out.is_empty(), "{}", ran.out);
    let left: Vec<String> = place.files("second").into_keys().collect();
    assert!(left.is_empty(), "{says:?}: {left:?}");
    ran
}

#[test]
fn a_delivery_that_was_altered_or_cut_off_is_refused() {
    for file in ["extract.parquet", "incomplete.parquet", "quality.json"] {
        let place = delivered();
        let path = format!("out/2024Q4/delivery/family/{file}");
        let whole = fs::read(place.path(&path)).unwrap();
        for bytes in [&whole[..whole.len() - 1], &[&whole[..], b"\n"].concat()] {
            place.write(&path, bytes);
            // Nothing of the others either.
            rekey_fails(&place, &DEPARTMENTS, &[], 4, &["refused: ", &path, "altered or cut off"]);
        }
    }
}

#[test]
fn no_cell_of_a_forged_delivery_is_believed_or_repeated() {
    for column in ["person", "record", "type", "child", "sex", "age_band"] {
        let place = delivered();
        rewrite(&place, EXTRACT, |_| true, |batch| with_cell(&batch, column, Some("sag 251248-9996")));
        let says = format!("column `{column}` holds what looks like a CPR number");
        let ran = rekey_fails(&place, &DEPARTMENTS, &[], 4, &["refused: ", "delivery/family", &says]);
        assert!(!ran.err.contains("9996"), "{}", ran.err);
        if column == "type" {
            continue;
        }
        let place = delivered();
        rewrite(&place, EXTRACT, |_| true, |batch| with_cell(&batch, column, Some("Ane Østergård")));
        let ran = rekey_fails(&place, &["family"], &[], 1, &["extract.parquet", &format!("column `{column}`")]);
        assert!(!ran.err.contains("Ane"), "{}", ran.err);
    }
}

#[test]
fn rows_in_another_order_than_the_department_gave_them_fail() {
    let place = delivered();
    rewrite(&place, EXTRACT, |_| true, |batch| with_cell(&batch, "person", Some(&"0".repeat(32))));
    let says = ["family/extract.parquet: column `person`: rows are not sorted by person, start"];
    rekey_fails(&place, &DEPARTMENTS, &[], 1, &says);
}

#[test]
fn a_delivery_of_another_period_programme_or_key_is_refused() {
    let place = delivered();
    rekey_fails(&place, &["family"], &["--as-of", "2024-12-30"], 4, &["udpeg.as_of differs"]);
    rekey_fails(&place, &["family"], &["--period", "X"], 4, &["udpeg.period differs"]);
    let manifest = "out/2024Q4/delivery/family/manifest.json";
    place.edit(manifest, &format!("\"key_id\": \"{FIRST_ID}\""), "\"key_id\": \"0000000000000000\"");
    rekey_fails(&place, &["family"], &[], 4, &["udpeg.key_id differs"]);
    rekey_fails(&place, &DEPARTMENTS, &[], 4, &["the deliveries were made with different keys", "`key_id`"]);
    place.edit(manifest, "\"key_id\": \"0000000000000000\"", "\"key_id\": \"2512489996\"");
    let ran = rekey_fails(&place, &["family"], &[], 4, &["its manifest names no key"]);
    assert!(!ran.err.contains("2512489996"), "{}", ran.err);
    place.edit("p.toml", "id = \"family\"", "id = \"families\"");
    rekey_fails(&place, &["family"], &[], 4, &["it is no delivery of a department of this programme"]);
    place.edit("p.toml", "approved_by = \"Test\"", "approved_by = \"\"");
    rekey_fails(&place, &["social"], &[], 4, &["[purpose] does not say approved_by"]);
}

#[test]
fn quality_counts_of_another_department_are_refused() {
    let place = delivered();
    let quality = place.read("out/2024Q4/delivery/family/quality.json");
    replace(&place, "quality.json", quality.replace("\"family\"", "\"Ane\"").as_bytes());
    let ran = rekey_fails(&place, &DEPARTMENTS, &[], 4, &["refused: ", "it tells of another department"]);
    assert!(!ran.err.contains("Ane"), "{}", ran.err);
}

#[test]
fn folders_that_are_no_delivery_or_named_twice_fail() {
    let place = delivered();
    rekey_fails(&place, &["housing"], &[], 1, &["housing/manifest.json: it is not there", "with its four files"]);
    rekey_fails(&place, &["social", "social"], &[], 2, &["two deliveries of `social` are named"]);
    place.write("empty/manifest.json", "{}");
    rekey_fails(&place, &[], &["empty"], 1, &["empty/manifest.json: not a manifest"]);
    place.udpeg(&["rekey", "-p", "p.toml", "--key", "second.key"]).failed(2, &["--delivery"]);
    place.udpeg(&["rekey", "-p", "p.toml", "--delivery", "x"]).failed(2, &["--key"]);
}

#[test]
fn the_departments_own_key_and_a_second_time_are_refused() {
    let place = delivered();
    write_key(&place, "second.key", KEY_LINE);
    rekey_fails(&place, &DEPARTMENTS, &[], 4, &["made with this very key", "one that no department has"]);
    place.set_mode("second.key", 0o644);
    rekey_fails(&place, &DEPARTMENTS, &[], 4, &["others than its owner can read or write the key file second.key"]);

    let place = delivered();
    rekey(&place, &["social"], &[]).succeeded();
    write_key(&place, "third.key", &KEY_LINE.replace("0001", "ffff"));
    let again = ["rekey", "-p", "p.toml", "--out", "third", "--key", "third.key", "--delivery"];
    let folder = ["second/2024Q4/rekeyed/social"];
    place
        .udpeg(&[&again[..], &folder].concat())
        .failed(4, &["it was re-keyed already", "as the department handed it over"]);
    assert!(place.files("third").is_empty());
}

#[test]
fn a_step_that_is_there_is_left_alone_unless_forced() {
    let place = delivered();
    rekey(&place, &["social"], &[]).succeeded();
    let before = place.files("second");
    rekey(&place, &DEPARTMENTS, &[])
        .failed(1, &["rekeyed/social: the step `rekey social` is there already", "--force"]);
    assert!(place.files("second") == before);
    rekey(&place, &DEPARTMENTS, &["--force"]).succeeded();
    let after = place.files("second");
    assert_eq!(after.len(), 12);
    assert!(before.iter().all(|(path, bytes)| path.ends_with("manifest.json") || after[path] == *bytes));
    // The deliveries as they came are never touched.
    assert_eq!(place.json("out/2024Q4/delivery/social/manifest.json")["key_id"], FIRST_ID);
}

#[test]
fn selecting_takes_deliveries_that_all_went_the_same_way() {
    let place = delivered();
    rekey(&place, &DEPARTMENTS, &[]).succeeded();
    let put = |department: &str, from: &str| {
        let to = place.path(&format!("analyst/2024Q4/delivery/{department}"));
        let _ = fs::remove_dir_all(&to);
        copy(&place.path(&format!("{from}/{department}")), &to);
    };
    let select = ["select", "-p", "p.toml", "--out", "analyst"];
    for department in DEPARTMENTS {
        put(department, "second/2024Q4/rekeyed");
    }
    put("social", "out/2024Q4/delivery");
    let says = ["refused: some deliveries were re-keyed and others were not", "all must go the same way", "or none"];
    let ran = place.udpeg(&select).failed(4, &says);
    assert!(ran.out.is_empty() && !place.path("analyst/2024Q4/selection").exists(), "{}", ran.out);

    write_key(&place, "second.key", &KEY_LINE.replace("0001", "ffff"));
    rekey(&place, &["social"], &["--force"]).succeeded();
    put("social", "second/2024Q4/rekeyed");
    place.udpeg(&select).failed(4, &["the deliveries were re-keyed with different keys", "one second key"]);

    for department in DEPARTMENTS {
        put(department, "out/2024Q4/delivery");
    }
    place.udpeg(&select).succeeded();
    assert_eq!(place.json("analyst/2024Q4/selection/manifest.json")["key_id"], FIRST_ID);
    assert_ne!(FIRST_ID, SECOND_ID);
}
