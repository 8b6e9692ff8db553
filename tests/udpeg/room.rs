//! Records that memory has no room for: put aside and read back, with the same outcome as in memory.

use crate::support::{KEY_LINE, Workplace};
use proptest::prelude::*;
use std::collections::BTreeMap;
use udpeg::extract::{Record, Records, Room, Sorted};
use udpeg::identity::{Pseudonym, Sex};
use udpeg::pipeline::Memory;

fn record() -> impl Strategy<Value = Record> {
    let pseudonym = (0_u128..6, 0_u128..3).prop_map(|(high, low)| Pseudonym::from_bits(high << 125 | low << 60 | 1));
    let maybe = || proptest::option::of((1_u128..3).prop_map(Pseudonym::from_bits));
    let day = || prop_oneof![Just(-3), Just(0), Just(i32::MAX)];
    let end = prop_oneof![Just(Record::OPEN), day()];
    (pseudonym, maybe(), maybe(), 0_u32..3, day(), end, any::<bool>(), 0_u8..3).prop_map(
        |(person, record, child, kind, start, end, is_female, age_band)| Record {
            person,
            record,
            child,
            kind,
            start,
            end,
            sex: if is_female { Sex::Female } else { Sex::Male },
            age_band,
        },
    )
}

/// The records put together in batches, sorted under these ranks: counts, and the records in order.
fn sorted(records: &[Record], batch: usize, room: Room) -> (Records, Sorted) {
    let mut together = Records::new(room);
    for batch in records.chunks(batch) {
        together.add(batch.iter().copied(), &[2, 0, 1]);
        together.keep_within_room().unwrap();
    }
    // Two of three types leave under one name.
    let sorted = together.sort_and_deduplicate(&[1, 0, 1]).unwrap();
    (together, sorted)
}

proptest! {
    #[test]
    fn records_put_aside_come_back_as_if_they_had_stayed(
        records in proptest::collection::vec(record(), 0..300),
        batch in 1_usize..60,
        room in 0_u64..40,
        range in (0_usize..320, 0_usize..320),
    ) {
        // Sex and age band follow from the person.
        let records: Vec<Record> = records.iter().map(|one| Record { sex: Sex::Male, age_band: 1, ..*one }).collect();
        let place = Workplace::new();
        let (memory, counts) = sorted(&records, batch, Room::default());
        let (aside, counts_aside) = sorted(&records, batch, Room::new(room * 64, &place.path("")));
        prop_assert_eq!(counts, counts_aside);
        prop_assert_eq!(memory.in_memory(), memory.len());
        prop_assert_eq!(memory.len(), aside.len());
        // No record takes fewer than 8 bytes.
        prop_assert!(records.len() as u64 <= room * 8 || aside.in_memory() < memory.len());
        let all = |records: &Records| records.chunk(0..records.len()).unwrap().iter().copied().collect::<Vec<_>>();
        prop_assert_eq!(all(&memory), all(&aside));
        let (from, to) = (range.0.min(range.1).min(memory.len()), range.0.max(range.1).min(memory.len()));
        let some = |records: &Records| records.chunk(from..to).unwrap().iter().copied().collect::<Vec<_>>();
        prop_assert_eq!(some(&aside), all(&memory)[from..to].to_vec());
        prop_assert_eq!(aside.chunk(from..to).unwrap().len(), to - from);
        prop_assert!(std::fs::read_dir(place.path("")).unwrap().next().is_none(), "a file is left");
    }
}

/// Every field survives being put aside, the largest and smallest values too.
#[test]
fn a_record_put_aside_is_the_same_record() {
    let place = Workplace::new();
    let most = Record {
        person: Pseudonym::from_bits(u128::MAX),
        record: Some(Pseudonym::from_bits(u128::MAX - 1)),
        child: None,
        kind: 1,
        start: i32::MIN + 1,
        end: i32::MAX,
        sex: Sex::Female,
        age_band: u8::MAX,
    };
    let least = Record {
        person: Pseudonym::from_bits(1),
        record: None,
        child: Some(Pseudonym::from_bits(u128::MAX / 3)),
        kind: 0,
        start: 0,
        end: Record::OPEN,
        sex: Sex::Male,
        age_band: 0,
    };
    let mut records = Records::new(Room::new(64, &place.path("")));
    records.add([most, least].into_iter(), &[0, 1]);
    records.keep_within_room().unwrap();
    assert_eq!(records.in_memory(), 0);
    records.sort_and_deduplicate(&[0, 1]).unwrap();
    assert_eq!(records.chunk(0..2).unwrap().iter().copied().collect::<Vec<_>>(), [least, most]);
}

#[test]
fn a_run_with_little_memory_gives_the_same_bytes() {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "4000", "--dirty", "2%", "--out", "in"]).succeeded();
    place.write("in/programme.key", KEY_LINE);
    place.set_mode("in/programme.key", 0o600);
    let run = |words: &[&str]| place.udpeg(&[words, &["--programme", "in/programme.toml"]].concat()).succeeded();
    let outputs = |below: &str| -> BTreeMap<String, Vec<u8>> {
        place.files(below).into_iter().filter(|(name, _)| !name.ends_with("manifest.json")).collect()
    };
    run(&["run", "--out", "plenty"]);
    run(&["run", "--out", "little", "--memory", "64KiB"]);
    let expected = outputs("plenty");
    assert!(expected.len() > 10 && expected == outputs("little"));
    for department in ["jobcentre", "family", "social"] {
        run(&["pseudonymise", "--department", department, "--out", "steps", "--memory", "64KiB"]);
    }
    run(&["select", "--out", "steps", "--memory", "64KiB"]);
    run(&["assign", "--out", "steps"]);
    // Drafted by `run` alone; as a step of its own somebody has to approve it.
    let expected: BTreeMap<_, _> = expected.into_iter().filter(|(name, _)| !name.contains("/release/")).collect();
    assert!(expected == outputs("steps"));
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let place = Workplace::new();
    let mut records = Records::new(Room::new(0, &place.path("gone")));
    let record = Record {
        person: Pseudonym::from_bits(1),
        record: None,
        child: None,
        kind: 0,
        start: 0,
        end: 0,
        sex: Sex::Male,
        age_band: 0,
    };
    records.push(record);
    let error = records.keep_within_room().unwrap_err();
    assert!(matches!(error, udpeg::Error::File { .. }) && error.to_string().contains("gone"), "{error}");
}

#[test]
fn memory_is_written_with_its_unit() {
    for (text, bytes) in [("64KiB", 65_536), ("768MiB", 805_306_368), (" 2 GiB ", 2_147_483_648)] {
        assert_eq!(text.parse::<Memory>().unwrap().bytes(), bytes, "{text}");
    }
    for wrong in ["", "768", "768MB", "63KiB", "-1GiB", "1.5GiB", "99999999999999999999GiB", "17179869184GiB", "GiB"] {
        assert!(wrong.parse::<Memory>().unwrap_err().contains("768MiB"), "{wrong}");
    }
    assert_eq!(Memory::default().to_string().parse(), Ok(Memory::default()));
}
