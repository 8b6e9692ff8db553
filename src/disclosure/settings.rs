//! What is protected, and how.

use super::error::{Error, Result};

/// How counts are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Counts from 1 to below this are never shown, nor derivable. At least 2 here; a programme has to have 3 or more.
    pub threshold: u64,
    /// How wide the interval must be that can be worked out for a hidden cell: highest minus lowest, at least 1.
    pub min_interval: u64,
    /// What is done about zeros.
    pub zeros: Zeros,
    /// What is shown of a count that is not hidden.
    pub mode: Mode,
}

impl Settings {
    /// The usual ones: intervals of threshold − 1, zeros of small groups protected, counts shown as they are.
    #[must_use]
    pub const fn new(threshold: u64) -> Self {
        let min_interval = if threshold > 2 { threshold - 1 } else { 1 };
        let zeros = Zeros::Protected { small_group: 2 * threshold };
        Self { threshold, min_interval, zeros, mode: Mode::Suppress }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<()> {
        let wrong = |what: &str| Err(Error::Settings { what: what.to_owned() });
        if self.threshold < 2 {
            return wrong("a threshold below 2 hides nothing");
        }
        if self.min_interval < 1 {
            return wrong("an interval of less than 1 is no interval: the cell would be known");
        }
        match self.mode {
            Mode::Round { base } if base < 2 => wrong("rounding to multiples of less than 2 changes nothing"),
            _ => Ok(()),
        }
    }
}

/// What is done about cells that say "nobody" or "everybody".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeros {
    /// They are shown like any other count.
    Shown,
    /// They are hidden where they say something about every member of a small group.
    ///
    /// A cell's *groups* are what is left of it when one or more of its conditions are dropped (`persons: sex = F` for
    /// `persons: sex = F, status = proposed`). A group is small if it has from 1 to `small_group` members. A cell is
    /// disclosive if it counts 0 of a small group (so none of them is in it) or all of a small group (so every one of
    /// them is). An empty group has no member about whom anything could be said.
    Protected {
        /// The largest group that is small.
        small_group: u64,
    },
}

/// What is shown of a count that is not hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The count itself.
    Suppress,
    /// Inner cells are rounded to the nearest multiple after small ones were hidden, and each table's totals are the
    /// sums of what it shows.
    Round {
        /// The multiple, at least 2.
        base: u64,
    },
}
