//! Rows and fields of CSV text, whole and in pieces, against the slow implementation.

use super::split_first;
use crate::reference::csv;
use udpeg::extract::{Field, FieldForm, RowReader, split_rows};

/// A field as both implementations see it: its content, and whether something stands after its closing quote.
#[derive(Debug, PartialEq)]
struct Seen {
    content: Vec<u8>,
    is_broken: bool,
}

/// The first byte says what stands between fields, the others are the text.
pub(crate) fn rows(input: &[u8]) {
    let (options, text) = split_first(input);
    let delimiter = b",;\t|"[usize::from(options & 3)];
    let split = split_rows(text, delimiter, true);
    if let Some(quote) = split.open_quote {
        // The rows before are counted for the message.
        assert_eq!(text[quote], b'"');
        read(&text[..=quote], delimiter);
        return;
    }
    assert_eq!(split.end, text.len());
    let whole = read(text, delimiter);
    let expected: Vec<Vec<Seen>> = csv::lines(text, delimiter)
        .into_iter()
        .map(|line| {
            line.into_iter().map(|cell| Seen { content: cell.bytes, is_broken: cell.text_after_quote }).collect()
        })
        .collect();
    assert_eq!(whole.len(), expected.len());
    for (row, expected) in whole.iter().zip(&expected) {
        assert_eq!(row.len(), expected.len());
        for (field, expected) in row.iter().zip(expected) {
            assert_eq!(field.is_broken, expected.is_broken);
            // Of a broken field only that it is broken is used.
            assert!(field.is_broken || field.content == expected.content, "{field:?} and {expected:?}");
        }
    }
    let all_cuts = 1..text.len().min(48);
    let far_cuts = [text.len() / 2, text.len().saturating_sub(1)];
    for cut in all_cuts.chain(far_cuts) {
        let split = split_rows(&text[..cut], delimiter, false);
        assert!(split.end <= cut);
        assert!(split.end == 0 || text[split.end - 1] == b'\n');
        let mut pieces = read(&text[..split.end], delimiter);
        pieces.extend(read(&text[split.end..], delimiter));
        assert_eq!(pieces, whole, "cut at {cut}");
    }
}

fn read(text: &[u8], delimiter: u8) -> Vec<Vec<Seen>> {
    let mut reader = RowReader::new(text, delimiter);
    let mut fields = Vec::new();
    let mut rows = Vec::new();
    let mut end = 0;
    while let Some(row) = reader.next_row(&mut fields) {
        assert!(row.start >= end && row.end > row.start && row.end <= text.len());
        end = row.end;
        assert!(fields.iter().all(|field| field.content.start >= row.start && field.content.end <= row.end));
        rows.push(fields.iter().map(|field| seen(field, text)).collect());
    }
    rows
}

fn seen(field: &Field, text: &[u8]) -> Seen {
    let mut content = text[field.content.clone()].to_vec();
    if field.form == FieldForm::Doubled {
        let mut is_second = false;
        content.retain(|byte| {
            is_second = *byte == b'"' && !is_second;
            *byte != b'"' || is_second
        });
    }
    Seen { content, is_broken: field.form == FieldForm::Broken }
}
