//! Which encoding a text has, where the programme leaves that to the program.
//!
//! UTF-8 tells itself: no text of another encoding is valid UTF-8 by chance but a very short one. Between single-byte
//! encodings the letters decide: what is a letter within a word in one is a line or a Greek letter in another.
//! What does not tell is refused, never guessed.

use super::block::{BLOCK_BYTES, Block};
use super::conversion::Text;
use super::input::NamedFile;
use crate::error::{Error, Result};
use crate::programme::{Department, Encoding};
use crate::untrusted::SteadyFile;
use std::io::Read;

/// Letters for one encoding that a single one for another cannot put in doubt.
const BEYOND_DOUBT: u64 = 50;

/// Letters within words, as each encoding has them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Evidence {
    before: Option<u8>,
    current: Option<u8>,
    windows_1252: u64,
    code_page_437: u64,
    /// `ø` and `Ø` as Nordic DOS has them, which code page 437 does not.
    nordic_dos: u64,
    /// Bytes that Windows-1252 does not define.
    undefined: u64,
}

/// The encoding of a file's text.
///
/// # Errors
///
/// [`Error::File`] where it cannot be read, or where nothing tells the encoding, or more than one thing does.
pub(super) fn encoding(file: &NamedFile, department: &Department) -> Result<Encoding> {
    let mut text = Text::open(file, &SteadyFile::open(&file.path)?, department)?;
    let mut evidence = Evidence::default();
    let mut utf8 = Utf8Check::default();
    while let Some(chunk) = next(&mut text, file)? {
        utf8.add(&chunk);
        chunk.iter().for_each(|&byte| evidence.shift(Some(byte)));
    }
    evidence.shift(None);
    if utf8.is_valid() {
        return Ok(Encoding::Utf8);
    }
    evidence.verdict().ok_or_else(|| {
        let (what, hint) = if evidence.nordic_dos > 0 {
            ("its encoding seems to be a DOS code page, but not 437", "set `encoding = \"cp865\"` in the department's `format`")
        } else {
            (
                "its encoding cannot be told with certainty",
                "ask whoever delivers it, and set `encoding` in the department's `format`: \"utf-8\", \"windows-1252\", \"cp437\" or \"cp865\"",
            )
        };
        Error::file(&file.path, what, hint)
    })
}

/// The next bytes of the text; `None` at its end.
pub(super) fn next(text: &mut Text, file: &NamedFile) -> Result<Option<Block>> {
    match text {
        Text::AsItIs(plain) => {
            let mut chunk = Block::new(Vec::with_capacity(BLOCK_BYTES + 64));
            let read = plain.take(BLOCK_BYTES as u64).read_to_end(&mut chunk);
            let read = read.map_err(|error| Error::io(&file.path, "read", &error))?;
            Ok((read > 0).then_some(chunk))
        }
        Text::Converted(converted) => converted.next_chunk(),
    }
}

/// Whether bytes that come in pieces are UTF-8.
#[derive(Default)]
struct Utf8Check {
    is_invalid: bool,
    /// The beginning of a character whose end has not come.
    begun: Vec<u8>,
}

impl Utf8Check {
    fn add(&mut self, bytes: &[u8]) {
        if self.is_invalid {
            return;
        }
        let joined;
        let bytes = if self.begun.is_empty() {
            bytes
        } else {
            joined = [&self.begun, bytes].concat();
            &joined
        };
        let begun = match std::str::from_utf8(bytes) {
            Ok(_) => &[][..],
            Err(error) if error.error_len().is_none() => &bytes[error.valid_up_to()..],
            Err(_) => {
                self.is_invalid = true;
                &[]
            }
        };
        self.begun = begun.to_vec();
    }

    fn is_valid(&self) -> bool {
        !self.is_invalid && self.begun.is_empty()
    }
}

impl Evidence {
    /// Takes the next byte, or the end, and looks at the one before it.
    fn shift(&mut self, next: Option<u8>) {
        if let Some(byte) = self.current.filter(|byte| *byte >= 0x80) {
            self.add_byte(self.before, byte, next);
        }
        self.before = self.current;
        self.current = next;
    }

    fn add_byte(&mut self, before: Option<u8>, byte: u8, after: Option<u8>) {
        let is_letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
        let (follows, precedes) = (is_letter(before), is_letter(after));
        self.undefined += u64::from(matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
        match byte {
            // Letters of Windows-1252 are lines, Greek and signs in code page 437.
            0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xff if follows || precedes => self.windows_1252 += 1,
            // § before a number, and a no-break space between digits, would be º and á.
            0xa7 if !follows && after.is_some_and(|after| after == b' ' || after.is_ascii_digit()) => {
                self.windows_1252 += 1;
            }
            0xa0 if [before, after].iter().all(|byte| byte.is_some_and(|byte| byte.is_ascii_digit())) => {
                self.windows_1252 += 1;
            }
            // ü, å, É, Å and others, which Windows-1252 does not have or has as signs that never touch letters.
            0x81 | 0x86 | 0x87 | 0x8d | 0x8f | 0x90 if follows || precedes => self.code_page_437 += 1,
            // é, ä, à, æ, ô, ö, which Windows-1252 has as quotes and dots that never stand within words.
            0x82 | 0x84 | 0x85 | 0x91 | 0x93 | 0x94 if follows && precedes => self.code_page_437 += 1,
            0x9b | 0x9d if follows || precedes => self.nordic_dos += 1,
            _ => {}
        }
    }

    /// The encoding that the letters tell, if they agree.
    fn verdict(&self) -> Option<Encoding> {
        if self.nordic_dos * BEYOND_DOUBT > self.windows_1252 && self.nordic_dos > 0 {
            return None;
        }
        if self.windows_1252 > self.code_page_437 * BEYOND_DOUBT && self.undefined == 0 {
            return Some(Encoding::Windows1252);
        }
        (self.code_page_437 > self.windows_1252 * BEYOND_DOUBT).then_some(Encoding::CodePage437)
    }
}
