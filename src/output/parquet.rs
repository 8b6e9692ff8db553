//! Writing Parquet: exact types, the run's metadata, the same bytes whatever the number of threads.

use super::Hashing;
use super::step::Staged;
use crate::error::{Error, Result};
use crate::identity::Pseudonym;
use crate::programme::{Programme, RulesApproval};
use crate::untrusted::tells_of_memory;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// What stands in the file metadata of every Parquet output of a run, `udpeg.<name>`.
#[derive(Debug, Clone)]
pub struct RunMetadata {
    entries: Vec<(&'static str, String)>,
}

impl RunMetadata {
    /// Format, period, day, key id and programme.
    #[must_use]
    pub fn new(programme: &Programme, key_id: &str) -> Self {
        Self {
            entries: vec![
                ("udpeg.format", "1".to_owned()),
                ("udpeg.period", programme.period.clone()),
                ("udpeg.as_of", programme.as_of.to_string()),
                ("udpeg.key_id", key_id.to_owned()),
                ("udpeg.programme", programme.sha256.clone()),
            ],
        }
    }

    /// The same, with the points system and whether it was approved.
    #[must_use]
    pub fn with_rules(mut self, programme: &Programme) -> Self {
        let RulesApproval { sha256, status } = programme.rules_approval();
        self.entries.push(("udpeg.rules", sha256));
        self.entries.push(("udpeg.rules_status", status.as_str().to_owned()));
        self
    }

    /// The same, of one department's delivery.
    #[must_use]
    pub fn of_department(programme: &Programme, key_id: &str, department: &str) -> Self {
        let mut metadata = Self::new(programme, key_id);
        metadata.entries.push(("udpeg.department", department.to_owned()));
        metadata.entries.push(("udpeg.age_bands", programme.age_bands.to_text()));
        metadata.entries.extend(programme.dates_leave.metadata().map(|value| ("udpeg.dates", value.to_owned())));
        metadata
    }

    /// The same with a further entry, or another value of one that is there.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        match self.entries.iter_mut().find(|(known, _)| *known == name) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((name, value)),
        }
        self
    }

    /// The keys whose values are not these among a file's entries.
    #[must_use]
    pub fn differing(&self, entries: &HashMap<String, String>) -> Vec<&'static str> {
        self.entries.iter().filter(|(key, value)| entries.get(*key) != Some(value)).map(|(key, _)| *key).collect()
    }
}

/// Rows of a row group, the last of a file excepted: few enough to keep some in memory, enough to compress well.
const ROW_GROUP_ROWS: usize = 1 << 17;

/// Row groups encoded at a time; bounds memory.
const ROW_GROUPS_AT_A_TIME: usize = 4;

/// One column of a table to be written, made from chunks `C` of the table's rows.
pub struct Column<'a, C> {
    field: Field,
    encoding: Encoding,
    compression: Compression,
    values: Box<dyn Fn(&C) -> ArrayRef + Send + Sync + 'a>,
}

impl<'a, C> Column<'a, C> {
    /// A column whose `values` gives its values in a chunk of rows, in the field's type.
    pub fn new(field: Field, values: impl Fn(&C) -> ArrayRef + Send + Sync + 'a) -> Self {
        let compression = Compression::ZSTD(ZstdLevel::default());
        Self { field, encoding: Encoding::PLAIN, compression, values: Box::new(values) }
    }

    /// A column of pseudonyms that only other programs read, as `values` gives them by [`hex_column`]: their lengths stand
    /// before them all, so that compression finds nothing but hex digits.
    pub fn of_pseudonyms(name: &str, is_nullable: bool, values: impl Fn(&C) -> ArrayRef + Send + Sync + 'a) -> Self {
        let field = Field::new(name, DataType::Utf8, is_nullable);
        Self { encoding: Encoding::DELTA_LENGTH_BYTE_ARRAY, ..Self::new(field, values) }
    }

    /// The same, not compressed: for columns that are written for everybody and would cost more time than they save room.
    #[must_use]
    pub fn uncompressed(self) -> Self {
        Self { compression: Compression::UNCOMPRESSED, ..self }
    }
}

