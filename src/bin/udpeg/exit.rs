//! How the process ends: messages that hold nothing they should not, and the documented exit codes.

use crate::terminal::{Terminal, give, print, tell};
use std::process::ExitCode;
use udpeg::identity::masked;
use udpeg::untrusted::is_out_of_memory;
use udpeg::{Error, Result};

/// Runs a command; its exit code, or that of its error after the error has been told.
pub(crate) fn code(command: impl FnOnce() -> Result<ExitCode>, terminal: &Terminal) -> ExitCode {
    // A panic has been told by the hook; what it left half done is removed by the next run, as after a kill.
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(command)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            terminal.error(&error);
            ExitCode::from(error.exit_code().code())
        }
        Err(panic) => {
            if is_out_of_memory(panic.as_ref()) {
                terminal.error(&Error::no_memory());
            }
            ExitCode::from(udpeg::error::ExitCode::File.code())
        }
    }
}

/// Help and version texts, or what does not fit in the arguments.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        // An argument may have been anything; colours would hide where it begins and ends.
        let plain = error.render().to_string();
        if std::env::args_os().any(|argument| argument == "--json") {
            let code = udpeg::error::ExitCode::Usage.code();
            let report = serde_json::json!({ "error": masked(plain.trim_end()), "exit_code": code });
            let _ = json(&report).map(|report| print(&format!("{report}\n")));
        }
        match masked(&plain) {
            std::borrow::Cow::Borrowed(_) => tell(format_args!("{}", error.render().ansi().to_string().trim_end())),
            std::borrow::Cow::Owned(masked) => tell(format_args!("{}", masked.trim_end())),
        }
        ExitCode::from(udpeg::error::ExitCode::Usage.code())
    } else {
        match give(&error.render().ansi().to_string()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tell(format_args!("error: {error}"));
                ExitCode::from(error.exit_code().code())
            }
        }
    }
}

/// A panic is a bug of ours; its message could hold a value, so only its place is told.
pub(crate) fn hide_panic_payloads() {
    std::panic::set_hook(Box::new(|panic| {
        if udpeg::untrusted::is_reading() || is_out_of_memory(panic.payload()) {
            return;
        }
        let place = panic
            .location()
            .map_or_else(String::new, |location| format!(" at {}:{}", location.file(), location.line()));
        tell(format_args!(
            "error: a mistake in udpeg itself{place}\n  please report this line; no step was left half done"
        ));
    }));
}

/// A summary as a JSON value, or why there is none.
pub(crate) fn value<T: serde::Serialize>(value: &T) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|_| no_json())
}

fn no_json() -> Error {
    Error::Usage { what: "the summary cannot be written as JSON".to_owned(), hint: "please report this".to_owned() }
}

/// A summary as JSON, or why there is none.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(|_| no_json())
}
