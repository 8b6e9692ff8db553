//! An extract beside that of an earlier period: what has changed, and when nothing is delivered for it.

use super::{CHECK, assert_shows, check, department, report, shown};
use crate::support::Workplace;
use serde_json::{Value, json};
use std::fs;

const DELIVER: [&str; 5] = ["pseudonymise", "-p", "p.toml", "-d", "d"];
const EARLIER: [&str; 2] = ["--previous", "out/p1"];

const PROGRAMME: &str = r#"[programme]
name = "Changing"
period = "p1"
as_of = 2024-12-31
key = "k.key"
out = "out"
[purpose]
controller = "Test"
legal_basis = "none: invented"
dpia = "none"
approved_by = "Test"
approved_on = 2020-01-01
delete_after = 2099-12-31
[persons]
age_bands = [18, 67]
[[department]]
id = "d"
input = "d.csv"
types = ["t", "u", "v"]
[department.columns]
person = "P"
type = "T"
start = "S"
end = "E"
[[rule]]
id = "r"
department = "d"
measure = "cases"
points_per = 1
[selection]
size = 1
[disclosure]
threshold = 5
[delivery]
max_change = "30%"
min_rows = 10
"#;

/// Rows of these types, so many of each, about as many persons as days of a month.
fn rows(types: &[(&str, usize)]) -> String {
    let mut text = "P,T,S,E\n".to_owned();
    for (kind, count) in types {
        for row in 0..*count {
            // Nobody was born in 1859 and lives.
            text.push_str(&format!("{:02}11595990,{kind},20{:02}-01-01,\n", row % 28 + 1, row / 28));
        }
    }
    text
}

/// A folder in which the first period has been delivered with these types, and the second comes with those.
fn periods(first: &[(&str, usize)], second: &[(&str, usize)]) -> Workplace {
    let place = Workplace::new();
    place.write("p.toml", PROGRAMME);
    place.write("k.key", crate::support::KEY_LINE);
    place.set_mode("k.key", 0o600);
    place.write("d.csv", rows(first));
    place.udpeg(&[&DELIVER[..], &["--max-rejected", "100%"]].concat()).succeeded();
    place.edit("p.toml", "period = \"p1\"", "period = \"p2\"");
    place.write("d.csv", rows(second));
    place
}

