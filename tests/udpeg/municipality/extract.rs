//! One file of a department: rows that mean something, written with every kind of dirt.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::cells::{Hand, break_row, cell, line};
use super::dice::Dice;
use super::dirt;
use super::people::{Adult, People, shifted};
use super::settings::{Department, Settings};
use super::spells;

/// What a row says, before anybody writes it.
#[derive(Clone)]
struct Fact {
    adult: Adult,
    type_: String,
    start: NaiveDate,
    end: Option<NaiveDate>,
    record: String,
    child: Option<String>,
}

/// The bytes of one file.
pub(super) fn invent(dice: &mut Dice, settings: &Settings, department: &Department, people: &People) -> Vec<u8> {
    let hand = Hand {
        department,
        as_of: settings.as_of,
        header: header(dice, department),
        line_end: dice.pick(&["\n", "\r\n"]),
        quotes: dice.pick(&[0, 15, 15, 100]),
    };
    let mut bytes = Vec::new();
    if department.encoding == "utf-8" && dice.chance(40) {
        bytes.extend([0xEF, 0xBB, 0xBF]);
    }
    if dice.chance(5) {
        bytes.extend(hand.line_end.as_bytes());
    }
    write_header(dice, &hand, &mut bytes);
    let rows = if dice.chance(4) { 0 } else { department.rows };
    let mut fact = invent_fact(dice, settings, department, people, None);
    for _ in 0..rows {
        match dice.below(25) {
            0 => {} // an exact duplicate, if perhaps in another spelling
            1 => change_one_thing(dice, &mut fact),
            _ => fact = invent_fact(dice, settings, department, people, Some(&fact)),
        }
        write_row(dice, &hand, &fact, &mut bytes);
        if dice.chance(2) {
            bytes.extend(hand.line_end.as_bytes());
        }
    }
    if dice.chance(40) && bytes.ends_with(hand.line_end.as_bytes()) {
        bytes.truncate(bytes.len() - hand.line_end.len());
    }
    bytes
}

/// The columns of a file, in any order, with some that nobody asked for.
fn header(dice: &mut Dice, department: &Department) -> Vec<String> {
    let mut names: Vec<String> = department.columns.iter().map(|(_, own)| (*own).to_owned()).collect();
    let further = ["Navn", "Adresse", "Beløb", "Navn", ""];
    let many = dice.below(4);
    names.extend(dice.some(&further, many).iter().map(|name| (*name).to_owned()));
    let all = names.len();
    dice.some(&names, all)
}

fn write_header(dice: &mut Dice, hand: &Hand<'_>, bytes: &mut Vec<u8>) {
    let names: Vec<String> = hand
        .header
        .iter()
        .map(|name| {
            let written = if hand.department.encoding == "utf-8" && dice.chance(30) {
                name.nfd().collect()
            } else {
                name.clone()
            };
            if dice.chance(10) { format!(" {written}\u{a0}") } else { written }
        })
        .collect();
    let cells: Vec<Vec<u8>> = names.iter().map(|name| cell(dice, hand, name)).collect();
    bytes.extend(line(&cells, hand));
}

fn invent_fact(
    dice: &mut Dice,
    settings: &Settings,
    department: &Department,
    people: &People,
    before: Option<&Fact>,
) -> Fact {
    // Several rows of one person in a row make spells that touch, overlap and nearly touch.
    let same_person = before.filter(|_| dice.chance(55));
    let adult = same_person.map_or_else(|| dice.pick(&people.adults), |fact| fact.adult.clone());
    let before_this = same_person.map(|fact| (fact.start, fact.end));
    let (start, end) = spells::days(dice, settings.as_of, before_this);
    let child = match dice.below(100) {
        0..=49 if !adult.children.is_empty() => Some(dice.pick(&adult.children)),
        50..=54 => Some(dice.pick(&people.children)),
        55..=62 => Some(people.placeholder.clone()),
        63 => Some(adult.number.clone()),
        _ => None,
    };
    let mut type_ = dice.pick(&department.types);
    if dice.chance(8) {
        let unnamed = ["ukendt ydelse", "other", "Other", "KONTANTHJÆLP", "sel  §107", "anden å"];
        dice.pick(&unnamed).clone_into(&mut type_);
    }
    let record = match dice.below(10) {
        0..=1 => String::new(),
        2..=5 => format!("X-{}", dice.between(0, 30)),
        6..=7 => format!("Sag æ {}", dice.between(0, 400)),
        _ => before.map(|fact| fact.record.clone()).unwrap_or_default(),
    };
    Fact { adult, type_, start, end, record, child }
}

