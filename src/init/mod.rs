//! A programme file to begin with: how departments' files seem to be written, in a commented text that runs no
//! programme before people have decided what it is for.
//!
//! Looks at files that hold personal data. Of what it sees only column names that it uses, and how the file is written,
//! go on from here.

mod columns;
mod dates;
mod text;

pub use columns::{Column, Role};

use crate::error::{Error, Result};
use crate::extract::Sample;
use crate::programme::{Encoding, Programme};
use chrono::{Datelike, NaiveDate};
use std::path::{Path, PathBuf};

/// What the programme is to be about.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where the programme file is to stand; paths in it are relative to its folder.
    pub file: PathBuf,
    /// What it is called.
    pub name: String,
    /// The period.
    pub period: String,
    /// The day on which everything is measured.
    pub as_of: NaiveDate,
    /// The departments and their files.
    pub departments: Vec<Delivered>,
}

/// A department's files, before anything is known about them.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The department's id.
    pub id: String,
    /// Its files, from where the program runs; at least one. The first is looked at.
    pub files: Vec<PathBuf>,
    /// Columns that somebody has named, whatever the file looks like.
    pub named: Vec<Column>,
}

/// A programme file, not yet written, and what was found for it.
#[derive(Debug)]
pub struct Draft {
    /// The text of the file.
    pub text: String,
    /// What each department's file seems to be.
    pub departments: Vec<Description>,
}

/// How a department's file seems to be written.
#[derive(Debug, Clone)]
pub struct Description {
    /// The department's id.
    pub id: String,
    /// Its files, as the programme file names them.
    pub input: Vec<String>,
    /// What stands between fields, where it is text.
    pub delimiter: Option<char>,
    /// Its encoding, where it is text.
    pub encoding: Option<Encoding>,
    /// How dates are written.
    pub dates: &'static str,
    /// Whether numbers have lost their leading zeros.
    pub leading_zero_lost: bool,
    /// What an end says that is still open.
    pub open_end: Vec<&'static str>,
    /// Which column is what.
    pub columns: Vec<Column>,
    /// What somebody should look at.
    pub doubts: Vec<String>,
}

/// The last quarter that is over, as a period and its last day.
#[must_use]
pub fn last_quarter(today: NaiveDate) -> (String, NaiveDate) {
    let first_month = (today.month() - 1) / 3 * 3 + 1;
    let first = today.with_day(1).and_then(|day| day.with_month(first_month)).unwrap_or(today);
    let last = first.pred_opt().unwrap_or(first);
    (format!("{}Q{}", last.year(), (last.month() - 1) / 3 + 1), last)
}

/// Looks at the files and drafts a programme file.
///
/// # Errors
///
/// [`Error::File`] where a file cannot be read, has no header, or its columns cannot be told;
/// [`Error::Programme`] where an id, the period or the name cannot stand in a programme file.
pub fn draft(request: &Request) -> Result<Draft> {
    let departments: Vec<Description> =
        request.departments.iter().map(|delivered| describe(request, delivered)).collect::<Result<_>>()?;
    let text = text::programme(request, &departments);
    // What is drafted is a programme: this finds ids and periods that cannot be.
    Programme::parse(&request.file, &text)?;
    Ok(Draft { text, departments })
}

fn describe(request: &Request, delivered: &Delivered) -> Result<Description> {
    let Some(first) = delivered.files.first() else {
        return Err(Error::Usage {
            what: format!("the department `{}` has no file", delivered.id),
            hint: "name one: --department ID=FILE".to_owned(),
        });
    };
    let sample = Sample::read(first)?;
    let found = columns::find(&sample, &delivered.named)
        .map_err(|missing| missing.into_error(first, &delivered.id, &sample.header))?;
    let (mut columns, mut doubts) = (found.columns, found.doubts);
    let days = dates::find(&sample, &columns);
    doubts.extend(days.doubt);
    if !sample.is_encoding_certain {
        doubts.push("its encoding cannot be told with certainty; most of its letters are of this one".to_owned());
    }
    if sample.rows.is_empty() {
        doubts.push("the file has no rows: how dates are written was not seen".to_owned());
    }
    for other in delivered.files.iter().skip(1) {
        let header = Sample::read(other)?.header;
        if let Some(lacking) = columns.iter().find(|column| !header.contains(&column.name)) {
            let what = format!("it has no column `{}`, as the department's first file has", lacking.name);
            return Err(Error::file(other, what, "the files of one department must have the same columns"));
        }
    }
    columns.sort_by_key(|column| column.role);
    Ok(Description {
        id: delivered.id.clone(),
        input: delivered.files.iter().map(|file| from_folder_of(&request.file, file)).collect::<Result<_>>()?,
        delimiter: sample.delimiter.map(char::from),
        encoding: sample.encoding,
        dates: days.format,
        leading_zero_lost: sample.encoding.is_some() && columns::leading_zero_lost(&sample, &columns),
        open_end: days.open_end,
        columns,
        doubts,
    })
}

/// A path as the programme file names it: relative to its folder where both lie below where we are, whole otherwise.
fn from_folder_of(programme: &Path, file: &Path) -> Result<String> {
    let whole = |path: &Path| std::path::absolute(path).map_err(|error| Error::io(path, "find", &error));
    let (programme, file) = (whole(programme)?, whole(file)?);
    let folder = programme.parent().unwrap_or(Path::new("/"));
    let common = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().count() - common;
    let below: PathBuf = file.components().skip(common).collect();
    // From the root down nothing is shared but the root.
    let path = if common <= 1 { file.clone() } else { PathBuf::from("../".repeat(up)).join(below) };
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Error::file(&path, "its path is not UTF-8", "rename the file or its folder"))
}
