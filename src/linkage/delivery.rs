//! One department's delivery: checked against its manifest, the programme and the other deliveries, and read.

use super::parquet_input::Batch;
use super::source::{AGAIN, OpenExtract, Source, Unaltered};
use crate::error::{Error, Result, Warning};
use crate::extract::{Quality, Record, Records, Room, Types, names};
use crate::identity::{Pseudonym, Rekeyer, Sex, holds_cpr_number};
use crate::output::FileRecord;
use crate::pipeline::Progress;
use crate::programme::{Department, OTHER_TYPE, Programme};
use crate::untrusted::SteadyFile;
use arrow_array::{Array, StringArray};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// A delivery as read, or as it has just been written by the same process.
#[derive(Debug, Default)]
pub struct Delivery {
    /// The id of the key its pseudonyms were made with.
    pub key_id: String,
    /// Its records, sorted by person and start.
    pub records: Records,
    /// By a record's `kind`: the name under which its type left.
    pub types: Vec<String>,
    /// Persons with rejected rows, rising.
    pub incomplete: Vec<Pseudonym>,
    /// Its quality counts.
    pub quality: Option<Quality>,
    /// Its files, for the manifest.
    pub inputs: Vec<FileRecord>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Reads the deliveries of all departments below a period's folder, in the programme's order; what `room` has no
/// memory for is put aside.
///
/// # Errors
///
/// All failures of all deliveries: [`Error::Refused`] where one is altered, does not belong or holds what looks like
/// a CPR number; [`Error::File`] where one is not there or not whole.
pub fn read_all(
    programme: &Programme,
    period_folder: &Path,
    room: &Room,
    progress: &dyn Progress,
) -> Result<Vec<Delivery>> {
    let room = room.shared_by(programme.departments.len());
    progress.begin("reading the deliveries", programme.departments.len() as u64);
    let read = |department: &Department| {
        let source = Source::new(programme, department, folder_of(department, period_folder));
        let delivery = source.unaltered().and_then(|delivery| delivery.read(&room, None));
        progress.advance(1);
        delivery
    };
    let results: Vec<Result<Delivery>> = programme.departments.par_iter().map(read).collect();
    progress.end();
    let (mut deliveries, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(delivery) => deliveries.push(delivery),
            Err(error) => errors.push(error),
        }
    }
    errors.extend(went_different_ways(&deliveries));
    Error::collect(errors).map_or(Ok(deliveries), Err)
}

/// Refuses deliveries whose pseudonyms were not all made with the same key or keys.
fn went_different_ways(deliveries: &[Delivery]) -> Option<Error> {
    let key_ids: Vec<&str> = deliveries.iter().map(|delivery| delivery.key_id.as_str()).collect();
    if key_ids.windows(2).all(|pair| pair[0] == pair[1]) {
        return None;
    }
    let rekeyed = key_ids.iter().filter(|id| id.contains('+')).count();
    let (what, hint) = if rekeyed == 0 {
        (
            "the deliveries were made with different keys",
            "every department must use the programme's one key; compare `key_id` in their manifests",
        )
    } else if rekeyed == key_ids.len() {
        (
            "the deliveries were re-keyed with different keys",
            "every department must use the programme's one key, and the custodian one second key; compare `key_id` in their manifests",
        )
    } else {
        (
            "some deliveries were re-keyed and others were not",
            "all must go the same way: have every department's delivery re-keyed with one second key (`udpeg rekey`), or none",
        )
    };
    Some(Error::refused(format!("{what}, so that one person has different pseudonyms in them"), hint))
}

/// Checks of the Parquet files of a delivery in this folder, without reading a row, that they have a delivery's columns and were made for
/// this programme, period and key; gives what a person should look at.
///
/// # Errors
///
/// What [`read_all`] fails with for the same reasons.
pub(crate) fn check_footers(
    programme: &Programme,
    department: &Department,
    folder: &Path,
    key_id: &str,
) -> Result<Vec<Warning>> {
    let source = Source::new(programme, department, folder.to_path_buf());
    let file = |name| SteadyFile::open(&folder.join(name));
    source.incomplete(file(names::INCOMPLETE)?, key_id)?;
    let extract = source.extract(file(names::EXTRACT)?, key_id)?;
    Ok(changed_programme(&source, &extract).into_iter().collect())
}

