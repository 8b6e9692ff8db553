//! What files say about themselves, held against their manifest and against each other.

use super::standing::{Place, Standing, programme_of};
use crate::assignment;
use crate::error::{Error, Result, Warning};
use crate::extract::Quality;
use crate::linkage;
use crate::output::{FileRecord, Manifest, RunMetadata};
use crate::programme::Programme;
use crate::release::Ledger;
use crate::untrusted::{SteadyFile, guarded, shape};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Checks the files of a step, which must be those of its manifest, as those in `intact` are; `None` where not all are.
/// Gives what is wrong and what a person should look at.
pub(super) fn content(
    step: &Standing<'_>,
    place: &Place<'_>,
    intact: &BTreeSet<PathBuf>,
) -> Option<(Vec<Error>, Vec<Warning>)> {
    let manifest = step.manifest.as_ref()?;
    let own = programme_of(manifest, place.programme)?;
    if step.intact.len() != step.expected.outputs.len() {
        return None;
    }
    let metadata = match step.expected.department {
        Some(department) => RunMetadata::of_department(&own, &manifest.key_id, &department.id),
        None => RunMetadata::new(&own, &manifest.key_id),
    };
    let mut errors: Vec<Error> = step
        .intact
        .iter()
        .filter_map(|path| {
            let name = step.expected.name_of(path);
            let record = manifest.outputs.iter().find(|record| Path::new(&record.path) == name)?;
            about_file(step, &place.folder.join(path), manifest, record, &metadata).err()
        })
        .collect();
    let mut warnings = Vec::new();
    if let (Some(department), true) = (step.expected.department, errors.is_empty()) {
        let own = Programme { sha256: place.programme.sha256.clone(), ..own };
        match linkage::check_footers(&own, department, &place.folder.join(step.expected.place()), &manifest.key_id) {
            Ok(found) => warnings = found,
            Err(error) => errors.push(error),
        }
        errors.extend(counts(step, place, manifest).err());
    } else if manifest.programme_sha256 != place.programme.sha256 {
        let name = &step.expected.step.name;
        warnings.push(Warning(format!("{name}: the programme file has changed since the step was made")));
    }
    errors.extend(private_counts(step, place).err());
    if errors.is_empty() && ["assign", "decide"].contains(&step.expected.word) {
        errors.extend(lists(step, place, intact).err());
    }
    if step.expected.word == "release" {
        errors.extend(Ledger::read(&place.programme.out).and_then(|ledger| ledger.check()).err());
    }
    Some((errors, warnings))
}

/// What one file says, against its record in the manifest.
fn about_file(
    step: &Standing<'_>,
    path: &Path,
    manifest: &Manifest,
    record: &FileRecord,
    metadata: &RunMetadata,
) -> Result<()> {
    if path.extension().is_none_or(|extension| extension != "parquet") {
        return match record.rows {
            Some(_) => Err(step.refused(path, "its manifest gives it rows, and it is no table")),
            None => Ok(()),
        };
    }
    let footer = Footer::read(path, &step.expected.again)?;
    let differing = metadata.differing(&footer.entries);
    if !differing.is_empty() {
        let verb = if differing.len() == 1 { "differs" } else { "differ" };
        return Err(Error::refused(
            format!(
                "{}: it was not made for this period and programme: {} {verb}",
                path.display(),
                differing.join(", ")
            ),
            format!("verify with the programme file and period that it was made with; else {}", step.expected.again),
        ));
    }
    if record.rows != Some(footer.rows) {
        return Err(step.refused(path, "it has another number of rows than its manifest says"));
    }
    if footer.created_by != format!("udpeg {}", manifest.program_version) {
        return Err(step.refused(path, "it was made by another version of the program than its manifest says"));
    }
    Ok(())
}

/// What stands at the end of a Parquet file.
struct Footer {
    entries: HashMap<String, String>,
    rows: u64,
    created_by: String,
}

