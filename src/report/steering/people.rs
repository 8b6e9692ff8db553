//! Who is in the group: kind, departments, points, sex and age.

use super::SteeringReport;
use super::chart::{self, Bar};
use super::figure::{Figure, View};
use super::html::{Cell, Grid, Page, Row};
use super::tabulated::{crossed, dimension, value};
use crate::sentences::{Caption, Fixed, Sentences};

/// Of units that are not eligible.
const NOT_RANKED: &str = "not_ranked";

pub(super) fn people(report: &SteeringReport<'_>, page: &mut Page) {
    let tables = report.counts();
    page.fixed(Fixed::People);
    let plain = |page: &mut Page, universe, dimension, caption| {
        let found = tables.over(universe, &[dimension, "status"]);
        if let Some(view) = found {
            let (words, caption) = (page.words, page.words.caption(caption));
            page.table(&crossed(view, (dimension, "status"), caption, words, |_| true));
        }
        found
    };
    let by_kind = plain(page, "units", "kind", Caption::Kind);
    let by_combination = tables.over("units", &["department_combination", "status"]);
    if let Some(view) = by_combination {
        combinations(report, view, page);
    }
    let by_departments = plain(page, "units", "departments", Caption::Departments);
    let by_points = tables.over("units", &["points_band", "status"]);
    if let Some(view) = by_points {
        points(view, page);
    }
    let by_unit = plain(page, "persons", "kind", Caption::PersonsByKind);
    let by_sex = plain(page, "persons", "sex", Caption::Sex);
    let by_age = tables.over("persons", &["age_band", "status"]);
    if let Some(view) = by_age {
        ages(view, page);
        plain(page, "persons", "age_band", Caption::Age);
    }
    if [by_kind, by_combination, by_departments, by_points, by_unit, by_sex, by_age].iter().all(Option::is_none) {
        page.fixed(Fixed::NotCounted);
    }
}

/// What is told of one value: those proposed of all.
fn proposed_of(view: View<'_>, name: &str, of: &str, words: &dyn Sentences, whole: Option<Figure>) -> Option<Bar> {
    let proposed = view.figure(&[(name, of), ("status", "proposed")])?;
    let whole = whole.or_else(|| view.figure(&[(name, of)]))?;
    Some(Bar::part(value(name, of, words), proposed, whole, words))
}

fn combinations(report: &SteeringReport<'_>, view: View<'_>, page: &mut Page) {
    /// The name of the dimension.
    const NAME: &str = "department_combination";
    let words = page.words;
    let departments: Vec<String> =
        report.programme.departments.iter().map(|department| department.id.clone()).collect();
    let dots = |combination: &str| -> Option<Vec<bool>> {
        let ids: Vec<&str> = if combination == "none" { Vec::new() } else { combination.split('+').collect() };
        let are_known = ids.iter().all(|id| departments.iter().any(|department| department == id));
        are_known.then(|| departments.iter().map(|department| ids.contains(&department.as_str())).collect())
    };
    let row = |of: &String| Some((dots(of), proposed_of(view, NAME, of, words, None)?));
    let mut rows: Vec<(Option<Vec<bool>>, Bar)> = view.values(NAME).iter().filter_map(row).collect();
    // Those in most departments first: they are what is looked for.
    rows.reverse();
    let caption = words.caption(Caption::Combinations);
    page.fixed(Fixed::Combinations);
    let grid = crossed(view, (NAME, "status"), caption, words, |_| true);
    page.chart(caption, &chart::combinations(&departments, &rows), Some(&grid));
}

fn points(view: View<'_>, page: &mut Page) {
    /// The name of the dimension.
    const NAME: &str = "points_band";
    let words = page.words;
    page.fixed(Fixed::Points);
    let bands: Vec<&String> = view.values(NAME).iter().rev().filter(|band| *band != NOT_RANKED).collect();
    let bar = |band: &&String| proposed_of(view, NAME, band, words, view.eligible(Some((NAME, band))));
    let bars: Vec<Bar> = bands.iter().filter_map(bar).collect();
    let line = lowest_taken(view, &bands).map(|at| (at, words.line(&value(NAME, bands[at], words))));
    let caption = words.caption(Caption::Points);
    let has_line = line.is_some();
    let grid = of_eligible(view, NAME, &bands, caption, words);
    page.chart(caption, &chart::bars(&bars, line), Some(&grid));
    if !has_line {
        page.fixed(Fixed::NoLine);
    }
}

/// The position of the lowest band, of bands from the highest down, from which somebody was taken; `None` where hidden
/// counts leave it open.
fn lowest_taken(view: View<'_>, bands: &[&String]) -> Option<usize> {
    for (position, band) in bands.iter().enumerate().rev() {
        match view.figure(&[("points_band", band), ("status", "proposed")])?.shown()? {
            0 => {}
            _ => return Some(position),
        }
    }
    None
}

/// Bands by status, those who are not eligible left out, who have no points.
fn of_eligible(view: View<'_>, name: &str, bands: &[&String], caption: &str, words: &dyn Sentences) -> Grid {
    const STATUSES: [&str; 3] = ["proposed", "reserve", "eligible"];
    let statuses: Vec<&str> =
        STATUSES.into_iter().filter(|status| view.values("status").iter().any(|other| other == status)).collect();
    let row = |band: &&String| {
        let cells = statuses.iter().filter_map(|status| view.figure(&[(name, band), ("status", status)]));
        let cells = cells.chain(view.eligible(Some((name, band)))).map(Cell::Count);
        Row::new(value(name, band, words), cells.collect())
    };
    let columns = [dimension(name, words)].into_iter();
    let columns = columns.chain(statuses.iter().map(|status| value("status", status, words)));
    let columns = columns.chain([words.fixed(Fixed::Total).to_owned()]);
    Grid::new(caption, columns.collect(), bands.iter().map(row).collect())
}

fn ages(view: View<'_>, page: &mut Page) {
    let words = page.words;
    let bar = |band: &String| {
        let proposed = view.figure(&[("age_band", band), ("status", "proposed")])?;
        Some(Bar::count(value("age_band", band, words), proposed, words))
    };
    let bars: Vec<Bar> = view.values("age_band").iter().filter_map(bar).collect();
    page.chart(words.caption(Caption::ProposedByAge), &chart::bars(&bars, None), None);
}
