//! One row → an accepted record, or a reason; what it needs to know is prepared once for each file.

use super::csv::{Field, FieldForm};
use super::encoding::trimmed;
use super::header::{Header, PeriodAt, unquoted};
use super::quality::{Column, IdentifierCounts, Reason};
use super::records::Record;
use super::weeks::{amount, monday};
use super::{Types, normalised};
use crate::calendar::days;
use crate::identity::{
    AgeBands, CprCell, CprNumber, CprReader, Place, PseudonymBatch, Pseudonymiser, Pseudonyms, Registry, Sex,
    holds_cpr_number,
};
use crate::programme::{Department, Encoding, Programme};
use chrono::NaiveDate;
use std::collections::HashMap;
use zeroize::Zeroize;

/// From a Monday to its Sunday.
const SIX_DAYS: i32 = 6;

/// What becomes of a row.
pub(super) enum Judgement {
    /// It becomes a record for each of its persons; their drafts are with the judge.
    Accepted,
    /// It names somebody whose rows leave no trace.
    Excluded,
    /// It cannot be used: why, and where. Whom it is about, if that can be told, is with the judge.
    Rejected { reason: Reason, column: Option<Column> },
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
    encoding: Encoding,
    numbers: CprReader,
    age_bands: &'a AgeBands,
    pseudonymiser: &'a Pseudonymiser,
    registry: &'a Registry,
}

