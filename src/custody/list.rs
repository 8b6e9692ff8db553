//! One coordinator's list, which an assignment's manifest must name, and whom it is about.

use super::key_ids::KeyIds;
use crate::error::{Error, Result};
use crate::identity::Pseudonym;
use crate::output::{FileRecord, MANIFEST, Manifest, read_batches};
use crate::programme::{Programme, is_file_name};
use crate::selection::columns;
use crate::untrusted::{SteadyFile, guarded};
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use std::collections::HashMap;
use std::path::Path;

/// The file that `unkey` makes, and its columns.
pub(super) mod names {
    pub(in crate::custody) const PSEUDONYMS: &str = "pseudonyms.parquet";
    /// The member's pseudonym as the coordinator's list has it.
    pub(in crate::custody) const MEMBER: &str = "member";
    /// The member's pseudonym as the department's delivery has it.
    pub(in crate::custody) const PERSON: &str = "person";
    /// File metadata: SHA-256 of the coordinator's list.
    pub(in crate::custody) const LIST_SHA256: &str = "udpeg.list_sha256";
}

/// A member of a unit on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The unit's label.
    pub label: String,
    /// The unit's id.
    pub unit: Pseudonym,
    /// The member's pseudonym, as the list has it.
    pub pseudonym: Pseudonym,
    /// The member's pseudonym under the departments' key, where it is known.
    pub person: Option<Pseudonym>,
}

/// One coordinator's list.
#[derive(Debug)]
pub(super) struct List {
    /// Whose list it is: an id that can be a file name.
    pub coordinator: String,
    /// SHA-256 of the coordinator's `list.parquet`.
    pub sha256: String,
    /// The file that was read, for the manifest.
    pub input: FileRecord,
    /// Which keys its pseudonyms were made with.
    pub key_ids: KeyIds,
    /// The department that it was unkeyed for; `None` for the coordinator's own file.
    pub department: Option<String>,
    /// Its members, by rank of their unit.
    pub members: Vec<Member>,
}

impl List {
    /// The coordinator's `list.parquet`, or the `pseudonyms.parquet` that `unkey` made of it, where `assignment` (a
    /// `manifest.json` of `assign`) names that list.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where it does not, or the list is of another period; [`Error::File`] where a file is not
    /// there or not whole.
    pub(super) fn read(programme: &Programme, path: &Path, assignment: &Path) -> Result<Self> {
        let hint = "name the `assignment/manifest.json` that goes with the list, with --manifest";
        let manifest = Manifest::read_file(assignment, hint)?;
        if !["assign", "decide"].contains(&manifest.step.as_str()) {
            return Err(Error::refused(
                format!("{}: it is not the manifest of an assignment", assignment.display()),
                hint,
            ));
        }
        let file = SteadyFile::open(path)?;
        let sha256 = file.sha256()?;
        let corrupt = || Error::file(path, "it is not a whole list", "ask whoever made it for it again");
        let read = guarded(|| read_file(&file)).flatten();
        file.check_unchanged()?;
        let (batches, entries) = read.ok_or_else(corrupt)?;
        let entry = |name: &str| entries.get(name).cloned();
        // What `unkey` made says which list it was made of.
        let of_list = entry(names::LIST_SHA256);
        let is_unkeyed = of_list.is_some();
        if is_unkeyed {
            unaltered(path, &sha256)?;
        }
        let of_list = of_list.unwrap_or_else(|| sha256.clone());
        let coordinator = coordinator_of(&manifest, &of_list, path)?;
        if entry("udpeg.period").as_ref() != Some(&programme.period) {
            let hint = "name the period of the list with --period, or the programme file that it was made with";
            return Err(Error::refused(format!("{}: the list is not of this period", path.display()), hint));
        }
        let members: Option<Vec<Vec<Member>>> = batches.iter().map(|batch| members(batch, is_unkeyed)).collect();
        Ok(Self {
            input: FileRecord::new(
                &Path::new("coordinators").join(&coordinator).join("list.parquet"),
                of_list.clone(),
                None,
            ),
            coordinator,
            sha256: of_list,
            key_ids: entry("udpeg.key_id").and_then(|id| KeyIds::read(&id)).ok_or_else(corrupt)?,
            department: entry("udpeg.department"),
            members: members.ok_or_else(corrupt)?.concat(),
        })
    }

