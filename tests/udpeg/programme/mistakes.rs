//! One edit of the small programme, one mistake: its line and its words.

use super::{SMALL_PROGRAMME, edited, line_of, mistakes};

/// What is replaced, by what, a piece of the line of the mistake, and words of it.
type Case = (&'static str, &'static str, &'static str, &'static str);

#[track_caller]
fn each_is_the_only_mistake(cases: &[Case]) {
    for (from, to, line, words) in cases {
        let text = edited(&[(from, to)]);
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{from:?} → {to:?}: {found:?}");
        assert!(found[0].what.contains(words), "{from:?} → {to:?} does not say {words:?}: {found:?}");
        assert_eq!(found[0].line, line_of(&text, line), "{from:?} → {to:?}: {found:?}");
    }
}

#[test]
fn of_the_general_tables() {
    each_is_the_only_mistake(&[
        ("name = \"Small\"\n", "", "[programme]", "`name` is missing in [programme]"),
        ("period = \"2024Q4\"\n", "", "[programme]", "`period` is missing"),
        ("as_of = 2024-12-31\n", "", "[programme]", "`as_of` is missing"),
        ("key = \"p.key\"\n", "", "[programme]", "`key` is missing"),
        ("out = \"out\"\n", "", "[programme]", "`out` is missing"),
        ("name = \"Small\"", "name = 7", "name = 7", "`name` in [programme] must be a text"),
        ("\"2024Q4\"", "\"2024/Q4\"", "2024/Q4", "folder name"),
        ("\"2024Q4\"", "\"..\"", "\"..\"", "folder name"),
        ("\"2024Q4\"", "\"\"", "period =", "folder name"),
        ("\"2024Q4\"", "\"-Q4\"", "-Q4", "folder name"),
        ("\"2024Q4\"", "\"kvartal å\"", "kvartal", "folder name"),
        ("as_of = 2024-12-31", "as_of = \"2024-12-31\"", "as_of", "a date without quotes"),
        ("as_of = 2024-12-31", "as_of = 2024-12-31T10:00:00", "as_of", "a date without quotes"),
        ("controller = \"Test\"", "controller = 1", "controller", "`controller` in [purpose] must be a text"),
        ("approved_on = 2020-01-01", "approved_on = \"i går\"", "approved_on", "a date without quotes"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[0, 25]", "age_bands", "rise and are above 0"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[25, 25]", "age_bands", "rise and are above 0"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[25, 18]", "age_bands", "rise and are above 0"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[18, 201]", "age_bands", "rise and are above 0"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[-1]", "age_bands", "rise and are above 0"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[]", "age_bands", "rise and are above 0"),
        ("[18, 25, 30, 40, 50, 60, 67]", "[18.5]", "age_bands", "a list whose items are all of the right kind"),
        ("[18, 25, 30, 40, 50, 60, 67]", "18", "age_bands", "a list in square brackets"),
        ("age_bands = [18, 25, 30, 40, 50, 60, 67]\n", "", "[persons]", "`age_bands` is missing"),
        ("[\"sex\", \"age_band\"]", "[\"sex\", \"age\"]", "attributes", "not \"age\""),
        ("[\"sex\", \"age_band\"]", "[\"sex\", \"sex\"]", "attributes", "\"sex\" stands twice"),
        (
            "[18, 25, 30, 40, 50, 60, 67]",
            "[18]\ndates = \"week\"",
            "dates = \"week",
            "`dates` can be \"day\" or \"month\"",
        ),
        ("[18, 25, 30, 40, 50, 60, 67]", "[18]\ndates = 1", "dates = 1", "`dates` in [persons] must be a text"),
        ("[disclosure]", "[delivery]\nmax_change = 30\n[disclosure]", "max_change", "must be a text"),
        ("[disclosure]", "[delivery]\nmax_change = \"30\"\n[disclosure]", "max_change", "a share such as \"30%\""),
        ("[disclosure]", "[delivery]\nmax_change = \"130%\"\n[disclosure]", "max_change", "from 0% to 100%"),
        ("[disclosure]", "[delivery]\nmin_rows = -1\n[disclosure]", "min_rows", "a whole number from 0 on"),
        ("[disclosure]", "[delivery]\nprevious = \"\"\n[disclosure]", "previous", "the folder of an earlier period"),
        ("[disclosure]", "[report]\nlanguage = \"de\"\n[disclosure]", "language", "a language is `da` or `en`"),
        ("threshold = 5\n", "", "[disclosure]", "`threshold` is missing in [disclosure]"),
        ("threshold = 5", "threshold = 2", "threshold", "a whole number from 3 on"),
        ("threshold = 5", "threshold = \"5\"", "threshold", "must be a whole number"),
        ("[disclosure]\nthreshold = 5\n", "", "[programme]", "`threshold` is missing in [disclosure]"),
    ]);
}

