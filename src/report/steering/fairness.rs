//! Selection rates of groups, compared with the largest.

use super::SteeringReport;
use super::chart::{self, Bar};
use super::figure::{Figure, Share, View};
use super::html::{Cell, Grid, Page, Row};
use super::tabulated::{dimension, value};
use crate::sentences::{Caption, Column, Fixed, Sentences};
use std::ops::RangeInclusive;

/// A group whose share is below so many percent of the largest is worth a look (the four-fifths rule of the Uniform Guidelines
/// on Employee Selection Procedures, 1978).
const FOUR_FIFTHS: f64 = 80.0;

/// Universes and dimensions that are compared.
const COMPARED: [(&str, &str); 3] = [("persons", "sex"), ("persons", "age_band"), ("units", "kind")];

/// Of whom a share is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Everybody,
    Eligible,
}

/// A group and what it is compared by.
struct Group<'a> {
    value: &'a str,
    proposed: Figure,
    base: Figure,
    share: Share,
}

pub(super) fn fairness(report: &SteeringReport<'_>, page: &mut Page) {
    let tables = report.counts();
    let views: Vec<(&str, View<'_>)> = COMPARED
        .into_iter()
        .filter_map(|(universe, name)| Some((name, tables.over(universe, &[name, "status"])?)))
        .collect();
    if views.is_empty() {
        page.fixed(Fixed::NotCounted);
        return;
    }
    page.paragraph(&page.words.fairness(report.programme.disclosure.threshold));
    for (base, caption) in [(Base::Eligible, Caption::SharesOfEligible), (Base::Everybody, Caption::SharesOfAll)] {
        compared(report, &views, base, caption, page);
    }
}

fn compared(report: &SteeringReport<'_>, views: &[(&str, View<'_>)], base: Base, caption: Caption, page: &mut Page) {
    let words = page.words;
    let mut bars = Vec::new();
    let mut groups = Vec::new();
    for (name, view) in views {
        let members = members(*view, name, base);
        let bar = |group: &Group<'_>| Bar::share(value(name, group.value, words), group.share, words);
        bars.extend(members.iter().map(bar).enumerate().map(|(at, bar)| if at == 0 { bar.apart() } else { bar }));
        groups.push((Some(dimension(name, words)), rows(report, name, &members, words)));
    }
    let caption = words.caption(caption);
    page.chart(caption, &chart::bars(&bars, None), None);
    let columns = [Column::Group, Column::Proposed, Column::OutOf, Column::Share, Column::Ratio, Column::Reading];
    let columns = columns.map(|column| words.column_name(column).to_owned()).to_vec();
    page.table(&Grid { caption: caption.to_owned(), columns, groups });
}

fn members<'a>(view: View<'a>, name: &str, base: Base) -> Vec<Group<'a>> {
    let group = |value: &'a String| {
        let proposed = view.figure(&[(name, value), ("status", "proposed")])?;
        let base = match base {
            Base::Everybody => view.figure(&[(name, value)]),
            Base::Eligible => view.eligible(Some((name, value))),
        }?;
        Some(Group { value, proposed, base, share: proposed.share_of(base) })
    };
    view.values(name).iter().filter_map(group).collect()
}

fn rows(report: &SteeringReport<'_>, name: &str, members: &[Group<'_>], words: &dyn Sentences) -> Vec<Row> {
    let is_outside = |group: &Group<'_>| name == "age_band" && is_outside_ages(report, group.value);
    // The share that all groups have together, where it can be told.
    let inside = || members.iter().filter(|group| !is_outside(group));
    let together = Figure::sum(inside().map(|group| group.proposed))
        .zip(Figure::sum(inside().map(|group| group.base)))
        .and_then(|(proposed, base)| proposed.share_of(base).shown());
    let threshold = f64::from(report.programme.disclosure.threshold);
    let can_be_judged = |group: &Group<'_>| {
        let expected = together.zip(group.base.length()).map(|(share, base)| share * base);
        // Without the share of all, a group has to have as many proposed by itself.
        let expected = expected.or_else(|| group.proposed.length()).unwrap_or(0.0);
        !is_outside(group) && group.share.shown().is_some() && expected >= threshold
    };
    let judged = || members.iter().filter(|group| can_be_judged(group));
    let largest = judged().filter_map(|group| group.share.shown()).fold(0.0, f64::max);
    let is_compared = judged().count() > 1 && largest > 0.0;
    let row = |group: &Group<'_>| {
        let ratio = group.share.shown().filter(|_| is_compared && can_be_judged(group)).map(|share| share / largest);
        let reading = match ratio {
            _ if is_outside(group) => Fixed::OutsideAges,
            None => Fixed::TooFew,
            Some(ratio) if ratio >= 1.0 => Fixed::Largest,
            // As it is shown, so that 0.80 is not told to be less.
            Some(ratio) if (ratio * 100.0).round() >= FOUR_FIFTHS => Fixed::Near,
            Some(_) => Fixed::Below,
        };
        let cells = vec![
            Cell::Count(group.proposed),
            Cell::Count(group.base),
            Cell::Share(group.share),
            Cell::Ratio(ratio),
            Cell::Text(words.fixed(reading).to_owned()),
        ];
        Row::new(value(name, group.value, words), cells)
    };
    members.iter().map(row).collect()
}

/// Whether no age of a band takes part.
fn is_outside_ages(report: &SteeringReport<'_>, band: &str) -> bool {
    let Some(ages) = &report.programme.eligibility.ages else { return false };
    let range = |text: &str| -> Option<RangeInclusive<u32>> {
        match text.split_once('-') {
            Some((from, to)) => Some(from.parse().ok()?..=to.parse().ok()?),
            None => Some(text.strip_suffix('+')?.parse().ok()?..=u32::MAX),
        }
    };
    let both = range(band).zip(range(&ages.text));
    both.is_some_and(|(band, ages)| band.end() < ages.start() || band.start() > ages.end())
}
