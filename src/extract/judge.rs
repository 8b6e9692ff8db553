//! One row → an accepted record, or a reason; what it needs to know is prepared once for each file.

use super::csv::{Field, FieldForm};
use super::encoding::trimmed;
use super::header::{Header, unquoted};
use super::quality::{IdentifierCounts, Reason};
use super::records::Record;
use super::{Types, normalised};
use crate::identity::{
    AgeBands, CprCell, CprNumber, CprReader, Place, PseudonymBatch, Pseudonymiser, Pseudonyms, Sex, holds_cpr_number,
};
use crate::programme::{Department, Encoding, Programme};
use chrono::{Datelike, NaiveDate};
use std::collections::HashMap;
use zeroize::Zeroize;

/// A canonical column, for naming it in the department's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Person,
    Child,
    Kind,
    Start,
    End,
}

/// What becomes of a row.
pub(super) enum Judgement {
    /// It becomes a record.
    Accepted(Draft),
    /// It cannot be used: why, where, and whom it is about if that can be told.
    Rejected { reason: Reason, column: Option<Column>, person: Option<Place> },
}

/// An accepted row whose pseudonyms are still to be made: 28 bytes.
pub(super) struct Draft {
    person: Place,
    record: Option<Place>,
    child: Option<Place>,
    kind: u32,
    start: i32,
    end: i32,
    sex: Sex,
    age_band: u8,
}

impl Draft {
    /// The record, given the pseudonyms of the block that the row stands in.
    pub(super) fn record(&self, pseudonyms: &Pseudonyms) -> Record {
        Record {
            person: pseudonyms[self.person],
            record: self.record.map(|record| pseudonyms[record]),
            child: self.child.map(|child| pseudonyms[child]),
            kind: self.kind,
            start: self.start,
            end: self.end,
            sex: self.sex,
            age_band: self.age_band,
        }
    }
}

/// What is the same for all rows of a file.
pub(super) struct Rules<'a> {
    department: &'a Department,
    header: &'a Header,
    numbers: CprReader,
    age_bands: &'a AgeBands,
    pseudonymiser: &'a Pseudonymiser,
}

impl<'a> Rules<'a> {
    pub(super) fn new(
        programme: &'a Programme,
        department: &'a Department,
        header: &'a Header,
        pseudonymiser: &'a Pseudonymiser,
    ) -> Self {
        let numbers = CprReader { as_of: programme.as_of, leading_zero_lost: department.format.leading_zero_lost };
        Self { department, header, numbers, age_bands: &programme.age_bands, pseudonymiser }
    }
}

/// Judges the rows of one block; keeps what it has learnt about types.
pub(super) struct Judge<'a> {
    rules: &'a Rules<'a>,
    cells: Cells<'a>,
    /// Whether every byte of the block is in the encoding, so that rows need not be looked at one by one.
    is_valid: bool,
    /// Makes the pseudonyms of this block.
    pub batch: PseudonymBatch<'a>,
    /// By a type cell's own bytes: what it is.
    seen_types: HashMap<Vec<u8>, Result<u32, Reason>, foldhash::fast::RandomState>,
    /// The person's cell of the row before, and what it gave: rows of one person often stand together.
    last_person: Option<(&'a [u8], Identified)>,
    /// The types of this block.
    pub types: Types,
    /// Over the identifier cells of accepted rows.
    pub counts: IdentifierCounts,
}

/// The cells of one block.
struct Cells<'a> {
    bytes: &'a [u8],
    /// The block as text where it is UTF-8 as it stands, so that cells need not be looked at one by one either.
    text: Option<&'a str>,
    encoding: Encoding,
    scratch: String,
}

/// What a number's cell gives.
#[derive(Clone, Copy)]
struct Identified {
    pseudonym: Place,
    sex: Sex,
    age_band: u8,
    counts: IdentifierCounts,
}

