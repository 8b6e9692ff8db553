//! Who coordinates whom, compared with every other way of giving the places.

use proptest::prelude::*;
use udpeg::assignment::{Proposed, assign};
use udpeg::programme::{Coordinator, Kind, PerKind};

/// Coordinators written as capacity and whom they take: `2fc` has room for two of either kind, `1f` for a family.
fn coordinators(text: &str) -> Vec<Coordinator> {
    let coordinator = |(position, word): (usize, &str)| Coordinator {
        id: format!("k{position}"),
        capacity: word.trim_end_matches(['f', 'c']).parse().unwrap(),
        takes: PerKind { family: word.contains('f'), citizen: word.contains('c') },
    };
    text.split_whitespace().enumerate().map(coordinator).collect()
}

/// Units by rank, written as kind and points: `f12 c3`.
fn units(text: &str) -> Vec<Proposed> {
    let unit = |word: &str| Proposed {
        kind: if word.starts_with('f') { Kind::Family } else { Kind::Citizen },
        points: word[1..].parse().unwrap(),
    };
    text.split_whitespace().map(unit).collect()
}

/// The positions of the coordinators, `-` for none.
fn assigned(coordinators_text: &str, units_text: &str) -> String {
    let positions = assign(&units(units_text), &coordinators(coordinators_text));
    positions.iter().map(|position| position.map_or("-".to_owned(), |position| position.to_string())).collect()
}

#[test]
fn each_unit_goes_to_the_smallest_load_then_the_fewest_units_then_the_first() {
    for (coordinators, units, expected) in [
        ("9fc 9fc 9fc", "c5 c5 c5 c5", "0120"),
        ("9fc 9fc", "c9 c5 c3 c2 c1", "01110"), // 9|5, 9|8, 9|10, 10|10
        ("9fc 9fc", "c0 c0 c0", "010"),
        ("9fc 9fc", "c3 c1 c1 c1 c1", "01110"), // equal loads: the fewer units
        ("9fc 9fc", "c-5 c-5 c2", "000"),
        ("1fc 9fc", "c1 c9 c9", "011"),
        ("0fc 9fc", "c1 c1", "11"),
        ("9fc", "", ""),
        ("", "c1 f1", "--"),
    ] {
        assert_eq!(assigned(coordinators, units), expected, "{coordinators}: {units}");
    }
}

#[test]
fn places_that_only_one_kind_can_have_are_kept_for_it() {
    for (coordinators, units, expected) in [
        ("9f 9c", "c1 f1 c1 f1", "1010"),
        ("9f", "c1 f1", "-0"),
        // The citizen takes the place of those who take citizens only, or the family would have none.
        ("1fc 1c", "c1 f1", "10"),
        ("1fc 1f", "f1 c1", "10"),
        ("1fc 1c", "f1 c1", "01"),
        ("1fc 1c 1f 1fc", "c1 c1 f1 f1", "0123"),
    ] {
        assert_eq!(assigned(coordinators, units), expected, "{coordinators}: {units}");
    }
}

#[test]
fn the_lower_ranked_go_without_where_places_are_short() {
    for (coordinators, units, expected) in [
        ("1fc 1fc", "c1 f1 c1 f1", "01--"),
        ("2fc", "c1 c9 c9 c9", "00--"),
        ("1f 1c", "c1 c9 f1 f9", "1-0-"),
        // More units get a coordinator where the second citizen goes without.
        ("1f 1fc", "c1 c1 f1", "1-0"),
    ] {
        assert_eq!(assigned(coordinators, units), expected, "{coordinators}: {units}");
    }
}

/// The most of these units that any assignment can serve, by trying every one.
fn most_served(units: &[Proposed], coordinators: &mut [Coordinator]) -> usize {
    let Some((unit, rest)) = units.split_first() else { return 0 };
    let mut most = most_served(rest, coordinators);
    for position in 0..coordinators.len() {
        if coordinators[position].takes[unit.kind] && coordinators[position].capacity > 0 {
            coordinators[position].capacity -= 1;
            most = most.max(1 + most_served(rest, coordinators));
            coordinators[position].capacity += 1;
        }
    }
    most
}

/// Who is served where each unit, best first, is served if all served before it still can be too.
fn served_by_rank(units: &[Proposed], coordinators: &[Coordinator]) -> Vec<bool> {
    let mut coordinators = coordinators.to_vec();
    let mut served: Vec<Proposed> = Vec::new();
    let serve = |unit: &Proposed| {
        served.push(*unit);
        let can_be = most_served(&served, &mut coordinators) == served.len();
        if !can_be {
            served.pop();
        }
        can_be
    };
    units.iter().map(serve).collect()
}

fn some_coordinators() -> impl Strategy<Value = Vec<Coordinator>> {
    let word = (0..3_usize, prop::sample::select(vec!["f", "c", "fc"]));
    prop::collection::vec(word, 0..4).prop_map(|words| {
        let words: Vec<String> = words.iter().map(|(capacity, takes)| format!("{capacity}{takes}")).collect();
        coordinators(&words.join(" "))
    })
}

fn some_units(most: usize) -> impl Strategy<Value = Vec<Proposed>> {
    let unit = (prop::bool::ANY, 0..12_i32).prop_map(|(is_family, points)| Proposed {
        kind: if is_family { Kind::Family } else { Kind::Citizen },
        points,
    });
    prop::collection::vec(unit, 0..=most)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn no_capacity_is_exceeded_and_everyone_takes_whom_they_take(
        coordinators in some_coordinators(),
        units in some_units(12),
    ) {
        let positions = assign(&units, &coordinators);
        prop_assert_eq!(positions.len(), units.len());
        for (position, coordinator) in coordinators.iter().enumerate() {
            prop_assert!(positions.iter().filter(|given| **given == Some(position)).count() <= coordinator.capacity);
        }
        for (unit, position) in units.iter().zip(&positions) {
            prop_assert!(position.is_none_or(|position| coordinators[position].takes[unit.kind]));
        }
        prop_assert_eq!(assign(&units, &coordinators), positions);
    }

    #[test]
    fn no_other_assignment_serves_more_units(coordinators in some_coordinators(), units in some_units(6)) {
        let served = assign(&units, &coordinators).iter().flatten().count();
        prop_assert_eq!(served, most_served(&units, &mut coordinators.clone()));
    }

    #[test]
    fn who_is_served_are_the_best_ranked_that_can_be_served_together(
        coordinators in some_coordinators(),
        units in some_units(6),
    ) {
        let served: Vec<bool> = assign(&units, &coordinators).iter().map(Option::is_some).collect();
        prop_assert_eq!(served, served_by_rank(&units, &coordinators));
    }

    #[test]
    fn loads_differ_by_no_more_than_the_largest_unit(units in some_units(40), count in 1..6_usize) {
        let coordinators = coordinators(&vec!["40fc"; count].join(" "));
        let mut loads = vec![0; count];
        for (unit, position) in units.iter().zip(assign(&units, &coordinators)) {
            loads[position.unwrap()] += unit.points;
        }
        let largest = units.iter().map(|unit| unit.points).max().unwrap_or(0);
        prop_assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= largest);
    }
}

#[test]
fn places_are_not_given_to_the_lower_ranked() {
    // The first family could have the second coordinator, and the citizen the first.
    assert_eq!(assigned("1fc 1f", "f5 c4 f3"), "10-");
}
