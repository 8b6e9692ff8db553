//! `approved_rules`: what changes the rules' SHA-256 and what does not, what is refused, and where the status is told.

use crate::support::{SMALL_PROGRAMME, Workplace};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use udpeg::output::hex;
use udpeg::programme::{ApprovalStatus, Programme};

const NOT_APPROVED: &str = "rules not approved";

fn parse(text: &str) -> Programme {
    Programme::parse(Path::new("p.toml"), text).unwrap()
}

fn edited(from: &str, to: &str) -> String {
    assert!(SMALL_PROGRAMME.contains(from), "{from}");
    SMALL_PROGRAMME.replacen(from, to, 1)
}

fn sha256(text: &str) -> String {
    parse(text).rules_approval().sha256
}

/// A programme with something in every place that decides who is proposed.
fn full() -> String {
    let family =
        "[family]\nmax_adults_per_child = 3\napart_types = [\"b\", \"a\"]\n\n[[department]]\nid = \"jobcentre\"";
    let rules = "[[rule]]\nid = \"unbroken\"\ndepartment = \"jobcentre\"\nmeasure = \"years_unbroken\"\n\
                 types = [\"x\", \"y\"]\nmax_gap_days = 28\nbands = [{ from = 2, points = 1 }]\n\n\
                 [[rule]]\nid = \"history\"\ndepartment = \"social\"\nmeasure = \"cases\"\nwindow_years = 5\n\
                 points_per = 1\n\n[eligibility]";
    edited("[[department]]\nid = \"jobcentre\"", family)
        .replacen("[eligibility]", rules, 1)
        .replacen("min_points = 1", "min_points = 1\nages = \"18-66\"\nrequire = [\"cases\", \"unbroken\"]", 1)
        .replacen(
            "reserve = 1",
            "reserve = 1\ntie_break = [\"history\", \"cases\"]\nquota.family = { min = 1, max = 2 }",
            1,
        )
}

#[test]
fn whatever_decides_who_is_proposed_changes_the_sha256() {
    let full = full();
    let before = sha256(&full);
    let changes = [
        ("id = \"history\"", "id = \"histories\""),
        ("measure = \"cases\"\nwindow_years = 5", "measure = \"open_cases\""),
        ("window_years = 5", "window_years = 6"),
        ("max_gap_days = 28", "max_gap_days = 27"),
        ("department = \"social\"\nmeasure = \"cases\"", "department = \"family\"\nmeasure = \"cases\""),
        ("types = [\"x\", \"y\"]", "types = [\"x\"]"),
        ("types = [\"x\", \"y\"]\n", ""),
        ("from = 3.0, points = 5", "from = 3.0, points = 6"),
        ("from = 3.0, points = 5", "from = 3.5, points = 5"),
        (", { from = 3.0, points = 5 }", ""),
        ("points_per = 3", "points_per = 4"),
        ("max = 9", "max = 10"),
        ("max = 9\n", ""),
        ("max_adults_per_child = 3", "max_adults_per_child = 4"),
        ("apart_types = [\"b\", \"a\"]", "apart_types = [\"b\"]"),
        ("min_departments = 2", "min_departments = 3"),
        ("min_points = 1", "min_points = 2"),
        ("min_points = 1", ""),
        ("ages = \"18-66\"", "ages = \"18+\""),
        ("ages = \"18-66\"", "ages = \"0-66\""),
        ("ages = \"18-66\"\n", ""),
        ("require = [\"cases\", \"unbroken\"]", "require = [\"cases\"]"),
        ("size = 2", "size = 3"),
        ("reserve = 1", "reserve = 2"),
        ("tie_break = [\"history\", \"cases\"]", "tie_break = [\"cases\", \"history\"]"),
        ("quota.family = { min = 1, max = 2 }", "quota.family = { min = 1 }"),
        ("quota.family = { min = 1, max = 2 }", "quota.family = { max = 2 }"),
        ("quota.family = { min = 1, max = 2 }", "quota.citizen = { min = 1, max = 2 }"),
    ];
    let mut seen = BTreeMap::from([(before, "nothing changed")]);
    for (from, to) in changes {
        assert!(full.contains(from), "{from}");
        let mut text = full.replacen(from, to, 1);
        if from.contains("history") && from.starts_with("id") {
            text = text.replace("[\"history\",", "[\"histories\",");
        }
        let other = seen.insert(sha256(&text), from);
        assert_eq!(other, None, "{from} → {to}");
    }
}

