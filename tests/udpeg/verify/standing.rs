//! What need not be there, what must be, and who may look at the same time.

use super::{PERIOD, VERIFY, made, verifies};
use crate::support::Workplace;
use std::fs::{self, File};

#[test]
fn the_analyst_verifies_without_private_folders_and_a_department_its_own_delivery() {
    let place = made();
    fs::remove_dir_all(place.path("out/2024Q4/private")).unwrap();
    verifies(&place, &["--recompute"], 0, &[]);

    let place = Workplace::with_small_programme();
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "social"]).succeeded();
    let ran = verifies(&place, &[], 0, &[]);
    assert!(ran.out.contains("Not there: pseudonymise jobcentre, pseudonymise family, select, assign."), "{}", ran.out);
}

#[test]
fn what_a_step_was_made_from_must_be_there() {
    let place = made();
    fs::remove_dir_all(place.path("out/2024Q4/delivery/social")).unwrap();
    let ran = verifies(&place, &[], 1, &["delivery/social: `select` was made from it, and no step is there"]);
    assert_eq!(ran.err.matches("error: ").count(), 1, "{}", ran.err);
    fs::remove_dir_all(place.path("out/2024Q4/selection")).unwrap();
    verifies(&place, &[], 1, &["selection: `assign` was made from it, and no step is there"]);
}

#[test]
fn a_period_without_a_step_does_not_pass() {
    let place = Workplace::with_small_programme();
    place.udpeg(&VERIFY).failed(1, &["out/2024Q4: nothing has been delivered for this period"]);
    assert!(!place.path("out").exists());
    fs::create_dir_all(place.path(PERIOD)).unwrap();
    place.set_mode(PERIOD, 0o700);
    verifies(&place, &[], 1, &["out/2024Q4: no step is there to verify"]);
    fs::remove_dir(place.path(PERIOD)).unwrap();
    place.write(PERIOD, "a file in its place");
    place.set_mode(PERIOD, 0o600);
    place.udpeg(&VERIFY).failed(1, &["out/2024Q4"]);
}

#[test]
fn lists_without_the_manifest_of_their_step_are_no_step() {
    let place = made();
    fs::remove_dir_all(place.path("out/2024Q4/assignment")).unwrap();
    verifies(&place, &[], 1, &["assignment/manifest.json: it is not there", "run `udpeg assign` first"]);
}

#[test]
fn a_purpose_that_does_not_do_is_refused_before_anything_is_read() {
    let place = made();
    place.edit("p.toml", "delete_after = 2099-12-31", "delete_after = 2020-12-31");
    verifies(&place, &[], 4, &["deleted after 2020-12-31"]);
    place.udpeg(&["verify", "-p", "none.toml"]).failed(2, &["none.toml"]);
    place.udpeg(&["verify", "-p", "p.toml", "--period", ".."]).failed(2, &["--period"]);
    place.udpeg(&["verify", "-p", "p.toml", "--force"]).failed(2, &["--force"]);
}

#[test]
fn others_may_read_the_period_at_the_same_time_but_not_write_to_it() {
    let place = made();
    let held = File::open(place.path(PERIOD)).unwrap();
    held.lock().unwrap();
    verifies(&place, &[], 1, &["out/2024Q4: another udpeg is working on this period"]);
    held.unlock().unwrap();
    held.lock_shared().unwrap();
    verifies(&place, &["--recompute"], 0, &[]);
    place.udpeg(&["select", "-p", "p.toml", "--force"]).failed(1, &["another udpeg is working on this period"]);
}
