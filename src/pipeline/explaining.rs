//! `explain`: why somebody is proposed or not, from the deliveries of a period.

use super::{Context, Outcome};
use crate::custody::checked;
use crate::decisions::{Log, Persons};
use crate::error::{Result, Warning};
use crate::explanation::{Asked, Explainer, Explanation, Kept};
use crate::extract::Record;
use crate::identity::Pseudonym;
use crate::linkage::{self, Alone, Apart, Delivery, Linked, Units};
use crate::output::{FileRecord, Journal, Manifest, Period};
use crate::programme::Programme;
use crate::score::Scorer;
use crate::selection;
use serde::Serialize;
use std::sync::Mutex;

/// By whose leave single records are shown; put down where they are.
#[derive(Debug, Clone)]
pub struct ShowingRecords {
    /// Where the citizen's consent is kept.
    pub consent: String,
    /// Who looks.
    pub by: String,
    /// The moment, in RFC 3339.
    pub at: String,
}

/// What is put down of a look at single records.
#[derive(Serialize)]
struct Shown<'s> {
    at: &'s str,
    what: &'static str,
    unit: &'s str,
    by: &'s str,
    consent: &'s str,
}

/// Explains what became of those asked for; their single records are shown with consent only, and that they were is put
/// down first.
///
/// # Errors
///
/// [`crate::Error::Refused`] for a purpose that does not do, or deliveries that are altered or do not belong together;
/// [`crate::Error::Usage`] where nobody, or more than one, is meant; [`crate::Error::File`] where something is not
/// there.
pub fn explain(
    context: &Context<'_>,
    asked: &[Asked],
    showing: Option<&ShowingRecords>,
) -> Result<Outcome<Vec<Explanation>>> {
    let programme = context.programme;
    programme.authorise(context.today)?;
    if let Some(showing) = showing {
        checked(&showing.consent, "--consent", Journal::SHOWN_RECORDS)?;
        checked(&showing.by, "--by", Journal::SHOWN_RECORDS)?;
    }
    let period = Period::open_existing(&programme.out, &programme.period)?;
    let deliveries = linkage::read_all(programme, period.folder(), &context.room(&period), context.progress)?;
    let mut warnings: Vec<Warning> = selection_warning(programme, &period, &deliveries).into_iter().collect();
    let mut persons = Persons::default();
    persons.add(&Log::read(period.folder())?.entries, 1);

    let explained = explanations(programme, deliveries, asked, showing.is_some())?;
    for unit in explained.iter().filter_map(|explanation| explanation.unit.as_ref()) {
        warnings.extend(persons.of(&unit.members).map(|decided| {
            Warning(format!(
                "{}: people decided `{}` (line {} of decisions.jsonl, by {}); this explains what the program proposes",
                unit.label,
                decided.said.as_str(),
                decided.line,
                decided.by
            ))
        }));
    }
    if let Some(showing) = showing {
        let mut journal = Journal::open(period.folder().join(Journal::SHOWN_RECORDS))?;
        for unit in explained.iter().filter_map(|explanation| explanation.unit.as_ref()) {
            let ShowingRecords { consent, by, at } = showing;
            journal.append(&Shown { at, what: "explain --records", unit: &unit.id, by, consent })?;
        }
    }
    Ok(Outcome::new(programme, explained, warnings))
}

/// Explains what became of those asked for, from deliveries in the programme's order.
pub(crate) fn explanations(
    programme: &Programme,
    deliveries: Vec<Delivery>,
    asked: &[Asked],
    shows_records: bool,
) -> Result<Vec<Explanation>> {
    let scorer = Scorer::new(programme, &deliveries);
    let kept: Mutex<Vec<Kept>> = Mutex::default();
    let mut linked = Linked::new(programme, deliveries, |alone| {
        if asked.iter().any(|asked| asked.fits(alone.person)) {
            keep(&kept, alone);
        }
        scorer.score_alone(alone)
    })?;
    let apart = Apart::read(programme.family.apart_file.as_deref())?;
    let units = Units::with_apart(&programme.family, &apart, &mut linked);
    let selected = selection::select(programme, &scorer, &linked, &units)?;
    let kept = kept.into_inner().unwrap_or_default();
    let explainer =
        Explainer { programme, scorer: &scorer, linked: &linked, units: &units, selected: &selected, kept: &kept };
    asked.iter().map(|asked| explainer.explain(asked, shows_records)).collect()
}

fn keep(kept: &Mutex<Vec<Kept>>, alone: Alone<'_>) {
    let rows: Vec<Vec<Record>> = alone.rows.iter().map(|rows| rows.to_vec()).collect();
    let kept_one: (Pseudonym, Vec<Vec<Record>>) = (alone.person, rows);
    if let Ok(mut kept) = kept.lock() {
        kept.push(kept_one);
    }
}

/// What a person should know where the selection that stands is not the one explained.
fn selection_warning(programme: &Programme, period: &Period, deliveries: &[Delivery]) -> Option<Warning> {
    let Ok(manifest) = Manifest::read(&period.folder().join("selection"), "select") else {
        return Some(Warning("there is no selection yet; this is what would become of them".to_owned()));
    };
    let read: Vec<&FileRecord> = deliveries.iter().flat_map(|delivery| &delivery.inputs).collect();
    let apart = programme.family.apart_file.as_deref().map(|file| FileRecord::new(file, String::new(), None).path);
    let delivered = manifest.inputs.iter().filter(|record| apart.as_ref() != Some(&record.path));
    let is_of_these = manifest.programme_sha256 == programme.sha256 && delivered.eq(read);
    (!is_of_these).then(|| {
        Warning("the selection that stands was made with another programme file or from other deliveries; this explains what these give".to_owned())
    })
}
