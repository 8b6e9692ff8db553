//! A disk that is full after any number of bytes.
//!
//! The limit on a file's length (`ulimit -f`) needs no file system of its own and holds in every build; the long form
//! mounts small ones.

use super::{limited, told};
use crate::support::{Trial, Tried, Workplace};
use std::process::Command;

/// A file may have so many blocks of 512 bytes; writing more fails instead of ending the process.
fn file_limit(blocks: u32) -> String {
    format!("trap '' XFSZ && ulimit -f {blocks}")
}

#[test]
fn a_file_that_cannot_be_written_to_its_end_leaves_everything_as_it_was() {
    let trial = Trial::new("3000");
    for force in [false, true] {
        for tried in Tried::ALL {
            let mut failed = 0;
            for blocks in [0, 8, 64, 512] {
                let at = format!("{tried:?}, force {force}, {blocks} blocks");
                let before = trial.begin(tried, force);
                let output = limited(&trial.place, &file_limit(blocks), &tried.arguments(force));
                let text = told(&output);
                trial.assert_whole("out", &at);
                trial.assert_nothing_hidden("out", &at);
                trial.assert_nothing_lost(&before, &at);
                if output.status.success() {
                    break;
                }
                assert_eq!(output.status.code(), Some(1), "{at}: {text}");
                let says =
                    ["error: ", "the file would be larger than the system allows", "nothing half is left behind"];
                assert!(says.iter().all(|words| text.contains(words)), "{at}: {text}");
                failed += 1;
            }
            assert!((1..4).contains(&failed), "{tried:?}, force {force}: {failed} failed");
        }
    }
    trial.assert_next_run_is_whole("after all of them");
}

#[test]
fn a_key_that_cannot_be_written_is_not_left_half() {
    let place = Workplace::with_small_programme();
    std::fs::remove_file(place.path("p.key")).unwrap();
    for arguments in [&["key", "new", "p.key"][..], &["run", "--programme", "p.toml", "--new-key"]] {
        let output = limited(&place, &file_limit(0), arguments);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(told(&output).contains("p.key: could not make the key file"), "{}", told(&output));
        assert!(!place.path("p.key").exists());
    }
    let names: Vec<String> = place.files(".").into_keys().filter(|name| name.contains("key")).collect();
    assert!(names.is_empty(), "{names:?}");
    place.udpeg(&["run", "--programme", "p.toml", "--new-key"]).succeeded();
}

#[test]
fn made_up_extracts_that_cannot_be_written_are_not_left_half() {
    let place = Workplace::new();
    let synth = ["synth", "--adults", "3000", "--out", "made"];
    for blocks in [0, 1, 8, 64] {
        let output = limited(&place, &file_limit(blocks), &synth);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(place.files("made").is_empty(), "{blocks}: {:?}", place.files("made").keys());
    }
    place.udpeg(&synth).succeeded();
    let before = place.files("made");
    let again = [&synth[..], &["--seed", "2", "--force"]].concat();
    assert_eq!(limited(&place, &file_limit(64), &again).status.code(), Some(1));
    assert!(place.files("made") == before);
}

/// Tries a command on file systems of every size from nothing to enough.
///
/// What stands there afterwards is copied out of the file system; then it is made large and the next run is tried on it.
const ON_A_SMALL_DISK: &str = r#"
set -e
mount -t tmpfs -o "size=$1" tmpfs out
cp -a before/. out/
shift
set +e
"$@" 2>told
code=$?
set -e
rm -rf seen next
cp -a out seen
mount -o remount,size=1g out
"$1" run --programme new.toml --show-values --quiet --force 2>>told
cp -a out next
exit "$code"
"#;

#[test]
#[ignore = "mounts file systems, hundreds of times"]
fn a_disk_of_any_size_leaves_everything_as_it_was() {
    const PAGE: usize = 4096;
    let trial = Trial::new("3000");
    let mut tried_sizes = 0;
    for force in [false, true] {
        for tried in Tried::ALL {
            let mut pages = 1;
            loop {
                let at = format!("{tried:?}, force {force}, {pages} pages");
                let before = trial.begin(tried, force);
                let place = &trial.place;
                let _ = std::fs::remove_dir_all(place.path("before"));
                std::fs::rename(place.path("out"), place.path("before")).unwrap();
                std::fs::create_dir(place.path("out")).unwrap();
                let held: usize = place.files("before").values().map(|bytes| bytes.len().div_ceil(PAGE)).sum();
                let size = format!("{}", (held + pages) * PAGE);
                let mut command = Command::new("unshare");
                command.args(["--mount", "--map-root-user", "sh", "-c", ON_A_SMALL_DISK, "sh", &size]);
                command.arg(env!("CARGO_BIN_EXE_udpeg")).args(tried.arguments(force)).current_dir(place.path("."));
                let output = command.output().expect("this test needs `unshare`");
                let text = std::fs::read_to_string(place.path("told")).unwrap_or_default();
                assert!(place.path("next").exists(), "{at}: nothing could be mounted: {}{text}", told(&output));
                trial.assert_whole("seen", &at);
                trial.assert_nothing_hidden("seen", &at);
                let there = trial.steps_there("seen");
                assert!(there.is_superset(&before), "{at}: of {before:?} only {there:?} are left");
                trial.assert_result("next", &at);
                tried_sizes += 1;
                if output.status.success() {
                    break;
                }
                assert_eq!(output.status.code(), Some(1), "{at}: {text}");
                assert!(text.contains("the disk is full"), "{at}: {text}");
                pages += if pages < 40 { 1 } else { 3 };
            }
        }
    }
    println!("{tried_sizes} sizes");
    assert!(tried_sizes > 100, "{tried_sizes}");
}
