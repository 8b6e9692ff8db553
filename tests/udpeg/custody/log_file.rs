//! The custody log as a file: where it stands, who can write it, half lines, several writers, and `log verify`.

use super::{SECOND_LINE, WHO, assigned, persons, reidentify, write_key};
use crate::support::{KEY_LINE, Workplace};
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use udpeg::custody::{Account, Event, Log};
use udpeg::identity::Key;

const VERIFY: [&str; 4] = ["log", "verify", "--key", "p.key"];

/// The small programme with so many uses in its log, and the log's head.
fn used(uses: usize) -> (Workplace, String) {
    let place = Workplace::with_small_programme();
    for _ in 0..uses {
        ask(&place, &[]).0.unwrap();
    }
    let head = if uses > 0 { head(&place, &[]) } else { String::new() };
    (place, head)
}

/// Asks for a pseudonym, which stands in the log; the error where it fails.
fn ask(place: &Workplace, more: &[&str]) -> (Result<String, String>, i32) {
    place.write("number.txt", "2512489996\n");
    let command = ["pseudonym-of", "-p", "p.toml", "--from", "number.txt", "-q"];
    let ran = place.udpeg(&[&command[..], &WHO, more].concat());
    (if ran.code == 0 { Ok(ran.out) } else { Err(ran.err) }, ran.code)
}

fn head(place: &Workplace, more: &[&str]) -> String {
    let ran = place.udpeg(&[&VERIFY[..], &["--json"], more].concat()).succeeded();
    let value: Value = serde_json::from_str(&ran.out).unwrap();
    value["head"].as_str().unwrap().to_owned()
}

#[test]
fn the_log_stands_beside_the_key_for_its_owners_eyes_and_survives_everything() {
    let (place, first) = used(1);
    let log = "p.key.log.jsonl";
    assert_eq!(fs::metadata(place.path(log)).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(first.starts_with("1:"));
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    place.udpeg(&["run", "-p", "p.toml", "--force"]).succeeded();
    fs::remove_dir_all(place.path("out")).unwrap();
    assert_eq!(head(&place, &[]), first);
    ask(&place, &["--log", "elsewhere.jsonl"]).0.unwrap();
    assert_eq!(head(&place, &[]), first);
    assert!(head(&place, &["--log", "elsewhere.jsonl"]).starts_with("1:"));
    let ran = place.udpeg(&["log", "verify", "-p", "p.toml"]).succeeded();
    assert!(
        ran.out.contains("1 entries") && ran.out.contains(&first) && ran.out.contains("Keep the head"),
        "{}",
        ran.out
    );
    let (_, text) = (1, place.read(log));
    assert!(!text.contains("2512489996") && !text.contains(&super::pseudonym("2512489996")), "{text}");
}

#[test]
fn a_log_that_is_missing_another_keys_a_link_or_writable_by_others_is_not_trusted() {
    let (place, _) = used(2);
    let log = "p.key.log.jsonl";
    write_key(&place, "other.key", SECOND_LINE);
    place.udpeg(&["log", "verify", "--key", "other.key"]).failed(1, &["other.key.log.jsonl: there is no custody log"]);
    let says = ["is of the key cf38ac5703629760, and this is the key 2517db4d53ad9e26"];
    place.udpeg(&["log", "verify", "--key", "other.key", "--log", log]).failed(4, &says);
    let (result, code) = ask(&place, &["--key", "other.key", "--log", log]);
    assert!(code == 4 && result.unwrap_err().contains(says[0]));
    for mode in [0o620, 0o602, 0o666] {
        place.set_mode(log, mode);
        place.udpeg(&VERIFY).failed(4, &["others than its owner can write the custody log"]);
        assert_eq!(ask(&place, &[]).1, 4);
    }
    place.set_mode(log, 0o644);
    head(&place, &[]);
    std::os::unix::fs::symlink(place.path(log), place.path("link")).unwrap();
    place.udpeg(&[&VERIFY[..], &["--log", "link"]].concat()).failed(4, &["is a link or a folder"]);
    assert_eq!(ask(&place, &["--log", "link"]).1, 4);
    assert_eq!(ask(&place, &["--log", "no/folder/log"]).1, 1);
    place.udpeg(&["log", "verify"]).failed(2, &["--key"]);
    assert!(head(&place, &[]).starts_with("2:"));
}

#[test]
fn tampering_closes_the_way_back_until_somebody_has_looked() {
    let (place, _) = used(3);
    let text = place.read("p.key.log.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    for (tampered, says) in [
        (text.replace("T. Ester", "T. Eater"), "line 1 was altered"),
        (format!("{}\n{}\n", lines[0], lines[2]), "entry 2 is missing"),
        (format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]), "line 2 is entry 1, behind entry 2"),
        (format!("{text}{}\n", lines[2]), "line 4 repeats entry 3"),
    ] {
        place.write("p.key.log.jsonl", &tampered);
        place.set_mode("p.key.log.jsonl", 0o600);
        let ran = place.udpeg(&VERIFY).failed(4, &["refused: ", "p.key.log.jsonl is not as it was written", says]);
        assert!(ran.out.is_empty(), "{}", ran.out);
        let (result, code) = ask(&place, &[]);
        let error = result.unwrap_err();
        assert!(code == 4 && error.contains("the way back is closed") && error.contains(says), "{error}");
        assert_eq!(place.read("p.key.log.jsonl"), tampered, "nothing is added");
    }
    ask(&place, &["--log", "new.jsonl"]).0.unwrap();
}

