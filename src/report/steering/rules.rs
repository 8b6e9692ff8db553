//! What the rules contribute: the most that each can give, and where a release counts it, how many have points by it.

use super::SteeringReport;
use super::figure::{Figure, View};
use super::html::{Cell, Grid, Page, Row};
use crate::programme::{Rule, Scale};
use crate::sentences::{Caption, Column, Fixed};
use crate::statistics::{POINTS, by_rule};

pub(super) fn rules(report: &SteeringReport<'_>, page: &mut Page) {
    let words = page.words;
    page.fixed(Fixed::Rules);
    let rules = &report.programme.rules;
    let counted = |rule: &Rule| report.counts().with(&by_rule(rule));
    let is_counted = rules.iter().any(|rule| counted(rule).is_some());
    let row = |rule: &Rule| {
        let most = most_points(rule).map_or_else(|| Cell::Text(words.fixed(Fixed::NoLimit).to_owned()), Cell::Number);
        let mut cells = vec![most];
        if is_counted {
            let text = || Cell::Text("–".to_owned());
            let (eligible, proposed) = counted(rule).map_or((None, None), |view| with_points(rule, view));
            cells.extend([eligible, proposed].map(|figure| figure.map_or_else(text, Cell::Count)));
        }
        cells.push(Cell::Text(words.measured(rule)));
        Row::new(&rule.id, cells)
    };
    let counts: &[Column] = if is_counted { &[Column::WithPoints, Column::ProposedWithPoints] } else { &[] };
    let columns = [&[Column::Rule, Column::MostPoints], counts, &[Column::Measured]].concat();
    let columns = columns.into_iter().map(|column| words.column_name(column).to_owned()).collect();
    page.table(&Grid::new(words.caption(Caption::Rules), columns, rules.iter().map(row).collect()));
}

/// Those eligible and those proposed who have points by a rule.
fn with_points(rule: &Rule, view: View<'_>) -> (Option<Figure>, Option<Figure>) {
    let dimension = by_rule(rule);
    let condition = (dimension.as_str(), POINTS);
    (view.eligible(Some(condition)), view.figure(&[condition, ("status", "proposed")]))
}

/// The most points that a rule can give; `None` without a limit.
fn most_points(rule: &Rule) -> Option<i64> {
    match &rule.scale {
        Scale::Bands(bands) => bands.iter().map(|band| i64::from(band.points)).chain([0]).max(),
        Scale::PerOne { points, .. } if *points <= 0 => Some(0),
        Scale::PerOne { max, .. } => max.map(i64::from),
    }
}
