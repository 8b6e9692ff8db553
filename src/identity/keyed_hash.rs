//! HMAC-SHA-256 (RFC 2104 over FIPS 180-4) of many short messages under one key.
//!
//! # Guarantee
//!
//! [`KeyedHash::replace`] and [`KeyedHash::first_128_bits`] give the first 16 bytes of HMAC-SHA-256(key, prefix ‖ text),
//! for every text. Only the compression function is another's; the key's two blocks are compressed once, so that a message
//! that fits into a block costs two compressions. Property tests compare both with an independent implementation on all
//! lengths that occur, on every way to compress that the machine has.

use super::compression::{Block, Compression, State, put_state};
use sha2::block_api::compress256;
use std::slice::{from_mut, from_ref};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const BLOCK: usize = size_of::<Block>();

/// Bytes of a hash: half a block.
const HASH: usize = BLOCK / 2;

/// Bytes that come behind the last block's message: one that ends it, and its length in bits.
const PADDING: usize = 9;

/// The initial hash value of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// What comes behind the inner hash in the block of the outer one.
const AFTER_HASH: [u8; HASH] = {
    let mut padding = [0; HASH];
    padding[0] = 0x80;
    let bits = ((BLOCK + HASH) * 8).to_be_bytes();
    padding[HASH - 2] = bits[bits.len() - 2];
    padding[HASH - 1] = bits[bits.len() - 1];
    padding
};

/// The hash states after the key. Overwritten when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct KeyedHash {
    inner: State,
    outer: State,
    #[zeroize(skip)]
    compression: Compression,
}

impl KeyedHash {
    /// For messages under a key of 32 bytes.
    pub(super) fn new(key: &[u8; 32], compression: Compression) -> Self {
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
        Self { inner: keyed(0x36), outer: keyed(0x5c), compression }
    }

    /// Puts the HMAC of each message that [`Prefix::fill`] has put into a block in its place; it begins the block.
    ///
    /// First all inner hashes, then all outer ones: those of one message depend on one another, those of several do not,
    /// and overlap in the processor.
    pub(super) fn replace(&self, messages: &mut [Block]) {
        self.compression.each(&self.inner, messages);
        for block in messages.iter_mut() {
            block[HASH..].copy_from_slice(&AFTER_HASH);
        }
        self.compression.each(&self.outer, messages);
    }

    /// The first 16 bytes of the HMAC of a message of any length, the first byte being the highest.
    pub(super) fn first_128_bits(&self, prefix: &Prefix, text: &[u8]) -> u128 {
        let length = prefix.text.len() + text.len();
        // Reserved at once, so that no copy is left behind by growing. What stands there is a number.
        let padded = (length + PADDING).next_multiple_of(BLOCK);
        let mut message = Zeroizing::new(Vec::with_capacity(padded));
        message.extend_from_slice(&prefix.text);
        message.extend_from_slice(text);
        message.push(0x80);
        message.resize(padded - size_of::<u64>(), 0);
        message.extend_from_slice(&bits(length));
        let mut state = self.inner;
        compress256(&mut state, message.as_chunks().0);
        let mut block = [0; BLOCK];
        put_state(&mut block, state);
        block[HASH..].copy_from_slice(&AFTER_HASH);
        self.compression.each(&self.outer, from_mut(&mut block));
        first_128_bits(&block)
    }
}

/// The first 16 bytes of a block, the first byte being the highest.
pub(super) fn first_128_bits(block: &Block) -> u128 {
    u128::from_be_bytes(*block.first_chunk().expect("a block is longer"))
}

/// The length of a message in bits, the key's block before it included.
fn bits(length: usize) -> [u8; 8] {
    ((BLOCK + length) as u64 * 8).to_be_bytes()
}

/// What messages of one kind begin with.
#[derive(Clone)]
pub(super) struct Prefix {
    text: Vec<u8>,
    /// As much of it as a block has room for, and zeros.
    template: Block,
}

impl Prefix {
    pub(super) fn new(text: &str) -> Self {
        let mut template = [0; BLOCK];
        let room = text.len().min(BLOCK);
        template[..room].copy_from_slice(&text.as_bytes()[..room]);
        Self { text: text.as_bytes().to_vec(), template }
    }

    /// Whether the prefix and `text`, padded, fit into one block.
    pub(super) fn fits_with(&self, text: &[u8]) -> bool {
        self.text.len() + text.len() + PADDING <= BLOCK
    }

    /// Puts the prefix and `text`, which fit, padded into a block.
    pub(super) fn fill(&self, text: &[u8], block: &mut Block) {
        let length = self.text.len() + text.len();
        *block = self.template;
        block[self.text.len()..length].copy_from_slice(text);
        block[length] = 0x80;
        block[BLOCK - size_of::<u64>()..].copy_from_slice(&bits(length));
    }
}

#[cfg(test)]
mod tests {
    use super::{Compression, KeyedHash, Prefix, first_128_bits};
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;
    use sha2::Sha256;

    /// The same by the library's HMAC.
    fn independent(key: &[u8; 32], prefix: &str, text: &[u8]) -> u128 {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length").chain_update(prefix).chain_update(text);
        u128::from_be_bytes(mac.finalize().into_bytes()[..16].try_into().expect("16 of 32 bytes"))
    }

    fn text_of(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at % 251).expect("a byte")).collect()
    }

    #[test]
    fn every_length_agrees_with_the_library_alone_and_among_others_on_every_way() {
        let key = std::array::from_fn(|at| u8::try_from(at).expect("below 32") * 7 + 1);
        for way in Compression::possible() {
            let hash = KeyedHash::new(&key, way);
            for prefix in ["", "udpeg/1/person:", "udpeg/1/record/social:", &"p".repeat(55), &"p".repeat(70)] {
                let before = Prefix::new(prefix);
                let mut fitting = Vec::new();
                let mut expected = Vec::new();
                for length in 0..=300 {
                    let text = text_of(length);
                    let message = format!("{way:?}: {prefix} and {length} bytes");
                    let hmac = independent(&key, prefix, &text);
                    assert_eq!(hash.first_128_bits(&before, &text), hmac, "{message}");
                    assert_eq!(before.fits_with(&text), prefix.len() + length <= 55, "{message}");
                    if before.fits_with(&text) {
                        expected.push(hmac);
                        fitting.push([0xff; 64]);
                        before.fill(&text, fitting.last_mut().expect("one was just added"));
                    }
                }
                hash.replace(&mut fitting);
                assert_eq!(fitting.iter().map(first_128_bits).collect::<Vec<_>>(), expected, "{way:?}: {prefix}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_key_and_text_agree_with_the_library(key: [u8; 32], prefix in "[a-z/:]{0,80}", text: Vec<u8>) {
            let hash = KeyedHash::new(&key, Compression::fastest());
            let hmac = independent(&key, &prefix, &text);
            let prefix = Prefix::new(&prefix);
            prop_assert_eq!(hash.first_128_bits(&prefix, &text), hmac);
            if prefix.fits_with(&text) {
                let mut block = [0xff; 64];
                prefix.fill(&text, &mut block);
                hash.replace(std::slice::from_mut(&mut block));
                prop_assert_eq!(first_128_bits(&block), hmac);
            }
        }
    }
}
