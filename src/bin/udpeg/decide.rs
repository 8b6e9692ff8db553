//! `udpeg accept`, `decline` and `override`.

use crate::args::{Answer, Override};
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use std::path::Path;
use udpeg::Result;
use udpeg::assignment::Changed;
use udpeg::decisions::Decision;
use udpeg::pipeline::{self, Context, Deciding, DecisionSummary, Memory};
use udpeg::programme::Overrides;

/// Somebody accepts or declines.
pub(crate) fn answer(typed: &Answer, decision: Decision, terminal: &Terminal) -> Result<()> {
    let deciding = Deciding {
        decision,
        unit: typed.about.unit.clone(),
        reason: typed.reason.clone(),
        by: typed.about.by.clone(),
        at: context::now(),
    };
    let overrides =
        Overrides { period: typed.about.period.clone(), out: typed.about.out.clone(), ..Overrides::default() };
    decide(&typed.about.programme, &overrides, &deciding, terminal)
}

/// Somebody puts a unit in or takes it out.
pub(crate) fn override_rank(typed: &Override, terminal: &Terminal) -> Result<()> {
    let deciding = Deciding {
        decision: if typed.include { Decision::Include } else { Decision::Exclude },
        unit: typed.about.unit.clone(),
        reason: typed.reason.clone(),
        by: typed.about.by.clone(),
        at: context::now(),
    };
    let overrides =
        Overrides { period: typed.about.period.clone(), out: typed.about.out.clone(), ..Overrides::default() };
    decide(&typed.about.programme, &overrides, &deciding, terminal)
}

fn decide(programme: &Path, overrides: &Overrides, deciding: &Deciding, terminal: &Terminal) -> Result<()> {
    let step = |context: &Context<'_>| pipeline::decide(context, deciding);
    let outcome = context::run_with(programme, overrides, false, Memory::default(), terminal, step)?;
    terminal.outcome(&outcome, || text(&outcome.summary))
}

fn text(summary: &DecisionSummary) -> String {
    let persons = if summary.members == 1 { "1 person".to_owned() } else { format!("{} persons", summary.members) };
    let said = match summary.decision {
        Decision::Accept => "accepts",
        Decision::Decline => "declines",
        Decision::Include => "is put in",
        Decision::Exclude => "is taken out",
        Decision::Recuse => "has a conflict of interest",
    };
    let mut text = format!("{} ({persons}) {said}: line {} of decisions.jsonl\n", summary.label, summary.line);
    if let Some(change) = &summary.change {
        for (title, units) in [
            ("No longer proposed", &change.left),
            ("Proposed now", &change.entered),
            ("Has a coordinator now", &change.given),
        ] {
            if !units.is_empty() {
                heading(&mut text, title);
                text.push_str(&shown(units));
            }
        }
    }
    match (summary.revision, &summary.folder) {
        (Some(revision), Some(folder)) if summary.change.is_some() => {
            let _ = writeln!(text, "\n Revision {revision}, in {}; all others stay where they are.", folder.display());
        }
        (None, _) => text.push_str(" Nothing is assigned yet: `udpeg assign` will heed it.\n"),
        _ => {}
    }
    text
}

fn shown(units: &[Changed]) -> String {
    let mut rows = vec![["label", "rank", "coordinator"].map(str::to_owned).to_vec()];
    for unit in units {
        let coordinator = unit.coordinator.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(vec![unit.label.clone(), number(unit.rank as u64), coordinator]);
    }
    table(rows)
}
