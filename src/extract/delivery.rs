//! What a department writes: its private lists, and the delivery for the analyst.

use super::quality::Quality;
use super::read::{Extract, file_name};
use super::records::{LeavingTypes, Record, Records};
use crate::error::{Result, Warning};
use crate::identity::Sex;
use crate::output::{self, FileRecord, ParquetFile, RunMetadata, Staged, hex_column};
use crate::programme::{Attributes, Department, OTHER_TYPE, Programme};
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, Date32Array, DictionaryArray, StringArray, UInt32Array};
use arrow_schema::{DataType, Field};
use std::path::Path;
use std::sync::Arc;

/// Names of the delivered files and of the columns of `extract.parquet`, for writer and reader alike.
pub(crate) mod names {
    pub(crate) const EXTRACT: &str = "extract.parquet";
    pub(crate) const INCOMPLETE: &str = "incomplete.parquet";
    pub(crate) const QUALITY: &str = "quality.json";
    pub(crate) const PERSON: &str = "person";
    pub(crate) const RECORD: &str = "record";
    pub(crate) const KIND: &str = "type";
    pub(crate) const START: &str = "start";
    pub(crate) const END: &str = "end";
    pub(crate) const CHILD: &str = "child";
    pub(crate) const SEX: &str = "sex";
    pub(crate) const AGE_BAND: &str = "age_band";
}

/// Sorts what was read, counts duplicates once, and counts everything.
///
/// Gives the count and how the types leave.
pub fn tidy(programme: &Programme, department: &Department, extract: &mut Extract) -> (Quality, LeavingTypes) {
    let mut types = LeavingTypes::new(&extract.types, &programme.types_that_may_leave(department));
    let (duplicates, rows_of_type) = extract.records.sort_and_deduplicate(&types.ranks);
    types.set_rows(&extract.types, &rows_of_type);
    extract.incomplete.sort_unstable();
    extract.incomplete.dedup();
    let quality = Quality {
        department: department.id.clone(),
        rows: extract.rows(),
        rejected: extract.rejected.len() as u64,
        reasons: extract.reasons(),
        duplicates,
        repaired: extract.counts.repaired,
        replacement: extract.counts.replacement,
        no_check_digit: extract.counts.no_check_digit,
        extract: extract.records.len() as u64,
    };
    (quality, types)
}

/// Writes `rejected.csv`, `other_types.csv` and `quality.json`, which stay in the department.
///
/// # Errors
///
/// [`crate::Error::File`] where they cannot be written.
pub fn write_private(folder: &Staged, extract: &Extract, quality: &Quality, types: &LeavingTypes) -> Result<()> {
    output::write_bytes(folder, "rejected.csv", rejected_list(extract).as_bytes())?;
    let mut list = String::from("type,rows\n");
    for (name, rows) in &types.other {
        push_line(&mut list, &[name, &rows.to_string()]);
    }
    output::write_bytes(folder, "other_types.csv", list.as_bytes())?;
    output::write_json(folder, names::QUALITY, quality)?;
    Ok(())
}

/// Writes `extract.parquet`, `incomplete.parquet` and `quality.json`; gives their records for the manifest.
///
/// # Errors
///
/// [`crate::Error::File`] where they cannot be written.
pub fn deliver(
    programme: &Programme,
    key_id: &str,
    folder: &Staged,
    extract: &Extract,
    quality: &Quality,
    types: &LeavingTypes,
) -> Result<Vec<FileRecord>> {
    let metadata = RunMetadata::of_department(programme, key_id, &quality.department);
    let place = Path::new("delivery").join(&quality.department);
    let (sha256, rows) = write_extract(programme, folder, &metadata, &extract.records, types)?;
    let mut records = vec![FileRecord::new(&place.join(names::EXTRACT), sha256, Some(rows))];

    let mut file = ParquetFile::create(
        folder,
        names::INCOMPLETE,
        vec![Field::new(names::PERSON, DataType::Utf8, false)],
        &metadata,
    )?;
    let incomplete = &extract.incomplete;
    file.write(incomplete.len(), |rows| vec![hex_column(incomplete[rows].iter().copied().map(Some))])?;
    let (sha256, rows) = file.finish()?;
    records.push(FileRecord::new(&place.join(names::INCOMPLETE), sha256, Some(rows)));

    let sha256 = output::write_json(folder, names::QUALITY, quality)?;
    records.push(FileRecord::new(&place.join(names::QUALITY), sha256, None));
    Ok(records)
}

/// The columns of `extract.parquet`, in order.
pub(crate) fn extract_fields(attributes: Attributes) -> Vec<Field> {
    let text = || DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    let mut fields = vec![
        Field::new(names::PERSON, DataType::Utf8, false),
        Field::new(names::RECORD, DataType::Utf8, true),
        Field::new(names::KIND, text(), false),
        Field::new(names::START, DataType::Date32, false),
        Field::new(names::END, DataType::Date32, true),
        Field::new(names::CHILD, DataType::Utf8, true),
    ];
    if attributes.sex {
        fields.push(Field::new(names::SEX, text(), false));
    }
    if attributes.age_band {
        fields.push(Field::new(names::AGE_BAND, text(), false));
    }
    fields
}

