//! `udpeg describe`.

use crate::args::{Describe, Form};
use crate::terminal::Terminal;
use udpeg::pipeline::Outcome;
use udpeg::programme::{Overrides, Programme};
use udpeg::{Result, report};

pub(crate) fn run(typed: &Describe, terminal: &Terminal) -> Result<()> {
    let programme = Programme::read(&typed.programme, &Overrides::default())?;
    let document = report::describe(&programme, typed.language);
    let text = match typed.format {
        Form::Markdown => document.to_markdown(),
        Form::Html => document.to_html(),
    };
    let summary = serde_json::json!({ "description": text, "canonical_rules": programme.canonical_rules() });
    let outcome = Outcome { summary, warnings: Vec::new(), rules: programme.rules_approval() };
    terminal.document(&outcome, &text)
}