    /// Number of distinct units.
    pub(super) fn units(&self) -> usize {
        let mut units: Vec<Pseudonym> = self.members.iter().map(|member| member.unit).collect();
        units.sort_unstable();
        units.dedup();
        units.len()
    }
}

/// Whose list the manifest says has this SHA-256.
fn coordinator_of(manifest: &Manifest, sha256: &str, path: &Path) -> Result<String> {
    let named = manifest.outputs.iter().filter(|output| output.sha256 == sha256);
    let coordinator = |output: &FileRecord| {
        // A revision's lists stand in a folder of its own.
        let (place, list) = output.path.split_once("coordinators/")?;
        let id = list.strip_suffix("/list.parquet")?;
        let is_known = place.is_empty() || place.starts_with("revisions/");
        (is_known && is_file_name(id)).then(|| id.to_owned())
    };
    named.clone().find_map(coordinator).ok_or_else(|| {
        let what = match named.count() {
            0 => "its SHA-256 does not stand in the assignment's manifest",
            _ => "it is not one coordinator's list",
        };
        Error::refused(
            format!("{}: {what}", path.display()),
            "the way back is open for the list of one coordinator as `assign` wrote it, and for nothing else",
        )
    })
}

/// What `unkey` made must be what the manifest beside it names.
fn unaltered(path: &Path, sha256: &str) -> Result<()> {
    let hint = "ask the custodian for the whole folder again";
    let manifest = Manifest::read_file(&path.with_file_name(MANIFEST), hint)?;
    if manifest.step == "unkey" && manifest.outputs.iter().any(|output| output.sha256 == sha256) {
        return Ok(());
    }
    Err(Error::refused(format!("{}: it is not the file that the manifest beside it names", path.display()), hint))
}

/// The rows and the `udpeg.…` entries of a Parquet file; `None` where it is not whole.
fn read_file(file: &SteadyFile) -> Option<(Vec<RecordBatch>, HashMap<String, String>)> {
    let (metadata, batches) = read_batches(file)?;
    let entries = metadata.metadata().file_metadata().key_value_metadata();
    let entries = entries.into_iter().flatten().filter_map(|entry| Some((entry.key.clone(), entry.value.clone()?)));
    let entries = entries.collect();
    Some((batches.collect::<std::result::Result<_, _>>().ok()?, entries))
}

/// The members in some rows; `None` where a column is not there or a cell not as it should be.
fn members(batch: &RecordBatch, is_unkeyed: bool) -> Option<Vec<Member>> {
    let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let (labels, units) = (text(columns::LABEL)?, text(columns::UNIT)?);
    let unkeyed = if is_unkeyed { Some((text(names::MEMBER)?, text(names::PERSON)?)) } else { None };
    let lists = if is_unkeyed { None } else { Some(batch.column_by_name(columns::MEMBERS)?.as_list_opt::<i32>()?) };
    let mut members = Vec::new();
    for row in 0..batch.num_rows() {
        let unit = Pseudonym::from_hex(units.value(row))?;
        let label = labels.value(row).to_owned();
        // Nothing else can stand in a label.
        if label.is_empty() || !units.value(row).starts_with(&label) {
            return None;
        }
        if let Some((of_list, of_delivery)) = unkeyed {
            let pseudonym = Pseudonym::from_hex(of_list.value(row))?;
            let person = Some(Pseudonym::from_hex(of_delivery.value(row))?);
            members.push(Member { label, unit, pseudonym, person });
        } else if let Some(lists) = lists {
            let list = lists.value(row);
            let list = list.as_string_opt::<i32>()?;
            for cell in 0..list.len() {
                let pseudonym = Pseudonym::from_hex(list.value(cell))?;
                members.push(Member { label: label.clone(), unit, pseudonym, person: None });
            }
        }
    }
    Some(members)
}
