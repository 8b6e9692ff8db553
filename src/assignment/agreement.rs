//! Whether a target group and its lists, as they stand, come from one assignment of one selection.

use super::lists::proposed;
use crate::error::{Error, Result};
use crate::output::read_batches;
use crate::selection::columns;
use crate::untrusted::{SteadyFile, guarded};
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use std::path::{Path, PathBuf};

/// Checks that the target group is the proposed rows of the candidates (where people decided otherwise, rows of them), that each list (a coordinator's id and its
/// file) is that coordinator's rows of it, and that every coordinator in it has a list.
///
/// # Errors
///
/// [`Error::Refused`] for the first file that does not fit, [`Error::File`] for one that is not whole; `hint` says what
/// to do.
pub(crate) fn check_lists(
    candidates: &Path,
    target_group: &Path,
    lists: &[(String, PathBuf)],
    hint: &str,
) -> Result<()> {
    let refused = |path: &Path, what: &str| Err(Error::refused(format!("{}: {what}", path.display()), hint));
    let all = rows(target_group, hint, Some)?;
    let corrupt = || Error::file(target_group, "it is not a whole target group", hint);
    let coordinators = all.column_by_name(columns::COORDINATOR).and_then(|column| column.as_string_opt::<i32>());
    let coordinators = coordinators.ok_or_else(corrupt)?;
    // Where people decided, they are who was chosen: that these follow from the decisions, only replaying tells.
    let ranks = ranks(&all).ok_or_else(corrupt)?;
    let were_decided = all.column_by_name(columns::DECISION).is_some();
    let proposed =
        rows(candidates, hint, |batch| if were_decided { of_ranks(&batch, &ranks) } else { proposed(&batch) })?;
    let without = proposed.num_columns();
    let names: Vec<String> = all.schema().fields().iter().map(|field| field.name().clone()).collect();
    let schema = proposed.schema();
    let added = if were_decided { &ADDED[..] } else { &ADDED[..1] };
    let expected = schema.fields().iter().map(|field| field.name().as_str()).chain(added.iter().copied());
    if !names.iter().map(String::as_str).eq(expected) || all.columns()[..without] != *proposed.columns() {
        return refused(target_group, "it is not the proposed units of candidates.parquet");
    }
    for (id, path) in lists {
        let mask: BooleanArray = coordinators.iter().map(|coordinator| Some(coordinator == Some(id))).collect();
        let theirs = filter_record_batch(&all, &mask).map_err(|_| corrupt())?;
        let listed = rows(path, hint, Some)?;
        if listed.schema() != theirs.schema() || listed.columns() != theirs.columns() {
            return refused(path, "it is not this coordinator's part of target_group.parquet");
        }
    }
    let has_list = |coordinator: &str| lists.iter().any(|(id, _)| id == coordinator);
    if !coordinators.iter().flatten().all(has_list) {
        return refused(target_group, "it names a coordinator who has no list");
    }
    Ok(())
}

/// The columns that a target group has behind those of the candidates; the first always.
const ADDED: [&str; 3] = [columns::COORDINATOR, columns::DECISION, columns::DECIDED_BY];

/// The ranks of some rows, which must rise.
fn ranks(batch: &RecordBatch) -> Option<Vec<u32>> {
    let ranks = batch.column_by_name(columns::RANK)?.as_primitive_opt::<UInt32Type>()?.values();
    ranks.is_sorted().then(|| ranks.to_vec())
}

/// The rows that have one of these ranks.
fn of_ranks(batch: &RecordBatch, ranks: &[u32]) -> Option<RecordBatch> {
    let own = batch.column_by_name(columns::RANK)?.as_primitive_opt::<UInt32Type>()?;
    let mask: BooleanArray = own.values().iter().map(|rank| Some(ranks.binary_search(rank).is_ok())).collect();
    filter_record_batch(batch, &mask).ok()
}

/// The rows of a file that `keep` leaves.
fn rows(path: &Path, hint: &str, keep: impl Fn(RecordBatch) -> Option<RecordBatch>) -> Result<RecordBatch> {
    let file = SteadyFile::open(path)?;
    let read = || {
        let (metadata, batches) = read_batches(&file)?;
        let kept: Option<Vec<RecordBatch>> = batches.map(|batch| keep(batch.ok()?)).collect();
        concat_batches(metadata.schema(), &kept?).ok()
    };
    let rows = guarded(read).flatten();
    file.check_unchanged()?;
    rows.ok_or_else(|| Error::file(path, "it is not a whole Parquet file", hint))
}
