//! What an analyst should look at before the list goes on: rules that do nothing, and a draw that can be foreseen.

use super::Selected;
use crate::error::Warning;
use crate::linkage::Linked;
use crate::programme::{Measure, NamedType, Programme, Rule, Scale, nearest};
use crate::score::{Scored, least_amount, window_start};

/// All warnings about a programme and what came out of it.
#[must_use]
pub fn warnings(programme: &Programme, linked: &Linked<Scored>, selected: &Selected) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for rule in &programme.rules {
        warnings.extend(unreachable_bands(programme, rule));
        warnings.extend(types_that_never_occur(programme, rule, linked));
    }
    for (rule, &with_points) in programme.rules.iter().zip(&selected.with_points) {
        if with_points == 0 && selected.scored > 0 {
            warnings.push(Warning(format!("rule {}: it gives no unit a point", rule.id)));
        }
    }
    let departments = programme.departments.len();
    if programme.eligibility.min_departments.is_some_and(|least| least as usize > departments) {
        warnings.push(Warning(format!("[eligibility]: nobody can be eligible, for `min_departments` is more than the {departments} departments there are")));
    }
    if programme.lottery().1 {
        warnings.push(Warning(
            "[selection]: without `lottery` ties are drawn by the period's name, which anybody could know beforehand; draw a public one after the deliveries".to_owned(),
        ));
    }
    warnings
}

/// Bands that no unit can end in: above what the measure can be, or below a band with the same least amount.
fn unreachable_bands(programme: &Programme, rule: &Rule) -> Vec<Warning> {
    let Scale::Bands(bands) = &rule.scale else { return Vec::new() };
    let most = match rule.measure {
        Measure::Departments => u32::try_from(programme.departments.len()).ok().map(f64::from),
        Measure::Years => rule.window_years.map(|years| {
            let last = crate::calendar::days(programme.as_of);
            f64::from(last - window_start(programme.as_of, years) + 1)
        }),
        _ => None,
    };
    let mut warnings = Vec::new();
    for (position, band) in bands.iter().enumerate() {
        let least = least_amount(rule.measure, band.from);
        let next = bands.get(position + 1).map(|next| (next.from, least_amount(rule.measure, next.from)));
        if most.is_some_and(|most| least > most) {
            warnings.push(Warning(format!("rule {}: the band from {} can never be reached", rule.id, band.from)));
        } else if let Some((from, _)) = next.filter(|(_, next)| *next <= least) {
            warnings.push(Warning(format!(
                "rule {}: the band from {} can never apply: whoever reaches it reaches that from {from} too",
                rule.id, band.from
            )));
        }
    }
    warnings
}

/// Types that a rule names and its department's delivery does not hold, each with the nearest that it does.
fn types_that_never_occur(programme: &Programme, rule: &Rule, linked: &Linked<Scored>) -> Vec<Warning> {
    let settings = programme.departments.iter().find(|department| Some(&department.id) == rule.department.as_ref());
    let named = settings.map(|department| programme.types_that_may_leave(department)).unwrap_or_default();
    let department = linked.departments.iter().find(|department| Some(&department.id) == rule.department.as_ref());
    let (Some(department), Some(types)) = (department, &rule.types) else { return Vec::new() };
    let occurs = |name: &str| department.types.iter().any(|known| known == name);
    let plain = types.named().iter().filter(|named| named.group.is_none()).map(|named| named.name.as_str());
    let missing = plain.filter(|name| !occurs(name));
    let warn = |name: &str| {
        // Only the programme's own words are repeated, whatever a delivery holds.
        let present = department.types.iter().map(String::as_str).filter(|known| named.binary_search(known).is_ok());
        let near = nearest(name, present);
        let hint = near.map(|near| format!("; the nearest that does is \"{near}\"")).unwrap_or_default();
        Warning(format!(
            "rule {}: the type \"{name}\" never occurs in the delivery of {}{hint}",
            rule.id, department.id
        ))
    };
    let mut warnings: Vec<Warning> = missing.map(warn).collect();
    // Of a group that survives reforms, some types are always gone or yet to come.
    let of_groups: Vec<&NamedType> = types.named().iter().filter(|named| named.group.is_some()).collect();
    for group in of_groups.chunk_by(|one, other| one.group == other.group) {
        if let Some(id) = group.first().and_then(|named| named.group.as_ref())
            && !group.iter().any(|named| occurs(&named.name))
        {
            warnings.push(Warning(format!(
                "rule {}: no type of [types.{id}] ever occurs in the delivery of {}",
                rule.id, department.id
            )));
        }
    }
    warnings
}
