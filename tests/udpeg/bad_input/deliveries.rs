//! Deliveries and selections that are missing, altered, or do not belong together.

use super::{ASSIGN, SELECT, assert_nothing_hidden, delivered, pseudonymise};
use crate::support::{KEY_LINE, Ran, Workplace};
use std::fs;

/// Selecting fails like this, leaves no selection, and leaves the deliveries alone.
#[track_caller]
fn select_fails(place: &Workplace, code: i32, says: &[&str]) -> Ran {
    let before = place.files("out");
    let ran = place.udpeg(&SELECT).failed(code, says);
    assert!(before == place.files("out"), "{says:?}");
    assert!(!place.path("out/2024Q4/selection").exists(), "{says:?}");
    assert_nothing_hidden(place, "select");
    assert!(ran.out.is_empty(), "{}", ran.out);
    ran
}

/// Puts a delivery made for another programme or with overrides in the place of family's.
fn put_in_place(place: &Workplace, from: &str) {
    fs::remove_dir_all(place.path("out/2024Q4/delivery/family")).unwrap();
    fs::rename(place.path(from), place.path("out/2024Q4/delivery/family")).unwrap();
}

#[test]
fn selecting_without_deliveries_names_each_and_the_step_that_makes_it() {
    let place = Workplace::with_small_programme();
    place.udpeg(&SELECT).failed(1, &["out/2024Q4", "run `udpeg pseudonymise"]);
    place.udpeg(&ASSIGN).failed(1, &["out/2024Q4"]);
    assert!(!place.path("out").exists());
    let place = delivered();
    fs::remove_dir_all(place.path("out/2024Q4/delivery/family")).unwrap();
    let says = ["delivery/family/manifest.json: it is not there", "run `udpeg pseudonymise --department family` first"];
    let ran = select_fails(&place, 1, &says);
    assert!(!ran.err.contains("social"), "{}", ran.err);
    fs::remove_dir_all(place.path("out/2024Q4/delivery/social")).unwrap();
    select_fails(&place, 1, &["delivery/family/manifest.json", "delivery/social/manifest.json: it is not there"]);
}

#[test]
fn a_delivered_file_that_was_altered_or_cut_off_is_refused_and_named() {
    let place = delivered();
    for file in ["extract.parquet", "incomplete.parquet", "quality.json"] {
        let path = format!("out/2024Q4/delivery/social/{file}");
        let whole = fs::read(place.path(&path)).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let longer = [&whole[..], b"\n"].concat();
        for bytes in [&flipped[..], &whole[..whole.len() - 1], &whole[..8], b"", &longer] {
            place.write(&path, bytes);
            let says = ["refused: ", &path, "altered or cut off", "ask the department for the whole folder again"];
            select_fails(&place, 4, &says);
        }
        fs::remove_file(place.path(&path)).unwrap();
        select_fails(&place, 1, &[&path, "it is not there"]);
        place.write(&path, &whole);
    }
    place.udpeg(&SELECT).succeeded();
}

#[test]
fn a_delivery_in_anothers_place_is_refused() {
    let place = delivered();
    let delivery = place.path("out/2024Q4/delivery");
    fs::rename(delivery.join("family"), place.path("kept")).unwrap();
    fs::rename(delivery.join("social"), delivery.join("family")).unwrap();
    fs::rename(place.path("kept"), delivery.join("social")).unwrap();
    select_fails(&place, 4, &["family/extract.parquet: its manifest does not name it", "social/extract.parquet"]);

    let place = delivered();
    fs::copy(
        place.path("out/2024Q4/delivery/family/extract.parquet"),
        place.path("out/2024Q4/delivery/social/extract.parquet"),
    )
    .unwrap();
    select_fails(&place, 4, &["delivery/social/extract.parquet", "not the file that its manifest names"]);
}

#[test]
fn a_manifest_that_is_none_or_does_not_name_the_files_is_told() {
    let place = delivered();
    let manifest = "out/2024Q4/delivery/family/manifest.json";
    let whole = place.read(manifest);
    for text in ["", "{", "[]", "{}", "\u{0}"] {
        place.write(manifest, text);
        select_fails(&place, 1, &[manifest, "not a manifest (line ", "get the whole folder again"]);
    }
    place.write(manifest, whole.replace("incomplete.parquet", "../incomplete.parquet"));
    select_fails(&place, 4, &["family/incomplete.parquet: its manifest does not name it"]);
    fs::remove_file(place.path(manifest)).unwrap();
    select_fails(&place, 1, &[manifest, "it is not there"]);
}

