//! Deliveries made by another hand, with a manifest that fits: no value of them may be believed or repeated.

use super::{SELECT, assert_nothing_hidden, delivered};
use crate::support::{Ran, Workplace};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

pub(crate) const EXTRACT: &str = "extract.parquet";
const INCOMPLETE: &str = "incomplete.parquet";

/// Puts bytes in the place of a delivered file of family's and their SHA-256 into its manifest.
pub(crate) fn replace(place: &Workplace, file: &str, bytes: &[u8]) {
    replace_in(place, &format!("delivery/family/{file}"), bytes, &["delivery/family"]);
}

/// Puts bytes in the place of a file of the period, and their SHA-256 into the manifests of these folders.
pub(crate) fn replace_in(place: &Workplace, file: &str, bytes: &[u8], manifests: &[&str]) {
    place.write(&format!("out/2024Q4/{file}"), bytes);
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    for folder in manifests {
        edit_record(place, folder, file, |record| record["sha256"] = sha256.as_str().into());
    }
}

/// Changes what the manifest of a folder says of a file.
pub(crate) fn edit_record(place: &Workplace, folder: &str, file: &str, change: impl Fn(&mut Value)) {
    let path = format!("out/2024Q4/{folder}/manifest.json");
    let mut manifest = place.json(&path);
    let mut changed = 0;
    for list in ["inputs", "outputs"] {
        let records = manifest[list].as_array_mut().unwrap().iter_mut();
        for record in records.filter(|record| record["path"] == file) {
            change(record);
            changed += 1;
        }
    }
    assert_eq!(changed, 1, "{path} names {file} {changed} times");
    place.write(&path, serde_json::to_string_pretty(&manifest).unwrap() + "\n");
}

/// Rewrites a delivered Parquet file of family's, with the metadata that `keep` lets through.
pub(crate) fn rewrite(
    place: &Workplace,
    file: &str,
    keep: fn(&KeyValue) -> bool,
    change: impl Fn(RecordBatch) -> RecordBatch,
) {
    let bytes = rewritten(&place.path(&format!("out/2024Q4/delivery/family/{file}")), keep, change);
    replace(place, file, &bytes);
}

