//! What may be published: tables of protected counts, and the audit that they passed.

use super::auditor::{Audit, Published};
use super::count::ProtectedCount;
use super::publication::Plan;
use super::release::{Linked, Release, Standing};
use super::rounding::rounded;
use super::settings::{Mode, Settings};
use super::table::{Dimension, Table};

/// A release that has passed its audit. There is no other way to come by a [`ProtectedCount`].
#[derive(Debug, Clone)]
pub struct ProtectedRelease {
    /// The published tables.
    pub tables: Vec<ProtectedTable>,
    /// What a reader has before them; kept, it lets later releases be audited together with this one.
    pub published: Published,
    /// The audit.
    pub audit: Audit,
}

/// A table as it may be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedTable {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub universe: String,
    /// Its dimensions.
    pub dimensions: Vec<Dimension>,
    counts: Vec<ProtectedCount>,
}

/// A cell of a table as it may be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedCell<'a> {
    /// By dimension: the value or subtotal, none for the total.
    pub values: Vec<Option<&'a str>>,
    /// The count.
    pub count: ProtectedCount,
}

impl ProtectedTable {
    /// The count under these values or subtotals, one for each dimension, none standing for the total.
    #[must_use]
    pub fn count(&self, values: &[Option<&str>]) -> Option<ProtectedCount> {
        let found = self.cells().find(|cell| cell.values == values);
        found.map(|cell| cell.count)
    }

    /// All cells; the last dimension runs fastest, its values before its subtotals and its total.
    pub fn cells(&self) -> impl Iterator<Item = ProtectedCell<'_>> {
        self.counts.iter().enumerate().map(|(position, &count)| {
            let mut rest = position;
            let mut values = Vec::with_capacity(self.dimensions.len());
            for dimension in self.dimensions.iter().rev() {
                values.push(dimension.label(rest % dimension.extent()));
                rest /= dimension.extent();
            }
            values.reverse();
            ProtectedCell { values, count }
        })
    }
}

/// The published tables as they are shown.
pub(super) fn tables(
    release: &Release,
    linked: &Linked,
    plan: &Plan,
    settings: &Settings,
    is_owed: impl Fn(usize) -> bool,
) -> Vec<ProtectedTable> {
    let protected = |(number, table): (usize, &Table)| {
        let cell = |position: usize| linked.tables[number][position];
        let own = |position: usize| {
            let is_hidden = plan.is_hidden(cell(position), is_owed(cell(position)));
            (!is_hidden).then(|| table.counts[position].value())
        };
        let counts = match settings.mode {
            Mode::Suppress => (0..table.counts.len()).map(own).collect(),
            Mode::Round { base } => {
                let is_public = |position: usize| linked.cells[cell(position)].standing == Standing::Public;
                let shown = |position: usize| match own(position) {
                    Some(count) if is_public(position) => Some(count),
                    shown => shown.map(|count| rounded(count, base)),
                };
                let sums = sums(table, shown);
                (0..sums.len())
                    .map(|position| if is_public(position) { own(position) } else { sums[position] })
                    .collect()
            }
        };
        let counts: Vec<Option<u64>> = counts;
        let counts = counts.into_iter().map(|count| count.map_or(ProtectedCount::HIDDEN, ProtectedCount::of)).collect();
        let (name, universe) = (table.name.clone(), table.universe.clone());
        ProtectedTable { name, universe, dimensions: table.dimensions.clone(), counts }
    };
    release.published_tables().map(protected).collect()
}

/// Inner cells as they are shown, and the sums of those shown; hidden where there is none to sum.
fn sums(table: &Table, shown: impl Fn(usize) -> Option<u64>) -> Vec<Option<u64>> {
    let is_inner = |position: usize| table.is_inner(&table.coordinates(position));
    let mut counts: Vec<Option<u64>> =
        (0..table.counts.len()).map(|position| if is_inner(position) { shown(position) } else { None }).collect();
    for (axis, dimension) in table.dimensions.iter().enumerate() {
        for (sum, of) in dimension.sums() {
            for position in (0..counts.len()).filter(|&position| table.coordinates(position)[axis] == sum) {
                let parts = of.iter().filter_map(|&value| counts[table.moved(position, axis, value)]);
                counts[position] = parts.fold(None, |sum, part| Some(sum.unwrap_or(0) + part));
            }
        }
    }
    counts
}
