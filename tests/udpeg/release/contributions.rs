//! Who has points by which rule: what the published points system tells of it is known to the protector and the auditor.

use super::{municipality, released, run};
use crate::support::Workplace;
use std::collections::{BTreeMap, BTreeSet};
use udpeg::disclosure::{
    CellDefinition, Comparison, Depth, Dimension, Equation, ProtectedRelease, Published, Question, RawCount, Release,
    Settings, Table, Zeros, audit, protect,
};
use udpeg::release::Kept;

/// The programme with these rules in place of its own, run and released; what its readers know.
fn published(rules: &str, eligibility: &str) -> Published {
    let place = municipality();
    let text = place.read("programme.toml");
    let (before, rest) = text.split_once("[[rule]]").unwrap();
    let (_, after) = rest.split_once("[selection]").unwrap();
    let after = after.replacen("tie_break = [\"unemployment_years\"]", "", 1);
    place.write("programme.toml", format!("{before}{rules}\n[eligibility]\n{eligibility}\n[selection]{after}"));
    run(&place, &[]).succeeded();
    released(&place, &[]).succeeded();
    kept(&place)
}

fn kept(place: &Workplace) -> Published {
    serde_json::from_str::<Kept>(&place.read("out/ledger/0001.json")).unwrap().published
}

fn has(rule: &str, value: &str, status: &str) -> CellDefinition {
    CellDefinition::all("units").with(&format!("rule_{rule}"), value).with("status", status)
}

/// By dimension: the values whose units of a standing a cell is known to be no less than.
fn told(published: &Published, cell: &CellDefinition) -> BTreeMap<String, BTreeSet<String>> {
    let definition = |position: usize| published.cells[position].0.as_ref();
    let position = published.cells.iter().position(|(other, _)| other.as_ref() == Some(cell)).unwrap();
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for relation in &published.relations {
        if relation.constant != 0 || !relation.terms.contains(&(position, 1)) {
            continue;
        }
        // What stands on the other side, but for the excess.
        let others: Vec<&CellDefinition> = relation
            .terms
            .iter()
            .filter(|(_, factor)| *factor == -1)
            .filter_map(|(cell, _)| definition(*cell))
            .collect();
        for other in others {
            for name in ["kind", "departments", "department_combination", "points_band"] {
                told.entry(name.to_owned()).or_default().extend(other.value(name).map(str::to_owned));
            }
        }
    }
    told.retain(|_, values| !values.is_empty());
    told
}

fn known(published: &Published, cell: &CellDefinition) -> (u64, Option<u64>) {
    let known = published.known(cell).unwrap();
    (known.low, known.high)
}

const RULES: &str = r#"
[[rule]]
id           = "unemployed"
department   = "jobcentre"
measure      = "years"
types        = ["kontanthjælp", "uddannelseshjælp", "a-dagpenge"]
window_years = 10
bands        = [{ from = 1.0, points = 2 }, { from = 3.0, points = 5 }, { from = 5.0, points = 8 }]
[[rule]]
id         = "social"
department = "social"
measure    = "open_cases"
points_per = 12
max        = 24
[[rule]]
id         = "children"
department = "family"
measure    = "children"
points_per = 1
max        = 4
[[rule]]
id      = "breadth"
measure = "departments"
bands   = [{ from = 3, points = 5 }]
[[rule]]
id           = "history"
department   = "family"
measure      = "cases"
window_years = 5
bands        = [{ from = 2, points = 1 }]
"#;

#[test]
fn kind_and_departments_tell_who_has_points_as_worked_out_by_hand() {
    let published = published(RULES, "min_departments = 2");
    let of = |rule: &str, value: &str, by: &str| {
        let told = told(&published, &has(rule, value, "eligible"));
        told.get(by).into_iter().flatten().map(String::as_str).collect::<Vec<&str>>().join(" ")
    };
    // Every open case in social counts, so that exactly those with one there have points; none is in one department.
    let combinations = "department_combination";
    assert_eq!(of("social", "points", combinations), "family+jobcentre+social family+social jobcentre+social");
    assert_eq!(of("social", "no_points", combinations), "family+jobcentre");
    // The family department alone tells of children, and whoever has one is a family.
    assert_eq!(of("children", "points", "kind"), "family");
    assert_eq!(of("children", "no_points", "kind"), "citizen");
    assert_eq!(of("children", "no_points", combinations), "jobcentre+social");
    assert_eq!(of("children", "points", combinations), "", "an open case can be without a child");
    // Three departments give five points, two none.
    assert_eq!(of("breadth", "points", combinations), "family+jobcentre+social");
    assert_eq!(of("breadth", "no_points", combinations), "family+jobcentre family+social jobcentre+social");
    // Cases count when they are closed, too, and only types that are named count as unemployment.
    assert_eq!((of("history", "points", combinations), of("history", "no_points", combinations)), <_>::default());
    assert_eq!((of("unemployed", "points", combinations), of("unemployed", "points", "kind")), <_>::default());
}

