//! Programme files with mistakes, purposes that do not do, and command lines that do not fit.

use super::{ASSIGN, RUN, SELECT, assert_nothing_written};
use crate::support::{Ran, SMALL_PROGRAMME, Workplace};
use std::fs;

const PSEUDONYMISE: [&str; 5] = ["pseudonymise", "--programme", "p.toml", "--department", "family"];

/// The lines of a text that hold `# here`, from 1.
fn marked_lines(text: &str) -> Vec<usize> {
    text.lines().enumerate().filter(|(_, line)| line.contains("# here")).map(|(at, _)| at + 1).collect()
}

/// The error has a line on this line of the programme file that says all of these.
#[track_caller]
fn tells(ran: &Ran, line: usize, says: &[&str]) {
    let place = format!("p.toml:{line}: ");
    let told = ran
        .err
        .lines()
        .any(|told| told.trim_start().starts_with(&place) && says.iter().all(|words| told.contains(words)));
    assert!(told, "line {line}, {says:?}:\n{}", ran.err);
}

/// Each is a piece of the small programme, what stands there instead with `# here` behind the mistake, and the words.
#[track_caller]
fn each_is_a_mistake(cases: &[(&str, &str, &[&str])]) {
    for (from, to, says) in cases {
        let place = Workplace::with_small_programme();
        place.edit("p.toml", from, to);
        let line = marked_lines(&place.read("p.toml"));
        for command in [&PSEUDONYMISE[..], &SELECT, &ASSIGN, &RUN] {
            let ran = place.udpeg(command).failed(2, &["1 mistake in the programme file"]);
            tells(&ran, line[0], says);
            assert!(!place.path("out").exists(), "{to}");
        }
    }
}

#[test]
fn ids_that_clash_or_are_no_file_names_are_mistakes() {
    each_is_a_mistake(&[
        ("id = \"family\"", "id = \"jobcentre\" # here", &["two departments of the id `jobcentre`"]),
        ("id = \"cases\"", "id = \"unemployment\" # here", &["two rules of the id `unemployment`"]),
        (
            "capacity = 2",
            "capacity = 2\n[[coordinator]]\nid = \"K1\" # here\ncapacity = 1",
            &["two coordinators of the id `K1`"],
        ),
        ("id = \"cases\"", "id = \"Cases\" # here", &["a rule's `id`", "lower-case letters"]),
        ("id = \"k1\"", "id = \"../k1\" # here", &["a coordinator's `id` becomes a folder name"]),
        (
            "period = \"2024Q4\"",
            "period = \"..\" # here",
            &["`period` becomes a folder name", "start with a letter or digit"],
        ),
        ("period = \"2024Q4\"", "period = \"a/b\" # here", &["`period` becomes a folder name"]),
        ("period = \"2024Q4\"", "period = \"/tmp\" # here", &["`period` becomes a folder name"]),
        ("period = \"2024Q4\"", "period = \"\" # here", &["`period` becomes a folder name"]),
        ("period = \"2024Q4\"", "period = \".2024\" # here", &["`period` becomes a folder name"]),
    ]);
}

#[test]
fn rules_that_do_not_fit_are_mistakes() {
    let bands = "bands = [{ from = 1.0, points = 2 }, { from = 3.0, points = 5 }]";
    each_is_a_mistake(&[
        (
            "department = \"social\"",
            "department = \"sosial\" # here",
            &["there is no department `sosial`; did you mean `social`?"],
        ),
        (
            bands,
            "bands = [{ from = 3.0, points = 5 }, { from = 1.0, points = 2 }] # here",
            &["bands must rise", "`from = 1`"],
        ),
        (bands, "bands = [{ from = 3.0, points = 5 }, { from = 3.0, points = 2 }] # here", &["bands must rise"]),
        (bands, "bands = [] # here", &["`bands` is empty"]),
        (
            "points_per = 3",
            "points_per = 3\nbands = [{ from = 1, points = 2 }] # here",
            &["either `bands` or `points_per`, not both"],
        ),
        (
            "measure = \"open_cases\"",
            "measure = \"open_case\" # here",
            &["unknown measure `open_case`; did you mean `open_cases`?"],
        ),
        ("max = 9", "max = 9\nwindow_years = 3 # here", &["`open_cases` does not take `window_years`; remove it"]),
        ("max = 9", "max = 9\nmax_gap_days = 3 # here", &["`open_cases` does not take `max_gap_days`; remove it"]),
        (
            "department = \"social\"\nmeasure = \"open_cases\"",
            "measure = \"departments\"\ntypes = [\"x\"] # here",
            &["`departments` does not take `types`"],
        ),
        ("points_per = 3", "points_per = 3.5 # here", &["`points_per`", "must be a whole number"]),
    ]);
}

