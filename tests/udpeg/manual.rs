//! Completion scripts and the manual page: they know every command and option that the program itself defines.

use crate::support::Workplace;
use clap::{Arg, Command, CommandFactory};
use std::io::Write;
use std::process::Stdio;

#[path = "../../src/bin/udpeg/args/mod.rs"]
#[expect(dead_code, reason = "what is typed is looked at, and nothing done with it")]
mod args;

/// The program's own definition, with every command that does something and what is typed for it.
fn commands() -> Vec<(String, Command)> {
    fn collect(command: &Command, found: &mut Vec<(String, Command)>) {
        for sub in command.get_subcommands() {
            if sub.has_subcommands() {
                collect(sub, found);
            } else {
                found.push((sub.get_bin_name().unwrap().to_owned(), sub.clone()));
            }
        }
    }
    let mut root = args::Args::command().disable_help_subcommand(true);
    root.build();
    let mut found = Vec::new();
    collect(&root, &mut found);
    assert!(found.len() > 8 && found.iter().any(|(name, _)| name == "udpeg key new"));
    found
}

fn is_own(arg: &Arg) -> bool {
    !arg.is_global_set() && arg.get_id() != "help"
}

/// What a page says to a reader: requests and fonts gone.
fn words(roff: &str) -> String {
    roff.replace("\\fB", "").replace("\\fI", "").replace("\\fR", "").replace("\\-", "-").replace("\\*(Aq", "'")
}

fn page() -> String {
    let ran = Workplace::new().udpeg(&["man"]).succeeded();
    assert!(ran.err.is_empty(), "{}", ran.err);
    ran.out
}

#[test]
fn the_manual_page_has_every_command_with_its_text_and_every_option_with_its_help() {
    let page = page();
    let (before, sections) = page.split_once(".SH COMMANDS\n").unwrap();
    let (sections, after) = sections.split_once("\n.SH ").unwrap();
    let sections: Vec<String> = sections.split(".SS ").skip(1).map(words).collect();
    let commands = commands();
    assert_eq!(sections.len(), commands.len());
    for ((name, command), section) in commands.iter().zip(&sections) {
        let heading = section.lines().next().unwrap();
        assert_eq!(heading.trim_matches('"'), name);
        assert!(section.contains(&command.get_about().unwrap().to_string()), "{name}:\n{section}");
        let arguments: Vec<&Arg> = command.get_arguments().filter(|arg| is_own(arg)).collect();
        for arg in arguments {
            let typed = match (arg.get_short(), arg.get_long()) {
                (Some(short), Some(long)) => format!("-{short}, --{long}"),
                (None, Some(long)) => format!("--{long}"),
                _ => arg.get_value_names().unwrap().join(" "),
            };
            let help = arg.get_help().unwrap().to_string();
            let is_its = |entry: &&str| {
                let rest = entry.strip_prefix(&typed).or_else(|| entry.strip_prefix(&format!("<{typed}>")));
                rest.is_some_and(|rest| rest.starts_with([' ', '\n']))
            };
            let entry = section.split(".TP\n").skip(1).find(is_its);
            let entry = entry.unwrap_or_else(|| panic!("{name} {typed}:\n{section}"));
            assert!(entry.contains(&help), "{name} {typed}:\n{entry}");
        }
        for line in command.get_after_help().unwrap().to_string().lines() {
            assert!(section.contains(line.trim()), "{name}: {line}\n{section}");
        }
    }
    for option in ["--json", "-q, --quiet", "-h, --help", "-V, --version"] {
        assert!(words(before).contains(&format!(".TP\n{option}")), "{option}:\n{before}");
    }
    let after = words(after);
    assert!(
        after.starts_with("EXAMPLES\n") && after.contains(".SH \"EXIT STATUS\"\n0 done, 1 a file failed"),
        "{after}"
    );
}

#[test]
fn the_manual_page_is_whole_and_fits_a_terminal() {
    let page = page();
    assert!(page.starts_with(".ie "), "{page}");
    assert!(
        page.contains(concat!(".TH udpeg 1 \"\" \"udpeg ", env!("CARGO_PKG_VERSION"), "\" \"User Commands\"\n")),
        "{page}"
    );
    let order = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXAMPLES", "EXIT STATUS"];
    let found: Vec<&str> = page.lines().filter_map(|line| Some(line.strip_prefix(".SH ")?.trim_matches('"'))).collect();
    assert_eq!(found, order);
    assert_eq!(page.matches(".nf\n").count(), page.matches(".fi\n").count());
    assert_eq!(page.matches(".RS").count(), page.matches(".RE").count());
    // Lines that do not flow stand nine columns in.
    for block in page.split(".nf\n").skip(1) {
        for line in block.split(".fi\n").next().unwrap().lines() {
            assert!(words(line).chars().count() <= 80 - 9, "{line}");
        }
    }
}

/// What bash offers after these words, the last of which is being typed.
fn offered(script: &str, typed: &[&str]) -> Vec<String> {
    let last = typed.len() - 1;
    let before = typed.get(last.wrapping_sub(1)).unwrap_or(&"");
    let asked = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={last}\n_udpeg udpeg '{}' '{before}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        typed.iter().map(|word| format!("'{word}' ")).collect::<String>(),
        typed[last],
    );
    let mut bash = std::process::Command::new("bash")
        .args(["--norc", "--noprofile", "-s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_shells() {
    let place = Workplace::new();
    let script = place.udpeg(&["completions", "bash"]).succeeded().out;
    place.write("udpeg.bash", &script);
    let parsed = std::process::Command::new("bash").arg("-n").arg(place.path("udpeg.bash")).output().unwrap();
    assert!(parsed.status.success() && parsed.stderr.is_empty(), "{}", String::from_utf8_lossy(&parsed.stderr));
    for (typed, expected) in [
        (&["udpeg", "sel"][..], &["select"][..]),
        (&["udpeg", "key", "n"], &["new"]),
        (&["udpeg", "verify", "--re"], &["--recompute"]),
        (&["udpeg", "run", "--n"], &["--new-key"]),
        (&["udpeg", "select", "--n"], &[]),
        (&["udpeg", "completions", "z"], &["zsh"]),
    ] {
        assert_eq!(offered(&script, typed), expected, "{typed:?}");
    }
    for (name, command) in commands() {
        let mut typed: Vec<&str> = name.split(' ').collect();
        typed.push("--");
        let offered = offered(&script, &typed);
        for option in command.get_arguments().filter_map(Arg::get_long) {
            assert!(offered.contains(&format!("--{option}")), "{name} --{option}: {offered:?}");
        }
    }
}

#[test]
fn every_shells_script_knows_every_command_and_option() {
    let place = Workplace::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.udpeg(&["completions", shell]).succeeded().out;
        for (name, command) in commands() {
            for word in name.split(' ').skip(1) {
                assert!(script.contains(word), "{shell}: {word}");
            }
            for option in command.get_arguments().filter_map(Arg::get_long) {
                assert!(script.contains(option), "{shell}: {name} --{option}");
            }
        }
    }
    place.udpeg(&["completions", "tcsh"]).failed(2, &["tcsh", "bash", "zsh", "fish"]);
    place.udpeg(&["completions"]).failed(2, &["<SHELL>"]);
}
