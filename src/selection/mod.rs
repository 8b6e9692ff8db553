//! Who is proposed: eligibility, ranking, quotas, reserve.

mod candidates;
mod counts;
mod quota;
mod ranking;
mod standing;
mod warnings;
mod why;
mod written;

pub(crate) use candidates::label_length;
pub use candidates::{columns, write_candidates};
pub use counts::{Counts, CountsByKind, Funnel, IncompleteUnits, Lottery, Shortfall};
pub use quota::{Choice, Reason, Status, choose, next_in_line, propose};
pub use ranking::{NotEligible, RankedUnit, Ranking, lottery_number, rank};
pub use standing::{Standing, Standings, WhyNot};
pub use warnings::warnings;
pub use why::{columns as why_columns, write_why};
pub(crate) use written::{AGAIN, CANDIDATES, Written, look_into};

use crate::error::Result;
use crate::linkage::{Linked, Units};
use crate::programme::Programme;
use crate::score::{Scored, Scorer};

/// The outcome of a selection: everyone eligible, by rank, and what became of them.
#[derive(Debug)]
pub struct Selected {
    /// Eligible units, best first.
    pub ranked: Vec<RankedUnit>,
    /// What became of each, in the same order.
    pub choices: Vec<Choice>,
    /// What became of all units, eligible or not.
    pub standings: Standings,
    /// `counts.json`.
    pub counts: Counts,
    /// Of all units in enough departments: how many get points by each rule, and how many there are.
    pub scored: usize,
    /// See `scored`.
    pub with_points: Vec<usize>,
}

/// Ranks the eligible units and chooses among them.
///
/// # Errors
///
/// [`crate::Error::Refused`] where a unit's points do not fit into 32 bits.
pub fn select(programme: &Programme, scorer: &Scorer<'_>, linked: &Linked<Scored>, units: &Units) -> Result<Selected> {
    let Ranking { ranked, not_eligible, scored, with_points } = rank(programme, scorer, linked, units)?;
    let kinds: Vec<_> = ranked.iter().map(|unit| units.get(unit.position).kind).collect();
    let choices = choose(&programme.selection, &kinds);
    let counts = counts::count(programme, linked, units, &ranked, &choices, scored);
    let standings = Standings::new(programme, &ranked, &choices, &not_eligible);
    Ok(Selected { ranked, choices, standings, counts, scored, with_points })
}
