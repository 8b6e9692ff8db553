//! The eleven ways in which a row cannot be used, one at a time, so that the reason is known. Odd but usable rows: `oddity`.

use super::dialect::{Cells, Column, Damage, Dialect, push_number};
use super::ledger::Row;
use super::number;
use super::random::Random;

/// Why a row will be rejected; the names are those of the contract, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    RowMalformed,
    PersonMissing,
    PersonMalformed,
    PersonImpossibleDate,
    ChildMalformed,
    ChildImpossibleDate,
    TypeMissing,
    TypeIdentifying,
    StartMissing,
    DateMalformed,
    EndBeforeStart,
}

impl Fault {
    /// All of them, with the contract's name for the reason.
    pub(super) const ALL: [(Self, &'static str); 11] = [
        (Self::RowMalformed, "row_malformed"),
        (Self::PersonMissing, "person_missing"),
        (Self::PersonMalformed, "person_malformed"),
        (Self::PersonImpossibleDate, "person_impossible_date"),
        (Self::ChildMalformed, "child_malformed"),
        (Self::ChildImpossibleDate, "child_impossible_date"),
        (Self::TypeMissing, "type_missing"),
        (Self::TypeIdentifying, "type_identifying"),
        (Self::StartMissing, "start_missing"),
        (Self::DateMalformed, "date_malformed"),
        (Self::EndBeforeStart, "end_before_start"),
    ];

    /// One of those that the department's columns allow.
    pub(super) fn any(dialect: &Dialect, random: &mut Random) -> Self {
        loop {
            let (fault, _) = random.pick(&Self::ALL);
            let of_child = matches!(fault, Self::ChildMalformed | Self::ChildImpossibleDate);
            if !of_child || dialect.has(Column::Child) {
                return fault;
            }
        }
    }

    /// Spoils the spelled row.
    pub(super) fn apply(self, row: &Row, dialect: &Dialect, cells: &mut Cells, random: &mut Random) -> Damage {
        let person = row.person.number;
        // A row without a child gets one with a mistake.
        let child = row.child.unwrap_or(person);
        match self {
            Self::RowMalformed => {
                return random.pick(&[
                    Damage::LastFieldLost,
                    Damage::FieldTooMany,
                    Damage::TextAfterQuote,
                    Damage::UndecodableByte,
                ]);
            }
            Self::PersonMissing => {
                cells.set(Column::Person, random.pick(&["", "  ", "0", "0000000000", "000000-0000"]));
            }
            Self::PersonMalformed => cells.set(Column::Person, &malformed(person, dialect, random)),
            Self::ChildMalformed => cells.set(Column::Child, &malformed(child, dialect, random)),
            Self::PersonImpossibleDate => cells.set(Column::Person, &impossible(person, dialect, random)),
            Self::ChildImpossibleDate => cells.set(Column::Child, &impossible(child, dialect, random)),
            Self::TypeMissing => cells.set(Column::Type, random.pick(&["", " "])),
            Self::TypeIdentifying => {
                cells.get(Column::Type).push_str(random.pick(&[" ", " vedr. ", " ("]));
                push_number(child, random.pick(&["", "-", " "]), cells.get(Column::Type));
            }
            Self::StartMissing => cells.set(Column::Start, ""),
            Self::DateMalformed => {
                let column = random.pick(&[Column::Start, Column::End]);
                cells.set(column, not_a_date(dialect, random));
            }
            Self::EndBeforeStart => {
                let end = cells.get(Column::End);
                end.clear();
                dialect.push_date(row.start - random.between(1, 400), end);
            }
        }
        Damage::None
    }
}

/// Something that is no number at all, in ways met in real extracts.
fn malformed(number: u64, dialect: &Dialect, random: &mut Random) -> String {
    let (date, serial) = (number / 10_000, number % 10_000);
    match random.below(6) {
        0 => "ukendt".to_owned(),
        // The health sector's replacement numbers have letters.
        1 => format!("{date:06}{}WQ{}", serial / 1000, serial % 10),
        2 => format!("{date:06}--{serial:04}"),
        // A spreadsheet took it for a quantity.
        3 => format!("{}.{:02}E+09", number / 1_000_000_000, number / 10_000_000 % 100),
        // A lost first digit, where the department does not say that it loses zeros.
        4 if !dialect.leading_zero_lost => format!("{:09}", number % 1_000_000_000),
        _ => format!("{:08}", number % 100_000_000),
    }
}

/// A number whose date does not exist, or has not come yet.
fn impossible(number: u64, dialect: &Dialect, random: &mut Random) -> String {
    let (day, month) = (number / 100_000_000, number / 1_000_000 % 100);
    let on = |day: u64, month: u64| (day * 100 + month) * 1_000_000;
    let year_and_serial = number % 1_000_000;
    let spoilt = match random.below(5) {
        0 => on(30, 2) + year_and_serial,
        1 => on(31, 4) + year_and_serial,
        2 => on(day, 13) + year_and_serial,
        3 => on(0, month) + year_and_serial,
        // With a seventh digit of 4 the years 31 to 36 are in the future.
        _ => on(day, month) + u64::from(31 + random.below(6)) * 10_000 + 4000 + number % 1000,
    };
    let mut cell = String::new();
    push_number(number::failing(spoilt), dialect.hyphen, &mut cell);
    cell
}

/// Not a date in the department's way of writing.
fn not_a_date(dialect: &Dialect, random: &mut Random) -> &'static str {
    let common = ["45321", "ukendt", "NULL", "00-00-0000", "1/4 2023"];
    match random.below(8) {
        0 if dialect.year_first => "2023-02-30",
        0 if dialect.date_separator == '/' => "30/02/2023",
        0 => "30-02-2023",
        1 if dialect.year_first => "15-03-2023",
        1 => "2023-03-15",
        // Two digits could be any century.
        2 if dialect.year_first => "23-03-15",
        2 if dialect.date_separator == '/' => "15/03/23",
        2 => "15-03-23",
        _ => random.pick(&common),
    }
}
