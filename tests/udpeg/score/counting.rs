//! What a unit's records count for, under every measure.

use crate::linkage::table::{programme, scored};
use std::collections::HashMap;
use udpeg::linkage::{Unit, Units};
use udpeg::score::Scored;

/// Rules, each with the measure and further keys given; all count departments' records for 1 point each.
fn rules(measures: &[&str]) -> String {
    let rule = |(position, keys): (usize, &&str)| format!("[[rule]]\nid = \"r{position}\"\npoints_per = 1\n{keys}\n");
    measures.iter().enumerate().map(rule).collect()
}

/// What each unit is scored.
fn scores(settings: &str, table: &str) -> Vec<Scored> {
    let programme = programme(settings);
    let (scorer, mut linked) = scored(&programme, table);
    let units = Units::new(&programme.family, &mut linked);
    let alone: HashMap<u32, Scored> = linked.alone().map(|(person, scored)| (person, scored.clone())).collect();
    let score = |unit: Unit<'_>| scorer.score_linked(&linked, unit).unwrap_or_else(|| alone[&unit.members[0]].clone());
    (0..units.len()).map(|position| score(units.get(position))).collect()
}

/// Each unit's amounts under these rules.
fn amounts(measures: &[&str], table: &str) -> Vec<Vec<u32>> {
    scores(&rules(measures), table).into_iter().map(|scored| scored.amounts).collect()
}

const OPEN: &str = "department = \"a\"\nmeasure = \"open_cases\"";
const CASES: &str = "department = \"a\"\nmeasure = \"cases\"";
const RECENT: &str = "department = \"a\"\nmeasure = \"cases\"\nwindow_years = 2";
const CHILDREN: &str = "department = \"a\"\nmeasure = \"children\"";
const DEPARTMENTS: &str = "measure = \"departments\"";

#[test]
fn records_count_once_and_rows_without_a_record_each() {
    for (table, open, cases, recent) in [
        ("a 1 t 2024-01-01 - r1 -", 1, 1, 1),
        ("a 1 t 2024-01-01 - r1 -\na 1 u 2023-01-01 - r1 -", 1, 1, 1),
        ("a 1 t 2024-01-01 - r1 -\na 1 t 2024-01-01 - r2 -", 2, 2, 2),
        ("a 1 t 2024-01-01 - - -\na 1 u 2024-01-01 - - -", 2, 2, 2),
        ("a 1 t 2024-01-01 - - -\na 1 t 2024-01-01 - r1 -", 2, 2, 2),
        // Open is until the day itself; the first day of the window is 1 January 2023.
        ("a 1 t 2024-01-01 2024-12-31 r1 -", 1, 1, 1),
        ("a 1 t 2024-01-01 2024-12-30 r1 -", 0, 1, 1),
        ("a 1 t 2020-01-01 2023-01-01 r1 -", 0, 1, 1),
        ("a 1 t 2020-01-01 2022-12-31 r1 -", 0, 1, 0),
        ("a 1 t 2024-12-31 2025-12-31 r1 -", 1, 1, 1),
        ("a 1 t 2025-01-01 - r1 -", 0, 0, 0),
        // One open row opens its record, whatever the others.
        ("a 1 t 2020-01-01 2020-12-31 r1 -\na 1 t 2024-06-01 - r1 -", 1, 1, 1),
        ("a 1 t 2020-01-01 2020-12-31 r1 -\na 1 t 2021-01-01 2021-12-31 r2 -", 0, 2, 0),
        // Another department's records do not count.
        ("b 1 t 2024-01-01 - r1 -", 0, 0, 0),
        ("b 1 t 2024-01-01 - r1 -\na 1 t 2024-01-01 - r1 -", 1, 1, 1),
    ] {
        assert_eq!(amounts(&[OPEN, CASES, RECENT], table), [[open, cases, recent]], "{table}");
    }
}

#[test]
fn types_choose_the_rows_first() {
    let chosen = |measure: &str| format!("{measure}\ntypes = [\"t\", \"v\"]");
    let table = "a 1 t 2024-01-01 - r1 c1
                 a 1 u 2024-01-01 - r2 c2
                 a 1 v 2020-01-01 2020-12-31 r3 c3
                 a 1 u 2024-06-01 - r1 c3";
    let measures = [chosen(OPEN), chosen(CASES), chosen(RECENT), chosen(CHILDREN)];
    assert_eq!(amounts(&measures.each_ref().map(String::as_str), table), [[1, 2, 1, 1]]);
    assert_eq!(amounts(&[OPEN, CASES, RECENT, CHILDREN], table), [[2, 3, 2, 3]]);
    let years = chosen("department = \"a\"\nmeasure = \"years\"");
    assert_eq!(amounts(&[&years], table), [[366 + 366]]);
    let unknown = format!("{OPEN}\ntypes = [\"never\"]");
    assert_eq!(amounts(&[&unknown], table), [[0]]);
}

