//! Folders that cannot be made or written in.

use super::assert_nothing_hidden;
use crate::support::{Ran, Workplace};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;

const RUN: [&str; 3] = ["run", "--programme", "p.toml"];

/// The account of nobody, whom no permission is given beyond what files and folders say.
const NOBODY: u32 = 65_534;

fn is_superuser() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The program as an account that permissions bind: nobody where the tests run as the superuser, else who runs them.
fn unprivileged(place: &Workplace, arguments: &[&str]) -> Ran {
    // Where the program was built nobody need be let in.
    let program = place.path("udpeg");
    if !program.exists() {
        // By another process: one that is being started by another test must not have it open for writing.
        assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_udpeg")).arg(&program).status().unwrap().success());
    }
    let mut command = Command::new(&program);
    command.args(arguments).current_dir(place.path("."));
    if is_superuser() {
        chown(place.path("p.key"), Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    Ran::new(&command.output().unwrap())
}

#[test]
fn a_place_that_is_no_folder_and_cannot_be_one_fails() {
    let long = "n".repeat(300);
    let cases: [(&str, &str); 8] = [
        ("file", "something that is no folder stands in its place"),
        ("file/below/it", "something that is no folder stands in its place"),
        ("dangling", "something that is no folder stands in its place"),
        ("loop", "something that is no folder stands in its place"),
        ("/dev/null", "something that is no folder stands in its place"),
        ("/proc/udpeg", "it is not there"),
        ("/sys/udpeg", "could not make the folder"),
        (&long, "File name too long"),
    ];
    let place = Workplace::with_small_programme();
    place.write("file", "a file");
    symlink("nowhere", place.path("dangling")).unwrap();
    symlink("loop", place.path("loop")).unwrap();
    let names = || {
        let names = fs::read_dir(place.path(".")).unwrap().map(|entry| entry.unwrap().file_name());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    for (out, says) in cases {
        for command in [&RUN[..], &["pseudonymise", "-p", "p.toml", "-d", "family"]] {
            let ran = place.udpeg(&[command, &["--out", out]].concat());
            ran.failed(1, &["error: ", says]);
            assert!(names() == before, "{out}");
        }
        place.udpeg(&["select", "--programme", "p.toml", "--out", out]).failed(1, &["error: "]);
    }
    place.udpeg(&["key", "new", &format!("{long}/k.key")]).failed(1, &["could not make the key file"]);
    place.udpeg(&["key", "new", &long]).failed(1, &["File name too long"]);
    place.udpeg(&["key", "new", "file/k.key"]).failed(1, &["Not a directory"]);
    place.udpeg(&["key", "new", "dangling"]).failed(1, &["a file of this name is there already"]);
    assert!(names() == before);
}

#[test]
fn a_folder_without_permission_fails_and_is_left_as_it_was() {
    let place = Workplace::with_small_programme();
    fs::create_dir(place.path("out")).unwrap();
    place.set_mode("out", 0o555);
    unprivileged(&place, &RUN).failed(1, &["out/2024Q4: could not make the folder: permission denied", "who owns"]);
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 0);
    unprivileged(&place, &["key", "new", "out/k.key"]).failed(1, &["out/k.key", "permission denied"]);
    place.set_mode("out", 0o755);
}

/// Gives a folder and all in it to the account that [`unprivileged`] runs as.
fn hand_over(place: &Workplace, folder: &str) {
    if is_superuser() {
        let owner = NOBODY.to_string();
        let status = Command::new("chown").args(["-R", &owner, folder]).current_dir(place.path(".")).status();
        assert!(status.unwrap().success());
    }
}

#[test]
fn a_step_that_cannot_be_removed_once_it_is_replaced_is_told_and_not_lost() {
    let place = Workplace::with_small_programme();
    place.udpeg(&RUN).succeeded();
    hand_over(&place, "out");
    place.set_mode("out/2024Q4/selection", 0o555);
    let select = ["select", "--programme", "p.toml", "--force"];
    let says = ["selection: the step is done, but what it replaced is left", "permission denied"];
    unprivileged(&place, &select).failed(1, &says);
    assert_eq!(place.files("out/2024Q4/selection").len(), 4);
    // The next one says so too, until somebody has opened the folder.
    let left = "out/2024Q4/.selection.partial";
    unprivileged(&place, &select).failed(1, &[left, "could not remove what an earlier run left"]);
    place.set_mode(left, 0o755);
    unprivileged(&place, &select).succeeded();
    assert_nothing_hidden(&place);
}

#[test]
fn a_step_whose_folders_are_somebody_elses_is_left_as_it_was() {
    // Without a superuser there is nobody else; the tests before and after this one hold for everybody.
    let closed: &[&str] =
        if is_superuser() { &["", "delivery", "private", "selection", "delivery/family", "coordinators"] } else { &[] };
    for folder in closed {
        let place = Workplace::with_small_programme();
        place.udpeg(&RUN).succeeded();
        hand_over(&place, "out");
        chown(place.path("out/2024Q4").join(folder), Some(0), Some(0)).unwrap();
        place.set_mode(&format!("out/2024Q4/{folder}"), 0o755);
        let before = place.files("out");
        let ran = unprivileged(&place, &[&RUN[..], &["--force"]].concat()).failed(1, &["error: ", "2024Q4"]);
        assert!(!ran.err.contains("a mistake in udpeg"), "{folder}: {}", ran.err);
        let now = place.files("out");
        let lost: Vec<&String> = before.keys().filter(|name| !now.contains_key(*name)).collect();
        assert!(lost.is_empty(), "{folder}: {lost:?}\n{}", ran.err);
    }
}

#[test]
fn a_file_in_the_place_of_any_folder_leaves_the_steps_as_they_were() {
    for in_place_of in
        ["delivery/.family.partial", "private/.social.partial", ".selection.partial", ".assignment.partial"]
    {
        let place = Workplace::with_small_programme();
        place.udpeg(&RUN).succeeded();
        place.write(&format!("out/2024Q4/{in_place_of}"), "a file");
        let before = place.files("out");
        place
            .udpeg(&[&RUN[..], &["--force"]].concat())
            .failed(1, &[in_place_of, "could not remove what an earlier run left"]);
        assert!(place.files("out") == before, "{in_place_of}");
        fs::remove_file(place.path("out/2024Q4").join(in_place_of)).unwrap();
        place.udpeg(&[&RUN[..], &["--force"]].concat()).succeeded();
        assert_nothing_hidden(&place);
    }
}

/// Runs a command with the folder `out` read-only.
const READ_ONLY: &str = r#"set -e; mount --bind out out; mount -o remount,bind,ro out; exec "$@""#;

#[test]
#[ignore = "mounts a file system"]
fn a_read_only_file_system_fails_and_is_left_as_it_was() {
    let place = Workplace::with_small_programme();
    place.udpeg(&RUN).succeeded();
    let before = place.files("out");
    for arguments in [
        &["run", "--programme", "p.toml", "--force"][..],
        &["pseudonymise", "--programme", "p.toml", "--department", "family", "--force"],
        &["select", "--programme", "p.toml", "--force"],
        &["assign", "--programme", "p.toml", "--force"],
        &["key", "new", "out/k.key"],
    ] {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", READ_ONLY, "sh", env!("CARGO_BIN_EXE_udpeg")]);
        let output = command.args(arguments).current_dir(place.path(".")).output().expect("this test needs `unshare`");
        let ran = Ran::new(&output);
        assert!(!ran.err.contains("mount"), "nothing could be mounted: {}", ran.err);
        ran.failed(1, &["the file system is read-only"]);
        assert!(place.files("out") == before, "{arguments:?}");
    }
}
