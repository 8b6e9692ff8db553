//! `unkey`: the custodian's step of the way back, for one coordinator's list.
//!
//! Nobody can invert the second key's hash. The custodian has the deliveries as the departments handed them over, and
//! finds out which of their pseudonyms become those on the list. Each department is told of its own persons only.

use super::account::Account;
use super::key_ids::KeyIds;
use super::list::{List, Member, names};
use super::log::{Event, Log};
use super::rekey::read_sources;
use crate::error::{Error, Result, Warning};
use crate::identity::{Key, Pseudonym, Rekeyer};
use crate::linkage::Unaltered;
use crate::output::{
    self, Column, FileRecord, MANIFEST, Manifest, Period, RunMetadata, Staged, Step, hex_column, write_table,
};
use crate::pipeline::{Context, Outcome};
use crate::selection::columns;
use arrow_array::{ArrayRef, StringArray};
use arrow_schema::{DataType, Field};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Which list, and where its persons are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Unkeying<'a> {
    /// The custodian's key.
    pub second: &'a Key,
    /// The coordinator's `list.parquet`.
    pub list: &'a Path,
    /// The `manifest.json` of the assignment that the list is of.
    pub assignment: &'a Path,
    /// The deliveries as the departments handed them over.
    pub deliveries: &'a [PathBuf],
}

/// What came out of `unkey`.
#[derive(Debug, Clone, Serialize)]
pub struct Unkeyed {
    /// Whose list it is.
    pub coordinator: String,
    /// Units on the list.
    pub units: usize,
    /// Persons on the list.
    pub persons: usize,
    /// Persons on the list who stand in none of the deliveries.
    pub not_found: usize,
    /// One for each department.
    pub departments: Vec<UnkeyedDelivery>,
    /// The custody log.
    pub log: String,
    /// The log's head.
    pub head: String,
}

/// What one department is told.
#[derive(Debug, Clone, Serialize)]
pub struct UnkeyedDelivery {
    /// The department.
    pub department: String,
    /// Persons on the list who stand in its delivery.
    pub persons: usize,
    /// The folder for that department.
    pub folder: String,
}

/// Finds which pseudonyms of the departments' deliveries became those on one coordinator's list.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose or key that does not do, a list that no assignment names, or a delivery that is
/// altered or does not belong; [`Error::File`] for a file that is not whole, a log that cannot be written, or a step
/// that is there.
pub fn unkey(context: &Context<'_>, unkeying: &Unkeying<'_>, account: &Account, log: &Log) -> Result<Outcome<Unkeyed>> {
    let began = Instant::now();
    let programme = context.programme;
    programme.authorise(context.today)?;
    let period = Period::open(&programme.out, &programme.period)?;
    let list = List::read(programme, unkeying.list, unkeying.assignment)?;
    let first = first_key(&list, unkeying)?;
    let deliveries = read_sources(programme, unkeying.deliveries)?;
    let wanted: HashSet<Pseudonym> = list.members.iter().map(|member| member.pseudonym).collect();
    let rekeyer = Rekeyer::new(unkeying.second);
    let mut found = Vec::new();
    for delivery in &deliveries {
        if delivery.key_id != first {
            return Err(Error::refused(
                format!(
                    "{}: the list's persons are not from this delivery: it was made with another key",
                    delivery.source.folder.display()
                ),
                "name the deliveries as the departments handed them over, before they were re-keyed",
            ));
        }
        context.progress.begin(&format!("looking in {}", delivery.source.department.id), 0);
        found.push(look_in(delivery, &rekeyer, &wanted)?);
    }
    context.progress.end();
    for delivery in &deliveries {
        period.check_free(&Step::unkey(&delivery.source.department.id, &list.coordinator), false)?;
    }

    let mut head = None;
    for (delivery, pairs) in deliveries.iter().zip(&found) {
        let event = Event {
            command: "unkey",
            account,
            department: Some(&delivery.source.department.id),
            period: Some(&programme.period),
            list_sha256: Some(&list.sha256),
            count: pairs.len() as u64,
        };
        head = Some(log.append(&event)?);
    }
    let (mut told, mut staged) = (Vec::new(), Vec::new());
    for (delivery, pairs) in deliveries.iter().zip(&found) {
        let step = Step::unkey(&delivery.source.department.id, &list.coordinator);
        let folder = period.stage(&step)?;
        told.extend(folder.first().map(|folder| UnkeyedDelivery {
            department: delivery.source.department.id.clone(),
            persons: pairs.len(),
            folder: folder.place().to_string_lossy().into_owned(),
        }));
        write(context, delivery, &list, pairs, &folder, (&step, &unkeying.second.id().0, began))?;
        staged.push(folder);
    }
    staged.into_iter().try_for_each(Staged::commit)?;
    let not_found = wanted.iter().filter(|member| !found.iter().any(|pairs| pairs.contains_key(member))).count();
    let warning = (not_found > 0).then(|| {
        Warning(format!("{not_found} persons on the list stand in none of these deliveries: name all departments', as they were handed over for this period"))
    });
    let summary = Unkeyed {
        units: list.units(),
        coordinator: list.coordinator,
        persons: wanted.len(),
        not_found,
        departments: told,
        log: log.path().to_string_lossy().into_owned(),
        head: head.unwrap_or_default().to_string(),
    };
    Ok(Outcome::new(programme, summary, warning.into_iter().collect()))
}

