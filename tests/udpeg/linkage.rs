//! Who forms a family with whom: little tables of records in, units out.

pub(crate) mod table;

mod end_to_end;

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use table::{linked, programme};
use udpeg::linkage::Units;

/// Kind and members of every unit, in the order of their ids; then the placeholder children.
fn units(settings: &str, table: &str) -> String {
    let programme = programme(settings);
    let mut linked = linked(&programme, table);
    let units = Units::new(&programme.family, &mut linked);
    let mut lines: Vec<String> = (0..units.len())
        .map(|position| {
            let unit = units.get(position);
            let members: Vec<String> =
                unit.members.iter().map(|&member| linked.person(member).bits().to_string()).collect();
            format!("{} {}", unit.kind.as_str(), members.join("+"))
        })
        .collect();
    lines.extend(units.placeholder_children.iter().map(|&child| format!("placeholder {}", table::child_name(child))));
    lines.join(", ")
}

/// Tables with what becomes of them, under the same settings.
#[track_caller]
fn units_are(settings: &str, cases: &[(&str, &str)]) {
    for (table, expected) in cases {
        assert_eq!(units(settings, table), *expected, "{settings}\n{table}");
    }
}

#[test]
fn a_shared_child_in_open_records_joins_its_adults() {
    units_are(
        "",
        &[
            ("a 1 t 2024-01-01 - r1 c1\na 2 t 2024-01-01 - r1 c1", "family 1+2"),
            // In different records, types and departments, too.
            ("a 1 t 2024-01-01 - r1 c1\nb 2 u 2020-01-01 - r7 c1", "family 1+2"),
            // Different children of one record join nobody.
            ("a 1 t 2024-01-01 - r1 c1\na 2 t 2024-01-01 - r1 c2", "family 1, family 2"),
            // One record without a child joins nobody.
            ("a 1 t 2024-01-01 - r1 -\na 2 t 2024-01-01 - r1 -", "citizen 1, citizen 2"),
            ("a 1 t 2024-01-01 - r1 c1\na 2 t 2024-01-01 - r1 -", "family 1, citizen 2"),
            ("a 3 t 2024-01-01 - - c1\na 1 t 2024-01-01 - - -\nb 2 t 2024-01-01 - - c1", "citizen 1, family 2+3"),
        ],
    );
}

#[test]
fn chains_join_through_any_number_of_others() {
    units_are(
        "",
        &[
            (
                "a 1 t 2024-01-01 - - c1\na 2 t 2024-01-01 - - c1\na 2 t 2024-01-01 - - c2\na 3 t 2024-01-01 - - c2",
                "family 1+2+3",
            ),
            (
                "a 9 t 2024-01-01 - - c1\nb 5 t 2024-01-01 - - c1\nb 5 t 2024-01-01 - - c2\nc 7 t 2024-01-01 - - c2
                 a 7 t 2024-01-01 - - c3\na 2 t 2024-01-01 - - c3\na 4 t 2024-01-01 - - c4",
                "family 2+5+7+9, family 4",
            ),
        ],
    );
}

#[test]
fn only_records_that_are_open_on_the_day_join() {
    units_are(
        "",
        &[
            ("a 1 t 2024-01-01 - - c1\na 2 t 2024-01-01 2024-12-30 - c1", "family 1, citizen 2"),
            ("a 1 t 2024-01-01 - - c1\na 2 t 2024-01-01 2024-12-31 - c1", "family 1+2"),
            ("a 1 t 2024-01-01 - - c1\na 2 t 2024-12-31 2024-12-31 - c1", "family 1+2"),
            ("a 1 t 2024-01-01 - - c1\na 2 t 2024-12-31 2025-06-30 - c1", "family 1+2"),
            ("a 1 t 2024-01-01 - - c1\na 2 t 2025-01-01 - - c1", "family 1, citizen 2"),
            ("a 1 t 2020-01-01 2020-12-31 - c1", "citizen 1"),
        ],
    );
}

/// One child in open records of adults 1 to `count`, each in department a.
fn shared_by(count: u32) -> String {
    (1..=count).map(|person| format!("a {person} t 2024-01-01 - - c1\n")).collect()
}

