//! What comes out of each step, for people and for machines.

use crate::assignment::Optimality;
use crate::error::Warning;
use crate::extract::Quality;
use crate::programme::{Programme, RulesApproval};
use crate::selection::Counts;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A path in a summary; what is not UTF-8 in it is replaced.
fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
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
}
