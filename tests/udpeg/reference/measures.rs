//! What a rule measures on a unit, and the points it gives for it.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::dates;
use super::programme::Rule;
use super::units::{Record, Unit};

/// The value of a rule on a unit, and its points.
pub(super) fn score(rule: &Rule, unit: &Unit, as_of: NaiveDate) -> (f64, i64) {
    let chosen: Vec<&Record> = unit.records.iter().filter(|record| is_chosen(rule, record)).collect();
    let is_in_years = rule.measure == "years" || rule.measure == "years_unbroken";
    let amount = match rule.measure.as_str() {
        "years" => most_days(unit, &chosen, |rows| covered_days(rule, rows, as_of)),
        "years_unbroken" => most_days(unit, &chosen, |rows| unbroken_days(rule, rows, as_of)),
        "open_cases" => distinct_records(&chosen, |record| record.is_open(as_of)),
        "cases" => distinct_records(&chosen, |record| has_day_in_window(rule, record, as_of)),
        "children" => children(&chosen, as_of),
        "departments" => whole(open_departments(unit, as_of).len()),
        other => panic!("unknown measure {other}"),
    };
    let exact = f64::from(i32::try_from(amount).expect("days and counts are small"));
    let value = if is_in_years { exact / 365.25 } else { exact };
    (value, points(rule, is_in_years, amount))
}

fn is_chosen(rule: &Rule, record: &Record) -> bool {
    let department_fits = rule.department.as_ref().is_none_or(|own| *own == record.department);
    let type_fits = rule.types.as_ref().is_none_or(|types| types.contains(&record.row.type_));
    department_fits && type_fits
}

/// Departments with an open record of the unit, sorted.
pub(super) fn open_departments(unit: &Unit, as_of: NaiveDate) -> Vec<String> {
    let open = unit.records.iter().filter(|record| record.is_open(as_of));
    let departments: BTreeSet<String> = open.map(|record| record.department.clone()).collect();
    departments.into_iter().collect()
}

fn most_days(unit: &Unit, chosen: &[&Record], days: impl Fn(&[&Record]) -> i64) -> i64 {
    let of_member = |member: &String| -> i64 {
        let own: Vec<&Record> = chosen.iter().filter(|record| record.row.person == *member).copied().collect();
        days(&own)
    };
    unit.members.iter().map(of_member).max().expect("a unit has a member")
}

/// The day before the first day of the look-back, where there is one.
fn day_before_window(rule: &Rule, as_of: NaiveDate) -> Option<NaiveDate> {
    rule.window_years.map(|years| dates::years_before(as_of, years))
}

/// First and last day of a row as far as they count; nothing where no day does.
fn counting_days(rule: &Rule, record: &Record, as_of: NaiveDate) -> Option<(i32, i32)> {
    let mut first = record.row.start.num_days_from_ce();
    let mut last = as_of.num_days_from_ce();
    if let Some(end) = record.row.end {
        last = last.min(end.num_days_from_ce());
    }
    if let Some(before) = day_before_window(rule, as_of) {
        first = first.max(before.num_days_from_ce() + 1);
    }
    (first <= last).then_some((first, last))
}

fn has_day_in_window(rule: &Rule, record: &Record, as_of: NaiveDate) -> bool {
    counting_days(rule, record, as_of).is_some()
}

/// Marks every day that a row covers, then counts the marks.
fn covered_days(rule: &Rule, rows: &[&Record], as_of: NaiveDate) -> i64 {
    let spans: Vec<(i32, i32)> = rows.iter().filter_map(|record| counting_days(rule, record, as_of)).collect();
    let Some(earliest) = spans.iter().map(|(first, _)| *first).min() else {
        return 0;
    };
    let place = |day: i32| usize::try_from(day - earliest).expect("no day is before the earliest");
    let mut covered = vec![false; place(as_of.num_days_from_ce()) + 1];
    for (first, last) in spans {
        for day in first..=last {
            covered[place(day)] = true;
        }
    }
    whole(covered.iter().filter(|day| **day).count())
}

/// Goes through the rows by first day, keeping the stretch so far, and starts a new one where
/// the gap is too long. Only the last stretch can reach `as_of`.
fn unbroken_days(rule: &Rule, rows: &[&Record], as_of: NaiveDate) -> i64 {
    let mut spans: Vec<(i32, i32)> = rows.iter().filter_map(|record| counting_days(rule, record, as_of)).collect();
    spans.sort_unstable();
    let mut stretch: Option<(i32, i32)> = None;
    for (first, last) in spans {
        stretch = match stretch {
            Some((begin, end)) if i64::from(first - end - 1) <= rule.max_gap_days => Some((begin, end.max(last))),
            _ => Some((first, last)),
        };
    }
    let today = as_of.num_days_from_ce();
    match stretch {
        Some((begin, end)) if i64::from(today - end) <= rule.max_gap_days => i64::from(today - begin + 1),
        _ => 0,
    }
}

/// Rows with the same department and record are one; rows without a record are each their own.
fn distinct_records(chosen: &[&Record], qualifies: impl Fn(&Record) -> bool) -> i64 {
    let mut named: BTreeSet<(&String, &String)> = BTreeSet::new();
    let mut nameless = 0;
    for record in chosen.iter().filter(|record| qualifies(record)) {
        match &record.row.record {
            Some(id) => {
                named.insert((&record.department, id));
            }
            None => nameless += 1,
        }
    }
    whole(named.len()) + nameless
}

fn children(chosen: &[&Record], as_of: NaiveDate) -> i64 {
    let open = chosen.iter().filter(|record| record.is_open(as_of));
    let children: BTreeSet<&String> = open.filter_map(|record| record.row.child.as_ref()).collect();
    whole(children.len())
}

/// Points for an amount: days for the year measures, a count for the others.
fn points(rule: &Rule, is_in_years: bool, amount: i64) -> i64 {
    let exact = |n: i64| f64::from(i32::try_from(n).expect("days and counts are small"));
    if let Some(bands) = &rule.bands {
        let mut points = 0;
        for (from, gives) in bands {
            let bound = if is_in_years { (from * 365.25).floor() } else { *from };
            if exact(amount) >= bound {
                points = *gives;
            }
        }
        return points;
    }
    let each = rule.points_per.expect("a rule without bands has points_per");
    let mut n = amount;
    if is_in_years {
        n = 0;
        while (exact(n + 1) * 365.25).floor() <= exact(amount) {
            n += 1;
        }
    }
    let points = n * each;
    rule.max.map_or(points, |max| points.min(max))
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).expect("counts are small")
}
