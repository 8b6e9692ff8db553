//! What the lines of the custody log are sealed with.

use super::compression::Compression;
use super::key::Key;
use super::keyed_hash::{KeyedHash, Prefix};
use std::fmt;

/// Seals texts under a key: nobody without the key can make a seal, or change a sealed text. Overwritten when dropped.
///
/// # Guarantee
///
/// A seal is the first 16 bytes of HMAC-SHA-256(key, `udpeg/1/log:` ‖ text), as 32 hex characters. The prefix keeps
/// seals apart from pseudonyms under the same key.
pub struct Seal {
    hash: KeyedHash,
    prefix: Prefix,
}

impl Seal {
    /// Under this key.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self { hash: KeyedHash::new(key.bytes(), Compression::fastest()), prefix: Prefix::new("udpeg/1/log:") }
    }

    /// The seal of a text.
    #[must_use]
    pub fn of(&self, text: &str) -> String {
        format!("{:032x}", self.hash.first_128_bits(&self.prefix, text.as_bytes()))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seal(…)")
    }
}
