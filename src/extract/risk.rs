//! How far persons stand out by what leaves of them: classes of persons who cannot be told apart.
//!
//! # Definition
//!
//! Two persons are in one class where they agree in sex and age band, as far as these leave, and their rows agree in type
//! (as it leaves), first month and last month, each row with one of the other's. Whoever knows that much of somebody, and
//! that they are in the extract, finds the right person among a class of n with a probability of 1/n. The average of it
//! over all persons is the number of classes divided by the number of persons. Without a column no two persons of a class
//! are torn apart, so that no figure rises.
//!
//! Classes are counted by 64-bit hashes of what makes them up: of 10 million persons two different classes have the same
//! one with a probability of 3·10⁻⁶.

use super::delivery::names;
use super::months::month;
use super::records::{Record, Records};
use crate::error::Result;
use crate::identity::Sex;
use crate::programme::{Attributes, DatesLeave, Programme};
use foldhash::quality::FixedState;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// Re-identification risk over the columns that leave; shares and risks lie from 0 to 1 and have six decimals.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Risk {
    /// Classes of persons who agree in sex, age band, types, first and last months.
    pub classes: u64,
    /// Persons in the smallest class; `None` where there is nobody.
    pub smallest_class: Option<u64>,
    /// The share of persons in classes below 5.
    pub share_below_5: f64,
    /// The share of persons in classes below 3.
    pub share_below_3: f64,
    /// The average over persons of 1 / size of their class.
    pub average: f64,
    /// The average without each of the columns.
    pub average_without: BTreeMap<String, f64>,
    /// The column without which the average is lowest; `None` where none lowers it.
    pub raised_most_by: Option<String>,
    /// The average over days in place of months, where days leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_with_days: Option<f64>,
}

/// What persons are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// All columns, days as their months.
    Whole,
    /// The same without one.
    Without(Column),
    /// All columns as they leave, days and all.
    Days,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Sex,
    AgeBand,
    Type,
    Start,
    End,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Sex => names::SEX,
            Self::AgeBand => names::AGE_BAND,
            Self::Type => names::KIND,
            Self::Start => names::START,
            Self::End => names::END,
        }
    }
}

/// How a person's rows are seen.
struct Seen<'p> {
    attributes: Attributes,
    /// By a record's `kind`: the rank of the name under which it leaves.
    ranks: &'p [u32],
    views: Vec<View>,
}

/// Ways in which rows are hashed: whole, without type, without start, without end, with days.
type RowSums = [u64; 5];

impl Seen<'_> {
    /// The class that a person is in, in each view.
    fn classes(&self, rows: &[Record]) -> impl Iterator<Item = u64> {
        let sums = self.row_sums(rows);
        let first = rows.first();
        let sex = first.filter(|_| self.attributes.sex).map(|row| row.sex == Sex::Female);
        let band = first.filter(|_| self.attributes.age_band).map(|row| row.age_band);
        self.views.iter().map(move |view| match view {
            View::Whole => hash((sums[0], sex, band)),
            View::Without(Column::Sex) => hash((sums[0], band)),
            View::Without(Column::AgeBand) => hash((sums[0], sex)),
            View::Without(Column::Type) => hash((sums[1], sex, band)),
            View::Without(Column::Start) => hash((sums[2], sex, band)),
            View::Without(Column::End) => hash((sums[3], sex, band)),
            View::Days => hash((sums[4], sex, band)),
        })
    }

    /// Sums of hashes, so that the order of rows does not matter and their number does.
    fn row_sums(&self, rows: &[Record]) -> RowSums {
        let mut sums = RowSums::default();
        for row in rows {
            let kind = self.ranks[row.kind as usize];
            let start = month(row.start);
            let end = if row.end == Record::OPEN { Record::OPEN } else { month(row.end) };
            let ways = [
                hash((kind, start, end)),
                hash((start, end)),
                hash((kind, end)),
                hash((kind, start)),
                if self.views.contains(&View::Days) { hash((kind, row.start, row.end)) } else { 0 },
            ];
            sums.iter_mut().zip(ways).for_each(|(sum, way)| *sum = sum.wrapping_add(way));
        }
        sums
    }
}

fn hash(value: impl std::hash::Hash) -> u64 {
    // Always the same: figures must not differ from run to run.
    FixedState::with_seed(0).hash_one(value)
}

