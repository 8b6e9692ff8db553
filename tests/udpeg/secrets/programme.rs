//! Numbers in the programme file: no mistake repeats them, and no text of it carries them anywhere.

use super::{assert_files_silent, assert_silent};
use crate::support::Workplace;

#[test]
fn no_mistake_in_a_programme_repeats_a_number() {
    let cases = [
        ("reserve = 1", "\"251248-9996\" = 1"),
        ("reserve = 1", "2512489996 = 1"),
        ("[disclosure]", "[\"020160 9995\"]\n[disclosure]"),
        ("measure = \"open_cases\"", "measure = \"2512489996\""),
        ("department = \"social\"", "department = \"251248\u{2013}9996\""),
        ("id = \"cases\"", "id = \"2512489996\""),
        ("id = \"social\"", "id = \"251248-9996\""),
        ("period = \"2024Q4\"", "period = \"251248 9996\""),
        ("encoding = \"windows-1252\"", "encoding = \"2512489996\""),
        ("delimiter = \";\"", "delimiter = \"2512489996\""),
        ("[\"sex\", \"age_band\"]", "[\"2512489996\"]"),
        ("types = [\"kontanthjælp\"]", "types = [\"sag 251248-9996\"]"),
        ("reserve = 1", "reserve = 1\ntie_break = [\"2512489996\"]"),
        ("min_points = 1", "ages = \"251248-9996\""),
        ("capacity = 2", "capacity = 2512489996"),
        ("capacity = 2", "capacity = 2\ntakes = [\"2512489996\"]"),
        ("size = 2", "size = 2512489996 2512489996"),
        ("size = 2", "size = \"\"\"2512489996"),
        ("as_of = 2024-12-31", "as_of = 251248-9996"),
        ("from = 3.0", "from = 2512489996"),
        ("input = \"family.csv\"", "input = [2512489996]"),
        ("id = \"k1\"", "id = \"251248/9996 0201609995\""),
    ];
    for (from, to) in cases {
        let place = Workplace::with_small_programme();
        place.edit("p.toml", from, to);
        for variant in [&[][..], &["--json"]] {
            assert_silent(&place.udpeg(&[&["run", "-p", "p.toml"], variant].concat()), to);
        }
        assert_files_silent(&place, "out", to);
    }
}

/// Runs all steps with a piece of the programme replaced; whatever becomes of it, no number may come out.
#[track_caller]
fn settings_stay_inside(cases: &[(&str, &str)]) {
    for (from, to) in cases {
        let place = Workplace::with_small_programme();
        place.edit("p.toml", from, to);
        assert_silent(&place.udpeg(&["run", "-p", "p.toml"]), to);
        assert_files_silent(&place, "out", to);
    }
}

#[test]
fn no_text_of_the_programme_carries_a_number_into_a_file() {
    settings_stay_inside(&[
        ("name = \"Small\"", "name = \"251248-9996\""),
        ("controller = \"Test\"", "controller = \"2512489996\""),
        ("legal_basis = \"none: invented\"", "legal_basis = \"020160-9995\""),
        ("dpia = \"none\"", "dpia = \"sag 2512489996\""),
        ("approved_by = \"Test\"", "approved_by = \"Test, 251248 9996\""),
        ("lottery = \"Lotto 2025-01-04: 1 2 3\"", "lottery = \"2512489996\""),
    ]);
}

#[test]
fn no_text_of_the_programme_carries_a_number_in_another_spelling_into_a_file() {
    settings_stay_inside(&[
        ("dpia = \"none\"", "dpia = \"251248\u{2013}9996\""),
        ("lottery = \"Lotto 2025-01-04: 1 2 3\"", "lottery = \"251248\u{a0}9996\""),
        ("types = [\"kontanthjælp\"]", "types = [\"kontanthjælp\", \"251248\u{2011}9996\"]"),
    ]);
}

#[test]
fn no_id_of_the_programme_carries_a_number_into_a_name() {
    settings_stay_inside(&[
        ("period = \"2024Q4\"", "period = \"2512489996\""),
        ("period = \"2024Q4\"", "period = \"2024-251248-9996\""),
        ("id = \"k1\"", "id = \"2512489996\""),
        ("id = \"cases\"", "id = \"cases_2512489996\""),
        ("id = \"family\"", "id = \"family_2512489996\""),
    ]);
    let place = Workplace::with_small_programme();
    assert_silent(&place.udpeg(&["run", "-p", "p.toml", "--period", "2512489996"]), "--period");
    assert_files_silent(&place, "out", "--period");
}
