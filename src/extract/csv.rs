//! Rows and fields of CSV text (RFC 4180), by ranges into a block of bytes.
//!
//! Ours rather than a library's because the contract counts as malformed what libraries mend: anything after a
//! closing quote. A bare CR is an ordinary character, and so is a quote inside an unquoted field. Knows nothing of
//! columns, encodings or numbers.

use std::ops::Range;

/// Columns that an extract may have. No more fields of a row are kept than tell that it has more.
pub(super) const MOST_COLUMNS: usize = 4096;

/// One field of a row: where its content stands, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Byte range of the content.
    pub content: Range<usize>,
    /// How it is written.
    pub form: FieldForm,
}

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldForm {
    /// As it stands.
    Plain,
    /// In quotes, with doubled quotes inside.
    Doubled,
    /// In quotes, with something after the closing one.
    Broken,
}

/// Reads the rows of a block that holds whole rows only.
pub struct RowReader<'b> {
    bytes: &'b [u8],
    at: usize,
    separators: Separators<'b>,
}

impl<'b> RowReader<'b> {
    /// Rows of `bytes`, which begin with a row and end with one.
    #[must_use]
    pub fn new(bytes: &'b [u8], delimiter: u8) -> Self {
        Self { bytes, at: 0, separators: Separators::new(bytes, delimiter) }
    }

    /// Puts the fields of the next row into `fields` (the first 4097 where it has more) and gives the row's byte range,
    /// line end excluded; lines of no characters are passed over.
    pub fn next_row(&mut self, fields: &mut Vec<Field>) -> Option<Range<usize>> {
        loop {
            let rest = &self.bytes[self.at..];
            match rest {
                [] => return None,
                [b'\n', ..] => self.at += 1,
                [b'\r', b'\n', ..] => self.at += 2,
                _ => break,
            }
            self.separators.pass(self.at);
        }
        fields.clear();
        let start = self.at;
        loop {
            let quoted = self.bytes.get(self.at) == Some(&b'"');
            let (field, ended_row) = if quoted { self.quoted_field() } else { self.plain_field() };
            if fields.len() <= MOST_COLUMNS {
                fields.push(field);
            }
            if let Some(end) = ended_row {
                return Some(start..end);
            }
        }
    }

    /// A field that begins here without a quote; `Some(end of row)` where it is the row's last.
    fn plain_field(&mut self) -> (Field, Option<usize>) {
        let start = self.at;
        let (end, row_end) = self.run_to_separator();
        (Field { content: start..end, form: FieldForm::Plain }, row_end)
    }

    /// Goes past the next delimiter or line end: where the field ends, and the row if it does.
    #[inline]
    fn run_to_separator(&mut self) -> (usize, Option<usize>) {
        let start = self.at;
        let Some(stop) = self.separators.next() else {
            self.at = self.bytes.len();
            return (self.at, Some(self.at));
        };
        let is_line_end = self.bytes[stop] == b'\n';
        // The CR of a CRLF belongs to the line end.
        let end = if is_line_end && stop > start && self.bytes[stop - 1] == b'\r' { stop - 1 } else { stop };
        self.at = stop + 1;
        (end, is_line_end.then_some(end))
    }

    /// A field that begins here with a quote.
    fn quoted_field(&mut self) -> (Field, Option<usize>) {
        let start = self.at + 1;
        let mut form = FieldForm::Plain;
        let mut from = start;
        // An unclosed quote never gets here: the block's rows are whole.
        let close = loop {
            match memchr::memchr(b'"', &self.bytes[from..]) {
                Some(found) if self.bytes.get(from + found + 1) == Some(&b'"') => {
                    form = FieldForm::Doubled;
                    from += found + 2;
                }
                Some(found) => break from + found,
                None => break self.bytes.len(),
            }
        };
        self.at = (close + 1).min(self.bytes.len());
        let after = self.at;
        self.separators.pass(after);
        let (end, row_end) = self.run_to_separator();
        if end > after {
            form = FieldForm::Broken;
        }
        (Field { content: start..close, form }, row_end)
    }
}

