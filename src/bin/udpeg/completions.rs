//! `udpeg completions`: scripts for shells, from the same definitions as `--help`.

use crate::args::{Args, Completions};
use crate::terminal::give;
use clap::CommandFactory;
use udpeg::Result;

pub(crate) fn run(typed: &Completions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(typed.shell, &mut Args::command(), "udpeg", &mut script);
    give(&String::from_utf8_lossy(&script))
}
