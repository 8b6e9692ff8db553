//! Disclosure control: what is hidden, what can be worked out of the rest, and what never is.

#![expect(clippy::cast_precision_loss, reason = "counts of people are far below 2⁵³")]

mod auditing;
mod known_answers;
mod linked;
mod measurements;
mod merging;
mod naive;
mod optimum;
mod people;
mod programme;
mod random_tables;
mod reader;
mod rounding;
mod secrecy;
mod several_releases;
mod zeros;

use udpeg::disclosure::{
    CellDefinition, Depth, Dimension, ProtectedTable, Question, RawCount, Release, Settings, Table, Zeros,
};

/// Counts as they are.
fn raw(counts: &[u64]) -> Vec<RawCount> {
    counts.iter().map(|&count| RawCount::new(count)).collect()
}

/// A table of `persons` over dimensions such as `sex: F M`, from its inner counts.
fn table(dimensions: &[&str], counts: &[u64]) -> Table {
    let dimension = |text: &&str| {
        let (name, values) = text.split_once(": ").unwrap();
        Dimension::new(name, &values.split(' ').collect::<Vec<_>>())
    };
    let name = dimensions.join(" × ");
    Table::new(&name, "persons", dimensions.iter().map(dimension).collect(), &raw(counts)).unwrap()
}

fn release(tables: impl IntoIterator<Item = Table>) -> Release {
    tables.into_iter().fold(Release::default(), Release::table)
}

/// The cell of `persons` under conditions such as `sex=F age=old`.
fn persons(conditions: &str) -> CellDefinition {
    let conditions = conditions.split_whitespace().map(|condition| condition.split_once('=').unwrap());
    conditions.fold(CellDefinition::all("persons"), |cell, (dimension, value)| cell.with(dimension, value))
}

/// Small counts alone, without anything about zeros.
fn small_only(threshold: u64) -> Settings {
    Settings { zeros: Zeros::Shown, ..Settings::new(threshold) }
}

fn question(settings: &Settings, depth: Depth) -> Question {
    Question { depth, ..Question::new(settings.threshold, settings.min_interval) }
}

/// Hidden cells as their values with a dot for each total: `A male`, `. male`.
fn hidden(table: &ProtectedTable) -> Vec<String> {
    let hidden = table.cells().filter(|cell| cell.count.is_hidden());
    hidden.map(|cell| cell.values.iter().map(|value| value.unwrap_or(".")).collect::<Vec<_>>().join(" ")).collect()
}
