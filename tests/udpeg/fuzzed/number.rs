//! The cell of a CPR number, and finding numbers in text, against the slow implementation.

use super::{KEY_LINE, folder, split_first};
use crate::reference::cpr::{self, Spelling};
use chrono::NaiveDate;
use std::sync::LazyLock;
use udpeg::identity::{CprCell, CprReader, Key, Pseudonymiser, Sex, holds_cpr_number, masked};

static PSEUDONYMISER: LazyLock<Pseudonymiser> = LazyLock::new(|| {
    let file = folder("number").join("k.key");
    let _ = std::fs::remove_file(&file);
    std::fs::write(&file, KEY_LINE).expect("a key can be written");
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode can be set");
    Pseudonymiser::new(&Key::read(&file).expect("the key is of the right form"), "d")
});

/// The first byte says how cells are read, the others are the cell.
pub(crate) fn number(input: &[u8]) {
    let (options, text) = split_first(input);
    let Ok(text) = std::str::from_utf8(text) else { return };
    let leading_zero_lost = options & 1 == 1;
    let as_of = NaiveDate::from_ymd_opt(2024, if options & 2 == 2 { 2 } else { 12 }, 28).expect("it exists");
    let read = CprReader { as_of, leading_zero_lost }.read(text);
    match (&read, cpr::spelling(text.trim(), leading_zero_lost)) {
        (CprCell::Empty, Spelling::Missing) | (CprCell::Malformed, Spelling::Malformed) => {}
        (CprCell::ImpossibleDate, Spelling::Number { canonical, .. }) => {
            assert!(cpr::birth_date(&canonical).is_none_or(|born| born > as_of), "{canonical:?}");
        }
        (CprCell::Number { number, repaired }, Spelling::Number { canonical, repaired: expected }) => {
            assert_eq!(*repaired, expected);
            let born = cpr::birth_date(&canonical).expect("a usable number has a date of birth");
            assert!(born <= as_of);
            assert_eq!(i64::from(number.age(as_of)), cpr::age(born, as_of));
            assert_eq!(number.is_replacement(), cpr::is_replacement(&canonical));
            assert_eq!(number.lacks_check_digit(), !cpr::passes_modulus_11(&canonical));
            assert_eq!(number.sex() == Sex::Male, cpr::sex(&canonical) == "M");
            let key: Vec<u8> = (0..32).collect();
            assert_eq!(PSEUDONYMISER.person(number).to_string(), cpr::person_pseudonym(&key, &canonical));
        }
        (read, _) => panic!("{text:?} was read as {read:?}"),
    }
    assert_eq!(holds_cpr_number(text), cpr::identifies_somebody(text), "{text:?}");
    let masked_once = masked(text);
    assert!(!holds_cpr_number(&masked_once), "{text:?} is {masked_once:?} once masked");
    assert_eq!(masked(&masked_once), masked_once, "{text:?}");
}
