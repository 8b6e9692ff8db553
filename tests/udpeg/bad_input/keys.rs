//! Key files that are refused or cannot be read.

use super::{RUN, assert_nothing_written, delivered, pseudonymise};
use crate::support::{KEY_LINE, Workplace};
use std::fs;
use std::os::unix::fs::symlink;

/// The same failure from each command that reads a key, and nothing written.
#[track_caller]
fn fails(place: &Workplace, case: &str, code: i32, says: &[&str]) {
    for command in [&["pseudonymise", "-p", "p.toml", "-d", "family"][..], &RUN] {
        let ran = place.udpeg(command).failed(code, says).failed(code, &["p.key"]);
        assert!(!ran.err.contains("0001020304050607"), "{case}: the error repeats the key");
        assert_nothing_written(place, case);
    }
}

#[test]
fn a_key_file_of_another_form_fails() {
    let place = Workplace::with_small_programme();
    let hex = KEY_LINE.trim_end().strip_prefix("udpeg-key-1:").unwrap();
    for text in [
        String::new(),
        "\n".to_owned(),
        hex.to_owned(),
        format!("udpeg-key-2:{hex}\n"),
        format!("UDPEG-KEY-1:{hex}\n"),
        format!("udpeg-key-1: {hex}\n"),
        format!("udpeg-key-1:{}\n", &hex[1..]),
        format!("udpeg-key-1:{}\n", &hex[2..]),
        format!("udpeg-key-1:{hex}0\n"),
        format!("udpeg-key-1:{hex}00\n"),
        format!("udpeg-key-1:{}g\n", &hex[1..]),
        format!("udpeg-key-1:{}+a\n", &hex[2..]),
        format!("udpeg-key-1:{}é\n", &hex[2..]),
        format!("{KEY_LINE}{KEY_LINE}"),
        format!(" {KEY_LINE}"),
        format!("\u{feff}{KEY_LINE}"),
    ] {
        place.write("p.key", &text);
        fails(&place, &text, 1, &["not a key file", "64 hex characters", "key custodian"]);
    }
    place.write("p.key", b"udpeg-key-1:\xff\xfe\n");
    fails(&place, "not UTF-8", 1, &["not a key file"]);
}

#[test]
fn a_key_file_that_others_can_read_or_write_is_refused() {
    let place = Workplace::with_small_programme();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o666, 0o660, 0o777] {
        place.set_mode("p.key", mode);
        fails(&place, &format!("{mode:o}"), 4, &["refused: ", "others than its owner can read or write", "chmod 600"]);
    }
    for mode in [0o600, 0o400] {
        place.set_mode("p.key", mode);
        pseudonymise(&place, "family", &["--force"]).succeeded();
    }
}

#[test]
fn a_key_file_that_is_a_link_is_refused_whatever_it_points_to() {
    let place = Workplace::with_small_programme();
    fs::rename(place.path("p.key"), place.path("real.key")).unwrap();
    for target in ["real.key", "gone.key", "."] {
        symlink(place.path(target), place.path("p.key")).unwrap();
        fails(&place, target, 4, &["refused: ", "is a symbolic link", "name the file itself in `key`"]);
        fs::remove_file(place.path("p.key")).unwrap();
    }
}

#[test]
fn a_key_file_that_is_missing_or_a_folder_fails() {
    let place = Workplace::with_small_programme();
    fs::remove_file(place.path("p.key")).unwrap();
    fails(&place, "missing", 1, &["the key file is not there", "ask the key custodian", "udpeg key new"]);
    fs::create_dir(place.path("p.key")).unwrap();
    fails(&place, "a folder", 1, &["the key is not a file"]);
    fs::remove_dir(place.path("p.key")).unwrap();
    place.write("other/k.key", KEY_LINE);
    place.set_mode("other/k.key", 0o644);
    pseudonymise(&place, "family", &["--key", "other/k.key"]).failed(4, &["other/k.key"]);
}

#[test]
fn selecting_and_assigning_ask_for_no_key() {
    let place = delivered();
    fs::remove_file(place.path("p.key")).unwrap();
    place.udpeg(&super::SELECT).succeeded();
    place.udpeg(&super::ASSIGN).succeeded();
    assert!(!place.path("p.key").exists());
}
