//! The rows of a delivery under new pseudonyms: some persons' at a time, so that memory is bounded, and sorted anew.

use crate::error::{Error, Result};
use crate::extract::{names, words};
use crate::identity::{Pseudonym, Rekeyer, holds_cpr_number};
use crate::linkage::{Batch, OpenExtract};
use crate::output::hex_column;
use crate::programme::Programme;
use arrow_array::{Array, ArrayRef, Date32Array, StringArray};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// Rows that are kept in memory at a time: 64 bytes each.
const ROWS_AT_A_TIME: u64 = 1 << 23;

/// A row, in the order in which rows are sorted: bytewise by person, start, end, type, record, child, nulls first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    person: Pseudonym,
    start: i32,
    /// [`Row::OPEN`] where there is none.
    end: i32,
    /// Position among the types, which are sorted.
    kind: u16,
    record: Option<Pseudonym>,
    child: Option<Pseudonym>,
    /// Position among [`SEXES`].
    sex: u8,
    /// Position among the bands.
    age_band: u8,
}

impl Row {
    /// Stands for an open end; sorts first, as nulls do.
    const OPEN: i32 = i32::MIN;
}

/// The words for sex.
const SEXES: [&str; 2] = ["M", "F"];

/// Rows and the types that they have.
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    /// Sorted once all rows are here.
    kinds: Vec<String>,
}

/// How a delivery's rows are read under new pseudonyms.
pub(super) struct Rekeying<'a> {
    programme: &'a Programme,
    pub(super) rekeyer: Rekeyer,
    labels: Vec<String>,
}

impl<'a> Rekeying<'a> {
    pub(super) fn new(programme: &'a Programme, rekeyer: Rekeyer) -> Self {
        Self { programme, rekeyer, labels: programme.age_bands.labels() }
    }

    /// How often a file has to be read, so that few enough rows are kept at a time.
    pub(super) fn turns(rows: u64) -> u64 {
        rows.div_ceil(ROWS_AT_A_TIME).max(1)
    }

    /// The rows of the persons whose turn it is, sorted. Pseudonyms are uniform: turns are of about the same size, and
    /// the persons of a turn come after those of the turn before.
    pub(super) fn read(&self, extract: &OpenExtract, path: &Path, turn: u64, turns: u64) -> Result<Rows> {
        let parts = extract.rows.read_row_groups(Rows::default, |part, batch| self.add(part, batch, turn, turns))?;
        let mut all = Rows::default();
        all.rows.reserve_exact(parts.iter().map(|part| part.rows.len()).sum());
        for part in &parts {
            all.kinds.extend(part.kinds.iter().cloned());
        }
        all.kinds.sort_unstable();
        all.kinds.dedup();
        if u16::try_from(all.kinds.len()).is_err() {
            return Err(Error::file(path, "it holds more than 65,535 types", "name fewer types in the programme"));
        }
        for part in parts {
            let position = |kind: &String| {
                let position = all.kinds.binary_search(kind).ok().and_then(|position| u16::try_from(position).ok());
                position.expect("every type of a part stands among all types, which are fewer than 2¹⁶")
            };
            let positions: Vec<u16> = part.kinds.iter().map(position).collect();
            let rows = part.rows.into_iter();
            all.rows.extend(rows.map(|row| Row { kind: positions[usize::from(row.kind)], ..row }));
        }
        all.rows.par_sort_unstable();
        Ok(all)
    }

    fn add(&self, part: &mut Rows, batch: &Batch<'_>, turn: u64, turns: u64) -> Result<()> {
        let persons = batch.text(names::PERSON, false)?;
        let kinds = batch.text(names::KIND, false)?;
        let starts = batch.days(names::START, false)?;
        let ends = batch.days(names::END, true)?;
        let records = batch.text(names::RECORD, true)?;
        let children = batch.text(names::CHILD, true)?;
        let attributes = self.programme.attributes;
        let sexes = if attributes.sex { Some(batch.text(names::SEX, false)?) } else { None };
        let bands = if attributes.age_band { Some(batch.text(names::AGE_BAND, false)?) } else { None };
        let rekeyed = |name, column: &StringArray, row| {
            let read = |cell| batch.pseudonym(name, cell).map(|pseudonym| self.rekeyer.rekey(pseudonym));
            (!column.is_null(row)).then(|| read(column.value(row))).transpose()
        };
        // Rows of one person stand together.
        let mut last: Option<(&str, Pseudonym)> = None;
        for row in 0..batch.rows() {
            let cell = persons.value(row);
            let person = match last {
                Some((seen, person)) if seen == cell => person,
                _ => self.rekeyer.rekey(batch.pseudonym(names::PERSON, cell)?),
            };
            last = Some((cell, person));
            if turn_of(person, turns) != turn {
                continue;
            }
            let kind = part.kind(kinds.value(row), batch)?;
            part.rows.push(Row {
                person,
                start: starts.value(row),
                end: if ends.is_null(row) { Row::OPEN } else { ends.value(row) },
                kind,
                record: rekeyed(names::RECORD, records, row)?,
                child: rekeyed(names::CHILD, children, row)?,
                sex: position(sexes, row, &SEXES, |cell| {
                    batch.unexpected(names::SEX, cell, "a cell is neither M nor F")
                })?,
                age_band: position(bands, row, &self.labels, |cell| {
                    batch.unexpected(names::AGE_BAND, cell, "a cell is no age band of the programme")
                })?,
            });
        }
        Ok(())
    }

