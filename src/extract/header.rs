//! The header of a file: which of the department's columns stands where.

use super::csv::{FieldForm, MOST_COLUMNS, RowReader};
use super::input::NamedFile;
use super::normalised;
use crate::error::{Error, Result};
use crate::programme::{Columns, Department, Encoding, Period};
use zeroize::Zeroizing;

/// Where the columns of one file stand.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// Bytes of the first block before the first row of data.
    pub length: usize,
    /// Number of fields of every well-formed row.
    pub width: usize,
    /// All column names, normalised; only ever written to `private/`. Overwritten when dropped: the first line of a
    /// file without a header holds a person's data.
    pub names: Zeroizing<Vec<String>>,
    /// Positions of the canonical columns.
    pub columns: Positions,
}

/// Positions of the canonical columns among the fields.
#[derive(Debug, Clone)]
pub(super) struct Positions {
    pub persons: Vec<usize>,
    pub kind: usize,
    pub period: PeriodAt,
    pub record: Option<usize>,
    pub child: Option<usize>,
}

/// Positions of the columns of days.
#[derive(Debug, Clone, Copy)]
pub(super) enum PeriodAt {
    Days { start: usize, end: usize },
    Weeks { week: usize, amount: Option<usize> },
}

/// Reads the header at the beginning of a file's first block that is not empty lines alone; `None` in such a one.
pub(super) fn read(
    file: &NamedFile,
    department: &Department,
    encoding: Encoding,
    block: &[u8],
    had_byte_order_mark: bool,
) -> Result<Option<Header>> {
    if had_byte_order_mark && encoding != Encoding::Utf8 {
        return Err(Error::file(
            &file.path,
            format!("it begins with a UTF-8 byte-order mark, and the programme says {}", encoding.name()),
            "set `encoding = \"utf-8\"` in the department's `format`",
        ));
    }
    let mut reader = RowReader::new(block, file.delimiter);
    let mut fields = Vec::new();
    let Some(row) = reader.next_row(&mut fields) else {
        return Ok(None);
    };
    let bytes = &block[row.clone()];
    if bytes.contains(&0) {
        return Err(Error::file(
            &file.path,
            "it is no text: the header holds NUL bytes",
            "deliver CSV; a spreadsheet has to be saved as CSV first",
        ));
    }
    if fields.len() > MOST_COLUMNS {
        return Err(Error::file(
            &file.path,
            format!("its header has more than {MOST_COLUMNS} columns"),
            "check that this is the right file, and its `delimiter`; deliver the columns that the programme names",
        ));
    }
    let mut names = Zeroizing::new(Vec::with_capacity(fields.len()));
    let mut scratch = Zeroizing::new(String::new());
    for field in &fields {
        if field.form == FieldForm::Broken {
            return Err(Error::file(
                &file.path,
                "its header cannot be read: something stands after a closing quote",
                "nothing may stand after a closing quote, blanks too: look at the first line in a text editor",
            ));
        }
        let content = unquoted(&block[field.content.clone()], field.form);
        let name = encoding.decode(&content, &mut scratch).ok_or_else(|| unreadable(file, encoding, bytes))?;
        names.push(normalised(name));
    }
    let columns = positions(&department.columns, &names)
        .map_err(|what| Error::file(&file.path, what, advice(file, department, encoding, bytes, &names)))?;
    Ok(Some(Header { length: row.end, width: names.len(), names, columns }))
}

/// A file without even a header.
pub(super) fn empty(file: &NamedFile) -> Error {
    Error::file(
        &file.path,
        "it is empty: there is not even a header",
        "deliver it again; an extract without rows has its header alone",
    )
}

/// A field's content as it is meant; a copy is overwritten when dropped.
pub(super) enum Content<'b> {
    /// As it stands in the block.
    Plain(&'b [u8]),
    /// With doubled quotes made single.
    Copied(Zeroizing<Vec<u8>>),
}

impl std::ops::Deref for Content<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Copied(bytes) => bytes,
        }
    }
}

