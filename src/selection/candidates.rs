//! `candidates.parquet`: one row for each eligible unit, by rank.

use super::{RankedUnit, Selected};
use crate::error::Result;
use crate::identity::Pseudonym;
use crate::linkage::{Linked, Unit, Units};
use crate::output::{self, Column, RunMetadata, Staged, hex_column};
use crate::programme::{Programme, Rule};
use crate::score::{Scored, value};
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{Float64Array, Int32Array, StringArray, UInt32Array};
use arrow_schema::{DataType, Field};
use rayon::prelude::*;
use std::fmt::Write;
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
    /// Who coordinates; in `target_group.parquet` and lists only.
    pub const COORDINATOR: &str = "coordinator";
    /// What was decided about the unit; in `target_group.parquet` and lists only, where anything was decided.
    pub const DECISION: &str = "decision";
    /// Who decided it.
    pub const DECIDED_BY: &str = "decided_by";
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
    linked: &Linked<Scored>,
    units: &Units,
    selected: &Selected,
    metadata: &RunMetadata,
) -> Result<(String, u64)> {
    let of_candidate = |unit: &RankedUnit| {
        let unit = units.get(unit.position);
        Candidate { id: linked.person(unit.members[0]), unit }
    };
    let candidates: Vec<Candidate<'_>> = selected.ranked.par_iter().map(of_candidate).collect();
    let label_length = label_length(linked, units, &selected.ranked);
    let table = Table { programme, linked, selected, candidates, label_length };
    output::write_table(folder, name, metadata, selected.ranked.len(), Ok, &table.columns())
}

/// The shortest length from 8 on that makes the first characters of the eligible units' ids differ.
pub(crate) fn label_length<S: Send + Sync>(linked: &Linked<S>, units: &Units, ranked: &[RankedUnit]) -> usize {
    let id = |unit: &RankedUnit| linked.person(units.get(unit.position).members[0]);
    let mut ids: Vec<Pseudonym> = ranked.iter().map(id).collect();
    ids.sort_unstable();
    let common = |pair: &[Pseudonym]| ((pair[0].bits() ^ pair[1].bits()).leading_zeros() / 4) as usize;
    ids.windows(2).map(common).max().map_or(8, |longest| (longest + 1).max(8))
}

/// Positions among the candidates.
type Rows = std::ops::Range<usize>;

/// An eligible unit and its id.
struct Candidate<'a> {
    id: Pseudonym,
    unit: Unit<'a>,
}

struct Table<'a> {
    programme: &'a Programme,
    linked: &'a Linked<Scored>,
    selected: &'a Selected,
    candidates: Vec<Candidate<'a>>,
    label_length: usize,
}

