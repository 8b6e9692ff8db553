//! The custody log as text: whatever is altered, removed, moved or repeated is found.

use super::{hmac_hex, key_bytes, write_key};
use crate::support::{KEY_LINE, Workplace};
use std::path::Path;
use udpeg::custody::{Account, End, Event, Examined, Head, Log, examine};
use udpeg::identity::{Key, Seal};

/// The first line that the guide shows, sealed by an independent implementation.
const FIRST_LINE: &str = r#"{"line":1,"at":"2026-10-05T09:12:33+02:00","command":"reidentify","by":"C. Olsen","reason":"k1 begins, journal 26/1234","department":"social","period":"2026Q3","list_sha256":"34d4e6513a0aa3774b2a0c0f1b902ed838e423b6c999d28b6b936a2baded703a","count":17,"key_id":"cf38ac5703629760","program_version":"0.1.0","previous":"00000000000000000000000000000000","mac":"9faf414a70a75d276e2697183c48162b"}"#;

fn key(place: &Workplace) -> Key {
    write_key(place, "k.key", KEY_LINE);
    Key::read(&place.path("k.key")).unwrap()
}

fn account(reason: &str) -> Account {
    Account::new("T. Ester", reason, "2026-10-05T09:12:33+02:00".parse().unwrap()).unwrap()
}

fn event(account: &Account) -> Event<'_> {
    Event { command: "reidentify", account, department: Some("social"), period: None, list_sha256: None, count: 3 }
}

/// A log of so many entries, as lines without their ends.
fn lines(count: usize) -> (Vec<String>, Seal) {
    let place = Workplace::new();
    let key = key(&place);
    let log = Log::new(&place.path("k.key"), &key, None);
    for number in 1..=count {
        log.append(&event(&account(&format!("journal {number}")))).unwrap();
    }
    (place.read("k.key.log.jsonl").lines().map(str::to_owned).collect(), Seal::new(&key))
}

fn examined<S: AsRef<str>>(lines: &[S], seal: &Seal) -> Examined {
    let text: String = lines.iter().map(|line| format!("{}\n", line.as_ref())).collect();
    examine(text.as_bytes(), seal)
}

#[test]
fn the_published_line_holds_and_is_what_the_program_writes() {
    let seal = Seal::new(&key(&Workplace::new()));
    let found = examined(&[FIRST_LINE], &seal);
    assert_eq!((found.entries.len(), found.findings), (1, Vec::new()));
    assert_eq!(found.head.to_string(), "1:9faf414a70a75d276e2697183c48162b");
    assert!(include_str!("../../../docs/custody.md").contains(FIRST_LINE));
    let (line, _) = lines(1);
    let (body, mac) = line[0].strip_suffix("\"}").unwrap().rsplit_once(",\"mac\":\"").unwrap();
    assert_eq!(mac, hmac_hex(&key_bytes(KEY_LINE), &format!("udpeg/1/log:{body}")));
    let keys = |line: &str| -> Vec<String> {
        let value: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        value.keys().filter(|name| !["period", "list_sha256"].contains(&name.as_str())).cloned().collect()
    };
    assert_eq!(keys(&line[0]), keys(FIRST_LINE));
}

#[test]
fn a_log_as_it_was_written_has_no_findings_and_each_entry_names_the_one_before() {
    let (lines, seal) = lines(6);
    let found = examined(&lines, &seal);
    assert!(found.findings.is_empty() && found.end == End::Whole, "{found:?}");
    assert_eq!((found.entries.len(), found.head.lines, found.half_lines), (6, 6, 0));
    for pair in found.entries.windows(2) {
        assert_eq!(pair[1].previous, found.macs[&pair[0].line]);
        assert_eq!(pair[1].line, pair[0].line + 1);
    }
    assert_eq!(examine(b"", &seal), Examined::default());
}

/// What is done to a log of five lines, and what must be told of it.
#[test]
fn every_kind_of_tampering_is_told_by_line() {
    let (own, seal) = lines(5);
    let (other, _) = lines(5);
    let other: Vec<String> = other.iter().map(|line| line.replace("T. Ester", "T. Eater")).collect();
    let at =
        |positions: &[usize]| -> Vec<String> { positions.iter().map(|position| own[position - 1].clone()).collect() };
    let with = |number: usize, line: &str| -> Vec<String> {
        let mut lines = own.clone();
        line.clone_into(&mut lines[number - 1]);
        lines
    };
    let cases: [(&str, Vec<String>, &[&str]); 17] = [
        ("altered", with(3, &own[2].replace("journal 3", "journal 9")), &["line 3 was altered"]),
        ("the count altered", with(2, &own[1].replace("\"count\":3", "\"count\":1")), &["line 2 was altered"]),
        ("the first altered", with(1, &own[0].replace("T. E", "t. E")), &["line 1 was altered"]),
        ("the last altered", with(5, &own[4].replace("T. E", "t. E")), &["line 5 was altered"]),
        ("two altered", [with(3, "{}"), vec![]].concat(), &["line 3 was altered"]),
        ("of another log", with(3, &other[2]), &["line 3 was altered"]),
        ("emptied", with(3, ""), &["line 3 was altered"]),
        ("a blank behind", with(3, &format!("{} ", own[2])), &["line 3 was altered"]),
        ("a carriage return behind", with(3, &format!("{}\r", own[2])), &["line 3 was altered"]),
        (
            "an old seal",
            with(3, &own[2].replace(&own[2][own[2].len() - 34..], &own[1][own[1].len() - 34..])),
            &["line 3 was altered"],
        ),
        ("removed", at(&[1, 2, 4, 5]), &["entry 3 is missing"]),
        ("two removed", at(&[1, 4, 5]), &["entries 2 to 3 are missing"]),
        ("the first removed", at(&[2, 3, 4, 5]), &["entry 1 is missing"]),
        ("moved", at(&[1, 3, 2, 4, 5]), &["line 3 is entry 2, behind entry 3: it was moved"]),
        ("repeated", at(&[1, 2, 3, 3, 4, 5]), &["line 4 repeats entry 3"]),
        ("repeated later", at(&[1, 2, 3, 4, 5, 2]), &["line 6 repeats entry 2"]),
        (
            "removed and altered",
            [at(&[1, 2]), vec!["x".to_owned()], at(&[5])].concat(),
            &["line 3 was altered", "entries 3 to 4 are missing"],
        ),
    ];
    for (case, lines, told) in cases {
        let found = examined(&lines, &seal);
        let findings = found.findings.join("\n");
        assert_eq!(found.findings.len(), told.len(), "{case}: {findings}");
        for words in told {
            assert!(findings.contains(words), "{case}: {findings}");
        }
        assert!(!findings.contains("journal") && !findings.contains("ster"), "{case}: {findings}");
    }
}

