//! `udpeg explain`: that it tells what the selection did, to whom, in which words, and what it keeps to itself.

mod behind;

use crate::municipality;
use crate::support::{Ran, SMALL_PROGRAMME, Workplace, parquet_rows};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use udpeg::explanation::Asked;
use udpeg::pipeline::{self, Context, Memory, Silent};
use udpeg::programme::{Overrides, Programme};
use udpeg::report;
use udpeg::sentences::{Language, Reason};

type Row = BTreeMap<String, Value>;

const PERIOD: &str = "out/2024Q4";
const LOG: &str = "out/2024Q4/log/shown_records.jsonl";

/// The small programme, run, and the unit ids of its candidates by rank.
fn made() -> (Workplace, Vec<String>) {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    let rows = parquet_rows(&place.path(PERIOD).join("selection/candidates.parquet"));
    let ids = rows.iter().map(|row| row["unit"].as_str().unwrap().to_owned()).collect();
    (place, ids)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A text on one line, with single blanks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn explain(place: &Workplace, more: &[&str]) -> Ran {
    place.udpeg(&[&["explain", "-p", "p.toml"], more].concat())
}

/// The explanations of all these persons, as JSON.
fn explained(place: &Workplace, persons: &[&str]) -> Vec<Value> {
    let programme = Programme::read(&place.path("p.toml"), &Overrides::default()).unwrap();
    let today = day("2026-01-01");
    let context = Context { programme: &programme, today, force: false, memory: Memory::default(), progress: &Silent };
    let asked: Vec<Asked> = persons.iter().map(|person| person.parse().unwrap()).collect();
    let told = pipeline::explain(&context, &asked, None).unwrap();
    assert!(told.warnings.is_empty(), "{:?}", told.warnings);
    for explanation in &told.summary {
        for language in Language::ALL {
            let document = report::explain(&programme, explanation, language);
            assert!(document.to_plain().contains(&programme.name) && !document.blocks.is_empty());
        }
    }
    told.summary.iter().map(|explanation| serde_json::to_value(explanation).unwrap()).collect()
}

#[test]
fn explanations_of_everybody_add_up_to_what_the_selection_says() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..30 {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        place.udpeg(&["run", "-p", "p.toml", "--max-rejected", "100%"]).succeeded();
        let selection: PathBuf = place.path(&format!("out/P{seed}/selection"));
        let candidates = parquet_rows(&selection.join("candidates.parquet"));
        let why = parquet_rows(&selection.join("why.parquet"));
        let persons: Vec<&str> = why.iter().map(|row| row["person"].as_str().unwrap()).collect();
        for (row, told) in why.iter().zip(explained(&place, &persons)) {
            let at = format!("seed {seed}: {row:?}\n{told:#}");
            compare_with_why(row, &told, &at);
            let candidate = candidates.iter().find(|candidate| candidate["unit"] == row["unit"]);
            match candidate {
                Some(candidate) => compare_with_candidate(candidate, &told, &at),
                None => assert_eq!(told["rank"], Value::Null, "{at}"),
            }
            *seen.entry(row["reason"].as_str().unwrap_or("proposed").to_owned()).or_default() += 1;
        }
    }
    let reasons = ["ages", "min_departments", "min_points", "require r0", "points", "quota", "tie_break", "lottery"];
    for reason in reasons.into_iter().chain(["proposed"]) {
        assert!(seen.get(reason).is_some_and(|&count| count > 3), "{reason} hardly occurs: {seen:?}");
    }
}

fn compare_with_why(row: &Row, told: &Value, at: &str) {
    assert_eq!(told["unit"].get("id").unwrap_or(&Value::Null), &row["unit"], "{at}");
    for key in ["outcome", "reason", "points_short"] {
        assert_eq!(told[key], row[key], "{at}: {key}");
    }
    let tests = told["tests"].as_array().unwrap();
    let failed = tests.iter().find(|test| test["is_passed"] == false);
    assert_eq!(failed.is_some(), row["outcome"] == "not_eligible", "{at}");
    if let Some(failed) = failed {
        assert_eq!(failed["test"], row["reason"], "{at}");
    }
    if let Some(points) = told["points"].as_i64() {
        let each = told["by_rule"].as_array().unwrap().iter().map(|rule| rule["points"].as_i64().unwrap());
        assert_eq!(each.sum::<i64>(), points, "{at}");
    }
    assert!(told.get("records").is_none(), "{at}");
}

