//! `udpeg check`, and how its report is shown.

use crate::args::check::Check;
use crate::context;
use crate::pseudonymise::counts;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use std::process::ExitCode;
use udpeg::Result;
use udpeg::check::{self, AtStake, Checking, DepartmentReport, FileRows, Months, Proposal, RejectedRows, Report};
use udpeg::extract::{Comparison, Figure, Risk};
use udpeg::pipeline::{Context, Memory};
use udpeg::programme::Overrides;

/// Row numbers shown of each reason; --json has all.
const ROWS_SHOWN: usize = 8;

/// Types shown of each department; --json has all.
const TYPES_SHOWN: usize = 20;

pub(crate) fn run(typed: &Check, terminal: &Terminal) -> Result<ExitCode> {
    let overrides = Overrides {
        as_of: typed.as_of,
        input: context::inputs(&typed.input)?,
        department: typed.department.clone(),
        previous: typed.previous.clone(),
        ..Overrides::default()
    };
    let checking = Checking { department: typed.department.clone(), max_rejected: typed.max_rejected.clone() };
    let step = |context: &Context<'_>| check::check(context, &checking);
    let outcome = context::run_with(&typed.programme, &overrides, false, Memory::default(), terminal, step)?;
    let report = &outcome.summary;
    terminal.outcome(&outcome, || text(report))?;
    report.failures().for_each(Terminal::tell);
    Ok(report.exit_code().map_or(ExitCode::SUCCESS, |code| ExitCode::from(code.code())))
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    heading(&mut text, "Extracts");
    text.push_str(&table(counts(&report.departments.iter().map(|one| &one.quality).collect::<Vec<_>>())));
    for department in &report.departments {
        rejected(&mut text, department);
        types(&mut text, department);
        days(&mut text, department);
        if let Some(risk) = &department.quality.risk {
            standing_out(&mut text, department, risk);
        }
        if let Some(comparison) = &department.comparison {
            compared(&mut text, department, comparison);
        }
    }
    if let Some(proposal) = &report.proposal {
        at_stake(&mut text, proposal);
        months(&mut text, proposal, &proposal.months);
    }
    text.push('\n');
    let ready = report.departments.iter().filter(|department| department.failures.is_empty());
    let missing = report.missing_purpose.join(", ");
    let when = if missing.is_empty() { String::new() } else { format!(", once [purpose] says {missing}") };
    for department in ready {
        let _ = writeln!(text, " {}: `udpeg pseudonymise` would deliver this{when}.", department.quality.department);
    }
    text.push_str(" Nothing was written.\n");
    text
}

fn about(text: &mut String, department: &DepartmentReport, what: &str) {
    heading(text, &format!("{}: {what}", department.quality.department));
}

/// A share as a percentage.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[expect(clippy::cast_precision_loss, reason = "rows are far fewer than 2⁵³")]
fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { percent(part as f64 / whole as f64) }
}

fn rejected(text: &mut String, department: &DepartmentReport) {
    let all = department.quality.rows;
    if department.rejected_rows.is_empty() {
        return;
    }
    about(text, department, "rows that cannot be used");
    let mut rows = vec![["reason", "rows", "of all"].map(str::to_owned).to_vec()];
    for group in &department.rejected_rows {
        rows.push(vec![reason(group), number(group.rows), share(group.rows, all)]);
    }
    text.push_str(&table(rows));
    text.push('\n');
    for group in &department.rejected_rows {
        let _ = writeln!(text, " {}: {}", reason(group), places(&group.at));
    }
}

/// Why rows cannot be used, and in which column.
fn reason(group: &RejectedRows) -> String {
    let column = group.column.as_ref().map(|column| format!(" in `{column}`")).unwrap_or_default();
    group.reason.replace('_', " ") + &column
}

