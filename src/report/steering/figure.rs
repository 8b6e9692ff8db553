//! The numbers of the page. Each of them is a protected count or made of some: there is no other way to come by one.

use crate::disclosure::{ProtectedCell, ProtectedCount, ProtectedTable};

/// A count as the page may show it; hidden where it, or any that it is the sum of, is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    shown: Option<u64>,
    whole: Whole,
}

/// Whether a count is of all that it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whole {
    Whole,
    /// It is the sum of what is shown of its parts, of which some are hidden: how far it is from the count of all of
    /// them, nobody can tell.
    InPart,
}

/// A share of one count in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// Both are shown.
    Of(f64),
    /// One of them is hidden.
    Hidden,
    /// One of them is the sum of what is shown only.
    Unknown,
    /// There is nobody to have a share in.
    OfNobody,
}

impl From<ProtectedCount> for Figure {
    fn from(count: ProtectedCount) -> Self {
        Self { shown: count.shown(), whole: Whole::Whole }
    }
}

impl Figure {
    pub(super) fn shown(self) -> Option<u64> {
        self.shown
    }

    /// Whether it is shown, but hidden parts are not in it.
    pub(super) fn is_in_part(self) -> bool {
        self.shown.is_some() && self.whole == Whole::InPart
    }

    /// Whether it counts nobody.
    fn is_nobody(self) -> bool {
        self.shown == Some(0) && self.whole == Whole::Whole
    }

    /// As a length in a chart.
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2⁵³")]
    pub(super) fn length(self) -> Option<f64> {
        self.shown.filter(|_| !self.is_in_part()).map(|count| count as f64)
    }

    /// The sum of these; `None` where there is none of them. Nothing is ever subtracted: a difference of two shown
    /// counts can be a small one.
    pub(super) fn sum(figures: impl IntoIterator<Item = Self>) -> Option<Self> {
        figures.into_iter().reduce(|sum, figure| Self {
            shown: sum.shown.zip(figure.shown).map(|(sum, count)| sum.saturating_add(count)),
            whole: if sum.whole == Whole::Whole { figure.whole } else { sum.whole },
        })
    }

    pub(super) fn share_of(self, whole: Self) -> Share {
        if self.shown.is_none() || whole.shown.is_none() {
            return Share::Hidden;
        }
        match self.length().zip(whole.length()) {
            None => Share::Unknown,
            Some((_, 0.0)) => Share::OfNobody,
            Some((part, whole)) => Share::Of(part / whole),
        }
    }
}

impl Share {
    pub(super) fn shown(self) -> Option<f64> {
        match self {
            Self::Of(share) => Some(share),
            Self::Hidden | Self::Unknown | Self::OfNobody => None,
        }
    }
}

/// How the counts of a release came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// As they are, totals too.
    Exact,
    /// Rounded; totals are sums of what is shown.
    Rounded,
}

/// The tables of a release.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) tables: &'a [ProtectedTable],
    pub(super) counts: Counts,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) table: &'a ProtectedTable,
    counts: Counts,
}

impl<'a> Tables<'a> {
    /// A table as it is read.
    pub(super) fn view(self, table: &'a ProtectedTable) -> View<'a> {
        View { table, counts: self.counts }
    }

    /// The table of a universe over exactly these dimensions, in whatever order.
    pub(super) fn over(self, universe: &str, dimensions: &[&str]) -> Option<View<'a>> {
        let is_over = |table: &&ProtectedTable| {
            let names = || table.dimensions.iter().map(|dimension| dimension.name.as_str());
            table.universe == universe
                && names().count() == dimensions.len()
                && names().all(|name| dimensions.contains(&name))
        };
        self.tables.iter().find(is_over).map(|table| self.view(table))
    }

    /// The first table that has this dimension.
    pub(super) fn with(self, dimension: &str) -> Option<View<'a>> {
        let has = |table: &&ProtectedTable| table.dimensions.iter().any(|other| other.name == dimension);
        self.tables.iter().find(has).map(|table| self.view(table))
    }

    /// Everybody in a universe; rather from a table that hides none of them.
    pub(super) fn total(self, universe: &str) -> Option<Figure> {
        let of_universe = self.tables.iter().filter(|table| table.universe == universe);
        let totals: Vec<Figure> = of_universe.filter_map(|table| self.view(table).figure(&[])).collect();
        let whole = totals.iter().find(|total| total.length().is_some());
        whole.or(totals.first()).copied()
    }
}

impl<'a> View<'a> {
    /// The values of a dimension, in the order of the table.
    pub(super) fn values(self, dimension: &str) -> &'a [String] {
        let found = self.table.dimensions.iter().find(|other| other.name == dimension);
        found.map_or(&[], |dimension| dimension.values.as_slice())
    }

    /// The count under these conditions, the total of every other dimension; `None` where there is no such value.
    pub(super) fn figure(self, conditions: &[(&str, &str)]) -> Option<Figure> {
        let value = |name: &str| conditions.iter().find(|(dimension, _)| *dimension == name).map(|(_, value)| *value);
        let values: Vec<Option<&str>> = self.table.dimensions.iter().map(|dimension| value(&dimension.name)).collect();
        let figure = Figure::from(self.table.count(&values)?);
        let whole = if self.counts == Counts::Rounded { self.whole(&values, figure) } else { Whole::Whole };
        Some(Figure { whole, ..figure })
    }

    /// Whether a total is more than the sum of what is shown: everybody knows it, or nothing of it is hidden.
    fn whole(self, values: &[Option<&str>], total: Figure) -> Whole {
        let is_part = |cell: &ProtectedCell<'_>| {
            let mut pairs = cell.values.iter().zip(values).zip(&self.table.dimensions);
            // Subtotals sum values that stand there too.
            pairs.all(|((part, of), dimension)| {
                let is_inner = part.is_some_and(|part| dimension.values.iter().any(|value| value == part));
                is_inner && (of.is_none() || part == of)
            })
        };
        let parts: Vec<Option<u64>> = self.table.cells().filter(is_part).map(|cell| cell.count.shown()).collect();
        let is_sum = parts.iter().flatten().copied().reduce(u64::saturating_add) == total.shown;
        if is_sum && parts.contains(&None) { Whole::InPart } else { Whole::Whole }
    }

    /// Those eligible, proposed and reserve included, under a condition.
    pub(super) fn eligible(self, condition: Option<(&str, &str)>) -> Option<Figure> {
        let figure = |status: &str| {
            let conditions: Vec<(&str, &str)> = condition.into_iter().chain([("status", status)]).collect();
            self.figure(&conditions)
        };
        // Where everybody is eligible the total is published too, whatever is hidden of its parts.
        if figure("not_eligible").is_some_and(Figure::is_nobody) {
            return self.figure(&condition.into_iter().collect::<Vec<_>>());
        }
        Figure::sum(["proposed", "reserve", "eligible"].into_iter().filter_map(figure))
    }
}
