//! Differencing: the same table counted anew, after a few people came, went or were corrected.
//!
//! Such counts are of other people, so they are no cells of one system. But 120 last week and 119 today tell that one
//! is gone, and whoever knows who it is reads off the table what that person was counted under.

use super::auditor::{Depth, Interval, Published, Question, audit};
use super::cell::CellDefinition;
use super::error::Result;
use super::numbers::{UNLIMITED, signed};
use std::collections::BTreeMap;

/// The cells of two releases whose change from the one to the other can be worked out to be small: the difference is
/// known more closely than `min_interval`, and may be one of from 1 to below the threshold, up or down.
///
/// Each release is taken by itself here, its cells being known by their definitions. A change that everybody knows
/// (such as of the programme's size) is found like any other. Rounded counts hide small changes; exact ones do not.
///
/// # Errors
///
/// Those of [`audit`].
pub fn small_changes(earlier: &Published, later: &Published, question: &Question) -> Result<Vec<CellDefinition>> {
    let question = Question { depth: Depth::Intervals, ..*question };
    let before = intervals(earlier, &question)?;
    let after = intervals(later, &question)?;
    let is_small = |before: &Interval, after: &Interval| {
        let (low, high) = (signed(after.low) - end(before), end(after) - signed(before.low));
        let is_close = high - low < signed(question.min_interval);
        let farthest = low.abs().max(high.abs());
        // Of a difference known that closely, the range from low to high touches a small number unless it is 0 alone
        // or lies beyond the threshold on one side.
        let nearest = if low <= 0 && 0 <= high { 0 } else { low.abs().min(high.abs()) };
        is_close && farthest > 0 && nearest < signed(question.threshold)
    };
    let both = after.iter().filter_map(|(cell, after)| Some((*cell, before.get(cell)?, after)));
    Ok(both.filter(|(_, before, after)| is_small(before, after)).map(|(cell, ..)| cell.clone()).collect())
}

fn end(interval: &Interval) -> i64 {
    interval.high.map_or(UNLIMITED, signed)
}

fn intervals<'a>(published: &'a Published, question: &Question) -> Result<BTreeMap<&'a CellDefinition, Interval>> {
    let audit = audit(published, question)?;
    let cells = published.cells.iter().zip(audit.intervals);
    Ok(cells.filter_map(|((cell, _), interval)| Some((cell.as_ref()?, interval?))).collect())
}
