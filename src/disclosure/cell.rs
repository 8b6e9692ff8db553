//! What a cell counts: the same thing is the same cell, in whatever table it stands.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A universe (such as `persons`) and conditions (such as `sex = F`), in no order.
///
/// Two tables that count the same universe under the same conditions have that cell in common. Whatever is counted
/// anew at another time, or of other people, is another universe (such as `persons of 2026Q2`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellDefinition {
    universe: String,
    conditions: BTreeMap<String, String>,
}

impl CellDefinition {
    /// Everybody in a universe.
    #[must_use]
    pub fn all(universe: &str) -> Self {
        Self { universe: universe.to_owned(), conditions: BTreeMap::new() }
    }

    /// Those of them that also have this value in this dimension.
    #[must_use]
    pub fn with(mut self, dimension: &str, value: &str) -> Self {
        self.conditions.insert(dimension.to_owned(), value.to_owned());
        self
    }

    /// What is counted.
    #[must_use]
    pub fn universe(&self) -> &str {
        &self.universe
    }

    /// The value that a dimension must have, if it matters.
    #[must_use]
    pub fn value(&self, dimension: &str) -> Option<&str> {
        self.conditions.get(dimension).map(String::as_str)
    }

    /// The dimensions that matter.
    pub fn dimensions(&self) -> impl Iterator<Item = &str> {
        self.conditions.keys().map(String::as_str)
    }

    /// The same of other counts: in another universe, or under dimensions of other names, by what these say.
    #[must_use]
    pub fn renamed(&self, universe: impl Fn(&str) -> String, dimension: impl Fn(&str) -> String) -> Self {
        let conditions = self.conditions.iter().map(|(name, value)| (dimension(name), value.clone())).collect();
        Self { universe: universe(&self.universe), conditions }
    }

    /// This cell without the condition on a dimension.
    pub(super) fn without(&self, dimension: &str) -> Self {
        let mut other = self.clone();
        other.conditions.remove(dimension);
        other
    }
}

impl fmt::Display for CellDefinition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.universe)?;
        for (position, (dimension, value)) in self.conditions.iter().enumerate() {
            let before = if position == 0 { ": " } else { ", " };
            write!(formatter, "{before}{dimension} = {value}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for CellDefinition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<{self}>")
    }
}
