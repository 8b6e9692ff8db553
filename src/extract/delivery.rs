//! What a department writes: its private lists, and the delivery for the analyst.

use super::leaving::LeavingTypes;
use super::list::List;
use super::quality::Quality;
use super::read::{Extract, InputFile};
use super::records::{Chunk, Record, Records};
use super::risk::Classes;
use crate::error::{Result, Warning};
use crate::identity::{Pseudonym, Sex, masked};
use crate::output::{self, Column, FileRecord, RunMetadata, Staged, hex_column};
use crate::programme::{DatesLeave, Department, OTHER_TYPE, Programme};
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, Date32Array, DictionaryArray, StringArray, UInt32Array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

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

/// Sorts what was read, counts duplicates once, makes months of days where the programme says so, and counts everything.
///
/// Gives the count and how the types leave.
///
/// # Errors
///
/// [`crate::Error::File`] where records that were put aside cannot be read or written.
pub fn tidy(programme: &Programme, department: &Department, extract: &mut Extract) -> Result<(Quality, LeavingTypes)> {
    let mut types = LeavingTypes::new(&extract.types, &programme.types_that_may_leave(department));
    let classes = Classes::new(programme, &types.ranks, extract.records.room());
    let (sorted, parts) = extract.records.sort_and_look(&types.ranks, |records| classes.of(records))?;
    let risk = classes.risk(&parts, sorted.persons)?;
    types.set_rows(&extract.types, &sorted.rows_of_type);
    if programme.dates_leave == DatesLeave::AsMonths {
        extract.records.widen_to_months(&types.ranks)?;
    }
    extract.incomplete.sort_unstable();
    extract.incomplete.dedup();
    let weekly = department.columns.is_weekly().then_some(extract.week_counts);
    let quality = Quality {
        department: department.id.clone(),
        rows: extract.rows(),
        rejected: extract.rejected.len() as u64,
        reasons: extract.reasons(),
        duplicates: sorted.removed + extract.week_counts.duplicates,
        repaired: extract.counts.repaired,
        replacement: extract.counts.replacement,
        no_check_digit: extract.counts.no_check_digit,
        extract: extract.records.len() as u64,
        excluded: (!programme.person_lists.exclude.is_empty()).then_some(extract.excluded),
        renumbered: programme.person_lists.renumbered.as_ref().map(|_| extract.counts.renumbered),
        further_adults: (department.columns.persons.len() > 1).then_some(extract.further_adults),
        netted_out: weekly.map(|counts| counts.netted_out),
        joined: weekly.map(|counts| counts.joined),
        encodings: encodings(department, extract),
        persons: Some(sorted.persons),
        types: Some(types.rows_by_name(&sorted.rows_of_type)),
        risk: Some(risk),
        change: None,
    };
    Ok((quality, types))
}

/// The encoding recognised in each file, where the programme leaves that to the program.
fn encodings(department: &Department, extract: &Extract) -> Option<BTreeMap<String, String>> {
    let of_file = |file: &InputFile| {
        let encoding = file.recognised?;
        Some((crate::identity::masked(&file.name).into_owned(), encoding.name().to_owned()))
    };
    department.format.encoding.is_none().then(|| extract.files.iter().filter_map(of_file).collect())
}

/// Writes `rejected.csv`, `other_types.csv` and `quality.json`, which stay in the department.
///
/// # Errors
///
/// [`crate::Error::File`] where they cannot be written.
pub fn write_private(folder: &Staged, extract: &Extract, quality: &Quality, types: &LeavingTypes) -> Result<()> {
    let mut list = List::create(folder, "rejected.csv")?;
    write_rejected(&mut list, extract)?;
    list.finish()?;
    let mut list = List::create(folder, "other_types.csv")?;
    list.push(&["type", "rows"])?;
    types.other.iter().try_for_each(|(name, rows)| list.push(&[name, &rows.to_string()]))?;
    list.finish()?;
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

    let (sha256, rows) = write_incomplete(folder, &metadata, &extract.incomplete)?;
    records.push(FileRecord::new(&place.join(names::INCOMPLETE), sha256, Some(rows)));

    let sha256 = output::write_json(folder, names::QUALITY, quality)?;
    records.push(FileRecord::new(&place.join(names::QUALITY), sha256, None));
    Ok(records)
}

/// Writes `incomplete.parquet` of rising pseudonyms; gives its SHA-256 and its rows.
///
/// # Errors
///
/// [`crate::Error::File`] where it cannot be written.
pub(crate) fn write_incomplete(
    folder: &Staged,
    metadata: &RunMetadata,
    incomplete: &[Pseudonym],
) -> Result<(String, u64)> {
    let persons = Column::of_pseudonyms(names::PERSON, false, |persons: &&[Pseudonym]| {
        hex_column(persons.len(), persons.iter().copied().map(Some))
    });
    output::write_table(folder, names::INCOMPLETE, metadata, incomplete.len(), |rows| Ok(&incomplete[rows]), &[persons])
}

