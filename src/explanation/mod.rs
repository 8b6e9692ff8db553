//! Why a person's unit is proposed or not: every rule, every test, what is missing, and how far away the last place was.
//!
//! Everything is computed again from the deliveries by the code that selects, so that an explanation and a selection
//! cannot tell different things.

mod asked;
mod explainer;

pub use asked::Asked;
pub(crate) use explainer::{Explainer, Kept};

use crate::selection::{Reason, WhyNot};
use serde::Serialize;

/// Why somebody is proposed or not.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The unit; `None` for a person who takes no part.
    pub unit: Option<UnitFacts>,
    /// `proposed`, `reserve`, `eligible` or `not_eligible`.
    pub outcome: &'static str,
    /// The first reason for not being proposed, as in `why.parquet`.
    pub reason: Option<String>,
    /// The same, for sentences.
    #[serde(skip)]
    pub why_not: Option<WhyNot>,
    /// Points that are missing for a place.
    pub points_short: Option<i32>,
    /// All points; `None` for a person who takes no part.
    pub points: Option<i64>,
    /// Its rank, where it is eligible.
    pub rank: Option<usize>,
    /// How its place relates to its rank, as in `candidates.parquet`.
    pub placed_by: Option<&'static str>,
    /// The same, for sentences.
    #[serde(skip)]
    pub placement: Option<Reason>,
    /// How many units are eligible.
    pub eligible: usize,
    /// The points of the last proposed.
    pub points_needed: Option<i32>,
    /// Whether the lottery decided.
    pub decided_by_lottery: bool,
    /// Each test of `[eligibility]`.
    pub tests: Vec<TestFacts>,
    /// Each rule, in the programme file's order.
    #[serde(rename = "by_rule")]
    pub rules: Vec<RuleFacts>,
    /// Departments where rows of a member were rejected.
    pub incomplete: Vec<String>,
    /// The members' records, where they are to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<RecordFacts>>,
}

/// A unit.
#[derive(Debug, Clone, Serialize)]
pub struct UnitFacts {
    /// Its id.
    pub id: String,
    /// The first characters of its id, as many as in `candidates.parquet`.
    pub label: String,
    /// `family` or `citizen`.
    pub kind: &'static str,
    /// Its members' pseudonyms.
    pub members: Vec<String>,
    /// Departments with an open record.
    pub departments: Vec<String>,
}

/// A test of `[eligibility]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestFacts {
    /// Its word in `why.parquet`.
    pub test: String,
    /// The same, for sentences.
    #[serde(skip)]
    pub kind: WhyNot,
    /// What the unit has, where it is a number.
    pub has: Option<i64>,
    /// Whether it is passed.
    pub is_passed: bool,
}

/// What a rule says.
#[derive(Debug, Clone, Serialize)]
pub struct RuleFacts {
    /// Its id.
    pub rule: String,
    /// Its value, as in `candidates.parquet`.
    pub value: f64,
    /// The days or the count behind the value.
    pub amount: u32,
    /// Where the band that is reached begins; `None` for none, or a rule without bands.
    pub band_from: Option<f64>,
    /// Its points.
    pub points: i64,
    /// How many records count.
    pub records: usize,
}

/// A record of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordFacts {
    /// The member's position among the members, from 1.
    pub member: usize,
    /// The department.
    pub department: String,
    /// Its type, as it left.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its first day.
    pub start: chrono::NaiveDate,
    /// Its last day; `None` while it is open.
    pub end: Option<chrono::NaiveDate>,
    /// The rules that count it.
    pub counted_by: Vec<String>,
}
