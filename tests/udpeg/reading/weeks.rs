//! Weekly benefit files: duplicates, counter-entries, and spells of whole weeks.

use super::{Read, workplace};
use crate::support::Workplace;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const AMOUNTS: &str = "week = \"S\"\namount = \"E\"\n";

fn place(columns: &str, format: &str, rows: &str) -> Workplace {
    let place = workplace(&[
        ("start = \"S\"\nend = \"E\"\n", columns),
        ("{ dates", &format!("{{ delimiter = \";\", {format}dates")),
    ]);
    place.write("d.csv", format!("P;B;T;S;E;R;X\n{rows}"));
    place
}

fn read(columns: &str, format: &str, rows: &str) -> Read {
    super::read(&place(columns, format, rows))
}

/// Type, first and last day of each row of the extract.
fn spells(read: &Read) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("open").to_owned();
    read.extract.iter().map(|row| [&row["type"], &row["start"], &row["end"]].map(text).join(" ")).collect()
}

fn counts(read: &Read) -> [usize; 6] {
    ["rows", "rejected", "duplicates", "netted_out", "joined", "extract"].map(|name| read.count(name))
}

#[test]
fn weeks_become_spells() {
    let comma = "decimal = \",\", ";
    let p = "2512489996;;";
    for (what, rows, expected, numbers) in [
        ("one", vec!["t;06-01-2025;100,00;;"], vec!["t 2025-01-06 2025-01-12"], [1, 0, 0, 0, 0, 1]),
        (
            "adjacent, in any order",
            vec!["t;13-01-2025;1;;", "t;06-01-2025;1;;", "t;2025-W04;1;;"],
            vec!["t 2025-01-06 2025-01-26"],
            [3, 0, 0, 0, 2, 1],
        ),
        (
            "a gap",
            vec!["t;06-01-2025;1;;", "t;20-01-2025;1;;"],
            vec!["t 2025-01-06 2025-01-12", "t 2025-01-20 2025-01-26"],
            [2, 0, 0, 0, 0, 2],
        ),
        (
            "types apart",
            vec!["t;06-01-2025;1;;", "u;13-01-2025;1;;"],
            vec!["t 2025-01-06 2025-01-12", "u 2025-01-13 2025-01-19"],
            [2, 0, 0, 0, 0, 2],
        ),
        (
            "exact duplicates once, a counter-entry takes back",
            vec!["t;06-01-2025;1.234,50;;", "t;06-01-2025;1234,5;;x", "t;06-01-2025;-1.234,50;;"],
            vec![],
            [3, 0, 1, 2, 0, 0],
        ),
        (
            "what is left over",
            vec!["t;06-01-2025;100;;", "t;06-01-2025;-40,10;;", "t;13-01-2025;-5;;"],
            vec!["t 2025-01-06 2025-01-19"],
            [3, 0, 0, 0, 2, 1],
        ),
        (
            "amounts are exact",
            vec!["t;06-01-2025;0,1;;", "t;06-01-2025;0,2;;", "t;06-01-2025;-0,3;;"],
            vec![],
            [3, 0, 0, 3, 0, 0],
        ),
        (
            "a netted week breaks a spell",
            vec!["t;06-01-2025;1;;", "t;13-01-2025;1;;", "t;13-01-2025;-1;;", "t;20-01-2025;1;;"],
            vec!["t 2025-01-06 2025-01-12", "t 2025-01-20 2025-01-26"],
            [4, 0, 0, 2, 0, 2],
        ),
        (
            "53 weeks, and a year's first",
            vec!["t;2020-W53;1;;", "t;2021-W01;1;;", "t;30-12-2024;1;;", "t;2025-W02;1;;"],
            vec!["t 2020-12-28 2021-01-10", "t 2024-12-30 2025-01-12"],
            [4, 0, 0, 0, 2, 2],
        ),
        (
            "records apart",
            vec!["t;06-01-2025;1;a;", "t;13-01-2025;1;b;", "t;06-01-2025;-1;b;"],
            vec!["t 2025-01-06 2025-01-12", "t 2025-01-06 2025-01-19"],
            [3, 0, 0, 0, 1, 2],
        ),
    ] {
        let rows: String = rows.iter().map(|row| format!("{p}{row}\n")).collect();
        let read = read(AMOUNTS, comma, &rows);
        let mut found = spells(&read);
        found.sort();
        assert_eq!(found, expected, "{what}");
        assert_eq!(counts(&read), numbers, "{what}");
    }
}

#[test]
fn without_amounts_every_row_is_a_week() {
    let read = read(
        "week = \"S\"\n",
        "",
        "2512489996;;t;06-01-2025;x;;\n2512489996;;t;06-01-2025;y;;\n2512489996;;t;13-01-2025;;;\n",
    );
    assert_eq!(spells(&read), ["t 2025-01-06 2025-01-19"]);
    assert_eq!(counts(&read), [3, 0, 1, 0, 1, 1]);
}