#[test]
fn quotas_and_ages_that_cannot_be_met_are_mistakes() {
    let with_ages = |ages: &str| format!("min_points = 1\nages = \"{ages}\" # here");
    each_is_a_mistake(&[
        (
            "reserve = 1",
            "reserve = 1\nquota = { family = { min = 2 }, citizen = { min = 1 } } # here",
            &["minima add up to 3, more than `size` (2)"],
        ),
        (
            "reserve = 1",
            "reserve = 1\nquota.family = { min = 2, max = 1 } # here",
            &["`quota.family` has a `min` of 2 above its `max` of 1"],
        ),
        ("reserve = 1", "reserve = -1 # here", &["`reserve` must be a whole number from 0 on"]),
        ("size = 2", "size = 0 # here", &["`size` must be a whole number from 1 on"]),
        (
            "min_points = 1",
            &with_ages("18-65"),
            &["`ages`", "edges of `age_bands` (0, 18, 25, 30, 40, 50, 60, 67, none)"],
        ),
        ("min_points = 1", &with_ages("19+"), &["edges of `age_bands`"]),
        ("min_points = 1", &with_ages("67-18"), &["edges of `age_bands`"]),
        ("min_points = 1", &with_ages("old"), &["`ages` must be like \"18-66\" or \"67+\""]),
        ("[18, 25, 30, 40, 50, 60, 67]", "[18, 25, 25] # here", &["`age_bands` must be ages that rise"]),
        ("[18, 25, 30, 40, 50, 60, 67]", "[0, 18] # here", &["above 0"]),
    ]);
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "[\"sex\", \"age_band\"]", "[\"sex\"]");
    place.edit("p.toml", "min_points = 1", &with_ages("18-66"));
    let line = marked_lines(&place.read("p.toml"))[0];
    tells(&place.udpeg(&RUN).failed(2, &[]), line, &["`ages` needs \"age_band\" among the `attributes`"]);
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    each_is_a_mistake(&[
        (
            "reserve = 1",
            "reserve = 1\ntie_brake = [] # here",
            &["unknown key `tie_brake` in [selection]; did you mean `tie_break`?"],
        ),
        ("reserve = 1", "reserv = 1 # here", &["unknown key `reserv`", "did you mean `reserve`?"]),
        (
            "[disclosure]",
            "[disclosures] # here\n[disclosure]",
            &["unknown key `disclosures`", "did you mean `disclosure`?"],
        ),
        (
            "end = \"Til\"\nrecord",
            "end = \"Til\"\nchilds = \"x\" # here\nrecord",
            &["in [department.columns]", "did you mean `child`?"],
        ),
        (
            "dates = \"%d/%m/%Y\" }",
            "dates = \"%d/%m/%Y\", encodings = \"utf-8\" } # here",
            &["did you mean `encoding`?"],
        ),
        ("max = 9", "max = 9\nmin = 1 # here", &["unknown key `min` in [[rule]] cases", "did you mean"]),
    ]);
}

#[test]
fn every_mistake_is_told_at_once_and_each_with_its_line() {
    let place = Workplace::with_small_programme();
    let edits: [(&str, &str, &[&str]); 7] = [
        ("period = \"2024Q4\"", "period = \"..\" # here", &["`period`"]),
        ("as_of = 2024-12-31", "as_of = \"2024-12-31\" # here", &["`as_of`", "a date without quotes"]),
        ("encoding = \"windows-1252\"", "encoding = \"latin-1\"", &["`encoding` can be"]),
        ("id = \"social\"", "id = \"family\" # here", &["two departments"]),
        ("department = \"jobcentre\"", "department = \"job\" # here", &["there is no department `job`"]),
        ("size = 2", "sise = 2 # here", &["unknown key `sise`"]),
        ("threshold = 5", "threshold = 0 # here", &["`threshold`"]),
    ];
    for (from, to, _) in edits {
        place.edit("p.toml", from, to);
    }
    let text = place.read("p.toml");
    let ran = place.udpeg(&RUN).failed(2, &[]);
    for (_, to, says) in edits {
        let line = text
            .lines()
            .position(|line| line.contains(to) && !(to.contains("family") && line == "id = \"family\""))
            .unwrap()
            + 1;
        tells(&ran, line, says);
    }
    let first_lines: Vec<usize> = ran
        .err
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("p.toml:")?.split(':').next()?.parse().ok())
        .collect();
    assert!(first_lines.is_sorted() && first_lines.len() >= edits.len(), "{}", ran.err);
    assert!(ran.err.contains(&format!("{} mistakes in the programme file", first_lines.len())), "{}", ran.err);
    assert_nothing_written(&place, "many mistakes");
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    for (from, to) in [
        ("size = 2", "size = = 2 # here"),
        ("threshold = 5", "threshold = 5\nthreshold = 6 # here"),
        ("[disclosure]", "[disclosure # here"),
        ("name = \"Small\"", "name = Small # here"),
    ] {
        let place = Workplace::with_small_programme();
        place.edit("p.toml", from, to);
        let line = marked_lines(&place.read("p.toml"))[0];
        let ran = place.udpeg(&RUN).failed(2, &["in the programme file"]);
        tells(&ran, line, &["not valid TOML: "]);
        assert!(!ran.err.contains("missing"), "what could not be read looks missing:\n{}", ran.err);
    }
}

