//! `udpeg pseudonymise`, and how a department's quality is shown.

use crate::args::Pseudonymise;
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::extract::{Quality, Reason};
use udpeg::pipeline::{self, Context, DepartmentSummary};

pub(crate) fn run(typed: &Pseudonymise, terminal: &Terminal) -> Result<()> {
    let overrides = context::extract_overrides(&typed.programme, &typed.extracts, Some(&typed.department))?;
    let delivering = context::delivering(&typed.extracts);
    let step = |context: &Context<'_>| pipeline::pseudonymise(context, &typed.department, &delivering);
    let outcome = context::run(&typed.programme, &overrides, terminal, step)?;
    terminal.outcome(&outcome, || text(&outcome.summary))
}

fn text(summary: &DepartmentSummary) -> String {
    let mut text = quality(&[&summary.quality]);
    heading(&mut text, "Files");
    let _ = writeln!(text, " for the analyst     {}", summary.delivery.display());
    let _ = writeln!(text, " stays with you      {}", summary.private.display());
    if summary.other_types > 0 {
        let _ = writeln!(
            text,
            "\n {} rows have a type that the programme does not name and left as `other`; other_types.csv lists them.",
            number(summary.other_types)
        );
    }
    text
}

/// Rows of departments: how many came, how many could not be used and why.
pub(crate) fn quality(departments: &[&Quality]) -> String {
    let mut text = String::new();
    heading(&mut text, "Extracts");
    text.push_str(&table(counts(departments)));
    let occurs = |reason: &&str| departments.iter().any(|quality| quality.reasons.contains_key(*reason));
    let rows_of =
        |reason: &str, quality: &Quality| quality.reasons.get(reason).map_or_else(String::new, |rows| number(*rows));
    let mut rejected = vec![vec!["reason".to_owned()]];
    rejected[0].extend(departments.iter().map(|quality| quality.department.clone()));
    for reason in Reason::ALL.map(Reason::as_str).into_iter().filter(occurs) {
        let rows = departments.iter().map(|quality| rows_of(reason, quality));
        rejected.push(std::iter::once(reason.replace('_', " ")).chain(rows).collect());
    }
    if rejected.len() > 1 {
        heading(&mut text, "Rejected rows");
        text.push_str(&table(rejected));
    }
    text
}

/// A line of counts for each department; what none makes use of has no column.
pub(crate) fn counts(departments: &[&Quality]) -> Vec<Vec<String>> {
    type Count = fn(&Quality) -> Option<u64>;
    let columns: [(&str, Count); 8] = [
        ("rows", |quality| Some(quality.rows)),
        ("further adults", |quality| quality.further_adults),
        ("rejected", |quality| Some(quality.rejected)),
        ("excluded", |quality| quality.excluded),
        ("duplicates", |quality| Some(quality.duplicates)),
        ("netted out", |quality| quality.netted_out),
        ("joined", |quality| quality.joined),
        ("extract", |quality| Some(quality.extract)),
    ];
    let used = columns.into_iter().filter(|(_, count)| departments.iter().any(|quality| count(quality).is_some()));
    let used: Vec<(&str, Count)> = used.collect();
    let header = std::iter::once("department").chain(used.iter().map(|(name, _)| *name)).map(str::to_owned).collect();
    let row = |quality: &&Quality| {
        let counts = used.iter().map(|(_, count)| count(quality).map_or_else(String::new, number));
        std::iter::once(quality.department.clone()).chain(counts).collect()
    };
    std::iter::once(header).chain(departments.iter().map(row)).collect()
}
