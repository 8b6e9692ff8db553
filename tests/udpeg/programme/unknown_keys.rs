//! Keys that nobody knows, each with the nearest that somebody does.

use super::{edited, line_of, mistakes};

#[test]
fn an_unknown_key_names_its_table_and_the_nearest_known_one() {
    for (from, unknown, table, nearest) in [
        ("[programme]\n", "nam = 1", "[programme]", "name"),
        ("[purpose]\n", "approved = 2020-01-01", "[purpose]", "approved_by"),
        ("[purpose]\n", "delete_efter = 2020-01-01", "[purpose]", "delete_after"),
        ("[persons]\n", "agebands = [18]", "[persons]", "age_bands"),
        ("[[department]]\n", "inputs = \"a.csv\"", "[[department]] jobcentre", "input"),
        ("[[department]]\n", "type = [\"a\"]", "[[department]] jobcentre", "types"),
        ("[department.columns]\n", "stort = \"Fra\"", "[department.columns]", "start"),
        ("[department.columns]\n", "Record = \"Sag\"", "[department.columns]", "record"),
        ("[[rule]]\n", "point_per = 1", "[[rule]] unemployment", "points_per"),
        ("[[rule]]\n", "window_year = 1", "[[rule]] unemployment", "window_years"),
        ("[eligibility]\n", "min_point = 1", "[eligibility]", "min_points"),
        ("[eligibility]\n", "requires = []", "[eligibility]", "require"),
        ("[selection]\n", "sise = 2", "[selection]", "size"),
        ("[selection]\n", "tiebreak = []", "[selection]", "tie_break"),
        ("[[coordinator]]\n", "capasity = 2", "[[coordinator]] k1", "capacity"),
        ("[disclosure]\n", "treshold = 2", "[disclosure]", "threshold"),
    ] {
        let text = edited(&[(from, &format!("{from}{unknown}\n"))]);
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{unknown}: {found:?}");
        let key = unknown.split(' ').next().unwrap();
        assert_eq!(found[0].what, format!("unknown key `{key}` in {table}; did you mean `{nearest}`?"));
        assert_eq!(found[0].line, line_of(&text, unknown), "{unknown}");
    }
}

#[test]
fn an_unknown_key_inside_an_inline_table_is_named_too() {
    for (from, to, key, nearest) in [
        ("encoding =", "encodings =", "encodings", "encoding"),
        ("{ delimiter =", "{ leading_zero = true, delimiter =", "leading_zero", "leading_zero_lost"),
        ("points = 2 }", "points = 2, form = 1 }", "form", "from"),
        ("reserve = 1", "quota.families = { min = 1 }", "families", "family"),
        ("reserve = 1", "quota.family = { minimum = 1 }", "minimum", "min"),
    ] {
        let text = edited(&[(from, to)]);
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{key}: {found:?}");
        let what = &found[0].what;
        assert!(what.contains(&format!("unknown key `{key}`")) && what.contains(&format!("`{nearest}`?")), "{what}");
        assert_eq!(found[0].line, line_of(&text, &format!("{key} = ")), "{key}");
    }
}

#[test]
fn an_unknown_table_is_named_with_the_nearest_known_one() {
    for (unknown, nearest) in [
        ("[families]\nmax_adults_per_child = 3", "family"),
        ("[[rules]]\nid = \"a\"", "rule"),
        ("[person]\nage_bands = [18]", "persons"),
    ] {
        let text = format!("{}\n{unknown}\n", super::SMALL_PROGRAMME);
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{unknown}: {found:?}");
        assert!(found[0].what.contains(&format!("did you mean `{nearest}`?")), "{found:?}");
        assert_eq!(found[0].line, line_of(&text, unknown), "{unknown}");
    }
}
