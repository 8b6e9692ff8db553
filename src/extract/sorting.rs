//! Sorting what begins with bits that are uniform, such as pseudonyms and other hashes.

use std::cmp::Ordering;

/// So many times fewer buckets than items: few enough in each to be sorted where they stand.
const ITEMS_OF_BUCKET: usize = 4;

/// Room for sorting, used again for the next items.
pub(super) struct Scratch<T> {
    /// Where each bucket ends.
    ends: Vec<usize>,
    items: Vec<T>,
}

impl<T> Default for Scratch<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

impl<T: Copy> Scratch<T> {
    /// Sorts items: puts them into buckets by `leading` bits, which are uniform and rise with the `order`, then sorts within
    /// each. Where those bits are not uniform, it takes as long as any sorting.
    pub(super) fn sort(&mut self, items: &mut Vec<T>, leading: impl Fn(&T) -> u64, order: impl Fn(&T, &T) -> Ordering) {
        let Some(&first) = items.first() else { return };
        let buckets = (items.len() / ITEMS_OF_BUCKET).next_power_of_two().max(2);
        let bucket = |item: &T| {
            usize::try_from(leading(item) >> (u64::BITS - buckets.ilog2())).expect("fewer bits than a usize has")
        };
        self.ends.clear();
        self.ends.resize(buckets, 0);
        items.iter().for_each(|item| self.ends[bucket(item)] += 1);
        let mut end = 0;
        for size in &mut self.ends {
            // Where it begins, which moves to where it ends as it is filled.
            end += std::mem::replace(size, end);
        }
        self.items.resize(items.len(), first);
        for item in items.iter() {
            let at = &mut self.ends[bucket(item)];
            self.items[*at] = *item;
            *at += 1;
        }
        std::mem::swap(items, &mut self.items);
        let mut start = 0;
        for &end in &self.ends {
            items[start..end].sort_unstable_by(&order);
            start = end;
        }
    }
}
