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
        for item in items.iter() {
            self.ends[bucket(item)] += 1;
        }
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

#[cfg(test)]
mod tests {
    use super::Scratch;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Items of which the first part is what they are put into buckets by.
    type Item = (u64, u8);

    /// Uniform ones, some of them twice; ones that are all in a bucket; and the ends of what there can be.
    fn items() -> impl Strategy<Value = Vec<Item>> {
        let uniform = vec((any::<u64>(), 0..4_u8), 0..700);
        let twice = uniform.clone().prop_map(|items| items.iter().flat_map(|&item| [item, item]).collect::<Vec<_>>());
        let alike = vec((0..9_u64, any::<u8>()), 0..300);
        let ends = vec((prop::sample::select(std::vec![0, 1, u64::MAX >> 1, u64::MAX]), any::<u8>()), 0..70);
        prop_oneof![uniform, twice, alike, ends]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_sorted_one_after_the_other_is_in_order(all in vec(items(), 1..5)) {
            let mut scratch = Scratch::default();
            for items in all {
                let mut expected = items.clone();
                expected.sort_unstable();
                let mut sorted = items;
                scratch.sort(&mut sorted, |item| item.0, Ord::cmp);
                prop_assert_eq!(sorted, expected);
            }
        }
    }
}
