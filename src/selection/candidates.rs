//! `candidates.parquet`: one row for each eligible unit, by rank.

use super::Selected;
use crate::error::Result;
use crate::identity::Pseudonym;
use crate::linkage::{Linked, Units};
use crate::output::{ParquetFile, RunMetadata, Staged, hex_column};
use crate::programme::{Measure, Programme};
use crate::score::value;
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Float64Array, Int32Array, StringArray, UInt32Array};
use arrow_schema::{DataType, Field};
use std::sync::Arc;

/// Names of the columns of `candidates.parquet`, for writer and reader alike.
pub mod columns {
    /// Rank, from 1.
    pub const RANK: &str = "rank";
    /// `proposed`, `reserve` or `eligible`.
    pub const STATUS: &str = "status";
    /// `rank`, `quota`, `displaced` or null.
    pub const REASON: &str = "reason";
    /// The first characters of the unit's id.
    pub const LABEL: &str = "label";
    /// The unit's id.
    pub const UNIT: &str = "unit";
    /// `family` or `citizen`.
    pub const KIND: &str = "kind";
    /// Its members' pseudonyms.
    pub const MEMBERS: &str = "members";
    /// Departments with an open record.
    pub const DEPARTMENTS: &str = "departments";
    /// Departments where rows of a member were rejected.
    pub const INCOMPLETE: &str = "incomplete";
    /// All points.
    pub const POINTS: &str = "points";
    /// Lottery number, in hex.
    pub const LOTTERY: &str = "lottery";
    /// Who coordinates; in `target_group.parquet` only.
    pub const COORDINATOR: &str = "coordinator";
}

/// The columns, in order, as Arrow fields.
fn fields(programme: &Programme) -> Vec<Field> {
    let text = |name| Field::new(name, DataType::Utf8, false);
    let list = |name| Field::new(name, DataType::List(Arc::new(Field::new("item", DataType::Utf8, false))), false);
    let mut fields = vec![
        Field::new(columns::RANK, DataType::UInt32, false),
        text(columns::STATUS),
        Field::new(columns::REASON, DataType::Utf8, true),
        text(columns::LABEL),
        text(columns::UNIT),
        text(columns::KIND),
        list(columns::MEMBERS),
        list(columns::DEPARTMENTS),
        list(columns::INCOMPLETE),
        Field::new(columns::POINTS, DataType::Int32, false),
        text(columns::LOTTERY),
    ];
    for rule in &programme.rules {
        fields.push(Field::new(format!("value_{}", rule.id), DataType::Float64, false));
        fields.push(Field::new(format!("points_{}", rule.id), DataType::Int32, false));
    }
    fields
}

/// Writes `candidates.parquet`; gives its SHA-256 and rows.
///
/// # Errors
///
/// [`crate::Error::File`] where it cannot be written.
pub fn write_candidates(
    folder: &Staged,
    name: &str,
    programme: &Programme,
    linked: &Linked,
    units: &Units,
    selected: &Selected,
    metadata: &RunMetadata,
) -> Result<(String, u64)> {
    let mut file = ParquetFile::create(folder, name, fields(programme), metadata)?;
    let id = |position: usize| linked.person(units.get(position).members[0]);
    let label_length = label_length(selected.ranked.iter().map(|unit| id(unit.position)).collect());
    let table = Table { programme, linked, units, selected, label_length };
    file.write(selected.ranked.len(), |rows| table.columns(rows))?;
    file.finish()
}

/// The shortest length from 8 on that makes the first characters of all ids differ.
fn label_length(mut ids: Vec<Pseudonym>) -> usize {
    ids.sort_unstable();
    let common = |pair: &[Pseudonym]| ((pair[0].bits() ^ pair[1].bits()).leading_zeros() / 4) as usize;
    ids.windows(2).map(common).max().map_or(8, |longest| (longest + 1).max(8))
}

struct Table<'a> {
    programme: &'a Programme,
    linked: &'a Linked,
    units: &'a Units,
    selected: &'a Selected,
    label_length: usize,
}

impl Table<'_> {
    fn columns(&self, rows: std::ops::Range<usize>) -> Vec<ArrayRef> {
        let ranked = &self.selected.ranked[rows.clone()];
        let choices = &self.selected.choices[rows.clone()];
        let units = || ranked.iter().map(|unit| self.units.get(unit.position));
        let person = |number: u32| self.linked.person(number);
        let id = |position: usize| person(self.units.get(position).members[0]);
        let department = |bits: u64| {
            let mut ids: Vec<&str> = Vec::new();
            ids.extend(
                self.linked
                    .departments
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| bits >> at & 1 == 1)
                    .map(|(_, one)| one.id.as_str()),
            );
            ids.sort_unstable();
            ids
        };
        let incomplete = |members: &[u32]| {
            let has_one =
                |position: usize| members.iter().any(|&member| self.linked.departments[position].is_incomplete(member));
            department(
                (0..self.linked.departments.len())
                    .filter(|&position| has_one(position))
                    .fold(0, |bits, position| bits | 1 << position),
            )
        };
        let rank =
            |row: usize| u32::try_from(row + 1).expect("no more units than persons, which are numbered in 32 bits");
        let hex = |pseudonym: Pseudonym| pseudonym.to_string();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(rows.map(rank))),
            Arc::new(StringArray::from_iter_values(choices.iter().map(|choice| choice.status.as_str()))),
            Arc::new(choices.iter().map(|choice| choice.reason.map(super::Reason::as_str)).collect::<StringArray>()),
            Arc::new(StringArray::from_iter_values(
                ranked.iter().map(|unit| hex(id(unit.position))[..self.label_length].to_owned()),
            )),
            hex_column(ranked.iter().map(|unit| Some(id(unit.position)))),
            Arc::new(StringArray::from_iter_values(units().map(|unit| unit.kind.as_str()))),
            lists(units().map(|unit| unit.members.iter().map(|&member| hex(person(member))).collect::<Vec<_>>())),
            lists(units().map(|unit| department(unit.open_departments))),
            lists(units().map(|unit| incomplete(unit.members))),
            Arc::new(Int32Array::from_iter_values(ranked.iter().map(|unit| unit.points))),
            Arc::new(StringArray::from_iter_values(ranked.iter().map(|unit| format!("{:016x}", unit.lottery)))),
        ];
        for (position, rule) in self.programme.rules.iter().enumerate() {
            columns.extend(Self::rule_columns(position, rule.measure, ranked));
        }
        columns
    }

    fn rule_columns(rule: usize, measure: Measure, ranked: &[super::RankedUnit]) -> [ArrayRef; 2] {
        // A unit's total fits, and so does each rule's part unless others cancel it out.
        let points = |unit: &super::RankedUnit| {
            let points = unit.scored.points[rule];
            i32::try_from(points).unwrap_or(if points < 0 { i32::MIN } else { i32::MAX })
        };
        [
            Arc::new(Float64Array::from_iter_values(
                ranked.iter().map(|unit| value(measure, unit.scored.amounts[rule])),
            )),
            Arc::new(Int32Array::from_iter_values(ranked.iter().map(points))),
        ]
    }
}

/// A column of lists of text.
fn lists<S: AsRef<str>>(rows: impl Iterator<Item = Vec<S>>) -> ArrayRef {
    let item = Arc::new(Field::new("item", DataType::Utf8, false));
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(item);
    for row in rows {
        for text in row {
            lists.values().append_value(text);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}
