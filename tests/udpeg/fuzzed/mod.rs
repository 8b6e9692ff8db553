//! What must hold for every input, however hostile: the bodies of the fuzz targets in `fuzz/`.
//!
//! Each takes any bytes and panics where something is wrong. `fuzz/` runs them under libFuzzer; [`replay`] runs them on
//! every input that fuzzing has kept and on mutations of these, in plain `cargo test`.

mod delivery;
mod extract;
mod formats;
mod number;
mod parquet;
mod programme;
#[cfg(test)]
mod replay;
mod rows;
pub(crate) mod workbook;

pub(crate) use delivery::delivery;
pub(crate) use extract::extract;
pub(crate) use formats::formats;
pub(crate) use number::number;
pub(crate) use programme::programme;
pub(crate) use rows::rows;

use std::path::PathBuf;

/// The key of all tests: bytes 00 01 … 1f, as in the published vectors.
const KEY_LINE: &str = "udpeg-key-1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

/// A folder of this process for one of the targets. Whoever starts the process removes it.
fn folder(target: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("udpeg-fuzzed-{}-{target}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
    folder
}

/// The first byte, which says how the others are read, and those.
fn split_first(input: &[u8]) -> (u8, &[u8]) {
    input.split_first().map_or((0, input), |(first, rest)| (*first, rest))
}
