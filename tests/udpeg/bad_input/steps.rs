//! Steps that are there already, too many rejected rows, several failures at once, and folders that cannot be made.

use super::{ASSIGN, RUN, SELECT, assert_nothing_hidden, assert_nothing_written, delivered, folders, pseudonymise};
use crate::support::Workplace;
use std::fs::{self, File};

const PSEUDONYMISE: [&str; 5] = ["pseudonymise", "--programme", "p.toml", "--department", "family"];

/// An extract of family.csv with so many good rows and then so many without a person.
fn family_rows(good: usize, bad: usize) -> String {
    use std::fmt::Write;
    let mut text = "CPR,Sag,Foranstaltning,Barn,Fra,Til\n".to_owned();
    for number in 0..good + bad {
        let person = if number < good { "0201609995" } else { "" };
        writeln!(text, "{person},F-{number},aflastning,,2024-01-01,").unwrap();
    }
    text
}

/// The first part of the paths that differ between two states of `out`.
fn changed(place: &Workplace, before: &std::collections::BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let after = place.files("out/2024Q4");
    let paths = before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path));
    let mut changed: Vec<String> = paths.map(|path| path.rsplit_once('/').unwrap().0.to_owned()).collect();
    changed.sort();
    changed.dedup();
    changed
}

#[test]
fn a_step_that_is_there_is_left_alone_and_force_replaces_its_own_folders_only() {
    let place = Workplace::with_small_programme();
    place.udpeg(&RUN).succeeded();
    // The first of each changes for certain: manifests of equal steps differ by their seconds only, if at all.
    let everything = [
        "delivery/jobcentre",
        "delivery/family",
        "assignment",
        "coordinators/k1",
        "delivery/social",
        "private/family",
        "private/jobcentre",
        "private/social",
        "selection",
    ];
    let cases: [(&[&str], &str, &[&str]); 4] = [
        (&PSEUDONYMISE, "delivery/family: the step `pseudonymise family`", &["delivery/family", "private/family"]),
        (&SELECT, "selection: the step `select`", &["selection"]),
        (&ASSIGN, "assignment: the step `assign`", &["assignment", "coordinators/k1"]),
        (&RUN, "the step `pseudonymise jobcentre`", &everything),
    ];
    // Another programme and another extract, so that whatever is replaced differs.
    place.write("family.csv", family_rows(30, 1));
    place.edit("p.toml", "name = \"Small\"", "name = \"Other\"");
    for (command, what, own) in cases {
        let before = place.files("out/2024Q4");
        let says =
            [what, "is there already; nothing was changed", "use --force to replace it, or another --period or --out"];
        let ran = place.udpeg(command).failed(1, &says);
        assert!(ran.out.is_empty(), "{}", ran.out);
        assert_eq!(changed(&place, &before), Vec::<String>::new(), "{command:?}");
        place.udpeg(&[command, &["--force"]].concat()).succeeded();
        let changed = changed(&place, &before);
        assert!(changed.iter().all(|folder| own.contains(&folder.as_str())), "{command:?}: {changed:?}");
        assert!(changed.contains(&own[0].to_owned()), "{command:?}: {changed:?}");
        assert_nothing_hidden(&place, what);
    }
}

#[test]
fn a_step_that_fails_with_force_leaves_the_old_one_as_it_was() {
    let place = Workplace::with_small_programme();
    place.udpeg(&RUN).succeeded();
    let before = place.files("out");
    place.write("family.csv", "CPR,Sag,Foranstaltning,Barn,Fra,Til\n\"0201609995,");
    for command in [&PSEUDONYMISE[..], &RUN] {
        place.udpeg(&[command, &["--force"]].concat()).failed(1, &["family.csv", "never closed"]);
        let now = place.files("out");
        assert!(now["2024Q4/delivery/family/manifest.json"] == before["2024Q4/delivery/family/manifest.json"]);
        let differing: Vec<_> = before.keys().filter(|path| now.get(*path) != before.get(*path)).collect();
        assert!(differing.is_empty() && now.len() == before.len(), "{command:?}: {differing:?}");
        assert_nothing_hidden(&place, "a failed --force");
    }
    fs::remove_file(place.path("out/2024Q4/delivery/social/extract.parquet")).unwrap();
    place.udpeg(&[&SELECT[..], &["--force"]].concat()).failed(1, &["social/extract.parquet: it is not there"]);
    assert!(place.files("out/2024Q4/selection").len() == 4);
    assert_nothing_hidden(&place, "a failed select --force");
}

