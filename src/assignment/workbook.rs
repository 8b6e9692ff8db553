//! `list.xlsx`: a coordinator's list for people, to read, to filter, to write notes in and to print.
//!
//! # Guarantee
//!
//! No cell is a formula: text is written as text, whatever it begins with. The bytes are the same for equal lists: the
//! workbook's date is the programme's day.

use super::words::{ColumnWords, Words};
use crate::error::{Error, Result};
use crate::output::{FileRecord, Staged, write_bytes};
use crate::programme::{Kind, Programme, Rule};
use crate::report::rule_in_words;
use crate::selection::columns;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use chrono::Datelike;
use rust_xlsxwriter::{
    Color, ConditionalFormatDataBar, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError,
    Workbook, Worksheet, XlsxError,
};
use std::collections::HashMap;
use std::path::Path;

/// Columns before those of the rules; the last but one of all is `incomplete`, the last for notes.
const BEFORE_RULES: u16 = 6;
const POINTS: u16 = 5;
const A4: u8 = 9;

/// How hard the parts are compressed: a fifth larger than by default, and a national run takes 2 % less CPU time.
const FAST: u8 = 2;

/// A row of a list, as people read it.
struct Line {
    rank: u32,
    label: String,
    kind: Kind,
    members: Vec<String>,
    departments: Vec<String>,
    points: i32,
    rules: Vec<(f64, i32)>,
    incomplete: Vec<String>,
    /// What was decided and by whom; none of it where nothing was decided about anybody.
    decided: Vec<String>,
}

struct Formats {
    heading: Format,
    text: Format,
    marked: Format,
    title: Format,
    wide: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = || Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        let wide = Format::new().set_align(FormatAlign::Top).set_text_wrap();
        Self {
            heading: cell().set_bold().set_text_wrap().set_background_color(Color::RGB(0x00DD_E6EE)),
            text: cell().set_text_wrap(),
            marked: cell().set_text_wrap().set_background_color(Color::RGB(0x00FF_E699)),
            title: Format::new().set_bold().set_font_size(14.0),
            wide,
        }
    }
}

/// Writes a coordinator's list as a workbook `<id>/list.xlsx` below `folder`, which stands in `place` of the period;
/// gives its record for the manifest.
///
/// # Errors
///
/// [`Error::File`] where it cannot be made or written.
pub(super) fn write_workbook(
    folder: &Staged,
    place: &Path,
    coordinator: &str,
    rows: &RecordBatch,
    programme: &Programme,
) -> Result<FileRecord> {
    let name = format!("{coordinator}/list.xlsx");
    let failed = || Error::file(&folder.place().join(&name), "the workbook could not be made", "please report this");
    let lines = lines(rows, programme).ok_or_else(failed)?;
    let bytes = workbook(coordinator, &lines, programme).map_err(|_| failed())?;
    let sha256 = write_bytes(folder, &name, &bytes)?;
    Ok(FileRecord::new(&place.join(name), sha256, None))
}

