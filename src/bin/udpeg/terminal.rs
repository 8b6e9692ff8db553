//! What people see: summaries on standard output, everything else on standard error; colours only where wanted.

use crate::args::Output;
use crate::exit;
use crate::progress::{Bars, Progress};
use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use udpeg::error::Warning;
use udpeg::identity::masked;
use udpeg::pipeline::Outcome;
use udpeg::programme::{ApprovalStatus, RulesApproval};
use udpeg::{Error, Result};

/// Bold, for headings.
pub(crate) const HEADING: Style = Style::new().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Where and how things are shown.
#[derive(Debug)]
pub(crate) struct Terminal {
    json: bool,
    quiet: bool,
}

impl Terminal {
    pub(crate) fn new(output: &Output) -> Self {
        Self { json: output.json, quiet: output.quiet }
    }

    /// Progress bars, where a person looks on.
    pub(crate) fn progress(&self) -> Box<dyn Progress> {
        let is_watched = !self.json && !self.quiet && std::io::IsTerminal::is_terminal(&std::io::stderr());
        if is_watched { Box::new(Bars::default()) } else { Box::new(udpeg::pipeline::Silent) }
    }

    pub(crate) fn error(&self, error: &Error) {
        let text = masked(&error.to_string()).into_owned();
        if self.json {
            let report = serde_json::json!({ "error": text, "exit_code": error.exit_code().code() });
            // Where standard output is gone, the error is told on standard error all the same.
            let _ = exit::json(&report).map(|report| print(&format!("{report}\n")));
        }
        Self::tell(error);
    }

    /// An error on standard error, each of several on its own.
    pub(crate) fn tell(error: &Error) {
        let each = match error {
            Error::Several(errors) => errors.iter().map(ToString::to_string).collect(),
            one => vec![one.to_string()],
        };
        for error in each {
            tell(format_args!("{ERROR}error:{ERROR:#} {}", masked(&error)));
        }
    }

    /// What came out of a programme: its summary, as below, and whether its rules were approved.
    pub(crate) fn outcome<T: serde::Serialize>(
        &self,
        outcome: &Outcome<T>,
        text: impl FnOnce() -> String,
    ) -> Result<()> {
        self.summary(&with_rules(outcome)?, &outcome.warnings, || text() + &approval(&outcome.rules))
    }

    /// What came out of a programme as a text of its own, which says whether the rules were approved; as JSON, the
    /// summary.
    pub(crate) fn document<T: serde::Serialize>(&self, outcome: &Outcome<T>, text: &str) -> Result<()> {
        self.summary(&with_rules(outcome)?, &outcome.warnings, || text.to_owned())
    }

    /// A summary: as JSON with the warnings, or as the text that `text` makes, or not at all.
    pub(crate) fn summary<T: serde::Serialize>(
        &self,
        summary: &T,
        warnings: &[Warning],
        text: impl FnOnce() -> String,
    ) -> Result<()> {
        for warning in warnings {
            tell(format_args!("{WARNING}warning:{WARNING:#} {}", masked(&warning.to_string())));
        }
        if self.json {
            let mut value = exit::value(summary)?;
            if let Some(object) = value.as_object_mut() {
                object.insert("warnings".to_owned(), warnings.iter().map(ToString::to_string).collect());
            }
            mask_texts(&mut value);
            print(&format!("{}\n", exit::json(&value)?))
        } else if self.quiet {
            Ok(())
        } else {
            print(&masked(&text()))
        }
        .map_err(|error| Error::io(Path::new("standard output"), "write the summary; the step itself is done", &error))
    }
}

/// A summary and whether the rules were approved.
fn with_rules<T: serde::Serialize>(outcome: &Outcome<T>) -> Result<serde_json::Value> {
    let mut value = exit::value(&outcome.summary)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("rules".to_owned(), exit::value(&outcome.rules)?);
    }
    Ok(value)
}

/// A line that says whether the rules were approved.
fn approval(rules: &RulesApproval) -> String {
    let RulesApproval { sha256, status } = rules;
    match status {
        ApprovalStatus::Approved => format!("\n Rules approved: {sha256}.\n"),
        ApprovalStatus::NotApproved => {
            format!("\n Rules not approved: `approved_rules` in [purpose] does not name them.\n They have {sha256}.\n")
        }
    }
}

/// Writes a line to standard error. Where that cannot be written to there is nobody left to tell; the exit code does.
pub(crate) fn tell(line: std::fmt::Arguments<'_>) {
    let mut output = std::io::stderr();
    let mut text = format!("{line}\n");
    if AutoStream::choice(&output) == ColorChoice::Never {
        text = strip_str(&text).to_string();
    }
    // At once, so that half a line is never told.
    let _ = output.write_all(text.as_bytes());
}

/// Writes what was asked for to standard output.
pub(crate) fn give(text: &str) -> Result<()> {
    print(text).map_err(|error| Error::io(Path::new("standard output"), "write to it", &error))
}

/// Writes to standard output. That nobody reads on is no failure.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    let mut output = anstream::stdout();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Asks for a word at the terminal; anything else, or nobody to ask, stops the command.
pub(crate) fn confirm(question: &str, word: &str, otherwise: &str) -> Result<()> {
    let refused = |what: &str, hint: &str| Err(Error::Usage { what: what.to_owned(), hint: hint.to_owned() });
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return refused("nobody can be asked whether this is meant", otherwise);
    }
    anstream::eprint!("{}", masked(question));
    let mut answer = String::new();
    match std::io::stdin().read_line(&mut answer) {
        Ok(_) if answer.trim() == word => Ok(()),
        _ => refused("that was not it; nothing was done", "run it again if it is meant"),
    }
}

/// Masks every text in a JSON value; numbers are counts and stay as they are.
fn mask_texts(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) => *text = masked(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(mask_texts),
        Value::Object(entries) => entries.values_mut().for_each(mask_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A heading line, with an empty line before it.
pub(crate) fn heading(text: &mut String, heading: &str) {
    let _ = writeln!(text, "\n{HEADING}{heading}{HEADING:#}");
}

/// A table without lines: the first column to the left, all others to the right.
pub(crate) fn table(rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = String::new();
    for line in table.lines() {
        let _ = writeln!(text, " {}", line.trim_end());
    }
    text
}

/// A whole number with thin groups of three, `4,700,000`.
pub(crate) fn number(count: impl TryInto<u64>) -> String {
    let digits = count.try_into().map_or_else(|_| "?".to_owned(), |count: u64| count.to_string());
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
