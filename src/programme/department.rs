//! `[[department]]`: where an extract stands, how it is written, which columns are read.

use super::reader::{At, OneOrMany, Table};
use super::settings;
use chrono::NaiveDate;

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
    pub types: Vec<String>,
    /// Which of the department's own columns are read.
    pub columns: Columns,
}

/// How an extract is written.
#[derive(Debug, Clone)]
pub struct FileFormat {
    /// One ASCII character; `None` takes what the file name's extension says (`.csv` a comma, `.tsv` a tab).
    pub delimiter: Option<u8>,
    /// How characters are encoded.
    pub encoding: Encoding,
    /// How dates are written.
    pub dates: DateFormat,
    /// Whether nine digits are a number that lost its leading zero.
    pub leading_zero_lost: bool,
}

/// Character encodings of extracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// Windows-1252; its five undefined bytes are errors.
    Windows1252,
}

/// The department's own names of the canonical columns, in NFC and trimmed.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Holds the person's number.
    pub person: String,
    /// Holds the type of benefit, case or measure.
    pub kind: String,
    /// Holds the first day.
    pub start: String,
    /// Holds the last day; empty while open.
    pub end: String,
    /// Holds the record (case) id.
    pub record: Option<String>,
    /// Holds a child's number.
    pub child: Option<String>,
}

/// A date format made of `%d`, `%m` and `%Y`, once each, with any other characters between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Four digits.
    Year,
    /// One or two digits where something separates them, else two.
    Month {
        fixed: bool,
    },
    Day {
        fixed: bool,
    },
    Literal(char),
}

impl DateFormat {
    /// Reads a format such as `%d-%m-%Y`; `None` where it is none.
    #[must_use]
    pub fn new(format: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut characters = format.chars();
        while let Some(character) = characters.next() {
            parts.push(match character {
                '%' => match characters.next()? {
                    'Y' => Part::Year,
                    'm' => Part::Month { fixed: false },
                    'd' => Part::Day { fixed: false },
                    '%' => Part::Literal('%'),
                    _ => return None,
                },
                digit if digit.is_ascii_digit() => return None,
                literal => Part::Literal(literal),
            });
        }
        let is_number = |part: Option<&Part>| part.is_some_and(|part| !matches!(part, Part::Literal(_)));
        let touching: Vec<bool> = (0..parts.len())
            .map(|at| (at > 0 && is_number(parts.get(at - 1))) || is_number(parts.get(at + 1)))
            .collect();
        for (part, touches) in parts.iter_mut().zip(touching) {
            if let Part::Month { fixed } | Part::Day { fixed } = part {
                *fixed = touches;
            }
        }
        let count = |wanted: fn(&Part) -> bool| parts.iter().filter(|part| wanted(part)).count();
        let once = count(|part| matches!(part, Part::Year)) == 1
            && count(|part| matches!(part, Part::Month { .. })) == 1
            && count(|part| matches!(part, Part::Day { .. })) == 1;
        once.then_some(Self { parts })
    }

    /// Reads a trimmed date; `None` where it is not written like this or there is no such day.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<NaiveDate> {
        self.read_bytes(text.as_bytes())
    }

    /// The same of a text in whichever encoding; `None` also where it is not ASCII.
    #[must_use]
    pub fn read_ascii(&self, text: &[u8]) -> Option<NaiveDate> {
        if text.is_ascii() { self.read_bytes(text) } else { None }
    }

    /// Reads a date in UTF-8.
    fn read_bytes(&self, text: &[u8]) -> Option<NaiveDate> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for part in &self.parts {
            let taken;
            match *part {
                Part::Year => (year, taken) = digits(rest, 4, 4)?,
                Part::Month { fixed } => (month, taken) = digits(rest, if fixed { 2 } else { 1 }, 2)?,
                Part::Day { fixed } => (day, taken) = digits(rest, if fixed { 2 } else { 1 }, 2)?,
                Part::Literal(literal) => {
                    rest = match u8::try_from(literal) {
                        Ok(literal) if literal.is_ascii() => rest.strip_prefix(&[literal])?,
                        _ => rest.strip_prefix(literal.encode_utf8(&mut [0; 4]).as_bytes())?,
                    };
                    continue;
                }
            }
            rest = &rest[taken..];
        }
        let year = i32::try_from(year).ok().filter(|&year| year > 0)?;
        if rest.is_empty() { NaiveDate::from_ymd_opt(year, month, day) } else { None }
    }
}

