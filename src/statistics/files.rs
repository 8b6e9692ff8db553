//! `statistics.parquet` and `statistics.csv`: one long table.

use super::Statistics;
use super::scales::TOTAL;
use crate::disclosure::ProtectedTable;
use crate::error::Result;
use crate::output::{self, Column, FileRecord, RunMetadata, Staged};
use arrow_array::{Int64Array, StringArray};
use arrow_schema::{DataType, Field};
use serde::{Serialize, Serializer};
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The name of the Parquet file.
pub const PARQUET: &str = "statistics.parquet";

/// The name of the file of comma-separated values.
pub const CSV: &str = "statistics.csv";

/// A table has at most so many dimensions.
const MOST_DIMENSIONS: usize = 3;

impl Serialize for Statistics {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(Row::all(self))
    }
}

/// One cell: the table's name and universe, each dimension's name and value, and the count unless it is hidden.
#[derive(Serialize)]
struct Row<'a> {
    table: &'a str,
    universe: &'a str,
    dimensions: Vec<(&'a str, &'a str)>,
    count: Option<u64>,
}

impl<'a> Row<'a> {
    fn all(statistics: &'a Statistics) -> Vec<Self> {
        statistics.tables().iter().flat_map(Self::of_table).collect()
    }

    fn of_table(table: &'a ProtectedTable) -> impl Iterator<Item = Self> {
        table.cells().map(|cell| {
            let names = table.dimensions.iter().map(|dimension| dimension.name.as_str());
            let dimensions = names.zip(cell.values.iter().map(|value| value.unwrap_or(TOTAL))).collect();
            let universe = Statistics::universe(table);
            Self { table: &table.name, universe, dimensions, count: cell.count.shown() }
        })
    }

    fn name(&self, dimension: usize) -> Option<&'a str> {
        self.dimensions.get(dimension).map(|(name, _)| *name)
    }

    fn value(&self, dimension: usize) -> Option<&'a str> {
        self.dimensions.get(dimension).map(|(_, value)| *value)
    }
}

/// Writes both files into a staged folder; gives their records for the manifest.
///
/// # Errors
///
/// [`crate::Error::File`] where they cannot be written.
pub fn write(folder: &Staged, statistics: &Statistics, metadata: &RunMetadata) -> Result<Vec<FileRecord>> {
    let rows = Row::all(statistics);
    let (sha256, count) = output::write_table(folder, PARQUET, metadata, rows.len(), Ok, &columns(&rows))?;
    let parquet = FileRecord::new(&Path::new("release").join(PARQUET), sha256, Some(count));
    let sha256 = output::write_bytes(folder, CSV, csv(&rows).as_bytes())?;
    Ok(vec![parquet, FileRecord::new(&Path::new("release").join(CSV), sha256, None)])
}

fn columns<'a>(rows: &'a [Row<'a>]) -> Vec<Column<'a, Range<usize>>> {
    let text = |name: &str, value: fn(&Row<'a>) -> &'a str| {
        Column::new(Field::new(name, DataType::Utf8, false), move |range: &Range<usize>| {
            Arc::new(StringArray::from_iter_values(rows[range.clone()].iter().map(value)))
        })
    };
    let perhaps = |name: String, value: fn(&Row<'a>, usize) -> Option<&'a str>, dimension: usize| {
        Column::new(Field::new(name, DataType::Utf8, true), move |range: &Range<usize>| {
            let values = rows[range.clone()].iter().map(|row| value(row, dimension));
            Arc::new(values.collect::<StringArray>())
        })
    };
    let mut columns = vec![text("table", |row| row.table), text("universe", |row| row.universe)];
    for dimension in 0..MOST_DIMENSIONS {
        columns.push(perhaps(format!("dimension_{}", dimension + 1), Row::name, dimension));
        columns.push(perhaps(format!("value_{}", dimension + 1), Row::value, dimension));
    }
    columns.push(Column::new(Field::new("count", DataType::Int64, true), |range: &Range<usize>| {
        let counts = rows[range.clone()].iter().map(|row| row.count.and_then(|count| i64::try_from(count).ok()));
        Arc::new(counts.collect::<Int64Array>())
    }));
    columns
}

fn csv(rows: &[Row<'_>]) -> String {
    let mut text = "table,universe,dimension_1,value_1,dimension_2,value_2,dimension_3,value_3,count\n".to_owned();
    for row in rows {
        let mut fields = vec![row.table, row.universe];
        for dimension in 0..MOST_DIMENSIONS {
            fields.push(row.name(dimension).unwrap_or_default());
            fields.push(row.value(dimension).unwrap_or_default());
        }
        for field in fields {
            text.push_str(&quoted(field));
            text.push(',');
        }
        if let Some(count) = row.count {
            let _ = write!(text, "{count}");
        }
        text.push('\n');
    }
    text
}

/// A field as RFC 4180 has it. What a spreadsheet would take for a formula cannot stand here: values are ids that begin
/// with a letter or digit, and bands.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
