//! `pseudonym-of`: for a citizen who asks, without the number ever being an argument.

use super::{SECOND_ID, SECOND_LINE, WHO, pseudonym, rekeyed, write_key};
use crate::support::Workplace;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

const COMMAND: [&str; 3] = ["pseudonym-of", "-p", "p.toml"];

#[test]
fn the_pseudonym_is_that_of_the_deliveries_in_any_spelling() {
    let place = Workplace::with_small_programme();
    for text in ["2512489996\n", "251248-9996", " 251248 9996 \r\nsecond line\n", "'2512489996"] {
        place.write("number.txt", text);
        let ran = place.udpeg(&[&COMMAND[..], &["--from", "number.txt"], &WHO].concat()).succeeded();
        assert_eq!(ran.out.lines().next(), Some("4055a05620afe904215fe3c06d086e51"), "{text:?}");
        assert!(ran.out.contains("pseudonym-of --rekeyed") && !ran.out.contains("9996"), "{}", ran.out);
    }
    let ran = place.udpeg(&[&COMMAND[..], &["--from", "number.txt", "--json"], &WHO].concat()).succeeded();
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(summary["pseudonym"], pseudonym("2512489996"));
    assert!(summary["head"].as_str().unwrap().starts_with("5:"));
    let log = place.read("p.key.log.jsonl");
    assert!(
        !log.contains("9996") && !log.contains("4055a056") && log.contains("\"command\":\"pseudonym-of\""),
        "{log}"
    );
}

#[test]
fn it_is_read_from_standard_input_too() {
    let place = Workplace::with_small_programme();
    let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
    command.args(COMMAND).args(["--from", "-", "-q", "--json"]).args(WHO).current_dir(place.path("."));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"0201609995\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["pseudonym"], "a6bae06f9f2a105d03b8195e9c1d635c");
}

#[test]
fn the_custodian_turns_it_into_the_one_that_the_analyst_has() {
    let place = Workplace::with_small_programme();
    write_key(&place, "second.key", SECOND_LINE);
    place.write("pseudonym.txt", pseudonym("2512489996") + "\n\n a hint\n");
    let more = ["--rekeyed", "--key", "second.key", "--from", "pseudonym.txt", "--json"];
    let ran = place.udpeg(&[&COMMAND[..], &more, &WHO].concat()).succeeded();
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(summary["pseudonym"], rekeyed(&pseudonym("2512489996")));
    assert_eq!(summary["key_id"], SECOND_ID);
    assert!(place.path("second.key.log.jsonl").exists() && !place.path("p.key.log.jsonl").exists());
    place.udpeg(&[&COMMAND[..], &["--rekeyed", "--from", "pseudonym.txt"], &WHO].concat()).failed(2, &["--key"]);
    place.write("pseudonym.txt", "2512489996");
    let ran = place.udpeg(&[&COMMAND[..], &more, &WHO].concat()).failed(1, &["its first line is not a pseudonym"]);
    assert!(!ran.err.contains("9996"), "{}", ran.err);
}

#[test]
fn what_is_no_number_fails_unrepeated_and_leaves_no_line_in_the_log() {
    let place = Workplace::with_small_programme();
    for (text, says) in [
        ("", "there is none"),
        ("0000000000", "there is none"),
        ("25124899", "six and four"),
        ("251248-999x", "six and four"),
        ("201609995", "six and four"),
        ("251248--9996", "six and four"),
        ("3102009996", "no such day"),
        ("0101304000", "after `as_of`"),
    ] {
        place.write("number.txt", text);
        let command = [&COMMAND[..], &["--from", "number.txt"], &WHO].concat();
        let ran = place.udpeg(&command).failed(1, &["number.txt: its first line is not a CPR number", says]);
        assert!(text.len() < 8 || !ran.err.contains(text), "{}", ran.err);
    }
    place.write("number.txt", [b'1'; 5000]);
    place.udpeg(&[&COMMAND[..], &["--from", "number.txt"], &WHO].concat()).failed(1, &["no text, or too long"]);
    place.udpeg(&[&COMMAND[..], &["--from", "none.txt"], &WHO].concat()).failed(1, &["none.txt: it is not there"]);
    place.udpeg(&[&COMMAND[..], &["2512489996"], &WHO].concat()).failed(2, &["**********"]);
    place.edit("p.toml", "approved_on = 2020-01-01", "approved_on = 2098-01-01");
    place.write("number.txt", "2512489996");
    place.udpeg(&[&COMMAND[..], &["--from", "number.txt"], &WHO].concat()).failed(4, &["refused: "]);
    assert!(!place.path("p.key.log.jsonl").exists());
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let place = Workplace::with_small_programme();
    // A process of its own session has no terminal.
    let output = Command::new("setsid")
        .args(["--wait", env!("CARGO_BIN_EXE_udpeg")])
        .args(COMMAND)
        .args(WHO)
        .current_dir(place.path("."))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("there is no terminal to ask at") && error.contains("--from"), "{error}");
}

#[test]
fn of_a_number_that_another_has_replaced_it_is_that_of_the_new_one() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "age_bands = [", "renumbered = \"old-new.csv\"\nage_bands = [");
    // A number that was given by mistake may say a birth to come.
    place.write("old-new.csv", "old;new\n0104909995;2512489996\n0505239996;0505364996\n");
    for (number, is_told) in [("0104909995", true), ("2512489996", true), ("0201609995", false)] {
        place.write("number.txt", number);
        let ran = place.udpeg(&[&COMMAND[..], &["--from", "number.txt"], &WHO].concat()).succeeded();
        let is_new = ran.out.starts_with("4055a05620afe904215fe3c06d086e51");
        assert_eq!(is_new, is_told, "{number}: {}", ran.out);
    }
    place.write("number.txt", "0505239996");
    let ran = place.udpeg(&[&COMMAND[..], &["--from", "number.txt"], &WHO].concat());
    ran.failed(1, &["there is no such day, or it lies after `as_of`"]);
}
