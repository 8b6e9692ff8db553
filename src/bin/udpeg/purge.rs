//! `udpeg purge`: shows what must go, asks, removes it, and says what it cannot reach.

use crate::args::Purge;
use crate::context;
use crate::terminal::{Terminal, confirm, heading, number, table};
use serde::Serialize;
use std::fmt::Write;
use udpeg::Result;
use udpeg::programme::{Overrides, Programme};
use udpeg::purge::{self, Plan};

/// What no program on this machine can reach.
const OUT_OF_REACH: [&str; 5] = [
    "deliveries and their copies with the departments and on the way to the analyst",
    "the departments' own private folders and extracts, and the key",
    "lists handed out: on paper, in mails, on other machines",
    "backups, and what the disk keeps of files that were unlinked",
    "figures and notes that people took from these files",
];

#[derive(Serialize)]
struct Summary {
    #[serde(flatten)]
    plan: Plan,
    removed: bool,
    out_of_reach: [&'static str; 5],
}

pub(crate) fn run(typed: &Purge, terminal: &Terminal) -> Result<()> {
    let overrides = Overrides { out: typed.out.clone(), ..Overrides::default() };
    let programme = Programme::read(&typed.programme, &overrides)?;
    let today = chrono::Local::now().date_naive();
    purge::remove_begun(&programme)?;
    let plan = purge::plan(&programme, today)?;
    let removed = !plan.due.is_empty();
    if removed {
        if !typed.yes {
            let question = format!("{}\n Remove {}? Type yes: ", going(&plan), periods(plan.due.len()));
            confirm(&question, "yes", "add --yes where nobody can be asked; nothing was removed")?;
        }
        purge::carry_out(&programme, &plan, today, &context::now())?;
    }
    let summary = Summary { plan, removed, out_of_reach: OUT_OF_REACH };
    terminal.summary(&summary, &[], || text(&summary, &programme))
}

fn periods(count: usize) -> String {
    if count == 1 { "1 period".to_owned() } else { format!("{count} periods") }
}

/// The periods that are due.
fn going(plan: &Plan) -> String {
    let mut text = String::new();
    heading(&mut text, "Past their last day");
    let mut rows = vec![["period", "last day", "files", "bytes", "lists"].map(str::to_owned).to_vec()];
    for due in &plan.due {
        let (files, bytes) = (number(due.files), number(due.bytes));
        rows.push(vec![due.period.clone(), due.delete_after.to_string(), files, bytes, number(due.lists.len())]);
    }
    text.push_str(&table(rows));
    text
}

fn text(summary: &Summary, programme: &Programme) -> String {
    let plan = &summary.plan;
    let mut text = String::new();
    if plan.due.is_empty() {
        text.push_str("No period is past its `delete_after`.\n");
    } else {
        text.push_str(&going(plan));
        let log = programme.out.join(purge::LOG);
        let _ = writeln!(text, "\n Removed, and logged in {}.", log.display());
    }
    for kept in &plan.kept {
        let _ = writeln!(text, " {} may stay until {}.", kept.period, kept.delete_after);
    }
    for unclear in &plan.unclear {
        let _ = writeln!(text, " {unclear} does not say how long it may stay, and was left: look into it.");
    }
    heading(&mut text, "Out of reach, and yours to see to");
    for place in summary.out_of_reach {
        let _ = writeln!(text, " {place}");
    }
    text
}
