//! How many units can be served and how many members keep their coordinator, persons kept apart aside: exactly, as
//! flows from units to coordinators.
//!
//! Units that differ in nothing but rank and load are one node of the flow, so that tens of thousands of units are some
//! thousand nodes at most. The constraints are those of a network (Ahuja, Magnanti and Orlin, *Network Flows*, 1993,
//! chapter 11): the corners of the polytope, which is where the simplex method ends, are whole numbers, and so are
//! those of the face on which an objective is at its best. Later objectives are optimised on that face.

use super::task::Task;
use crate::programme::Kind;
use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use std::collections::BTreeMap;

/// The best there is without regard to persons kept apart, and an assignment that is that good.
#[derive(Debug, Clone)]
pub(super) struct Relaxed {
    pub served: usize,
    pub kept: u64,
    pub assigned: Vec<Option<usize>>,
}

/// What is optimised. Each keeps what was reached before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// Most units served.
    Served,
    /// Most members keep their coordinator.
    Kept { served: usize },
    /// The best ranked are served. Sets of units that are served in the best assignments are the bases of a matroid,
    /// and of these the one with the largest sum of weights is the same for all weights that fall with rank.
    Rank { served: usize, kept: u64 },
}

/// Units that differ in rank and load only, best ranked first.
struct Class<'t> {
    kind: Kind,
    had: &'t [(usize, u32)],
    barred: &'t [usize],
    units: Vec<usize>,
}

/// Serves most units, then keeps most coordinators, then serves the best ranked, with at most `most` units for any
/// coordinator. `None` where the solver gives up.
pub(super) fn relax(task: Task<'_>, most: Option<usize>) -> Option<Relaxed> {
    let network = Network::new(task, most);
    let (served, mut counts) = network.solve(Goal::Served)?;
    let served = served_units(served)?;
    let mut kept = 0;
    if task.units.iter().any(|unit| !unit.had.is_empty()) {
        let (best, found) = network.solve(Goal::Kept { served })?;
        (kept, counts) = (u64::try_from(served_units(best)?).ok()?, found);
    }
    if served < task.units.len() {
        counts = network.solve(Goal::Rank { served, kept })?.1;
    }
    let assigned = network.assigned(&counts)?;
    Some(Relaxed { served, kept, assigned })
}

/// The most members who keep their coordinator where so many units are served.
pub(super) fn most_kept(task: Task<'_>, served: usize) -> Option<u64> {
    let (kept, _) = Network::new(task, None).solve(Goal::Kept { served })?;
    u64::try_from(served_units(kept)?).ok()
}

/// The least number of units of the busiest coordinator where the same units are served and as many members kept.
pub(super) fn least_most_units(task: Task<'_>, relaxed: &Relaxed) -> Option<usize> {
    let serves = |relaxed: &Relaxed| relaxed.assigned.iter().map(Option::is_some).collect::<Vec<bool>>();
    let reaches = |most: usize| {
        let with = relax(task, Some(most))?;
        Some(with.kept == relaxed.kept && serves(&with) == serves(relaxed))
    };
    let coordinators = task.coordinators.iter().filter(|coordinator| coordinator.capacity > 0).count();
    let (mut least, mut enough) = (relaxed.served.div_ceil(coordinators.max(1)), relaxed.served);
    while least < enough {
        let middle = usize::midpoint(least, enough);
        if reaches(middle)? { enough = middle } else { least = middle + 1 }
    }
    Some(enough)
}

