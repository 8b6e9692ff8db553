//! Key files: their ids, under a passphrase, and destroyed.

use super::{FIRST_ID, SECOND_ID, SECOND_LINE, WHO, write_key};
use crate::support::{KEY_LINE, Workplace};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

const PASSPHRASE: &str = "five words drawn at random";

/// A key file under the passphrase, as the age tool writes it, but quick to open.
fn encrypted(line: &str) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(PASSPHRASE.to_owned().into());
    recipient.set_work_factor(2);
    age::encrypt(&recipient, line.as_bytes()).unwrap()
}

/// The small programme with its key under the passphrase, which stands in `pass`.
fn with_encrypted_key() -> Workplace {
    let place = Workplace::with_small_programme();
    place.write("p.key", encrypted(KEY_LINE));
    place.write("pass", format!("{PASSPHRASE}\nfurther lines do not matter\n"));
    place.set_mode("pass", 0o600);
    place
}

#[test]
fn a_keys_id_is_told_and_nothing_else_of_it() {
    let place = Workplace::with_small_programme();
    write_key(&place, "second.key", SECOND_LINE);
    for (file, id) in [("p.key", FIRST_ID), ("second.key", SECOND_ID)] {
        assert_eq!(place.udpeg(&["key", "id", file]).succeeded().out, format!("{id}\n"));
        let ran = place.udpeg(&["key", "id", file, "--json"]).succeeded();
        let summary: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!((&summary["file"], &summary["key_id"]), (&file.into(), &id.into()));
    }
    place.set_mode("p.key", 0o640);
    place.udpeg(&["key", "id", "p.key"]).failed(4, &["others than its owner"]);
    place.udpeg(&["key", "id", "p.toml"]).failed(4, &["p.toml"]);
    place.udpeg(&["key", "id", "none"]).failed(1, &["the key file is not there"]);
}

#[test]
fn a_new_key_under_a_passphrase_opens_with_it_alone() {
    let place = Workplace::new();
    place.write("pass", format!("{PASSPHRASE}\r\n"));
    place.set_mode("pass", 0o600);
    let ran = place.udpeg(&["key", "new", "k.key", "--passphrase-file", "pass"]).succeeded();
    assert!(ran.out.contains("It is encrypted"), "{}", ran.out);
    let text = place.read("k.key");
    assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n") && !text.contains("udpeg-key"), "{text}");
    assert_eq!(fs::metadata(place.path("k.key")).unwrap().permissions().mode() & 0o777, 0o600);
    let id = place.udpeg(&["key", "id", "k.key", "--passphrase-file", "pass"]).succeeded().out;
    assert!(ran.out.contains(id.trim()), "{}", ran.out);
    let line = age::decrypt(&age::scrypt::Identity::new(PASSPHRASE.to_owned().into()), text.as_bytes()).unwrap();
    write_key(&place, "plain.key", std::str::from_utf8(&line).unwrap());
    assert_eq!(place.udpeg(&["key", "id", "plain.key"]).succeeded().out, id);
    place.udpeg(&["key", "new", "k.key", "--passphrase-file", "pass"]).failed(1, &["is there already"]);
    place.write("pass", "elevenchars\n");
    place.udpeg(&["key", "new", "new.key", "--passphrase-file", "pass"]).failed(2, &["shorter than 12 characters"]);
    assert!(!place.path("new.key").exists() && place.read("k.key") == text);
}

#[test]
fn every_command_that_reads_a_key_opens_an_encrypted_one() {
    let place = with_encrypted_key();
    place.write("second.key", encrypted(SECOND_LINE));
    place.set_mode("second.key", 0o600);
    place.write("number.txt", "2512489996");
    let pass = ["--passphrase-file", "pass"];
    for department in super::DEPARTMENTS {
        place.udpeg(&[&["pseudonymise", "-p", "p.toml", "-d", department][..], &pass].concat()).succeeded();
    }
    super::rekey(&place, &super::DEPARTMENTS, &pass).succeeded();
    super::copy(&place.path("second/2024Q4/rekeyed"), &place.path("analyst/2024Q4/delivery"));
    for step in ["select", "assign"] {
        place.udpeg(&[step, "-p", "p.toml", "--out", "analyst"]).succeeded();
    }
    let list = ["--list", "analyst/2024Q4/coordinators/k1/list.parquet"];
    let manifest = ["--manifest", "analyst/2024Q4/assignment/manifest.json"];
    let unkey =
        ["unkey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--delivery", "out/2024Q4/delivery/social"];
    place.udpeg(&[&unkey[..], &list, &manifest, &WHO, &pass].concat()).succeeded();
    let unkeyed = "second/2024Q4/unkeyed/social/k1/pseudonyms.parquet";
    super::reidentify(&place, "social", unkeyed, &[&manifest[..], &pass].concat()).succeeded();
    let ask = ["pseudonym-of", "-p", "p.toml", "--from", "number.txt"];
    place.udpeg(&[&ask[..], &WHO, &pass].concat()).succeeded();
    place.udpeg(&[&["log", "verify", "-p", "p.toml"][..], &pass].concat()).succeeded();
    place.udpeg(&[&["run", "-p", "p.toml", "--out", "demo"][..], &pass].concat()).succeeded();
    place.udpeg(&[&["key", "destroy", "p.key", "--yes"][..], &WHO, &pass].concat()).succeeded();
    assert!(!place.path("p.key").exists());
}