impl Footer {
    fn read(path: &Path, hint: &str) -> Result<Self> {
        let file = SteadyFile::open(path)?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = guarded(|| {
            shape::check_footer(&file)?;
            ArrowReaderMetadata::load(&file, options).ok()
        });
        file.check_unchanged()?;
        let metadata = metadata.flatten().ok_or_else(|| Error::file(path, "it is not a whole Parquet file", hint))?;
        let metadata = metadata.metadata().file_metadata();
        let entries = metadata.key_value_metadata().into_iter().flatten();
        Ok(Self {
            entries: entries.filter_map(|entry| Some((entry.key.clone(), entry.value.clone()?))).collect(),
            rows: u64::try_from(metadata.num_rows()).unwrap_or(0),
            created_by: metadata.created_by().unwrap_or_default().to_owned(),
        })
    }
}

/// The quality counts of a delivery add up to the rows of its extract and of what it was made from.
fn counts(step: &Standing<'_>, place: &Place<'_>, manifest: &Manifest) -> Result<()> {
    let [extract, _, quality] = step.expected.outputs.as_slice() else { return Ok(()) };
    let path = place.folder.join(quality);
    let bytes = SteadyFile::open(&path)?.bytes(Quality::MOST_BYTES)?;
    let quality: Quality = serde_json::from_slice(&bytes)
        .map_err(|_| Error::file(&path, "it is no quality file", &step.expected.again))?;
    let name = step.expected.name_of(extract);
    let of_extract = |records: &[FileRecord]| {
        records.iter().find(|record| Path::new(&record.path) == name).and_then(|record| record.rows)
    };
    // Re-keyed, it was made from another delivery's extract of as many rows, else from the department's files.
    let is_all_of_it = match manifest.step.as_str() {
        "rekey" => of_extract(&manifest.inputs) == Some(quality.extract),
        _ => Some(quality.rows) == sum(manifest.inputs.iter().map(|record| record.rows.unwrap_or(0))),
    };
    let is_right = Some(&quality.department) == step.expected.department.map(|department| &department.id)
        && is_all_of_it
        && quality.adds_up()
        && Some(quality.rejected) == sum(quality.reasons.values().copied())
        && of_extract(&manifest.outputs) == Some(quality.extract);
    if is_right {
        Ok(())
    } else {
        Err(step.refused(&path, "its counts do not add up to the rows of the extract and of what it was made from"))
    }
}

fn sum(counts: impl IntoIterator<Item = u64>) -> Option<u64> {
    counts.into_iter().try_fold(0_u64, u64::checked_add)
}

/// The department keeps the quality counts that it delivered. Its other lists stand in no manifest and are not opened.
fn private_counts(step: &Standing<'_>, place: &Place<'_>) -> Result<()> {
    let (Some(kept), Some(delivered)) = (step.expected.unlisted.last(), step.expected.outputs.last()) else {
        return Ok(());
    };
    if !place.inventory.is_file(kept) {
        return Ok(());
    }
    let read = |path: &PathBuf| SteadyFile::open(&place.folder.join(path))?.bytes(Quality::MOST_BYTES);
    if read(kept)? == read(delivered)? {
        return Ok(());
    }
    Err(Error::refused(
        format!(
            "{}: it is not that of the delivery: either was altered, or `pseudonymise` was run again and delivered nothing",
            place.folder.join(kept).display()
        ),
        "look into rejected.csv beside it, mend the extract and run `udpeg pseudonymise --force` again",
    ))
}

/// The target group is the proposed candidates, and every list its coordinator's rows of it. Nothing is checked where
/// the candidates are not those of their manifest.
fn lists(assign: &Standing<'_>, place: &Place<'_>, intact: &BTreeSet<PathBuf>) -> Result<()> {
    let candidates = assign.expected.inputs.iter().flatten().find(|input| intact.contains(*input));
    let (Some(candidates), Some((target_group, lists))) = (candidates, assign.expected.outputs.split_first()) else {
        return Ok(());
    };
    let of_coordinator = |list: &PathBuf| {
        let id = list.parent().and_then(Path::file_name).map(|id| id.to_string_lossy().into_owned());
        (id.unwrap_or_default(), place.folder.join(list))
    };
    // A workbook is what its SHA-256 says; that it says what the list does, only --recompute can tell.
    let tables = lists.iter().filter(|list| list.extension().is_some_and(|extension| extension == "parquet"));
    let lists: Vec<(String, PathBuf)> = tables.map(of_coordinator).collect();
    let (candidates, target_group) = (place.folder.join(candidates), place.folder.join(target_group));
    assignment::check_lists(&candidates, &target_group, &lists, &assign.expected.again)
}