fn lines(rows: &RecordBatch, programme: &Programme) -> Option<Vec<Line>> {
    let column = |name: &str| rows.column_by_name(name);
    let text = |name: &str| column(name)?.as_string_opt::<i32>();
    let lists = |name: &str, row: usize| -> Option<Vec<String>> {
        let list = column(name)?.as_list_opt::<i32>()?.value(row);
        Some(list.as_string_opt::<i32>()?.iter().flatten().map(str::to_owned).collect())
    };
    let ranks = column(columns::RANK)?.as_primitive_opt::<UInt32Type>()?;
    let points = column(columns::POINTS)?.as_primitive_opt::<Int32Type>()?;
    let (labels, kinds) = (text(columns::LABEL)?, text(columns::KIND)?);
    let of_rule = |rule: &Rule| {
        let values = column(&format!("value_{}", rule.id))?.as_primitive_opt::<Float64Type>()?;
        let points = column(&format!("points_{}", rule.id))?.as_primitive_opt::<Int32Type>()?;
        Some((values, points))
    };
    let of_rules: Vec<_> = programme.rules.iter().map(of_rule).collect::<Option<_>>()?;
    let words = Words::of(programme.language);
    let decided = |row: usize| {
        let Some(decisions) = column(columns::DECISION) else { return Some(Vec::new()) };
        let (decisions, by) = (decisions.as_string_opt::<i32>()?, text(columns::DECIDED_BY)?);
        let decision = if decisions.is_valid(row) { words.decision(decisions.value(row)) } else { "" };
        let by = if by.is_valid(row) { by.value(row) } else { "" };
        Some(vec![decision.to_owned(), by.to_owned()])
    };
    let line = |row: usize| {
        Some(Line {
            rank: ranks.value(row),
            label: labels.value(row).to_owned(),
            kind: Kind::ALL.into_iter().find(|kind| kind.as_str() == kinds.value(row))?,
            members: lists(columns::MEMBERS, row)?,
            departments: lists(columns::DEPARTMENTS, row)?,
            points: points.value(row),
            rules: of_rules.iter().map(|(values, points)| (values.value(row), points.value(row))).collect(),
            incomplete: lists(columns::INCOMPLETE, row)?,
            decided: decided(row)?,
        })
    };
    (0..rows.num_rows()).map(line).collect()
}

fn workbook(coordinator: &str, lines: &[Line], programme: &Programme) -> std::result::Result<Vec<u8>, XlsxError> {
    let words = Words::of(programme.language);
    let formats = Formats::new();
    let day = programme.as_of;
    let year = u16::try_from(day.year()).unwrap_or(1900).max(1900);
    let created =
        ExcelDateTime::from_ymd(year, u8::try_from(day.month()).unwrap_or(1), u8::try_from(day.day()).unwrap_or(1))?;
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(FAST);
    let properties = DocProperties::new().set_title(format!("{} {}", programme.name, programme.period));
    workbook.set_properties(&properties.set_creation_datetime(&created));
    let sheet = workbook.add_worksheet().set_name(words.list)?;
    list_sheet(sheet, lines, programme, words, &formats)?;
    page(sheet, coordinator, programme, words);
    sheet.set_repeat_rows(0, 0)?;
    let sheet = workbook.add_worksheet().set_name(words.explanation)?;
    explanation_sheet(sheet, programme, words, &formats)?;
    page(sheet, coordinator, programme, words);
    workbook.save_to_buffer()
}

/// A4, landscape, one page wide; who it is for, on each page.
fn page(sheet: &mut Worksheet, coordinator: &str, programme: &Programme, words: &Words) {
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    // An ampersand begins a command in headers and footers.
    let name = programme.name.replace('&', "&&");
    sheet.set_header(format!("&L{name}&C{}&R{coordinator}", programme.period));
    sheet.set_footer(format!("&L{}&R&P/&N", words.footer));
}

