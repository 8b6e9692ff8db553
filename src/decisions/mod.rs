//! What people decided about units: a log of which each line is chained to the one before.
//!
//! - `log`: the decisions, and their log as a file of a period.
//! - `persons`: what they mean for persons, and for the units that these are members of.
//! - `unit`: which unit somebody means.

mod log;
mod persons;
mod unit;

pub use log::{Decision, Entry, FILE, Log};
pub use persons::{Decided, Persons, Said, Wish};
pub use unit::{Named, find};
