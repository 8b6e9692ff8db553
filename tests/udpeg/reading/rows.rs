//! Rows and fields of CSV text, compared with a reader that goes character by character.

use proptest::prelude::*;
use udpeg::extract::{Field, FieldForm, RowReader, Split, split_rows};

/// What is between the quotes or delimiters, and how it is written.
type Cell = (String, FieldForm);

fn rows(text: &[u8], delimiter: u8) -> Vec<Vec<Cell>> {
    let mut reader = RowReader::new(text, delimiter);
    let mut fields: Vec<Field> = Vec::new();
    let mut rows = Vec::new();
    while let Some(range) = reader.next_row(&mut fields) {
        assert!(
            fields.first().unwrap().content.start >= range.start && fields.last().unwrap().content.end <= range.end
        );
        let cell = |field: &Field| (String::from_utf8(text[field.content.clone()].to_vec()).unwrap(), field.form);
        rows.push(fields.iter().map(cell).collect());
    }
    rows
}

/// The cells of a row in a table: `=` before a quoted one with doubled quotes, `!` before one that is broken.
fn shown(row: &[Cell]) -> String {
    let cell = |(content, form): &Cell| match form {
        FieldForm::Plain => content.clone(),
        FieldForm::Doubled => format!("={content}"),
        FieldForm::Broken => format!("!{content}"),
    };
    row.iter().map(cell).collect::<Vec<_>>().join("|")
}

#[test]
fn rows_and_fields_are_those_of_rfc_4180() {
    for (text, expected) in [
        ("", &[][..]),
        ("\n\r\n\n", &[]),
        ("a", &["a"]),
        ("a,b\n", &["a|b"]),
        ("a,b\r\n", &["a|b"]),
        ("a,b\nc,d", &["a|b", "c|d"]),
        ("\n\na\n\n\r\nb\n", &["a", "b"]),
        (",\n", &["|"]),
        ("a,,\n", &["a||"]),
        (" \n", &[" "]),
        ("a\r,b\r\r\n", &["a\r|b\r"]), // a bare CR is an ordinary character
        ("a\rb\n", &["a\rb"]),
        ("\r", &["\r"]),
        ("\r\r\n", &["\r"]),
        ("a;b\n", &["a;b"]),
        ("\"a\",\"b\"\r\n", &["a|b"]),
        ("\"\"\n", &[""]),
        ("\"\",\"\"", &["|"]),
        ("\"a,b\"\n", &["a,b"]),
        ("\"a\nb\",c\nd\n", &["a\nb|c", "d"]),
        ("\"a\r\nb\"\r\n", &["a\r\nb"]),
        ("\"a\"\"b\"\n", &["=a\"\"b"]),
        ("\"\"\"\"\n", &["=\"\""]),
        ("\"\"\"a\"\"\",b\n", &["=\"\"a\"\"|b"]),
        ("a\"b\",\"c\"\n", &["a\"b\"|c"]), // a quote inside an unquoted field
        ("a\"\"b\n", &["a\"\"b"]),
        (" \"a\",b\n", &[" \"a\"|b"]),
        ("\"a\" ,b\n", &["!a|b"]), // anything after a closing quote, blanks too
        ("\"a\"b,c\n", &["!a|c"]),
        ("\"a\"b\"c,d\"\n", &["!a|d\""]),
        ("\"a\"\r", &["!a"]),
        ("\"a\"\"\"b,c\n", &["!a\"\"|c"]),
        ("c,\"a\"\rb\nd\n", &["c|!a", "d"]),
    ] {
        let found: Vec<String> = rows(text.as_bytes(), b',').iter().map(|row| shown(row)).collect();
        assert_eq!(found, expected, "{text:?}");
    }
    assert_eq!(rows(b"a;\"b;c\";d,e\n", b';').iter().map(|row| shown(row)).collect::<Vec<_>>(), ["a|b;c|d,e"]);
    assert_eq!(rows(b"a\tb\n", b'\t')[0].len(), 2);
}