/// A value of the solver that stands for a count.
fn served_units(value: f64) -> Option<usize> {
    let rounded = value.round();
    let is_whole = (value - rounded).abs() < 1e-4 && (0.0..1e15).contains(&rounded);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below 2^53")]
    is_whole.then_some(rounded as usize)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn number(count: usize) -> f64 {
    count as f64
}

struct Network<'t> {
    task: Task<'t>,
    capacities: Vec<usize>,
    classes: Vec<Class<'t>>,
    /// What classes without a coordinator of their own share: kind and who is barred.
    pools: Vec<(Kind, &'t [usize])>,
}

/// How many go where.
struct Counts {
    /// Of each class to coordinators whom members had: class, coordinator, units.
    own: Vec<(usize, usize, usize)>,
    /// Of each class to its pool.
    pooled: Vec<usize>,
    /// Of each pool: coordinator, units.
    shared: Vec<Vec<(usize, usize)>>,
}

impl<'t> Network<'t> {
    fn new(task: Task<'t>, most: Option<usize>) -> Self {
        type Key<'t> = (Kind, &'t [(usize, u32)], &'t [usize]);
        let mut classes: BTreeMap<Key<'t>, Vec<usize>> = BTreeMap::new();
        for (position, unit) in task.units.iter().enumerate() {
            classes.entry((unit.kind, &unit.had, &unit.barred)).or_default().push(position);
        }
        let classes: Vec<Class<'t>> =
            classes.into_iter().map(|((kind, had, barred), units)| Class { kind, had, barred, units }).collect();
        let mut pools: Vec<(Kind, &[usize])> = classes.iter().map(|class| (class.kind, class.barred)).collect();
        pools.sort_unstable();
        pools.dedup();
        let capacity = |capacity: usize| most.map_or(capacity, |most| capacity.min(most));
        let capacities = task.coordinators.iter().map(|coordinator| capacity(coordinator.capacity)).collect();
        Self { task, capacities, classes, pools }
    }

    fn may(&self, kind: Kind, barred: &[usize], coordinator: usize) -> bool {
        let takes = self.task.coordinators[coordinator].takes[kind];
        takes && self.capacities[coordinator] > 0 && barred.binary_search(&coordinator).is_err()
    }

    /// The best value of the goal, and the numbers that reach it.
    fn solve(&self, goal: Goal) -> Option<(f64, Counts)> {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let is_served = f64::from(u8::from(goal == Goal::Served));
        let is_kept = |members: u32| if matches!(goal, Goal::Kept { .. }) { f64::from(members) } else { 0.0 };
        let mut to_coordinator: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); self.capacities.len()];
        let mut to_pool: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); self.pools.len()];
        let (mut own, mut pooled, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        let (mut all, mut keeping) = (Vec::new(), Vec::new());
        for (position, class) in self.classes.iter().enumerate() {
            let size = number(class.units.len());
            let mut of_class = Vec::new();
            for &(coordinator, members) in class.had {
                if self.may(class.kind, class.barred, coordinator) {
                    let variable = problem.add_var(is_served + is_kept(members), (0.0, size));
                    to_coordinator[coordinator].push((variable, 1.0));
                    keeping.push((variable, f64::from(members)));
                    own.push((position, coordinator, variable));
                    of_class.push((variable, 1.0));
                }
            }
            let variable = problem.add_var(is_served, (0.0, size));
            let pool = self.pools.binary_search(&(class.kind, class.barred)).ok()?;
            to_pool[pool].push((variable, 1.0));
            pooled.push(variable);
            of_class.push((variable, 1.0));
            all.extend_from_slice(&of_class);
            self.constrain_class(&mut problem, goal, class, of_class);
        }
        for (&(kind, barred), mut flow) in self.pools.iter().zip(to_pool) {
            let coordinators = (0..self.capacities.len()).filter(|&to| self.may(kind, barred, to));
            let variables: Vec<(usize, Variable)> =
                coordinators.map(|to| (to, problem.add_var(0.0, (0.0, number(self.capacities[to]))))).collect();
            for &(to, variable) in &variables {
                to_coordinator[to].push((variable, 1.0));
                flow.push((variable, -1.0));
            }
            problem.add_constraint(&flow, ComparisonOp::Eq, 0.0);
            shared.push(variables);
        }
        for (flow, &capacity) in to_coordinator.iter().zip(&self.capacities) {
            problem.add_constraint(flow, ComparisonOp::Le, number(capacity));
        }
        match goal {
            Goal::Served => {}
            Goal::Kept { served } => {
                problem.add_constraint(&all, ComparisonOp::Eq, number(served));
            }
            Goal::Rank { served, kept } => {
                problem.add_constraint(&all, ComparisonOp::Eq, number(served));
                problem.add_constraint(&keeping, ComparisonOp::Ge, number(usize::try_from(kept).ok()?));
            }
        }
        let solution = problem.solve().ok()?.into_solution().ok()?;
        let count = |variable: Variable| served_units(solution.var_value(variable));
        let of_pool = |variables: Vec<(usize, Variable)>| {
            variables.into_iter().map(|(to, variable)| Some((to, count(variable)?))).collect::<Option<Vec<_>>>()
        };
        let counts = Counts {
            own: own
                .into_iter()
                .map(|(class, to, variable)| Some((class, to, count(variable)?)))
                .collect::<Option<_>>()?,
            pooled: pooled.into_iter().map(count).collect::<Option<_>>()?,
            shared: shared.into_iter().map(of_pool).collect::<Option<_>>()?,
        };
        Some((solution.objective(), counts))
    }

    /// No more of a class is served than there are; where rank counts, each unit for itself.
    fn constrain_class(&self, problem: &mut Problem, goal: Goal, class: &Class<'_>, mut flow: Vec<(Variable, f64)>) {
        if matches!(goal, Goal::Rank { .. }) {
            for &unit in &class.units {
                let variable = problem.add_var(number(self.task.units.len() - unit), (0.0, 1.0));
                flow.push((variable, -1.0));
            }
            problem.add_constraint(&flow, ComparisonOp::Eq, 0.0);
        } else {
            problem.add_constraint(&flow, ComparisonOp::Le, number(class.units.len()));
        }
    }

    /// Which units go where, the best ranked of each class being served; `None` where the numbers do not fit.
    fn assigned(&self, counts: &Counts) -> Option<Vec<Option<usize>>> {
        let mut assigned = vec![None; self.task.units.len()];
        let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); self.pools.len()];
        for (position, class) in self.classes.iter().enumerate() {
            let mut units = class.units.iter().copied();
            for &(_, coordinator, count) in counts.own.iter().filter(|(of, _, _)| *of == position) {
                for _ in 0..count {
                    assigned[units.next()?] = Some(coordinator);
                }
            }
            let pool = self.pools.binary_search(&(class.kind, class.barred)).ok()?;
            for _ in 0..counts.pooled[position] {
                waiting[pool].push(units.next()?);
            }
        }
        for (units, shared) in waiting.iter_mut().zip(&counts.shared) {
            units.sort_unstable();
            let mut units = units.iter();
            for &(coordinator, count) in shared {
                for _ in 0..count {
                    assigned[*units.next()?] = Some(coordinator);
                }
            }
            if units.next().is_some() {
                return None;
            }
        }
        Some(assigned)
    }
}
