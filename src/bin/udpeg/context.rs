//! From what was typed to a checked programme.

use crate::args::{Extracts, Programme as Typed};
use std::path::Path;
use udpeg::programme::{Overrides, Programme};
use udpeg::{Error, Result};

/// The overrides that all commands take.
pub(crate) fn overrides(typed: &Typed) -> Overrides {
    Overrides { as_of: typed.as_of, period: typed.period.clone(), out: typed.out.clone(), ..Overrides::default() }
}

/// The same, of commands that read extracts.
pub(crate) fn extract_overrides(typed: &Typed, extracts: &Extracts, department: Option<&String>) -> Result<Overrides> {
    let here = std::env::current_dir().map_err(|error| Error::io(Path::new("."), "find out where you are", &error))?;
    // Paths in a programme file are relative to it, typed ones to where the user is.
    let absolute = |input: &String| {
        let here = here.to_str()?;
        let is_glob = input.contains(['*', '?', '[']) && !Path::new(input).exists();
        // Only what was typed may hold wildcards.
        let here = if is_glob { glob::Pattern::escape(here) } else { here.to_owned() };
        Path::new(&here).join(input).to_str().map(str::to_owned)
    };
    let input: Option<Vec<String>> = extracts.input.iter().map(absolute).collect();
    let input = input.ok_or_else(|| Error::Usage {
        what: "--input is not UTF-8".to_owned(),
        hint: "rename the file or its folder".to_owned(),
    })?;
    Ok(Overrides { key: extracts.key.clone(), input, department: department.cloned(), ..overrides(typed) })
}

/// Reads the programme file.
pub(crate) fn programme(file: &Path, overrides: &Overrides) -> Result<Programme> {
    Programme::read(file, overrides)
}

/// The machine's date.
pub(crate) fn today() -> chrono::NaiveDate {
    chrono::Local::now().date_naive()
}
