//! Which neighbouring bands are better one band, before any cell is hidden.
//!
//! A band with few people in it costs more than itself: what is hidden in it has to be hidden a second time elsewhere.
//! What is weighed here is an estimate only; what is published is protected and audited afterwards, whatever the bands.

use super::count::RawCount;
use super::settings::{Settings, Zeros};
use super::table::Table;
use std::ops::Range;

/// The bands that are left when neighbours among the values of a table's first dimension are merged as long as the
/// table then shows as many cells or more, and fewer are hidden. At least two are left where there were two.
///
/// The table has two dimensions.
#[must_use]
pub fn merged_bands(table: &Table, settings: &Settings) -> Vec<Range<usize>> {
    let [bands, others] = table.dimensions.as_slice() else { return Vec::new() };
    let count = |band: usize, other: usize| table.counts[table.position(&[band, other])].value();
    let mut groups: Vec<Range<usize>> = (0..bands.values.len()).map(|band| band..band + 1).collect();
    let mut rows: Vec<Vec<u64>> = (0..bands.values.len())
        .map(|band| (0..others.values.len()).map(|other| count(band, other)).collect())
        .collect();
    let mut best = estimate(&rows, settings);
    while groups.len() > 2 && best.1 > 0 {
        let candidate = |at: usize| (estimate(&with_merged(&rows, at), settings), at);
        let better = |((shown, hidden), _): &((usize, usize), usize)| *shown >= best.0 && *hidden < best.1;
        let candidates = (0..groups.len() - 1).map(candidate).filter(better);
        let chosen = candidates.min_by_key(|((shown, hidden), at)| (std::cmp::Reverse(*shown), *hidden, *at));
        let Some((estimate, at)) = chosen else { break };
        best = estimate;
        rows = with_merged(&rows, at);
        let next = groups.remove(at + 1);
        groups[at].end = next.end;
    }
    groups
}

fn with_merged(rows: &[Vec<u64>], at: usize) -> Vec<Vec<u64>> {
    let mut merged = rows.to_vec();
    let next = merged.remove(at + 1);
    merged[at].iter_mut().zip(next).for_each(|(count, more)| *count += more);
    merged
}

/// About how many inner cells would be shown and hidden: those that disclose something, and others until none of them
/// is alone in a row or column.
fn estimate(rows: &[Vec<u64>], settings: &Settings) -> (usize, usize) {
    let columns = rows.first().map_or(0, Vec::len);
    let row_sums: Vec<u64> = rows.iter().map(|row| row.iter().sum()).collect();
    let column_sums: Vec<u64> = (0..columns).map(|column| rows.iter().map(|row| row[column]).sum()).collect();
    let is_disclosive = |row: usize, column: usize| {
        let count = rows[row][column];
        let tells_of_all = |group: u64| match settings.zeros {
            Zeros::Shown => false,
            Zeros::Protected { small_group } => (1..=small_group).contains(&group) && (count == 0 || count == group),
        };
        (1..settings.threshold).contains(&count) || tells_of_all(row_sums[row]) || tells_of_all(column_sums[column])
    };
    let mut hidden: Vec<Vec<bool>> =
        (0..rows.len()).map(|row| (0..columns).map(|column| is_disclosive(row, column)).collect()).collect();
    let lines: Vec<Vec<(usize, usize)>> = (0..rows.len())
        .map(|row| (0..columns).map(|column| (row, column)).collect())
        .chain((0..columns).map(|column| (0..rows.len()).map(|row| (row, column)).collect()))
        .collect();
    let mut is_new = true;
    while std::mem::replace(&mut is_new, false) {
        for line in &lines {
            let mut alone = line.iter().filter(|(row, column)| hidden[*row][*column]);
            if let (Some(_), None) = (alone.next(), alone.next())
                && let Some(&(row, column)) = line
                    .iter()
                    .filter(|(row, column)| !hidden[*row][*column])
                    .min_by_key(|(row, column)| rows[*row][*column])
            {
                hidden[row][column] = true;
                is_new = true;
            }
        }
    }
    let number = hidden.iter().flatten().filter(|is_hidden| **is_hidden).count();
    (rows.len() * columns - number, number)
}

/// The positions of the `most` largest counts, rising; of equal ones the first.
#[must_use]
pub fn largest(counts: &[RawCount], most: usize) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..counts.len()).collect();
    positions.sort_by_key(|&position| (std::cmp::Reverse(counts[position].value()), position));
    positions.truncate(most);
    positions.sort_unstable();
    positions
}