fn write_extract(
    programme: &Programme,
    folder: &Staged,
    metadata: &RunMetadata,
    records: &Records,
    types: &LeavingTypes,
) -> Result<(String, u64)> {
    let attributes = programme.attributes;
    let mut file = ParquetFile::create(folder, names::EXTRACT, extract_fields(attributes), metadata)?;
    let kinds: ArrayRef = Arc::new(StringArray::from_iter_values(&types.names));
    let bands: ArrayRef = Arc::new(StringArray::from_iter_values(programme.age_bands.labels()));
    let sexes: ArrayRef = Arc::new(StringArray::from_iter_values(["M", "F"]));
    file.write(records.len(), |range| {
        let rows: Vec<&Record> = records.range(range).collect();
        let days = |day: fn(&Record) -> Option<i32>| -> ArrayRef {
            Arc::new(rows.iter().map(|row| day(row)).collect::<Date32Array>())
        };
        let mut columns = vec![
            hex_column(rows.iter().map(|row| Some(row.person))),
            hex_column(rows.iter().map(|row| row.record)),
            words(rows.iter().map(|row| types.ranks[row.kind as usize]), &kinds),
            days(|row| Some(row.start)),
            days(|row| (row.end != Record::OPEN).then_some(row.end)),
            hex_column(rows.iter().map(|row| row.child)),
        ];
        if attributes.sex {
            columns.push(words(rows.iter().map(|row| u32::from(row.sex == Sex::Female)), &sexes));
        }
        if attributes.age_band {
            columns.push(words(rows.iter().map(|row| u32::from(row.age_band)), &bands));
        }
        columns
    })?;
    file.finish()
}

/// A column of few distinct words.
pub(crate) fn words(positions: impl Iterator<Item = u32>, all: &ArrayRef) -> ArrayRef {
    let positions: UInt32Array = positions.map(Some).collect();
    Arc::new(
        DictionaryArray::<UInt32Type>::try_new(positions, Arc::clone(all))
            .expect("every position stands among the words"),
    )
}

/// Warnings about types that the programme names and that came in another spelling only.
///
/// What came stays in the department, so only the programme's own word is repeated.
#[must_use]
pub fn type_warnings(programme: &Programme, department: &Department, extract: &Extract) -> Vec<Warning> {
    let letters =
        |text: &str| text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let named = programme.types_that_may_leave(department);
    let present = extract.types.names();
    let came_otherwise = |name: &str| {
        let is_other = |came: &&String| !named.contains(&came.as_str()) && letters(came) == letters(name);
        !present.iter().any(|came| came == name) && present.iter().any(|came| is_other(&came))
    };
    let misspelt = named.iter().filter(|name| came_otherwise(name));
    let warn = |name: &&str| {
        Warning(format!(
            "{}: the programme's type \"{name}\" comes only in another spelling (capitals, blanks or punctuation), which leaves as `{OTHER_TYPE}`; other_types.csv shows it",
            department.id
        ))
    };
    misspelt.map(warn).collect()
}

/// `rejected.csv`; with the rows' own columns where they were asked for.
fn rejected_list(extract: &Extract) -> String {
    let show_values = extract.rejected.iter().any(|rejected| !rejected.cells.is_empty());
    let mut own_columns: Vec<&str> = Vec::new();
    for name in extract.files.iter().flat_map(|file| &file.header) {
        if show_values && !own_columns.contains(&name.as_str()) {
            own_columns.push(name);
        }
    }
    let mut list = String::new();
    let mut line: Vec<&str> = vec!["file", "row", "column", "reason"];
    line.extend(&own_columns);
    if show_values {
        line.push("(further fields)");
    }
    push_line(&mut list, &line);
    for rejected in &extract.rejected {
        let file = file_name(extract, rejected);
        let row = rejected.row.to_string();
        let mut line: Vec<&str> = vec![&file, &row, rejected.column.as_deref().unwrap_or(""), rejected.reason.as_str()];
        let header = &extract.files[rejected.file].header;
        for column in &own_columns {
            let position = header.iter().position(|name| name == column);
            line.push(position.and_then(|position| rejected.cells.get(position)).map_or("", String::as_str));
        }
        let further = rejected.cells.get(header.len()..).unwrap_or_default().join(" | ");
        if show_values {
            line.push(&further);
        }
        push_line(&mut list, &line);
    }
    list
}

/// One line of CSV, quoted where it must be.
fn push_line(list: &mut String, cells: &[&str]) {
    for (position, cell) in cells.iter().enumerate() {
        if position > 0 {
            list.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            list.push('"');
            list.push_str(&cell.replace('"', "\"\""));
            list.push('"');
        } else {
            list.push_str(cell);
        }
    }
    list.push('\n');
}
