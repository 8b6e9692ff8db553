//! English.

mod describing;
mod explaining;
mod reporting;

use super::Words;
use super::form::{NumberForm, joined};
use crate::programme::{Kind, Measure, Rule};
use crate::score::years_and_days;
use chrono::{Datelike, NaiveDate};

pub(super) struct English;

const NUMBERS: NumberForm = NumberForm { decimal_mark: '.', group_mark: ',' };

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// One or several of what a measure counts.
fn counted(measure: Measure, is_one: bool) -> &'static str {
    match (measure, is_one) {
        (Measure::Years | Measure::YearsUnbroken, true) => "year",
        (Measure::Years | Measure::YearsUnbroken, false) => "years",
        (Measure::OpenCases, true) => "open case",
        (Measure::OpenCases, false) => "open cases",
        (Measure::Cases, true) => "case",
        (Measure::Cases, false) => "cases",
        (Measure::Children, true) => "child",
        (Measure::Children, false) => "children",
        (Measure::Departments, true) => "department",
        (Measure::Departments, false) => "departments",
    }
}

impl Words for English {
    fn date(&self, day: NaiveDate) -> String {
        format!("{} {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
    }

    fn number(&self, number: f64) -> String {
        NUMBERS.decimal(number)
    }

    fn whole(&self, number: i64) -> String {
        NUMBERS.whole(number)
    }

    fn points(&self, points: i64) -> String {
        format!("{} {}", NUMBERS.whole(points), if points.abs() == 1 { "point" } else { "points" })
    }

    fn amount(&self, measure: Measure, amount: u32) -> String {
        if !measure.is_in_years() {
            return format!("{} {}", NUMBERS.whole(amount.into()), counted(measure, amount == 1));
        }
        let days = |days: u32| format!("{} {}", NUMBERS.whole(days.into()), if days == 1 { "day" } else { "days" });
        let (years, left) = years_and_days(amount);
        let years = (years > 0).then(|| format!("{years} {}", counted(measure, years == 1)));
        match (years, left) {
            (None, _) => days(amount),
            (Some(years), 0) => format!("{years} ({})", days(amount)),
            (Some(years), left) => format!("{years} and {} ({})", days(left), days(amount)),
        }
    }

    fn band(&self, measure: Measure, from: f64) -> String {
        let number = NUMBERS.decimal(from);
        format!("{number} {}", counted(measure, number == "1"))
    }

    fn and(&self, things: &[String]) -> String {
        joined(things, "and")
    }

    fn or(&self, things: &[String]) -> String {
        joined(things, "or")
    }

    fn quoted(&self, word: &str) -> String {
        format!("“{word}”")
    }

    fn begun(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<String> {
        Some(match (from, to) {
            (None, None) => return None,
            (Some(from), None) => format!("begun on {} or later", self.date(from)),
            (None, Some(to)) => format!("begun on {} or earlier", self.date(to)),
            (Some(from), Some(to)) => {
                format!("begun from {} to {}, both days included", self.date(from), self.date(to))
            }
        })
    }

    fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Family => "families",
            Kind::Citizen => "citizens",
        }
    }

    fn one(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Family => "family",
            Kind::Citizen => "citizen",
        }
    }

    fn measured(&self, rule: &Rule) -> String {
        let department = rule.department.as_ref().map(|id| format!(" of the department {}", self.quoted(id)));
        let department = department.unwrap_or_default();
        let types = rule.types.as_ref().map(|types| format!(" of type {}", self.or(&self.types(types))));
        let types = types.unwrap_or_default();
        let window = match rule.window_years {
            Some(1) => " in the last year".to_owned(),
            Some(years) => format!(" in the last {years} years"),
            None => String::new(),
        };
        match rule.measure {
            Measure::Years => {
                format!("Time{window} with at least one record{department}{types}; what overlaps counts once")
            }
            Measure::YearsUnbroken => {
                let gap = match rule.max_gap_days {
                    0 => "any gap ends it".to_owned(),
                    1 => "a gap of one day does not end it".to_owned(),
                    days => format!("gaps of up to {days} days do not end it"),
                };
                format!("Unbroken time until the day of measuring with records{department}{types}; {gap}")
            }
            Measure::OpenCases => format!("Open cases{department}{types}"),
            Measure::Cases => {
                let when = if window.is_empty() { " at any time" } else { &window };
                format!("Cases{department}{types}, open or closed,{when}")
            }
            Measure::Children => format!("Children in open cases{department}{types}"),
            Measure::Departments => "Departments with at least one open case".to_owned(),
        }
    }

    fn approval(&self, is_approved: bool) -> &'static str {
        if is_approved { "rules approved" } else { "rules not approved" }
    }
}