fn folder_of(department: &Department, period_folder: &Path) -> PathBuf {
    period_folder.join("delivery").join(&department.id)
}

fn changed_programme(source: &Source<'_>, extract: &OpenExtract) -> Option<Warning> {
    (extract.programme_sha256 != source.programme.sha256).then(|| {
        Warning(format!(
            "{}: the programme file has changed since it was delivered; types that a changed rule names may have left as `other`",
            source.department.id
        ))
    })
}

impl Unaltered<'_> {
    /// Reads it all; under a second key, its records and incomplete persons are in no order.
    ///
    /// # Errors
    ///
    /// As for [`read_all`].
    pub(crate) fn read(self, room: &Room, rekeyer: Option<&Rekeyer>) -> Result<Delivery> {
        let mut incomplete = self.incomplete()?;
        if let Some(rekeyer) = rekeyer {
            rekeyer.rekey_all(incomplete.iter_mut());
        }
        let quality = self.quality()?;
        let extract = self.extract()?;
        let (records, types) = self.read_extract(&extract, room, rekeyer)?;
        Ok(Delivery {
            records,
            types: types.names().to_vec(),
            incomplete,
            warnings: changed_programme(&self.source, &extract).into_iter().collect(),
            key_id: self.key_id,
            quality: Some(quality),
            inputs: self.inputs,
        })
    }

    /// The persons of its `incomplete.parquet`, rising.
    ///
    /// # Errors
    ///
    /// As for [`read_all`].
    pub(crate) fn incomplete(&self) -> Result<Vec<Pseudonym>> {
        let mut incomplete = Vec::new();
        let read = |persons: &mut Vec<Pseudonym>, batch: &Batch<'_>| {
            for cell in batch.text(names::PERSON, false)?.iter().flatten() {
                persons.push(batch.pseudonym(names::PERSON, cell)?);
            }
            Ok(())
        };
        let input = self.source.incomplete(self.incomplete.clone(), &self.key_id)?;
        input.read_row_groups(Vec::new, read, |mut persons| {
            incomplete.append(&mut persons);
            Ok(())
        })?;
        if !incomplete.is_sorted_by(|one, other| one < other) {
            let path = self.source.folder.join(names::INCOMPLETE);
            return Err(Error::file(&path, "its rows are not sorted", AGAIN));
        }
        Ok(incomplete)
    }

    fn read_extract(&self, extract: &OpenExtract, room: &Room, rekeyer: Option<&Rekeyer>) -> Result<(Records, Types)> {
        let path = self.source.folder.join(names::EXTRACT);
        if extract.rows() > u64::from(u32::MAX) {
            return Err(Error::file(
                &path,
                "it has more rows than one department can have",
                "split the department in two",
            ));
        }
        let programme = self.source.programme;
        let labels = programme.age_bands.labels();
        let reading = Reading { labels: &labels, attributes: programme.attributes, rekeyer };
        let mut types = Types::default();
        let mut last: Option<Record> = None;
        let mut records = Records::new(room.clone());
        extract.rows.read_row_groups(
            Part::default,
            |part, batch| reading.add(part, batch),
            |part: Part| {
                let wrong = |what| Err(Error::file(&path, what, AGAIN));
                let positions: Vec<u32> = part.types.names().iter().map(|name| types.position(name.clone())).collect();
                if types.names().len() > MOST_TYPES {
                    return wrong(TOO_MANY_TYPES);
                }
                let moved = |record: Record| Record { kind: positions[record.kind as usize], ..record };
                if let Some((last, first)) = last.zip(part.first.map(moved)) {
                    if !comes_before(&last, &first, &types) {
                        return wrong(NOT_IN_ORDER);
                    }
                    if last.person == first.person && last.age_band != first.age_band {
                        return wrong(TWO_BANDS);
                    }
                }
                last = part.last.map(moved).or(last);
                records.append(part.records, &positions);
                records.keep_within_room()
            },
        )?;
        Ok((records, types))
    }

    /// What `find` finds among the pseudonyms of its persons, children and incomplete persons, which it is given many
    /// at a time and some of them more than once.
    ///
    /// # Errors
    ///
    /// As for [`read_all`].
    pub(crate) fn find<T: Send>(&self, find: impl Fn(&[Pseudonym]) -> Vec<T> + Sync) -> Result<Vec<T>> {
        let mut found = find(&self.incomplete()?);
        let look = |found: &mut Vec<T>, batch: &Batch<'_>| {
            for (name, nullable) in [(names::PERSON, false), (names::CHILD, true)] {
                let mut pseudonyms = Vec::new();
                let mut last = "";
                for cell in batch.text(name, nullable)?.iter().flatten() {
                    if cell != last {
                        pseudonyms.push(batch.pseudonym(name, cell)?);
                    }
                    last = cell;
                }
                found.extend(find(&pseudonyms));
            }
            Ok(())
        };
        self.extract()?.rows.read_row_groups(Vec::new, look, |mut further| {
            found.append(&mut further);
            Ok(())
        })?;
        Ok(found)
    }
}

