//! Writes the page. Whatever stands in a text is shown as it stands.

use super::chart::Drawing;
use super::figure::{Figure, Share};
use crate::report::document::html;
use crate::report::{Block, Document};
use crate::sentences::{Fixed, Sentences};
use std::fmt::Write;

/// Texts of more letters than these take room of their own, so that they do not run down a narrow page word by word.
const LONG: usize = 40;

/// What has to be said below a table or chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// A count in it is hidden.
    pub(super) hidden: bool,
    /// A count in it is the sum of what is shown of its parts only.
    pub(super) in_part: bool,
}

impl Notes {
    pub(super) fn of(figure: Figure) -> Self {
        Self { hidden: figure.shown().is_none(), in_part: figure.is_in_part() }
    }

    pub(super) fn of_share(share: Share) -> Self {
        Self { hidden: share == Share::Hidden, in_part: share == Share::Unknown }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { hidden: self.hidden || other.hidden, in_part: self.in_part || other.in_part }
    }
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Text(String),
    Count(Figure),
    Share(Share),
    Ratio(Option<f64>),
    Number(i64),
}

/// A row: what it is about, and its cells.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) cells: Vec<Cell>,
    pub(super) is_total: bool,
}

impl Row {
    pub(super) fn new(label: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { label: label.into(), cells, is_total: false }
    }

    pub(super) fn total(label: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { label: label.into(), cells, is_total: true }
    }
}

/// A table; rows in groups, each with a heading where it needs one.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) caption: String,
    /// The first is the rows' own.
    pub(super) columns: Vec<String>,
    pub(super) groups: Vec<(Option<String>, Vec<Row>)>,
}

/// The page, from its first section on.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) words: &'static dyn Sentences,
    tables: usize,
    charts: usize,
}

impl Page {
    pub(super) fn new(words: &'static dyn Sentences) -> Self {
        Self { text: String::new(), words, tables: 0, charts: 0 }
    }

    pub(super) fn begin(&mut self, id: &str, heading: &str) {
        let heading = html(heading);
        let _ = writeln!(self.text, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>");
    }

    pub(super) fn end(&mut self) {
        self.text.push_str("</section>\n");
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.text, "<p>{}</p>", html(text));
    }

    pub(super) fn fixed(&mut self, text: Fixed) {
        self.paragraph(self.words.fixed(text));
    }

    pub(super) fn remark(&mut self, text: &str) {
        let _ = writeln!(self.text, "<p class=\"note\">{}</p>", html(text));
    }

    /// Things and what is said of them.
    pub(super) fn terms(&mut self, items: &[(String, String)]) {
        let item = |all: String, (term, text): &(String, String)| {
            all + "<div><dt>" + &html(term) + "</dt><dd>" + &html(text) + "</dd></div>\n"
        };
        let items = items.iter().fold(String::new(), item);
        let _ = writeln!(self.text, "<dl class=\"terms\">\n{items}</dl>");
    }

    /// A table, and a note below it where it hides something.
    pub(super) fn table(&mut self, grid: &Grid) {
        self.write_grid(grid);
        self.notes(grid.notes());
    }

    /// What has to be said of counts that stand above.
    pub(super) fn notes(&mut self, notes: Notes) {
        let texts = [(notes.hidden, Fixed::HiddenNote), (notes.in_part, Fixed::InPartNote)];
        for (_, text) in texts.into_iter().filter(|(is_due, _)| *is_due) {
            self.remark(self.words.fixed(text));
        }
    }

    /// A chart; below it its numbers, and a note where it hides something. No numbers where a table with them, and its
    /// note, stand right below.
    pub(super) fn chart(&mut self, caption: &str, drawing: &Drawing, numbers: Option<&Grid>) {
        self.charts += 1;
        let number = self.words.figure_number(self.charts);
        let svg = drawing.svg(&format!("f{}", self.charts), caption);
        let caption = html(caption);
        let _ = writeln!(self.text, "<figure>\n<figcaption><b>{number}</b> {caption}</figcaption>\n{svg}</figure>");
        if let Some(grid) = numbers {
            let summary = html(self.words.fixed(Fixed::AsTable));
            let _ = writeln!(self.text, "<details>\n<summary>{summary}: {caption}</summary>");
            self.write_grid(grid);
            self.text.push_str("</details>\n");
            self.notes(drawing.notes.and(grid.notes()));
        }
    }

    fn write_grid(&mut self, grid: &Grid) {
        self.tables += 1;
        let id = format!("t{}", self.tables);
        let number = self.words.table_number(self.tables);
        let caption = format!("<b>{number}</b> {}", html(&grid.caption));
        self.write_table(&id, &caption, grid);
    }

