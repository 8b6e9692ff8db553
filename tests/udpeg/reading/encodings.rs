//! Code pages, and recognising them.

use super::{HEADER, read, workplace};
use crate::support::Workplace;

fn place(encoding: &str, types: &str, rows: &[u8]) -> Workplace {
    let place = workplace(&[
        ("{ dates", &format!("{{ encoding = \"{encoding}\", dates")),
        ("types = [", &format!("types = [{types}")),
    ]);
    place.write("d.csv", [HEADER.as_bytes(), rows].concat());
    place
}

/// Windows-1252, and code page 437 and 865 where they have the letters.
fn bytes(text: &str, encoding: &str) -> Vec<u8> {
    let byte = |letter: char| match (letter, encoding) {
        (ascii, _) if ascii.is_ascii() => ascii as u8,
        ('æ', "cp437" | "cp865") => 0x91,
        ('å', "cp437" | "cp865") => 0x86,
        ('Æ', "cp437" | "cp865") | ('’', "windows-1252") => 0x92,
        ('Å', "cp437" | "cp865") => 0x8f,
        ('é', "cp437" | "cp865") => 0x82,
        ('ö', "cp437" | "cp865") => 0x94,
        ('ø', "cp865") => 0x9b,
        ('Ø', "cp865") => 0x9d,
        ('–', "windows-1252") => 0x96,
        (latin, "windows-1252") => u8::try_from(latin).unwrap(),
        (other, _) => panic!("{other} is not in {encoding}"),
    };
    text.chars().map(byte).collect()
}

#[test]
fn code_pages_of_dos_are_read() {
    for (encoding, word) in [("cp437", "hjælp på Århus"), ("cp865", "støtte på Ørø"), ("CP437", "Æble")] {
        let row = format!("0201609995,,{word},01-01-2024,,,\n");
        let read = read(&place(encoding, &format!("\"{word}\", "), &bytes(&row, &encoding.to_lowercase())));
        assert_eq!(read.types(), [word], "{encoding}");
        assert!(read.quality.get("encodings").is_none());
    }
}

#[test]
fn auto_recognises_each_file_and_says_what_it_took() {
    for (text, encoding) in [
        ("plain", "utf-8"),
        ("kontanthjælp på øen", "utf-8"),
        ("kontanthjælp på øen", "windows-1252"),
        ("Åse", "windows-1252"),
        ("SEL § 107", "windows-1252"),
        ("§85", "windows-1252"),
        ("O’Brien fra Ærø 1990–2000", "windows-1252"),
        ("kontanthjælp på", "cp437"),
        ("Århus", "cp437"),
        ("Björn", "cp437"),
    ] {
        let row = format!("0201609995,,{text},01-01-2024,,,\n");
        let written = if encoding == "utf-8" { row.into_bytes() } else { bytes(&row, encoding) };
        let place = place("auto", &format!("\"{text}\", "), &written);
        let read = read(&place);
        assert_eq!(read.types(), [text], "{text} in {encoding}");
        assert_eq!(read.quality["encodings"]["d.csv"], encoding, "{text}");
        let ran = place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d", "--force"]).succeeded();
        assert!(ran.err.contains(&format!("d.csv: its encoding was recognised as {encoding}")), "{}", ran.err);
    }
}

#[test]
fn auto_refuses_when_in_doubt_and_names_what_to_set() {
    let mut both = bytes("hjælp på Århus", "cp437");
    both.extend(bytes("hjælp på Århus", "windows-1252"));
    let mut broken = "hjælp ".as_bytes().to_vec();
    broken.push(0xe6);
    for (text, says) in [
        (both, "cannot be told"),
        (bytes("støtte på", "cp865"), "encoding = \"cp865\""),
        (vec![b'a', b' ', 0x96, b' ', b'b'], "cannot be told"),
        (vec![0xff], "cannot be told"),
        (vec![b'a', 0xe6, b'b', 0x81], "cannot be told"),
    ] {
        let row = [b"0201609995,,t,01-01-2024,,,", &text[..], b"\n"].concat();
        place("auto", "", &row)
            .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"])
            .failed(1, &["d.csv", says, "set `encoding"]);
    }
}

#[test]
fn a_character_across_the_border_of_two_blocks_is_recognised() {
    for shift in 0..4 {
        let mut text = "0201609995,,t,01-01-2024,,,x\n".repeat(40_000).into_bytes();
        let border = (1 << 20) - HEADER.len() - shift;
        let word = "pæn".as_bytes();
        // Into a cell that is not used.
        let at = border - (border % 29) - 2;
        text.splice(at..at, "y".repeat(border - at).bytes().chain(word.iter().copied()));
        let read = read(&place("auto", "", &text));
        assert_eq!(read.quality["encodings"]["d.csv"], "utf-8", "{shift}");
        assert_eq!(read.count("rows"), 40_000);
    }
}
