//! Keys in their files, and the pseudonyms made with them.

use super::number;
use crate::support::{KEY_LINE, Workplace};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use udpeg::Error;
use udpeg::identity::{Key, Pseudonym, Pseudonymiser};

/// The key of the published vectors, by way of its file.
fn published_key() -> Key {
    key_of(KEY_LINE).unwrap()
}

fn key_of(text: &str) -> udpeg::Result<Key> {
    let place = Workplace::new();
    place.write("k.key", text);
    place.set_mode("k.key", 0o600);
    Key::read(&place.path("k.key"))
}

#[test]
fn the_published_vectors_hold() {
    let key = published_key();
    assert_eq!(key.id().to_string(), "cf38ac5703629760");
    let social = Pseudonymiser::new(&key, "social");
    for (cell, pseudonym) in [
        ("2512489996", "4055a05620afe904215fe3c06d086e51"),
        ("251248-9996", "4055a05620afe904215fe3c06d086e51"),
        ("0201609995", "a6bae06f9f2a105d03b8195e9c1d635c"),
    ] {
        assert_eq!(social.person(&number(cell)).to_string(), pseudonym, "{cell}");
    }
    assert_eq!(social.record("S-2024-00017").to_string(), "96a9e05138ca4479fd6bead6346c8a7f");
}

#[test]
fn persons_have_one_pseudonym_in_all_departments_and_records_have_another_in_each() {
    let key = published_key();
    let (social, family) = (Pseudonymiser::new(&key, "social"), Pseudonymiser::new(&key, "family"));
    assert_eq!(social.person(&number("2512489996")), family.person(&number("2512489996")));
    assert_ne!(social.record("S-1"), family.record("S-1"));
    assert_ne!(social.record("S-1"), social.record("s-1"));
    assert_ne!(Pseudonymiser::new(&key, "a").record("b"), Pseudonymiser::new(&key, "ab").record(""));
}

