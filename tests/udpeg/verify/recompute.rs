//! `verify --recompute`: the bytes follow from the deliveries, whoever made the manifests fit.

use super::{PERIOD, edit_manifest, flip, made, verifies, verify};
use crate::bad_input::handmade::{edit_record, replace_in, rewritten, with_cell, with_column};
use crate::support::{KEY_LINE, Workplace};
use arrow_array::Int32Array;
use std::fs;
use std::sync::Arc;

const CANDIDATES: &str = "selection/candidates.parquet";

/// The small programme with one place, so that somebody eligible is not proposed.
fn with_a_reserve() -> Workplace {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "size = 2", "size = 1");
    place.udpeg(&super::RUN).succeeded();
    place
}

#[test]
fn an_untouched_period_is_recomputed_to_the_same_bytes() {
    let place = with_a_reserve();
    let ran = verifies(&place, &["--recompute"], 0, &[]);
    let row = ran.out.lines().find(|line| line.trim_start().starts_with("select")).unwrap();
    assert_eq!(row.split_whitespace().skip(1).collect::<Vec<_>>(), ["fits"; 6], "{}", ran.out);
    assert!(fs::read_dir(place.path("out")).unwrap().count() == 1, "something is left beside the period");
}

#[test]
fn an_altered_selection_whose_manifests_were_made_to_fit_is_found() {
    let place = with_a_reserve();
    let change = |batch: arrow_array::RecordBatch| {
        // The reserve's points: nothing in the target group tells of them.
        let points = Int32Array::from_iter_values((0..batch.num_rows()).map(|row| 9 - i32::try_from(row).unwrap()));
        with_column(&batch, "points", Arc::new(points))
    };
    let whole = fs::read(place.path(PERIOD).join(CANDIDATES)).unwrap();
    let bytes = rewritten(
        &place.path(PERIOD).join(CANDIDATES),
        |_| true,
        |batch| {
            let last = batch.num_rows() - 1;
            let changed = change(batch.clone());
            arrow_select::concat::concat_batches(&batch.schema(), &[batch.slice(0, last), changed.slice(last, 1)])
                .unwrap()
        },
    );
    assert!(bytes != whole);
    replace_in(&place, CANDIDATES, &bytes, &["selection", "assignment"]);
    verifies(&place, &[], 0, &[]);
    let says = format!("refused: {PERIOD}/{CANDIDATES}: run again from the deliveries, the step gives another file");
    let ran = verifies(&place, &["--recompute"], 4, &[&says, "somebody put it there", "udpeg select --force"]);
    assert_eq!(ran.err.matches("error: ").count(), 1, "{}", ran.err);
    assert!(ran.out.contains("WRONG"), "{}", ran.out);
}

#[test]
fn altered_counts_and_an_altered_assignment_are_found() {
    let place = made();
    let mut counts = place.json("out/2024Q4/selection/counts.json");
    counts["funnel"]["persons"] = 400.into();
    replace_in(&place, "selection/counts.json", counts.to_string().as_bytes(), &["selection"]);
    verifies(&place, &[], 0, &[]);
    verifies(&place, &["--recompute"], 4, &["counts.json: run again from the deliveries"]);

    // Nobody coordinates anybody: the list is empty, and all agrees with that.
    let place = made();
    let group = "assignment/target_group.parquet";
    let list = "coordinators/k1/list.parquet";
    let bytes = rewritten(
        &place.path(PERIOD).join(group),
        |_| true,
        |batch| {
            let rows = batch.num_rows();
            let nobody = arrow_array::StringArray::from(vec![None::<&str>; rows]);
            with_column(&batch, "coordinator", Arc::new(nobody))
        },
    );
    replace_in(&place, group, &bytes, &["assignment"]);
    let bytes = rewritten(&place.path(PERIOD).join(list), |_| true, |batch| batch.slice(0, 0));
    replace_in(&place, list, &bytes, &["assignment"]);
    edit_record(&place, "assignment", list, |record| record["rows"] = 0.into());
    verifies(&place, &[], 0, &[]);
    let says = ["target_group.parquet: run again from the deliveries", "list.parquet: run again from the deliveries"];
    verifies(&place, &["--recompute"], 4, &says);
}

#[test]
fn a_selection_that_another_version_made_is_told_as_such() {
    let place = made();
    for folder in ["selection", "assignment"] {
        edit_manifest(&place, folder, env!("CARGO_PKG_VERSION"), "0.0.1");
    }
    let ran = verifies(&place, &["--recompute"], 4, &["made by another version of the program than its manifest says"]);
    assert!(!ran.err.contains("run again from"), "{}", ran.err);
}