/// The same, character by character; the place of a quote that is never closed.
fn rows_slowly(text: &str) -> Result<Vec<Vec<Cell>>, usize> {
    enum State {
        Begin,
        Plain,
        Quoted { since: usize },
        Closed,
    }
    let characters: Vec<char> = text.chars().collect();
    let (mut rows, mut row, mut state) = (Vec::new(), Vec::new(), State::Begin);
    let (mut content, mut form) = (String::new(), FieldForm::Plain);
    let mut at = 0;
    while let Some(&one) = characters.get(at) {
        let next = characters.get(at + 1);
        let ends_line = one == '\n' || (one == '\r' && next == Some(&'\n'));
        match state {
            State::Quoted { .. } if one == '"' && next == Some(&'"') => {
                content.push_str("\"\"");
                form = FieldForm::Doubled;
                at += 1;
            }
            State::Quoted { .. } if one == '"' => state = State::Closed,
            State::Quoted { .. } => content.push(one),
            State::Begin if one == '"' => state = State::Quoted { since: at },
            State::Begin if ends_line && row.is_empty() => at += usize::from(one == '\r'),
            _ if one == ',' || ends_line => {
                row.push((std::mem::take(&mut content), std::mem::replace(&mut form, FieldForm::Plain)));
                state = State::Begin;
                if ends_line {
                    rows.push(std::mem::take(&mut row));
                    at += usize::from(one == '\r');
                }
            }
            State::Closed => form = FieldForm::Broken,
            State::Begin | State::Plain => {
                content.push(one);
                state = State::Plain;
            }
        }
        at += 1;
    }
    match state {
        State::Quoted { since } => return Err(since),
        State::Begin if row.is_empty() => {}
        _ => {
            row.push((content, form));
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Texts of what matters in CSV: short ones, and such as are longer than what is looked at at once.
fn texts() -> impl Strategy<Value = String> {
    let pieces = vec!["\"", "\"", ",", "\n", "\r", "a", " "];
    let short = prop::collection::vec(prop::sample::select(pieces.clone()), 0..24);
    // Cells that end around the ends of 64 bytes, and rows without any.
    let long_cells = ["a"; 200].concat();
    let piece = prop_oneof![
        9 => prop::sample::select(pieces).prop_map(str::to_owned),
        1 => (1..long_cells.len()).prop_map(move |length| long_cells[..length].to_owned()),
    ];
    let long = prop::collection::vec(piece, 0..160);
    prop_oneof![3 => short.prop_map(|pieces| pieces.concat()), 1 => long.prop_map(|pieces| pieces.concat())]
}

/// The rows of a text that comes in pieces of these lengths, as a file does in blocks.
fn rows_in_blocks(text: &[u8], lengths: &[usize]) -> Result<Vec<Vec<Cell>>, usize> {
    let (mut all, mut block, mut read, mut taken) = (Vec::new(), Vec::new(), 0, 0);
    for length in lengths.iter().copied().chain([text.len()]) {
        let end = text.len().min(read + length);
        block.extend_from_slice(&text[read..end]);
        read = end;
        let is_last = read == text.len();
        let Split { end, open_quote } = split_rows(&block, b',', is_last);
        if let (Some(quote), true) = (open_quote, is_last) {
            return Err(taken + quote);
        }
        let rest = block.split_off(end);
        assert!(is_last || block.is_empty() || block.ends_with(b"\n"));
        all.extend(rows(&block, b','));
        taken += block.len();
        block = rest;
        if is_last {
            break;
        }
    }
    assert!(block.is_empty());
    Ok(all)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn rows_are_those_of_a_reader_that_goes_character_by_character(text in texts()) {
        let split = split_rows(text.as_bytes(), b',', true);
        match rows_slowly(&text) {
            Ok(expected) => {
                prop_assert_eq!(split, Split { end: text.len(), open_quote: None });
                prop_assert_eq!(rows(text.as_bytes(), b','), expected);
            }
            Err(quote) => prop_assert_eq!(split.open_quote, Some(quote)),
        }
    }

    #[test]
    fn a_text_cut_anywhere_gives_the_same_rows(text in texts(), lengths in prop::collection::vec(0..90_usize, 0..8)) {
        prop_assert_eq!(rows_in_blocks(text.as_bytes(), &lengths), rows_slowly(&text));
    }
}

#[test]
fn a_piece_ends_after_its_last_whole_row() {
    for (text, is_last, end, open_quote) in [
        ("a,b\nc,d", false, 4, None),
        ("a,b\nc,d", true, 7, None),
        ("a,\"b\nc\"\nd", false, 8, None),
        ("a\nb,\"c\nd", false, 2, Some(4)),
        ("a\nb,\"c\nd", true, 2, Some(4)),
        ("\"a\"", false, 0, Some(0)), // the next byte may be another quote
        ("\"a\"", true, 3, None),
        ("\"a\"\"", true, 0, Some(0)),
        ("a\"b\nc", false, 4, None),
        ("a\n\"", true, 2, Some(2)),
        ("", true, 0, None),
    ] {
        assert_eq!(split_rows(text.as_bytes(), b',', is_last), Split { end, open_quote }, "{text:?} {is_last}");
    }
}
