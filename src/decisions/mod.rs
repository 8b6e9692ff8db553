//! What people decided about units: a log of which each line is chained to the one before.
//!
//! - `log`: the decisions, and their log as a file of a period.
//! - `unit`: which unit somebody means.

mod log;
mod unit;

pub use log::{Decision, Entry, FILE, Log};
pub use unit::{Named, find};
