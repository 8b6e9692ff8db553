//! `[[statistics.table]]`: tables that the programme asks for besides those that every release has.

use super::reader::{At, Table, nearest};
use super::settings::{Attributes, public_text};
use crate::identity::AgeBands;

/// What a table counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Universe {
    /// Persons in any extract.
    Persons,
    /// Families and citizens.
    Units,
    /// Rows of the extracts.
    Rows,
}

impl Universe {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Persons, Self::Units, Self::Rows];

    /// The word in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Units => "units",
            Self::Rows => "rows",
        }
    }

    /// What it can be counted by.
    #[must_use]
    pub fn variables(self) -> &'static [Variable] {
        use Variable::{
            AgeBand, Department, DepartmentCombination, Departments, Kind, Outcome, PointsBand, Sex, Status,
        };
        match self {
            Self::Persons => &[Sex, AgeBand, Kind, Status, Departments, DepartmentCombination],
            Self::Units => &[Kind, Status, Departments, DepartmentCombination, PointsBand],
            Self::Rows => &[Department, Outcome],
        }
    }
}

/// What people, units or rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variable {
    /// `F` or `M`.
    Sex,
    /// The age bands of the programme, neighbours merged where few people are in them.
    AgeBand,
    /// `family` or `citizen`; of persons also `other_age`, who are in no unit.
    Kind,
    /// `proposed`, `reserve`, `eligible` or `not_eligible`; of persons, that of their unit.
    Status,
    /// In how many departments there is an open record.
    Departments,
    /// In which.
    DepartmentCombination,
    /// Points of eligible units, in bands.
    PointsBand,
    /// Whose extract it is.
    Department,
    /// `accepted` or `rejected`.
    Outcome,
}

/// More combinations of departments than these are counted together.
pub const MOST_COMBINATIONS: usize = 20;

/// More bands of points there are not.
pub const MOST_POINTS_BANDS: usize = 12;

/// So many departments have all their combinations counted.
pub const MOST_COMBINED: usize = 4;

impl Variable {
    /// The word in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::AgeBand => "age_band",
            Self::Kind => "kind",
            Self::Status => "status",
            Self::Departments => "departments",
            Self::DepartmentCombination => "department_combination",
            Self::PointsBand => "points_band",
            Self::Department => "department",
            Self::Outcome => "outcome",
        }
    }

    /// How many values it can have, at most.
    fn most_values(self, departments: usize, age_bands: usize) -> usize {
        match self {
            Self::Sex | Self::Outcome => 2,
            Self::AgeBand => age_bands,
            Self::Kind => 3,
            Self::Status => 4,
            Self::Departments => departments + 1,
            Self::DepartmentCombination if departments <= MOST_COMBINED => 1 << departments,
            Self::DepartmentCombination => MOST_COMBINATIONS + departments + 1,
            Self::PointsBand => MOST_POINTS_BANDS + 1,
            Self::Department => departments,
        }
    }
}

/// A table that the programme asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRequest {
    /// Its name in the statistics.
    pub name: String,
    /// What it counts.
    pub universe: Universe,
    /// From one to three.
    pub dimensions: Vec<Variable>,
}

/// The programme's tables have no more cells together, totals included: so large a release was measured.
const MOST_CELLS: usize = 100_000;

/// So many tables can be asked for.
const MOST_TABLES: usize = 100;

/// What a table of every release counts by, and no other.
const COORDINATOR: &str = "coordinator";

/// The names that tables of every release begin with.
const OURS: [&str; 7] = ["units_", "persons_", "rows_", "proposed_", "change", "rule_", "incomplete_"];

pub(super) fn statistics(
    root: &Table<'_, '_>,
    departments: usize,
    persons: Option<&(AgeBands, Attributes)>,
) -> Vec<TableRequest> {
    let section = root.table("statistics", "[statistics]");
    let tables = section.tables("table", MOST_TABLES);
    let (mut names, mut cells) = (Vec::new(), 0);
    let read =
        tables.into_iter().filter_map(|table| request(table, &mut names, &mut cells, departments, persons)).collect();
    section.finish();
    read
}

