//! The programme file as plain settings. It is taken to be valid; anything else panics.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use toml::{Table, Value};
use unicode_normalization::UnicodeNormalization;

/// The settings that decide a result.
pub(super) struct Programme {
    pub period: String,
    pub as_of: NaiveDate,
    pub key: Vec<u8>,
    pub age_bands: Vec<i64>,
    /// Lines of the list of renumbered persons, without its header.
    pub renumbered: Vec<(String, String)>,
    /// Lines of the lists of excluded persons, without their headers.
    pub excluded: Vec<String>,
    pub attributes: Vec<String>,
    pub dates_leave_as_months: bool,
    pub max_adults_per_child: usize,
    pub apart_types: Vec<String>,
    pub departments: Vec<Department>,
    pub rules: Vec<Rule>,
    pub min_departments: Option<usize>,
    pub min_points: Option<i64>,
    /// First and last age; no last age for `67+`.
    pub ages: Option<(i64, Option<i64>)>,
    pub require: Vec<String>,
    pub size: usize,
    pub reserve: usize,
    pub tie_break: Vec<String>,
    pub lottery: Option<String>,
    pub family: Quota,
    pub citizen: Quota,
}

/// One `[[department]]`.
pub(super) struct Department {
    pub id: String,
    pub files: Vec<PathBuf>,
    pub delimiter: Option<u8>,
    pub encoding: String,
    pub dates: String,
    pub leading_zero_lost: bool,
    /// Canonical name and the department's own, in NFC.
    pub columns: Vec<(String, String)>,
    pub types: Vec<String>,
}

/// One `[[rule]]`.
pub(super) struct Rule {
    pub id: String,
    pub department: Option<String>,
    pub measure: String,
    pub types: Option<Vec<String>>,
    pub window_years: Option<i32>,
    pub max_gap_days: i64,
    /// `from` and points, rising.
    pub bands: Option<Vec<(f64, i64)>>,
    pub points_per: Option<i64>,
    pub max: Option<i64>,
}

/// A group's bounds.
#[derive(Default)]
pub(super) struct Quota {
    pub min: Option<usize>,
    pub max: Option<usize>,
}

/// Reads the programme and the key it names.
pub(super) fn read(file: &Path) -> Programme {
    let text = fs::read_to_string(file).expect("the programme file can be read");
    let root: Table = text.parse().expect("the programme file is TOML");
    let folder = file.parent().expect("the programme file lies in a folder");
    let programme = table(&root, "programme");
    let nothing = Table::new();
    let optional = |name: &str| root.get(name).map_or(&nothing, |v| v.as_table().expect(name));
    let (family, eligibility, selection) = (optional("family"), optional("eligibility"), optional("selection"));
    let quotas = selection.get("quota").map_or(&nothing, |v| v.as_table().expect("quota"));
    Programme {
        period: text_of(programme, "period").expect("period"),
        as_of: date_of(programme, "as_of"),
        key: read_key(&folder.join(text_of(programme, "key").expect("key"))),
        age_bands: list(table(&root, "persons"), "age_bands")
            .iter()
            .map(|v| v.as_integer().expect("an age is a whole number"))
            .collect(),
        renumbered: text_of(table(&root, "persons"), "renumbered").map_or_else(Vec::new, |file| {
            let pair = |line: String| line.split_once(';').map(|(old, new)| (old.to_owned(), new.to_owned()));
            lines_of(&folder.join(file)).into_iter().map(|line| pair(line).expect("two columns")).collect()
        }),
        excluded: texts_of(table(&root, "persons"), "exclude")
            .unwrap_or_default()
            .iter()
            .flat_map(|file| lines_of(&folder.join(file)))
            .collect(),
        attributes: texts_of(table(&root, "persons"), "attributes").unwrap_or_default(),
        dates_leave_as_months: text_of(table(&root, "persons"), "dates").is_some_and(|dates| dates == "month"),
        max_adults_per_child: number_of(family, "max_adults_per_child").unwrap_or(4),
        apart_types: types_of(family, "apart_types").unwrap_or_default(),
        departments: list(&root, "department").iter().map(|v| department(v, folder)).collect(),
        rules: list(&root, "rule").iter().map(rule).collect(),
        min_departments: number_of(eligibility, "min_departments"),
        min_points: integer_of(eligibility, "min_points"),
        ages: text_of(eligibility, "ages").map(|ages| first_and_last_age(&ages)),
        require: texts_of(eligibility, "require").unwrap_or_default(),
        size: number_of(selection, "size").expect("size"),
        reserve: number_of(selection, "reserve").unwrap_or(0),
        tie_break: texts_of(selection, "tie_break").unwrap_or_default(),
        lottery: text_of(selection, "lottery"),
        family: quota(quotas, "family"),
        citizen: quota(quotas, "citizen"),
    }
}