/// The number that the first `least` to `most` digits make, and how many there were.
fn digits(text: &[u8], least: usize, most: usize) -> Option<(u32, usize)> {
    let (mut number, mut count) = (0, 0);
    while count < most
        && let Some(digit) = text.get(count).filter(|byte| byte.is_ascii_digit())
    {
        number = number * 10 + u32::from(digit - b'0');
        count += 1;
    }
    (count >= least).then_some((number, count))
}

/// The departments, and the ids of all of them, those with mistakes included.
pub(super) fn departments(root: &Table<'_, '_>) -> (Vec<Department>, Vec<String>) {
    let tables = root.tables("department");
    if root.is_empty_or_absent("department") {
        root.mistake(root.span(), "there is no [[department]]");
    }
    if tables.len() > MOST_DEPARTMENTS {
        root.mistake(
            root.span(),
            format!("there are {} [[department]]; at most {MOST_DEPARTMENTS} can be joined", tables.len()),
        );
    }
    let mut departments = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for mut table in tables {
        let id = table.word_id("department", &mut ids);
        let input = input(&table);
        let format = file_format(&table);
        let types = settings::types(&table, "types").unwrap_or_default();
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

fn file_format(department: &Table<'_, '_>) -> Option<FileFormat> {
    let table = department.table("format", "`format`");
    let delimiter = table.optional::<String>("delimiter").map(|delimiter| {
        let one = <[u8; 1]>::try_from(delimiter.value.as_bytes()).ok().map(|[byte]| byte);
        let usable = one.filter(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n\0".contains(byte));
        if usable.is_none() {
            table.mistake(
                &delimiter.span,
                "`delimiter` must be one ASCII character that is no letter, digit, quote or line break, such as \";\"",
            );
        }
        usable
    });
    let encoding = match table.optional::<String>("encoding") {
        None => Some(Encoding::Utf8),
        Some(name) => match name.value.to_ascii_lowercase().as_str() {
            "utf-8" => Some(Encoding::Utf8),
            "windows-1252" => Some(Encoding::Windows1252),
            _ => {
                table.mistake(&name.span, "`encoding` can be \"utf-8\" or \"windows-1252\"");
                None
            }
        },
    };
    let dates = match table.optional::<String>("dates") {
        None => DateFormat::new("%Y-%m-%d"),
        Some(format) => {
            let read = DateFormat::new(&format.value);
            if read.is_none() {
                table.mistake(&format.span, "`dates` must hold %d, %m and %Y once each, such as \"%d-%m-%Y\"");
            }
            read
        }
    };
    let leading_zero_lost = table.optional::<bool>("leading_zero_lost").is_some_and(|flag| flag.value);
    table.finish();
    let delimiter = delimiter.map_or(Some(None), |read| read.map(Some))?;
    Some(FileFormat { delimiter, encoding: encoding?, dates: dates?, leading_zero_lost })
}

fn columns(department: &Table<'_, '_>) -> Option<Columns> {
    let table = department.table("columns", "[department.columns]");
    let read = |name: Option<At<String>>| {
        let name = name?;
        let normalised = crate::extract::normalised(&name.value);
        if normalised.is_empty() {
            table.mistake(&name.span, "a column's name cannot be empty");
        }
        Some(normalised)
    };
    let person = read(table.required("person"));
    let kind = read(table.required("type"));
    let start = read(table.required("start"));
    let end = read(table.required("end"));
    let record = read(table.optional("record"));
    let child = read(table.optional("child"));
    table.finish();
    Some(Columns { person: person?, kind: kind?, start: start?, end: end?, record, child })
}
