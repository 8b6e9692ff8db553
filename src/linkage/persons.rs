//! Persons across departments: numbered by the order of their pseudonyms, with their rows in each department.

use super::delivery::Delivery;
use super::shard::{Alone, Shard, Terms, Traits};
use crate::error::{Error, Result};
use crate::extract::{Record, SortedPart, Unpacked};
use crate::identity::Pseudonym;
use crate::programme::Programme;
use crate::reused::Reused;
use rayon::prelude::*;
use std::ops::Range;

/// All persons of all deliveries, in shards by the leading bits of their pseudonyms, so that each can be worked on by
/// itself and no more of the records than needed is in memory at a time.
///
/// Of persons that are linked to children, and so may form units with others, the records are kept; of all others that
/// take part, an `S`.
#[derive(Debug)]
pub struct Linked<S> {
    pub(super) shards: Vec<Shard<S>>,
    /// In the programme's order.
    pub departments: Vec<DepartmentRecords>,
    /// The day on which everything is measured, in days since 1970-01-01.
    pub as_of: i32,
}

/// What is known of one department beside its rows.
#[derive(Debug)]
pub struct DepartmentRecords {
    /// Its id.
    pub id: String,
    /// By a row's `kind`: the name under which its type left.
    pub types: Vec<String>,
    /// Numbers of the persons with rejected rows, rising; only persons that are in an extract.
    pub incomplete: Vec<u32>,
}

/// Shards that one thread takes at a time: so few that none has to wait long for another in the end.
const SHARDS_AT_A_TIME: usize = 4;

