//! What `check` tells, for people and for machines.

use super::proposal::Proposal;
use crate::error::{Error, ExitCode};
use crate::extract::{Comparison, Quality};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// All that was found.
#[derive(Debug)]
pub struct Report {
    /// The programme's period.
    pub period: String,
    /// What `[purpose]` does not say yet; no step runs before it does.
    pub missing_purpose: Vec<&'static str>,
    /// Each department that was checked.
    pub departments: Vec<DepartmentReport>,
    /// What it means for the proposal.
    pub proposal: Option<Proposal>,
}

impl Report {
    /// Why nothing would be delivered.
    pub fn failures(&self) -> impl Iterator<Item = &Error> {
        self.departments.iter().flat_map(|department| &department.failures)
    }

    /// The exit code: that of `pseudonymise`; `None` where everything would be delivered.
    #[must_use]
    pub fn exit_code(&self) -> Option<ExitCode> {
        self.failures().map(Error::exit_code).min()
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 5)?;
        report.serialize_field("period", &self.period)?;
        report.serialize_field("missing_purpose", &self.missing_purpose)?;
        report.serialize_field("departments", &self.departments)?;
        report.serialize_field("proposal", &self.proposal)?;
        report.serialize_field("exit_code", &self.exit_code().map_or(0, ExitCode::code))?;
        report.end()
    }
}

/// What was found of one department.
#[derive(Debug, Serialize)]
pub struct DepartmentReport {
    /// What `quality.json` would say, with exact days.
    #[serde(flatten)]
    pub quality: Quality,
    /// Rejected rows, by reason and column.
    pub rejected_rows: Vec<RejectedRows>,
    /// Types that no rule names.
    pub uncovered_types: UncoveredTypes,
    /// Types that rows have outside the dates of their group.
    pub types_out_of_date: Vec<OutOfDate>,
    /// Days out of the ordinary, and what is open.
    pub days: Oddities,
    /// The extract beside an earlier one.
    pub comparison: Option<Comparison>,
    /// Why nothing would be delivered.
    #[serde(serialize_with = "texts")]
    pub failures: Vec<Error>,
}

fn texts<S: Serializer>(errors: &[Error], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(errors.iter().map(ToString::to_string))
}

/// Rows that were rejected for one reason and column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedRows {
    /// Why.
    pub reason: String,
    /// In which column, in the department's own words; `None` for whole rows.
    pub column: Option<String>,
    /// How many.
    pub rows: u64,
    /// Which.
    pub at: Vec<FileRows>,
}

/// Rows of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRows {
    /// The file, as the programme file has it.
    pub file: String,
    /// Numbers of rows, from 1, header and empty lines not counted.
    pub rows: Vec<u64>,
}

/// Types that no rule of the department names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UncoveredTypes {
    /// By rows, most first.
    pub types: Vec<TypeRows>,
    /// Further types, of so few persons that their words are not repeated.
    pub rare_types: u64,
    /// Rows of these.
    pub rare_rows: u64,
    /// The rules of the department that count all types.
    pub rules_for_all: Vec<String>,
}

/// One type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypeRows {
    /// As it was written.
    #[serde(rename = "type")]
    pub name: String,
    /// Rows of the extract.
    pub rows: u64,
    /// Whom they are about.
    pub persons: u64,
    /// Whether it leaves under its own name, and not as `other`.
    pub leaves_as_itself: bool,
}

/// A type of a group, outside the group's dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutOfDate {
    /// The group.
    pub group: String,
    /// The type.
    #[serde(rename = "type")]
    pub name: String,
    /// Rows of the extract.
    pub rows: u64,
}

/// Rows of the extract, by what is to be noted of their days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Oddities {
    /// Open on the day of measurement.
    pub open: u64,
    /// Without a last day.
    pub without_end: u64,
    /// First day before 1970.
    pub start_before_1970: u64,
    /// Last day before 1970.
    pub end_before_1970: u64,
    /// First day after the day of measurement: these count nowhere.
    pub start_after_as_of: u64,
    /// First day more than a year after it.
    pub start_far_ahead: u64,
    /// Last day more than ten years after it.
    pub end_far_ahead: u64,
}

impl Oddities {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            without_end: self.without_end + other.without_end,
            start_before_1970: self.start_before_1970 + other.start_before_1970,
            end_before_1970: self.end_before_1970 + other.end_before_1970,
            start_after_as_of: self.start_after_as_of + other.start_after_as_of,
            start_far_ahead: self.start_far_ahead + other.start_far_ahead,
            end_far_ahead: self.end_far_ahead + other.end_far_ahead,
        }
    }
}
