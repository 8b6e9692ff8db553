//! Coordinators, missing data, change, further tables, what is hidden, and the points system.

use super::SteeringReport;
use super::chart::{self, Bar};
use super::figure::{Figure, View};
use super::html::{Cell, Grid, Page, Row};
use super::tabulated::{any, dimension, value};
use crate::disclosure::{Method, ProtectedTable};
use crate::identity::masked;
use crate::report::description;
use crate::sentences::{Caption, Column, Fixed};
use crate::statistics::{INCOMPLETE, by_completeness, by_rule};

/// More cells of a table than these are no reading matter.
const MOST_CELLS: usize = 400;

pub(super) fn coordinators(report: &SteeringReport<'_>, page: &mut Page) {
    let words = page.words;
    let Some(view) = report.counts().with("coordinator") else {
        page.fixed(Fixed::NotCounted);
        return;
    };
    page.fixed(Fixed::Coordinators);
    let caption = words.caption(Caption::Coordinators);
    let each: Vec<(&String, Figure)> = view
        .values("coordinator")
        .iter()
        .filter_map(|id| Some((id, view.figure(&[("coordinator", id)])?)))
        .filter(|(id, figure)| *id != "none" || figure.shown() != Some(0))
        .collect();
    let bars: Vec<Bar> =
        each.iter().map(|(id, figure)| Bar::count(value("coordinator", id, words), *figure, words)).collect();
    let row = |(id, figure): &(&String, Figure)| {
        let coordinator = report.programme.coordinators.iter().find(|coordinator| coordinator.id == **id);
        let room = coordinator.and_then(|coordinator| i64::try_from(coordinator.capacity).ok());
        let room = room.map_or_else(|| Cell::Text("–".to_owned()), Cell::Number);
        Row::new(value("coordinator", id, words), vec![Cell::Count(*figure), room])
    };
    let columns = [Column::Proposed, Column::Capacity].map(|column| words.column_name(column).to_owned());
    let columns = [dimension("coordinator", words)].into_iter().chain(columns).collect();
    let grid = Grid::new(caption, columns, each.iter().map(row).collect());
    page.chart(caption, &chart::bars(&bars, None), Some(&grid));
}

pub(super) fn missing(report: &SteeringReport<'_>, page: &mut Page) {
    let rows = report.counts().over("rows", &["department", "outcome"]);
    let units: Vec<(&str, View<'_>)> = incomplete(report).collect();
    if rows.is_none() && units.is_empty() {
        page.fixed(Fixed::NotCounted);
        return;
    }
    page.fixed(Fixed::Missing);
    if let Some(view) = rows {
        rejected_rows(view, page);
    }
    if !units.is_empty() {
        incomplete_units(&units, page);
    }
}

/// The tables of units that are incomplete in a department, with its id.
fn incomplete<'a>(report: &SteeringReport<'a>) -> impl Iterator<Item = (&'a str, View<'a>)> {
    let (tables, departments) = (report.counts(), &report.programme.departments);
    departments
        .iter()
        .filter_map(move |department| Some((department.id.as_str(), tables.with(&by_completeness(&department.id))?)))
}

