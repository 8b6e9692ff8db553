//! Measures over spells, points over amounts, and what counts once: little tables, and slow versions of the same.

mod counting;
mod points;

use crate::linkage::table::days;
use chrono::NaiveDate;
use proptest::prelude::*;
use std::collections::BTreeSet;
use udpeg::score::{covered_days, unbroken_days, window_start};

/// Spells as the facts write them, in days and by first day; an open one never ends.
fn spells(text: &str) -> Vec<(i32, i32)> {
    let mut spells: Vec<(i32, i32)> = text
        .split("; ")
        .filter(|spell| !spell.is_empty())
        .map(|spell| {
            let (start, end) = spell.split_once("..").unwrap();
            (days(start), if end.is_empty() { i32::MAX } else { days(end) })
        })
        .collect();
    spells.sort_unstable();
    spells
}

fn covered(text: &str, from: &str, to: &str) -> u32 {
    covered_days(spells(text).into_iter(), days(from), days(to))
}

fn unbroken(text: &str, as_of: &str, max_gap_days: u32) -> u32 {
    unbroken_days(spells(text).into_iter(), days(as_of), max_gap_days)
}

#[test]
fn overlapping_spells_count_each_day_once() {
    for (case, text, expected) in [
        ("disjoint", "2020-01-06..2020-06-28; 2021-01-04..2021-07-04", 357),
        ("overlap", "2020-01-06..2020-06-28; 2020-06-01..2020-12-27", 357),
        ("nested", "2020-01-01..2022-12-31; 2021-03-01..2021-03-31", 1096),
        ("adjacent", "2020-01-01..2020-06-30; 2020-07-01..2020-12-31", 366),
        ("open", "2023-01-01..", 731),
        ("duplicate row", "2020-01-01..2020-12-31; 2020-01-01..2020-12-31", 366),
        ("gap of 28 days", "2023-01-02..2023-06-30; 2023-07-29..2024-03-31", 427),
        ("starts later", "2025-02-01..", 0),
        ("none", "", 0),
        ("one day", "2024-12-31..2024-12-31", 1),
        ("ends later", "2024-12-31..2030-01-01", 1),
        ("long ago", "1970-01-01..1970-01-01", 1),
        ("nested then longer", "2020-01-01..2020-12-31; 2020-02-01..2020-02-02; 2020-12-01..2021-01-31", 397),
    ] {
        assert_eq!(covered(text, "0001-01-01", "2024-12-31"), expected, "{case}");
        assert_eq!(covered_days(spells(text).into_iter(), i32::MIN, days("2024-12-31")), expected, "{case}");
    }
}

#[test]
fn only_days_from_the_window_to_the_day_count() {
    for (text, from, expected) in [
        ("2020-01-01..", "2024-01-01", 366),
        ("2020-01-01..2023-12-31", "2024-01-01", 0),
        ("2020-01-01..2024-01-01", "2024-01-01", 1),
        ("2020-01-01..2024-01-10; 2024-01-05..2024-01-20", "2024-01-08", 13),
        ("2024-12-31..", "2024-12-31", 1),
        ("2014-06-01..", "2015-01-01", 3653),
    ] {
        assert_eq!(covered(text, from, "2024-12-31"), expected, "{text} from {from}");
    }
}

#[test]
fn a_window_keeps_the_days_after_the_same_day_so_many_years_before() {
    for (as_of, years, first_day) in [
        ("2024-12-31", 1, "2024-01-01"),
        ("2024-12-31", 10, "2015-01-01"),
        ("2026-09-30", 5, "2021-10-01"),
        ("2024-02-29", 4, "2020-03-01"),
        ("2024-02-29", 1, "2023-03-01"), // 28 February stands in
        ("2104-02-29", 4, "2100-03-01"),
        ("2023-02-28", 3, "2020-02-29"),
        ("2025-02-28", 1, "2024-02-29"),
        ("2025-03-01", 1, "2024-03-02"),
        ("2024-12-31", 200, "1825-01-01"),
    ] {
        let as_of: NaiveDate = as_of.parse().unwrap();
        assert_eq!(window_start(as_of, years), days(first_day), "{as_of} less {years} years");
    }
}

