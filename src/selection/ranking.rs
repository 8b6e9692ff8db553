//! Eligible units in order: by points, tie-breaks, lottery and id.

use super::standing::WhyNot;
use crate::error::{Error, Result};
use crate::identity::Pseudonym;
use crate::linkage::{Linked, Units};
use crate::programme::{Eligibility, Programme};
use crate::score::{Scored, Scorer};
use crate::threads;
use crate::untrusted::guarded;
use polars::prelude::{
    BooleanChunked, ChunkCompareIneq, Column, DataFrame, NewChunkedArray, PolarsError, SortMultipleOptions,
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Units that one thread looks at at a time: so few that none has to wait long for another in the end.
const UNITS_AT_A_TIME: usize = 1 << 14;

const UNIT: &str = "unit";
const POINTS: &str = "points";
const LOTTERY: &str = "lottery";

/// An eligible unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedUnit {
    /// Its position among the [`Units`].
    pub position: usize,
    /// All rules' points.
    pub points: i32,
    /// Its lottery number.
    pub lottery: u64,
    /// What each rule says of it.
    pub scored: Scored,
}

/// A unit in enough departments that fails another test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotEligible {
    /// Its position among the [`Units`].
    pub position: usize,
    /// All rules' points.
    pub points: i32,
    /// The first test that it fails.
    pub reason: WhyNot,
}

/// The ranking, and what it was made from.
#[derive(Debug)]
pub struct Ranking {
    /// Eligible units, best first.
    pub ranked: Vec<RankedUnit>,
    /// Units in enough departments that are not eligible.
    pub not_eligible: Vec<NotEligible>,
    /// Units in enough departments: all that are scored.
    pub scored: usize,
    /// By rule: how many of those it gives points.
    pub with_points: Vec<usize>,
}

/// The lottery number: the first 64 bits of a hash of the public draw and the unit's id; smallest first.
#[must_use]
pub fn lottery_number(draw: &str, unit: Pseudonym) -> u64 {
    let hash = Sha256::new()
        .chain_update(b"udpeg/1/lottery:")
        .chain_update(draw)
        .chain_update(b":")
        .chain_update(unit.to_hex());
    let bytes = hash.finalize();
    let (first, _) = bytes.split_first_chunk::<8>().expect("SHA-256 gives 32 bytes");
    u64::from_be_bytes(*first)
}

/// Scores the units in enough departments and ranks the eligible ones.
///
/// # Errors
///
/// [`Error::Refused`] where a unit's points do not fit into 32 bits, [`Error::System`] where there are too few threads.
pub fn rank(programme: &Programme, rules: &Scorer<'_>, linked: &Linked<Scored>, units: &Units) -> Result<Ranking> {
    let score = |position| rules.score_linked(linked, units.get(position)).map(|scored| (position, scored));
    let positions = (0..units.len()).into_par_iter().with_max_len(UNITS_AT_A_TIME);
    let score = || positions.filter_map(score).collect::<Vec<(usize, Scored)>>();
    let (mut scored, alone) = rayon::join(score, || scored_alone(linked, units));
    scored.extend(alone);
    // Stable, as that goes fast through what is sorted in parts.
    scored.sort_by_key(|(position, _)| *position);
    let gives_points = |rule: usize| scored.iter().filter(|(_, scored)| scored.points[rule] != 0).count();
    let with_points = (0..programme.rules.len()).into_par_iter().map(gives_points).collect();
    let number_scored = scored.len();
    let points: Option<Vec<i32>> = scored.par_iter().map(|(_, scored)| i32::try_from(scored.total()).ok()).collect();
    let points = points.ok_or_else(|| {
        Error::refused(
            "the points of a unit do not fit into 32 bits",
            "give the rules with `points_per` a `max`, or fewer points for each",
        )
    })?;

    check_threads()?;
    let frame = frame(programme, linked, units, &scored, &points)?;
    let order = order(programme, &frame).map_err(|error| internal(&error))?;
    let mut scored: Vec<Option<(usize, Scored)>> = scored.into_iter().map(Some).collect();
    let take = |(row, lottery): (u32, u64)| {
        let (position, scored) = scored[row as usize].take()?;
        Some(RankedUnit { position, points: points[row as usize], lottery, scored })
    };
    let ranked = order.into_iter().filter_map(take).collect();
    let left = scored.iter().zip(&points).filter_map(|(left, points)| left.as_ref().map(|left| (left, *points)));
    let not_eligible =
        left.filter_map(|((position, scored), points)| not_eligible(programme, *position, points, scored));
    let not_eligible = not_eligible.collect();
    Ok(Ranking { ranked, not_eligible, scored: number_scored, with_points })
}

