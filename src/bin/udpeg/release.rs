//! `udpeg release`, and how protected tables are shown.

use crate::args::Release;
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::disclosure::{ProtectedCount, ProtectedTable};
use udpeg::pipeline::{self, Context, ReleaseSummary, Releasing};
use udpeg::programme::Overrides;
use udpeg::release::Approval;
use udpeg::report::STEERING_REPORT;
use udpeg::statistics::Statistics;

pub(crate) fn run(typed: &Release, terminal: &Terminal) -> Result<()> {
    let previous = typed.previous.clone();
    let overrides = Overrides { previous, ..context::overrides(&typed.programme.of) };
    let releasing = match (&typed.prepared_by, &typed.approved_by) {
        (Some(prepared_by), Some(approved_by)) => {
            let now = chrono::Local::now().fixed_offset();
            Releasing::Release(Approval::new(prepared_by, approved_by, now)?)
        }
        _ => Releasing::Preview,
    };
    let step = |context: &Context<'_>| pipeline::release(context, &releasing);
    let outcome = context::run(&typed.programme, &overrides, terminal, step)?;
    terminal.outcome(&outcome, || text(&outcome.summary))
}

fn text(summary: &ReleaseSummary) -> String {
    let mut text = String::new();
    for table in summary.statistics.iter().flat_map(Statistics::tables) {
        heading(&mut text, &table.name);
        text.push_str(&shown(table));
    }
    heading(&mut text, "Protection");
    let _ = writeln!(text, " {} of {} cells are hidden.", number(summary.hidden), number(summary.cells));
    if let Some(base) = summary.rounded_to {
        let _ = writeln!(text, " Counts are rounded to multiples of {base}; totals are the sums of what is shown.");
    }
    match (&summary.released, &summary.folder) {
        (Some(released), Some(folder)) => {
            heading(&mut text, "Released");
            let _ = writeln!(text, " number              {}", released.number);
            let _ = writeln!(text, " head of the ledger  {}", released.head);
            let _ = writeln!(text, " report              {}", folder.join(STEERING_REPORT).display());
            let _ = writeln!(text, " statistics          {}", folder.join("statistics.csv").display());
        }
        _ => text.push_str("\n Nothing was written. To release it, name --prepared-by and --approved-by.\n"),
    }
    text
}

/// A table: the values of its last dimension side by side.
fn shown(protected: &ProtectedTable) -> String {
    let Some((last, others)) = protected.dimensions.split_last() else { return String::new() };
    let columns: Vec<&str> = last.values.iter().map(String::as_str).chain(["total"]).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    if others.is_empty() {
        rows.extend(
            protected.cells().map(|cell| {
                vec![cell.values.first().copied().flatten().unwrap_or("total").to_owned(), count(cell.count)]
            }),
        );
        return table(rows);
    }
    let names: Vec<&str> = others.iter().map(|dimension| dimension.name.as_str()).collect();
    rows.push(std::iter::once(names.join(", ")).chain(columns.iter().map(|&column| column.to_owned())).collect());
    let cells: Vec<_> = protected.cells().collect();
    for row in cells.chunks(columns.len()) {
        let Some(first) = row.first() else { continue };
        let values: Vec<&str> = first.values[..others.len()].iter().map(|value| value.unwrap_or("total")).collect();
        rows.push(std::iter::once(values.join(", ")).chain(row.iter().map(|cell| count(cell.count))).collect());
    }
    table(rows)
}

fn count(count: ProtectedCount) -> String {
    count.shown().map_or_else(|| "hidden".to_owned(), number)
}
