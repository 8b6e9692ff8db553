//! `udpeg verify`, and how its report is shown.

use crate::args::Verify;
use crate::context;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use std::process::ExitCode;
use udpeg::Result;
use udpeg::pipeline::{Context, Memory};
use udpeg::programme::Overrides;
use udpeg::verify::{self, Check, Recompute, Report, StepReport, Verdict};

pub(crate) fn run(typed: &Verify, terminal: &Terminal) -> Result<ExitCode> {
    let overrides = Overrides { period: typed.period.clone(), out: typed.out.clone(), ..Overrides::default() };
    let recompute = if typed.recompute { Recompute::Yes } else { Recompute::No };
    let step = |context: &Context<'_>| verify::verify(context, recompute);
    let outcome = context::run_with(&typed.programme, &overrides, false, Memory::default(), terminal, step)?;
    terminal.outcome(&outcome, || text(&outcome.summary))?;
    let report = outcome.summary;
    for finding in &report.findings {
        Terminal::tell(&finding.error);
    }
    Ok(report.exit_code().map_or(ExitCode::SUCCESS, |code| ExitCode::from(code.code())))
}

/// What was checked of each step, and how it ended.
fn text(report: &Report) -> String {
    let is_done = |check: &Check| report.steps.iter().any(|step| step.checks.contains_key(check));
    let checks: Vec<Check> = Check::ALL.into_iter().filter(is_done).collect();
    let mut text = String::new();
    heading(&mut text, &format!("Verified {}", report.folder.display()));
    let mut rows = vec![vec!["step".to_owned()]];
    rows[0].extend(checks.iter().map(|check| check.as_str().to_owned()));
    for step in &report.steps {
        let verdicts = checks.iter().map(|check| verdict(step, *check).to_owned());
        rows.push(std::iter::once(step.step.clone()).chain(verdicts).collect());
    }
    text.push_str(&table(rows));
    heading(&mut text, "What was checked");
    let explained = checks.iter().map(|check| format!(" {:<10}  {}\n", check.as_str(), meaning(*check)));
    text.extend(explained);
    let absent: Vec<&str> = report.steps.iter().filter(|step| !step.is_there).map(|step| step.step.as_str()).collect();
    text.push('\n');
    if !absent.is_empty() {
        let _ = writeln!(text, " Not there: {}.", absent.join(", "));
    }
    let files: usize = report.steps.iter().map(|step| step.files).sum();
    match report.findings.len() {
        0 => {
            let _ = writeln!(text, " All fits: {} files are those that their manifests name.", number(files as u64));
        }
        1 => text.push_str(" 1 thing is wrong:\n"),
        several => {
            let _ = writeln!(text, " {} things are wrong:", number(several as u64));
        }
    }
    text
}

fn verdict(step: &StepReport, check: Check) -> &'static str {
    match step.checks.get(&check) {
        Some(Verdict::Fits) => "fits",
        Some(Verdict::Wrong) => "WRONG",
        Some(Verdict::Unchecked) => "unchecked",
        None => "-",
    }
}

fn meaning(check: Check) -> &'static str {
    match check {
        Check::Manifest => "it is there, of this step and period; all have one key and one day",
        Check::Files => "each has the SHA-256 of the manifest; none is missing, none is there besides",
        Check::Content => "what files say about themselves is what the manifest says; lists and counts agree",
        Check::Inputs => "the step was made from the files that now stand there",
        Check::Access => "only the owner can reach folders and files",
        Check::Recomputed => "the step, run again from the deliveries, gives the same bytes",
    }
}
