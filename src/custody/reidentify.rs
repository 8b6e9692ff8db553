//! `reidentify`: the department's step of the way back, for one coordinator's list.

use super::account::Account;
use super::key_ids::KeyIds;
use super::list::List;
use super::log::{Event, Log};
use crate::error::{Error, Result};
use crate::extract;
use crate::identity::{Key, Pseudonym, Pseudonymiser, Wanted};
use crate::output::{self, MANIFEST, Manifest, Period, Staged, Step};
use crate::pipeline::{Context, Outcome};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use zeroize::Zeroizing;

/// The file that comes out, and its first line.
const PERSONS: &str = "persons.csv";
const HEADER: &str = "label,unit,pseudonym,cpr\n";

/// The longest line of it: a label and two pseudonyms of 32 characters, a number of 11, four separators.
const LINE_BYTES: usize = 3 * 32 + 11 + 4;

/// Whose extract is read again, and for which list.
#[derive(Debug, Clone, Copy)]
pub struct Reidentifying<'a> {
    /// The department's id.
    pub department: &'a str,
    /// The departments' key.
    pub key: &'a Key,
    /// The coordinator's `list.parquet`, or what `unkey` made of it.
    pub list: &'a Path,
    /// The `manifest.json` of the assignment that the list is of.
    pub assignment: &'a Path,
}

/// What came out of `reidentify`.
#[derive(Debug, Clone, Serialize)]
pub struct Reidentified {
    /// The department.
    pub department: String,
    /// Whose list it is.
    pub coordinator: String,
    /// Units on the list, or of what `unkey` made of it.
    pub units: usize,
    /// Persons on it.
    pub persons: usize,
    /// Persons on it who stand in the department's extract.
    pub found: usize,
    /// The file for the coordinator.
    pub file: String,
    /// The custody log.
    pub log: String,
    /// The log's head.
    pub head: String,
}

/// Reads a department's extract again and tells the numbers of the persons on one coordinator's list.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose or key that does not do, or a list that no assignment names; [`Error::File`] for
/// an input that cannot be read, a log that cannot be written, or a list that was reidentified already.
pub fn reidentify(
    context: &Context<'_>,
    reidentifying: &Reidentifying<'_>,
    account: &Account,
    log: &Log,
) -> Result<Outcome<Reidentified>> {
    let began = Instant::now();
    let programme = context.programme;
    let department = programme.department(reidentifying.department)?;
    programme.authorise(context.today)?;
    let period = Period::open(&programme.out, &programme.period)?;
    let list = List::read(programme, reidentifying.list, reidentifying.assignment)?;
    let persons = persons(&list, reidentifying)?;
    let step = Step::reidentify(&department.id, &list.coordinator);
    check_free(&period, &step)?;

    let wanted = Arc::new(Wanted::new(persons.clone()));
    let pseudonymiser = Pseudonymiser::new(reidentifying.key, &department.id).looking_for(Arc::clone(&wanted));
    let extract =
        extract::read_with(programme, department, &pseudonymiser, false, context.room(&period), context.progress)?;

    let event = Event {
        command: "reidentify",
        account,
        department: Some(&department.id),
        period: Some(&programme.period),
        list_sha256: Some(&list.sha256),
        count: wanted.found() as u64,
    };
    let head = log.append(&event)?;
    let folders = period.stage(&step)?;
    let [folder] = folders.as_slice() else {
        return Err(Error::file(period.folder(), "the step has no folder", "please report this"));
    };
    output::write_bytes(folder, PERSONS, &numbers(&list, &persons, &wanted))?;
    // The file is not among the outputs: whoever has its hash could try out numbers.
    let key_id = reidentifying.key.id().0;
    let manifest = Manifest::new("reidentify", programme, &key_id, vec![list.input.clone()], Vec::new(), began);
    output::write_json(folder, MANIFEST, &manifest)?;
    let summary = Reidentified {
        department: department.id.clone(),
        units: list.units(),
        persons: distinct(persons),
        found: wanted.found(),
        file: folder.place().join(PERSONS).to_string_lossy().into_owned(),
        log: log.path().to_string_lossy().into_owned(),
        head: head.to_string(),
        coordinator: list.coordinator,
    };
    Staged::commit(folders)?;
    Ok(Outcome::new(programme, summary, extract.warnings))
}

/// For each member on the list the pseudonym in the department's delivery, where the list is for this key.
fn persons(list: &List, reidentifying: &Reidentifying<'_>) -> Result<Vec<Pseudonym>> {
    let path = reidentifying.list.display();
    let own = reidentifying.key.id().0;
    if list.department.as_ref().is_some_and(|department| department != reidentifying.department) {
        return Err(Error::refused(
            format!("{path}: it was unkeyed for another department"),
            "ask the custodian for this department's",
        ));
    }
    match &list.key_ids {
        KeyIds::First(first) | KeyIds::Rekeyed { first, .. } if *first != own => Err(Error::refused(
            format!("{path}: it is of the key {first}, and this is the key {own}"),
            "name the key that the departments used with --key",
        )),
        KeyIds::Rekeyed { .. } if list.department.is_none() => Err(Error::refused(
            format!("{path}: its deliveries were re-keyed, so that no department knows its pseudonyms"),
            "ask the custodian of the second key for `udpeg unkey` of this list, and name the pseudonyms.parquet that it gives",
        )),
        _ => Ok(list.members.iter().map(|member| member.person.unwrap_or(member.pseudonym)).collect()),
    }
}

/// A list that was reidentified is left alone.
fn check_free(period: &Period, step: &Step) -> Result<()> {
    let place = step.folders.iter().map(|folder| period.folder().join(folder)).find(|place| place.exists());
    place.map_or(Ok(()), |place| {
        Err(Error::file(
            &place,
            "this list was reidentified already; nothing was changed",
            "use what is there; where it is gone wrong, remove it first: every use stands in the custody log",
        ))
    })
}

/// One line for each member who was found, by rank of their unit.
fn numbers(list: &List, persons: &[Pseudonym], wanted: &Wanted) -> Zeroizing<Vec<u8>> {
    // Reserved at once, so that no half-written copy is left behind by growing.
    let mut text = Zeroizing::new(Vec::with_capacity(HEADER.len() + LINE_BYTES * persons.len()));
    text.extend_from_slice(HEADER.as_bytes());
    for (member, person) in list.members.iter().zip(persons) {
        let before = text.len();
        for cell in [member.label.as_bytes(), &member.unit.to_hex(), &member.pseudonym.to_hex()] {
            text.extend_from_slice(cell);
            text.push(b',');
        }
        if wanted.write_number(*person, &mut text) {
            text.push(b'\n');
        } else {
            text.truncate(before);
        }
    }
    text
}

fn distinct(mut persons: Vec<Pseudonym>) -> usize {
    persons.sort_unstable();
    persons.dedup();
    persons.len()
}
