//! Persons who were given another number, and persons whose rows leave no trace: the lists that `[persons]` names.
//!
//! # Guarantee
//!
//! Numbers of the lists stay in this room: what is kept of an excluded person is a keyed hash, and of a renumbered one
//! the new number, which is overwritten when dropped. Messages name rows of the lists, never what stands in them.

use super::cpr::{CprCell, CprNumber, CprReader};
use super::pseudonym::{Pseudonym, Pseudonymiser};
use crate::error::{Error, Result};
use crate::extract::{Field, RowReader};
use crate::programme::PersonLists;
use crate::untrusted::SteadyFile;
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use zeroize::Zeroizing;

/// The most bytes of a list: more than twenty million numbers.
const MOST_BYTES: u64 = 1 << 28;

/// Who stands under another number now, and whose rows leave no trace.
#[derive(Default)]
pub struct Registry {
    /// By the pseudonym of the old number.
    renumbered: HashMap<Pseudonym, Current>,
    /// Hashes of numbers, and of the bare text of what is none.
    excluded: HashSet<Pseudonym>,
}

/// The number that a person has now.
struct Current {
    number: CprNumber,
    pseudonym: Pseudonym,
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Registry(…)")
    }
}

/// One line of a renumbering list.
struct Renumbering {
    old: Pseudonym,
    new: Current,
    row: usize,
}

impl Registry {
    /// Reads the lists.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where one cannot be read, or where the renumbering holds something that is no usable number, gives
    /// one person two numbers or two persons one, or leads in a circle.
    pub fn read(lists: &PersonLists, pseudonymiser: &Pseudonymiser) -> Result<Self> {
        // A number that was given by mistake may say a birth to come.
        let reader = CprReader { as_of: NaiveDate::MAX, leading_zero_lost: false };
        let mut registry = Self::default();
        if let Some(path) = &lists.renumbered {
            registry.renumbered = renumbered(path, reader, pseudonymiser)?;
        }
        for path in &lists.exclude {
            let rows = rows(path, |fields| Ok(fields.first().cloned().unwrap_or_default()))?;
            for (_, text) in rows {
                match reader.read(&text) {
                    CprCell::Empty => {}
                    CprCell::Number { number, .. } => {
                        let pseudonym = pseudonymiser.person(&number);
                        registry.excluded.insert(pseudonym);
                        if let Some(current) = registry.renumbered.get(&pseudonym) {
                            registry.excluded.insert(current.pseudonym);
                        }
                    }
                    CprCell::Malformed | CprCell::ImpossibleDate => {
                        registry.excluded.insert(pseudonymiser.person_text(&bare(&text)));
                    }
                }
            }
        }
        Ok(registry)
    }

    /// The number that the person of this one has now; `None` where it has not changed.
    #[must_use]
    pub fn current(&self, number: &CprNumber, pseudonymiser: &Pseudonymiser) -> Option<&CprNumber> {
        if self.renumbered.is_empty() {
            return None;
        }
        self.renumbered.get(&pseudonymiser.person(number)).map(|current| &current.number)
    }

    /// Whether any rows leave no trace.
    #[must_use]
    pub fn has_exclusions(&self) -> bool {
        !self.excluded.is_empty()
    }

    /// Whether a cell that should hold a number, however it is spelled, names somebody whose rows leave no trace.
    #[must_use]
    pub fn excludes(&self, cell: &str, reader: CprReader, pseudonymiser: &Pseudonymiser) -> bool {
        match (CprReader { as_of: NaiveDate::MAX, ..reader }).read(cell) {
            CprCell::Empty => false,
            CprCell::Number { number, .. } => {
                let pseudonym = pseudonymiser.person(&number);
                let current = self.renumbered.get(&pseudonym).map(|current| current.pseudonym);
                self.excluded.contains(&pseudonym) || current.is_some_and(|current| self.excluded.contains(&current))
            }
            CprCell::Malformed | CprCell::ImpossibleDate => {
                let text = bare(cell);
                // Whoever lost a leading zero is excluded all the same.
                let padded = Zeroizing::new(format!("0{}", *text));
                let is_listed = |text: &str| self.excluded.contains(&pseudonymiser.person_text(text));
                is_listed(&text) || (text.len() == 9 && is_listed(&padded))
            }
        }
    }
}

/// What is left of a cell without what may stand around and between: the text that impossible numbers are known by.
fn bare(text: &str) -> Zeroizing<String> {
    let text = text.trim().trim_start_matches('\'');
    let text = text.strip_suffix(".0").unwrap_or(text);
    Zeroizing::new(text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_uppercase).collect())
}

