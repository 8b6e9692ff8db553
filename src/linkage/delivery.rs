//! One department's delivery: checked against its manifest, the programme and the other deliveries, and read.

use super::parquet_input::{Batch, Expected, ParquetInput};
use crate::error::{Error, Result, Warning};
use crate::extract::{Quality, Record, Records, Room, Types, names};
use crate::identity::{Pseudonym, Sex, holds_cpr_number};
use crate::output::{FileRecord, Manifest};
use crate::pipeline::Progress;
use crate::programme::{Department, OTHER_TYPE, Programme};
use crate::untrusted::SteadyFile;
use arrow_array::{Array, StringArray};
use arrow_schema::DataType;
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
        let delivery = Source::new(programme, department, period_folder, &room).read();
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
    let key_ids = deliveries.iter().map(|delivery| &delivery.key_id);
    if key_ids.clone().zip(key_ids.skip(1)).any(|(one, other)| one != other) {
        errors.push(Error::refused(
            "the deliveries were made with different keys, so that one person has different pseudonyms in them",
            "every department must use the programme's one key; compare `key_id` in their manifests",
        ));
    }
    Error::collect(errors).map_or(Ok(deliveries), Err)
}

/// Checks of a delivery's Parquet files, without reading a row, that they have a delivery's columns and were made for
/// this programme, period and key; gives what a person should look at.
///
/// # Errors
///
/// What [`read_all`] fails with for the same reasons.
pub(crate) fn check_footers(
    programme: &Programme,
    department: &Department,
    period_folder: &Path,
    key_id: &str,
) -> Result<Vec<Warning>> {
    let room = Room::default();
    let source = Source::new(programme, department, period_folder, &room);
    let mut delivery = Delivery { key_id: key_id.to_owned(), ..Delivery::default() };
    let file = |name| SteadyFile::open(&source.folder.join(name));
    source.open(names::INCOMPLETE, file(names::INCOMPLETE)?, &mut delivery, &INCOMPLETE_COLUMNS)?;
    source.open(names::EXTRACT, file(names::EXTRACT)?, &mut delivery, &source.extract_columns())?;
    Ok(delivery.warnings)
}

const INCOMPLETE_COLUMNS: [Expected; 1] = [Expected { name: names::PERSON, data_type: DataType::Utf8 }];

/// Where one delivery stands and what it must fit.
struct Source<'a> {
    programme: &'a Programme,
    department: &'a Department,
    period_folder: &'a Path,
    folder: PathBuf,
    /// The folder's name in manifests.
    place: PathBuf,
    room: &'a Room,
}

impl<'a> Source<'a> {
    fn new(programme: &'a Programme, department: &'a Department, period_folder: &'a Path, room: &'a Room) -> Self {
        let place = Path::new("delivery").join(&department.id);
        Self { programme, department, period_folder, folder: period_folder.join(&place), place, room }
    }

    fn read(&self) -> Result<Delivery> {
        let manifest = Manifest::read(&self.folder, &format!("pseudonymise --department {}", self.department.id))?;
        let mut delivery = Delivery { key_id: manifest.key_id.clone(), ..Delivery::default() };
        let checked = [names::EXTRACT, names::INCOMPLETE, names::QUALITY]
            .map(|name| manifest.unaltered(self.period_folder, &self.place.join(name), WHOLE_AGAIN));
        let [extract, incomplete, quality] = match checked {
            [Ok(extract), Ok(incomplete), Ok(quality)] => [extract, incomplete, quality],
            failed => return Err(Error::Several(failed.into_iter().filter_map(Result::err).collect())),
        };
        delivery.inputs = [&extract, &incomplete, &quality].map(|(record, _)| (*record).clone()).to_vec();
        self.read_incomplete(incomplete.1, &mut delivery)?;
        delivery.quality = Some(self.read_quality(&quality.1)?);
        self.read_extract(extract.1, &mut delivery)?;
        Ok(delivery)
    }

    fn read_quality(&self, file: &SteadyFile) -> Result<Quality> {
        let quality: Quality = serde_json::from_slice(&file.bytes(Quality::MOST_BYTES)?).map_err(|_| {
            Error::file(file.path(), "it is no quality file", "ask the department for its delivery again")
        })?;
        if quality.department == self.department.id {
            return Ok(quality);
        }
        Err(Error::refused(format!("{}: it tells of another department", file.path().display()), WHOLE_AGAIN))
    }

