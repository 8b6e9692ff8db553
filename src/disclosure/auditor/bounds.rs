//! Bounds that follow from one relation after the other, in whole-number arithmetic.

use super::published::{Known, Published};
use crate::disclosure::numbers::UNLIMITED;
use std::collections::VecDeque;
use std::iter::Sum;

/// How often a relation is gone through at most. Bounds that creep on are left where they are: right, only wider.
const VISITS: u32 = 50;

/// The whole numbers that a cell can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Bounds {
    fn of(known: Known) -> Self {
        Self { low: known.low(), high: known.high() }
    }

    /// The number, where only one is left.
    pub(super) fn number(self) -> Option<i64> {
        (self.low == self.high).then_some(self.low)
    }
}

/// By cell, bounds between which every table lies that agrees with what is published: none is cut off. Where no table
/// agrees, the relation at which that shows.
pub(super) fn propagate(published: &Published, relations_of: &[Vec<usize>]) -> Result<Vec<Bounds>, usize> {
    let mut bounds: Vec<Bounds> = published.cells.iter().map(|&(_, known)| Bounds::of(known)).collect();
    let count = published.relations.len();
    let (mut visits, mut is_waiting) = (vec![0; count], vec![true; count]);
    let mut waiting: VecDeque<usize> = (0..count).collect();
    while let Some(relation) = waiting.pop_front() {
        is_waiting[relation] = false;
        visits[relation] += 1;
        for cell in tighten(published, relation, &mut bounds).ok_or(relation)? {
            for &next in &relations_of[cell] {
                if visits[next] < VISITS && !std::mem::replace(&mut is_waiting[next], true) {
                    waiting.push_back(next);
                }
            }
        }
    }
    Ok(bounds)
}

/// The cells whose bounds one relation tightens; none where it cannot hold.
fn tighten(published: &Published, relation: usize, bounds: &mut [Bounds]) -> Option<Vec<usize>> {
    let relation = &published.relations[relation];
    let constant = i128::from(relation.constant);
    let terms: Vec<Term> = relation.terms.iter().map(|&term| Term::new(term, bounds)).collect();
    let least: Reach = terms.iter().map(|term| term.least).sum();
    let most: Reach = terms.iter().map(|term| term.most).sum();
    if least.limit().is_some_and(|least| constant < least) || most.limit().is_some_and(|most| most < constant) {
        return None;
    }
    let mut tightened = Vec::new();
    for Term { cell, factor, least: own_least, most: own_most } in terms {
        // What is left for this one when the others take as much, or as little, as they can.
        let left_least = most.without(own_most).limit().map(|others| constant - others);
        let left_most = least.without(own_least).limit().map(|others| constant - others);
        let (low, high) = if factor > 0 { (left_least, left_most) } else { (left_most, left_least) };
        let now = bounds[cell];
        let low = low.map_or(now.low.into(), |low| ceiling(low, factor).max(now.low.into()));
        let high = high.map_or(now.high.into(), |high| floor(high, factor).min(now.high.into()));
        if low > high {
            return None;
        }
        let next = Bounds { low: i64::try_from(low).ok()?, high: i64::try_from(high).ok()? };
        if next != now {
            bounds[cell] = next;
            tightened.push(cell);
        }
    }
    Some(tightened)
}

/// A term of a relation: the least and the most that it can be.
struct Term {
    cell: usize,
    factor: i128,
    least: Reach,
    most: Reach,
}

impl Term {
    fn new((cell, factor): (usize, i64), bounds: &[Bounds]) -> Self {
        let factor = i128::from(factor);
        let Bounds { low, high } = bounds[cell];
        let low = Reach { finite: factor * i128::from(low), unlimited: 0 };
        let high = match high {
            UNLIMITED.. => Reach { finite: 0, unlimited: 1 },
            high => Reach { finite: factor * i128::from(high), unlimited: 0 },
        };
        let (least, most) = if factor > 0 { (low, high) } else { (high, low) };
        Self { cell, factor, least, most }
    }
}

/// A sum of which some parts may have no limit.
#[derive(Debug, Clone, Copy, Default)]
struct Reach {
    finite: i128,
    unlimited: usize,
}

impl Reach {
    fn limit(self) -> Option<i128> {
        (self.unlimited == 0).then_some(self.finite)
    }

    fn without(self, part: Self) -> Self {
        Self { finite: self.finite - part.finite, unlimited: self.unlimited - part.unlimited }
    }
}

impl Sum for Reach {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        let add = |sum: Self, part: Self| Self {
            finite: sum.finite + part.finite,
            unlimited: sum.unlimited + part.unlimited,
        };
        parts.fold(Self::default(), add)
    }
}

/// The largest whole number not above the quotient.
fn floor(dividend: i128, divisor: i128) -> i128 {
    let (dividend, divisor) = if divisor < 0 { (-dividend, -divisor) } else { (dividend, divisor) };
    dividend.div_euclid(divisor)
}

/// The smallest whole number not below the quotient.
fn ceiling(dividend: i128, divisor: i128) -> i128 {
    -floor(-dividend, divisor)
}
