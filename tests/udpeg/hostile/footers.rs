//! Deliveries whose footer claims what cannot be: depths, lengths, counts.

use super::forged::{BINARY, Forged, I32, I64, LIST, PERSONS, STRUCT, Struct, group, integer, list, text_column};
use super::{MEBIBYTES, SELECT, bounded, fails};
use crate::bad_input::delivered;
use crate::municipality::Dice;
use crate::support::{parquet_rows, seed};

/// Each lie fails the file, takes little memory, and leaves the deliveries as they were.
fn all_fail(lies: &[(&str, fn(&mut Forged))]) {
    let place = delivered();
    let truth = Forged::new(&place);
    for (case, lie) in lies {
        let mut forged = truth.clone();
        lie(&mut forged);
        fails(&place, case, &forged);
    }
    // Where nothing is a lie the file is read.
    truth.deliver(&place);
    bounded(&place, MEBIBYTES, &SELECT).succeeded();
}

#[test]
fn a_file_put_together_by_hand_is_read_like_any_other() {
    let place = delivered();
    Forged::new(&place).deliver(&place);
    bounded(&place, MEBIBYTES, &SELECT).succeeded();
    let rows = parquet_rows(&place.path("out/2024Q4/delivery/family/incomplete.parquet"));
    assert_eq!(rows.iter().map(|row| row["person"].as_str().unwrap()).collect::<Vec<_>>(), PERSONS);
    let counts = place.json("out/2024Q4/selection/counts.json");
    assert_ne!(counts["incomplete"]["eligible"], 0);
}

/// A chain of groups, each within the one before.
fn nested(groups: usize, children: i64) -> Vec<u8> {
    let mut elements: Vec<u8> = group("schema", children).end();
    (0..groups).for_each(|_| elements.extend(group("g", children).end()));
    elements.extend(text_column("person"));
    list(STRUCT, groups as u64 + 2, &elements)
}

#[test]
fn schemas_that_are_deep_wide_or_no_tree_fail_the_file() {
    all_fail(&[
        ("nine levels", |forged| forged.schema = nested(9, 1)),
        ("a thousand levels", |forged| forged.schema = nested(1_000, 1)),
        ("nine thousand levels", |forged| forged.schema = nested(9_000, 1)),
        ("a million levels", |forged| forged.schema = nested(1_000_000, 1)),
        ("levels of two thousand million children", |forged| forged.schema = nested(8, i32::MAX.into())),
        ("levels of as many children as there are elements", |forged| forged.schema = nested(5_000, 5_000)),
        ("fewer than no children", |forged| forged.schema = nested(3, -1)),
        ("more children than 32 bits hold", |forged| forged.schema = nested(3, 1 << 33)),
        ("no element", |forged| forged.schema = list(STRUCT, 0, b"")),
        ("no column", |forged| forged.schema = list(STRUCT, 1, &group("schema", 0).end())),
        ("two roots", |forged| {
            let root = [group("schema", 1).end(), text_column("person")].concat();
            forged.schema = list(STRUCT, 4, &root.repeat(2));
        }),
        ("a root that waits for a child", |forged| forged.schema = list(STRUCT, 1, &group("schema", 1).end())),
        ("a list longer than the file", |forged| forged.schema = list(STRUCT, u32::MAX.into(), b"")),
        ("a list of 2⁶³ elements", |forged| forged.schema = list(STRUCT, 1 << 63, b"")),
        ("a list of numbers", |forged| forged.schema = list(I32, 2, &[2, 2])),
        ("twenty thousand columns", |forged| {
            let columns = text_column("person").repeat(20_000);
            forged.schema = list(STRUCT, 20_001, &[group("schema", 20_000).end(), columns].concat());
        }),
        ("a name of 2⁴⁰ bytes", |forged| {
            let name = Struct::new().i32(3, 0).field(4, BINARY, &super::forged::variable(1 << 40)).end();
            forged.schema = list(STRUCT, 1, &name);
        }),
        ("a name that is a number", |forged| {
            let name = Struct::new().i32(3, 0).i32(4, 7).i32(5, 1).end();
            forged.schema = list(STRUCT, 2, &[name, text_column("person")].concat());
        }),
    ]);
}

#[test]
fn lengths_that_the_footer_does_not_have_fail_the_file() {
    all_fail(&[
        ("none", |forged| forged.footer_length = Some(0)),
        ("one byte too few", |forged| forged.footer_length = Some(u32::try_from(length(forged)).unwrap() - 1)),
        ("one byte too many", |forged| forged.footer_length = Some(u32::try_from(length(forged)).unwrap() + 1)),
        ("as long as the file", |forged| forged.footer_length = Some(u32::try_from(forged.bytes().len()).unwrap())),
        ("two gibibytes", |forged| forged.footer_length = Some(1 << 31)),
        ("as long as can be", |forged| forged.footer_length = Some(u32::MAX)),
    ]);
    // A footer that is there, and longer than any.
    let place = delivered();
    let mut forged = Forged::new(&place);
    forged.further = vec![(6, BINARY, [super::forged::variable(17 << 20), vec![b'x'; 17 << 20]].concat())];
    fails(&place, "17 mebibytes", &forged);
}

