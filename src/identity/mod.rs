//! CPR number, key and pseudonym: the only room where a raw number exists.
//!
//! # Guarantee
//!
//! A [`CprNumber`] and a [`Key`] have private fields, print as `…` under `Debug`, have no `Display`, and are
//! overwritten when dropped. What leaves this room is a [`Pseudonym`], a [`KeyId`] and the two attributes that the
//! programme may ask for (sex and age band).

mod batch;
mod compression;
mod cpr;
mod key;
mod keyed_hash;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod pseudonym;
mod registry;
mod screening;
mod whole_file;

pub use batch::{Place, PseudonymBatch, Pseudonyms};
pub use cpr::{AgeBands, CprCell, CprNumber, CprReader, Sex};
pub use key::{Key, KeyId};
pub use pseudonym::{Pseudonym, Pseudonymiser};
pub use registry::Registry;
pub(crate) use screening::would_be_masked;
pub use screening::{holds_cpr_number, masked};
