//! The beginning of a file that no programme describes yet: how it seems to be written, its header, its first rows.

use super::block::{BLOCK_BYTES, BYTE_ORDER_MARK, Block, grow};
use super::conversion::{DELIMITER, Text};
use super::csv::{FieldForm, RowReader, split_rows};
use super::header::unquoted;
use super::input::{self, NamedFile};
use super::{normalised, recognise};
use crate::error::{Error, Result};
use crate::identity::would_be_masked;
use crate::programme::{Columns, DateFormat, Department, Encoding, FileFormat, Period, TypeList};
use crate::untrusted::SteadyFile;
use std::path::Path;
use zeroize::Zeroizing;

/// Rows that are looked at.
const MOST_ROWS: usize = 5000;

/// What may stand between fields, the likeliest first.
const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// The beginning of a file. Holds raw cells, which are overwritten when it is dropped.
#[derive(Debug)]
pub struct Sample {
    /// What stands between fields; `None` where the file is no text.
    pub delimiter: Option<u8>,
    /// Its encoding; `None` where the file is no text.
    pub encoding: Option<Encoding>,
    /// Whether nothing speaks against that encoding.
    pub is_encoding_certain: bool,
    /// The column names, normalised. None of them looks like data.
    pub header: Vec<String>,
    /// The first rows that have as many fields as the header, trimmed.
    pub rows: Vec<Zeroizing<Vec<String>>>,
}

impl Sample {
    /// Looks at the beginning of a file, and for its encoding at all of it.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be read, its delimiter cannot be told, or it has no header.
    pub fn read(path: &Path) -> Result<Self> {
        let department = undescribed();
        let (kind, _) = input::kind(path, &department)?;
        let mut file = NamedFile { path: path.to_path_buf(), name: String::new(), delimiter: DELIMITER, kind };
        let (bytes, is_whole) = beginning(&file, &department)?;
        let recognised = kind.is_text().then(|| recognise::encoding(&file, &department));
        let is_encoding_certain = !matches!(recognised, Some(Err(_)));
        let encoding = recognised.map(|recognised| recognised.unwrap_or_else(|_| likeliest(&bytes)));
        if encoding.is_some() {
            file.delimiter = delimiter(&bytes, is_whole).ok_or_else(|| {
                Error::file(
                    path,
                    "what stands between its fields cannot be told",
                    "look at its first lines: `;`, `,`, a tab or `|` should stand between at least three fields of each row",
                )
            })?;
        }
        let mut rows = decoded(&bytes, is_whole, file.delimiter, encoding.unwrap_or(Encoding::Utf8)).into_iter();
        let header: Vec<String> =
            rows.next().ok_or_else(|| super::header::empty(&file))?.iter().map(|name| normalised(name)).collect();
        if header.iter().any(|name| looks_like_data(name)) {
            return Err(Error::file(
                path,
                "its first line is no header: it holds numbers or dates",
                "deliver it with a header, the names of its columns",
            ));
        }
        let rows = rows.filter(|row| row.len() == header.len()).collect();
        Ok(Self { delimiter: encoding.map(|_| file.delimiter), encoding, is_encoding_certain, header, rows })
    }

    /// The cells of one column that hold anything.
    pub fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(column)).map(String::as_str).filter(|cell| !cell.is_empty())
    }
}

/// A department of which nothing is known.
fn undescribed() -> Department {
    let period = Period::Days { start: String::new(), end: String::new() };
    let columns = Columns { persons: Vec::new(), kind: String::new(), period, record: None, child: None };
    let format = FileFormat { encoding: None, ..FileFormat::new(DateFormat::iso()) };
    Department { id: String::new(), input: Vec::new(), format, types: TypeList::default(), columns }
}

/// The first bytes of a text, a byte-order mark passed over, and whether they are all there is.
fn beginning(file: &NamedFile, department: &Department) -> Result<(Block, bool)> {
    let mut text = Text::open(file, &SteadyFile::open(&file.path)?, department)?;
    let mut bytes = Block::default();
    while bytes.len() < BLOCK_BYTES {
        let Some(chunk) = recognise::next(&mut text, file)? else {
            return Ok((without_mark(bytes), true));
        };
        grow(&mut bytes, chunk.len(), BLOCK_BYTES);
        bytes.extend_from_slice(&chunk);
    }
    Ok((without_mark(bytes), false))
}

fn without_mark(mut bytes: Block) -> Block {
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    bytes
}

/// The likelier of the usual encodings, where some rows speak for another than the rest: an export can have a few broken
/// letters.
fn likeliest(bytes: &[u8]) -> Encoding {
    let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_ascii());
    let (utf8, other): (Vec<_>, Vec<_>) = lines.partition(|line| std::str::from_utf8(line).is_ok());
    if utf8.len() > other.len() { Encoding::Utf8 } else { Encoding::Windows1252 }
}

/// What stands between most fields, if nearly all rows agree on how many there are.
fn delimiter(bytes: &[u8], is_whole: bool) -> Option<u8> {
    let fields_of_rows = |delimiter: u8| -> Option<usize> {
        let end = split_rows(bytes, delimiter, is_whole).end;
        let mut reader = RowReader::new(&bytes[..end], delimiter);
        let mut fields = Vec::new();
        reader.next_row(&mut fields)?;
        let width = fields.len();
        let (mut rows, mut same) = (0, 0);
        while rows < MOST_ROWS && reader.next_row(&mut fields).is_some() {
            rows += 1;
            same += usize::from(fields.len() == width);
        }
        (width >= 3 && same * 10 >= rows * 9).then_some(width)
    };
    let widths = DELIMITERS.into_iter().filter_map(|delimiter| Some((fields_of_rows(delimiter)?, delimiter)));
    // Of several with as many fields the likeliest.
    widths.rev().max_by_key(|(width, _)| *width).map(|(_, delimiter)| delimiter)
}

/// Header and rows, each cell trimmed; rows that cannot be read are left out.
fn decoded(bytes: &[u8], is_whole: bool, delimiter: u8, encoding: Encoding) -> Vec<Zeroizing<Vec<String>>> {
    let end = split_rows(bytes, delimiter, is_whole).end;
    let mut reader = RowReader::new(&bytes[..end], delimiter);
    let mut fields = Vec::new();
    let mut rows = Vec::new();
    let mut scratch = Zeroizing::new(String::new());
    while rows.len() <= MOST_ROWS && reader.next_row(&mut fields).is_some() {
        let mut cell = |content: &[u8], form| -> Option<String> {
            let content = unquoted(content, form);
            encoding.decode(&content, &mut scratch).map(|text| text.trim().to_owned())
        };
        let mut cells = Zeroizing::new(Vec::with_capacity(fields.len()));
        let readable = fields.iter().filter(|field| field.form != FieldForm::Broken);
        let is_whole = readable.map(|field| cell(&bytes[field.content.clone()], field.form)).try_for_each(|cell| {
            cells.push(cell?);
            Some(())
        });
        rows.extend(is_whole.map(|()| cells));
    }
    rows
}

/// Whether the name of a column looks like a cell of a row: then the file has no header, and its first line is about a
/// person.
fn looks_like_data(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    would_be_masked(name) || digits >= 6 || (digits > 0 && digits == name.len())
}
