//! Cells that are the same, or add up, across tables.

use super::{hidden, persons, raw, release, small_only, table};
use udpeg::disclosure::{
    CellDefinition, Comparison, Dimension, Equation, Error, Grouping, Known, Release, Table, protect,
};

/// What a table has hidden after all were protected together.
fn hidden_in(release: &Release, threshold: u64) -> Vec<Vec<String>> {
    let protected = protect(release, &small_only(threshold)).unwrap();
    protected.tables.iter().map(hidden).collect()
}

#[test]
fn a_cell_hidden_in_one_table_is_hidden_in_all() {
    // The two under 'proposed' of age c are found again in the second table's total.
    let by_age = table(&["age: a b c", "status: proposed other"], &[20, 30, 25, 31, 2, 40]);
    let by_status = table(&["status: proposed other", "sex: F M"], &[24, 23, 50, 51]);
    let all = hidden_in(&release([by_age, by_status]), 5);
    assert_eq!(all[0].iter().filter(|cell| !cell.contains('.')).count(), 4, "{all:?}");
    let total = ". proposed".to_owned();
    assert_eq!(all[0].contains(&total), all[1].contains(&"proposed .".to_owned()), "{all:?}");
}

#[test]
fn a_total_in_one_table_and_its_part_in_another_do_not_give_the_rest() {
    // Alone the first table could hide total and part; the second shows the total as a part of its own.
    let first = table(&["sex: F M"], &[3, 50]);
    let second = table(&["sex: F M", "age: young old"], &[1, 2, 20, 30]);
    let release = release([first, second]);
    let protected = protect(&release, &small_only(5)).unwrap();
    let sex = |value: Option<&str>| protected.tables[0].count(&[value]).unwrap();
    assert_eq!(sex(Some("F")), protected.tables[1].count(&[Some("F"), None]).unwrap());
    assert!(sex(Some("F")).is_hidden());
    assert!(sex(Some("M")).is_hidden() || sex(None).is_hidden());
}

#[test]
fn one_definition_with_two_counts_is_refused() {
    let tables = [table(&["sex: F M"], &[30, 40]), table(&["sex: F M", "age: a b"], &[15, 14, 20, 20])];
    let refused = protect(&release(tables), &small_only(5)).unwrap_err();
    assert_eq!(refused, Error::Contradiction { cell: persons("sex=F") });
    assert!(!refused.to_string().contains("30") && !refused.to_string().contains("29"));
}

#[test]
fn a_dimension_has_the_same_values_and_subtotals_in_all_tables() {
    let other_values = [table(&["age: a b c"], &[30, 40, 50]), table(&["age: ab c", "sex: F M"], &[30, 40, 20, 30])];
    let with_subtotal = |of: &[usize]| {
        let age = Dimension::new("age", &["a", "b", "c"]).subtotal("young", of);
        Table::new(&format!("{of:?}"), "persons", vec![age], &raw(&[30, 40, 50])).unwrap()
    };
    let a_value = Table::new("x", "persons", vec![Dimension::new("age", &["young", "b", "c"])], &raw(&[30, 40, 50]));
    for (tables, differs) in [
        (other_values.to_vec(), true),
        (vec![with_subtotal(&[0, 1]), with_subtotal(&[0, 2])], true),
        (vec![with_subtotal(&[0, 1]), a_value.unwrap()], true),
        (vec![with_subtotal(&[0, 1]), table(&["age: a b c"], &[30, 40, 50])], false),
    ] {
        let outcome = protect(&release(tables), &small_only(5));
        assert_eq!(matches!(outcome, Err(Error::DimensionDiffers { .. })), differs, "{outcome:?}");
    }
}

