//! Whether the points system is the one that was approved.
//!
//! # Guarantee
//!
//! The SHA-256 of the rules is that of one canonical text of everything in the programme file that decides who is
//! proposed: `[[rule]]`, `[family]`, `[eligibility]` and `[selection]`, as checked, with the types and dates of the
//! groups that they name. Two files whose text is the same
//! propose the same units from the same deliveries and draw; nothing else of the file, such as paths, coordinators,
//! comments, or the order in which rules stand, changes it. The public draw (`lottery`) is not part of it: it is drawn
//! after the rules have been approved and the deliveries are in.

use super::{AgeRange, Eligibility, Family, Kind, Programme, Quota, Rule, Scale, Selection, TypeList, TypeSpan};
use crate::error::{Error, Result};
use crate::identity::AgeBands;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What the canonical text begins with, so that it is taken for nothing else.
const PREFIX: &str = "udpeg/1/rules:";

/// The rules' SHA-256 and whether `[purpose]` names it, as manifests and summaries have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesApproval {
    /// SHA-256 of the canonical text, in hex.
    pub sha256: String,
    /// Whether it is the one that was approved.
    pub status: ApprovalStatus,
}

/// Whether rules were approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalStatus {
    /// `approved_rules` stands and is their SHA-256.
    #[serde(rename = "rules approved")]
    Approved,
    /// `approved_rules` does not stand, or is another.
    #[serde(rename = "rules not approved")]
    NotApproved,
}

impl ApprovalStatus {
    /// The words in files and summaries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "rules approved",
            Self::NotApproved => "rules not approved",
        }
    }
}

impl Programme {
    /// The rules as one canonical text: `udpeg/1/rules:` and JSON without white space, defaults filled in, rules by
    /// their ids, lists in which order means nothing sorted.
    #[must_use]
    pub fn canonical_rules(&self) -> String {
        let canonical = CanonicalRules::new(self);
        let json = serde_json::to_string(&canonical).expect("texts, numbers and lists are JSON");
        format!("{PREFIX}{json}")
    }

    /// The SHA-256 of the rules, and whether it is the one that was approved.
    #[must_use]
    pub fn rules_approval(&self) -> RulesApproval {
        let sha256 = crate::output::sha256_hex(self.canonical_rules().as_bytes());
        let is_approved = self.purpose.approved_rules.as_ref() == Some(&sha256);
        let status = if is_approved { ApprovalStatus::Approved } else { ApprovalStatus::NotApproved };
        RulesApproval { sha256, status }
    }

    /// Whether the programme may be run on this day: its purpose holds, and where approved rules are named, its rules
    /// are those.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where it may not.
    pub fn authorise(&self, today: NaiveDate) -> Result<()> {
        self.purpose.authorise(today)?;
        let Some(approved) = &self.purpose.approved_rules else { return Ok(()) };
        let RulesApproval { sha256, status } = self.rules_approval();
        match status {
            ApprovalStatus::Approved => Ok(()),
            ApprovalStatus::NotApproved => Err(Error::refused(
                format!(
                    "the rules are not those that were approved: `approved_rules` in [purpose] is {approved}, and the rules have {sha256}"
                ),
                "bring back the rules that were approved, or have these approved and write their SHA-256 there (`udpeg describe` prints it)",
            )),
        }
    }
}

#[derive(Serialize)]
struct CanonicalRules<'p> {
    rules: Vec<CanonicalRule<'p>>,
    family: CanonicalFamily<'p>,
    eligibility: CanonicalEligibility<'p>,
    selection: CanonicalSelection<'p>,
}

#[derive(Serialize)]
struct CanonicalRule<'p> {
    id: &'p str,
    department: Option<&'p str>,
    measure: &'static str,
    types: Option<Vec<CanonicalType<'p>>>,
    window_years: Option<u32>,
    max_gap_days: u32,
    bands: Option<Vec<(f64, i32)>>,
    points_per: Option<i32>,
    max: Option<i32>,
}

#[derive(Serialize)]
struct CanonicalFamily<'p> {
    max_adults_per_child: u32,
    apart_types: Vec<CanonicalType<'p>>,
}