/// Writes `extract.parquet` of sorted records; gives its SHA-256 and its rows.
///
/// # Errors
///
/// [`crate::Error::File`] where it cannot be written, or records that were put aside cannot be read.
pub(crate) fn write_extract(
    programme: &Programme,
    folder: &Staged,
    metadata: &RunMetadata,
    records: &Records,
    types: &LeavingTypes,
) -> Result<(String, u64)> {
    let pseudonyms = |name, nullable, value: fn(&Record) -> Option<Pseudonym>| {
        Column::of_pseudonyms(name, nullable, move |chunk: &Chunk| hex_column(chunk.len(), chunk.iter().map(value)))
    };
    let days = |name, nullable, value: fn(&Record) -> Option<i32>| {
        Column::new(Field::new(name, DataType::Date32, nullable), move |chunk: &Chunk| {
            let is_there = NullBuffer::from(chunk.values(|row| value(row).is_some()));
            let days = chunk.values(|row| value(row).unwrap_or_default());
            Arc::new(Date32Array::new(days.into(), Some(is_there).filter(|there| there.null_count() > 0)))
        })
    };
    let kinds = StringArray::from_iter_values(&types.names);
    let mut columns = vec![
        pseudonyms(names::PERSON, false, |row| Some(row.person)),
        pseudonyms(names::RECORD, true, |row| row.record),
        words(names::KIND, kinds, |row| types.ranks[row.kind as usize]),
        days(names::START, false, |row| Some(row.start)),
        days(names::END, true, |row| (row.end != Record::OPEN).then_some(row.end)),
        pseudonyms(names::CHILD, true, |row| row.child),
    ];
    if programme.attributes.sex {
        let sexes = StringArray::from_iter_values(["M", "F"]);
        columns.push(words(names::SEX, sexes, |row| u32::from(row.sex == Sex::Female)));
    }
    if programme.attributes.age_band {
        let bands = StringArray::from_iter_values(programme.age_bands.labels());
        columns.push(words(names::AGE_BAND, bands, |row| u32::from(row.age_band)));
    }
    output::write_table(folder, names::EXTRACT, metadata, records.len(), |rows| records.chunk(rows), &columns)
}

/// A column of few distinct words, of which `word` gives each record's.
fn words<'a>(name: &str, all: StringArray, word: impl Fn(&Record) -> u32 + Send + Sync + 'a) -> Column<'a, Chunk> {
    let all: ArrayRef = Arc::new(all);
    let text = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    Column::new(Field::new(name, text, false), move |chunk: &Chunk| {
        let positions = UInt32Array::from(chunk.values(&word));
        let words = DictionaryArray::<UInt32Type>::try_new(positions, Arc::clone(&all));
        Arc::new(words.expect("every position stands among the words"))
    })
}

/// Warnings about types that the programme names and that came in another spelling only.
///
/// What came stays in the department, so only the programme's own word is repeated.
#[must_use]
pub fn type_warnings(programme: &Programme, department: &Department, extract: &Extract) -> Vec<Warning> {
    let letters =
        |text: &str| text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let named = programme.types_that_may_leave(department);
    // An extract can have as many types as rows, so each is looked at once.
    let (came_as_named, came_otherwise): (Vec<&str>, Vec<&str>) =
        extract.types.names().iter().map(String::as_str).partition(|came| named.binary_search(came).is_ok());
    let other_spellings: HashSet<String> = came_otherwise.into_iter().map(letters).collect();
    let came_otherwise = |name: &str| !came_as_named.contains(&name) && other_spellings.contains(&letters(name));
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
fn write_rejected(list: &mut List, extract: &Extract) -> Result<()> {
    let show_values = extract.rejected.iter().any(|rejected| rejected.cells.is_some());
    let mut own_columns: Vec<&str> = Vec::new();
    let mut seen = HashSet::new();
    if show_values {
        let names = extract.files.iter().flat_map(|file| file.header.iter()).map(String::as_str);
        own_columns.extend(names.filter(|name| seen.insert(*name)));
    }
    // Where each of these stands in each file.
    let positions_in = |file: &InputFile| {
        let mut positions = HashMap::new();
        for (position, name) in file.header.iter().enumerate() {
            positions.entry(name.as_str()).or_insert(position);
        }
        own_columns.iter().map(|name| positions.get(name).copied()).collect::<Vec<_>>()
    };
    let positions: Vec<Vec<Option<usize>>> = extract.files.iter().map(positions_in).collect();
    let files: Vec<_> = extract.files.iter().map(|file| masked(&file.name)).collect();
    let mut line: Vec<&str> = vec!["file", "row", "column", "reason"];
    line.extend(&own_columns);
    if show_values {
        line.push("(further fields)");
    }
    list.push(&line)?;
    for rejected in &extract.rejected {
        let row = rejected.row.to_string();
        let column = rejected.column.map_or("", |column| extract.own_word(column));
        let mut line: Vec<&str> = vec![&files[rejected.file], &row, column, rejected.reason.as_str()];
        let cells: &[String] = rejected.cells.as_deref().map_or(&[], |cells| cells.as_slice());
        for position in &positions[rejected.file] {
            line.push(position.and_then(|position| cells.get(position)).map_or("", String::as_str));
        }
        let width = extract.files[rejected.file].header.len();
        let further = Zeroizing::new(cells.get(width..).unwrap_or_default().join(" | "));
        if show_values {
            line.push(&further);
        }
        list.push(&line)?;
    }
    Ok(())
}
