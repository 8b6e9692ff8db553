//! A decision and the revision that follows from it are both there, or neither.

use super::{LOG, decide, label, made, target};
use crate::municipality::Dice;
use crate::support::{Workplace, seed};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const PERIOD: &str = "out/2026Q3";

/// How many decisions and how many later revisions there are, once another process has been there.
fn counts(place: &Workplace) -> (usize, usize) {
    // It is refused, as the step is there; what was left is put right all the same.
    place.udpeg(&["assign", "-p", "p.toml"]).failed(1, &["is there already"]);
    let log = place.files(PERIOD).get("decisions/decisions.jsonl").cloned().unwrap_or_default();
    let revisions = (2..).take_while(|number| place.path(&format!("{PERIOD}/revisions/{number}/assignment")).exists());
    (log.split_inclusive(|&byte| byte == b'\n').count(), revisions.count())
}

fn assert_nothing_hidden(place: &Workplace) {
    let hidden =
        |name: &&String| Path::new(name).components().any(|part| part.as_os_str().as_encoded_bytes()[0] == b'.');
    assert_eq!(place.files(PERIOD).keys().find(hidden), None);
}

#[test]
fn a_process_killed_at_any_moment_leaves_a_decision_and_its_revision_or_neither() {
    let place = made();
    let mut dice = Dice::new(seed());
    let units: Vec<String> = target(&place).values().map(label).collect();
    let spawn = |unit: &str| {
        let arguments = ["decline", "-p", "p.toml", "--reason", "no", "--by", "k3", "--quiet", "--unit", unit];
        let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
        command.args(arguments).current_dir(place.path(".")).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let began = Instant::now();
    assert!(spawn(&units[0]).wait().unwrap().success());
    let takes = began.elapsed();
    let mut decided = 1;
    for unit in &units[1..14] {
        let mut process = spawn(unit);
        std::thread::sleep(takes.mul_f64(f64::from(u32::try_from(dice.below(110)).unwrap()) / 100.0));
        process.kill().unwrap();
        process.wait().unwrap();
        let (lines, revisions) = counts(&place);
        assert_eq!(lines, revisions);
        assert!(lines == decided || lines == decided + 1, "{decided} became {lines}");
        decided = lines;
        assert_nothing_hidden(&place);
    }
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
}

type Files = BTreeMap<String, Vec<u8>>;

/// Puts the period into the state in which a process that was killed between two renamings leaves it.
fn leave(place: &Workplace, before: &Files, after: &Files, renamed: usize) {
    fs::remove_dir_all(place.path(PERIOD)).unwrap();
    let write = |name: &str, bytes: &[u8]| place.write(&format!("{PERIOD}/{name}"), bytes);
    before.iter().filter(|(name, _)| !name.starts_with("decisions/")).for_each(|(name, bytes)| write(name, bytes));
    // The log moves aside; then the log, the lists and the assignment with its manifest come into place.
    let old = if renamed > 0 { ".decisions.old/" } else { "decisions/" };
    for (name, bytes) in before.iter().filter(|(name, _)| name.starts_with("decisions/")) {
        write(&name.replacen("decisions/", old, 1), bytes);
    }
    let folders = ["decisions/", "revisions/3/coordinators/", "revisions/3/assignment/"];
    let hidden = [".decisions.partial/", "revisions/3/.coordinators.partial/", "revisions/3/.assignment.partial/"];
    for (number, (folder, hidden)) in (2..).zip(folders.into_iter().zip(hidden)) {
        for (name, bytes) in after.iter().filter(|(name, _)| name.starts_with(folder)) {
            let name = if renamed >= number { name.clone() } else { name.replacen(folder, hidden, 1) };
            write(&name, bytes);
        }
    }
}

#[test]
fn between_any_two_renamings_the_old_state_comes_back_until_the_last() {
    let place = made();
    let units: Vec<String> = target(&place).values().map(label).collect();
    decide(&place, &["decline", "--reason", "no", "--unit", &units[0]]).succeeded();
    let before = place.files(PERIOD);
    decide(&place, &["decline", "--reason", "no", "--unit", &units[1]]).succeeded();
    let after = place.files(PERIOD);
    for renamed in 0..=4 {
        leave(&place, &before, &after, renamed);
        place.udpeg(&["assign", "-p", "p.toml"]).failed(1, &["is there already"]);
        let expected = if renamed == 4 { &after } else { &before };
        let found = place.files(PERIOD);
        assert!(found.keys().eq(expected.keys()), "{renamed}: {:?}", found.keys().collect::<Vec<_>>());
        assert!(found == *expected, "{renamed}");
    }
    assert_eq!(place.read(LOG).lines().count(), 2);
}
