//! `udpeg test`, and how what is otherwise than expected is shown.

use crate::args::Test;
use crate::terminal::{Terminal, heading, table};
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use udpeg::examples::{self, Difference, Tried};
use udpeg::pipeline::Outcome;
use udpeg::programme::{Examples, Overrides, Programme};
use udpeg::{Result, error};

pub(crate) fn run(typed: &Test, terminal: &Terminal) -> Result<ExitCode> {
    let programme = Programme::read(&typed.programme, &Overrides::default())?;
    let file = typed.examples.clone().unwrap_or_else(|| beside(&typed.programme));
    let tried = examples::try_all(&programme, &Examples::read(&file, &programme)?)?;
    let failed: Vec<&Tried> = tried.iter().filter(|tried| !tried.differences.is_empty()).collect();
    let summary = json!({ "examples": tried.len(), "as_expected": tried.len() - failed.len(), "otherwise": failed });
    let outcome = Outcome { summary, warnings: Vec::new(), rules: programme.rules_approval() };
    terminal.outcome(&outcome, || text(&file, tried.len(), &failed))?;
    let code = ExitCode::from(error::ExitCode::File.code());
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { code })
}

/// `p.examples.toml` beside `p.toml`.
fn beside(programme: &Path) -> PathBuf {
    programme.with_extension("examples.toml")
}

fn text(file: &Path, examples: usize, failed: &[&Tried]) -> String {
    let mut text = String::new();
    for Tried { name, line, differences } in failed {
        heading(&mut text, &format!("Otherwise than expected: {name} ({}:{line})", file.display()));
        let mut rows = vec![["", "expected", "got"].map(str::to_owned).to_vec()];
        rows.extend(
            differences
                .iter()
                .map(|Difference { what, expected, got }| vec![what.clone(), expected.clone(), got.clone()]),
        );
        text.push_str(&table(rows));
    }
    let _ = match (examples, failed.len()) {
        (1, 0) => writeln!(text, "\n 1 example, as expected."),
        (_, 0) => writeln!(text, "\n {examples} examples, all as expected."),
        (_, failed) => writeln!(text, "\n {failed} of {examples} examples came out otherwise than expected."),
    };
    text
}