fn compare_with_candidate(candidate: &Row, told: &Value, at: &str) {
    let unit = &told["unit"];
    for key in ["label", "kind", "members", "departments"] {
        assert_eq!(unit[key], candidate[key], "{at}: {key}");
    }
    for (key, column) in [
        ("points", "points"),
        ("rank", "rank"),
        ("outcome", "status"),
        ("placed_by", "reason"),
        ("incomplete", "incomplete"),
    ] {
        assert_eq!(told[key], candidate[column], "{at}: {key}");
    }
    for rule in told["by_rule"].as_array().unwrap() {
        let id = rule["rule"].as_str().unwrap();
        assert_eq!(rule["value"], candidate[&format!("value_{id}")], "{at}: {id}");
        assert_eq!(rule["points"], candidate[&format!("points_{id}")], "{at}: {id}");
        assert_eq!(rule["amount"] == 0, rule["value"] == 0.0, "{at}: {id}");
    }
}

#[test]
fn a_label_a_unit_and_each_of_its_members_are_told_the_same() {
    let (place, ids) = made();
    let family = &ids[1];
    let whole = explain(&place, &[family, "--json"]).succeeded().out;
    let object: Value = serde_json::from_str(&whole).unwrap();
    let members = object["unit"]["members"].as_array().unwrap();
    assert_eq!(members.len(), 2);
    for member in members {
        assert_eq!(explain(&place, &[member.as_str().unwrap(), "--json"]).succeeded().out, whole);
    }
    for length in [8, 9, 20, 31] {
        assert_eq!(explain(&place, &[&family[..length], "--json"]).succeeded().out, whole);
    }
}

#[test]
fn the_small_programme_is_explained_as_a_person_would() {
    let (place, ids) = made();
    let bo = flat(&explain(&place, &[&ids[0]]).succeeded().out);
    for words in [
        "rules not approved. This is the period 2024Q4. Everything is measured on 31 December 2024",
        "This is a citizen. A coordinator is proposed.",
        "unemployment 2 years and 1 day (731 days), from 1 record from 1 year 2",
        "cases 2 open cases, from 2 records 6",
        "In all: 8 points. By points it is number 1 of 3. The last proposed has 5 points.",
        "- Yes: There are open cases in at least 2 departments. There: 2.",
        "- Yes: There are at least 1 point in all. There: 8.",
        "No row about these persons was rejected.",
    ] {
        assert!(bo.contains(words), "{words:?} is not in\n{bo}");
    }
    let ib = flat(&explain(&place, &[&ids[2], "--language", "da"]).succeeded().out);
    for words in [
        "reglerne er ikke godkendt",
        "Alt måles på dagen 31. december 2024",
        "Det er en borger. Der foreslås ingen koordinator, men der er en plads i reserven. Den sidst foreslåede har flere point.",
        "unemployment 0 dage intet trin 0",
        "cases 1 åben sag, ud fra 1 registrering 3",
        "I alt: 3 point. Efter point er det nummer 3 af 3. Den sidst foreslåede har 5 point. Der mangler 2",
        "- Ja: Der er åbne sager i mindst 2 afdelinger. Her: 2.",
    ] {
        assert!(ib.contains(words), "{words:?} is not in\n{ib}");
    }
    let family = flat(&explain(&place, &[&ids[1]]).succeeded().out);
    assert!(family.contains("This is a family of 2 adults. A coordinator is proposed."), "{family}");
    place.edit("p.toml", "min_departments = 2", "min_departments = 3");
    let ran = explain(&place, &[&ids[2], "--json"]).succeeded();
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&told["outcome"], &told["reason"]), (&json!("not_eligible"), &json!("min_departments")));
    assert!(ran.err.contains("the selection that stands was made with another programme file"), "{}", ran.err);
    fs::remove_dir_all(place.path(PERIOD).join("selection")).unwrap();
    let ran = explain(&place, &[&ids[2]]).succeeded();
    assert!(ran.err.contains("there is no selection yet"), "{}", ran.err);
}