/// A Parquet file's bytes after a change, with the metadata that `keep` lets through, as the program would name itself.
pub(crate) fn rewritten(
    path: &Path,
    keep: fn(&KeyValue) -> bool,
    change: impl Fn(RecordBatch) -> RecordBatch,
) -> Vec<u8> {
    let read = File::open(path).unwrap();
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&read, options).unwrap();
    let entries = metadata.metadata().file_metadata().key_value_metadata().cloned().unwrap();
    let entries = entries.into_iter().filter(|entry| entry.key.starts_with("udpeg.") && keep(entry)).collect();
    let schema = Arc::clone(metadata.schema());
    let mut batches = ParquetRecordBatchReaderBuilder::new_with_metadata(read, metadata).build().unwrap();
    let batch = change(batches.next().map_or_else(|| RecordBatch::new_empty(schema), Result::unwrap));
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(entries))
        .set_created_by(concat!("udpeg ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// The batch with another column in the place of one.
pub(crate) fn with_column(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let mut fields: Vec<Field> = batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut columns = batch.columns().to_vec();
    let at = batch.schema().index_of(name).unwrap();
    fields[at] = Field::new(name, column.data_type().clone(), column.null_count() > 0 || fields[at].is_nullable());
    columns[at] = column;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// The batch with another last cell in a text column; `None` for a null.
pub(crate) fn with_cell(batch: &RecordBatch, name: &str, cell: Option<&str>) -> RecordBatch {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    let mut cells: Vec<Option<&str>> = column.iter().collect();
    *cells.last_mut().unwrap() = cell;
    with_column(batch, name, Arc::new(StringArray::from(cells)))
}

/// Selecting fails like this and leaves nothing.
#[track_caller]
fn select_fails(place: &Workplace, code: i32, says: &[&str]) -> Ran {
    let before = place.files("out");
    let ran = place.udpeg(&SELECT).failed(code, says).failed(code, &["out/2024Q4/delivery/family/"]);
    assert!(before == place.files("out"), "{says:?}");
    assert_nothing_hidden(place, "select");
    ran
}

#[test]
fn a_text_column_that_holds_a_cpr_number_is_refused_and_the_number_never_told() {
    for column in ["person", "record", "type", "child", "sex", "age_band"] {
        for cell in ["2512489996", "251248-9996", "251248 9996", "sag (251248-9996) x", "8512489996"] {
            let place = delivered();
            rewrite(&place, EXTRACT, |_| true, |batch| with_cell(&batch, column, Some(cell)));
            let says =
                ["refused: ", "extract.parquet", &format!("column `{column}` holds what looks like a CPR number")];
            let ran = select_fails(&place, 4, &says);
            assert!(!ran.err.contains("9996"), "{}", ran.err);
        }
    }
    let place = delivered();
    let one_row = |batch: RecordBatch| with_column(&batch, "person", Arc::new(StringArray::from(vec!["0201609995"])));
    rewrite(&place, INCOMPLETE, |_| true, one_row);
    let ran = select_fails(&place, 4, &["incomplete.parquet: column `person` holds what looks like a CPR number"]);
    assert!(!ran.err.contains("0201609995"), "{}", ran.err);
}

#[test]
fn a_column_more_is_refused_and_its_name_never_told() {
    let place = delivered();
    rewrite(
        &place,
        EXTRACT,
        |_| true,
        |batch| {
            let mut fields = batch.schema().fields().to_vec();
            fields.push(Arc::new(Field::new("navn 0201609995", DataType::Utf8, false)));
            let mut columns = batch.columns().to_vec();
            columns.push(Arc::new(StringArray::from(vec!["Ane"; batch.num_rows()])));
            RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
        },
    );
    let ran = select_fails(&place, 4, &["extract.parquet: it has 1 more columns", "no other column may leave it"]);
    assert!(!ran.err.contains("navn") && !ran.err.contains("0201609995"), "{}", ran.err);
}

#[test]
fn cells_that_are_not_what_their_column_holds_fail_the_file() {
    let short = "4055a05620afe904215fe3c06d086e5";
    let upper = "4055A05620AFE904215FE3C06D086E51";
    for (column, cell, says) in [
        ("person", Some(short), "column `person`: a cell is no pseudonym of 32 hex characters"),
        ("person", Some(upper), "column `person`: a cell is no pseudonym"),
        ("person", Some("Ane Østergård"), "column `person`: a cell is no pseudonym"),
        ("person", Some("00000000000000000000000000000000"), "column `person`: rows are not sorted by person"),
        ("record", Some(short), "column `record`: a cell is no pseudonym"),
        ("child", Some("Ane Østergård"), "column `child`: a cell is no pseudonym"),
        ("sex", Some("Ane Østergård"), "column `sex`: a cell is neither M nor F"),
        ("age_band", Some("Ane Østergård"), "column `age_band`: a cell is no age band"),
        ("person", None, "column `person`: holds an empty cell"),
        ("type", None, "column `type`: holds an empty cell"),
        ("sex", None, "column `sex`: holds an empty cell"),
        ("age_band", None, "column `age_band`: holds an empty cell"),
    ] {
        let place = delivered();
        rewrite(&place, EXTRACT, |_| true, |batch| with_cell(&batch, column, cell));
        let ran = select_fails(&place, 1, &["extract.parquet", says, "ask the department for its delivery again"]);
        assert!(!cell.is_some_and(|cell| ran.err.contains(cell)), "{}", ran.err);
    }
}

#[test]
fn columns_that_are_missing_or_of_another_type_fail_the_file() {
    for column in ["person", "record", "type", "start", "end", "child", "sex", "age_band"] {
        let place = delivered();
        rewrite(
            &place,
            EXTRACT,
            |_| true,
            |mut batch| {
                batch.remove_column(batch.schema().index_of(column).unwrap());
                batch
            },
        );
        select_fails(&place, 1, &["extract.parquet", &format!("column `{column}` is not there")]);
        let place = delivered();
        rewrite(
            &place,
            EXTRACT,
            |_| true,
            |batch| with_column(&batch, column, Arc::new(Int32Array::from(vec![1; batch.num_rows()]))),
        );
        select_fails(&place, 1, &["extract.parquet", &format!("column `{column}` is not of the type")]);
    }
    let place = delivered();
    rewrite(
        &place,
        INCOMPLETE,
        |_| true,
        |batch| {
            let schema = Schema::new(vec![Field::new("people", DataType::Utf8, false)]);
            RecordBatch::try_new(Arc::new(schema), batch.columns().to_vec()).unwrap()
        },
    );
    select_fails(&place, 1, &["incomplete.parquet: column `person` is not there"]);
}

#[test]
fn rows_that_are_not_sorted_fail_the_file() {
    let place = delivered();
    rewrite(
        &place,
        EXTRACT,
        |_| true,
        |batch| {
            let rows = batch.num_rows();
            let turned: Vec<ArrayRef> = batch
                .columns()
                .iter()
                .map(|column| {
                    let parts: Vec<ArrayRef> = (0..rows).rev().map(|row| column.slice(row, 1)).collect();
                    arrow_select::concat::concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>()).unwrap()
                })
                .collect();
            RecordBatch::try_new(batch.schema(), turned).unwrap()
        },
    );
    select_fails(&place, 1, &["extract.parquet", "column `person`: rows are not sorted"]);
    for persons in [["b", "a"], ["a", "a"]] {
        let place = delivered();
        let persons: Vec<String> = persons.iter().map(|digit| digit.repeat(32)).collect();
        rewrite(
            &place,
            INCOMPLETE,
            |_| true,
            |batch| with_column(&batch, "person", Arc::new(StringArray::from(persons.clone()))),
        );
        select_fails(&place, 1, &["incomplete.parquet: its rows are not sorted"]);
    }
}

#[test]
fn a_file_without_its_metadata_is_refused() {
    let place = delivered();
    rewrite(&place, EXTRACT, |entry| entry.key != "udpeg.format", |batch| batch);
    select_fails(&place, 4, &["extract.parquet", "udpeg.format differs"]);
    rewrite(&place, EXTRACT, |_| false, |batch| batch);
    select_fails(
        &place,
        4,
        &["udpeg.format, udpeg.department, udpeg.period, udpeg.as_of, udpeg.age_bands, udpeg.key_id"],
    );
}

#[test]
fn a_file_that_is_no_parquet_fails_although_its_manifest_names_it() {
    for file in [EXTRACT, INCOMPLETE] {
        let whole = fs::read(delivered().path(&format!("out/2024Q4/delivery/family/{file}"))).unwrap();
        let half_footer = [&whole[..whole.len() - 60], &whole[whole.len() - 8..]].concat();
        for bytes in
            [&b""[..], b"PAR1PAR1", &whole[..whole.len() - 1], &whole[..whole.len() / 2], &half_footer, &[0x5a; 4096]]
        {
            let place = delivered();
            replace(&place, file, bytes);
            select_fails(
                &place,
                1,
                &[file, "it is not a whole Parquet file", "ask the department for its delivery again"],
            );
        }
    }
    let place = delivered();
    replace(&place, "quality.json", b"{\"department\": \"family\"}");
    select_fails(&place, 1, &["quality.json: it is no quality file"]);
}

#[test]
fn no_altered_byte_ends_the_program_by_a_mistake_of_its_own() {
    let place = delivered();
    let whole = fs::read(place.path("out/2024Q4/delivery/family/extract.parquet")).unwrap();
    let anywhere = (0..whole.len()).step_by(23).map(|at| (at, 0xff));
    let footer = (whole.len() - 900..whole.len()).step_by(2).map(|at| (at, 0x01));
    for (at, flip) in anywhere.chain(footer) {
        let mut bytes = whole.clone();
        bytes[at] ^= flip;
        replace(&place, EXTRACT, &bytes);
        let ran = place.udpeg(&[&SELECT[..], &["--force"]].concat());
        assert!(
            matches!(ran.code, 0 | 1 | 4) && !ran.err.contains("a mistake in udpeg"),
            "byte {at}: {}\n{}",
            ran.code,
            ran.err
        );
    }
}

#[test]
fn a_type_that_nobody_named_is_not_repeated() {
    let place = delivered();
    rewrite(&place, EXTRACT, |_| true, |batch| with_cell(&batch, "type", Some("Ane Østergård, Søgade 4")));
    place.edit("p.toml", "department = \"social\"", "department = \"family\"\ntypes = [\"Ane Østergaard\"]");
    let ran = place.udpeg(&SELECT);
    assert!(!ran.err.contains("Søgade") && !ran.out.contains("Søgade"), "{}", ran.err);
}
