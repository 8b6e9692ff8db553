//! The order of the eligible, and who is eligible.

use crate::linkage::table::{programme, scored};
use sha2::{Digest, Sha256};
use udpeg::identity::Pseudonym;
use udpeg::linkage::Units;
use udpeg::selection::{Ranking, lottery_number, rank};

/// The published words of the contract, hashed by another hand.
fn drawn(lottery: &str, unit: &str) -> String {
    let hash = Sha256::digest(format!("udpeg/1/lottery:{lottery}:{unit}"));
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_lottery_number_is_the_hash_of_the_draw_and_the_unit() {
    for (draw, unit, expected) in [
        // Made with sha256sum.
        ("Lotto 2025-01-04: 1 2 3", "4055a05620afe904215fe3c06d086e51", "1e762de073b7ca12"),
        ("2026Q3", "a6bae06f9f2a105d03b8195e9c1d635c", "308e4960327fa1d7"),
        ("Træk på Rådhuset", "00000000000000000000000000000001", "3a767d716ee85fe9"),
    ] {
        let number = lottery_number(draw, Pseudonym::from_hex(unit).unwrap());
        assert_eq!(format!("{number:016x}"), expected);
        assert_eq!(drawn(draw, unit), expected);
    }
}

/// The ids and points of the ranked, and how many were scored.
fn ranked(settings: &str, table: &str) -> (Vec<(u128, i32)>, Ranking) {
    let programme = programme(settings);
    let (scorer, mut linked) = scored(&programme, table);
    let units = Units::new(&programme.family, &mut linked);
    let ranking = rank(&programme, &scorer, &linked, &units).unwrap();
    let id = |position: usize| linked.person(units.get(position).members[0]).bits();
    (ranking.ranked.iter().map(|unit| (id(unit.position), unit.points)).collect(), ranking)
}

#[test]
fn equal_points_are_ranked_by_the_lottery() {
    let everyone: String = (1..200).map(|person| format!("a {person} t 2024-01-01 - - -\n")).collect();
    for draw in ["Lotto 1", "Lotto 2"] {
        let settings = format!("[selection]\nsize = 5\nlottery = \"{draw}\"");
        let (order, ranking) = ranked(&settings, &everyone);
        let mut expected: Vec<(String, u128)> =
            (1..200).map(|person| (drawn(draw, &format!("{person:032x}")), person)).collect();
        expected.sort();
        assert_eq!(order, expected.iter().map(|(_, person)| (*person, 1)).collect::<Vec<_>>());
        let numbers: Vec<String> = ranking.ranked.iter().map(|unit| format!("{:016x}", unit.lottery)).collect();
        assert_eq!(numbers, expected.into_iter().map(|(number, _)| number).collect::<Vec<_>>());
    }
}

const RULES: &str = "[[rule]]\nid = \"cases\"\ndepartment = \"a\"\nmeasure = \"open_cases\"\npoints_per = 2\nmax = 4
    [[rule]]\nid = \"years\"\ndepartment = \"b\"\nmeasure = \"years\"\nbands = [{ from = 1, points = 1 }]
    [[rule]]\nid = \"burden\"\ndepartment = \"c\"\nmeasure = \"open_cases\"\npoints_per = -3\n";

/// So many open records of a person in department a, and days until the day in b, and open records in c.
fn person(id: u32, cases: usize, since: Option<&str>, burdens: usize) -> String {
    let mut rows: String = (0..cases).map(|record| format!("a {id} t 2024-01-01 - r{record} -\n")).collect();
    rows.extend(since.map(|day| format!("b {id} t {day} - - -\n")));
    rows.extend((0..burdens).map(|record| format!("c {id} t 2024-01-01 - r{record} -\n")));
    rows
}

#[test]
fn points_come_first_then_the_tie_breaks_in_order_then_the_lottery() {
    let table = [
        person(1, 1, Some("2024-01-01"), 0), // 3 points, 1 case, 366 days
        person(2, 2, None, 0),               // 4 points, 2 cases
        person(3, 3, None, 0),               // 4 points too, 3 cases
        person(4, 1, Some("2023-01-01"), 0), // 3 points, 1 case, 731 days
        person(5, 0, Some("2024-06-01"), 0), // 0 points
        person(6, 2, Some("2020-01-01"), 1), // 2 points
        person(7, 0, None, 1),               // −3 points
        person(8, 3, None, 0),               // as 3
    ]
    .concat();
    let order = |tie_break: &str| {
        let selection = format!("[selection]\nsize = 5\nlottery = \"L\"\n{tie_break}");
        ranked(&format!("{RULES}{selection}"), &table).0
    };
    let drawn_first = |one: u32, other: u32| {
        let number = |person: u32| drawn("L", &format!("{person:032x}"));
        if number(one) < number(other) { [one.into(), other.into()] } else { [other.into(), one.into()] }
    };
    let [third, eighth] = drawn_first(3, 8);
    let expected = [(third, 4), (eighth, 4), (2, 4), (4, 3), (1, 3), (6, 2), (5, 0), (7, -3)];
    assert_eq!(order("tie_break = [\"cases\", \"years\"]"), expected);
    let [first, fourth] = drawn_first(1, 4);
    let expected = [(third, 4), (eighth, 4), (2, 4), (first, 3), (fourth, 3), (6, 2), (5, 0), (7, -3)];
    assert_eq!(order("tie_break = [\"cases\"]"), expected);
    // By years alone persons 2, 3 and 8 have equally many: none.
    let by_years = order("tie_break = [\"years\"]");
    assert_eq!(by_years[3..], [(4, 3), (1, 3), (6, 2), (5, 0), (7, -3)]);
    let mut drawn_of_three = [2, 3, 8_u128];
    drawn_of_three.sort_by_key(|person| drawn("L", &format!("{person:032x}")));
    assert_eq!(by_years[..3], drawn_of_three.map(|person| (person, 4)));
}

#[test]
fn the_eligible_are_in_enough_departments_and_have_enough_of_the_points_asked_for() {
    let table = [
        person(1, 1, None, 0),
        person(2, 2, Some("2020-01-01"), 0),
        person(3, 0, Some("2020-01-01"), 0),
        person(4, 2, None, 1),
        person(5, 0, None, 2),
    ]
    .concat();
    for (eligibility, expected, scored) in [
        ("", &[1, 2, 3, 4, 5][..], 5),
        ("min_departments = 0", &[1, 2, 3, 4, 5], 5),
        ("min_departments = 1", &[1, 2, 3, 4, 5], 5),
        ("min_departments = 2", &[2, 4], 2),
        ("min_departments = 3", &[], 0),
        ("min_points = 2", &[1, 2], 5),
        ("min_points = 3", &[2], 5),
        ("min_points = -5", &[1, 2, 3, 4], 5),
        ("require = [\"cases\"]", &[1, 2, 4], 5),
        ("require = [\"cases\", \"years\"]", &[2], 5),
        // Fewer than no points are not more than 0.
        ("require = [\"burden\"]", &[], 5),
        ("min_departments = 2\nmin_points = 1\nrequire = [\"cases\"]", &[2, 4], 2),
    ] {
        let (order, ranking) = ranked(&format!("{RULES}[eligibility]\n{eligibility}\n"), &table);
        let mut found: Vec<u128> = order.iter().map(|(person, _)| *person).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{eligibility}");
        assert_eq!(ranking.scored, scored, "{eligibility}");
    }
}

#[test]
fn units_with_points_are_counted_among_all_that_are_scored() {
    let table = [person(1, 1, None, 0), person(2, 2, Some("2020-01-01"), 0), person(3, 0, None, 1)].concat();
    assert_eq!(ranked(RULES, &table).1.with_points, [2, 1, 1]);
    let few = format!("{RULES}[eligibility]\nmin_departments = 2\n");
    assert_eq!(ranked(&few, &table).1.with_points, [1, 1, 0]);
}

#[test]
fn points_that_do_not_fit_are_refused() {
    let rule = "[[rule]]\nid = \"r\"\ndepartment = \"a\"\nmeasure = \"open_cases\"\npoints_per = 100000\n";
    let programme = programme(rule);
    for (cases, fits) in [(21_474, true), (21_475, false)] {
        let (scorer, mut linked) = scored(&programme, &person(1, cases, None, 0));
        let units = Units::new(&programme.family, &mut linked);
        let ranking = rank(&programme, &scorer, &linked, &units);
        assert_eq!(ranking.is_ok(), fits, "{cases}");
        assert!(fits || matches!(ranking, Err(udpeg::Error::Refused { .. })));
    }
}
