//! Reading Parquet that the program wrote, and that somebody may have changed since.

use crate::untrusted::{SteadyFile, read_row_groups, shape};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader};

/// Rows read at a time.
const BATCH_ROWS: usize = 1024;

/// What a Parquet file says about itself, with Parquet's own types, and its rows; `None` where it is none. To be called
/// where panics are caught: the library can panic on forged files.
pub(crate) fn read_batches(file: &SteadyFile) -> Option<(ArrowReaderMetadata, ParquetRecordBatchReader)> {
    shape::check_footer(file)?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(file, options).ok()?;
    shape::check_rows(file, metadata.metadata())?;
    let groups = 0..metadata.metadata().num_row_groups();
    for group in groups.clone() {
        shape::check_pages(file, metadata.metadata(), group)?;
    }
    let batches = read_row_groups(file, metadata.metadata(), groups, BATCH_ROWS)?;
    Some((metadata, batches))
}

/// What a file's metadata says under a key.
pub(crate) fn metadata_entry(metadata: &ArrowReaderMetadata, key: &str) -> Option<String> {
    let entries = metadata.metadata().file_metadata().key_value_metadata();
    entries.into_iter().flatten().find(|entry| entry.key == key)?.value.clone()
}
