//! Key files that are long, endless, or no files.

use super::{MEBIBYTES, bounded, lengthen, make_pipe};
use crate::support::{KEY_LINE, Workplace};
use std::fs;
use std::os::unix::fs::symlink;

#[track_caller]
fn fails(place: &Workplace, code: i32, says: &[&str]) {
    for command in [&["pseudonymise", "-p", "p.toml", "-d", "family"][..], &["run", "-p", "p.toml", "--new-key"]] {
        let ran = bounded(place, MEBIBYTES, command).failed(code, &["p.key"]).failed(code, says);
        assert!(!ran.err.contains("00010203"), "{}", ran.err);
        assert!(place.files("out").is_empty());
    }
}

#[test]
fn a_key_file_of_any_length_is_not_read_beyond_what_a_key_has() {
    let place = Workplace::with_small_programme();
    for start in ["", KEY_LINE, KEY_LINE.trim_end()] {
        for bytes in [1 << 20, 1 << 30, 10 << 30] {
            place.write("p.key", start);
            place.set_mode("p.key", 0o600);
            lengthen(&place.path("p.key"), bytes);
            fails(&place, 1, &["not a key file: it must be one line"]);
        }
    }
}

#[test]
fn a_key_that_is_no_file_fails_at_once() {
    let place = Workplace::with_small_programme();
    fs::remove_file(place.path("p.key")).unwrap();
    make_pipe(&place.path("p.key"));
    fails(&place, 1, &["the key is not a file"]);
    fs::remove_file(place.path("p.key")).unwrap();
    for device in ["/dev/zero", "/dev/urandom", "/dev/null"] {
        symlink(device, place.path("p.key")).unwrap();
        fails(&place, 4, &["is a symbolic link"]);
        fs::remove_file(place.path("p.key")).unwrap();
        let ran = bounded(&place, MEBIBYTES, &["pseudonymise", "-p", "p.toml", "-d", "family", "--key", device]);
        ran.failed(1, &[device, "the key is not a file"]);
    }
    fs::create_dir(place.path("p.key")).unwrap();
    fails(&place, 1, &["the key is not a file"]);
}