#[test]
fn of_the_family_table() {
    for (keys, words) in [
        ("max_adults_per_child = 0", "`max_adults_per_child` must be a whole number from 1 on"),
        ("max_adults_per_child = -3", "`max_adults_per_child` must be a whole number from 1 on"),
        ("max_adults_per_child = 99999999999999999999", "at most 18 digits"),
        ("max_adults_per_child = 4.0", "must be a whole number"),
        ("apart_types = \"SEL\"", "a list in square brackets"),
        ("apart_types = [\"other\"]", "`other` stands for every type that is not named"),
        ("apart_types = [\" other \"]", "`other` stands for every type that is not named"),
        ("apart_types = [\" \"]", "holds an empty type"),
        ("apart_types = [\"å\", \"a\u{30a}\"]", "\"å\" stands twice in `apart_types`"),
        ("apart_types = [\"sag 020160-9995\"]", "looks like it holds a CPR number"),
    ] {
        let text = edited(&[("[[department]]", &format!("[family]\n{keys}\n\n[[department]]"))]);
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{keys}: {found:?}");
        assert!(found[0].what.contains(words) && !found[0].what.contains("020160"), "{keys}: {found:?}");
        assert_eq!(found[0].line, line_of(&text, keys), "{keys}");
    }
}

#[test]
fn of_departments() {
    const FORMAT: &str = "{ delimiter = \";\", encoding = \"windows-1252\", dates = \"%d-%m-%Y\" }";
    each_is_the_only_mistake(&[
        ("id = \"family\"", "id = \"Family\"", "\"Family\"", "lower-case letters, digits and `_`"),
        ("id = \"family\"", "id = \"1family\"", "\"1family\"", "lower-case letters"),
        ("id = \"family\"", "id = \"fam-ily\"", "\"fam-ily\"", "lower-case letters"),
        ("id = \"family\"", "id = \"\"", "id = \"\"", "lower-case letters"),
        (
            "id = \"family\"",
            "id = \"social\"",
            "id = \"social\"\ninput = \"social.tsv\"",
            "two departments of the id `social`",
        ),
        ("input = \"family.csv\"", "input = []", "input = []", "must name at least one file"),
        ("input = \"family.csv\"", "input = \"\"", "input = \"\"", "must name at least one file"),
        ("input = \"family.csv\"", "input = [\"a.csv\", \"\"]", "a.csv", "must name at least one file"),
        ("input = \"family.csv\"", "input = [1]", "input = [1]", "all of the right kind"),
        ("input = \"family.csv\"", "input = 1", "input = 1", "a text or a list of texts"),
        ("delimiter = \";\"", "delimiter = \";;\"", "delimiter", "one ASCII character"),
        ("delimiter = \";\"", "delimiter = \"\"", "delimiter", "one ASCII character"),
        ("delimiter = \";\"", "delimiter = \"a\"", "delimiter", "no letter"),
        ("delimiter = \";\"", "delimiter = \"7\"", "delimiter", "no letter, digit"),
        ("delimiter = \";\"", "delimiter = \"\\\"\"", "delimiter", "quote"),
        ("delimiter = \";\"", "delimiter = \"\\n\"", "delimiter", "line break"),
        ("delimiter = \";\"", "delimiter = \"§\"", "delimiter", "one ASCII character"),
        (
            "\"windows-1252\"",
            "\"latin-1\"",
            "latin-1",
            "`encoding` can be \"utf-8\", \"windows-1252\", \"cp437\", \"cp865\" or \"auto\"",
        ),
        ("\"%d-%m-%Y\"", "\"%d-%m\"", "%d-%m", "%d, %m and %Y once each"),
        ("\"%d-%m-%Y\"", "\"%d-%m-%Y %d\"", "%d-%m", "once each"),
        ("\"%d-%m-%Y\"", "\"%d-%m-%y\"", "%d-%m", "once each"),
        ("\"%d-%m-%Y\"", "\"\"", "format", "once each"),
        (FORMAT, "{ leading_zero_lost = \"yes\" }", "leading_zero_lost", "must be true or false"),
        (FORMAT, "\"csv\"", "format = \"csv\"", "`format` must be a table"),
        ("person = \"CPR\"\n", "", "[department.columns]", "`person` is missing in [department.columns]"),
        ("type = \"Ydelse\"\n", "", "[department.columns]", "`type` is missing"),
        ("start = \"Fra\"\n", "", "[department.columns]", "`start` is missing"),
        ("end = \"Til\"\n", "", "[department.columns]", "`end` is missing"),
        ("record = \"Sag\"", "record = \" \"", "record", "a column's name cannot be empty"),
        ("child = \"Barn\"", "child = 3", "child = 3", "must be a text"),
        (
            "id = \"jobcentre\"\n",
            "id = \"jobcentre\"\ntypes = [\"other\"]\n",
            "types = [\"other\"]",
            "`other` stands for",
        ),
    ]);
}

