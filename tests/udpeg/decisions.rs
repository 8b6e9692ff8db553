//! What people decide: who takes a place that becomes free, and that nothing else changes.

mod killed;
mod later;

use crate::municipality::Dice;
use crate::support::{Workplace, parquet_rows};
use serde_json::Value;
use std::collections::BTreeMap;
use udpeg::decisions::Wish;
use udpeg::programme::{Kind, PerKind, Quota, Selection};
use udpeg::selection::{next_in_line, propose};

const LOG: &str = "out/2026Q3/decisions/decisions.jsonl";

/// A run of made-up adults: 20 units are proposed, 6 of them families at least, to seven coordinators with room for 4.
fn made() -> Workplace {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "3000", "--seed", "5", "--out", "."]).succeeded();
    let programme = place.read("programme.toml").replace("capacity = 20", "capacity = 4");
    place.write("p.toml", programme.replace("size      = 120", "size = 20").replace("min = 24", "min = 6, max = 12"));
    place.udpeg(&["run", "-p", "p.toml", "--new-key", "--quiet"]).succeeded();
    place
}

/// Where the present revision stands.
fn present(place: &Workplace) -> String {
    let numbers = (2..).take_while(|number| place.path(&format!("out/2026Q3/revisions/{number}")).exists());
    numbers.last().map_or_else(|| "out/2026Q3".to_owned(), |number| format!("out/2026Q3/revisions/{number}"))
}

type Row = BTreeMap<String, Value>;

/// The present target group, by rank.
fn target(place: &Workplace) -> BTreeMap<u64, Row> {
    let rows = parquet_rows(&place.path(&format!("{}/assignment/target_group.parquet", present(place))));
    rows.into_iter().map(|row| (row["rank"].as_u64().unwrap(), row)).collect()
}

fn candidates(place: &Workplace) -> Vec<Row> {
    parquet_rows(&place.path("out/2026Q3/selection/candidates.parquet"))
}

fn label(row: &Row) -> String {
    row["label"].as_str().unwrap().to_owned()
}

fn families<'r>(rows: impl IntoIterator<Item = &'r Row>) -> usize {
    rows.into_iter().filter(|row| row["kind"] == "family").count()
}

fn decide(place: &Workplace, arguments: &[&str]) -> crate::support::Ran {
    place.udpeg(&[arguments, &["-p", "p.toml", "--by", "k3"]].concat())
}

#[test]
fn a_decline_changes_only_what_it_must_and_replaying_gives_the_present_revision() {
    let place = made();
    let all = candidates(&place);
    let mut dice = Dice::new(11);
    let mut out: Vec<u64> = Vec::new();
    for turn in 0..14 {
        let before = target(&place);
        let unit = before.values().nth(dice.below(before.len())).unwrap().clone();
        let rank = unit["rank"].as_u64().unwrap();
        let excludes = ["override", "--exclude", "--reason", "case", "--unit"];
        let declines = ["decline", "--reason", "no", "--unit"];
        let words: &[&str] = if turn % 4 == 3 { &excludes } else { &declines };
        decide(&place, &[words, &[label(&unit).as_str()]].concat()).succeeded();
        out.push(rank);
        let after = target(&place);
        // Who stays has the coordinator as before.
        for (rank, row) in &after {
            if let Some(known) = before.get(rank) {
                assert_eq!(known["coordinator"], row["coordinator"], "turn {turn}");
            }
        }
        let left: Vec<u64> = before.keys().filter(|rank| !after.contains_key(rank)).copied().collect();
        assert_eq!(left, [rank], "turn {turn}");
        let entered: Vec<u64> = after.keys().filter(|rank| !before.contains_key(rank)).copied().collect();
        // The best ranked who is not out and keeps at least 6 families and at most 12.
        let stay = families(after.values().filter(|row| before.contains_key(&row["rank"].as_u64().unwrap())));
        let may = |row: &&Row| {
            let rank = row["rank"].as_u64().unwrap();
            let is_family = row["kind"] == "family";
            let keeps = if is_family { stay < 12 } else { stay >= 6 };
            !before.contains_key(&rank) && !out.contains(&rank) && keeps
        };
        let best = all.iter().find(may).map(|row| row["rank"].as_u64().unwrap());
        assert_eq!(entered, best.into_iter().collect::<Vec<_>>(), "turn {turn}");
        let mut held: BTreeMap<String, usize> = BTreeMap::new();
        for row in after.values() {
            *held.entry(row["coordinator"].as_str().expect("there is room").to_owned()).or_default() += 1;
        }
        assert!(held.values().all(|&units| units <= 4), "turn {turn}: {held:?}");
    }
    // What was decided in one go is what was decided one by one.
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    let changes = place.json(&format!("{}/assignment/changes.json", present(&place)));
    assert_eq!(changes.as_array().unwrap().len(), 14);
    for list in ["k1", "k2", "k3", "k4", "k5", "k6", "k7"] {
        let rows = parquet_rows(&place.path(&format!("{}/coordinators/{list}/list.parquet", present(&place))));
        let theirs = target(&place).into_values().filter(|row| row["coordinator"] == list).collect::<Vec<_>>();
        assert_eq!(rows, theirs);
    }
    // A revision that somebody makes up is found.
    let file = format!("{}/assignment/changes.json", present(&place));
    let sha256 = |text: &str| udpeg::output::sha256_hex(text.as_bytes());
    let (text, manifest) = (place.read(&file), format!("{}/assignment/manifest.json", present(&place)));
    let other = text.replacen("\"no\"", "\"on\"", 1);
    place.write(&file, &other);
    place.udpeg(&["verify", "-p", "p.toml"]).failed(4, &["changes.json", "altered"]);
    place.edit(&manifest, &sha256(&text), &sha256(&other));
    place.udpeg(&["verify", "-p", "p.toml"]).succeeded();
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).failed(4, &["changes.json", "run again"]);
}