/// The first row numbers, by file.
fn places(at: &[FileRows]) -> String {
    let mut left = ROWS_SHOWN;
    let mut shown = Vec::new();
    for file in at {
        let rows: Vec<String> = file.rows.iter().take(left).map(u64::to_string).collect();
        left -= rows.len();
        if !rows.is_empty() {
            let word = if rows.len() == 1 { "row" } else { "rows" };
            shown.push(format!("{} {word} {}", file.file, rows.join(", ")));
        }
    }
    let all: usize = at.iter().map(|file| file.rows.len()).sum();
    let further = all.saturating_sub(ROWS_SHOWN);
    let further = if further > 0 { format!("; {} more", number(further)) } else { String::new() };
    shown.join("; ") + &further
}

fn types(text: &mut String, department: &DepartmentReport) {
    let uncovered = &department.uncovered_types;
    if !uncovered.types.is_empty() || uncovered.rare_types > 0 {
        about(text, department, "types that no rule names");
    }
    let mut rows = vec![["type", "rows", "persons", "leaves as"].map(str::to_owned).to_vec()];
    for one in uncovered.types.iter().take(TYPES_SHOWN) {
        let leaves = if one.leaves_as_itself { "itself" } else { "other" };
        rows.push(vec![one.name.clone(), number(one.rows), number(one.persons), leaves.to_owned()]);
    }
    if rows.len() > 1 {
        text.push_str(&table(rows));
    }
    let further = uncovered.types.len().saturating_sub(TYPES_SHOWN);
    if further > 0 {
        let _ = writeln!(text, " Further types: {}; --json has them all.", number(further));
    }
    if uncovered.rare_types > 0 {
        let _ = writeln!(
            text,
            " Types of few persons, not shown: {}, with rows: {}; `pseudonymise` lists them in other_types.csv.",
            number(uncovered.rare_types),
            number(uncovered.rare_rows)
        );
    }
    if !uncovered.rules_for_all.is_empty() && (!uncovered.types.is_empty() || uncovered.rare_types > 0) {
        let _ = writeln!(text, " They count only in rules without `types`: {}.", uncovered.rules_for_all.join(", "));
    }
    if !department.types_out_of_date.is_empty() {
        about(text, department, "types outside the dates of their group");
        let mut rows = vec![["group", "type", "rows"].map(str::to_owned).to_vec()];
        let out_of_date = department.types_out_of_date.iter();
        rows.extend(out_of_date.map(|one| vec![one.group.clone(), one.name.clone(), number(one.rows)]));
        text.push_str(&table(rows));
    }
}

fn days(text: &mut String, department: &DepartmentReport) {
    let (days, all) = (&department.days, department.quality.extract);
    about(text, department, "days");
    let odd = [
        ("open on the day of measurement", days.open),
        ("without a last day", days.without_end),
        ("first day before 1970", days.start_before_1970),
        ("last day before 1970", days.end_before_1970),
        ("first day after the day of measurement", days.start_after_as_of),
        ("first day more than a year after it", days.start_far_ahead),
        ("last day more than ten years after it", days.end_far_ahead),
    ];
    let told = odd.into_iter().enumerate().filter(|(at, (_, rows))| *at < 2 || *rows > 0);
    let mut rows = vec![["", "rows", "of the extract"].map(str::to_owned).to_vec()];
    rows.extend(told.map(|(_, (what, count))| vec![what.to_owned(), number(count), share(count, all)]));
    text.push_str(&table(rows));
    if days.end_far_ahead > 0 {
        text.push_str(" Last days far ahead often mean \"still open\": `open_end` of `format` can say so.\n");
    }
}

fn standing_out(text: &mut String, department: &DepartmentReport, risk: &Risk) {
    about(text, department, "how far persons stand out by what leaves");
    let smallest = risk.smallest_class.map_or_else(|| "-".to_owned(), number);
    let mut rows = vec![
        vec!["persons".to_owned(), number(department.quality.persons.unwrap_or(0))],
        vec!["in the smallest class".to_owned(), smallest],
        vec!["in classes below 5".to_owned(), percent(risk.share_below_5)],
        vec!["in classes below 3".to_owned(), percent(risk.share_below_3)],
        vec!["average risk".to_owned(), percent(risk.average)],
    ];
    for (column, average) in &risk.average_without {
        rows.push(vec![format!("  without {column}"), percent(*average)]);
    }
    rows.extend(risk.average_with_days.map(|average| vec!["  with days, not months".to_owned(), percent(average)]));
    text.push_str(&table(rows));
    if let Some(column) = &risk.raised_most_by {
        let _ = writeln!(text, " Of all columns `{column}` raises it most.");
    }
}

