//! What a Parquet file claims of itself, held against what can be, before a library believes it.
//!
//! A few bytes can claim a page of two gigabytes, thousands of nested columns or four thousand million rows; a library
//! that makes room for them ends the process. Names of structs and fields are those of the Parquet format's
//! `parquet.thrift`.

use super::SteadyFile;
use super::thrift::{Compact, Kind};
use parquet::basic::Type;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::ChunkReader;

/// The longest footer that is read; a nation's has less than a hundredth.
const MOST_FOOTER_BYTES: u64 = 16 << 20;

/// Columns, lists and their items counted.
const MOST_SCHEMA_ELEMENTS: usize = 10_000;

/// Columns within columns, the file itself counted; a list of texts makes four.
const DEEPEST_SCHEMA: usize = 8;

/// The longest page, unpacked. Writers begin a new page at about one mebibyte, or at the end of a row group.
const MOST_PAGE_BYTES: i64 = 8 << 20;

/// The longest page of distinct words, unpacked. Writers do without such a page at about one mebibyte.
const MOST_DICTIONARY_BYTES: i64 = 2 << 20;

/// The longest head of a page; it can hold the smallest and the largest value.
const MOST_PAGE_HEAD_BYTES: u64 = 1 << 16;

/// Rows that any file may have, and those for each of its bytes. Ten years of weekly rows of one benefit, as regular as
/// can be, take a sixth of a byte each.
const ROWS_OF_ANY_FILE: u64 = 1 << 20;
const ROWS_FOR_EACH_BYTE: u64 = 32;

/// Rows read at a time, and bytes of one column that these may have.
const MOST_BATCH_ROWS: usize = 8192;
const MOST_BATCH_BYTES: usize = 16 << 20;

/// Looks a footer over: nothing in it makes a library that reads it allocate more than a few times its length, or
/// descend deeper than [`DEEPEST_SCHEMA`]. `None` where it is not so, or there is no footer.
pub(crate) fn check_footer(file: &SteadyFile) -> Option<()> {
    const TAIL_BYTES: u64 = 8;
    let tail_at = file.length().checked_sub(TAIL_BYTES)?;
    let tail = file.get_bytes(tail_at, 8).ok()?;
    let (length, mark) = tail.split_first_chunk::<4>()?;
    let length = u64::from(u32::from_le_bytes(*length));
    if mark != b"PAR1" || length > MOST_FOOTER_BYTES {
        return None;
    }
    let footer = file.get_bytes(tail_at.checked_sub(length)?, usize::try_from(length).ok()?).ok()?;
    // FileMetaData
    Compact::new(&footer).fields(|rest, number, kind| match (number, kind) {
        (2, Kind::List) => check_schema(rest),
        (1, Kind::I32) | (3, Kind::I64) | (4 | 5 | 7, Kind::List) | (6 | 9, Kind::Binary) | (8, Kind::Struct) => {
            rest.skip(kind)
        }
        _ => None,
    })
}

/// The schema is a tree, written as a list: each element is followed by its children.
fn check_schema(rest: &mut Compact<'_>) -> Option<()> {
    let elements = rest.list_of(Kind::Struct).filter(|&elements| elements <= MOST_SCHEMA_ELEMENTS)?;
    // How many children the elements above still wait for.
    let mut awaited: Vec<usize> = Vec::new();
    for element in 0..elements {
        let mut children = 0;
        // SchemaElement
        rest.fields(|rest, number, kind| match (number, kind) {
            (5, Kind::I32) => {
                children = rest.integer().and_then(|children| usize::try_from(children).ok())?;
                Some(())
            }
            (1..=3 | 6..=9, Kind::I32) | (4, Kind::Binary) | (10, Kind::Struct) => rest.skip(kind),
            _ => None,
        })?;
        match awaited.last_mut() {
            Some(of_parent) => *of_parent -= 1,
            None if element == 0 => {}
            None => return None,
        }
        awaited.push(children);
        if children > elements || awaited.len() > DEEPEST_SCHEMA {
            return None;
        }
        while awaited.last() == Some(&0) {
            awaited.pop();
        }
    }
    awaited.is_empty().then_some(())
}

/// Whether the rows that the footer claims can be in a file of this length, and are those of its row groups.
pub(crate) fn check_rows(file: &SteadyFile, metadata: &ParquetMetaData) -> Option<()> {
    let of_groups = metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).ok());
    let rows = of_groups.sum::<Option<u64>>()?;
    let most = ROWS_OF_ANY_FILE.saturating_add(file.length().saturating_mul(ROWS_FOR_EACH_BYTE));
    let claimed = u64::try_from(metadata.file_metadata().num_rows()).ok()?;
    (rows == claimed && rows <= most).then_some(())
}

/// Looks the pages of a row group over: none is larger than any that is written, all are encoded in a way that takes no
/// more room than it claims, and columns without lists have as many values as the row group has rows.
///
/// Gives how many rows can be decoded at a time without any column taking much more than [`MOST_BATCH_BYTES`]; `None`
/// where a page is not so.
pub(crate) fn check_pages(file: &SteadyFile, metadata: &ParquetMetaData, group: usize) -> Option<usize> {
    let group = metadata.row_groups().get(group)?;
    let mut widest = 1;
    for column in group.columns() {
        let pages = Pages::read(file, column)?;
        let has_lists = column.column_descr().max_rep_level() > 0;
        if !has_lists && pages.values != group.num_rows() {
            return None;
        }
        if column.column_type() == Type::BYTE_ARRAY {
            widest = widest.max(pages.widest);
        }
    }
    Some((MOST_BATCH_BYTES / usize::try_from(widest).ok()?).clamp(1, MOST_BATCH_ROWS))
}

