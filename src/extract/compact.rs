//! Records in few bytes each, in memory and in the file that they are put aside in: what stands for a person is written
//! once for all records of the person that follow each other.

use super::records::Record;
use crate::identity::{Pseudonym, Sex};
use std::ops::Range;

/// Records of a block, which can be read without those before it.
const BLOCK_RECORDS: usize = 1 << 10;

/// Bytes that every record has: flags, its type, its first and its last day.
const HEAD_BYTES: usize = 8;
const PSEUDONYM_BYTES: usize = 16;
/// A person and the age band.
const PERSON_BYTES: usize = PSEUDONYM_BYTES + 1;
/// Type and days where these do not fit into the head.
const WIDE_BYTES: usize = 12;

/// No record takes more.
pub(super) const MOST_BYTES: usize = HEAD_BYTES + PERSON_BYTES + 2 * PSEUDONYM_BYTES + WIDE_BYTES;

/// What most records take; what they do take depends on their columns.
pub(super) const USUAL_BYTES: usize = 32;

/// Flags, the lowest bits of a head.
const OTHER_PERSON: u64 = 1;
const HAS_RECORD: u64 = 2;
const HAS_CHILD: u64 = 4;
const IS_FEMALE: u64 = 8;
const IS_WIDE: u64 = 16;

/// Where type, first and last day begin in a head; the days have 24 bits each.
const KIND_AT: u32 = 8;
const START_AT: u32 = 16;
const END_AT: u32 = 40;
/// An open end.
const OPEN: i32 = -1 << 23;
/// Days that fit: of all years that have four digits.
const DAYS: Range<i32> = OPEN + 1..1 << 23;

/// Records one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Compact {
    bytes: Vec<u8>,
    index: Index,
    /// The person and age band of the last.
    last: Option<(Pseudonym, u8)>,
}

/// Where records stand in their bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    blocks: Vec<Block>,
    records: usize,
    bytes: usize,
}

/// Where a block begins.
#[derive(Debug, Clone, Copy)]
struct Block {
    byte: usize,
    record: usize,
}

impl Compact {
    /// Adds a record.
    pub(super) fn push(&mut self, record: &Record) {
        let is_full = self.index.blocks.last().is_none_or(|block| self.index.records - block.record == BLOCK_RECORDS);
        if is_full {
            self.index.blocks.push(Block { byte: self.bytes.len(), record: self.index.records });
            self.last = None;
        }
        let holder = (record.person, record.age_band);
        let before = self.bytes.len();
        // Written where it is to stand: what is put together elsewhere first takes longer to move.
        self.bytes.extend_from_slice(&[0; MOST_BYTES]);
        let place = self.bytes.last_chunk_mut().expect("it has just been added");
        let end = before + write(record, self.last != Some(holder), place);
        self.last = Some(holder);
        self.bytes.truncate(end);
        self.index.records += 1;
        self.index.bytes = end;
    }

    /// Adds all records of others, as they stand.
    pub(super) fn append(&mut self, others: &Self) {
        let Index { blocks, records, bytes } = &others.index;
        let moved =
            |block: &Block| Block { byte: block.byte + self.index.bytes, record: block.record + self.index.records };
        self.index.blocks.extend(blocks.iter().map(moved));
        self.index.records += records;
        self.index.bytes += bytes;
        self.bytes.extend_from_slice(&others.bytes);
        self.last = others.last.or(self.last);
    }

    /// Puts all records behind those in `records`.
    pub(super) fn unpack(&self, records: &mut Vec<Record>) {
        unpack(&self.bytes, 0, self.index.records, records);
    }

    /// Removes all, and keeps the room; gives where they stood.
    pub(super) fn take(&mut self) -> Index {
        self.bytes.clear();
        self.last = None;
        std::mem::take(&mut self.index)
    }

    /// Makes room for so many bytes, as far as the system has it.
    pub(super) fn expect(&mut self, bytes: usize) {
        // Where there is no room for all at once, it grows.
        let _ = self.bytes.try_reserve_exact(bytes);
    }

    /// All bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where its records stand.
    pub(super) fn index(&self) -> &Index {
        &self.index
    }
}

impl Index {
    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.records
    }

    /// Number of their bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The most bytes that as many records take in any order, in as many blocks.
    pub(super) fn most_bytes(&self) -> usize {
        // Each person is written at least once, and once more where a block begins.
        self.bytes + self.blocks.len() * PERSON_BYTES
    }

    /// The bytes of the blocks that hold some of the records, and how many records stand before those there.
    pub(super) fn bytes_of(&self, records: Range<usize>) -> (Range<usize>, usize) {
        let after = self.blocks.partition_point(|block| block.record <= records.start);
        let Some(first) = self.blocks[..after].last() else { return (0..0, 0) };
        let behind = self.blocks.partition_point(|block| block.record < records.end);
        let end = self.blocks.get(behind).map_or(self.bytes, |block| block.byte);
        (first.byte..end, records.start - first.record)
    }
}

