//! Charts, as SVG that needs nothing else.
//!
//! What is hidden has no bar, no room of its own width and no part in the scale: only the word. Nor has a total that hidden
//! parts are not in. Texts keep their size
//! on a narrow page, since lengths are shares of its width and everything else is in pixels.

use super::figure::{Figure, Share};
use super::html::{Notes, count, share};
use crate::report::document::html;
use crate::sentences::{Fixed, Sentences};
use std::fmt::Write;

/// A chart that is drawn but for its caption and ids.
pub(super) struct Drawing {
    height: u32,
    body: String,
    description: String,
    /// What has to be said of its counts.
    pub(super) notes: Notes,
}

impl Drawing {
    /// The element; its title and description have ids that begin with `id`.
    pub(super) fn svg(&self, id: &str, caption: &str) -> String {
        let Self { height, body, description, .. } = self;
        let (caption, description) = (html(caption), html(description));
        format!(
            "<svg role=\"img\" aria-labelledby=\"{id}t\" aria-describedby=\"{id}d\" width=\"100%\" height=\"{height}\">\n\
             <title id=\"{id}t\">{caption}</title>\n<desc id=\"{id}d\">{description}</desc>\n{body}</svg>\n"
        )
    }
}

/// A bar; another one within it shows a part.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    label: String,
    length: Option<f64>,
    part: Option<f64>,
    text: String,
    notes: Notes,
    /// Whether it begins another group.
    is_apart: bool,
}

impl Bar {
    pub(super) fn count(label: impl Into<String>, figure: Figure, words: &dyn Sentences) -> Self {
        let (text, notes) = (count(figure, words), Notes::of(figure));
        Self { label: label.into(), length: None, part: figure.length(), text, notes, is_apart: false }
    }

    pub(super) fn part(label: impl Into<String>, part: Figure, whole: Figure, words: &dyn Sentences) -> Self {
        let text = match (part.shown(), whole.shown()) {
            (None, None) => words.fixed(Fixed::Hidden).to_owned(),
            _ => words.part_of(&count(part, words), &count(whole, words)),
        };
        let notes = Notes::of(part).and(Notes::of(whole));
        Self { label: label.into(), length: whole.length(), part: part.length(), text, notes, is_apart: false }
    }

    pub(super) fn share(label: impl Into<String>, of: Share, words: &dyn Sentences) -> Self {
        let (text, notes) = (share(of, words), Notes::of_share(of));
        Self { label: label.into(), length: None, part: of.shown(), text, notes, is_apart: false }
    }

    /// The same, apart from those before.
    pub(super) fn apart(self) -> Self {
        Self { is_apart: true, ..self }
    }

    /// How far it reaches; nothing hidden has a length.
    fn reach(&self) -> f64 {
        self.length.into_iter().chain(self.part).fold(0.0, f64::max)
    }

    /// What is written behind it, and what is read out.
    fn spoken(&self) -> String {
        format!("{}: {}", self.label, self.text)
    }
}

/// Pixels from one row to the next.
const ROW: u32 = 26;

/// Pixels that a bar is high.
const THICK: u32 = 14;

/// Pixels of a letter, about.
const LETTER: usize = 8;

/// So many letters stand beside a bar; longer labels stand above it.
const BESIDE: usize = 14;

/// Bars below one another. A line may stand below one of them, by position, with what is to be said of it.
pub(super) fn bars(bars: &[Bar], line: Option<(usize, String)>) -> Drawing {
    let longest = bars.iter().map(|bar| bar.label.chars().count()).max().unwrap_or(0);
    let scale = scale(bars);
    let mut body = String::new();
    let mut y = 4;
    for (position, bar) in bars.iter().enumerate() {
        let label = html(&bar.label);
        y += if bar.is_apart && position > 0 { ROW / 2 } else { 0 };
        if longest > BESIDE {
            let _ = writeln!(body, "<text x=\"0\" y=\"{}\">{label}</text>", y + 13);
            y += 18;
            draw(&mut body, bar, 0, y, scale, 76.0);
        } else {
            let _ = writeln!(body, "<text x=\"0\" y=\"{}\">{label}</text>", y + 12);
            draw(&mut body, bar, longest * LETTER + 10, y, scale, 46.0);
        }
        y += ROW;
        if let Some((_, text)) = line.as_ref().filter(|(below, _)| *below == position) {
            let text = html(text);
            let _ = writeln!(body, "<line class=\"cut\" x1=\"0\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>");
            let _ = writeln!(body, "<text class=\"cut\" x=\"100%\" y=\"{}\" text-anchor=\"end\">{text}</text>", y + 15);
            y += 24;
        }
    }
    let said = line.map(|(_, text)| text);
    drawing(y, body, bars, said)
}