#[test]
fn a_child_of_more_adults_than_can_be_is_a_placeholder() {
    let citizens = |count: u32| (1..=count).map(|person| format!("citizen {person}")).collect::<Vec<_>>().join(", ");
    let many = citizens(5) + ", placeholder c1";
    units_are("", &[(&shared_by(4), "family 1+2+3+4"), (&shared_by(5), &many)]);
    let two = "[family]\nmax_adults_per_child = 2";
    units_are(two, &[(&shared_by(2), "family 1+2"), (&shared_by(3), &(citizens(3) + ", placeholder c1"))]);
    let one = "[family]\nmax_adults_per_child = 1";
    units_are(one, &[(&shared_by(1), "family 1"), (&shared_by(2), &(citizens(2) + ", placeholder c1"))]);
    // An adult counts once, however many the records; a closed one's adult does not count.
    units_are(
        two,
        &[
            (&format!("{}b 2 t 2024-01-01 - - c1\na 2 t 2023-01-01 - - c1", shared_by(2)), "family 1+2"),
            (&format!("{}a 3 t 2024-01-01 2024-06-30 - c1", shared_by(2)), "family 1+2, citizen 3"),
            (&format!("{}b 3 t 2024-01-01 - - c2", shared_by(3)), "citizen 1, citizen 2, family 3, placeholder c1"),
        ],
    );
}

#[test]
fn placeholders_count_persons_apart_but_not_those_of_other_ages() {
    let apart = "[family]\nmax_adults_per_child = 2\napart_types = [\"refuge\"]";
    units_are(
        apart,
        &[(&format!("{}b 3 refuge 2024-01-01 - - -", shared_by(3)), "citizen 1, citizen 2, citizen 3, placeholder c1")],
    );
    let ages = "[family]\nmax_adults_per_child = 2\n[eligibility]\nages = \"18-66\"";
    units_are(ages, &[(&format!("{}outside 2", shared_by(3)), "family 1+3")]);
}

#[test]
fn a_placeholder_is_an_empty_cell_for_closed_records_too() {
    let programme = programme("[family]\nmax_adults_per_child = 1");
    let table = format!("{}c 3 t 2020-01-01 2020-12-31 - c1\nc 3 t 2024-01-01 - - c2", shared_by(2));
    let mut linked = linked(&programme, &table);
    let units = Units::new(&programme.family, &mut linked);
    assert_eq!(units.placeholder_children.len(), 1);
    let children: Vec<_> =
        linked.numbers().filter_map(|person| linked.rows(2, person)).flatten().map(|row| row.child).collect();
    assert_eq!(children.iter().flatten().map(|&child| table::child_name(child)).collect::<Vec<_>>(), ["c2"]);
    assert!(
        linked
            .numbers()
            .all(|person| linked.rows(0, person).is_none_or(|rows| rows.iter().all(|row| row.child.is_none())))
    );
}

#[test]
fn persons_apart_are_joined_to_nobody_and_stay_what_they_are() {
    let apart = "[family]\napart_types = [\"refuge\"]";
    units_are(
        apart,
        &[
            // The others are still joined to each other.
            (&format!("{}b 2 refuge 2024-01-01 - - -", shared_by(3)), "family 1+3, family 2"),
            // Nobody is joined through a person apart.
            (
                "a 1 t 2024-01-01 - - c1\na 2 t 2024-01-01 - - c1\na 2 t 2024-01-01 - - c2\na 3 t 2024-01-01 - - c2
                 c 2 refuge 2024-06-01 - - -",
                "family 1, family 2, family 3",
            ),
            // The record that keeps apart may itself hold the child.
            ("a 1 refuge 2024-01-01 - - c1\na 2 t 2024-01-01 - - c1", "family 1, family 2"),
            ("a 1 refuge 2024-01-01 - - -\na 2 t 2024-01-01 - - c1", "citizen 1, family 2"),
            // It has to be open.
            (&format!("{}b 2 refuge 2024-01-01 2024-12-30 - -", shared_by(2)), "family 1+2"),
            (&format!("{}b 2 refuge 2024-01-01 2024-12-31 - -", shared_by(2)), "family 1, family 2"),
            // Two apart are not joined either.
            (
                &format!("{}b 1 refuge 2024-01-01 - - -\nc 2 refuge 2024-01-01 - - -", shared_by(2)),
                "family 1, family 2",
            ),
        ],
    );
    units_are("", &[(&format!("{}b 2 refuge 2024-01-01 - - -", shared_by(2)), "family 1+2")]);
}

#[test]
fn a_child_who_is_a_person_too_is_not_joined_to_its_parents() {
    units_are(
        "",
        &[
            ("a 1 t 2024-01-01 - - p5\na 2 t 2024-01-01 - - p5\nb 5 t 2024-01-01 - - -", "family 1+2, citizen 5"),
            ("a 1 t 2024-01-01 - - p5\nb 5 t 2024-01-01 - - c1", "family 1, family 5"),
        ],
    );
}

