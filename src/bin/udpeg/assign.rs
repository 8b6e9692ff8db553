//! `udpeg assign`, and how an assignment is shown.

use crate::args::Assign;
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::pipeline::{self, AssignmentSummary};

pub(crate) fn run(typed: &Assign, terminal: &Terminal) -> Result<()> {
    let overrides = context::overrides(&typed.programme.of);
    let outcome = context::run(&typed.programme, &overrides, terminal, pipeline::assign)?;
    terminal.outcome(&outcome, || {
        let mut text = loads(&outcome.summary);
        heading(&mut text, "Files");
        text.push_str(&files(&outcome.summary));
        text
    })
}

/// Units and points of each coordinator.
pub(crate) fn loads(summary: &AssignmentSummary) -> String {
    let mut text = String::new();
    heading(&mut text, "Coordinators");
    let mut rows = vec![["coordinator", "units", "of", "points"].map(str::to_owned).to_vec()];
    for load in &summary.coordinators {
        rows.push(vec![load.id.clone(), number(load.units), number(load.capacity), load.points.to_string()]);
    }
    text.push_str(&table(rows));
    if summary.without_coordinator > 0 {
        let _ = writeln!(text, "\n {} proposed units have no coordinator.", number(summary.without_coordinator));
    }
    text
}

/// Where the lists are.
pub(crate) fn files(summary: &AssignmentSummary) -> String {
    format!(
        " the target group    {}\n each coordinator's  {}\n",
        summary.folder.join("target_group.parquet").display(),
        summary.lists.join("<id>").join("list.parquet").display()
    )
}
