//! `target_group.parquet` and each coordinator's `list.parquet` and `list.xlsx`, made from `candidates.parquet`.

use super::solve::{Assignment, assign};
use super::task::{Proposed, Task};
use super::terms::{Row, Terms, rows};
use super::workbook::write_workbook;
use crate::error::{Error, Result};
use crate::output::{self, Column, FileRecord, RunMetadata, Staged, read_batches};
use crate::programme::{Coordinator, Programme};
use crate::selection::columns;
use crate::untrusted::{SteadyFile, guarded};
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use std::path::Path;
use std::sync::Arc;

/// The proposed units and who coordinates them.
#[derive(Debug)]
pub struct TargetGroup {
    rows: RecordBatch,
    points: Vec<i32>,
    /// For each row the position of its coordinator, and how good that is.
    pub assignment: Assignment,
    /// The rows, as far as assigning them goes.
    pub units: Vec<Proposed>,
    /// Members who had a coordinator in the period before; `None` where there is no such period.
    pub had_a_coordinator: Option<usize>,
    /// The key id in the file's metadata.
    pub key_id: String,
}

impl TargetGroup {
    /// Reads the proposed rows of `candidates.parquet` and assigns them under `terms`, which are asked for with the key
    /// id.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not whole, lacks a column, or has changed since it was opened, and what `terms` fails
    /// with.
    pub fn read(
        file: &SteadyFile,
        coordinators: &[Coordinator],
        terms: impl FnOnce(&str) -> Result<Terms>,
    ) -> Result<(Self, Terms)> {
        let corrupt =
            || Error::file(file.path(), "it is not a whole list of candidates", "run `udpeg select --force` again");
        let read = guarded(|| read_proposed(file)).flatten();
        file.check_unchanged()?;
        let (batch, key_id) = read.ok_or_else(corrupt)?;
        let rows = guarded(|| ranked_rows(&batch)).flatten().ok_or_else(corrupt)?;
        let terms = terms(&key_id)?;
        let units = terms.units(&rows, coordinators);
        let apart = terms.pairs_apart(&rows);
        let assignment = assign(Task { units: &units, coordinators, apart: &apart });
        let had_a_coordinator = terms.had_a_coordinator(&rows);
        let points = rows.iter().map(|row| row.points).collect();
        Ok((Self { rows: batch, points, assignment, units, had_a_coordinator, key_id }, terms))
    }

    /// The points of each row.
    #[must_use]
    pub fn points(&self) -> &[i32] {
        &self.points
    }
}

/// The proposed rows of a list of candidates, and the key id in its metadata; `None` where it is not whole.
fn read_proposed(file: &SteadyFile) -> Option<(RecordBatch, String)> {
    let (metadata, batches) = read_batches(file)?;
    let entries = metadata.metadata().file_metadata().key_value_metadata();
    let key_id = entries.into_iter().flatten().find(|entry| entry.key == "udpeg.key_id")?.value.clone()?;
    let batches: Option<Vec<RecordBatch>> = batches.map(|batch| proposed(&batch.ok()?)).collect();
    Some((concat_batches(metadata.schema(), &batches?).ok()?, key_id))
}

/// The rows whose status is `proposed`.
pub(super) fn proposed(batch: &RecordBatch) -> Option<RecordBatch> {
    let status = batch.column_by_name(columns::STATUS)?.as_string_opt::<i32>()?;
    let mask: BooleanArray = status.iter().map(|status| Some(status == Some("proposed"))).collect();
    filter_record_batch(batch, &mask).ok()
}

/// The rows, which must stand by rank.
fn ranked_rows(batch: &RecordBatch) -> Option<Vec<Row>> {
    let ranks = batch.column_by_name(columns::RANK)?.as_primitive_opt::<UInt32Type>()?;
    if ranks.values().is_sorted() { rows(batch) } else { None }
}

/// Writes `target_group.parquet` into `assignment` and each coordinator's lists into `lists`; gives their records for
/// the manifest.
///
/// # Errors
///
/// [`Error::File`] where one cannot be written.
pub fn write(
    assignment: &Staged,
    lists: &Staged,
    target_group: &TargetGroup,
    programme: &Programme,
    metadata: &RunMetadata,
) -> Result<Vec<FileRecord>> {
    let coordinators = &programme.coordinators;
    let all = with_coordinators(target_group, coordinators)?;
    let mut records = vec![write_rows(assignment, "target_group.parquet", Path::new("assignment"), &all, metadata)?];
    for (position, coordinator) in coordinators.iter().enumerate() {
        let mask: BooleanArray =
            target_group.assignment.coordinators.iter().map(|assigned| Some(*assigned == Some(position))).collect();
        let rows = filter_record_batch(&all, &mask).map_err(|_| unwritable(lists))?;
        let name = format!("{}/list.parquet", coordinator.id);
        records.push(write_rows(lists, &name, Path::new("coordinators"), &rows, metadata)?);
        records.push(write_workbook(lists, &coordinator.id, &rows, programme)?);
    }
    Ok(records)
}

fn with_coordinators(target_group: &TargetGroup, coordinators: &[Coordinator]) -> Result<RecordBatch> {
    let name = |assigned: &Option<usize>| assigned.map(|position| coordinators[position].id.as_str());
    let column: ArrayRef = Arc::new(target_group.assignment.coordinators.iter().map(name).collect::<StringArray>());
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