#[test]
fn persons_of_other_ages_take_no_part_and_link_nobody() {
    let ages = "[eligibility]\nages = \"18-66\"";
    let chain = "a 1 t 2024-01-01 - - c1\na 2 t 2024-01-01 - - c1\na 2 t 2024-01-01 - - c2\na 3 t 2024-01-01 - - c2\n";
    units_are("", &[(&format!("{chain}outside 2"), "family 1+2+3")]);
    units_are(
        ages,
        &[
            (chain, "family 1+2+3"),
            (&format!("{chain}outside 2"), "family 1, family 3"),
            (&format!("{chain}outside 1"), "family 2+3"),
            ("a 1 t 2024-01-01 - - -\noutside 1", ""),
        ],
    );
    let programme = programme(ages);
    let linked = linked(&programme, &format!("{chain}outside 2"));
    assert_eq!(linked.numbers().map(|person| linked.takes_part(person)).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn departments_with_an_open_record_are_those_of_all_members() {
    let programme = programme("");
    let mut linked = linked(
        &programme,
        "a 1 t 2024-01-01 - - c1\nc 2 t 2024-01-01 - - c1\nb 2 t 2024-01-01 2024-12-30 - -
         b 3 t 2024-01-01 2024-12-31 - -\nc 4 t 2025-01-01 - - -",
    );
    let units = Units::new(&programme.family, &mut linked);
    let departments: Vec<u64> = (0..units.len()).map(|position| units.get(position).open_departments).collect();
    assert_eq!(departments, [0b101, 0b010, 0b000]);
    assert_eq!((units.len(), units.number_of_members(), units.is_empty()), (3, 4, false));
}

#[test]
fn two_departments_cannot_put_one_person_into_different_age_bands() {
    let programme = programme("");
    let mut deliveries = table::deliveries(&programme, "a 1 t 2024-01-01 - - -\nb 1 t 2024-01-01 - - -");
    deliveries[1] = table::deliveries(&programme, "outside 1\nb 1 t 2024-01-01 - - -").remove(1);
    let refused = udpeg::linkage::Linked::<()>::new(&programme, deliveries, |_| None).unwrap_err();
    assert!(matches!(refused, udpeg::Error::Refused { .. }) && refused.to_string().contains("age bands"), "{refused}");
}

/// Families found slowly: groups are merged until none share a child.
fn families_slowly(links: &BTreeSet<(u32, u32)>, persons: u32) -> Vec<BTreeSet<u32>> {
    let mut groups: Vec<BTreeSet<u32>> = (1..=persons).map(|person| BTreeSet::from([person])).collect();
    let shares = |one: &BTreeSet<u32>, other: &BTreeSet<u32>| {
        let children = |group: &BTreeSet<u32>| -> BTreeSet<u32> {
            links.iter().filter(|(person, _)| group.contains(person)).map(|(_, child)| *child).collect()
        };
        !children(one).is_disjoint(&children(other))
    };
    loop {
        let pair = (0..groups.len())
            .flat_map(|one| (0..one).map(move |other| (other, one)))
            .find(|&(one, other)| shares(&groups[one], &groups[other]));
        let Some((one, other)) = pair else { return groups };
        let moved = groups.remove(other);
        groups[one].extend(moved);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn units_are_those_of_a_slow_merging(links in prop::collection::btree_set((1..12_u32, 1..12_u32), 0..18)) {
        let everyone: String = (1..12).map(|person| format!("c {person} t 2024-01-01 - - -\n")).collect();
        let table: String =
            links.iter().map(|(person, child)| format!("a {person} t 2024-01-01 - - c{child}\n")).collect();
        let mut groups: BTreeMap<u32, String> = BTreeMap::new();
        for group in families_slowly(&links, 11) {
            let is_family = links.iter().any(|(person, _)| group.contains(person));
            let members: Vec<String> = group.iter().map(u32::to_string).collect();
            let kind = if is_family { "family" } else { "citizen" };
            groups.insert(*group.first().unwrap(), format!("{kind} {}", members.join("+")));
        }
        let expected: Vec<String> = groups.into_values().collect();
        let settings = "[family]\nmax_adults_per_child = 99";
        prop_assert_eq!(units(settings, &(everyone + &table)), expected.join(", "));
    }
}
