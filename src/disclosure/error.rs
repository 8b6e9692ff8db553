//! Why a release cannot be made. No message tells a count.

use super::cell::CellDefinition;
use super::table::MOST_CELLS;

/// The result of what can fail in disclosure control.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a release cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A table is not a table.
    #[error("the table {table}: {what}")]
    Table {
        /// Its name.
        table: String,
        /// What is wrong with it.
        what: String,
    },
    /// The settings cannot be kept.
    #[error("{what}")]
    Settings {
        /// Which one.
        what: String,
    },
    /// All tables together are too large.
    #[error("the release would have more than {MOST_CELLS} cells")]
    TooLarge,
    /// One dimension has other values in another table, so that cells that overlap would not be linked.
    #[error("the dimension {dimension} has other values in the table {table} than elsewhere in the release")]
    DimensionDiffers {
        /// The dimension.
        dimension: String,
        /// A table in which it differs.
        table: String,
    },
    /// The values that are grouped are not those of the dimension, or a table has both dimensions.
    #[error("the grouping of {fine} into {coarse} does not take each value of {fine} once, or a table has both")]
    Grouping {
        /// The dimension whose values are grouped.
        fine: String,
        /// The dimension of the groups.
        coarse: String,
    },
    /// Something is said of a cell that stands in no table.
    #[error("no table has the cell <{cell}>")]
    NoSuchCell {
        /// The cell.
        cell: CellDefinition,
    },
    /// Two tables count the same thing differently, or a relation does not hold for the counts.
    #[error("the counts contradict each other at <{cell}>")]
    Contradiction {
        /// Where it shows.
        cell: CellDefinition,
    },
    /// Tables overlap in a circle, so that more can be worked out than from each pair of them.
    #[error(
        "the tables of {universe} over {} cross in a circle; the table of all these dimensions together, unpublished, \
         is needed to protect them",
        dimensions.join(", ")
    )]
    JointTableMissing {
        /// The universe.
        universe: String,
        /// The dimensions of the table that is missing.
        dimensions: Vec<String>,
    },
    /// Whatever else is hidden, this cell can be worked out too closely.
    #[error("the cell <{cell}> cannot be protected, whatever else is hidden; drop it, or merge it with another")]
    Unprotectable {
        /// The cell.
        cell: CellDefinition,
    },
    /// The audit found cells that can be worked out too closely.
    #[error("{} hidden cells can be worked out too closely, the first being <{}>", cells.len(), cells[0])]
    AuditFailed {
        /// These; at least one.
        cells: Vec<CellDefinition>,
    },
    /// The audit could not be carried out.
    #[error("the audit could not be carried out: the solver gave no answer for the cells around <{cell}>")]
    AuditUnfinished {
        /// One of the cells in question.
        cell: CellDefinition,
    },
}
