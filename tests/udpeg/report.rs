//! The steering group's report: nothing hidden is in it, whatever stands in it is shown as it stands, and it says the
//! same to those who see, hear or print it.

mod fairness;
mod hidden;
mod invented;
mod languages;
mod page;
mod run;
mod sections;

use invented::{programme, release};
use udpeg::disclosure::{ProtectedRelease, RawCount, Release, Settings, Table, protect};
use udpeg::programme::Programme;
use udpeg::report::SteeringReport;
use udpeg::sentences::Language;

/// A report on a release in which nothing is left out and no earlier period is compared.
fn steering_report<'a>(
    programme: &'a Programme,
    release: &'a ProtectedRelease,
    language: Language,
) -> SteeringReport<'a> {
    SteeringReport {
        programme,
        tables: &release.tables,
        method: release.audit.method,
        rounded_to: None,
        left_out: &[],
        approval: None,
        earlier_period: None,
        language,
    }
}

/// The report on invented people.
fn page(language: Language) -> String {
    steering_report(&programme(), &release(), language).to_html()
}

/// The report on these tables, in English.
fn report_on(programme: &Programme, release: &ProtectedRelease) -> String {
    steering_report(programme, release, Language::English).to_html()
}

/// A table from its dimensions, each a name and its values, and its inner counts.
fn table(name: &str, universe: &str, dimensions: &[(&str, &[&str])], counts: &[u64]) -> Table {
    let dimensions = dimensions.iter().map(|(name, values)| udpeg::disclosure::Dimension::new(name, values)).collect();
    let counts: Vec<RawCount> = counts.iter().map(|&count| RawCount::new(count)).collect();
    Table::new(name, universe, dimensions, &counts).unwrap()
}

fn protected(tables: impl IntoIterator<Item = Table>, settings: &Settings) -> ProtectedRelease {
    protect(&tables.into_iter().fold(Release::default(), Release::table), settings).unwrap()
}

/// What stands between each opening and the next closing.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let pieces = text.split(open).skip(1);
    pieces.map(|piece| piece.split_once(close).expect("it is closed").0).collect()
}

/// The rows of the table whose caption ends so, each as its cells' texts.
fn rows(page: &str, caption: &str) -> Vec<Vec<String>> {
    let is_it = |table: &&str| table.contains(&format!("{caption}</caption>"));
    let table = between(page, "<table>", "</table>").into_iter().find(is_it).unwrap_or_else(|| panic!("no {caption}"));
    let cells = |row: &str| {
        let cell = |piece: &str| piece.split_once('>').map(|(_, rest)| rest.split('<').next().unwrap().to_owned());
        row.split("<t").skip(1).filter_map(cell).collect()
    };
    between(table, "<tr", "</tr>").into_iter().map(cells).collect()
}

/// The row of a table that begins so, as texts.
fn row(page: &str, caption: &str, label: &str) -> Vec<String> {
    let found = rows(page, caption).into_iter().find(|row| row.first().is_some_and(|first| first == label));
    found.unwrap_or_else(|| panic!("no {label} in {caption}"))
}
