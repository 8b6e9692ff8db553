//! What a selection gives to count, in one pass: everybody, by everything that a table can ask for.
//!
//! The counts are [`RawCount`]s, which nothing outside disclosure control can read.

use super::divided::Divided;
use crate::disclosure::RawCount;
use crate::extract::Quality;
use crate::identity::{Pseudonym, Sex};
use crate::linkage::{Linked, Traits, Units};
use crate::programme::{Kind, PerKind, Programme};
use crate::score::Scored;
use crate::selection::{Counts, Reason, Selected, Status};
use foldhash::fast::RandomState;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// What became of a unit, and with it of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Standing {
    Proposed,
    Reserve,
    Eligible,
    NotEligible,
}

impl Standing {
    pub(super) const ALL: [Self; 4] = [Self::Proposed, Self::Reserve, Self::Eligible, Self::NotEligible];

    /// Those of eligible units.
    pub(super) const RANKED: [Self; 3] = [Self::Proposed, Self::Reserve, Self::Eligible];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => Status::Proposed.as_str(),
            Self::Reserve => Status::Reserve.as_str(),
            Self::Eligible => Status::Eligible.as_str(),
            Self::NotEligible => "not_eligible",
        }
    }

    fn of(status: Status) -> Self {
        match status {
            Status::Proposed => Self::Proposed,
            Status::Reserve => Self::Reserve,
            Status::Eligible => Self::Eligible,
        }
    }
}

/// All that tables can ask of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Person {
    pub(super) is_male: bool,
    pub(super) age_band: u8,
    /// What the person's unit is; none of a person of an age that does not take part.
    pub(super) kind: Option<Kind>,
    pub(super) standing: Standing,
    /// The person's departments with an open record, as bits by their positions.
    pub(super) departments: u64,
}

/// All that tables can ask of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Unit {
    pub(super) kind: Kind,
    pub(super) standing: Standing,
    /// Departments with an open record, as bits by their positions.
    pub(super) departments: u64,
    /// The points of an eligible unit.
    pub(super) points: Option<i32>,
}

/// The rows of a department's extract.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) department: String,
    pub(super) accepted: RawCount,
    pub(super) rejected: RawCount,
}

/// Everybody in a selection, counted.
#[derive(Debug, Clone)]
pub struct Counted {
    pub(super) persons: BTreeMap<Person, RawCount>,
    pub(super) units: BTreeMap<Unit, RawCount>,
    pub(super) rows: Vec<Rows>,
    /// By rule that has a table: the eligible units, by whether it gives them points.
    pub(super) by_rule: Vec<Divided>,
    /// By department: all units, by whether it could use all rows of their members.
    pub(super) by_completeness: Vec<Divided>,
    /// Whether as many are proposed as the programme says, which everybody knows.
    pub(super) is_full: bool,
    /// The same of the reserve.
    pub(super) is_reserve_full: bool,
    /// The same of each kind's `min`, which then is a limit that everybody knows.
    pub(super) reaches_minimum: PerKind<bool>,
    /// Whether the proposed units are the first by rank, without a quota that prefers others.
    pub(super) is_by_rank: bool,
    /// Members of the proposed units, rising.
    pub(super) proposed: Vec<Pseudonym>,
}

type CountsBy<K> = HashMap<K, RawCount, RandomState>;

