//! The comparison as Parquet: one row for each unit that is proposed in one of the two.

use super::{Compared, Comparison, RuleChange, Standing};
use crate::error::{Error, Result};
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray, UInt32Array};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

/// Writes a comparison to a new file of mode 0600.
///
/// # Errors
///
/// [`Error::File`] where the file is there already or cannot be written; nothing half is left behind.
pub fn write_table(path: &Path, comparison: &Comparison) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::file(path, "it is there already", "name another file"),
        _ => Error::io(path, "create", &error),
    })?;
    let entries = [("udpeg.format", "1"), ("udpeg.key_id", comparison.key_id.as_str())];
    let entries = entries.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned())).to_vec();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(entries))
        .set_created_by(concat!("udpeg ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let write = || {
        let batch = batch(&comparison.units)?;
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).ok()?;
        writer.write(&batch).ok()?;
        writer.close().ok()
    };
    if write().is_some() {
        return Ok(());
    }
    // A failure here leaves what cannot be read as Parquet.
    let _ = std::fs::remove_file(path);
    Err(Error::file(path, "could not write it", "check the disk and run again; nothing half is left behind"))
}

fn batch(units: &[Compared]) -> Option<RecordBatch> {
    let text = |of: &dyn Fn(&Compared) -> Option<String>| -> ArrayRef {
        Arc::new(units.iter().map(of).collect::<StringArray>())
    };
    let standing = |of: fn(&Compared) -> &Option<Standing>, part: fn(&Standing) -> Option<String>| {
        text(&|unit| of(unit).as_ref().and_then(part))
    };
    let number = |of: fn(&Compared) -> &Option<Standing>| -> (ArrayRef, ArrayRef) {
        let ranks = units.iter().map(|unit| of(unit).as_ref().map(|standing| standing.rank));
        let points = units.iter().map(|unit| of(unit).as_ref().map(|standing| standing.points));
        (Arc::new(ranks.collect::<UInt32Array>()), Arc::new(points.collect::<Int32Array>()))
    };
    let before: fn(&Compared) -> &Option<Standing> = |unit| &unit.before;
    let now: fn(&Compared) -> &Option<Standing> = |unit| &unit.now;
    let ((rank_before, points_before), (rank, points)) = (number(before), number(now));
    let moved: ArrayRef = Arc::new(units.iter().map(|unit| Some(unit.persons_moved)).collect::<UInt32Array>());
    let mut why = ListBuilder::new(StringBuilder::new());
    for unit in units {
        for change in &unit.why {
            why.values().append_value(change.to_string());
        }
        why.append(true);
    }
    let why: ArrayRef = Arc::new(why.finish());
    let columns: [(&str, ArrayRef, bool); 13] = [
        ("change", text(&|unit| Some(unit.change.as_str().to_owned())), false),
        ("unit_before", standing(before, |standing| Some(standing.unit.clone())), true),
        ("unit", standing(now, |standing| Some(standing.unit.clone())), true),
        ("label_before", standing(before, |standing| Some(standing.label.clone())), true),
        ("label", standing(now, |standing| Some(standing.label.clone())), true),
        ("rank_before", rank_before, true),
        ("rank", rank, true),
        ("points_before", points_before, true),
        ("points", points, true),
        ("coordinator_before", standing(before, |standing| standing.coordinator.clone()), true),
        ("coordinator", standing(now, |standing| standing.coordinator.clone()), true),
        ("persons_moved", moved, false),
        ("why", why, false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).ok()
}

impl std::fmt::Display for RuleChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = |value: Option<f64>| value.map_or_else(|| "no rule".to_owned(), |value| format!("{value:.2}"));
        write!(
            formatter,
            "{}: {} → {}, {} → {} points",
            self.rule,
            value(self.value_before),
            value(self.value),
            self.points_before,
            self.points
        )
    }
}
