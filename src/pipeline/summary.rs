//! What comes out of each step, for people and for machines.

use crate::assignment::Optimality;
use crate::disclosure::ProtectedTable;
use crate::error::Warning;
use crate::extract::Quality;
use crate::programme::{Programme, RulesApproval};
use crate::selection::Counts;
use crate::statistics::Statistics;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A path in a summary; what is not UTF-8 in it is replaced.
fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// The same of a path that may be missing.
#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
fn lossy_if_any<S: serde::Serializer>(path: &Option<PathBuf>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match path {
        Some(path) => lossy(path, serializer),
        None => serializer.serialize_none(),
    }
}

/// What came out of `pseudonymise` of one department.
#[derive(Debug, Clone, Serialize)]
pub struct DepartmentSummary {
    /// `quality.json`.
    #[serde(flatten)]
    pub quality: Quality,
    /// The folder for the analyst.
    #[serde(serialize_with = "lossy")]
    pub delivery: PathBuf,
    /// The folder that stays.
    #[serde(serialize_with = "lossy")]
    pub private: PathBuf,
    /// Rows whose type left as `other`.
    pub other_types: u64,
}

/// What came out of `select`.
#[derive(Debug, Clone, Serialize)]
pub struct SelectionSummary {
    /// `counts.json`.
    #[serde(flatten)]
    pub counts: Counts,
    /// Each department's quality counts.
    pub quality: Vec<Quality>,
    /// The folder.
    #[serde(serialize_with = "lossy")]
    pub folder: PathBuf,
}

/// What came out of `assign`.
#[derive(Debug, Clone, Serialize)]
pub struct AssignmentSummary {
    /// What is made even among coordinators.
    pub load: &'static str,
    /// Each coordinator's list.
    pub coordinators: Vec<Load>,
    /// Proposed units that no coordinator has room for.
    pub without_coordinator: usize,
    /// Members who lost the coordinator they had in the period before; `None` where none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_coordinator: Option<usize>,
    /// How good the assignment is, and how good one could be.
    pub optimality: Optimality,
    /// The folder of the target group.
    #[serde(serialize_with = "lossy")]
    pub folder: PathBuf,
    /// The folder of the lists.
    #[serde(serialize_with = "lossy")]
    pub lists: PathBuf,
}

/// A coordinator's load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    /// The coordinator.
    pub id: String,
    /// Units on the list.
    pub units: usize,
    /// Units there could be.
    pub capacity: usize,
    /// Sum of the units' points.
    pub points: i64,
    /// What is made even.
    pub load: i64,
    /// The same in the period before; `None` where none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_before: Option<i64>,
}

/// A summary and what a person should look at.
#[derive(Debug, Clone)]
pub struct Outcome<T> {
    /// What came out.
    pub summary: T,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// The points system, and whether it was approved.
    pub rules: RulesApproval,
}

impl<T> Outcome<T> {
    /// What came of a programme.
    pub(crate) fn new(programme: &Programme, summary: T, warnings: Vec<Warning>) -> Self {
        Self { summary, warnings, rules: programme.rules_approval() }
    }
}

/// What came out of `run`.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// One for each department.
    pub departments: Vec<DepartmentSummary>,
    /// Of `select`.
    pub selection: SelectionSummary,
    /// Of `assign`.
    pub assignment: AssignmentSummary,
    /// Of the statistics; `None` where none can be protected.
    pub release: Option<ReleaseSummary>,
}

/// What came out of the statistics, or would.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseSummary {
    /// The tables.
    pub tables: Vec<TableSummary>,
    /// Tables that are left out, because they could not be protected.
    pub left_out: Vec<String>,
    /// Cells of all tables, totals included.
    pub cells: usize,
    /// How many of them are hidden.
    pub hidden: usize,
    /// What counts are rounded to multiples of; `None` where they are not.
    pub rounded_to: Option<u64>,
    /// The folder; `None` where nothing was written.
    #[serde(serialize_with = "lossy_if_any")]
    pub folder: Option<PathBuf>,
    /// Its line in the ledger; `None` where nothing was released.
    pub released: Option<ReleasedSummary>,
    /// Every cell; `None` where only the files hold them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Statistics>,
}

impl ReleaseSummary {
    /// The same with every cell.
    pub(super) fn with_cells(self, statistics: Statistics) -> Self {
        Self { statistics: Some(statistics), ..self }
    }
}

/// A release's line in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleasedSummary {
    /// The release's number.
    pub number: u64,
    /// When.
    pub at: String,
    /// The head of the ledger: the SHA-256 of its last line, to be kept elsewhere.
    pub head: String,
}

/// A table of the statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableSummary {
    /// Its name.
    pub name: String,
    /// Its cells, totals included.
    pub cells: usize,
    /// How many of them are hidden.
    pub hidden: usize,
}

impl ReleaseSummary {
    pub(super) fn new(statistics: &Statistics, folder: Option<PathBuf>, released: Option<ReleasedSummary>) -> Self {
        let of_table = |table: &ProtectedTable| TableSummary {
            name: table.name.clone(),
            cells: table.cells().count(),
            hidden: table.cells().filter(|cell| cell.count.is_hidden()).count(),
        };
        Self {
            tables: statistics.tables().iter().map(of_table).collect(),
            left_out: statistics.left_out.clone(),
            cells: statistics.cells(),
            hidden: statistics.hidden(),
            rounded_to: statistics.rounded_to(),
            folder,
            released,
            statistics: None,
        }
    }
}
