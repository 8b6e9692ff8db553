//! `release/`: what the steering group may see, the ledger, and attacks on both.

mod attacks;
mod contributions;
mod ledger;
mod statistics;
mod tables;

use crate::support::{Ran, Workplace};
use std::collections::BTreeMap;

const PROGRAMME: [&str; 2] = ["--programme", "programme.toml"];
const CSV: &str = "out/2026Q3/release/statistics.csv";

/// A municipality made up, and its programme; nothing has been run.
fn municipality() -> Workplace {
    municipality_of("9000")
}

fn municipality_of(adults: &str) -> Workplace {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", adults, "--seed", "7", "--dirty", "1%", "--out", "."]).succeeded();
    place
}

/// The same, run.
fn made() -> Workplace {
    made_of("9000")
}

/// The same of so many adults.
fn made_of(adults: &str) -> Workplace {
    let place = municipality_of(adults);
    run(&place, &[]).succeeded();
    place
}

fn run(place: &Workplace, more: &[&str]) -> Ran {
    place.udpeg(&[&["run", "--new-key"], &PROGRAMME[..], more].concat())
}

/// Selects and assigns anew.
fn selected_again(place: &Workplace) {
    for step in ["select", "assign"] {
        place.udpeg(&[step, "--programme", "programme.toml", "--force"]).succeeded();
    }
}

fn release(place: &Workplace, more: &[&str]) -> Ran {
    place.udpeg(&[&["release"], &PROGRAMME[..], more].concat())
}

fn released(place: &Workplace, more: &[&str]) -> Ran {
    release(place, &[&["--prepared-by", "A. Jensen", "--approved-by", "B. Holm"], more].concat())
}

/// Cells by everything that says what they count, and their counts; none where hidden.
type Cells = BTreeMap<String, Option<u64>>;

/// The cells of a file of statistics; the name of the table is left out, since equal cells stand in several.
fn cells(csv: &str) -> Cells {
    cells_by(csv, false)
}

/// The same of rounded counts, or of exact ones.
fn cells_by(csv: &str, is_rounded: bool) -> Cells {
    let mut cells = Cells::new();
    for line in csv.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields.len(), 9, "{line}");
        let mut conditions: Vec<(&str, &str)> = fields[2..8]
            .chunks(2)
            .map(|pair| (pair[0], pair[1]))
            .filter(|pair| !["", "total"].contains(&pair.1))
            .collect();
        conditions.sort_unstable();
        // Totals of rounded counts are sums of what a table shows, and so differ between tables.
        let universe = if is_rounded || fields[0].starts_with("proposed_") || fields[0] == "change" {
            fields[0]
        } else {
            fields[1]
        };
        let count = (!fields[8].is_empty()).then(|| fields[8].parse().unwrap());
        let before = cells.insert(format!("{universe} {conditions:?}"), count);
        assert!(
            before.is_none_or(|before| before == count),
            "one cell, shown in one table and hidden in another: {line}"
        );
    }
    cells
}

fn cells_of(place: &Workplace) -> Cells {
    cells(&place.read(CSV))
}
