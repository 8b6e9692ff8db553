//! Counts rounded to multiples of 5.

use super::{persons, release, small_only, table};
use udpeg::disclosure::{Error, Known, Mode, Settings, protect};

fn rounding() -> Settings {
    Settings { mode: Mode::Round { base: 5 }, ..small_only(5) }
}

/// All counts of a table of two rows, `-` for hidden ones.
fn shown(counts: &[u64], settings: &Settings) -> String {
    let tables = [table(&["age: young old", "sex: F M"], counts)];
    let protected = protect(&release(tables), settings).unwrap();
    let text = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
    let cells: Vec<String> = protected.tables[0].cells().map(|cell| text(cell.count.shown())).collect();
    cells.chunks(3).map(|row| row.join(" ")).collect::<Vec<_>>().join(" / ")
}

#[test]
fn small_counts_are_hidden_before_anything_is_rounded() {
    // 3 and 4 would have been rounded to 5.
    assert_eq!(shown(&[103, 3, 57, 4], &rounding()), "105 - 105 / 55 - 55 / 160 - 160");
    assert_eq!(shown(&[5, 7, 8, 12], &rounding()), "5 5 10 / 10 10 20 / 15 15 30");
}

#[test]
fn totals_are_sums_of_what_is_shown_and_zeros_are_zeros() {
    assert_eq!(shown(&[0, 0, 57, 61], &rounding()), "0 0 0 / 55 60 115 / 55 60 115");
    assert_eq!(shown(&[1, 2, 57, 61], &rounding()), "- - - / 55 60 115 / 55 60 115");
}

#[test]
fn a_reader_learns_the_counts_that_round_to_what_is_shown() {
    let tables = [table(&["age: a b c d e"], &[5, 7, 8, 3, 0])];
    let protected = protect(&release(tables), &rounding()).unwrap();
    let known = |conditions: &str| {
        let of = |cell: &&(Option<_>, Known)| cell.0 == Some(persons(conditions));
        protected.published.cells.iter().find(of).unwrap().1
    };
    assert_eq!(known("age=a"), Known::between(5, 7));
    assert_eq!(known("age=b"), Known::between(5, 7));
    assert_eq!(known("age=c"), Known::between(8, 12));
    assert_eq!(known("age=d"), Known::hidden());
    assert_eq!(known("age=e"), Known::exactly(0));
    assert_eq!(known(""), Known::unpublished(), "the sum of what is shown tells no more");
}

#[test]
fn behind_a_public_total_further_rounded_cells_are_hidden_where_they_tell_too_much() {
    let counts = || table(&["age: a b"], &[103, 3]);
    // Between 103 and 107 are of age a, and everybody knows that there are 106: from 0 to 3 are of age b.
    let release = release([counts()]).everybody_knows(persons(""));
    let protected = protect(&release, &rounding()).unwrap();
    let shown: Vec<Option<u64>> = protected.tables[0].cells().map(|cell| cell.count.shown()).collect();
    assert_eq!(shown, [None, None, Some(106)]);
    let refused = protect(&release.everybody_knows(persons("age=a")), &rounding());
    assert_eq!(refused.unwrap_err(), Error::Unprotectable { cell: persons("age=b") });
}

#[test]
fn a_base_that_can_round_a_shown_count_down_to_nothing_leaves_zeros_open() {
    let settings = Settings { mode: Mode::Round { base: 20 }, ..small_only(5) };
    let tables = [table(&["age: a b c"], &[0, 9, 31])];
    let protected = protect(&release(tables), &settings).unwrap();
    let shown: Vec<Option<u64>> = protected.tables[0].cells().map(|cell| cell.count.shown()).collect();
    assert_eq!(shown, [Some(0), Some(0), Some(40), Some(40)]);
    let of = |cell: &&(Option<_>, Known)| cell.0 == Some(persons("age=a"));
    assert_eq!(protected.published.cells.iter().find(of).unwrap().1, Known::between(0, 9));
}