/// Nearly a duplicate: rows that differ in a type that becomes `other` are equal afterwards.
fn change_one_thing(dice: &mut Dice, fact: &mut Fact) {
    match dice.below(5) {
        0 => fact.record = String::new(),
        1 => fact.child = None,
        2 => fact.end = None,
        _ => {
            let unnamed = ["ukendt ydelse", "other", "anden å"];
            dice.pick(&unnamed).clone_into(&mut fact.type_);
        }
    }
}

/// The row's cells by canonical column, as the department would write them without mistakes.
fn written(dice: &mut Dice, fact: &Fact, hand: &Hand<'_>) -> BTreeMap<&'static str, String> {
    let department = hand.department;
    let mut type_ = fact.type_.clone();
    if department.encoding == "utf-8" && dice.chance(25) {
        type_ = type_.nfd().collect();
    }
    if dice.chance(10) {
        type_ = format!("\u{a0} {type_} ");
    }
    let child = match &fact.child {
        Some(number) => dirt::spelled(dice, number, department),
        None if dice.chance(10) => dice.pick(&["0", "0000000000", "000000-0000", " "]).to_owned(),
        None => String::new(),
    };
    let record = if dice.chance(20) { format!(" {} ", fact.record) } else { fact.record.clone() };
    let end = fact.end.map(|day| dirt::date_text(dice, day, department.dates));
    BTreeMap::from([
        ("person", dirt::spelled(dice, &fact.adult.number, department)),
        ("type", type_),
        ("start", dirt::date_text(dice, fact.start, department.dates)),
        ("end", end.unwrap_or_default()),
        ("record", record),
        ("child", child),
    ])
}

/// Spoils one cell's meaning.
fn spoil(dice: &mut Dice, cells: &mut BTreeMap<&'static str, String>, fact: &Fact, hand: &Hand<'_>) {
    let department = hand.department;
    let (column, content) = match dice.below(14) {
        0 => ("person", dirt::unknown_number(dice)),
        1 | 2 => ("person", dirt::malformed_number(dice, department)),
        3 => ("person", dirt::impossible_number(dice, department, hand.as_of)),
        4 => ("child", dirt::malformed_number(dice, department)),
        5 => ("child", dirt::impossible_number(dice, department, hand.as_of)),
        6 => ("child", dirt::unknown_number(dice)),
        7 => ("type", dice.pick(&["", " ", "\u{a0}"]).to_owned()),
        8 | 9 => ("type", dirt::suspicious_type(dice, department.encoding == "utf-8")),
        10 => ("start", dice.pick(&["", "  "]).to_owned()),
        11 => ("start", dirt::malformed_date(dice, department.dates)),
        12 => ("end", dirt::malformed_date(dice, department.dates)),
        _ => {
            let day = shifted(fact.start, -dice.pick(&[1, 1, 2, 365]));
            ("end", dirt::date_text(dice, day, department.dates))
        }
    };
    cells.insert(column, content);
}

fn write_row(dice: &mut Dice, hand: &Hand<'_>, fact: &Fact, bytes: &mut Vec<u8>) {
    let mut contents = written(dice, fact, hand);
    if dice.chance(12) {
        spoil(dice, &mut contents, fact, hand);
        if dice.chance(25) {
            spoil(dice, &mut contents, fact, hand);
        }
    }
    let mut cells = Vec::new();
    for own in &hand.header {
        let named = hand.department.columns.iter().find(|(_, name)| name == own);
        let content = named.map_or_else(|| unasked(dice), |(column, _)| contents[column].clone());
        cells.push(cell(dice, hand, &content));
    }
    if dice.chance(4) {
        break_row(dice, hand, &mut cells);
    }
    let line = line(&cells, hand);
    bytes.extend(line);
}

/// What stands in a column that must not pass.
fn unasked(dice: &mut Dice) -> String {
    let ways = [
        "",
        "",
        "Åse Østergård",
        "Bo \"Bølle\" Hansen",
        "Line\nbreak",
        "Line\r\nbreak",
        "Skolevej 1, 2. tv; 3500 Værløse",
        "a|b\tc",
        "carriage\rreturn",
        "1.234,50",
        "\"",
        " \"x\" ",
    ];
    dice.pick(&ways).to_owned()
}
