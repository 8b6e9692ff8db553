//! Reading a file in blocks of whole rows, in bounded memory, hashing what is read.

use super::conversion::Text;
use super::csv::{RowReader, split_rows};
use super::input::NamedFile;
use crate::error::{Error, Result};
use crate::programme::Department;
use crate::untrusted::SteadyFile;
use sha2::{Digest, Sha256};
use std::io::Read;
use zeroize::Zeroizing;

/// Bytes read at a time: a block's rows and records stay in a core's cache, more or less.
pub(super) const BLOCK_BYTES: usize = 1 << 19;

/// No row of an extract is longer than this; a longer one is an unclosed quote or no CSV.
pub(super) const LONGEST_ROW_BYTES: usize = 16 << 20;

/// The mark that some programs put before UTF-8 text.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whole rows of a file. Overwritten when dropped: these are the only copies of raw rows.
pub(super) type Block = Zeroizing<Vec<u8>>;

/// Reads one file, block by block.
pub(super) struct BlockReader<'f> {
    named: &'f NamedFile,
    /// Bytes read at a time.
    block_bytes: usize,
    file: SteadyFile,
    text: Text,
    hash: Sha256,
    /// The beginning of a row whose end has not been read.
    rest: Block,
    /// Blocks to write into again, so that memory is neither asked for nor overwritten for each.
    spare: Vec<Block>,
    read_bytes: u64,
    told_bytes: u64,
    has_begun: bool,
    is_at_end: bool,
    /// Whether the file began with a UTF-8 byte-order mark, which is passed over.
    pub had_byte_order_mark: bool,
}

impl<'f> BlockReader<'f> {
    /// `block_bytes` are read at a time; a byte-order mark must fit into them.
    pub(super) fn open(named: &'f NamedFile, department: &Department, block_bytes: usize) -> Result<Self> {
        let file = SteadyFile::open(&named.path)?;
        Ok(Self {
            named,
            block_bytes: block_bytes.max(BYTE_ORDER_MARK.len()),
            text: Text::open(named, &file, department)?,
            file,
            hash: Sha256::new(),
            rest: Block::default(),
            spare: Vec::new(),
            read_bytes: 0,
            told_bytes: 0,
            has_begun: false,
            is_at_end: false,
            had_byte_order_mark: false,
        })
    }

    /// The next block; `None` at the end of the file.
    pub(super) fn next_block(&mut self) -> std::result::Result<Option<Block>, Stop> {
        let mut block = std::mem::take(&mut self.rest);
        let mut is_first = !self.has_begun;
        self.has_begun = true;
        loop {
            self.fill(&mut block).map_err(Stop::Failed)?;
            if is_first && block.starts_with(BYTE_ORDER_MARK) {
                self.had_byte_order_mark = true;
                block.drain(..BYTE_ORDER_MARK.len());
            }
            is_first = false;
            if block.is_empty() && self.is_at_end {
                return Ok(None);
            }
            let split = split_rows(&block, self.named.delimiter, self.is_at_end);
            if let (Some(quote), true) = (split.open_quote, self.is_at_end) {
                return Err(Stop::UnclosedQuote { rows_before: rows_before(&block[..=quote], self.named.delimiter) });
            }
            if split.end > 0 {
                let mut rest = self.spare.pop().unwrap_or_default();
                rest.clear();
                grow(&mut rest, block.len() - split.end, self.block_bytes);
                rest.extend_from_slice(&block[split.end..]);
                block.truncate(split.end);
                self.rest = rest;
                return Ok(Some(block));
            }
            if block.len() >= LONGEST_ROW_BYTES {
                return Err(Stop::LongRow);
            }
        }
    }

    /// The SHA-256 of the whole file, in hex, once it has been read to its end.
    pub(super) fn finish(&mut self) -> Result<String> {
        // What was converted is hashed as it was delivered.
        let sha256 = match self.text {
            Text::AsItIs(_) if self.read_bytes != self.file.length() => return Err(self.file.changed()),
            Text::AsItIs(_) => crate::output::hex(&std::mem::take(&mut self.hash).finalize()),
            Text::Converted(_) => self.file.sha256()?,
        };
        self.check_unchanged()?;
        Ok(sha256)
    }

