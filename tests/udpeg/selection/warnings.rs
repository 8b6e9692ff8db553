//! What an analyst is told to look at: each kind where there is a reason, and nothing where there is none.

use crate::support::{SMALL_EXTRACTS, Workplace};

/// The warnings of a run of the small programme with these edits.
fn warnings(edits: &[(&str, &str)]) -> Vec<String> {
    let place = Workplace::with_small_programme();
    for (from, to) in edits {
        place.edit("p.toml", from, to);
    }
    ran_warnings(&place, &["run", "-p", "p.toml"])
}

fn ran_warnings(place: &Workplace, arguments: &[&str]) -> Vec<String> {
    let ran = place.udpeg(arguments).succeeded();
    let warnings = ran.err.lines().map(|line| line.strip_prefix("warning: ").unwrap_or_else(|| panic!("{line}")));
    // These programmes are too small for statistics.
    let of_selection =
        warnings.filter(|warning| !warning.contains("the statistics") && !warning.contains("no statistics"));
    of_selection.map(str::to_owned).collect()
}

#[track_caller]
fn warn(edits: &[(&str, &str)], expected: &[&str]) {
    let found = warnings(edits);
    assert_eq!(found.len(), expected.len(), "{edits:?}: {found:?}");
    for words in expected {
        assert!(found.iter().any(|warning| warning.contains(words)), "{edits:?} does not say {words:?}: {found:?}");
    }
}

#[test]
fn nothing_is_said_where_there_is_no_reason() {
    warn(&[], &[]);
}

#[test]
fn a_draw_that_can_be_foreseen_is_told() {
    warn(&[("lottery = \"Lotto 2025-01-04: 1 2 3\"\n", "")], &["ties are drawn by the period's name"]);
}

#[test]
fn more_departments_than_there_are_is_told() {
    warn(&[("min_departments = 2", "min_departments = 4")], &["nobody can be eligible"]);
    let all = warnings(&[("min_departments = 2", "min_departments = 3")]);
    assert!(!all.iter().any(|warning| warning.contains("nobody can be eligible")), "{all:?}");
}

#[test]
fn a_type_that_never_occurs_is_told_with_the_nearest_that_does() {
    warn(
        &[("types = [\"kontanthjælp\"]", "types = [\"kontanthjælp\", \"fleksjob\"]")],
        &[
            "rule unemployment: the type \"fleksjob\" never occurs in the delivery of jobcentre; the nearest that does is \"kontanthjælp\"",
        ],
    );
    warn(
        &[(
            "measure = \"open_cases\"",
            "measure = \"open_cases\"\ntypes = [\"SEL § 85\", \"SEL § 107\", \"SEL § 99\"]",
        )],
        &["rule cases: the type \"SEL § 99\" never occurs in the delivery of social; the nearest that does is \"SEL §"],
    );
    // Another spelling is told by the department's step too, and then the rule gives nobody a point.
    warn(
        &[("types = [\"kontanthjælp\"]", "types = [\"Kontant-hjælp\"]")],
        &[
            "jobcentre: the programme's type \"Kontant-hjælp\" comes only in another spelling",
            "rule unemployment: the type \"Kontant-hjælp\" never occurs in the delivery of jobcentre",
            "rule unemployment: it gives no unit a point",
        ],
    );
}

#[test]
fn a_rule_that_gives_nobody_a_point_is_told() {
    warn(&[("points_per = 3", "points_per = 0")], &["rule cases: it gives no unit a point"]);
    // A rule that only takes points away does something.
    warn(&[("points_per = 3\nmax = 9", "points_per = -3"), ("min_points = 1", "min_points = -9")], &[]);
    // Where nobody is scored nothing can be said of rules.
    warn(&[("min_departments = 2", "min_departments = 3")], &[]);
}

#[test]
fn a_band_that_can_never_be_reached_or_apply_is_told() {
    const BANDS: &str = "bands = [{ from = 1.0, points = 2 }, { from = 3.0, points = 5 }]";
    let departments = "\n[[rule]]\nid = \"breadth\"\nmeasure = \"departments\"\n";
    for (rule, expected) in [
        ("bands = [{ from = 1, points = 1 }, { from = 3, points = 2 }]", &[][..]),
        ("bands = [{ from = 1, points = 1 }, { from = 4, points = 2 }]", &["the band from 4 can never be reached"]),
        (
            "bands = [{ from = 1.5, points = 1 }, { from = 2, points = 2 }]",
            &["the band from 1.5 can never apply: whoever reaches it reaches that from 2 too"],
        ),
    ] {
        warn(&[("\n[eligibility]", &format!("{departments}{rule}\n\n[eligibility]"))], expected);
    }
    for (bands, expected) in [
        ("window_years = 3\nbands = [{ from = 1.0, points = 2 }, { from = 3.0, points = 5 }]", &[][..]),
        (
            "window_years = 3\nbands = [{ from = 1.0, points = 2 }, { from = 3.1, points = 5 }]",
            &["rule unemployment: the band from 3.1 can never be reached"],
        ),
        (
            "bands = [{ from = 1.0, points = 2 }, { from = 1.001, points = 5 }]",
            &["rule unemployment: the band from 1 can never apply: whoever reaches it reaches that from 1.001 too"],
        ),
        ("bands = [{ from = 1.0, points = 2 }, { from = 1.003, points = 5 }]", &[]),
    ] {
        warn(&[(BANDS, bands)], expected);
    }
}

#[test]
fn placeholders_and_units_without_a_coordinator_are_told() {
    warn(
        &[("[[department]]", "[family]\nmax_adults_per_child = 1\n\n[[department]]")],
        &["1 child stands in open records"],
    );
    warn(&[("capacity = 2", "capacity = 1")], &["1 proposed units have no coordinator"]);
}

#[test]
fn an_extract_of_a_header_alone_and_one_in_another_encoding_are_told() {
    let place = Workplace::with_small_programme();
    place.write("family.csv", "CPR,Sag,Foranstaltning,Barn,Fra,Til\n");
    let found = ran_warnings(&place, &["pseudonymise", "-p", "p.toml", "-d", "family"]);
    assert!(found.len() == 1 && found[0].contains("it holds a header and no rows"), "{found:?}");

    place.write("jobcentre.csv", "CPR;Navn;Ydelse;Fra;Til\n020160-9995;Ane Ø;kontanthjælp;01-01-2020;\n");
    let found = ran_warnings(&place, &["pseudonymise", "-p", "p.toml", "-d", "jobcentre"]);
    assert!(found.iter().any(|warning| warning.contains("seems to be UTF-8")), "{found:?}");
}

#[test]
fn a_programme_that_has_changed_since_the_delivery_is_told() {
    let place = Workplace::with_small_programme();
    for (department, _) in SMALL_EXTRACTS {
        let department = department.split('.').next().unwrap();
        assert_eq!(ran_warnings(&place, &["pseudonymise", "-p", "p.toml", "-d", department]), [""; 0]);
    }
    assert_eq!(ran_warnings(&place, &["select", "-p", "p.toml"]), [""; 0]);
    place.edit("p.toml", "size = 2", "size = 1");
    let found = ran_warnings(&place, &["select", "-p", "p.toml", "--force"]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|warning| warning.contains("the programme file has changed since")), "{found:?}");
}
