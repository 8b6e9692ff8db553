//! The labels that stand for units: as short as they can be told apart, and no shorter than eight characters.

use crate::linkage::table::{programme, scored};
use crate::support::{Workplace, parquet_rows};
use udpeg::linkage::Units;
use udpeg::output::{Period, RunMetadata, Staged, Step};
use udpeg::selection::{select, write_candidates};

/// The labels of citizens with these ids, in hex.
fn labels(ids: &[&str]) -> Vec<String> {
    let programme = programme("[[rule]]\nid = \"r\"\nmeasure = \"departments\"\npoints_per = 1\n");
    let number = |id: &&str| u128::from_str_radix(id, 16).unwrap();
    let table: String = ids.iter().map(|id| format!("a {} t 2024-01-01 - - -\n", number(id))).collect();
    let (scorer, mut linked) = scored(&programme, &table);
    let units = Units::new(&programme.family, &mut linked);
    let selected = select(&programme, &scorer, &linked, &units).unwrap();
    let place = Workplace::new();
    let folders = Period::open(&place.path("out"), "p").unwrap().stage(&Step::select()).unwrap();
    let metadata = RunMetadata::new(&programme, "0123456789abcdef");
    let name = "candidates.parquet";
    write_candidates(&folders[0], name, &programme, &linked, &units, &selected, &metadata).unwrap();
    Staged::commit(folders).unwrap();
    let rows = parquet_rows(&place.path("out/p/selection/candidates.parquet"));
    let mut labels: Vec<String> = rows
        .iter()
        .map(|row| {
            let (label, unit) = (row["label"].as_str().unwrap(), row["unit"].as_str().unwrap());
            assert!(unit.len() == 32 && unit.starts_with(label), "{label} {unit}");
            label.to_owned()
        })
        .collect();
    labels.sort();
    labels
}

#[test]
fn labels_are_the_first_characters_that_tell_all_units_apart() {
    for (ids, expected) in [
        (&["0123456789abcdef0123456789abcdef"][..], &["01234567"][..]),
        (&["0123456789abcdef0123456789abcdef", "1123456789abcdef0123456789abcdef"], &["01234567", "11234567"]),
        // Seven characters alike.
        (&["0123456089abcdef0123456789abcdef", "0123456f89abcdef0123456789abcdef"], &["01234560", "0123456f"]),
        // Eight characters alike: one more, for all.
        (
            &[
                "0123456789abcdef0123456789abcdef",
                "01234567a9abcdef0123456789abcdef",
                "f0000000000000000000000000000000",
            ],
            &["012345678", "01234567a", "f00000000"],
        ),
        // The most alike decide, wherever they stand.
        (
            &[
                "0123456789abcdef0123456789abcdef",
                "01234567a9abcdef0123456789abcdef",
                "f0000000000000000000000000000000",
                "f0000000000200000000000000000000",
            ],
            &["0123456789ab", "01234567a9ab", "f00000000000", "f00000000002"],
        ),
        // All but the last bit alike.
        (
            &["0123456789abcdef0123456789abcdee", "0123456789abcdef0123456789abcdef"],
            &["0123456789abcdef0123456789abcdee", "0123456789abcdef0123456789abcdef"],
        ),
    ] {
        assert_eq!(labels(ids), expected);
    }
}
