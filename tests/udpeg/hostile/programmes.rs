//! Programme files: long ones, deep ones, and those with more of everything than anybody writes.

use super::{MEBIBYTES, bounded, lengthen, make_pipe};
use crate::support::{SMALL_PROGRAMME, Workplace};
use std::fs;
use std::os::unix::fs::symlink;

const RUN: [&str; 3] = ["run", "--programme", "p.toml"];

#[track_caller]
fn fails(text: impl AsRef<[u8]>, says: &[&str]) {
    let place = Workplace::with_small_programme();
    place.write("p.toml", text);
    bounded(&place, MEBIBYTES, &RUN).failed(2, &["error: "]).failed(2, &["p.toml"]).failed(2, says);
    assert!(!place.path("out").exists());
}

#[test]
fn a_file_longer_than_any_programme_fails_before_it_is_read() {
    let place = Workplace::with_small_programme();
    for bytes in [(1 << 20) + 1, 100 << 20, 10 << 30] {
        lengthen(&place.path("p.toml"), bytes);
        bounded(&place, MEBIBYTES, &RUN).failed(2, &["p.toml: it is larger than 1 MiB", "--programme"]);
    }
    // A comment makes it as long as it may be.
    let padding = (1 << 20) - SMALL_PROGRAMME.len() - 1;
    place.write("p.toml", format!("{SMALL_PROGRAMME}{}\n", "#".repeat(padding)));
    bounded(&place, MEBIBYTES, &RUN).succeeded();
}

#[test]
fn what_is_no_regular_file_fails_at_once() {
    let place = Workplace::with_small_programme();
    for device in ["/dev/zero", "/dev/urandom", "/dev/null"] {
        fs::remove_file(place.path("p.toml")).unwrap();
        symlink(device, place.path("p.toml")).unwrap();
        bounded(&place, MEBIBYTES, &RUN).failed(2, &["p.toml: it is no regular file"]);
    }
    fs::remove_file(place.path("p.toml")).unwrap();
    make_pipe(&place.path("p.toml"));
    bounded(&place, MEBIBYTES, &RUN).failed(2, &["p.toml: it is no regular file"]);
    assert!(!place.path("out").exists());
}

#[test]
fn nesting_of_any_depth_is_a_mistake_and_no_overflow() {
    for deep in [100, 10_000, 500_000] {
        fails("a = ".to_owned() + &"[".repeat(deep), &["mistake"]);
        fails("a = ".to_owned() + &"[".repeat(deep) + &"]".repeat(deep), &["mistake"]);
    }
    for deep in [100, 10_000, 150_000] {
        fails("a = ".to_owned() + &"{a=".repeat(deep) + "1" + &"}".repeat(deep), &["mistake"]);
        fails("a".to_owned() + &".a".repeat(deep) + " = 1", &["mistake"]);
        fails("[a".to_owned() + &".a".repeat(deep) + "]", &["mistake"]);
        fails("[[a".to_owned() + &".a".repeat(deep) + "]]", &["mistake"]);
    }
}

#[test]
fn more_of_everything_than_anybody_writes_is_told_in_time() {
    let many =
        |piece: &str| format!("{SMALL_PROGRAMME}{}", piece.repeat(((1 << 20) - SMALL_PROGRAMME.len()) / piece.len()));
    let numbered = |piece: &str| {
        let mut text = SMALL_PROGRAMME.to_owned();
        for number in 0.. {
            let more = piece.replace('#', &number.to_string());
            if text.len() + more.len() > 1 << 20 {
                return text;
            }
            text += &more;
        }
        text
    };
    let list = |start: &str, end: &str| {
        let items: String = (0..90_000).map(|number| format!("\"{number}\",")).collect();
        SMALL_PROGRAMME.replacen(start, &format!("{start}{end}[{items}]\n"), 1)
    };
    fails(many("[[department]]\n"), &["[[department]]; at most 64 are read"]);
    fails(numbered("[[department]]\nid = \"d#\"\n"), &["[[department]]; at most 64 are read"]);
    fails(many("[[rule]]\n"), &["[[rule]]; at most 1000 are read"]);
    fails(numbered("[[rule]]\nid = \"r#\"\ndepartment = \"d#\"\n"), &["[[rule]]; at most 1000 are read"]);
    fails(numbered("[[coordinator]]\nid = \"c#\"\ncapacity = 1\n"), &["[[coordinator]]; at most 10000 are read"]);
    fails(numbered("key# = 1\n"), &["unknown key `key0` in [disclosure]"]);
    fails(numbered("[table#]\n"), &["unknown key `table0`"]);
    fails(format!("{SMALL_PROGRAMME}{} = 1\n", "k".repeat(1 << 19)), &["unknown key"]);
    fails(many("threshold = 5\n"), &["not valid TOML"]);
    fails(many("= \n"), &["not valid TOML", "and ", " more"]);
    fails(
        list("min_points = 1\n", "require = "),
        &["`require` in [eligibility] must be a list of at most 10,000 items"],
    );
    fails(
        list("reserve = 1\n", "tie_break = "),
        &["`tie_break` in [selection] must be a list of at most 10,000 items"],
    );
    fails(list("id = \"social\"\n", "types = "), &["must be a list of at most 10,000 items"]);
    let unknown: String = (0..9_999).map(|number| format!("\"no{number}\",")).collect();
    let text = SMALL_PROGRAMME.replacen("min_points = 1\n", &format!("min_points = 1\nrequire = [{unknown}]\n"), 1);
    fails(text, &["9999 mistakes", "`require` names no rule: there is no `no0`", "and 8999 more"]);
    let long = SMALL_PROGRAMME.replacen("\"kontanthjælp\"", &format!("\"{}\"", "æ".repeat(1001)), 1);
    fails(long, &["`types` holds a type of more than 1000 characters"]);
}

