//! `[[rule]]`: the points system.

use super::reader::{At, Table, nearest};
use super::settings;
use super::types::{Groups, TypeList, types};
use std::ops::Range;

/// One rule: a measure of a unit's records, and the points it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id, part of two column names.
    pub id: String,
    /// The department whose records are measured; `None` for the measure `departments`.
    pub department: Option<String>,
    /// What is measured.
    pub measure: Measure,
    /// Only records of these types; `None` for all.
    pub types: Option<TypeList>,
    /// How many calendar years before `as_of` count; `None` for all.
    pub window_years: Option<u32>,
    /// For `years_unbroken`: the longest gap, in days, that does not break a stretch.
    pub max_gap_days: u32,
    /// From the measure's value to points.
    pub scale: Scale,
}

/// What a rule measures; section 5 of the contract defines each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Days covered by at least one record, in years of 365.25 days.
    Years,
    /// The latest unbroken stretch that reaches `as_of`, in years of 365.25 days.
    YearsUnbroken,
    /// Distinct open records.
    OpenCases,
    /// Distinct records with a day in the window.
    Cases,
    /// Distinct children in open records.
    Children,
    /// Departments with an open record.
    Departments,
}

impl Measure {
    const ALL: [(&'static str, Self); 6] = [
        ("years", Self::Years),
        ("years_unbroken", Self::YearsUnbroken),
        ("open_cases", Self::OpenCases),
        ("cases", Self::Cases),
        ("children", Self::Children),
        ("departments", Self::Departments),
    ];

    /// Whether the value is a number of days in years.
    #[must_use]
    pub fn is_in_years(self) -> bool {
        matches!(self, Self::Years | Self::YearsUnbroken)
    }

    /// The measure's name in the programme file.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, measure)| *measure == self).map_or("", |(name, _)| name)
    }
}

/// From a value to points.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// The points of the last band reached, 0 below the first; `from` rises strictly.
    Bands(Vec<Band>),
    /// So many points for each whole one, at most `max`.
    PerOne {
        /// Points for each.
        points: i32,
        /// No more points than this.
        max: Option<i32>,
    },
}

/// One band of a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The least value that reaches the band.
    pub from: f64,
    /// What it gives.
    pub points: i32,
}

/// More than people can read.
const MOST_RULES: usize = 1000;
const MOST_BANDS: usize = 1000;

/// More points than a points system that people read can mean; keeps sums far from overflowing.
const MOST_POINTS: u64 = 100_000;

/// The rules, and the ids of all of them, those with mistakes included.
pub(super) fn rules(root: &Table<'_, '_>, departments: &[String], groups: &Groups) -> (Vec<Rule>, Vec<String>) {
    let tables = root.tables("rule", MOST_RULES);
    if root.is_empty_or_absent("rule") {
        root.mistake(root.span(), "there is no [[rule]]: without a points system nobody can be ranked");
    }
    let mut rules = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for mut table in tables {
        let id = table.word_id("rule", &mut ids);
        let rule = rule(&table, id.unwrap_or_default(), departments, groups);
        table.finish();
        rules.extend(rule);
    }
    (rules, ids)
}

fn rule(table: &Table<'_, '_>, id: String, departments: &[String], groups: &Groups) -> Option<Rule> {
    let measure = measure(table);
    let department = table.optional::<String>("department");
    if let Some(department) = &department
        && !departments.contains(&department.value)
    {
        let hint = nearest(&department.value, departments.iter().map(String::as_str))
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        table.mistake(&department.span, format!("there is no department `{}`{hint}", department.value));
    }
    let types = types(table, "types", groups);
    if let Some(span) = table.span_of("types").filter(|_| table.is_empty_or_absent("types")) {
        table.mistake(&span, "`types` is empty: leave it out to count all types");
    }
    let window_years = settings::whole_number(table, "window_years", 1);
    if let Some(span) = table.span_of("window_years").filter(|_| window_years.is_some_and(|years| years > 200)) {
        table.mistake(&span, "`window_years` looks back at most 200 years");
    }
    let max_gap_days = settings::whole_number(table, "max_gap_days", 0);
    let scale = scale(table);
    let measure = measure?;
    check_keys(table, measure);
    Some(Rule {
        id,
        department: department.map(|department| department.value),
        measure,
        types,
        window_years,
        max_gap_days: max_gap_days.unwrap_or(0),
        scale: scale?,
    })
}

