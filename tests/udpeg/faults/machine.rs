//! A machine that gives too little memory or too few threads, and streams that cannot be written to.

use super::{limited, told};
use crate::support::{Ran, Trial, Tried, Workplace};
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::iter::StepBy;
use std::ops::Range;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// As many threads as every machine has, so that limits mean the same everywhere.
const TWO_THREADS: &str = "export RAYON_NUM_THREADS=2 POLARS_MAX_THREADS=2 MALLOC_ARENA_MAX=2";

/// Runs commands with every so much memory: they succeed, say what is wrong, or are ended by the system; in any case
/// nothing is lost and nothing is half. Gives how often each ending came.
fn with_little_memory(trial: &Trial, kibibytes: &StepBy<Range<u32>>) -> BTreeMap<String, u32> {
    let mut endings = BTreeMap::new();
    for force in [false, true] {
        for tried in Tried::ALL {
            for kibibytes in kibibytes.clone() {
                let at = format!("{tried:?}, force {force}, {kibibytes} KiB");
                let before = trial.begin(tried, force);
                let limits = format!("{TWO_THREADS} && ulimit -c 0 && ulimit -v {kibibytes}");
                let output = limited(&trial.place, &limits, &tried.arguments(force));
                let text = told(&output);
                let ending = match (output.status.code(), output.status.signal()) {
                    (Some(0), _) => "succeeded",
                    (Some(1), _) if text.contains("too few threads") => "too few threads",
                    (Some(1), _) if text.contains("too little memory") => "too little memory",
                    // The shell, or the system's loader, had no memory for the program itself.
                    (Some(2 | 126 | 127), _) if !text.contains("error: ") || text.contains("shared object") => {
                        "did not start"
                    }
                    (None, Some(libc_signal::ABORT)) if text.contains("memory allocation of ") => "told and ended",
                    (None, Some(libc_signal::ABORT | libc_signal::SEGV | libc_signal::KILL)) => "did not start",
                    other => panic!("{at}: ended with {other:?}: {text}"),
                };
                *endings.entry(ending.to_owned()).or_default() += 1;
                trial.assert_whole("out", &at);
                trial.assert_nothing_lost(&before, &at);
                if ending == "succeeded" {
                    break;
                }
            }
        }
    }
    trial.assert_next_run_is_whole("after all of them");
    endings
}

/// Numbers of signals that are the same on all systems.
mod libc_signal {
    pub(super) const ABORT: i32 = 6;
    pub(super) const KILL: i32 = 9;
    pub(super) const SEGV: i32 = 11;
}

#[test]
fn a_process_without_enough_memory_ends_and_leaves_everything_as_it_was() {
    let trial = Trial::new("20000");
    let endings = with_little_memory(&trial, &(20_000..200_000).step_by(26_000));
    assert!(endings["succeeded"] == 8 && endings.len() > 1, "{endings:?}");
}

#[test]
#[ignore = "takes minutes"]
fn a_process_with_any_amount_of_memory_ends_and_leaves_everything_as_it_was() {
    let trial = Trial::new("60000");
    let endings = with_little_memory(&trial, &(4_000..400_000).step_by(1_000));
    println!("{endings:?}");
    assert!(endings["succeeded"] == 8 && endings["told and ended"] > 20, "{endings:?}");
}

#[test]
fn fewer_threads_than_cores_do_and_none_for_the_ranking_are_told() {
    let trial = Trial::new("3000");
    // Each thread reserves two mebibytes for its stack: 500 would take a gigabyte.
    let many = "export RAYON_NUM_THREADS=500 POLARS_MAX_THREADS=2 MALLOC_ARENA_MAX=2 && ulimit -v 500000";
    trial.begin(Tried::Run, false);
    let output = limited(&trial.place, many, &Tried::Run.arguments(false));
    assert!(output.status.success(), "{}", told(&output));
    trial.assert_result("out", "fewer threads");

    let many = "export RAYON_NUM_THREADS=2 POLARS_MAX_THREADS=500 MALLOC_ARENA_MAX=2 && ulimit -v 300000";
    for tried in [Tried::Run, Tried::Select] {
        let before = trial.begin(tried, true);
        let output = limited(&trial.place, many, &tried.arguments(true));
        let says = ["error: the system gives this process too few threads for the ranking", "POLARS_MAX_THREADS=1"];
        assert_eq!(output.status.code(), Some(1));
        assert!(says.iter().all(|words| told(&output).contains(words)), "{}", told(&output));
        trial.assert_whole("out", "too few threads");
        trial.assert_nothing_lost(&before, "too few threads");
    }
}

/// Runs the program with its streams led to where they are led.
fn led(place: &Workplace, arguments: &[&str], out: Stdio, err: Stdio) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
    command.args(arguments).current_dir(place.path(".")).stdout(out).stderr(err).output().unwrap()
}

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// A pipe that nobody reads from.
fn nobody_reads() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn streams_that_cannot_be_written_to_change_nothing_but_what_is_told() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    place.write("bad.toml", "x");
    place.write("odd.toml", place.read("p.toml").replace("kontanthjælp", "kontant-hjælp"));
    let cases: [(&[&str], i32); 9] = [
        (&["run", "--programme", "p.toml", "--force"], 0),
        (&["run", "--programme", "p.toml", "--force", "--json"], 0),
        // With a warning.
        (&["run", "--programme", "odd.toml", "--force"], 0),
        (&["run", "--programme", "p.toml"], 1),
        (&["run", "--programme", "p.toml", "--json"], 1),
        (&["run", "--programme", "bad.toml"], 2),
        (&["nonsense"], 2),
        (&["nonsense", "--json"], 2),
        (&["--help"], 0),
    ];
    for (arguments, code) in cases {
        // A summary on a full disk is a file that failed; one that nobody reads is none.
        let of_full = if code == 0 { 1 } else { code };
        let run = |out: Stdio, err: Stdio| {
            let output = led(&place, arguments, out, err);
            assert_eq!(output.status.signal(), None, "{arguments:?}");
            (output.status.code().unwrap(), told(&output))
        };
        let (ended, text) = run(full(), Stdio::piped());
        assert_eq!(ended, of_full, "{arguments:?}: {text}");
        assert!(!text.contains("a mistake in udpeg"), "{text}");
        let says = "error: standard output: could not write";
        assert!(code != 0 || text.contains(says), "{arguments:?}: {text}");
        assert_eq!(run(nobody_reads(), Stdio::piped()).0, code, "{arguments:?}");
        assert_eq!(run(Stdio::null(), full()).0, code, "{arguments:?}");
        assert_eq!(run(Stdio::null(), nobody_reads()).0, code, "{arguments:?}");
        assert_eq!(run(full(), full()).0, of_full, "{arguments:?}");
        assert_eq!(run(nobody_reads(), nobody_reads()).0, code, "{arguments:?}");
        super::assert_nothing_hidden(&place);
    }
}

#[test]
fn streams_that_are_closed_change_nothing() {
    let place = Workplace::with_small_programme();
    let run = ["run", "--programme", "p.toml", "--force"];
    for closed in ["exec >&-", "exec 2>&-", "exec <&-", "exec <&- >&- 2>&-"] {
        let ran = Ran::new(&limited(&place, closed, &run)).succeeded();
        assert_eq!(ran.out.is_empty(), closed.contains(">&-") && closed != "exec 2>&-", "{closed}");
        assert_eq!(place.files("out/2024Q4/selection").len(), 4);
    }
}
