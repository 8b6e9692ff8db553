//! `udpeg test`: the shipped examples cover every edge and notice every change; mistakes and differences can be read.

use crate::support::{SMALL_PROGRAMME, Workplace};
use serde_json::Value;
use std::path::{Path, PathBuf};
use udpeg::examples::{Tried, try_all};
use udpeg::programme::{ELIGIBLE, Examples, Programme, Rule, Scale};
use udpeg::score::least_amount;

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name)
}

fn shipped_text(name: &str) -> String {
    std::fs::read_to_string(shipped(name)).unwrap()
}

fn programme(text: &str) -> Programme {
    Programme::parse(&shipped("furesoe.toml"), text).unwrap_or_else(|error| panic!("{error}"))
}

fn shipped_examples(programme: &Programme) -> Examples {
    Examples::parse(Path::new("e.toml"), &shipped_text("furesoe.examples.toml"), programme).unwrap()
}

fn failed(tried: Vec<Tried>) -> Vec<Tried> {
    tried.into_iter().filter(|tried| !tried.differences.is_empty()).collect()
}

#[test]
fn the_shipped_examples_are_as_expected_and_at_least_twenty() {
    let file = shipped("furesoe.toml");
    let ran = Workplace::new().udpeg(&["test", "--programme", file.to_str().unwrap(), "--json"]).succeeded();
    let object: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(object["examples"].as_u64().unwrap() >= 20);
    assert_eq!(object["examples"], object["as_expected"]);
    assert_eq!(object["otherwise"], serde_json::json!([]));
}

/// What a rule can give around its edges: the points of every band and of none, or of one and of the most.
fn edges(rule: &Rule) -> Vec<i64> {
    match &rule.scale {
        Scale::Bands(bands) => std::iter::once(0).chain(bands.iter().map(|band| band.points.into())).collect(),
        Scale::PerOne { points, max } => {
            std::iter::once(i64::from(*points)).chain(max.iter().map(|max| (*max).into())).collect()
        }
    }
}

#[test]
fn the_shipped_examples_cover_every_band_rule_and_test() {
    let programme = programme(&shipped_text("furesoe.toml"));
    let examples = shipped_examples(&programme).examples;
    for (position, rule) in programme.rules.iter().enumerate() {
        let of_rule = |example: &udpeg::programme::Example| {
            example.expected.points.iter().find(|(rule, _)| *rule == position).map(|(_, points)| *points)
        };
        let expected: Vec<i64> = examples.iter().filter_map(of_rule).collect();
        for points in edges(rule) {
            assert!(expected.contains(&points), "no example expects {points} of {}", rule.id);
        }
    }
    let outcomes: Vec<&str> = examples.iter().filter_map(|example| example.expected.outcome.as_deref()).collect();
    for outcome in [ELIGIBLE, "ages", "min_departments", "min_points", "require unemployment_years"] {
        assert!(outcomes.contains(&outcome), "no example is {outcome}");
    }
}

/// Changes of the shipped programme that change what it does, at every number and list of its rules.
fn changes() -> Vec<(String, String)> {
    let text = shipped_text("furesoe.toml");
    let programme = programme(&text);
    let mut changes: Vec<(String, String)> = Vec::new();
    for rule in &programme.rules {
        let (_, section) = text.split_once(&format!("= \"{}\"\n", rule.id)).unwrap();
        let section = section.split("[[rule]]").next().unwrap().split("[eligibility]").next().unwrap();
        let mut change = |from: String, to: String| {
            assert!(section.contains(&from), "{from}");
            changes.push((section.to_owned(), section.replacen(&from, &to, 1)));
        };
        if let Scale::Bands(bands) = &rule.scale {
            for band in bands {
                let from = if rule.measure.is_in_years() { format!("{:.1}", band.from) } else { band.from.to_string() };
                let written = format!("from = {from}, points = {}", band.points);
                change(written.clone(), format!("from = {from}, points = {}", band.points + 1));
                // A day, or one, more and less.
                for step in [1.0, -1.0] {
                    let amount = least_amount(rule.measure, band.from) + step;
                    let from = if rule.measure.is_in_years() { amount / 365.25 + 0.0005 } else { amount };
                    change(written.clone(), format!("from = {from:.4}, points = {}", band.points));
                }
            }
        }
        if let Scale::PerOne { points, max } = &rule.scale {
            change(format!("points_per = {points}"), format!("points_per = {}", points + 1));
            if let Some(max) = max {
                change(format!("max        = {max}"), format!("max        = {}", max + 1));
            }
        }
        if let Some(years) = rule.window_years {
            change(format!("window_years = {years}"), format!("window_years = {}", years + 1));
            change(format!("window_years = {years}"), format!("window_years = {}", years - 1));
        }
        if rule.max_gap_days > 0 {
            change("max_gap_days = 28".to_owned(), "max_gap_days = 27".to_owned());
            change("max_gap_days = 28".to_owned(), "max_gap_days = 29".to_owned());
        }
        if rule.types.is_some() {
            change("\"kontanthjælp\", ".to_owned(), String::new());
            change("\"kontanthjælp\", ".to_owned(), "\"kontanthjælp\", \"sygedagpenge\", ".to_owned());
        }
    }
    let further = [
        ("min_departments = 2", "min_departments = 1"),
        ("min_departments = 2", "min_departments = 3"),
        ("min_points      = 8", "min_points      = 7"),
        ("min_points      = 8", "min_points      = 9"),
        ("\"18-66\"", "\"18+\""),
        ("\"18-66\"", "\"0-66\""),
        ("\"18-66\"", "\"18-59\""),
        ("\"18-66\"", "\"25-66\""),
        ("require         = [\"unemployment_years\"]", ""),
        ("max_adults_per_child = 4", "max_adults_per_child = 3"),
        ("max_adults_per_child = 4", "max_adults_per_child = 5"),
        ("apart_types = [\"SEL § 109\"]", "apart_types = []"),
    ];
    changes.extend(further.map(|(from, to)| (from.to_owned(), to.to_owned())));
    changes
}

