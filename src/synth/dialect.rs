//! How each department writes a row: columns, delimiter, encoding, dates, numbers. Which rows are wrong is not decided here.

use std::fmt::Write;

use super::calendar::{self, Day};
use super::ledger::Row;
use super::random::Random;

/// What a cell holds; a department has its own word for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Person,
    Name,
    Address,
    Type,
    Start,
    End,
    Record,
    Child,
}

/// One row's cells, spelled; kept from row to row to save allocations.
#[derive(Default)]
pub(super) struct Cells([String; 8]);

impl Cells {
    pub(super) fn get(&mut self, column: Column) -> &mut String {
        &mut self.0[column as usize]
    }

    fn text(&self, column: Column) -> &str {
        &self.0[column as usize]
    }

    /// Replaces a cell.
    pub(super) fn set(&mut self, column: Column, text: &str) {
        let cell = self.get(column);
        cell.clear();
        cell.push_str(text);
    }
}

/// What is wrong with the line as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    None,
    LastFieldLost,
    FieldTooMany,
    TextAfterQuote,
    UndecodableByte,
}

/// How a file's characters become bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8WithMark,
    Windows1252,
}

/// One department's way of writing.
pub(super) struct Dialect {
    pub(super) id: &'static str,
    pub(super) file: &'static str,
    /// In the file's order, with the department's words.
    pub(super) columns: &'static [(Column, &'static str)],
    pub(super) delimiter: char,
    pub(super) encoding: Encoding,
    pub(super) line_end: &'static str,
    /// Whether the year comes first.
    pub(super) year_first: bool,
    pub(super) date_separator: char,
    /// Between date and serial, nothing or a hyphen.
    pub(super) hyphen: &'static str,
    /// Whether nine digits are read with a zero in front.
    pub(super) leading_zero_lost: bool,
    pub(super) record_letter: char,
}

/// In the order of the programme file.
pub(super) const DIALECTS: [Dialect; 3] = [
    Dialect {
        id: "jobcentre",
        file: "jobcentre.csv",
        columns: &[
            (Column::Person, "CPR"),
            (Column::Name, "Navn"),
            (Column::Address, "Adresse"),
            (Column::Type, "Ydelse"),
            (Column::Start, "Fra"),
            (Column::End, "Til"),
            (Column::Record, "Sagsnr"),
        ],
        delimiter: ';',
        encoding: Encoding::Windows1252,
        line_end: "\r\n",
        year_first: false,
        date_separator: '-',
        hyphen: "-",
        leading_zero_lost: false,
        record_letter: 'J',
    },
    Dialect {
        id: "family",
        file: "family.csv",
        columns: &[
            (Column::Record, "Sagsnummer"),
            (Column::Person, "CPR-nr."),
            (Column::Name, "Navn"),
            (Column::Address, "Adresse"),
            (Column::Child, "Barn CPR"),
            (Column::Type, "Foranstaltningsparagraf"),
            (Column::Start, "Startdato"),
            (Column::End, "Slutdato"),
        ],
        delimiter: ',',
        encoding: Encoding::Utf8WithMark,
        line_end: "\n",
        year_first: true,
        date_separator: '-',
        hyphen: "",
        leading_zero_lost: false,
        record_letter: 'F',
    },
    Dialect {
        id: "social",
        file: "social.csv",
        columns: &[
            (Column::Person, "CPR"),
            (Column::Name, "Borger"),
            (Column::Start, "IndsatsStartDato"),
            (Column::End, "IndsatsSlutDato"),
            (Column::Type, "Indsats"),
            (Column::Record, "SagsID"),
            (Column::Address, "Adresse"),
        ],
        delimiter: '\t',
        encoding: Encoding::Utf8,
        line_end: "\n",
        year_first: false,
        date_separator: '/',
        hyphen: "",
        leading_zero_lost: true,
        record_letter: 'S',
    },
];

