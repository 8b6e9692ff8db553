//! Example persons beside the programme file: records in, and what the points system has to make of them.
//!
//! As written → checked, every mistake at once, each with its line, as for the programme file itself.

use super::reader::{At, Mistakes, Table, nearest};
use super::{Department, Kind, Programme};
use crate::error::{Error, Mistake, Result};
use crate::untrusted::SteadyFile;
use chrono::NaiveDate;
use std::path::Path;
use toml::de::DeTable;

/// A checked file of examples.
#[derive(Debug, Clone)]
pub struct Examples {
    /// The day on which they are measured, whatever the programme's.
    pub as_of: NaiveDate,
    /// The examples, in the order of the file.
    pub examples: Vec<Example>,
}

/// A few persons with their records, and what becomes of the unit of one of them.
#[derive(Debug, Clone)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Line of the file where it begins, from 1.
    pub line: usize,
    /// The persons' names, in the order in which they come up.
    pub people: Vec<String>,
    /// Ages in whole years, by position of the person; others are of an age that takes part.
    pub ages: Vec<(usize, u32)>,
    /// Their records.
    pub records: Vec<ExampleRecord>,
    /// The position of the person whose unit is meant.
    pub of: usize,
    /// What is expected of it.
    pub expected: Expected,
}

/// One row of a department's extract.
#[derive(Debug, Clone)]
pub struct ExampleRecord {
    /// Position of the person.
    pub person: usize,
    /// Position of the department.
    pub department: usize,
    /// Its type, trimmed and in NFC.
    pub kind: String,
    /// First day.
    pub start: NaiveDate,
    /// Last day; `None` while it is open.
    pub end: Option<NaiveDate>,
    /// Record (case) id.
    pub record: Option<String>,
    /// A child's name.
    pub child: Option<String>,
}

/// What is expected of a unit; what is not said is not checked.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Values by position of the rule, to two decimals.
    pub values: Vec<(usize, f64)>,
    /// Points by position of the rule.
    pub points: Vec<(usize, i64)>,
    /// All points.
    pub total: Option<i64>,
    /// A family or a citizen.
    pub kind: Option<Kind>,
    /// How many adults it has.
    pub members: Option<usize>,
    /// `eligible`, or the word of the first test that it fails.
    pub outcome: Option<String>,
}

/// More than people can read.
const MOST_EXAMPLES: usize = 10_000;
const MOST_RECORDS: usize = 10_000;
const MOST_BYTES: u64 = 16 << 20;

/// The word for a unit that passes every test.
pub const ELIGIBLE: &str = "eligible";

impl Examples {
    /// Reads and checks a file of examples for a programme.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be read, [`Error::Programme`] with every mistake in it.
    pub fn read(file: &Path, programme: &Programme) -> Result<Self> {
        let bytes = SteadyFile::open(file).and_then(|opened| opened.bytes(MOST_BYTES)).map_err(|error| {
            let hint = "write some there, or name a file with --examples";
            if file.exists() { error } else { Error::file(file, "there are no examples", hint) }
        })?;
        let text = String::from_utf8(bytes).map_err(|_| Error::Programme {
            path: file.to_path_buf(),
            mistakes: vec![Mistake { line: 1, what: "the file is not UTF-8; save it as UTF-8".to_owned() }],
        })?;
        Self::parse(file, &text, programme)
    }

    /// Checks the text of a file of examples.
    ///
    /// # Errors
    ///
    /// [`Error::Programme`] with every mistake.
    pub fn parse(file: &Path, text: &str, programme: &Programme) -> Result<Self> {
        let mistakes = Mistakes::new(text);
        let (table, syntax_errors) = DeTable::parse_recoverable(text);
        for error in &syntax_errors {
            let lead = error.message().lines().next().unwrap_or("not TOML");
            mistakes.add(&error.span().unwrap_or(0..0), format!("not valid TOML: {lead}"));
        }
        let examples = if syntax_errors.is_empty() {
            let root = Table::new(&mistakes, "the examples", table.get_ref(), 0..0);
            check(&mistakes, root, programme)
        } else {
            None
        };
        match (examples, mistakes.into_sorted()) {
            (Some(examples), mistakes) if mistakes.is_empty() => Ok(examples),
            (_, mistakes) => Err(Error::Programme { path: file.to_path_buf(), mistakes }),
        }
    }
}

fn check(mistakes: &Mistakes<'_>, root: Table<'_, '_>, programme: &Programme) -> Option<Examples> {
    let as_of = root.required::<NaiveDate>("as_of");
    if root.is_empty_or_absent("example") {
        root.mistake(root.span(), "there is no [[example]]");
    }
    let read = |table| example(mistakes, table, programme);
    let examples: Vec<Option<Example>> = root.tables("example", MOST_EXAMPLES).into_iter().map(read).collect();
    root.finish();
    Some(Examples { as_of: as_of?.value, examples: examples.into_iter().collect::<Option<_>>()? })
}

