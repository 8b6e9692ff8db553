//! Each single call of the system that can change something fails, or is the last that the process makes.
//!
//! `strace` lets the first, second, … call of a kind fail or end the process, until there is no further one.

use crate::support::{Trial, Tried};
use std::fs;
use std::process::Command;

/// Calls, and what they fail with. Those that read too: a disk can fail either way.
const FAILING: [(&str, &str); 14] = [
    ("write", "ENOSPC"),
    ("mkdir", "ENOSPC"),
    ("rename", "ENOSPC"),
    ("openat", "ENOSPC"),
    ("openat", "EMFILE"),
    ("chmod", "EIO"),
    ("unlinkat", "EIO"),
    ("unlink", "EIO"),
    ("flock", "EIO"),
    ("fsync", "EIO"),
    ("linkat", "ENOSPC"),
    ("read", "EIO"),
    ("pread64", "EIO"),
    ("statx", "EIO"),
];

/// Calls after which the process may be killed.
const LAST: [&str; 8] = ["write", "mkdir", "rename", "openat", "chmod", "unlinkat", "linkat", "fsync"];

/// Runs a command with a call tampered with; whether it was, and how it ended: its exit code, `None` where killed.
fn tampered(trial: &Trial, arguments: &[&str], call: &str, tampering: &str) -> (bool, Option<i32>, String) {
    let log = trial.place.path("strace.log");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&log)
        .args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{tampering}")])
        .arg(env!("CARGO_BIN_EXE_udpeg"))
        .args(arguments)
        .current_dir(trial.place.path("."))
        // Counted by thread; with one of them each call has its number.
        .envs([("RAYON_NUM_THREADS", "1"), ("POLARS_MAX_THREADS", "1")])
        .output()
        .expect("this test needs `strace`");
    let log = fs::read_to_string(log).unwrap_or_default();
    let was_tampered = log.contains("(INJECTED)") || log.contains("killed by SIGKILL");
    (was_tampered, output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What is tried: each command on a first and on a replacing run.
fn cases() -> Vec<(Tried, bool)> {
    Tried::ALL.iter().flat_map(|tried| [(*tried, false), (*tried, true)]).collect()
}

/// The program has not begun where the system's loader was hindered.
fn did_not_begin(code: Option<i32>, told: &str) -> bool {
    code == Some(127) || told.contains("error while loading shared libraries")
}

#[test]
#[ignore = "needs strace, and minutes"]
fn any_single_call_that_fails_leaves_everything_as_it_was() {
    let trial = Trial::new("300");
    let mut tampered_with = 0;
    for (tried, force) in cases() {
        for (call, error) in FAILING {
            for number in 1.. {
                let at = format!("{tried:?}, force {force}, {call} {number} fails with {error}");
                let before = trial.begin(tried, force);
                let tampering = format!("error={error}:when={number}");
                let (was_tampered, code, told) = tampered(&trial, &tried.arguments(force), call, &tampering);
                if !was_tampered {
                    assert_eq!(code, Some(0), "{at}: {told}");
                    break;
                }
                tampered_with += 1;
                assert!(!told.contains("a mistake in udpeg"), "{at}: {told}");
                // What cannot be written is the error itself, now and then.
                let is_told = told.starts_with("error: ")
                    || (call == "write" && told.is_empty())
                    || (code == Some(0) && told.is_empty())
                    || told.starts_with("warning: ");
                assert!(did_not_begin(code, &told) || (is_told && code.is_some()), "{at}: {code:?}: {told}");
                trial.assert_whole("out", &at);
                trial.assert_nothing_lost(&before, &at);
                if code == Some(0) && force {
                    assert!(!trial.assert_whole("out", &at).is_empty(), "{at}: it succeeded and changed nothing");
                }
            }
            trial.assert_next_run_is_whole(&format!("{tried:?}, {call}"));
        }
    }
    println!("{tampered_with} calls failed");
    assert!(tampered_with > 500, "{tampered_with}");
}

#[test]
#[ignore = "needs strace, and minutes"]
fn any_single_call_after_which_the_process_is_killed_leaves_every_step_whole_or_as_it_was() {
    let trial = Trial::new("300");
    let mut killed = 0;
    for (tried, force) in cases() {
        for call in LAST {
            for number in 1.. {
                let at = format!("{tried:?}, force {force}, killed at {call} {number}");
                let before = trial.begin(tried, force);
                let tampering = format!("signal=KILL:when={number}");
                let (was_tampered, code, told) = tampered(&trial, &tried.arguments(force), call, &tampering);
                if !was_tampered {
                    assert_eq!(code, Some(0), "{at}: {told}");
                    break;
                }
                killed += 1;
                trial.assert_whole("out", &at);
                // The process that puts it right may be killed at any renaming as well.
                if call == "rename" {
                    for number in 1..4 {
                        let tampering = format!("signal=KILL:when={number}");
                        tampered(
                            &trial,
                            &["assign", "--programme", "new.toml", "--period", "2026Q3"],
                            "rename",
                            &tampering,
                        );
                        trial.assert_whole("out", &at);
                    }
                }
                trial.assert_nothing_lost(&before, &at);
            }
            trial.assert_next_run_is_whole(&format!("{tried:?}, {call}"));
        }
    }
    println!("killed at {killed} calls");
    assert!(killed > 200, "{killed}");
}

#[test]
#[ignore = "needs strace"]
fn a_key_is_made_whole_or_not_at_all_whatever_fails() {
    let trial = Trial::new("300");
    let place = &trial.place;
    let failing = [
        ("openat", "error=EOPNOTSUPP"),
        ("linkat", "error=ENOENT"),
        ("write", "error=ENOSPC"),
        ("fsync", "error=EIO"),
        ("openat", "signal=KILL"),
        ("write", "signal=KILL"),
        ("fsync", "signal=KILL"),
        ("linkat", "signal=KILL"),
    ];
    let (mut made, mut not_made) = (0, 0);
    for (call, tampering) in failing {
        for number in 1.. {
            let at = format!("{call} {number}, {tampering}");
            let _ = fs::remove_file(place.path("k.key"));
            let names = || fs::read_dir(place.path(".")).unwrap().count();
            fs::write(place.path("strace.log"), "").unwrap();
            let before = names();
            let tampering = format!("{tampering}:when={number}");
            let (was_tampered, code, told) = tampered(&trial, &["key", "new", "k.key"], call, &tampering);
            if place.path("k.key").exists() {
                assert!(udpeg::identity::Key::read(&place.path("k.key")).is_ok(), "{at}: {told}");
                assert_eq!(names(), before + 1, "{at}");
                made += 1;
            } else {
                assert_ne!(code, Some(0), "{at}: {told}");
                assert_eq!(names(), before, "{at}");
                not_made += 1;
            }
            if !was_tampered {
                break;
            }
        }
    }
    assert!(made > 8 && not_made > 8, "{made} made, {not_made} not");
}
