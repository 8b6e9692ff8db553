//! One department's files: every row accepted, or rejected with its first reason, and counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::json;

use super::cpr::{self, Spelling};
use super::delivery::{Ages, deliver};
use super::programme::{Department, Programme, nfc};
use super::{DepartmentOutcome, csv, dates, risk};

/// A row of a file, its cells trimmed; a cell that cannot be read is `None`.
struct Row {
    file: String,
    number: u64,
    malformed: bool,
    right_number_of_cells: bool,
    cells: BTreeMap<String, Option<String>>,
    /// All cells, named or not.
    all: Vec<Option<String>>,
}

/// An accepted row in canonical form, before pseudonyms; equal ones are duplicates.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Accepted {
    pub person: String,
    pub record: Option<String>,
    pub type_: String,
    pub start: NaiveDate,
    pub end: Option<NaiveDate>,
    pub child: Option<String>,
}

/// What is counted over the person and child cells of accepted rows.
#[derive(Default)]
struct IdentifierCounts {
    repaired: u64,
    replacement: u64,
    no_check_digit: u64,
    renumbered: u64,
}

/// A usable number, and whether its cell had to be repaired.
struct Number {
    canonical: String,
    repaired: bool,
    is_renumbered: bool,
}

/// Reads all files of a department. The ages are of the persons in its extract.
pub(super) fn read_department(programme: &Programme, department: &Department) -> (DepartmentOutcome, Ages) {
    let lists = Lists::new(programme);
    let rows: Vec<Row> = department.files.iter().flat_map(|file| read_file(file, department)).collect();
    let mut rejected = Vec::new();
    let mut incomplete = BTreeSet::new();
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut counts = IdentifierCounts::default();
    let mut accepted: BTreeSet<Accepted> = BTreeSet::new();
    let (mut duplicates, mut excluded, mut further_adults) = (0, 0, 0);
    for row in &rows {
        if lists.exclude(row, department) {
            excluded += 1;
            continue;
        }
        match examine(row, programme, department, &lists) {
            Ok((canonical, numbers)) => {
                count_identifiers(&numbers, &mut counts);
                further_adults += canonical.len() - 1;
                for one in canonical {
                    let is_new = accepted.insert(one);
                    duplicates += u64::from(!is_new);
                }
            }
            Err((column, reason)) => {
                *reasons.entry(reason.to_owned()).or_default() += 1;
                let own_word = own_column(department, column);
                rejected.push((row.file.clone(), row.number, own_word, reason.to_owned()));
                for canonical in usable_persons(row, programme, department, &lists) {
                    incomplete.insert(cpr::person_pseudonym(&programme.key, &canonical));
                }
            }
        }
    }
    let mut quality = json!({
        "department": department.id,
        "rows": rows.len(),
        "rejected": rejected.len(),
        "reasons": reasons,
        "duplicates": duplicates,
        "repaired": counts.repaired,
        "replacement": counts.replacement,
        "no_check_digit": counts.no_check_digit,
        "extract": accepted.len(),
    });
    if !programme.excluded.is_empty() {
        quality["excluded"] = excluded.into();
    }
    if !programme.renumbered.is_empty() {
        quality["renumbered"] = counts.renumbered.into();
    }
    if department.columns.iter().any(|(name, _)| name == "person 2") {
        quality["further_adults"] = further_adults.into();
    }
    let (extract, other_types, ages) = deliver(&accepted, programme, department);
    for (name, figure) in risk::figures(&extract, &programme.attributes, !programme.dates_leave_as_months) {
        quality[name] = figure;
    }
    let outcome =
        DepartmentOutcome { quality, incomplete: incomplete.into_iter().collect(), rejected, extract, other_types };
    (outcome, ages)
}

/// Who was given another number, and whose rows leave no trace.
struct Lists {
    renumbered: BTreeMap<String, String>,
    excluded: BTreeSet<String>,
}

impl Lists {
    fn new(programme: &Programme) -> Self {
        let canonical = |cell: &str| match cpr::spelling(cell.trim(), false) {
            Spelling::Number { canonical, .. } if cpr::birth_date(&canonical).is_some() => Some(canonical),
            _ => None,
        };
        let pair =
            |(old, new): &(String, String)| (canonical(old).expect("a number"), canonical(new).expect("a number"));
        let mut lists = Self { renumbered: programme.renumbered.iter().map(pair).collect(), excluded: BTreeSet::new() };
        for cell in &programme.excluded {
            match canonical(cell) {
                Some(number) => lists.excluded.extend([lists.current(&number), number]),
                None => drop(lists.excluded.insert(letters_and_digits(cell))),
            }
        }
        lists
    }

