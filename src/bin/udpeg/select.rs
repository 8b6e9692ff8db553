//! `udpeg select`, and how a selection is shown.

use crate::args::Select;
use crate::context;
use crate::pseudonymise::quality;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::pipeline::{self, SelectionSummary};
use udpeg::selection::Counts;

pub(crate) fn run(typed: &Select, terminal: &Terminal) -> Result<()> {
    let overrides = context::overrides(&typed.programme.of);
    let outcome = context::run(&typed.programme, &overrides, terminal, pipeline::select)?;
    terminal.outcome(&outcome, || text(&outcome.summary))
}

fn text(summary: &SelectionSummary) -> String {
    let mut text = quality(&summary.quality.iter().collect::<Vec<_>>());
    text.push_str(&counts(&summary.counts));
    heading(&mut text, "Files");
    let _ = writeln!(text, " for the analyst     {}", summary.folder.display());
    text
}

/// From persons to proposed units, and what is missing.
pub(crate) fn counts(counts: &Counts) -> String {
    let funnel = &counts.funnel;
    let line = |what: &str, count: usize| vec![what.to_owned(), number(count)];
    let mut text = String::new();
    heading(&mut text, "From persons to proposals");
    let mut rows = vec![
        line("persons in the extracts", funnel.persons),
        line("of an age that takes part", funnel.of_eligible_age),
        line("families and citizens", funnel.units),
        line("in enough departments", funnel.in_enough_departments),
        line("eligible", funnel.eligible),
        line("proposed", funnel.proposed),
        line("  families", counts.proposed.family),
        line("  citizens", counts.proposed.citizen),
        line("in reserve", funnel.reserve),
    ];
    let points = counts.points_needed.map_or_else(|| "none proposed".to_owned(), |points| points.to_string());
    rows.push(vec!["points of the last proposed".to_owned(), points]);
    text.push_str(&table(rows));
    let missing = [
        ("unit", "units", counts.shortfall.total),
        ("family", "families", counts.shortfall.family),
        ("citizen", "citizens", counts.shortfall.citizen),
    ];
    let missing = missing.into_iter().filter(|(_, _, count)| *count > 0);
    let missing: Vec<String> = missing
        .map(|(one, many, count)| format!("{} {}", number(count), if count == 1 { one } else { many }))
        .collect();
    if !missing.is_empty() {
        let _ = writeln!(text, "\n There are fewer eligible than asked for; missing: {}.", missing.join(", "));
    }
    let incomplete = counts.incomplete;
    if incomplete.eligible + incomplete.not_eligible > 0 {
        let _ = writeln!(
            text,
            "\n Rows of {} eligible units and of {} others were rejected: they may have more points than counted.",
            number(incomplete.eligible),
            number(incomplete.not_eligible)
        );
    }
    text
}