#[test]
fn what_decides_nothing_does_not_change_the_sha256() {
    let full = full();
    let before = sha256(&full);
    let changes = [
        ("key = \"p.key\"", "key = \"q.key\""),
        ("out = \"out\"", "out = \"elsewhere\""),
        ("period = \"2024Q4\"", "period = \"2025Q1\""),
        ("as_of = 2024-12-31", "as_of = 2025-03-31"),
        ("name = \"Small\"", "name = \"Other\" # with a comment"),
        ("approved_by = \"Test\"", "approved_by = \"Somebody else\""),
        ("input = \"jobcentre.csv\"", "input = [\"a.csv\", \"b.csv\"]"),
        ("person = \"CPR\"", "person = \"cpr nr\""),
        ("types = [\"x\", \"y\"]", "types = [ \"y\",\"x\" ]"),
        ("apart_types = [\"b\", \"a\"]", "apart_types = [\"a\", \"b\"]"),
        ("require = [\"cases\", \"unbroken\"]", "require = [\"unbroken\", \"cases\"]"),
        ("bands = [{ from = 2, points = 1 }]", "bands = [{ points = 1, from = 2.00 }]"),
        ("capacity = 2", "capacity = 3\ntakes = [\"family\"]"),
        ("[[coordinator]]\nid = \"k1\"\ncapacity = 2\n", ""),
        ("threshold = 5", "threshold = 6"),
        ("lottery = \"Lotto 2025-01-04: 1 2 3\"", "lottery = \"Lotto 2025-01-11: 4 5 6\""),
        ("lottery = \"Lotto 2025-01-04: 1 2 3\"\n", ""),
        ("attributes = [\"sex\", \"age_band\"]", "attributes = [\"age_band\"]"),
        ("age_bands = [18, 25, 30, 40, 50, 60, 67]", "age_bands = [18, 67]"),
        ("max_adults_per_child = 3\n", "max_adults_per_child  =  3\n"),
    ];
    for (from, to) in changes {
        assert!(full.contains(from), "{from}");
        assert_eq!(sha256(&full.replacen(from, to, 1)), before, "{from} → {to}");
    }
    let rule = "[[rule]]\nid = \"cases\"\ndepartment = \"social\"\nmeasure = \"open_cases\"\npoints_per = 3\nmax = 9\n";
    assert!(full.contains(rule));
    let moved = format!("{}\n{rule}", full.replacen(rule, "", 1));
    assert_eq!(sha256(&moved), before, "the order in which rules stand");
    let defaults = edited("[eligibility]", "[family]\nmax_adults_per_child = 4\napart_types = []\n\n[eligibility]");
    assert_eq!(sha256(&defaults), sha256(SMALL_PROGRAMME), "a default that is written out");
}