#[test]
fn two_logs_that_were_put_together_are_told_apart() {
    let place = Workplace::new();
    let key = key(&place);
    let seal = Seal::new(&key);
    let write = |name: &str, reasons: &[&str]| -> Vec<String> {
        let log = Log::new(Path::new("unused"), &key, Some(&place.path(name)));
        for reason in reasons {
            log.append(&event(&account(reason))).unwrap();
        }
        place.read(name).lines().map(str::to_owned).collect()
    };
    let (one, other) = (write("one", &["a", "b", "c"]), write("other", &["a", "x", "y", "z"]));
    assert_eq!(one[0], other[0]);
    let told = |lines: &[&String]| examined(lines, &seal).findings.join("\n");
    assert_eq!(told(&[&one[0], &one[1], &other[1], &one[2]]), "line 3 is another entry 2: two logs were put together");
    assert_eq!(told(&[&one[0], &one[1], &other[2]]), "line 3, entry 3, does not follow the entry before it");
    assert_eq!(told(&[&one[0], &other[1], &other[2], &other[3]]), "");
}

#[test]
fn no_byte_can_be_altered_removed_or_put_in_without_a_finding() {
    let (lines, seal) = lines(4);
    let text = lines.join("\n") + "\n";
    let whole = examine(text.as_bytes(), &seal);
    let is_clean = |bytes: &[u8]| {
        let found = examine(bytes, &seal);
        found.findings.is_empty() && found.end == End::Whole && found.head == whole.head
    };
    assert!(is_clean(text.as_bytes()));
    for at in 0..text.len() {
        let mut altered = text.as_bytes().to_vec();
        altered[at] ^= 1;
        assert!(!is_clean(&altered), "byte {at} altered");
        altered.remove(at);
        assert!(!is_clean(&altered), "byte {at} removed");
        let mut longer = text.as_bytes().to_vec();
        longer.insert(at, b' ');
        assert!(!is_clean(&longer), "a byte put in at {at}");
        let cut = examine(&text.as_bytes()[..at], &seal);
        let at_end_of_line = at == 0 || text.as_bytes()[at - 1] == b'\n';
        assert_eq!(cut.end == End::Whole, at_end_of_line, "cut at {at}");
        // Nobody can tell that whole lines were cut off at the end, but by the head.
        let only_newline_is_gone = at == text.len() - 1;
        assert_eq!(cut.head == whole.head, only_newline_is_gone, "cut at {at}");
        assert!(cut.findings.is_empty(), "cut at {at}");
    }
}

#[test]
fn another_key_finds_no_entry_at_all() {
    let (lines, _) = lines(3);
    let place = Workplace::new();
    write_key(&place, "other.key", &KEY_LINE.replace("0001", "ffff"));
    let found = examined(&lines, &Seal::new(&Key::read(&place.path("other.key")).unwrap()));
    assert_eq!((found.entries.len(), found.findings.len()), (0, 3));
}

#[test]
fn only_a_number_and_a_seal_are_a_head() {
    let mac = "9faf414a70a75d276e2697183c48162b";
    let head: Head = format!(" 12:{mac}\n").parse().unwrap();
    assert_eq!((head.lines, head.to_string()), (12, format!("12:{mac}")));
    for wrong in [
        "",
        "12",
        mac,
        &format!("x:{mac}"),
        &format!("-1:{mac}"),
        "1:9faf",
        &format!("1:{mac}0"),
        &format!("1:{}", mac.to_uppercase()),
    ] {
        assert!(wrong.parse::<Head>().is_err(), "{wrong}");
    }
}

#[test]
fn who_and_why_are_one_line_and_hold_no_number() {
    let at = "2026-10-05T09:12:33+02:00".parse().unwrap();
    let ok = Account::new("  Åse Ørsted, IT ", "journal 26/1234: \"k1\" begynder", at).unwrap();
    assert_eq!(ok.by, "Åse Ørsted, IT");
    for wrong in ["", "  ", "a\nb", "a\u{7}b", "sag 251248-9996", "2512489996", "251248\u{2013}9996", &"x".repeat(501)]
    {
        for (by, reason) in [(wrong, "why"), ("who", wrong)] {
            let error = Account::new(by, reason, at).unwrap_err();
            assert_eq!(error.exit_code().code(), 2, "{wrong:?}");
            let option = if by == wrong { "--by " } else { "--reason " };
            assert!(error.to_string().starts_with(option) && !error.to_string().contains("9996"), "{error}");
        }
    }
}