#[test]
fn as_many_types_as_may_be_named_are_read() {
    let place = Workplace::with_small_programme();
    let types: String = (0..10_000).map(|number| format!("\"type {number}\",")).collect();
    place.edit("p.toml", "id = \"social\"\n", &format!("id = \"social\"\ntypes = [{types}]\n"));
    bounded(&place, MEBIBYTES, &RUN).succeeded();
}

#[test]
fn numbers_and_dates_that_nothing_can_hold_are_mistakes() {
    let digits = "9".repeat(100_000);
    for (from, to) in [
        ("size = 2", format!("size = {digits}")),
        ("size = 2", "size = 0xffffffffffffffffffffffff".to_owned()),
        ("size = 2", "size = 1e400".to_owned()),
        ("from = 1.0", format!("from = {digits}.{digits}")),
        ("from = 1.0", format!("from = 1e{digits}")),
        ("from = 1.0", "from = inf".to_owned()),
        ("from = 1.0", "from = nan".to_owned()),
        ("points = 2", "points = -9223372036854775808".to_owned()),
        ("points_per = 3", "points_per = 9223372036854775807".to_owned()),
        ("capacity = 2", "capacity = 4294967296".to_owned()),
        ("as_of = 2024-12-31", "as_of = 99999-12-31".to_owned()),
        ("as_of = 2024-12-31", "as_of = 2024-02-30".to_owned()),
        ("as_of = 2024-12-31", "as_of = 0000-00-00".to_owned()),
        ("as_of = 2024-12-31", "as_of = 2024-12-31T00:00:00Z".to_owned()),
        ("[18, 25, 30, 40, 50, 60, 67]", format!("[{}]", (1..=300).map(|age| format!("{age},")).collect::<String>())),
        ("delete_after = 2099-12-31", format!("delete_after = {digits}-12-31")),
    ] {
        let text = SMALL_PROGRAMME.replacen(from, &to, 1);
        assert_ne!(text, SMALL_PROGRAMME, "{from}");
        println!("{from}");
        fails(text, &["mistake"]);
    }
}

#[test]
fn bytes_that_are_no_text_are_mistakes() {
    for bytes in [&b"\0"[..], b"\xff", b"\xed\xa0\x80", b"\x1b[2J", b"\r", &[0; 1 << 19], &[0xff; 1 << 19]] {
        fails([SMALL_PROGRAMME.as_bytes(), bytes].concat(), &["mistake"]);
        fails([bytes, SMALL_PROGRAMME.as_bytes()].concat(), &["mistake"]);
    }
    for byte in (0..=u8::MAX).step_by(7).filter(|byte| !b"\t\n\r #".contains(byte)) {
        fails([byte], &["mistake"]);
    }
}

#[test]
fn every_beginning_of_a_programme_is_whole_or_a_mistake() {
    let place = Workplace::with_small_programme();
    for length in (0..SMALL_PROGRAMME.len()).filter(|length| SMALL_PROGRAMME.is_char_boundary(*length)).step_by(17) {
        place.write("p.toml", &SMALL_PROGRAMME[..length]);
        let ran = place.udpeg(&["assign", "--programme", "p.toml"]);
        // Without its end it lacks the threshold; a missing purpose is refused.
        assert_eq!(ran.code, 2, "{length}: {}", ran.err);
        assert!(ran.err.starts_with("error: "), "{length}: {}", ran.err);
    }
}
