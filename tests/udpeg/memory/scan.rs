//! Searching all memory of a process.

use memchr::memmem;
use sha2::block_api::compress256;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Result;
use std::os::unix::fs::FileExt;

/// What is searched for.
pub(super) struct Secrets {
    /// Numbers of ten digits, and of nine where a zero stands before.
    numbers: HashSet<Vec<u8>>,
    /// Each with what it is.
    bytes: Vec<(&'static str, Vec<u8>)>,
}

/// What may stand between date and serial, in UTF-8 and in Windows-1252.
const SEPARATORS: [&[u8]; 7] = [b"-", b" ", b"\t", b"\xc2\xa0", b"\xe2\x80\x93", b"\xa0", b"\x96"];

impl Secrets {
    pub(super) fn new(numbers: &[String], key: &[u8; 32], name: &str) -> Self {
        let without_zero = numbers.iter().filter_map(|number| number.strip_prefix('0'));
        let numbers = numbers.iter().map(String::as_str).chain(without_zero).map(|number| number.as_bytes().to_vec());
        let mut bytes = vec![("name", name.as_bytes().to_vec())];
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.extend(hex.as_bytes().chunks(16).map(|part| ("key in hex", part.to_vec())));
        for pad in [0, 0x36, 0x5c] {
            let padded = key.map(|byte| byte ^ pad);
            bytes.extend(padded.chunks(8).map(|part| ("key", part.to_vec())));
        }
        for state in [0x36, 0x5c].map(|pad| state_after(key, pad)) {
            // As the words stand in a state, and as they stand where several messages are hashed at once.
            let pairs = state.chunks(2).map(|pair| [pair[0], pair[1]]).chain(state.map(|word| [word, word]));
            let bytes_of = |[one, other]: [u32; 2]| [one.to_ne_bytes(), other.to_ne_bytes()].concat();
            bytes.extend(pairs.map(|pair| ("state of the key", bytes_of(pair))));
        }
        Self { numbers: numbers.collect(), bytes }
    }

    /// Each find: what it is and in which part of memory. The values are not told.
    pub(super) fn found_in(&self, process: u32) -> Result<Vec<String>> {
        let memory = File::open(format!("/proc/{process}/mem"))?;
        let mut found = Vec::new();
        let mut searched = 0;
        for line in fs::read_to_string(format!("/proc/{process}/maps"))?.lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            let (start, end) = range.split_once('-').unwrap();
            let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
            // The system's own pages cannot be read like others.
            if !rest.starts_with('r') || rest.contains("[v") {
                continue;
            }
            let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
            memory.read_exact_at(&mut bytes, start)?;
            searched += bytes.len();
            let part = rest.split_whitespace().nth(4).unwrap_or("no file");
            found.extend(self.finds(&bytes).into_iter().map(|what| format!("{what} in {part}")));
        }
        assert!(searched > 1 << 20, "only {searched} bytes of memory");
        Ok(found)
    }

    fn finds(&self, bytes: &[u8]) -> Vec<&'static str> {
        let known = self.bytes.iter().filter(|(_, secret)| memmem::find(bytes, secret).is_some());
        let numbers = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit() && self.is_number(&bytes[at..]));
        known.map(|(what, _)| *what).chain(numbers.map(|_| "number")).collect()
    }

    /// Whether a number begins here, in any spelling.
    fn is_number(&self, bytes: &[u8]) -> bool {
        let digits = bytes.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        if digits >= 9 {
            return [9, 10].iter().any(|&length| bytes.get(..length).is_some_and(|run| self.numbers.contains(run)));
        }
        let serial = SEPARATORS.iter().find_map(|separator| bytes.get(6..)?.strip_prefix(*separator)?.get(..4));
        digits == 6 && serial.is_some_and(|serial| self.numbers.contains(&[&bytes[..6], serial].concat()))
    }
}

/// The state of SHA-256 after a key's padded block (RFC 2104): whoever has both states can make every pseudonym.
fn state_after(key: &[u8; 32], pad: u8) -> [u32; 8] {
    let mut state =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let mut block = [pad; 64];
    block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    compress256(&mut state, &[block]);
    state
}
