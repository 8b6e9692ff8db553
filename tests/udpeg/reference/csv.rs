//! Comma-separated text, one byte at a time: rows of cells, and their bytes as text.

/// One cell as it stands between delimiters, quotes taken off.
#[derive(Default)]
pub(crate) struct Cell {
    /// The content in the file's own encoding.
    pub bytes: Vec<u8>,
    /// Something stood between the closing quote and the next delimiter.
    pub text_after_quote: bool,
}

/// Where in a cell the reader is.
enum State {
    CellStart,
    Unquoted,
    Quoted,
    QuoteInQuoted,
}

/// Splits a file into its lines of cells. Lines of no characters are left out.
///
/// # Panics
///
/// Panics where a quote is never closed.
pub(crate) fn lines(bytes: &[u8], delimiter: u8) -> Vec<Vec<Cell>> {
    let mut lines = Vec::new();
    let mut line: Vec<Cell> = Vec::new();
    let mut cell = Cell::default();
    let mut state = State::CellStart;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let is_crlf = byte == b'\r' && bytes.get(at + 1) == Some(&b'\n');
        let row_ends = byte == b'\n' || is_crlf;
        at += 1;
        if matches!(state, State::Quoted) {
            if byte == b'"' {
                state = State::QuoteInQuoted;
            } else {
                cell.bytes.push(byte);
            }
            continue;
        }
        if row_ends {
            at += usize::from(is_crlf);
            let no_characters = line.is_empty() && matches!(state, State::CellStart);
            if !no_characters {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            state = State::CellStart;
        } else if byte == delimiter {
            line.push(std::mem::take(&mut cell));
            state = State::CellStart;
        } else {
            state = next_state(&state, byte, &mut cell);
        }
    }
    assert!(!matches!(state, State::Quoted), "a quote is never closed");
    if !line.is_empty() || !matches!(state, State::CellStart) {
        line.push(cell);
        lines.push(line);
    }
    lines
}

/// Takes an ordinary character, or a quote, outside quotes.
fn next_state(state: &State, byte: u8, cell: &mut Cell) -> State {
    match state {
        State::CellStart if byte == b'"' => State::Quoted,
        State::QuoteInQuoted if byte == b'"' => {
            cell.bytes.push(b'"');
            State::Quoted
        }
        State::QuoteInQuoted => {
            cell.text_after_quote = true;
            cell.bytes.push(byte);
            State::Unquoted
        }
        _ => {
            cell.bytes.push(byte);
            State::Unquoted
        }
    }
}

/// The bytes as trimmed text; nothing where they are not in the encoding.
pub(super) fn decode(bytes: &[u8], encoding: &str) -> Option<String> {
    let text = match encoding {
        "utf-8" => String::from_utf8(bytes.to_vec()).ok()?,
        "windows-1252" => bytes.iter().map(|byte| windows_1252(*byte)).collect::<Option<_>>()?,
        other => panic!("unknown encoding {other}"),
    };
    Some(text.trim().to_owned())
}

/// Windows-1252 is Latin-1 but for 80 to 9F, of which five are undefined.
fn windows_1252(byte: u8) -> Option<char> {
    const UPPER: [u32; 32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D,
        0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,
        0x017E, 0x0178,
    ];
    match byte {
        0x80..=0x9F => match UPPER[usize::from(byte - 0x80)] {
            0 => None,
            code => char::from_u32(code),
        },
        _ => Some(char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Vec<Vec<String>> {
        let text_of = |cell: &Cell| {
            let text = decode(&cell.bytes, "utf-8").expect("test text is UTF-8");
            format!("{text}{}", if cell.text_after_quote { "!" } else { "" })
        };
        let lines = lines(text.as_bytes(), b';');
        lines.iter().map(|line| line.iter().map(text_of).collect()).collect()
    }

    #[test]
    fn quotes_line_breaks_and_empty_lines_follow_section_4() {
        let cases = [
            ("a;b\r\n\n\r\nc;d", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("\"a;\n\"\"\";b\n", vec![vec!["a;\n\"", "b"]]),
            ("a\"b\";c\n", vec![vec!["a\"b\"", "c"]]),
            ("\"a\" ;\"c\"x\"\n", vec![vec!["a!", "cx\"!"]]),
            ("a\rb;\n;", vec![vec!["a\rb", ""], vec!["", ""]]),
            (" \n\"\"", vec![vec![""], vec![""]]),
        ];
        for (text, expected) in cases {
            assert_eq!(table(text), expected, "{text:?}");
        }
    }
}