    /// The number at the end of the chain.
    fn current(&self, number: &str) -> String {
        self.renumbered.get(number).map_or_else(|| number.to_owned(), |next| self.current(next))
    }

    fn exclude(&self, row: &Row, department: &Department) -> bool {
        let is_excluded = |cell: &String| match cpr::spelling(cell, department.leading_zero_lost) {
            Spelling::Missing => false,
            Spelling::Number { canonical, .. } if cpr::birth_date(&canonical).is_some() => {
                self.excluded.contains(&canonical) || self.excluded.contains(&self.current(&canonical))
            }
            _ => {
                let text = letters_and_digits(cell);
                self.excluded.contains(&text) || (text.len() == 9 && self.excluded.contains(&format!("0{text}")))
            }
        };
        if !row.right_number_of_cells {
            return row.all.iter().flatten().any(is_excluded);
        }
        ["person", "person 2", "child"]
            .iter()
            .any(|name| row.cells.get(*name).is_some_and(|cell| cell.iter().any(is_excluded)))
    }
}

fn letters_and_digits(cell: &str) -> String {
    let cell = cell.trim().trim_start_matches('\'');
    let cell = cell.strip_suffix(".0").unwrap_or(cell);
    cell.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
}

fn read_file(file: &Path, department: &Department) -> Vec<Row> {
    let bytes = fs::read(file).expect("an extract can be read");
    let has_mark = bytes.starts_with(&[0xEF, 0xBB, 0xBF]);
    assert!(!has_mark || department.encoding == "utf-8", "a byte-order mark is for UTF-8 only");
    let content = if has_mark { &bytes[3..] } else { &bytes[..] };
    let is_tsv = file.extension().is_some_and(|extension| extension == "tsv");
    let delimiter = department.delimiter.unwrap_or(if is_tsv { b'\t' } else { b',' });
    let mut lines = csv::lines(content, delimiter).into_iter();
    let header: Vec<String> = lines
        .next()
        .expect("an extract has a header")
        .iter()
        .map(|cell| {
            assert!(!cell.text_after_quote, "a header cell ends at its closing quote");
            let name = csv::decode(&cell.bytes, &department.encoding);
            nfc(&name.expect("a header is in the stated encoding"))
        })
        .collect();
    let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
    let read_line = |(index, line): (usize, Vec<csv::Cell>)| Row {
        file: name.clone(),
        number: u64::try_from(index).expect("a row number is small") + 1,
        ..row_of(&line, &header, department)
    };
    lines.enumerate().map(read_line).collect()
}

/// The cells of the named columns, and whether the row as a whole can be used.
fn row_of(line: &[csv::Cell], header: &[String], department: &Department) -> Row {
    // A cell with text after its closing quote has no content that anyone can vouch for.
    let readable = |cell: &csv::Cell| {
        let text = csv::decode(&cell.bytes, &department.encoding);
        text.filter(|_| !cell.text_after_quote)
    };
    let all: Vec<Option<String>> = line.iter().map(readable).collect();
    let right_number_of_cells = line.len() == header.len();
    let mut cells = BTreeMap::new();
    for (canonical, own) in &department.columns {
        let places: Vec<usize> = (0..header.len()).filter(|i| header[*i] == *own).collect();
        assert!(places.len() == 1, "the column {own} stands {} times", places.len());
        cells.insert(canonical.clone(), all.get(places[0]).cloned().flatten());
    }
    Row {
        file: String::new(),
        number: 0,
        malformed: !right_number_of_cells || all.contains(&None),
        right_number_of_cells,
        cells,
        all,
    }
}