fn list_sheet(
    sheet: &mut Worksheet,
    lines: &[Line],
    programme: &Programme,
    words: &Words,
    formats: &Formats,
) -> std::result::Result<(), XlsxError> {
    let rules = u16::try_from(programme.rules.len()).unwrap_or(u16::MAX - 100);
    let sentences = programme.language.sentences();
    let decided: &[ColumnWords] = if lines.iter().all(|line| line.decided.is_empty()) { &[] } else { &words.decided };
    let incomplete = BEFORE_RULES + rules;
    let notes = incomplete + 1 + u16::try_from(decided.len()).unwrap_or(0);
    let (before, after) = words.columns.split_at(usize::from(BEFORE_RULES));
    let headings = before.iter().map(|column| column.heading);
    let headings = headings.chain(programme.rules.iter().map(|rule| rule.id.as_str()));
    let (of_incomplete, of_notes) = after.split_at(1);
    let last = of_incomplete.iter().chain(decided).chain(of_notes);
    let headings = headings.chain(last.map(|column| column.heading));
    for (column, heading) in (0..=notes).zip(headings) {
        sheet.write_string_with_format(0, column, heading, &formats.heading)?;
    }
    // By amount and points: few differ.
    let mut texts: HashMap<(u64, i32), String> = HashMap::new();
    for (row, line) in (1_u32..).zip(lines) {
        let kind = if line.kind == Kind::Family { words.family } else { words.citizen };
        let lists = [line.members.join("\n"), line.departments.join(", ")];
        sheet.write_number(row, 0, line.rank)?;
        sheet.write_string(row, 1, &line.label)?;
        sheet.write_string(row, 2, kind)?;
        sheet.write_string(row, 3, &lists[0])?;
        sheet.write_string(row, 4, &lists[1])?;
        sheet.write_number(row, POINTS, line.points)?;
        for (column, (value, points)) in (BEFORE_RULES..).zip(&line.rules) {
            let text = texts.entry((value.to_bits(), *points));
            let text = text.or_insert_with(|| format!("{} → {points}", sentences.number(*value)));
            sheet.write_string(row, column, text.as_str())?;
        }
        sheet.write_string(row, incomplete, line.incomplete.join(", "))?;
        for (column, text) in (incomplete + 1..notes).zip(&line.decided) {
            sheet.write_string(row, column, text)?;
        }
    }
    let last = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    for (column, width) in
        [(0, 6.0), (1, 11.0), (2, 9.0), (3, 34.0), (4, 16.0), (POINTS, 12.0), (incomplete, 13.0), (notes, 30.0)]
    {
        sheet.set_column_width(column, width)?;
    }
    for column in BEFORE_RULES..incomplete {
        sheet.set_column_width(column, 11.0)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last, notes)?;
    if last > 0 {
        // All at once: looking a format up for each cell takes longer than writing the cell.
        sheet.set_range_format(1, 0, last, notes, &formats.text)?;
        for (row, _) in (1..).zip(lines).filter(|(_, line)| !line.incomplete.is_empty()) {
            sheet.set_cell_format(row, incomplete, &formats.marked)?;
        }
        // The newer style is an extension, which other programs than Excel warn of.
        let bar = ConditionalFormatDataBar::new().use_classic_style();
        sheet.add_conditional_format(1, POINTS, last, POINTS, &bar)?;
        // Labels of digits alone are text all the same.
        sheet.ignore_error_range(1, 1, last, 3, IgnoreError::NumberStoredAsText)?;
    }
    Ok(())
}

fn explanation_sheet(
    sheet: &mut Worksheet,
    programme: &Programme,
    words: &Words,
    formats: &Formats,
) -> std::result::Result<(), XlsxError> {
    sheet.set_column_width(0, 26)?;
    sheet.set_column_width(1, 100)?;
    sheet.write_string_with_format(0, 0, &programme.name, &formats.title)?;
    sheet.write_string_with_format(1, 1, words.introduction, &formats.wide)?;
    sheet.write_string_with_format(3, 0, words.columns_heading, &formats.title)?;
    sheet.write_string_with_format(4, 0, words.column, &formats.heading)?;
    sheet.write_string_with_format(4, 1, words.meaning, &formats.heading)?;
    let mut row = 5;
    for column in words.columns.iter().chain(&words.decided) {
        sheet.write_string_with_format(row, 0, column.heading, &formats.text)?;
        sheet.write_string_with_format(row, 1, column.meaning, &formats.text)?;
        row += 1;
    }
    sheet.write_string_with_format(row + 1, 0, words.rules_heading, &formats.title)?;
    sheet.write_string_with_format(row + 2, 1, words.rule_cells, &formats.wide)?;
    sheet.write_string_with_format(row + 3, 0, words.rule, &formats.heading)?;
    sheet.write_string_with_format(row + 3, 1, words.meaning, &formats.heading)?;
    row += 4;
    for rule in &programme.rules {
        sheet.write_string_with_format(row, 0, &rule.id, &formats.text)?;
        sheet.write_string_with_format(row, 1, rule_in_words(rule, programme.language.sentences()), &formats.text)?;
        row += 1;
    }
    Ok(())
}