#[test]
fn a_head_that_was_kept_tells_of_a_cut_off_tail_and_of_a_log_made_anew() {
    let (place, kept) = used(3);
    let text = place.read("p.key.log.jsonl");
    ask(&place, &[]).0.unwrap();
    let ran = place.udpeg(&[&VERIFY[..], &["--head", &kept]].concat()).succeeded();
    assert!(ran.out.contains("It holds the head that was kept"), "{}", ran.out);
    let two: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    place.write("p.key.log.jsonl", two);
    // Without the head nobody can tell.
    assert!(head(&place, &[]).starts_with("2:"));
    let says = "it ends with entry 2, and the head that was kept is of entry 3: the end was cut off";
    place.udpeg(&[&VERIFY[..], &["--head", &kept]].concat()).failed(4, &[says]);
    fs::remove_file(place.path("p.key.log.jsonl")).unwrap();
    for _ in 0..4 {
        ask(&place, &["--reason", "another"]).0.unwrap_err();
        let command = ["pseudonym-of", "-p", "p.toml", "--from", "number.txt", "--by", "x", "--reason", "made anew"];
        place.udpeg(&command).succeeded();
    }
    assert!(head(&place, &[]).starts_with("4:"));
    let says = "entry 3 is not the one whose head was kept: the log was made anew";
    place.udpeg(&[&VERIFY[..], &["--head", &kept]].concat()).failed(4, &[says]);
    place.udpeg(&[&VERIFY[..], &["--head", "3"]].concat()).failed(2, &["a head is written like"]);
}

#[test]
fn a_line_cut_off_while_it_was_written_is_explained_and_the_next_use_vouches_for_the_rest() {
    let (place, _) = used(2);
    let whole = fs::read(place.path("p.key.log.jsonl")).unwrap();
    let first_ends = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    for cut in [first_ends + 1, first_ends + 40, whole.len() - 2] {
        place.write("p.key.log.jsonl", &whole[..cut]);
        let says =
            ["the last line is cut off", "nothing was handed out, and the next use vouches", "or somebody cut it"];
        place.udpeg(&VERIFY).failed(4, &says);
        ask(&place, &[]).0.unwrap();
        let ran = place.udpeg(&VERIFY).succeeded();
        assert!(ran.err.contains("warning: 1 times a line was cut off"), "{}", ran.err);
        assert!(ran.out.contains("2 entries"), "{}", ran.out);
        // What is left of it can be neither altered nor removed from then on.
        let text = fs::read(place.path("p.key.log.jsonl")).unwrap();
        let mut altered = text.clone();
        altered[first_ends] ^= 1;
        place.write("p.key.log.jsonl", &altered);
        place.udpeg(&VERIFY).failed(4, &["the half line before line 3 was removed or altered"]);
        place.write("p.key.log.jsonl", [&text[..first_ends], &text[cut + 1..]].concat());
        place.udpeg(&VERIFY).failed(4, &["the half line before line 2 was removed or altered"]);
    }
    // Nothing but the end of the line is missing.
    place.write("p.key.log.jsonl", &whole[..whole.len() - 1]);
    place.udpeg(&VERIFY).failed(4, &["the last line is cut off"]);
    ask(&place, &[]).0.unwrap();
    let ran = place.udpeg(&VERIFY).succeeded();
    assert!(ran.err.is_empty() && ran.out.contains("3 entries"), "{}", ran.out);
    // Stopped again while the line behind was written.
    place.write("p.key.log.jsonl", [&whole[..first_ends + 9], b"\n{\"line\":2,"].concat());
    ask(&place, &[]).0.unwrap();
    assert!(head(&place, &[]).starts_with("2:"));
}

#[test]
fn several_writers_at_once_make_one_chain() {
    let place = Workplace::new();
    write_key(&place, "k.key", KEY_LINE);
    std::thread::scope(|scope| {
        for writer in 0..6 {
            let place = &place;
            scope.spawn(move || {
                let key = Key::read(&place.path("k.key")).unwrap();
                let log = Log::new(&place.path("k.key"), &key, None);
                let at = "2026-10-05T09:12:33+02:00".parse().unwrap();
                let account = Account::new(&format!("writer {writer}"), "at once", at).unwrap();
                for count in 0..10 {
                    let event = Event {
                        command: "unkey",
                        account: &account,
                        department: None,
                        period: None,
                        list_sha256: None,
                        count,
                    };
                    log.append(&event).unwrap();
                }
            });
        }
    });
    let key = Key::read(&place.path("k.key")).unwrap();
    let verified = Log::new(&place.path("k.key"), &key, None).verify(None).unwrap();
    assert_eq!((verified.entries, verified.uses["unkey"], verified.half_lines), (60, 60, 0));
}

#[test]
fn the_line_is_there_before_the_result_and_without_the_line_there_is_no_result() {
    let place = assigned();
    place.write("out/2024Q4/reidentified", "a file in the place of the folder");
    reidentify(&place, "social", super::LIST, &[]).failed(1, &["reidentified"]);
    assert!(head(&place, &[]).starts_with("1:"), "the line was written before the result failed");
    fs::remove_file(place.path("out/2024Q4/reidentified")).unwrap();

    let mut log = OpenOptions::new().append(true).open(place.path("p.key.log.jsonl")).unwrap();
    log.write_all(b"{}\n").unwrap();
    let ran = reidentify(&place, "social", super::LIST, &[]).failed(4, &["line 2 was altered, or never was"]);
    assert!(ran.out.is_empty() && !place.path("out/2024Q4/reidentified").exists());
    reidentify(&place, "social", super::LIST, &["--log", "no/folder/log"]).failed(1, &["there is no custody log"]);
    assert!(!place.path("out/2024Q4/reidentified").exists());
    reidentify(&place, "social", super::LIST, &["--log", "new.jsonl"]).succeeded();
    assert_eq!(persons(&place, "out/2024Q4/reidentified/social/k1/persons.csv").len(), 1);
}
