//! Types and messages that hold nothing back but what they must.

use super::{persons, raw, release, small_only, table};
use udpeg::disclosure::{Dimension, RawCount, Table, protect};

#[test]
fn a_raw_count_prints_nothing_of_itself() {
    let count: RawCount = raw(&[123_456, 1]).into_iter().sum::<RawCount>() + RawCount::ONE;
    assert_eq!(format!("{count:?}"), "RawCount(…)");
    let table = Table::new("t", "persons", vec![Dimension::new("a", &["x"])], &[count]).unwrap();
    assert!(!format!("{table:?} {:?}", release([table.clone()])).contains("12345"));
}

#[test]
fn errors_name_cells_but_never_tell_counts() {
    let counts = [97_531, 3];
    let tables = release([table(&["age: a b"], &counts)]);
    let public = tables.everybody_knows(persons("")).everybody_knows(persons("age=a"));
    let message = protect(&public, &small_only(5)).unwrap_err().to_string();
    assert_eq!(
        message,
        "the cell <persons: age = b> cannot be protected, whatever else is hidden; drop it, or merge it with another"
    );
}

#[test]
fn nothing_published_differs_between_a_cell_hidden_for_its_size_and_one_hidden_for_another() {
    let release = release([table(&["region: A B C D", "sex: male female"], &[18, 2, 14, 19, 12, 10, 11, 14])]);
    let protected = protect(&release, &small_only(3)).unwrap();
    let hidden: Vec<_> = protected.tables[0].cells().filter(|cell| cell.count.is_hidden()).collect();
    assert_eq!(hidden.len(), 4);
    assert!(hidden.iter().all(|cell| cell.count == hidden[0].count && cell.count.shown().is_none()));
    let known: Vec<_> = protected.published.cells.iter().filter(|(_, known)| known.high.is_none()).collect();
    assert!(known.len() == 4 && known.iter().all(|(_, known)| *known == known_hidden()));
}

fn known_hidden() -> udpeg::disclosure::Known {
    udpeg::disclosure::Known::hidden()
}

#[test]
fn equal_releases_are_protected_equally_whatever_the_order_of_tables() {
    let first = table(&["age: a b c", "sex: F M"], &[3, 9, 20, 11, 8, 1]);
    let second = table(&["age: a b c", "status: x y"], &[5, 7, 30, 1, 6, 3]);
    let hidden = |tables: [Table; 2]| {
        let protected = protect(&release(tables), &small_only(5)).unwrap();
        let mut cells: Vec<(String, udpeg::disclosure::Known)> = Vec::new();
        for (definition, known) in protected.published.cells {
            cells.push((definition.unwrap().to_string(), known));
        }
        cells.sort_by(|one, other| one.0.cmp(&other.0));
        cells
    };
    let once = hidden([first.clone(), second.clone()]);
    assert_eq!(once, hidden([first.clone(), second.clone()]));
    let count =
        |cells: &[(String, udpeg::disclosure::Known)]| cells.iter().filter(|(_, known)| known.high.is_none()).count();
    assert_eq!(count(&once), count(&hidden([second, first])));
}