#[test]
fn points_tell_who_has_some_by_a_rule_as_worked_out_by_hand() {
    let published = published(RULES, "min_departments = 2");
    // Without the social rule nobody has more than 8 + 4 + 5 + 1 = 18, and with it nobody less than 12.
    let range = |band: &str| -> (i64, i64) {
        let number = |text: &str| text.parse::<i64>().unwrap();
        match band.split_once('-') {
            Some((low, high)) => (number(low), number(high)),
            None if band.starts_with("up to ") => (i64::MIN, number(&band[6..])),
            None if band.ends_with('+') => (number(band.trim_end_matches('+')), i64::MAX),
            None => (number(band), number(band)),
        }
    };
    let bands: BTreeSet<String> = published
        .cells
        .iter()
        .filter_map(|(cell, _)| cell.as_ref()?.value("points_band").map(str::to_owned))
        .filter(|band| band != "not_ranked")
        .collect();
    let wanted = |is_told: &dyn Fn((i64, i64)) -> bool| -> BTreeSet<String> {
        bands.iter().filter(|band| is_told(range(band))).cloned().collect()
    };
    let (all, none) = (wanted(&|(low, _)| low > 18), wanted(&|(_, high)| high < 12));
    assert!(!all.is_empty() && !none.is_empty() && all.len() + none.len() < bands.len(), "{bands:?}");
    // Everybody knows that the others of these bands have nobody of that status.
    let by_points = |cell| told(&published, &cell).remove("points_band").unwrap();
    assert_eq!(by_points(has("social", "points", "proposed")), all);
    assert_eq!(by_points(has("social", "no_points", "eligible")), none);
}

#[test]
fn what_the_rules_leave_no_room_for_is_shown_and_can_hide_nothing() {
    let published = published(RULES, "min_departments = 3\nmin_points = 6\nrequire = [\"unemployed\"]");
    for status in ["proposed", "reserve", "eligible"] {
        for rule in ["unemployed", "social", "breadth"] {
            assert_eq!(known(&published, &has(rule, "no_points", status)), (0, Some(0)), "{rule} {status}");
        }
        assert_eq!(known(&published, &has("children", "not_ranked", status)), (0, Some(0)));
    }
    assert_eq!(known(&published, &has("history", "points", "not_eligible")), (0, Some(0)));
}

#[test]
fn whoever_has_the_points_system_can_narrow_what_is_hidden() {
    let place = municipality();
    run(&place, &[]).succeeded();
    released(&place, &[]).succeeded();
    let published = kept(&place);
    let is_of_rule = |position: usize| {
        let cell = published.cells[position].0.as_ref();
        cell.is_some_and(|cell| cell.dimensions().any(|dimension| dimension.starts_with("rule_")))
    };
    let is_told = |terms: &[(usize, i64)]| {
        terms.iter().any(|(cell, _)| is_of_rule(*cell))
            && terms.iter().any(|(cell, _)| published.cells[*cell].0.is_none() && !is_of_rule(*cell))
    };
    let mut less = published.clone();
    less.relations.retain(|relation| !is_told(&relation.terms));
    assert!(published.relations.len() - less.relations.len() > 10, "no relation of rules was found");
    let question = Question { depth: Depth::Intervals, ..Question::new(5, 4) };
    let intervals = |published: &Published| {
        let audited = audit(published, &question).unwrap();
        assert!(audited.passes());
        audited.intervals
    };
    let (with, without) = (intervals(&published), intervals(&less));
    let narrowed = with.iter().zip(&without).filter(|(with, without)| with != without).count();
    assert!(narrowed > 0, "nothing can be narrowed by them");
}

/// Wider than usual, so that a relation between shown counts can be too narrow by itself.
const WIDE: u64 = 7;

/// Units by two bands of points, and by a rule that gives points to all of the upper one. Of 20 in reserve 14 are there,
/// and two have no points by the rule.
fn two_bands(equations: Vec<Equation>) -> ProtectedRelease {
    let table = |name: &str, values: [&str; 2], counts: [u64; 6]| {
        let dimensions = vec![Dimension::new(name, &values), Dimension::new("status", &STATUSES)];
        Table::new(name, "units", dimensions, &counts.map(RawCount::new)).unwrap()
    };
    let release = Release::default()
        .table(table("points_band", ["low", "high"], [20, 6, 90, 60, 14, 40]))
        .table(table("rule_x", ["no_points", "points"], [15, 2, 70, 65, 18, 60]));
    let release = equations.into_iter().fold(release, Release::equation);
    protect(&release, &Settings { zeros: Zeros::Shown, min_interval: WIDE, ..Settings::new(5) }).unwrap()
}

const STATUSES: [&str; 3] = ["proposed", "reserve", "eligible"];

#[test]
fn without_what_the_points_system_tells_a_hidden_count_could_be_worked_out_too_closely() {
    let equation = |status: &str| {
        let upper = CellDefinition::all("units").with("points_band", "high").with("status", status);
        let terms = vec![(1, has("x", "points", status)), (-1, upper)];
        Equation { terms, comparison: Comparison::AtLeast, constant: 0 }
    };
    let (unaware, aware) = (two_bands(Vec::new()), two_bands(STATUSES.map(equation).to_vec()));
    let few = has("x", "no_points", "reserve");
    let width = |published: &Published| {
        let question = Question { depth: Depth::Intervals, ..Question::new(5, WIDE) };
        let intervals = audit(published, &question).unwrap().intervals;
        let place = published.cells.iter().position(|(cell, _)| cell.as_ref() == Some(&few)).unwrap();
        let interval = intervals[place].unwrap();
        interval.high.unwrap() - interval.low
    };
    // An attacker who reads what an unaware protector published, and knows the rules: at most 20 − 14 have no points.
    let (own, all) = (&unaware.published.cells, &aware.published.cells);
    let cells = own.iter().chain(&all[own.len()..]).cloned().collect();
    let attacked = Published { cells, relations: aware.published.relations.clone() };
    assert!(width(&unaware.published) >= WIDE);
    assert_eq!(width(&attacked), 6);
    assert!(width(&aware.published) >= WIDE);
}
