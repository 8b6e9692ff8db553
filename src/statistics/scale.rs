//! The values that a dimension can have, and which of them are one in the tables.

/// A dimension's values: what people are counted by, and the bands that these are merged into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scale {
    /// The values before any are merged.
    base: Vec<String>,
    /// By value: its band.
    band_of: Vec<usize>,
    bands: Vec<String>,
}

impl Scale {
    /// Every value by itself.
    pub(super) fn new(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let base: Vec<String> = values.into_iter().map(Into::into).collect();
        Self { band_of: (0..base.len()).collect(), bands: base.clone(), base }
    }

    /// Values merged into bands: of each its name and the values, by position, which follow one another.
    pub(super) fn merged(&self, groups: &[(String, std::ops::Range<usize>)]) -> Self {
        let mut band_of = vec![0; self.base.len()];
        for (band, (_, values)) in groups.iter().enumerate() {
            band_of[values.clone()].fill(band);
        }
        Self { base: self.base.clone(), band_of, bands: groups.iter().map(|(name, _)| name.clone()).collect() }
    }

    /// The names in the tables.
    pub(super) fn bands(&self) -> &[String] {
        &self.bands
    }

    /// The band of a value.
    pub(super) fn band_of(&self, value: usize) -> usize {
        self.band_of[value]
    }

    /// The values before any were merged.
    pub(super) fn values(&self) -> &[String] {
        &self.base
    }

    /// The values of a band, by position.
    pub(super) fn values_of(&self, band: usize) -> impl Iterator<Item = usize> {
        (0..self.base.len()).filter(move |&value| self.band_of[value] == band)
    }
}
