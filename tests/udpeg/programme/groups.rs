//! Groups of types with dates: which records a rule counts, what is listed, and mistakes.

use crate::support::{Workplace, parquet_rows};

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