/// The row in canonical form, once for each adult, with the numbers it names, or the column and first reason not to.
fn examine(
    row: &Row,
    programme: &Programme,
    department: &Department,
    lists: &Lists,
) -> Result<(Vec<Accepted>, Vec<Number>), (&'static str, &'static str)> {
    if row.malformed {
        return Err(("", "row_malformed"));
    }
    // A column that is not mapped is like one that is empty throughout.
    let cell = |column: &str| -> String { row.cells.get(column).cloned().flatten().unwrap_or_default() };
    let zero_lost = department.leading_zero_lost;
    let mut numbers = Vec::new();
    let mut number = |canonical: String, repaired: bool| {
        let current = lists.current(&canonical);
        numbers.push(Number { is_renumbered: current != canonical, canonical: current.clone(), repaired });
        current
    };

    let adults = ["person", "person 2"].map(|column| (column, cpr::spelling(&cell(column), zero_lost)));
    if adults.iter().all(|(_, spelling)| matches!(spelling, Spelling::Missing)) {
        return Err(("person", "person_missing"));
    }
    if let Some((column, _)) = adults.iter().find(|(_, spelling)| matches!(spelling, Spelling::Malformed)) {
        return Err((column, "person_malformed"));
    }
    let mut persons: Vec<String> = Vec::new();
    for (column, spelling) in adults {
        if let Spelling::Number { canonical, repaired } = spelling {
            if !date_is_possible(&lists.current(&canonical), programme) {
                return Err((column, "person_impossible_date"));
            }
            let person = number(canonical, repaired);
            if !persons.contains(&person) {
                persons.push(person);
            }
        }
    }
    let child = match cpr::spelling(&cell("child"), zero_lost) {
        Spelling::Missing => None,
        Spelling::Malformed => return Err(("child", "child_malformed")),
        Spelling::Number { canonical, repaired } => {
            if !date_is_possible(&lists.current(&canonical), programme) {
                return Err(("child", "child_impossible_date"));
            }
            Some(number(canonical, repaired))
        }
    };
    let type_ = nfc(&cell("type"));
    if type_.is_empty() {
        return Err(("type", "type_missing"));
    }
    if cpr::identifies_somebody(&type_) {
        return Err(("type", "type_identifying"));
    }
    let (start, end) = first_and_last_day(&cell("start"), &cell("end"), &department.dates)?;
    let record = Some(cell("record")).filter(|record| !record.is_empty());
    let accepted = |person: String| Accepted {
        person,
        record: record.clone(),
        type_: type_.clone(),
        start,
        end,
        child: child.clone(),
    };
    Ok((persons.into_iter().map(accepted).collect(), numbers))
}

fn first_and_last_day(
    start: &str,
    end: &str,
    format: &str,
) -> Result<(NaiveDate, Option<NaiveDate>), (&'static str, &'static str)> {
    if start.is_empty() {
        return Err(("start", "start_missing"));
    }
    let start = dates::parse(start, format).ok_or(("start", "date_malformed"))?;
    if end.is_empty() {
        return Ok((start, None));
    }
    let end = dates::parse(end, format).ok_or(("end", "date_malformed"))?;
    if end < start {
        return Err(("end", "end_before_start"));
    }
    Ok((start, Some(end)))
}

fn date_is_possible(canonical: &str, programme: &Programme) -> bool {
    cpr::birth_date(canonical).is_some_and(|born| born <= programme.as_of)
}

/// The persons of a rejected row, where the cell can be read and holds a usable number.
fn usable_persons(row: &Row, programme: &Programme, department: &Department, lists: &Lists) -> Vec<String> {
    if !row.right_number_of_cells {
        return Vec::new();
    }
    let usable = |column: &str| {
        let cell = row.cells.get(column)?.as_ref()?;
        match cpr::spelling(cell, department.leading_zero_lost) {
            Spelling::Number { canonical, .. } => {
                Some(lists.current(&canonical)).filter(|current| date_is_possible(current, programme))
            }
            _ => None,
        }
    };
    ["person", "person 2"].into_iter().filter_map(usable).collect()
}

fn count_identifiers(numbers: &[Number], counts: &mut IdentifierCounts) {
    for number in numbers {
        counts.repaired += u64::from(number.repaired);
        counts.renumbered += u64::from(number.is_renumbered);
        counts.replacement += u64::from(cpr::is_replacement(&number.canonical));
        counts.no_check_digit += u64::from(!cpr::passes_modulus_11(&number.canonical));
    }
}

fn own_column(department: &Department, canonical: &str) -> String {
    let own = department.columns.iter().find(|(name, _)| name == canonical);
    own.map(|(_, own)| own.clone()).unwrap_or_default()
}
