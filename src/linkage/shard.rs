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
    /// Each person's departments with an open record, as bits by their positions.
    pub open_departments: Vec<u64>,
    /// Children in open records of persons that take part, with the person's position; with repetitions.
    pub links: Vec<(Pseudonym, u32)>,
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

/// What persons are looked at by.
pub(super) struct Terms<'t> {
    /// Who takes part; everyone where there are none.
    pub ages: Option<&'t AgeRange>,
    /// Whether the deliveries hold age bands, which have to agree.
    pub has_bands: bool,
    /// The day on which everything is measured, in days since 1970-01-01.
    pub as_of: i32,
}

impl Shard {
    /// Merges the departments' records, each sorted by person and start, and learns of each person what units are formed
    /// by, while its records are at hand.
    pub(super) fn new(departments: Vec<Vec<Record>>, terms: &Terms<'_>) -> Result<Self> {
        let mut shard = Self::default();
        let mut rest: Vec<&[Record]> = departments.iter().map(Vec::as_slice).collect();
        let mut first_rows: Vec<Vec<u32>> = vec![Vec::new(); departments.len()];
        while let Some(person) = rest.iter().filter_map(|rest| rest.first()).map(|record| record.person).min() {
            let mut band = None;
            let mut open = 0;
            let links_before = shard.links.len();
            let number = position(shard.persons.len())?;
            for (department, (rest, all)) in rest.iter_mut().zip(&departments).enumerate() {
                first_rows[department].push(position(all.len() - rest.len())?);
                let rows = rest.iter().take_while(|record| record.person == person).count();
                let (of_person, others) = rest.split_at(rows);
                *rest = others;
                if let Some(first) = of_person.first() {
                    if terms.has_bands && band.is_some_and(|band| band != first.age_band) {
                        return Err(other_band());
                    }
                    band = Some(first.age_band);
                }
                for record in of_person.iter().filter(|record| record.is_open(terms.as_of)) {
                    open |= 1 << department;
                    shard.links.extend(record.child.map(|child| (child, number)));
                }
            }
            let takes_part = terms.ages.is_none_or(|ages| band.is_some_and(|band| ages.bands.contains(&band)));
            if !takes_part {
                shard.links.truncate(links_before);
            }
            shard.persons.push(person);
            shard.takes_part.push(takes_part);
            shard.open_departments.push(open);
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