fn incomplete_units(units: &[(&str, View<'_>)], page: &mut Page) {
    let words = page.words;
    page.fixed(Fixed::Incomplete);
    let row = |(id, view): &(&str, View<'_>)| {
        let dimension = by_completeness(id);
        let condition = (dimension.as_str(), INCOMPLETE);
        let proposed = view.figure(&[condition, ("status", "proposed")]);
        let figures = [proposed, view.eligible(Some(condition)), view.figure(&[condition])];
        let cells = figures.into_iter().map(|figure| figure.map_or_else(|| Cell::Text("–".to_owned()), Cell::Count));
        Row::new(value("department", id, words), cells.collect())
    };
    let columns = [Column::Proposed, Column::Eligible, Column::All].map(|column| words.column_name(column).to_owned());
    let columns = [dimension("department", words)].into_iter().chain(columns).collect();
    page.table(&Grid::new(words.caption(Caption::Incomplete), columns, units.iter().map(row).collect()));
}

fn rejected_rows(view: View<'_>, page: &mut Page) {
    let words = page.words;
    let counts = |department: Option<&str>| {
        let condition = department.map(|department| ("department", department));
        let of = |outcome| condition.into_iter().chain([("outcome", outcome)]).collect::<Vec<_>>();
        let all: Vec<(&str, &str)> = condition.into_iter().collect();
        Some([view.figure(&of("accepted"))?, view.figure(&of("rejected"))?, view.figure(&all)?])
    };
    let departments = view.values("department");
    let bar = |id: &String| {
        let [_, rejected, all] = counts(Some(id))?;
        Some(Bar::share(value("department", id, words), rejected.share_of(all), words))
    };
    let bars: Vec<Bar> = departments.iter().filter_map(bar).collect();
    page.chart(words.caption(Caption::RejectedShares), &chart::bars(&bars, None), None);
    let cells = |[accepted, rejected, all]: [Figure; 3]| {
        let share = Cell::Share(rejected.share_of(all));
        vec![Cell::Count(accepted), Cell::Count(rejected), Cell::Count(all), share]
    };
    let rows =
        departments.iter().filter_map(|id| Some(Row::new(value("department", id, words), cells(counts(Some(id))?))));
    let total = counts(None).map(|counts| Row::total(words.fixed(Fixed::Total), cells(counts)));
    let columns = vec![
        dimension("department", words),
        value("outcome", "accepted", words),
        value("outcome", "rejected", words),
        words.fixed(Fixed::Total).to_owned(),
        words.column_name(Column::RejectedShare).to_owned(),
    ];
    page.table(&Grid::new(words.caption(Caption::Missing), columns, rows.chain(total).collect()));
}

pub(super) fn change(report: &SteeringReport<'_>, page: &mut Page) {
    let words = page.words;
    page.paragraph(&words.compared_with(report.earlier_period.map(masked).as_deref()));
    if let Some(view) = report.counts().with("change") {
        page.fixed(Fixed::Change);
        let caption = words.caption(Caption::Change);
        page.table(&any(view, caption, words.column_name(Column::Count), words));
    } else if report.earlier_period.is_some() {
        page.fixed(Fixed::NotCounted);
    }
}

/// Tables that have no section of their own.
pub(super) fn further<'a>(report: &SteeringReport<'a>) -> Vec<&'a ProtectedTable> {
    const USUAL: [(&str, &[&str]); 8] = [
        ("units", &["kind", "status"]),
        ("units", &["departments", "status"]),
        ("units", &["department_combination", "status"]),
        ("units", &["points_band", "status"]),
        ("persons", &["kind", "status"]),
        ("persons", &["sex", "status"]),
        ("persons", &["age_band", "status"]),
        ("rows", &["department", "outcome"]),
    ];
    let tables = report.counts();
    let rules = report.programme.rules.iter().map(by_rule);
    let departments = report.programme.departments.iter().map(|department| by_completeness(&department.id));
    let own = ["coordinator", "change"].map(str::to_owned).into_iter().chain(rules).chain(departments);
    let used: Vec<View<'a>> = USUAL
        .iter()
        .filter_map(|(universe, dimensions)| tables.over(universe, dimensions))
        .chain(own.filter_map(|name| tables.with(&name)))
        .collect();
    report.tables.iter().filter(|table| !used.iter().any(|view| view.table.name == table.name)).collect()
}

pub(super) fn further_tables(report: &SteeringReport<'_>, page: &mut Page) {
    let words = page.words;
    page.fixed(Fixed::Further);
    for table in further(report) {
        if table.cells().count() > MOST_CELLS {
            page.paragraph(&words.too_large(&table.name));
        } else {
            page.table(&any(report.counts().view(table), &table.name, words.column_name(Column::Count), words));
        }
    }
}

pub(super) fn protection(report: &SteeringReport<'_>, page: &mut Page) {
    let words = page.words;
    page.fixed(Fixed::Protection);
    let cells = report.tables.iter().map(|table| table.cells().count()).sum();
    let is_hidden = |table: &ProtectedTable| table.cells().filter(|cell| cell.count.is_hidden()).count();
    let hidden = report.tables.iter().map(is_hidden).sum();
    page.paragraph(&words.cells_hidden(hidden, cells, report.programme.disclosure.threshold));
    page.fixed(match report.method {
        Method::LinearProgramming => Fixed::AuditedByPrograms,
        Method::Elimination => Fixed::AuditedByElimination,
    });
    page.fixed(Fixed::NotGuaranteed);
    if let Some(base) = report.rounded_to {
        page.paragraph(&words.rounded(base));
    }
    if !report.left_out.is_empty() {
        page.paragraph(&words.left_out(report.left_out));
    }
    page.fixed(Fixed::Files);
}

pub(super) fn points_system(report: &SteeringReport<'_>, page: &mut Page) {
    page.fixed(Fixed::PointsSystem);
    page.document(&description::points_system(report.programme, report.language));
}
