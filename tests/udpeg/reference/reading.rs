//! One department's files: every row accepted, or rejected with its first reason, and counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::json;

use super::cpr::{self, Spelling};
use super::delivery::{Ages, deliver};
use super::programme::{Department, Programme, nfc};
use super::{DepartmentOutcome, csv, dates};

/// A row of a file, its cells trimmed; a cell that cannot be read is `None`.
struct Row {
    file: String,
    number: u64,
    malformed: bool,
    right_number_of_cells: bool,
    cells: BTreeMap<String, Option<String>>,
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
}

/// A usable number, and whether its cell had to be repaired.
struct Number {
    canonical: String,
    repaired: bool,
}

/// Reads all files of a department. The ages are of the persons in its extract.
pub(super) fn read_department(programme: &Programme, department: &Department) -> (DepartmentOutcome, Ages) {
    let rows: Vec<Row> = department.files.iter().flat_map(|file| read_file(file, department)).collect();
    let mut rejected = Vec::new();
    let mut incomplete = BTreeSet::new();
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut counts = IdentifierCounts::default();
    let mut accepted: BTreeSet<Accepted> = BTreeSet::new();
    let mut duplicates = 0;
    for row in &rows {
        match examine(row, programme, department) {
            Ok((canonical, numbers)) => {
                count_identifiers(&numbers, &mut counts);
                let is_new = accepted.insert(canonical);
                duplicates += u64::from(!is_new);
            }
            Err((column, reason)) => {
                *reasons.entry(reason.to_owned()).or_default() += 1;
                let own_word = own_column(department, column);
                rejected.push((row.file.clone(), row.number, own_word, reason.to_owned()));
                if let Some(canonical) = usable_person(row, programme, department) {
                    incomplete.insert(cpr::person_pseudonym(&programme.key, &canonical));
                }
            }
        }
    }
    let quality = json!({
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
    let (extract, other_types, ages) = deliver(&accepted, programme, department);
    let outcome =
        DepartmentOutcome { quality, incomplete: incomplete.into_iter().collect(), rejected, extract, other_types };
    (outcome, ages)
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
    }
}

/// The row in canonical form with the numbers it names, or the column and first reason not to.
fn examine(
    row: &Row,
    programme: &Programme,
    department: &Department,
) -> Result<(Accepted, Vec<Number>), (&'static str, &'static str)> {
    if row.malformed {
        return Err(("", "row_malformed"));
    }
    // A column that is not mapped is like one that is empty throughout.
    let cell = |column: &str| -> String { row.cells.get(column).cloned().flatten().unwrap_or_default() };
    let zero_lost = department.leading_zero_lost;
    let mut numbers = Vec::new();

    let person = match cpr::spelling(&cell("person"), zero_lost) {
        Spelling::Missing => return Err(("person", "person_missing")),
        Spelling::Malformed => return Err(("person", "person_malformed")),
        Spelling::Number { canonical, repaired } => {
            if !date_is_possible(&canonical, programme) {
                return Err(("person", "person_impossible_date"));
            }
            numbers.push(Number { canonical: canonical.clone(), repaired });
            canonical
        }
    };
    let child = match cpr::spelling(&cell("child"), zero_lost) {
        Spelling::Missing => None,
        Spelling::Malformed => return Err(("child", "child_malformed")),
        Spelling::Number { canonical, repaired } => {
            if !date_is_possible(&canonical, programme) {
                return Err(("child", "child_impossible_date"));
            }
            numbers.push(Number { canonical: canonical.clone(), repaired });
            Some(canonical)
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
    Ok((Accepted { person, record, type_, start, end, child }, numbers))
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

/// The person of a rejected row, where the cell can be read and holds a usable number.
fn usable_person(row: &Row, programme: &Programme, department: &Department) -> Option<String> {
    if !row.right_number_of_cells {
        return None;
    }
    let cell = row.cells.get("person")?.as_ref()?;
    match cpr::spelling(cell, department.leading_zero_lost) {
        Spelling::Number { canonical, .. } if date_is_possible(&canonical, programme) => Some(canonical),
        _ => None,
    }
}

fn count_identifiers(numbers: &[Number], counts: &mut IdentifierCounts) {
    for number in numbers {
        counts.repaired += u64::from(number.repaired);
        counts.replacement += u64::from(cpr::is_replacement(&number.canonical));
        counts.no_check_digit += u64::from(!cpr::passes_modulus_11(&number.canonical));
    }
}

fn own_column(department: &Department, canonical: &str) -> String {
    let own = department.columns.iter().find(|(name, _)| name == canonical);
    own.map(|(_, own)| own.clone()).unwrap_or_default()
}
