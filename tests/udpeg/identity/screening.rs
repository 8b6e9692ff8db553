//! Finding and masking what looks like a number.

use super::day;
use proptest::prelude::*;
use udpeg::identity::{CprCell, CprReader, holds_cpr_number, masked};

#[test]
fn ten_digits_that_form_a_date_are_found_unless_a_letter_or_digit_touches_them() {
    for (text, holds) in [
        ("0201609995", true),
        ("020160-9995", true),
        ("020160 9995", true),
        ("støtte 020160-9995 til", true),
        ("(0201609995)", true),
        ("nr.0201609995.", true),
        ("_0201609995_", true),
        ("*0201609995", true),
        ("0201609995/0201609996", true),
        ("x 0201609995", true),
        ("6201609995", true), // a replacement number
        ("0102575999", true), // a birth to come
        ("0102585000", true),
        ("æ\u{a0}0201609995", true),
        ("2-0201609995", true),
        ("020160-99951 020160-9995", true),
        ("", false),
        ("020160", false),
        ("020160-999", false),
        ("020160-99955", false),
        ("10201609995", false),
        ("02016099951", false),
        ("a0201609995", false),
        ("0201609995a", false),
        ("ø0201609995", false),
        ("020160-9995å", false),
        ("0201609995\u{663}", false), // an Arabic digit
        ("²0201609995", false),
        ("020160\u{a0}9995", false), // only an ASCII hyphen or space separates here
        ("020160\u{2011}9995", false),
        ("020160\u{2013}9995", false),
        ("020160\t9995", false),
        ("020160_9995", false),
        ("020160--9995", false),
        ("020160 - 9995", false),
        ("02016-09995", false),
        ("0201609-995", false),
        ("０２０１６０９９９５", false),
        ("0203291WQ3", false),
        ("3202605000", false),
        ("290200-1000", false),
        ("1313131313", false),
        ("0000000000", false),
        ("6001605000", false),
        ("SEL § 85", false),
        ("2024-12-31 2025-01-01", false),
    ] {
        assert_eq!(holds_cpr_number(text), holds, "{text:?}");
    }
}

#[test]
fn every_accepted_spelling_is_masked_and_nothing_else() {
    for separator in ["", "-", " ", "\u{a0}", "\u{2011}", "\u{2013}", "\t", "\u{2009}", "\u{3000}"] {
        let number = format!("020160{separator}9995");
        for (text, expected) in [
            (number.clone(), "**********".to_owned()),
            (format!("i række 3: {number}, se der"), "i række 3: **********, se der".to_owned()),
            (format!("'{number}.0"), "'**********.0".to_owned()),
            (format!("{number} {number}"), "********** **********".to_owned()),
            (format!("{number}-{number}"), "**********-**********".to_owned()),
            (format!("x{number}y"), "x**********y".to_owned()),
            (format!("{number}1"), format!("{number}1")),
        ] {
            assert_eq!(masked(&text), expected, "{text:?}");
        }
    }
    // Digits within a hash are left; what has just been masked is no part of one.
    for (text, expected) in [
        ("a2512489996cdef01", "a2512489996cdef01"),
        ("251248-9996ef2512489996", "**********ef**********"),
        ("020160-9995ef25124899960", "**********ef25124899960"),
    ] {
        assert_eq!(masked(text), expected);
    }
    for plain in ["", "æøå", "out/2024Q4/delivery", "020160--9995", "1313131313", "cf38ac5703629760", "2024-12-31"] {
        assert_eq!(masked(plain), plain);
        assert!(matches!(masked(plain), std::borrow::Cow::Borrowed(_)), "{plain:?}");
    }
}

/// The same question asked slowly: every place, both lengths.
fn holds_slowly(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let reader = CprReader { as_of: day("2100-01-01"), leading_zero_lost: false };
    let touches = |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(|one| one.is_alphanumeric());
    let is_number = |from: usize, length: usize| {
        let Some(piece) = characters.get(from..from + length) else { return false };
        let is_spelled = piece
            .iter()
            .enumerate()
            .all(|(at, one)| if length == 11 && at == 6 { "- ".contains(*one) } else { one.is_ascii_digit() });
        let cell: String = piece.iter().collect();
        is_spelled
            && !touches(from.checked_sub(1))
            && !touches(Some(from + length))
            && matches!(reader.read(&cell), CprCell::Number { .. })
    };
    (0..characters.len()).any(|from| is_number(from, 10) || is_number(from, 11))
}

/// Texts of pieces that often make a number.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "020160",
        "9995",
        "0201609995",
        "620160",
        "13",
        "-",
        " ",
        "\u{a0}",
        "\u{2013}",
        "_",
        "a",
        "ø",
        "1",
        "abcdef",
        "٣",
        "*",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5000) })]

    #[test]
    fn a_number_is_found_wherever_a_slow_search_finds_one(text in texts()) {
        prop_assert_eq!(holds_cpr_number(&text), holds_slowly(&text));
    }

    #[test]
    fn a_masked_text_holds_no_number_and_masking_again_changes_nothing(text in texts()) {
        let once = masked(&text).into_owned();
        prop_assert!(!holds_cpr_number(&once), "{}", once);
        prop_assert_eq!(masked(&once), once.as_str());
    }

    #[test]
    fn masking_leaves_all_but_numbers_in_place(text in "[0-9a-zæøå \\-]{0,40}") {
        let mut rest = text.as_str();
        let masked = masked(&text);
        for (position, piece) in masked.split("**********").enumerate() {
            let at = rest.find(piece).unwrap();
            prop_assert!(position > 0 || at == 0);
            rest = &rest[at + piece.len()..];
        }
    }
}
