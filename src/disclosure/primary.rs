//! Primary suppression: which cells disclose something by themselves.

use super::settings::{Settings, Zeros};
use super::table::Table;

/// By position in the table: whether the cell discloses something by itself.
pub(super) fn disclosive(table: &Table, settings: &Settings) -> Vec<bool> {
    (0..table.counts.len()).map(|position| is_disclosive(table, position, settings)).collect()
}

/// Whether a count is one that must not be shown, nor be derivable.
pub(super) fn is_small(count: u64, settings: &Settings) -> bool {
    (1..settings.threshold).contains(&count)
}

fn is_disclosive(table: &Table, position: usize, settings: &Settings) -> bool {
    let count = table.counts[position].value();
    let Zeros::Protected { small_group } = settings.zeros else { return is_small(count, settings) };
    let tells_of_all = |group: u64| (1..=small_group).contains(&group) && (count == 0 || count == group);
    is_small(count, settings) || groups(table, position).into_iter().any(tells_of_all)
}

/// How many each group has that the cell is a part of: without one or more of its conditions, or with a subtotal in
/// place of a value. Where a dimension has one value, dropping it changes nothing that is known of anybody.
fn groups(table: &Table, position: usize) -> Vec<u64> {
    let mut groups = vec![position];
    for (axis, dimension) in table.dimensions.iter().enumerate() {
        let coordinate = table.coordinates(position)[axis];
        if coordinate == dimension.total() || dimension.values.len() == 1 {
            continue;
        }
        let holds =
            |sum: usize, of: &[usize]| sum != coordinate && (sum == dimension.total() || of.contains(&coordinate));
        let wider: Vec<usize> =
            dimension.sums().into_iter().filter(|(sum, of)| holds(*sum, of)).map(|sum| sum.0).collect();
        let widened = groups.iter().flat_map(|&group| wider.iter().map(move |&sum| table.moved(group, axis, sum)));
        let widened: Vec<usize> = widened.collect();
        groups.extend(widened);
    }
    groups.into_iter().skip(1).map(|group| table.counts[group].value()).collect()
}