#[test]
fn gaps_up_to_the_limit_do_not_break_a_stretch() {
    // From 30 June to the second spell there are 27, 28 and 29 days.
    for (second, gap) in [("2024-07-28", 27), ("2024-07-29", 28), ("2024-07-30", 29)] {
        let text = format!("2023-01-01..2024-06-30; {second}..");
        let whole = 731;
        let latest = u32::try_from(days("2024-12-31") - days(second) + 1).unwrap();
        for max_gap_days in [0, 26, 27, 28, 29, 1000] {
            let expected = if gap <= max_gap_days { whole } else { latest };
            assert_eq!(unbroken(&text, "2024-12-31", max_gap_days), expected, "gap {gap}, at most {max_gap_days}");
        }
    }
}

#[test]
fn a_stretch_reaches_the_day_where_no_longer_gap_follows_it() {
    for (end, gap) in [("2024-12-31", 0), ("2024-12-30", 1), ("2024-12-04", 27), ("2024-12-03", 28), ("2024-12-02", 29)]
    {
        for max_gap_days in [0, 1, 27, 28, 29] {
            // The days after the last spell are part of the stretch, as bridged gaps are.
            let expected = if gap <= max_gap_days { 366 } else { 0 };
            let found = unbroken(&format!("2024-01-01..{end}"), "2024-12-31", max_gap_days);
            assert_eq!(found, expected, "ends {end}, at most {max_gap_days}");
        }
    }
}

#[test]
fn the_latest_stretch_is_measured_from_its_first_day() {
    for (text, max_gap_days, expected) in [
        ("", 0, 0),
        ("", 28, 0),
        ("2024-12-31..2024-12-31", 0, 1),
        ("2023-01-01..", 0, 731),
        ("2024-01-01..2024-06-30; 2024-07-01..", 0, 366),
        ("2024-01-01..2024-06-30; 2024-07-02..", 0, 183),
        ("2024-01-01..2024-06-30; 2024-07-02..", 1, 366),
        // A short spell inside a long one does not shorten it.
        ("2024-01-01..; 2024-02-01..2024-02-02", 0, 366),
        ("2024-01-01..2024-12-31; 2024-02-01..2024-02-02", 0, 366),
        ("2024-01-01..2024-12-01; 2024-02-01..2024-02-02; 2024-12-02..", 0, 366),
        // A longer stretch before does not count.
        ("2010-01-01..2020-12-31; 2024-12-01..", 28, 31),
        ("2010-01-01..2020-12-31", 28, 0),
        ("2024-01-01..2030-01-01", 0, 366),
    ] {
        assert_eq!(unbroken(text, "2024-12-31", max_gap_days), expected, "{text}, at most {max_gap_days}");
    }
}

/// Spells within some months, open ones among them, by first day.
fn random_spells() -> impl Strategy<Value = Vec<(i32, i32)>> {
    let spell = (0..150_i32, 0..40_i32, prop::bool::weighted(0.05))
        .prop_map(|(start, length, is_open)| (start, if is_open { i32::MAX } else { start + length }));
    prop::collection::vec(spell, 0..9).prop_map(|mut spells| {
        spells.sort_unstable();
        spells
    })
}

/// The days up to `to` that a spell covers, one by one.
fn set_of_days(spells: &[(i32, i32)], to: i32) -> BTreeSet<i32> {
    spells.iter().flat_map(|&(start, end)| start..=end.min(to)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn covered_days_are_the_days_of_a_set(spells in random_spells(), from in -20..160_i32, to in 0..180_i32) {
        let expected = set_of_days(&spells, to).into_iter().filter(|&day| day >= from).count();
        prop_assert_eq!(covered_days(spells.into_iter(), from, to) as usize, expected);
    }

    #[test]
    fn unbroken_days_go_back_from_the_day_until_a_longer_gap(
        spells in random_spells(),
        as_of in 150..200_i32,
        max_gap_days in 0..12_u32,
    ) {
        let days = set_of_days(&spells, as_of);
        let (mut first, mut gap) = (as_of + 1, 0);
        for day in (-20..=as_of).rev() {
            if days.contains(&day) {
                (first, gap) = (day, 0);
            } else {
                gap += 1;
                if gap > max_gap_days {
                    break;
                }
            }
        }
        let expected = u32::try_from(as_of + 1 - first).unwrap();
        prop_assert_eq!(unbroken_days(spells.into_iter(), as_of, max_gap_days), expected);
    }
}