#[test]
fn an_encrypted_key_file_is_as_private_as_any_and_its_passphrase_file_too() {
    let place = with_encrypted_key();
    let id = ["key", "id", "p.key", "--passphrase-file", "pass"];
    assert_eq!(place.udpeg(&id).succeeded().out, format!("{FIRST_ID}\n"));
    place.set_mode("p.key", 0o604);
    place.udpeg(&id).failed(4, &["others than its owner can read or write the key file p.key"]);
    place.set_mode("p.key", 0o600);
    place.set_mode("pass", 0o640);
    place.udpeg(&id).failed(4, &["others than its owner can read or write the passphrase file pass", "chmod 600"]);
    place.set_mode("pass", 0o600);
    std::os::unix::fs::symlink(place.path("pass"), place.path("link")).unwrap();
    place
        .udpeg(&["key", "id", "p.key", "--passphrase-file", "link"])
        .failed(4, &["the passphrase file link is a symbolic link"]);
    place
        .udpeg(&["key", "id", "p.key", "--passphrase-file", "none"])
        .failed(1, &["none: the passphrase file is not there"]);
    place.write("pass", "\n");
    place.udpeg(&id).failed(1, &["its first line is empty"]);
    place.write("pass", "five words drawn at randon\n");
    let ran = place.udpeg(&id).failed(4, &["refused: the passphrase does not open the key file p.key"]);
    assert!(!ran.err.contains("randon"), "{}", ran.err);
}

#[test]
fn a_damaged_or_forged_encrypted_key_file_fails_without_telling_what_it_held() {
    let place = with_encrypted_key();
    let whole = encrypted(KEY_LINE);
    let id = ["key", "id", "p.key", "--passphrase-file", "pass"];
    for at in (0..whole.len()).step_by(7) {
        for bytes in [&whole[..at], &[&whole[..at], &[whole[at] ^ 1], &whole[at + 1..]].concat()] {
            place.write("p.key", bytes);
            let ran = place.udpeg(&id);
            assert!(matches!(ran.code, 1 | 4) && ran.err.contains("p.key"), "at {at}: {}", ran.err);
            assert!(ran.err.matches("error: ").count() == 1 && !ran.err.contains("mistake in udpeg"), "{}", ran.err);
        }
    }
    place.write("p.key", encrypted("udpeg-key-1:0001\n"));
    let ran = place.udpeg(&id).failed(1, &["not a key file", "64 hex characters"]);
    assert!(!ran.err.contains("0001"), "{}", ran.err);
    // More work than anybody should be asked for.
    let header = whole.windows(3).position(|bytes| bytes == b" 2\n").unwrap();
    place.write("p.key", [&whole[..header], b" 21\n", &whole[header + 3..]].concat());
    place.udpeg(&id).failed(1, &["more work and memory than a key file should ask for"]);
}

/// The same command in a session of its own, which has no terminal.
fn without_terminal(place: &Workplace, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_udpeg")]).args(arguments).current_dir(place.path("."));
    let output = command.stdin(Stdio::null()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn without_a_terminal_a_passphrase_file_is_asked_for() {
    let place = with_encrypted_key();
    for arguments in [&["key", "id", "p.key"][..], &["run", "-p", "p.toml"], &["key", "new", "n.key", "--passphrase"]] {
        let (code, error) = without_terminal(&place, arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains("there is no terminal to ask at") && error.contains("--passphrase-file"), "{error}");
    }
    assert!(!place.path("n.key").exists() && !place.path("out").exists());
}

#[test]
fn a_destroyed_key_is_written_over_removed_and_logged() {
    let place = Workplace::with_small_programme();
    fs::hard_link(place.path("p.key"), place.path("other name")).unwrap();
    let destroy = ["key", "destroy", "p.key"];
    place.udpeg(&destroy).failed(2, &["--by", "--reason"]);
    let (code, error) = without_terminal(&place, &[&destroy[..], &WHO].concat());
    assert!(code == 2 && error.contains("nobody can be asked") && error.contains("--yes"), "{error}");
    assert_eq!(place.read("p.key"), KEY_LINE);
    assert!(!place.path("p.key.log.jsonl").exists());

    let ran = place.udpeg(&[&destroy[..], &WHO, &["--yes"]].concat()).succeeded();
    for words in ["solid-state disk", "copies on writing", "backup", "1 further names", "its head     1:"] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!place.path("p.key").exists());
    let left = fs::read(place.path("other name")).unwrap();
    let text: String = left.iter().map(|byte| char::from(*byte)).collect();
    assert_eq!(left.len(), KEY_LINE.len());
    assert!(!text.contains("udpeg-key") && !text.contains("0001"), "the bytes are still there");
    let log = place.read("p.key.log.jsonl");
    assert!(log.contains("\"command\":\"key destroy\"") && log.contains(FIRST_ID), "{log}");
    place.udpeg(&[&destroy[..], &WHO, &["--yes"]].concat()).failed(1, &["the key file is not there"]);
}

#[test]
fn a_key_whose_use_cannot_be_logged_is_not_destroyed() {
    let place = Workplace::with_small_programme();
    place.write("p.key.log.jsonl", "{}\n");
    place.set_mode("p.key.log.jsonl", 0o600);
    let destroy = ["key", "destroy", "p.key", "--yes"];
    place.udpeg(&[&destroy[..], &WHO].concat()).failed(4, &["p.key.log.jsonl is not as it was written"]);
    place.udpeg(&[&destroy[..], &WHO, &["--log", "no/such/log"]].concat()).failed(1, &["no/such/log"]);
    place.set_mode("p.key", 0o644);
    place.udpeg(&[&destroy[..], &WHO, &["--log", "new.jsonl"]].concat()).failed(4, &["others than its owner"]);
    assert_eq!(place.read("p.key"), KEY_LINE);
}
