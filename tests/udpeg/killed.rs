//! A process killed at any moment leaves every step whole, as it was, or not there; the next one tidies up.

use crate::municipality::Dice;
use crate::support::{Trial, Tried, seed};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Kills each command in turn, first and replacing runs, at random moments of its duration.
fn kill(kills: usize) {
    let trial = Trial::new("20000");
    let seed = seed();
    let mut dice = Dice::new(seed);
    let cases: Vec<(Tried, bool)> = Tried::ALL.iter().flat_map(|tried| [(*tried, false), (*tried, true)]).collect();
    let spawn = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
        command.args(arguments).current_dir(trial.place.path(".")).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let mut takes: Vec<Duration> = cases
        .iter()
        .map(|&(tried, force)| {
            trial.begin(tried, force);
            let began = Instant::now();
            assert!(spawn(&tried.arguments(force)).wait().unwrap().success());
            began.elapsed()
        })
        .collect();
    // By how many steps were new when the process was killed.
    let mut endings: BTreeMap<(usize, bool), usize> = BTreeMap::new();
    let mut killed = 0;
    for number in 0.. {
        if killed == kills {
            break;
        }
        assert!(number < 20 * kills, "too many had ended before they were killed: {endings:?}");
        let ((tried, force), takes) = (cases[number % cases.len()], &mut takes[number % cases.len()]);
        let before = trial.begin(tried, force);
        let after = takes.mul_f64(f64::from(u32::try_from(dice.below(10_500)).unwrap()) / 10_000.0);
        let at = format!("kill {number} of seed {seed}: {tried:?}, force {force}, after {after:?} of {takes:?}");
        let mut arguments = tried.arguments(force);
        if tried == Tried::Run && dice.below(2) == 0 {
            // So that most records are put aside in a file.
            arguments.extend(["--memory", "64KiB"]);
        }
        let mut process = spawn(&arguments);
        std::thread::sleep(after);
        process.kill().unwrap();
        let status = process.wait().unwrap();
        let has_ended = status.success();
        assert!(has_ended || status.signal() == Some(9), "{at}: {status}");
        // Other work on the machine makes it slower or faster than it was.
        if has_ended {
            *takes = (*takes).min(after);
        } else {
            killed += 1;
            *takes = (*takes).max(after.mul_f64(1.1));
        }
        let new = trial.assert_whole("out", &at).len();
        *endings.entry((new, has_ended)).or_default() += 1;
        trial.assert_nothing_lost(&before, &at);
        if number % 6 == 5 || kills > 100 {
            trial.assert_next_run_is_whole(&at);
        }
    }
    println!("seed {seed}: {killed} killed; (new steps, had ended before): {endings:?}");
}

#[test]
fn a_process_killed_at_any_moment_leaves_every_step_whole_or_as_it_was() {
    kill(20);
}

#[test]
#[ignore = "takes minutes"]
fn a_process_killed_at_hundreds_of_moments_leaves_every_step_whole_or_as_it_was() {
    kill(std::env::var("UDPEG_KILLS").map_or(240, |kills| kills.parse().unwrap()));
}
