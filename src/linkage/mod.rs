//! Deliveries that belong together → persons, their records, and the units (families and citizens) they form.
//!
//! Sees pseudonyms only. Persons are numbered by their pseudonyms' order, so that a number stands for a person in all
//! departments and the smallest number of a unit is its id.

mod apart;
mod delivery;
mod parquet_input;
mod persons;
mod shard;
mod source;
mod units;
mod written;

pub use apart::Apart;
pub use delivery::{Delivery, read_all};
pub use persons::{DepartmentRecords, Linked};
pub use shard::{Alone, Traits};
pub use units::{Unit, Units};

pub(crate) use delivery::check_footers;
pub(crate) use source::{OpenExtract, Source, Unaltered};