fn department(value: &Value, folder: &Path) -> Department {
    let department = value.as_table().expect("a department is a table");
    let nothing = Table::new();
    let format = department.get("format").map_or(&nothing, |v| v.as_table().expect("format"));
    let patterns = match department.get("input").expect("a department has an input") {
        Value::String(one) => vec![one.clone()],
        _ => texts_of(department, "input").expect("input"),
    };
    let columns = table(department, "columns");
    Department {
        id: text_of(department, "id").expect("a department has an id"),
        files: matching_files(folder, &patterns),
        delimiter: text_of(format, "delimiter").map(|text| {
            assert!(text.len() == 1, "a delimiter is one ASCII character");
            text.as_bytes()[0]
        }),
        encoding: text_of(format, "encoding").unwrap_or_else(|| "utf-8".to_owned()),
        dates: text_of(format, "dates").unwrap_or_else(|| "%Y-%m-%d".to_owned()),
        leading_zero_lost: format.get("leading_zero_lost").is_some_and(|v| v.as_bool().expect("leading_zero_lost")),
        columns: columns
            .iter()
            .flat_map(|(canonical, own)| match own {
                Value::Array(several) => {
                    several.iter().zip(["person", "person 2"]).map(|(own, name)| (name.to_owned(), own)).collect()
                }
                one => vec![(canonical.clone(), one)],
            })
            .map(|(canonical, own)| (canonical, nfc(own.as_str().expect("a column name is text"))))
            .collect(),
        types: types_of(department, "types").unwrap_or_default(),
    }
}

fn rule(value: &Value) -> Rule {
    let rule = value.as_table().expect("a rule is a table");
    let bands = rule.get("bands").map(|_| {
        let band_of = |value: &Value| {
            let band = value.as_table().expect("a band is a table");
            let from = match band.get("from").expect("a band has a from") {
                Value::Float(from) => *from,
                whole => f64::from(i32::try_from(whole.as_integer().expect("from")).expect("from is small")),
            };
            (from, integer_of(band, "points").expect("a band has points"))
        };
        list(rule, "bands").iter().map(band_of).collect()
    });
    Rule {
        id: text_of(rule, "id").expect("a rule has an id"),
        department: text_of(rule, "department"),
        measure: text_of(rule, "measure").expect("a rule has a measure"),
        types: types_of(rule, "types"),
        window_years: integer_of(rule, "window_years")
            .map(|years| i32::try_from(years).expect("window_years is small")),
        max_gap_days: integer_of(rule, "max_gap_days").unwrap_or(0),
        bands,
        points_per: integer_of(rule, "points_per"),
        max: integer_of(rule, "max"),
    }
}

fn quota(quotas: &Table, group: &str) -> Quota {
    quotas.get(group).map_or_else(Quota::default, |value| {
        let bounds = value.as_table().expect("a quota is a table");
        Quota { min: number_of(bounds, "min"), max: number_of(bounds, "max") }
    })
}

fn first_and_last_age(ages: &str) -> (i64, Option<i64>) {
    let age = |text: &str| text.parse().expect("an age is a whole number");
    if let Some(first) = ages.strip_suffix('+') {
        return (age(first), None);
    }
    let (first, last) = ages.split_once('-').expect("ages are `18-66` or `67+`");
    (age(first), Some(age(last)))
}