#[test]
fn weeks_and_amounts_that_cannot_be_read_are_rejected() {
    let rows: [(&str, &str); 18] = [
        ("07-01-2025;1", "S,date_malformed"), // a Tuesday
        ("2025-W00;1", "S,date_malformed"),
        ("2025-W53;1", "S,date_malformed"),
        ("2025-W1;1", "S,date_malformed"),
        ("2025-w01;1", "S,date_malformed"),
        ("202501;1", "S,date_malformed"),
        (";1", "S,start_missing"),
        ("06-01-2025;", "E,amount_malformed"),
        ("06-01-2025;x", "E,amount_malformed"),
        ("06-01-2025;1.5", "E,amount_malformed"),
        ("06-01-2025;1,", "E,amount_malformed"),
        ("06-01-2025;,5", "E,amount_malformed"),
        ("06-01-2025;1234.567", "E,amount_malformed"),
        ("06-01-2025;1.23.456", "E,amount_malformed"),
        ("06-01-2025;1,0000000000001", "E,amount_malformed"),
        ("06-01-2025;123456789012345", "E,amount_malformed"),
        ("06-01-2025;1e3", "E,amount_malformed"),
        ("06-01-2025;--1", "E,amount_malformed"),
    ];
    let text: String = rows.iter().map(|(row, _)| format!("2512489996;;t;{row};;\n")).collect();
    let read = read(AMOUNTS, "decimal = \",\", ", &text);
    let expected: Vec<String> = rows.iter().zip(1..).map(|((_, why), row)| format!("d.csv,{row},{why}")).collect();
    assert_eq!(read.rejected, expected);
    for (decimal, amounts) in [
        (",", ["1.234.567,89", "+1", "0,5", "1 000", "-1"]),
        (".", ["1,234,567.89", "+1", "0.5", "1 000", "\u{2212}1"]),
    ] {
        let text: String = amounts.iter().map(|amount| format!("2512489996;;t;06-01-2025;{amount};;\n")).collect();
        assert_eq!(self::read(AMOUNTS, &format!("decimal = \"{decimal}\", "), &text).count("rejected"), 0);
    }
}

#[test]
fn what_does_not_go_with_weeks_is_a_mistake_of_the_programme() {
    for (columns, says) in [
        ("week = \"S\"\nend = \"E\"\n", "`week` stands in place of `start` and `end`; remove `end`"),
        ("start = \"S\"\nend = \"E\"\namount = \"X\"\n", "`amount` goes with `week`"),
        ("", "`start` is missing in [department.columns]"),
    ] {
        place(columns, "", "").udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(2, &[says]);
    }
}

/// The same slowly: rows as person, type, week number and amount in hundredths.
fn slowly(rows: &[(u8, u8, u8, i32)]) -> (Vec<(u8, u8, u8, u8)>, [usize; 4]) {
    let distinct: BTreeSet<_> = rows.iter().copied().collect();
    let mut sums: BTreeMap<(u8, u8, u8), (i32, usize)> = BTreeMap::new();
    for (person, kind, week, amount) in &distinct {
        let sum = sums.entry((*person, *kind, *week)).or_default();
        *sum = (sum.0 + amount, sum.1 + 1);
    }
    let netted_out = sums.values().filter(|sum| sum.0 == 0).map(|sum| sum.1).sum();
    let left: Vec<((u8, u8, u8), usize)> =
        sums.into_iter().filter(|(_, sum)| sum.0 != 0).map(|(week, sum)| (week, sum.1)).collect();
    let mut spells: Vec<(u8, u8, u8, u8)> = Vec::new();
    for ((person, kind, week), _) in &left {
        match spells.last_mut() {
            Some(spell) if (spell.0, spell.1, spell.3 + 1) == (*person, *kind, *week) => spell.3 = *week,
            _ => spells.push((*person, *kind, *week, *week)),
        }
    }
    let joined = left.iter().map(|(_, rows)| rows).sum::<usize>() - spells.len();
    let counts = [rows.len() - distinct.len(), netted_out, joined, spells.len()];
    (spells, counts)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn spells_are_those_of_a_slow_count(rows in prop::collection::vec((0..2_u8, 0..2_u8, 1..9_u8, prop::sample::select(vec![-150, -50, 50, 100, 150])), 0..60)) {
        let persons = ["2512489996", "020160-9995"];
        let text: String = rows.iter().map(|(person, kind, week, amount)| {
            let sign = if *amount < 0 { "-" } else { "" };
            let amount = i32::abs(*amount);
            format!("{};;{};2024-W{week:02};{sign}{}.{:02};;\n", persons[usize::from(*person)], ["t", "u"][usize::from(*kind)], amount / 100, amount % 100)
        }).collect();
        let read = read(AMOUNTS, "", &text);
        let (expected, expected_counts) = slowly(&rows);
        prop_assert_eq!(["duplicates", "netted_out", "joined", "extract"].map(|name| read.count(name)), expected_counts);
        let monday = |week: u8| chrono::NaiveDate::from_isoywd_opt(2024, week.into(), chrono::Weekday::Mon).unwrap();
        let mut expected: Vec<String> = expected.iter().map(|(person, kind, first, last)| {
            let name = [super::HOLM, super::ANE][usize::from(*person)];
            format!("{name} {} {} {}", ["t", "u"][usize::from(*kind)], monday(*first), monday(*last) + chrono::TimeDelta::days(6))
        }).collect();
        expected.sort();
        let mut found: Vec<String> = read.extract.iter().map(|row| ["person", "type", "start", "end"].map(|name| row[name].as_str().unwrap()).join(" ")).collect();
        found.sort();
        prop_assert_eq!(found, expected);
    }
}
