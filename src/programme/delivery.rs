//! `[delivery]`: by how much an extract may differ from that of an earlier period.

use super::reader::Table;
use super::{relative_to, settings};
use crate::pipeline::Share;
use std::path::{Path, PathBuf};

/// `[delivery]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryLimits {
    /// The most by which rows, persons, the share of rejected rows and rows of a type may change.
    pub max_change: Option<Share>,
    /// Counts below this in both periods may change by any amount.
    pub min_rows: u64,
    /// The folder of the earlier period.
    pub previous: Option<PathBuf>,
}

/// What few rows are, where the programme does not say.
const MIN_ROWS: u32 = 100;

pub(super) fn delivery(root: &Table<'_, '_>, folder: &Path) -> DeliveryLimits {
    let table = root.table("delivery", "[delivery]");
    let max_change = table.optional::<String>("max_change").and_then(|written| {
        let share = written.value.parse();
        if share.is_err() {
            table.mistake(&written.span, "`max_change` is a share such as \"30%\", from 0% to 100%");
        }
        share.ok()
    });
    let min_rows = settings::whole_number(&table, "min_rows", 0).unwrap_or(MIN_ROWS);
    let previous = table.optional::<String>("previous").map(|written| {
        if written.value.is_empty() {
            table.mistake(&written.span, "`previous` names the folder of an earlier period");
        }
        relative_to(folder, &written.value)
    });
    table.finish();
    DeliveryLimits { max_change, min_rows: min_rows.into(), previous }
}