fn renumbered(path: &Path, reader: CprReader, pseudonymiser: &Pseudonymiser) -> Result<HashMap<Pseudonym, Current>> {
    const CHECK: &str =
        "each line is an old number and the new one; a person's numbers form a chain, such as 1 to 2 and 2 to 3";
    let wrong = |what: String| Error::file(path, what, CHECK);
    let list = rows(path, |fields| match fields {
        [old, new, ..] => Ok((old.clone(), new.clone())),
        _ => Err("it has one column, and needs the old and the new number"),
    })?;
    let mut renumberings: Vec<Renumbering> = Vec::with_capacity(list.len());
    for (row, (old, new)) in list {
        let read = |cell: &str, which: &str| match reader.read(cell) {
            CprCell::Number { number, .. } => {
                let pseudonym = pseudonymiser.person(&number);
                Ok(Current { number, pseudonym })
            }
            _ => Err(wrong(format!("row {row}: the {which} number is not one that can be used"))),
        };
        let (old, new) = (read(&old, "old")?.pseudonym, read(&new, "new")?);
        if old == new.pseudonym {
            return Err(wrong(format!("row {row}: the old number and the new one are the same")));
        }
        renumberings.push(Renumbering { old, new, row });
    }
    let mut by_old: HashMap<Pseudonym, usize> = HashMap::with_capacity(renumberings.len());
    let mut by_new: HashMap<Pseudonym, usize> = HashMap::with_capacity(renumberings.len());
    for (position, Renumbering { old, new, row }) in renumberings.iter().enumerate() {
        let other = by_old.get(old).map(|&other| &renumberings[other]);
        if let Some(other) = other {
            if other.new.pseudonym == new.pseudonym {
                continue;
            }
            return Err(wrong(format!("rows {} and {row} give one person two new numbers", other.row)));
        }
        if let Some(&other) = by_new.get(&new.pseudonym) {
            let other = renumberings[other].row;
            return Err(wrong(format!("rows {other} and {row} give two persons the same new number")));
        }
        by_old.insert(*old, position);
        by_new.insert(new.pseudonym, position);
    }
    let mut current = HashMap::with_capacity(by_old.len());
    for Renumbering { old, new, row } in &renumberings {
        let mut latest = new;
        let mut steps = 0;
        while let Some(&next) = by_old.get(&latest.pseudonym) {
            latest = &renumberings[next].new;
            steps += 1;
            if steps > renumberings.len() {
                return Err(wrong(format!("row {row}: the numbers lead in a circle")));
            }
        }
        current.insert(*old, Current { number: latest.number.clone(), pseudonym: latest.pseudonym });
    }
    Ok(current)
}

/// The rows of a list, numbered as in extracts, without its header and lines that begin with `#`.
fn rows<T>(
    path: &Path,
    read: impl Fn(&[Zeroizing<String>]) -> std::result::Result<T, &'static str>,
) -> Result<Vec<(usize, T)>> {
    let bytes = Zeroizing::new(SteadyFile::open(path)?.bytes(MOST_BYTES)?);
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let wrong = |row: usize, what: &str| {
        Error::file(
            path,
            format!("row {row}: {what}"),
            "a list of numbers is CSV with a header; `;`, `,` or a tab stands between columns",
        )
    };
    if text.contains(&0) {
        return Err(wrong(0, "it is no text"));
    }
    let first_line = text.split(|&byte| byte == b'\n').find(|line| !line.starts_with(b"#")).unwrap_or_default();
    let delimiter = [b';', b'\t', b','].into_iter().find(|delimiter| first_line.contains(delimiter)).unwrap_or(b',');
    let mut reader = RowReader::new(text, delimiter);
    let mut fields: Vec<Field> = Vec::new();
    let mut rows = Vec::new();
    let (mut row, mut is_first) = (0, true);
    while reader.next_row(&mut fields).is_some() {
        let cell =
            |field: &Field| Zeroizing::new(String::from_utf8_lossy(&text[field.content.clone()]).trim().to_owned());
        let cells: Vec<Zeroizing<String>> = fields.iter().map(cell).collect();
        let first = cells.first().map_or("", |cell| cell.as_str());
        if first.starts_with('#') {
            continue;
        }
        let is_header = std::mem::take(&mut is_first) && !first.contains(|character: char| character.is_ascii_digit());
        if is_header {
            continue;
        }
        row += 1;
        rows.push((row, read(&cells).map_err(|what| wrong(row, what))?));
    }
    Ok(rows)
}
