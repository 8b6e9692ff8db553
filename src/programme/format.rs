//! `format` of a department: how its files are written.

use super::reader::{At, Table};
use crate::calendar::{day_of, days};
use chrono::{Datelike, NaiveDate};

/// How an extract is written.
#[derive(Debug, Clone)]
pub struct FileFormat {
    /// One ASCII character; `None` takes what the file name's extension says (`.csv` a comma, `.tsv` a tab).
    pub delimiter: Option<u8>,
    /// How characters are encoded; `None` recognises it for each file.
    pub encoding: Option<Encoding>,
    /// How dates are written.
    pub dates: DateFormat,
    /// Whether nine digits are a number that lost its leading zero.
    pub leading_zero_lost: bool,
    /// What an end says that is still open, beside an empty cell.
    pub open_end: OpenEnd,
    /// What the last line of each file is.
    pub last_line: LastLine,
    /// The sheet of a workbook; `None` takes the one that has the named columns.
    pub sheet: Option<String>,
    /// What stands before the decimals of an amount.
    pub decimal: Decimal,
}

/// Character encodings of extracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// Windows-1252; its five undefined bytes are errors.
    Windows1252,
    /// Code page 437, of DOS.
    CodePage437,
    /// Code page 865, of Nordic DOS: 437 with ø and Ø.
    CodePage865,
}

impl Encoding {
    const ALL: [(&'static str, Self); 4] = [
        ("utf-8", Self::Utf8),
        ("windows-1252", Self::Windows1252),
        ("cp437", Self::CodePage437),
        ("cp865", Self::CodePage865),
    ];

    /// Its name in the programme file.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, encoding)| *encoding == self).map_or("", |(name, _)| name)
    }
}

/// What the last line of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastLine {
    /// A row like all others.
    Row,
    /// A trailer with the number of rows before it.
    Count,
}

/// What stands before the decimals of an amount; the other of the two may group its thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    /// `1,234.50`.
    Point,
    /// `1.234,50`.
    Comma,
}

/// Texts that mean "still open" where they stand as an end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenEnd {
    texts: Vec<String>,
    /// The days among them, however they are written.
    days: Vec<i32>,
}

impl OpenEnd {
    /// These texts; those that are dates, in ISO form or as `dates` writes them, stand for their days too.
    #[must_use]
    pub fn new(texts: Vec<String>, dates: &DateFormat) -> Self {
        let day = |text: &String| dates.read(text).or_else(|| text.parse().ok());
        Self { days: texts.iter().filter_map(day).map(days).collect(), texts }
    }
}

impl FileFormat {
    /// How a file is written of which nothing but its dates is known: UTF-8, by its extension.
    #[must_use]
    pub fn new(dates: DateFormat) -> Self {
        Self {
            delimiter: None,
            encoding: Some(Encoding::Utf8),
            dates,
            leading_zero_lost: false,
            open_end: OpenEnd::default(),
            last_line: LastLine::Row,
            sheet: None,
            decimal: Decimal::Point,
        }
    }

    /// Reads a trimmed end, in days since 1970-01-01: `Some(None)` where it is still open, `None` where it is malformed.
    #[must_use]
    pub fn read_end(&self, text: &str) -> Option<Option<i32>> {
        if text.is_empty() || self.open_end.texts.iter().any(|open| open == text) {
            return Some(None);
        }
        self.dates.read_day(text).map(|day| self.end_on(day))
    }

    /// An end on this day; `None` where the day stands for one that is still open.
    #[must_use]
    pub fn end_on(&self, day: i32) -> Option<i32> {
        (!self.open_end.days.contains(&day)).then_some(day)
    }
}

/// A date format made of `%d`, `%m` and `%Y`, once each, with any other characters between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    parts: Vec<Part>,
    /// Whether all between the numbers is ASCII.
    is_ascii: bool,
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
    /// `%Y-%m-%d`.
    #[must_use]
    pub fn iso() -> Self {
        let month = Part::Month { fixed: false };
        let dash = Part::Literal('-');
        Self { parts: vec![Part::Year, dash, month, dash, Part::Day { fixed: false }], is_ascii: true }
    }

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
        once.then_some(Self { parts, is_ascii: format.is_ascii() })
    }

    /// Writes a date; days and months have two digits, the year at least four.
    #[must_use]
    pub fn write(&self, date: NaiveDate) -> String {
        use std::fmt::Write;
        let mut text = String::new();
        for part in &self.parts {
            let _ = match *part {
                Part::Year => write!(text, "{:04}", date.year()),
                Part::Month { .. } => write!(text, "{:02}", date.month()),
                Part::Day { .. } => write!(text, "{:02}", date.day()),
                Part::Literal(literal) => write!(text, "{literal}"),
            };
        }
        text
    }

    /// Reads a trimmed date; `None` where it is not written like this or there is no such day.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<NaiveDate> {
        let (year, month, day) = self.parts_of(text.as_bytes())?;
        NaiveDate::from_ymd_opt(year, month, day)
    }

    /// The same in days since 1970-01-01.
    #[must_use]
    pub fn read_day(&self, text: &str) -> Option<i32> {
        let (year, month, day) = self.parts_of(text.as_bytes())?;
        day_of(year, month, day)
    }

    /// The same of a text in whichever encoding; `None` also where it or the format is not ASCII.
    #[must_use]
    pub fn read_ascii_day(&self, text: &[u8]) -> Option<i32> {
        let (year, month, day) = self.parts_of(text).filter(|_| self.is_ascii)?;
        day_of(year, month, day)
    }

    /// Year, month and day of the month as they are written, whether there is such a day or not.
    fn parts_of(&self, text: &[u8]) -> Option<(i32, u32, u32)> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for part in &self.parts {
            match *part {
                Part::Year => (year, rest) = four_digits(rest)?,
                Part::Month { fixed } => (month, rest) = two_digits(rest, fixed)?,
                Part::Day { fixed } => (day, rest) = two_digits(rest, fixed)?,
                Part::Literal(literal) if literal.is_ascii() => {
                    rest = rest.split_first().filter(|(byte, _)| char::from(**byte) == literal)?.1;
                }
                Part::Literal(literal) => rest = rest.strip_prefix(literal.encode_utf8(&mut [0; 4]).as_bytes())?,
            }
        }
        (rest.is_empty() && year > 0).then_some((year, month, day))
    }
}

