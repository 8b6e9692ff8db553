//! From a number to a pseudonym: HMAC-SHA-256 (RFC 2104, FIPS 180-4), the first 16 bytes.

use super::batch::PseudonymBatch;
use super::compression::Compression;
use super::cpr::CprNumber;
use super::key::Key;
use super::keyed_hash::{KeyedHash, Prefix};
use super::wanted::Wanted;
use std::fmt;
use std::num::NonZeroU128;
use std::sync::Arc;

/// What stands for a person, a child or a record: 128 bits, written as 32 lower-case hex characters.
///
/// Ordering is that of the written form. Never zero, so that an absent one takes no room (a hash of 128 zero bits
/// would become 1; the chance is 2⁻¹²⁸).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(NonZeroU128);

impl Pseudonym {
    /// Length of the written form, in bytes.
    pub const HEX_LENGTH: usize = 32;

    /// The pseudonym whose bits are these, the first byte of the hash being the highest.
    #[must_use]
    pub fn from_bits(bits: u128) -> Self {
        Self(NonZeroU128::new(bits).unwrap_or(NonZeroU128::MIN))
    }

    /// The 128 bits.
    #[must_use]
    pub fn bits(self) -> u128 {
        self.0.get()
    }

    /// Reads the written form: exactly 32 characters of `0-9a-f`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes: &[u8; Self::HEX_LENGTH] = text.as_bytes().try_into().ok()?;
        let mut bits = 0_u128;
        let mut wrong = 0;
        for half in bytes.as_chunks::<16>().0 {
            let mut part = 0_u64;
            for &byte in half {
                let nibble = NIBBLES[usize::from(byte)];
                wrong |= nibble & 0xf0;
                part = part << 4 | u64::from(nibble);
            }
            bits = bits << 64 | u128::from(part);
        }
        (wrong == 0).then(|| Self::from_bits(bits))
    }

    /// The written form.
    #[must_use]
    pub fn to_hex(self) -> [u8; Self::HEX_LENGTH] {
        let mut text = [0; Self::HEX_LENGTH];
        let words = self.bits().to_be_bytes();
        for (digits, word) in text.as_chunks_mut::<8>().0.iter_mut().zip(words.as_chunks::<4>().0) {
            *digits = hex_digits(u32::from_be_bytes(*word));
        }
        text
    }
}

/// The eight hex digits of a word, all at once: each half byte becomes a byte, then its character.
fn hex_digits(word: u32) -> [u8; 8] {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let halves = u64::from(word);
    let halves = (halves << 16 | halves) & 0x0000_ffff_0000_ffff;
    let halves = (halves << 8 | halves) & 0x00ff_00ff_00ff_00ff;
    let halves = (halves << 4 | halves) & 0x0f0f_0f0f_0f0f_0f0f;
    // One in every byte above 9, which becomes a letter.
    let letters = (halves + EACH * 6) >> 4 & EACH;
    (halves + EACH * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The value of each hex character; 0xff for every other byte.
const NIBBLES: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        table[HEX[value as usize] as usize] = value;
        value += 1;
    }
    table
};

impl fmt::Display for Pseudonym {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.bits())
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pseudonym({self})")
    }
}

/// Makes the pseudonyms of one department under one key. Overwritten when dropped.
#[derive(Clone)]
pub struct Pseudonymiser {
    pub(super) hash: KeyedHash,
    pub(super) person: Prefix,
    pub(super) record: Prefix,
    /// Whose numbers are kept; `None` but for the way back.
    wanted: Option<Arc<Wanted>>,
}

impl Pseudonymiser {
    /// For persons (of any department) and for the records of `department`.
    #[must_use]
    pub fn new(key: &Key, department: &str) -> Self {
        Self::with(key, department, Compression::fastest())
    }

    /// The same by a given way to compress.
    pub(super) fn with(key: &Key, department: &str, compression: Compression) -> Self {
        Self {
            hash: KeyedHash::new(key.bytes(), compression),
            person: Prefix::new("udpeg/1/person:"),
            record: Prefix::new(&format!("udpeg/1/record/{department}:")),
            wanted: None,
        }
    }

    /// The same, whose batches tell `wanted` of every number that they turn into a pseudonym.
    #[must_use]
    pub fn looking_for(self, wanted: Arc<Wanted>) -> Self {
        Self { wanted: Some(wanted), ..self }
    }

    /// Whose numbers are kept.
    pub(super) fn wanted(&self) -> Option<&Wanted> {
        self.wanted.as_deref()
    }

    /// The pseudonym of a person or child.
    #[must_use]
    pub fn person(&self, number: &CprNumber) -> Pseudonym {
        self.one(&self.person, number.digits())
    }

    /// The same of a text that is no number, for knowing it again.
    #[must_use]
    pub(super) fn person_text(&self, text: &str) -> Pseudonym {
        self.one(&self.person, text.as_bytes())
    }

    /// The pseudonym of a record id, trimmed.
    #[must_use]
    pub fn record(&self, id: &str) -> Pseudonym {
        self.one(&self.record, id.as_bytes())
    }

    /// For many pseudonyms, which are made faster together.
    #[must_use]
    pub fn batch(&self) -> PseudonymBatch<'_> {
        PseudonymBatch::new(self)
    }

    pub(super) fn one(&self, prefix: &Prefix, text: &[u8]) -> Pseudonym {
        Pseudonym::from_bits(self.hash.first_128_bits(prefix, text))
    }
}

impl fmt::Debug for Pseudonymiser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pseudonymiser(…)")
    }
}
