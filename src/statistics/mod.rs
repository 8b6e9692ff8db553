//! What is counted for the steering group; hands out what disclosure control has passed, and no more.
//!
//! [`Counted::new`] counts everybody in a selection once, in [`RawCount`](crate::disclosure::RawCount)s that nothing
//! outside disclosure control can read. [`protect`] makes the tables of them that every release has and those that
//! `[[statistics.table]]` asks for, and gives [`Statistics`], whose cells are
//! [`ProtectedCount`]s: a number, or hidden. Whatever people look at is made from
//! these.
//!
//! ```no_run
//! # fn show(statistics: &udpeg::statistics::Statistics) {
//! // Proposed families; `None` in the place of a value stands for the total.
//! let proposed = statistics.count("units_by_kind", &[Some("family"), Some("proposed")]);
//! match proposed.map(udpeg::disclosure::ProtectedCount::shown) {
//!     Some(Some(count)) => println!("{count}"),
//!     Some(None) => println!("hidden"),
//!     None => println!("the table is not part of the release"),
//! }
//! if let Some(table) = statistics.table("persons_by_age") {
//!     for cell in table.cells() {
//!         println!("{:?} {:?}", cell.values, cell.count.shown());
//!     }
//! }
//! # }
//! ```

mod compare;
mod counted;
mod divided;
mod files;
mod flows;
mod protect;
mod rules;
mod scale;
mod scales;
mod tables;

pub use counted::Counted;
pub(crate) use divided::{INCOMPLETE, POINTS, by_completeness, by_rule};
pub use files::{CSV, PARQUET, write};
pub use flows::{Flows, PreviousRelease};
pub use protect::{Around, protect, settings};

use crate::disclosure::{Method, Mode, ProtectedCount, ProtectedTable, Published, Settings};
use crate::programme::Universe;
use crate::release::Bands;

/// The tables of a release: protected counts, and how they were protected.
#[derive(Debug, Clone)]
pub struct Statistics {
    tables: Vec<ProtectedTable>,
    published: Published,
    bands: Bands,
    /// Tables of every release that are left out, because they could not be protected.
    pub left_out: Vec<String>,
    /// How they were protected.
    pub settings: Settings,
    /// How the audit was made.
    pub method: Method,
}

impl Statistics {
    /// The tables, the most useful first.
    #[must_use]
    pub fn tables(&self) -> &[ProtectedTable] {
        &self.tables
    }

    /// The table of a name; `None` where it is left out, or there is none.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&ProtectedTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// A count of a table: one value for each dimension, `None` for the total.
    #[must_use]
    pub fn count(&self, table: &str, values: &[Option<&str>]) -> Option<ProtectedCount> {
        self.table(table)?.count(values)
    }

    /// What a table counts, as files say it.
    #[must_use]
    pub fn universe(table: &ProtectedTable) -> &str {
        match table.universe.as_str() {
            tables::PROPOSED => Universe::Units.as_str(),
            tables::PROPOSED_EVER => Universe::Persons.as_str(),
            universe => universe,
        }
    }

    /// Cells of all tables, totals included.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.tables.iter().map(|table| table.cells().count()).sum()
    }

    /// How many of them are hidden, for whatever reason.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.tables.iter().flat_map(ProtectedTable::cells).filter(|cell| cell.count.is_hidden()).count()
    }

    /// Whether counts are rounded, and to multiples of what.
    #[must_use]
    pub fn rounded_to(&self) -> Option<u64> {
        match self.settings.mode {
            Mode::Suppress => None,
            Mode::Round { base } => Some(base),
        }
    }

    /// How values were merged into bands, so that later releases of the period have the same.
    #[must_use]
    pub fn bands(&self) -> &Bands {
        &self.bands
    }

    /// All that a reader of this release knows, for the audit of later ones.
    #[must_use]
    pub fn published(&self) -> &Published {
        &self.published
    }
}
