//! From a pseudonym under the departments' key to one under a second key too, which only its custodian holds.

use super::compression::{Block, Compression};
use super::key::Key;
use super::keyed_hash::{KeyedHash, Prefix, first_128_bits};
use super::pseudonym::Pseudonym;
use std::fmt;

/// Pseudonyms that are hashed at a time: a multiple of all numbers of lanes, and 4 KiB.
const AT_A_TIME: usize = 64;

/// Replaces pseudonyms under a second key. Overwritten when dropped.
///
/// # Guarantee
///
/// A pseudonym becomes the first 16 bytes of HMAC-SHA-256(second key, `udpeg/1/rekey:` ‖ its 32 hex characters).
/// Whoever lacks the second key cannot tell which pseudonym became which; nobody can invert it, and the custodian of
/// the second key can find the way back only for pseudonyms that are at hand.
#[derive(Clone)]
pub struct Rekeyer {
    hash: KeyedHash,
    prefix: Prefix,
}

impl Rekeyer {
    /// Under this second key.
    #[must_use]
    pub fn new(second: &Key) -> Self {
        let hash = KeyedHash::new(second.bytes(), Compression::fastest());
        Self { hash, prefix: Prefix::new("udpeg/1/rekey:") }
    }

    /// What a pseudonym becomes.
    #[must_use]
    pub fn rekey(&self, mut pseudonym: Pseudonym) -> Pseudonym {
        self.rekey_all(std::iter::once(&mut pseudonym));
        pseudonym
    }

    /// Puts what each pseudonym becomes in its place; many are faster together.
    pub fn rekey_all<'p>(&self, pseudonyms: impl Iterator<Item = &'p mut Pseudonym>) {
        let mut pseudonyms = pseudonyms.fuse();
        let mut waiting: Vec<&mut Pseudonym> = Vec::with_capacity(AT_A_TIME);
        let mut messages: Vec<Block> = Vec::with_capacity(AT_A_TIME);
        loop {
            waiting.extend(pseudonyms.by_ref().take(AT_A_TIME));
            if waiting.is_empty() {
                return;
            }
            messages.resize(waiting.len(), [0; size_of::<Block>()]);
            for (pseudonym, message) in waiting.iter().zip(&mut messages) {
                // Prefix and pseudonym always fit into a block: 14 and 32 bytes.
                self.prefix.fill(&pseudonym.to_hex(), message);
            }
            self.hash.replace(&mut messages);
            for (pseudonym, hash) in waiting.drain(..).zip(&messages) {
                *pseudonym = Pseudonym::from_bits(first_128_bits(hash));
            }
        }
    }
}

impl fmt::Debug for Rekeyer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Rekeyer(…)")
    }
}
