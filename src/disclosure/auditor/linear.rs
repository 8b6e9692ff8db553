//! Intervals by linear programming, on cells that hang together.

use super::bounds::Bounds;
use super::component::Component;
use super::published::Published;
use crate::disclosure::numbers::{NEARLY, UNLIMITED, is_whole, real, real_limit, signed, whole};
use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem, Solution, Variable};

/// The solver gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoAnswer;

/// The two ends of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Lowest,
    Highest,
}

/// What has been seen of a cell so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// The lowest and the highest in numbers that agree with everything published.
    pub(super) low: f64,
    pub(super) high: f64,
    /// The same in whole numbers, each table checked without floating point.
    pub(super) whole: Option<(i64, i64)>,
    is_lowest: bool,
    is_highest: bool,
}

impl Seen {
    const NOTHING: Self =
        Self { low: f64::INFINITY, high: f64::NEG_INFINITY, whole: None, is_lowest: false, is_highest: false };

    /// The whole numbers from the lowest to the highest seen, first and last.
    pub(super) fn range(&self) -> (i64, i64) {
        (whole((self.low - NEARLY).ceil()), whole((self.high + NEARLY).floor()))
    }

    fn add(&mut self, value: f64, whole: Option<i64>, bounds: Bounds) {
        (self.low, self.high) = (self.low.min(value), self.high.max(value));
        self.is_lowest |= value <= real(bounds.low) + NEARLY;
        self.is_highest |= value >= real(bounds.high) - NEARLY;
        if let Some(value) = whole {
            let (low, high) = self.whole.unwrap_or((value, value));
            self.whole = Some((low.min(value), high.max(value)));
        }
    }
}

/// Finds the intervals of one [`Component`].
///
/// The component is solved once; every question then starts from that solution. The objective is a variable of its
/// own, the follower, which goes as high as it can: held below a cell it finds the cell's highest value, held below
/// the cell's distance from a ceiling, its lowest. What other cells are in each answer is kept, too.
pub(super) struct Ranger<'a> {
    published: &'a Published,
    component: &'a Component,
    bounds: &'a [Bounds],
    seen: Vec<Seen>,
    variables: Vec<Variable>,
    follower: Variable,
    ceiling: i64,
    start: Solution,
}

impl<'a> Ranger<'a> {
    pub(super) fn new(
        published: &'a Published,
        component: &'a Component,
        bounds: &'a [Bounds],
        min_interval: i64,
    ) -> Result<Self, NoAnswer> {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let ceiling = ceiling(published, component, bounds, min_interval);
        let follower = problem.add_var(1.0, (0.0, real(ceiling)));
        let between = |&cell: &usize| (real(bounds[cell].low), real_limit(bounds[cell].high));
        let variables: Vec<Variable> = component.cells.iter().map(|cell| problem.add_var(0.0, between(cell))).collect();
        for &relation in &component.relations {
            let relation = &published.relations[relation];
            let mut sum = LinearExpr::empty();
            let mut constant = relation.constant;
            for &(cell, factor) in &relation.terms {
                match component.position(cell) {
                    Some(position) => sum.add(variables[position], real(factor)),
                    None => constant -= factor * bounds[cell].low,
                }
            }
            problem.add_constraint(sum, ComparisonOp::Eq, real(constant));
        }
        let start = problem.solve().map_err(|_| NoAnswer)?.into_solution().map_err(|_| NoAnswer)?;
        let seen = vec![Seen::NOTHING; component.cells.len()];
        let mut ranger = Self { published, component, bounds, seen, variables, follower, ceiling, start };
        let start = ranger.start.clone();
        ranger.look_at(&start);
        Ok(ranger)
    }

    /// What has been seen of the cell at this position.
    pub(super) fn seen(&self, position: usize) -> &Seen {
        &self.seen[position]
    }

    /// The interval of the cell at this position, once both ends are found; without limit where it reaches the ceiling.
    pub(super) fn interval(&self, position: usize) -> (i64, i64) {
        let (low, high) = self.seen[position].range();
        (low, if high >= self.ceiling { UNLIMITED } else { high })
    }

    /// Finds an end of the interval of the cell at this position.
    pub(super) fn find(&mut self, position: usize, end: End) -> Result<(), NoAnswer> {
        let seen = self.seen[position];
        if (end == End::Lowest && seen.is_lowest) || (end == End::Highest && seen.is_highest) {
            return Ok(());
        }
        let cell = self.variables[position];
        let (terms, limit) = match end {
            End::Highest => ([(self.follower, 1.0), (cell, -1.0)], 0.0),
            End::Lowest => ([(self.follower, 1.0), (cell, 1.0)], real(self.ceiling)),
        };
        let solved = self.start.clone().add_constraint(&terms[..], ComparisonOp::Le, limit);
        let solution = solved.map_err(|_| NoAnswer)?.into_solution().map_err(|_| NoAnswer)?;
        self.look_at(&solution);
        match end {
            End::Lowest => self.seen[position].is_lowest = true,
            End::Highest => self.seen[position].is_highest = true,
        }
        Ok(())
    }

    fn look_at(&mut self, solution: &Solution) {
        let values: Vec<f64> = self.variables.iter().map(|&variable| solution.var_value(variable)).collect();
        let whole = self.in_whole_numbers(&values);
        for (position, &value) in values.iter().enumerate() {
            let bounds = self.bounds[self.component.cells[position]];
            self.seen[position].add(value, whole.as_ref().map(|values| values[position]), bounds);
        }
    }

    /// The values in whole numbers, where these keep every bound and relation exactly.
    fn in_whole_numbers(&self, values: &[f64]) -> Option<Vec<i64>> {
        if !values.iter().all(|&value| is_whole(value)) {
            return None;
        }
        let values: Vec<i64> = values.iter().map(|&value| whole(value)).collect();
        let cells = &self.component.cells;
        let is_within =
            |(&cell, value): (&usize, &i64)| (self.bounds[cell].low..=self.bounds[cell].high).contains(value);
        let value = |cell: usize| self.component.position(cell).map_or(self.bounds[cell].low, |found| values[found]);
        let holds = |&relation: &usize| {
            let relation = &self.published.relations[relation];
            let terms = relation.terms.iter().map(|&(cell, factor)| i128::from(factor) * i128::from(value(cell)));
            terms.sum::<i128>() == i128::from(relation.constant)
        };
        (cells.iter().zip(&values).all(is_within) && self.component.relations.iter().all(holds)).then_some(values)
    }
}

/// More than any cell of the component has to be, if it is bounded at all.
fn ceiling(published: &Published, component: &Component, bounds: &[Bounds], min_interval: i64) -> i64 {
    let limits = component.cells.iter().map(|&cell| bounds[cell].high).filter(|&high| high < UNLIMITED);
    let lowest = component.cells.iter().map(|&cell| bounds[cell].low);
    let known = published.cells.iter().map(|(_, known)| signed(known.low));
    limits.chain(lowest).chain(known).max().unwrap_or(0) + min_interval + 1
}
