//! One department's rows before they are spelled: what is true, without dialect and mistakes.

use super::calendar::{AS_OF, Day};
use super::people::{Adult, Identity};
use super::random::Random;

/// One row of an extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) person: Identity,
    /// Number of the record, without the department's letter; nothing where the department left the cell empty.
    pub(super) record: Option<u64>,
    pub(super) kind: &'static str,
    pub(super) start: Day,
    /// Last day, inclusive; nothing while it is open.
    pub(super) end: Option<Day>,
    pub(super) child: Option<u64>,
}

/// A department's rows of one block.
pub(super) struct Ledger {
    pub(super) rows: Vec<Row>,
    next_record: u64,
    /// Where the household at hand begins in `rows`.
    household: usize,
}

impl Ledger {
    /// Records are numbered from `first_record`; each block has its own span of numbers.
    pub(super) fn new(first_record: u64) -> Self {
        Self { rows: Vec::new(), next_record: first_record, household: 0 }
    }

    /// From now on rows are another household's.
    pub(super) fn next_household(&mut self) {
        self.household = self.rows.len();
    }

    /// Opens a case: a new record number.
    pub(super) fn open_record(&mut self) -> u64 {
        self.next_record += 1;
        self.next_record
    }

    /// Adds the row, unless the household has it already: duplicates are a mistake, and mistakes come later.
    pub(super) fn add(&mut self, row: Row) {
        if !self.rows[self.household..].contains(&row) {
            self.rows.push(row);
        }
    }

    /// Adds a spell of one adult's without a child.
    pub(super) fn add_spell(&mut self, adult: &Adult, record: Option<u64>, kind: &'static str, spell: Spell) {
        self.add(Row { person: adult.identity, record, kind, start: spell.start, end: spell.end, child: None });
    }
}

/// A stretch of days.
#[derive(Clone, Copy)]
pub(super) struct Spell {
    pub(super) start: Day,
    pub(super) end: Option<Day>,
}

impl Spell {
    /// From `start`, for so many days. What would end after the day of the extract is mostly open still, sometimes with
    /// a planned end.
    pub(super) fn lasting(start: Day, days: Day, random: &mut Random) -> Self {
        let end = start + days.max(1) - 1;
        let open = end >= AS_OF && random.chance(0.9);
        Self { start, end: (!open).then_some(end) }
    }

    /// The last day, or the day of the extract where it is open.
    pub(super) fn last(self) -> Day {
        self.end.unwrap_or(AS_OF.max(self.start))
    }

    /// Whether it reaches the day of the extract.
    pub(super) fn is_open(self) -> bool {
        self.start <= AS_OF && self.end.is_none_or(|end| end >= AS_OF)
    }

    /// The same, not beyond `last`.
    pub(super) fn until(self, last: Day) -> Self {
        if self.end.is_none_or(|end| end > last) && last < AS_OF { Self { end: Some(last), ..self } } else { self }
    }
}
