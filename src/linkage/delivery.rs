//! One department's delivery: checked against its manifest, the programme and the other deliveries, and read.

use super::parquet_input::{Batch, Expected, ParquetInput};
use crate::error::{Error, Result, Warning};
use crate::extract::{Quality, names};
use crate::identity::{Pseudonym, holds_cpr_number};
use crate::output::{FileRecord, Manifest};
use crate::pipeline::Progress;
use crate::programme::{Department, Programme};
use arrow_array::Array;
use arrow_schema::DataType;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// A delivery as read. Rows that start after `as_of` are left out; their persons are not.
#[derive(Debug, Default)]
pub struct Delivery {
    /// The id of the key its pseudonyms were made with.
    pub key_id: String,
    /// Distinct persons, rising.
    pub persons: Vec<Pseudonym>,
    /// Each person's age band; empty where the programme does not ask for it.
    pub age_bands: Vec<u8>,
    /// Where each person's rows end.
    pub row_ends: Vec<u32>,
    /// The rows, by person and start.
    pub rows: Rows,
    /// Persons with rejected rows, rising.
    pub incomplete: Vec<Pseudonym>,
    /// Names of the types that occur; a row's type is a position here.
    pub types: Vec<String>,
    /// Its quality counts.
    pub quality: Option<Quality>,
    /// Its files, for the manifest.
    pub inputs: Vec<FileRecord>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Rows as columns, all of one length.
#[derive(Debug, Default)]
pub struct Rows {
    /// Position of the type.
    pub kind: Vec<u16>,
    /// First day, in days since 1970-01-01.
    pub start: Vec<i32>,
    /// Last day; `i32::MAX` while open.
    pub end: Vec<i32>,
    /// The record it belongs to.
    pub record: Vec<Option<Pseudonym>>,
    /// The child it is about.
    pub child: Vec<Option<Pseudonym>>,
}

/// Reads the deliveries of all departments, in the programme's order.
///
/// # Errors
///
/// All failures of all deliveries: [`Error::Refused`] where one is altered, does not belong or holds what looks like
/// a CPR number; [`Error::File`] where one is not there or not whole.
pub fn read_all(programme: &Programme, period_folder: &Path, progress: &dyn Progress) -> Result<Vec<Delivery>> {
    progress.begin("reading the deliveries", programme.departments.len() as u64);
    let read = |department: &Department| {
        let delivery = Source::new(programme, department, period_folder).read();
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

/// Where one delivery stands and what it must fit.
struct Source<'a> {
    programme: &'a Programme,
    department: &'a Department,
    period_folder: &'a Path,
    folder: PathBuf,
    /// The folder's name in manifests.
    place: PathBuf,
}

impl<'a> Source<'a> {
    fn new(programme: &'a Programme, department: &'a Department, period_folder: &'a Path) -> Self {
        let place = Path::new("delivery").join(&department.id);
        Self { programme, department, period_folder, folder: period_folder.join(&place), place }
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

    fn read_incomplete(&self, delivery: &mut Delivery) -> Result<()> {
        let input =
            self.open(names::INCOMPLETE, delivery, &[Expected { name: names::PERSON, data_type: DataType::Utf8 }])?;
        let parts = input.read_row_groups(Vec::new, |persons, batch| {
            for cell in batch.text(names::PERSON, false)?.iter().flatten() {
                persons.push(batch.pseudonym(names::PERSON, cell)?);
            }
            Ok(())
        })?;
        delivery.incomplete = parts.concat();
        if !delivery.incomplete.is_sorted_by(|one, other| one < other) {
            let path = self.folder.join(names::INCOMPLETE);
            return Err(Error::file(&path, "its rows are not sorted", "ask the department for its delivery again"));
        }
        Ok(())
    }

    fn read_extract(&self, delivery: &mut Delivery) -> Result<()> {
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
        let input = self.open(names::EXTRACT, delivery, &columns)?;
        let path = self.folder.join(names::EXTRACT);
        if input.rows() > u64::from(u32::MAX) {
            return Err(Error::file(
                &path,
                "it has more rows than one department can have",
                "split the department in two",
            ));
        }
        let labels = self.programme.age_bands.labels();
        let as_of = crate::extract::days(self.programme.as_of);
        let reading = Reading { labels: &labels, attributes, as_of };
        for part in input.read_row_groups(Part::default, |part, batch| reading.add(part, batch))? {
            part.append_to(delivery, &path)?;
        }
        Ok(())
    }
}

/// What a row group gives.
#[derive(Default)]
struct Part {
    delivery: Delivery,
    /// The last row's sort key, to see that rows are in order.
    last: Option<(Pseudonym, i32)>,
}

struct Reading<'a> {
    labels: &'a [String],
    attributes: crate::programme::Attributes,
    as_of: i32,
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
        if self.attributes.sex {
            let sexes = batch.text(names::SEX, false)?;
            if let Some(wrong) = sexes.iter().flatten().find(|sex| !matches!(*sex, "M" | "F")) {
                return Err(batch.unexpected(names::SEX, wrong, "a cell is neither M nor F"));
            }
        }
        let mut last_cell = "";
        for row in 0..batch.rows() {
            let cell = persons.value(row);
            if cell != last_cell || part.last.is_none() {
                let person = batch.pseudonym(names::PERSON, cell)?;
                last_cell = cell;
                self.begin_person(part, person, bands.map(|bands| bands.value(row)), batch)?;
            }
            let start = starts.value(row);
            let person = part.delivery.persons.last().copied();
            part.last = match (person, part.last) {
                (Some(person), Some(last)) if (person, start) < last => {
                    return Err(batch.wrong(names::START, "rows are not sorted by person and start"));
                }
                (person, _) => person.map(|person| (person, start)),
            };
            let kind = part.kind(kinds.value(row), batch)?;
            let pseudonym = |name, column: &arrow_array::StringArray| {
                (!column.is_null(row)).then(|| batch.pseudonym(name, column.value(row))).transpose()
            };
            let record = pseudonym(names::RECORD, records)?;
            let child = pseudonym(names::CHILD, children)?;
            if start > self.as_of {
                continue;
            }
            let rows = &mut part.delivery.rows;
            rows.kind.push(kind);
            rows.start.push(start);
            rows.end.push(if ends.is_null(row) { i32::MAX } else { ends.value(row) });
            rows.record.push(record);
            rows.child.push(child);
            if let Some(end) = part.delivery.row_ends.last_mut() {
                *end += 1;
            }
        }
        Ok(())
    }

    /// A person's first row of this part, or another row of the last one.
    fn begin_person(&self, part: &mut Part, person: Pseudonym, band: Option<&str>, batch: &Batch<'_>) -> Result<()> {
        let delivery = &mut part.delivery;
        if delivery.persons.last() == Some(&person) {
            return Ok(());
        }
        if delivery.persons.last().is_some_and(|last| *last > person) {
            return Err(batch.wrong(names::PERSON, "rows are not sorted by person"));
        }
        if let Some(band) = band {
            let position = self.labels.iter().position(|label| label == band);
            let position = position.and_then(|position| u8::try_from(position).ok());
            delivery
                .age_bands
                .push(position.ok_or_else(|| {
                    batch.unexpected(names::AGE_BAND, band, "a cell is no age band of the programme")
                })?);
        }
        delivery.persons.push(person);
        delivery.row_ends.push(delivery.row_ends.last().copied().unwrap_or(0));
        Ok(())
    }
}

impl Part {
    /// The position of a type, which is added where it is new.
    fn kind(&mut self, name: &str, batch: &Batch<'_>) -> Result<u16> {
        let types = &mut self.delivery.types;
        if let Some(position) = types.iter().position(|known| known == name) {
            return u16::try_from(position).map_err(|_| batch.wrong(names::KIND, "it holds more than 65,536 types"));
        }
        if holds_cpr_number(name) {
            return Err(batch.identifying(names::KIND));
        }
        types.push(name.to_owned());
        u16::try_from(types.len() - 1).map_err(|_| batch.wrong(names::KIND, "it holds more than 65,536 types"))
    }

