//! What a programme does, for publication: made from the programme file alone, so that it cannot say anything else than
//! what is done.

use super::Document;
use crate::programme::{
    ApprovalStatus, Band, Columns, Department, Eligibility, Kind, Measure, Period, Programme, Purpose, Rule, Scale,
};
use crate::score::{least_amount, points};
use crate::sentences::{Canonical, Language, PurposeLabel, Section, Sentences, Test};

/// Describes a programme.
#[must_use]
pub fn describe(programme: &Programme, language: Language) -> Document {
    let words = language.sentences();
    let mut document = Document::new(language, words.describing_title(&programme.name));
    document.paragraph(words.people_decide());
    document.paragraph(words.describing_origin());
    purpose(&mut document, programme, words);
    data(&mut document, programme, words);
    units(&mut document, programme, words);
    points_and_selection(&mut document, programme, words);
    document.heading(words.heading(Section::Retention));
    document.paragraph(words.kept_until(programme.purpose.delete_after));
    document.list(words.kept().into_iter().map(str::to_owned).collect());
    document.paragraph(words.threshold(programme.disclosure.threshold));
    document.heading(words.heading(Section::Fingerprint));
    document.paragraph(words.fingerprint(&programme.rules_approval().sha256));
    document
}

/// The points system by itself: rules, conditions, order.
pub(super) fn points_system(programme: &Programme, language: Language) -> Document {
    let words = language.sentences();
    let mut document = Document::new(language, words.heading(Section::Points));
    points_and_selection(&mut document, programme, words);
    document.heading(words.heading(Section::Fingerprint));
    document.paragraph(words.fingerprint(&programme.rules_approval().sha256));
    document
}

fn points_and_selection(document: &mut Document, programme: &Programme, words: &dyn Sentences) {
    document.heading(words.heading(Section::Points));
    document.paragraph(words.measured_on(&programme.period, programme.as_of));
    for rule in &programme.rules {
        rule_described(document, rule, words);
    }
    eligibility(document, programme, words);
    selection(document, programme, words);
}

fn purpose(document: &mut Document, programme: &Programme, words: &dyn Sentences) {
    document.heading(words.heading(Section::Purpose));
    let items = purpose_items(programme, words);
    document.list(items.into_iter().map(|(label, text)| format!("{label}: {text}")).collect());
}

/// What `[purpose]` says, each with its name.
pub(super) fn purpose_items(programme: &Programme, words: &dyn Sentences) -> Vec<(String, String)> {
    let Purpose { controller, legal_basis, dpia, approved_by, approved_on, delete_after, .. } = &programme.purpose;
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| words.not_stated().to_owned());
    let approval = approved_by.as_ref().zip(*approved_on).map(|(by, on)| words.approved(by, on));
    let is_approved = programme.rules_approval().status == ApprovalStatus::Approved;
    let items = [
        (PurposeLabel::Controller, text(controller)),
        (PurposeLabel::LegalBasis, text(legal_basis)),
        (PurposeLabel::Dpia, text(dpia)),
        (PurposeLabel::Approval, text(&approval)),
        (PurposeLabel::Rules, words.approval(is_approved).to_owned()),
        (PurposeLabel::DeleteAfter, text(&delete_after.map(|day| words.date(day)))),
    ];
    items.map(|(label, text)| (words.purpose_label(label).to_owned(), text)).to_vec()
}

fn data(document: &mut Document, programme: &Programme, words: &dyn Sentences) {
    document.heading(words.heading(Section::Data));
    for department in &programme.departments {
        document.subheading(&department.id);
        let (used, not_given) = columns(&department.columns, words);
        document.paragraph(words.columns_used(&used));
        if !not_given.is_empty() {
            document.paragraph(words.columns_not_given(&not_given));
        }
        if let Period::Weeks { amount, .. } = &department.columns.period {
            document.paragraph(words.weeks(amount.is_some()));
        }
        if department.columns.persons.len() > 1 {
            document.paragraph(words.several_adults());
        }
        document.paragraph(words.types_that_leave(&types(programme, department)));
    }
    document.paragraph(words.days_leave(programme.dates_leave));
    if programme.person_lists.renumbered.is_some() {
        document.paragraph(words.renumbered());
    }
    if !programme.person_lists.exclude.is_empty() {
        document.paragraph(words.excluded());
    }
    document.paragraph(words.nothing_else());
    let bands = programme.attributes.age_band.then(|| programme.age_bands.labels());
    document.paragraph(words.derived(programme.attributes.sex, bands.as_deref()));
}

fn types(programme: &Programme, department: &Department) -> Vec<String> {
    programme.types_that_may_leave(department).into_iter().map(str::to_owned).collect()
}

