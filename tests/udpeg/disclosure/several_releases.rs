//! What one release tells about another.

use super::{hidden, persons, question, raw, release, small_only, table};
use udpeg::disclosure::{
    CellDefinition, Comparison, Depth, Dimension, Equation, Error, Known, Mode, ProtectedRelease, Published, Release,
    Settings, Table, audit, protect, small_changes,
};

fn audited(published: &Published) -> usize {
    audit(published, &question(&small_only(5), Depth::Verdict)).unwrap().findings.len()
}

fn protected(release: &Release) -> ProtectedRelease {
    protect(release, &small_only(5)).unwrap()
}

#[test]
fn two_releases_that_pass_alone_can_fail_together() {
    // Either hides the small cell and another; together they show the other.
    let by_age = release([table(&["age: a b c"], &[3, 20, 30])]);
    let one = protected(&by_age);
    assert_eq!(hidden(&one.tables[0]), ["a", "b"]);
    let other = protected(&by_age.clone().everybody_knows(persons("age=b")));
    assert_eq!(hidden(&other.tables[0]), ["a", "c"]);
    assert_eq!((audited(&one.published), audited(&other.published)), (0, 0));
    let both = Published::together(&[one.published.clone(), other.published]).unwrap();
    assert_eq!(audited(&both), 3, "a, b and c are all known");
    // The later one is made with the earlier one before it.
    let careful = protected(&by_age.earlier(one.published.clone()));
    assert_eq!(hidden(&careful.tables[0]), ["a", "b"]);
    let both = Published::together(&[one.published, careful.published]).unwrap();
    assert_eq!(audited(&both), 0);
}

#[test]
fn a_new_table_does_not_unravel_an_earlier_one() {
    let by_age = table(&["age: a b c"], &[3, 20, 30]);
    let earlier = protected(&release([by_age]));
    let finer = table(&["age: a b c", "sex: F M"], &[1, 2, 12, 8, 14, 16]);
    let alone = protected(&release([finer.clone()]));
    let both = Published::together(&[earlier.published.clone(), alone.published.clone()]).unwrap();
    let shows_b = !hidden(&alone.tables[0]).contains(&"b .".to_owned());
    assert_eq!(audited(&both) > 0, shows_b);
    let careful = protected(&release([finer]).earlier(earlier.published.clone()));
    assert!(hidden(&careful.tables[0]).contains(&"b .".to_owned()));
    assert_eq!(audited(&Published::together(&[earlier.published, careful.published]).unwrap()), 0);
}

#[test]
fn flows_between_two_periods_give_away_what_each_hides() {
    let of = |universe: &str| CellDefinition::all(universe);
    let cell = |universe: &str, known: Known| (Some(of(universe)), known);
    let published = |stayed: Known| {
        let cells = vec![
            cell("before", Known::exactly(120)),
            cell("after", Known::exactly(122)),
            cell("stayed", stayed),
            cell("entered", Known::hidden()),
            cell("left", Known::hidden()),
        ];
        let mut published = Published { cells, relations: Vec::new() };
        published.relate(&[(1, of("stayed")), (1, of("left")), (-1, of("before"))], 0).unwrap();
        published.relate(&[(1, of("stayed")), (1, of("entered")), (-1, of("after"))], 0).unwrap();
        published
    };
    assert_eq!(audited(&published(Known::exactly(118))), 2, "4 entered and 2 left");
    assert_eq!(audited(&published(Known::hidden())), 0);
    let mut other = published(Known::hidden());
    let missing = other.relate(&[(1, of("nowhere"))], 0).unwrap_err();
    assert_eq!(missing, Error::NoSuchCell { cell: of("nowhere") });
}

#[test]
fn a_count_that_changed_between_two_releases_is_a_contradiction() {
    let one = protected(&release([table(&["age: a b"], &[20, 30])]));
    let other = protected(&release([table(&["age: a b"], &[20, 31])]));
    let refused = Published::together(&[one.published.clone(), other.published]).unwrap_err();
    assert!(matches!(refused, Error::Contradiction { .. }));
    let earlier = Published { cells: vec![(Some(persons("age=b")), Known::exactly(30))], relations: Vec::new() };
    let release = release([table(&["age: a b"], &[20, 31])]).earlier(earlier);
    let refused = protect(&release, &Settings::new(5)).unwrap_err();
    assert_eq!(refused, Error::Contradiction { cell: persons("age=b") });
}

#[test]
fn what_was_rounded_and_is_shown_exactly_later_narrows_what_was_hidden() {
    let hidden = Known::hidden();
    let cells = |rounded: Known| {
        let cell = |value: &str, known: Known| (Some(persons(value)), known);
        let cells = vec![cell("age=a", rounded), cell("age=b", hidden), cell("", Known::exactly(106))];
        let mut published = Published { cells, relations: Vec::new() };
        published.relate(&[(1, persons("age=a")), (1, persons("age=b")), (-1, persons(""))], 0).unwrap();
        published
    };
    assert_eq!(audited(&cells(Known::between(98, 107))), 0);
    assert_eq!(audited(&cells(Known::between(103, 107))), 1);
    let exact = Published { cells: vec![(Some(persons("age=a")), Known::exactly(103))], relations: Vec::new() };
    let both = Published::together(&[cells(Known::between(98, 107)), exact]).unwrap();
    assert_eq!(audited(&both), 1);
}

