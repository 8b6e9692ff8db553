//! `release/report.html`: what the steering group sees of a release.
//!
//! # Guarantee
//!
//! Every count on the page, and every share, ratio and length in a chart, is made from
//! [`ProtectedCount`](crate::disclosure::ProtectedCount)s, which disclosure control alone can make; everything else
//! comes from the programme file. A count that is hidden is nowhere on the page, nor is anything that depends on it. Whatever
//! stands in a text is shown as it stands. The file refers to nothing outside itself and runs nothing.

mod beginning;
mod chart;
mod ending;
mod fairness;
mod figure;
mod html;
mod people;
mod rules;
mod tabulated;

use super::document::html as escaped;
use crate::disclosure::{Method, ProtectedTable};
use crate::programme::Programme;
use crate::release::Approval;
use crate::sentences::{Chapter, Fixed, Language, Sentences};
use crate::statistics::Statistics;
use figure::{Counts, Tables};
use html::Page;

/// The name of the file.
pub const STEERING_REPORT: &str = "report.html";

/// The styles of the page.
const STYLE: &str = include_str!("style.css");

/// SHA-256 of the styles in Base64: the only ones that a browser applies. A test compares the two.
const STYLE_SHA256: &str = "5m7F9jrAuEZWNZPHzsH1ANpRuiOrCB65n4+fEkWSyto=";

/// What a report is made from: a release that has passed its audit, and what everybody may know.
#[derive(Debug, Clone, Copy)]
pub struct SteeringReport<'a> {
    /// Purpose, rules, coordinators.
    pub programme: &'a Programme,
    /// The tables of the release.
    pub tables: &'a [ProtectedTable],
    /// How the audit was made that they passed.
    pub method: Method,
    /// What counts are rounded to multiples of; `None` where they are not.
    pub rounded_to: Option<u64>,
    /// Names of tables that could not be protected.
    pub left_out: &'a [String],
    /// Who prepared and approved the release; `None` of a draft.
    pub approval: Option<&'a Approval>,
    /// The period that this one is compared with.
    pub earlier_period: Option<&'a str>,
    /// The language of the page.
    pub language: Language,
}

impl<'a> SteeringReport<'a> {
    /// The report on a programme's statistics; a draft where nobody has approved the release.
    #[must_use]
    pub fn of(programme: &'a Programme, statistics: &'a Statistics, approval: Option<&'a Approval>) -> Self {
        let has_change = statistics.table("change").is_some();
        let previous = programme.delivery.previous.as_ref().filter(|_| has_change);
        Self {
            programme,
            tables: statistics.tables(),
            method: statistics.method,
            rounded_to: statistics.rounded_to(),
            left_out: &statistics.left_out,
            approval,
            earlier_period: previous.and_then(|folder| folder.file_name()).and_then(|name| name.to_str()),
            language: programme.report_language,
        }
    }

    /// The page.
    #[must_use]
    pub fn to_html(&self) -> String {
        let words = self.language.sentences();
        let title = escaped(&words.report_title(&self.programme.name, &self.programme.period));
        let mut page = Page::new(words);
        for (chapter, write) in CHAPTERS {
            if self.has(chapter) {
                page.begin(id(chapter), words.chapter(chapter));
                write(self, &mut page);
                page.end();
            }
        }
        let language = self.language.code();
        let head = beginning::head(self, words);
        let contents = self.contents(words);
        let footer = escaped(&format!("udpeg {}", env!("CARGO_PKG_VERSION")));
        let sections = page.text;
        format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'sha256-{STYLE_SHA256}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<div class=\"page\">\n\
             <header>\n{head}</header>\n{contents}<main>\n{sections}</main>\n<footer>\n<p>{footer}</p>\n</footer>\n\
             </div>\n</body>\n</html>\n"
        )
    }

    fn counts(&self) -> Tables<'a> {
        let counts = if self.rounded_to.is_some() { Counts::Rounded } else { Counts::Exact };
        Tables { tables: self.tables, counts }
    }

    /// Whether there is anything to say in a section that not every report has.
    fn has(&self, chapter: Chapter) -> bool {
        match chapter {
            Chapter::Further => !ending::further(self).is_empty(),
            Chapter::Rules => !self.programme.rules.is_empty(),
            _ => true,
        }
    }

    fn contents(&self, words: &dyn Sentences) -> String {
        let label = escaped(words.fixed(Fixed::Contents));
        let chapters = CHAPTERS.into_iter().map(|(chapter, _)| chapter).filter(|chapter| self.has(*chapter));
        let item = |all: String, chapter: Chapter| {
            let (id, heading) = (id(chapter), escaped(words.chapter(chapter)));
            all + &format!("<li><a href=\"#{id}\">{heading}</a></li>\n")
        };
        let items = chapters.fold(String::new(), item);
        format!("<nav aria-labelledby=\"contents\">\n<p id=\"contents\">{label}</p>\n<ol>\n{items}</ol>\n</nav>\n")
    }
}

/// Writes a section.
type Write = for<'a> fn(&SteeringReport<'a>, &mut Page);

/// The sections, in the order of the page.
const CHAPTERS: [(Chapter, Write); 11] = [
    (Chapter::Purpose, beginning::purpose),
    (Chapter::Funnel, beginning::funnel),
    (Chapter::People, people::people),
    (Chapter::Rules, rules::rules),
    (Chapter::Fairness, fairness::fairness),
    (Chapter::Coordinators, ending::coordinators),
    (Chapter::Missing, ending::missing),
    (Chapter::Change, ending::change),
    (Chapter::Further, ending::further_tables),
    (Chapter::Protection, ending::protection),
    (Chapter::Points, ending::points_system),
];

fn id(chapter: Chapter) -> &'static str {
    match chapter {
        Chapter::Purpose => "purpose",
        Chapter::Funnel => "funnel",
        Chapter::People => "people",
        Chapter::Rules => "rules",
        Chapter::Fairness => "fairness",
        Chapter::Coordinators => "coordinators",
        Chapter::Missing => "missing",
        Chapter::Change => "change",
        Chapter::Further => "further",
        Chapter::Protection => "protection",
        Chapter::Points => "points",
    }
}