impl<'a> Judge<'a> {
    pub(super) fn new(rules: &'a Rules<'a>, bytes: &'a [u8]) -> Self {
        let encoding = rules.department.format.encoding;
        let is_text = encoding == Encoding::Utf8 || bytes.is_ascii();
        let text = if is_text { simdutf8::basic::from_utf8(bytes).ok() } else { None };
        let is_valid = text.is_some() || (encoding != Encoding::Utf8 && encoding.is_valid(bytes));
        Self {
            rules,
            cells: Cells { bytes, text, encoding, scratch: String::new() },
            is_valid,
            batch: rules.pseudonymiser.batch(),
            seen_types: HashMap::default(),
            last_person: None,
            types: Types::default(),
            counts: IdentifierCounts::default(),
        }
    }

    /// The judgement on one row, given its fields and its byte range.
    pub(super) fn judge(&mut self, row: std::ops::Range<usize>, fields: &[Field]) -> Judgement {
        let header = self.rules.header;
        if fields.len() != header.width {
            return Judgement::Rejected { reason: Reason::RowMalformed, column: None, person: None };
        }
        let person = self.identify_person(&fields[header.columns.person]);
        let is_malformed = fields.iter().any(|field| field.form == FieldForm::Broken)
            || !(self.is_valid || self.rules.department.format.encoding.is_valid(&self.cells.bytes[row]));
        if is_malformed {
            let person = person.ok().flatten().map(|person| person.pseudonym);
            return Judgement::Rejected { reason: Reason::RowMalformed, column: None, person };
        }
        let person = match person {
            Ok(Some(person)) => person,
            Ok(None) => return Judgement::rejected(Reason::PersonMissing, Column::Person),
            Err(BadNumber::Malformed) => return Judgement::rejected(Reason::PersonMalformed, Column::Person),
            Err(BadNumber::ImpossibleDate) => return Judgement::rejected(Reason::PersonImpossibleDate, Column::Person),
        };
        self.judge_rest(fields, &person).unwrap_or_else(|(reason, column)| Judgement::Rejected {
            reason,
            column: Some(column),
            person: Some(person.pseudonym),
        })
    }

    /// All that comes after the person, in the order of the reasons.
    fn judge_rest(&mut self, fields: &[Field], person: &Identified) -> Result<Judgement, (Reason, Column)> {
        let columns = self.rules.header.columns;
        let child = columns.child.map_or(Ok(None), |child| self.identify(&fields[child])).map_err(|bad| match bad {
            BadNumber::Malformed => (Reason::ChildMalformed, Column::Child),
            BadNumber::ImpossibleDate => (Reason::ChildImpossibleDate, Column::Child),
        })?;
        let kind = self.kind(&fields[columns.kind]).map_err(|reason| (reason, Column::Kind))?;
        let start = self.date(&fields[columns.start]).map_err(|reason| (reason, Column::Start))?;
        let start = start.ok_or((Reason::StartMissing, Column::Start))?;
        let end = self.date(&fields[columns.end]).map_err(|reason| (reason, Column::End))?;
        if end.is_some_and(|end| end < start) {
            return Err((Reason::EndBeforeStart, Column::End));
        }
        let record = columns.record.and_then(|record| self.record(&fields[record]));
        self.counts.add(person.counts);
        if let Some(child) = &child {
            self.counts.add(child.counts);
        }
        Ok(Judgement::Accepted(Draft {
            person: person.pseudonym,
            record,
            child: child.map(|child| child.pseudonym),
            kind,
            start: days(start),
            end: end.map_or(Record::OPEN, days),
            sex: person.sex,
            age_band: person.age_band,
        }))
    }

    fn identify_person(&mut self, field: &Field) -> Result<Option<Identified>, BadNumber> {
        let bytes: &'a [u8] = self.cells.bytes;
        let raw = &bytes[field.content.clone()];
        let is_plain = field.form == FieldForm::Plain;
        if let Some((_, person)) = self.last_person.filter(|(last, _)| is_plain && *last == raw) {
            return Ok(Some(person));
        }
        let person = self.identify(field)?;
        self.last_person = person.filter(|_| is_plain).map(|person| (raw, person));
        Ok(person)
    }

    fn identify(&mut self, field: &Field) -> Result<Option<Identified>, BadNumber> {
        let rules = self.rules;
        let plain = self.cells.plain(field).and_then(|bytes| rules.numbers.read_plain(bytes));
        match plain.or_else(|| self.cells.with_text(field, |text| rules.numbers.read(text))) {
            Some(CprCell::Empty) => Ok(None),
            Some(CprCell::Number { number, repaired }) => Ok(Some(self.identified(&number, repaired))),
            Some(CprCell::ImpossibleDate) => Err(BadNumber::ImpossibleDate),
            Some(CprCell::Malformed) | None => Err(BadNumber::Malformed),
        }
    }