/// How long the footer really is: what lies between the pages and the last eight bytes.
fn length(forged: &Forged) -> usize {
    let bytes = forged.bytes();
    let tail = bytes.len() - 8;
    u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap()) as usize
}

#[test]
fn counts_that_cannot_be_fail_the_file() {
    all_fail(&[
        ("more rows than in the row group", |forged| forged.rows = 3),
        ("fewer than no rows", |forged| (forged.rows, forged.group_rows) = (-2, -2)),
        ("rows that add up to two", |forged| {
            let group = |rows: i64| Struct::new().list(1, STRUCT, &[]).i64(2, 0).i64(3, rows).end();
            forged.groups = Some(list(STRUCT, 2, &[group(-1), group(3)].concat()));
        }),
        ("more rows than pages hold", |forged| (forged.rows, forged.group_rows) = (1_000_000, 1_000_000)),
        ("four thousand million rows", |forged| (forged.rows, forged.group_rows) = (1 << 32, 1 << 32)),
        ("as many rows as can be", |forged| (forged.rows, forged.group_rows) = (i64::MAX, i64::MAX)),
        ("a row group without columns", |forged| {
            forged.groups = Some(list(STRUCT, 1, &Struct::new().list(1, STRUCT, &[]).i64(2, 0).i64(3, 2).end()));
        }),
        ("two thousand million row groups", |forged| forged.groups = Some(list(STRUCT, i32::MAX as u64, b""))),
        ("a million empty row groups", |forged| forged.groups = Some(list(STRUCT, 1_000_000, &[0; 1_000_000]))),
        ("a column that begins before the file", |forged| forged.column_at = -1),
        ("a column that begins behind the file", |forged| forged.column_at = 1 << 40),
        ("a column that begins as far as can be", |forged| forged.column_at = i64::MAX),
        ("a column in the footer", |forged| forged.column_at = 100),
        ("a column shorter than nothing", |forged| forged.column_packed = Some(-1)),
        ("a column without pages", |forged| forged.column_packed = Some(0)),
        ("a column longer than the file", |forged| forged.column_packed = Some(1 << 40)),
        ("a column as long as can be", |forged| forged.column_packed = Some(i64::MAX)),
        ("a codec that there is not", |forged| forged.codec = 77),
        ("a codec that is not compiled in", |forged| forged.codec = 1),
    ]);
}

#[test]
fn fields_that_no_footer_has_fail_the_file() {
    let deep = |mut bytes: Vec<u8>, open: &[u8], close: &[u8], times: usize| {
        bytes.splice(0..0, open.repeat(times));
        bytes.extend(close.repeat(times));
        bytes
    };
    let place = delivered();
    let truth = Forged::new(&place);
    for (case, number, kind, value) in [
        ("a field of a number that there is not", 40, I32, integer(1)),
        ("a field that has been", 3, I64, integer(2)),
        ("a set", 7, 10, list(I32, 0, b"")),
        ("a map", 7, 11, vec![0]),
        ("a list of truth values", 7, LIST, list(1, 3, &[1, 1, 1])),
        ("lists within lists", 7, LIST, deep(list(I32, 0, b""), &[0x19], b"", 1_000_000)),
        ("structs within structs", 8, STRUCT, deep(vec![0], &[0x1c], &[0], 1_000_000)),
        ("a text longer than the file", 6, BINARY, super::forged::variable(u64::MAX)),
        ("a number that never ends", 8, I32, vec![0xff; 1000]),
    ] {
        let mut forged = truth.clone();
        forged.further = vec![(number, kind, value)];
        fails(&place, case, &forged);
    }
}

#[test]
fn no_altered_byte_of_a_footer_takes_memory_or_ends_the_program() {
    let place = delivered();
    let seed = seed();
    let mut dice = Dice::new(seed);
    let whole = Forged::new(&place).bytes();
    let footer = whole.len() - 8 - length(&Forged::new(&place));
    for turn in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..=dice.below(3) {
            let at = footer + dice.below(whole.len() - footer);
            bytes[at] = u8::try_from(dice.below(256)).unwrap();
        }
        crate::bad_input::handmade::replace(&place, "incomplete.parquet", &bytes);
        let ran = bounded(&place, MEBIBYTES, &[&SELECT[..], &["--force"]].concat());
        assert!(matches!(ran.code, 0 | 1 | 4), "seed {seed}, turn {turn}: {}", ran.err);
    }
}