#[test]
fn every_change_of_a_rule_is_noticed_by_a_shipped_example() {
    let text = shipped_text("furesoe.toml");
    let mut tried = 0;
    for (from, to) in changes() {
        assert!(text.contains(&from), "{from}");
        // Bands that no longer rise are a mistake before anything is tried.
        let Ok(programme) = Programme::parse(Path::new("p.toml"), &text.replacen(&from, &to, 1)) else { continue };
        let failed = failed(try_all(&programme, &shipped_examples(&programme)).unwrap());
        assert!(!failed.is_empty(), "nobody notices\n{to}");
        tried += 1;
    }
    assert!(tried > 50, "{tried}");
}

const EXAMPLES: &str = r#"as_of = 2024-12-31

[[example]]
name = "two years and a case"
record = [
  { department = "jobcentre", type = "kontanthjælp", start = 2023-01-01 },
  { department = "social", type = "SEL § 85", start = 2024-01-01, end = 2024-12-31 },
]
value = { unemployment = 2.0, cases = 1 }
points = { unemployment = 2, cases = 3 }
total = 5
kind = "citizen"
members = 1
outcome = "eligible"

[[example]]
name = "one department"
record = [{ person = "bo", department = "jobcentre", type = " kontanthjælp ", start = 2023-01-01 }]
outcome = "min_departments"
"#;

fn with_examples(text: &str) -> Workplace {
    let place = Workplace::new();
    place.write("p.toml", SMALL_PROGRAMME);
    place.write("p.examples.toml", text);
    place
}

#[test]
fn a_difference_can_be_read_and_ends_with_1() {
    let place = with_examples(EXAMPLES);
    let ran = place.udpeg(&["test", "-p", "p.toml"]).succeeded();
    assert!(ran.out.contains("2 examples, all as expected.") && ran.out.contains("Rules not approved"), "{}", ran.out);
    assert_eq!(place.files(".").len(), 2, "nothing is written");

    place.edit("p.toml", "points_per = 3", "points_per = 4");
    place.edit("p.toml", "min_points = 1", "min_points = 7");
    let ran = place.udpeg(&["test", "-p", "p.toml"]).failed(1, &[]);
    let expected = "\nOtherwise than expected: two years and a case (p.examples.toml:3)\
                    \n                    expected         got\
                    \n points of cases           3           4\
                    \n points in all             5           6\
                    \n outcome            eligible  min_points\
                    \n\n 1 of 2 examples came out otherwise than expected.\n";
    let plain =
        |text: &str| text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    let shown = plain(&ran.out).join("\n");
    assert!(shown.contains(&plain(expected).join("\n")), "{}", ran.out);
    let ran = place.udpeg(&["test", "-p", "p.toml", "--json"]).failed(1, &[]);
    let object: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(object["otherwise"][0]["differences"][0]["what"], "points of cases");
    assert_eq!((&object["examples"], &object["as_expected"]), (&2.into(), &1.into()));
    assert!(place.udpeg(&["test", "-p", "p.toml", "-q"]).failed(1, &[]).out.is_empty());
}

