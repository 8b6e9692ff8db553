//! Every accepted spelling of a number, and near misses.

use super::{day, number};
use proptest::prelude::*;
use udpeg::identity::{CprCell, CprReader};

fn read(cell: &str, leading_zero_lost: bool) -> CprCell {
    let reader = CprReader { as_of: day("2024-12-31"), leading_zero_lost };
    let found = reader.read(cell);
    if let Some(plain) = reader.read_plain(cell.as_bytes()) {
        assert_eq!(plain, found, "{cell:?}");
    }
    found
}

#[test]
fn ten_digits_with_a_hyphen_or_none_are_read_as_they_stand() {
    let reader = CprReader { as_of: day("2024-12-31"), leading_zero_lost: true };
    for cell in ["0201609995", "020160-9995"] {
        assert_eq!(reader.read_plain(cell.as_bytes()), Some(usable(false)), "{cell}");
    }
    assert_eq!(reader.read_plain(b"0000000000"), Some(CprCell::Empty));
    assert_eq!(reader.read_plain(b"310260-9995"), Some(CprCell::ImpossibleDate));
    for cell in ["201609995", " 201609995", "'201609995", "020160 9995", "020160x9995", "020160-999", "", "02016099é"]
    {
        assert_eq!(reader.read_plain(cell.as_bytes()), None, "{cell:?}");
    }
    assert_eq!(reader.read_plain(b"020160\xa09995"), None);
}

fn usable(repaired: bool) -> CprCell {
    CprCell::Number { number: number("0201609995"), repaired }
}

/// What may stand between the 6th and the 7th digit.
const SEPARATORS: [&str; 12] =
    ["", "-", "\u{2011}", "\u{2013}", " ", "\t", "\n", "\u{a0}", "\u{2003}", "\u{2009}", "\u{202f}", "\u{3000}"];

#[test]
fn one_separator_and_white_space_around_are_no_repair() {
    for separator in SEPARATORS {
        for (before, after) in [("", ""), (" ", ""), ("", "\t"), ("\u{a0}", "\u{a0} "), ("\u{2003}", "\r\n")] {
            let cell = format!("{before}020160{separator}9995{after}");
            for leading_zero_lost in [false, true] {
                assert_eq!(read(&cell, leading_zero_lost), usable(false), "{cell:?}");
            }
        }
    }
}

#[test]
fn an_apostrophe_and_a_decimal_nought_are_repaired_once() {
    for separator in SEPARATORS {
        for (before, after) in [("'", ""), ("", ".0"), ("'", ".0"), (" '", ".0\u{a0}")] {
            let cell = format!("{before}020160{separator}9995{after}");
            assert_eq!(read(&cell, false), usable(true), "{cell:?}");
        }
    }
}

#[test]
fn nine_digits_get_their_zero_back_only_where_the_programme_says_so() {
    for cell in ["201609995", " 201609995\u{a0}", "'201609995", "201609995.0", "'201609995.0"] {
        assert_eq!(read(cell, true), usable(true), "{cell:?}");
        assert_eq!(read(cell, false), CprCell::Malformed, "{cell:?}");
    }
    for cell in ["20160-9995", "20160 9995", "020160-995", "20160\u{2013}9995", "01609995", "20160999x", "２０１"] {
        assert_eq!(read(cell, true), CprCell::Malformed, "{cell:?}");
    }
}

#[test]
fn noughts_and_blanks_mean_unknown() {
    for cell in ["", " ", "\u{a0}", "\t\u{2003}", "0", " 0\u{a0}", "0000000000", " 0000000000 ", "'0000000000"] {
        assert_eq!(read(cell, false), CprCell::Empty, "{cell:?}");
        assert_eq!(read(cell, true), CprCell::Empty, "{cell:?}");
    }
    for cell in ["000000-0000", "000000\u{a0}0000", "000000\u{2011}0000.0", "'000000 0000.0", "0000000000.0"] {
        assert_eq!(read(cell, false), CprCell::Empty, "{cell:?}");
    }
    assert_eq!(read("000000000", true), CprCell::Empty);
    for cell in ["000000000", "00", "00000000000", "000000--0000"] {
        assert_eq!(read(cell, false), CprCell::Malformed, "{cell:?}");
    }
}

#[test]
fn a_near_miss_is_malformed() {
    for cell in [
        "020160--9995",
        "020160  9995",
        "020160- 9995",
        "020160_9995",
        "020160/9995",
        "020160.9995",
        "020160\u{2010}9995", // a hyphen, but not one of ours
        "020160\u{2012}9995",
        "020160\u{2014}9995",
        "020160\u{2212}9995",
        "020160\u{200b}9995", // no white space by Unicode
        "02016-09995",
        "0201609-995",
        "02-01-609995",
        "02 0160 9995",
        "-0201609995",
        "0201609995-",
        "020160-",
        "020160-999",
        "020160-99955",
        "02016099955",
        "00201609995",
        "020160999",
        "0201609995.",
        "0201609995.00",
        "0201609995.0.0",
        "0201609995,0",
        "020160-9995.1",
        "''0201609995",
        "0201609995'",
        "\u{2019}0201609995",
        "\"0201609995\"",
        "+0201609995",
        "201609995e0",
        "0203291WQ3", // a replacement number of the health sector
        "020160999x",
        "O201609995",
        "０２０１６０９９９５",
        "020160-９９９５",
        "٠٢٠١٦٠٩٩٩٥",
        "020160é999",
        "020160\u{a0}99",
        "é",
        "ukendt",
        "'",
        ".0",
        "'.0",
    ] {
        assert_eq!(read(cell, false), CprCell::Malformed, "{cell:?}");
    }
}

#[test]
fn a_birth_after_the_day_is_impossible_and_one_on_it_is_not() {
    let reader = |as_of| CprReader { as_of: day(as_of), leading_zero_lost: false };
    for (cell, as_of, is_born) in [
        ("0505239996", "2023-05-04", false),
        ("0505239996", "2023-05-05", true),
        ("6505239996", "2023-05-04", false),
        ("6505239996", "2023-05-05", true),
        ("0201455006", "2024-12-31", false),
        ("0102575999", "2056-12-31", false),
    ] {
        let is_impossible = reader(as_of).read(cell) == CprCell::ImpossibleDate;
        assert_eq!(is_impossible, !is_born, "{cell} on {as_of}");
    }
}

#[test]
fn debug_shows_no_digit_of_a_number() {
    let shown = format!("{:?} {:?}", number("0201609995"), read("020160-9995", false));
    assert!(!shown.contains(|character: char| character.is_ascii_digit()), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn a_cell_is_a_number_exactly_where_the_grammar_says_so(cell in "[ \u{a0}]?'?[0-9]{5,7}[- \u{2011}\u{2013}_]?[0-9]{3,5}(\\.0)?", lost in any::<bool>()) {
        let bare = cell.trim();
        let bare = bare.strip_prefix('\'').unwrap_or(bare);
        let bare = bare.strip_suffix(".0").unwrap_or(bare);
        let characters: Vec<char> = bare.chars().collect();
        let is_digit = |at: usize| characters[at].is_ascii_digit();
        let is_spelled = match characters.len() {
            9 => lost && (0..9).all(is_digit),
            10 => (0..10).all(is_digit),
            11 => (0..11).all(|at| if at == 6 { "- \u{2011}\u{2013}".contains(characters[6]) } else { is_digit(at) }),
            _ => false,
        };
        prop_assert_eq!(read(&cell, lost) != CprCell::Malformed, is_spelled);
    }
}