/// The number that the first four digits make, and what comes behind them.
fn four_digits(text: &[u8]) -> Option<(i32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let is_number = digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| (digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')), rest))
}

/// The number that the first two digits make, or one that stands alone unless there must be two, and what comes behind.
fn two_digits(text: &[u8], fixed: bool) -> Option<(u32, &[u8])> {
    match *text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ref rest @ ..] => {
            Some((u32::from(tens - b'0') * 10 + u32::from(ones - b'0'), rest))
        }
        [ones @ b'0'..=b'9', ref rest @ ..] if !fixed => Some((u32::from(ones - b'0'), rest)),
        _ => None,
    }
}

pub(super) fn file_format(department: &Table<'_, '_>) -> Option<FileFormat> {
    let table = department.table("format", "`format`");
    let delimiter = table.optional::<String>("delimiter").map(|written| delimiter(&table, &written));
    let encoding = match table.optional::<String>("encoding") {
        None => Some(Some(Encoding::Utf8)),
        Some(name) => encoding(&table, &name),
    };
    let dates = match table.optional::<String>("dates") {
        None => Some(DateFormat::iso()),
        Some(format) => {
            let read = DateFormat::new(&format.value);
            if read.is_none() {
                table.mistake(&format.span, "`dates` must hold %d, %m and %Y once each, such as \"%d-%m-%Y\"");
            }
            read
        }
    };
    let leading_zero_lost = table.optional::<bool>("leading_zero_lost").is_some_and(|flag| flag.value);
    let open_end = open_end(&table);
    let has_trailer = table.optional::<bool>("trailer").is_some_and(|flag| flag.value);
    let sheet = table.optional::<String>("sheet");
    if let Some(sheet) = sheet.as_ref().filter(|sheet| sheet.value.trim().is_empty()) {
        table
            .mistake(&sheet.span, "`sheet` cannot be empty: leave it out to take the sheet that has the named columns");
    }
    let decimal = match table.optional::<String>("decimal") {
        None => Some(Decimal::Point),
        Some(written) => match written.value.as_str() {
            "." => Some(Decimal::Point),
            "," => Some(Decimal::Comma),
            _ => {
                table.mistake(&written.span, "`decimal` can be \".\" or \",\"");
                None
            }
        },
    };
    table.finish();
    let delimiter = delimiter.map_or(Some(None), |read| read.map(Some))?;
    let dates = dates?;
    Some(FileFormat {
        delimiter,
        encoding: encoding?,
        leading_zero_lost,
        open_end: OpenEnd::new(open_end, &dates),
        dates,
        last_line: if has_trailer { LastLine::Count } else { LastLine::Row },
        sheet: sheet.map(|sheet| sheet.value),
        decimal: decimal?,
    })
}

fn delimiter(table: &Table<'_, '_>, written: &At<String>) -> Option<u8> {
    let one = <[u8; 1]>::try_from(written.value.as_bytes()).ok().map(|[byte]| byte);
    let usable = one.filter(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n\0".contains(byte));
    if usable.is_none() {
        table.mistake(
            &written.span,
            "`delimiter` must be one ASCII character that is no letter, digit, quote or line break, such as \";\"",
        );
    }
    usable
}

/// The encoding; `Some(None)` where it is to be recognised.
#[expect(clippy::option_option, reason = "a mistake, or an encoding, or none that is stated")]
fn encoding(table: &Table<'_, '_>, name: &At<String>) -> Option<Option<Encoding>> {
    let wanted = name.value.to_ascii_lowercase();
    if wanted == "auto" {
        return Some(None);
    }
    let found = Encoding::ALL.iter().find(|(known, _)| *known == wanted).map(|(_, encoding)| *encoding);
    if found.is_none() {
        let all: Vec<String> = Encoding::ALL.iter().map(|(known, _)| format!("\"{known}\"")).collect();
        table.mistake(&name.span, format!("`encoding` can be {} or \"auto\"", all.join(", ")));
    }
    found.map(Some)
}

fn open_end(table: &Table<'_, '_>) -> Vec<String> {
    let Some(list) = table.optional::<Vec<At<String>>>("open_end") else { return Vec::new() };
    let mut texts: Vec<String> = Vec::new();
    for written in list.value {
        let text = written.value.trim().to_owned();
        if text.is_empty() {
            table.mistake(&written.span, "`open_end` holds an empty text; an empty cell means still open anyway");
        } else if texts.contains(&text) {
            table.mistake(&written.span, format!("\"{text}\" stands twice in `open_end`"));
        } else {
            texts.push(text);
        }
    }
    texts
}