/// A type, and where not all records of it are chosen, the first and the last day on which they may start.
#[derive(Serialize)]
#[serde(untagged)]
enum CanonicalType<'p> {
    Always(&'p str),
    Within(&'p str, Option<NaiveDate>, Option<NaiveDate>),
}

#[derive(Serialize)]
struct CanonicalEligibility<'p> {
    min_departments: u32,
    min_points: Option<i32>,
    /// The first age that takes part, and the first above it that does not.
    ages: Option<(u32, Option<u32>)>,
    require: Vec<&'p str>,
}

#[derive(Serialize)]
struct CanonicalSelection<'p> {
    size: usize,
    reserve: usize,
    tie_break: Vec<&'p str>,
    quota_family: (usize, Option<usize>),
    quota_citizen: (usize, Option<usize>),
}

impl<'p> CanonicalRules<'p> {
    fn new(programme: &'p Programme) -> Self {
        let mut rules: Vec<CanonicalRule<'_>> = programme.rules.iter().map(CanonicalRule::new).collect();
        rules.sort_unstable_by_key(|rule| rule.id);
        // The file is a path, and says something of single persons, not of the rules.
        let Family { max_adults_per_child, apart_types, apart_file: _ } = &programme.family;
        Self {
            eligibility: CanonicalEligibility::new(programme),
            selection: CanonicalSelection::new(programme),
            rules,
            family: CanonicalFamily {
                max_adults_per_child: *max_adults_per_child,
                apart_types: canonical_types(apart_types),
            },
        }
    }
}

impl<'p> CanonicalRule<'p> {
    fn new(rule: &'p Rule) -> Self {
        let (bands, points_per, max) = match &rule.scale {
            // Minus zero is zero.
            Scale::Bands(bands) => {
                (Some(bands.iter().map(|band| (band.from + 0.0, band.points)).collect()), None, None)
            }
            Scale::PerOne { points, max } => (None, Some(*points), *max),
        };
        Self {
            id: &rule.id,
            department: rule.department.as_deref(),
            measure: rule.measure.name(),
            types: rule.types.as_ref().map(canonical_types),
            window_years: rule.window_years,
            max_gap_days: rule.max_gap_days,
            bands,
            points_per,
            max,
        }
    }
}

impl<'p> CanonicalEligibility<'p> {
    fn new(programme: &'p Programme) -> Self {
        let Eligibility { min_departments, min_points, ages, require } = &programme.eligibility;
        let mut require = ids(programme, require);
        require.sort_unstable();
        Self {
            min_departments: min_departments.unwrap_or(0),
            min_points: *min_points,
            ages: ages.as_ref().map(|ages| years(ages, &programme.age_bands)),
            require,
        }
    }
}

impl<'p> CanonicalSelection<'p> {
    fn new(programme: &'p Programme) -> Self {
        let Selection { size, reserve, tie_break, quota, .. } = &programme.selection;
        let quota = |kind| {
            let Quota { min, max } = quota[kind];
            (min, max)
        };
        Self {
            size: *size,
            reserve: *reserve,
            tie_break: ids(programme, tie_break),
            quota_family: quota(Kind::Family),
            quota_citizen: quota(Kind::Citizen),
        }
    }
}

/// The ages of a range: the first that takes part, and the first above it that does not.
fn years(ages: &AgeRange, bands: &AgeBands) -> (u32, Option<u32>) {
    let edge = |band: u8| bands.edges().get(usize::from(band)).copied();
    let from = ages.bands.start().checked_sub(1).and_then(edge).unwrap_or(0);
    (from, edge(*ages.bands.end()))
}

fn ids<'p>(programme: &'p Programme, positions: &[usize]) -> Vec<&'p str> {
    positions.iter().filter_map(|&position| programme.rules.get(position)).map(|rule| rule.id.as_str()).collect()
}

/// What a list chooses, by name; which of it comes from a group makes no difference.
fn canonical_types(types: &TypeList) -> Vec<CanonicalType<'_>> {
    let mut spans = types.spans();
    spans.sort_by_key(|span| span.name);
    let canonical = |TypeSpan { name, from, to }| match (from, to) {
        (None, None) => CanonicalType::Always(name),
        (from, to) => CanonicalType::Within(name, from, to),
    };
    spans.into_iter().map(canonical).collect()
}
