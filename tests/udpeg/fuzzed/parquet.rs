//! Parquet files for the delivery reader, written plainly so that their bytes can be mutated.

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};

/// How the pages of a file are written.
#[derive(Clone, Copy)]
pub(super) struct Pages {
    pub in_dictionaries: bool,
    pub behind_lengths: bool,
    pub version: WriterVersion,
    pub compression: Compression,
}

impl Pages {
    /// The values as they stand.
    pub(super) const PLAIN: Self = Self {
        in_dictionaries: false,
        behind_lengths: false,
        version: WriterVersion::PARQUET_1_0,
        compression: Compression::UNCOMPRESSED,
    };
}

/// A file of these columns, with a row group for each of `ends`, which rise to the number of rows.
pub(super) fn file(
    columns: Vec<(&str, ArrayRef)>,
    ends: &[usize],
    entries: &[(&str, String)],
    pages: Pages,
) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let entries = entries.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone())).collect();
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(entries))
        .set_created_by("udpeg".to_owned())
        .set_dictionary_enabled(pages.in_dictionaries)
        .set_writer_version(pages.version)
        .set_compression(pages.compression)
        .set_statistics_enabled(EnabledStatistics::None);
    let schema = batch.schema();
    let texts = schema.fields().iter().filter(|field| pages.behind_lengths && *field.data_type() == DataType::Utf8);
    let properties = texts.fold(properties, |properties, field| {
        properties.set_column_encoding(field.name().as_str().into(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
    });
    let properties = properties.build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a schema of Parquet");
    let mut start = 0;
    for &end in ends {
        writer.write(&batch.slice(start, end - start)).expect("memory can be written");
        writer.flush().expect("memory can be written");
        start = end;
    }
    writer.into_inner().expect("memory can be written")
}