/// The cells of which two releases of these counts tell a small change.
fn changes(before: &[u64], after: &[u64], later: &Settings) -> Vec<String> {
    let of = |counts: &[u64], settings: &Settings| {
        protect(&release([table(&["age: a b c"], counts)]), settings).unwrap().published
    };
    let settings = small_only(5);
    let question = question(&settings, Depth::Verdict);
    let changes = small_changes(&of(before, &settings), &of(after, later), &question).unwrap();
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn two_releases_that_differ_by_one_person_tell_where_that_person_was_counted() {
    let exact = small_only(5);
    assert_eq!(changes(&[20, 30, 40], &[20, 31, 40], &exact), ["persons", "persons: age = b"]);
    assert_eq!(changes(&[20, 30, 40], &[20, 26, 40], &exact), ["persons", "persons: age = b"], "four went");
    assert_eq!(changes(&[20, 30, 40], &[21, 29, 40], &exact), ["persons: age = a", "persons: age = b"]);
    assert!(changes(&[20, 30, 40], &[20, 30, 40], &exact).is_empty(), "nobody came or went");
    assert!(changes(&[20, 30, 40], &[20, 35, 40], &exact).is_empty(), "five are enough");
    // Of a, hidden in both, nothing close is known; of the total all is.
    assert_eq!(changes(&[3, 30, 40], &[2, 30, 40], &exact), ["persons"]);
}

#[test]
fn a_second_release_that_is_rounded_tells_no_small_change() {
    let rounded = Settings { mode: Mode::Round { base: 5 }, ..small_only(5) };
    for counts in [[20, 31, 40], [20, 29, 40], [24, 30, 36], [3, 30, 40]] {
        assert!(changes(&[20, 30, 40], &counts, &rounded).is_empty(), "{counts:?}");
    }
}

/// Units by kind in a universe.
fn by_kind(universe: &str, counts: [u64; 2]) -> Table {
    let kind = Dimension::new("kind", &["citizen", "family"]);
    Table::new(universe, universe, vec![kind], &raw(&counts)).unwrap()
}

/// This period's release beside the last one's, with who stayed, entered and left.
fn with_flows(before: Published, left: [u64; 2], entered: [u64; 2]) -> Release {
    let stayed = [96 - left[0], 54 - left[1]];
    let now = [stayed[0] + entered[0], stayed[1] + entered[1]];
    let tables = [("units", now), ("stayed", stayed), ("entered", entered), ("left", left)];
    let release = tables
        .into_iter()
        .fold(Release::default(), |release, (universe, counts)| release.table(by_kind(universe, counts)));
    [None, Some("citizen"), Some("family")].into_iter().fold(release.earlier(before), |release, kind| {
        let cell = |universe: &str| {
            let all = CellDefinition::all(universe);
            if let Some(kind) = kind { all.with("kind", kind) } else { all }
        };
        let sum = |parts: [&str; 2], whole: &str| Equation {
            terms: vec![(1, cell(parts[0])), (1, cell(parts[1])), (-1, cell(whole))],
            comparison: Comparison::Equal,
            constant: 0,
        };
        release.equation(sum(["stayed", "left"], "units before")).equation(sum(["stayed", "entered"], "units"))
    })
}

#[test]
fn two_periods_with_the_flows_between_them_are_protected_together() {
    let before = protected(&release([by_kind("units before", [96, 54])])).published;
    let all_large = protected(&with_flows(before.clone(), [20, 10], [15, 9]));
    assert_eq!(all_large.audit.hidden, 0);
    // Two families left: 54 and the 52 who stayed would tell, and so would the 61 of now less the 9 who entered.
    let protected = protected(&with_flows(before.clone(), [20, 2], [15, 9]));
    let shown = |table: usize| protected.tables[table].count(&[Some("family")]).unwrap().shown();
    assert!(shown(3).is_none() && shown(1).is_none(), "{:?}", protected.tables);
    assert!(shown(0).is_none() || shown(2).is_none(), "{:?}", protected.tables);
    let is_before =
        |cell: &&(Option<CellDefinition>, Known)| cell.0.as_ref().is_some_and(|cell| cell.universe() == "units before");
    assert_eq!(protected.published.cells.iter().filter(is_before).count(), 3, "the audit was of both");
    // Where the size is public in both periods and who entered has been told, nothing is left to hide behind.
    let told = ["units", "entered"].into_iter().fold(with_flows(before, [20, 2], [15, 9]), |release, universe| {
        release.everybody_knows(CellDefinition::all(universe).with("kind", "family"))
    });
    let refused = protect(&told, &small_only(5)).unwrap_err();
    assert!(matches!(refused, Error::Unprotectable { .. }), "{refused:?}");
}

#[test]
fn what_ties_an_earlier_releases_cells_together_is_still_known() {
    // Of 53 people 30 are in c, so that a and b are 23; that b is larger by 17, for whatever reason known, gives both.
    let earlier = protected(&release([table(&["age: a b c"], &[3, 20, 30])])).published;
    let terms = vec![(1, persons("age=b")), (-1, persons("age=a"))];
    let known = Equation { terms, comparison: Comparison::Equal, constant: 17 };
    let later = || release([table(&["sex: F M"], &[25, 28])]);
    assert!(protect(&later().earlier(earlier.clone()), &small_only(5)).is_ok());
    let refused = protect(&later().earlier(earlier.clone()).equation(known.clone()), &small_only(5)).unwrap_err();
    assert!(matches!(refused, Error::Unprotectable { .. } | Error::AuditFailed { .. }), "{refused:?}");
    let untied = Published { relations: Vec::new(), ..earlier };
    assert!(protect(&later().earlier(untied).equation(known), &small_only(5)).is_ok());
}
