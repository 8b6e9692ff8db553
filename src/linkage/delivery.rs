//! One department's delivery: checked against its manifest, the programme and the other deliveries, and read.

use super::parquet_input::{Batch, Expected, ParquetInput};
use crate::error::{Error, Result, Warning};
use crate::extract::{Quality, names};
use crate::identity::{Pseudonym, holds_cpr_number};
use crate::output::{FileRecord, Manifest};
use crate::pipeline::Progress;
use crate::programme::{Department, OTHER_TYPE, Programme};
use crate::untrusted::SteadyFile;
use arrow_array::Array;
use arrow_schema::DataType;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// No `quality.json` is longer.
const MOST_QUALITY_BYTES: u64 = 1 << 20;

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
pub(crate) fn read_all(programme: &Programme, period_folder: &Path, progress: &dyn Progress) -> Result<Vec<Delivery>> {
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
        let hint = "ask the department for the whole folder again, and how it was sent";
        let checked = [names::EXTRACT, names::INCOMPLETE, names::QUALITY]
            .map(|name| manifest.unaltered(self.period_folder, &self.place.join(name), hint));
        let [extract, incomplete, quality] = match checked {
            [Ok(extract), Ok(incomplete), Ok(quality)] => [extract, incomplete, quality],
            failed => {
                let errors: Vec<Error> = failed.into_iter().filter_map(Result::err).collect();
                return Err(Error::Several(errors));
            }
        };
        delivery.inputs = [&extract, &incomplete, &quality].map(|(record, _)| (*record).clone()).to_vec();
        self.read_incomplete(incomplete.1, &mut delivery)?;
        delivery.quality = Some(self.read_quality(&quality.1)?);
        self.read_extract(extract.1, delivery)
    }

    fn read_quality(&self, file: &SteadyFile) -> Result<Quality> {
        let quality: Quality = serde_json::from_slice(&file.bytes(MOST_QUALITY_BYTES)?).map_err(|_| {
            Error::file(file.path(), "it is no quality file", "ask the department for its delivery again")
        })?;
        if quality.department == self.department.id {
            return Ok(quality);
        }
        Err(Error::refused(
            format!("{}: it tells of another department", file.path().display()),
            "ask the department for the whole folder again, and how it was sent",
        ))
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
        let columns = [Expected { name: names::PERSON, data_type: DataType::Utf8 }];
        let input = self.open(names::INCOMPLETE, file, delivery, &columns)?;
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

    fn read_extract(&self, file: SteadyFile, mut delivery: Delivery) -> Result<Delivery> {
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
        let input = self.open(names::EXTRACT, file, &mut delivery, &columns)?;
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
        let mut whole = Part::default();
        for part in input.read_row_groups(Part::default, |part, batch| reading.add(part, batch))? {
            whole.append(part, &path)?;
        }
        let Delivery { persons, age_bands, row_ends, rows, types, .. } = whole.delivery;
        Ok(Delivery { persons, age_bands, row_ends, rows, types, ..delivery })
    }
}

/// What a row group gives, or several that follow each other.
#[derive(Default)]
struct Part {
    delivery: Delivery,
    /// By a type's name: its position among the delivery's types.
    positions: HashMap<String, u16>,
    /// The first row and the last, to see that rows are in order.
    first: Option<Key>,
    last: Option<Key>,
}

/// What rows are sorted by, with the type's position in place of its name.
#[derive(Debug, Clone, Copy)]
struct Key {
    person: Pseudonym,
    start: i32,
    end: Option<i32>,
    kind: u16,
    record: Option<Pseudonym>,
    child: Option<Pseudonym>,
}

impl Key {
    /// Whether this row stands rightly before another, whose type may have its position in another list. Equal rows
    /// do only where different types became `other`.
    fn comes_before(&self, types: &[String], next: &Self, types_of_next: &[String]) -> bool {
        let name = &types[usize::from(self.kind)];
        let same = |key: &Self| (key.person, key.start, key.end);
        let order = same(self).cmp(&same(next)).then_with(|| {
            let next_name = &types_of_next[usize::from(next.kind)];
            (name, self.record, self.child).cmp(&(next_name, next.record, next.child))
        });
        order.is_lt() || (order.is_eq() && name == OTHER_TYPE)
    }
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
        let (mut last_cell, mut last_band) = ("", None);
        for row in 0..batch.rows() {
            let cell = persons.value(row);
            let band = bands.map(|bands| bands.value(row));
            if cell != last_cell || part.last.is_none() {
                let person = batch.pseudonym(names::PERSON, cell)?;
                last_cell = cell;
                last_band = band;
                self.begin_person(part, person, band, batch)?;
            } else if band != last_band {
                let band = band.unwrap_or_default();
                return Err(batch.unexpected(names::AGE_BAND, band, TWO_BANDS));
            }
            let pseudonym = |name, column: &arrow_array::StringArray| {
                (!column.is_null(row)).then(|| batch.pseudonym(name, column.value(row))).transpose()
            };
            let person = *part.delivery.persons.last().expect("a person has begun with the first row at the latest");
            let start = starts.value(row);
            let end = (!ends.is_null(row)).then(|| ends.value(row));
            check_days(start, end, batch)?;
            let kind = part.kind(kinds.value(row), batch)?;
            let record = pseudonym(names::RECORD, records)?;
            let child = pseudonym(names::CHILD, children)?;
            part.go_on(Key { person, start, end, kind, record, child }, batch)?;
            if start > self.as_of {
                continue;
            }
            let rows = &mut part.delivery.rows;
            rows.kind.push(kind);
            rows.start.push(start);
            rows.end.push(end.unwrap_or(i32::MAX));
            rows.record.push(record);
            rows.child.push(child);
            if let Some(end) = part.delivery.row_ends.last_mut() {
                *end += 1;
            }
        }
        Ok(())
    }

    /// A person's first row of this part, or the first of another batch.
    fn begin_person(&self, part: &mut Part, person: Pseudonym, band: Option<&str>, batch: &Batch<'_>) -> Result<()> {
        let delivery = &mut part.delivery;
        let position = |band: &str| self.labels.iter().position(|label| label == band);
        let band = match band {
            Some(band) => Some(
                position(band)
                    .and_then(|position| u8::try_from(position).ok())
                    .ok_or_else(|| batch.unexpected(names::AGE_BAND, band, "a cell is no age band of the programme"))?,
            ),
            None => None,
        };
        match delivery.persons.last() {
            Some(last) if *last == person && delivery.age_bands.last().copied() != band => {
                return Err(batch.wrong(names::AGE_BAND, TWO_BANDS));
            }
            Some(last) if *last == person => return Ok(()),
            Some(last) if *last > person => return Err(batch.wrong(names::PERSON, "rows are not sorted by person")),
            _ => {}
        }
        delivery.persons.push(person);
        delivery.age_bands.extend(band);
        delivery.row_ends.push(delivery.row_ends.last().copied().unwrap_or(0));
        Ok(())
    }
}

