//! Removing periods past their last day: these and no others, never unasked.

use crate::support::Workplace;
use std::os::unix::fs::PermissionsExt;

/// The small programme with a period whose last day lies far ahead, and one whose manifests say it has passed.
fn with_two_periods() -> Workplace {
    let place = Workplace::with_small_programme();
    for period in ["2024Q3", "2024Q4"] {
        place.udpeg(&["run", "-p", "p.toml", "--period", period]).succeeded();
    }
    make_due(&place, "2024Q3");
    place
}

fn make_due(place: &Workplace, period: &str) {
    for step in ["delivery/jobcentre", "delivery/family", "delivery/social", "selection", "assignment"] {
        place.edit(&format!("out/{period}/{step}/manifest.json"), "2099-12-31", "2021-12-31");
    }
}

#[test]
fn a_period_past_its_last_day_goes_and_is_logged_and_others_stay() {
    let place = with_two_periods();
    let stays = place.files("out/2024Q4");
    let files = place.files("out/2024Q3").len();
    // What a purge that was killed had begun.
    place.write("out/.2024Q2.purged/selection/counts.json", "{}");
    let ran = place.udpeg(&["purge", "-p", "p.toml", "--yes"]).succeeded();
    assert!(!place.path("out/.2024Q2.purged").exists());
    for says in ["2024Q3", "2021-12-31", "Removed", "2024Q4 may stay until 2099-12-31", "lists handed out", "backups"] {
        assert!(ran.out.contains(says), "{says}: {}", ran.out);
    }
    assert!(!place.path("out/2024Q3").exists() && !place.path("out/.2024Q3.purged").exists());
    assert_eq!(place.files("out/2024Q4"), stays);
    let log = place.json("out/purged.jsonl");
    assert_eq!((&log["period"], &log["delete_after"]), (&"2024Q3".into(), &"2021-12-31".into()));
    assert_eq!((&log["files"], &log["lists"]), (&files.into(), &serde_json::json!(["k1"])));
    let mode = std::fs::metadata(place.path("out/purged.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = place.udpeg(&["purge", "-p", "p.toml", "--yes"]).succeeded();
    assert!(again.out.contains("No period is past"), "{}", again.out);
    let log = place.read("out/purged.jsonl");
    assert_eq!(log.lines().count(), 1);
    place.udpeg(&["verify", "-p", "p.toml"]).succeeded();
    // Nothing goes while the log is not as it was left.
    make_due(&place, "2024Q4");
    place.edit("p.toml", "delete_after = 2099-12-31", "delete_after = 2022-12-31");
    place.write("out/purged.jsonl", log.replace("2024Q3", "2024Q2"));
    place.udpeg(&["purge", "-p", "p.toml", "--yes"]).failed(4, &["purged.jsonl: line 1 was altered"]);
    assert!(place.path("out/2024Q4/selection/manifest.json").exists());
}

#[test]
fn nothing_goes_unasked_and_what_does_not_say_when_it_must_go_stays() {
    let place = with_two_periods();
    place.write("out/notes/mine.txt", "no period");
    place.write("out/2023Q1/private/social/rejected.csv", "file,row,column,reason\n");
    make_due(&place, "2024Q4");
    let before = place.files("out");
    // Nobody is there to ask.
    place.udpeg(&["purge", "-p", "p.toml"]).failed(2, &["nobody can be asked", "--yes", "nothing was removed"]);
    assert_eq!(place.files("out"), before);
    place.write("out/2024Q3/selection/manifest.json", "{}");
    let before = place.files("out");
    let ran = place.udpeg(&["purge", "-p", "p.toml", "--yes", "--json"]).succeeded();
    let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    // The programme's own period may stay as long as the programme file says.
    assert_eq!(summary["due"], serde_json::json!([]));
    assert_eq!(summary["unclear"], serde_json::json!(["2023Q1", "2024Q3"]));
    assert_eq!(summary["kept"][0]["period"], "2024Q4");
    assert_eq!((&summary["removed"], summary["out_of_reach"].as_array().unwrap().len()), (&false.into(), 5));
    assert_eq!(place.files("out"), before);
}

#[test]
fn data_can_be_purged_after_the_programme_itself_has_run_out() {
    let place = with_two_periods();
    make_due(&place, "2024Q4");
    place.edit("p.toml", "delete_after = 2099-12-31", "delete_after = 2022-12-31");
    place.udpeg(&["select", "-p", "p.toml", "--force"]).failed(4, &["had to be deleted"]);
    place.udpeg(&["purge", "-p", "p.toml", "--yes"]).succeeded();
    assert!(!place.path("out/2024Q3").exists() && !place.path("out/2024Q4").exists());
    assert_eq!(place.read("out/purged.jsonl").lines().count(), 2);
    place.udpeg(&["purge", "-p", "p.toml", "--out", "nowhere", "--yes"]).failed(1, &["nowhere", "is not there"]);
}
