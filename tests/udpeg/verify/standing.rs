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
fn counts_add_up_with_weeks_several_adults_and_persons_that_are_excluded() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "start = \"Fra\"\nend = \"Til\"", "week = \"Uge\"\namount = \"Beløb\"");
    place.edit(
        "p.toml",
        "person = \"CPR\"\ntype = \"Foranstaltning\"",
        "person = [\"Mor\", \"Far\"]\ntype = \"Foranstaltning\"",
    );
    place.edit("p.toml", "types = [\"kontanthjælp\"]", "types = [\"@support\"]");
    place.edit("p.toml", "attributes = ", "exclude = \"excluded.csv\"\nattributes = ");
    place.edit("p.toml", "[eligibility]", "[types.support]\n\"kontanthjælp\" = { from = 2024-02-01 }\n\n[eligibility]");
    place.write("excluded.csv", "number\n010490-9995\n");
    // A duplicate, a counter-entry, two weeks that follow one another, somebody excluded, an amount that is none.
    let weeks = "CPR;Ydelse;Uge;Beløb\n\
                 020160-9995;kontanthj\u{e6}lp;2024-W01;5\n020160-9995;kontanthj\u{e6}lp;2024-W01;5\n\
                 020160-9995;kontanthj\u{e6}lp;2024-W02;5\n020160-9995;kontanthj\u{e6}lp;2024-W09;5\n\
                 020160-9995;kontanthj\u{e6}lp;2024-W09;-5\n010490-9995;kontanthj\u{e6}lp;2024-W01;5\n\
                 251248-9996;kontanthj\u{e6}lp;2024-W01;x\n";
    place.edit("p.toml", "encoding = \"windows-1252\"", "encoding = \"utf-8\"");
    place.write("jobcentre.csv", weeks);
    place.write(
        "family.csv",
        "Mor,Far,Sag,Foranstaltning,Barn,Fra,Til\n0201609995,0201609996,F-1,aflastning,0201919995,2024-01-01,\n",
    );
    place.udpeg(&["run", "-p", "p.toml", "--max-rejected", "50%"]).succeeded();
    let quality = place.json("out/2024Q4/delivery/jobcentre/quality.json");
    let counts = ["rows", "rejected", "duplicates", "netted_out", "joined", "excluded", "extract"];
    assert_eq!(counts.map(|count| quality[count].as_u64().unwrap()), [7, 1, 1, 2, 1, 1, 1]);
    assert_eq!(place.json("out/2024Q4/delivery/family/quality.json")["further_adults"], 1);
    verifies(&place, &["--recompute"], 0, &[]);
    let list = "out/2024Q4/private/jobcentre/types_out_of_date.csv";
    assert_eq!(place.read(list), "group,type,rows\nsupport,kontanthjælp,1\n");
    fs::remove_file(place.path(list)).unwrap();
    verifies(&place, &[], 1, &["types_out_of_date.csv"]);
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
