//! One department's delivery: checked against its manifest, the programme and the other deliveries, and read.

use super::parquet_input::{Batch, Expected, ParquetInput};
use crate::error::{Error, Result, Warning};
use crate::extract::{Quality, Record, Records, Room, Types, names};
use crate::identity::{Pseudonym, Sex, holds_cpr_number};
use crate::output::{FileRecord, Manifest};
use crate::pipeline::Progress;
use crate::programme::{Department, Programme};
use arrow_array::{Array, StringArray};
use arrow_schema::DataType;
use rayon::prelude::*;
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
    source.open(names::INCOMPLETE, &mut delivery, &INCOMPLETE_COLUMNS)?;
    source.open(names::EXTRACT, &mut delivery, &source.extract_columns())?;
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
        let mut errors = Vec::new();
        for name in [names::EXTRACT, names::INCOMPLETE, names::QUALITY] {
            let hint = "ask the department for the whole folder again, and how it was sent";
            match manifest.unaltered(self.period_folder, &self.place.join(name), hint) {
                Ok(record) => delivery.inputs.push(record.clone()),
                Err(error) => errors.push(error),
            }
        }
        if let Some(error) = Error::collect(errors) {
            return Err(error);
        }
        let quality = self.folder.join(names::QUALITY);
        let text = std::fs::read(&quality).map_err(|error| Error::io(&quality, "read", &error))?;
        delivery.quality = Some(serde_json::from_slice(&text).map_err(|_| {
            Error::file(&quality, "it is no quality file", "ask the department for its delivery again")
        })?);
        self.read_incomplete(&mut delivery)?;
        self.read_extract(&mut delivery)?;
        Ok(delivery)
    }

    fn open(&self, name: &str, delivery: &mut Delivery, columns: &[Expected]) -> Result<ParquetInput> {
        let path = self.folder.join(name);
        let input = ParquetInput::open(&path, columns)?;
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
        let mut differing: Vec<&str> =
            expected.iter().filter(|(key, value)| entries.get(*key) != Some(value)).map(|(key, _)| *key).collect();
        if entries.get("udpeg.dates").map(String::as_str) != programme.dates_leave.metadata() {
            differing.push("udpeg.dates");
        }
        if !differing.is_empty() {
            return Err(Error::refused(
                format!(
                    "{}: it was not made for this programme and period: {} differ{}",
                    path.display(),
                    differing.join(", "),
                    if differing.len() == 1 { "s" } else { "" }
                ),
                "use the period, day, age bands and `dates` that the departments used, or ask for deliveries made with this programme",
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

    fn read_incomplete(&self, delivery: &mut Delivery) -> Result<()> {
        let input = self.open(names::INCOMPLETE, delivery, &INCOMPLETE_COLUMNS)?;
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

    fn read_extract(&self, delivery: &mut Delivery) -> Result<()> {
        let input = self.open(names::EXTRACT, delivery, &self.extract_columns())?;
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
                let begins = part.records.ends().map(|(first, _)| *first);
                if last.zip(begins).is_some_and(|(last, first)| (last.person, last.start) > (first.person, first.start))
                {
                    let what = "its rows are not sorted by person and start";
                    return Err(Error::file(&path, what, "ask the department for its delivery again"));
                }
                last = part.last.or(last);
                let positions: Vec<u32> = part.types.names().iter().map(|name| types.position(name.clone())).collect();
                if types.names().len() > MOST_TYPES {
                    let what = "it holds more than 65,536 types";
                    return Err(Error::file(&path, what, "name fewer types in the programme"));
                }
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
    /// The last row, to see that rows are in order.
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
        let mut last_cell = "";
        for row in 0..batch.rows() {
            let cell = persons.value(row);
            let (person, age_band) = match part.last {
                Some(last) if cell == last_cell => (last.person, last.age_band),
                _ => (batch.pseudonym(names::PERSON, cell)?, self.age_band(bands, row, batch)?),
            };
            last_cell = cell;
            let start = starts.value(row);
            if part.last.is_some_and(|last| (person, start) < (last.person, last.start)) {
                return Err(batch.wrong(names::PERSON, "rows are not sorted by person and start"));
            }
            let pseudonym = |name, column: &StringArray| {
                (!column.is_null(row)).then(|| batch.pseudonym(name, column.value(row))).transpose()
            };
            let record = Record {
                person,
                record: pseudonym(names::RECORD, records)?,
                child: pseudonym(names::CHILD, children)?,
                kind: part.kind(kinds.value(row), batch)?,
                start,
                end: if ends.is_null(row) { Record::OPEN } else { ends.value(row) },
                sex: sex(sexes, row, batch)?,
                age_band,
            };
            part.records.push(record);
            part.last = Some(record);
        }
        Ok(())
    }

    /// The position of a row's age band, which the person's first row decides; 0 where the programme does not ask for it.
    fn age_band(&self, bands: Option<&StringArray>, row: usize, batch: &Batch<'_>) -> Result<u8> {
        let Some(band) = bands.map(|bands| bands.value(row)) else { return Ok(0) };
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

/// More types than any delivery has; bounds what a forged one costs.
const MOST_TYPES: usize = 1 << 16;

impl Part {
    /// The position of a type, which is added where it is new.
    fn kind(&mut self, name: &str, batch: &Batch<'_>) -> Result<u32> {
        if let Some(position) = self.types.find(name) {
            return Ok(position);
        }
        if holds_cpr_number(name) {
            return Err(batch.identifying(names::KIND));
        }
        if self.types.names().len() == MOST_TYPES {
            return Err(batch.wrong(names::KIND, "it holds more than 65,536 types"));
        }
        Ok(self.types.position(name.to_owned()))
    }
}
