//! Workbooks (.xlsx): the sheet that holds the extract, its cells as they are stored.
//!
//! A sheet is read as a stream, so that a million blank rows, or a cell in its farthest corner, cost nothing.

use super::super::normalised;
use super::rows::{Cell, Role, RowWriter, roles};
use super::{Chunks, corrupt};
use crate::error::{Error, Result};
use crate::programme::{Columns, Department};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxCellFormulaMetadataRecord, XlsxError};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use zip::ZipArchive;

type Workbook = Xlsx<BufReader<File>>;

/// A part of a workbook up to this size is read in any case, in bytes.
const SMALL_BYTES: u64 = 256 << 20;

/// Larger ones only where they unpack to no more than so many times their size.
const MOST_TIMES: u64 = 200;

/// All parts but the sheets are held in memory, and together may be no larger than this.
const MOST_BYTES_IN_MEMORY: u64 = 1 << 30;

/// Serial numbers beyond the year 2199 in cells that are not formatted as dates are no dates (but for 9999-12-31).
const LAST_PLAIN_SERIAL: i128 = 109_575;
const LAST_SERIAL: i128 = 2_958_465;

/// Writes the rows of a workbook's sheet.
///
/// # Errors
///
/// [`Error::File`] where it is no workbook, is protected or damaged, or where it is not certain which cells are meant.
pub(super) fn convert(path: &Path, mut file: File, department: &Department, chunks: &Chunks) -> Result<()> {
    check_sizes(path, &mut file)?;
    let mut workbook = Workbook::new(BufReader::new(file)).map_err(|error| unreadable(path, &error))?;
    let (sheet, header) = choose_sheet(path, &mut workbook, department)?;
    check_merged_cells(path, &mut workbook, department, &sheet, header.as_ref())?;
    let Some(header) = header else { return Ok(()) };
    let roles = roles(&department.columns, &header.names);
    let is_1904 = workbook.has_1904_epoch();
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|error| unreadable(path, &error))?;
    let mut writer = RowWriter::new(path, department, chunks);
    let mut row: Vec<XlsxCellFormulaMetadataRecord<'_>> = Vec::new();
    let dates = &department.format.dates;
    let mut flush = |row: &mut Vec<XlsxCellFormulaMetadataRecord<'_>>| -> Result<()> {
        if row.iter().all(is_blank) {
            row.clear();
            return Ok(());
        }
        let is_header = row.first().is_some_and(|cell| cell.pos.0 == header.row);
        let mut next = row.drain(..).peekable();
        let mut column = 0;
        while (column as usize) < roles.len() || next.peek().is_some() {
            let role =
                if is_header { Role::Unused } else { roles.get(column as usize).copied().unwrap_or(Role::Unused) };
            match next.next_if(|cell| cell.pos.1 == column) {
                Some(cell) => {
                    let parses = |number: i128| dates.read(&number.to_string()).is_some();
                    writer.cell(stored(&cell, role, is_1904, parses), role)?;
                }
                None => writer.cell(Cell::Empty, role)?,
            }
            column += 1;
        }
        writer.end_row()
    };
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|error| unreadable(path, &error))? {
        match row.last().map(|last| last.pos) {
            Some(last) if last.0 != cell.pos.0 => {
                if cell.pos.0 < last.0 {
                    return Err(corrupt(path));
                }
                flush(&mut row)?;
            }
            Some(last) if cell.pos.1 <= last.1 => return Err(corrupt(path)),
            _ => {}
        }
        // A blank cell is no cell; a sheet can have formats where it has no rows.
        if !is_blank(&cell) {
            row.push(cell);
        }
    }
    flush(&mut row)?;
    writer.finish()
}

/// The header of a sheet: its first row that holds anything.
struct SheetHeader {
    row: u32,
    /// By column, from the first on.
    names: Vec<String>,
}

impl SheetHeader {
    fn read(path: &Path, workbook: &mut Workbook, sheet: &str) -> Result<Option<Self>> {
        let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| unreadable(path, &error))?;
        let mut header: Option<Self> = None;
        while let Some(cell) = cells.next_cell().map_err(|error| unreadable(path, &error))? {
            let (row, column) = cell.get_position();
            let name = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::SharedString(text) => (*text).to_owned(),
                DataRef::String(text) => text.clone(),
                DataRef::Int(number) => number.to_string(),
                DataRef::Float(number) => number.to_string(),
                _ => String::new(),
            };
            let found = header.get_or_insert_with(|| Self { row, names: Vec::new() });
            if row != found.row || (column as usize) < found.names.len() {
                break;
            }
            found.names.resize(column as usize, String::new());
            found.names.push(name);
        }
        Ok(header)
    }

    fn has_all(&self, columns: &Columns) -> bool {
        let names: Vec<String> = self.names.iter().map(|name| normalised(name)).collect();
        columns.all().iter().all(|column| names.iter().any(|name| name == column))
    }
}