#[test]
fn the_lottery_is_named_on_both_sides_of_the_last_place_and_nowhere_else() {
    let place = Workplace::with_small_programme();
    // Three citizens alike, and one with more points.
    let rows = |more: &str| {
        let numbers = ["2512489996", "0104909995", "0107729995", "0504909995"];
        let all: String = numbers.iter().map(|number| format!("{number}\tS\tx\t01/01/2024\t\n")).collect();
        format!("CPR\tSag\tIndsats\tFra\tTil\n{all}{more}")
    };
    place.write("social.tsv", rows("2512489996\tS2\tx\t01/01/2024\t\n"));
    place.edit("p.toml", "min_departments = 2", "min_departments = 1");
    place.edit("p.toml", "id = \"unemployment\"", "id = \"unemployment\"\nwindow_years = 1");
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    let rows = parquet_rows(&place.path(PERIOD).join("selection/candidates.parquet"));
    let alike: Vec<&Row> = rows.iter().filter(|row| row["points"] == 3).collect();
    assert!(alike.len() > 2 && rows[0]["points"] != 3 && rows[1]["points"] == 3, "{rows:?}");
    for row in &rows {
        let unit = row["unit"].as_str().unwrap();
        let told: Value = serde_json::from_str(&explain(&place, &[unit, "--json"]).succeeded().out).unwrap();
        let is_drawn = row["points"] == 3;
        assert_eq!(told["decided_by_lottery"], is_drawn, "{told:#}");
        let text = flat(&explain(&place, &[unit]).succeeded().out);
        assert_eq!(text.contains("the lottery decided."), is_drawn, "{text}");
        assert_eq!(text.contains("got no place: the lottery"), is_drawn && row["status"] == "proposed", "{text}");
    }
}

#[test]
fn every_reason_has_a_sentence_of_its_own_in_every_language() {
    for language in Language::ALL {
        let words = language.sentences();
        let reasons = [
            Reason::Ages("18-66"),
            Reason::MinDepartments(1),
            Reason::MinDepartments(2),
            Reason::MinPoints(8),
            Reason::Require("cases"),
            Reason::Quota,
            Reason::Points,
            Reason::TieBreak,
            Reason::Lottery,
        ];
        let mut sentences: Vec<String> = reasons.iter().map(|reason| words.reason(reason)).collect();
        assert!(sentences.iter().all(|sentence| sentence.ends_with('.')), "{sentences:?}");
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), reasons.len());
    }
}

#[test]
fn who_is_not_there_is_told_so_and_what_was_typed_is_never_repeated() {
    let (place, _) = made();
    let nobody = "0123456789abcdef0123456789abcdef";
    for (asked, says) in [
        (nobody, "nobody in the deliveries has this pseudonym"),
        ("0123456789", "no unit of the deliveries has this label"),
        ("2512489996", "no unit of the deliveries has this label"),
        ("1234567", "a person or unit is 32 characters"),
        ("ABCDEFAB", "a person or unit is 32 characters"),
        ("251248-9996", "a person or unit is 32 characters"),
        ("", "a person or unit is 32 characters"),
    ] {
        let ran = explain(&place, &[asked]).failed(2, &[says]);
        assert!(!ran.err.contains("2512489996") && !ran.err.contains("251248-9996"), "{}", ran.err);
        assert!(ran.out.is_empty());
    }
    explain(&place, &[nobody, "--language", "de"]).failed(2, &["a language is `da` or `en`"]);
    let place = Workplace::with_small_programme();
    explain(&place, &[nobody]).failed(1, &["nothing has been delivered for this period"]);
}