#[test]
fn what_a_killed_process_left_is_removed_and_is_no_step() {
    let place = delivered();
    place.write("out/2024Q4/.selection.partial/manifest.json", "{}");
    place.write("out/2024Q4/.selection.old/candidates.parquet", "x");
    place.write("out/2024Q4/selection/candidates.parquet", "no manifest, no step");
    place.udpeg(&ASSIGN).failed(1, &["selection/manifest.json: it is not there", "run `udpeg select` first"]);
    place.udpeg(&SELECT).succeeded();
    assert_nothing_hidden(&place, "leftovers");
    assert_eq!(place.files("out/2024Q4/selection").len(), 4);
}

#[test]
fn a_period_that_another_process_works_on_is_refused() {
    let place = delivered();
    let held = File::open(place.path("out/2024Q4")).unwrap();
    held.lock().unwrap();
    let before = place.files("out");
    for command in [&PSEUDONYMISE[..], &SELECT, &ASSIGN, &RUN] {
        place.udpeg(command).failed(1, &["out/2024Q4: another udpeg is working on this period", "wait"]);
    }
    assert!(before == place.files("out"));
    held.unlock().unwrap();
    place.udpeg(&SELECT).succeeded();
}

#[test]
fn exactly_the_share_of_rejected_rows_passes_and_strictly_more_fails() {
    let cases: [(usize, usize, &[&str], bool); 7] = [
        (19, 1, &[], true),
        (18, 1, &[], false),
        (189, 11, &[], false),
        (39, 1, &["--max-rejected", "2.5%"], true),
        (38, 1, &["--max-rejected", "2.5%"], false),
        (99, 1, &["--max-rejected", "0%"], false),
        (0, 3, &["--max-rejected", "100%"], true),
    ];
    for (good, bad, options, passes) in cases {
        let place = Workplace::with_small_programme();
        place.write("family.csv", family_rows(good, bad));
        let ran = pseudonymise(&place, "family", options);
        let name = format!("{bad} of {}, {options:?}: {}", good + bad, ran.err);
        assert_eq!(ran.code, if passes { 0 } else { 3 }, "{name}");
        assert_eq!(place.path("out/2024Q4/delivery/family").exists(), passes, "{name}");
        assert_eq!(place.files("out/2024Q4/private/family").len(), 3, "{name}");
        assert_eq!(place.read("out/2024Q4/private/family/rejected.csv").lines().count(), bad + 1, "{name}");
        assert_nothing_hidden(&place, &name);
    }
}

#[test]
fn after_too_many_rejected_rows_the_mended_file_needs_no_force() {
    for command in [&PSEUDONYMISE[..], &RUN] {
        let place = Workplace::with_small_programme();
        place.write("family.csv", family_rows(2, 1));
        let says = [
            "family: 1 of 3 rows cannot be used, more than the limit of 5%; nothing is delivered",
            "out/2024Q4/private/family/rejected.csv",
            "--max-rejected",
        ];
        let ran = place.udpeg(command).failed(3, &says);
        assert!(ran.out.is_empty());
        place.udpeg(command).failed(3, &says);
        assert_eq!(place.files("out/2024Q4/delivery").len(), 0);
        place.write("family.csv", family_rows(3, 0));
        place.udpeg(command).succeeded();
        assert_eq!(place.json("out/2024Q4/private/family/quality.json")["rejected"], 0);
        assert_eq!(place.files("out/2024Q4/delivery/family").len(), 4);
        // With --force an earlier delivery stays as it was.
        let before = place.files("out/2024Q4/delivery");
        place.write("family.csv", family_rows(2, 1));
        place.udpeg(&[command, &["--force"]].concat()).failed(3, &says);
        assert!(before == place.files("out/2024Q4/delivery"));
    }
}

#[test]
fn run_delivers_nothing_where_one_department_fails() {
    let place = Workplace::with_small_programme();
    fs::remove_file(place.path("family.csv")).unwrap();
    place.udpeg(&RUN).failed(1, &["family.csv: it is not there"]);
    let left = folders(&place, "out");
    let expected = ["2024Q4", "2024Q4/delivery", "2024Q4/private", "2024Q4/private/jobcentre", "2024Q4/private/social"];
    assert_eq!(left, expected);
    place.write("family.csv", family_rows(3, 0));
    place.udpeg(&RUN).succeeded();
}