#[test]
fn of_rules() {
    const YEARS: &str = "measure = \"years\"\n";
    each_is_the_only_mistake(&[
        ("id = \"unemployment\"\n", "", "[[rule]]", "`id` is missing in [[rule]]"),
        ("id = \"cases\"", "id = \"Cases\"", "\"Cases\"", "lower-case letters, digits and `_`"),
        (
            "id = \"cases\"",
            "id = \"unemployment\"",
            "id = \"unemployment\"\ndepartment = \"social\"",
            "two rules of the id `unemployment`",
        ),
        (
            "department = \"social\"",
            "department = \"sociale\"",
            "sociale",
            "no department `sociale`; did you mean `social`?",
        ),
        (
            "department = \"social\"\n",
            "",
            "[[rule]]\nid = \"cases\"",
            "`department` is missing: whose records does the measure `open_cases` count?",
        ),
        ("\"open_cases\"", "\"open_case\"", "\"open_case\"", "unknown measure `open_case`; did you mean `open_cases`?"),
        ("measure = \"open_cases\"\n", "", "[[rule]]\nid = \"cases\"", "`measure` is missing in [[rule]] cases"),
        ("types = [\"kontanthjælp\"]", "types = [\"a\", \"other\"]", "\"other\"", "`other` stands for every type"),
        (YEARS, "measure = \"years\"\nmax_gap_days = 28\n", "max_gap_days", "`years` does not take `max_gap_days`"),
        (YEARS, "measure = \"years\"\nwindow_years = 0\n", "window_years", "a whole number from 1 on"),
        (YEARS, "measure = \"years_unbroken\"\nwindow_years = 2\n", "window_years", "does not take `window_years`"),
        (YEARS, "measure = \"years_unbroken\"\nmax_gap_days = -1\n", "max_gap_days", "a whole number from 0 on"),
        (YEARS, "measure = \"open_cases\"\nwindow_years = 2\n", "window_years", "does not take `window_years`"),
        (YEARS, "measure = \"children\"\nwindow_years = 2\n", "window_years", "does not take `window_years`"),
        (YEARS, "measure = \"cases\"\nmax_gap_days = 0\n", "max_gap_days", "does not take `max_gap_days`"),
        (
            "department = \"social\"\nmeasure = \"open_cases\"",
            "measure = \"departments\"\nwindow_years = 2",
            "window_years",
            "does not take `window_years`",
        ),
        (
            "department = \"social\"\nmeasure = \"open_cases\"",
            "measure = \"departments\"\ndepartment = \"social\"",
            "department = \"social\"",
            "`departments` does not take `department`",
        ),
        (
            "department = \"social\"\nmeasure = \"open_cases\"",
            "measure = \"departments\"\ntypes = [\"a\"]",
            "types = [\"a\"]",
            "`departments` does not take `types`",
        ),
    ]);
}

