//! Reading a delivered Parquet file without trusting it: types, metadata and text columns are checked, and no value
//! is ever repeated.

use crate::error::{Error, Result};
use crate::identity::{Pseudonym, holds_cpr_number};
use crate::untrusted::{SteadyFile, guarded, read_row_groups, shape, tells_of_memory};
use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, Date32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::Path;

const AGAIN: &str = "ask the department for its delivery again";

/// Row groups read at a time; bounds memory.
const ROW_GROUPS_AT_A_TIME: usize = 8;

/// A delivered file whose footer has been read.
pub(super) struct ParquetInput {
    file: SteadyFile,
    metadata: ArrowReaderMetadata,
}

/// A column that must be there.
pub(super) struct Expected {
    pub name: &'static str,
    pub data_type: DataType,
}

impl ParquetInput {
    /// Reads an open file's footer and checks that these columns are there, with their types, and no others.
    pub(super) fn new(file: SteadyFile, columns: &[Expected]) -> Result<Self> {
        let path = file.path();
        let metadata = guarded(|| {
            shape::check_footer(&file)?;
            // The types are Parquet's own, whatever a writer adds about Arrow's.
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            let metadata = ArrowReaderMetadata::load(&file, options).ok()?;
            shape::check_rows(&file, metadata.metadata())?;
            Some(metadata)
        });
        // Whatever else seems wrong with it: that it changed explains it.
        file.check_unchanged()?;
        let metadata = metadata.flatten().ok_or_else(|| corrupt(path))?;
        for expected in columns {
            let found = metadata.schema().field_with_name(expected.name);
            let field =
                found.map_err(|_| Error::file(path, format!("column `{}` is not there", expected.name), AGAIN))?;
            if *field.data_type() != expected.data_type {
                return Err(Error::file(
                    path,
                    format!("column `{}` is not of the type {}", expected.name, expected.data_type),
                    AGAIN,
                ));
            }
        }
        let further = metadata.schema().fields().len() - columns.len();
        if further > 0 {
            // Its name is not told: it may be anything.
            return Err(Error::refused(
                format!("{}: it has {further} more columns than a delivery has", path.display()),
                "delete this delivery and tell the department: no other column may leave it",
            ));
        }
        Ok(Self { file, metadata })
    }

    /// The `udpeg.…` entries of the file metadata.
    pub(super) fn entries(&self) -> HashMap<String, String> {
        let entries = self.metadata.metadata().file_metadata().key_value_metadata();
        let ours = entries.into_iter().flatten().filter(|entry| entry.key.starts_with("udpeg."));
        ours.filter_map(|entry| Some((entry.key.clone(), entry.value.clone()?))).collect()
    }

    /// Rows in the file, as its footer says.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// Reads the file's row groups, some in parallel, each into what `start` gives, and hands them to `take` in order.
    /// The file must not have changed since it was opened.
    pub(super) fn read_row_groups<T: Send>(
        &self,
        start: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &Batch<'_>) -> Result<()> + Sync,
        take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let read = self.read_in_turns(start, add, take);
        // Whatever else seems wrong with it: that it changed explains it.
        self.file.check_unchanged()?;
        read
    }

    fn read_in_turns<T: Send>(
        &self,
        start: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &Batch<'_>) -> Result<()> + Sync,
        mut take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let mut ready: Vec<Result<T>> = Vec::new();
        let groups: Vec<usize> = (0..self.metadata.metadata().num_row_groups()).collect();
        for groups in groups.chunks(ROW_GROUPS_AT_A_TIME) {
            let read = || groups.par_iter().map(|&group| self.read_row_group(group, start(), &add)).collect::<Vec<_>>();
            // While these are read, those before are put in their place.
            let (next, taken) = rayon::join(read, || ready.into_iter().try_for_each(|group| take(group?)));
            taken?;
            ready = next;
        }
        ready.into_iter().try_for_each(|group| take(group?))
    }

    fn read_row_group<T>(
        &self,
        group: usize,
        mut parts: T,
        add: &impl Fn(&mut T, &Batch<'_>) -> Result<()>,
    ) -> Result<T> {
        let path = self.file.path();
        let batches = guarded(|| {
            let batch_rows = shape::check_pages(&self.file, self.metadata.metadata(), group)?;
            read_row_groups(&self.file, self.metadata.metadata(), group..group + 1, batch_rows)
        });
        let mut batches = batches.flatten().ok_or_else(|| corrupt(path))?;
        // Only the library is guarded: a panic of ours is a mistake of ours, whatever the file.
        while let Some(batch) = guarded(|| batches.next()).ok_or_else(|| corrupt(path))? {
            let failed = |error: ArrowError| {
                if tells_of_memory(&error.to_string()) { Error::no_memory() } else { corrupt(path) }
            };
            let batch = batch.map_err(failed)?;
            add(&mut parts, &Batch { path, batch })?;
        }
        Ok(parts)
    }
}

/// Some rows of a delivered file.
pub(super) struct Batch<'p> {
    path: &'p Path,
    batch: RecordBatch,
}

impl Batch<'_> {
    pub(super) fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// A text column; null cells are refused unless `nullable`.
    pub(super) fn text(&self, name: &'static str, nullable: bool) -> Result<&StringArray> {
        let array = self
            .batch
            .column_by_name(name)
            .and_then(|column| column.as_string_opt())
            .ok_or_else(|| corrupt(self.path))?;
        if !nullable && array.null_count() > 0 { Err(self.wrong(name, "holds an empty cell")) } else { Ok(array) }
    }

    /// A column of days; null cells are refused unless `nullable`.
    pub(super) fn days(&self, name: &'static str, nullable: bool) -> Result<&Date32Array> {
        let array = self
            .batch
            .column_by_name(name)
            .and_then(|column| column.as_primitive_opt::<Date32Type>())
            .ok_or_else(|| corrupt(self.path))?;
        if !nullable && array.null_count() > 0 { Err(self.wrong(name, "holds an empty cell")) } else { Ok(array) }
    }

    /// A pseudonym, read from a cell.
    pub(super) fn pseudonym(&self, name: &'static str, cell: &str) -> Result<Pseudonym> {
        Pseudonym::from_hex(cell)
            .ok_or_else(|| self.unexpected(name, cell, "a cell is no pseudonym of 32 hex characters"))
    }

    /// The error about a cell that is not as it should be: refused where it holds what looks like a CPR number.
    pub(super) fn unexpected(&self, name: &'static str, cell: &str, what: &str) -> Error {
        if holds_cpr_number(cell) { self.identifying(name) } else { self.wrong(name, what) }
    }

    /// Refuses the file for a cell that holds what looks like a CPR number.
    pub(super) fn identifying(&self, name: &'static str) -> Error {
        Error::refused(
            format!("{}: column `{name}` holds what looks like a CPR number", self.path.display()),
            "delete this delivery and tell the department: no number may leave it",
        )
    }

    /// The error about a column whose content is wrong.
    pub(super) fn wrong(&self, name: &'static str, what: &str) -> Error {
        Error::file(self.path, format!("column `{name}`: {what}"), AGAIN)
    }
}

fn corrupt(path: &Path) -> Error {
    Error::file(path, "it is not a whole Parquet file", AGAIN)
}
