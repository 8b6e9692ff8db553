//! Writing Parquet: exact types, the run's metadata, the same bytes whatever the number of threads.

use super::Hashing;
use super::step::Staged;
use crate::error::{Error, Result};
use crate::identity::Pseudonym;
use crate::programme::Programme;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
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

    /// The same, of one department's delivery.
    #[must_use]
    pub fn of_department(programme: &Programme, key_id: &str, department: &str) -> Self {
        let mut metadata = Self::new(programme, key_id);
        metadata.entries.push(("udpeg.department", department.to_owned()));
        metadata.entries.push(("udpeg.age_bands", programme.age_bands.to_text()));
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
}

/// Rows of a row group, the last of a file excepted: few enough to keep some in memory, enough to compress well.
const ROW_GROUP_ROWS: usize = 1 << 17;

/// Row groups encoded at a time; bounds memory.
const ROW_GROUPS_AT_A_TIME: usize = 4;

/// A Parquet file being written into a staged folder.
pub struct ParquetFile {
    path: PathBuf,
    schema: SchemaRef,
    writer: SerializedFileWriter<Hashing<File>>,
    row_groups: ArrowRowGroupWriterFactory,
    rows: u64,
}

impl ParquetFile {
    /// Creates the file.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be created.
    pub fn create(folder: &Staged, name: &str, fields: Vec<Field>, metadata: &RunMetadata) -> Result<Self> {
        let path = folder.place().join(name);
        let file = folder.create(name)?;
        let entries =
            metadata.entries.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone())).collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(entries))
            .set_created_by(concat!("udpeg ", env!("CARGO_PKG_VERSION")).to_owned());
        // Text is mostly pseudonyms, which a dictionary only makes longer and of which the smallest and largest tell
        // nothing; columns of few words come as dictionaries.
        let of_many_words = fields.iter().filter(|field| *field.data_type() == DataType::Utf8);
        let properties = of_many_words.fold(properties, |properties, field| {
            let column = ColumnPath::from(field.name().as_str());
            let properties = properties.set_column_dictionary_enabled(column.clone(), false);
            properties.set_column_statistics_enabled(column, EnabledStatistics::None)
        });
        let properties = properties.build();
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let parquet_schema = ArrowSchemaConverter::new().convert(&schema).map_err(|error| failed(&path, &error))?;
        let writer =
            SerializedFileWriter::new(Hashing::new(file), parquet_schema.root_schema_ptr(), Arc::new(properties))
                .map_err(|error| failed(&path, &error))?;
        let row_groups = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
        Ok(Self { path, schema, writer, row_groups, rows: 0 })
    }

    /// Writes `rows` rows, of which `columns` gives the columns of any range.
    ///
    /// Row groups have a fixed number of rows and are encoded in parallel, each on its own, and written in order: the
    /// bytes do not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where they cannot be written.
    pub fn write(&mut self, rows: usize, columns: impl Fn(Range<usize>) -> Vec<ArrayRef> + Sync) -> Result<()> {
        let starts: Vec<usize> = (0..rows).step_by(ROW_GROUP_ROWS).collect();
        let encoder = Encoder { schema: &self.schema, row_groups: &self.row_groups };
        let first = self.writer.flushed_row_groups().len();
        let mut ready = Vec::new();
        for (turn, starts) in starts.chunks(ROW_GROUPS_AT_A_TIME).enumerate() {
            let encode = |(at, &start): (usize, &usize)| {
                let row_group = first + turn * ROW_GROUPS_AT_A_TIME + at;
                encoder.encode(row_group, columns(start..rows.min(start + ROW_GROUP_ROWS)))
            };
            let encode = || starts.par_iter().enumerate().map(encode).collect::<std::result::Result<Vec<_>, _>>();
            // While these are encoded, those before are written.
            let (next, written) = rayon::join(encode, || append(&mut self.writer, ready));
            written.map_err(|error| failed(&self.path, &error))?;
            ready = next.map_err(|error| failed(&self.path, &error))?;
        }
        append(&mut self.writer, ready).map_err(|error| failed(&self.path, &error))?;
        self.rows += rows as u64;
        Ok(())
    }

    /// Finishes the file; gives its SHA-256 and its rows.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be written.
    pub fn finish(self) -> Result<(String, u64)> {
        let path = self.path;
        let hashing = self.writer.into_inner().map_err(|error| failed(&path, &error))?;
        Ok((hashing.finish(), self.rows))
    }
}

/// What encoding a row group needs; it touches no file.
struct Encoder<'f> {
    schema: &'f SchemaRef,
    row_groups: &'f ArrowRowGroupWriterFactory,
}

impl Encoder<'_> {
    fn encode(
        &self,
        row_group: usize,
        columns: Vec<ArrayRef>,
    ) -> std::result::Result<Vec<ArrowColumnChunk>, ParquetError> {
        let batch = RecordBatch::try_new(Arc::clone(self.schema), columns)?;
        let mut writers = self.row_groups.create_column_writers(row_group)?.into_iter();
        let mut tasks = Vec::with_capacity(batch.num_columns());
        for (field, column) in self.schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, column)? {
                let writer = writers.next();
                let writer = writer.ok_or_else(|| ParquetError::General("a column without a writer".to_owned()))?;
                tasks.push((leaf, writer));
            }
        }
        let encode = |(leaf, mut writer): (_, ArrowColumnWriter)| {
            writer.write(&leaf)?;
            writer.close()
        };
        tasks.into_par_iter().map(encode).collect()
    }
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

fn failed(path: &std::path::Path, error: &ParquetError) -> Error {
    if let ParquetError::External(inner) = error
        && let Some(io) = inner.downcast_ref::<std::io::Error>()
    {
        return Error::io(path, "write", io);
    }
    Error::file(
        path,
        format!("could not write it: {error}"),
        "check the disk and run again; nothing half is left behind",
    )
}

/// A column of pseudonyms in their written form, null where there is none.
#[must_use]
pub fn hex_column(pseudonyms: impl ExactSizeIterator<Item = Option<Pseudonym>>) -> ArrayRef {
    let count = pseudonyms.len();
    let mut text = Vec::with_capacity(count * Pseudonym::HEX_LENGTH);
    let mut offsets = Vec::with_capacity(count + 1);
    let mut present = Vec::with_capacity(count);
    offsets.push(0_i32);
    for pseudonym in pseudonyms {
        if let Some(pseudonym) = pseudonym {
            text.extend_from_slice(&pseudonym.to_hex());
        }
        offsets.push(i32::try_from(text.len()).expect("a row group's text is below 2 GiB"));
        present.push(pseudonym.is_some());
    }
    let nulls = Some(NullBuffer::from(present)).filter(|nulls| nulls.null_count() > 0);
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Arc::new(
        StringArray::try_new(offsets, Buffer::from_vec(text), nulls)
            .expect("hex is UTF-8 and the offsets rise to its length"),
    )
}
