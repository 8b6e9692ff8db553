//! Two selections side by side: who entered, who left, who stayed, and why.
//!
//! - `side`: one of the two, as it is read.
//! - `table`: the comparison as Parquet.
//!
//! Units are matched by persons, for a unit's id changes with its members: a unit is compared with the one of the other
//! selection that has most of its members (of several, the one with the smallest id).

mod side;
mod table;

pub use side::{Rules, Side, Unit};
pub use table::write_table;

use crate::error::{Error, Result};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// What became of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Proposed now, and not before.
    Entered,
    /// Proposed before, and not now.
    Left,
    /// Proposed before and now.
    Stayed,
}

impl Change {
    /// The word in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Left => "left",
            Self::Stayed => "stayed",
        }
    }
}

/// How a unit stands in one selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Its id.
    pub unit: String,
    /// Its label.
    pub label: String,
    /// Its rank.
    pub rank: u32,
    /// Its points.
    pub points: i32,
    /// Who coordinates it, where it is assigned.
    pub coordinator: Option<String>,
}

/// What a rule gives before and now, where that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleChange {
    /// The rule.
    pub rule: String,
    /// Its value before; `None` where there was no such rule.
    pub value_before: Option<f64>,
    /// Its value now; `None` where there is no such rule.
    pub value: Option<f64>,
    /// Its points before.
    pub points_before: i32,
    /// Its points now.
    pub points: i32,
}

/// One unit, before and now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// What became of it.
    pub change: Change,
    /// How it stood before; `None` where it was not eligible.
    pub before: Option<Standing>,
    /// How it stands now; `None` where it is not eligible.
    pub now: Option<Standing>,
    /// Persons who have another coordinator than before.
    pub persons_moved: u32,
    /// The rules that give it other points.
    pub why: Vec<RuleChange>,
}

/// Two selections side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Units that entered.
    pub entered: usize,
    /// Units that left.
    pub left: usize,
    /// Units that stayed.
    pub stayed: usize,
    /// Persons who have another coordinator than before; `None` where one of the two is not assigned.
    pub persons_moved: Option<u32>,
    /// Lowest points of a proposed unit, before and now.
    pub points_needed: [Option<i32>; 2],
    /// Each unit that is proposed in one of them: by change, then by rank.
    pub units: Vec<Compared>,
    /// The key of both.
    #[serde(skip)]
    pub key_id: String,
}

/// Compares the selections of two periods' folders, `before` and `now`.
///
/// # Errors
///
/// [`Error::Refused`] where they have different keys or a file was altered, [`Error::File`] where one is not there or
/// not whole.
pub fn compare(before: &Path, now: &Path) -> Result<Comparison> {
    let (before_side, now_side) = rayon::join(|| Side::read(before), || Side::read(now));
    let (before_side, now_side) = (before_side?, now_side?);
    if before_side.key_id != now_side.key_id {
        return Err(Error::refused(
            format!(
                "{} and {} were made with different keys, so that one person has two pseudonyms",
                before.display(),
                now.display()
            ),
            "compare selections of the same programme and key",
        ));
    }
    Ok(compare_sides(&before_side, &now_side))
}