/// Writes a table of `rows` rows as a Parquet file into a staged folder; gives its SHA-256 and its rows. `chunk` gives
/// any range of rows.
///
/// Row groups have a fixed number of rows and columns are made and encoded in parallel, each on its own, and written in
/// order: the bytes do not depend on the number of threads.
///
/// # Errors
///
/// [`Error::File`] where it cannot be written, and what `chunk` fails with.
pub fn write_table<C: Sync>(
    folder: &Staged,
    name: &str,
    metadata: &RunMetadata,
    rows: usize,
    chunk: impl Fn(Range<usize>) -> Result<C> + Sync,
    columns: &[Column<'_, C>],
) -> Result<(String, u64)> {
    let path = folder.place().join(name);
    let file = folder.create(name)?;
    let sha256 = encode_table(file, metadata, rows, chunk, columns).map_err(|error| failed(&path, error))?;
    Ok((sha256, rows as u64))
}

fn encode_table<C: Sync>(
    file: File,
    metadata: &RunMetadata,
    rows: usize,
    chunk: impl Fn(Range<usize>) -> Result<C> + Sync,
    columns: &[Column<'_, C>],
) -> std::result::Result<String, ParquetError> {
    let fields: Vec<Field> = columns.iter().map(|column| column.field.clone()).collect();
    let properties = Arc::new(properties(columns, metadata));
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let parquet_schema = ArrowSchemaConverter::new().convert(&schema)?;
    let mut writer = SerializedFileWriter::new(Hashing::new(file), parquet_schema.root_schema_ptr(), properties)?;
    let row_groups = ArrowRowGroupWriterFactory::new(&writer, schema);
    let starts: Vec<usize> = (0..rows).step_by(ROW_GROUP_ROWS).collect();
    let mut ready = Vec::new();
    for (turn, starts) in starts.chunks(ROW_GROUPS_AT_A_TIME).enumerate() {
        let encode = |(at, &start): (usize, &usize)| {
            let rows = start..rows.min(start + ROW_GROUP_ROWS);
            let count = rows.len();
            let chunk = chunk(rows).map_err(|error| ParquetError::External(Box::new(error)))?;
            let writers = row_groups.create_column_writers(turn * ROW_GROUPS_AT_A_TIME + at)?;
            columns
                .par_iter()
                .zip(writers)
                .map(|(column, writer)| encode_chunk(column, writer, &chunk, count))
                .collect()
        };
        let encode =
            || starts.par_iter().enumerate().map(encode).collect::<std::result::Result<Vec<_>, ParquetError>>();
        // While these are encoded, those before are written.
        let (next, written) = rayon::join(encode, || append(&mut writer, ready));
        written?;
        ready = next?;
    }
    append(&mut writer, ready)?;
    writer.finish()?;
    Ok(writer.inner().sha256())
}

fn properties<C>(columns: &[Column<'_, C>], metadata: &RunMetadata) -> WriterProperties {
    let entries = metadata.entries.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone())).collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(entries))
        .set_created_by(concat!("udpeg ", env!("CARGO_PKG_VERSION")).to_owned());
    // Text is mostly pseudonyms, which a dictionary only makes longer; columns of few words come as dictionaries. Of
    // neither do the smallest and largest tell anything.
    let is_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::Dictionary(..));
    let texts = columns.iter().filter(|column| is_text(column.field.data_type()));
    let properties = texts.fold(properties, |properties, Column { field, encoding, compression, .. }| {
        let column = ColumnPath::from(field.name().as_str());
        let is_of_few_words = matches!(field.data_type(), DataType::Dictionary(..));
        let properties = properties.set_column_dictionary_enabled(column.clone(), is_of_few_words);
        let properties = properties.set_column_encoding(column.clone(), *encoding);
        let properties = properties.set_column_compression(column.clone(), *compression);
        properties.set_column_statistics_enabled(column, EnabledStatistics::None)
    });
    properties.build()
}

/// Makes and encodes the `count` rows that one column has in a chunk; touches no file.
fn encode_chunk<C>(
    column: &Column<'_, C>,
    mut writer: ArrowColumnWriter,
    chunk: &C,
    count: usize,
) -> std::result::Result<ArrowColumnChunk, ParquetError> {
    let values = (column.values)(chunk);
    if values.len() != count || values.data_type() != column.field.data_type() {
        return Err(ParquetError::General(format!("column {} is not as it should be", column.field.name())));
    }
    // Every column is one leaf, lists too.
    for leaf in compute_leaves(&column.field, &values)? {
        writer.write(&leaf)?;
    }
    writer.close()
}

/// Writes encoded row groups, in order.
fn append(
    writer: &mut SerializedFileWriter<Hashing<File>>,
    row_groups: Vec<Vec<ArrowColumnChunk>>,
) -> std::result::Result<(), ParquetError> {
    for chunks in row_groups {
        let mut row_group = writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
    }
    Ok(())
}

fn failed(path: &std::path::Path, error: ParquetError) -> Error {
    if tells_of_memory(&error.to_string()) {
        return Error::no_memory();
    }
    let inner = match error {
        ParquetError::External(inner) => inner,
        other => Box::new(other),
    };
    if let Some(io) = inner.downcast_ref::<std::io::Error>() {
        return Error::io(path, "write", io);
    }
    match inner.downcast::<Error>() {
        Ok(ours) => *ours,
        Err(other) => Error::file(
            path,
            format!("could not write it: {other}"),
            "check the disk and run again; nothing half is left behind",
        ),
    }
}

/// A column of `count` pseudonyms in their written form, null where there is none.
#[must_use]
pub fn hex_column(count: usize, pseudonyms: impl Iterator<Item = Option<Pseudonym>>) -> ArrayRef {
    let mut text = Vec::with_capacity(count);
    let mut offsets = Vec::with_capacity(count + 1);
    let mut present = Vec::with_capacity(count);
    offsets.push(0_i32);
    // Not a loop: what is put together of pieces goes through them faster by itself.
    pseudonyms.for_each(|pseudonym| {
        if let Some(pseudonym) = pseudonym {
            text.push(pseudonym.to_hex());
        }
        let end = text.len() * Pseudonym::HEX_LENGTH;
        offsets.push(i32::try_from(end).expect("a row group's text is below 2 GiB"));
        present.push(pseudonym.is_some());
    });
    let nulls = Some(NullBuffer::from(present)).filter(|nulls| nulls.null_count() > 0);
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Arc::new(
        StringArray::try_new(offsets, Buffer::from_vec(text.into_flattened()), nulls)
            .expect("hex is UTF-8 and the offsets rise to its length"),
    )
}
