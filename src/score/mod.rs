//! Measures, rules and points: from a unit's rows to what the points system says of it.

mod bounds;
mod explained;
mod measure;
mod points;
mod unit;

pub(crate) use bounds::{Bounds, steps};
pub use explained::RuleExplained;
pub use measure::{covered_days, unbroken_days, window_start};
pub use points::{least_amount, points, value, years_and_days};
pub use unit::{Scored, Scorer};