/// Combinations of departments: a dot for each department that is part of one, and a bar.
///
/// A combination without dots is shown by its label.
pub(super) fn combinations(departments: &[String], rows: &[(Option<Vec<bool>>, Bar)]) -> Drawing {
    /// Pixels from one dot to the next.
    const DOT: usize = 26;
    /// Letters of a department's name that there is room for.
    const NAME: usize = 18;
    let names: Vec<String> = departments.iter().map(|name| shortened(name, NAME)).collect();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let bars: Vec<Bar> = rows.iter().map(|(_, bar)| bar.clone()).collect();
    let scale = scale(&bars);
    let left = departments.len() * DOT + 6;
    let mut body = String::new();
    let mut y = u32::try_from(longest * 6 + 16).unwrap_or(130);
    for (position, name) in names.iter().enumerate() {
        let (x, name) = (position * DOT + 12, html(name));
        let _ = writeln!(body, "<text transform=\"translate({x} {}) rotate(-45)\">{name}</text>", y - 6);
    }
    for (dots, bar) in rows {
        let centre = y + THICK / 2;
        if let Some(dots) = dots {
            let on: Vec<usize> =
                dots.iter().enumerate().filter(|(_, is_on)| **is_on).map(|(position, _)| position * DOT + 10).collect();
            if let (Some(first), Some(last)) = (on.first(), on.last()) {
                let _ = writeln!(
                    body,
                    "<line class=\"joint\" x1=\"{first}\" x2=\"{last}\" y1=\"{centre}\" y2=\"{centre}\"/>"
                );
            }
            for (position, is_on) in dots.iter().enumerate() {
                let (x, class) = (position * DOT + 10, if *is_on { "on" } else { "off" });
                let _ = writeln!(body, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{centre}\" r=\"6\"/>");
            }
            draw(&mut body, bar, left, y, scale, 46.0);
        } else {
            let labelled = Bar { text: format!("{} ({})", bar.text, bar.label), ..bar.clone() };
            draw(&mut body, &labelled, left, y, scale, 46.0);
        }
        y += ROW;
    }
    drawing(y, body, &bars, None)
}

fn drawing(height: u32, body: String, bars: &[Bar], further: Option<String>) -> Drawing {
    let description: Vec<String> = bars.iter().map(Bar::spoken).chain(further).collect();
    let notes = bars.iter().map(|bar| bar.notes).fold(Notes::default(), Notes::and);
    Drawing { height, body, description: description.join("; "), notes }
}

/// The longest of the bars that are shown.
fn scale(bars: &[Bar]) -> f64 {
    bars.iter().map(Bar::reach).fold(0.0, f64::max)
}

/// A bar whose scale is as long as `room` percent of the page.
fn draw(body: &mut String, bar: &Bar, left: usize, y: u32, scale: f64, room: f64) {
    let percent = |length: f64| if scale > 0.0 { length / scale * room } else { 0.0 };
    let _ = writeln!(body, "<g transform=\"translate({left} 0)\">");
    let lengths = [("whole", bar.length), ("part", bar.part)];
    for (class, length) in lengths.into_iter().filter_map(|(class, length)| Some((class, length?))) {
        if length > 0.0 {
            let (y, width) = (y, percent(length));
            let _ = writeln!(body, "<rect class=\"{class}\" y=\"{y}\" width=\"{width:.2}%\" height=\"{THICK}\"/>");
        }
    }
    let class = if bar.notes.hidden { "value hidden" } else { "value" };
    let (end, text) = (percent(bar.reach()), html(&bar.text));
    let _ = writeln!(body, "<text class=\"{class}\" x=\"{end:.2}%\" dx=\"6\" y=\"{}\">{text}</text>\n</g>", y + 12);
}

fn shortened(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    text.chars().take(letters - 1).chain(['…']).collect()
}