#[test]
fn of_bands_and_points() {
    const BANDS: &str = "bands = [{ from = 1.0, points = 2 }, { from = 3.0, points = 5 }]";
    each_is_the_only_mistake(&[
        (BANDS, "", "[[rule]]", "needs `bands` or `points_per`"),
        (BANDS, "bands = []", "bands = []", "`bands` is empty"),
        (BANDS, "bands = [{ from = 1.0, points = 2 }]\npoints_per = 1", "bands = [{", "not both"),
        (BANDS, "bands = [{ from = 1.0, points = 2 }]\nmax = 1", "bands = [{", "`max` goes with `points_per`"),
        (BANDS, "bands = [{ from = 3, points = 2 }, { from = 3.0, points = 3 }]", "bands = [{", "bands must rise"),
        (BANDS, "bands = [{ from = 3, points = 2 }, { from = 1, points = 3 }]", "bands = [{", "bands must rise"),
        (BANDS, "bands = [{ points = 2 }]", "bands = [{", "`from` is missing in a band"),
        (BANDS, "bands = [{ from = 1 }]", "bands = [{", "`points` is missing in a band"),
        (BANDS, "bands = [{ from = nan, points = 1 }]", "bands = [{", "a number such as 1.5"),
        (BANDS, "bands = [{ from = inf, points = 1 }]", "bands = [{", "a number such as 1.5"),
        (BANDS, "bands = [{ from = \"1\", points = 1 }]", "bands = [{", "a number such as 1.5"),
        (BANDS, "bands = [{ from = 1, points = 1.5 }]", "bands = [{", "must be a whole number"),
        (BANDS, "bands = [{ from = 1, points = 100001 }]", "bands = [{", "points lie between"),
        ("points_per = 3", "points_per = -100001", "points_per", "points lie between"),
        ("points_per = 3", "points_per = \"3\"", "points_per", "must be a whole number"),
        ("max = 9", "max = 1000000", "max =", "points lie between"),
        ("max = 9", "max = 0.5", "max =", "must be a whole number"),
    ]);
}

#[test]
fn of_rules_that_are_told_at_the_rule() {
    // These may stand at the rule rather than at the key.
    for (from, to, words) in [
        ("types = [\"kontanthjælp\"]", "types = []", "`types` is empty"),
        ("measure = \"years\"\n", "measure = \"years\"\nwindow_years = 201\n", "at most 200 years"),
    ] {
        let text = edited(&[(from, to)]);
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].what.contains(words), "{found:?}");
        let lines = line_of(&text, "[[rule]]")..=line_of(&text, to.trim_end().lines().last().unwrap());
        assert!(lines.contains(&found[0].line), "{found:?}");
    }
}

#[test]
fn of_lists_that_are_all_mistaken_do_not_call_them_empty_too() {
    const TYPES: &str = "types = [\"kontanthjælp\"]";
    const BANDS: &str = "bands = [{ from = 1.0, points = 2 }, { from = 3.0, points = 5 }]";
    each_is_the_only_mistake(&[
        (TYPES, "types = [\"other\"]", "types = [\"other\"]", "`other` stands for every type"),
        (TYPES, "types = [\"\"]", "types = [\"\"]", "`types` holds an empty type"),
        (TYPES, "types = [\"020160-9995\"]", "types = [\"020160", "looks like it holds a CPR number"),
        (BANDS, "bands = [3]", "bands = [3]", "each `bands` must be a table"),
        (BANDS, "bands = { from = 1, points = 2 }", "bands = { from", "there can be several"),
    ]);
}