    /// The type's position among this block's types.
    fn kind(&mut self, field: &Field) -> Result<u32, Reason> {
        // The same bytes mean another text where quotes are doubled; such cells are rare and not remembered.
        let is_remembered = field.form == FieldForm::Plain;
        if let Some(&seen) = self.seen_types.get(&self.cells.bytes[field.content.clone()]).filter(|_| is_remembered) {
            return seen;
        }
        let mut name = self.cells.with_text(field, normalised).unwrap_or_default();
        let kind = if name.is_empty() {
            Err(Reason::TypeMissing)
        } else if holds_cpr_number(&name) {
            name.zeroize();
            Err(Reason::TypeIdentifying)
        } else {
            Ok(self.types.position(name))
        };
        if is_remembered {
            self.seen_types.insert(self.cells.bytes[field.content.clone()].to_vec(), kind);
        }
        kind
    }

    /// A day; `Ok(None)` where the cell is empty, an error where it is malformed.
    fn date(&mut self, field: &Field) -> Result<Option<NaiveDate>, Reason> {
        let dates = &self.rules.department.format.dates;
        if let Some(date) = self.cells.plain(field).and_then(|bytes| dates.read_ascii(bytes)) {
            return Ok(Some(date));
        }
        let read = |text: &str| {
            if text.is_empty() { Ok(None) } else { dates.read(text).map(Some).ok_or(Reason::DateMalformed) }
        };
        self.cells.with_text(field, read).unwrap_or(Err(Reason::DateMalformed))
    }

    fn record(&mut self, field: &Field) -> Option<Place> {
        let batch = &mut self.batch;
        self.cells.with_text(field, |text| (!text.is_empty()).then(|| batch.record(text))).flatten()
    }

    fn identified(&mut self, number: &CprNumber, repaired: bool) -> Identified {
        let rules = self.rules;
        Identified {
            pseudonym: self.batch.person(number),
            sex: number.sex(),
            age_band: rules.age_bands.band(number.age(rules.numbers.as_of)),
            counts: IdentifierCounts {
                repaired: u64::from(repaired),
                replacement: u64::from(number.is_replacement()),
                no_check_digit: u64::from(number.lacks_check_digit()),
            },
        }
    }
}

impl Cells<'_> {
    /// The bytes of a field that stands there without quotes, which are its text if they are ASCII.
    fn plain(&self, field: &Field) -> Option<&[u8]> {
        (field.form == FieldForm::Plain).then(|| &self.bytes[field.content.clone()])
    }

    /// Runs `read` on the trimmed text of a field; `None` where it cannot be read.
    fn with_text<T>(&mut self, field: &Field, read: impl FnOnce(&str) -> T) -> Option<T> {
        match (field.form, self.text) {
            (FieldForm::Broken, _) => return None,
            (FieldForm::Plain, Some(text)) => return Some(read(trimmed(&text[field.content.clone()]))),
            _ => {}
        }
        let content = unquoted(&self.bytes[field.content.clone()], field.form);
        self.encoding.decode(&content, &mut self.scratch).map(|text| read(trimmed(text)))
    }
}

impl Drop for Judge<'_> {
    fn drop(&mut self) {
        self.cells.scratch.zeroize();
        self.seen_types.drain().for_each(|(mut raw, _)| raw.zeroize());
    }
}

impl Judgement {
    fn rejected(reason: Reason, column: Column) -> Self {
        Self::Rejected { reason, column: Some(column), person: None }
    }
}

/// Why a cell gives no number.
enum BadNumber {
    Malformed,
    ImpossibleDate,
}

/// Days since 1970-01-01, Parquet's date32.
pub(crate) fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH
}

/// The day that is so many days after 1970-01-01; the first there is, where there is none such.
pub(crate) fn date(days: i32) -> NaiveDate {
    days.checked_add(EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MIN)
}

/// 1970-01-01, in days from the year 1.
const EPOCH: i32 = 719_163;