#[test]
fn deliveries_that_are_not_whole_are_not_run_again() {
    let place = made();
    flip(&place, "out/2024Q4/delivery/social/extract.parquet");
    let ran = verifies(&place, &["--recompute"], 4, &["social/extract.parquet: it is not the file"]);
    assert_eq!(ran.err.matches("error: ").count(), 1, "{}", ran.err);
    assert!(ran.out.contains("unchecked"), "{}", ran.out);
    assert!(fs::read_dir(place.path("out")).unwrap().count() == 1);
}

#[test]
fn what_is_wrong_inside_a_delivery_is_found_and_nothing_is_left_behind() {
    let place = made();
    let extract = "delivery/family/extract.parquet";
    let number = |batch| with_cell(&batch, "type", Some("sag 251248-9996"));
    let bytes = rewritten(&place.path(PERIOD).join(extract), |_| true, number);
    replace_in(&place, extract, &bytes, &["delivery/family", "selection"]);
    verifies(&place, &[], 0, &[]);
    let ran = verifies(&place, &["--recompute"], 4, &["column `type` holds what looks like a CPR number"]);
    assert!(!ran.err.contains("9996") && !ran.out.contains("9996"), "{}", ran.err);
    assert!(fs::read_dir(place.path("out")).unwrap().count() == 1, "something is left beside the period");
}

#[test]
fn overrides_of_the_run_are_taken_from_the_manifests() {
    let place = Workplace::with_small_programme();
    place.write("other.key", KEY_LINE.replace("0001", "ffff"));
    place.set_mode("other.key", 0o600);
    let overrides = ["--as-of", "2024-11-30", "--period", "test", "--out", "elsewhere", "--key", "other.key"];
    place.udpeg(&[&super::RUN[..], &overrides].concat()).succeeded();
    verify(&place, &[]).failed(1, &["out/2024Q4: nothing has been delivered for this period"]);
    let there = ["--period", "test", "--out", "elsewhere"];
    verify(&place, &there).succeeded();
    let ran = verify(&place, &[&there[..], &["--recompute"]].concat()).succeeded();
    assert!(ran.err.is_empty(), "{}", ran.err);
    // No key is needed.
    fs::remove_file(place.path("other.key")).unwrap();
    fs::remove_file(place.path("p.key")).unwrap();
    verify(&place, &[&there[..], &["--recompute"]].concat()).succeeded();
}

#[test]
fn without_a_selection_there_is_nothing_to_recompute_and_that_is_said() {
    let place = Workplace::with_small_programme();
    for department in ["jobcentre", "family", "social"] {
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", department]).succeeded();
    }
    verifies(&place, &["--recompute"], 0, &["warning: there is no selection; nothing was recomputed"]);
    place.udpeg(&["select", "-p", "p.toml"]).succeeded();
    let ran = verifies(&place, &["--recompute"], 0, &[]);
    assert!(ran.err.is_empty() && ran.out.contains("Not there: assign."), "{}", ran.out);
}

#[test]
fn what_a_killed_verification_left_is_removed_by_the_next_and_links_are_not_followed() {
    let place = made();
    place.write("out/.2024Q4.verify/.selection.partial/candidates.parquet", "x");
    place.write("out/.2024Q4.verify/selection/candidates.parquet", "x");
    place.write("out/.2024Q4.verify/selection/manifest.json", "{}");
    verify(&place, &["--recompute"]).succeeded();
    assert!(fs::read_dir(place.path("out")).unwrap().count() == 1);

    place.write("precious/file", "x");
    std::os::unix::fs::symlink(place.path("precious"), place.path("out/.2024Q4.verify")).unwrap();
    verify(&place, &["--recompute"]).failed(1, &["out/.2024Q4.verify: a link stands in the place of a folder"]);
    assert_eq!(place.read("precious/file"), "x");
}

#[test]
fn only_one_process_at_a_time_recomputes() {
    let place = made();
    fs::create_dir(place.path("out/.2024Q4.verify")).unwrap();
    let held = fs::File::open(place.path("out/.2024Q4.verify")).unwrap();
    held.lock().unwrap();
    verify(&place, &["--recompute"]).failed(1, &["out/.2024Q4.verify: another udpeg is working on this period"]);
    held.unlock().unwrap();
    verify(&place, &["--recompute"]).succeeded();
}
