//! `[[department]]`: where an extract stands, how it is written, which columns are read.

use super::format::{FileFormat, file_format};
use super::reader::{At, OneOrMany, Table};
use super::types::{Groups, TypeList, types};

/// Departments with an open record are kept as bits of a 64-bit number.
const MOST_DEPARTMENTS: usize = 64;

/// One department and how its extract is read.
#[derive(Debug, Clone)]
pub struct Department {
    /// Its id, a folder name.
    pub id: String,
    /// Paths or globs, relative to the programme file.
    pub input: Vec<String>,
    /// How the text is written.
    pub format: FileFormat,
    /// Further types that may leave, beside those that rules name.
    pub types: TypeList,
    /// Which of the department's own columns are read.
    pub columns: Columns,
}

/// The department's own names of the canonical columns, in NFC and trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Hold the person's number; a row is about each of the persons in them. At least one.
    pub persons: Vec<String>,
    /// Holds the type of benefit, case or measure.
    pub kind: String,
    /// Hold the days.
    pub period: Period,
    /// Holds the record (case) id.
    pub record: Option<String>,
    /// Holds a child's number.
    pub child: Option<String>,
}

/// What a row says about days, and in which columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Period {
    /// A spell.
    Days {
        /// Holds the first day.
        start: String,
        /// Holds the last day; empty while open.
        end: String,
    },
    /// One week of a benefit.
    Weeks {
        /// Holds the week: its Monday, or its ISO number.
        week: String,
        /// Holds the amount paid.
        amount: Option<String>,
    },
}

impl Columns {
    /// The names of all columns that a file must have.
    #[must_use]
    pub fn all(&self) -> Vec<&str> {
        let period = match &self.period {
            Period::Days { start, end } => vec![start, end],
            Period::Weeks { week, amount } => std::iter::once(week).chain(amount).collect(),
        };
        let names = self.persons.iter().chain([&self.kind]).chain(period).chain(&self.record).chain(&self.child);
        names.map(String::as_str).collect()
    }

    /// Whether rows are weeks, which become spells.
    #[must_use]
    pub fn is_weekly(&self) -> bool {
        matches!(self.period, Period::Weeks { .. })
    }
}

/// The departments, and the ids of all of them, those with mistakes included.
pub(super) fn departments(root: &Table<'_, '_>, groups: &Groups) -> (Vec<Department>, Vec<String>) {
    let tables = root.tables("department", MOST_DEPARTMENTS);
    if root.is_empty_or_absent("department") {
        root.mistake(root.span(), "there is no [[department]]");
    }
    let mut departments = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for mut table in tables {
        let id = table.word_id("department", &mut ids);
        let input = input(&table);
        let format = file_format(&table);
        let types = types(&table, "types", groups).unwrap_or_default();
        let columns = columns(&table);
        table.finish();
        if let (Some(id), Some(input), Some(format), Some(columns)) = (id, input, format, columns) {
            departments.push(Department { id, input, format, types, columns });
        }
    }
    (departments, ids)
}

fn input(table: &Table<'_, '_>) -> Option<Vec<String>> {
    let input = table.required::<OneOrMany>("input")?;
    let paths: Vec<String> = input.value.0.into_iter().map(|path| path.value).collect();
    if paths.is_empty() || paths.iter().any(String::is_empty) {
        table.mistake(&input.span, "`input` must name at least one file");
        return None;
    }
    Some(paths)
}

fn columns(department: &Table<'_, '_>) -> Option<Columns> {
    let table = department.table("columns", "[department.columns]");
    let persons = persons(&table);
    let kind = column(&table, table.required("type"));
    let period = period(&table);
    let record = column(&table, table.optional("record"));
    let child = column(&table, table.optional("child"));
    table.finish();
    Some(Columns { persons: persons?, kind: kind?, period: period?, record, child })
}

/// A column's name, in NFC and trimmed.
fn column(table: &Table<'_, '_>, name: Option<At<String>>) -> Option<String> {
    let name = name?;
    let normalised = crate::extract::normalised(&name.value);
    if normalised.is_empty() {
        table.mistake(&name.span, "a column's name cannot be empty");
    }
    Some(normalised)
}

fn persons(table: &Table<'_, '_>) -> Option<Vec<String>> {
    let written = table.required::<OneOrMany>("person")?;
    if written.value.0.is_empty() {
        table.mistake(&written.span, "`person` must name at least one column");
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    for one in written.value.0 {
        let name = column(table, Some(At { value: one.value, span: written.span.clone() }))?;
        if names.contains(&name) {
            table.mistake(&written.span, format!("`person` names the column `{name}` twice"));
        }
        names.push(name);
    }
    Some(names)
}

/// Either `start` and `end`, or `week`.
fn period(table: &Table<'_, '_>) -> Option<Period> {
    let Some(week) = table.optional::<String>("week") else {
        if let (None, Some(span)) = (table.span_of("week"), table.span_of("amount")) {
            table.mistake(&span, "`amount` goes with `week`; a row from one day to another has none");
        }
        let start = column(table, table.required("start"));
        let end = column(table, table.required("end"));
        return Some(Period::Days { start: start?, end: end? });
    };
    for key in ["start", "end"] {
        if let Some(span) = table.span_of(key) {
            table.mistake(&span, format!("`week` stands in place of `start` and `end`; remove `{key}`"));
        }
    }
    let amount = column(table, table.optional("amount"));
    Some(Period::Weeks { week: column(table, Some(week))?, amount })
}
