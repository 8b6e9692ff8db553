//! Rows that look wrong and must be accepted all the same: repaired numbers, replacement numbers, duplicates, odd spellings.

use super::dialect::{Cells, Column, Dialect, push_number};
use super::ledger::Row;
use super::number;
use super::random::Random;

/// What is odd about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// It stands there twice.
    Duplicate,
    /// One number can be read after a repair.
    Repaired,
    /// One number is a replacement number, day + 60.
    Replacement,
    /// A spelling that nobody counts.
    Spelling,
    /// An empty line follows.
    EmptyLine,
}

impl Oddity {
    pub(super) fn any(random: &mut Random) -> Self {
        random.pick(&[
            Self::Duplicate,
            Self::Repaired,
            Self::Repaired,
            Self::Replacement,
            Self::Spelling,
            Self::Spelling,
            Self::EmptyLine,
        ])
    }

    /// Changes the spelled row; the answer is what was done, since not every row allows everything.
    pub(super) fn apply(self, row: &Row, dialect: &Dialect, cells: &mut Cells, random: &mut Random) -> Self {
        let (column, number) = match row.child {
            Some(child) if random.chance(0.3) => (Column::Child, child),
            _ => (Column::Person, row.person.number),
        };
        match self {
            Self::Duplicate | Self::EmptyLine => self,
            Self::Spelling => {
                respell(row, dialect, cells, random);
                self
            }
            Self::Replacement => {
                let Some(replaced) = number::replacement(number) else {
                    return Self::Repaired.apply(row, dialect, cells, random);
                };
                cells.get(column).clear();
                push_number(replaced, dialect.hyphen, cells.get(column));
                self
            }
            Self::Repaired => {
                cells.set(column, &repairable(number, dialect, random));
                self
            }
        }
    }
}

/// The other copy of a duplicate: equal once it is read, whatever it looks like.
pub(super) fn respell_copy(row: &Row, dialect: &Dialect, cells: &mut Cells, random: &mut Random) {
    dialect.spell(row, cells, random);
    if random.chance(0.5) {
        cells.get(Column::Person).clear();
        push_number(row.person.number, random.pick(&["", "-", " "]), cells.get(Column::Person));
        cells.get(Column::Type).push(' ');
    }
}

/// A number that spreadsheets and scripts have been at.
fn repairable(number: u64, dialect: &Dialect, random: &mut Random) -> String {
    let mut ten = String::new();
    push_number(number, "", &mut ten);
    match (ten.strip_prefix('0'), random.below(5)) {
        (Some(nine), 0) if dialect.leading_zero_lost => nine.to_owned(),
        (Some(nine), 1) if dialect.leading_zero_lost => format!("{nine}.0"),
        (_, 2) => format!("{ten}.0"),
        (_, 3) => format!("'{ten}.0"),
        _ => format!("'{ten}"),
    }
}

/// Spellings that are as good as the usual ones, and that scripts stumble over.
fn respell(row: &Row, dialect: &Dialect, cells: &mut Cells, random: &mut Random) {
    let person = cells.get(Column::Person);
    match random.below(8) {
        0 => {
            person.clear();
            push_number(row.person.number, random.pick(&["\u{a0}", "–", " "]), person);
        }
        1 => {
            person.insert(0, ' ');
            person.push('\u{a0}');
        }
        2 => cells.get(Column::Name).push_str(", kaldet \"Musse\""),
        3 => cells.get(Column::Address).push_str("\nc/o Lund"),
        4 => {
            let start = cells.get(Column::Start);
            let separator = dialect.date_separator;
            let short: Vec<&str> = start.split(separator).map(|part| part.strip_prefix('0').unwrap_or(part)).collect();
            *start = short.join(separator.encode_utf8(&mut [0; 4]));
        }
        5 if row.end.is_none() => {
            let never = if dialect.year_first { "9999-12-31" } else { "31-12-9999" };
            cells.set(Column::End, &never.replace('-', dialect.date_separator.encode_utf8(&mut [0; 4])));
        }
        6 if row.child.is_none() && dialect.has(Column::Child) => {
            cells.set(Column::Child, random.pick(&["0", "0000000000"]));
        }
        // The letter å as a and a ring, where the encoding has the ring.
        7 if row.kind.contains('å') && dialect.hyphen.is_empty() => {
            let decomposed = row.kind.replace('å', "a\u{30a}");
            cells.set(Column::Type, &decomposed);
        }
        _ => {
            cells.get(Column::Type).insert(0, ' ');
            cells.get(Column::Record).push(' ');
        }
    }
}