/// Writes a record; gives how many bytes are its own.
fn write(record: &Record, is_other_person: bool, place: &mut [u8; MOST_BYTES]) -> usize {
    let fits = |day: i32| DAYS.contains(&day);
    let is_open = record.end == Record::OPEN;
    let is_wide = record.kind > u32::from(u8::MAX) || !fits(record.start) || !(is_open || fits(record.end));
    let mut head = if record.sex == Sex::Female { IS_FEMALE } else { 0 };
    head |= if is_other_person { OTHER_PERSON } else { 0 };
    // Whether it is another person nobody can guess; so it is written in any case, and then written over.
    let mut end = HEAD_BYTES;
    put(place, &mut end, record.person.bits().to_le_bytes());
    put(place, &mut end, [record.age_band]);
    end = HEAD_BYTES + usize::from(is_other_person) * PERSON_BYTES;
    for (pseudonym, flag) in [(record.record, HAS_RECORD), (record.child, HAS_CHILD)] {
        if let Some(pseudonym) = pseudonym {
            head |= flag;
            put(place, &mut end, pseudonym.bits().to_le_bytes());
        }
    }
    if is_wide {
        head |= IS_WIDE;
        put(place, &mut end, record.kind.to_le_bytes());
        put(place, &mut end, record.start.to_le_bytes());
        put(place, &mut end, record.end.to_le_bytes());
    } else {
        let last = if is_open { OPEN } else { record.end };
        let day = |day: i32, at: u32| u64::from(day.cast_unsigned() & 0x00ff_ffff) << at;
        head |= u64::from(record.kind) << KIND_AT | day(record.start, START_AT) | day(last, END_AT);
    }
    place[..HEAD_BYTES].copy_from_slice(&head.to_le_bytes());
    end
}

/// Puts so many bytes behind those that are there.
fn put<const N: usize>(place: &mut [u8; MOST_BYTES], end: &mut usize, bytes: [u8; N]) {
    place[*end..*end + N].copy_from_slice(&bytes);
    *end += N;
}

/// Puts so many of the records in bytes that begin with a block, behind so many others there, behind those in `records`.
pub(super) fn unpack(bytes: &[u8], skipped: usize, count: usize, records: &mut Vec<Record>) {
    // Before the first record, which names its person, it is nobody.
    let mut last = (0, 0);
    let mut rest = bytes;
    let mut next = || {
        let (record, length) = if let Some(place) = rest.first_chunk() {
            read(place, &mut last)
        } else {
            let mut place = [0; MOST_BYTES];
            place[..rest.len()].copy_from_slice(rest);
            read(&place, &mut last)
        };
        rest = &rest[length..];
        record
    };
    for _ in 0..skipped {
        next();
    }
    records.extend((0..count).map(|_| next()));
}

/// Reads the record that a place begins with, given the person and age band of the one before; gives how many bytes are its
/// own.
fn read(place: &[u8; MOST_BYTES], last: &mut (u128, u8)) -> (Record, usize) {
    let head = u64::from_le_bytes(*place.first_chunk().expect("more bytes"));
    // Whether it is another person nobody can guess; so it is read in any case, and then chosen.
    let mut end = HEAD_BYTES;
    let person = u128::from_le_bytes(take(place, &mut end));
    let [age_band] = take(place, &mut end);
    let is_other = head & OTHER_PERSON != 0;
    let chosen = u128::from(is_other).wrapping_neg();
    *last = (person & chosen | last.0 & !chosen, if is_other { age_band } else { last.1 });
    end = HEAD_BYTES + usize::from(is_other) * PERSON_BYTES;
    let mut pseudonym =
        |flag: u64| (head & flag != 0).then(|| Pseudonym::from_bits(u128::from_le_bytes(take(place, &mut end))));
    let (record, child) = (pseudonym(HAS_RECORD), pseudonym(HAS_CHILD));
    let (kind, start, last_day) = if head & IS_WIDE == 0 {
        // The highest of its bits says whether a day lies before 1970.
        let day = |at: u32| i32::try_from((head << (u64::BITS - 24 - at)).cast_signed() >> 40).expect("24 bits");
        let last_day = day(END_AT);
        let kind = u32::from((head >> KIND_AT).to_le_bytes()[0]);
        (kind, day(START_AT), if last_day == OPEN { Record::OPEN } else { last_day })
    } else {
        let kind = u32::from_le_bytes(take(place, &mut end));
        (kind, i32::from_le_bytes(take(place, &mut end)), i32::from_le_bytes(take(place, &mut end)))
    };
    let sex = if head & IS_FEMALE == 0 { Sex::Male } else { Sex::Female };
    let person = Pseudonym::from_bits(last.0);
    (Record { person, record, child, kind, start, end: last_day, sex, age_band: last.1 }, end)
}

