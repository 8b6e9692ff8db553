//! `udpeg man`: one manual page for all commands, from the same definitions as `--help`.

use crate::args::Args;
use crate::terminal::give;
use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use std::path::Path;
use udpeg::{Error, Result};

/// Sections of the page as they are known elsewhere, by how the help texts begin them.
const SECTIONS: [(&str, &str); 2] = [("Examples:", "EXAMPLES"), ("Exit codes:", "EXIT STATUS")];

pub(crate) fn run() -> Result<()> {
    let page = page().map_err(|error| Error::io(Path::new("the manual page"), "make it", &error))?;
    give(&page)
}

fn page() -> std::io::Result<String> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    let mut roff = Roff::new();
    // A page made from the same program is the same on any day, so that it has no date.
    roff.control("TH", ["udpeg", "1", "\"\"", concat!("udpeg ", env!("CARGO_PKG_VERSION")), "User Commands"]);
    roff.to_writer(&mut page)?;
    man.render_name_section(&mut page)?;
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    synopsis(&mut roff, &mut command);
    roff.to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    let mut roff = Roff::new();
    roff.control("PP", []).text([roman("These hold for all commands, but for --version.")]);
    roff.control("SH", ["COMMANDS"]);
    roff.to_writer(&mut page)?;
    for command in leaves(&command) {
        section(&mut page, command)?;
    }
    let mut roff = Roff::new();
    for paragraph in paragraphs(command.get_after_help()) {
        let title = SECTIONS.iter().find_map(|(lead, title)| Some((title, paragraph.strip_prefix(lead)?)));
        let (title, text) = title.map_or(("NOTES", paragraph.as_str()), |(title, text)| (*title, text));
        roff.control("SH", [title]);
        lines(&mut roff, text);
    }
    roff.to_writer(&mut page)?;
    Ok(without_repeated_preamble(&String::from_utf8_lossy(&page)))
}

/// The commands that do something, in the order of the help text.
fn leaves(command: &Command) -> Vec<&Command> {
    let below = |sub| if Command::has_subcommands(sub) { leaves(sub) } else { vec![sub] };
    command.get_subcommands().filter(|sub| !sub.is_hide_set()).flat_map(below).collect()
}

/// One command: what it does, how it is typed, its own options, and examples.
fn section(page: &mut Vec<u8>, command: &Command) -> std::io::Result<()> {
    let is_everywhere = |arg: &Arg| arg.is_global_set() || arg.get_id() == "help";
    let mut command = command.clone().mut_args(|arg| if is_everywhere(&arg) { arg.hide(true) } else { arg });
    let mut roff = Roff::new();
    roff.control("SS", [command.get_bin_name().unwrap_or_default()]);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    lines(&mut roff, &format!("{about}."));
    roff.control("PP", []);
    synopsis(&mut roff, &mut command);
    roff.to_writer(page)?;
    if command.get_arguments().any(|arg| !arg.is_hide_set()) {
        let mut options = Vec::new();
        Man::new(command.clone()).render_options_section(&mut options)?;
        page.extend(as_paragraphs(&String::from_utf8_lossy(&options)).into_bytes());
    }
    let mut roff = Roff::new();
    for paragraph in paragraphs(command.get_after_help()) {
        roff.control("PP", []);
        lines(&mut roff, &paragraph);
    }
    roff.to_writer(page)
}

/// How a command is typed, as its help text has it.
fn synopsis(roff: &mut Roff, command: &mut Command) {
    let usage = command.render_usage().to_string();
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let rest = usage.trim().trim_start_matches("Usage: ").strip_prefix(name).unwrap_or_default();
    roff.text([bold(name), roman(rest)]);
}

fn paragraphs(text: Option<&StyledStr>) -> Vec<String> {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.split("\n\n").map(|paragraph| paragraph.trim_end().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// Lines of text: those that are indented stand as they are, the others flow.
fn lines(roff: &mut Roff, text: &str) {
    let is_verbatim = |line: &str| line.starts_with("  ");
    let mut was_verbatim = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (was_verbatim, is_verbatim(line)) {
            (false, true) => roff.control("RS", ["2"]).control("nf", []),
            (true, false) => roff.control("fi", []).control("RE", []),
            _ => roff,
        };
        was_verbatim = is_verbatim(line);
        roff.text([roman(line.trim())]);
    }
    if was_verbatim {
        roff.control("fi", []).control("RE", []);
    }
}

/// A command's options below its heading, where they would have sections of their own.
fn as_paragraphs(options: &str) -> String {
    let mut text = String::new();
    for line in options.lines() {
        match line.strip_prefix(".SH ") {
            None => text.push_str(line),
            Some("OPTIONS") => continue,
            Some(heading) => {
                let heading = heading.trim_matches('"');
                let (first, rest) = heading.split_at_checked(1).unwrap_or((heading, ""));
                let mut roff = Roff::new();
                roff.control("PP", []).text([italic(first.to_owned() + &rest.to_lowercase())]);
                text.push_str(roff.to_roff().trim_end());
            }
        }
        text.push('\n');
    }
    text
}

/// The page with one preamble, where each of its parts brought one.
fn without_repeated_preamble(page: &str) -> String {
    let is_preamble = |line: &&str| line.starts_with(".ie ") || line.starts_with(".el ");
    let preamble = page.lines().take_while(is_preamble);
    let rest = page.lines().filter(|line| !is_preamble(line));
    preamble.chain(rest).flat_map(|line| [line, "\n"]).collect()
}
