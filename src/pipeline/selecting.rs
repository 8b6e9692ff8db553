//! `select`, in a period that is held.

use super::departments::Afterwards;
use super::{Context, Outcome, SelectionSummary, in_free_place};
use crate::error::{Error, Result, Warning};
use crate::extract::Quality;
use crate::linkage::{self, Apart, Delivery, Linked, Units};
use crate::output::{self, FileRecord, Manifest, Period, RunMetadata, Staged, Step};
use crate::score::Scorer;
use crate::selection;
use crate::statistics::Counted;
use std::path::Path;
use std::time::Instant;

/// What a selection leaves behind besides its files.
pub(super) struct Selection {
    pub(super) outcome: Outcome<SelectionSummary>,
    /// Everybody in it, counted; only where it goes on in the same process.
    pub(super) counted: Option<Counted>,
}

pub(super) fn select_in(context: &Context<'_>, period: &Period) -> Result<Outcome<SelectionSummary>> {
    let began = Instant::now();
    let is_free = period.check_free(&Step::select(), context.force);
    let deliveries = in_free_place(
        is_free,
        linkage::read_all(context.programme, period.folder(), &context.room(period), context.progress),
    )?;
    select_from(context, period, deliveries, began, Afterwards::Forget).map(|selection| selection.outcome)
}

/// Selects from deliveries, in the programme's order, where the step's place is free.
pub(super) fn select_from(
    context: &Context<'_>,
    period: &Period,
    mut deliveries: Vec<Delivery>,
    began: Instant,
    afterwards: Afterwards,
) -> Result<Selection> {
    let programme = context.programme;
    context.progress.begin("selecting", 0);
    let mut warnings: Vec<Warning> =
        deliveries.iter_mut().flat_map(|delivery| std::mem::take(&mut delivery.warnings)).collect();
    let quality: Vec<Quality> = deliveries.iter_mut().filter_map(|delivery| delivery.quality.take()).collect();
    let apart = Apart::read(programme.family.apart_file.as_deref())?;
    let mut inputs: Vec<FileRecord> =
        deliveries.iter_mut().flat_map(|delivery| std::mem::take(&mut delivery.inputs)).collect();
    inputs.extend(apart.input.clone());
    let key_id = deliveries.first().map(|delivery| delivery.key_id.clone()).unwrap_or_default();
    let scorer = Scorer::new(programme, &deliveries);
    let mut linked = Linked::new(programme, deliveries, |alone| scorer.score_alone(alone))?;
    let units = Units::with_apart(&programme.family, &apart, &mut linked);
    let selected = selection::select(programme, &scorer, &linked, &units)?;
    warnings.extend(placeholder_warning(&units));
    warnings.extend(selection::warnings(programme, &linked, &selected));

    let folders = period.stage(&Step::select())?;
    let Some(folder) = folders.first() else {
        return Err(Error::file(period.folder(), "the step has no folder", "please report this"));
    };
    let metadata = RunMetadata::new(programme, &key_id);
    let with_rules = metadata.clone().with_rules(programme);
    let candidates =
        || selection::write_candidates(folder, "candidates.parquet", programme, &linked, &units, &selected, &metadata);
    let why = || selection::write_why(folder, "why.parquet", programme, &linked, &units, &selected, &with_rules);
    let counted =
        || (afterwards == Afterwards::Keep).then(|| Counted::new(programme, &linked, &units, &selected, &quality));
    // Each is idle now and then where it cannot be shared out.
    let (counted, (candidates, why)) = rayon::join(counted, || rayon::join(candidates, why));
    let record = |name: &str, (sha256, rows)| FileRecord::new(&Path::new("selection").join(name), sha256, rows);
    let with_rows = |(sha256, rows)| (sha256, Some(rows));
    let candidates = record("candidates.parquet", with_rows(candidates?));
    let why = record("why.parquet", with_rows(why?));
    let counts = record("counts.json", (output::write_json(folder, "counts.json", &selected.counts)?, None));
    let outputs = vec![candidates, counts, why];
    output::write_json(folder, "manifest.json", &Manifest::new("select", programme, &key_id, inputs, outputs, began))?;
    let summary = SelectionSummary { counts: selected.counts, quality, folder: folder.place().to_path_buf() };
    Staged::commit(folders)?;
    context.progress.end();
    // A nation's takes a while to give back; nobody need wait for it.
    rayon::spawn(move || drop((linked, units)));
    Ok(Selection { outcome: Outcome::new(programme, summary, warnings), counted })
}

/// Counts everybody in a selection once more, and gives the SHA-256 of its `counts.json`; nothing is written.
pub(super) fn count(context: &Context<'_>, mut deliveries: Vec<Delivery>) -> Result<(Counted, String)> {
    let programme = context.programme;
    let quality: Vec<Quality> = deliveries.iter_mut().filter_map(|delivery| delivery.quality.take()).collect();
    let scorer = Scorer::new(programme, &deliveries);
    let mut linked = Linked::new(programme, deliveries, |alone| scorer.score_alone(alone))?;
    let apart = Apart::read(programme.family.apart_file.as_deref())?;
    let units = Units::with_apart(&programme.family, &apart, &mut linked);
    let selected = selection::select(programme, &scorer, &linked, &units)?;
    let counts = output::sha256_of_json(&selected.counts).unwrap_or_default();
    Ok((Counted::new(programme, &linked, &units, &selected, &quality), counts))
}

fn placeholder_warning(units: &Units) -> Option<Warning> {
    let count = units.placeholder_children.len();
    (count > 0).then(|| {
        let children = if count == 1 { "1 child stands".to_owned() } else { format!("{count} children stand") };
        Warning(format!("{children} in open records of more adults than `max_adults_per_child`, and so stand for nobody: they join no families and are counted nowhere; counts.json lists their pseudonyms"))
    })
}
