//! A count before and after protection: two types, so that the first cannot be shown by mistake.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// A true count of persons, units or rows.
///
/// It can be made and added to everywhere, but its value can be read in [`crate::disclosure`] only: there is no
/// accessor, no comparison and no conversion, and `Debug` shows none of it. Whatever prints, charts or divides counts
/// has to ask for a [`ProtectedCount`].
#[derive(Clone, Copy, Default)]
pub struct RawCount(u64);

impl RawCount {
    /// Nobody.
    pub const ZERO: Self = Self(0);
    /// One person, unit or row.
    pub const ONE: Self = Self(1);

    /// So many.
    #[must_use]
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    pub(super) const fn value(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for RawCount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RawCount(…)")
    }
}

impl Add for RawCount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for RawCount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for RawCount {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::ZERO, Add::add)
    }
}

/// A count as it may be published: a number, or hidden.
///
/// Only [`super::protect`] makes these, after the audit has passed. A hidden one holds nothing: neither the count nor
/// whether it was hidden for its size or to protect another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProtectedCount(Option<u64>);

impl ProtectedCount {
    pub(super) const HIDDEN: Self = Self(None);

    pub(super) const fn of(count: u64) -> Self {
        Self(Some(count))
    }

    /// The count, unless it is hidden.
    #[must_use]
    pub const fn shown(self) -> Option<u64> {
        self.0
    }

    /// Whether it is hidden.
    #[must_use]
    pub const fn is_hidden(self) -> bool {
        self.0.is_none()
    }
}
