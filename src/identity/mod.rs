//! CPR number, key and pseudonym: the only room where a raw number exists.
//!
//! # Guarantee
//!
//! A [`CprNumber`] and a [`Key`] have private fields, print as `…` under `Debug`, have no `Display`, and are
//! overwritten when dropped. What leaves this room is a [`Pseudonym`], a [`KeyId`], a [`Seal`]'s text and the two
//! attributes that the programme may ask for (sex and age band). The one way out for a number is
//! [`Wanted::write_number`], for persons on one coordinator's list.

mod batch;
mod compression;
mod cpr;
mod destroyed;
mod encrypted;
mod hidden;
mod key;
mod keyed_hash;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod private_file;
mod pseudonym;
mod registry;
mod rekeyer;
mod screening;
mod seal;
mod wanted;
mod whole_file;

pub use batch::{Place, PseudonymBatch, Pseudonyms};
pub use cpr::{AgeBands, CprCell, CprNumber, CprReader, Sex};
pub use destroyed::{Destroyed, destroy};
pub use hidden::{Asked, Passphrase};
pub use key::{Key, KeyForm, KeyId};
pub use pseudonym::{Pseudonym, Pseudonymiser};
pub use registry::Registry;
pub use rekeyer::Rekeyer;
pub(crate) use screening::would_be_masked;
pub use screening::{holds_cpr_number, masked};
pub use seal::Seal;
pub use wanted::Wanted;
