//! How small the largest load can be at best: bounds that no assignment can be below.
//!
//! Every bound is that of a problem with fewer rules. Units that must stay with the one coordinator whom most of their
//! members had are where they are; all others are poured like water onto whoever takes their kind and has room.

use super::task::{State, Task};
use crate::programme::Kind;

/// A bound on the largest load of assignments that serve the same units and keep as many members with their
/// coordinators as `state` does.
pub(super) fn least_largest_load(state: &State<'_>) -> i64 {
    let task = state.task;
    let served: Vec<usize> = (0..task.units.len()).filter(|&unit| state.assigned[unit].is_some()).collect();
    if served.is_empty() {
        return 0;
    }
    let must_stay = must_stay(state, &served);
    let mut fixed = vec![(0, 0); task.coordinators.len()];
    for &(_, coordinator) in &must_stay {
        fixed[coordinator].1 += 1;
    }
    for &(unit, coordinator) in &must_stay {
        fixed[coordinator].0 += task.units[unit].load;
    }
    let stays = |unit: usize| must_stay.binary_search_by_key(&unit, |(unit, _)| *unit).is_ok();
    let free: Vec<usize> = served.iter().copied().filter(|&unit| !stays(unit)).collect();
    let relief: i64 = free.iter().map(|&unit| task.units[unit].load.min(0)).sum();
    let occupied = fixed.iter().filter(|(_, units)| *units > 0).map(|(load, _)| load + relief);
    // Beside the heaviest there may be those below 0 that stay where they are, too.
    let relief_of_all: i64 = served.iter().map(|&unit| task.units[unit].load.min(0)).sum();
    let heaviest = served.iter().map(|&unit| task.units[unit].load + relief_of_all);
    let largest = occupied.chain(heaviest).max().unwrap_or(0);
    let kinds: [&[Kind]; 3] = [&Kind::ALL, &[Kind::Family], &[Kind::Citizen]];
    let poured = kinds.into_iter().filter_map(|kinds| poured(task, &free, &fixed, relief, kinds));
    poured.chain(pairs(task, &free, &fixed, relief)).fold(largest, i64::max)
}

/// Units that every such assignment leaves with the same coordinator: where all members are kept that can be, those of
/// whom most had one, if no other is as good. By unit, rising.
fn must_stay(state: &State<'_>, served: &[usize]) -> Vec<(usize, usize)> {
    let task = state.task;
    let most: u64 = served.iter().map(|&unit| u64::from(task.keeps_at_most(unit))).sum();
    if most != state.kept {
        return Vec::new();
    }
    let only_best = |&unit: &usize| {
        let most = task.keeps_at_most(unit);
        let had = task.units[unit].had.iter().map(|(coordinator, _)| *coordinator);
        let mut best = had.filter(|&coordinator| task.may(unit, coordinator) && task.keeps(unit, coordinator) == most);
        let first = best.next()?;
        (best.next().is_none() && most > 0).then_some((unit, first))
    };
    served.iter().filter_map(only_best).collect()
}

/// The level that the free units of some kinds reach when they are poured over whoever takes one of them.
fn poured(task: Task<'_>, free: &[usize], fixed: &[(i64, usize)], relief: i64, kinds: &[Kind]) -> Option<i64> {
    let positive = free.iter().filter(|&&unit| kinds.contains(&task.units[unit].kind));
    let mut amount: i64 = positive.map(|&unit| task.units[unit].load.max(0)).sum();
    let takes = |position: &usize| {
        let coordinator = &task.coordinators[*position];
        fixed[*position].1 < coordinator.capacity && kinds.iter().any(|&kind| coordinator.takes[kind])
    };
    let mut floors: Vec<i64> =
        (0..task.coordinators.len()).filter(takes).map(|position| fixed[position].0 + relief).collect();
    floors.sort_unstable();
    if amount == 0 || floors.is_empty() {
        return None;
    }
    let mut level = floors[0];
    for (covered, next) in (1_i64..).zip(floors[1..].iter().copied().chain([i64::MAX])) {
        let to_next = next.saturating_sub(level).saturating_mul(covered);
        if amount <= to_next {
            return Some(level + (amount + covered - 1).div_euclid(covered));
        }
        amount -= to_next;
        level = next;
    }
    None
}

/// Of one unit more than there are coordinators, two must meet, and at best the two lightest; of twice as many and one
/// more, three; and so on.
fn pairs(task: Task<'_>, free: &[usize], fixed: &[(i64, usize)], relief: i64) -> Option<i64> {
    let open = task.coordinators.iter().zip(fixed).filter(|(coordinator, (_, units))| *units < coordinator.capacity);
    let open = open.count();
    let mut loads: Vec<i64> = free.iter().map(|&unit| task.units[unit].load).collect();
    if open == 0 || relief < 0 || fixed.iter().any(|(load, _)| *load < 0) {
        return None;
    }
    loads.sort_unstable_by(|one, other| other.cmp(one));
    let together = |times: usize| {
        let last = times * open;
        (last < loads.len()).then(|| loads[last - times..=last].iter().sum())
    };
    (1..).map_while(together).max()
}
