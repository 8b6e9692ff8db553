//! Text packed with gzip or Zstandard.

use super::super::block::{BLOCK_BYTES, Block};
use super::super::input::Packing;
use super::{Chunks, corrupt};
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

/// A text may unpack to this in any case, in bytes.
const SMALL_BYTES: u64 = 1 << 30;

/// Beyond that, to so many times its size. Extracts pack to a twentieth or so; a file made to fill a disk, to a thousandth.
const MOST_TIMES: u64 = 250;

/// Unpacks a file of one or more gzip members or Zstandard frames.
///
/// # Errors
///
/// [`Error::File`] where it is cut off or damaged, or unpacks to far more than any extract does.
pub(super) fn unpack(path: &Path, file: File, packing: Packing, chunks: &Chunks) -> Result<()> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => {
            Error::file(path, "it ends in the middle: it was cut off", "deliver it again, and compare its size")
        }
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::Other => corrupt(path),
        _ => Error::io(path, "read", &error),
    };
    let packed_bytes = file.metadata().map_err(failed)?.len();
    let most_bytes = SMALL_BYTES.max(packed_bytes.saturating_mul(MOST_TIMES));
    let file = BufReader::with_capacity(BLOCK_BYTES, file);
    let mut text: Box<dyn Read> = match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => Box::new(MultiGzDecoder::new(file)),
        Packing::Zstandard => Box::new(zstd::Decoder::with_buffer(file).map_err(failed)?),
    };
    let mut unpacked_bytes: u64 = 0;
    loop {
        let mut chunk = Block::new(Vec::with_capacity(BLOCK_BYTES + 64));
        let read = (&mut text).take(BLOCK_BYTES as u64).read_to_end(&mut chunk).map_err(failed)?;
        if read == 0 {
            return Ok(());
        }
        unpacked_bytes += read as u64;
        if unpacked_bytes > most_bytes {
            return Err(Error::file(
                path,
                format!("it unpacks to more than {MOST_TIMES} times its size, as no extract does"),
                "unpack it yourself, look at what it holds, and deliver it unpacked",
            ));
        }
        chunks.send(chunk)?;
    }
}
