//! A revision of an assignment: what `assign` wrote, and what the decisions after it make of that.

use super::candidates::{Candidates, chosen_rows, key_id};
use super::lists::{Table, decided_about};
use super::replay::{Change, Replay};
use super::terms::Terms;
use crate::decisions::{Decided, Entry};
use crate::error::{Error, Result};
use crate::output::read_batches;
use crate::programme::Programme;
use crate::selection::columns;
use crate::untrusted::{SteadyFile, guarded};
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use std::collections::BTreeMap;

/// What a revision is made from.
#[derive(Debug)]
pub struct Base<'b> {
    /// `candidates.parquet`.
    pub candidates: &'b SteadyFile,
    /// `target_group.parquet` as `assign` wrote it.
    pub target_group: &'b SteadyFile,
    /// How many decisions `assign` knew.
    pub known: usize,
}

/// A revision.
#[derive(Debug)]
pub struct Revised {
    rows: RecordBatch,
    coordinators: Vec<Option<usize>>,
    decided: Option<Vec<Option<Decided>>>,
    /// Members of all units that are proposed now.
    pub proposed: Vec<Vec<String>>,
    /// What each decision changed.
    pub changes: Vec<Change>,
    /// The key id in the candidates' metadata.
    pub key_id: String,
}

impl Revised {
    /// Carries out the decisions that `assign` did not know. `terms` are asked for with the key id, and know those that
    /// it knew.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where a file is not whole or has changed since it was opened, [`Error::Refused`] where it names a
    /// coordinator whom the programme does not have, and what `terms` fails with.
    pub fn new(
        base: &Base<'_>,
        programme: &Programme,
        entries: &[Entry],
        terms: impl FnOnce(&str) -> Result<Terms>,
    ) -> Result<(Self, Terms)> {
        let corrupt =
            |file: &SteadyFile| Error::file(file.path(), "it is not whole", "run the step again with --force");
        let read = || Some((key_id(base.candidates)?, Candidates::read(base.candidates)?));
        let read = guarded(read).flatten();
        base.candidates.check_unchanged()?;
        let (key_id, candidates) = read.ok_or_else(|| corrupt(base.candidates))?;
        let assigned = guarded(|| assigned(base.target_group)).flatten();
        base.target_group.check_unchanged()?;
        let assigned = assigned.ok_or_else(|| corrupt(base.target_group))?;
        let mut terms = terms(&key_id)?;
        let mut proposed = BTreeMap::new();
        for (rank, coordinator) in assigned {
            let unit = (rank as usize).checked_sub(1).filter(|unit| *unit < candidates.all.len());
            let unit = unit.ok_or_else(|| corrupt(base.target_group))?;
            proposed.insert(unit, coordinator.map(|id| position(programme, &id, base)).transpose()?);
        }
        let mut replay = Replay { programme, candidates: &candidates, terms: &mut terms, proposed };
        let changes = replay.carry_out(entries.get(base.known..).unwrap_or_default(), base.known + 1);
        let (units, coordinators): (Vec<usize>, Vec<Option<usize>>) = replay.proposed.into_iter().unzip();
        let mut is_chosen = vec![false; candidates.all.len()];
        for &unit in &units {
            is_chosen[unit] = true;
        }
        let rows = guarded(|| chosen_rows(base.candidates, &is_chosen)).flatten();
        base.candidates.check_unchanged()?;
        let rows = rows.ok_or_else(|| corrupt(base.candidates))?;
        let chosen = candidates.rows_of(&units);
        let decided = decided_about(&chosen, &terms);
        let proposed = chosen.into_iter().map(|row| row.members).collect();
        Ok((Self { rows, coordinators, decided, proposed, changes, key_id }, terms))
    }

    /// What is written of it.
    #[must_use]
    pub fn table(&self) -> Table<'_> {
        Table { rows: &self.rows, coordinators: &self.coordinators, decided: self.decided.as_deref() }
    }
}

fn position(programme: &Programme, id: &str, base: &Base<'_>) -> Result<usize> {
    let found = programme.coordinators.iter().position(|coordinator| coordinator.id == id);
    found.ok_or_else(|| {
        Error::refused(
            format!("{}: it names a coordinator whom the programme does not have", base.target_group.path().display()),
            "use the programme file that it was made with, or run `udpeg assign --force`; nothing was changed",
        )
    })
}

/// The ranks of the units of a target group, and who coordinates them; `None` where it is not whole.
pub(crate) fn assigned(file: &SteadyFile) -> Option<Vec<(u32, Option<String>)>> {
    let (_, batches) = read_batches(file)?;
    let mut all = Vec::new();
    for batch in batches {
        let batch = batch.ok()?;
        let ranks = batch.column_by_name(columns::RANK)?.as_primitive_opt::<UInt32Type>()?;
        let coordinators = batch.column_by_name(columns::COORDINATOR)?.as_string_opt::<i32>()?;
        let rows = ranks.values().iter().zip(coordinators);
        all.extend(rows.map(|(&rank, coordinator)| (rank, coordinator.map(str::to_owned))));
    }
    Some(all)
}