#[test]
fn of_who_can_be_proposed() {
    const QUOTA: &str = "reserve = 1";
    each_is_the_only_mistake(&[
        ("min_departments = 2", "min_departments = -1", "min_departments", "a whole number from 0 on"),
        ("min_departments = 2", "min_departments = \"2\"", "min_departments", "must be a whole number"),
        ("min_points = 1", "min_points = 3000000000", "min_points", "`min_points` is out of range"),
        ("min_points = 1", "ages = \"18-65\"", "ages =", "begin and end on edges"),
        ("min_points = 1", "ages = \"19-66\"", "ages =", "begin and end on edges"),
        ("min_points = 1", "ages = \"19+\"", "ages =", "begin and end on edges"),
        ("min_points = 1", "ages = \"66-18\"", "ages =", "begin and end on edges"),
        ("min_points = 1", "ages = \"18\"", "ages =", "must be like \"18-66\" or \"67+\""),
        ("min_points = 1", "ages = \"18–66\"", "ages =", "must be like"),
        ("min_points = 1", "ages = \"+18-66\"", "ages =", "must be like"),
        ("min_points = 1", "ages = \"\"", "ages =", "must be like"),
        (
            "min_points = 1",
            "require = [\"case\"]",
            "require",
            "`require` names no rule: there is no `case`; did you mean `cases`?",
        ),
        ("min_points = 1", "require = [\"cases\", \"cases\"]", "require", "`cases` stands twice in `require`"),
        ("size = 2\n", "", "[selection]", "`size` is missing in [selection]"),
        ("size = 2", "size = 0", "size = 0", "a whole number from 1 on"),
        (QUOTA, "reserve = -1", "reserve", "a whole number from 0 on"),
        (QUOTA, "tie_break = [\"x\"]", "tie_break", "`tie_break` names no rule"),
        (QUOTA, "tie_break = [\"cases\", \"cases\"]", "tie_break", "stands twice in `tie_break`"),
        ("\"Lotto 2025-01-04: 1 2 3\"", "\" \"", "lottery", "`lottery` is empty"),
        (QUOTA, "quota.family = { min = 2, max = 1 }", "quota.family", "a `min` of 2 above its `max` of 1"),
        (QUOTA, "quota.citizen = { min = 3 }", "quota.citizen", "add up to 3, more than `size` (2)"),
        (QUOTA, "quota = { family = { min = 2 }, citizen = { min = 1 } }", "quota =", "add up to 3"),
        (QUOTA, "quota.family = { max = -1 }", "quota.family", "a whole number from 0 on"),
        (QUOTA, "quota.family = 3", "quota.family", "must be a table"),
        (QUOTA, "quota = 3", "quota", "must be a table"),
    ]);
}

#[test]
fn of_ages_without_the_attribute_they_need() {
    let text = edited(&[("[\"sex\", \"age_band\"]", "[\"sex\"]"), ("min_points = 1", "ages = \"18-66\"")]);
    let found = mistakes(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].what.contains("`ages` needs \"age_band\""), "{found:?}");
    assert_eq!(found[0].line, line_of(&text, "ages ="));
}

#[test]
fn of_coordinators() {
    each_is_the_only_mistake(&[
        ("id = \"k1\"\n", "", "[[coordinator]]", "`id` is missing in [[coordinator]]"),
        ("id = \"k1\"", "id = \"../k1\"", "../k1", "becomes a folder name"),
        ("id = \"k1\"", "id = \".k1\"", ".k1", "becomes a folder name"),
        ("id = \"k1\"", "id = \"k 1\"", "k 1", "becomes a folder name"),
        ("capacity = 2\n", "", "[[coordinator]]", "`capacity` is missing"),
        ("capacity = 2", "capacity = -2", "capacity", "a whole number from 0 on"),
        ("capacity = 2", "capacity = 2\ntakes = []", "takes", "`takes` is empty"),
        ("capacity = 2", "capacity = 2\ntakes = [\"families\"]", "takes", "not \"families\""),
        (
            "capacity = 2",
            "capacity = 2\n[[coordinator]]\nid = \"K1\"\ncapacity = 1",
            "\"K1\"",
            "two coordinators of the id `K1`",
        ),
    ]);
}

