//! `rekey`: deliveries under a second key, run by a custodian who has no identified extract.

use super::key_ids::KeyIds;
use crate::error::{Error, Result};
use crate::extract::{self, LeavingTypes, names};
use crate::identity::{Key, KeyId, Rekeyer};
use crate::linkage::{Delivery, OpenExtract, Source, Unaltered};
use crate::output::{self, FileRecord, MANIFEST, Manifest, Period, RunMetadata, Staged, Step};
use crate::pipeline::{Context, Outcome};
use crate::programme::{Department, Programme};
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What has become of one delivery.
#[derive(Debug, Clone, Serialize)]
pub struct RekeyedDelivery {
    /// Whose delivery it is.
    pub department: String,
    /// Rows of its extract.
    pub rows: u64,
    /// Persons with rejected rows.
    pub incomplete: u64,
    /// Which keys its pseudonyms are made with now, `first+second`.
    pub key_id: String,
    /// The folder for the analyst.
    pub folder: String,
}

/// Puts the pseudonyms of deliveries under a second key; each becomes a delivery again, in `rekeyed/<department>/`.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose that does not do, or a delivery that is altered, does not belong or is re-keyed
/// already; [`Error::File`] for one that is not whole, or a step that is there. Unless all deliveries succeed, nothing
/// is put into place.
pub fn rekey(context: &Context<'_>, second: &Key, folders: &[PathBuf]) -> Result<Outcome<Vec<RekeyedDelivery>>> {
    let programme = context.programme;
    programme.authorise(context.today)?;
    let period = Period::open(&programme.out, &programme.period)?;
    let unaltered = read_sources(programme, folders)?;
    let key_ids = going_the_same_way(&unaltered, &second.id())?;
    let mut deliveries = Vec::new();
    for delivery in unaltered {
        let extract = delivery.extract()?;
        delivery.quality()?;
        deliveries.push((extract, delivery));
    }
    // Last, so that a delivery that must be refused is never hidden behind a step that is there.
    for (_, delivery) in &deliveries {
        period.check_free(&Step::rekey(&delivery.source.department.id), context.force)?;
    }
    let rekeyer = Rekeyer::new(second);
    let (mut written, mut staged, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for (extract, delivery) in deliveries {
        let began = Instant::now();
        let department = delivery.source.department.id.as_str();
        context.progress.begin(&format!("re-keying {department}"), 0);
        let folders = period.stage(&Step::rekey(department))?;
        let [folder] = folders.as_slice() else {
            return Err(Error::file(period.folder(), "the step has no folder", "please report this"));
        };
        // What there is no memory for is put aside, one delivery after the other.
        let mut delivery = delivery.read(&context.room(&period), Some(&rekeyer))?;
        let (rows, outputs) = write(programme, department, &key_ids, folder, &mut delivery, &extract)?;
        let manifest = Manifest::new("rekey", programme, &key_ids, delivery.inputs, outputs, began);
        output::write_json(folder, MANIFEST, &manifest)?;
        warnings.extend(delivery.warnings);
        written.push(RekeyedDelivery {
            department: department.to_owned(),
            rows,
            incomplete: delivery.incomplete.len() as u64,
            key_id: key_ids.clone(),
            folder: folder.place().to_string_lossy().into_owned(),
        });
        staged.push(folders);
    }
    context.progress.end();
    staged.into_iter().try_for_each(Staged::commit)?;
    Ok(Outcome::new(programme, written, warnings))
}

/// The deliveries in these folders, each of another department.
pub(super) fn read_sources<'a>(programme: &'a Programme, folders: &[PathBuf]) -> Result<Vec<Unaltered<'a>>> {
    let (mut deliveries, mut errors): (Vec<Unaltered<'a>>, Vec<Error>) = (Vec::new(), Vec::new());
    for folder in folders {
        let unaltered = department_of(programme, folder)
            .and_then(|department| Source::new(programme, department, folder.clone()).unaltered());
        match unaltered {
            Ok(one) if deliveries.iter().any(|other| other.source.department.id == one.source.department.id) => {
                let what = format!("two deliveries of `{}` are named", one.source.department.id);
                errors.push(Error::Usage { what, hint: "name each department's delivery once".to_owned() });
            }
            Ok(one) => deliveries.push(one),
            Err(error) => errors.push(error),
        }
    }
    Error::collect(errors).map_or(Ok(deliveries), Err)
}

