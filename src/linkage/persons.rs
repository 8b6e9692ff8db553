//! Persons across departments: numbered by the order of their pseudonyms, with their rows in each department.

use super::delivery::{Delivery, Rows};
use crate::error::{Error, Result};
use crate::identity::Pseudonym;
use crate::programme::{Eligibility, Programme};
use rayon::prelude::*;
use std::ops::Range;

/// All persons of all deliveries and their rows.
#[derive(Debug)]
pub struct Linked {
    /// Distinct persons, rising.
    pub persons: Vec<Pseudonym>,
    /// Whether each person is of an age that takes part.
    pub takes_part: Vec<bool>,
    /// In the programme's order.
    pub departments: Vec<DepartmentRecords>,
    /// The day on which everything is measured, in days since 1970-01-01.
    pub as_of: i32,
}

/// One department's rows, by person number.
#[derive(Debug)]
pub struct DepartmentRecords {
    /// Its id.
    pub id: String,
    /// Names of the types that occur.
    pub types: Vec<String>,
    /// Where each person's rows begin; one entry more than there are persons.
    first_row: Vec<u32>,
    rows: Rows,
    /// Numbers of the persons with rejected rows, rising; only persons that are in an extract.
    pub incomplete: Vec<u32>,
}

/// A person's rows in one department, by start.
#[derive(Debug, Clone, Copy)]
pub struct PersonRows<'l> {
    /// Position of each row's type.
    pub kind: &'l [u16],
    /// First days.
    pub start: &'l [i32],
    /// Last days; `i32::MAX` while open.
    pub end: &'l [i32],
    /// Records.
    pub record: &'l [Option<Pseudonym>],
    /// Children; placeholders are gone.
    pub child: &'l [Option<Pseudonym>],
}

impl PersonRows<'_> {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }
}

impl Linked {
    /// Numbers the persons of all deliveries, which come in the programme's order.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where two departments put one person into different age bands.
    pub fn new(programme: &Programme, deliveries: Vec<Delivery>) -> Result<Self> {
        let mut persons: Vec<Pseudonym> = deliveries.iter().flat_map(|delivery| &delivery.persons).copied().collect();
        // Each delivery is sorted, so that a sort which looks for runs only merges.
        persons.sort();
        persons.dedup();
        persons.shrink_to_fit();
        if u32::try_from(persons.len()).is_err() {
            return Err(Error::refused("there are more than 2³² persons", "check the deliveries"));
        }
        let takes_part = takes_part(&programme.eligibility, &persons, &deliveries)?;
        let number = |delivery: Delivery, id: &str| DepartmentRecords::new(id, delivery, &persons);
        let departments = programme
            .departments
            .iter()
            .zip(deliveries)
            .map(|(department, delivery)| number(delivery, &department.id))
            .collect();
        Ok(Self { takes_part, departments, persons, as_of: crate::extract::days(programme.as_of) })
    }

    /// A person's rows in a department.
    #[must_use]
    pub fn rows(&self, department: usize, person: u32) -> PersonRows<'_> {
        let DepartmentRecords { first_row, rows, .. } = &self.departments[department];
        let range = first_row[person as usize] as usize..first_row[person as usize + 1] as usize;
        PersonRows {
            kind: &rows.kind[range.clone()],
            start: &rows.start[range.clone()],
            end: &rows.end[range.clone()],
            record: &rows.record[range.clone()],
            child: &rows.child[range],
        }
    }

    /// All person numbers.
    #[must_use]
    pub fn numbers(&self) -> Range<u32> {
        0..u32::try_from(self.persons.len()).expect("checked when the persons were numbered")
    }

    /// Makes these children empty cells everywhere.
    pub(super) fn forget_children(&mut self, children: &[Pseudonym]) {
        if children.is_empty() {
            return;
        }
        for department in &mut self.departments {
            department.rows.child.par_iter_mut().for_each(|cell| {
                if cell.is_some_and(|child| children.binary_search(&child).is_ok()) {
                    *cell = None;
                }
            });
        }
    }
}

impl DepartmentRecords {
    fn new(id: &str, delivery: Delivery, persons: &[Pseudonym]) -> Self {
        let mut first_row = Vec::with_capacity(persons.len() + 1);
        let mut known = delivery.persons.iter().zip(&delivery.row_ends).peekable();
        let mut rows_before = 0;
        for person in persons {
            first_row.push(rows_before);
            if let Some((_, &end)) = known.next_if(|(next, _)| *next == person) {
                rows_before = end;
            }
        }
        first_row.push(rows_before);
        let number =
            |person: &Pseudonym| persons.binary_search(person).ok().and_then(|number| u32::try_from(number).ok());
        let incomplete = delivery.incomplete.iter().filter_map(number).collect();
        Self { id: id.to_owned(), types: delivery.types, first_row, rows: delivery.rows, incomplete }
    }

    /// Whether a person has rejected rows here.
    #[must_use]
    pub fn is_incomplete(&self, person: u32) -> bool {
        self.incomplete.binary_search(&person).is_ok()
    }
}

/// Who is of an age that takes part: everyone where the programme names no ages.
fn takes_part(eligibility: &Eligibility, persons: &[Pseudonym], deliveries: &[Delivery]) -> Result<Vec<bool>> {
    const UNKNOWN: u8 = u8::MAX;
    let mut bands = vec![UNKNOWN; persons.len()];
    for delivery in deliveries {
        let mut known = delivery.persons.iter().zip(&delivery.age_bands).peekable();
        for (person, band) in persons.iter().zip(&mut bands) {
            let Some((_, &here)) = known.next_if(|(next, _)| *next == person) else { continue };
            if *band != UNKNOWN && *band != here {
                return Err(Error::refused(
                    "two deliveries put one person into different age bands",
                    "both must be made by this program from the same day and age bands; ask both departments again",
                ));
            }
            *band = here;
        }
    }
    Ok(match &eligibility.ages {
        Some(ages) => bands.iter().map(|band| ages.bands.contains(band)).collect(),
        None => vec![true; persons.len()],
    })
}
