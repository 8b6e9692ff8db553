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
//! one with a probability of 3·10⁻⁶. Sex and age band stand beside the hash of a person's rows, so that it serves three
//! times: with both of them and without each.

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
use std::ops::Range;
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

/// What persons are told apart by, beside how they are with all columns, without sex and without age band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// Days as their months, and no types.
    WithoutType,
    /// The same with types, and no first months.
    WithoutStart,
    /// Likewise without last months.
    WithoutEnd,
    /// All columns as they leave, days and all.
    Days,
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

/// What leaves of a person's sex and age band: the sex in the lowest bit, the band in the others.
type Traits = u16;

impl Seen<'_> {
    /// What leaves of a person, who has these rows, beside the rows.
    fn traits(&self, rows: &[Record]) -> Traits {
        let Some(first) = rows.first() else { return 0 };
        let is_female = self.attributes.sex && first.sex == Sex::Female;
        let band = if self.attributes.age_band { first.age_band } else { 0 };
        Traits::from(band) << 1 | Traits::from(is_female)
    }

    /// The hash of a person's rows, and that of the class that the person is in in each view.
    fn hashes(&self, rows: &[Record], traits: Traits) -> impl Iterator<Item = u64> {
        let sums = self.row_sums(rows);
        let of_views = self.views.iter().map(move |view| match view {
            View::WithoutType => hash((sums[1], traits)),
            View::WithoutStart => hash((sums[2], traits)),
            View::WithoutEnd => hash((sums[3], traits)),
            View::Days => hash((sums[4], traits)),
        });
        std::iter::once(sums[0]).chain(of_views)
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

/// What has been counted of classes.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    classes: u64,
    smallest: Option<u64>,
    below_5: u64,
    below_3: u64,
    /// Classes without the sex, and without the age band.
    without_sex: u64,
    without_band: u64,
}

impl Tally {
    /// Counts classes, given the hash of the rows and the traits of all persons in them, sorted.
    fn of(sorted: &[(u64, Traits)]) -> Self {
        let mut tally = Self::default();
        for same_rows in sorted.chunk_by(|one, other| one.0 == other.0) {
            let mut sexes = [false; 2];
            for class in same_rows.chunk_by(|one, other| one.1 == other.1) {
                let size = class.len() as u64;
                tally.classes += 1;
                tally.smallest = Some(tally.smallest.map_or(size, |smallest| smallest.min(size)));
                tally.below_5 += if size < 5 { size } else { 0 };
                tally.below_3 += if size < 3 { size } else { 0 };
                sexes[usize::from(class[0].1 & 1)] = true;
            }
            tally.without_band += sexes.iter().filter(|there| **there).count() as u64;
            tally.without_sex += same_rows.chunk_by(|one, other| one.1 >> 1 == other.1 >> 1).count() as u64;
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
            without_sex: self.without_sex + other.without_sex,
            without_band: self.without_band + other.without_band,
        }
    }
}

/// Hashes are kept by their leading bits, so that those of each bucket are sorted in cache, one bucket after the other.
const BUCKETS: usize = 64;

/// What the persons of one part of an extract are told apart by: the buckets of the rows' hashes, then one view's after the
/// other's.
pub(super) struct OfPart {
    /// Where each bucket ends.
    ends: Vec<usize>,
    hashes: Values<u64>,
    /// Beside the rows' hashes.
    traits: Values<Traits>,
}

/// In memory, or put aside from there on.
enum Values<T> {
    Memory(Vec<T>),
    Aside(Arc<Overflow>, u64),
}

impl<T: bytemuck::Pod> Values<T> {
    /// Puts some of them behind others.
    fn read(&self, range: Range<usize>, into: &mut Vec<T>) -> Result<()> {
        match self {
            Self::Memory(values) => into.extend_from_slice(&values[range]),
            Self::Aside(overflow, first) => {
                let before = into.len();
                into.resize(before + range.len(), T::zeroed());
                let at = first + (range.start * size_of::<T>()) as u64;
                overflow.read(at, bytemuck::cast_slice_mut(&mut into[before..]))?;
            }
        }
        Ok(())
    }
}

impl OfPart {
    fn range(&self, bucket: usize) -> Range<usize> {
        let start = if bucket == 0 { 0 } else { self.ends[bucket - 1] };
        start..self.ends[bucket]
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
        let mut views = vec![View::WithoutType, View::WithoutStart, View::WithoutEnd];
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
        let count = persons.clone().count();
        let mut traits = Vec::with_capacity(count);
        let mut hashes = Vec::with_capacity(count * self.values_of_person());
        for rows in persons {
            let of_person = self.seen.traits(rows);
            traits.push(of_person);
            hashes.extend(self.seen.hashes(rows, of_person));
        }
        let (ends, hashes, traits) = in_buckets(&hashes, &traits, self.values_of_person());
        let bytes = size_of_val(&*hashes) + size_of_val(&*traits);
        let before = self.in_memory.fetch_add(bytes, Ordering::Relaxed);
        if !self.room.is_exceeded_by(before + bytes) {
            return Ok(OfPart { ends, hashes: Values::Memory(hashes), traits: Values::Memory(traits) });
        }
        self.in_memory.fetch_sub(bytes, Ordering::Relaxed);
        let overflow = self.overflow()?;
        let first_hash = overflow.append(bytemuck::cast_slice(&hashes), 0)?;
        let first_traits = overflow.append(bytemuck::cast_slice(&traits), 0)?;
        let hashes = Values::Aside(Arc::clone(&overflow), first_hash);
        Ok(OfPart { ends, hashes, traits: Values::Aside(overflow, first_traits) })
    }