/// What is beyond the limit, by `check` and by `pseudonymise`, which must agree.
#[track_caller]
fn beyond(place: &Workplace) -> Vec<String> {
    let ran = place.udpeg(&[&CHECK[..], &["--json", "--max-rejected", "100%"], &EARLIER].concat());
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let figures = department(&told, "d")["comparison"]["figures"].as_array().unwrap().clone();
    let beyond = figures.iter().filter(|figure| figure["is_beyond"] == true);
    let beyond: Vec<String> = beyond.map(|figure| figure["what"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ran.code, if beyond.is_empty() { 0 } else { 3 }, "{}", ran.err);
    let made = place.udpeg(&[&DELIVER[..], &["--max-rejected", "100%", "--force"], &EARLIER].concat());
    assert_eq!(made.code, ran.code, "{}", made.err);
    let quality = place.json("out/p2/private/d/quality.json");
    let expected = json!({"previous": "p1", "max_change": "30%", "beyond": beyond, "accepted": false});
    assert_eq!(quality["change"], expected);
    assert_eq!(place.path("out/p2/delivery/d/manifest.json").exists(), beyond.is_empty());
    beyond
}

#[test]
fn what_changes_by_more_than_the_limit_is_beyond_it() {
    for (first, second, expected) in [
        (&[("t", 100)][..], &[("t", 100)][..], &[][..]),
        (&[("t", 100)], &[("t", 130)], &[]),
        (&[("t", 100)], &[("t", 131)], &["rows", "type t"]),
        (&[("t", 100)], &[("t", 70)], &[]),
        (&[("t", 100)], &[("t", 69)], &["rows", "type t"]),
        // Persons: at most 28 of them.
        (&[("t", 28), ("u", 28)], &[("t", 19), ("u", 19)], &["rows", "persons", "type t", "type u"]),
        (&[("t", 56)], &[("t", 20), ("u", 20)], &["type t", "type u"]),
        // One type takes over from another.
        (&[("t", 50), ("u", 50)], &[("t", 50), ("v", 50)], &["type u", "type v"]),
        // Few rows may do what they like, in both periods or one of them.
        (&[("t", 50), ("u", 9)], &[("t", 50), ("v", 9)], &[]),
        (&[("t", 50), ("u", 9)], &[("t", 50), ("u", 12)], &["type u"]),
        (&[("t", 50), ("u", 10)], &[("t", 50)], &["type u"]),
        (&[("t", 3)], &[("t", 9)], &[]),
        (&[], &[("t", 9)], &[]),
        (&[], &[("t", 10)], &["rows", "persons", "type t"]),
        // Types that leave as `other` are one.
        (&[("mm", 20), ("nn", 20)], &[("oo", 20), ("pp", 20)], &[]),
    ] {
        // A reference of more than 28 persons is about 28.
        let found = beyond(&periods(first, second));
        assert_eq!(found, expected, "{first:?} → {second:?}");
    }
}

#[test]
fn the_share_of_rejected_rows_may_change_by_as_many_percentage_points() {
    for (bad_before, bad_now, expected) in
        [(0, 30, &[][..]), (0, 31, &["rejected share"]), (40, 9, &["rejected share"])]
    {
        // A type that holds a number is no type.
        let mixed = |bad: usize| [("t", 100 - bad), ("251248-9996", bad)];
        let place = periods(&mixed(bad_before), &mixed(bad_now));
        let found: Vec<String> = beyond(&place).into_iter().filter(|what| what == "rejected share").collect();
        assert_eq!(found, expected, "{bad_before} → {bad_now}");
    }
}

#[test]
fn a_change_that_is_accepted_is_delivered_and_recorded() {
    let place = periods(&[("t", 40)], &[("t", 90)]);
    let ran = place.udpeg(&[&DELIVER[..], &EARLIER].concat());
    assert_shows(
        &shown(&place, &EARLIER, 3),
        &["type t 40 90 +125.0 % TOO MUCH", "The programme allows a change of 30%."],
    );
    let says = ["d: compared with p1 more than 30% has changed: rows 40 → 90, type t 40 → 90", "--accept-change"];
    ran.failed(3, &says);
    assert!(place.path("out/p2/private/d/rejected.csv").exists());
    assert!(!place.path("out/p2/delivery").join("d").exists());
    place.udpeg(&[&DELIVER[..], &EARLIER, &["--accept-change"]].concat()).succeeded();
    let expected = json!({"previous": "p1", "max_change": "30%", "beyond": ["rows", "type t"], "accepted": true});
    for folder in ["delivery", "private"] {
        assert_eq!(place.json(&format!("out/p2/{folder}/d/quality.json"))["change"], expected);
    }
    let overrides = &place.json("out/p2/delivery/d/manifest.json")["overrides"];
    assert_eq!(*overrides, json!({"previous": "out/p1", "accept_change": true}));
    place.udpeg(&["select", "-p", "p.toml"]).succeeded();
    place.udpeg(&["assign", "-p", "p.toml"]).succeeded();
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    // What did not have to be accepted was not.
    place.write("d.csv", rows(&[("t", 40)]));
    place.udpeg(&[&DELIVER[..], &EARLIER, &["--accept-change", "--force"]].concat()).succeeded();
    let change = &place.json("out/p2/delivery/d/quality.json")["change"];
    assert_eq!((&change["beyond"], &change["accepted"]), (&json!([]), &json!(false)));
}

#[test]
fn the_programme_can_name_the_earlier_period_and_the_command_line_another() {
    let place = periods(&[("t", 40)], &[("t", 90)]);
    place.edit("p.toml", "min_rows = 10", "min_rows = 10\nprevious = \"out/p1\"");
    place.udpeg(&DELIVER).failed(3, &["compared with p1"]);
    place.udpeg(&["run", "-p", "p.toml"]).failed(3, &["compared with p1"]);
    assert!(!place.path("out/p2/selection").exists());
    place.udpeg(&["run", "-p", "p.toml", "--accept-change"]).succeeded();
    assert_eq!(place.json("out/p2/delivery/d/manifest.json")["overrides"], json!({"accept_change": true}));
    place.udpeg(&[&DELIVER[..], &["--force", "--previous", "out/p2"]].concat()).succeeded();
    assert_eq!(place.json("out/p2/delivery/d/quality.json")["change"]["previous"], "p2");
    // Where the department keeps only what stays with it, that will do.
    fs::remove_dir_all(place.path("out/p1/delivery")).unwrap();
    place.udpeg(&[&DELIVER[..], &["--force"]].concat()).failed(3, &["compared with p1"]);
}

#[test]
fn without_a_limit_the_change_is_told_and_keeps_nothing_back() {
    let place = periods(&[("t", 40)], &[("t", 90)]);
    place.edit("p.toml", "max_change = \"30%\"\n", "");
    let limit = "The programme sets no limit: `max_change` of [delivery] would.";
    let lines = ["d: since p1", "rows 40 90 +125.0 %", "rejected share 0.0 % 0.0 % +0.0 points", limit];
    assert_shows(&shown(&place, &EARLIER, 0), &lines);
    place.udpeg(&[&DELIVER[..], &EARLIER].concat()).succeeded();
    let expected = json!({"previous": "p1", "max_change": null, "beyond": [], "accepted": false});
    assert_eq!(place.json("out/p2/delivery/d/quality.json")["change"], expected);
}

#[test]
fn a_limit_that_nothing_is_held_against_is_warned_of() {
    let place = periods(&[("t", 40)], &[("t", 90)]);
    let says = "d: it was not compared with an earlier period: ";
    let ran = place.udpeg(&DELIVER).succeeded();
    assert!(ran.err.contains(&format!("{says}neither --previous nor `previous`")), "{}", ran.err);
    assert!(place.json("out/p2/delivery/d/quality.json").get("change").is_none());
    let ran = check(&place, &[], 0);
    assert!(ran.err.contains(says), "{}", ran.err);
    fs::create_dir(place.path("out/p0")).unwrap();
    let ran = check(&place, &["--previous", "out/p0"], 0);
    assert!(ran.err.contains(&format!("{says}out/p0 holds nothing of this department")), "{}", ran.err);
    assert_eq!(department(&report(&place, &["--previous", "out/p0"], 0), "d")["comparison"], Value::Null);
}

#[test]
fn an_earlier_period_that_is_none_fails() {
    let place = periods(&[("t", 40)], &[("t", 40)]);
    for command in [&CHECK[..], &DELIVER] {
        let ran = place.udpeg(&[command, &["--previous", "out/p9"]].concat());
        ran.failed(1, &["out/p9: there is no such earlier period", "<out>/<period>"]);
    }
    for text in ["{}", "x", "[]"] {
        place.write("out/p1/delivery/d/quality.json", text);
        place
            .udpeg(&[&CHECK[..], &EARLIER].concat())
            .failed(1, &["d/quality.json: it is no quality file of this department"]);
    }
    let other = place.read("out/p1/private/d/quality.json").replace("\"d\"", "\"e\"");
    place.write("out/p1/delivery/d/quality.json", other);
    place.udpeg(&[&DELIVER[..], &EARLIER].concat()).failed(1, &["it is no quality file of this department"]);
    assert!(!place.path("out/p2/delivery").join("d").exists());
}

#[test]
fn quality_files_of_before_tell_what_they_can_and_forged_ones_no_number() {
    let place = periods(&[("t", 40)], &[("t", 40)]);
    let file = "out/p1/delivery/d/quality.json";
    let mut quality = place.json(file);
    quality["types"] = json!({"t": 40, "sag 251248-9996": 1000});
    place.write(file, quality.to_string());
    let ran = place.udpeg(&[&DELIVER[..], &EARLIER].concat()).failed(3, &["type sag ********** 1000 → 0"]);
    assert!(!ran.err.contains("9996"), "{}", ran.err);
    place.udpeg(&[&DELIVER[..], &EARLIER, &["--accept-change", "--force"]].concat()).succeeded();
    for (name, bytes) in place.files("out/p2") {
        assert!(!String::from_utf8_lossy(&bytes).contains("251248-9996"), "{name}");
    }
    for key in ["persons", "types", "risk"] {
        quality.as_object_mut().unwrap().remove(key);
    }
    place.write(file, quality.to_string());
    let told = report(&place, &EARLIER, 0);
    let figures = department(&told, "d")["comparison"]["figures"].as_array().unwrap();
    let what: Vec<&str> = figures.iter().map(|figure| figure["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["rows", "rejected share"]);
}
