//! Danish.

mod describing;
mod explaining;
mod reporting;

use super::Words;
use super::form::{NumberForm, joined};
use crate::programme::{Kind, Measure, Rule};
use crate::score::years_and_days;
use chrono::{Datelike, NaiveDate};

pub(super) struct Danish;

const NUMBERS: NumberForm = NumberForm { decimal_mark: ',', group_mark: '.' };

const MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];

/// One or several of what a measure counts.
fn counted(measure: Measure, is_one: bool) -> &'static str {
    match (measure, is_one) {
        (Measure::Years | Measure::YearsUnbroken, _) => "år",
        (Measure::OpenCases, true) => "åben sag",
        (Measure::OpenCases, false) => "åbne sager",
        (Measure::Cases, true) => "sag",
        (Measure::Cases, false) => "sager",
        (Measure::Children, true) => "barn",
        (Measure::Children, false) => "børn",
        (Measure::Departments, true) => "afdeling",
        (Measure::Departments, false) => "afdelinger",
    }
}

impl Words for Danish {
    fn date(&self, day: NaiveDate) -> String {
        format!("{}. {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
    }

    fn number(&self, number: f64) -> String {
        NUMBERS.decimal(number)
    }

    fn whole(&self, number: i64) -> String {
        NUMBERS.whole(number)
    }

    fn points(&self, points: i64) -> String {
        format!("{} point", NUMBERS.whole(points))
    }

    fn amount(&self, measure: Measure, amount: u32) -> String {
        if !measure.is_in_years() {
            return format!("{} {}", NUMBERS.whole(amount.into()), counted(measure, amount == 1));
        }
        let days = |days: u32| format!("{} {}", NUMBERS.whole(days.into()), if days == 1 { "dag" } else { "dage" });
        let (years, left) = years_and_days(amount);
        let years = (years > 0).then(|| format!("{years} {}", counted(measure, years == 1)));
        match (years, left) {
            (None, _) => days(amount),
            (Some(years), 0) => format!("{years} ({})", days(amount)),
            (Some(years), left) => format!("{years} og {} ({})", days(left), days(amount)),
        }
    }

    fn band(&self, measure: Measure, from: f64) -> String {
        let number = NUMBERS.decimal(from);
        format!("{number} {}", counted(measure, number == "1"))
    }

    fn and(&self, things: &[String]) -> String {
        joined(things, "og")
    }

    fn or(&self, things: &[String]) -> String {
        joined(things, "eller")
    }

    fn quoted(&self, word: &str) -> String {
        format!("»{word}«")
    }

    fn begun(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<String> {
        Some(match (from, to) {
            (None, None) => return None,
            (Some(from), None) => format!("begyndt {} eller senere", self.date(from)),
            (None, Some(to)) => format!("begyndt {} eller tidligere", self.date(to)),
            (Some(from), Some(to)) => {
                format!("begyndt fra {} til {}, begge dage medregnet", self.date(from), self.date(to))
            }
        })
    }

    fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Family => "familier",
            Kind::Citizen => "borgere",
        }
    }

    fn one(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Family => "familie",
            Kind::Citizen => "borger",
        }
    }

    fn measured(&self, rule: &Rule) -> String {
        let department = rule.department.as_ref().map(|id| format!(" i afdelingen {}", self.quoted(id)));
        let department = department.unwrap_or_default();
        let types = rule.types.as_ref().map(|types| format!(" af typen {}", self.or(&self.types(types))));
        let types = types.unwrap_or_default();
        let window = match rule.window_years {
            Some(1) => " i det seneste år".to_owned(),
            Some(years) => format!(" i de seneste {years} år"),
            None => String::new(),
        };
        match rule.measure {
            Measure::Years => {
                format!(
                    "Tid{window} med mindst én registrering{department}{types}; det, der overlapper, tæller én gang"
                )
            }
            Measure::YearsUnbroken => {
                let gap = match rule.max_gap_days {
                    0 => "enhver afbrydelse afslutter den".to_owned(),
                    1 => "en afbrydelse på én dag afslutter den ikke".to_owned(),
                    days => format!("afbrydelser på op til {days} dage afslutter den ikke"),
                };
                format!("Sammenhængende tid frem til måledagen med registreringer{department}{types}; {gap}")
            }
            Measure::OpenCases => format!("Åbne sager{department}{types}"),
            Measure::Cases => {
                let when = if window.is_empty() { " uanset hvornår" } else { &window };
                format!("Sager{department}{types}, åbne eller afsluttede,{when}")
            }
            Measure::Children => format!("Børn i åbne sager{department}{types}"),
            Measure::Departments => "Afdelinger med mindst én åben sag".to_owned(),
        }
    }

    fn approval(&self, is_approved: bool) -> &'static str {
        if is_approved { "reglerne er godkendt" } else { "reglerne er ikke godkendt (rules not approved)" }
    }
}
