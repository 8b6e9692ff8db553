//! From an amount to points.

use udpeg::programme::{Band, Measure, Rule, Scale};
use udpeg::score::{least_amount, points, value};

fn rule(measure: Measure, scale: Scale) -> Rule {
    Rule {
        id: "r".to_owned(),
        department: Some("a".to_owned()),
        measure,
        types: None,
        window_years: None,
        max_gap_days: 0,
        scale,
    }
}

fn bands(measure: Measure, bands: &[(f64, i32)]) -> Rule {
    rule(measure, Scale::Bands(bands.iter().map(|&(from, points)| Band { from, points }).collect()))
}

fn per_one(measure: Measure, points: i32, max: Option<i32>) -> Rule {
    rule(measure, Scale::PerOne { points, max })
}

#[test]
fn the_last_band_reached_gives_its_points_and_below_the_first_there_are_none() {
    let counted = bands(Measure::Cases, &[(2.0, 1), (2.5, 3), (4.0, -7), (100.0, 9)]);
    for (amount, expected) in [(0, 0), (1, 0), (2, 1), (3, 3), (4, -7), (99, -7), (100, 9), (u32::MAX, 9)] {
        assert_eq!(points(&counted, amount), expected, "{amount}");
    }
    let from_the_start = bands(Measure::OpenCases, &[(-1.0, -5), (0.0, 4), (1.0, 0)]);
    for (amount, expected) in [(0, 4), (1, 0), (2, 0)] {
        assert_eq!(points(&from_the_start, amount), expected, "{amount}");
    }
}

#[test]
fn a_full_year_is_a_year() {
    for measure in [Measure::Years, Measure::YearsUnbroken] {
        let years = bands(measure, &[(0.5, 1), (1.0, 2), (3.0, 5), (5.0, 8), (5.5, -1)]);
        for (days, expected) in [
            (0, 0),
            (181, 0),
            (182, 1),
            (364, 1),
            (365, 2),
            (366, 2),
            (1094, 2),
            (1095, 5), // floor(1095.75)
            (1825, 5),
            (1826, 8), // floor(1826.25)
            (2007, 8),
            (2008, -1), // floor(2008.875)
        ] {
            assert_eq!(points(&years, days), expected, "{days} days");
        }
    }
}

#[test]
fn days_only_mean_years_for_the_measures_in_years() {
    for (measure, in_years) in [
        (Measure::Years, true),
        (Measure::YearsUnbroken, true),
        (Measure::OpenCases, false),
        (Measure::Cases, false),
        (Measure::Children, false),
        (Measure::Departments, false),
    ] {
        let expected = if in_years { 4.0 } else { 1461.0 };
        assert!((value(measure, 1461) - expected).abs() < 1e-12, "{measure:?}");
        let least = if in_years { 730.0 } else { 2.0 };
        assert!((least_amount(measure, 2.0) - least).abs() < 1e-12, "{measure:?}");
        assert_eq!(points(&per_one(measure, 1, None), 730), if in_years { 2 } else { 730 }, "{measure:?}");
    }
}

#[test]
fn so_many_points_for_each_whole_one_up_to_the_most() {
    for (points_per, max, amount, expected) in [
        (3, Some(9), 0, 0),
        (3, Some(9), 1, 3),
        (3, Some(9), 3, 9),
        (3, Some(9), 4, 9),
        (3, Some(8), 3, 8),
        (3, None, 1000, 3000),
        (-2, None, 3, -6),
        (-2, Some(0), 3, -6),
        (-2, Some(-10), 3, -10),
        (0, Some(5), 3, 0),
        (100_000, None, u32::MAX, 429_496_729_500_000),
    ] {
        assert_eq!(points(&per_one(Measure::OpenCases, points_per, max), amount), expected, "{points_per} × {amount}");
    }
}

#[test]
fn whole_years_are_the_most_whose_days_are_there() {
    for measure in [Measure::Years, Measure::YearsUnbroken] {
        let rule = per_one(measure, 1, None);
        let mut years = 0_i64;
        for days in 0..=36_600_u32 {
            // floor(n × 365.25) ≤ days, in whole numbers.
            while (years + 1) * 36_525 / 100 <= i64::from(days) {
                years += 1;
            }
            assert_eq!(points(&rule, days), years, "{days} days");
        }
        assert_eq!(years, 100);
    }
}