    fn write_table(&mut self, id: &str, caption: &str, grid: &Grid) {
        let is_wide = grid.columns.len() > 3;
        if is_wide {
            let _ =
                writeln!(self.text, "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\">");
        }
        let _ = writeln!(self.text, "<table>\n<caption id=\"{id}\">{caption}</caption>\n<thead><tr>");
        for (position, column) in grid.columns.iter().enumerate() {
            let is_number = position > 0 && grid.is_number(position - 1);
            let class = if is_number { " class=\"number\"" } else { "" };
            let _ = write!(self.text, "<th scope=\"col\"{class}>{}</th>", html(column));
        }
        self.text.push_str("</tr></thead>\n");
        for (heading, rows) in &grid.groups {
            self.text.push_str("<tbody>\n");
            if let Some(heading) = heading {
                let (span, heading) = (grid.columns.len(), html(heading));
                let _ = writeln!(
                    self.text,
                    "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{span}\">{heading}</th></tr>"
                );
            }
            for row in rows {
                self.write_row(row);
            }
            self.text.push_str("</tbody>\n");
        }
        self.text.push_str("</table>\n");
        if is_wide {
            self.text.push_str("</div>\n");
        }
    }

    fn write_row(&mut self, row: &Row) {
        let class = if row.is_total { " class=\"total\"" } else { "" };
        let _ = write!(self.text, "<tr{class}><th scope=\"row\">{}</th>", html(&row.label));
        for cell in &row.cells {
            let class = match cell {
                Cell::Text(text) if text.chars().count() > LONG => " class=\"long\"",
                Cell::Text(_) => "",
                Cell::Number(_) | Cell::Ratio(_) => " class=\"number\"",
                Cell::Count(figure) if figure.shown().is_none() => " class=\"number hidden\"",
                Cell::Share(Share::Hidden) => " class=\"number hidden\"",
                Cell::Count(_) => " class=\"number count\"",
                Cell::Share(_) => " class=\"number share\"",
            };
            let text = match cell {
                Cell::Text(text) => text.clone(),
                Cell::Count(figure) => count(*figure, self.words),
                Cell::Share(share) => self::share(*share, self.words),
                Cell::Ratio(ratio) => ratio.map_or_else(|| "–".to_owned(), |ratio| self.words.ratio(ratio)),
                Cell::Number(number) => self.words.whole(*number),
            };
            let _ = write!(self.text, "<td{class}>{}</td>", html(&text));
        }
        self.text.push_str("</tr>\n");
    }

    /// A document made elsewhere, its headings below those of the section.
    pub(super) fn document(&mut self, document: &Document) {
        let mut last = String::new();
        for block in &document.blocks {
            let _ = match block {
                Block::Heading(heading) => writeln!(self.text, "<h3>{}</h3>", html(heading)),
                Block::Subheading(heading) => {
                    last.clone_from(heading);
                    writeln!(self.text, "<h4>{}</h4>", html(heading))
                }
                Block::Paragraph(paragraph) => writeln!(self.text, "<p>{}</p>", html(paragraph)),
                Block::List(items) => {
                    let items = items.iter().fold(String::new(), |all, item| all + "<li>" + &html(item) + "</li>\n");
                    writeln!(self.text, "<ul>\n{items}</ul>")
                }
                Block::Table { header, rows } => {
                    let row = |row: &Vec<String>| {
                        let (label, cells) = row.split_first()?;
                        Some(Row::new(label, cells.iter().cloned().map(Cell::Text).collect()))
                    };
                    let rows = rows.iter().filter_map(row).collect();
                    let grid = Grid { caption: last.clone(), columns: header.clone(), groups: vec![(None, rows)] };
                    self.write_grid(&grid);
                    Ok(())
                }
            };
        }
    }
}

impl Grid {
    pub(super) fn new(caption: impl Into<String>, columns: Vec<String>, rows: Vec<Row>) -> Self {
        Self { caption: caption.into(), columns, groups: vec![(None, rows)] }
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|(_, rows)| rows)
    }

    fn notes(&self) -> Notes {
        let of = |cell: &Cell| match cell {
            Cell::Count(figure) => Notes::of(*figure),
            Cell::Share(share) => Notes::of_share(*share),
            Cell::Text(_) | Cell::Ratio(_) | Cell::Number(_) => Notes::default(),
        };
        self.rows().flat_map(|row| &row.cells).map(of).fold(Notes::default(), Notes::and)
    }

    /// Whether a column of cells holds numbers.
    fn is_number(&self, column: usize) -> bool {
        let cell = self.rows().find_map(|row| row.cells.get(column));
        cell.is_some_and(|cell| !matches!(cell, Cell::Text(_)))
    }
}

/// A count in words of the language; with a mark where hidden parts are not in it.
pub(super) fn count(figure: Figure, words: &dyn Sentences) -> String {
    let mark = if figure.is_in_part() { "*" } else { "" };
    let whole = |count: u64| words.whole(i64::try_from(count).unwrap_or(i64::MAX)) + mark;
    figure.shown().map_or_else(|| words.fixed(Fixed::Hidden).to_owned(), whole)
}

/// A share in words of the language.
pub(super) fn share(share: Share, words: &dyn Sentences) -> String {
    match share {
        Share::Of(share) => words.percent(share),
        Share::Hidden => words.fixed(Fixed::Hidden).to_owned(),
        Share::Unknown | Share::OfNobody => "–".to_owned(),
    }
}