    /// Hashes of each person.
    fn values_of_person(&self) -> usize {
        1 + self.seen.views.len()
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
        let (whole, of_views) = self.count(parts)?;
        let classes_without = |column: Column| match column {
            Column::Sex => whole.without_sex,
            Column::AgeBand => whole.without_band,
            Column::Type => of_views[0],
            Column::Start => of_views[1],
            Column::End => of_views[2],
        };
        let average = six_decimals(whole.classes, persons);
        let without = |&column: &Column| (column, six_decimals(classes_without(column), persons));
        let without: Vec<(Column, f64)> = self.columns.iter().map(without).collect();
        // Of several, the first.
        let lowest = without.iter().min_by(|one, other| one.1.total_cmp(&other.1));
        Ok(Risk {
            classes: whole.classes,
            smallest_class: whole.smallest,
            share_below_5: six_decimals(whole.below_5, persons),
            share_below_3: six_decimals(whole.below_3, persons),
            average,
            raised_most_by: lowest.filter(|(_, risk)| *risk < average).map(|(column, _)| column.name().to_owned()),
            average_without: without.iter().map(|(column, risk)| (column.name().to_owned(), *risk)).collect(),
            average_with_days: of_views.get(3).map(|&classes| six_decimals(classes, persons)),
        })
    }

    /// What is counted of the classes, and how many there are in each view. All of a class are in one bucket.
    fn count(&self, parts: &[OfPart]) -> Result<(Tally, Vec<u64>)> {
        // Behind the bits that are the same in all of a bucket.
        let leading = |hash: u64| hash << BUCKETS.ilog2();
        let room = Reused::<Counting>::default();
        let tally = |bucket: usize| {
            room.lend(|Counting { hashes, traits, persons, scratch, .. }| {
                hashes.clear();
                traits.clear();
                for part in parts {
                    part.hashes.read(part.range(bucket), hashes)?;
                    part.traits.read(part.range(bucket), traits)?;
                }
                persons.clear();
                persons.extend(hashes.iter().copied().zip(traits.iter().copied()));
                scratch.sort(persons, |person| leading(person.0), Ord::cmp);
                Ok(Tally::of(persons))
            })
        };
        let classes = |bucket: usize| {
            room.lend(|Counting { hashes, scratch_of_hashes, .. }| {
                hashes.clear();
                parts.iter().try_for_each(|part| part.hashes.read(part.range(bucket), hashes))?;
                scratch_of_hashes.sort(hashes, |&hash| leading(hash), Ord::cmp);
                Ok(hashes.chunk_by(PartialEq::eq).count() as u64)
            })
        };
        let tallies = (0..BUCKETS).into_par_iter().map(tally).collect::<Result<Vec<Tally>>>()?;
        let of_views = (BUCKETS..self.values_of_person() * BUCKETS).into_par_iter().map(classes);
        let of_views = of_views.collect::<Result<Vec<u64>>>()?;
        let of_views = of_views.chunks_exact(BUCKETS).map(|buckets| buckets.iter().sum()).collect();
        Ok((tallies.into_iter().fold(Tally::default(), Tally::plus), of_views))
    }
}

/// Room for counting the classes of a bucket.
#[derive(Default)]
struct Counting {
    hashes: Vec<u64>,
    traits: Vec<Traits>,
    persons: Vec<(u64, Traits)>,
    scratch: Scratch<(u64, Traits)>,
    scratch_of_hashes: Scratch<u64>,
}

/// The hashes of persons, of whom each has so many one after the other, by what they are of and bucket; where each bucket
/// ends; and the persons' traits in the order of their first.
fn in_buckets(hashes: &[u64], traits: &[Traits], of_person: usize) -> (Vec<usize>, Vec<u64>, Vec<Traits>) {
    // Hashes are uniform, and so are their leading bits.
    let leading = |hash: u64| usize::try_from(hash >> (u64::BITS - BUCKETS.ilog2())).unwrap_or(0);
    let mut ends = vec![0; of_person * BUCKETS];
    for (&hash, at) in hashes.iter().zip((0..of_person).cycle()) {
        ends[at * BUCKETS + leading(hash)] += 1;
    }
    let mut end = 0;
    for size in &mut ends {
        // Where it begins, which moves to where it ends as it is filled.
        end += std::mem::replace(size, end);
    }
    let mut sorted = vec![0; hashes.len()];
    let mut sorted_traits = vec![0; traits.len()];
    for (hashes, &traits) in hashes.chunks_exact(of_person).zip(traits) {
        for (at, &hash) in hashes.iter().enumerate() {
            let place = &mut ends[at * BUCKETS + leading(hash)];
            sorted[*place] = hash;
            if at == 0 {
                sorted_traits[*place] = traits;
            }
            *place += 1;
        }
    }
    (ends, sorted, sorted_traits)
}

/// `part` / `whole`, 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "persons are far fewer than 2⁵³")]
fn six_decimals(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 1e6).round() / 1e6 }
}