#[test]
fn of_lists_of_tables_that_are_missing_or_single() {
    let departments_at = SMALL_PROGRAMME.find("[[department]]").unwrap();
    let rules_at = SMALL_PROGRAMME.find("[[rule]]").unwrap();
    let eligibility_at = SMALL_PROGRAMME.find("[eligibility]").unwrap();
    let without_rules = format!("{}{}", &SMALL_PROGRAMME[..rules_at], &SMALL_PROGRAMME[eligibility_at..]);
    let found = mistakes(&without_rules);
    assert!(found.len() == 1 && found[0].what.contains("there is no [[rule]]"), "{found:?}");
    let without_departments = format!("{}{}", &SMALL_PROGRAMME[..departments_at], &without_rules[departments_at..]);
    let without_departments = without_departments.replace(&SMALL_PROGRAMME[departments_at..rules_at], "");
    let found = mistakes(&without_departments);
    assert!(found.iter().any(|one| one.what.contains("there is no [[department]]")), "{found:?}");

    let text = edited(&[("[[coordinator]]", "[coordinator]")]);
    let found = mistakes(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].what.contains("write `[[coordinator]]` with two brackets"), "{found:?}");
    assert_eq!(found[0].line, line_of(&text, "[coordinator]"));
}

#[test]
fn of_toml_itself_are_told_alone() {
    for (from, to) in [("name = \"Small\"", "name = "), ("[persons]", "[persons"), ("size = 2", "size = 2\nsize = 3")] {
        let text = edited(&[(from, to)]);
        let found = mistakes(&text);
        assert!(found.iter().all(|one| one.what.starts_with("not valid TOML: ")), "{found:?}");
        let line = line_of(&text, to) + usize::from(to.contains('\n'));
        assert_eq!(found[0].line, line, "{to:?}: {found:?}");
    }
}

#[test]
fn of_several_kinds_come_together_and_by_line() {
    let text = edited(&[
        ("threshold = 5", "threshold = 0"),
        ("id = \"k1\"", "id = \"k 1\""),
        ("size = 2", "sise = 2"),
        ("min_points = 1", "require = [\"case\"]"),
        ("points_per = 3", "points_pr = 3"),
        ("types = [\"kontanthjælp\"]", "types = [\"a\", \"other\"]"),
        ("\"windows-1252\"", "\"latin-1\""),
        ("id = \"family\"", "id = \"Family\""),
        ("attributes = [\"sex\"", "attributes = [\"shoe\""),
        ("as_of = 2024-12-31", "as_of = \"x\""),
        ("name = \"Small\"\n", ""),
    ]);
    let found = mistakes(&text);
    let expected = [
        ("[programme]", "`name` is missing"),
        ("as_of =", "a date without quotes"),
        ("attributes =", "not \"shoe\""),
        ("latin-1", "`encoding` can be"),
        ("\"Family\"", "lower-case letters"),
        ("\"other\"", "stands for every type"),
        ("points_pr =", "unknown key `points_pr`"),
        ("require =", "there is no `case`"),
        ("[selection]", "`size` is missing"),
        ("sise =", "unknown key `sise`"),
        ("\"k 1\"", "folder name"),
        ("threshold = 0", "a whole number from 3 on"),
    ];
    for (line, words) in expected {
        let line = line_of(&text, line);
        assert!(found.iter().any(|one| one.line == line && one.what.contains(words)), "{words}: {found:?}");
    }
    // The rule without `points_per` lacks a scale as well.
    assert_eq!(found.len(), expected.len() + 1, "{found:?}");
    assert!(found.is_sorted_by_key(|one| one.line), "{found:?}");
    let error = super::parse(&text).unwrap_err().to_string();
    for one in &found {
        assert!(error.contains(&format!("/p/p.toml:{}: {}", one.line, one.what)), "{error}");
    }
    assert!(error.starts_with("13 mistakes in the programme file"), "{error}");
}
