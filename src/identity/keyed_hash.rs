//! HMAC-SHA-256 (RFC 2104 over FIPS 180-4) of many short messages that begin alike.
//!
//! # Guarantee
//!
//! [`KeyedHash::first_128_bits`] gives the first 16 bytes of HMAC-SHA-256(key, prefix ‖ text), for every text. Only the
//! compression function is a library's; the key's two blocks are compressed once, so that a message that fits into a
//! block costs two compressions and no copy of a hasher's state, which is half of what it costs otherwise. A property
//! test compares it with an independent implementation on all lengths that occur.

use sha2::block_api::compress256;
use std::slice::from_ref;
use zeroize::{Zeroize, ZeroizeOnDrop};

const BLOCK: usize = 64;

/// The initial hash value of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The hash states after the key, and what all messages begin with. Overwritten when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct KeyedHash {
    inner: [u32; 8],
    outer: [u32; 8],
    prefix: Vec<u8>,
}

impl KeyedHash {
    /// For messages that begin with `prefix`, under a key of 32 bytes.
    pub(super) fn new(key: &[u8; 32], prefix: &str) -> Self {
        let keyed = |pad: u8| {
            let mut block = [pad; BLOCK];
            for (byte, key) in block.iter_mut().zip(key) {
                *byte ^= key;
            }
            let mut state = INITIAL;
            compress256(&mut state, from_ref(&block));
            block.zeroize();
            state
        };
        Self { inner: keyed(0x36), outer: keyed(0x5c), prefix: prefix.as_bytes().to_vec() }
    }

    /// The first 16 bytes of the HMAC of the prefix and `text`, the first byte being the highest.
    pub(super) fn first_128_bits(&self, text: &[u8]) -> u128 {
        let mut state = self.inner;
        let mut block = [0; BLOCK];
        let mut filled = 0;
        for mut part in [self.prefix.as_slice(), text] {
            while !part.is_empty() {
                if filled == BLOCK {
                    compress256(&mut state, from_ref(&block));
                    filled = 0;
                }
                let taken = part.len().min(BLOCK - filled);
                block[filled..filled + taken].copy_from_slice(&part[..taken]);
                filled += taken;
                part = &part[taken..];
            }
        }
        finish(&mut state, &mut block, filled, self.prefix.len() + text.len());
        // What stands there is a number.
        block.zeroize();
        let mut digest = [0; BLOCK];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        let mut state = self.outer;
        finish(&mut state, &mut digest, 32, 32);
        state[..4].iter().fold(0, |bits, &word| bits << 32 | u128::from(word))
    }
}

/// Pads the last block, of which `filled` bytes are filled, and compresses it; `length` bytes came after the key's block.
fn finish(state: &mut [u32; 8], block: &mut [u8; BLOCK], filled: usize, length: usize) {
    let mut filled = filled;
    if filled == BLOCK {
        compress256(state, from_ref(block));
        filled = 0;
    }
    block[filled] = 0x80;
    block[filled + 1..].fill(0);
    if filled + 9 > BLOCK {
        compress256(state, from_ref(block));
        block.fill(0);
    }
    let bits = (BLOCK + length) as u64 * 8;
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    compress256(state, from_ref(block));
}

#[cfg(test)]
mod tests {
    use super::KeyedHash;
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;
    use sha2::Sha256;

    /// The same by the library's HMAC.
    fn independent(key: &[u8; 32], prefix: &str, text: &[u8]) -> u128 {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length").chain_update(prefix).chain_update(text);
        u128::from_be_bytes(mac.finalize().into_bytes()[..16].try_into().expect("16 of 32 bytes"))
    }

    #[test]
    fn every_length_around_the_block_ends_agrees_with_the_library() {
        let key = std::array::from_fn(|at| u8::try_from(at).expect("below 32") * 7 + 1);
        for prefix in ["", "udpeg/1/person:", "udpeg/1/record/social:"] {
            let hash = KeyedHash::new(&key, prefix);
            for length in 0..=300 {
                let text: Vec<u8> = (0..length).map(|at: u32| u8::try_from(at % 251).expect("a byte")).collect();
                assert_eq!(hash.first_128_bits(&text), independent(&key, prefix, &text), "{prefix} and {length} bytes");
            }
        }
    }

    proptest! {
        #[test]
        fn any_key_and_text_agree_with_the_library(key: [u8; 32], prefix in "[a-z/:]{0,80}", text: Vec<u8>) {
            prop_assert_eq!(KeyedHash::new(&key, &prefix).first_128_bits(&text), independent(&key, &prefix, &text));
        }
    }
}
