//! Why rows are rejected, and the count of everything that is not as it should be.

use super::change::Changed;
use super::risk::Risk;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Why a row cannot be used. A row has the first reason that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Wrong number of fields, text after a closing quote, or bytes that are not in the encoding.
    RowMalformed,
    /// No person, or the official "unknown".
    PersonMissing,
    /// The person's cell is not spelled like a CPR number.
    PersonMalformed,
    /// The person's birth date does not exist or lies after `as_of`.
    PersonImpossibleDate,
    /// The child's cell is not spelled like a CPR number.
    ChildMalformed,
    /// The child's birth date does not exist or lies after `as_of`.
    ChildImpossibleDate,
    /// No type.
    TypeMissing,
    /// The type holds what looks like a CPR number.
    TypeIdentifying,
    /// No first day.
    StartMissing,
    /// A first or last day that is not written like the programme's `dates`, or does not exist.
    DateMalformed,
    /// The last day lies before the first.
    EndBeforeStart,
    /// No amount, or one that is not written like the programme's `decimal`.
    AmountMalformed,
}

impl Reason {
    /// All reasons, in the order in which they are tried.
    pub const ALL: [Self; 12] = [
        Self::RowMalformed,
        Self::PersonMissing,
        Self::PersonMalformed,
        Self::PersonImpossibleDate,
        Self::ChildMalformed,
        Self::ChildImpossibleDate,
        Self::TypeMissing,
        Self::TypeIdentifying,
        Self::StartMissing,
        Self::DateMalformed,
        Self::EndBeforeStart,
        Self::AmountMalformed,
    ];

    /// The word in `rejected.csv` and `quality.json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RowMalformed => "row_malformed",
            Self::PersonMissing => "person_missing",
            Self::PersonMalformed => "person_malformed",
            Self::PersonImpossibleDate => "person_impossible_date",
            Self::ChildMalformed => "child_malformed",
            Self::ChildImpossibleDate => "child_impossible_date",
            Self::TypeMissing => "type_missing",
            Self::TypeIdentifying => "type_identifying",
            Self::StartMissing => "start_missing",
            Self::DateMalformed => "date_malformed",
            Self::EndBeforeStart => "end_before_start",
            Self::AmountMalformed => "amount_malformed",
        }
    }
}

/// A canonical column, for naming it in the department's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A person's number, by its position among the columns of persons.
    Person(u16),
    /// The child's number.
    Child,
    /// The type.
    Kind,
    /// The first day.
    Start,
    /// The last day.
    End,
    /// The week.
    Week,
    /// What was paid in it.
    Amount,
}

/// A row that cannot be used: 32 bytes, so that a file of nothing else fits in memory. Holds nothing of what stands in
/// it, but for `cells`, which are asked for expressly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Position of its file among the department's.
    pub file: usize,
    /// Its number in the file, from 1, header and empty lines not counted.
    pub row: u64,
    /// The column; `None` for the row as a whole.
    pub column: Option<Column>,
    /// Why.
    pub reason: Reason,
    /// How many persons its cells name.
    pub persons: u16,
    /// The row's own cells, where `--show-values` asks for them. Overwritten when dropped.
    pub cells: Option<Box<Zeroizing<Vec<String>>>>,
}

impl Rejected {
    /// Rows of a department that are listed, and bytes that their cells take where they are shown. Beyond that it is not
    /// the extract that was meant.
    pub(super) const MOST: usize = 20_000_000;
    pub(super) const MOST_CELL_BYTES: usize = 1 << 30;

    /// What the row's cells take in memory.
    pub(super) fn cell_bytes(&self) -> usize {
        let bytes = |cell: &String| cell.capacity() + size_of::<String>();
        self.cells.iter().flat_map(|cells| cells.iter()).map(bytes).sum()
    }
}

/// Counts over identifier cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct IdentifierCounts {
    pub repaired: u64,
    pub replacement: u64,
    pub no_check_digit: u64,
    pub renumbered: u64,
}

impl IdentifierCounts {
    pub(super) fn add(&mut self, other: Self) {
        self.repaired += other.repaired;
        self.replacement += other.replacement;
        self.no_check_digit += other.no_check_digit;
        self.renumbered += other.renumbered;
    }
}

/// `quality.json`: rows + `further_adults` = rejected + excluded + duplicates + `netted_out` + joined + extract; what a
/// programme makes no use of is not there, and counts as 0. `persons`, `types` and `risk` always come from this version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// The department's id.
    pub department: String,
    /// Rows of data in its files.
    pub rows: u64,
    /// Rows that cannot be used.
    pub rejected: u64,
    /// Rejected rows by reason; only reasons that occur.
    pub reasons: BTreeMap<String, u64>,
    /// Accepted rows that another row equals in all canonical columns.
    pub duplicates: u64,
    /// Identifier cells of accepted rows that had to be mended.
    pub repaired: u64,
    /// Identifier cells of accepted rows with a replacement number (day + 60).
    pub replacement: u64,
    /// Identifier cells of accepted rows that fail the modulus-11 check.
    pub no_check_digit: u64,
    /// Rows of the extract.
    pub extract: u64,
    /// Rows of persons or children that `[persons]` excludes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<u64>,
    /// Identifier cells of accepted rows with a number that has been replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renumbered: Option<u64>,
    /// Records of accepted rows beyond the first, where rows can be about several adults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further_adults: Option<u64>,
    /// Weekly rows, without duplicates, whose amounts sum up to 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub netted_out: Option<u64>,
    /// Weekly rows, without duplicates, that are in a spell with others, the first of each spell excepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<u64>,
    /// The encoding that was recognised in each file, where the programme leaves that to the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encodings: Option<BTreeMap<String, String>>,
    /// Persons of the extract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<u64>,
    /// Rows of the extract by type, as types leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<BTreeMap<String, u64>>,
    /// How far its persons stand out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// How it differs from an earlier period's, where it was held against one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Changed>,
}

impl Quality {
    /// No `quality.json` is longer: the types that it counts stand in a programme file, which has at most 1 MiB.
    pub(crate) const MOST_BYTES: u64 = 8 << 20;

    /// Whether every row is counted as what became of it.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let sum =
            |counts: &[Option<u64>]| counts.iter().map(|count| count.unwrap_or(0)).try_fold(0_u64, u64::checked_add);
        let became = [self.excluded, self.netted_out, self.joined].into_iter();
        let became = became.chain([self.rejected, self.duplicates, self.extract].map(Some));
        let rows = sum(&[Some(self.rows), self.further_adults]);
        rows.is_some() && rows == sum(&became.collect::<Vec<_>>())
    }
}
