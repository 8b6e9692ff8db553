//! The command line of udpeg: arguments in, exit code out. All work is the library's.
#![forbid(unsafe_code)]

mod args;
mod assign;
mod check;
mod compare;
mod completions;
mod context;
mod decide;
mod describe;
mod exit;
mod explain;
mod init;
mod key;
mod log;
mod man;
mod memory;
mod progress;
mod pseudonym_of;
mod pseudonymise;
mod purge;
mod recuse;
mod reidentify;
mod rekey;
mod release;
mod run;
mod schema;
mod select;
mod synth;
mod terminal;
mod test;
mod threads;
mod unkey;
mod verify;

use args::{Args, Command};
use clap::Parser;
use std::process::ExitCode;
use terminal::Terminal;
use udpeg::decisions::Decision;

fn main() -> ExitCode {
    memory::close_to_others();
    exit::hide_panic_payloads();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return exit::usage(&error),
    };
    let terminal = Terminal::new(&args.output);
    exit::code(|| threads::with_threads(|| run_command(&args.command, &terminal)), &terminal)
}

fn run_command(command: &Command, terminal: &Terminal) -> udpeg::Result<ExitCode> {
    match command {
        Command::Init(command) => init::run(command, terminal),
        Command::Schema(_) => schema::run(),
        Command::Key(command) => key::run(command, terminal),
        Command::Pseudonymise(command) => pseudonymise::run(command, terminal),
        Command::Check(command) => return check::run(command, terminal),
        Command::Select(command) => select::run(command, terminal),
        Command::Assign(command) => assign::run(command, terminal),
        Command::Recuse(command) => recuse::run(command, terminal),
        Command::Accept(command) => decide::answer(command, Decision::Accept, terminal),
        Command::Decline(command) => decide::answer(command, Decision::Decline, terminal),
        Command::Override(command) => decide::override_rank(command, terminal),
        Command::Release(command) => release::run(command, terminal),
        Command::Run(command) => run::run(command, terminal),
        Command::Rekey(command) => rekey::run(command, terminal),
        Command::Unkey(command) => unkey::run(command, terminal),
        Command::Reidentify(command) => reidentify::run(command, terminal),
        Command::PseudonymOf(command) => pseudonym_of::run(command, terminal),
        Command::Log(command) => log::run(command, terminal),
        Command::Verify(command) => return verify::run(command, terminal),
        Command::Compare(command) => compare::run(command, terminal),
        Command::Purge(command) => purge::run(command, terminal),
        Command::Explain(command) => explain::run(command, terminal),
        Command::Describe(command) => describe::run(command, terminal),
        Command::Test(command) => return test::run(command, terminal),
        Command::Synth(command) => synth::run(command, terminal),
        Command::Completions(command) => completions::run(command),
        Command::Man(_) => man::run(),
    }?;
    Ok(ExitCode::SUCCESS)
}
