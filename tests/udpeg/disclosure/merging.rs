//! Bands that are merged before anything is hidden.

use crate::municipality::Dice;
use udpeg::disclosure::{Dimension, RawCount, Settings, Table, largest, merged_bands};

fn table(rows: &[&[u64]]) -> Table {
    let names = |count: usize| (0..count).map(|position| format!("v{position}")).collect::<Vec<_>>();
    let dimension = |name: &str, count: usize| {
        let names = names(count);
        Dimension::new(name, &names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let counts: Vec<RawCount> = rows.concat().into_iter().map(RawCount::new).collect();
    let dimensions = vec![dimension("band", rows.len()), dimension("status", rows[0].len())];
    Table::new("bands", "units", dimensions, &counts).unwrap()
}

fn merged(rows: &[&[u64]]) -> Vec<std::ops::Range<usize>> {
    merged_bands(&table(rows), &Settings::new(5))
}

#[test]
fn bands_in_which_nothing_has_to_be_hidden_stay_as_they_are() {
    assert_eq!(merged(&[&[20, 90], &[30, 80], &[25, 70]]), [0..1, 1..2, 2..3]);
}

#[test]
fn a_band_of_few_is_merged_with_the_neighbour_that_lets_most_be_shown() {
    // The last two have to be hidden each by itself; together they are many enough.
    assert_eq!(merged(&[&[20, 90], &[30, 80], &[25, 70], &[3, 20], &[4, 15]]), [0..1, 1..2, 2..3, 3..5]);
}

#[test]
fn at_least_two_bands_are_left() {
    assert_eq!(merged(&[&[1, 20], &[2, 20]]), [0..1, 1..2]);
    assert_eq!(
        merged(&[&[1, 2], &[2, 1], &[1, 1], &[0, 1]]).len().max(2),
        merged(&[&[1, 2], &[2, 1], &[1, 1], &[0, 1]]).len()
    );
}

#[test]
fn bands_of_any_table_take_each_value_once_and_in_order() {
    let mut dice = Dice::new(crate::support::seed());
    for _ in 0..200 {
        let (height, width) = (1 + dice.below(9), 1 + dice.below(4));
        let rows: Vec<Vec<u64>> =
            (0..height).map(|_| (0..width).map(|_| dice.below(12) as u64 * dice.below(5) as u64).collect()).collect();
        let rows: Vec<&[u64]> = rows.iter().map(Vec::as_slice).collect();
        let groups = merged(&rows);
        let values: Vec<usize> = groups.iter().cloned().flatten().collect();
        assert_eq!(values, (0..height).collect::<Vec<_>>(), "{rows:?}");
        assert!(groups.iter().all(|group| !group.is_empty()) && groups.len() >= height.min(2), "{rows:?}: {groups:?}");
    }
}

#[test]
fn of_equal_counts_the_first_are_the_largest() {
    let counts: Vec<RawCount> = [3, 9, 9, 1, 9].into_iter().map(RawCount::new).collect();
    assert_eq!(largest(&counts, 2), [1, 2]);
    assert_eq!(largest(&counts, 4), [0, 1, 2, 4]);
    assert_eq!(largest(&counts, 9), [0, 1, 2, 3, 4]);
}
