//! Faults from outside: the disk, the folders, the machine, other processes. Nothing is lost and nothing is left half.
//!
//! What takes minutes, or needs a file system mounted or `strace`, is ignored unless asked for; docs/faults.md says how.

mod changing;
mod closed_folders;
mod commit;
mod full_disk;
mod machine;
mod system_calls;
mod two_at_once;

use crate::support::Workplace;
use std::process::{Command, Output};

/// Runs the program below a shell that has first run `limits`, such as `ulimit -v 100000`.
pub(crate) fn limited(place: &Workplace, limits: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_udpeg")]);
    command.args(arguments).current_dir(place.path(".")).env("RUST_BACKTRACE", "0");
    command.output().unwrap()
}

/// What the program said on standard error.
fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Nothing hidden stands below `out`.
#[track_caller]
fn assert_nothing_hidden(place: &Workplace) {
    let hidden: Vec<String> = place.files("out").into_keys().filter(|name| name.contains("/.")).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}
