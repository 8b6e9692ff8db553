//! `udpeg run`.

use crate::args::Run;
use crate::assign::{files, loads};
use crate::context;
use crate::pseudonymise::quality;
use crate::select::counts;
use crate::terminal::{Terminal, heading};
use std::fmt::Write;
use udpeg::Result;
use udpeg::pipeline::{self, Context, RunSummary};
use udpeg::report::STEERING_REPORT;

pub(crate) fn run(typed: &Run, terminal: &Terminal) -> Result<()> {
    let overrides = context::extract_overrides(&typed.programme, &typed.extracts, typed.department.as_ref())?;
    let overrides = context::with_previous(overrides, typed.extracts.previous.as_ref())?;
    let delivering = context::delivering(&typed.extracts);
    let step = |context: &Context<'_>| pipeline::run(context, &delivering, typed.new_key);
    let outcome = context::run(&typed.programme, &overrides, terminal, step)?;
    terminal.outcome(&outcome, || text(&outcome.summary))
}

fn text(summary: &RunSummary) -> String {
    let mut text = quality(&summary.departments.iter().map(|department| &department.quality).collect::<Vec<_>>());
    text.push_str(&counts(&summary.selection.counts));
    text.push_str(&loads(&summary.assignment));
    heading(&mut text, "Files");
    for department in &summary.departments {
        let _ = writeln!(text, " rejected rows       {}", department.private.join("rejected.csv").display());
    }
    let _ = writeln!(text, " everyone eligible   {}", summary.selection.folder.join("candidates.parquet").display());
    text.push_str(&files(&summary.assignment));
    if let Some(folder) = summary.release.as_ref().and_then(|release| release.folder.as_ref()) {
        let _ = writeln!(text, " report              {}", folder.join(STEERING_REPORT).display());
        let _ = writeln!(text, " statistics          {}", folder.join("statistics.csv").display());
    }
    text
}
