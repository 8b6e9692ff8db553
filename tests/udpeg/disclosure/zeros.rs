//! "Nobody" and "everybody" of a small group.

use super::{hidden, persons, release, small_only, table};
use udpeg::disclosure::{Error, RawCount, Settings, Zeros, protect};

/// A column of two groups: what of each is in and what is out.
fn hidden_of(counts: &[u64], settings: &Settings) -> Vec<String> {
    let tables = [table(&["group: g h i", "status: in out"], counts)];
    hidden(&protect(&release(tables), settings).unwrap().tables[0])
}

#[test]
fn nobody_and_everybody_of_a_small_group_are_hidden_and_of_a_large_one_shown() {
    let large = [30, 40, 0, 11, 50, 60];
    assert!(hidden_of(&large, &Settings::new(5)).is_empty(), "eleven are not small");
    for small in 6..=10 {
        let counts = [30, 40, 0, small, 50, 60];
        let hidden = hidden_of(&counts, &Settings::new(5));
        assert!(["h in", "h out"].iter().all(|cell| hidden.contains(&(*cell).to_owned())), "{small}: {hidden:?}");
        assert!(hidden_of(&counts, &small_only(5)).is_empty(), "{small}: zeros are shown");
    }
    let settings = Settings { zeros: Zeros::Protected { small_group: 11 }, ..Settings::new(5) };
    assert!(hidden_of(&large, &settings).contains(&"h in".to_owned()));
}

#[test]
fn an_empty_group_tells_of_nobody() {
    assert!(hidden_of(&[30, 40, 0, 0, 50, 60], &Settings::new(5)).is_empty());
}

#[test]
fn a_group_is_what_is_left_when_any_conditions_are_dropped() {
    // Of the eight who are in group h, none is 'in' of either sex: each of those zeros tells it of them.
    let mut counts = vec![20; 12];
    counts[4..8].copy_from_slice(&[0, 5, 0, 5]);
    let tables = [table(&["group: g h i", "sex: F M", "status: in out"], &counts)];
    let hidden = hidden(&protect(&release(tables), &Settings::new(5)).unwrap().tables[0]);
    for cell in ["h F in", "h M in", "h . in", "h . out", "h F out", "h M out"] {
        assert!(hidden.contains(&cell.to_owned()), "{cell} in {hidden:?}");
    }
}

#[test]
fn what_cannot_occur_is_public_and_hides_nothing() {
    let counts = [30, 40, 0, 8, 50, 60];
    let tables = || release([table(&["group: g h i", "status: in out"], &counts)]);
    let impossible = tables().everybody_knows(persons("group=h status=in"));
    let protected = protect(&impossible, &Settings::new(5)).unwrap();
    assert_eq!(protected.tables[0].count(&[Some("h"), Some("in")]).unwrap().shown(), Some(0));
    // The eight who are out are then all of their group whatever is shown, but it is no longer the zero that tells.
    assert!(protected.tables[0].count(&[Some("h"), Some("out")]).unwrap().is_hidden());
    assert!(protected.tables[0].count(&[Some("h"), None]).unwrap().is_hidden());
    let nowhere = tables().everybody_knows(persons("group=j"));
    assert_eq!(protect(&nowhere, &Settings::new(5)).unwrap_err(), Error::NoSuchCell { cell: persons("group=j") });
}

#[test]
fn a_dimension_of_one_value_says_nothing_about_its_group() {
    let tables = [table(&["period: now", "status: in out"], &[8, 9])];
    assert!(hidden(&protect(&release(tables), &Settings::new(5)).unwrap().tables[0]).is_empty());
    let _ = RawCount::ZERO;
}