/// A field's content with doubled quotes made single.
pub(super) fn unquoted(content: &[u8], form: FieldForm) -> Content<'_> {
    if form != FieldForm::Doubled {
        return Content::Plain(content);
    }
    let mut plain = Zeroizing::new(Vec::with_capacity(content.len()));
    let mut bytes = content.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(byte);
        if byte == b'"' {
            bytes.next();
        }
    }
    Content::Copied(plain)
}

/// The positions of the named columns, or what is wrong; only the programme's own words are repeated, since the first
/// line of a file without a header holds a person's data.
fn positions(columns: &Columns, names: &[String]) -> std::result::Result<Positions, String> {
    let mut problems = Vec::new();
    let mut find = |column: &str| {
        let mut found = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(position, _)| position);
        let first = found.next();
        match (first, found.count()) {
            (None, _) => problems.push(format!("column `{column}` is not in the header")),
            (Some(_), 0) => {}
            (Some(_), more) => problems.push(format!("column `{column}` stands {} times in the header", more + 1)),
        }
        first.unwrap_or(0)
    };
    let positions = Positions {
        persons: columns.persons.iter().map(|person| find(person)).collect(),
        kind: find(&columns.kind),
        period: match &columns.period {
            Period::Days { start, end } => PeriodAt::Days { start: find(start), end: find(end) },
            Period::Weeks { week, amount } => {
                PeriodAt::Weeks { week: find(week), amount: amount.as_deref().map(&mut find) }
            }
        },
        record: columns.record.as_deref().map(&mut find),
        child: columns.child.as_deref().map(&mut find),
    };
    if problems.is_empty() { Ok(positions) } else { Err(problems.join("; ")) }
}

/// What to do about a header that lacks columns.
fn advice(file: &NamedFile, department: &Department, encoding: Encoding, header: &[u8], names: &[String]) -> String {
    let wanted = department.columns.all();
    let parts = |delimiter: u8| header.split(|&byte| byte == delimiter).count();
    let seeming = [(b';', "`;`"), (b',', "`,`"), (b'\t', "a tab"), (b'|', "`|`")]
        .into_iter()
        .filter(|&(delimiter, _)| delimiter != file.delimiter)
        .max_by_key(|&(delimiter, _)| parts(delimiter))
        .filter(|&(delimiter, _)| parts(delimiter) > names.len());
    if let Some((_, name)) = seeming.filter(|_| file.kind.is_text()) {
        let delimiter = char::from(file.delimiter).escape_default();
        return format!(
            "the programme's delimiter is `{delimiter}`, and the header seems to use {name}: set `delimiter` in the department's `format`"
        );
    }
    if encoding == Encoding::Windows1252 && !header.is_ascii() && std::str::from_utf8(header).is_ok() {
        return "the header seems to be UTF-8: set `encoding = \"utf-8\"` in the department's `format`".to_owned();
    }
    let letters = |name: &str| {
        name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let is_alike = |column: &&&str| names.iter().any(|name| name != **column && letters(name) == letters(column));
    match wanted.iter().find(is_alike) {
        Some(column) => format!(
            "the header has `{column}` in another spelling (capitals, blanks or punctuation): correct [department.columns]"
        ),
        None => format!(
            "correct [department.columns], or deliver the file with its header; this one has {} columns",
            names.len()
        ),
    }
}

fn unreadable(file: &NamedFile, encoding: Encoding, header: &[u8]) -> Error {
    let hint = match encoding {
        Encoding::Utf8 if std::str::from_utf8(header).is_err() => {
            "it may be Windows-1252: set `encoding = \"windows-1252\"` in the department's `format`"
        }
        Encoding::Windows1252 if std::str::from_utf8(header).is_ok() => {
            "it may be UTF-8: set `encoding = \"utf-8\"` in the department's `format`"
        }
        _ => "look at the first line in a text editor",
    };
    Error::file(&file.path, format!("its header cannot be read as {}", encoding.name()), hint)
}
