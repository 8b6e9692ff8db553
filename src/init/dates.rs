//! How dates are written.

use super::columns::{Column, Role};
use crate::extract::Sample;
use crate::programme::DateFormat;
use std::sync::LazyLock;

/// The ways in which extracts write dates, the likeliest in Denmark first; what is written in two of these ways, such as
/// 01/02/2024, is taken for the first.
const FORMATS: [&str; 10] = [
    "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d%m%Y", "%m/%d/%Y", "%m-%d-%Y",
];

/// The same, read once: every cell is held against them.
static READ_FORMATS: LazyLock<Vec<(&str, DateFormat)>> =
    LazyLock::new(|| FORMATS.iter().filter_map(|format| Some((*format, DateFormat::new(format)?))).collect());

/// What ends say that are still open.
const OPEN_ENDS: [&str; 10] =
    ["9999-12-31", "31-12-9999", "31.12.9999", "31/12/9999", "99991231", "NULL", "null", "N/A", "-", "løbende"];

/// How a file writes dates.
#[derive(Debug)]
pub(super) struct Days {
    pub format: &'static str,
    pub open_end: Vec<&'static str>,
    pub doubt: Option<String>,
}

/// Whether a cell is written in one of the ways.
pub(super) fn is_day(cell: &str) -> bool {
    READ_FORMATS.iter().any(|(_, format)| format.read(cell).is_some())
}

/// Whether a cell says that an end is still open.
pub(super) fn is_open_end(cell: &str) -> bool {
    OPEN_ENDS.contains(&cell)
}

/// How the columns of days are written.
pub(super) fn find(sample: &Sample, columns: &[Column]) -> Days {
    let of_days = columns.iter().filter(|column| matches!(column.role, Role::Start | Role::End | Role::Week));
    let positions: Vec<usize> =
        of_days.filter_map(|column| sample.header.iter().position(|name| *name == column.name)).collect();
    let all = || positions.iter().flat_map(|&at| sample.cells(at));
    let cells: Vec<&str> = all().filter(|cell| !is_open_end(cell)).collect();
    let open_end = OPEN_ENDS.into_iter().filter(|open| all().any(|cell| cell == *open)).collect();
    let read = |format: &DateFormat| cells.iter().filter(|cell| format.read(cell).is_some()).count();
    let counts: Vec<(usize, &'static str)> =
        READ_FORMATS.iter().map(|(name, format)| (read(format), *name)).filter(|(count, _)| *count > 0).collect();
    // Of several that read as much the likeliest.
    let Some((most, format)) = counts.iter().rev().max_by_key(|(count, _)| *count).copied() else {
        return Days { format: "%Y-%m-%d", open_end, doubt: None };
    };
    let is_other = |(count, other): &&(usize, &str)| *count == most && *other != format;
    let others: Vec<&str> = counts.iter().filter(is_other).map(|(_, other)| *other).collect();
    let doubt = (!others.is_empty())
        .then(|| format!("dates are taken for {format}; all that were seen could be {} too", others.join(" or ")));
    Days { format, open_end, doubt }
}
