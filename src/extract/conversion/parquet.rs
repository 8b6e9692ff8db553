//! Parquet files, whoever wrote them.

use super::rows::{Cell, Role, RowWriter, roles};
use super::{Chunks, corrupt};
use crate::error::{Error, Result};
use crate::programme::Department;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use chrono_tz::Tz;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

/// Rows made into text at a time.
const BATCH_ROWS: usize = 1024;

/// Writes the rows of a Parquet file.
///
/// # Errors
///
/// [`Error::File`] where it is damaged, or has columns that are no plain values.
pub(super) fn convert(path: &Path, mut file: File, department: &Department, chunks: &Chunks) -> Result<()> {
    check_encryption(path, &mut file)?;
    let metadata = open(path, &file)?;
    check_compression(path, &metadata)?;
    let fields = metadata.schema().fields();
    let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
    let roles = roles(&department.columns, &names);
    let zones = fields.iter().zip(&roles).enumerate();
    let zones: Vec<Option<Zone>> =
        zones.map(|(at, (field, role))| check_type(path, at + 1, field.data_type(), *role)).collect::<Result<_>>()?;
    let mut writer = RowWriter::new(path, department, chunks);
    for name in &names {
        writer.cell(Cell::Text(name.as_bytes()), Role::Unused)?;
    }
    writer.end_row()?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
    let batches = builder.with_batch_size(BATCH_ROWS).build().map_err(|_| corrupt(path))?;
    for batch in batches {
        let batch = batch.map_err(|_| corrupt(path))?;
        for row in 0..batch.num_rows() {
            for ((column, role), zone) in batch.columns().iter().zip(&roles).zip(&zones) {
                writer.cell(cell(column.as_ref(), row, zone.as_ref()), *role)?;
            }
            writer.end_row()?;
        }
    }
    writer.finish()
}

/// The file's metadata, with types that are read: what Arrow says of its own types where it says so, texts as views, so that
/// a long one that is repeated is there once.
fn open(path: &Path, file: &File) -> Result<ArrowReaderMetadata> {
    let load = |options| ArrowReaderMetadata::load(file, options);
    let metadata = load(ArrowReaderOptions::new())
        .or_else(|_| load(ArrowReaderOptions::new().with_skip_arrow_metadata(true)))
        .map_err(|_| corrupt(path))?;
    let as_read = |field: &Arc<Field>| {
        let data_type = match field.data_type() {
            DataType::Dictionary(_, values) => values.as_ref(),
            plain => plain,
        };
        let data_type = match data_type {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => DataType::BinaryView,
            other => other.clone(),
        };
        Field::new(field.name(), data_type, field.is_nullable())
    };
    let fields: Vec<Field> = metadata.schema().fields().iter().map(as_read).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).or(Ok(metadata))
}

fn check_compression(path: &Path, metadata: &ArrowReaderMetadata) -> Result<()> {
    let columns = metadata.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns);
    let is_read = |compression: Compression| !matches!(compression, Compression::BROTLI(_) | Compression::LZO);
    if columns.map(ColumnChunkMetaData::compression).all(is_read) {
        return Ok(());
    }
    Err(Error::file(
        path,
        "it is packed with Brotli or LZO, which is not read",
        "write it with Snappy, gzip, LZ4 or Zstandard",
    ))
}

fn check_encryption(path: &Path, file: &mut File) -> Result<()> {
    let failed = |error: std::io::Error| Error::io(path, "read", &error);
    let mut begin = Vec::new();
    file.take(4).read_to_end(&mut begin).map_err(failed)?;
    file.rewind().map_err(failed)?;
    if begin == b"PARE" {
        return Err(Error::file(path, "it is encrypted", "write it without encryption"));
    }
    Ok(())
}

/// The time zone in which the moments of a column are days and times.
enum Zone {
    Fixed(FixedOffset),
    Named(Tz),
}

impl Zone {
    /// As Arrow has it: an offset such as `+01:00`, or a name.
    fn new(name: &str) -> Option<Self> {
        name.parse().map(Self::Fixed).or_else(|_| name.parse().map(Self::Named)).ok()
    }

    fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Fixed(offset) => moment.with_timezone(offset).naive_local(),
            Self::Named(zone) => moment.with_timezone(zone).naive_local(),
        }
    }
}

