//! Deliveries whose rows no department can have delivered: out of order, twice, on days that cannot be.

use super::{MEBIBYTES, bounded};
use crate::bad_input::delivered;
use crate::bad_input::handmade::replace;
use crate::support::{Workplace, parquet_metadata};
use arrow_array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::sync::Arc;

const SELECT: [&str; 3] = ["select", "--programme", "p.toml"];

/// A row by its person, start, end, type, record and child; a pseudonym is one character repeated.
type Row<'r> = (char, i32, Option<i32>, &'r str, Option<char>, Option<char>);

/// Puts an extract of these rows, so many in each row group, in the place of family's.
fn deliver(place: &Workplace, rows: &[Row<'_>], bands: &[&str], in_a_group: usize) {
    let pseudonym = |letter: char| letter.to_string().repeat(32);
    let texts = |cell: &dyn Fn(&Row<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(cell).collect::<StringArray>())
    };
    let days =
        |day: fn(&Row<'_>) -> Option<i32>| -> ArrayRef { Arc::new(rows.iter().map(day).collect::<Date32Array>()) };
    let columns: [(&str, ArrayRef); 8] = [
        ("person", texts(&|row| Some(pseudonym(row.0)))),
        ("record", texts(&|row| row.4.map(pseudonym))),
        ("type", texts(&|row| Some(row.3.to_owned()))),
        ("start", days(|row| Some(row.1))),
        ("end", days(|row| row.2)),
        ("child", texts(&|row| row.5.map(pseudonym))),
        ("sex", texts(&|_| Some("F".to_owned()))),
        ("age_band", Arc::new(StringArray::from_iter_values(bands.iter().cycle().take(rows.len())))),
    ];
    let is_nullable = |name: &str| matches!(name, "record" | "end" | "child");
    let field = |(name, cells): &(&str, ArrayRef)| Field::new(*name, cells.data_type().clone(), is_nullable(name));
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.map(|(_, cells)| cells).to_vec()).unwrap();
    let entries = parquet_metadata(&place.path("out/2024Q4/delivery/family/extract.parquet"));
    let entries = entries.into_iter().filter(|(key, _)| key.starts_with("udpeg."));
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(in_a_group))
        .set_key_value_metadata(Some(entries.map(|(key, value)| KeyValue::new(key, value)).collect()))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    replace(place, "extract.parquet", &writer.into_inner().unwrap());
}

