//! A text with headings, lists and tables, before it is Markdown, HTML or lines in a terminal.
//!
//! # Guarantee
//!
//! Whatever stands in a text is shown as it stands: each form escapes what would mean something in it. The HTML refers
//! to nothing outside itself and runs nothing.

use crate::sentences::Language;
use std::fmt::Write;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its language.
    pub language: Language,
    /// Its title, the first heading.
    pub title: String,
    /// What follows.
    pub blocks: Vec<Block>,
}

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading below the title.
    Heading(String),
    /// A heading below that.
    Subheading(String),
    /// A paragraph.
    Paragraph(String),
    /// A list.
    List(Vec<String>),
    /// A table.
    Table {
        /// The columns' names.
        header: Vec<String>,
        /// As many cells in each row.
        rows: Vec<Vec<String>>,
    },
}

impl Document {
    /// An empty document.
    #[must_use]
    pub fn new(language: Language, title: impl Into<String>) -> Self {
        Self { language, title: title.into(), blocks: Vec::new() }
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds a heading of the level below.
    pub fn subheading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Subheading(text.into()));
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Adds a list, where there is something in it.
    pub fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// Adds a table, where there are rows in it.
    pub fn table(&mut self, header: Vec<String>, rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            self.blocks.push(Block::Table { header, rows });
        }
    }

    /// As Markdown (`CommonMark`, with GitHub's tables).
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}\n", markdown(&self.title));
        for block in &self.blocks {
            text.push('\n');
            let _ = match block {
                Block::Heading(heading) => writeln!(text, "## {}", markdown(heading)),
                Block::Subheading(heading) => writeln!(text, "### {}", markdown(heading)),
                Block::Paragraph(paragraph) => writeln!(text, "{}", markdown(paragraph)),
                Block::List(items) => items.iter().try_for_each(|item| writeln!(text, "- {}", markdown(item))),
                Block::Table { header, rows } => {
                    let line = |cells: &[String]| {
                        let cells: Vec<String> = cells.iter().map(|cell| markdown(cell)).collect();
                        format!("| {} |", cells.join(" | "))
                    };
                    let rule = vec!["---".to_owned(); header.len()].join(" | ");
                    writeln!(text, "{}\n| {rule} |", line(header))
                        .and_then(|()| rows.iter().try_for_each(|row| writeln!(text, "{}", line(row))))
                }
            };
        }
        text
    }

    /// As one HTML file that needs no other.
    #[must_use]
    pub fn to_html(&self) -> String {
        let title = html(&self.title);
        let mut text = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
            self.language.code()
        );
        for block in &self.blocks {
            let _ = match block {
                Block::Heading(heading) => writeln!(text, "<h2>{}</h2>", html(heading)),
                Block::Subheading(heading) => writeln!(text, "<h3>{}</h3>", html(heading)),
                Block::Paragraph(paragraph) => writeln!(text, "<p>{}</p>", html(paragraph)),
                Block::List(items) => writeln!(text, "<ul>\n{}</ul>", each(items, "<li>", "</li>\n")),
                Block::Table { header, rows } => {
                    let head = each(header, "<th scope=\"col\">", "</th>");
                    let row = |body: String, row: &Vec<String>| body + "<tr>" + &each(row, "<td>", "</td>") + "</tr>\n";
                    let body = rows.iter().fold(String::new(), row);
                    writeln!(text, "<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>")
                }
            };
        }
        text.push_str("</body>\n</html>\n");
        text
    }

    /// As lines for a terminal or a letter: no markup at all.
    #[must_use]
    pub fn to_plain(&self) -> String {
        let mut text = format!("{}\n{}\n", self.title, "=".repeat(self.title.chars().count()));
        for block in &self.blocks {
            text.push('\n');
            let _ = match block {
                Block::Heading(heading) => writeln!(text, "{heading}\n{}", "-".repeat(heading.chars().count())),
                Block::Subheading(heading) => writeln!(text, "{heading}:"),
                Block::Paragraph(paragraph) => writeln!(text, "{}", wrapped(paragraph, "")),
                Block::List(items) => items.iter().try_for_each(|item| writeln!(text, "- {}", wrapped(item, "  "))),
                Block::Table { header, rows } => write!(text, "{}", aligned(header, rows)),
            };
        }
        text
    }
}

/// Small, printable, and readable in the dark too.
const STYLE: &str = "body{font-family:sans-serif;line-height:1.5;max-width:46rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #888;padding:.25rem .6rem;text-align:left;\
    vertical-align:top}h2{margin-top:2rem}:root{color-scheme:light dark}@media print{body{max-width:none;margin:0}}";

/// Each text in HTML, between an opening and a closing tag.
fn each(texts: &[String], open: &str, close: &str) -> String {
    texts.iter().fold(String::new(), |all, text| all + open + &html(text) + close)
}

pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A text on one line; characters that mean something in Markdown behind a backslash.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let begins_line = at == 0 && "#+-=>".contains(character);
        match character {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' => escaped.extend(['\\', character]),
            other if begins_line => escaped.extend(['\\', other]),
            other => escaped.push(other),
        }
    }
    // `1.` or `1)` would begin a numbered list.
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && escaped[digits..].starts_with(['.', ')']) {
        escaped.insert(digits, '\\');
    }
    escaped
}

/// Columns that a line of a terminal or a page has room for.
const LINE: usize = 100;

/// A text broken into lines; those after the first begin with `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = String::new();
    let mut width = indent.len();
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !lines.is_empty() && width + 1 + length > LINE {
            lines.push('\n');
            lines.push_str(indent);
            width = indent.len();
        } else if !lines.is_empty() {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}

/// A table in columns of equal width.
fn aligned(header: &[String], rows: &[Vec<String>]) -> String {
    let all = || std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
    let width =
        |column: usize| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