#[test]
fn who_declines_for_a_family_leaves_its_place_to_a_family_where_a_quota_wants_it() {
    let selection = |size, family, citizen| Selection {
        size,
        reserve: 0,
        tie_break: Vec::new(),
        lottery: None,
        quota: PerKind { family, citizen },
    };
    let quota = |min, max| Quota { min, max };
    let kinds = |text: &str| -> Vec<Kind> {
        text.chars().map(|kind| if kind == 'f' { Kind::Family } else { Kind::Citizen }).collect()
    };
    // Kinds by rank, who is in (+), open (.) or out (x), quotas of families and citizens, and who is next.
    for (size, all, now, family, citizen, next) in [
        (2, "fcf", "+.+", quota(0, None), quota(0, None), None),
        (2, "fcf", "x.+", quota(0, None), quota(0, None), Some(1)),
        (2, "fcff", "x.+.", quota(2, None), quota(0, None), Some(3)),
        (2, "fccf", "x+.x", quota(1, None), quota(0, None), Some(2)),
        (3, "ffcff", "+x+..", quota(0, Some(1)), quota(0, None), None),
        (3, "ffcfc", "+x+..", quota(0, Some(1)), quota(0, None), Some(4)),
        // Two places, and only one family is needed: the better ranked citizen may go first.
        (3, "fcccf", "x.+..", quota(1, None), quota(0, None), Some(1)),
        (3, "fcccf", "x++..", quota(1, None), quota(0, None), Some(4)),
        (0, "f", ".", quota(0, None), quota(0, None), None),
    ] {
        let signs: Vec<char> = now.chars().collect();
        let is_in: Vec<bool> = signs.iter().map(|sign| *sign == '+').collect();
        let found = next_in_line(&selection(size, family, citizen), &kinds(all), &is_in, |unit| signs[unit] == '.');
        assert_eq!(found, next, "{size} of {all}, {now}");
    }
    // From the beginning: whoever is put in comes first, and counts.
    let wishes = |text: &'static str| {
        move |unit: usize| match text.as_bytes()[unit] {
            b'+' => Wish::In,
            b'x' => Wish::Out,
            _ => Wish::Open,
        }
    };
    let proposed = |size, all: &str, wish: &'static str, min| {
        let found = propose(&selection(size, quota(min, None), quota(0, None)), &kinds(all), wishes(wish));
        found.into_iter().map(|is_in| if is_in { '1' } else { '-' }).collect::<String>()
    };
    assert_eq!(proposed(2, "cccf", "....", 0), "11--");
    assert_eq!(proposed(2, "cccf", "...+", 0), "1--1");
    assert_eq!(proposed(2, "cccf", "x...", 1), "-1-1");
    assert_eq!(proposed(1, "cccf", "+.+.", 1), "1-1-");
}