/// The rows fail the file, whether they stand in one row group or in several.
#[track_caller]
fn fails(place: &Workplace, rows: &[Row<'_>], says: &str) {
    for in_a_group in [1, 2, 1000] {
        deliver(place, rows, &["18-24"], in_a_group);
        let before = place.files("out");
        let ran = bounded(place, MEBIBYTES, &SELECT);
        ran.failed(1, &["family/extract.parquet", says, "ask the department for its delivery again"]);
        assert!(place.files("out") == before);
    }
}

/// The rows are read, however they are grouped, and always as the same.
#[track_caller]
fn are_read(place: &Workplace, rows: &[Row<'_>]) {
    let selections = [1, 2, 3, 1000].map(|in_a_group| {
        deliver(place, rows, &["18-24"], in_a_group);
        bounded(place, MEBIBYTES, &SELECT).succeeded();
        let mut files = place.files("out/2024Q4/selection");
        std::fs::remove_dir_all(place.path("out/2024Q4/selection")).unwrap();
        files.remove("manifest.json");
        files
    });
    assert!(selections.iter().all(|selection| *selection == selections[0]));
}

const ORDER: &str = "rows are not sorted by person, start, end, type, record and child, or one stands twice";

#[test]
fn rows_in_order_are_read_and_each_pair_turned_round_fails() {
    let place = delivered();
    let rows: [Row<'_>; 13] = [
        ('a', 100, None, "t", None, None),
        ('a', 100, Some(100), "t", None, None),
        ('a', 100, Some(101), "s", None, None),
        ('a', 100, Some(101), "t", None, None),
        ('a', 100, Some(101), "t", None, Some('a')),
        ('a', 100, Some(101), "t", None, Some('b')),
        ('a', 100, Some(101), "t", Some('a'), None),
        ('a', 100, Some(101), "t", Some('b'), None),
        ('a', 101, None, "a", None, None),
        ('b', 1, Some(2), "u", None, None),
        ('b', 1, Some(2), "æ", None, None),
        // A start after the day on which all is measured counts nowhere, and is in order all the same.
        ('b', 100_000, None, "a", None, None),
        ('c', -700_000, Some(2_932_896), "t", None, None),
    ];
    are_read(&place, &rows);
    for at in 1..rows.len() {
        let mut turned = rows;
        turned.swap(at - 1, at);
        fails(&place, &turned, "sorted by person");
    }
}

#[test]
fn a_row_that_stands_twice_fails_unless_different_types_became_other() {
    let place = delivered();
    for row in [
        ('a', 100, None, "t", None, None),
        ('a', 100, Some(200), "t", Some('b'), Some('c')),
        ('a', 100_000, None, "t", None, None),
    ] {
        fails(&place, &[row, row], ORDER);
        fails(&place, &[('a', 1, None, "t", None, None), row, row, ('b', 1, None, "t", None, None)], ORDER);
        let other = (row.0, row.1, row.2, "other", row.4, row.5);
        are_read(&place, &[other, other, other]);
    }
}

#[test]
fn days_that_cannot_be_fail_the_file() {
    const RANGE: &str = "a day lies before the year 1 or after the year 9999";
    let place = delivered();
    for day in [i32::MIN, -719_163, 2_932_897, i32::MAX] {
        fails(&place, &[('a', day, None, "t", None, None)], RANGE);
        fails(&place, &[('a', 1, Some(day), "t", None, None)], RANGE);
    }
    are_read(&place, &[('a', -719_162, Some(-719_162), "t", None, None), ('a', 1, Some(2_932_896), "t", None, None)]);
    fails(&place, &[('a', 100, Some(99), "t", None, None)], "column `end`: a row ends before it starts");
    fails(
        &place,
        &[('a', 1, None, "t", None, None), ('b', 100_001, Some(100_000), "t", None, None)],
        "ends before it starts",
    );
}

#[test]
fn types_that_no_programme_can_name_fail_the_file() {
    const WRONG: &str = "column `type`: a type is empty, or longer than any";
    let place = delivered();
    let long = "t".repeat(4001);
    fails(&place, &[('a', 1, None, "", None, None)], WRONG);
    fails(&place, &[('a', 1, None, &long, None, None)], WRONG);
    are_read(&place, &[('a', 1, None, &long[1..], None, None)]);
    let many: Vec<String> = (0..65_537).map(|number| format!("t{number:05}")).collect();
    let rows: Vec<Row<'_>> = many.iter().map(|name| ('a', 1, None, name.as_str(), None, None)).collect();
    deliver(&place, &rows, &["18-24"], 100_000);
    bounded(&place, MEBIBYTES, &SELECT).failed(1, &["it holds more than 65,536 types"]);
    deliver(&place, &rows, &["18-24"], 10_000);
    bounded(&place, MEBIBYTES, &SELECT).failed(1, &["it holds more than 65,536 types"]);
    deliver(&place, &rows[..65_536], &["18-24"], 10_000);
    bounded(&place, MEBIBYTES, &SELECT).succeeded();
}

#[test]
fn two_age_bands_of_one_person_fail_the_file_and_a_number_in_any_row_is_refused() {
    let rows = [('a', 1, None, "t", None, None), ('a', 2, None, "t", None, None)];
    let place = delivered();
    // Where a batch of rows ends too.
    let many: Vec<Row<'_>> = (1..20_000).map(|day| ('a', day, None, "t", None, None)).collect();
    let bands: Vec<&str> = (1..20_000).map(|day| if day <= 8192 { "18-24" } else { "25-29" }).collect();
    deliver(&place, &many, &bands, 100_000);
    bounded(&place, MEBIBYTES, &SELECT).failed(1, &["column `age_band`: rows of one person have different age bands"]);
    for in_a_group in [1, 2] {
        deliver(&place, &rows, &["18-24", "25-29"], in_a_group);
        let says = ["family/extract.parquet", "rows of one person have different age bands"];
        bounded(&place, MEBIBYTES, &SELECT).failed(1, &says);
        deliver(&place, &rows, &["18-24", "251248-9996"], in_a_group);
        let ran =
            bounded(&place, MEBIBYTES, &SELECT).failed(4, &["column `age_band` holds what looks like a CPR number"]);
        assert!(!ran.err.contains("9996"));
    }
}