/// The sheet that holds the extract: the one that is named, or the one that has the named columns; where none has them, the
/// first, so that what it lacks is told. Of a department of which nothing is known yet, the one with the most columns.
fn choose_sheet(
    path: &Path,
    workbook: &mut Workbook,
    department: &Department,
) -> Result<(String, Option<SheetHeader>)> {
    let is_sheet = |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet;
    let sheets: Vec<String> =
        workbook.sheets_metadata().iter().filter(is_sheet).map(|sheet| sheet.name.clone()).collect();
    if let Some(wanted) = &department.format.sheet {
        let Some(sheet) = sheets.iter().find(|sheet| normalised(sheet) == normalised(wanted)) else {
            return Err(Error::file(
                path,
                format!("it has no sheet `{wanted}` among its {}", sheets.len()),
                "correct `sheet` in the department's `format`",
            ));
        };
        return Ok((sheet.clone(), SheetHeader::read(path, workbook, sheet)?));
    }
    let mut chosen: Option<(usize, String, Option<SheetHeader>)> = None;
    let mut has_all = false;
    let is_described = !department.columns.kind.is_empty();
    let width = |header: &Option<SheetHeader>| header.as_ref().map_or(0, |header| header.names.len());
    for (position, sheet) in sheets.into_iter().enumerate() {
        let header = SheetHeader::read(path, workbook, &sheet)?;
        let fits = header.as_ref().is_some_and(|header| header.has_all(&department.columns));
        if let Some((first, _, _)) = chosen.as_ref().filter(|_| has_all && fits) {
            // The department's own names of its sheets are not repeated.
            return Err(Error::file(
                path,
                format!("its sheets {} and {} both have the named columns", first + 1, position + 1),
                "name the one that is meant: `sheet = \"…\"` in the department's `format`",
            ));
        }
        let is_wider = chosen.as_ref().is_none_or(|(_, _, widest)| width(&header) > width(widest));
        if chosen.is_none() || fits || (!is_described && is_wider) {
            has_all = fits;
            chosen = Some((position, sheet, header));
        }
    }
    let (_, sheet, header) = chosen.ok_or_else(|| corrupt(path))?;
    Ok((sheet, header))
}

/// Only the first of merged cells has a value, so that it is not certain what the others mean.
fn check_merged_cells(
    path: &Path,
    workbook: &mut Workbook,
    department: &Department,
    sheet: &str,
    header: Option<&SheetHeader>,
) -> Result<()> {
    let merged = workbook.merge_cells_by_sheet_name(sheet).map_err(|error| unreadable(path, &error))?;
    let Some(header) = header else { return Ok(()) };
    let roles = roles(&department.columns, &header.names);
    let lacks_columns = !header.has_all(&department.columns);
    for area in merged.iter().filter(|area| area.end.0 >= header.row) {
        let columns = area.start.1 as usize..=area.end.1 as usize;
        let is_used = roles.iter().enumerate().any(|(at, role)| *role != Role::Unused && columns.contains(&at));
        let is_in_header = area.start.0 <= header.row;
        let splits_header = is_in_header && (area.end.0 > header.row || lacks_columns);
        if is_in_header && (is_used || splits_header) {
            return Err(Error::file(
                path,
                "its header has merged cells, so that it is not certain which column is meant",
                "unmerge them: the first row that holds anything must be the header, one cell for each column",
            ));
        }
        if is_used {
            return Err(Error::file(
                path,
                format!("cells of the named columns are merged in line {} of its sheet", area.start.0 + 1),
                "unmerge them and fill in each cell: of merged cells only the first has a value",
            ));
        }
    }
    Ok(())
}

fn is_blank(cell: &XlsxCellFormulaMetadataRecord<'_>) -> bool {
    cell.value == DataRef::Empty && cell.formula.is_none()
}

/// A cell as it is stored; `is_written_date` says of a number whether its digits are a date as the department writes them.
fn stored<'c>(
    cell: &'c XlsxCellFormulaMetadataRecord<'_>,
    role: Role,
    is_1904: bool,
    is_written_date: impl Fn(i128) -> bool,
) -> Cell<'c> {
    match &cell.value {
        // A program that does not calculate leaves a formula without its value.
        DataRef::Empty if cell.formula.is_some() => Cell::Error("#FORMULA"),
        DataRef::Empty => Cell::Empty,
        DataRef::SharedString(text) => Cell::Text(text.as_bytes()),
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::Text(text.as_bytes()),
        DataRef::Int(number) => Cell::Integer(i128::from(*number)),
        DataRef::Float(number) => plain_number(*number, role, is_1904, is_written_date),
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::DateTime(moment) => formatted(moment, role, is_1904),
        DataRef::DateTimeIso(text) => iso(text),
        DataRef::Error(error) => Cell::Error(error_name(error)),
    }
}

