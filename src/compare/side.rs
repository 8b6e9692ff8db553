//! One of two selections that are compared, as it stands in a period's folder.

use super::Standing;
use crate::assignment::assigned;
use crate::error::{Error, Result};
use crate::identity::Pseudonym;
use crate::output::{MANIFEST, Manifest, Revision, read_batches};
use crate::selection::{Written, columns, look_into};
use crate::untrusted::{SteadyFile, guarded};
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt32Type};
use std::collections::HashMap;
use std::path::Path;

/// A selection, and who coordinates whom where it is assigned.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Eligible units, by rank.
    pub units: Vec<Unit>,
    /// What each rule says of them, in the programme's order.
    pub rules: Vec<Rules>,
    /// Ids of the coordinators.
    pub coordinators: Vec<String>,
    /// Whether it is assigned.
    pub is_assigned: bool,
    /// The key of its pseudonyms.
    pub key_id: String,
    /// How long a label is.
    pub label_length: usize,
}

/// An eligible unit.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// Its rank, from 1.
    pub rank: u32,
    /// Its members' pseudonyms, rising; the first is its id.
    pub members: Vec<u128>,
    /// Its points.
    pub points: i32,
    /// Whether it is proposed.
    pub is_proposed: bool,
    /// The position of its coordinator.
    pub coordinator: Option<usize>,
}

/// What one rule says of each unit.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The rule's id.
    pub id: String,
    /// Its values.
    pub values: Vec<f64>,
    /// Its points.
    pub points: Vec<i32>,
}

impl Side {
    /// Reads the selection of a period's folder, and the present revision of its assignment where there is one; or, of
    /// the folder of a revision, that one.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where a file was altered, [`Error::File`] where one is not there or not whole.
    pub fn read(folder: &Path) -> Result<Self> {
        let hint = "run the step again with --force, or get the folder again from where it is kept";
        let named = of_revision(folder);
        let (folder, revision) = named.unwrap_or_else(|| (folder, Revision::present(folder)));
        let Written { manifest, candidates, .. } = Written::open(folder, hint)?;
        let mut side = look_into(&candidates, hint, || ranked(&candidates))?;
        side.key_id = manifest.key_id;
        let assignment = revision.folder().join("assignment");
        if named.is_some() || folder.join(&assignment).join(MANIFEST).exists() {
            let manifest = Manifest::read(&folder.join(&assignment), "assign")?;
            let path = assignment.join("target_group.parquet");
            let (_, file) = manifest.unaltered(&folder.join(&path), &path, hint)?;
            let assigned = guarded(|| assigned(&file)).flatten();
            file.check_unchanged()?;
            let assigned = assigned.ok_or_else(|| Error::file(file.path(), "it is not a whole target group", hint))?;
            side.assign(assigned);
        }
        Ok(side)
    }

    fn assign(&mut self, assigned: Vec<(u32, Option<String>)>) {
        self.is_assigned = true;
        // Whoever is in the target group: people may have decided otherwise than the selection proposed.
        self.units.iter_mut().for_each(|unit| unit.is_proposed = false);
        let mut positions: HashMap<String, usize> = HashMap::new();
        for (rank, coordinator) in assigned {
            let coordinators = &mut self.coordinators;
            let position = coordinator.map(|coordinator| {
                *positions.entry(coordinator).or_insert_with_key(|id| {
                    coordinators.push(id.clone());
                    coordinators.len() - 1
                })
            });
            let row = self.units.binary_search_by_key(&rank, |unit| unit.rank);
            if let Ok(row) = row {
                self.units[row].coordinator = position;
                self.units[row].is_proposed = true;
            }
        }
    }

    pub(super) fn standing(&self, row: usize) -> Standing {
        let unit = &self.units[row];
        let id = unit.members.first().map(|&member| Pseudonym::from_bits(member).to_string()).unwrap_or_default();
        Standing {
            label: id.chars().take(self.label_length).collect(),
            unit: id,
            rank: unit.rank,
            points: unit.points,
            coordinator: unit.coordinator.map(|position| self.coordinators[position].clone()),
        }
    }
}

/// `None` where the file is not whole.
fn ranked(file: &SteadyFile) -> Option<Side> {
    let (metadata, batches) = read_batches(file)?;
    let schema = metadata.schema();
    let ids = schema.fields().iter().filter_map(|field| field.name().strip_prefix("points_"));
    let rules = ids.map(|id| Rules { id: id.to_owned(), ..Rules::default() }).collect();
    let mut side = Side { rules, ..Side::default() };
    for batch in batches {
        add(&mut side, &batch.ok()?)?;
    }
    side.units.is_sorted_by_key(|unit| unit.rank).then_some(side)
}

fn add(side: &mut Side, batch: &RecordBatch) -> Option<()> {
    let ranks = batch.column_by_name(columns::RANK)?.as_primitive_opt::<UInt32Type>()?;
    let points = batch.column_by_name(columns::POINTS)?.as_primitive_opt::<Int32Type>()?;
    let statuses = batch.column_by_name(columns::STATUS)?.as_string_opt::<i32>()?;
    let labels = batch.column_by_name(columns::LABEL)?.as_string_opt::<i32>()?;
    let lists = batch.column_by_name(columns::MEMBERS)?.as_list_opt::<i32>()?;
    let persons = lists.values().as_string_opt::<i32>()?;
    for row in 0..batch.num_rows() {
        let range = lists.value_offsets().get(row..row + 2)?;
        let range = usize::try_from(range[0]).ok()?..usize::try_from(range[1]).ok()?;
        let members = range.map(|at| Some(Pseudonym::from_hex(persons.value(at))?.bits()));
        side.units.push(Unit {
            rank: ranks.value(row),
            members: members.collect::<Option<_>>()?,
            points: points.value(row),
            is_proposed: statuses.value(row) == "proposed",
            coordinator: None,
        });
    }
    if batch.num_rows() > 0 {
        side.label_length = labels.value(0).len();
    }
    for rule in &mut side.rules {
        let values = batch.column_by_name(&format!("value_{}", rule.id))?.as_primitive_opt::<Float64Type>()?;
        let points = batch.column_by_name(&format!("points_{}", rule.id))?.as_primitive_opt::<Int32Type>()?;
        rule.values.extend_from_slice(values.values());
        rule.points.extend_from_slice(points.values());
    }
    Some(())
}

/// The period's folder of a revision's, and which revision it is; `None` where it is no such folder.
fn of_revision(folder: &Path) -> Option<(&Path, Revision)> {
    let name = folder.file_name()?.to_str()?;
    let revision = if name == "1" { Revision::FIRST } else { Revision::named(name)? };
    let revisions = folder.parent().filter(|parent| parent.ends_with(Revision::FOLDER))?;
    let period = revisions.parent()?;
    Some((if period.as_os_str().is_empty() { Path::new(".") } else { period }, revision))
}