impl Counted {
    /// Counts everybody once.
    #[must_use]
    pub fn new(
        programme: &Programme,
        linked: &Linked<Scored>,
        units: &Units,
        selected: &Selected,
        quality: &[Quality],
    ) -> Self {
        let standings = standings(units, selected);
        let ranked = selected.ranked.iter().zip(&selected.choices);
        let eligible = ranked.map(|(ranked, choice)| {
            let unit = units.get(ranked.position);
            let standing = Standing::of(choice.status);
            Unit { kind: unit.kind, standing, departments: unit.open_departments, points: Some(ranked.points) }
        });
        let others = (0..units.len()).into_par_iter().filter(|&position| standings[position] == Standing::NotEligible);
        let others = others.map(|position| {
            let unit = units.get(position);
            let standing = Standing::NotEligible;
            Unit { kind: unit.kind, standing, departments: unit.open_departments, points: None }
        });
        let mut of_units: CountsBy<Unit> = counted(others);
        for unit in eligible {
            *of_units.entry(unit).or_default() += RawCount::ONE;
        }
        let rows = quality.iter().map(|quality| Rows {
            department: quality.department.clone(),
            accepted: RawCount::new(quality.rows.saturating_sub(quality.rejected)),
            rejected: RawCount::new(quality.rejected),
        });
        let Counts { funnel, shortfall, .. } = &selected.counts;
        Self {
            persons: persons(linked, units, &standings),
            units: of_units.into_iter().collect(),
            rows: rows.collect(),
            by_rule: Divided::by_rule(programme, selected, &standings),
            by_completeness: Divided::by_completeness(linked, units, &standings),
            is_full: shortfall.total == 0,
            is_reserve_full: funnel.reserve == programme.selection.reserve,
            is_by_rank: selected.choices.iter().all(|choice| matches!(choice.reason, None | Some(Reason::Rank))),
            proposed: proposed(linked, units, selected),
            reaches_minimum: PerKind { family: shortfall.family == 0, citizen: shortfall.citizen == 0 },
        }
    }
}

/// The members of the proposed units, rising.
fn proposed(linked: &Linked<Scored>, units: &Units, selected: &Selected) -> Vec<Pseudonym> {
    let ranked = selected.ranked.iter().zip(&selected.choices);
    let of_proposed = ranked.filter(|(_, choice)| choice.status == Status::Proposed);
    let members = of_proposed.flat_map(|(ranked, _)| units.get(ranked.position).members);
    let mut proposed: Vec<Pseudonym> = members.map(|&member| linked.person(member)).collect();
    proposed.sort_unstable();
    proposed
}

/// By unit: what became of it.
fn standings(units: &Units, selected: &Selected) -> Vec<Standing> {
    let mut standings = vec![Standing::NotEligible; units.len()];
    for (ranked, choice) in selected.ranked.iter().zip(&selected.choices) {
        standings[ranked.position] = Standing::of(choice.status);
    }
    standings
}

fn persons(linked: &Linked<Scored>, units: &Units, standings: &[Standing]) -> BTreeMap<Person, RawCount> {
    let mut units_of: Vec<Option<(Kind, Standing)>> = vec![None; linked.number_of_persons()];
    for (position, &standing) in standings.iter().enumerate() {
        let unit = units.get(position);
        for &member in unit.members {
            units_of[member as usize] = Some((unit.kind, standing));
        }
    }
    let of_shard = |(first, traits, open): (u32, &[Traits], &[u64])| {
        let mut counts: CountsBy<Person> = CountsBy::default();
        let units_of = &units_of[first as usize..];
        for ((traits, &departments), unit) in traits.iter().zip(open).zip(units_of) {
            let (kind, standing) =
                unit.map_or((None, Standing::NotEligible), |(kind, standing)| (Some(kind), standing));
            let is_male = traits.sex == Sex::Male;
            let person = Person { is_male, age_band: traits.age_band, kind, standing, departments };
            *counts.entry(person).or_default() += RawCount::ONE;
        }
        counts
    };
    linked.traits().map(of_shard).reduce(CountsBy::default, together).into_iter().collect()
}

fn counted<K: Eq + Hash + Send>(items: impl ParallelIterator<Item = K>) -> CountsBy<K> {
    let count = |mut counts: CountsBy<K>, item: K| {
        *counts.entry(item).or_default() += RawCount::ONE;
        counts
    };
    items.fold(CountsBy::default, count).reduce(CountsBy::default, together)
}

fn together<K: Eq + Hash>(one: CountsBy<K>, other: CountsBy<K>) -> CountsBy<K> {
    let (mut larger, smaller) = if one.len() < other.len() { (other, one) } else { (one, other) };
    #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
    for (item, count) in smaller {
        *larger.entry(item).or_default() += count;
    }
    larger
}
