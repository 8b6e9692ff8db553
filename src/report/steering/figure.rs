//! The numbers of the page. Each of them is a protected count or made of some: there is no other way to come by one.

use crate::disclosure::{ProtectedCount, ProtectedTable};

/// A count as the page may show it; hidden where it, or any that it is the sum of, is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure(Option<u64>);

/// A share of one count in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// Both are shown.
    Of(f64),
    /// One of them is hidden.
    Hidden,
    /// There is nobody to have a share in.
    OfNobody,
}

impl From<ProtectedCount> for Figure {
    fn from(count: ProtectedCount) -> Self {
        Self(count.shown())
    }
}

impl Figure {
    pub(super) fn shown(self) -> Option<u64> {
        self.0
    }

    /// As a length in a chart.
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2⁵³")]
    pub(super) fn length(self) -> Option<f64> {
        self.0.map(|count| count as f64)
    }

    /// The sum of these; `None` where there is none of them. Nothing is ever subtracted: a difference of two shown
    /// counts can be a small one.
    pub(super) fn sum(figures: impl IntoIterator<Item = Self>) -> Option<Self> {
        figures
            .into_iter()
            .reduce(|sum, figure| Self(sum.0.zip(figure.0).map(|(sum, count)| sum.saturating_add(count))))
    }

    pub(super) fn share_of(self, whole: Self) -> Share {
        match self.length().zip(whole.length()) {
            None => Share::Hidden,
            Some((_, 0.0)) => Share::OfNobody,
            Some((part, whole)) => Share::Of(part / whole),
        }
    }
}

impl Share {
    pub(super) fn shown(self) -> Option<f64> {
        match self {
            Self::Of(share) => Some(share),
            Self::Hidden | Self::OfNobody => None,
        }
    }
}

/// The tables of a release.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tables<'a>(pub(super) &'a [ProtectedTable]);

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a>(pub(super) &'a ProtectedTable);

impl<'a> Tables<'a> {
    /// The table of a universe over exactly these dimensions, in whatever order.
    pub(super) fn over(self, universe: &str, dimensions: &[&str]) -> Option<View<'a>> {
        let is_over = |table: &&ProtectedTable| {
            let names = || table.dimensions.iter().map(|dimension| dimension.name.as_str());
            table.universe == universe
                && names().count() == dimensions.len()
                && names().all(|name| dimensions.contains(&name))
        };
        self.0.iter().find(is_over).map(View)
    }

    /// The first table that has this dimension.
    pub(super) fn with(self, dimension: &str) -> Option<View<'a>> {
        let has = |table: &&ProtectedTable| table.dimensions.iter().any(|other| other.name == dimension);
        self.0.iter().find(has).map(View)
    }

    /// Everybody in a universe.
    pub(super) fn total(self, universe: &str) -> Option<Figure> {
        self.0.iter().find(|table| table.universe == universe).and_then(|table| View(table).figure(&[]))
    }
}

impl<'a> View<'a> {
    /// The values of a dimension, in the order of the table.
    pub(super) fn values(self, dimension: &str) -> &'a [String] {
        let found = self.0.dimensions.iter().find(|other| other.name == dimension);
        found.map_or(&[], |dimension| dimension.values.as_slice())
    }

    /// The count under these conditions, the total of every other dimension; `None` where there is no such value.
    pub(super) fn figure(self, conditions: &[(&str, &str)]) -> Option<Figure> {
        let value = |name: &str| conditions.iter().find(|(dimension, _)| *dimension == name).map(|(_, value)| *value);
        let values: Vec<Option<&str>> = self.0.dimensions.iter().map(|dimension| value(&dimension.name)).collect();
        self.0.count(&values).map(Figure::from)
    }

    /// Those eligible, proposed and reserve included, under a condition.
    pub(super) fn eligible(self, condition: Option<(&str, &str)>) -> Option<Figure> {
        let figure = |status: &str| {
            let conditions: Vec<(&str, &str)> = condition.into_iter().chain([("status", status)]).collect();
            self.figure(&conditions)
        };
        // Where everybody is eligible the total is published too, whatever is hidden of its parts.
        if figure("not_eligible") == Some(Figure(Some(0))) {
            return self.figure(&condition.into_iter().collect::<Vec<_>>());
        }
        Figure::sum(["proposed", "reserve", "eligible"].into_iter().filter_map(figure))
    }
}
