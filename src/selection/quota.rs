//! Over the ranking: who is proposed and who stands in reserve, within the quotas.

use crate::decisions::Wish;
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
    let is_proposed = propose(selection, kinds, |_| Wish::Open);
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

/// Which units are proposed, given their kinds by rank and what people decided about them: first those who are to be in,
/// then as [`choose`] says.
#[must_use]
pub fn propose(selection: &Selection, kinds: &[Kind], wish: impl Fn(usize) -> Wish) -> Vec<bool> {
    let mut is_proposed: Vec<bool> = (0..kinds.len()).map(|unit| wish(unit) == Wish::In).collect();
    let mut taken = count(kinds, &is_proposed);
    let is_open: Vec<bool> = (0..kinds.len()).map(|unit| wish(unit) == Wish::Open).collect();
    for ((&kind, is_proposed), &is_open) in kinds.iter().zip(&mut is_proposed).zip(&is_open) {
        // Those who are put in may leave no room for it.
        let has_place = taken.family + taken.citizen < selection.size;
        if is_open && has_place && taken[kind] < selection.quota[kind].min {
            taken[kind] += 1;
            *is_proposed = true;
        }
    }
    for ((&kind, is_proposed), &is_open) in kinds.iter().zip(&mut is_proposed).zip(&is_open) {
        let has_room = selection.quota[kind].max.is_none_or(|max| taken[kind] < max);
        if is_open && !*is_proposed && has_room && taken.family + taken.citizen < selection.size {
            taken[kind] += 1;
            *is_proposed = true;
        }
    }
    is_proposed
}

/// The unit that takes a place which has become free, the others staying: the best ranked of those who may be taken that
/// keeps the quotas. `None` where all places are taken, or nobody is left who fits.
#[must_use]
pub fn next_in_line(
    selection: &Selection,
    kinds: &[Kind],
    is_proposed: &[bool],
    may_be_taken: impl Fn(usize) -> bool,
) -> Option<usize> {
    let taken = count(kinds, is_proposed);
    let free = selection.size.checked_sub(taken.family + taken.citizen).filter(|&free| free > 0)?;
    let open = || (0..kinds.len()).filter(|&unit| !is_proposed[unit] && may_be_taken(unit));
    // Units that a minimum still waits for, as far as there are any.
    let awaited = |kind: Kind| {
        let missing = selection.quota[kind].min.saturating_sub(taken[kind]);
        open().filter(|&unit| kinds[unit] == kind).take(missing).count()
    };
    let awaited = PerKind { family: awaited(Kind::Family), citizen: awaited(Kind::Citizen) };
    let is_last_for_them = awaited.family + awaited.citizen >= free;
    let fits = |&unit: &usize| {
        let kind = kinds[unit];
        let has_room = selection.quota[kind].max.is_none_or(|max| taken[kind] < max);
        has_room && (awaited[kind] > 0 || !is_last_for_them)
    };
    open().find(fits)
}

fn count(kinds: &[Kind], is_proposed: &[bool]) -> PerKind<usize> {
    let mut taken = PerKind::<usize>::default();
    for (&kind, _) in kinds.iter().zip(is_proposed).filter(|(_, is_proposed)| **is_proposed) {
        taken[kind] += 1;
    }
    taken
}