fn read_key(file: &Path) -> Vec<u8> {
    let text = fs::read_to_string(file).expect("the key file can be read");
    let hex = text.trim().strip_prefix("udpeg-key-1:").expect("the key file has its prefix");
    assert!(hex.len() == 64, "a key is 64 hex characters");
    let byte = |i: usize| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("a key is hex");
    (0..32).map(byte).collect()
}

/// The files of all patterns, each pattern's sorted bytewise, none twice.
fn matching_files(folder: &Path, patterns: &[String]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        let path = folder.join(pattern);
        let inside = path.parent().expect("an input lies in a folder");
        let name = path.file_name().expect("an input has a name").to_str().expect("UTF-8");
        let wanted: Vec<char> = name.chars().collect();
        let mut found = Vec::new();
        for entry in fs::read_dir(inside).expect("the input folder can be read") {
            let entry = entry.expect("the input folder can be listed");
            let name = entry.file_name().into_string().expect("file names are UTF-8");
            if name_matches(&name.chars().collect::<Vec<_>>(), &wanted) {
                found.push(inside.join(&name).canonicalize().expect("a listed file is there"));
            }
        }
        assert!(!found.is_empty(), "no file matches {pattern}");
        found.sort();
        for file in found {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    files
}

fn name_matches(name: &[char], pattern: &[char]) -> bool {
    match pattern.first() {
        None => name.is_empty(),
        Some('*') => (0..=name.len()).any(|taken| name_matches(&name[taken..], &pattern[1..])),
        Some('?') => !name.is_empty() && name_matches(&name[1..], &pattern[1..]),
        Some(c) => name.first() == Some(c) && name_matches(&name[1..], &pattern[1..]),
    }
}

/// The lines of a list behind its header.
fn lines_of(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a list can be read");
    text.lines().skip(1).map(str::to_owned).collect()
}

fn table<'a>(parent: &'a Table, name: &str) -> &'a Table {
    let value = parent.get(name).unwrap_or_else(|| panic!("[{name}] is missing"));
    value.as_table().unwrap_or_else(|| panic!("[{name}] is not a table"))
}

fn list<'a>(parent: &'a Table, name: &str) -> &'a [Value] {
    parent.get(name).map_or(&[], |value| value.as_array().unwrap_or_else(|| panic!("{name} is not a list")))
}

fn text_of(parent: &Table, name: &str) -> Option<String> {
    parent.get(name).map(|value| value.as_str().unwrap_or_else(|| panic!("{name} is not a text")).to_owned())
}

fn integer_of(parent: &Table, name: &str) -> Option<i64> {
    parent.get(name).map(|value| value.as_integer().unwrap_or_else(|| panic!("{name} is not a whole number")))
}

fn number_of(parent: &Table, name: &str) -> Option<usize> {
    integer_of(parent, name).map(|n| usize::try_from(n).unwrap_or_else(|_| panic!("{name} is negative")))
}

fn texts_of(parent: &Table, name: &str) -> Option<Vec<String>> {
    parent.get(name).map(|_| {
        let text = |value: &Value| value.as_str().expect("a list of texts").to_owned();
        list(parent, name).iter().map(text).collect()
    })
}

/// Types are compared in NFC, so the programme's are put into it at once.
fn types_of(parent: &Table, name: &str) -> Option<Vec<String>> {
    texts_of(parent, name).map(|types| types.iter().map(|t| nfc(t)).collect())
}

fn date_of(parent: &Table, name: &str) -> NaiveDate {
    let written = parent.get(name).unwrap_or_else(|| panic!("{name} is missing"));
    let date = written.as_datetime().and_then(|value| value.date).expect("a TOML date");
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()).expect("a date that exists")
}

/// Unicode's composed form, in which headers and types are compared.
pub(super) fn nfc(text: &str) -> String {
    text.nfc().collect()
}