/// Takes so many bytes.
fn take<const N: usize>(place: &[u8; MOST_BYTES], at: &mut usize) -> [u8; N] {
    let bytes = *place[*at..].first_chunk().expect("as many bytes as were written");
    *at += N;
    bytes
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_RECORDS, Compact, Index, unpack};
    use crate::extract::Record;
    use crate::identity::{Pseudonym, Sex};
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    fn pseudonym() -> impl Strategy<Value = Pseudonym> {
        prop_oneof![1..4_u128, any::<u128>()].prop_map(Pseudonym::from_bits)
    }

    /// Ordinary ones, and all that is no date or type that there can be.
    fn record() -> impl Strategy<Value = Record> {
        let at_ends = |bits: u32| (-2..=2).prop_map(move |more| (1_i32 << bits) + more);
        let day = || prop_oneof![4 => -9..9_i32, 1 => at_ends(23), 1 => at_ends(23).prop_map(|day: i32| -day), 1 => any::<i32>()];
        let end = prop_oneof![Just(Record::OPEN), day()];
        let kind = prop_oneof![0..3_u32, 254..258_u32, any::<u32>()];
        let rest = (any::<bool>(), any::<bool>().prop_map(u8::from));
        (pseudonym(), option::of(pseudonym()), option::of(pseudonym()), kind, day(), end, rest).prop_map(
            |(person, record, child, kind, start, end, (is_female, age_band))| {
                let sex = if is_female { Sex::Female } else { Sex::Male };
                Record { person, record, child, kind, start, end, sex, age_band }
            },
        )
    }

    /// Few different ones, as many of each as there may be of a person.
    fn records() -> impl Strategy<Value = Vec<Record>> {
        let of_some = vec((record(), 1..400_usize), 0..24);
        of_some.prop_map(|some| some.iter().flat_map(|&(record, count)| std::iter::repeat_n(record, count)).collect())
    }

    fn compact(records: &[Record]) -> Compact {
        let mut compact = Compact::default();
        for record in records {
            compact.push(record);
        }
        compact
    }

    fn read(index: &Index, bytes: &[u8], range: std::ops::Range<usize>) -> Vec<Record> {
        let (place, skipped) = index.bytes_of(range.clone());
        let mut records = Vec::new();
        unpack(&bytes[place], skipped, range.len(), &mut records);
        records
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn all_records_and_any_of_them_come_back(
            one in records(),
            other in records(),
            from in 0..9_000_usize,
            to in 0..9_000_usize,
        ) {
            let mut both = compact(&one);
            both.append(&compact(&other));
            for record in &other {
                both.push(record);
            }
            let expected = [&*one, &*other, &*other].concat();
            prop_assert_eq!(both.index().len(), expected.len());
            prop_assert_eq!(both.index().bytes(), both.bytes().len());
            let (from, to) = (from.min(to).min(expected.len()), from.max(to).min(expected.len()));
            prop_assert_eq!(&read(both.index(), both.bytes(), from..to), &expected[from..to]);
            let bytes = both.bytes().to_vec();
            let index = both.take();
            prop_assert_eq!(&read(&index, &bytes, 0..expected.len()), &expected);
            both.push(&expected.first().copied().unwrap_or(Record { kind: 7, ..nobody() }));
            prop_assert_eq!(both.index().len(), 1);
        }

        #[test]
        fn sorted_records_take_no_more_room_than_is_kept_for_them(records in records(), step in 1..40_usize) {
            // In an order in which a person comes up again and again.
            let mixed: Vec<Record> = (0..step).flat_map(|first| records.iter().skip(first).step_by(step)).copied().collect();
            let mut sorted = mixed.clone();
            sorted.sort_by_key(|record| (record.person, record.age_band));
            prop_assert!(compact(&sorted).index().bytes() <= compact(&mixed).index().most_bytes());
        }
    }

    fn nobody() -> Record {
        let person = Pseudonym::from_bits(1);
        Record { person, record: None, child: None, kind: 0, start: 0, end: 0, sex: Sex::Male, age_band: 0 }
    }

    #[test]
    fn what_is_left_out_takes_no_bytes() {
        let bytes = |records: &[Record]| compact(records).bytes().len();
        let person = Some(nobody().person);
        assert_eq!(bytes(&[nobody()]), 25);
        assert_eq!(bytes(&[nobody(), nobody()]), 33);
        assert_eq!(bytes(&[nobody(), Record { record: person, ..nobody() }]), 49);
        assert_eq!(bytes(&[nobody(), Record { record: person, child: person, ..nobody() }]), 65);
        assert_eq!(bytes(&[nobody(), Record { kind: 256, ..nobody() }]), 45);
        assert_eq!(bytes(&[nobody(), Record { age_band: 1, ..nobody() }]), 50);
        assert_eq!(bytes(&vec![nobody(); BLOCK_RECORDS + 1]), 8 * (BLOCK_RECORDS + 1) + 2 * 17);
    }
}