    /// Bytes of the whole file.
    pub(super) fn length(&self) -> u64 {
        self.file.length()
    }

    /// Bytes of the file that have been read since this was asked last.
    pub(super) fn bytes_read(&mut self) -> u64 {
        let before = std::mem::replace(&mut self.told_bytes, self.read_bytes);
        self.read_bytes - before
    }

    /// Whether the file is still as it was when it was opened.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        self.file.check_unchanged()
    }

    /// Takes back blocks that are done with; those that one long row made large are let go.
    pub(super) fn recycle(&mut self, blocks: Vec<Block>) {
        self.spare.extend(blocks.into_iter().filter(|block| block.capacity() <= 4 * BLOCK_BYTES));
    }

    /// Reads until the block has grown by `block_bytes` or the file has ended.
    fn fill(&mut self, block: &mut Block) -> Result<()> {
        let start = block.len();
        match &mut self.text {
            Text::AsItIs(reader) => {
                grow(block, self.block_bytes, self.block_bytes);
                let mut next = reader.take(self.block_bytes as u64);
                let read = next.read_to_end(block).map_err(|error| Error::io(&self.named.path, "read", &error))?;
                self.is_at_end = read < self.block_bytes;
                self.read_bytes += read as u64;
                if self.read_bytes > self.file.length() {
                    // Whoever writes on may never end.
                    return Err(self.file.changed());
                }
                self.hash.update(&block[start..]);
            }
            Text::Converted(converted) => {
                if let Some(chunk) = converted.next_chunk()? {
                    grow(block, chunk.len(), self.block_bytes);
                    block.extend_from_slice(&chunk);
                } else {
                    self.is_at_end = true;
                    // How much of the file a chunk is made of, nobody knows.
                    self.read_bytes = self.file.length();
                }
            }
        }
        Ok(())
    }
}

/// Makes room for so many more bytes. A block that has to move is overwritten where it was, and gets room for what is
/// read at a time.
pub(super) fn grow(block: &mut Block, more: usize, block_bytes: usize) {
    // Reading to an end looks whether there is more, and wants room for that too.
    let needed = block.len() + more + 64;
    if block.capacity() < needed {
        let mut larger = Block::new(Vec::with_capacity(needed.max(block_bytes * 5 / 4)));
        larger.extend_from_slice(block);
        *block = larger;
    }
}

/// Rows that begin before the last byte of `until`, the one it stands in excepted.
fn rows_before(until: &[u8], delimiter: u8) -> u64 {
    let mut reader = RowReader::new(until, delimiter);
    let mut fields = Vec::new();
    let mut rows: u64 = 0;
    while reader.next_row(&mut fields).is_some() {
        rows += 1;
    }
    rows.saturating_sub(1)
}

/// Why a file cannot be read on. Which row it is, only the caller can tell.
#[derive(Debug)]
pub(super) enum Stop {
    /// The system would not read.
    Failed(Error),
    /// A quote is never closed; so many rows of this block stand before its row.
    UnclosedQuote {
        /// Rows of the block, the header among them.
        rows_before: u64,
    },
    /// The first row of this block is longer than any row may be.
    LongRow,
}

impl Stop {
    /// The error, `rows` (header included) having been read before the block.
    pub(super) fn into_error(self, file: &NamedFile, rows: u64) -> Error {
        let name = |rows: u64| if rows == 0 { "the header".to_owned() } else { format!("row {rows}") };
        match self {
            Self::Failed(error) => error,
            Self::UnclosedQuote { rows_before } => Error::file(
                &file.path,
                format!("a quote that opens in {} is never closed", name(rows + rows_before)),
                "close it, or double it where it is part of the text",
            ),
            Self::LongRow => Error::file(
                &file.path,
                format!(
                    "{} is longer than {} MiB; a quote that opens in it may never be closed",
                    name(rows),
                    LONGEST_ROW_BYTES >> 20
                ),
                "look at that row in a text editor; check that this is the right file, and its `delimiter`",
            ),
        }
    }
}