/// What a row group gives.
#[derive(Default)]
struct Part {
    records: Records,
    types: Types,
    /// The first row and the last as they stand there, to see that rows are in order.
    first: Option<Record>,
    last: Option<Record>,
}

struct Reading<'a> {
    labels: &'a [String],
    attributes: crate::programme::Attributes,
    rekeyer: Option<&'a Rekeyer>,
}

impl Reading<'_> {
    fn add(&self, part: &mut Part, batch: &Batch<'_>) -> Result<()> {
        let persons = batch.text(names::PERSON, false)?;
        let kinds = batch.text(names::KIND, false)?;
        let starts = batch.days(names::START, false)?;
        let ends = batch.days(names::END, true)?;
        let records = batch.text(names::RECORD, true)?;
        let children = batch.text(names::CHILD, true)?;
        let bands = if self.attributes.age_band { Some(batch.text(names::AGE_BAND, false)?) } else { None };
        let sexes = if self.attributes.sex { Some(batch.text(names::SEX, false)?) } else { None };
        let (mut last_cell, mut last_band) = ("", None);
        let mut waiting = Vec::new();
        for row in 0..batch.rows() {
            let cell = persons.value(row);
            let band = bands.map(|bands| bands.value(row));
            let (person, age_band) = match part.last {
                Some(last) if cell == last_cell && band == last_band => (last.person, last.age_band),
                _ => (batch.pseudonym(names::PERSON, cell)?, self.age_band(band, batch)?),
            };
            (last_cell, last_band) = (cell, band);
            let pseudonym = |name, column: &StringArray| {
                (!column.is_null(row)).then(|| batch.pseudonym(name, column.value(row))).transpose()
            };
            let record = Record {
                person,
                record: pseudonym(names::RECORD, records)?,
                child: pseudonym(names::CHILD, children)?,
                kind: part.kind(kinds.value(row), batch)?,
                start: starts.value(row),
                end: if ends.is_null(row) { Record::OPEN } else { ends.value(row) },
                sex: sex(sexes, row, batch)?,
                age_band,
            };
            check_days(&record, ends.is_null(row), batch)?;
            part.note(&record, batch)?;
            if self.rekeyer.is_some() {
                waiting.push(record);
            } else {
                part.records.push(record);
            }
        }
        if let Some(rekeyer) = self.rekeyer {
            rekeyer.rekey_all(waiting.iter_mut().flat_map(pseudonyms_of));
            for record in waiting {
                part.records.push(record);
            }
        }
        Ok(())
    }

    /// The position of an age band; 0 where the programme does not ask for it.
    fn age_band(&self, band: Option<&str>, batch: &Batch<'_>) -> Result<u8> {
        let Some(band) = band else { return Ok(0) };
        let position = self.labels.iter().position(|label| label == band);
        let position = position.and_then(|position| u8::try_from(position).ok());
        position.ok_or_else(|| batch.unexpected(names::AGE_BAND, band, "a cell is no age band of the programme"))
    }
}

