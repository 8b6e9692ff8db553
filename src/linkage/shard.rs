//! One shard: the persons whose pseudonyms begin with the same bits, and their rows in all departments.

use crate::error::{Error, Result};
use crate::extract::Record;
use crate::identity::{Pseudonym, Sex};
use crate::programme::AgeRange;

/// Persons whose pseudonyms begin with the same bits.
#[derive(Debug)]
pub(super) struct Shard<S> {
    /// The number of its first person.
    pub first_person: u32,
    /// Its persons, rising.
    pub persons: Vec<Pseudonym>,
    /// Whether each person is of an age that takes part.
    pub takes_part: Vec<bool>,
    /// Each person's departments with an open record, as bits by their positions.
    pub open_departments: Vec<u64>,
    /// Each person's sex and age band.
    pub traits: Vec<Traits>,
    /// Children in open records of persons that take part, with the person's position; with repetitions.
    pub links: Vec<(Pseudonym, u32)>,
    /// What was found of persons without such children, by position, rising.
    pub alone: Vec<(u32, S)>,
    /// Positions of the persons with such children, rising.
    pub linked: Vec<u32>,
    /// Their records, in the programme's order of departments.
    pub departments: Vec<ShardRecords>,
}

/// What a delivery says of a person; the same wherever `attributes` does not ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// The sex.
    pub sex: Sex,
    /// The position of the age band.
    pub age_band: u8,
}

/// One department's records of the linked persons of a shard.
#[derive(Debug, Default)]
pub(super) struct ShardRecords {
    /// Sorted by person and start; none starts after `as_of`.
    pub records: Vec<Record>,
    /// Where each linked person's records end.
    ends: Vec<u32>,
}

/// What persons are looked at by.
pub(super) struct Terms<'t> {
    /// Who takes part; everyone where there are none.
    pub ages: Option<&'t AgeRange>,
    /// Whether the deliveries hold age bands, which have to agree.
    pub has_bands: bool,
    /// The day on which everything is measured, in days since 1970-01-01.
    pub as_of: i32,
}

impl<S> Shard<S> {
    /// Merges the departments' records, each sorted by person and start, and learns of each person what units are formed
    /// by, while its records are at hand. Of a person that takes part and is linked to no child, `alone` is asked at
    /// once; only the records of the others are kept.
    pub(super) fn new(
        departments: &[&[Record]],
        terms: &Terms<'_>,
        alone: impl Fn(Alone<'_>) -> Option<S>,
    ) -> Result<Self> {
        let mut shard = Self::with_room_for(departments);
        let mut rest = departments.to_vec();
        let mut rows: Vec<&[Record]> = vec![&[]; departments.len()];
        while let Some(person) = rest.iter().filter_map(|rest| rest.first()).map(|record| record.person).min() {
            let mut traits: Option<Traits> = None;
            let mut open = 0;
            let links_before = shard.links.len();
            let number = position(shard.persons.len())?;
            for (department, (rest, rows)) in rest.iter_mut().zip(&mut rows).enumerate() {
                let count = rest.iter().take_while(|record| record.person == person).count();
                let (of_person, others) = rest.split_at(count);
                *rest = others;
                if let Some(first) = of_person.first() {
                    if terms.has_bands && traits.is_some_and(|traits| traits.age_band != first.age_band) {
                        return Err(other_band());
                    }
                    traits = Some(Traits { sex: first.sex, age_band: first.age_band });
                }
                *rows = until(of_person, terms.as_of);
                for record in rows.iter().filter(|record| record.is_open(terms.as_of)) {
                    open |= 1 << department;
                    shard.links.extend(record.child.map(|child| (child, number)));
                }
            }
            let Some(traits) = traits else { continue };
            let takes_part = terms.ages.is_none_or(|ages| ages.bands.contains(&traits.age_band));
            shard.persons.push(person);
            shard.traits.push(traits);
            shard.takes_part.push(takes_part);
            shard.open_departments.push(open);
            if !takes_part {
                shard.links.truncate(links_before);
            } else if shard.links.len() > links_before {
                shard.keep(number, &rows)?;
            } else {
                let found = alone(Alone { person, open_departments: open, rows: &rows });
                shard.alone.extend(found.map(|found| (number, found)));
            }
        }
        shard.give_back_room();
        Ok(shard)
    }

    /// Nobody yet, and room for all persons of these departments: to grow takes longer than to count them.
    fn with_room_for(departments: &[&[Record]]) -> Self {
        let persons = |records: &&[Record]| records.chunk_by(|one, other| one.person == other.person).count();
        let most: usize = departments.iter().map(persons).sum();
        Self {
            first_person: 0,
            persons: Vec::with_capacity(most),
            takes_part: Vec::with_capacity(most),
            open_departments: Vec::with_capacity(most),
            traits: Vec::with_capacity(most),
            links: Vec::new(),
            alone: Vec::new(),
            linked: Vec::new(),
            departments: departments.iter().map(|_| ShardRecords::default()).collect(),
        }
    }

    /// Gives back the room of persons who are in several departments.
    fn give_back_room(&mut self) {
        self.persons.shrink_to_fit();
        self.takes_part.shrink_to_fit();
        self.open_departments.shrink_to_fit();
        self.traits.shrink_to_fit();
    }

    fn keep(&mut self, number: u32, rows: &[&[Record]]) -> Result<()> {
        self.linked.push(number);
        for (department, rows) in self.departments.iter_mut().zip(rows) {
            department.records.extend_from_slice(rows);
            department.ends.push(position(department.records.len())?);
        }
        Ok(())
    }

    /// The rows of the person at a position, if it is linked to a child.
    pub(super) fn rows(&self, department: usize, position: u32) -> Option<&[Record]> {
        let at = self.linked.binary_search(&position).ok()?;
        let ShardRecords { records, ends } = &self.departments[department];
        let start = if at == 0 { 0 } else { ends[at - 1] as usize };
        Some(&records[start..ends[at] as usize])
    }
}

/// The rows, sorted by start, that do not start after a day.
fn until(rows: &[Record], day: i32) -> &[Record] {
    let after = rows.iter().rev().take_while(|row| row.start > day).count();
    &rows[..rows.len() - after]
}

/// A person that takes part and is linked to no child, and so is a unit alone.
#[derive(Debug, Clone, Copy)]
pub struct Alone<'r> {
    /// Who it is.
    pub person: Pseudonym,
    /// Departments with an open record, as bits by their positions.
    pub open_departments: u64,
    /// By department: the rows, by start; those that start after `as_of` are left out.
    pub rows: &'r [&'r [Record]],
}

fn position(row: usize) -> Result<u32> {
    u32::try_from(row).map_err(|_| Error::refused("a department has more than 2³² rows", "split the department in two"))
}

fn other_band() -> Error {
    Error::refused(
        "two deliveries put one person into different age bands",
        "both must be made by this program from the same day and age bands; ask both departments again",
    )
}