impl Table<'_> {
    /// All columns, in order.
    fn columns(&self) -> Vec<Column<'_, Rows>> {
        let Selected { ranked, choices, .. } = self.selected;
        let number = |row: usize| u32::try_from(row + 1).expect("no more units than persons, numbered in 32 bits");
        let person = |&member: &u32| self.linked.person(member);
        let mut columns = vec![
            Column::new(Field::new(columns::RANK, DataType::UInt32, false), move |rows: &Rows| {
                Arc::new(UInt32Array::from_iter_values(rows.clone().map(number)))
            }),
            text(columns::STATUS, choices, |choice, text| text.push_str(choice.status.as_str())),
            Column::new(Field::new(columns::REASON, DataType::Utf8, true), |rows: &Rows| {
                let reasons = choices[rows.clone()].iter().map(|choice| choice.reason.map(super::Reason::as_str));
                Arc::new(reasons.collect::<StringArray>())
            }),
            text(columns::LABEL, &self.candidates, |candidate, text| {
                text.extend(candidate.id.to_hex()[..self.label_length].iter().copied().map(char::from));
            }),
            Column::new(Field::new(columns::UNIT, DataType::Utf8, false), |rows: &Rows| {
                hex_column(rows.len(), self.candidates[rows.clone()].iter().map(|candidate| Some(candidate.id)))
            }),
            text(columns::KIND, &self.candidates, |candidate, text| text.push_str(candidate.unit.kind.as_str())),
            self.lists(columns::MEMBERS, move |unit, list| {
                for member in unit.members.iter().map(person) {
                    list.append_value(std::str::from_utf8(&member.to_hex()).expect("hex is ASCII"));
                }
            }),
            self.lists(columns::DEPARTMENTS, |unit, list| self.departments(unit.open_departments, list)),
            self.lists(columns::INCOMPLETE, |unit, list| self.departments(self.incomplete(unit), list)),
            Column::new(Field::new(columns::POINTS, DataType::Int32, false), |rows: &Rows| {
                Arc::new(Int32Array::from_iter_values(ranked[rows.clone()].iter().map(|unit| unit.points)))
            }),
            text(columns::LOTTERY, ranked, |unit, text| {
                write!(text, "{:016x}", unit.lottery).expect("a text takes everything");
            }),
        ];
        for (position, rule) in self.programme.rules.iter().enumerate() {
            columns.extend(rule_columns(position, rule, ranked));
        }
        columns
    }

    /// A column of lists of text; `fill` puts a unit's texts into its list.
    fn lists<'a>(
        &'a self,
        name: &str,
        fill: impl Fn(&Unit<'_>, &mut StringBuilder) + Send + Sync + 'a,
    ) -> Column<'a, Rows> {
        let item = Arc::new(Field::new("item", DataType::Utf8, false));
        Column::new(Field::new(name, DataType::List(Arc::clone(&item)), false), move |rows: &Rows| {
            let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Arc::clone(&item));
            for candidate in &self.candidates[rows.clone()] {
                fill(&candidate.unit, lists.values());
                lists.append(true);
            }
            Arc::new(lists.finish())
        })
    }

    /// Puts the ids of departments, given as bits by their positions, into a list, sorted.
    fn departments(&self, bits: u64, list: &mut StringBuilder) {
        let chosen = self.linked.departments.iter().enumerate().filter(|(position, _)| bits >> position & 1 == 1);
        let mut ids: Vec<&str> = chosen.map(|(_, department)| department.id.as_str()).collect();
        ids.sort_unstable();
        for id in ids {
            list.append_value(id);
        }
    }

    /// The departments where a member has rejected rows, as bits.
    fn incomplete(&self, unit: &Unit<'_>) -> u64 {
        let departments = self.linked.departments.iter().enumerate();
        let incomplete =
            departments.filter(|(_, department)| unit.members.iter().any(|&member| department.is_incomplete(member)));
        incomplete.fold(0, |bits, (position, _)| bits | 1 << position)
    }
}

/// A column of text, of which `push` puts each item's behind what is there.
fn text<'a, T: Sync>(
    name: &str,
    items: &'a [T],
    push: impl Fn(&T, &mut String) + Send + Sync + 'a,
) -> Column<'a, Rows> {
    Column::new(Field::new(name, DataType::Utf8, false), move |rows: &Rows| {
        let mut column = StringBuilder::with_capacity(rows.len(), rows.len() * 16);
        let mut text = String::new();
        for item in &items[rows.clone()] {
            text.clear();
            push(item, &mut text);
            column.append_value(&text);
        }
        Arc::new(column.finish())
    })
}

/// What a rule says of each unit: its value and its points.
fn rule_columns<'a>(position: usize, rule: &Rule, ranked: &'a [RankedUnit]) -> [Column<'a, Rows>; 2] {
    let measure = rule.measure;
    // A unit's total fits, and so does each rule's part unless others cancel it out.
    let points = move |unit: &RankedUnit| {
        let points = unit.scored.points[position];
        i32::try_from(points).unwrap_or(if points < 0 { i32::MIN } else { i32::MAX })
    };
    [
        Column::new(Field::new(format!("value_{}", rule.id), DataType::Float64, false), move |rows: &Rows| {
            let values = ranked[rows.clone()].iter().map(|unit| value(measure, unit.scored.amounts[position]));
            Arc::new(Float64Array::from_iter_values(values))
        }),
        Column::new(Field::new(format!("points_{}", rule.id), DataType::Int32, false), move |rows: &Rows| {
            Arc::new(Int32Array::from_iter_values(ranked[rows.clone()].iter().map(points)))
        }),
    ]
}
