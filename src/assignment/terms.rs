//! What an assignment is held to beside capacities: the period before, recusals, persons kept apart, what load is.

use super::task::Proposed;
use crate::decisions::{self, Decision, Entry, Log, Persons};
use crate::error::{Error, Result, Warning};
use crate::linkage::Apart;
use crate::output::{FileRecord, Manifest, Revision, read_batches};
use crate::programme::{Coordinator, Kind, Load, Programme};
use crate::selection::columns;
use crate::untrusted::{SteadyFile, guarded};
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

pub(super) const TARGET_GROUP: &str = "assignment/target_group.parquet";

/// What an assignment is held to.
#[derive(Debug, Default)]
pub struct Terms {
    load: Load,
    previous: Option<Previous>,
    /// Who may not coordinate a person: coordinators' ids by pseudonym.
    recused: HashMap<String, HashSet<String>>,
    apart: Apart,
    /// What was decided about persons.
    pub decided: Persons,
    /// What was read, for the manifest.
    pub inputs: Vec<FileRecord>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Who coordinated whom in the period before.
#[derive(Debug, Default)]
struct Previous {
    coordinator_of: HashMap<String, String>,
    /// Load of each coordinator, by id.
    loads: BTreeMap<String, i64>,
}

/// A proposed unit as it stands in a list.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub kind: Kind,
    pub points: i32,
    pub members: Vec<String>,
}

impl Row {
    fn load(&self, load: Load) -> i64 {
        match load {
            Load::Points => i64::from(self.points),
            Load::Units => 1,
            Load::Members => i64::try_from(self.members.len()).unwrap_or(i64::MAX),
        }
    }
}

impl Terms {
    /// Reads what the programme, the first decisions of the period and the periods before say. Of the files read only the
    /// period's own decisions do not stand in `inputs`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where the period before has another key or was altered, or a chain of decisions is broken;
    /// [`Error::File`] where a file is not there or not whole.
    pub fn read(programme: &Programme, period_folder: &Path, decided: &[Entry], key_id: &str) -> Result<Self> {
        let apart = Apart::read(programme.family.apart_file.as_deref())?;
        let mut terms = Self { load: programme.load, ..Self::default() };
        terms.inputs.extend(apart.input.clone());
        terms.apart = apart;
        terms.recuse(decided);
        terms.decided.add(decided, 1);
        let mut folder = programme.overrides.previous.clone();
        let mut seen: Vec<PathBuf> = vec![resolved(period_folder)];
        // What was decided holds from then on: the periods before the one before are read too.
        while let Some(previous) = folder {
            if seen.contains(&resolved(&previous)) {
                return Err(Error::Usage {
                    what: format!("{}: it is the period itself, or one that comes after it", previous.display()),
                    hint: "name the folder of the period before after --previous: <out>/<period>".to_owned(),
                });
            }
            if terms.previous.is_some() && !previous.exists() {
                terms.warnings.push(Warning(format!(
                    "{}: it is gone, and with it what was decided there; record conflicts of interest that still hold again",
                    previous.display()
                )));
                break;
            }
            let present = Revision::present(&previous).folder();
            let manifest = Manifest::read(&previous.join(&present).join("assignment"), "assign")?;
            if manifest.key_id != key_id {
                return Err(Error::refused(
                    format!(
                        "{}: it was made with another key, so that one person has two pseudonyms",
                        previous.display()
                    ),
                    "name a period of the same programme and key after --previous, or leave it out; nothing was changed",
                ));
            }
            if terms.previous.is_none() {
                terms.read_previous(&previous, &present, &manifest)?;
            }
            let log = Log::read(&previous)?;
            terms.inputs.extend(log.record(&previous.join(decisions::FILE)));
            terms.recuse(&log.entries);
            terms.decided.let_rest(&log.entries, &programme.consent, programme.as_of);
            seen.push(resolved(&previous));
            folder = manifest.overrides.get("previous").and_then(|path| path.as_str()).map(PathBuf::from);
        }
        Ok(terms)
    }

