//! `why.parquet`: one row for every person of the deliveries: the unit, what became of it, and the first reason why it
//! is not proposed.
//!
//! Written for everybody with every selection, so it is made row group by row group, in the order of the persons, from
//! what stands in memory anyway; texts are made while a row group is encoded, and kept for none longer. Pseudonyms are not
//! compressed: it would cost as much time as everything else here together.

use super::Selected;
use super::standing::{Standing, WhyNot};
use crate::error::Result;
use crate::identity::Pseudonym;
use crate::linkage::{Linked, Units};
use crate::output::{self, Column, RunMetadata, Staged, hex_column};
use crate::programme::Programme;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, StringArray, UInt32Array};
use arrow_schema::{DataType, Field};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Names of the columns of `why.parquet`, for writer and reader alike.
pub mod columns {
    /// The person's pseudonym.
    pub const PERSON: &str = "person";
    /// The id of the person's unit; null for who takes no part.
    pub const UNIT: &str = "unit";
    /// `proposed`, `reserve`, `eligible` or `not_eligible`.
    pub const OUTCOME: &str = "outcome";
    /// The first reason for not being proposed; null for who is.
    pub const REASON: &str = "reason";
    /// Points that the unit lacks for a place.
    pub const POINTS_SHORT: &str = "points_short";
}

/// Writes `why.parquet`; gives its SHA-256 and rows.
///
/// # Errors
///
/// [`crate::Error::File`] where it cannot be written.
pub fn write_why<S: Send + Sync>(
    folder: &Staged,
    name: &str,
    programme: &Programme,
    linked: &Linked<S>,
    units: &Units,
    selected: &Selected,
    metadata: &RunMetadata,
) -> Result<(String, u64)> {
    let people = People { linked, units, selected, joined: joined(units) };
    let rows = linked.number_of_persons();
    output::write_table(folder, name, metadata, rows, |rows| Ok(people.chunk(rows)), &columns_of(programme))
}

/// Everybody, and what became of them.
struct People<'a, S> {
    linked: &'a Linked<S>,
    units: &'a Units,
    selected: &'a Selected,
    /// Members of units who are not their unit's first, with the unit's position; by person.
    joined: Vec<(u32, usize)>,
}

/// Some persons in order.
struct Chunk {
    rows: Vec<Row>,
}

struct Row {
    person: Pseudonym,
    unit: Option<Pseudonym>,
    standing: Standing,
}

/// Members who are not their unit's first, with its position, by person.
fn joined(units: &Units) -> Vec<(u32, usize)> {
    let further = |position: usize| units.get(position).members[1..].iter().map(move |&member| (member, position));
    let mut joined: Vec<(u32, usize)> = (0..units.len()).into_par_iter().flat_map_iter(further).collect();
    joined.par_sort_unstable();
    joined
}

impl<S: Send + Sync> People<'_, S> {
    fn chunk(&self, numbers: Range<usize>) -> Chunk {
        let numbers = number(numbers.start)..number(numbers.end);
        let mut unit = self.units.first_from(numbers.start);
        let mut of_unit = self.selected.standings.rising(unit);
        let joined_before = self.joined.partition_point(|(person, _)| *person < numbers.start);
        let mut joined = self.joined[joined_before..].iter();
        let row = |(number, (person, takes_part)): (u32, (Pseudonym, bool))| {
            if !takes_part {
                return Row { person, unit: None, standing: Standing::OTHER_AGE };
            }
            // Whoever takes part is the first of the next unit, or was joined to an earlier one.
            if unit < self.units.len() && self.units.get(unit).members[0] == number {
                unit += 1;
                return Row { person, unit: Some(person), standing: of_unit(unit - 1) };
            }
            let (_, position) = *joined.next().expect("everyone who takes part belongs to a unit");
            let id = self.linked.person(self.units.get(position).members[0]);
            Row { person, unit: Some(id), standing: self.selected.standings.of(position) }
        };
        Chunk { rows: numbers.clone().zip(self.linked.persons(numbers)).map(row).collect() }
    }
}

fn number(row: usize) -> u32 {
    u32::try_from(row).expect("persons are numbered in 32 bits")
}

fn columns_of(programme: &Programme) -> Vec<Column<'static, Chunk>> {
    let pseudonyms = |name, is_nullable, of_row: fn(&Row) -> Option<Pseudonym>| {
        Column::of_pseudonyms(name, is_nullable, move |chunk: &Chunk| {
            hex_column(chunk.rows.len(), chunk.rows.iter().map(of_row))
        })
        .uncompressed()
    };
    vec![
        pseudonyms(columns::PERSON, false, |row| Some(row.person)),
        pseudonyms(columns::UNIT, true, |row| row.unit),
        words(columns::OUTCOME, false, &Standing::OUTCOMES, |row| Some(row.standing.outcome_number())),
        words(columns::REASON, true, &WhyNot::words(programme), |row| row.standing.reason.map(WhyNot::number)),
        Column::new(Field::new(columns::POINTS_SHORT, DataType::Int32, true), |chunk: &Chunk| {
            Arc::new(chunk.rows.iter().map(|row| row.standing.points_short).collect::<Int32Array>())
        }),
    ]
}

/// A column of few words.
fn words<T: AsRef<str>>(
    name: &str,
    is_nullable: bool,
    all: &[T],
    of_row: fn(&Row) -> Option<usize>,
) -> Column<'static, Chunk> {
    let all: ArrayRef = Arc::new(all.iter().map(|word| Some(word.as_ref())).collect::<StringArray>());
    let text = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    Column::new(Field::new(name, text, is_nullable), move |chunk: &Chunk| {
        let positions: UInt32Array = chunk.rows.iter().map(|row| of_row(row).map(number)).collect();
        let words = DictionaryArray::<UInt32Type>::try_new(positions, Arc::clone(&all));
        Arc::new(words.expect("every position stands among the words"))
    })
}