    /// Puts this row group behind those read before.
    fn append_to(self, delivery: &mut Delivery, path: &Path) -> Result<()> {
        let mut part = self.delivery;
        let unsorted = || {
            Error::file(
                path,
                "its rows are not sorted by person and start",
                "ask the department for its delivery again",
            )
        };
        let position = |name: String| {
            let types = &mut delivery.types;
            let known = types.iter().position(|known| *known == name).unwrap_or_else(|| {
                types.push(name);
                types.len() - 1
            });
            u16::try_from(known)
        };
        let positions: Vec<u16> =
            part.types.drain(..).map(position).collect::<std::result::Result<_, _>>().map_err(|_| {
                Error::file(path, "it holds more than 65,536 types", "name fewer types in the programme")
            })?;
        let base = delivery.row_ends.last().copied().unwrap_or(0);
        match (delivery.persons.last(), part.persons.first()) {
            (Some(last), Some(first)) if last > first => return Err(unsorted()),
            (Some(last), Some(first)) if last == first => {
                // A person's rows may go on in the next row group.
                delivery.persons.pop();
                delivery.row_ends.pop();
                delivery.age_bands.pop();
                let begins_before = base > delivery.row_ends.last().copied().unwrap_or(0);
                let goes_on = part.row_ends.first().is_some_and(|&end| end > 0);
                if begins_before && goes_on && delivery.rows.start.last() > part.rows.start.first() {
                    return Err(unsorted());
                }
            }
            _ => {}
        }
        delivery.append(part, |kind| positions[usize::from(kind)]);
        Ok(())
    }
}
