//! Groups of types with dates: which records a rule counts, what is listed, and mistakes.

use crate::support::{SMALL_PROGRAMME, Workplace, parquet_rows};
use chrono::{Datelike, NaiveDate};
use std::path::Path;
use udpeg::programme::{Programme, TypeSpan};

const RULE: &str = "types = [\"kontanthjælp\"]";

/// The small programme with `[types]` put before the first department, and its rule naming these types.
fn place(groups: &str, types: &str) -> Workplace {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "[[department]]", &format!("{groups}\n[[department]]"));
    place.edit("p.toml", RULE, &format!("types = {types}"));
    place
}

/// What the unemployment rule gives: 2020-01-01 to `as_of`, and 2023-01-01 to `as_of`, are the records there are.
fn values(place: &Workplace) -> Vec<f64> {
    place.udpeg(&["run", "-p", "p.toml", "--force"]).succeeded();
    let rows = parquet_rows(&place.path("out/2024Q4/selection/candidates.parquet"));
    let mut values: Vec<f64> = rows.iter().map(|row| row["value_unemployment"].as_f64().unwrap().round()).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn out_of_date(place: &Workplace, department: &str) -> Option<String> {
    std::fs::read_to_string(place.path(&format!("out/2024Q4/private/{department}/types_out_of_date.csv"))).ok()
}

#[test]
fn a_rule_counts_the_records_that_start_while_the_group_has_their_type() {
    for (group, expected, listed) in [
        ("{}", vec![2.0, 5.0], 0),
        ("{ from = 2020-01-01 }", vec![2.0, 5.0], 0),
        ("{ from = 2020-01-02 }", vec![0.0, 2.0], 1),
        ("{ to = 2023-01-01 }", vec![2.0, 5.0], 0),
        ("{ to = 2022-12-31 }", vec![0.0, 5.0], 1),
        ("{ from = 2020-01-02, to = 2022-12-31 }", vec![0.0, 0.0], 2),
    ] {
        let place = place(&format!("[types.unemployed]\n\"kontanthjælp\" = {group}"), "[\"@unemployed\"]");
        place.edit("p.toml", "min_points = 1", "min_points = 0");
        let values = values(&place);
        assert_eq!(values[values.len() - 2..], expected, "{group}");
        let lines = if listed == 0 { String::new() } else { format!("unemployed,kontanthjælp,{listed}\n") };
        assert_eq!(out_of_date(&place, "jobcentre").unwrap(), format!("group,type,rows\n{lines}"), "{group}");
        assert_eq!(out_of_date(&place, "family"), None);
        assert!(!place.path("out/2024Q4/delivery/jobcentre/types_out_of_date.csv").exists());
    }
}

#[test]
fn a_type_that_a_list_names_itself_counts_whenever_it_starts_and_groups_add_up() {
    let groups = "[types.old]\n\"kontanthjælp\" = { to = 2020-12-31 }\n[types.new]\n\"kontanthjælp\" = { from = 2021-01-01 }\n[types.never]\n\"kontanthjælp\" = { to = 1999-12-31 }";
    for (types, expected) in [
        ("[\"@old\", \"@new\"]", vec![2.0, 5.0]),
        ("[\"@never\", \"kontanthjælp\"]", vec![2.0, 5.0]),
        ("[\"@old\"]", vec![0.0, 5.0]),
    ] {
        let used: Vec<&str> =
            ["old", "new", "never"].into_iter().filter(|id| !types.contains(&format!("@{id}"))).collect();
        let place = place(groups, types);
        // Groups that the rule does not use are used by the department.
        let further: String = used.iter().map(|id| format!("\"@{id}\",")).collect();
        place.edit("p.toml", "id = \"jobcentre\"", &format!("id = \"jobcentre\"\ntypes = [{further}]"));
        place.edit("p.toml", "min_points = 1", "min_points = 0");
        let values = values(&place);
        assert_eq!(values[values.len() - 2..], expected, "{types}");
    }
}

#[test]
fn groups_set_persons_apart_by_the_start_of_their_records() {
    for (dates, kinds) in [("{}", 2), ("{ to = 2023-12-31 }", 1)] {
        let place = place(
            &format!("[family]\napart_types = [\"@apart\"]\n[types.apart]\naflastning = {dates}"),
            "[\"kontanthjælp\"]",
        );
        place.edit("p.toml", "min_departments = 2\nmin_points = 1", "min_points = -9");
        place.udpeg(&["run", "-p", "p.toml"]).succeeded();
        let rows = parquet_rows(&place.path("out/2024Q4/selection/candidates.parquet"));
        let families = rows.iter().filter(|row| row["kind"] == "family").count();
        assert_eq!(families, kinds, "{dates}");
    }
}

#[test]
fn mistakes_in_groups_are_told_with_their_lines() {
    for (groups, types, says) in [
        ("", "[\"@support\"]", "there is no [types.support]"),
        ("[types.support]\na = {}", "[\"@suport\"]", "there is no [types.suport]; did you mean \"@support\"?"),
        ("[types.support]\na = {}", "[\"kontanthjælp\"]", "nothing uses [types.support]: name \"@support\""),
        ("[types.support]", "[\"@support\"]", "[types.support] is empty"),
        ("[types.Support]\na = {}", "[\"@Support\"]", "a group's name must be lower-case letters"),
        ("[types]\nsupport = [\"a\"]", "[\"kontanthjælp\"]", "`support` in [types] must be a table"),
        ("[types.support]\na = 2020-01-01", "[\"@support\"]", "`a` in [types.support] must be a table"),
        (
            "[types.support]\na = { form = 2020-01-01 }",
            "[\"@support\"]",
            "unknown key `form` in \"a\" of [types.support]; did you mean `from`?",
        ),
        ("[types.support]\na = { from = \"2020\" }", "[\"@support\"]", "must be a date without quotes"),
        ("[types.support]\na = { from = 2020-01-02, to = 2020-01-01 }", "[\"@support\"]", "`to` lies before `from`"),
        ("[types.support]\n\"å\" = {}\n\"a\u{30a}\" = {}", "[\"@support\"]", "\"å\" stands twice in [types.support]"),
        ("[types.support]\nother = {}", "[\"@support\"]", "`other` stands for every type"),
        ("[types.support]\n\"020160-9995\" = {}", "[\"@support\"]", "looks like it holds a CPR number"),
        ("[types.support]\na = {}", "[\"@support\", \"@support\"]", "\"@support\" stands twice in `types`"),
    ] {
        let ran = place(groups, types).udpeg(&["select", "-p", "p.toml"]);
        let ran = ran.failed(2, &[says]);
        assert!(ran.err.contains("p.toml:"), "{}", ran.err);
    }
}

#[test]
fn the_spans_of_a_list_are_what_it_chooses_and_do_not_touch_one_another() {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap().num_days_from_ce();
    let day = |day: u32| NaiveDate::from_ymd_opt(2020, 1, day).unwrap();
    let bounds = [None, Some(3), Some(4), Some(5), Some(7)];
    let dates = bounds.iter().flat_map(|from| bounds.iter().map(move |to| (*from, *to)));
    let dates: Vec<_> = dates.filter(|(from, to)| from.zip(*to).is_none_or(|(from, to)| from <= to)).collect();
    let written = |(from, to): (Option<u32>, Option<u32>)| {
        let bound = |key, day: Option<u32>| day.map(|day| format!("{key} = 2020-01-{day:02}"));
        let both: Vec<String> = [bound("from", from), bound("to", to)].into_iter().flatten().collect();
        both.join(", ")
    };
    for &one in &dates {
        for &other in &dates {
            let groups = format!("[types.g]\na = {{ {} }}\n[types.h]\na = {{ {} }}\n", written(one), written(other));
            let text = SMALL_PROGRAMME.replacen(RULE, "types = [\"@g\", \"@h\"]", 1) + &groups;
            let programme = Programme::parse(Path::new("p.toml"), &text).unwrap();
            let list = programme.rules[0].types.as_ref().unwrap();
            let spans = list.spans();
            for start in (1..=9).map(day) {
                let holds = |span: &&TypeSpan<'_>| {
                    span.from.is_none_or(|from| from <= start) && span.to.is_none_or(|to| start <= to)
                };
                let is_chosen = list.chosen("a").contains(start.num_days_from_ce() - epoch);
                assert_eq!(spans.iter().filter(holds).count(), usize::from(is_chosen), "{groups}{start} {spans:?}");
            }
            for pair in spans.windows(2) {
                let (before, after) = (pair[0].to.unwrap(), pair[1].from.unwrap());
                assert!(before.succ_opt().unwrap() < after, "{groups}{spans:?}");
            }
        }
    }
}
