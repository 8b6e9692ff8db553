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
use super::records::Record;
use super::room::{Overflow, Room};
use super::sorting::Scratch;
use crate::calendar::month;
use crate::error::Result;
use crate::identity::Sex;
use crate::programme::{Attributes, DatesLeave, Programme};
use crate::reused::Reused;
use foldhash::quality::FixedState;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
    fn of(sorted: &[u64]) -> Self {
        let mut tally = Self::default();
        for class in sorted.chunk_by(|one, other| one == other) {
            let size = class.len() as u64;
            tally.classes += 1;
            tally.smallest = Some(tally.smallest.map_or(size, |smallest| smallest.min(size)));
            tally.below_5 += if size < 5 { size } else { 0 };
            tally.below_3 += if size < 3 { size } else { 0 };
        }
        tally
    }

    /// Of these classes and others.
    fn plus(self, other: Self) -> Self {
        Self {
            classes: self.classes + other.classes,
            smallest: self.smallest.into_iter().chain(other.smallest).min(),
            below_5: self.below_5 + other.below_5,
            below_3: self.below_3 + other.below_3,
        }
    }
}

/// Hashes are kept by their leading bits, so that those of each bucket are sorted in cache, one bucket after the other.
const BUCKETS: usize = 64;

/// The classes that the persons of one part of an extract are in: one view's buckets after the other's.
pub(super) struct OfPart {
    /// Where each bucket ends.
    ends: Vec<usize>,
    hashes: Hashes,
}

enum Hashes {
    Memory(Vec<u64>),
    /// From there on.
    Aside(Arc<Overflow>, u64),
}

impl OfPart {
    /// Puts the hashes of a bucket behind others.
    fn read(&self, bucket: usize, into: &mut Vec<u64>) -> Result<()> {
        let start = if bucket == 0 { 0 } else { self.ends[bucket - 1] };
        let range = start..self.ends[bucket];
        match &self.hashes {
            Hashes::Memory(hashes) => into.extend_from_slice(&hashes[range]),
            Hashes::Aside(overflow, first) => {
                let before = into.len();
                into.resize(before + range.len(), 0);
                let at = first + (range.start * size_of::<u64>()) as u64;
                overflow.read(at, bytemuck::cast_slice_mut(&mut into[before..]))?;
            }
        }
        Ok(())
    }
}

/// The classes of an extract, hashed part by part and counted in the end.
pub(super) struct Classes<'p> {
    seen: Seen<'p>,
    columns: Vec<Column>,
    room: Room,
    /// Bytes.
    in_memory: AtomicUsize,
    overflow: Mutex<Option<Arc<Overflow>>>,
}

impl<'p> Classes<'p> {
    /// None yet. `ranks` has each type's position in the order of the names under which types leave.
    pub(super) fn new(programme: &Programme, ranks: &'p [u32], room: &Room) -> Self {
        let attributes = programme.attributes;
        let of_persons = [(attributes.sex, Column::Sex), (attributes.age_band, Column::AgeBand)];
        let of_persons = of_persons.into_iter().filter_map(|(leaves, column)| leaves.then_some(column));
        let columns: Vec<Column> = of_persons.chain([Column::Type, Column::Start, Column::End]).collect();
        let mut views: Vec<View> =
            std::iter::once(View::Whole).chain(columns.iter().copied().map(View::Without)).collect();
        if programme.dates_leave == DatesLeave::AsDays {
            views.push(View::Days);
        }
        let seen = Seen { attributes, ranks, views };
        Self { seen, columns, room: room.clone(), in_memory: AtomicUsize::new(0), overflow: Mutex::default() }
    }