    fn open(
        &self,
        name: &str,
        file: SteadyFile,
        delivery: &mut Delivery,
        columns: &[Expected],
    ) -> Result<ParquetInput> {
        let path = file.path().to_path_buf();
        let input = ParquetInput::new(file, columns)?;
        let entries = input.entries();
        let programme = self.programme;
        let expected = [
            ("udpeg.format", "1".to_owned()),
            ("udpeg.department", self.department.id.clone()),
            ("udpeg.period", programme.period.clone()),
            ("udpeg.as_of", programme.as_of.to_string()),
            ("udpeg.age_bands", programme.age_bands.to_text()),
            ("udpeg.key_id", delivery.key_id.clone()),
        ];
        let differing: Vec<&str> =
            expected.iter().filter(|(key, value)| entries.get(*key) != Some(value)).map(|(key, _)| *key).collect();
        if !differing.is_empty() {
            return Err(Error::refused(
                format!(
                    "{}: it was not made for this programme and period: {} differ{}",
                    path.display(),
                    differing.join(", "),
                    if differing.len() == 1 { "s" } else { "" }
                ),
                "use the period, day and age bands that the departments used, or ask for deliveries made with this programme",
            ));
        }
        if name == names::EXTRACT && entries.get("udpeg.programme") != Some(&programme.sha256) {
            delivery.warnings.push(Warning(format!(
                "{}: the programme file has changed since it was delivered; types that a changed rule names may have left as `other`",
                self.department.id
            )));
        }
        Ok(input)
    }

    fn read_incomplete(&self, file: SteadyFile, delivery: &mut Delivery) -> Result<()> {
        let input = self.open(names::INCOMPLETE, file, delivery, &INCOMPLETE_COLUMNS)?;
        let read = |persons: &mut Vec<Pseudonym>, batch: &Batch<'_>| {
            for cell in batch.text(names::PERSON, false)?.iter().flatten() {
                persons.push(batch.pseudonym(names::PERSON, cell)?);
            }
            Ok(())
        };
        input.read_row_groups(Vec::new, read, |mut persons| {
            delivery.incomplete.append(&mut persons);
            Ok(())
        })?;
        if !delivery.incomplete.is_sorted_by(|one, other| one < other) {
            let path = self.folder.join(names::INCOMPLETE);
            return Err(Error::file(&path, "its rows are not sorted", "ask the department for its delivery again"));
        }
        Ok(())
    }

    fn extract_columns(&self) -> Vec<Expected> {
        let attributes = self.programme.attributes;
        let text = |name| Expected { name, data_type: DataType::Utf8 };
        let day = |name| Expected { name, data_type: DataType::Date32 };
        let mut columns = vec![
            text(names::PERSON),
            text(names::RECORD),
            text(names::KIND),
            day(names::START),
            day(names::END),
            text(names::CHILD),
        ];
        if attributes.sex {
            columns.push(text(names::SEX));
        }
        if attributes.age_band {
            columns.push(text(names::AGE_BAND));
        }
        columns
    }

    fn read_extract(&self, file: SteadyFile, delivery: &mut Delivery) -> Result<()> {
        let input = self.open(names::EXTRACT, file, delivery, &self.extract_columns())?;
        let path = self.folder.join(names::EXTRACT);
        if input.rows() > u64::from(u32::MAX) {
            return Err(Error::file(
                &path,
                "it has more rows than one department can have",
                "split the department in two",
            ));
        }
        let labels = self.programme.age_bands.labels();
        let reading = Reading { labels: &labels, attributes: self.programme.attributes };
        let mut types = Types::default();
        let mut last: Option<Record> = None;
        delivery.records = Records::new(self.room.clone());
        input.read_row_groups(
            Part::default,
            |part, batch| reading.add(part, batch),
            |part: Part| {
                let wrong = |what| Err(Error::file(&path, what, "ask the department for its delivery again"));
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
                delivery.records.append(part.records, &positions);
                delivery.records.keep_within_room()
            },
        )?;
        delivery.types = types.names().to_vec();
        Ok(())
    }
}

/// What a row group gives.
#[derive(Default)]
struct Part {
    records: Records,
    types: Types,
    /// The first row and the last, to see that rows are in order.
    first: Option<Record>,
    last: Option<Record>,
}

struct Reading<'a> {
    labels: &'a [String],
    attributes: crate::programme::Attributes,
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
            part.push(record, batch)?;
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

const WHOLE_AGAIN: &str = "ask the department for the whole folder again, and how it was sent";
const TOO_MANY_TYPES: &str = "it holds more than 65,536 types";
const TWO_BANDS: &str = "rows of one person have different age bands";
const NOT_IN_ORDER: &str = "rows are not sorted by person, start, end, type, record and child, or one stands twice";

impl Part {
    /// Adds the next row, which must come after the last and have the age band that its person has.
    fn push(&mut self, record: Record, batch: &Batch<'_>) -> Result<()> {
        if let Some(last) = &self.last {
            if !comes_before(last, &record, &self.types) {
                return Err(batch.wrong(names::PERSON, NOT_IN_ORDER));
            }
            if last.person == record.person && last.age_band != record.age_band {
                return Err(batch.wrong(names::AGE_BAND, TWO_BANDS));
            }
        }
        self.records.push(record);
        self.first = self.first.or(Some(record));
        self.last = Some(record);
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