/// The department whose delivery stands in a folder, as its manifest names the files.
fn department_of<'a>(programme: &'a Programme, folder: &Path) -> Result<&'a Department> {
    let hint = "name the folder that the department handed over, with its four files";
    let manifest = Manifest::read_file(&folder.join(MANIFEST), hint)?;
    let is_extract_of = |department: &&Department| {
        let name = format!("delivery/{}/{}", department.id, names::EXTRACT);
        manifest.outputs.iter().any(|output| output.path == name)
    };
    programme.departments.iter().find(is_extract_of).ok_or_else(|| {
        Error::refused(format!("{}: it is no delivery of a department of this programme", folder.display()), hint)
    })
}

/// The keys that the pseudonyms of these deliveries will be made with, where all were made with one key so far.
fn going_the_same_way(deliveries: &[Unaltered<'_>], second: &KeyId) -> Result<String> {
    let Some(first) = deliveries.first().map(|delivery| delivery.key_id.clone()) else {
        return Err(Error::Usage {
            what: "no delivery is named".to_owned(),
            hint: "name the departments' folders with --delivery".to_owned(),
        });
    };
    for delivery in deliveries {
        let folder = delivery.source.folder.display();
        match KeyIds::read(&delivery.key_id) {
            Some(KeyIds::First(id)) if id == second.0 => {
                return Err(Error::refused(
                    format!("{folder}: it was made with this very key"),
                    "the second key must be one that no department has: make it with `udpeg key new`",
                ));
            }
            Some(KeyIds::First(id)) if id == first => {}
            Some(KeyIds::First(_)) => {
                return Err(Error::refused(
                    "the deliveries were made with different keys, so that one person has different pseudonyms in them",
                    "every department must use the programme's one key; compare `key_id` in their manifests",
                ));
            }
            Some(KeyIds::Rekeyed { .. }) => {
                return Err(Error::refused(
                    format!("{folder}: it was re-keyed already"),
                    "a delivery is re-keyed once: name the folder as the department handed it over",
                ));
            }
            None => {
                return Err(Error::refused(
                    format!("{folder}: its manifest names no key"),
                    "ask the department for its delivery again",
                ));
            }
        }
    }
    Ok(format!("{first}+{second}"))
}

/// Writes the three files of a delivery whose pseudonyms have been replaced; gives the rows of its extract and the
/// files' records for the manifest.
fn write(
    programme: &Programme,
    department: &str,
    key_ids: &str,
    folder: &Staged,
    delivery: &mut Delivery,
    extract: &OpenExtract,
) -> Result<(u64, Vec<FileRecord>)> {
    let metadata = RunMetadata::of_department(programme, key_ids, department)
        .with("udpeg.programme", extract.programme_sha256.clone());
    let place = Path::new("delivery").join(department);
    let types = LeavingTypes::of_delivered(&delivery.types);
    // Rows may equal one another: of types that left as `other`.
    delivery.records.sort(&types.ranks)?;
    let (sha256, rows) = extract::write_extract(programme, folder, &metadata, &delivery.records, &types)?;
    let mut outputs = vec![FileRecord::new(&place.join(names::EXTRACT), sha256, Some(rows))];
    delivery.incomplete.par_sort_unstable();
    let (sha256, incomplete) = extract::write_incomplete(folder, &metadata, &delivery.incomplete)?;
    outputs.push(FileRecord::new(&place.join(names::INCOMPLETE), sha256, Some(incomplete)));
    let sha256 = output::write_json(folder, names::QUALITY, &delivery.quality)?;
    outputs.push(FileRecord::new(&place.join(names::QUALITY), sha256, None));
    Ok((rows, outputs))
}