/// Refuses what is no plain value, and gives the time zone of a column of days that has one. Columns are told by their
/// position, from 1 on: their names may be anything.
fn check_type(path: &Path, column: usize, data_type: &DataType, role: Role) -> Result<Option<Zone>> {
    use DataType as T;
    match data_type {
        T::Timestamp(_, Some(name)) if role == Role::Day => {
            let zone = Zone::new(name).ok_or_else(|| {
                Error::file(
                    path,
                    format!("the time zone of its column {column} is not known"),
                    "deliver dates, or timestamps without a time zone",
                )
            })?;
            return Ok(Some(zone));
        }
        T::Null
        | T::Boolean
        | T::Utf8
        | T::LargeUtf8
        | T::Utf8View
        | T::Binary
        | T::LargeBinary
        | T::BinaryView
        | T::Int8
        | T::Int16
        | T::Int32
        | T::Int64
        | T::UInt8
        | T::UInt16
        | T::UInt32
        | T::UInt64
        | T::Float32
        | T::Float64
        | T::Decimal128(..)
        | T::Date32
        | T::Date64
        | T::Timestamp(..) => {}
        nested if nested.is_nested() => {
            return Err(Error::file(
                path,
                format!("its column {column} is nested: a list, a map or a structure"),
                "deliver a flat table, one value in each cell",
            ));
        }
        // What is not used does no harm.
        _ if role == Role::Unused => {}
        _ => {
            return Err(Error::file(
                path,
                format!("its column {column} is of a type that is not read ({data_type})"),
                "deliver texts, numbers, dates and timestamps, or leave the column out",
            ));
        }
    }
    Ok(None)
}

fn cell<'c>(column: &'c dyn Array, row: usize, zone: Option<&Zone>) -> Cell<'c> {
    use DataType as T;
    if column.is_null(row) {
        return Cell::Empty;
    }
    match column.data_type() {
        T::Utf8 => Cell::Text(column.as_string::<i32>().value(row).as_bytes()),
        T::LargeUtf8 => Cell::Text(column.as_string::<i64>().value(row).as_bytes()),
        T::Utf8View => Cell::Text(column.as_string_view().value(row).as_bytes()),
        T::Binary => Cell::Text(column.as_binary::<i32>().value(row)),
        T::LargeBinary => Cell::Text(column.as_binary::<i64>().value(row)),
        T::BinaryView => Cell::Text(column.as_binary_view().value(row)),
        T::Boolean => Cell::Truth(column.as_boolean().value(row)),
        T::Int8 => integer::<Int8Type>(column, row),
        T::Int16 => integer::<Int16Type>(column, row),
        T::Int32 => integer::<Int32Type>(column, row),
        T::Int64 => integer::<Int64Type>(column, row),
        T::UInt8 => integer::<UInt8Type>(column, row),
        T::UInt16 => integer::<UInt16Type>(column, row),
        T::UInt32 => integer::<UInt32Type>(column, row),
        T::UInt64 => integer::<UInt64Type>(column, row),
        T::Float32 => Cell::Float(f64::from(column.as_primitive::<Float32Type>().value(row))),
        T::Float64 => Cell::Float(column.as_primitive::<Float64Type>().value(row)),
        T::Decimal128(_, scale) => Cell::Decimal(column.as_primitive::<Decimal128Type>().value(row), *scale),
        T::Date32 => {
            let day = column.as_primitive::<Date32Type>().value_as_date(row);
            day.map_or(Cell::Error("no day"), Cell::Day)
        }
        T::Date64 => moment(column.as_primitive::<Date64Type>().value_as_datetime(row)),
        T::Timestamp(unit, _) => moment(timestamp(column, row, *unit).map(|moment| match zone {
            Some(zone) => zone.local(moment),
            None => moment.naive_utc(),
        })),
        // Refused when the file was opened, but in columns that are not used.
        _ => Cell::Error("(not read)"),
    }
}

fn integer<T: ArrowPrimitiveType<Native: Into<i128>>>(column: &dyn Array, row: usize) -> Cell<'_> {
    Cell::Integer(column.as_primitive::<T>().value(row).into())
}

fn moment(moment: Option<NaiveDateTime>) -> Cell<'static> {
    moment.map_or(Cell::Error("no day"), Cell::Moment)
}

/// In UTC, or as it stands where there is no time zone.
fn timestamp(column: &dyn Array, row: usize, unit: TimeUnit) -> Option<DateTime<Utc>> {
    match unit {
        TimeUnit::Second => DateTime::from_timestamp(column.as_primitive::<TimestampSecondType>().value(row), 0),
        TimeUnit::Millisecond => {
            DateTime::from_timestamp_millis(column.as_primitive::<TimestampMillisecondType>().value(row))
        }
        TimeUnit::Microsecond => {
            DateTime::from_timestamp_micros(column.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        TimeUnit::Nanosecond => {
            Some(DateTime::from_timestamp_nanos(column.as_primitive::<TimestampNanosecondType>().value(row)))
        }
    }
}