#[test]
fn a_programme_file_that_cannot_be_read_is_told() {
    let place = Workplace::with_small_programme();
    fs::create_dir(place.path("folder.toml")).unwrap();
    place.udpeg(&["run", "-p", "gone.toml"]).failed(2, &["gone.toml: there is no such programme file", "--programme"]);
    place.udpeg(&["run", "-p", "folder.toml"]).failed(2, &["folder.toml: it is a folder, not a programme file"]);
    place.write("p.toml", SMALL_PROGRAMME.as_bytes().iter().chain(b"# \xe6\n").copied().collect::<Vec<u8>>());
    place.udpeg(&RUN).failed(2, &["p.toml", "the file is not UTF-8; save it as UTF-8"]);
    place.write("p.toml", "");
    place.udpeg(&RUN).failed(
        2,
        &[
            "`name` is missing in [programme]",
            "there is no [[department]]",
            "there is no [[rule]]",
            "`threshold` is missing",
        ],
    );
    assert_nothing_written(&place, "unreadable programmes");
}

#[test]
fn without_a_purpose_that_holds_today_every_step_is_refused() {
    let whole =
        &SMALL_PROGRAMME[SMALL_PROGRAMME.find("[purpose]").unwrap()..SMALL_PROGRAMME.find("[persons]").unwrap()];
    let cases: [(&str, &str, &[&str]); 8] = [
        (whole, "", &["does not say controller, legal_basis, dpia, approved_by, approved_on, delete_after"]),
        ("controller = \"Test\"\n", "", &["[purpose] does not say controller", "no purpose, no run"]),
        ("legal_basis = \"none: invented\"\n", "", &["does not say legal_basis"]),
        ("dpia = \"none\"", "dpia = \"  \"", &["does not say dpia"]),
        ("approved_by = \"Test\"\n", "", &["does not say approved_by"]),
        ("delete_after = 2099-12-31\n", "", &["does not say delete_after"]),
        ("approved_on = 2020-01-01", "approved_on = 2099-01-01", &["approved from 2099-01-01 on", "`approved_on`"]),
        ("delete_after = 2099-12-31", "delete_after = 2020-12-31", &["deleted after 2020-12-31", "`delete_after`"]),
    ];
    for (from, to, says) in cases {
        let place = Workplace::with_small_programme();
        place.edit("p.toml", from, to);
        for command in [&PSEUDONYMISE[..], &SELECT, &ASSIGN, &RUN] {
            place.udpeg(command).failed(4, says).failed(4, &["refused: "]);
            assert!(!place.path("out").exists(), "{to}");
        }
    }
}

#[test]
fn options_that_do_not_fit_end_with_2() {
    let place = Workplace::with_small_programme();
    let cases: [(&[&str], &[&str]); 14] = [
        (&["--period", ".."], &["--period is no folder name", "2026Q3"]),
        (&["--period", "a/b"], &["--period is no folder name"]),
        (&["--period", ""], &["--period"]),
        (&["--as-of", "2024-02-30"], &["--as-of"]),
        (&["--as-of", "31-12-2024"], &["--as-of"]),
        (&["--max-rejected", "5"], &["--max-rejected", "5% or 2.5%"]),
        (&["--max-rejected", "100.1%"], &["--max-rejected"]),
        (&["--max-rejected", "-1%"], &["'-1'"]),
        (&["--max-rejected", "%"], &["--max-rejected"]),
        (&["--max-rejected", "1,5%"], &["--max-rejected"]),
        (&["--input", "family.csv"], &["--department"]),
        (&["--input", "family.csv", "--department", "famly"], &["no department `famly`", "jobcentre, family, social"]),
        (&["--department", "family"], &["--input"]),
        (&["--no-such-option"], &["--no-such-option"]),
    ];
    for (options, says) in cases {
        let ran = place.udpeg(&[&RUN[..], options].concat()).failed(2, says);
        assert!(ran.out.is_empty(), "{options:?}");
        assert!(!place.path("out").exists(), "{options:?}");
    }
    place
        .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "famly"])
        .failed(2, &["no department `famly`", "jobcentre, family, social"]);
    place.udpeg(&["pseudonymise", "-p", "p.toml"]).failed(2, &["--department"]);
    place.udpeg(&["run"]).failed(2, &["--programme"]);
}