fn example(mistakes: &Mistakes<'_>, mut table: Table<'_, '_>, programme: &Programme) -> Option<Example> {
    let line = mistakes.line(table.span());
    let name = table.required::<String>("name");
    if let Some(name) = &name {
        table.rename(format!("[[example]] {}", name.value));
    }
    let mut people = Vec::new();
    let mut is_whole = true;
    let mut records = Vec::new();
    for mut entry in table.tables("record", MOST_RECORDS) {
        entry.rename("a record".to_owned());
        match record(&entry, programme, &mut people) {
            Some(record) => records.push(record),
            None => is_whole = false,
        }
        entry.finish();
    }
    if table.is_empty_or_absent("record") {
        table.mistake(table.span(), "`record` is missing: nobody is in the example");
    }
    let person = |name: &At<String>| {
        let found = people.iter().position(|known| *known == name.value);
        if found.is_none() && is_whole {
            table.mistake(&name.span, format!("no record is of a person `{}`", name.value));
        }
        found
    };
    let ages = table.table("age", "`age`").each::<i64>();
    let years = |age: &At<i64>| {
        let years = u32::try_from(age.value).ok().filter(|years| *years <= 150);
        if years.is_none() {
            table.mistake(&age.span, "an age is in whole years, from 0 to 150");
        }
        years
    };
    let ages = ages.iter().filter_map(|(name, age)| Some((person(name)?, years(age)?))).collect();
    let of = table.optional::<String>("of").map_or(Some(0), |of| person(&of));
    let expected = expected(&table, programme);
    table.finish();
    Some(Example { name: name?.value, line, people, ages, records, of: of?, expected }).filter(|_| is_whole)
}

fn record(table: &Table<'_, '_>, programme: &Programme, people: &mut Vec<String>) -> Option<ExampleRecord> {
    let person = table.optional::<String>("person").map_or_else(|| "a".to_owned(), |name| name.value);
    let position = people.iter().position(|known| *known == person).unwrap_or(people.len());
    if position == people.len() {
        people.push(person);
    }
    let department = table.required::<String>("department").and_then(|id| {
        let ids = || programme.departments.iter().map(|Department { id, .. }| id.as_str());
        let found = ids().position(|known| known == id.value);
        if found.is_none() {
            table.mistake(&id.span, format!("there is no department `{}`{}", id.value, did_you_mean(&id.value, ids())));
        }
        found
    });
    let kind = table.required::<String>("type").map(|kind| crate::extract::normalised(&kind.value));
    let start = table.required::<NaiveDate>("start");
    let end = table.optional::<NaiveDate>("end");
    let record = table.optional::<String>("record").map(|id| id.value);
    let child = table.optional::<String>("child").map(|name| name.value);
    if let (Some(start), Some(end)) = (&start, &end)
        && end.value < start.value
    {
        table.mistake(&end.span, "`end` lies before `start`");
    }
    let (department, kind, start) = (department?, kind?, start?.value);
    Some(ExampleRecord { person: position, department, kind, start, end: end.map(|end| end.value), record, child })
}

fn expected(table: &Table<'_, '_>, programme: &Programme) -> Expected {
    let rule = |id: &At<String>| {
        let found = programme.rule_index(&id.value);
        if found.is_none() {
            let ids = programme.rules.iter().map(|rule| rule.id.as_str());
            table.mistake(&id.span, format!("there is no rule `{}`{}", id.value, did_you_mean(&id.value, ids)));
        }
        found
    };
    let values = table.table("value", "`value`").each::<f64>();
    let points = table.table("points", "`points`").each::<i64>();
    let kind = table.optional::<String>("kind").and_then(|kind| {
        let found = Kind::ALL.into_iter().find(|known| known.as_str() == kind.value);
        if found.is_none() {
            table.mistake(&kind.span, "`kind` can be \"family\" or \"citizen\"");
        }
        found
    });
    let members = table.optional::<i64>("members");
    let outcome = table.optional::<String>("outcome").and_then(|outcome| {
        let required = programme.rules.iter().map(|rule| format!("require {}", rule.id));
        let words = [ELIGIBLE, "ages", "min_departments", "min_points"].map(str::to_owned);
        let known: Vec<String> = words.into_iter().chain(required).collect();
        let is_known = known.contains(&outcome.value);
        if !is_known {
            let hint = did_you_mean(&outcome.value, known.iter().map(String::as_str));
            table.mistake(&outcome.span, format!("`outcome` is \"eligible\" or the test that is failed first{hint}"));
        }
        is_known.then_some(outcome.value)
    });
    Expected {
        values: values.into_iter().filter_map(|(id, value)| Some((rule(&id)?, value.value))).collect(),
        points: points.into_iter().filter_map(|(id, points)| Some((rule(&id)?, points.value))).collect(),
        total: table.optional::<i64>("total").map(|total| total.value),
        kind,
        members: members.map(|members| usize::try_from(members.value).unwrap_or(0)),
        outcome,
    }
}

fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(word, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
