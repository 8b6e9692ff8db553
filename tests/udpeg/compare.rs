//! Two selections side by side, by little tables and by the command line.

use crate::support::{Workplace, parquet_rows};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use udpeg::compare::{Change, Comparison, Rules, Side, Unit, compare_sides};

/// A side written as units by rank: members, `*` for proposed, points, coordinator: `12* 30 k1; 3 20`. The points are
/// those of one rule `r`, whose value is half as much.
fn side(text: &str) -> Side {
    let mut side = Side { is_assigned: text.contains('k'), ..Side::default() };
    let mut rule = Rules { id: "r".to_owned(), ..Rules::default() };
    for (rank, unit) in (1..).zip(text.split(';').filter(|unit| !unit.trim().is_empty())) {
        let words: Vec<&str> = unit.split_whitespace().collect();
        let members = words[0].trim_end_matches('*').chars().map(|member| u128::from(member.to_digit(10).unwrap()));
        let coordinator = words.get(2).map(|id| {
            let known = side.coordinators.iter().position(|known| known == id);
            known.unwrap_or_else(|| {
                side.coordinators.push((*id).to_owned());
                side.coordinators.len() - 1
            })
        });
        let points: i32 = words[1].parse().unwrap();
        let is_proposed = words[0].ends_with('*');
        side.units.push(Unit { rank, members: members.collect(), points, is_proposed, coordinator });
        rule.values.push(f64::from(points) / 2.0);
        rule.points.push(points);
    }
    side.rules.push(rule);
    side
}

/// Each unit as a word: what became of it, ranks and points before and now, why.
fn lines(comparison: &Comparison) -> Vec<String> {
    let standing = |standing: &Option<udpeg::compare::Standing>| {
        standing.as_ref().map_or("-".to_owned(), |standing| format!("{}/{}", standing.rank, standing.points))
    };
    let line = |unit: &udpeg::compare::Compared| {
        let why: Vec<String> = unit.why.iter().map(ToString::to_string).collect();
        format!("{} {} {} {}", unit.change.as_str(), standing(&unit.before), standing(&unit.now), why.join("; "))
    };
    comparison.units.iter().map(|unit| line(unit).trim_end().to_owned()).collect()
}

#[test]
fn who_entered_left_and_stayed_with_ranks_and_points_before_and_now() {
    for (before, now, expected) in [
        ("", "", vec![]),
        ("1* 9; 2 5", "1* 9; 2 5", vec!["stayed 1/9 1/9"]),
        (
            "1* 9; 2* 8; 3 5",
            "3* 10; 1* 9; 2 4",
            vec![
                "entered 3/5 1/10 r: 2.50 → 5.00, 5 → 10 points",
                "left 2/8 3/4 r: 4.00 → 2.00, 8 → 4 points",
                "stayed 1/9 2/9",
            ],
        ),
        ("1* 9", "2* 9", vec!["entered - 1/9", "left 1/9 -"]),
        // A family is the unit that has most of its members, whatever its id.
        ("234* 9", "1234* 9", vec!["stayed 1/9 1/9"]),
        ("12* 9; 345* 8", "12345* 9", vec!["stayed 2/8 1/9 r: 4.00 → 4.50, 8 → 9 points"]),
        ("12* 9", "1* 9; 2 3", vec!["stayed 1/9 1/9"]),
    ] {
        let comparison = compare_sides(&side(before), &side(now));
        assert_eq!(lines(&comparison), expected, "{before} | {now}");
        let count = |change| comparison.units.iter().filter(|unit| unit.change == change).count();
        assert_eq!(comparison.entered, count(Change::Entered));
        assert_eq!((comparison.left, comparison.stayed), (count(Change::Left), count(Change::Stayed)));
    }
}

#[test]
fn persons_with_another_coordinator_are_counted_where_both_are_assigned() {
    for (before, now, moved) in [
        ("12* 9 k1; 3* 8 k2", "12* 9 k2; 3* 8 k2", Some(2)),
        ("12* 9 k1; 3* 8 k2", "123* 9 k1", Some(0)),
        ("12* 9 k1", "1* 9 k2; 2* 9 k1", Some(1)),
        ("12* 9 k1", "12* 9", None),
        ("12* 9 k1", "3* 9 k2", Some(0)),
    ] {
        assert_eq!(compare_sides(&side(before), &side(now)).persons_moved, moved, "{before} | {now}");
    }
}

#[test]
fn two_periods_are_compared_by_the_command_line() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    place.edit("p.toml", "points_per = 3", "points_per = 1");
    place.udpeg(&["run", "-p", "p.toml", "--period", "2025Q1"]).succeeded();
    let compare = |further: &[&str]| {
        let mut arguments = vec!["compare", "out/2024Q4", "out/2025Q1"];
        arguments.extend(further);
        place.udpeg(&arguments)
    };
    let shown = compare(&[]).succeeded().out;
    assert!(shown.contains("stayed") && shown.contains("cases: 2.00 → 2.00, 6 → 2 points"), "{shown}");
    let ran = compare(&["--json", "--parquet", "c.parquet"]).succeeded();
    let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rows = parquet_rows(&place.path("c.parquet"));
    let count = |key: &str| usize::try_from(summary[key].as_u64().unwrap()).unwrap();
    assert_eq!(rows.len(), count("entered") + count("left") + count("stayed"));
    for (row, unit) in rows.iter().zip(summary["units"].as_array().unwrap()) {
        assert_eq!((&row["change"], &row["rank"]), (&unit["change"], &unit["now"]["rank"]));
        assert_eq!(
            (&row["points_before"], &row["coordinator"]),
            (&unit["before"]["points"], &unit["now"]["coordinator"])
        );
    }
    assert!(rows.iter().any(|row| row["why"] == json!(["cases: 2.00 → 2.00, 6 → 2 points"])), "{rows:?}");
    let mode = std::fs::metadata(place.path("c.parquet")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    compare(&["--parquet", "c.parquet"]).failed(1, &["c.parquet", "there already"]);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    place.udpeg(&["compare", "out/2024Q4", "out/2025Q1"]).failed(1, &["2025Q1", "is not there"]);
    place.write("p.key", "udpeg-key-1:ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    place.udpeg(&["run", "-p", "p.toml", "--period", "2025Q1"]).succeeded();
    place.udpeg(&["compare", "out/2024Q4", "out/2025Q1"]).failed(4, &["different keys"]);
    place.write("out/2025Q1/selection/candidates.parquet", "x");
    place.udpeg(&["compare", "out/2024Q4", "out/2025Q1"]).failed(4, &["candidates.parquet", "altered"]);
    place.udpeg(&["compare", "out/2024Q4"]).failed(2, &["<NOW>"]);
}
