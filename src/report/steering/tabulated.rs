//! A table of the release as it is read: the last dimension across, the others down.

use super::figure::View;
use super::html::{Cell, Grid, Row};
use crate::sentences::{Fixed, Sentences};

/// The name of a dimension.
pub(super) fn dimension(name: &str, words: &dyn Sentences) -> String {
    words.dimension(name).map_or_else(|| name.to_owned(), str::to_owned)
}

/// The name of a value.
pub(super) fn value(dimension: &str, value: &str, words: &dyn Sentences) -> String {
    words.value(dimension, value).unwrap_or_else(|| value.to_owned())
}

/// A table with one dimension down and one across, totals last. Values down that `keeps` does not want are left out.
pub(super) fn crossed(
    view: View<'_>,
    (down, across): (&str, &str),
    caption: &str,
    words: &dyn Sentences,
    keeps: impl Fn(&str) -> bool,
) -> Grid {
    let total = words.fixed(Fixed::Total);
    let columns = view.values(across);
    let cells = |down_value: Option<&str>| {
        let condition = down_value.map(|value| (down, value));
        let inner = columns.iter().map(|column| Some((across, column.as_str()))).chain([None]);
        let conditions = |column| condition.into_iter().chain(column).collect::<Vec<(&str, &str)>>();
        inner.filter_map(|column| view.figure(&conditions(column))).map(Cell::Count).collect::<Vec<_>>()
    };
    let kept = view.values(down).iter().filter(|value| keeps(value));
    let rows = kept.map(|row| Row::new(value(down, row, words), cells(Some(row))));
    let is_whole = view.values(down).iter().all(|value| keeps(value));
    let rows: Vec<Row> = rows.chain(is_whole.then(|| Row::total(total, cells(None)))).collect();
    let names = columns.iter().map(|column| value(across, column, words));
    let header = [dimension(down, words)].into_iter().chain(names).chain([total.to_owned()]);
    Grid::new(caption, header.collect(), rows)
}

/// A table with one dimension, its total last.
pub(super) fn listed(view: View<'_>, down: &str, caption: &str, count: &str, words: &dyn Sentences) -> Grid {
    let cell = |conditions: &[(&str, &str)]| view.figure(conditions).map(Cell::Count).into_iter().collect();
    let rows = view.values(down).iter().map(|row| Row::new(value(down, row, words), cell(&[(down, row.as_str())])));
    let rows = rows.chain([Row::total(words.fixed(Fixed::Total), cell(&[]))]).collect();
    Grid::new(caption, vec![dimension(down, words), count.to_owned()], rows)
}

/// Any table, whatever its dimensions: the last across, groups of rows where there are three.
pub(super) fn any(view: View<'_>, caption: &str, count: &str, words: &dyn Sentences) -> Grid {
    let names: Vec<&str> = view.table.dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
    match names.as_slice() {
        [only] => listed(view, only, caption, count, words),
        [down, across] => crossed(view, (down, across), caption, words, |_| true),
        _ => nested(view, &names, caption, words),
    }
}

fn nested(view: View<'_>, names: &[&str], caption: &str, words: &dyn Sentences) -> Grid {
    let total = || words.fixed(Fixed::Total).to_owned();
    let [outer, down, across] = names else { return Grid::new(caption, Vec::new(), Vec::new()) };
    let with_total =
        |name: &str| view.values(name).iter().map(|value| Some(value.as_str())).chain([None]).collect::<Vec<_>>();
    let label = |name: &str, of: Option<&str>| of.map_or_else(total, |of| value(name, of, words));
    let row = |group: Option<&str>, row: Option<&str>| {
        let place = |name, value: Option<&str>| value.map(|value| (name, value.to_owned()));
        let cell = |column: Option<&str>| {
            let conditions: Vec<(&str, String)> =
                [place(*outer, group), place(*down, row), place(*across, column)].into_iter().flatten().collect();
            let conditions: Vec<(&str, &str)> =
                conditions.iter().map(|(name, value)| (*name, value.as_str())).collect();
            view.figure(&conditions).map(Cell::Count)
        };
        Row {
            label: label(down, row),
            cells: with_total(across).into_iter().filter_map(cell).collect(),
            is_total: row.is_none(),
        }
    };
    let rows = |group: Option<&str>| with_total(down).into_iter().map(|of| row(group, of)).collect::<Vec<Row>>();
    let groups = with_total(outer).into_iter().map(|group| (Some(label(outer, group)), rows(group))).collect();
    let columns = with_total(across).into_iter().map(|column| label(across, column));
    Grid { caption: caption.to_owned(), columns: [dimension(down, words)].into_iter().chain(columns).collect(), groups }
}
