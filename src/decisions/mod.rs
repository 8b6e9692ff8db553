//! What people decided about units: a log of which each line is chained to the one before.
//!
//! - `chain`: the log as text.
//! - `log`: the log as a file of a period.
//! - `unit`: which unit somebody means.

mod chain;
mod log;
mod unit;

pub use chain::{Decision, Entry, Head, chained, examine};
pub use log::{FILE, Log};
pub use unit::{Named, find};
