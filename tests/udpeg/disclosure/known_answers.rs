//! Answers that others have published.

use super::{hidden, persons, question, release, small_only, table};
use udpeg::disclosure::{Depth, Error, Known, Published, Relation, Settings, audit, protect};

#[test]
fn sdctable_microdata1_hides_the_four_cells_of_every_optimal_method() {
    let counts = [18, 2, 14, 19, 12, 10, 11, 14];
    let tables = [table(&["region: A B C D", "sex: male female"], &counts)];
    let protected = protect(&release(tables), &small_only(3)).unwrap();
    assert_eq!(hidden(&protected.tables[0]), ["A male", "A female", "C male", "C female"]);
    let shown = |values: [&str; 2]| protected.tables[0].count(&values.map(Some)).unwrap().shown();
    let further = ["A male", "C male", "C female"];
    assert!(further.len() == 3 && shown(["D", "male"]) == Some(11) && shown(["A", "male"]).is_none());
    assert_eq!(protected.tables[0].count(&[Some("A"), None]).unwrap().shown(), Some(20));
    assert_eq!(protected.tables[0].count(&[None, None]).unwrap().shown(), Some(100));
}

/// Rows, columns and totals of a table as Geurts (1992) prints it: None for what is hidden.
fn published(rows: &[&[Option<u64>]]) -> Published {
    let columns = rows[0].len();
    let cell = |row: usize, column: usize| row * columns + column;
    let known = |count: &Option<u64>| (None, count.map_or(Known::hidden(), Known::exactly));
    let cells = rows.iter().flat_map(|row| row.iter().map(known)).collect();
    let mut relations = Vec::new();
    for row in 0..rows.len() {
        let parts = (0..columns - 1).map(|column| (cell(row, column), 1));
        relations.push(Relation { terms: parts.chain([(cell(row, columns - 1), -1)]).collect(), constant: 0 });
    }
    for column in 0..columns {
        let parts = (0..rows.len() - 1).map(|row| (cell(row, column), 1));
        relations.push(Relation { terms: parts.chain([(cell(rows.len() - 1, column), -1)]).collect(), constant: 0 });
    }
    Published { cells, relations }
}

#[test]
fn the_intervals_of_geurts_1992_come_out() {
    let published = published(&[
        &[None, None, Some(7)],
        &[None, None, Some(3)],
        &[Some(3), Some(3), Some(6)],
        &[Some(9), Some(7), Some(16)],
    ]);
    let audit = audit(&published, &question(&Settings::new(5), Depth::Intervals)).unwrap();
    let interval = |cell: usize| audit.intervals[cell].map(|interval| (interval.low, interval.high.unwrap())).unwrap();
    assert_eq!([0, 1, 3, 4].map(interval), [(3, 6), (1, 4), (0, 3), (0, 3)]);
    assert_eq!(audit.findings.len(), 4, "intervals of 3 are narrower than 4");
    assert_eq!((audit.hidden, audit.proved_in_whole_numbers), (4, 0));
}

#[test]
fn the_zero_of_the_gausssuppression_vignette_takes_iceland_and_portugal() {
    let counts = [5, 2, 0, 6, 3, 4];
    let tables = [table(&["age: young old", "country: Spain Iceland Portugal"], &counts)];
    let protected = protect(&release(tables.clone()), &Settings::new(2)).unwrap();
    let expected = ["young Iceland", "young Portugal", "old Iceland", "old Portugal"];
    assert_eq!(hidden(&protected.tables[0]), expected);
    let protected = protect(&release(tables), &small_only(2)).unwrap();
    assert!(hidden(&protected.tables[0]).is_empty(), "with zeros shown nothing is small");
}

#[test]
fn of_120_and_96_and_24_never_two_are_shown() {
    let kinds = || release([table(&["kind: citizen family", "status: proposed other"], &[96, 904, 24, 976])]);
    let settings = Settings { min_interval: 4, ..small_only(25) };
    let hidden_with = |public: &[&str]| {
        let release = public.iter().fold(kinds(), |release, cell| release.everybody_knows(persons(cell)));
        protect(&release, &settings).map(|protected| hidden(&protected.tables[0]))
    };
    // Two proposed and two other cells would do as well, but 24 + 96 < 904.
    let all = hidden_with(&[]).unwrap();
    assert!(all.contains(&"family proposed".to_owned()) && all.len() == 4, "{all:?}");
    // The programme's size is public, and so is how many others there are: what is left has to hide each other.
    let all = hidden_with(&["status=proposed"]).unwrap();
    assert!(all.contains(&"citizen proposed".to_owned()) && all.contains(&"family proposed".to_owned()), "{all:?}");
    // Everybody knows two of the three.
    let refused = hidden_with(&["status=proposed", "kind=citizen status=proposed"]);
    assert_eq!(refused.unwrap_err(), Error::Unprotectable { cell: persons("kind=family status=proposed") });
}

#[test]
fn one_row_of_120_96_and_24_hides_two_of_the_three() {
    let kinds = release([table(&["kind: citizen family"], &[96, 24])]);
    let settings = Settings { min_interval: 4, ..small_only(25) };
    let protected = protect(&kinds, &settings).unwrap();
    assert_eq!(hidden(&protected.tables[0]), ["citizen", "family"]);
    let protected = protect(&kinds.clone().everybody_knows(persons("kind=citizen")), &settings).unwrap();
    assert_eq!(hidden(&protected.tables[0]), ["family", "."]);
    let refused = protect(&kinds.everybody_knows(persons("kind=citizen")).everybody_knows(persons("")), &settings);
    assert!(matches!(refused, Err(Error::Unprotectable { .. })));
}
