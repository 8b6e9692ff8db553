//! Files made to break the program: each ends in an error, in bounded memory and time, and nothing is written.
//!
//! Sparse files stand in for long ones where only their length matters. What takes longer is ignored unless asked for;
//! docs/faults.md says how.

mod extracts;
mod footers;
mod forged;
mod keys;
mod manifests;
mod pages;
mod programmes;
mod rows;

use crate::faults::limited;
use crate::support::{Ran, Workplace};
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// As much as any of these files may take, of which the program itself takes some 200 MiB of addresses with its threads.
const MEBIBYTES: u32 = 700;

/// As long as any of these files may take, on a machine busy with much else.
const LONGEST: Duration = Duration::from_mins(1);

/// What reads the deliveries.
const SELECT: [&str; 3] = ["select", "--programme", "p.toml"];

/// What is said of a file that claims what cannot be.
const NOT_WHOLE: &str = "it is not a whole Parquet file";

/// A forged `incomplete.parquet` fails as a file, and leaves the deliveries as they were.
#[track_caller]
fn fails(place: &Workplace, case: &str, forged: &forged::Forged) {
    println!("{case}");
    forged.deliver(place);
    let before = place.files("out");
    bounded(place, MEBIBYTES, &SELECT).failed(1, &[&format!("family/incomplete.parquet: {NOT_WHOLE}")]);
    assert!(place.files("out") == before, "{case}");
}

/// Runs a command with bounded memory and time.
#[track_caller]
fn bounded(place: &Workplace, mebibytes: u32, arguments: &[&str]) -> Ran {
    let limits = format!(
        "export RAYON_NUM_THREADS=2 POLARS_MAX_THREADS=2 MALLOC_ARENA_MAX=2 && ulimit -c 0 && ulimit -v {}",
        mebibytes * 1024
    );
    let began = Instant::now();
    let output = limited(place, &limits, arguments);
    assert!(began.elapsed() < LONGEST, "it took {:?}", began.elapsed());
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), None, "more than {mebibytes} MiB: {told}");
    assert!(!told.contains("a mistake in udpeg"), "{told}");
    assert!(told.len() < 16 << 20, "a message of {} bytes", told.len());
    Ran::new(&output)
}

/// Makes a file longer by zero bytes that take no room.
fn lengthen(path: &Path, bytes: u64) {
    File::options().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

/// A pipe that nobody writes into: opening it would wait for ever.
fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg("-m").arg("600").arg(path).status().unwrap().success());
}
