//! An explanation that a caseworker can read to the citizen.

use super::Document;
use crate::explanation::{Explanation, RecordFacts, RuleFacts, TestFacts};
use crate::programme::{ApprovalStatus, DatesLeave, Kind, Programme, Rule};
use crate::selection::{Reason as Placement, WhyNot};
use crate::sentences::{Language, Outcome, Part, Reason, Sentences, Test};

/// An explanation as a document.
#[must_use]
pub fn explain(programme: &Programme, explanation: &Explanation, language: Language) -> Document {
    let words = language.sentences();
    let label = explanation.unit.as_ref().map(|unit| unit.label.as_str());
    let mut document = Document::new(language, words.explaining_title(label));
    let approval = words.approval(programme.rules_approval().status == ApprovalStatus::Approved);
    document.paragraph(format!(
        "{}: {}. {}",
        programme.name,
        approval,
        words.measured_on(&programme.period, programme.as_of)
    ));
    document.paragraph(beginning(programme, explanation, words));
    if explanation.unit.is_some() {
        document.heading(words.part(Part::Points));
        let rows = programme.rules.iter().zip(&explanation.rules).map(|(rule, facts)| rule_row(rule, facts, words));
        document.table(words.rule_columns().map(str::to_owned).to_vec(), rows.collect());
        document.list(programme.rules.iter().map(|rule| format!("{}: {}.", rule.id, words.measured(rule))).collect());
        if programme.dates_leave == DatesLeave::AsMonths {
            document.paragraph(words.days_leave(programme.dates_leave));
        }
        document.paragraph(place(explanation, words));
    }
    document.heading(words.part(Part::Tests));
    document.list(explanation.tests.iter().filter_map(|test| tested(programme, test, words)).collect());
    if let Some(unit) = &explanation.unit {
        document.heading(words.part(Part::Missing));
        document.paragraph(words.departments(&unit.departments));
        document.paragraph(match explanation.incomplete.as_slice() {
            [] => words.complete().to_owned(),
            departments => words.incomplete(departments),
        });
    }
    if let Some(records) = &explanation.records {
        document.heading(words.part(Part::Records));
        let rows = records.iter().map(|record| record_row(record, words)).collect();
        document.table(words.record_columns().map(str::to_owned).to_vec(), rows);
    }
    document.paragraph(words.closing());
    document
}

/// What became of it and why.
fn beginning(programme: &Programme, explanation: &Explanation, words: &dyn Sentences) -> String {
    let mut sentences = Vec::new();
    if let Some(unit) = &explanation.unit {
        let kind = if unit.kind == Kind::Family.as_str() { Kind::Family } else { Kind::Citizen };
        sentences.push(words.unit(kind, unit.members.len()));
    }
    sentences.push(words.outcome(match explanation.outcome {
        "proposed" => Outcome::Proposed,
        "reserve" => Outcome::Reserve,
        "eligible" => Outcome::Eligible,
        _ => Outcome::NotEligible,
    }));
    sentences.extend(
        explanation.why_not.and_then(|reason| reason_of(programme, reason)).map(|reason| words.reason(&reason)),
    );
    if explanation.placement == Some(Placement::Quota) {
        sentences.push(words.by_quota().to_owned());
    }
    if explanation.decided_by_lottery && explanation.why_not.is_none() {
        sentences.push(words.by_lottery().to_owned());
    }
    sentences.join(" ")
}

/// Its points and rank, and how far the last place is away.
fn place(explanation: &Explanation, words: &dyn Sentences) -> String {
    let mut sentences = vec![words.total(explanation.points.unwrap_or(0))];
    sentences.extend(explanation.rank.map(|rank| words.rank(rank, explanation.eligible)));
    sentences.push(match explanation.points_needed {
        Some(points) => words.last_proposed(points.into()),
        None => words.nobody_proposed().to_owned(),
    });
    sentences.extend(explanation.points_short.map(|points| words.short(points.into())));
    sentences.join(" ")
}

fn rule_row(rule: &Rule, facts: &RuleFacts, words: &dyn Sentences) -> Vec<String> {
    let mut value = words.amount(rule.measure, facts.amount);
    if facts.records > 0 {
        value.push_str(", ");
        value.push_str(&words.counted(facts.records));
    }
    let reached = match &rule.scale {
        crate::programme::Scale::Bands(_) => {
            let from = facts.band_from.map(|from| words.band(rule.measure, from));
            words.reached(from.as_deref())
        }
        crate::programme::Scale::PerOne { .. } => String::new(),
    };
    vec![rule.id.clone(), value, reached, words.whole(facts.points)]
}

fn record_row(record: &RecordFacts, words: &dyn Sentences) -> Vec<String> {
    let RecordFacts { member, department, kind, start, end, counted_by } = record;
    let end = end.map_or_else(|| words.still_open().to_owned(), |end| words.date(end));
    vec![member.to_string(), department.clone(), kind.clone(), words.date(*start), end, counted_by.join(", ")]
}

/// A test and how it ended.
fn tested(programme: &Programme, test: &TestFacts, words: &dyn Sentences) -> Option<String> {
    Some(words.tested(&test_of(programme, test.kind)?, test.has, test.is_passed))
}

/// A test of the programme; `None` where it has none of the kind.
fn test_of(programme: &Programme, kind: WhyNot) -> Option<Test<'_>> {
    let eligibility = &programme.eligibility;
    match kind {
        WhyNot::Ages => eligibility.ages.as_ref().map(|ages| Test::Ages(&ages.text)),
        WhyNot::MinDepartments => eligibility.min_departments.map(Test::MinDepartments),
        WhyNot::MinPoints => eligibility.min_points.map(Test::MinPoints),
        WhyNot::Require(rule) => programme.rules.get(rule).map(|rule| Test::Require(&rule.id)),
        WhyNot::Quota | WhyNot::Points | WhyNot::TieBreak | WhyNot::Lottery => None,
    }
}

fn reason_of(programme: &Programme, reason: WhyNot) -> Option<Reason<'_>> {
    Some(match reason {
        WhyNot::Quota => Reason::Quota,
        WhyNot::Points => Reason::Points,
        WhyNot::TieBreak => Reason::TieBreak,
        WhyNot::Lottery => Reason::Lottery,
        test => match test_of(programme, test)? {
            Test::Ages(ages) => Reason::Ages(ages),
            Test::MinDepartments(least) => Reason::MinDepartments(least),
            Test::MinPoints(least) => Reason::MinPoints(least),
            Test::Require(rule) => Reason::Require(rule),
        },
    })
}