impl<'a> Rules<'a> {
    pub(super) fn new(
        programme: &'a Programme,
        department: &'a Department,
        header: &'a Header,
        encoding: Encoding,
        pseudonymiser: &'a Pseudonymiser,
        registry: &'a Registry,
    ) -> Self {
        let numbers = CprReader { as_of: programme.as_of, leading_zero_lost: department.format.leading_zero_lost };
        let age_bands = &programme.age_bands;
        Self { department, header, encoding, numbers, age_bands, pseudonymiser, registry }
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
    /// The persons of this row whose cells hold usable numbers, each once.
    persons: Vec<Identified>,
    /// Over this row's person cells.
    person_counts: IdentifierCounts,
    /// Their numbers and the places of their pseudonyms, where a row can be about several.
    row_numbers: Vec<(CprNumber, Place)>,
    /// What becomes of accepted rows.
    pub drafts: Vec<Draft>,
    /// The amount of each of them, where rows are weeks.
    pub amounts: Vec<i128>,
    /// Records of accepted rows beyond each row's first.
    pub further_adults: u64,
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
        let encoding = rules.encoding;
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
            persons: Vec::new(),
            person_counts: IdentifierCounts::default(),
            row_numbers: Vec::new(),
            drafts: Vec::new(),
            amounts: Vec::new(),
            further_adults: 0,
            types: Types::default(),
            counts: IdentifierCounts::default(),
        }
    }

    /// The judgement on one row, given its fields and its byte range.
    pub(super) fn judge(&mut self, row: std::ops::Range<usize>, fields: &[Field]) -> Judgement {
        let header = self.rules.header;
        self.persons.clear();
        self.row_numbers.clear();
        if self.rules.registry.has_exclusions() && self.names_excluded(fields) {
            return Judgement::Excluded;
        }
        if fields.len() != header.width {
            return Judgement::Rejected { reason: Reason::RowMalformed, column: None };
        }
        let problem = self.identify_persons(fields);
        let is_malformed = fields.iter().any(|field| field.form == FieldForm::Broken)
            || !(self.is_valid || self.rules.encoding.is_valid(&self.cells.bytes[row]));
        if is_malformed {
            return Judgement::Rejected { reason: Reason::RowMalformed, column: None };
        }
        match problem.map_or_else(|| self.judge_rest(fields), Err) {
            Ok(()) => Judgement::Accepted,
            Err((reason, column)) => Judgement::Rejected { reason, column: Some(column) },
        }
    }

    /// Where the pseudonyms of this row's persons will stand.
    pub(super) fn persons(&self) -> impl Iterator<Item = Place> {
        self.persons.iter().map(|person| person.pseudonym)
    }

    /// Whether a person or child of a row, or any cell of a row with the wrong number of them, leaves no trace.
    fn names_excluded(&mut self, fields: &[Field]) -> bool {
        let Rules { header, registry, numbers, pseudonymiser, .. } = self.rules;
        let mut is_excluded = |field: &Field| {
            self.cells.with_text(field, |text| registry.excludes(text, *numbers, pseudonymiser)).unwrap_or(false)
        };
        if fields.len() != header.width {
            return fields.iter().any(is_excluded);
        }
        header.columns.persons.iter().chain(&header.columns.child).any(|&column| is_excluded(&fields[column]))
    }

    /// Finds the row's persons; the first reason, in their order, why they cannot be used.
    fn identify_persons(&mut self, fields: &[Field]) -> Option<(Reason, Column)> {
        self.person_counts = IdentifierCounts::default();
        let mut problem: Option<(Reason, Column)> = None;
        for (position, &column) in self.rules.header.columns.persons.iter().enumerate() {
            let reason = match self.identify_person(&fields[column]) {
                Ok(Some(person)) => {
                    self.person_counts.add(person.counts);
                    if !self.persons().any(|known| known == person.pseudonym) {
                        self.persons.push(person);
                    }
                    continue;
                }
                Ok(None) => continue,
                Err(BadNumber::Malformed) => Reason::PersonMalformed,
                Err(BadNumber::ImpossibleDate) => Reason::PersonImpossibleDate,
            };
            if problem.is_none_or(|(before, _)| reason < before) {
                problem = Some((reason, Column::Person(u16::try_from(position).unwrap_or(u16::MAX))));
            }
        }
        let is_nobody = self.persons.is_empty() && problem.is_none();
        problem.or(is_nobody.then_some((Reason::PersonMissing, Column::Person(0))))
    }

    /// All that comes after the persons, in the order of the reasons.
    fn judge_rest(&mut self, fields: &[Field]) -> Result<(), (Reason, Column)> {
        let columns = &self.rules.header.columns;
        let child = columns.child.map_or(Ok(None), |child| self.identify(&fields[child])).map_err(|bad| match bad {
            BadNumber::Malformed => (Reason::ChildMalformed, Column::Child),
            BadNumber::ImpossibleDate => (Reason::ChildImpossibleDate, Column::Child),
        })?;
        let kind = self.kind(&fields[columns.kind]).map_err(|reason| (reason, Column::Kind))?;
        let (start, end, amount) = match columns.period {
            PeriodAt::Days { start, end } => {
                let (start, end) = self.days(&fields[start], &fields[end])?;
                (start, end, None)
            }
            PeriodAt::Weeks { week, amount } => {
                let (first, amount) = self.week(&fields[week], amount.map(|amount| &fields[amount]))?;
                (first, first + SIX_DAYS, Some(amount))
            }
        };
        let record = columns.record.and_then(|record| self.record(&fields[record]));
        self.counts.add(self.person_counts);
        if let Some(child) = &child {
            self.counts.add(child.counts);
        }
        for person in &self.persons {
            self.drafts.push(Draft {
                person: person.pseudonym,
                record,
                child: child.map(|child| child.pseudonym),
                kind,
                start,
                end,
                sex: person.sex,
                age_band: person.age_band,
            });
            self.amounts.extend(amount);
        }
        self.further_adults += self.persons.len() as u64 - 1;
        Ok(())
    }

    /// The first and the last day.
    fn days(&mut self, start: &Field, end: &Field) -> Result<(i32, i32), (Reason, Column)> {
        let start = self.day(start).map_err(|reason| (reason, Column::Start))?;
        let start = start.ok_or((Reason::StartMissing, Column::Start))?;
        let format = &self.rules.department.format;
        let end = if let Some(day) = self.cells.plain(end).and_then(|bytes| format.dates.read_ascii_day(bytes)) {
            format.end_on(day)
        } else {
            let end = self.cells.with_text(end, |text| format.read_end(text)).flatten();
            end.ok_or((Reason::DateMalformed, Column::End))?
        };
        if end.is_some_and(|end| end < start) {
            return Err((Reason::EndBeforeStart, Column::End));
        }
        Ok((start, end.unwrap_or(Record::OPEN)))
    }

    /// The week's Monday, and the amount; 1 where there is no column of amounts.
    fn week(&mut self, week: &Field, paid: Option<&Field>) -> Result<(i32, i128), (Reason, Column)> {
        let format = &self.rules.department.format;
        let read = |text: &str| if text.is_empty() { Err(Reason::StartMissing) } else { monday(text, &format.dates) };
        let first = self.cells.with_text(week, read).unwrap_or(Err(Reason::DateMalformed));
        let first = first.map_err(|reason| (reason, Column::Week))?;
        let Some(paid) = paid else { return Ok((days(first), 1)) };
        let paid = self.cells.with_text(paid, |text| amount(text, format.decimal)).flatten();
        Ok((days(first), paid.ok_or((Reason::AmountMalformed, Column::Amount))?))
    }

    fn identify_person(&mut self, field: &Field) -> Result<Option<Identified>, BadNumber> {
        let bytes: &'a [u8] = self.cells.bytes;
        let raw = &bytes[field.content.clone()];
        let is_plain = field.form == FieldForm::Plain && !self.is_about_several();
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
            Some(CprCell::Number { number, repaired }) => self.identified(&number, repaired).map(Some),
            Some(CprCell::ImpossibleDate) => self.identify_unborn(field).map(Some),
            Some(CprCell::Malformed) | None => Err(BadNumber::Malformed),
        }
    }

    /// A number that says a birth to come may have been given by mistake: what counts is the one that took its place.
    fn identify_unborn(&mut self, field: &Field) -> Result<Identified, BadNumber> {
        let rules = self.rules;
        let numbers = CprReader { as_of: NaiveDate::MAX, ..rules.numbers };
        match self.cells.with_text(field, |text| numbers.read(text)) {
            Some(CprCell::Number { number, repaired })
                if rules.registry.current(&number, rules.pseudonymiser).is_some() =>
            {
                self.identified(&number, repaired)
            }
            _ => Err(BadNumber::ImpossibleDate),
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
    fn day(&mut self, field: &Field) -> Result<Option<i32>, Reason> {
        let dates = &self.rules.department.format.dates;
        if let Some(day) = self.cells.plain(field).and_then(|bytes| dates.read_ascii_day(bytes)) {
            return Ok(Some(day));
        }
        let read = |text: &str| match text {
            "" => Ok(None),
            text => dates.read_day(text).map(Some).ok_or(Reason::DateMalformed),
        };
        self.cells.with_text(field, read).unwrap_or(Err(Reason::DateMalformed))
    }

    fn record(&mut self, field: &Field) -> Option<Place> {
        let batch = &mut self.batch;
        self.cells.with_text(field, |text| (!text.is_empty()).then(|| batch.record(text))).flatten()
    }

    fn identified(&mut self, number: &CprNumber, repaired: bool) -> Result<Identified, BadNumber> {
        let rules = self.rules;
        let current = rules.registry.current(number, rules.pseudonymiser);
        if current.is_some_and(|current| !rules.numbers.is_born(current)) {
            return Err(BadNumber::ImpossibleDate);
        }
        let number = current.unwrap_or(number);
        Ok(Identified {
            pseudonym: self.place(number),
            sex: number.sex(),
            age_band: rules.age_bands.band(number.age(rules.numbers.as_of)),
            counts: IdentifierCounts {
                repaired: u64::from(repaired),
                replacement: u64::from(number.is_replacement()),
                no_check_digit: u64::from(number.lacks_check_digit()),
                renumbered: u64::from(current.is_some()),
            },
        })
    }

    /// Whether rows have several columns of persons.
    fn is_about_several(&self) -> bool {
        self.rules.header.columns.persons.len() > 1
    }

    /// Where the pseudonym of a number will stand; the same place for one that stands in a row twice.
    fn place(&mut self, number: &CprNumber) -> Place {
        if !self.is_about_several() {
            return self.batch.person(number);
        }
        if let Some((_, place)) = self.row_numbers.iter().find(|(known, _)| known == number) {
            return *place;
        }
        let place = self.batch.person(number);
        self.row_numbers.push((number.clone(), place));
        place
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

/// Why a cell gives no number.
enum BadNumber {
    Malformed,
    ImpossibleDate,
}