#[test]
fn a_table_of_ten_million_cells_is_refused_before_anything_is_counted() {
    let dimension = |name: &str, many: usize| {
        let values: Vec<String> = (0..many).map(|value| value.to_string()).collect();
        Dimension::new(name, &values.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let dimensions = vec![dimension("a", 250), dimension("b", 200), dimension("c", 200)];
    let refused = Table::new("large", "persons", dimensions, &[]).unwrap_err();
    assert_eq!(refused.to_string(), "the table large: it would have more than 1000000 cells");
}

#[test]
fn a_subtotal_does_not_give_away_what_its_parts_hide() {
    let age = Dimension::new("age", &["a", "b", "c", "d"]).subtotal("ab", &[0, 1]).subtotal("cd", &[2, 3]);
    let counts = raw(&[2, 30, 40, 50]);
    let table = Table::new("by age", "persons", vec![age], &counts).unwrap();
    let hidden = &hidden_in(&release([table]), 5)[0];
    assert!(
        hidden.contains(&"a".to_owned()) && (hidden.contains(&"b".to_owned()) || hidden.contains(&"ab".to_owned()))
    );
    assert_eq!(hidden.len(), 2, "{hidden:?}");
}

/// Units by combination of departments, and by their number.
fn combinations() -> [Table; 2] {
    let combination = Dimension::new("combination", &["a", "b", "ab", "bc", "abc"]);
    let number = Dimension::new("number", &["1", "2", "3"]);
    let status = || Dimension::new("status", &["proposed", "other"]);
    let fine = [10, 80, 12, 90, 3, 40, 20, 50, 30, 60];
    let coarse = [22, 170, 23, 90, 30, 60];
    [
        Table::new("combinations", "persons", vec![combination, status()], &raw(&fine)).unwrap(),
        Table::new("numbers", "persons", vec![number, status()], &raw(&coarse)).unwrap(),
    ]
}

fn grouping() -> Grouping {
    let group = |name: &str, of: &[&str]| (name.to_owned(), of.iter().map(|&value| value.to_owned()).collect());
    let groups = vec![group("1", &["a", "b"]), group("2", &["ab", "bc"]), group("3", &["abc"])];
    Grouping { fine: "combination".to_owned(), coarse: "number".to_owned(), groups }
}

#[test]
fn a_grouped_dimension_is_linked_with_the_finer_one() {
    let cell = |release: &Release| {
        let protected = protect(release, &small_only(5)).unwrap();
        let [fine, coarse] = [0, 1].map(|table: usize| protected.tables[table].clone());
        let hidden = |value: &str| fine.count(&[Some(value), Some("proposed")]).unwrap().is_hidden();
        (hidden("ab"), hidden("bc"), coarse.count(&[Some("2"), Some("proposed")]).unwrap().is_hidden())
    };
    let (ab, bc, two) = cell(&release(combinations()).grouping(grouping()));
    assert!(ab && (bc || two), "23 − 20 = 3");
    let mut twice = grouping();
    twice.groups[0].1.push("ab".to_owned());
    let mut missing = grouping();
    missing.groups.pop();
    for wrong in [twice, missing] {
        let refused = protect(&release(combinations()).grouping(wrong), &small_only(5)).unwrap_err();
        assert!(matches!(refused, Error::Grouping { .. }), "{refused:?}");
    }
}

#[test]
fn what_everybody_knows_of_several_cells_is_taken_into_account() {
    // A citizen unit is one person; a family at least one.
    let units = Table::new("units", "units", vec![Dimension::new("kind", &["citizen", "family"])], &raw(&[40, 30]));
    let in_units =
        Table::new("in units", "persons", vec![Dimension::new("in", &["citizen", "family"])], &raw(&[40, 33]));
    let cell = |universe: &str, dimension: &str, value: &str| CellDefinition::all(universe).with(dimension, value);
    let same = Equation {
        terms: vec![(1, cell("units", "kind", "citizen")), (-1, cell("persons", "in", "citizen"))],
        comparison: Comparison::Equal,
        constant: 0,
    };
    let at_least = Equation {
        terms: vec![(1, cell("persons", "in", "family")), (-1, cell("units", "kind", "family"))],
        comparison: Comparison::AtLeast,
        constant: 0,
    };
    let release = release([units.unwrap(), in_units.unwrap()]).equation(same.clone()).equation(at_least);
    let protected = protect(&release, &small_only(5)).unwrap();
    assert_eq!(protected.audit.hidden, 0);
    let small = Table::new("small", "units", vec![Dimension::new("kind", &["citizen", "family"])], &raw(&[4, 30]));
    let persons = Table::new("p", "persons", vec![Dimension::new("in", &["citizen", "family"])], &raw(&[4, 33]));
    let linked = super::release([small.unwrap(), persons.unwrap()]).equation(same.clone());
    let protected = protect(&linked, &small_only(5)).unwrap();
    let citizens = protected.tables.iter().map(|table| table.count(&[Some("citizen")]).unwrap());
    assert!(citizens.into_iter().all(udpeg::disclosure::ProtectedCount::is_hidden));
    let contradiction = Equation { constant: 1, ..same };
    let refused = protect(&linked.equation(contradiction), &small_only(5)).unwrap_err();
    assert!(matches!(refused, Error::Contradiction { .. }));
}

#[test]
fn an_inequality_that_everybody_knows_narrows_what_can_hide() {
    // At least 48 of the 50 are in the first cell, everybody knows: then nobody hides in from 0 to 2.
    let tables = || release([table(&["sex: F M"], &[48, 2])]).everybody_knows(persons(""));
    assert_eq!(protect(&tables(), &small_only(5)).unwrap().audit.hidden, 2);
    let terms = vec![(1, persons("sex=F"))];
    let known = Equation { terms, comparison: Comparison::AtLeast, constant: 48 };
    let refused = protect(&tables().equation(known), &small_only(5)).unwrap_err();
    assert_eq!(refused, Error::Unprotectable { cell: persons("sex=M") });
}

#[test]
fn tables_that_cross_in_a_circle_need_the_table_behind_them() {
    let people = [3, 9, 8, 7, 6, 8, 9, 12];
    let behind = || table(&["sex: F M", "age: a b", "status: x y"], &people);
    let sum = |of: [usize; 2]| of.iter().map(|&cell| people[cell]).sum::<u64>();
    let sex_age = table(&["sex: F M", "age: a b"], &[[0, 1], [2, 3], [4, 5], [6, 7]].map(sum));
    let sex_status = table(&["sex: F M", "status: x y"], &[[0, 2], [1, 3], [4, 6], [5, 7]].map(sum));
    let age_status = table(&["age: a b", "status: x y"], &[[0, 4], [1, 5], [2, 6], [3, 7]].map(sum));
    let circle = release([sex_age.clone(), sex_status.clone(), age_status]);
    let dimensions = ["age", "sex", "status"].map(str::to_owned).to_vec();
    let refused = protect(&circle, &small_only(5)).unwrap_err();
    assert_eq!(refused, Error::JointTableMissing { universe: "persons".to_owned(), dimensions });
    // With it, the three of the eight combinations that are too few are protected although nobody sees them.
    let protected = protect(&circle.table(behind().unpublished()), &small_only(5)).unwrap();
    assert_eq!(protected.tables.len(), 3);
    let cell = persons("sex=F age=a status=x");
    let known = protected.published.cells.iter().find(|(definition, _)| *definition == Some(cell.clone()));
    assert_eq!(known.unwrap().1, Known::unpublished());
    assert!(protect(&release([sex_age, sex_status]), &small_only(5)).is_ok(), "a chain is no circle");
}

#[test]
fn a_table_that_is_none_is_refused_before_anything_else() {
    let dimension = |name: &str, values: &[&str]| Dimension::new(name, values);
    let make = |dimensions: Vec<Dimension>, counts: &[u64]| Table::new("t", "persons", dimensions, &raw(counts));
    let large: Vec<String> = (0..10_000).map(|value| value.to_string()).collect();
    let large: Vec<&str> = large.iter().map(String::as_str).collect();
    for (made, says) in [
        (make(vec![dimension("a", &["x", "y"])], &[1]), "a count for each combination"),
        (make(vec![dimension("a", &[])], &[]), "has no values"),
        (make(vec![dimension("a", &["x", "x"])], &[1, 2]), "a value twice"),
        (make(vec![dimension("a", &["x"]), dimension("a", &["y"])], &[1]), "a dimension stands there twice"),
        (make(vec![dimension("a", &["x", "y"]).subtotal("x", &[0])], &[1, 2]), "a value twice"),
        (make(vec![dimension("a", &["x", "y"]).subtotal("z", &[2])], &[1, 2]), "is no sum of its values"),
        (make(vec![dimension("a", &["x", "y"]).subtotal("z", &[])], &[1, 2]), "is no sum of its values"),
        (make(vec![dimension("a", &large), dimension("b", &large)], &[]), "more than 1000000 cells"),
        (make(vec![dimension("a", &["x"])], &[1 << 31]), "a count exceeds"),
    ] {
        let error = made.unwrap_err().to_string();
        assert!(error.contains(says) && error.starts_with("the table t: "), "{error}");
    }
}
