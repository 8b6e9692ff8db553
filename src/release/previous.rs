//! The previous period's selection: whom it proposed, and what was released of it.

use super::ledger::Ledger;
use crate::error::{Error, Result, Warning};
use crate::identity::Pseudonym;
use crate::output::{Manifest, read_batches};
use crate::programme::Programme;
use crate::selection::columns;
use crate::statistics::{Around, Counted, Flows, PreviousRelease};
use crate::untrusted::{SteadyFile, guarded};
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use std::path::{Path, PathBuf};

const CANDIDATES: &str = "selection/candidates.parquet";

/// Adds who entered, stayed and left since the period that `previous` names, and its releases; a warning where that
/// cannot be told.
///
/// # Errors
///
/// [`Error::Refused`] where the previous selection was altered, [`Error::File`] where it is not whole, and those of
/// [`Ledger::kept`].
pub fn add_previous(
    around: &mut Around,
    programme: &Programme,
    ledger: &Ledger,
    key_id: &str,
    counted: &Counted,
) -> Result<Option<Warning>> {
    let Some(folder) = &programme.delivery.previous else { return Ok(None) };
    let without = |why: &str| Some(Warning(format!("the statistics do not tell who entered, stayed and left: {why}")));
    if !folder.join("selection").join("manifest.json").exists() {
        return Ok(without("the previous period has no selection"));
    }
    let Previous { period, key_id: before_key, sha256, proposed } = Previous::read(folder)?;
    if before_key != key_id {
        return Ok(without("the previous period has another key, under which nobody can be found again"));
    }
    if period == programme.period {
        return Ok(without("`previous` names this period"));
    }
    around.flows = Some(Flows::new(counted, &proposed));
    for entry in ledger.of_period(&period).filter(|entry| entry.identity.selection == sha256) {
        around.previous.push(PreviousRelease::new(&ledger.kept(entry)?.published, &period));
    }
    Ok(None)
}

/// Whom another period proposed.
struct Previous {
    period: String,
    key_id: String,
    /// SHA-256 of its `candidates.parquet`.
    sha256: String,
    /// Members of the proposed units.
    proposed: Vec<Pseudonym>,
}

impl Previous {
    fn read(folder: &Path) -> Result<Self> {
        let again = "put the previous period's folder back from where it is kept, or name none";
        let manifest = Manifest::read(&folder.join("selection"), "select")?;
        let path: PathBuf = folder.join(CANDIDATES);
        let (record, file) = manifest.unaltered(&path, Path::new(CANDIDATES), again)?;
        let read = guarded(|| read(&file)).flatten();
        file.check_unchanged()?;
        let corrupt = || Error::file(&path, "it is not a whole list of candidates", again);
        let (period, proposed) = read.ok_or_else(corrupt)?;
        Ok(Self { period, key_id: manifest.key_id.clone(), sha256: record.sha256.clone(), proposed })
    }
}

fn read(file: &SteadyFile) -> Option<(String, Vec<Pseudonym>)> {
    let (metadata, batches) = read_batches(file)?;
    let entries = metadata.metadata().file_metadata().key_value_metadata();
    let period = entries.into_iter().flatten().find(|entry| entry.key == "udpeg.period")?.value.clone()?;
    let members: Option<Vec<Vec<Pseudonym>>> = batches.map(|batch| proposed(&batch.ok()?)).collect();
    Some((period, members?.concat()))
}

fn proposed(batch: &RecordBatch) -> Option<Vec<Pseudonym>> {
    let status = batch.column_by_name(columns::STATUS)?.as_string_opt::<i32>()?;
    let members = batch.column_by_name(columns::MEMBERS)?.as_list_opt::<i32>()?;
    let rows = status.iter().enumerate().filter(|(_, status)| *status == Some("proposed"));
    let of_row = |(row, _): (usize, _)| {
        let members = members.value(row);
        let members = members.as_string_opt::<i32>()?;
        members.iter().map(|member| Pseudonym::from_hex(member?)).collect::<Option<Vec<_>>>()
    };
    rows.map(of_row).collect::<Option<Vec<_>>>().map(|members| members.concat())
}