/// HMAC-SHA-256 as RFC 2104 writes it down.
fn hmac_by_hand(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_hmac_by_hand_is_that_of_rfc_4231() {
    for (key, message, expected) in [
        (&[0x0b; 20][..], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ] {
        assert_eq!(hex(&hmac_by_hand(key, message)), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn pseudonyms_are_the_first_half_of_the_hmac(
        bytes in any::<[u8; 32]>(),
        department in "[a-z][a-z0-9_]{0,80}",
        record in "\\PC{1,100}",
        serial in 5000..9000_u32,
    ) {
        let key = key_of(&format!("udpeg-key-1:{}\n", hex(&bytes))).unwrap();
        let pseudonymiser = Pseudonymiser::new(&key, &department);
        let cpr = format!("010160{serial:04}");
        let expected = hmac_by_hand(&bytes, format!("udpeg/1/person:{cpr}").as_bytes());
        prop_assert_eq!(pseudonymiser.person(&number(&cpr)).to_string(), hex(&expected[..16]));
        let expected = hmac_by_hand(&bytes, format!("udpeg/1/record/{department}:{record}").as_bytes());
        prop_assert_eq!(pseudonymiser.record(&record).to_string(), hex(&expected[..16]));
        let id = Sha256::new().chain_update(b"udpeg/1/key-id:").chain_update(bytes).finalize();
        prop_assert_eq!(key.id().to_string(), hex(&id[..8]));
    }

    #[test]
    fn a_batch_of_persons_and_records_gives_at_each_place_what_each_gives_alone(
        department in "[a-z][a-z0-9_]{0,40}",
        messages in proptest::collection::vec((any::<bool>(), 5000..9000_u32, "\\PC{1,40}"), 0..300),
    ) {
        let key = published_key();
        let pseudonymiser = Pseudonymiser::new(&key, &department);
        let bytes: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let mut batch = pseudonymiser.batch();
        let (mut places, mut expected) = (Vec::new(), Vec::new());
        for (is_person, serial, record) in &messages {
            let cpr = format!("010160{serial}");
            let message = if *is_person {
                places.push(batch.person(&number(&cpr)));
                format!("udpeg/1/person:{cpr}")
            } else {
                places.push(batch.record(record));
                format!("udpeg/1/record/{department}:{record}")
            };
            expected.push(hex(&hmac_by_hand(&bytes, message.as_bytes())[..16]));
        }
        let pseudonyms = batch.finish();
        let made: Vec<String> = places.iter().map(|&place| pseudonyms[place].to_string()).collect();
        prop_assert_eq!(made, expected);
        // What comes next does not stand among what came before.
        let next = batch.person(&number("2512489996"));
        prop_assert_eq!(batch.finish()[next].to_string(), "4055a05620afe904215fe3c06d086e51");
    }

    #[test]
    fn a_written_pseudonym_is_read_back_and_sorts_as_it_is_written(one in any::<u128>(), other in any::<u128>()) {
        let (one, other) = (Pseudonym::from_bits(one.max(1)), Pseudonym::from_bits(other.max(1)));
        prop_assert_eq!(Pseudonym::from_hex(&one.to_string()), Some(one));
        prop_assert_eq!(one.to_string(), String::from_utf8(one.to_hex().to_vec()).unwrap());
        prop_assert_eq!(one.to_string(), format!("{:032x}", one.bits()));
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
    }
}

#[test]
fn only_32_lower_case_hex_characters_are_a_pseudonym() {
    let good = "0123456789abcdef0123456789abcdef";
    assert_eq!(Pseudonym::from_hex(good).unwrap().to_string(), good);
    for wrong in [
        String::new(),
        good[1..].to_owned(),
        format!("{good}0"),
        format!(" {}", &good[1..]),
        good.to_uppercase(),
        good.replacen('3', "g", 1),
        good.replacen('3', "/", 1),
        good.replacen('3', ":", 1),
        good.replacen('3', "`", 1),
        good.replacen("34", "é", 1),
        good.replacen('f', "\0", 2),
        format!("{}-{}", &good[..16], &good[17..]),
    ] {
        assert_eq!(Pseudonym::from_hex(&wrong), None, "{wrong:?}");
    }
    // Every byte at every place but the sixteen characters.
    for at in 0..32 {
        for byte in (0..128_u8).filter(|byte| !b"0123456789abcdef".contains(byte)) {
            let mut text = good.as_bytes().to_vec();
            text[at] = byte;
            assert_eq!(Pseudonym::from_hex(std::str::from_utf8(&text).unwrap()), None, "{byte} at {at}");
        }
    }
}

#[test]
fn a_key_file_is_one_line_of_the_mark_and_64_hex_characters() {
    let line = KEY_LINE.trim_end();
    for good in [line.to_owned(), format!("{line}\n"), format!("{line}\r\n")] {
        assert_eq!(key_of(&good).unwrap().id().to_string(), "cf38ac5703629760", "{good:?}");
    }
    for wrong in [
        String::new(),
        "udpeg-key-1:".to_owned(),
        line[12..].to_owned(),
        line[..75].to_owned(),
        format!("{line}0"),
        format!("{line}\n\n"),
        format!("{line}\n{line}\n"),
        format!(" {line}"),
        format!("{line} "),
        format!("\u{feff}{line}"),
        line.replace("key-1", "key-2"),
        line.replace("1f", "1g"),
        line.replace("1f", "+f"),
        line.replace("1f", "é"),
        format!("{line}\n{}", "#".repeat(200)),
    ] {
        let error = key_of(&wrong).unwrap_err();
        assert!(matches!(error, Error::File { .. }), "{wrong:?}");
        assert!(!error.to_string().contains("1a1b1c"), "{error}");
    }
}

#[test]
fn a_key_file_that_others_can_read_or_write_is_refused() {
    let place = Workplace::new();
    place.write("k.key", KEY_LINE);
    for (mode, is_private) in
        [(0o600, true), (0o400, true), (0o700, true), (0o640, false), (0o620, false), (0o604, false), (0o602, false)]
    {
        place.set_mode("k.key", mode);
        let read = Key::read(&place.path("k.key"));
        assert_eq!(read.is_ok(), is_private, "{mode:o}");
        assert!(is_private || matches!(read, Err(Error::Refused { .. })), "{mode:o}");
    }
    place.set_mode("k.key", 0o600);
    std::os::unix::fs::symlink(place.path("k.key"), place.path("link.key")).unwrap();
    assert!(matches!(Key::read(&place.path("link.key")), Err(Error::Refused { .. })));
    assert!(matches!(Key::read(&place.path("none.key")), Err(Error::File { .. })));
    assert!(matches!(Key::read(&place.path(".")), Err(Error::File { .. })));
}

#[test]
fn a_new_key_is_random_private_and_never_put_over_another() {
    use std::os::unix::fs::PermissionsExt;
    let place = Workplace::new();
    let (one, other) = (Key::create(&place.path("1.key")).unwrap(), Key::create(&place.path("2.key")).unwrap());
    assert_ne!(one.id(), other.id());
    assert_eq!(std::fs::metadata(place.path("1.key")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Key::read(&place.path("1.key")).unwrap().id(), one.id());
    let before = place.read("1.key");
    assert!(matches!(Key::create(&place.path("1.key")), Err(Error::File { .. })));
    assert_eq!(place.read("1.key"), before);
    assert_eq!(format!("{one:?}"), "Key(…)");
    assert_eq!(format!("{:?}", Pseudonymiser::new(&one, "social")), "Pseudonymiser(…)");
}
