//! `target_group.parquet` and each coordinator's `list.parquet` and `list.xlsx`, made from `candidates.parquet`.

use super::candidates::{Candidates, chosen_rows, key_id};
use super::replay::target;
use super::solve::{Assignment, assign};
use super::task::{Proposed, Task};
use super::terms::{Row, Terms, rows};
use super::workbook::write_workbook;
use crate::decisions::Decided;
use crate::error::{Error, Result};
use crate::output::{self, Column, FileRecord, RunMetadata, Staged, read_batches};
use crate::programme::{Coordinator, Programme};
use crate::selection::{AGAIN, columns, look_into};
use crate::untrusted::SteadyFile;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use rayon::prelude::*;
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
    /// What was decided about each row; `None` where nothing was decided about anybody.
    decided: Option<Vec<Option<Decided>>>,
    /// Members who had a coordinator in the period before; `None` where there is no such period.
    pub had_a_coordinator: Option<usize>,
    /// The key id in the file's metadata.
    pub key_id: String,
}

impl TargetGroup {
    /// Reads the proposed rows of `candidates.parquet` (where people decided otherwise, the rows of whom they want) and
    /// assigns them under `terms`, which are asked for with the key id.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not whole, lacks a column, or has changed since it was opened, and what `terms` fails
    /// with.
    pub fn read(
        file: &SteadyFile,
        programme: &Programme,
        terms: impl FnOnce(&str) -> Result<Terms>,
    ) -> Result<(Self, Terms)> {
        let key_id = look_into(file, AGAIN, || key_id(file))?;
        let terms = terms(&key_id)?;
        let (batch, rows) = look_into(file, AGAIN, || {
            let batch = read_proposed(file, programme, &terms)?;
            let rows = ranked_rows(&batch)?;
            Some((batch, rows))
        })?;
        let coordinators = &programme.coordinators;
        let units = terms.units(&rows, coordinators);
        let apart = terms.pairs_apart(&rows);
        let assignment = assign(Task { units: &units, coordinators, apart: &apart });
        let had_a_coordinator = terms.had_a_coordinator(&rows);
        let points = rows.iter().map(|row| row.points).collect();
        let decided = decided_about(&rows, &terms);
        Ok((Self { rows: batch, points, assignment, units, decided, had_a_coordinator, key_id }, terms))
    }

    /// The points of each row.
    #[must_use]
    pub fn points(&self) -> &[i32] {
        &self.points
    }

    /// What is written of it.
    #[must_use]
    pub fn table(&self) -> Table<'_> {
        Table { rows: &self.rows, coordinators: &self.assignment.coordinators, decided: self.decided.as_deref() }
    }
}

/// A target group as it is written: its rows, the position of each one's coordinator, and what was decided about each;
/// `None` where nothing was decided about anybody.
#[derive(Debug, Clone, Copy)]
pub struct Table<'t> {
    pub(super) rows: &'t RecordBatch,
    pub(super) coordinators: &'t [Option<usize>],
    pub(super) decided: Option<&'t [Option<Decided>]>,
}

/// What was decided about each row; `None` where nothing was decided about anybody.
pub(super) fn decided_about(rows: &[Row], terms: &Terms) -> Option<Vec<Option<Decided>>> {
    let about = |row: &Row| terms.decided.of(&row.members).cloned();
    (!terms.decided.is_empty()).then(|| rows.iter().map(about).collect())
}

/// The rows of a list of candidates that are proposed; `None` where it is not whole.
fn read_proposed(file: &SteadyFile, programme: &Programme, terms: &Terms) -> Option<RecordBatch> {
    if !terms.decided.is_empty() {
        let candidates = Candidates::read(file)?;
        return chosen_rows(file, &target(programme, &candidates, terms));
    }
    let (metadata, batches) = read_batches(file)?;
    let batches: Option<Vec<RecordBatch>> = batches.map(|batch| proposed(&batch.ok()?)).collect();
    concat_batches(metadata.schema(), &batches?).ok()
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

/// Writes `target_group.parquet` into `assignment` and each coordinator's lists into `lists`, folders that stand below
/// `place` of the period; gives their records for the manifest.
///
/// # Errors
///
/// [`Error::File`] where one cannot be written.
pub fn write(
    assignment: &Staged,
    lists: &Staged,
    place: &Path,
    table: Table<'_>,
    programme: &Programme,
    metadata: &RunMetadata,
) -> Result<Vec<FileRecord>> {
    let all = with_coordinators(table, &programme.coordinators)?;
    let of_all = || write_rows(assignment, "target_group.parquet", &place.join("assignment"), &all, metadata);
    let place = place.join("coordinators");
    let of_coordinator = |(position, coordinator): (usize, &Coordinator)| {
        lists.create_folder(&coordinator.id)?;
        let mask: BooleanArray = table.coordinators.iter().map(|assigned| Some(*assigned == Some(position))).collect();
        let rows = filter_record_batch(&all, &mask).map_err(|_| unwritable(lists))?;
        let name = format!("{}/list.parquet", coordinator.id);
        let list = write_rows(lists, &name, &place, &rows, metadata)?;
        Ok([list, write_workbook(lists, &place, &coordinator.id, &rows, programme)?])
    };
    // Workbooks are slow to make, and each is made on its own.
    let of_coordinators = || -> Result<Vec<[FileRecord; 2]>> {
        programme.coordinators.par_iter().enumerate().with_max_len(1).map(of_coordinator).collect()
    };
    let (of_all, of_coordinators) = rayon::join(of_all, of_coordinators);
    Ok(std::iter::once(of_all?).chain(of_coordinators?.into_iter().flatten()).collect())
}

fn with_coordinators(table: Table<'_>, coordinators: &[Coordinator]) -> Result<RecordBatch> {
    let name = |assigned: &Option<usize>| assigned.map(|position| coordinators[position].id.as_str());
    let mut further: Vec<(&str, StringArray)> =
        vec![(columns::COORDINATOR, table.coordinators.iter().map(name).collect())];
    if let Some(decided) = table.decided {
        let said = decided.iter().map(|decided| decided.as_ref().map(|decided| decided.said.as_str()));
        let by = decided.iter().map(|decided| decided.as_ref().map(|decided| decided.by.as_str()));
        further.extend([(columns::DECISION, said.collect()), (columns::DECIDED_BY, by.collect())]);
    }
    let mut fields: Vec<Field> = table.rows.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut arrays = table.rows.columns().to_vec();
    for (name, column) in further {
        fields.push(Field::new(name, DataType::Utf8, true));
        arrays.push(Arc::new(column) as ArrayRef);
    }
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
