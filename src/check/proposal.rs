//! What the extracts mean for the proposal: points that hang on rows which cannot be used, and what months in place of days
//! would change.
//!
//! Places are counted before the lottery: a unit's place is one more than the number of units with more points, or as
//! many and better tie-breaks. The lottery is drawn by pseudonyms, and those of a check are made up.

use super::department::Taken;
use crate::error::{Result, Warning};
use crate::identity::Pseudonym;
use crate::linkage::{Delivery, Linked, Unit, Units};
use crate::programme::{DatesLeave, Eligibility, Programme};
use crate::score::{Bounds, Scored, Scorer};
use crate::selection::{self, Selected};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What the extracts mean for the proposal. Of one department alone only its own rules' points are known, and no places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The department whose rules alone are counted; `None` where all were read.
    pub only: Option<String>,
    /// Places that are proposed, quotas aside.
    pub size: usize,
    /// The points of the last of them.
    pub points_needed: Option<i32>,
    /// Rejected rows that do not tell whom they are about.
    pub rejected_rows_of_nobody: u64,
    /// Persons of rejected rows who have no row in any extract, and so are in no unit.
    pub persons_without_rows: usize,
    /// Units with rejected rows, among the first places.
    pub first_places: AtStake,
    /// All others.
    pub others: AtStake,
    /// What months in place of days change.
    pub months: Months,
}

/// Units with rejected rows, and what these could give if they were mended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AtStake {
    /// Units with rejected rows.
    pub units: usize,
    /// Those whose points could change.
    pub points_could_change: usize,
    /// The most points that all of them together could gain.
    pub further_points: i64,
    /// Those that are not among the first places and could come there.
    pub could_come_in: usize,
}

/// The ranking with exact days beside that with months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Months {
    /// Eligible units with exact days.
    pub units_with_days: usize,
    /// Eligible units with months.
    pub units_with_months: usize,
    /// Units that are eligible with either and whose points differ.
    pub points_change: usize,
    /// What becomes of their places; `None` where there are none.
    pub places: Option<Moves>,
}

/// How places differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// Units whose place differs, those that are eligible with one only included.
    pub change: usize,
    /// The most places that a unit moves.
    pub furthest: usize,
    /// Units that come among the first places.
    pub come_in: usize,
    /// Units that leave them.
    pub leave: usize,
}

/// Where an eligible unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placed {
    points: i32,
    place: usize,
}

/// A ranking.
struct Standing {
    placed: BTreeMap<Members, Placed>,
    /// Of units with rejected rows.
    bounds: BTreeMap<Members, Bounds>,
    persons_without_rows: usize,
    warnings: Vec<Warning>,
}

/// A unit, by its members: what it is called depends on the key.
type Members = Vec<Pseudonym>;

/// By person: by department, rows that cannot be used.
type RejectedRows = BTreeMap<Pseudonym, Vec<u32>>;

/// Weighs the extracts of all departments, or of `only` one, which were read with exact days.
///
/// # Errors
///
/// What linking and ranking fail with.
pub(super) fn weigh(
    exact: &Programme,
    leave: DatesLeave,
    only: Option<&str>,
    mut taken: Vec<Taken>,
) -> Result<(Proposal, Vec<Warning>)> {
    let programme = only.map_or_else(|| exact.clone(), |id| of_one(exact, id));
    let mut rejected = RejectedRows::new();
    for (position, department) in taken.iter().enumerate() {
        for (person, rows) in &department.rejected_rows {
            rejected.entry(*person).or_insert_with(|| vec![0; taken.len()])[position] = *rows;
        }
    }
    let rejected_rows_of_nobody = taken.iter().map(|department| department.rows_of_nobody).sum();
    let copies = taken.iter().map(|department| Ok(department.delivery(department.records.copy()?)));
    let days = Standing::new(&programme, copies.collect::<Result<_>>()?, &rejected)?;
    for department in &mut taken {
        department.records.widen_to_months(&department.types.ranks)?;
    }
    let widened = taken.into_iter().map(|mut department| {
        let records = std::mem::take(&mut department.records);
        department.delivery(records)
    });
    let months = Standing::new(&programme, widened.collect(), &rejected)?;
    let size = if only.is_some() { 0 } else { programme.selection.size };
    let leaving = match leave {
        DatesLeave::AsDays => &days,
        DatesLeave::AsMonths => &months,
    };
    let points_needed = leaving.placed.values().filter(|unit| unit.place <= size).map(|unit| unit.points).min();
    let (first_places, others) = leaving.at_stake(size, points_needed, only.is_none());
    let proposal = Proposal {
        only: only.map(str::to_owned),
        size,
        points_needed,
        rejected_rows_of_nobody,
        persons_without_rows: leaving.persons_without_rows,
        first_places,
        others,
        months: compare(&days, &months, size),
    };
    let warnings = if only.is_some() { Vec::new() } else { leaving.warnings.clone() };
    Ok((proposal, warnings))
}

/// The programme as far as it is about one department: its rules, for everyone of an age that takes part.
fn of_one(programme: &Programme, id: &str) -> Programme {
    let mut own = programme.clone();
    own.departments.retain(|department| department.id == id);
    own.rules.retain(|rule| rule.department.as_deref() == Some(id));
    own.eligibility = Eligibility { ages: programme.eligibility.ages.clone(), ..Eligibility::default() };
    own.selection.tie_break.clear();
    own
}

