//! From a pseudonym under the departments' key to one under a second key too, which only its custodian holds.

use super::key::Key;
use super::keyed_hash::KeyedHash;
use super::pseudonym::Pseudonym;
use std::fmt;

/// Replaces pseudonyms under a second key. Overwritten when dropped.
///
/// # Guarantee
///
/// A pseudonym becomes the first 16 bytes of HMAC-SHA-256(second key, `udpeg/1/rekey:` ‖ its 32 hex characters).
/// Whoever lacks the second key cannot tell which pseudonym became which; nobody can invert it, and the custodian of
/// the second key can find the way back only for pseudonyms that are at hand.
#[derive(Clone)]
pub struct Rekeyer(KeyedHash);

impl Rekeyer {
    /// Under this second key.
    #[must_use]
    pub fn new(second: &Key) -> Self {
        Self(KeyedHash::new(second.bytes(), "udpeg/1/rekey:"))
    }

    /// What a pseudonym becomes.
    #[must_use]
    pub fn rekey(&self, pseudonym: Pseudonym) -> Pseudonym {
        Pseudonym::from_bits(self.0.first_128_bits(&pseudonym.to_hex()))
    }
}

impl fmt::Debug for Rekeyer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Rekeyer(…)")
    }
}