fn measure(table: &Table<'_, '_>) -> Option<Measure> {
    let name = table.required::<String>("measure")?;
    let names = || Measure::ALL.iter().map(|(name, _)| *name);
    let found = Measure::ALL.iter().find(|(known, _)| *known == name.value).map(|(_, measure)| *measure);
    if found.is_none() {
        let near = nearest(&name.value, names()).unwrap_or_default();
        let all: Vec<&str> = names().collect();
        table.mistake(
            &name.span,
            format!("unknown measure `{}`; did you mean `{near}`? There are {}", name.value, all.join(", ")),
        );
    }
    found
}

/// Each measure takes its own keys.
fn check_keys(table: &Table<'_, '_>, measure: Measure) {
    let takes_window = matches!(measure, Measure::Years | Measure::Cases);
    let refused = [
        ("department", measure == Measure::Departments),
        ("types", measure == Measure::Departments),
        ("window_years", !takes_window),
        ("max_gap_days", measure != Measure::YearsUnbroken),
    ];
    for (key, is_refused) in refused {
        if let Some(span) = table.span_of(key).filter(|_| is_refused) {
            table.mistake(&span, format!("the measure `{}` does not take `{key}`; remove it", measure.name()));
        }
    }
    if measure != Measure::Departments && table.span_of("department").is_none() {
        table.mistake(
            table.span(),
            format!("`department` is missing: whose records does the measure `{}` count?", measure.name()),
        );
    }
}

fn scale(table: &Table<'_, '_>) -> Option<Scale> {
    let bands = table.span_of("bands");
    let points_per = table.optional::<i64>("points_per");
    let max = table.optional::<i64>("max").map(|max| points(table, &max));
    match (bands, table.span_of("points_per")) {
        (None, None) => {
            table.mistake(table.span(), "a rule needs `bands` or `points_per`");
            None
        }
        (Some(span), Some(_)) => {
            table.mistake(&span, "a rule has either `bands` or `points_per`, not both");
            None
        }
        (Some(span), None) => {
            if max.is_some() {
                table.mistake(&span, "`max` goes with `points_per`; a rule with `bands` cannot have it");
            }
            read_bands(table, &span).map(Scale::Bands)
        }
        (None, Some(_)) => {
            let max = max.map_or(Some(None), |read| read.map(Some));
            Some(Scale::PerOne { points: points(table, &points_per?)?, max: max? })
        }
    }
}

fn read_bands(rule: &Table<'_, '_>, span: &Range<usize>) -> Option<Vec<Band>> {
    let mut bands: Vec<Band> = Vec::new();
    let mut all_read = true;
    let tables = rule.tables("bands", MOST_BANDS);
    if rule.is_empty_or_absent("bands") {
        rule.mistake(span, "`bands` is empty: each band is { from = 1.0, points = 2 }");
    }
    for mut table in tables {
        table.rename("a band".to_owned());
        let from = table.required::<f64>("from");
        let given = table.required::<i64>("points").and_then(|given| points(&table, &given));
        table.finish();
        let (Some(from), Some(points)) = (from, given) else {
            all_read = false;
            continue;
        };
        if bands.last().is_some_and(|last| last.from >= from.value) {
            rule.mistake(
                &from.span,
                format!("bands must rise: `from = {}` does not lie above the one before", from.value),
            );
        }
        bands.push(Band { from: from.value, points });
    }
    (all_read && !bands.is_empty()).then_some(bands)
}

fn points(table: &Table<'_, '_>, written: &At<i64>) -> Option<i32> {
    if written.value.unsigned_abs() > MOST_POINTS {
        table.mistake(&written.span, format!("points lie between −{MOST_POINTS} and {MOST_POINTS}"));
        return None;
    }
    i32::try_from(written.value).ok()
}