#[test]
fn of_several_failures_all_are_told_and_2_wins_before_4_before_1_before_3() {
    let place = Workplace::with_small_programme();
    // Too many rejected rows (3) and a missing file (1).
    place.write("family.csv", family_rows(2, 1));
    fs::remove_file(place.path("social.tsv")).unwrap();
    place.udpeg(&RUN).failed(1, &["family: 1 of 3 rows", "social.tsv: it is not there"]);
    // A key that others can read (4) besides.
    place.set_mode("p.key", 0o644);
    place.udpeg(&RUN).failed(4, &["p.key"]);
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "social"]).failed(4, &["p.key"]);
    // A key that is missing (1) is told before any row is read.
    fs::rename(place.path("p.key"), place.path("away.key")).unwrap();
    place.udpeg(&RUN).failed(1, &["p.key: the key file is not there"]);
    // A purpose that does not do (4) and a missing key (1).
    place.edit("p.toml", "delete_after = 2099-12-31", "delete_after = 2020-12-31");
    place.udpeg(&RUN).failed(4, &["deleted after 2020-12-31"]);
    // An unknown department, an option that does not fit or a mistake in the programme (2) besides.
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "none"]).failed(2, &["no department `none`"]);
    place.udpeg(&[&RUN[..], &["--max-rejected", "5"]].concat()).failed(2, &["--max-rejected"]);
    place.edit("p.toml", "size = 2", "size = 0");
    place.udpeg(&RUN).failed(2, &["`size`"]);
    assert_eq!(place.files("out/2024Q4/delivery").len(), 0);
}

#[test]
fn what_must_be_refused_is_not_hidden_behind_a_file_that_failed() {
    let place = Workplace::with_small_programme();
    place.udpeg(&RUN).succeeded();
    // A step that is there (1) and a key that others can read (4).
    place.set_mode("p.key", 0o640);
    place.udpeg(&PSEUDONYMISE).failed(4, &["p.key"]);
    place.udpeg(&RUN).failed(4, &["p.key"]);
    // A step that is there (1) and a file that was altered (4).
    place.write("out/2024Q4/selection/candidates.parquet", "x");
    place.udpeg(&ASSIGN).failed(4, &["candidates.parquet", "altered", "`assign` is there already"]);
    place.write("out/2024Q4/delivery/family/quality.json", "{}");
    place.udpeg(&SELECT).failed(4, &["family/quality.json", "altered", "`select` is there already"]);
    // A delivery that is missing (1) and one that was altered (4).
    fs::remove_dir_all(place.path("out/2024Q4/selection")).unwrap();
    fs::remove_dir_all(place.path("out/2024Q4/delivery/social")).unwrap();
    place.udpeg(&SELECT).failed(4, &["family/quality.json", "social/manifest.json: it is not there"]);
    assert!(!place.path("out/2024Q4/selection").exists());
}

#[test]
fn a_file_missing_from_a_delivery_does_not_hide_that_another_of_it_was_altered() {
    let place = delivered();
    fs::remove_file(place.path("out/2024Q4/delivery/family/extract.parquet")).unwrap();
    place.write("out/2024Q4/delivery/family/incomplete.parquet", "x");
    place.udpeg(&SELECT).failed(4, &["extract.parquet: it is not there", "incomplete.parquet", "altered"]);
}

#[test]
fn a_folder_that_cannot_be_made_fails() {
    for (file, more) in [
        ("out", &[][..]),
        ("out/2024Q4", &[]),
        ("out/2024Q4/private", &[]),
        ("out/2024Q4/delivery", &[]),
        ("there", &["--out", "there"]),
        ("there", &["--out", "there/below"]),
    ] {
        let place = Workplace::with_small_programme();
        place.write(file, "a file in its place");
        for command in [&PSEUDONYMISE[..], &RUN] {
            place.udpeg(&[command, more].concat()).failed(1, &[file, "error: "]);
            assert_eq!(place.read(file), "a file in its place");
        }
        assert!(place.files("out").len() <= 1, "{file}");
        assert_nothing_hidden(&place, file);
    }
    let place = Workplace::with_small_programme();
    place.udpeg(&[&SELECT[..], &["--out", "p.toml"]].concat()).failed(1, &["p.toml"]);
    assert_nothing_written(&place, "select");
}

#[test]
fn a_file_in_the_place_of_a_steps_folder_does_not_leave_it_half_done() {
    let place = Workplace::with_small_programme();
    place.write("out/2024Q4/delivery/family", "a file in its place");
    place.udpeg(&PSEUDONYMISE).failed(1, &["delivery/family"]);
    assert_eq!(place.read("out/2024Q4/delivery/family"), "a file in its place");
    assert_nothing_hidden(&place, "a file in the place of a folder");
}
