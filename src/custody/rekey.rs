//! `rekey`: deliveries under a second key, run by a custodian who has no identified extract.

use super::key_ids::KeyIds;
use super::rows::Rekeying;
use crate::error::{Error, Result, Warning};
use crate::extract::{extract_fields, names};
use crate::identity::{Key, KeyId, Pseudonym, Rekeyer};
use crate::linkage::{OpenExtract, Source};
use crate::output::{self, FileRecord, MANIFEST, Manifest, ParquetFile, Period, RunMetadata, Staged, Step, hex_column};
use crate::pipeline::{Context, Outcome};
use crate::programme::{Department, Programme};
use arrow_schema::{DataType, Field};
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
    programme.purpose.authorise(context.today)?;
    let period = Period::open(&programme.out, &programme.period)?;
    let sources = read_sources(programme, folders)?;
    let key_ids = going_the_same_way(&sources, &second.id())?;
    let mut deliveries = Vec::new();
    for source in sources {
        deliveries.push((source.extract()?, source));
    }
    // Last, so that a delivery that must be refused is never hidden behind a step that is there.
    for (_, source) in &deliveries {
        period.check_free(&Step::rekey(&source.department.id), context.force)?;
    }
    let rekeying = Rekeying::new(programme, Rekeyer::new(second));
    let (mut rekeyed, mut staged, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for (extract, source) in deliveries {
        let began = Instant::now();
        let folders = period.stage(&Step::rekey(&source.department.id))?;
        let [folder] = folders.as_slice() else {
            return Err(Error::file(period.folder(), "the step has no folder", "please report this"));
        };
        let target = Target { context, rekeying: &rekeying, key_ids: &key_ids, folder };
        let (delivery, outputs) = target.write(&source, &extract)?;
        let manifest = Manifest::new("rekey", programme, &key_ids, source.inputs, outputs, began);
        output::write_json(folder, MANIFEST, &manifest)?;
        warnings.extend(changed_programme(programme, &delivery.department, &extract));
        rekeyed.push(delivery);
        staged.push(folders);
    }
    context.progress.end();
    staged.into_iter().try_for_each(Staged::commit)?;
    Ok(Outcome { summary: rekeyed, warnings })
}

/// The deliveries in these folders, each of another department.
pub(super) fn read_sources<'a>(programme: &'a Programme, folders: &[PathBuf]) -> Result<Vec<Source<'a>>> {
    let (mut sources, mut errors): (Vec<Source<'a>>, Vec<Error>) = (Vec::new(), Vec::new());
    for folder in folders {
        let source =
            department_of(programme, folder).and_then(|department| Source::new(programme, department, folder.clone()));
        match source {
            Ok(source) if sources.iter().any(|other| other.department.id == source.department.id) => {
                let what = format!("two deliveries of `{}` are named", source.department.id);
                errors.push(Error::Usage { what, hint: "name each department's delivery once".to_owned() });
            }
            Ok(source) => sources.push(source),
            Err(error) => errors.push(error),
        }
    }
    Error::collect(errors).map_or(Ok(sources), Err)
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
fn going_the_same_way(sources: &[Source<'_>], second: &KeyId) -> Result<String> {
    let Some(first) = sources.first().map(|source| source.key_id.clone()) else {
        return Err(Error::Usage {
            what: "no delivery is named".to_owned(),
            hint: "name the departments' folders with --delivery".to_owned(),
        });
    };
    for source in sources {
        let folder = source.folder.display();
        match KeyIds::read(&source.key_id) {
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

fn changed_programme(programme: &Programme, department: &str, extract: &OpenExtract) -> Option<Warning> {
    (extract.programme_sha256 != programme.sha256).then(|| {
        Warning(format!(
            "{department}: it was made with another version of the programme file, which `select` will tell too"
        ))
    })
}

/// Where a re-keyed delivery is written, and how.
struct Target<'a> {
    context: &'a Context<'a>,
    rekeying: &'a Rekeying<'a>,
    key_ids: &'a str,
    folder: &'a Staged,
}

impl Target<'_> {
    /// Writes the three files of a delivery; gives what has become of it, and their records for the manifest.
    fn write(&self, source: &Source<'_>, extract: &OpenExtract) -> Result<(RekeyedDelivery, Vec<FileRecord>)> {
        let department = source.department.id.as_str();
        if source.quality.department != department {
            return Err(Error::refused(
                format!("{}: its {} is another department's", source.folder.display(), names::QUALITY),
                "ask the department for its delivery again",
            ));
        }
        let metadata = RunMetadata::of_department(self.context.programme, self.key_ids, department)
            .with("udpeg.programme", extract.programme_sha256.clone());
        let place = Path::new("delivery").join(department);
        let (sha256, rows) = self.write_extract(source, extract, &metadata)?;
        let mut outputs = vec![FileRecord::new(&place.join(names::EXTRACT), sha256, Some(rows))];
        let (sha256, incomplete) = self.write_incomplete(source, &metadata)?;
        outputs.push(FileRecord::new(&place.join(names::INCOMPLETE), sha256, Some(incomplete)));
        let sha256 = output::write_json(self.folder, names::QUALITY, &source.quality)?;
        outputs.push(FileRecord::new(&place.join(names::QUALITY), sha256, None));
        let rekeyed = RekeyedDelivery {
            department: department.to_owned(),
            rows,
            incomplete,
            key_id: self.key_ids.to_owned(),
            folder: self.folder.place().to_string_lossy().into_owned(),
        };
        Ok((rekeyed, outputs))
    }

    fn write_extract(
        &self,
        source: &Source<'_>,
        extract: &OpenExtract,
        metadata: &RunMetadata,
    ) -> Result<(String, u64)> {
        let path = source.folder.join(names::EXTRACT);
        let progress = self.context.progress;
        let turns = Rekeying::turns(extract.rows.rows());
        progress.begin(&format!("re-keying {}", source.department.id), turns);
        let fields = extract_fields(self.context.programme.attributes);
        let mut file = ParquetFile::create(self.folder, names::EXTRACT, fields, metadata)?;
        for turn in 0..turns {
            let rows = self.rekeying.read(extract, &path, turn, turns)?;
            file.write(rows.len(), |range| self.rekeying.columns(&rows, range))?;
            progress.advance(1);
        }
        let (sha256, rows) = file.finish()?;
        if rows != extract.rows.rows() {
            return Err(Error::file(&path, "it changed while it was read", "run again when nobody writes there"));
        }
        Ok((sha256, rows))
    }

    fn write_incomplete(&self, source: &Source<'_>, metadata: &RunMetadata) -> Result<(String, u64)> {
        let mut persons: Vec<Pseudonym> =
            source.incomplete()?.into_par_iter().map(|person| self.rekeying.rekeyer.rekey(person)).collect();
        persons.par_sort_unstable();
        let fields = vec![Field::new(names::PERSON, DataType::Utf8, false)];
        let mut file = ParquetFile::create(self.folder, names::INCOMPLETE, fields, metadata)?;
        file.write(persons.len(), |range| vec![hex_column(persons[range].iter().copied().map(Some))])?;
        file.finish()
    }
}
