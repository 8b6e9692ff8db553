//! Cells and lines as bytes: quotes, encodings, and rows that are broken on purpose.

use chrono::NaiveDate;

use super::dice::Dice;
use super::settings::Department;

/// How a file is written throughout.
pub(super) struct Hand<'a> {
    pub department: &'a Department,
    pub as_of: NaiveDate,
    pub header: Vec<String>,
    pub line_end: &'static str,
    /// Some systems quote everything.
    pub quotes: u64,
}

/// Makes a row malformed in one of the ways the contract knows.
pub(super) fn break_row(dice: &mut Dice, hand: &Hand<'_>, cells: &mut Vec<Vec<u8>>) {
    let place = dice.below(cells.len());
    match dice.below(5) {
        0 => cells.push(b"x".to_vec()),
        1 => {
            cells.remove(place);
        }
        2 => {
            let after = dice.pick(&[" ", "x", " x", "\r.", "'"]);
            let closed = if cells[place].first() == Some(&b'"') && cells[place].len() > 1 {
                cells[place].clone()
            } else {
                [b"\"", &cells[place][..], b"\""].concat()
            };
            // A cell with a quote of its own would not be closed where it ends.
            if !cells[place].contains(&b'"') || cells[place] == closed {
                cells[place] = [&closed[..], after.as_bytes()].concat();
            }
        }
        _ => {
            let bad: &[u8] = if hand.department.encoding == "utf-8" {
                dice.pick(&[&[0xE6][..], &[0xC3, 0x28], &[0xED, 0xA0, 0x80], &[0xFF], &[0xC0, 0xAF]])
            } else {
                dice.pick(&[&[0x81][..], &[0x8D], &[0x8F], &[0x90], &[0x9D]])
            };
            let quoted = cells[place].first() == Some(&b'"');
            let at = usize::from(quoted);
            cells[place].splice(at..at, bad.iter().copied());
        }
    }
}

/// A cell's bytes, in quotes where it needs them, and now and then where it does not.
pub(super) fn cell(dice: &mut Dice, hand: &Hand<'_>, content: &str) -> Vec<u8> {
    let ends_with_return = content.ends_with('\r');
    let needs = content.contains([hand.department.delimiter, '\n']) || content.starts_with('"') || ends_with_return;
    // A blank before a quote makes the quote an ordinary character, as does anything else.
    let text = if needs || dice.chance(hand.quotes) {
        format!("\"{}\"", content.replace('"', "\"\""))
    } else {
        content.to_owned()
    };
    encoded(&text, hand.department.encoding)
}

/// The cells with delimiters between, and the line's end.
pub(super) fn line(cells: &[Vec<u8>], hand: &Hand<'_>) -> Vec<u8> {
    let delimiter = [u8::try_from(hand.department.delimiter).expect("an ASCII delimiter")];
    let mut line = cells.join(&delimiter[..]);
    line.extend(hand.line_end.as_bytes());
    line
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    if encoding == "utf-8" {
        return text.as_bytes().to_vec();
    }
    let byte = |c: char| match c {
        '\u{2013}' => 0x96,
        _ => u8::try_from(c).unwrap_or_else(|_| panic!("{c:?} is not in Windows-1252")),
    };
    text.chars().map(byte).collect()
}