#[test]
fn the_canonical_text_is_the_documented_one_and_its_sha256_is_what_is_approved() {
    let programme = parse(SMALL_PROGRAMME);
    let text = "udpeg/1/rules:{\"rules\":[\
        {\"id\":\"cases\",\"department\":\"social\",\"measure\":\"open_cases\",\"types\":null,\"window_years\":null,\
        \"max_gap_days\":0,\"bands\":null,\"points_per\":3,\"max\":9},\
        {\"id\":\"unemployment\",\"department\":\"jobcentre\",\"measure\":\"years\",\"types\":[\"kontanthjælp\"],\
        \"window_years\":null,\"max_gap_days\":0,\"bands\":[[1.0,2],[3.0,5]],\"points_per\":null,\"max\":null}],\
        \"family\":{\"max_adults_per_child\":4,\"apart_types\":[]},\
        \"eligibility\":{\"min_departments\":2,\"min_points\":1,\"ages\":null,\"require\":[]},\
        \"selection\":{\"size\":2,\"reserve\":1,\"tie_break\":[],\"quota_family\":[0,null],\"quota_citizen\":[0,null]}}";
    assert_eq!(programme.canonical_rules(), text);
    assert_eq!(programme.rules_approval().sha256, hex(&Sha256::digest(text)));
    assert_eq!(programme.rules_approval().status, ApprovalStatus::NotApproved);
    let ages = parse(&full()).canonical_rules();
    assert!(ages.contains("\"ages\":[18,67]"), "{ages}");
}

#[test]
fn groups_of_types_belong_to_the_rules_by_what_they_choose_and_not_by_their_names() {
    let full = full();
    let with = |types: &str, groups: &str| {
        let text = full.replacen("types = [\"x\", \"y\"]", &format!("types = {types}"), 1);
        parse(&text.replacen("[eligibility]", &format!("{groups}\n[eligibility]"), 1)).canonical_rules()
    };
    let plain = parse(&full).canonical_rules();
    for (types, groups) in [
        ("[\"@g\"]", "[types.g]\ny = {}\nx = {}"),
        ("[\"y\", \"@g\"]", "[types.g]\nx = {}"),
        ("[\"x\", \"y\", \"@g\"]", "[types.g]\nx = { to = 2020-12-31 }"),
        ("[\"@g\", \"@h\"]", "[types.g]\nx = { to = 2020-12-31 }\n[types.h]\nx = { from = 2021-01-01 }\ny = {}"),
    ] {
        assert_eq!(with(types, groups), plain, "{types} {groups}");
    }
    let dated = with("[\"@g\", \"y\"]", "[types.g]\nx = { to = 2020-12-31 }");
    assert!(dated.contains("\"types\":[[\"x\",null,\"2020-12-31\"],\"y\"]"), "{dated}");
    assert_eq!(with("[\"@h\", \"y\"]", "[types.h]\nx = { to = 2020-12-31 }"), dated);
    let mut seen = vec![plain, dated];
    for (types, groups) in [
        ("[\"@g\", \"y\"]", "[types.g]\nx = { to = 2020-12-30 }"),
        ("[\"@g\", \"y\"]", "[types.g]\nx = { from = 2020-12-31 }"),
        ("[\"@g\", \"y\"]", "[types.g]\nx = { from = 2019-01-01, to = 2020-12-31 }"),
        ("[\"@g\", \"x\"]", "[types.g]\ny = { to = 2020-12-31 }"),
        ("[\"@g\", \"@h\", \"y\"]", "[types.g]\nx = { to = 2020-12-31 }\n[types.h]\nx = { from = 2021-01-02 }"),
    ] {
        let other = with(types, groups);
        assert!(!seen.contains(&other), "{types} {groups}");
        seen.push(other);
    }
    let apart = full.replacen("apart_types = [\"b\", \"a\"]", "apart_types = [\"b\", \"@g\"]\n[types.g]\na = {}", 1);
    assert_eq!(sha256(&apart), sha256(&full));
    assert_ne!(sha256(&apart.replacen("a = {}", "a = { from = 2020-01-01 }", 1)), sha256(&full));
}

fn approve(place: &Workplace, sha256: &str) {
    place.edit("p.toml", "approved_by", &format!("approved_rules = \"{sha256}\"\napproved_by"));
}

