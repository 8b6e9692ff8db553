//! Files that come out: whole or not at all, readable by their owner only, with their SHA-256 in a manifest.

mod journal;
mod leftovers;
mod manifest;
mod parquet;
mod reading;
mod revision;
mod scratch;
mod step;

pub use journal::{Head, examine, linked};
pub(crate) use journal::{Journal, broken, read_log};
pub use manifest::{FileRecord, Manifest};
pub use parquet::{Column, RunMetadata, hex_column, write_table};
pub(crate) use reading::{metadata_entry, read_batches};
pub use revision::Revision;
pub(crate) use scratch::Scratch;
pub(crate) use step::MANIFEST;
pub use step::{Period, Staged, Step};

use crate::error::{Error, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Lower-case hex of some bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of some bytes, in hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A writer that hashes what passes through.
pub struct Hashing<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Hashing<W> {
    /// Hashes what is written to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// The SHA-256 of all that has been written, in hex.
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a small file as pretty JSON into a staged folder; gives its SHA-256.
///
/// # Errors
///
/// [`Error::File`] where it cannot be written.
pub fn write_json<T: Serialize>(folder: &Staged, name: &str, value: &T) -> Result<String> {
    let text = pretty(value)
        .ok_or_else(|| Error::file(folder.place(), format!("{name} could not be made"), "please report this"))?;
    write_bytes(folder, name, text.as_bytes())
}

/// The SHA-256 that the file of [`write_json`] would have.
pub(crate) fn sha256_of_json<T: Serialize>(value: &T) -> Option<String> {
    pretty(value).map(|text| sha256_hex(text.as_bytes()))
}

fn pretty<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_string_pretty(value).ok().map(|text| text + "\n")
}

/// Writes a small file into a staged folder; gives its SHA-256.
///
/// # Errors
///
/// [`Error::File`] where it cannot be written.
pub fn write_bytes(folder: &Staged, name: &str, bytes: &[u8]) -> Result<String> {
    let mut file = folder.create(name)?;
    file.write_all(bytes).map_err(|error| Error::io(&folder.place().join(name), "write", &error))?;
    Ok(sha256_hex(bytes))
}