/// The departments' key, where this is the key that the list's deliveries were re-keyed with.
fn first_key(list: &List, unkeying: &Unkeying<'_>) -> Result<String> {
    let path = unkeying.list.display();
    match &list.key_ids {
        _ if list.department.is_some() => {
            Err(Error::refused(format!("{path}: it was unkeyed already"), "name the coordinator's own list.parquet"))
        }
        KeyIds::First(_) => Err(Error::refused(
            format!("{path}: its deliveries were not re-keyed"),
            "there is nothing to unkey: the department can use the list as it is, with `udpeg reidentify`",
        )),
        KeyIds::Rekeyed { second, .. } if *second != unkeying.second.id().0 => Err(Error::refused(
            format!("{path}: its deliveries were re-keyed with the key {second}, and this is another"),
            "name the second key of this programme with --key",
        )),
        KeyIds::Rekeyed { first, .. } => Ok(first.clone()),
    }
}

/// By pseudonym on the list, the pseudonym in this delivery: of its persons, children and incomplete persons.
fn look_in(
    delivery: &Unaltered<'_>,
    rekeyer: &Rekeyer,
    wanted: &HashSet<Pseudonym>,
) -> Result<BTreeMap<Pseudonym, Pseudonym>> {
    let find = |persons: &[Pseudonym]| {
        let mut members = persons.to_vec();
        rekeyer.rekey_all(members.iter_mut());
        let pairs = members.into_iter().zip(persons.iter().copied());
        pairs.filter(|(member, _)| wanted.contains(member)).collect()
    };
    Ok(delivery.find(find)?.into_iter().collect())
}

/// Members on the list, with their pseudonyms in the department's delivery.
type Told<'a> = &'a [(&'a Member, Pseudonym)];

/// Writes what one department is told.
fn write(
    context: &Context<'_>,
    delivery: &Unaltered<'_>,
    list: &List,
    pairs: &BTreeMap<Pseudonym, Pseudonym>,
    folder: &[Staged],
    (step, second, began): (&Step, &str, Instant),
) -> Result<()> {
    let [folder] = folder else {
        return Err(Error::file(&delivery.source.folder, "the step has no folder", "please report this"));
    };
    let key_ids = format!("{}+{second}", delivery.key_id);
    let metadata = RunMetadata::new(context.programme, &key_ids)
        .with("udpeg.department", delivery.source.department.id.clone())
        .with(names::LIST_SHA256, list.sha256.clone());
    let text = |name| Field::new(name, DataType::Utf8, false);
    let told: Vec<(&Member, Pseudonym)> =
        list.members.iter().filter_map(|member| Some((member, *pairs.get(&member.pseudonym)?))).collect();
    let labels = |told: &Told<'_>| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(told.iter().map(|(member, _)| &member.label)))
    };
    let pseudonyms = |name, pseudonym: fn(&(&Member, Pseudonym)) -> Pseudonym| {
        let values = move |told: &Told<'_>| hex_column(told.len(), told.iter().map(pseudonym).map(Some));
        Column::new(text(name), values)
    };
    let columns = [
        Column::new(text(columns::LABEL), labels),
        pseudonyms(columns::UNIT, |(member, _)| member.unit),
        pseudonyms(names::MEMBER, |(member, _)| member.pseudonym),
        pseudonyms(names::PERSON, |(_, person)| *person),
    ];
    let chunk = |rows| Ok(&told[rows]);
    let (sha256, rows) = write_table(folder, names::PSEUDONYMS, &metadata, told.len(), chunk, &columns)?;
    let place = step.folders.first().map(|place| place.join(names::PSEUDONYMS)).unwrap_or_default();
    let outputs = vec![FileRecord::new(&place, sha256, Some(rows))];
    let inputs = std::iter::once(list.input.clone()).chain(delivery.inputs.iter().cloned()).collect();
    let manifest = Manifest::new("unkey", context.programme, &key_ids, inputs, outputs, began);
    output::write_json(folder, MANIFEST, &manifest)?;
    Ok(())
}
