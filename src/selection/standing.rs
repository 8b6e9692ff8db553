//! What became of every unit, and the first reason why it is not proposed.

use super::quota::{Choice, Status};
use super::ranking::{NotEligible, RankedUnit};
use crate::programme::Programme;

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its status; `None` where it is not eligible.
    pub status: Option<Status>,
    /// The first reason why it is not proposed; `None` where it is.
    pub reason: Option<WhyNot>,
    /// Points it lacks for a place; `None` where it is proposed, has no points because it was not scored, or where no
    /// number of points would do.
    pub points_short: Option<i32>,
}

/// Why a unit is not proposed. Of several reasons the first in this order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// The person is not of an age that takes part, and belongs to no unit.
    Ages,
    /// It has open records in too few departments.
    MinDepartments,
    /// It has fewer points than `min_points`.
    MinPoints,
    /// A required rule, given by its position, gives it no points.
    Require(usize),
    /// A quota gave the place to a unit of lower rank, or leaves it empty.
    Quota,
    /// It has fewer points than the last proposed.
    Points,
    /// It has as many points as the last proposed, and a lower value in a rule that breaks ties.
    TieBreak,
    /// It equals the last proposed in points and in all that breaks ties: the lottery decided.
    Lottery,
}

impl WhyNot {
    /// All reasons but those of rules, in their order.
    const WITHOUT_RULES: [(Self, &'static str); 7] = [
        (Self::Ages, "ages"),
        (Self::MinDepartments, "min_departments"),
        (Self::MinPoints, "min_points"),
        (Self::Quota, "quota"),
        (Self::Points, "points"),
        (Self::TieBreak, "tie_break"),
        (Self::Lottery, "lottery"),
    ];

    /// The words of all reasons that a programme can have, by [`WhyNot::number`].
    pub(super) fn words(programme: &Programme) -> Vec<String> {
        let without = Self::WITHOUT_RULES.iter().map(|(_, word)| (*word).to_owned());
        without.chain(programme.rules.iter().map(|rule| format!("require {}", rule.id))).collect()
    }

    /// The position of its word among all.
    pub(super) fn number(self) -> usize {
        match self {
            Self::Require(rule) => Self::WITHOUT_RULES.len() + rule,
            other => Self::WITHOUT_RULES.iter().position(|(reason, _)| *reason == other).unwrap_or(0),
        }
    }

    /// The word in files.
    #[must_use]
    pub fn word(self, programme: &Programme) -> String {
        Self::words(programme).swap_remove(self.number())
    }
}

/// What became of all units.
#[derive(Debug)]
pub struct Standings {
    /// Of units that were scored, by their positions, rising.
    scored: Vec<(usize, Standing)>,
}

impl Standings {
    /// Of units in enough departments: those ranked, with their choices, and those that failed a later test.
    #[must_use]
    pub(super) fn new(
        programme: &Programme,
        ranked: &[RankedUnit],
        choices: &[Choice],
        not_eligible: &[NotEligible],
    ) -> Self {
        let last = choices.iter().rposition(|choice| choice.status == Status::Proposed);
        let proposed = choices.iter().filter(|choice| choice.status == Status::Proposed).count();
        let needed = [last.map(|last| ranked[last].points), programme.eligibility.min_points];
        let needed = needed.into_iter().flatten().max();
        let short = |points: i32| {
            let short = needed.map(|needed| i64::from(needed) - i64::from(points));
            short.map(|short| i32::try_from(short.max(0)).unwrap_or(i32::MAX))
        };
        let tie_break = &programme.selection.tie_break;
        let reason = |rank: usize, unit: &RankedUnit| {
            let Some(last) = last.filter(|&last| rank > last && proposed >= programme.selection.size) else {
                return WhyNot::Quota;
            };
            let last = &ranked[last];
            if unit.points < last.points {
                WhyNot::Points
            } else if tie_break.iter().any(|&rule| unit.scored.amounts[rule] != last.scored.amounts[rule]) {
                WhyNot::TieBreak
            } else {
                WhyNot::Lottery
            }
        };
        let of_ranked = |(rank, (unit, choice)): (usize, (&RankedUnit, &Choice))| {
            let is_proposed = choice.status == Status::Proposed;
            let standing = Standing {
                status: Some(choice.status),
                reason: (!is_proposed).then(|| reason(rank, unit)),
                points_short: if is_proposed { None } else { short(unit.points) },
            };
            (unit.position, standing)
        };
        let of_failed = |failed: &NotEligible| {
            let standing = Standing { status: None, reason: Some(failed.reason), points_short: short(failed.points) };
            (failed.position, standing)
        };
        let mut scored: Vec<(usize, Standing)> = ranked.iter().zip(choices).enumerate().map(of_ranked).collect();
        scored.extend(not_eligible.iter().map(of_failed));
        scored.sort_unstable_by_key(|(position, _)| *position);
        Self { scored }
    }

    /// Of the unit at a position.
    #[must_use]
    pub fn of(&self, position: usize) -> Standing {
        let found = self.scored.binary_search_by_key(&position, |(position, _)| *position);
        found.map_or(Standing::TOO_FEW_DEPARTMENTS, |at| self.scored[at].1)
    }

    /// Those of units at rising positions, each found from where the one before was.
    pub(super) fn rising(&self, first: usize) -> impl FnMut(usize) -> Standing {
        let mut at = self.scored.partition_point(|(position, _)| *position < first);
        move |position| {
            while self.scored.get(at).is_some_and(|(scored, _)| *scored < position) {
                at += 1;
            }
            match self.scored.get(at) {
                Some((scored, standing)) if *scored == position => *standing,
                _ => Standing::TOO_FEW_DEPARTMENTS,
            }
        }
    }
}

impl Standing {
    /// Of a unit that was not scored.
    const TOO_FEW_DEPARTMENTS: Self = Self { status: None, reason: Some(WhyNot::MinDepartments), points_short: None };

    /// Of a person that takes no part.
    pub const OTHER_AGE: Self = Self { status: None, reason: Some(WhyNot::Ages), points_short: None };

    /// The word for its outcome in files.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        self.status.map_or(Self::NOT_ELIGIBLE, Status::as_str)
    }

    /// The outcome of units that are not eligible.
    const NOT_ELIGIBLE: &'static str = "not_eligible";

    /// All outcomes, by [`Standing::outcome_number`].
    pub(super) const OUTCOMES: [&'static str; 4] =
        [Status::Proposed.as_str(), Status::Reserve.as_str(), Status::Eligible.as_str(), Self::NOT_ELIGIBLE];

    /// The position of its outcome among all.
    pub(super) fn outcome_number(&self) -> usize {
        let outcome = self.outcome();
        Self::OUTCOMES.iter().position(|known| *known == outcome).unwrap_or(0)
    }
}