#[test]
fn a_delivery_of_another_period_day_or_key_is_refused() {
    let place = delivered();
    pseudonymise(&place, "family", &["--period", "2024Q3"]).succeeded();
    put_in_place(&place, "out/2024Q3/delivery/family");
    select_fails(&place, 4, &["delivery/family/", "udpeg.period differs", "use the period, day, age bands"]);

    pseudonymise(&place, "family", &["--as-of", "2024-12-30", "--out", "other"]).succeeded();
    put_in_place(&place, "other/2024Q4/delivery/family");
    select_fails(&place, 4, &["delivery/family/", "udpeg.as_of differs"]);

    place.write("other.key", KEY_LINE.replace("0001", "ffff"));
    place.set_mode("other.key", 0o600);
    pseudonymise(&place, "family", &["--key", "other.key", "--out", "third"]).succeeded();
    put_in_place(&place, "third/2024Q4/delivery/family");
    select_fails(&place, 4, &["made with different keys", "one key", "compare `key_id`"]);
    // A manifest that claims the right key does not help.
    let manifest = "out/2024Q4/delivery/family/manifest.json";
    let key_id = place.json(manifest)["key_id"].as_str().unwrap().to_owned();
    place.edit(manifest, &key_id, "cf38ac5703629760");
    select_fails(&place, 4, &["delivery/family/", "udpeg.key_id differs"]);
}

#[test]
fn a_delivery_of_other_age_bands_or_of_another_department_is_refused() {
    let place = delivered();
    place.write("q.toml", place.read("p.toml").replace("[18, 25, 30, 40, 50, 60, 67]", "[18, 67]"));
    place.udpeg(&["pseudonymise", "-p", "q.toml", "-d", "family", "--out", "bands"]).succeeded();
    put_in_place(&place, "bands/2024Q4/delivery/family");
    select_fails(&place, 4, &["delivery/family/", "udpeg.age_bands differs"]);

    place.write("q.toml", place.read("p.toml").replace("id = \"family\"", "id = \"families\""));
    place.udpeg(&["pseudonymise", "-p", "q.toml", "-d", "families", "--out", "named"]).succeeded();
    put_in_place(&place, "named/2024Q4/delivery/families");
    select_fails(&place, 4, &["delivery/family/extract.parquet: its manifest does not name it"]);
    let manifest = "out/2024Q4/delivery/family/manifest.json";
    place.write(manifest, place.read(manifest).replace("delivery/families/", "delivery/family/"));
    select_fails(&place, 4, &["delivery/family/", "udpeg.department differs"]);
}

#[test]
fn several_things_that_do_not_match_are_told_together_and_for_each_delivery() {
    let place = delivered();
    let overrides = ["--period", "2024Q3", "--as-of", "2024-12-30"];
    pseudonymise(&place, "family", &overrides).succeeded();
    put_in_place(&place, "out/2024Q3/delivery/family");
    fs::remove_dir_all(place.path("out/2024Q3")).unwrap();
    pseudonymise(&place, "social", &overrides).succeeded();
    fs::remove_dir_all(place.path("out/2024Q4/delivery/social")).unwrap();
    fs::rename(place.path("out/2024Q3/delivery/social"), place.path("out/2024Q4/delivery/social")).unwrap();
    select_fails(&place, 4, &["delivery/family/", "delivery/social/", "udpeg.period, udpeg.as_of differ"]);
}

#[test]
fn a_programme_that_has_changed_since_is_only_warned_of() {
    let place = delivered();
    place.edit("p.toml", "name = \"Small\"", "name = \"Small, amended\"");
    let ran = place.udpeg(&SELECT).succeeded();
    for department in super::DEPARTMENTS {
        let warning = format!("warning: {department}: the programme file has changed since it was delivered");
        assert!(ran.err.contains(&warning), "{}", ran.err);
    }
}

#[test]
fn assigning_needs_a_selection_that_is_whole() {
    let place = delivered();
    place.udpeg(&ASSIGN).failed(1, &["selection/manifest.json: it is not there", "run `udpeg select` first"]);
    place.udpeg(&SELECT).succeeded();
    let path = "out/2024Q4/selection/candidates.parquet";
    let whole = fs::read(place.path(path)).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for bytes in [&flipped[..], &whole[..whole.len() - 1], b""] {
        place.write(path, bytes);
        place.udpeg(&ASSIGN).failed(4, &["refused: ", path, "altered or cut off", "udpeg select --force"]);
    }
    fs::remove_file(place.path(path)).unwrap();
    place.udpeg(&ASSIGN).failed(1, &[path, "it is not there"]);
    place.write(path, &whole);
    let manifest = "out/2024Q4/selection/manifest.json";
    let text = place.read(manifest);
    place.edit(manifest, "candidates.parquet", "others.parquet");
    place.udpeg(&ASSIGN).failed(4, &[path, "its manifest does not name it"]);
    place.write(manifest, "no JSON");
    place.udpeg(&ASSIGN).failed(1, &[manifest, "not a manifest"]);
    assert!(!place.path("out/2024Q4/assignment").exists() && !place.path("out/2024Q4/coordinators").exists());
    assert_nothing_hidden(&place, "assign");
    place.write(manifest, text);
    place.udpeg(&ASSIGN).succeeded();
}
