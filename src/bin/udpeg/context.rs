//! From what was typed to a step that runs.

use crate::args::custody::Accountable;
use crate::args::{Extracts, OfProgramme, Programme as Typed};
use crate::terminal::Terminal;
use std::path::{Path, PathBuf};
use udpeg::custody::Account;
use udpeg::output::Revision;
use udpeg::pipeline::{Context, Delivering, Memory, Outcome};
use udpeg::programme::{Overrides, Programme};
use udpeg::{Error, Result};

/// The overrides that all commands take.
pub(crate) fn overrides(typed: &OfProgramme) -> Overrides {
    Overrides { as_of: typed.as_of, period: typed.period.clone(), out: typed.out.clone(), ..Overrides::default() }
}

/// The same with the period before, whose path stands whole in the manifest.
pub(crate) fn with_previous(overrides: Overrides, typed: Option<&PathBuf>) -> Result<Overrides> {
    let absolute = |path: &PathBuf| {
        std::path::absolute(path).map_err(|error| Error::io(path, "find the folder of the period before", &error))
    };
    Ok(Overrides { previous: typed.map(absolute).transpose()?, ..overrides })
}

/// The same, of commands that read extracts.
pub(crate) fn extract_overrides(typed: &Typed, extracts: &Extracts, department: Option<&String>) -> Result<Overrides> {
    Ok(Overrides {
        key: extracts.key.clone(),
        input: inputs(&extracts.input)?,
        department: department.cloned(),
        previous: extracts.previous.clone(),
        accept_change: extracts.accept_change,
        ..overrides(&typed.of)
    })
}

/// Files and globs that were typed, from the root.
pub(crate) fn inputs(typed: &[String]) -> Result<Vec<String>> {
    let here = std::env::current_dir().map_err(|error| Error::io(Path::new("."), "find out where you are", &error))?;
    // Paths in a programme file are relative to it, typed ones to where the user is.
    let absolute = |input: &String| {
        let here = here.to_str()?;
        let is_glob = input.contains(['*', '?', '[']) && !Path::new(input).exists();
        // Only what was typed may hold wildcards.
        let here = if is_glob { glob::Pattern::escape(here) } else { here.to_owned() };
        Path::new(&here).join(input).to_str().map(str::to_owned)
    };
    let input: Option<Vec<String>> = typed.iter().map(absolute).collect();
    input.ok_or_else(|| Error::Usage {
        what: "--input is not UTF-8".to_owned(),
        hint: "rename the file or its folder".to_owned(),
    })
}

/// Runs a step of the programme that was named, with progress shown where a person looks on.
pub(crate) fn run<T>(
    typed: &Typed,
    overrides: &Overrides,
    terminal: &Terminal,
    step: impl FnOnce(&Context<'_>) -> Result<Outcome<T>>,
) -> Result<Outcome<T>> {
    run_with(&typed.of.programme, overrides, typed.force, typed.memory, terminal, step)
}

/// The same, of a programme file.
pub(crate) fn run_with<T>(
    programme: &Path,
    overrides: &Overrides,
    force: bool,
    memory: Memory,
    terminal: &Terminal,
    step: impl FnOnce(&Context<'_>) -> Result<T>,
) -> Result<T> {
    let programme = Programme::read(programme, overrides)?;
    let progress = terminal.progress();
    let today = chrono::Local::now().date_naive();
    step(&Context { programme: &programme, today, force, memory, progress: progress.as_ref() })
}

/// The time, to the second, with the offset to UTC.
pub(crate) fn now() -> String {
    chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

/// Who does it, when and why, for the custody log.
pub(crate) fn account(typed: &Accountable) -> Result<Account> {
    Account::new(&typed.by, &typed.reason, chrono::Local::now().fixed_offset())
}

/// The manifest of the assignment that a list is of.
pub(crate) fn assignment(typed: Option<&PathBuf>, programme: &Programme) -> PathBuf {
    let own = || {
        let folder = programme.out.join(&programme.period);
        folder.join(Revision::present(&folder).folder()).join("assignment").join("manifest.json")
    };
    typed.cloned().unwrap_or_else(own)
}

/// What `pseudonymise` is told.
pub(crate) fn delivering(extracts: &Extracts) -> Delivering {
    Delivering {
        max_rejected: extracts.max_rejected.clone(),
        show_values: extracts.show_values,
        passphrase: extracts.unlock.passphrase(),
    }
}