fn not_eligible(programme: &Programme, position: usize, points: i32, scored: &Scored) -> Option<NotEligible> {
    let Eligibility { min_points, require, .. } = &programme.eligibility;
    let missing = || require.iter().find(|&&rule| scored.points[rule] <= 0).map(|&rule| WhyNot::Require(rule));
    let reason = if min_points.is_some_and(|least| points < least) { Some(WhyNot::MinPoints) } else { missing() };
    reason.map(|reason| NotEligible { position, points, reason })
}

/// The units of one person whose score linking has found, by their positions.
fn scored_alone(linked: &Linked<Scored>, units: &Units) -> Vec<(usize, Scored)> {
    let mut found = linked.alone().peekable();
    let score = |position| {
        let first = units.get(position).members[0];
        found.next_if(|(person, _)| *person == first).map(|(_, scored)| (position, scored.clone()))
    };
    (0..units.len()).filter_map(score).collect()
}

/// One row for each scored unit: its row number, points, each rule's amount and points, and its lottery number.
fn frame(
    programme: &Programme,
    linked: &Linked<Scored>,
    units: &Units,
    scored: &[(usize, Scored)],
    points: &[i32],
) -> Result<DataFrame> {
    let rows: Vec<u32> = (0..scored.len()).filter_map(|row| u32::try_from(row).ok()).collect();
    let (draw, _) = programme.lottery();
    let id = |position: usize| linked.person(units.get(position).members[0]);
    let lottery: Vec<u64> = scored.par_iter().map(|(position, _)| lottery_number(draw, id(*position))).collect();
    let mut columns = vec![column(UNIT, rows), column(POINTS, points.to_vec()), column(LOTTERY, lottery)];
    let of_rule = |rule: usize| {
        let amounts: Vec<u32> = scored.iter().map(|(_, scored)| scored.amounts[rule]).collect();
        let points: Vec<i64> = scored.iter().map(|(_, scored)| scored.points[rule]).collect();
        [column(&amount_of(rule), amounts), column(&points_of(rule), points)]
    };
    let of_rules: Vec<[Column; 2]> = (0..programme.rules.len()).into_par_iter().map(of_rule).collect();
    columns.extend(of_rules.into_iter().flatten());
    DataFrame::new_infer_height(columns).map_err(|error| internal(&error))
}

/// The rows of eligible units, best first, with their lottery numbers. Rows stand in the order of the units' ids, so
/// that the row number is the last tie-break.
fn order(programme: &Programme, frame: &DataFrame) -> std::result::Result<Vec<(u32, u64)>, PolarsError> {
    let mut eligible = BooleanChunked::from_slice("eligible".into(), &vec![true; frame.height()]);
    if let Some(least) = programme.eligibility.min_points {
        eligible = eligible & frame.column(POINTS)?.i32()?.gt_eq(least);
    }
    for &rule in &programme.eligibility.require {
        eligible = eligible & frame.column(&points_of(rule))?.i64()?.gt(0);
    }
    let mut keys = vec![(POINTS.to_owned(), true)];
    keys.extend(programme.selection.tie_break.iter().map(|&rule| (amount_of(rule), true)));
    keys.extend([(LOTTERY.to_owned(), false), (UNIT.to_owned(), false)]);
    let (names, descending): (Vec<String>, Vec<bool>) = keys.into_iter().unzip();
    let options = SortMultipleOptions::default().with_order_descending_multi(descending);
    let ranked = frame.filter(&eligible)?.sort(names, options)?;
    let rows = ranked.column(UNIT)?.u32()?.into_no_null_iter();
    Ok(rows.zip(ranked.column(LOTTERY)?.u64()?.into_no_null_iter()).collect())
}

/// Polars starts threads of its own when it first sorts, and panics where it gets none.
fn check_threads() -> Result<()> {
    let none = || Error::no_threads("for the ranking");
    if !threads::have_room(threads::wanted("POLARS_MAX_THREADS")) {
        return Err(none());
    }
    let sort = || {
        let frame = DataFrame::new_infer_height(vec![column(UNIT, vec![1_u32, 0])]);
        frame.and_then(|frame| frame.sort([UNIT], SortMultipleOptions::default()))
    };
    guarded(sort).map(|_| ()).ok_or_else(none)
}

fn amount_of(rule: usize) -> String {
    format!("amount {rule}")
}

fn points_of(rule: usize) -> String {
    format!("points {rule}")
}

fn column<T>(name: &str, values: Vec<T>) -> Column
where
    polars::prelude::Series: polars::prelude::NamedFrom<Vec<T>, [T]>,
{
    use polars::prelude::{NamedFrom, Series};
    Series::new(name.into(), values).into()
}

fn internal(error: &PolarsError) -> Error {
    Error::refused(format!("the ranking could not be made: {error}"), "please report this; nothing was changed")
}