impl Dialect {
    /// The byte-order mark where there is one, and the names of the columns.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.encoding == Encoding::Utf8WithMark {
            bytes.extend_from_slice("\u{feff}".as_bytes());
        }
        let names: Vec<&str> = self.columns.iter().map(|(_, name)| *name).collect();
        self.encode(&names.join(self.delimiter.encode_utf8(&mut [0; 4])), &mut bytes);
        bytes.extend_from_slice(self.line_end.as_bytes());
        bytes
    }

    /// Whether the department has such a column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.columns.iter().any(|(own, _)| *own == column)
    }

    /// Spells a row as the department does when nothing goes wrong.
    pub(super) fn spell(&self, row: &Row, cells: &mut Cells, random: &mut Random) {
        for cell in &mut cells.0 {
            cell.clear();
        }
        // Some clerks type a space for the hyphen.
        let between = if !self.hyphen.is_empty() && random.chance(0.03) { " " } else { self.hyphen };
        push_number(row.person.number, between, cells.get(Column::Person));
        let (person, home) = (row.person, row.person.home);
        push(cells.get(Column::Name), format_args!("{} {}", person.first_name, person.surname));
        push(cells.get(Column::Address), format_args!("{} {}{}", home.street, home.house, home.floor));
        cells.get(Column::Type).push_str(row.kind);
        self.push_date(row.start, cells.get(Column::Start));
        if let Some(end) = row.end {
            self.push_date(end, cells.get(Column::End));
        }
        if let Some(record) = row.record {
            push(cells.get(Column::Record), format_args!("{}{record:05}", self.record_letter));
        }
        if let Some(child) = row.child {
            push_number(child, self.hyphen, cells.get(Column::Child));
        }
    }

    /// Appends a day as the department writes it.
    pub(super) fn push_date(&self, at: Day, cell: &mut String) {
        let (year, month, day) = calendar::date(at);
        let separator = self.date_separator;
        if self.year_first {
            push(cell, format_args!("{year:04}{separator}{month:02}{separator}{day:02}"));
        } else {
            push(cell, format_args!("{day:02}{separator}{month:02}{separator}{year:04}"));
        }
    }

    /// Appends the line, its end included.
    pub(super) fn write_line(&self, cells: &Cells, damage: Damage, out: &mut Vec<u8>) {
        let last = self.columns.len() - usize::from(damage == Damage::LastFieldLost);
        for (place, (column, _)) in self.columns[..last].iter().enumerate() {
            if place > 0 {
                self.encode(self.delimiter.encode_utf8(&mut [0; 4]), out);
            }
            self.write_field(cells.text(*column), *column == Column::Name, damage, out);
        }
        if damage == Damage::FieldTooMany {
            self.encode(self.delimiter.encode_utf8(&mut [0; 4]), out);
        }
        out.extend_from_slice(self.line_end.as_bytes());
    }

    fn write_field(&self, text: &str, is_name: bool, damage: Damage, out: &mut Vec<u8>) {
        match damage {
            Damage::TextAfterQuote if is_name => {
                out.push(b'"');
                self.encode(text, out);
                out.extend_from_slice(b"\" x");
            }
            Damage::UndecodableByte if is_name => {
                self.encode(text, out);
                // Undefined in Windows-1252; alone it is no UTF-8 either.
                out.push(0x81);
            }
            _ if text.contains([self.delimiter, '"', '\n', '\r']) => {
                out.push(b'"');
                self.encode(&text.replace('"', "\"\""), out);
                out.push(b'"');
            }
            _ => self.encode(text, out),
        }
    }

    fn encode(&self, text: &str, out: &mut Vec<u8>) {
        if self.encoding != Encoding::Windows1252 || text.is_ascii() {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        out.extend(text.chars().map(|character| match character {
            '–' => 0x96,
            // Windows-1252 agrees with Unicode in what this module writes: ASCII and U+00A0 to U+00FF.
            other => u8::try_from(u32::from(other)).unwrap_or(b'?'),
        }));
    }
}

/// Appends a number as ten digits, with something between date and serial.
pub(super) fn push_number(number: u64, between: &str, cell: &mut String) {
    push(cell, format_args!("{:06}{between}{:04}", number / 10_000, number % 10_000));
}

fn push(cell: &mut String, text: std::fmt::Arguments<'_>) {
    cell.write_fmt(text).expect("writing to a string cannot fail");
}