/// The same of selections that were read.
#[must_use]
pub fn compare_sides(before: &Side, now: &Side) -> Comparison {
    let (persons_before, persons_now) = (of_persons(before), of_persons(now));
    let mut followed: HashSet<usize> = HashSet::new();
    let mut units = Vec::new();
    for (row, unit) in now.units.iter().enumerate().filter(|(_, unit)| unit.is_proposed) {
        let matched = nearest(unit, &persons_before, before);
        let was_proposed = matched.is_some_and(|matched| before.units[matched].is_proposed);
        followed.extend(matched);
        let change = if was_proposed { Change::Stayed } else { Change::Entered };
        units.push(compared(change, before, matched, now, Some(row)));
    }
    for (row, unit) in before.units.iter().enumerate().filter(|(_, unit)| unit.is_proposed) {
        let matched = nearest(unit, &persons_now, now);
        // Whoever has become part of another proposed family has not left.
        let is_proposed = matched.is_some_and(|matched| now.units[matched].is_proposed);
        if !followed.contains(&row) && !is_proposed {
            units.push(compared(Change::Left, before, Some(row), now, matched));
        }
    }
    let rank = |standing: &Option<Standing>| standing.as_ref().map_or(u32::MAX, |standing| standing.rank);
    units.sort_by_key(|unit| {
        let own = if unit.change == Change::Left { rank(&unit.before) } else { rank(&unit.now) };
        (unit.change, own)
    });
    let count = |change| units.iter().filter(|unit| unit.change == change).count();
    let are_assigned = before.is_assigned && now.is_assigned;
    Comparison {
        entered: count(Change::Entered),
        left: count(Change::Left),
        stayed: count(Change::Stayed),
        persons_moved: are_assigned.then(|| units.iter().map(|unit| unit.persons_moved).sum()),
        points_needed: [before, now]
            .map(|side| side.units.iter().filter(|unit| unit.is_proposed).map(|unit| unit.points).min()),
        units,
        key_id: now.key_id.clone(),
    }
}

/// The unit of each person.
fn of_persons(side: &Side) -> HashMap<u128, usize, foldhash::fast::FixedState> {
    let rows = side.units.iter().enumerate();
    rows.flat_map(|(row, unit)| unit.members.iter().map(move |&member| (member, row))).collect()
}

/// The unit that has most of these members.
fn nearest(unit: &Unit, persons: &HashMap<u128, usize, foldhash::fast::FixedState>, side: &Side) -> Option<usize> {
    let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
    for row in unit.members.iter().filter_map(|member| persons.get(member)) {
        *shared.entry(*row).or_default() += 1;
    }
    let best = shared.into_iter().max_by_key(|&(row, count)| (count, std::cmp::Reverse(&side.units[row].members)));
    best.map(|(row, _)| row)
}

fn compared(change: Change, before: &Side, was: Option<usize>, now: &Side, is: Option<usize>) -> Compared {
    let standing = |side: &Side, row: Option<usize>| row.map(|row| side.standing(row));
    let coordinators = |side: &Side, row: Option<usize>| row.and_then(|row| side.units[row].coordinator);
    let name = |side: &Side, coordinator: Option<usize>| coordinator.map(|at| side.coordinators[at].clone());
    let (had, has) = (name(before, coordinators(before, was)), name(now, coordinators(now, is)));
    let persons_moved = match (was, is) {
        (Some(was), Some(is)) if had.is_some() && has.is_some() && had != has => {
            let members = &before.units[was].members;
            now.units[is].members.iter().filter(|member| members.contains(member)).count()
        }
        _ => 0,
    };
    let why = match (was, is) {
        (Some(was), Some(is)) => rule_changes(before, was, now, is),
        _ => Vec::new(),
    };
    Compared {
        change,
        before: standing(before, was),
        now: standing(now, is),
        persons_moved: u32::try_from(persons_moved).unwrap_or(u32::MAX),
        why,
    }
}

/// The rules that give a unit other points than before, those that are gone last.
fn rule_changes(before: &Side, was: usize, now: &Side, is: usize) -> Vec<RuleChange> {
    let of = |side: &Side, rule: &str, row: usize| {
        side.rules.iter().find(|known| known.id == rule).map(|known| (known.values[row], known.points[row]))
    };
    let gone = before.rules.iter().filter(|rule| !now.rules.iter().any(|known| known.id == rule.id));
    let rules = now.rules.iter().chain(gone).map(|rule| rule.id.as_str());
    let change = |rule: &str| {
        let (then, today) = (of(before, rule, was), of(now, rule, is));
        let points = |of: Option<(f64, i32)>| of.map_or(0, |(_, points)| points);
        (points(then) != points(today)).then(|| RuleChange {
            rule: rule.to_owned(),
            value_before: then.map(|(value, _)| value),
            value: today.map(|(value, _)| value),
            points_before: points(then),
            points: points(today),
        })
    };
    rules.filter_map(change).collect()
}
