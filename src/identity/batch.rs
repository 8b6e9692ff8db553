//! Pseudonyms of many numbers and record ids, made several at a time.
//!
//! # Guarantee
//!
//! What [`Pseudonyms`] has at a [`Place`] is what [`Pseudonymiser::person`] or [`Pseudonymiser::record`] gives for what
//! that place was given for. Numbers and ids that wait are overwritten by their hashes, and what is left of them when
//! dropped.

use super::compression::Block;
use super::cpr::CprNumber;
use super::keyed_hash::{Prefix, first_128_bits};
use super::pseudonym::{Pseudonym, Pseudonymiser};
use std::fmt;
use std::num::NonZeroU32;
use std::ops::Index;
use zeroize::Zeroizing;

/// Messages that are hashed at a time: a multiple of all numbers of lanes, and 4 KiB.
const FULL: usize = 64;

/// Where a pseudonym will stand among those of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(NonZeroU32);

/// The pseudonyms of a batch, each at its [`Place`].
#[derive(Debug, Default)]
pub struct Pseudonyms(Vec<Pseudonym>);

/// Collects numbers and record ids, and makes their pseudonyms.
pub struct PseudonymBatch<'p> {
    pseudonymiser: &'p Pseudonymiser,
    /// The places of those that wait to be hashed.
    waiting_at: Vec<Place>,
    /// Their messages, and room for more up to [`FULL`].
    waiting: Zeroizing<Vec<Block>>,
    /// Those of all places; something else at those that wait.
    pseudonyms: Vec<Pseudonym>,
}

impl<'p> PseudonymBatch<'p> {
    /// An empty batch.
    pub(super) fn new(pseudonymiser: &'p Pseudonymiser) -> Self {
        let waiting = Zeroizing::new(vec![[0; size_of::<Block>()]; FULL]);
        Self { pseudonymiser, waiting_at: Vec::with_capacity(FULL), waiting, pseudonyms: Vec::new() }
    }

    /// Where the pseudonym of a person or child will stand.
    pub fn person(&mut self, number: &CprNumber) -> Place {
        if let Some(wanted) = self.pseudonymiser.wanted() {
            // A number that waits is overwritten by its hash, and nobody could tell whose it was.
            let pseudonym = self.pseudonymiser.person(number);
            wanted.see(pseudonym, number);
            return self.put(pseudonym);
        }
        self.add(&self.pseudonymiser.person, number.digits())
    }

    /// Where the pseudonym of a record id, trimmed, will stand.
    pub fn record(&mut self, id: &str) -> Place {
        self.add(&self.pseudonymiser.record, id.as_bytes())
    }

    /// All pseudonyms; leaves the batch empty.
    #[must_use]
    pub fn finish(&mut self) -> Pseudonyms {
        self.hash_waiting();
        Pseudonyms(std::mem::take(&mut self.pseudonyms))
    }

    fn add(&mut self, prefix: &'p Prefix, text: &[u8]) -> Place {
        if !prefix.fits_with(text) {
            return self.put(self.pseudonymiser.one(prefix, text));
        }
        let place = self.put(Pseudonym::from_bits(0));
        prefix.fill(text, &mut self.waiting[self.waiting_at.len()]);
        self.waiting_at.push(place);
        if self.waiting_at.len() == FULL {
            self.hash_waiting();
        }
        place
    }

    fn put(&mut self, pseudonym: Pseudonym) -> Place {
        let place = Place::after(self.pseudonyms.len());
        self.pseudonyms.push(pseudonym);
        place
    }

    fn hash_waiting(&mut self) {
        let messages = &mut self.waiting[..self.waiting_at.len()];
        self.pseudonymiser.hash.replace(messages);
        for (hash, place) in messages.iter().zip(self.waiting_at.drain(..)) {
            self.pseudonyms[place.position()] = Pseudonym::from_bits(first_128_bits(hash));
        }
    }
}

impl Place {
    /// The place behind so many.
    fn after(length: usize) -> Self {
        let place = u32::try_from(length + 1).ok().and_then(NonZeroU32::new);
        Self(place.expect("a batch is of one block of rows"))
    }

    fn position(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Index<Place> for Pseudonyms {
    type Output = Pseudonym;

    /// The pseudonym at a place, which must be of the same batch.
    fn index(&self, place: Place) -> &Pseudonym {
        &self.0[place.position()]
    }
}

impl fmt::Debug for PseudonymBatch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PseudonymBatch(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::compression::Compression;
    use super::super::cpr::{CprCell, CprReader};
    use super::super::key::Key;
    use super::{FULL, Pseudonymiser};
    use chrono::NaiveDate;

    #[test]
    fn at_every_number_of_messages_each_has_its_own_pseudonym_at_its_place_on_every_way() {
        let reader = CprReader { as_of: NaiveDate::MAX, leading_zero_lost: false };
        let number = |serial: usize| match reader.read(&format!("010160{serial:04}")) {
            CprCell::Number { number, .. } => number,
            _ => unreachable!("ten digits with an existing date"),
        };
        let key = Key::of_bytes([7; 32]);
        for way in Compression::possible() {
            let pseudonymiser = Pseudonymiser::with(&key, "social", way);
            for count in 0..=2 * FULL + 1 {
                let mut batch = pseudonymiser.batch();
                let mut expected = Vec::new();
                for at in 0..count {
                    // Every third is a record; ids grow until they do not fit into a block.
                    let id = "7".repeat(at % 50);
                    expected.push(if at % 3 == 2 {
                        (batch.record(&id), pseudonymiser.record(&id))
                    } else {
                        (batch.person(&number(5000 + at)), pseudonymiser.person(&number(5000 + at)))
                    });
                }
                let pseudonyms = batch.finish();
                for (at, (place, pseudonym)) in expected.into_iter().enumerate() {
                    assert_eq!(pseudonyms[place], pseudonym, "{way:?}: {at} of {count}");
                }
            }
        }
    }
}
