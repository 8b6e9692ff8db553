//! Several processes on one period: one works, the others say so and change nothing.

use crate::support::{Ran, Trial, Tried, Workplace};
use std::process::{Child, Command, Stdio};

fn spawn(place: &Workplace, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
    command.args(arguments).current_dir(place.path(".")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Starts all at once; how each ended.
fn race(place: &Workplace, commands: &[Vec<&str>]) -> Vec<Ran> {
    let processes: Vec<Child> = commands.iter().map(|arguments| spawn(place, arguments)).collect();
    processes.into_iter().map(|process| Ran::new(&process.wait_with_output().unwrap())).collect()
}

const BUSY: &str = "another udpeg is working on this period";
const THERE: &str = "is there already; nothing was changed";

#[test]
fn of_first_runs_one_wins_and_the_others_say_so() {
    let trial = Trial::new("20000");
    for turn in 0..4 {
        trial.begin(Tried::Run, false);
        let ran = race(&trial.place, &vec![Tried::Run.arguments(false); 4]);
        assert_eq!(ran.iter().filter(|ran| ran.code == 0).count(), 1, "{turn}: {ran:?}");
        for lost in ran.into_iter().filter(|ran| ran.code != 0) {
            assert!(lost.err.contains(BUSY) || lost.err.contains(THERE), "{turn}: {}", lost.err);
            lost.failed(1, &["out/2026Q3"]);
        }
        trial.assert_whole("out", "first runs");
        trial.assert_result("out", "first runs");
    }
}

#[test]
fn of_replacing_runs_and_steps_each_is_whole_or_says_that_another_works() {
    let trial = Trial::new("20000");
    let races: [&[(Tried, bool)]; 5] = [
        &[(Tried::Run, true), (Tried::Run, true), (Tried::Run, false)],
        &[(Tried::Run, true), (Tried::Select, true), (Tried::Assign, true)],
        &[(Tried::Pseudonymise, true), (Tried::Select, true), (Tried::Select, true)],
        &[(Tried::Select, true), (Tried::Select, true), (Tried::Select, true)],
        &[(Tried::Assign, true), (Tried::Assign, true), (Tried::Select, false)],
    ];
    for commands in races {
        let before = trial.begin(Tried::Run, true);
        let arguments: Vec<Vec<&str>> = commands.iter().map(|(tried, force)| tried.arguments(*force)).collect();
        let ran = race(&trial.place, &arguments);
        // The one that had the period may have found its place taken.
        assert!(ran.iter().any(|ran| ran.code == 0 || ran.err.contains(THERE)), "{commands:?}: {ran:?}");
        for ran in ran.into_iter().filter(|ran| ran.code != 0) {
            assert!(ran.err.contains(BUSY) || ran.err.contains(THERE), "{commands:?}: {}", ran.err);
            ran.failed(1, &[]);
        }
        let at = format!("{commands:?}");
        trial.assert_whole("out", &at);
        trial.assert_nothing_hidden("out", &at);
        trial.assert_nothing_lost(&before, &at);
    }
    trial.assert_next_run_is_whole("after all races");
}

#[test]
fn of_runs_that_would_make_the_key_one_makes_it() {
    for turn in 0..6 {
        let place = Workplace::with_small_programme();
        std::fs::remove_file(place.path("p.key")).unwrap();
        let run = vec!["run", "--programme", "p.toml", "--new-key"];
        let ran = race(&place, &vec![run; 4]);
        assert_eq!(ran.iter().filter(|ran| ran.code == 0).count(), 1, "{turn}: {ran:?}");
        for lost in ran.iter().filter(|ran| ran.code != 0) {
            assert!(lost.code == 1 && (lost.err.contains(BUSY) || lost.err.contains(THERE)), "{turn}: {}", lost.err);
        }
        // All was made with the key that is there.
        place.udpeg(&["select", "--programme", "p.toml", "--force"]).succeeded();
        let key_id = |folder: &str| place.json(&format!("out/2024Q4/{folder}/manifest.json"))["key_id"].clone();
        let before = key_id("delivery/family");
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "family", "--force"]).succeeded();
        assert_eq!(key_id("delivery/family"), before);
    }
}
