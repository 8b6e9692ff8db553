//! Why somebody is not proposed, person by person.

use super::programme::Programme;
use super::selection::{is_in_enough_departments, place_of_rule};
use super::units::Population;
use super::{Candidate, Why};

/// One answer for everybody.
pub(super) fn explain(
    programme: &Programme,
    population: &Population,
    eligible: &[Candidate],
    not_eligible: &[Candidate],
) -> Vec<Why> {
    let holds = |person: &str, unit: &Candidate| unit.members.iter().any(|member| member == person);
    let of_person = |person: &String| {
        let ranked = eligible.iter().find(|unit| holds(person, unit));
        let failed = not_eligible.iter().find(|unit| holds(person, unit));
        let (outcome, reason, points_short) = match (ranked, failed) {
            (Some(unit), _) if unit.status == "proposed" => ("proposed", None, None),
            (Some(unit), _) => {
                (unit.status.as_str(), Some(why_eligible(programme, unit, eligible)), short(programme, unit, eligible))
            }
            (None, Some(unit)) if is_in_enough_departments(programme, unit) => {
                ("not_eligible", Some(why_failed(programme, unit)), short(programme, unit, eligible))
            }
            (None, Some(_)) => ("not_eligible", Some("min_departments".to_owned()), None),
            (None, None) => ("not_eligible", Some("ages".to_owned()), None),
        };
        Why {
            person: person.clone(),
            unit: ranked.or(failed).map(|unit| unit.unit.clone()),
            outcome: outcome.to_owned(),
            reason,
            points_short,
        }
    };
    population.everybody.iter().map(of_person).collect()
}

fn proposed(eligible: &[Candidate]) -> impl Iterator<Item = &Candidate> {
    eligible.iter().filter(|unit| unit.status == "proposed")
}

fn short(programme: &Programme, unit: &Candidate, eligible: &[Candidate]) -> Option<i64> {
    let needed = proposed(eligible).map(|unit| unit.points).min().into_iter().chain(programme.min_points).max()?;
    Some((needed - unit.points).max(0))
}

fn why_failed(programme: &Programme, unit: &Candidate) -> String {
    if programme.min_points.is_some_and(|least| unit.points < least) {
        return "min_points".to_owned();
    }
    let gives_none = |rule: &&String| unit.rule_points[place_of_rule(programme, rule)] <= 0;
    format!("require {}", programme.require.iter().find(gives_none).expect("it fails a test"))
}

fn why_eligible(programme: &Programme, unit: &Candidate, eligible: &[Candidate]) -> String {
    let is_passed_over = proposed(eligible).any(|other| other.rank > unit.rank);
    let places_are_left = proposed(eligible).count() < programme.size;
    if is_passed_over || places_are_left {
        return "quota".to_owned();
    }
    let last = proposed(eligible).last().expect("there is a place, and it is taken");
    let same = |rule: &String| {
        let place = place_of_rule(programme, rule);
        unit.values[place].total_cmp(&last.values[place]).is_eq()
    };
    if last.points > unit.points {
        "points".to_owned()
    } else if !programme.tie_break.iter().all(same) {
        "tie_break".to_owned()
    } else {
        "lottery".to_owned()
    }
}
