//! One shard: the persons whose pseudonyms begin with the same bits, and their rows in all departments.

use crate::error::{Error, Result};
use crate::extract::Record;
use crate::identity::Pseudonym;
use crate::programme::AgeRange;

/// Persons whose pseudonyms begin with the same bits.
#[derive(Debug, Default)]
pub(super) struct Shard {
    /// The number of its first person.
    pub first_person: u32,
    /// Its persons, rising.
    pub persons: Vec<Pseudonym>,
    /// Whether each person is of an age that takes part.
    pub takes_part: Vec<bool>,
    /// In the programme's order.
    pub departments: Vec<ShardRecords>,
}

/// One department's records in a shard.
#[derive(Debug, Default)]
pub(super) struct ShardRecords {
    /// Sorted by person and start.
    pub records: Vec<Record>,
    /// Where each person's records begin; one entry more than there are persons.
    first_row: Vec<u32>,
}

impl Shard {
    /// Merges the departments' records, each sorted by person and start. Who takes part is decided by `ages`, everyone
    /// where they are `None`; bands are compared where `has_bands`.
    pub(super) fn new(departments: Vec<Vec<Record>>, ages: Option<&AgeRange>, has_bands: bool) -> Result<Self> {
        let mut shard = Self::default();
        let mut rest: Vec<&[Record]> = departments.iter().map(Vec::as_slice).collect();
        let mut first_rows: Vec<Vec<u32>> = vec![Vec::new(); departments.len()];
        let longest = departments.iter().map(Vec::len).max().unwrap_or(0);
        shard.persons.reserve(longest / 2);
        while let Some(person) = rest.iter().filter_map(|rest| rest.first()).map(|record| record.person).min() {
            let mut band = None;
            for ((rest, first_rows), all) in rest.iter_mut().zip(&mut first_rows).zip(&departments) {
                first_rows.push(position(all.len() - rest.len())?);
                let rows = rest.iter().take_while(|record| record.person == person).count();
                if let Some(first) = rest.first().filter(|_| rows > 0) {
                    if has_bands && band.is_some_and(|band| band != first.age_band) {
                        return Err(other_band());
                    }
                    band = Some(first.age_band);
                }
                *rest = &rest[rows..];
            }
            shard.persons.push(person);
            shard.takes_part.push(ages.is_none_or(|ages| band.is_some_and(|band| ages.bands.contains(&band))));
        }
        for (first_rows, records) in first_rows.iter_mut().zip(&departments) {
            first_rows.push(position(records.len())?);
        }
        let together = |(records, first_row)| ShardRecords { records, first_row };
        shard.departments = departments.into_iter().zip(first_rows).map(together).collect();
        Ok(shard)
    }

    /// The rows of the shard's person at a position, those that start after `as_of` left out: being sorted, they are the
    /// last.
    pub(super) fn rows(&self, department: usize, position: usize, as_of: i32) -> &[Record] {
        let ShardRecords { records, first_row } = &self.departments[department];
        let mut rows = &records[first_row[position] as usize..first_row[position + 1] as usize];
        while let [before @ .., last] = rows
            && last.start > as_of
        {
            rows = before;
        }
        rows
    }

    /// For each person that takes part: its number and position.
    pub(super) fn taking_part(&self) -> impl Iterator<Item = (u32, usize)> {
        let numbered = (self.first_person..).zip(0..self.persons.len());
        numbered.filter(|&(_, position)| self.takes_part[position])
    }
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