    /// The columns of some rows, in the order of an extract's.
    pub(super) fn columns(&self, rows: &Rows, range: std::ops::Range<usize>) -> Vec<ArrayRef> {
        let of_words = |words: &[&str]| -> ArrayRef { Arc::new(StringArray::from_iter_values(words)) };
        let kinds: ArrayRef = Arc::new(StringArray::from_iter_values(&rows.kinds));
        let rows = &rows.rows[range];
        let days =
            |day: fn(&Row) -> Option<i32>| -> ArrayRef { Arc::new(rows.iter().map(day).collect::<Date32Array>()) };
        let mut columns = vec![
            hex_column(rows.iter().map(|row| Some(row.person))),
            hex_column(rows.iter().map(|row| row.record)),
            words(rows.iter().map(|row| u32::from(row.kind)), &kinds),
            days(|row| Some(row.start)),
            days(|row| (row.end != Row::OPEN).then_some(row.end)),
            hex_column(rows.iter().map(|row| row.child)),
        ];
        if self.programme.attributes.sex {
            columns.push(words(rows.iter().map(|row| u32::from(row.sex)), &of_words(&SEXES)));
        }
        if self.programme.attributes.age_band {
            let labels: ArrayRef = Arc::new(StringArray::from_iter_values(&self.labels));
            columns.push(words(rows.iter().map(|row| u32::from(row.age_band)), &labels));
        }
        columns
    }
}

impl Rows {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The position of a type, which is added where it is new.
    fn kind(&mut self, name: &str, batch: &Batch<'_>) -> Result<u16> {
        let known = self.kinds.iter().position(|known| known == name);
        if known.is_none() && holds_cpr_number(name) {
            return Err(batch.identifying(names::KIND));
        }
        let position = known.unwrap_or(self.kinds.len());
        if known.is_none() {
            self.kinds.push(name.to_owned());
        }
        u16::try_from(position).map_err(|_| batch.wrong(names::KIND, "it holds more than 65,536 types"))
    }
}

/// Whose turn a person is among so many.
fn turn_of(person: Pseudonym, turns: u64) -> u64 {
    let leading = u64::try_from(person.bits() >> 96).expect("32 bits fit");
    leading * turns >> 32
}

/// The position of a cell among the words; 0 where there is no such column.
fn position<W: AsRef<str>>(
    column: Option<&StringArray>,
    row: usize,
    words: &[W],
    wrong: impl FnOnce(&str) -> Error,
) -> Result<u8> {
    let Some(column) = column else { return Ok(0) };
    let cell = column.value(row);
    let position = words.iter().position(|word| word.as_ref() == cell);
    position.and_then(|position| u8::try_from(position).ok()).ok_or_else(|| wrong(cell))
}

#[cfg(test)]
mod tests {
    use super::{Rekeying, Row, Rows};
    use crate::identity::{Key, Passphrase, Rekeyer};
    use crate::linkage::Source;
    use crate::pipeline::{self, Context, Delivering, Silent};
    use crate::programme::{Overrides, Programme};
    use crate::synth::{self, Settings};

    #[test]
    fn several_turns_give_the_same_rows_in_the_same_order_as_one() {
        let folder = std::env::temp_dir().join(format!("udpeg-turns-{}", std::process::id()));
        std::fs::create_dir(&folder).expect("a new folder");
        synth::write(&Settings { adults: 3000, seed: 11, dirty: 0.02 }, &folder, &|_| ()).expect("a town");
        let key = Key::create(&folder.join("programme.key")).expect("a key");
        let programme = Programme::read(&folder.join("programme.toml"), &Overrides::default()).expect("a programme");
        let today = programme.as_of;
        let context = Context { programme: &programme, today, force: false, progress: &Silent };
        let max_rejected = "100%".parse().expect("a share");
        let delivering = Delivering { max_rejected, show_values: false, passphrase: Passphrase::Terminal };
        let outcome = pipeline::pseudonymise(&context, "jobcentre", &delivering).expect("a delivery");
        let department = programme.department("jobcentre").expect("a department");
        let source = Source::new(&programme, department, outcome.summary.delivery).expect("a delivery");
        let extract = source.extract().expect("an extract");
        let rekeying = Rekeying::new(&programme, Rekeyer::new(&key));
        let read = |turn, turns| rekeying.read(&extract, &source.folder, turn, turns).expect("rows");
        // Types by name: each turn numbers those that it has.
        let named = |rows: Rows| -> Vec<(Row, String)> {
            let Rows { rows, kinds } = rows;
            rows.into_iter().map(|row| (Row { kind: 0, ..row }, kinds[usize::from(row.kind)].clone())).collect()
        };
        let whole = named(read(0, 1));
        assert!(whole.len() > 2000);
        for turns in [2, 3, 16] {
            let each: Vec<_> = (0..turns).map(|turn| named(read(turn, turns))).collect();
            assert!(each.iter().all(|rows| rows.len() > whole.len() / (2 * each.len())), "turns are of about one size");
            assert!(each.concat() == whole, "{turns} turns");
        }
        std::fs::remove_dir_all(&folder).expect("the folder can go");
    }
}
