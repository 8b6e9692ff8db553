//! `udpeg compare`.

use crate::args::Compare;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use udpeg::Result;
use udpeg::compare::{self, Change, Compared, Comparison, Standing};

/// Units of each kind of change that are shown; the others stand in the Parquet file and in `--json`.
const SHOWN: usize = 20;

pub(crate) fn run(typed: &Compare, terminal: &Terminal) -> Result<()> {
    let comparison = compare::compare(&typed.before, &typed.now)?;
    if let Some(path) = &typed.parquet {
        compare::write_table(path, &comparison)?;
    }
    terminal.summary(&comparison, &[], || text(&comparison))
}

fn text(comparison: &Comparison) -> String {
    let mut text = String::new();
    heading(&mut text, "Before and now");
    let points = |points: Option<i32>| points.map_or_else(|| "nobody proposed".to_owned(), |points| points.to_string());
    let mut rows = vec![
        vec!["entered".to_owned(), number(comparison.entered as u64)],
        vec!["left".to_owned(), number(comparison.left as u64)],
        vec!["stayed".to_owned(), number(comparison.stayed as u64)],
    ];
    if let Some(moved) = comparison.persons_moved {
        rows.push(vec!["persons with another coordinator".to_owned(), number(moved)]);
    }
    let [before, now] = comparison.points_needed;
    rows.push(vec!["points of the last proposed before".to_owned(), points(before)]);
    rows.push(vec!["points of the last proposed now".to_owned(), points(now)]);
    text.push_str(&table(rows));
    for (change, title) in [(Change::Entered, "Entered"), (Change::Left, "Left"), (Change::Stayed, "Stayed")] {
        let units: Vec<&Compared> = comparison.units.iter().filter(|unit| unit.change == change).collect();
        if units.is_empty() {
            continue;
        }
        heading(&mut text, title);
        let head = ["label", "rank before", "now", "points before", "now", "why"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(units.iter().take(SHOWN).map(|unit| row(unit)));
        text.push_str(&table(rows));
        if units.len() > SHOWN {
            let _ = writeln!(text, " and {} more", number((units.len() - SHOWN) as u64));
        }
    }
    text
}

fn row(unit: &Compared) -> Vec<String> {
    let own = unit.now.as_ref().or(unit.before.as_ref());
    let of =
        |standing: &Option<Standing>, part: fn(&Standing) -> String| standing.as_ref().map_or("-".to_owned(), part);
    vec![
        own.map_or_else(String::new, |standing| standing.label.clone()),
        of(&unit.before, |standing| number(standing.rank)),
        of(&unit.now, |standing| number(standing.rank)),
        of(&unit.before, |standing| standing.points.to_string()),
        of(&unit.now, |standing| standing.points.to_string()),
        why(unit),
    ]
}

/// The rules that give other points; where none does, what else there is to say.
fn why(unit: &Compared) -> String {
    match (&unit.before, &unit.now) {
        (None, _) => "was not eligible".to_owned(),
        (_, None) => "is not eligible".to_owned(),
        _ if unit.why.is_empty() => "same points".to_owned(),
        _ => unit.why.iter().map(ToString::to_string).collect::<Vec<String>>().join("; "),
    }
}