/// Days that can be, and an end that does not lie before its start.
fn check_days(start: i32, end: Option<i32>, batch: &Batch<'_>) -> Result<()> {
    /// 0001-01-01 and 9999-12-31, in days since 1970-01-01.
    const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;
    for (name, day) in [(names::START, Some(start)), (names::END, end)] {
        if day.is_some_and(|day| !DAYS.contains(&day)) {
            return Err(batch.wrong(name, "a day lies before the year 1 or after the year 9999"));
        }
    }
    if end.is_some_and(|end| end < start) {
        return Err(batch.wrong(names::END, "a row ends before it starts"));
    }
    Ok(())
}

impl Part {
    /// The position of a type, which is added where it is new.
    fn kind(&mut self, name: &str, batch: &Batch<'_>) -> Result<u16> {
        /// A programme's types have at most 1,000 characters, of at most four bytes.
        const LONGEST_TYPE_BYTES: usize = 4000;
        let types = &mut self.delivery.types;
        if let Some(last) = &self.last
            && types[usize::from(last.kind)] == name
        {
            return Ok(last.kind);
        }
        if let Some(&known) = self.positions.get(name) {
            return Ok(known);
        }
        if holds_cpr_number(name) {
            return Err(batch.identifying(names::KIND));
        }
        if name.is_empty() || name.len() > LONGEST_TYPE_BYTES {
            return Err(batch.wrong(names::KIND, "a type is empty, or longer than any"));
        }
        let position = u16::try_from(types.len()).map_err(|_| batch.wrong(names::KIND, TOO_MANY_TYPES))?;
        types.push(name.to_owned());
        self.positions.insert(name.to_owned(), position);
        Ok(position)
    }

    /// Notes the next row, which must come after the last.
    fn go_on(&mut self, next: Key, batch: &Batch<'_>) -> Result<()> {
        if let Some(last) = &self.last {
            if last.person == next.person && last.start > next.start {
                return Err(batch.wrong(names::START, "rows are not sorted by person and start"));
            }
            let types = &self.delivery.types;
            if !last.comes_before(types, &next, types) {
                return Err(batch.wrong(names::PERSON, NOT_IN_ORDER));
            }
        }
        self.first = self.first.or(Some(next));
        self.last = Some(next);
        Ok(())
    }

    /// Puts another row group behind those read before.
    fn append(&mut self, mut next: Self, path: &Path) -> Result<()> {
        let (Some(first_of_next), Some(last_of_next)) = (next.first, next.last) else { return Ok(()) };
        let wrong = |what: &str| Error::file(path, what, "ask the department for its delivery again");
        if let Some(last) = &self.last
            && !last.comes_before(&self.delivery.types, &first_of_next, &next.delivery.types)
        {
            return Err(wrong(NOT_IN_ORDER));
        }
        let types = &mut self.delivery.types;
        let mut position = |name: String| {
            if let Some(&known) = self.positions.get(&name) {
                return Ok(known);
            }
            let position = u16::try_from(types.len())?;
            types.push(name.clone());
            self.positions.insert(name, position);
            Ok(position)
        };
        let positions: std::result::Result<Vec<u16>, std::num::TryFromIntError> =
            next.delivery.types.drain(..).map(&mut position).collect();
        let positions = positions.map_err(|_| wrong(TOO_MANY_TYPES))?;
        let delivery = &mut self.delivery;
        if delivery.persons.last() == next.delivery.persons.first() {
            // A person's rows may go on in the next row group.
            delivery.persons.pop();
            delivery.row_ends.pop();
            if delivery.age_bands.pop() != next.delivery.age_bands.first().copied() {
                return Err(wrong(TWO_BANDS));
            }
        }
        delivery.append(next.delivery, |kind| positions[usize::from(kind)]);
        self.first = self.first.or(Some(first_of_next));
        self.last = Some(Key { kind: positions[usize::from(last_of_next.kind)], ..last_of_next });
        Ok(())
    }
}

const TWO_BANDS: &str = "rows of one person have different age bands";
const TOO_MANY_TYPES: &str = "it holds more than 65,536 types";
const NOT_IN_ORDER: &str = "rows are not sorted by person, start, end, type, record and child, or one stands twice";
