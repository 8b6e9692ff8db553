//! `udpeg assign`, and how an assignment is shown.

use crate::args::Assign;
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::assignment::Reached;
use udpeg::pipeline::{self, AssignmentSummary};

pub(crate) fn run(typed: &Assign, terminal: &Terminal) -> Result<()> {
    let overrides = context::with_previous(context::overrides(&typed.programme.of), typed.previous.as_ref())?;
    let outcome = context::run(&typed.programme, &overrides, terminal, pipeline::assign)?;
    terminal.outcome(&outcome, || {
        let mut text = loads(&outcome.summary);
        heading(&mut text, "Files");
        text.push_str(&files(&outcome.summary));
        text
    })
}

/// Units and points of each coordinator, and how good the assignment is.
pub(crate) fn loads(summary: &AssignmentSummary) -> String {
    let mut text = String::new();
    heading(&mut text, "Coordinators");
    let mut head = vec!["coordinator", "units", "of", "points"];
    if summary.load == "members" {
        head.push("members");
    }
    let before = format!("{} before", summary.load);
    let has_before = summary.coordinators.iter().any(|load| load.load_before.is_some());
    if has_before {
        head.push(&before);
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<String>>()];
    for load in &summary.coordinators {
        let mut row = vec![load.id.clone(), number(load.units), number(load.capacity), load.points.to_string()];
        row.extend((summary.load == "members").then(|| load.load.to_string()));
        row.extend(has_before.then(|| load.load_before.unwrap_or(0).to_string()));
        rows.push(row);
    }
    text.push_str(&table(rows));
    if let Some(lost) = summary.lost_coordinator {
        let _ = writeln!(text, "\n {} persons lose the coordinator they had.", number(lost));
    }
    if summary.without_coordinator > 0 {
        let _ = writeln!(text, "\n {} proposed units have no coordinator.", number(summary.without_coordinator));
    }
    text.push_str(&unproved(summary));
    text
}

/// What is not proved to be the best.
fn unproved(summary: &AssignmentSummary) -> String {
    let optimality = summary.optimality;
    let mut text = String::new();
    let open = [
        ("units with a coordinator", optimality.served, "more than"),
        ("persons who keep their coordinator", optimality.kept, "more than"),
        ("the largest load", optimality.largest_load, "less than"),
    ];
    for (what, reached, beyond) in open.into_iter().filter(|(_, reached, _)| !reached.is_best()) {
        let Reached { value, bound } = reached;
        let _ = writeln!(text, "\n Not proved to be the best: {what}, {value}; it cannot be {beyond} {bound}.");
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
