//! Who is proposed: the ranking, the choice among the ranked, labels and warnings.

mod labels;
mod ranking;
mod warnings;
mod why;

use proptest::prelude::*;
use std::collections::BTreeSet;
use udpeg::programme::{Kind, PerKind, Quota, Selection};
use udpeg::selection::{Choice, Reason, Status, choose};

/// No quota, or `min..max` with either left out.
fn quota(text: &str) -> Quota {
    let (min, max) = text.split_once("..").unwrap();
    Quota { min: min.parse().unwrap_or(0), max: max.parse().ok() }
}

fn selection(size: usize, reserve: usize, family: Quota, citizen: Quota) -> Selection {
    Selection { size, reserve, tie_break: Vec::new(), lottery: None, quota: PerKind { family, citizen } }
}

/// Units by rank, `f` and `c`.
fn kinds(text: &str) -> Vec<Kind> {
    text.chars().map(|kind| if kind == 'f' { Kind::Family } else { Kind::Citizen }).collect()
}

/// One character for each unit: P proposed by rank, Q by quota, R in reserve, D displaced into the reserve, d displaced
/// and not even there, `-` none of these.
fn outcome(choices: &[Choice]) -> String {
    let letter = |choice: &Choice| match (choice.status, choice.reason) {
        (Status::Proposed, Some(Reason::Rank)) => 'P',
        (Status::Proposed, Some(Reason::Quota)) => 'Q',
        (Status::Reserve, None) => 'R',
        (Status::Reserve, Some(Reason::Displaced)) => 'D',
        (Status::Eligible, Some(Reason::Displaced)) => 'd',
        (Status::Eligible, None) => '-',
        other => panic!("{other:?} cannot be"),
    };
    choices.iter().map(letter).collect()
}

/// Size, reserve, quota of families, quota of citizens, units by rank, and what becomes of each.
type Case = (usize, usize, &'static str, &'static str, &'static str, &'static str);

#[track_caller]
fn choices_are(cases: &[Case]) {
    for (size, reserve, family, citizen, units, expected) in cases {
        let selection = selection(*size, *reserve, quota(family), quota(citizen));
        assert_eq!(outcome(&choose(&selection, &kinds(units))), *expected, "{selection:?} {units}");
    }
}

#[test]
fn without_quotas_the_first_are_proposed_and_the_next_are_in_reserve() {
    choices_are(&[
        (3, 2, "..", "..", "fcfcfcf", "PPPRR--"),
        (3, 0, "..", "..", "ccccc", "PPP--"),
        (1, 9, "..", "..", "fc", "PR"),
        (5, 2, "..", "..", "fc", "PP"),
        (5, 2, "..", "..", "", ""),
    ]);
}

#[test]
fn the_best_of_a_minimum_are_taken_first_and_displace_the_last_of_the_rest() {
    choices_are(&[
        (3, 0, "1..", "..", "ccccff", "PPd-Q-"),
        (3, 1, "1..", "..", "ccccff", "PPD-Q-"),
        (3, 2, "1..", "..", "ccccff", "PPDRQ-"),
        (3, 2, "2..", "..", "ccccff", "PDD-QQ"),
        (3, 2, "3..", "..", "cfcfcf", "DPDQ-Q"),
        // A minimum that is met anyway changes nothing.
        (3, 1, "1..", "..", "cfccf", "PPPR-"),
        (4, 1, "1..", "1..", "ffffc", "PPPDQ"),
        (2, 1, "1..", "1..", "fffc", "PD-Q"),
        // Too few of a kind: the others take the places.
        (3, 1, "2..", "..", "ccccf", "PPD-Q"),
        (3, 1, "2..", "..", "cccc", "PPPR"),
    ]);
}

#[test]
fn a_maximum_keeps_out_all_further_of_a_kind() {
    choices_are(&[
        (3, 2, "..1", "..", "fffccc", "PDDQQ-"),
        (3, 2, "..0", "..", "fcfcf", "DPDQ-"),
        (3, 9, "..1", "..1", "ffccc", "PDPRR"),
        (3, 0, "..1", "..", "ffff", "Pdd-"),
        (5, 0, "..1", "..", "ffff", "Pddd"),
        (3, 1, "1..1", "..", "cccff", "PPDQ-"),
        (3, 1, "1..1", "2..2", "fffccc", "PDdQQ-"),
    ]);
}

/// The contract's words, one after the other: sets instead of counters.
fn choose_slowly(selection: &Selection, kinds: &[Kind]) -> String {
    let of_kind = |kind: Kind| (0..kinds.len()).filter(move |&rank| kinds[rank] == kind);
    let mut proposed: BTreeSet<usize> = BTreeSet::new();
    for kind in Kind::ALL {
        proposed.extend(of_kind(kind).take(selection.quota[kind].min));
    }
    for rank in 0..kinds.len() {
        let alike = proposed.iter().filter(|&&other| kinds[other] == kinds[rank]).count();
        let has_room = selection.quota[kinds[rank]].max.is_none_or(|max| alike < max);
        if proposed.len() < selection.size && has_room {
            proposed.insert(rank);
        }
    }
    let others = (0..kinds.len()).filter(|rank| !proposed.contains(rank));
    let reserve: BTreeSet<usize> = others.take(selection.reserve).collect();
    let letter = |rank: usize| match (proposed.contains(&rank), rank < selection.size, reserve.contains(&rank)) {
        (true, true, _) => 'P',
        (true, false, _) => 'Q',
        (false, true, true) => 'D',
        (false, true, false) => 'd',
        (false, false, true) => 'R',
        (false, false, false) => '-',
    };
    (0..kinds.len()).map(letter).collect()
}

/// Sizes, reserves and quotas that a programme may have.
fn selections() -> impl Strategy<Value = Selection> {
    let max = || prop::option::of(0..6_usize);
    (1..9_usize, 0..5_usize, 0..9_usize, 0..9_usize, max(), max()).prop_map(
        |(size, reserve, family, citizen, most_families, most_citizens)| {
            let min = |wanted: usize, max: Option<usize>, room: usize| wanted.min(max.unwrap_or(room)).min(room);
            let family = Quota { min: min(family, most_families, size), max: most_families };
            let citizen = Quota { min: min(citizen, most_citizens, size - family.min), max: most_citizens };
            selection(size, reserve, family, citizen)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn the_choice_is_that_of_the_words_taken_one_after_the_other(selection in selections(), units in "[fc]{0,14}") {
        let kinds = kinds(&units);
        prop_assert_eq!(outcome(&choose(&selection, &kinds)), choose_slowly(&selection, &kinds));
    }

    #[test]
    fn size_and_quotas_are_never_exceeded_and_minima_are_met_where_they_can_be(
        selection in selections(),
        units in "[fc]{0,14}",
    ) {
        let kinds = kinds(&units);
        let choices = choose(&selection, &kinds);
        let is = |status| choices.iter().filter(move |choice| choice.status == status).count();
        prop_assert!(is(Status::Proposed) <= selection.size);
        prop_assert_eq!(is(Status::Reserve), selection.reserve.min(kinds.len() - is(Status::Proposed)));
        for kind in Kind::ALL {
            let there = kinds.iter().filter(|one| **one == kind).count();
            let taken = kinds.iter().zip(&choices);
            let taken = taken.filter(|(one, choice)| **one == kind && choice.status == Status::Proposed).count();
            let quota = selection.quota[kind];
            prop_assert!(taken >= quota.min.min(there) && quota.max.is_none_or(|max| taken <= max));
        }
    }
}
