//! Sorting the records of one part.

use super::records::Record;

/// Room for sorting, used again for the next part.
#[derive(Default)]
pub(super) struct Scratch {
    /// By the beginning of the person: where a record stands.
    order: Vec<(u64, usize)>,
    records: Vec<Record>,
}

impl Scratch {
    /// Sorts records: their positions by the beginnings of persons, since what is moved while sorting should be short,
    /// then those of each beginning.
    pub(super) fn sort(&mut self, records: &mut Vec<Record>, ranks: &[u32]) {
        let beginning =
            |record: &Record| u64::try_from(record.person.bits() >> 64).expect("half of the bits fit into 64");
        self.order.clear();
        self.order.extend(records.iter().map(beginning).zip(0..));
        self.order.sort_unstable();
        self.records.clear();
        self.records.extend(self.order.iter().map(|&(_, at)| records[at]));
        std::mem::swap(records, &mut self.records);
        for alike in records.chunk_by_mut(|one, other| beginning(one) == beginning(other)) {
            alike.sort_unstable_by_key(|record| sort_key(record, ranks));
        }
    }
}

/// What records are sorted by.
fn sort_key(record: &Record, ranks: &[u32]) -> impl Ord + use<> {
    let rank = ranks[record.kind as usize];
    (record.person, record.start, record.end, rank, record.record, record.child, record.kind)
}
