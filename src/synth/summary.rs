//! What was made, in counts: what a correct reader must find again.

use std::collections::BTreeMap;

use super::fault::Fault;

/// What was made in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Adults in the population; not all of them stand in an extract.
    pub adults: u64,
    /// Data rows of the three extracts.
    pub rows: u64,
    /// Bytes of the three extracts.
    pub bytes: u64,
    /// One for each department, in the order of the programme file.
    pub departments: Vec<DepartmentSummary>,
}

/// What was made for one department. Apart from `bytes`, `quality.json` must say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DepartmentSummary {
    /// The department's id in the programme file.
    pub id: &'static str,
    /// Data rows, wrong ones and duplicates included.
    pub rows: u64,
    /// Bytes of the file, header included.
    pub bytes: u64,
    /// Rows to be rejected, by the contract's reason; only reasons that occur.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Rows that repeat another.
    pub duplicates: u64,
    /// Cells to be read after a repair.
    pub repaired: u64,
    /// Cells with a replacement number, day + 60.
    pub replacement: u64,
}

impl DepartmentSummary {
    pub(super) fn new(id: &'static str) -> Self {
        Self { id, ..Self::default() }
    }

    pub(super) fn count_fault(&mut self, fault: Fault) {
        for (_, reason) in Fault::ALL.iter().filter(|(named, _)| *named == fault) {
            *self.reasons.entry(reason).or_default() += 1;
        }
    }

    /// Adds another block's counts.
    pub(super) fn add(&mut self, block: &Self) {
        self.rows += block.rows;
        self.bytes += block.bytes;
        self.duplicates += block.duplicates;
        self.repaired += block.repaired;
        self.replacement += block.replacement;
        for (reason, rows) in &block.reasons {
            *self.reasons.entry(reason).or_default() += rows;
        }
    }

    /// Rows to be rejected.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.reasons.values().sum()
    }
}