#[test]
fn examples_have_the_months_and_the_dates_of_types_that_deliveries_have() {
    let examples = "as_of = 2024-12-31\n\n[[example]]\nname = \"two days\"\nrecord = [\n\
        { department = \"jobcentre\", type = \"kontanthjælp\", start = 2024-01-31, end = 2024-02-01 },\n\
        { department = \"jobcentre\", type = \"ledighed\", start = 2024-06-15, end = 2024-06-15 },\n]\n\
        value = { unemployment = VALUE }\n";
    let groups = "types = [\"@out_of_work\"]";
    let group = "[types.out_of_work]\n\"kontanthjælp\" = {}\nledighed = { FROM }\n\n[eligibility]";
    for (dates, from, value) in [
        ("day", "", "0.01"),
        ("day", "from = 2024-06-15", "0.01"),
        ("day", "from = 2024-06-16", "0.01"),
        ("month", "", "0.25"),
        ("month", "from = 2024-06-01", "0.25"),
        ("month", "from = 2024-06-02", "0.16"),
    ] {
        let place = with_examples(&examples.replace("VALUE", value));
        place.edit("p.toml", "[persons]", &format!("[persons]\ndates = \"{dates}\""));
        place.edit("p.toml", "types = [\"kontanthjælp\"]", groups);
        place.edit("p.toml", "[eligibility]", &group.replace("FROM", from));
        place.udpeg(&["test", "-p", "p.toml"]).succeeded();
    }
}

#[test]
fn a_file_of_examples_that_is_none_fails() {
    let place = with_examples(EXAMPLES);
    std::fs::create_dir(place.path("folder")).unwrap();
    place.udpeg(&["test", "-p", "p.toml", "--examples", "folder"]).failed(1, &["folder"]);
    place.udpeg(&["test", "-p", "p.toml", "--examples", "/dev/zero"]).failed(1, &["it is no regular file"]);
    place.write("large.toml", vec![b'#'; (16 << 20) + 1]);
    place.udpeg(&["test", "-p", "p.toml", "--examples", "large.toml"]).failed(1, &["it is larger than 16 MiB"]);
}

#[test]
fn every_mistake_in_the_examples_is_told_with_its_line() {
    let mistakes = r#"as_off = 2024-12-31

[[example]]
record = [
  { department = "jobcenter", type = "x", start = 2023-01-01 },
  { department = "social", type = "x", start = 2023-01-02, end = 2023-01-01, kind = "y" },
]

[[example]]
name = "b"
record = [{ person = "al", department = "social", type = "x", start = 2023-01-01 }]
of = "bo"
age = { ib = 3, al = -1 }
value = { case = 1 }
points = { cases = "1" }
kind = "families"
outcome = "min_deparments"

[[example]]
name = "c"
"#;
    let place = with_examples(mistakes);
    place.udpeg(&["test", "-p", "p.toml"]).failed(
        2,
        &[
            "p.examples.toml:1: `as_of` is missing",
            "p.examples.toml:1: unknown key `as_off` in the examples; did you mean `as_of`?",
            "p.examples.toml:3: `name` is missing in [[example]]",
            "p.examples.toml:5: there is no department `jobcenter`; did you mean `jobcentre`?",
            "p.examples.toml:6: `end` lies before `start`",
            "p.examples.toml:6: unknown key `kind` in a record",
            "p.examples.toml:12: no record is of a person `bo`",
            "p.examples.toml:13: no record is of a person `ib`",
            "p.examples.toml:13: an age is in whole years, from 0 to 150",
            "p.examples.toml:14: there is no rule `case`; did you mean `cases`?",
            "p.examples.toml:15: `cases` in `points` must be a whole number",
            "p.examples.toml:16: `kind` can be \"family\" or \"citizen\"",
            "p.examples.toml:17: `outcome` is \"eligible\" or the test that is failed first; did you mean `min_departments`?",
            "p.examples.toml:19: `record` is missing: nobody is in the example",
        ],
    );
    with_examples("as_of = 2024-12-31\n").udpeg(&["test", "-p", "p.toml"]).failed(2, &["there is no [[example]]"]);
    with_examples("as_of = \n").udpeg(&["test", "-p", "p.toml"]).failed(2, &["not valid TOML"]);
    let place = with_examples(EXAMPLES);
    place.udpeg(&["test", "-p", "p.toml", "--examples", "no.toml"]).failed(1, &["no.toml: there are no examples"]);
}