#[test]
fn what_does_not_fit_is_told_and_changes_nothing() {
    let place = made();
    let rows: Vec<Row> = target(&place).into_values().collect();
    let (first, second, third) = (label(&rows[0]), label(&rows[1]), label(&rows[2]));
    let not_proposed = label(candidates(&place).last().unwrap());
    decide(&place, &["decline", "--reason", "no", "--unit", &first]).succeeded();
    decide(&place, &["accept", "--reason", "yes", "--unit", &second]).succeeded();
    let member = rows[0]["members"][0].as_str().unwrap().to_owned();
    let before = place.files("out");
    for (arguments, code, says) in [
        (vec!["decline", "--reason", "no", "--unit", "ffffffff"], 2, ["no eligible unit", "label"]),
        (
            vec!["decline", "--reason", "no", "--unit", &first],
            2,
            ["has declined already: line 1", "nothing was changed"],
        ),
        (
            vec!["decline", "--reason", "no", "--unit", &member],
            2,
            ["has declined already: line 1", "nothing was changed"],
        ),
        (vec!["accept", "--reason", "yes", "--unit", &first], 2, ["has declined: line 1", "override --include"]),
        (
            vec!["accept", "--reason", "yes", "--unit", &second],
            2,
            ["has accepted already: line 2", "nothing was changed"],
        ),
        (vec!["decline", "--reason", "no", "--unit", &not_proposed], 2, ["is not proposed", "override"]),
        (vec!["decline", "--reason", "moovd", "--unit", &third], 2, ["no such code", "did you mean moved?"]),
        (vec!["accept", "--reason", "no", "--unit", &third], 2, ["no such code", "it has yes"]),
        (vec!["decline", "--reason", "2512489996", "--unit", &third], 2, ["--reason", "CPR number"]),
        (vec!["override", "--reason", "x", "--unit", &third], 2, ["--include", "--exclude"]),
        (vec!["override", "--include", "--exclude", "--reason", "x", "--unit", &third], 2, ["--include", "--exclude"]),
        (
            vec!["decline", "--reason", "no", "--unit", &third, "--period", "2026Q4"],
            1,
            ["2026Q4", "nothing has been delivered"],
        ),
    ] {
        let ran = decide(&place, &arguments).failed(code, &says);
        assert!(!ran.err.contains("2512489996"));
        assert_eq!(place.files("out"), before, "{arguments:?}");
    }
    let by = ["decline", "-p", "p.toml", "--reason", "no", "--unit", &third, "--by", " "];
    place.udpeg(&by).failed(2, &["--by is empty"]);

    let log = place.read(LOG);
    for (altered, says) in
        [(log.replacen("\"no\"", "\"on\"", 1), "line 1 was altered"), (log.trim_end().to_owned(), "line 2 was cut off")]
    {
        place.write(LOG, &altered);
        decide(&place, &["decline", "--reason", "no", "--unit", &third]).failed(4, &["decisions.jsonl", says]);
        place.udpeg(&["verify", "-p", "p.toml"]).failed(4, &["decisions.jsonl", says]);
        assert_eq!(place.read(LOG), altered);
    }
    place.write(LOG, &log);
    // Another programme file may have other capacities and quotas.
    place.edit("p.toml", "capacity = 4", "capacity = 2");
    decide(&place, &["decline", "--reason", "no", "--unit", &third])
        .failed(4, &["another programme file", "assign --force"]);
    place.edit("p.toml", "capacity = 2", "capacity = 4");
    assert_eq!(place.files("out"), before);
    std::fs::remove_dir_all(place.path("out/2026Q3/assignment")).unwrap();
    decide(&place, &["decline", "--reason", "no", "--unit", &third]).failed(1, &["assignment", "udpeg assign"]);
    // What must be known before anybody is assigned is an override.
    decide(&place, &["override", "--exclude", "--reason", "case", "--unit", &third]).succeeded();
}