fn request(
    mut table: Table<'_, '_>,
    names: &mut Vec<String>,
    cells: &mut usize,
    departments: usize,
    persons: Option<&(AgeBands, Attributes)>,
) -> Option<TableRequest> {
    table.rename("[[statistics.table]]".to_owned());
    let name = table.required::<String>("name");
    if let Some(At { value, span }) = &name {
        public_text(name.clone(), &table);
        if !super::is_word(value) {
            table.mistake(span, "a table's `name` must be lower-case letters, digits and `_`, starting with a letter");
        } else if OURS.iter().any(|ours| value.starts_with(ours)) {
            let what = format!("`{value}` could be the name of a table that every release has: begin it differently");
            table.mistake(span, what);
        } else if names.contains(value) {
            table.mistake(span, format!("there are two tables of the name `{value}`"));
        }
        names.push(value.clone());
    }
    let universe = table.required::<String>("universe").and_then(|written| {
        let found = Universe::ALL.into_iter().find(|universe| universe.as_str() == written.value);
        if found.is_none() {
            table.mistake(&written.span, "`universe` is \"persons\", \"units\" or \"rows\"");
        }
        found
    });
    let written = table.required::<Vec<At<String>>>("dimensions");
    let dimensions = universe.zip(written).and_then(|(universe, written)| {
        let read = dimensions(&table, universe, &written, persons.map(|(_, attributes)| *attributes))?;
        let age_bands = persons.map_or(1, |(bands, _)| bands.labels().len());
        let own = read.iter().map(|variable| variable.most_values(departments, age_bands) + 1).product::<usize>();
        *cells += own;
        if *cells > MOST_CELLS {
            let what = format!(
                "this table could have {own} cells, so that the tables asked for could have {cells} together, and at \
                 most {MOST_CELLS} are counted: ask for fewer dimensions, for fewer age bands or for fewer tables"
            );
            table.mistake(&written.span, what);
            return None;
        }
        Some(read)
    });
    table.finish();
    Some(TableRequest { name: name?.value, universe: universe?, dimensions: dimensions? })
}

fn dimensions(
    table: &Table<'_, '_>,
    universe: Universe,
    written: &At<Vec<At<String>>>,
    attributes: Option<Attributes>,
) -> Option<Vec<Variable>> {
    let mut dimensions = Vec::new();
    let mut is_right = true;
    let mut mistake = |span: &std::ops::Range<usize>, what: String| {
        table.mistake(span, what);
        is_right = false;
    };
    if !(1..=3).contains(&written.value.len()) {
        mistake(&written.span, "a table has from one to three `dimensions`".to_owned());
    }
    for At { value, span } in &written.value {
        let names = || universe.variables().iter().map(|variable| variable.as_str());
        let Some(&variable) = universe.variables().iter().find(|variable| variable.as_str() == value) else {
            if value == COORDINATOR {
                let what = "who coordinates is counted in the table `proposed_by_coordinator`, which every release of a \
                            programme with coordinators has; it cannot be crossed with anything else: leave it out";
                mistake(span, what.to_owned());
                continue;
            }
            let known: Vec<&str> = names().collect();
            let near = nearest(value, names()).unwrap_or_default();
            let (universe, known) = (universe.as_str(), known.join(", "));
            mistake(span, format!("{universe} have no dimension `{value}`; did you mean `{near}`? There are {known}"));
            continue;
        };
        let is_asked = match (variable, attributes) {
            (Variable::Sex, Some(attributes)) => attributes.sex,
            (Variable::AgeBand, Some(attributes)) => attributes.age_band,
            _ => true,
        };
        if !is_asked {
            mistake(span, format!("the dimension `{value}` needs \"{value}\" among the `attributes` of [persons]"));
        }
        if dimensions.contains(&variable) {
            mistake(span, format!("the dimension `{value}` stands twice"));
        }
        dimensions.push(variable);
    }
    let both = [Variable::Departments, Variable::DepartmentCombination];
    if both.iter().all(|variable| dimensions.contains(variable)) {
        let what = "`departments` follows from `department_combination`: ask for one of them".to_owned();
        mistake(&written.span, what);
    }
    is_right.then_some(dimensions)
}
