//! Over the ranking: who is proposed and who stands in reserve, within the quotas.

use crate::programme::{Kind, PerKind, Selection};

/// What becomes of an eligible unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Among those who get a coordinator.
    Proposed,
    /// Next in line.
    Reserve,
    /// Neither.
    Eligible,
}

impl Status {
    /// The word in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Reserve => "reserve",
            Self::Eligible => "eligible",
        }
    }
}

/// Why a unit is proposed, or is not although its rank would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Proposed, and among the first `size` by rank.
    Rank,
    /// Proposed, though not among them.
    Quota,
    /// Among them, but not proposed.
    Displaced,
}

impl Reason {
    /// The word in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::Quota => "quota",
            Self::Displaced => "displaced",
        }
    }
}

/// A unit's status and the reason for it, where there is something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What becomes of it.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
}

/// Chooses among units by rank, given their kinds: first the best `min` of each kind, then further units in order up
/// to `size`, never more than a kind's `max`; then the reserve, whatever its kinds.
#[must_use]
pub fn choose(selection: &Selection, kinds: &[Kind]) -> Vec<Choice> {
    let mut is_proposed = vec![false; kinds.len()];
    let mut taken = PerKind::<usize>::default();
    for (&kind, is_proposed) in kinds.iter().zip(&mut is_proposed) {
        if taken[kind] < selection.quota[kind].min {
            taken[kind] += 1;
            *is_proposed = true;
        }
    }
    for (&kind, is_proposed) in kinds.iter().zip(&mut is_proposed) {
        let has_room = selection.quota[kind].max.is_none_or(|max| taken[kind] < max);
        if !*is_proposed && has_room && taken.family + taken.citizen < selection.size {
            taken[kind] += 1;
            *is_proposed = true;
        }
    }
    let mut reserve_left = selection.reserve;
    let choice = |(position, is_proposed)| {
        let is_among_first = position < selection.size;
        let status = if is_proposed {
            Status::Proposed
        } else if reserve_left > 0 {
            reserve_left -= 1;
            Status::Reserve
        } else {
            Status::Eligible
        };
        let reason = match (is_proposed, is_among_first) {
            (true, true) => Some(Reason::Rank),
            (true, false) => Some(Reason::Quota),
            (false, true) => Some(Reason::Displaced),
            (false, false) => None,
        };
        Choice { status, reason }
    };
    is_proposed.into_iter().enumerate().map(choice).collect()
}