#[test]
fn single_records_are_shown_with_consent_only_and_every_look_is_put_down() {
    let (place, ids) = made();
    let bo = ids[0].as_str();
    for language in ["da", "en"] {
        let without = explain(&place, &[bo, "--language", language]).succeeded().out;
        assert!(!without.contains("2023") && !without.contains("SEL §"), "{without}");
    }
    assert!(!place.path(LOG).exists());
    explain(&place, &[bo, "--records"]).failed(2, &["--consent", "--by"]);
    explain(&place, &[bo, "--consent", "x", "--by", "k1"]).failed(2, &["--records"]);
    let records = ["--records", "--consent", "case 2026-114", "--by", "k1"];
    let number = "looks like it holds a CPR number";
    let wrong = [
        ("case 251248-9996", "k1", ["--consent", number]),
        ("case 1", "2512489996", ["--by", number]),
        (" ", "k1", ["--consent", "is empty"]),
        ("case 1", "", ["--by", "is empty"]),
    ];
    for (consent, by, words) in wrong {
        let ran = explain(&place, &[bo, "--records", "--consent", consent, "--by", by]).failed(2, &words);
        assert!(!ran.err.contains("9996"), "{}", ran.err);
    }
    assert!(!place.path(LOG).exists());

    let shown = flat(&explain(&place, &[&[bo][..], &records].concat()).succeeded().out);
    for words in
        ["kontanthjælp 1 January 2023 31 December 2024 unemployment", "other 1 March 2024 31 December 2024 cases"]
    {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
    let told = explain(&place, &[&[ids[1].as_str(), "--json"][..], &records].concat()).succeeded().out;
    let told: Value = serde_json::from_str(&told).unwrap();
    let expected = json!({ "member": 1, "department": "family", "type": "other", "start": "2024-01-01", "end": null, "counted_by": [] });
    assert!(told["records"].as_array().unwrap().iter().any(|record| {
        let mut record = record.clone();
        record["member"] = json!(1);
        record == expected
    }));

    let log = place.read(LOG);
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let units: Vec<&str> = lines.iter().map(|line| line["unit"].as_str().unwrap()).collect();
    assert_eq!(units, [ids[0].as_str(), ids[1].as_str()]);
    assert!(lines.iter().all(|line| line["consent"] == "case 2026-114" && line["by"] == "k1"));
    let mode = |name: &str| fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(LOG), mode("out/2024Q4/log")), (0o600, 0o700));
    place.udpeg(&["verify", "-p", "p.toml"]).succeeded();
}

#[test]
fn a_log_whose_lines_were_changed_or_taken_out_is_refused_and_found_by_verify() {
    let (place, ids) = made();
    let look = [ids[0].as_str(), "--records", "--consent", "c", "--by", "k1"];
    for _ in 0..3 {
        explain(&place, &look).succeeded();
    }
    let whole = place.read(LOG);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let broken = [
        whole.replacen("\"k1\"", "\"k2\"", 1),
        lines[1..].concat(),
        [lines[0], lines[2]].concat(),
        [lines[0], lines[2], lines[1]].concat(),
        whole.trim_end().to_owned(),
        format!("{whole}\n"),
        format!("{whole}{{}}\n"),
    ];
    for text in broken {
        place.write(LOG, &text);
        let ran = explain(&place, &look).failed(4, &["shown_records.jsonl: line", "get the file again"]);
        assert!(ran.out.is_empty(), "nothing may be shown: {}", ran.out);
        assert_eq!(place.read(LOG), text, "nothing may be added");
        place.udpeg(&["verify", "-p", "p.toml"]).failed(4, &["shown_records.jsonl: line"]);
    }
    place.write(LOG, &whole);
    explain(&place, &look).succeeded();
    assert!(place.read(LOG).starts_with(&whole));
    place.udpeg(&["verify", "-p", "p.toml"]).succeeded();
}

#[test]
fn without_an_approval_that_holds_nobody_is_explained() {
    let (place, ids) = made();
    let text = SMALL_PROGRAMME.replace("approved_by", &format!("approved_rules = \"{}\"\napproved_by", "a".repeat(64)));
    place.write("p.toml", text);
    explain(&place, &[&ids[0]]).failed(4, &["the rules are not those that were approved"]);
    place.write("p.toml", SMALL_PROGRAMME.replace("delete_after = 2099", "delete_after = 2021"));
    explain(&place, &[&ids[0]]).failed(4, &["had to be deleted after"]);
}