/// What the heads of a column's pages say.
#[derive(Debug, Default)]
struct Pages {
    /// Values of the data pages, nulls counted.
    values: i64,
    /// Bytes that a value takes at most: of one that is a word of the dictionary, the whole dictionary, of others the
    /// page's mean, since a page is read whole.
    widest: i64,
}

impl Pages {
    fn read(file: &SteadyFile, column: &ColumnChunkMetaData) -> Option<Self> {
        let mut pages = Self::default();
        let (mut at, mut left) = column.byte_range();
        while left > 0 {
            let (head_bytes, head) = read_head(file, at, left)?;
            let page_bytes = u64::try_from(head.packed).ok()?;
            at = at.checked_add(head_bytes)?.checked_add(page_bytes)?;
            left = left.checked_sub(head_bytes)?.checked_sub(page_bytes)?;
            pages.add(&head)?;
        }
        Some(pages)
    }

    fn add(&mut self, head: &PageHead) -> Option<()> {
        /// Values as they are, positions in a dictionary (by its old and its new name), runs of truth values, and texts
        /// behind their lengths, which `pages` looks at. The others can claim room for more values than they have.
        const ENCODINGS: [i64; 5] = [0, 2, 3, 6, 8];
        let most = if head.is_dictionary { MOST_DICTIONARY_BYTES } else { MOST_PAGE_BYTES };
        // Either may be the length in memory: a page need not be packed.
        let bytes = head.packed.max(head.unpacked);
        let is_possible = bytes <= most
            && head.unpacked >= 0
            && ENCODINGS.contains(&head.encoding)
            && head.values >= 0
            && (!head.is_dictionary || head.values <= bytes);
        if !is_possible {
            return None;
        }
        let width = if head.is_dictionary { bytes } else { bytes / head.values.max(1) };
        self.widest = self.widest.max(width);
        if !head.is_dictionary {
            self.values = self.values.checked_add(head.values)?;
        }
        Some(())
    }
}

/// The head of a page, as far as sizes go.
#[derive(Debug, Default)]
struct PageHead {
    is_dictionary: bool,
    packed: i64,
    unpacked: i64,
    values: i64,
    encoding: i64,
}

/// The head that stands at a position, and its length; `left` bytes of the column are left there.
fn read_head(file: &SteadyFile, at: u64, left: u64) -> Option<(u64, PageHead)> {
    const USUAL_BYTES: u64 = 1 << 10;
    let read = |bytes: u64| {
        let bytes = file.get_bytes(at, usize::try_from(bytes.min(left)).ok()?).ok()?;
        let mut rest = Compact::new(&bytes);
        let head = PageHead::read(&mut rest)?;
        Some(((bytes.len() - rest.left()) as u64, head))
    };
    read(USUAL_BYTES).or_else(|| read(MOST_PAGE_HEAD_BYTES))
}

impl PageHead {
    fn read(rest: &mut Compact<'_>) -> Option<Self> {
        const DATA: i64 = 0;
        const DICTIONARY: i64 = 2;
        const DATA_2: i64 = 3;
        let mut head = Self::default();
        let mut kind_of_page = None;
        let mut described_as = None;
        // PageHeader
        rest.fields(|rest, number, kind| {
            match (number, kind) {
                (1, Kind::I32) => kind_of_page = Some(rest.integer()?),
                (2, Kind::I32) => head.unpacked = rest.integer()?,
                (3, Kind::I32) => head.packed = rest.integer()?,
                (4, Kind::I32) => rest.skip(kind)?,
                (5 | 7 | 8, Kind::Struct) if described_as.is_none() => {
                    described_as = Some(number);
                    head.read_values(rest, number)?;
                }
                _ => return None,
            }
            Some(())
        })?;
        head.is_dictionary = kind_of_page == Some(DICTIONARY);
        let fits = matches!(
            (kind_of_page, described_as),
            (Some(DATA), Some(5)) | (Some(DICTIONARY), Some(7)) | (Some(DATA_2), Some(8))
        );
        let is_32_bits = |number: i64| i32::try_from(number).is_ok();
        (fits && is_32_bits(head.packed) && is_32_bits(head.unpacked) && is_32_bits(head.values)).then_some(head)
    }

    /// `DataPageHeader` (field 5), `DictionaryPageHeader` (7) or `DataPageHeaderV2` (8).
    fn read_values(&mut self, rest: &mut Compact<'_>, described_as: i64) -> Option<()> {
        let (numbers, truth, statistics, encoding) = match described_as {
            5 => (1..=4, 0, 5, 2),
            7 => (1..=2, 3, 0, 2),
            _ => (1..=6, 7, 8, 4),
        };
        rest.fields(|rest, number, kind| {
            match kind {
                Kind::I32 if number == 1 => self.values = rest.integer()?,
                Kind::I32 if number == encoding => self.encoding = rest.integer()?,
                Kind::I32 if numbers.contains(&number) => rest.skip(kind)?,
                Kind::Truth if number == truth => {}
                Kind::Struct if number == statistics => rest.skip(kind)?,
                _ => return None,
            }
            Some(())
        })
    }
}
