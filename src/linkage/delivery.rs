//! One department's delivery: checked against its manifest, the programme and the other deliveries, and read.

use super::parquet_input::Batch;
use super::source::{OpenExtract, Source};
use crate::error::{Error, Result, Warning};
use crate::extract::{Quality, names};
use crate::identity::{Pseudonym, holds_cpr_number};
use crate::output::FileRecord;
use crate::pipeline::Progress;
use crate::programme::{Department, Programme};
use arrow_array::Array;
use rayon::prelude::*;
use std::path::Path;

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
        let delivery = read(programme, department, period_folder);
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

/// Reads the delivery of one department.
fn read(programme: &Programme, department: &Department, period_folder: &Path) -> Result<Delivery> {
    let mut source = Source::new(programme, department, period_folder.join("delivery").join(&department.id))?;
    let mut delivery = Delivery {
        key_id: source.key_id.clone(),
        incomplete: source.incomplete()?,
        inputs: std::mem::take(&mut source.inputs),
        ..Delivery::default()
    };
    read_extract(programme, &source, &mut delivery)?;
    delivery.quality = Some(source.quality);
    Ok(delivery)
}

fn read_extract(programme: &Programme, source: &Source<'_>, delivery: &mut Delivery) -> Result<()> {
    let OpenExtract { rows, programme_sha256 } = source.extract()?;
    if programme_sha256 != programme.sha256 {
        delivery.warnings.push(Warning(format!(
            "{}: the programme file has changed since it was delivered; types that a changed rule names may have left as `other`",
            source.department.id
        )));
    }
    let path = source.folder.join(names::EXTRACT);
    if rows.rows() > u64::from(u32::MAX) {
        return Err(Error::file(&path, "it has more rows than one department can have", "split the department in two"));
    }
    let labels = programme.age_bands.labels();
    let as_of = crate::extract::days(programme.as_of);
    let reading = Reading { labels: &labels, attributes: programme.attributes, as_of };
    for part in rows.read_row_groups(Part::default, |part, batch| reading.add(part, batch))? {
        part.append_to(delivery, &path)?;
    }
    Ok(())
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