    /// The classes of the persons whom sorted records are about; put aside where there is no room for more of them.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where they cannot be.
    pub(super) fn of(&self, records: &[Record]) -> Result<OfPart> {
        let persons = records.chunk_by(|one, other| one.person == other.person);
        let mut classes = Vec::with_capacity(persons.clone().count() * self.seen.views.len());
        persons.for_each(|rows| classes.extend(self.seen.classes(rows)));
        let (ends, hashes) = in_buckets(&classes, self.seen.views.len());
        let bytes: &[u8] = bytemuck::cast_slice(&hashes);
        let before = self.in_memory.fetch_add(bytes.len(), Ordering::Relaxed);
        let hashes = if self.room.is_exceeded_by(before + bytes.len()) {
            self.in_memory.fetch_sub(bytes.len(), Ordering::Relaxed);
            let overflow = self.overflow()?;
            let first = overflow.append(bytes, 0)?;
            Hashes::Aside(overflow, first)
        } else {
            Hashes::Memory(hashes)
        };
        Ok(OfPart { ends, hashes })
    }

    /// The file for what there is no room for; made for the first of it.
    fn overflow(&self) -> Result<Arc<Overflow>> {
        let mut overflow = self.overflow.lock().unwrap_or_else(PoisonError::into_inner);
        let overflow = match overflow.take() {
            Some(made) => overflow.insert(made),
            None => overflow.insert(Arc::new(self.room.overflow()?)),
        };
        Ok(Arc::clone(overflow))
    }

    /// The risk of an extract of these parts, about so many persons.
    ///
    /// # Errors
    ///
    /// [`crate::Error::File`] where what was put aside cannot be read.
    pub(super) fn risk(self, parts: &[OfPart], persons: u64) -> Result<Risk> {
        let tallies = self.tallies(parts)?;
        let average = |at: usize| six_decimals(tallies[at].classes, persons);
        let whole = tallies[0];
        let without: Vec<(Column, f64)> = self.columns.iter().copied().zip((1..).map(average)).collect();
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
            average_with_days: self.seen.views.contains(&View::Days).then(|| average(self.columns.len() + 1)),
        })
    }

    /// By view: what is counted of its classes. All of a class are in one bucket.
    fn tallies(&self, parts: &[OfPart]) -> Result<Vec<Tally>> {
        let room = Reused::<(Vec<u64>, Scratch<u64>)>::default();
        let tally = |bucket: usize| {
            room.lend(|(classes, scratch)| {
                classes.clear();
                parts.iter().try_for_each(|part| part.read(bucket, classes))?;
                // Behind the bits that are the same in all of the bucket.
                scratch.sort(classes, |class| class << BUCKETS.ilog2(), Ord::cmp);
                Ok(Tally::of(classes))
            })
        };
        let of_buckets = (0..self.seen.views.len() * BUCKETS).into_par_iter().map(tally);
        let of_buckets = of_buckets.collect::<Result<Vec<Tally>>>()?;
        let of_view = |tallies: &[Tally]| tallies.iter().copied().fold(Tally::default(), Tally::plus);
        Ok(of_buckets.chunks_exact(BUCKETS).map(of_view).collect())
    }
}

/// The classes of persons, given all views' of one person after the other, by view and bucket; and where each bucket ends.
fn in_buckets(classes: &[u64], views: usize) -> (Vec<usize>, Vec<u64>) {
    // Hashes are uniform, and so are their leading bits.
    let leading = |class: u64| usize::try_from(class >> (u64::BITS - BUCKETS.ilog2())).unwrap_or(0);
    let buckets =
        || classes.iter().zip((0..views).cycle()).map(|(&class, view)| (view * BUCKETS + leading(class), class));
    let mut ends = vec![0; views * BUCKETS];
    buckets().for_each(|(bucket, _)| ends[bucket] += 1);
    let mut end = 0;
    for size in &mut ends {
        // Where it begins, which moves to where it ends as it is filled.
        end += std::mem::replace(size, end);
    }
    let mut sorted = vec![0; classes.len()];
    for (bucket, class) in buckets() {
        sorted[ends[bucket]] = class;
        ends[bucket] += 1;
    }
    (ends, sorted)
}

/// `part` / `whole`, 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "persons are far fewer than 2⁵³")]
fn six_decimals(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 1e6).round() / 1e6 }
}