#[test]
fn rules_that_are_not_those_approved_are_refused_by_every_command_that_reads() {
    let place = Workplace::with_small_programme();
    let approved = sha256(SMALL_PROGRAMME);
    approve(&place, &approved);
    place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    let before = place.files("out");
    place.edit("p.toml", "max = 9", "max = 12");
    let present = sha256(&place.read("p.toml"));
    let account = ["--by", "A", "--reason", "test"];
    let commands: [&[&str]; 9] = [
        &["pseudonymise", "-p", "p.toml", "-d", "social", "--force"],
        &["check", "-p", "p.toml", "-d", "social"],
        &["select", "-p", "p.toml", "--force"],
        &["assign", "-p", "p.toml", "--force"],
        &["run", "-p", "p.toml", "--force"],
        &["verify", "-p", "p.toml"],
        &["explain", "-p", "p.toml", "4055a056"],
        &["rekey", "-p", "p.toml", "--key", "p.key", "--delivery", "out/2024Q4/delivery/social"],
        &[
            &["reidentify", "-p", "p.toml", "-d", "social", "--list", "out/2024Q4/coordinators/k1/list.parquet"],
            &account[..],
        ]
        .concat(),
    ];
    for command in commands {
        let says = ["refused: the rules are not those that were approved", &approved, &present, "udpeg describe"];
        let ran = place.udpeg(command).failed(4, &says);
        assert!(ran.out.is_empty(), "{}", ran.out);
    }
    assert!(before == place.files("out"), "something was changed");
}

#[test]
fn what_is_no_sha256_is_a_mistake_in_its_line_and_upper_case_is_none() {
    for wrong in ["", "abc", &"g".repeat(64), &"a".repeat(63), &"a".repeat(65)] {
        let place = Workplace::with_small_programme();
        approve(&place, wrong);
        place.udpeg(&["run", "-p", "p.toml"]).failed(2, &["p.toml:12: `approved_rules` must be the rules' SHA-256"]);
    }
    let place = Workplace::with_small_programme();
    approve(&place, &sha256(SMALL_PROGRAMME).to_ascii_uppercase());
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
}

#[test]
fn every_summary_and_manifest_says_whether_the_rules_were_approved() {
    let place = Workplace::with_small_programme();
    let sha256 = sha256(SMALL_PROGRAMME);
    let commands: [&[&str]; 6] = [
        &["run", "-p", "p.toml"],
        &["check", "-p", "p.toml"],
        &["pseudonymise", "-p", "p.toml", "-d", "social", "--force"],
        &["select", "-p", "p.toml", "--force"],
        &["assign", "-p", "p.toml", "--force"],
        &["verify", "-p", "p.toml", "--recompute"],
    ];
    let status = |expected: &str| {
        for command in commands {
            let shown = place.udpeg(&[command, &["--force"][..usize::from(command[0] == "run")]].concat()).succeeded();
            assert!(shown.out.to_lowercase().contains(&format!("{expected}:")), "{command:?}: {}", shown.out);
            assert!(shown.out.contains(&sha256));
            let force = &["--force", "--json"][usize::from(command[0] != "run")..];
            let shown = place.udpeg(&[command, force].concat()).succeeded();
            let summary: Value = serde_json::from_str(&shown.out).unwrap();
            assert_eq!(summary["rules"]["status"], expected, "{command:?}");
            assert_eq!(summary["rules"]["sha256"], sha256, "{command:?}");
        }
        let manifests = ["delivery/jobcentre", "delivery/family", "delivery/social", "selection", "assignment"];
        for folder in manifests {
            let manifest = place.json(&format!("out/2024Q4/{folder}/manifest.json"));
            assert_eq!(manifest["rules"]["status"], expected, "{folder}");
            assert_eq!(manifest["rules"]["sha256"], sha256, "{folder}");
            assert_eq!(manifest["purpose"].get("approved_rules").is_some(), expected != NOT_APPROVED, "{folder}");
        }
    };
    status(NOT_APPROVED);
    approve(&place, &sha256);
    status("rules approved");
}

#[test]
fn a_manifest_whose_rules_were_altered_is_found_out() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    place.edit("out/2024Q4/selection/manifest.json", NOT_APPROVED, "rules approved");
    place
        .udpeg(&["verify", "-p", "p.toml"])
        .failed(4, &["selection/manifest.json: its `rules` are not those of the programme file"]);
}