impl Standing {
    fn new(programme: &Programme, deliveries: Vec<Delivery>, rejected: &RejectedRows) -> Result<Self> {
        let scorer = Scorer::new(programme, &deliveries);
        let bounds = Mutex::new(BTreeMap::new());
        let mut linked = Linked::new(programme, deliveries, |alone| {
            if let Some(further) = rejected.get(&alone.person) {
                let rows = |department: usize| std::iter::once(alone.rows[department]);
                let found = scorer.bounds(alone.open_departments, rows, further);
                bounds.lock().unwrap_or_else(PoisonError::into_inner).insert(vec![alone.person], found);
            }
            scorer.score_alone(alone)
        })?;
        let mut bounds = bounds.into_inner().unwrap_or_else(PoisonError::into_inner);
        let units = Units::new(&programme.family, &mut linked);
        let selected = selection::select(programme, &scorer, &linked, &units)?;
        bounds.extend(linked_bounds(programme, &scorer, &linked, &units, rejected));
        Ok(Self {
            placed: placed(programme, &linked, &units, &selected),
            bounds,
            persons_without_rows: rejected.keys().filter(|person| linked.number(**person).is_none()).count(),
            warnings: selection::warnings(programme, &linked, &selected),
        })
    }

    /// What hangs on rejected rows, among the first places and elsewhere.
    fn at_stake(&self, size: usize, points_needed: Option<i32>, are_all_read: bool) -> (AtStake, AtStake) {
        let (mut first_places, mut others) = (AtStake::default(), AtStake::default());
        let is_full = self.placed.values().filter(|unit| unit.place <= size).count() >= size;
        for (unit, bounds) in &self.bounds {
            let is_first = self.placed.get(unit).is_some_and(|placed| placed.place <= size);
            let could_reach = !is_full || points_needed.is_none_or(|needed| bounds.most >= i64::from(needed));
            let at_stake = if is_first { &mut first_places } else { &mut others };
            at_stake.units += 1;
            at_stake.points_could_change += usize::from((bounds.least, bounds.most) != (bounds.now, bounds.now));
            at_stake.further_points += bounds.most - bounds.now;
            at_stake.could_come_in += usize::from(are_all_read && !is_first && bounds.could_be_eligible && could_reach);
        }
        (first_places, others)
    }
}

/// The bounds of units of persons that are linked to children.
fn linked_bounds(
    programme: &Programme,
    scorer: &Scorer<'_>,
    linked: &Linked<Scored>,
    units: &Units,
    rejected: &RejectedRows,
) -> BTreeMap<Members, Bounds> {
    let numbered = rejected.iter().filter_map(|(person, rows)| Some((linked.number(*person)?, rows)));
    let numbered: BTreeMap<u32, &Vec<u32>> = numbered.collect();
    let mut bounds = BTreeMap::new();
    if numbered.is_empty() {
        return bounds;
    }
    for unit in (0..units.len()).map(|position| units.get(position)) {
        let of_members: Vec<&&Vec<u32>> = unit.members.iter().filter_map(|member| numbered.get(member)).collect();
        if of_members.is_empty() || linked.rows(0, unit.members[0]).is_none() {
            continue;
        }
        let mut further = vec![0; programme.departments.len()];
        for rows in of_members {
            further.iter_mut().zip(rows.iter()).for_each(|(all, rows)| *all += rows);
        }
        let rows =
            |department| unit.members.iter().map(move |&member| linked.rows(department, member).unwrap_or_default());
        bounds.insert(members(linked, unit), scorer.bounds(unit.open_departments, rows, &further));
    }
    bounds
}

/// The places of all eligible units; those that only the lottery would tell apart have the same.
fn placed(
    programme: &Programme,
    linked: &Linked<Scored>,
    units: &Units,
    selected: &Selected,
) -> BTreeMap<Members, Placed> {
    let standing = |unit: &selection::RankedUnit| {
        let tie_breaks = programme.selection.tie_break.iter().map(|&rule| unit.scored.amounts[rule]);
        (unit.points, tie_breaks.collect::<Vec<u32>>())
    };
    let mut placed = BTreeMap::new();
    let mut place = 1;
    for equal in selected.ranked.chunk_by(|one, other| standing(one) == standing(other)) {
        for unit in equal {
            let placed_here = Placed { points: unit.points, place };
            placed.insert(members(linked, units.get(unit.position)), placed_here);
        }
        place += equal.len();
    }
    placed
}

fn members(linked: &Linked<Scored>, unit: Unit<'_>) -> Members {
    unit.members.iter().map(|member| linked.person(*member)).collect()
}

fn compare(days: &Standing, months: &Standing, size: usize) -> Months {
    let mut compared =
        Months { units_with_days: days.placed.len(), units_with_months: months.placed.len(), ..Months::default() };
    let mut moves = Moves::default();
    let only_with_months = months.placed.keys().filter(|unit| !days.placed.contains_key(*unit));
    for unit in days.placed.keys().chain(only_with_months) {
        let (before, after) = (days.placed.get(unit), months.placed.get(unit));
        let is_first = |placed: Option<&Placed>| placed.is_some_and(|placed| placed.place <= size);
        if let (Some(before), Some(after)) = (before, after) {
            compared.points_change += usize::from(before.points != after.points);
            moves.furthest = moves.furthest.max(before.place.abs_diff(after.place));
        }
        moves.change += usize::from(before.map(|placed| placed.place) != after.map(|placed| placed.place));
        moves.come_in += usize::from(!is_first(before) && is_first(after));
        moves.leave += usize::from(is_first(before) && !is_first(after));
    }
    compared.places = (size > 0).then_some(moves);
    compared
}

impl Taken {
    /// The delivery that these records would be.
    fn delivery(&self, records: crate::extract::Records) -> Delivery {
        Delivery::of_written("", records, Vec::new(), &self.types, self.quality.clone(), Vec::new())
    }
}