/// A number in a cell that is not formatted as a date: in a column of days, a serial number.
fn plain_number(number: f64, role: Role, is_1904: bool, is_written_date: impl Fn(i128) -> bool) -> Cell<'static> {
    if role != Role::Day || number.fract() != 0.0 || !(1.0..=1e9).contains(&number) {
        return Cell::Float(number);
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 10⁹")]
    let whole = number as i128;
    let is_serial = whole <= LAST_PLAIN_SERIAL || whole == LAST_SERIAL - if is_1904 { 1462 } else { 0 };
    match moment(number, is_1904) {
        Some(moment) if is_serial && !is_written_date(whole) => Cell::Moment(moment),
        _ => Cell::Integer(whole),
    }
}

fn formatted(value: &ExcelDateTime, role: Role, is_1904: bool) -> Cell<'static> {
    let number = value.as_f64();
    // A format of dates on a column of CPR numbers or of amounts is an oversight.
    let is_date = value.is_datetime() && !matches!(role, Role::Number | Role::Amount);
    moment(number, is_1904).filter(|_| is_date).map_or(Cell::Float(number), Cell::Moment)
}

/// The day and time of a serial number. In the 1900 system 1 is 1900-01-01 and 60 a day that never was; in the 1904 system
/// 0 is 1904-01-01.
fn moment(serial: f64, is_1904: bool) -> Option<NaiveDateTime> {
    const SECONDS: f64 = 86_400.0;
    let seconds = (serial * SECONDS).round();
    if !(0.0..=SECONDS * 3e6).contains(&seconds) {
        return None;
    }
    let (year, month, day) = match serial {
        _ if is_1904 => (1904, 1, 1),
        ..1.0 | 60.0..61.0 => return None,
        ..60.0 => (1899, 12, 31),
        _ => (1899, 12, 30),
    };
    #[expect(clippy::cast_possible_truncation, reason = "whole, and its bounds are checked")]
    let seconds = TimeDelta::seconds(seconds as i64);
    NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(0, 0, 0)?.checked_add_signed(seconds)
}

fn iso(text: &str) -> Cell<'_> {
    let moment = text.parse::<NaiveDateTime>().or_else(|_| text.parse::<NaiveDate>().map(Into::into));
    moment.map_or(Cell::Text(text.as_bytes()), Cell::Moment)
}

fn error_name(error: &calamine::CellErrorType) -> &'static str {
    use calamine::CellErrorType;
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// Unpacks every part once, counting: what a part says of its own size need not be true.
fn check_sizes(path: &Path, file: &mut File) -> Result<()> {
    let failed = |error: std::io::Error| Error::io(path, "read", &error);
    let mut begin = Vec::new();
    file.take(8).read_to_end(&mut begin).map_err(failed)?;
    file.rewind().map_err(failed)?;
    if begin == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" {
        return Err(Error::file(
            path,
            "it is protected by a password, or an old workbook (.xls) under another name",
            "open it, take the password away, and save it as .xlsx; or save the sheet as CSV",
        ));
    }
    let mut archive = ZipArchive::new(BufReader::new(&*file)).map_err(|_| corrupt(path))?;
    let mut in_memory = 0;
    for position in 0..archive.len() {
        let part = archive.by_index(position).map_err(|_| corrupt(path))?;
        let is_sheet = part.name().is_ok_and(|name| name.contains("worksheets/"));
        let most = SMALL_BYTES.max(part.compressed_size().saturating_mul(MOST_TIMES));
        let bytes = std::io::copy(&mut part.take(most + 1), &mut std::io::sink()).map_err(|_| corrupt(path))?;
        in_memory += if is_sheet { 0 } else { bytes };
        if bytes > most || in_memory > MOST_BYTES_IN_MEMORY {
            return Err(Error::file(
                path,
                "it unpacks to far more than any extract does",
                "save the sheet as CSV, and deliver that",
            ));
        }
    }
    file.rewind().map_err(failed)
}

fn unreadable(path: &Path, error: &XlsxError) -> Error {
    match error {
        XlsxError::Password => {
            Error::file(path, "it is protected by a password", "take the password away and save it again")
        }
        XlsxError::Io(error) if error.kind() != std::io::ErrorKind::InvalidData => Error::io(path, "read", error),
        _ => corrupt(path),
    }
}