/// What has been counted of the classes of one view.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    classes: u64,
    smallest: Option<u64>,
    below_5: u64,
    below_3: u64,
}

impl Tally {
    /// Counts classes, given the sorted hashes of all persons in them.
    fn add(&mut self, sorted: &[u64]) {
        for class in sorted.chunk_by(|one, other| one == other) {
            let size = class.len() as u64;
            self.classes += 1;
            self.smallest = Some(self.smallest.map_or(size, |smallest| smallest.min(size)));
            self.below_5 += if size < 5 { size } else { 0 };
            self.below_3 += if size < 3 { size } else { 0 };
        }
    }
}

/// The risk of sorted records about so many persons.
///
/// # Errors
///
/// [`crate::Error::File`] where records that were put aside cannot be read.
pub(super) fn risk(programme: &Programme, records: &Records, ranks: &[u32], persons: u64) -> Result<Risk> {
    let attributes = programme.attributes;
    let of_persons = [(attributes.sex, Column::Sex), (attributes.age_band, Column::AgeBand)];
    let of_persons = of_persons.into_iter().filter_map(|(leaves, column)| leaves.then_some(column));
    let columns: Vec<Column> = of_persons.chain([Column::Type, Column::Start, Column::End]).collect();
    let mut views: Vec<View> = std::iter::once(View::Whole).chain(columns.iter().copied().map(View::Without)).collect();
    if programme.dates_leave == DatesLeave::AsDays {
        views.push(View::Days);
    }
    let seen = Seen { attributes, ranks, views };
    let tallies = tallies(&seen, records, persons)?;
    let average = |at: usize| six_decimals(tallies[at].classes, persons);
    let whole = tallies[0];
    let without: Vec<(Column, f64)> = columns.iter().copied().zip((1..).map(average)).collect();
    // Of several, the first.
    let lowest = without.iter().min_by(|one, other| one.1.total_cmp(&other.1));
    Ok(Risk {
        classes: whole.classes,
        smallest_class: whole.smallest,
        share_below_5: six_decimals(whole.below_5, persons),
        share_below_3: six_decimals(whole.below_3, persons),
        average: average(0),
        raised_most_by: lowest.filter(|(_, risk)| *risk < average(0)).map(|(column, _)| column.name().to_owned()),
        average_without: without.iter().map(|(column, risk)| (column.name().to_owned(), *risk)).collect(),
        average_with_days: seen.views.contains(&View::Days).then(|| average(columns.len() + 1)),
    })
}

/// Counts classes by view. Where there is no room for the hashes of all persons, those of one stretch are looked at after
/// the other; a class is in one of them.
fn tallies(seen: &Seen<'_>, records: &Records, persons: u64) -> Result<Vec<Tally>> {
    let mut tallies = vec![Tally::default(); seen.views.len()];
    // All views' hashes, and those of some once more while they are sorted.
    let hashes = usize::try_from(persons).unwrap_or(usize::MAX).saturating_mul(2 * seen.views.len());
    let stretches = hashes.div_ceil(records.room().hashes()) as u128;
    for stretch in 0..stretches {
        let look = |part: &[Record]| {
            let mut classes = vec![Vec::new(); seen.views.len()];
            for rows in part.chunk_by(|one, other| one.person == other.person) {
                for (of_view, class) in classes.iter_mut().zip(seen.classes(rows)) {
                    if (u128::from(class) * stretches) >> 64 == stretch {
                        of_view.push(class);
                    }
                }
            }
            classes
        };
        let mut of_views: Vec<Vec<Vec<u64>>> = vec![Vec::new(); seen.views.len()];
        for of_part in records.map_parts(look)? {
            of_views.iter_mut().zip(of_part).for_each(|(of_view, classes)| of_view.push(classes));
        }
        // Each view is sorted by one thread, which costs less in all than sorting one after the other by all threads.
        tallies.par_iter_mut().zip(of_views).with_max_len(1).for_each(|(tally, of_view)| {
            let mut all = of_view.concat();
            drop(of_view);
            all.sort_unstable();
            tally.add(&all);
        });
    }
    Ok(tallies)
}

/// `part` / `whole`, 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "persons are far fewer than 2⁵³")]
fn six_decimals(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 1e6).round() / 1e6 }
}
