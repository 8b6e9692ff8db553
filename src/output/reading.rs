//! Reading Parquet that the program wrote, and that somebody may have changed since.

use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use std::fs::File;

/// What a Parquet file says about itself, with Parquet's own types, and its rows; `None` where it is none. To be called
/// where panics are caught: the library can panic on forged files.
pub(crate) fn read_batches(file: File) -> Option<(ArrowReaderMetadata, ParquetRecordBatchReader)> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&file, options).ok()?;
    let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone()).build().ok()?;
    Some((metadata, batches))
}
