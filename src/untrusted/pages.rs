//! Pages that are looked at once they are unpacked, before anything in them is decoded.
//!
//! Texts whose lengths stand before them all (`DELTA_LENGTH_BYTE_ARRAY`) begin with how many they are. A library makes
//! room for so many; this sees that they are no more than the page has values.

use super::SteadyFile;
use super::thrift::Compact;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels};
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use std::ops::Range;
use std::sync::Arc;

/// Reads row groups with Parquet's own types, so many rows at a time; their pages must be such as
/// [`check_pages`](super::shape::check_pages) lets pass. `None` where there is no such column.
pub(crate) fn read_row_groups(
    file: &SteadyFile,
    metadata: &Arc<ParquetMetaData>,
    groups: Range<usize>,
    batch_rows: usize,
) -> Option<ParquetRecordBatchReader> {
    let schema = metadata.file_metadata().schema_descr();
    let levels = parquet_to_arrow_field_levels(schema, ProjectionMask::all(), None).ok()?;
    let groups = Watched { file: Arc::new(file.clone()), metadata: Arc::clone(metadata), groups };
    ParquetRecordBatchReader::try_new_with_row_groups(&levels, &groups, batch_rows, None).ok()
}

/// Row groups of a file.
#[derive(Clone)]
struct Watched {
    file: Arc<SteadyFile>,
    metadata: Arc<ParquetMetaData>,
    groups: Range<usize>,
}

impl RowGroups for Watched {
    fn num_rows(&self) -> usize {
        self.row_groups().map(|group| usize::try_from(group.num_rows()).unwrap_or(0)).sum()
    }

    fn column_chunks(&self, column: usize) -> Result<Box<dyn PageIterator>> {
        Ok(Box::new(Chunks { of: self.clone(), column }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups()[self.groups.clone()].iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// A column's part of each row group.
struct Chunks {
    of: Watched,
    column: usize,
}

impl Iterator for Chunks {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let group = self.of.metadata.row_group(self.of.groups.next()?);
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let chunk = group.column(self.column);
        let pages = SerializedPageReader::new(Arc::clone(&self.of.file), chunk, rows, None);
        Some(pages.map(|pages| Box::new(Pages::new(pages, chunk)) as Box<dyn PageReader>))
    }
}

impl PageIterator for Chunks {}

/// The pages of a column's part of a row group.
struct Pages {
    unpacked: SerializedPageReader<SteadyFile>,
    has_lists: bool,
    has_nulls: bool,
}

impl Pages {
    fn new(unpacked: SerializedPageReader<SteadyFile>, chunk: &ColumnChunkMetaData) -> Self {
        let column = chunk.column_descr();
        Self { unpacked, has_lists: column.max_rep_level() > 0, has_nulls: column.max_def_level() > 0 }
    }

    /// Whether a page has no more lengths than values, if it begins with lengths.
    fn is_possible(&self, page: &Page) -> bool {
        if page.encoding() != Encoding::DELTA_LENGTH_BYTE_ARRAY {
            return true;
        }
        // Of lists and of version 2 nobody writes such pages here.
        let Page::DataPage { buf, num_values, def_level_encoding: Encoding::RLE, .. } = page else { return false };
        let texts = if self.has_nulls { behind_levels(buf) } else { Some(buf.as_ref()) };
        let lengths = texts.filter(|_| !self.has_lists).and_then(lengths);
        lengths.is_some_and(|lengths| lengths <= u64::from(*num_values))
    }
}

/// What stands behind a page's levels, whose length in bytes stands before them.
fn behind_levels(page: &[u8]) -> Option<&[u8]> {
    let (length, rest) = page.split_first_chunk::<4>()?;
    rest.get(usize::try_from(u32::from_le_bytes(*length)).ok()?..)
}

/// How many lengths there are, as they say: the third number, behind those of a block's values and its parts.
fn lengths(texts: &[u8]) -> Option<u64> {
    let mut numbers = Compact::new(texts);
    numbers.variable()?;
    numbers.variable()?;
    numbers.variable()
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.unpacked.get_next_page()?;
        if page.as_ref().is_none_or(|page| self.is_possible(page)) {
            return Ok(page);
        }
        Err(ParquetError::General("a page claims more lengths than it has values".to_owned()))
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.unpacked.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.unpacked.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.unpacked.at_record_boundary()
    }
}
