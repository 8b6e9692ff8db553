//! `candidates.parquet` as far as assigning goes: whom there is to choose from, and the rows of those who were chosen.

use super::terms::{Row, rows};
use crate::output::{metadata_entry, read_batches};
use crate::programme::Kind;
use crate::selection::columns;
use crate::untrusted::SteadyFile;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;

/// An eligible unit.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub row: Row,
    pub unit: String,
    pub label: String,
}

/// All eligible units, by rank: the first has rank 1.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub all: Vec<Candidate>,
    pub kinds: Vec<Kind>,
}

/// The key id in a list's metadata; `None` where it is not whole.
pub(super) fn key_id(file: &SteadyFile) -> Option<String> {
    let (metadata, _) = read_batches(file)?;
    metadata_entry(&metadata, "udpeg.key_id")
}

impl Candidates {
    /// `None` where the file is not whole.
    pub(super) fn read(file: &SteadyFile) -> Option<Self> {
        let (_, batches) = read_batches(file)?;
        let mut candidates = Self::default();
        for batch in batches {
            candidates.add(&batch.ok()?)?;
        }
        candidates.kinds = candidates.all.iter().map(|candidate| candidate.row.kind).collect();
        Some(candidates)
    }

    fn add(&mut self, batch: &RecordBatch) -> Option<()> {
        let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
        let (units, labels) = (text(columns::UNIT)?, text(columns::LABEL)?);
        let ranks = batch.column_by_name(columns::RANK)?.as_primitive_opt::<UInt32Type>()?;
        for (at, row) in rows(batch)?.into_iter().enumerate() {
            if usize::try_from(ranks.value(at)) != Ok(self.all.len() + 1) {
                return None;
            }
            let (unit, label) = (units.value(at).to_owned(), labels.value(at).to_owned());
            self.all.push(Candidate { row, unit, label });
        }
        Some(())
    }

    /// The rows of these units.
    pub(super) fn rows_of(&self, chosen: &[usize]) -> Vec<Row> {
        chosen.iter().map(|&unit| self.all[unit].row.clone()).collect()
    }
}

/// The rows of a list at which `is_chosen`, by rank from 0; `None` where it is not whole.
pub(super) fn chosen_rows(file: &SteadyFile, is_chosen: &[bool]) -> Option<RecordBatch> {
    let (metadata, batches) = read_batches(file)?;
    let mut chosen = Vec::new();
    let mut before = 0;
    for batch in batches {
        let batch = batch.ok()?;
        let mask: BooleanArray = is_chosen.get(before..before + batch.num_rows())?.iter().copied().map(Some).collect();
        before += batch.num_rows();
        chosen.push(filter_record_batch(&batch, &mask).ok()?);
    }
    concat_batches(metadata.schema(), &chosen).ok()
}