    /// Heeds recusals.
    pub(super) fn recuse<'e>(&mut self, entries: impl IntoIterator<Item = &'e Entry>) {
        for entry in entries.into_iter().filter(|entry| entry.decision == Decision::Recuse) {
            for member in &entry.members {
                self.recused.entry(member.clone()).or_default().extend(entry.coordinator.clone());
            }
        }
    }

    fn read_previous(&mut self, folder: &Path, present: &Path, manifest: &Manifest) -> Result<()> {
        let hint = "get the folder of the period before again from where it is kept; nothing was changed";
        let name = present.join(TARGET_GROUP);
        let path = folder.join(&name);
        let (record, file) = manifest.unaltered(&path, &name, hint)?;
        let rows = guarded(|| coordinated(&file)).flatten();
        file.check_unchanged()?;
        let rows = rows.ok_or_else(|| Error::file(&path, "it is not a whole target group", hint))?;
        let mut previous = Previous::default();
        for (row, coordinator) in rows {
            *previous.loads.entry(coordinator.clone()).or_default() += row.load(self.load);
            previous.coordinator_of.extend(row.members.into_iter().map(|member| (member, coordinator.clone())));
        }
        self.previous = Some(previous);
        self.inputs.push(FileRecord::new(&path, record.sha256.clone(), record.rows));
        Ok(())
    }

    /// The units as they are to be assigned.
    pub(super) fn units(&self, rows: &[Row], coordinators: &[Coordinator]) -> Vec<Proposed> {
        let positions: HashMap<&str, usize> = coordinators
            .iter()
            .enumerate()
            .map(|(position, coordinator)| (coordinator.id.as_str(), position))
            .collect();
        let unit = |row: &Row| {
            let mut had: BTreeMap<usize, u32> = BTreeMap::new();
            let before = self
                .previous
                .iter()
                .flat_map(|previous| row.members.iter().filter_map(|member| previous.coordinator_of.get(member)));
            for position in before.filter_map(|coordinator| positions.get(coordinator.as_str())) {
                *had.entry(*position).or_default() += 1;
            }
            let recused = row.members.iter().filter_map(|member| self.recused.get(member));
            let mut barred: Vec<usize> = coordinators
                .iter()
                .enumerate()
                .filter(|(_, coordinator)| recused.clone().any(|ids| ids.contains(&coordinator.id)))
                .map(|(position, _)| position)
                .collect();
            barred.sort_unstable();
            Proposed { kind: row.kind, load: row.load(self.load), had: had.into_iter().collect(), barred }
        };
        rows.iter().map(unit).collect()
    }

    /// Pairs of positions of units with members who are kept apart.
    pub(super) fn pairs_apart(&self, rows: &[Row]) -> Vec<(usize, usize)> {
        if self.apart.pairs.is_empty() {
            return Vec::new();
        }
        let unit_of: HashMap<&str, usize> = rows
            .iter()
            .enumerate()
            .flat_map(|(position, row)| row.members.iter().map(move |member| (member.as_str(), position)))
            .collect();
        let position = |person: crate::identity::Pseudonym| unit_of.get(person.to_string().as_str()).copied();
        let pair = |&(one, other): &_| Some((position(one)?, position(other)?));
        let mut pairs: Vec<(usize, usize)> = self.apart.pairs.iter().filter_map(pair).collect();
        pairs.retain(|(one, other)| one != other);
        for pair in &mut pairs {
            *pair = (pair.0.min(pair.1), pair.0.max(pair.1));
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// How many of these persons had a coordinator in the period before; `None` where there is no such period.
    pub(super) fn had_a_coordinator(&self, rows: &[Row]) -> Option<usize> {
        let previous = self.previous.as_ref()?;
        let members = rows.iter().flat_map(|row| &row.members);
        Some(members.filter(|member| previous.coordinator_of.contains_key(*member)).count())
    }

    /// A coordinator's load in the period before; `None` where there is no such period.
    #[must_use]
    pub fn load_before(&self, coordinator: &str) -> Option<i64> {
        self.previous.as_ref().map(|previous| previous.loads.get(coordinator).copied().unwrap_or(0))
    }
}

fn resolved(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf())
}

/// The rows of a target group that have a coordinator, and who that is.
fn coordinated(file: &SteadyFile) -> Option<Vec<(Row, String)>> {
    let (_, batches) = read_batches(file)?;
    let mut all = Vec::new();
    for batch in batches {
        let batch = batch.ok()?;
        let coordinators = batch.column_by_name(columns::COORDINATOR)?.as_string_opt::<i32>()?;
        let coordinated = rows(&batch)?.into_iter().zip(coordinators);
        all.extend(coordinated.filter_map(|(row, coordinator)| Some((row, coordinator?.to_owned()))));
    }
    Some(all)
}

/// The rows of a batch, as far as assigning goes.
pub(super) fn rows(batch: &arrow_array::RecordBatch) -> Option<Vec<Row>> {
    let kinds = batch.column_by_name(columns::KIND)?.as_string_opt::<i32>()?;
    let points = batch.column_by_name(columns::POINTS)?.as_primitive_opt::<Int32Type>()?;
    let members = batch.column_by_name(columns::MEMBERS)?.as_list_opt::<i32>()?;
    let row = |row: usize| {
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kinds.value(row))?;
        let persons = members.value(row);
        let persons = persons.as_string_opt::<i32>()?.iter().flatten().map(str::to_owned).collect();
        Some(Row { kind, points: points.value(row), members: persons })
    };
    (0..batch.num_rows()).map(row).collect()
}
