//! The head of the page, the purpose, and how the group was found.

use super::SteeringReport;
use super::chart::{self, Bar};
use super::figure::Figure;
use super::html::{Cell, Grid, Page, Row, count};
use crate::programme::{ApprovalStatus, Kind};
use crate::release::Approval;
use crate::report::description;
use crate::report::document::html;
use crate::sentences::{Caption, Column, Fixed, FunnelStep, Sentences};
use std::fmt::Write;

/// For whom it is, what of, and the figures that are asked for first.
pub(super) fn head(report: &SteeringReport<'_>, words: &dyn Sentences) -> String {
    let programme = report.programme;
    let kicker = [Some(words.fixed(Fixed::Kicker)), programme.purpose.controller.as_deref()];
    let kicker = html(&kicker.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    let title = html(&words.report_title(&programme.name, &programme.period));
    let measured = html(&words.measured_on(&programme.period, programme.as_of));
    let released = match report.approval {
        Some(Approval { prepared_by, approved_by, at }) => {
            format!("<p>{}</p>", html(&words.released(prepared_by, approved_by, at.date_naive())))
        }
        None => format!("<p class=\"status open\">{}</p>", html(words.fixed(Fixed::Draft))),
    };
    let mut text = format!("<p class=\"kicker\">{kicker}</p>\n<h1>{title}</h1>\n<p>{measured}</p>\n{released}\n");
    // Those that are asked for first; the funnel below has one step more.
    let figures = steps(report).into_iter().filter(|(step, _)| *step != FunnelStep::OfEligibleAge);
    let figures: Vec<(FunnelStep, Figure)> = figures.collect();
    if !figures.is_empty() {
        text.push_str("<dl class=\"key\">\n");
        for &(step, figure) in &figures {
            let (name, number) = (html(&words.funnel_step(step)), html(&count(figure, words)));
            let class = if figure.shown().is_none() { "hidden" } else { "count" };
            let _ = writeln!(text, "<div><dt>{name}</dt><dd class=\"{class}\">{number}</dd></div>");
        }
        text.push_str("</dl>\n");
        if figures.iter().any(|(_, figure)| figure.is_in_part()) {
            let _ = writeln!(text, "<p class=\"note\">{}</p>", html(words.fixed(Fixed::InPartNote)));
        }
    }
    text
}

pub(super) fn purpose(report: &SteeringReport<'_>, page: &mut Page) {
    let is_approved = report.programme.rules_approval().status == ApprovalStatus::Approved;
    let class = if is_approved { "status" } else { "status open" };
    let status = html(&capitalised(page.words.approval(is_approved)));
    let _ = writeln!(page.text, "<p class=\"{class}\">{status}.</p>");
    page.paragraph(page.words.people_decide());
    page.terms(&description::purpose_items(report.programme, page.words));
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(super) fn funnel(report: &SteeringReport<'_>, page: &mut Page) {
    page.fixed(Fixed::Funnel);
    let words = page.words;
    let steps = steps(report);
    if steps.is_empty() {
        page.fixed(Fixed::NotCounted);
        return;
    }
    let caption = words.caption(Caption::Funnel);
    let bars: Vec<Bar> =
        steps.iter().map(|(step, figure)| Bar::count(words.funnel_step(*step), *figure, words)).collect();
    let row = |(step, figure): &(FunnelStep, Figure)| Row::new(words.funnel_step(*step), vec![Cell::Count(*figure)]);
    let columns = [Column::Step, Column::Count].map(|column| words.column_name(column).to_owned());
    let grid = Grid::new(caption, columns.to_vec(), steps.iter().map(row).collect());
    page.chart(caption, &chart::bars(&bars, None), Some(&grid));
}

/// The steps of the funnel that the release counts.
fn steps(report: &SteeringReport<'_>) -> Vec<(FunnelStep, Figure)> {
    let tables = report.counts();
    let by_kind = tables.over("units", &["kind", "status"]).or_else(|| tables.with("status"));
    let by_kind = by_kind.filter(|view| view.table.universe == "units");
    let of_status = |status| by_kind.and_then(|view| view.figure(&[("status", status)]));
    let least = report.programme.eligibility.min_departments;
    let reserve = of_status("reserve").filter(|_| report.programme.selection.reserve > 0);
    [
        (FunnelStep::Persons, tables.total("persons")),
        (FunnelStep::OfEligibleAge, of_eligible_age(report)),
        (FunnelStep::Units, tables.total("units")),
        (FunnelStep::InDepartments(least.unwrap_or(0)), least.and_then(|least| in_departments(report, least))),
        (FunnelStep::Eligible, by_kind.and_then(|view| view.eligible(None))),
        (FunnelStep::Proposed, of_status("proposed")),
        (FunnelStep::Reserve, reserve),
    ]
    .into_iter()
    .filter_map(|(step, figure)| Some((step, figure?)))
    .collect()
}

/// Persons in any extract who take part; `None` where all ages do.
fn of_eligible_age(report: &SteeringReport<'_>) -> Option<Figure> {
    let view = report.counts().over("persons", &["kind", "status"]);
    let view = view.filter(|_| report.programme.eligibility.ages.is_some())?;
    Figure::sum(Kind::ALL.into_iter().filter_map(|kind| view.figure(&[("kind", kind.as_str())])))
}

/// Units in so many departments or more; `None` where a band of the table has both these and others.
fn in_departments(report: &SteeringReport<'_>, least: u32) -> Option<Figure> {
    let view = report.counts().over("units", &["departments", "status"])?;
    let mut figures = Vec::new();
    for band in view.values("departments") {
        let (from, to) = band.split_once('-').unwrap_or((band.trim_end_matches('+'), band));
        let is_in = from.parse::<u32>().ok()? >= least;
        if !is_in && to.parse::<u32>().map_or(true, |to| to >= least) {
            return None;
        }
        if is_in {
            figures.push(view.figure(&[("departments", band)])?);
        }
    }
    Figure::sum(figures)
}