#[test]
fn children_count_once_and_only_in_open_records() {
    for (table, expected) in [
        ("a 1 t 2024-01-01 - r1 c1", 1),
        ("a 1 t 2024-01-01 - r1 c1\na 1 t 2024-01-01 - r2 c1", 1),
        ("a 1 t 2024-01-01 - r1 c1\na 1 t 2024-01-01 - r1 c2", 2),
        ("a 1 t 2024-01-01 2024-12-30 r1 c1", 0),
        ("a 1 t 2024-01-01 2024-12-31 r1 c1", 1),
        ("a 1 t 2024-01-01 - r1 -", 0),
        ("b 1 t 2024-01-01 - r1 c1", 0),
    ] {
        assert_eq!(amounts(&[CHILDREN], table), [[expected]], "{table}");
    }
}

#[test]
fn a_placeholder_is_no_child() {
    let table = "a 1 t 2024-01-01 - - c1\na 2 t 2024-01-01 - - c1\na 3 t 2024-01-01 - - c1
                 a 4 t 2024-01-01 - - c1\na 5 t 2024-01-01 - - c1\na 5 t 2024-01-01 - - c2";
    assert_eq!(amounts(&[CHILDREN, OPEN], table), [[0, 1], [0, 1], [0, 1], [0, 1], [1, 2]]);
}

#[test]
fn a_familys_counts_are_pooled_so_that_what_it_shares_counts_once() {
    let table = "a 1 t 2024-01-01 - r1 c1
                 a 2 t 2024-01-01 - r1 c1
                 a 2 t 2024-01-01 - r2 c2
                 a 1 t 2024-01-01 - - -
                 a 2 t 2024-01-01 - - -
                 b 1 t 2024-01-01 - - -
                 c 2 t 2020-01-01 2020-12-31 - -
                 a 3 t 2024-01-01 - r1 -";
    let expected = [[4, 4, 2, 2], [1, 1, 0, 1]];
    assert_eq!(amounts(&[OPEN, CASES, CHILDREN, DEPARTMENTS], table), expected);
    // A record of the family counts where any of its rows does: one member's is closed, the other's open.
    let table = "a 1 t 2020-01-01 2020-12-31 r9 -\na 2 t 2024-01-01 - r9 -
                 b 1 t 2024-01-01 - - c1\nb 2 t 2024-01-01 - - c1";
    assert_eq!(amounts(&[OPEN, CASES, RECENT], table), [[1, 1, 1]]);
}

#[test]
fn a_familys_years_are_those_of_the_member_with_most() {
    let years = "department = \"a\"\nmeasure = \"years\"";
    let window = "department = \"a\"\nmeasure = \"years\"\nwindow_years = 1";
    let unbroken = "department = \"a\"\nmeasure = \"years_unbroken\"\nmax_gap_days = 28";
    let table = "a 1 t 2020-01-01 2020-12-31 - -
                 a 1 t 2024-12-01 - - -
                 a 2 t 2024-06-01 - - -
                 b 1 t 2024-01-01 - - c1
                 b 2 t 2024-01-01 - - c1";
    // Member 1 has 366 + 31 days, 31 of them in the last year and 31 unbroken; member 2 has 214 of each.
    assert_eq!(amounts(&[years, window, unbroken], table), [[397, 214, 214]]);
}

#[test]
fn departments_are_counted_over_the_whole_unit_whatever_the_rules() {
    let table = "a 1 t 2024-01-01 - - c1\nb 2 t 2024-01-01 - - c1\nb 1 t 2024-01-01 - - -
                 c 3 t 2024-01-01 2024-12-30 - -";
    assert_eq!(amounts(&[DEPARTMENTS], table), [[2], [0]]);
}

#[test]
fn the_total_is_the_sum_of_all_rules_and_may_be_negative() {
    let settings = "[[rule]]\nid = \"r0\"\ndepartment = \"a\"\nmeasure = \"open_cases\"\npoints_per = 3\nmax = 4
                    [[rule]]\nid = \"r1\"\nmeasure = \"departments\"\nbands = [{ from = 1, points = -10 }]";
    let outcomes = scores(settings, "a 1 t 2024-01-01 - r1 -\na 1 t 2024-01-01 - r2 -\nb 2 t 2024-01-01 - - -");
    assert_eq!(outcomes[0].points, [4, -10]);
    assert_eq!(outcomes[1].points, [0, -10]);
    assert_eq!(outcomes.iter().map(udpeg::score::Scored::total).collect::<Vec<_>>(), [-6, -10]);
}
