//! Deliveries that belong together → persons, their records, and the units (families and citizens) they form.
//!
//! Sees pseudonyms only. Persons are numbered by their pseudonyms' order, so that a number stands for a person in all
//! departments and the smallest number of a unit is its id.

mod delivery;
mod parquet_input;
mod persons;
mod source;
mod units;
mod written;

pub use delivery::{Delivery, Rows};
pub use persons::{DepartmentRecords, Linked, PersonRows};
pub use units::{Unit, Units};

pub(crate) use delivery::read_all;
pub(crate) use parquet_input::Batch;
pub(crate) use source::{OpenExtract, Source};
