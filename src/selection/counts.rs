//! `counts.json`: how many there are at each step from persons to proposed units.

use super::quota::{Choice, Status};
use super::ranking::RankedUnit;
use crate::linkage::{Linked, Units};
use crate::programme::{Kind, PerKind, Programme};
use crate::score::Scored;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// `counts.json`. For the analyst; nothing of it is fit for release as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// From persons to proposed units.
    pub funnel: Funnel,
    /// Proposed units by kind.
    pub proposed: CountsByKind,
    /// How many are missing.
    pub shortfall: Shortfall,
    /// The lowest total of a proposed unit.
    pub points_needed: Option<i32>,
    /// Units with a member some of whose rows were rejected.
    pub incomplete: IncompleteUnits,
    /// Children of more adults than can be, as pseudonyms.
    pub placeholder_children: Vec<String>,
    /// What ties were drawn by.
    pub lottery: Lottery,
}

/// From persons to proposed units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Persons in any extract.
    pub persons: usize,
    /// Those of an age that takes part.
    pub of_eligible_age: usize,
    /// The units they form.
    pub units: usize,
    /// Units in enough departments.
    pub in_enough_departments: usize,
    /// Units that pass every test.
    pub eligible: usize,
    /// Units proposed.
    pub proposed: usize,
    /// Units in reserve.
    pub reserve: usize,
}

/// A count by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountsByKind {
    /// Families.
    pub family: usize,
    /// Citizens.
    pub citizen: usize,
}

/// How many units are missing against `size` and each `min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// Against `size`.
    pub total: usize,
    /// Against the families' `min`.
    pub family: usize,
    /// Against the citizens' `min`.
    pub citizen: usize,
}

/// Units with a member some of whose rows were rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncompleteUnits {
    /// Eligible ones.
    pub eligible: usize,
    /// All others.
    pub not_eligible: usize,
}

/// What ties were drawn by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lottery {
    /// The text.
    pub text: String,
    /// Whether anybody could know it beforehand.
    pub predictable: bool,
}

pub(super) fn count(
    programme: &Programme,
    linked: &Linked<Scored>,
    units: &Units,
    ranked: &[RankedUnit],
    choices: &[Choice],
    in_enough_departments: usize,
) -> Counts {
    let mut proposed = PerKind::<usize>::default();
    let mut reserve = 0;
    let mut points_needed = None;
    for (unit, choice) in ranked.iter().zip(choices) {
        match choice.status {
            Status::Proposed => {
                proposed[units.get(unit.position).kind] += 1;
                points_needed = Some(unit.points);
            }
            Status::Reserve => reserve += 1,
            Status::Eligible => {}
        }
    }
    let total = proposed.family + proposed.citizen;
    let missing = |kind: Kind| programme.selection.quota[kind].min.saturating_sub(proposed[kind]);
    let (text, predictable) = programme.lottery();
    Counts {
        funnel: Funnel {
            persons: linked.number_of_persons(),
            of_eligible_age: units.number_of_members(),
            units: units.len(),
            in_enough_departments,
            eligible: ranked.len(),
            proposed: total,
            reserve,
        },
        proposed: CountsByKind { family: proposed.family, citizen: proposed.citizen },
        shortfall: Shortfall {
            total: programme.selection.size.saturating_sub(total),
            family: missing(Kind::Family),
            citizen: missing(Kind::Citizen),
        },
        points_needed,
        incomplete: incomplete(linked, units, ranked),
        placeholder_children: units.placeholder_children.iter().map(ToString::to_string).collect(),
        lottery: Lottery { text: text.to_owned(), predictable },
    }
}

fn incomplete(linked: &Linked<Scored>, units: &Units, ranked: &[RankedUnit]) -> IncompleteUnits {
    let mut is_incomplete = vec![false; linked.number_of_persons()];
    for department in &linked.departments {
        for &person in &department.incomplete {
            is_incomplete[person as usize] = true;
        }
    }
    let has_one = |position: usize| units.get(position).members.iter().any(|&member| is_incomplete[member as usize]);
    let all = (0..units.len()).into_par_iter().filter(|&position| has_one(position)).count();
    let eligible = ranked.iter().filter(|unit| has_one(unit.position)).count();
    IncompleteUnits { eligible, not_eligible: all - eligible }
}