/// A department's columns that are read, and those that could be and are not.
fn columns(columns: &Columns, words: &dyn Sentences) -> (Vec<String>, Vec<Canonical>) {
    let Columns { persons, kind, period, record, child } = columns;
    let further = std::iter::repeat(Canonical::FurtherPerson);
    let mut all: Vec<(Canonical, Option<&String>)> =
        std::iter::once(Canonical::Person).chain(further).zip(persons.iter().map(Some)).collect();
    all.push((Canonical::Type, Some(kind)));
    match period {
        Period::Days { start, end } => all.extend([(Canonical::Start, Some(start)), (Canonical::End, Some(end))]),
        Period::Weeks { week, amount } => {
            all.extend([(Canonical::Week, Some(week)), (Canonical::Amount, amount.as_ref())]);
        }
    }
    all.extend([(Canonical::Record, record.as_ref()), (Canonical::Child, child.as_ref())]);
    let used = all.iter().filter_map(|(column, own)| own.map(|own| words.column(*column, own))).collect();
    let not_given = all.iter().filter(|(_, own)| own.is_none()).map(|(column, _)| *column).collect();
    (used, not_given)
}

fn units(document: &mut Document, programme: &Programme, words: &dyn Sentences) {
    document.heading(words.heading(Section::Units));
    document.paragraph(words.families(programme.family.max_adults_per_child));
    if !programme.family.apart_types.is_empty() {
        document.paragraph(words.apart(&programme.family.apart_types));
    }
}

/// What a rule measures, and which points that gives.
pub(crate) fn rule_in_words(rule: &Rule, words: &dyn Sentences) -> String {
    let scale = match &rule.scale {
        Scale::Bands(bands) => {
            let band = |band: &Band| (words.band(rule.measure, band.from), words.points(band.points.into()));
            words.bands(&bands.iter().map(band).collect::<Vec<_>>())
        }
        Scale::PerOne { points, max } => words.points_for_each(rule.measure, (*points).into(), max.map(i64::from)),
    };
    format!("{}. {scale}", words.measured(rule))
}

fn rule_described(document: &mut Document, rule: &Rule, words: &dyn Sentences) {
    document.subheading(&rule.id);
    document.paragraph(rule_in_words(rule, words));
    if rule.measure != Measure::Departments {
        document.paragraph(words.pooled(rule.measure.is_in_years()));
    }
    let row = |amount: u32| vec![words.amount(rule.measure, amount), words.whole(points(rule, amount))];
    let rows = examples(rule).into_iter().map(row).collect();
    document.table(words.band_columns().map(str::to_owned).to_vec(), rows);
}

/// Amounts that show what a rule does: for bands, each band's first and what lies right below it; for points for each,
/// one, two, and where the most is reached, that and one more.
fn examples(rule: &Rule) -> Vec<u32> {
    let mut amounts = match &rule.scale {
        Scale::Bands(bands) => {
            let least = bands.iter().map(|band| whole(least_amount(rule.measure, band.from)));
            least.flat_map(|least| [least.saturating_sub(1), least]).collect::<Vec<u32>>()
        }
        Scale::PerOne { points, max } => {
            let full = max.filter(|_| *points > 0).map(|max| max.max(0).unsigned_abs().div_ceil(points.unsigned_abs()));
            let counts = [Some(1), Some(2), full, full.and_then(|full| full.checked_add(1))];
            let amount = |count: u32| {
                if rule.measure.is_in_years() { whole(least_amount(rule.measure, count.into())) } else { count }
            };
            counts.into_iter().flatten().map(amount).collect()
        }
    };
    amounts.sort_unstable();
    amounts.dedup();
    amounts
}

/// An amount as a whole number; what is below 0 or above all amounts is the nearest there is.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from a float saturates")]
fn whole(amount: f64) -> u32 {
    amount as u32
}

fn eligibility(document: &mut Document, programme: &Programme, words: &dyn Sentences) {
    let Eligibility { min_departments, min_points, ages, require } = &programme.eligibility;
    let required = require.iter().filter_map(|&rule| programme.rules.get(rule)).map(|rule| Test::Require(&rule.id));
    let tests: Vec<Test<'_>> = [
        ages.as_ref().map(|ages| Test::Ages(&ages.text)),
        min_departments.map(Test::MinDepartments),
        min_points.map(Test::MinPoints),
    ]
    .into_iter()
    .flatten()
    .chain(required)
    .collect();
    document.heading(words.heading(Section::Eligibility));
    document.paragraph(words.eligible(!tests.is_empty()));
    document.list(tests.iter().map(|test| words.test(test)).collect());
}

fn selection(document: &mut Document, programme: &Programme, words: &dyn Sentences) {
    let selection = &programme.selection;
    document.heading(words.heading(Section::Selection));
    document.paragraph(words.sizes(selection.size, selection.reserve));
    let has_quota = |kind: &Kind| selection.quota[*kind].min > 0 || selection.quota[*kind].max.is_some();
    let quotas: Vec<String> = Kind::ALL
        .into_iter()
        .filter(has_quota)
        .map(|kind| words.quota(kind, selection.quota[kind].min, selection.quota[kind].max))
        .collect();
    if quotas.is_empty() {
        document.paragraph(words.no_quotas());
    }
    document.list(quotas);
    let ids: Vec<String> =
        selection.tie_break.iter().filter_map(|&rule| programme.rules.get(rule)).map(|rule| rule.id.clone()).collect();
    document.paragraph(words.order(&ids));
    document.paragraph(words.lottery(selection.lottery.as_deref()));
}
