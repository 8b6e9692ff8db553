//! The previous period's selection: whom it proposed, and what was released of it.

use super::ledger::Ledger;
use crate::error::{Result, Warning};
use crate::identity::Pseudonym;
use crate::output::{metadata_entry, read_batches};
use crate::programme::Programme;
use crate::selection::{Written, columns, look_into};
use crate::statistics::{Around, Counted, Flows, PreviousRelease};
use crate::untrusted::SteadyFile;
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use std::path::Path;

/// Adds who entered, stayed and left since the period that `previous` names, and its releases; a warning where that
/// cannot be told.
///
/// # Errors
///
/// [`crate::Error::Refused`] where the previous selection was altered, [`crate::Error::File`] where it is not whole, and those of
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
        let Written { manifest, record, candidates } = Written::open(folder, again)?;
        let (period, proposed) = look_into(&candidates, again, || read(&candidates))?;
        Ok(Self { period, key_id: manifest.key_id, sha256: record.sha256, proposed })
    }
}

fn read(file: &SteadyFile) -> Option<(String, Vec<Pseudonym>)> {
    let (metadata, batches) = read_batches(file)?;
    let period = metadata_entry(&metadata, "udpeg.period")?;
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
