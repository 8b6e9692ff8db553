//! Which units are eligible, in what order, and who is proposed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::programme::{Programme, Quota};
use super::units::{Population, Unit};
use super::{Candidate, DepartmentOutcome, cpr, measures};

/// Ranks the eligible units and proposes; also gives those that are not eligible, and `counts.json`.
pub(super) fn select(
    programme: &Programme,
    departments: &BTreeMap<String, DepartmentOutcome>,
    population: &Population,
) -> (Vec<Candidate>, Vec<Candidate>, Value) {
    let lottery = programme.lottery.clone().unwrap_or_else(|| programme.period.clone());
    let scored: Vec<Candidate> =
        population.units.iter().map(|unit| scored_unit(programme, departments, unit, &lottery)).collect();
    let in_enough = scored.iter().filter(|unit| is_in_enough_departments(programme, unit)).count();
    let (mut eligible, not_eligible): (Vec<Candidate>, Vec<Candidate>) =
        scored.into_iter().partition(|unit| is_eligible(programme, unit));
    eligible.sort_by(|a, b| in_rank_order(programme, a, b));
    give_ranks_and_labels(&mut eligible);
    propose(programme, &mut eligible);

    let with_status = |status: &str| eligible.iter().filter(|c| c.status == status).count();
    let proposed_of = |kind: &str| eligible.iter().filter(|c| c.status == "proposed" && c.kind == kind).count();
    let proposed = eligible.iter().filter(|c| c.status == "proposed");
    let is_incomplete = |c: &&Candidate| !c.incomplete.is_empty();
    let missing = |quota: &Quota, kind: &str| quota.min.unwrap_or(0).saturating_sub(proposed_of(kind));
    let counts = json!({
        "funnel": {
            "persons": population.persons,
            "of_eligible_age": population.of_eligible_age,
            "units": population.units.len(),
            "in_enough_departments": in_enough,
            "eligible": eligible.len(),
            "proposed": with_status("proposed"),
            "reserve": with_status("reserve"),
        },
        "proposed": { "family": proposed_of("family"), "citizen": proposed_of("citizen") },
        "shortfall": {
            "total": programme.size.saturating_sub(with_status("proposed")),
            "family": missing(&programme.family, "family"),
            "citizen": missing(&programme.citizen, "citizen"),
        },
        "points_needed": proposed.map(|c| c.points).min(),
        "incomplete": {
            "eligible": eligible.iter().filter(is_incomplete).count(),
            "not_eligible": not_eligible.iter().filter(is_incomplete).count(),
        },
        "placeholder_children": population.placeholder_children,
        "lottery": { "text": lottery, "predictable": programme.lottery.is_none() },
    });
    (eligible, not_eligible, counts)
}

fn scored_unit(
    programme: &Programme,
    departments: &BTreeMap<String, DepartmentOutcome>,
    unit: &Unit,
    lottery: &str,
) -> Candidate {
    let as_of: NaiveDate = programme.as_of;
    let (values, rule_points): (Vec<f64>, Vec<i64>) =
        programme.rules.iter().map(|rule| measures::score(rule, unit, as_of)).unzip();
    let lacks_rows =
        |outcome: &DepartmentOutcome| unit.members.iter().any(|member| outcome.incomplete.contains(member));
    Candidate {
        rank: 0,
        status: String::new(),
        reason: None,
        label: String::new(),
        unit: unit.id.clone(),
        kind: unit.kind.clone(),
        members: unit.members.clone(),
        departments: measures::open_departments(unit, as_of),
        incomplete: departments.iter().filter(|(_, outcome)| lacks_rows(outcome)).map(|(id, _)| id.clone()).collect(),
        points: rule_points.iter().sum(),
        lottery: cpr::lottery_number(lottery, &unit.id),
        values,
        rule_points,
    }
}

pub(super) fn is_in_enough_departments(programme: &Programme, unit: &Candidate) -> bool {
    programme.min_departments.is_none_or(|min| unit.departments.len() >= min)
}

fn is_eligible(programme: &Programme, unit: &Candidate) -> bool {
    let has_required = programme.require.iter().all(|rule| unit.rule_points[place_of_rule(programme, rule)] > 0);
    is_in_enough_departments(programme, unit)
        && programme.min_points.is_none_or(|min| unit.points >= min)
        && has_required
}

pub(super) fn place_of_rule(programme: &Programme, id: &str) -> usize {
    let place = programme.rules.iter().position(|rule| rule.id == id);
    place.unwrap_or_else(|| panic!("there is no rule {id}"))
}

fn in_rank_order(programme: &Programme, a: &Candidate, b: &Candidate) -> Ordering {
    let mut order = b.points.cmp(&a.points);
    for rule in &programme.tie_break {
        let place = place_of_rule(programme, rule);
        order = order.then(b.values[place].total_cmp(&a.values[place]));
    }
    order.then(a.lottery.cmp(&b.lottery)).then(a.unit.cmp(&b.unit))
}

fn give_ranks_and_labels(ranked: &mut [Candidate]) {
    let mut length = 8;
    loop {
        let labels: BTreeSet<&str> = ranked.iter().map(|c| &c.unit[..length]).collect();
        if labels.len() == ranked.len() {
            break;
        }
        length += 1;
    }
    for (index, candidate) in ranked.iter_mut().enumerate() {
        candidate.rank = u64::try_from(index).expect("a rank is small") + 1;
        candidate.label = candidate.unit[..length].to_owned();
    }
}

/// First each group's best `min`, then by rank up to `size`, no group above its `max`.
fn propose(programme: &Programme, ranked: &mut [Candidate]) {
    let groups = [("family", &programme.family), ("citizen", &programme.citizen)];
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let taken_of = |taken: &BTreeSet<usize>, ranked: &[Candidate], kind: &str| {
        taken.iter().filter(|index| ranked[**index].kind == kind).count()
    };
    for (kind, quota) in groups {
        for index in 0..ranked.len() {
            let wanted = taken_of(&taken, ranked, kind) < quota.min.unwrap_or(0);
            if ranked[index].kind == kind && wanted {
                taken.insert(index);
            }
        }
    }
    for index in 0..ranked.len() {
        let kind = ranked[index].kind.as_str();
        let (_, quota) = groups.iter().find(|(group, _)| *group == kind).expect("a known kind");
        let group_is_full = quota.max.is_some_and(|max| taken_of(&taken, ranked, kind) >= max);
        if taken.len() < programme.size && !group_is_full {
            taken.insert(index);
        }
    }
    let mut reserves = 0;
    for (index, candidate) in ranked.iter_mut().enumerate() {
        let among_the_first = index < programme.size;
        let is_proposed = taken.contains(&index);
        let is_reserve = !is_proposed && reserves < programme.reserve;
        reserves += usize::from(is_reserve);
        let status = match (is_proposed, is_reserve) {
            (true, _) => "proposed",
            (false, true) => "reserve",
            (false, false) => "eligible",
        };
        status.clone_into(&mut candidate.status);
        candidate.reason = match (is_proposed, among_the_first) {
            (true, true) => Some("rank".to_owned()),
            (true, false) => Some("quota".to_owned()),
            (false, true) => Some("displaced".to_owned()),
            (false, false) => None,
        };
    }
}