fn pseudonyms_of(record: &mut Record) -> impl Iterator<Item = &mut Pseudonym> {
    let Record { person, record, child, .. } = record;
    std::iter::once(person).chain(record).chain(child)
}

/// A row's sex, where the programme asks for it; nothing depends on it otherwise.
fn sex(sexes: Option<&StringArray>, row: usize, batch: &Batch<'_>) -> Result<Sex> {
    match sexes.map(|sexes| sexes.value(row)) {
        None | Some("M") => Ok(Sex::Male),
        Some("F") => Ok(Sex::Female),
        Some(wrong) => Err(batch.unexpected(names::SEX, wrong, "a cell is neither M nor F")),
    }
}

/// Days that can be, and an end that does not lie before its start.
fn check_days(record: &Record, is_open: bool, batch: &Batch<'_>) -> Result<()> {
    /// 0001-01-01 and 9999-12-31, in days since 1970-01-01.
    const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;
    const NO_DAY: &str = "a day lies before the year 1 or after the year 9999";
    if !DAYS.contains(&record.start) {
        return Err(batch.wrong(names::START, NO_DAY));
    }
    if is_open || (record.start..=*DAYS.end()).contains(&record.end) {
        return Ok(());
    }
    let what = if DAYS.contains(&record.end) { "a row ends before it starts" } else { NO_DAY };
    Err(batch.wrong(names::END, what))
}

/// Whether a record stands rightly before another. Equal ones do only where different types became `other`.
fn comes_before(record: &Record, next: &Record, types: &Types) -> bool {
    let begins = |record: &Record| (record.person, record.start, record.end);
    let order = begins(record).cmp(&begins(next)).then_with(|| {
        let name = |record: &Record| &types.names()[record.kind as usize];
        (name(record), record.record, record.child).cmp(&(name(next), next.record, next.child))
    });
    match order {
        Ordering::Less => true,
        Ordering::Equal => types.names()[record.kind as usize] == OTHER_TYPE,
        Ordering::Greater => false,
    }
}

/// More types than any delivery has; bounds what a forged one costs.
const MOST_TYPES: usize = 1 << 16;

/// A programme's types have at most 1,000 characters, of at most four bytes.
const LONGEST_TYPE_BYTES: usize = 4000;

const TOO_MANY_TYPES: &str = "it holds more than 65,536 types";
const TWO_BANDS: &str = "rows of one person have different age bands";
const NOT_IN_ORDER: &str = "rows are not sorted by person, start, end, type, record and child, or one stands twice";

impl Part {
    /// Notes the next row, which must come after the last and have the age band that its person has.
    fn note(&mut self, record: &Record, batch: &Batch<'_>) -> Result<()> {
        if let Some(last) = &self.last {
            if !comes_before(last, record, &self.types) {
                return Err(batch.wrong(names::PERSON, NOT_IN_ORDER));
            }
            if last.person == record.person && last.age_band != record.age_band {
                return Err(batch.wrong(names::AGE_BAND, TWO_BANDS));
            }
        }
        self.first = self.first.or(Some(*record));
        self.last = Some(*record);
        Ok(())
    }

    /// The position of a type, which is added where it is new.
    fn kind(&mut self, name: &str, batch: &Batch<'_>) -> Result<u32> {
        if let Some(position) = self.types.find(name) {
            return Ok(position);
        }
        if holds_cpr_number(name) {
            return Err(batch.identifying(names::KIND));
        }
        if name.is_empty() || name.len() > LONGEST_TYPE_BYTES {
            return Err(batch.wrong(names::KIND, "a type is empty, or longer than any"));
        }
        if self.types.names().len() == MOST_TYPES {
            return Err(batch.wrong(names::KIND, TOO_MANY_TYPES));
        }
        Ok(self.types.position(name.to_owned()))
    }
}
