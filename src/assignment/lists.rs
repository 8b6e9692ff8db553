//! `target_group.parquet` and each coordinator's `list.parquet`, made from `candidates.parquet`.

use super::{Proposed, assign};
use crate::error::{Error, Result};
use crate::output::{self, Column, FileRecord, RunMetadata, Staged};
use crate::programme::{Coordinator, Kind};
use crate::selection::columns;
use crate::untrusted::{SteadyFile, guarded, shape};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, UInt32Type};
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use std::path::Path;
use std::sync::Arc;

/// The proposed units and who coordinates them.
#[derive(Debug)]
pub struct TargetGroup {
    rows: RecordBatch,
    /// For each row the position of its coordinator.
    pub coordinators: Vec<Option<usize>>,
    /// The rows, as far as assigning them goes.
    pub units: Vec<Proposed>,
    /// The key id in the file's metadata.
    pub key_id: String,
}

impl TargetGroup {
    /// Reads the proposed rows of `candidates.parquet` and assigns them.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not whole, lacks a column, or has changed since it was opened.
    pub fn read(file: &SteadyFile, coordinators: &[Coordinator]) -> Result<Self> {
        let corrupt =
            || Error::file(file.path(), "it is not a whole list of candidates", "run `udpeg select --force` again");
        let read = guarded(|| read_proposed(file)).flatten();
        file.check_unchanged()?;
        let (rows, key_id) = read.ok_or_else(corrupt)?;
        let units = units(&rows).ok_or_else(corrupt)?;
        let coordinators = assign(&units, coordinators);
        Ok(Self { rows, coordinators, units, key_id })
    }
}

/// The proposed rows of a list of candidates, and the key id in its metadata; `None` where it is not whole.
fn read_proposed(file: &SteadyFile) -> Option<(RecordBatch, String)> {
    let (metadata, batches) = batches(file)?;
    let entries = metadata.metadata().file_metadata().key_value_metadata();
    let key_id = entries.into_iter().flatten().find(|entry| entry.key == "udpeg.key_id")?.value.clone()?;
    let batches: Option<Vec<RecordBatch>> = batches.map(|batch| proposed(&batch.ok()?)).collect();
    Some((concat_batches(metadata.schema(), &batches?).ok()?, key_id))
}

/// What a Parquet file says about itself, with Parquet's own types, and its rows.
pub(crate) fn batches(file: &SteadyFile) -> Option<(ArrowReaderMetadata, ParquetRecordBatchReader)> {
    shape::check_footer(file)?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(file, options).ok()?;
    shape::check_rows(file, metadata.metadata())?;
    for group in 0..metadata.metadata().num_row_groups() {
        shape::check_pages(file, metadata.metadata(), group)?;
    }
    let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone()).build().ok()?;
    Some((metadata, batches))
}

/// The rows whose status is `proposed`.
pub(super) fn proposed(batch: &RecordBatch) -> Option<RecordBatch> {
    let status = batch.column_by_name(columns::STATUS)?.as_string_opt::<i32>()?;
    let mask: BooleanArray = status.iter().map(|status| Some(status == Some("proposed"))).collect();
    filter_record_batch(batch, &mask).ok()
}

fn units(rows: &RecordBatch) -> Option<Vec<Proposed>> {
    let kinds = rows.column_by_name(columns::KIND)?.as_string_opt::<i32>()?;
    let points = rows.column_by_name(columns::POINTS)?.as_primitive_opt::<Int32Type>()?;
    let ranks = rows.column_by_name(columns::RANK)?.as_primitive_opt::<UInt32Type>()?;
    if !ranks.values().is_sorted() {
        return None;
    }
    let unit = |(kind, points): (Option<&str>, Option<i32>)| {
        let kind = Kind::ALL.into_iter().find(|known| Some(known.as_str()) == kind)?;
        Some(Proposed { kind, points: points? })
    };
    kinds.iter().zip(points).map(unit).collect()
}

/// Writes `target_group.parquet` into `assignment` and each coordinator's list into `lists`; gives their records for
/// the manifest.
///
/// # Errors
///
/// [`Error::File`] where one cannot be written.
pub fn write(
    assignment: &Staged,
    lists: &Staged,
    target_group: &TargetGroup,
    coordinators: &[Coordinator],
    metadata: &RunMetadata,
) -> Result<Vec<FileRecord>> {
    let all = with_coordinators(target_group, coordinators)?;
    let mut records = vec![write_rows(assignment, "target_group.parquet", Path::new("assignment"), &all, metadata)?];
    for (position, coordinator) in coordinators.iter().enumerate() {
        let mask: BooleanArray =
            target_group.coordinators.iter().map(|assigned| Some(*assigned == Some(position))).collect();
        let rows = filter_record_batch(&all, &mask).map_err(|_| unwritable(lists))?;
        let name = format!("{}/list.parquet", coordinator.id);
        records.push(write_rows(lists, &name, Path::new("coordinators"), &rows, metadata)?);
    }
    Ok(records)
}

fn with_coordinators(target_group: &TargetGroup, coordinators: &[Coordinator]) -> Result<RecordBatch> {
    let name = |assigned: &Option<usize>| assigned.map(|position| coordinators[position].id.as_str());
    let column: ArrayRef = Arc::new(target_group.coordinators.iter().map(name).collect::<StringArray>());
    let rows = &target_group.rows;
    let mut fields: Vec<Field> = rows.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.push(Field::new(columns::COORDINATOR, DataType::Utf8, true));
    let mut arrays = rows.columns().to_vec();
    arrays.push(column);
    let schema: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
    RecordBatch::try_new(schema, arrays)
        .map_err(|_| Error::refused("the coordinators do not fit the target group", "please report this"))
}

fn write_rows(
    folder: &Staged,
    name: &str,
    place: &Path,
    rows: &RecordBatch,
    metadata: &RunMetadata,
) -> Result<FileRecord> {
    let schema = rows.schema();
    let column = |(position, field): (usize, &Arc<Field>)| {
        Column::new(field.as_ref().clone(), move |chunk: &RecordBatch| Arc::clone(chunk.column(position)))
    };
    let columns: Vec<Column<'_, RecordBatch>> = schema.fields().iter().enumerate().map(column).collect();
    let chunk = |range: std::ops::Range<usize>| Ok(rows.slice(range.start, range.len()));
    let (sha256, count) = output::write_table(folder, name, metadata, rows.num_rows(), chunk, &columns)?;
    Ok(FileRecord::new(&place.join(name), sha256, Some(count)))
}

fn unwritable(folder: &Staged) -> Error {
    Error::file(folder.place(), "a coordinator's list could not be made", "please report this")
}