fn compared(text: &mut String, department: &DepartmentReport, comparison: &Comparison) {
    about(text, department, &format!("since {}", comparison.previous));
    let is_share = |figure: &Figure| figure.what == "rejected share";
    let count = |value: f64| format!("{value:.0}").parse::<u64>().map_or_else(|_| value.to_string(), number);
    let value = |figure: &Figure, value: f64| if is_share(figure) { percent(value) } else { count(value) };
    let mut rows = vec![["", "then", "now", "change", ""].map(str::to_owned).to_vec()];
    for figure in &comparison.figures {
        let unit = if is_share(figure) { "points" } else { "%" };
        let change = figure.change.map_or_else(|| "new".to_owned(), |change| format!("{:+.1} {unit}", change * 100.0));
        let verdict = if figure.is_beyond { "TOO MUCH" } else { "" };
        let (before, now) = (value(figure, figure.before), value(figure, figure.now));
        rows.push(vec![figure.what.clone(), before, now, change, verdict.to_owned()]);
    }
    text.push_str(&table(rows));
    match &comparison.max_change {
        Some(limit) => drop(writeln!(text, " The programme allows a change of {limit}.")),
        None => text.push_str(" The programme sets no limit: `max_change` of [delivery] would.\n"),
    }
}

fn at_stake(text: &mut String, proposal: &Proposal) {
    let (first, others) = (&proposal.first_places, &proposal.others);
    if first.units + others.units + proposal.persons_without_rows == 0 && proposal.rejected_rows_of_nobody == 0 {
        return;
    }
    let whose = proposal.only.as_ref().map_or_else(String::new, |id| format!(", by the rules of {id} alone"));
    heading(text, &format!("If the rejected rows were mended{whose}"));
    let mut rows =
        vec![["units with rejected rows", "units", "could change", "further points"].map(str::to_owned).to_vec()];
    let line = |what: String, at_stake: &AtStake| {
        vec![what, number(at_stake.units), number(at_stake.points_could_change), at_stake.further_points.to_string()]
    };
    if proposal.only.is_none() {
        rows.push(line(format!("among the first {}", number(proposal.size)), first));
        rows.push(line("all others".to_owned(), others));
    } else {
        rows.push(line("all".to_owned(), others));
    }
    text.push_str(&table(rows));
    if others.could_come_in > 0 {
        let _ = writeln!(
            text,
            " Others that could come among the first {}: {}.",
            number(proposal.size),
            number(others.could_come_in)
        );
    }
    if proposal.persons_without_rows > 0 {
        let _ = writeln!(text, " Persons who have rejected rows only: {}.", number(proposal.persons_without_rows));
    }
    if proposal.rejected_rows_of_nobody > 0 {
        let _ = writeln!(
            text,
            " Rejected rows that do not tell whom they are about: {}.",
            number(proposal.rejected_rows_of_nobody)
        );
    }
}

fn months(text: &mut String, proposal: &Proposal, months: &Months) {
    let whose = proposal.only.as_ref().map_or_else(String::new, |id| format!(", by the rules of {id} alone"));
    heading(text, &format!("Months in place of days (`dates = \"month\"`){whose}"));
    let line = |what: &str, units: usize| vec![what.to_owned(), number(units)];
    let units = if proposal.only.is_some() { "units with days" } else { "eligible units with days" };
    let mut rows = vec![
        line(units, months.units_with_days),
        line("with months", months.units_with_months),
        line("other points", months.points_change),
    ];
    if let Some(moves) = &months.places {
        rows.push(line("another place", moves.change));
        rows.push(line("furthest, in places", moves.furthest));
        rows.push(line(&format!("come among the first {}", number(proposal.size)), moves.come_in));
        rows.push(line("leave them", moves.leave));
    }
    text.push_str(&table(rows));
}
