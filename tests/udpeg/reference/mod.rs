//! The slow, obvious, row-by-row reading of the contract that the real program is compared with.
//!
//! Written from the contract alone. It keeps everything in memory as text and dates, takes one
//! row at a time, and assumes a valid programme and readable files: anything else panics.

pub(crate) mod cpr;
pub(crate) mod csv;
mod dates;
mod delivery;
mod measures;
mod programme;
mod reading;
pub(crate) mod risk;
mod selection;
mod units;
mod why;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

/// All that a run can be compared on.
pub(crate) struct Outcome {
    /// What each department rejects and delivers, by department id.
    pub departments: BTreeMap<String, DepartmentOutcome>,
    /// `counts.json` as section 7 has it.
    pub counts: serde_json::Value,
    /// Every eligible unit, in rank order.
    pub candidates: Vec<Candidate>,
    /// Everybody, by pseudonym, and why they are not proposed.
    pub why: Vec<Why>,
}

/// One row of `why.parquet`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Why {
    pub person: String,
    pub unit: Option<String>,
    pub outcome: String,
    pub reason: Option<String>,
    pub points_short: Option<i64>,
}

/// What one department's `pseudonymise` gives.
pub(crate) struct DepartmentOutcome {
    /// `quality.json` as section 4 has it.
    pub quality: serde_json::Value,
    /// Pseudonyms of the persons with a usable number in a rejected row, sorted.
    pub incomplete: Vec<String>,
    /// File name, row, column in the department's own words (empty for malformed rows), reason.
    pub rejected: Vec<(String, u64, String, String)>,
    /// The delivered rows, in the contract's order.
    pub extract: Vec<ExtractRow>,
    /// The types that became `other`, each with its number of extract rows.
    pub other_types: BTreeMap<String, u64>,
}

/// One delivered row. The order of the fields up to `child` is the order rows are sorted in,
/// and `None` sorts first, so the derived order is the contract's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ExtractRow {
    /// Pseudonym.
    pub person: String,
    /// First day.
    pub start: NaiveDate,
    /// Last day; `None` where still open.
    pub end: Option<NaiveDate>,
    /// The named type, or `other`.
    pub type_: String,
    /// Pseudonymised record id.
    pub record: Option<String>,
    /// Pseudonym of the child.
    pub child: Option<String>,
    /// `M` or `F`, where listed in `attributes`.
    pub sex: Option<String>,
    /// The label of the age band, where listed in `attributes`.
    pub age_band: Option<String>,
}

/// One row of `candidates.parquet`.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// From 1.
    pub rank: u64,
    /// `proposed`, `reserve` or `eligible`.
    pub status: String,
    /// `rank`, `quota`, `displaced` or nothing.
    pub reason: Option<String>,
    /// The shortened unit id.
    pub label: String,
    /// The unit id.
    pub unit: String,
    /// `family` or `citizen`.
    pub kind: String,
    /// Pseudonyms, sorted.
    pub members: Vec<String>,
    /// Departments with an open record, sorted.
    pub departments: Vec<String>,
    /// Departments in whose `incomplete.parquet` a member stands, sorted.
    pub incomplete: Vec<String>,
    /// Total over all rules.
    pub points: i64,
    /// Sixteen hex characters.
    pub lottery: String,
    /// One value for each rule, in the programme file's order.
    pub values: Vec<f64>,
    /// One number of points for each rule, in the programme file's order.
    pub rule_points: Vec<i64>,
}

/// One department of a programme, to be read on its own.
pub(crate) struct Reading {
    programme: programme::Programme,
}

impl Reading {
    /// Of a programme file; its extracts must be there.
    pub(crate) fn new(programme_file: &Path) -> Self {
        Self { programme: programme::read(programme_file) }
    }

    /// What the first department rejects and delivers.
    pub(crate) fn first_department(&self) -> DepartmentOutcome {
        reading::read_department(&self.programme, &self.programme.departments[0]).0
    }
}

/// Runs a whole programme: every department's extract, then the selection.
///
/// # Panics
///
/// Panics, with a message, on a programme or file that the contract does not allow.
#[must_use]
pub(crate) fn run(programme_file: &Path) -> Outcome {
    let programme = programme::read(programme_file);
    let mut departments = BTreeMap::new();
    let mut ages = BTreeMap::new();
    for department in &programme.departments {
        let (outcome, ages_here) = reading::read_department(&programme, department);
        departments.insert(department.id.clone(), outcome);
        ages.extend(ages_here);
    }
    let population = units::form(&programme, &departments, &ages);
    let (candidates, not_eligible, counts) = selection::select(&programme, &departments, &population);
    let why = why::explain(&programme, &population, &candidates, &not_eligible);
    Outcome { departments, counts, candidates, why }
}
