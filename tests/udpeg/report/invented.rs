//! Invented people, counted into the tables of a release.

use super::{protected, table};
use crate::municipality::Dice;
use crate::support::SMALL_PROGRAMME;
use std::path::Path;
use udpeg::disclosure::{ProtectedRelease, Settings, Table};
use udpeg::programme::Programme;

pub(super) const STATUSES: [&str; 4] = ["proposed", "reserve", "eligible", "not_eligible"];
pub(super) const COMBINATIONS: [&str; 8] = [
    "none",
    "family",
    "jobcentre",
    "social",
    "family+jobcentre",
    "family+social",
    "jobcentre+social",
    "family+jobcentre+social",
];
const DEPARTMENTS: [usize; 8] = [0, 1, 1, 1, 2, 2, 2, 3];
pub(super) const AGES: [&str; 8] = ["0-17", "18-24", "25-29", "30-39", "40-49", "50-59", "60-66", "67+"];
const POINTS: [&str; 7] = ["not_ranked", "up to 9", "10-14", "15-19", "20-24", "25-29", "30+"];

/// A programme for them.
pub(super) fn programme() -> Programme {
    let text = SMALL_PROGRAMME
        .replace("min_departments = 2", "min_departments = 2\nages = \"18-66\"")
        .replace("size = 2\nreserve = 1", "size = 120\nreserve = 30");
    Programme::parse(Path::new("p.toml"), &text).unwrap()
}

struct Unit {
    kind: usize,
    combination: usize,
    points: u32,
    status: usize,
}

fn units(dice: &mut Dice) -> Vec<Unit> {
    let unit = |dice: &mut Dice| {
        let combination = dice.pick(&[0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 6, 6, 6]);
        let combination = if combination > 3 && dice.chance(9) { 7 } else { combination };
        let many = i64::try_from(DEPARTMENTS[combination]).unwrap();
        let points = u32::try_from(dice.between(0, 9) + dice.between(0, 7) * many).unwrap();
        let has_child = matches!(combination, 1 | 4 | 5 | 7);
        Unit {
            kind: usize::from(!has_child),
            combination,
            points,
            status: if many >= 2 && points >= 8 { 2 } else { 3 },
        }
    };
    let mut units: Vec<Unit> = (0..9000).map(|_| unit(dice)).collect();
    units.sort_by_key(|unit| (unit.status, std::cmp::Reverse(unit.points)));
    units.iter_mut().take(120).for_each(|unit| unit.status = 0);
    units.iter_mut().skip(120).take(30).for_each(|unit| unit.status = 1);
    units
}

/// Counts positions into a table over a dimension and statuses.
fn by_status<T>(
    (name, universe): (&str, &str),
    (dimension, values): (&str, &[&str]),
    all: &[T],
    place: impl Fn(&T) -> (usize, usize),
) -> Table {
    let mut counts = vec![0; values.len() * STATUSES.len()];
    for (value, status) in all.iter().map(place) {
        counts[value * STATUSES.len() + status] += 1;
    }
    table(name, universe, &[(dimension, values), ("status", &STATUSES)], &counts)
}

/// Their counts, before protection.
pub(super) fn tables() -> Vec<Table> {
    let mut dice = Dice::new(7);
    let units = units(&mut dice);
    let band = |unit: &Unit| if unit.status == 3 { 0 } else { (unit.points / 5).clamp(1, 6) as usize };
    let mut persons: Vec<(usize, usize, usize)> = Vec::new();
    for unit in &units {
        let members = if unit.kind == 0 && dice.chance(40) { 2 } else { 1 };
        for _ in 0..members {
            let age = if unit.status == 3 { dice.below(8) } else { 1 + dice.below(6).min(dice.below(7)) };
            persons.push((dice.below(2), age, unit.status));
        }
    }
    let coordinators = ["k1", "k2", "k3", "none"];
    vec![
        by_status(("units_by_kind", "units"), ("kind", &["family", "citizen"]), &units, |unit| {
            (unit.kind, unit.status)
        }),
        by_status(("units_by_departments", "units"), ("departments", &["0", "1", "2", "3"]), &units, |unit| {
            (DEPARTMENTS[unit.combination], unit.status)
        }),
        by_status(
            ("units_by_department_combination", "units"),
            ("department_combination", &COMBINATIONS),
            &units,
            |unit| (unit.combination, unit.status),
        ),
        by_status(("units_by_points", "units"), ("points_band", &POINTS), &units, |unit| (band(unit), unit.status)),
        by_status(("persons_by_sex", "persons"), ("sex", &["F", "M"]), &persons, |person| (person.0, person.2)),
        by_status(("persons_by_age", "persons"), ("age_band", &AGES), &persons, |person| (person.1, person.2)),
        by_status(("persons_by_kind", "persons"), ("kind", &["family", "citizen", "other_age"]), &persons, |person| {
            let is_of_age = (1..7).contains(&person.1);
            (if is_of_age { person.0 } else { 2 }, person.2)
        }),
        table("proposed_by_coordinator", "proposed units", &[("coordinator", &coordinators)], &[20, 20, 18, 62]),
        table(
            "rows_by_department",
            "rows",
            &[("department", &["jobcentre", "family", "social"]), ("outcome", &["accepted", "rejected"])],
            &[31_337, 603, 5_834, 125, 9_059, 187],
        ),
    ]
}

/// Their counts, protected.
pub(super) fn release() -> ProtectedRelease {
    protected(tables(), &Settings::new(5))
}
