//! How the process ends: messages that hold nothing they should not, and the documented exit codes.

use crate::terminal::Terminal;
use std::process::ExitCode;
use udpeg::identity::masked;
use udpeg::{Error, Result};

/// The exit code of a command, after its error has been told.
pub(crate) fn code(result: Result<()>, terminal: &Terminal) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(error.exit_code().code())
        }
    }
}

/// Help and version texts, or what does not fit in the arguments.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        // An argument may have been anything.
        anstream::eprint!("{}", masked(&error.render().ansi().to_string()));
        ExitCode::from(udpeg::error::ExitCode::Usage.code())
    } else {
        anstream::print!("{}", error.render().ansi());
        ExitCode::SUCCESS
    }
}

/// A panic is a bug of ours; its message could hold a value, so only its place is told.
pub(crate) fn hide_panic_payloads() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |location| format!(" at {}:{}", location.file(), location.line()));
        anstream::eprintln!(
            "error: a mistake in udpeg itself{place}\n  please report this line; no step was left half done"
        );
    }));
}

/// A summary as JSON, or why there is none.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    let text = serde_json::to_string_pretty(value);
    text.map_err(|_| Error::Usage {
        what: "the summary cannot be written as JSON".to_owned(),
        hint: "please report this".to_owned(),
    })
}