/// Where delimiters and line ends stand, in quotes or not. Looked for in 64 bytes at once: cells are so short that a
/// search for each takes longer to begin than to find.
struct Separators<'b> {
    bytes: &'b [u8],
    delimiter: u8,
    /// Where those 64 bytes begin.
    window: usize,
    /// A bit for each separator among them that is still to come.
    found: u64,
}

impl<'b> Separators<'b> {
    fn new(bytes: &'b [u8], delimiter: u8) -> Self {
        Self { bytes, delimiter, window: 0, found: separators(bytes, delimiter) }
    }

    /// The next one; `None` where there are no more.
    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.window += WINDOW;
            self.found = separators(self.bytes.get(self.window..)?, self.delimiter);
        }
        let at = self.window + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(at)
    }

    /// Passes over those before `at`, which is not before the last one given.
    fn pass(&mut self, at: usize) {
        if at - self.window < WINDOW {
            self.found &= u64::MAX << (at - self.window);
        } else {
            self.window = at;
            self.found = separators(&self.bytes[at..], self.delimiter);
        }
    }
}

/// Bytes that [`separators`] looks at.
const WINDOW: usize = u64::BITS as usize;

/// A bit for each of the first 64 bytes that is a separator, the lowest for the first.
#[inline(never)] // so that what is done for each cell stays small
fn separators(bytes: &[u8], delimiter: u8) -> u64 {
    let is_separator = |byte: u8| u8::from(byte == delimiter) | u8::from(byte == b'\n');
    match bytes.first_chunk::<WINDOW>() {
        Some(window) => {
            let found: [u8; WINDOW] = std::array::from_fn(|at| is_separator(window[at]));
            found.as_chunks().0.iter().rev().fold(0, |bits, &eight| bits << 8 | bits_of(eight))
        }
        None => bytes.iter().rev().fold(0, |bits, &byte| bits << 1 | u64::from(is_separator(byte))),
    }
}

/// The bits that eight bytes, each 0 or 1, make; the lowest is the first's.
fn bits_of(eight: [u8; 8]) -> u64 {
    // Moves each byte's bit to its place among the highest eight; no two come to lie on one another.
    u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Where the whole rows of a piece of a file end.
#[derive(Debug, PartialEq, Eq)]
pub struct Split {
    /// Just after the last line end that ends a row.
    pub end: usize,
    /// Where a quote stands that is not closed in this piece, if one does.
    pub open_quote: Option<usize>,
}

/// Finds where the whole rows end in `bytes`, which begin with a row. `is_last` says that nothing follows.
#[must_use]
pub fn split_rows(bytes: &[u8], delimiter: u8, is_last: bool) -> Split {
    let line_ends_before =
        |to: usize, from: usize| memchr::memrchr(b'\n', &bytes[from..to]).map(|found| from + found + 1);
    let mut end = 0;
    // Behind the last quoted field.
    let mut unquoted_from = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'"', &bytes[at..]) {
        let position = at + found;
        at = position + 1;
        let opens = position.checked_sub(1).is_none_or(|before| [b'\n', delimiter].contains(&bytes[before]));
        if !opens {
            continue;
        }
        end = line_ends_before(position, unquoted_from).unwrap_or(end);
        loop {
            let Some(found) = memchr::memchr(b'"', &bytes[at..]) else {
                return Split { end, open_quote: Some(position) };
            };
            at += found + 1;
            match bytes.get(at) {
                Some(b'"') => at += 1,
                // The next byte decides whether this quote closes or is doubled.
                None if !is_last => return Split { end, open_quote: Some(position) },
                _ => break,
            }
        }
        unquoted_from = at;
    }
    end = line_ends_before(bytes.len(), unquoted_from).unwrap_or(end);
    Split { end: if is_last { bytes.len() } else { end }, open_quote: None }
}