impl<S: Send + Sync> Linked<S> {
    /// Numbers the persons of all deliveries, which come in the programme's order; what is to be known of a person that
    /// is a unit alone, `alone` finds.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where two departments put one person into different age bands; [`Error::File`] where records
    /// that were put aside cannot be read.
    pub fn new(
        programme: &Programme,
        deliveries: Vec<Delivery>,
        alone: impl Fn(Alone<'_>) -> Option<S> + Sync,
    ) -> Result<Self> {
        let mut of_shards: Vec<Vec<SortedPart>> = Vec::new();
        let mut departments = Vec::with_capacity(deliveries.len());
        let mut incomplete = Vec::with_capacity(deliveries.len());
        for (department, delivery) in programme.departments.iter().zip(deliveries) {
            for (shard, part) in delivery.records.into_parts().enumerate() {
                if of_shards.len() == shard {
                    of_shards.push(Vec::new());
                }
                of_shards[shard].push(part);
            }
            let (id, types) = (department.id.clone(), delivery.types);
            departments.push(DepartmentRecords { id, types, incomplete: Vec::new() });
            incomplete.push(delivery.incomplete);
        }
        let as_of = crate::calendar::days(programme.as_of);
        let ages = programme.eligibility.ages.as_ref();
        let terms = Terms { ages, has_bands: programme.attributes.age_band, as_of };
        let room = Reused::<Vec<Unpacked>>::default();
        let link = |parts: Vec<SortedPart>| {
            room.lend(|departments| {
                departments.resize_with(parts.len(), Unpacked::default);
                parts.into_iter().zip(&mut *departments).try_for_each(|(part, unpacked)| part.read(unpacked))?;
                let departments: Vec<&[Record]> = departments.iter().map(|unpacked| &*unpacked.records).collect();
                Shard::new(&departments, &terms, &alone)
            })
        };
        let shards = of_shards.into_par_iter().with_max_len(SHARDS_AT_A_TIME).map(link);
        let mut shards: Vec<Shard<S>> = shards.collect::<Result<_>>()?;
        let mut before: u32 = 0;
        for shard in &mut shards {
            shard.first_person = before;
            let persons = u32::try_from(shard.persons.len()).ok().and_then(|persons| before.checked_add(persons));
            before =
                persons.ok_or_else(|| Error::refused("there are more than 2³² persons", "check the deliveries"))?;
        }
        let mut linked = Self { shards, departments, as_of };
        for (position, persons) in incomplete.into_iter().enumerate() {
            linked.departments[position].incomplete =
                persons.into_iter().filter_map(|person| linked.number(person)).collect();
        }
        Ok(linked)
    }

    /// The rows in a department of a person that is linked to a child, by start; those that start after `as_of` are left
    /// out. `None` for all others.
    #[must_use]
    pub fn rows(&self, department: usize, person: u32) -> Option<&[Record]> {
        let shard = self.shard(person);
        shard.rows(department, person - shard.first_person)
    }

    /// What was found of each person that is a unit alone, by person number.
    pub fn alone(&self) -> impl Iterator<Item = (u32, &S)> {
        self.shards.iter().flat_map(|shard| shard.alone.iter().map(|(at, found)| (shard.first_person + at, found)))
    }

    /// The persons that are linked to children, rising.
    pub(super) fn linked_persons(&self) -> impl Iterator<Item = u32> {
        self.shards.iter().flat_map(|shard| shard.linked.iter().map(|at| shard.first_person + at))
    }

    /// How many persons there are.
    #[must_use]
    pub fn number_of_persons(&self) -> usize {
        self.shards.iter().map(|shard| shard.persons.len()).sum()
    }

    /// All person numbers.
    #[must_use]
    pub fn numbers(&self) -> Range<u32> {
        0..u32::try_from(self.number_of_persons()).expect("checked when the persons were numbered")
    }

    /// The pseudonyms of the persons of these numbers, and whether each is of an age that takes part.
    pub fn persons(&self, numbers: Range<u32>) -> impl Iterator<Item = (Pseudonym, bool)> {
        let Range { start, end } = numbers;
        self.shards.iter().flat_map(move |shard| {
            let within = |number: u32| (number.saturating_sub(shard.first_person) as usize).min(shard.persons.len());
            let positions = within(start)..within(end);
            let takes_part = shard.takes_part[positions.clone()].iter().copied();
            shard.persons[positions].iter().copied().zip(takes_part)
        })
    }

    /// A person's pseudonym.
    #[must_use]
    pub fn person(&self, number: u32) -> Pseudonym {
        let shard = self.shard(number);
        shard.persons[(number - shard.first_person) as usize]
    }

    /// The number of a pseudonym; `None` where it is in no extract.
    #[must_use]
    pub fn number(&self, person: Pseudonym) -> Option<u32> {
        let shard = &self.shards[crate::extract::Records::part_of(person)];
        let position = shard.persons.binary_search(&person).ok()?;
        u32::try_from(position).ok().map(|position| shard.first_person + position)
    }

    /// What is known of each person, many at a time: the number of the first, and from there on each one's traits and
    /// departments with an open record, as bits by their positions.
    #[must_use = "iterators do nothing until they are asked"]
    pub fn traits(&self) -> impl ParallelIterator<Item = (u32, &[Traits], &[u64])> {
        self.shards.par_iter().map(|shard| (shard.first_person, shard.traits.as_slice(), &*shard.open_departments))
    }

    /// Whether a person is of an age that takes part.
    #[must_use]
    pub fn takes_part(&self, number: u32) -> bool {
        let shard = self.shard(number);
        shard.takes_part[(number - shard.first_person) as usize]
    }

    /// Makes these children empty cells everywhere.
    pub(super) fn forget_children(&mut self, children: &[Pseudonym]) {
        if children.is_empty() {
            return;
        }
        let records = self.shards.par_iter_mut().flat_map_iter(|shard| &mut shard.departments);
        records.flat_map_iter(|department| &mut department.records).for_each(|record| {
            record.child = record.child.filter(|child| children.binary_search(child).is_err());
        });
    }

    fn shard(&self, person: u32) -> &Shard<S> {
        let after = self.shards.partition_point(|shard| shard.first_person <= person);
        &self.shards[after - 1]
    }
}

impl DepartmentRecords {
    /// Whether a person has rejected rows here.
    #[must_use]
    pub fn is_incomplete(&self, person: u32) -> bool {
        self.incomplete.binary_search(&person).is_ok()
    }
}
