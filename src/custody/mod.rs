//! Custody that takes two, and the way back for those who are proposed only.
//!
//! [`rekey`] puts a delivery's pseudonyms under a second key, which a custodian holds who has no identified extract:
//! then neither a department nor the analyst nor the custodian can tell alone whom a row is about. [`unkey`] and
//! [`reidentify`] are the way back for one coordinator's list, [`pseudonym_of`] the way there for a citizen who asks.
//! Whoever goes one of these ways stands in the [`Log`] before anything is handed out.

mod account;
mod chain;
mod key_ids;
mod list;
mod log;
mod pseudonym_of;
mod reidentify;
mod rekey;
mod unkey;

pub use account::Account;
pub(crate) use account::checked;
pub use chain::{End, Entry, Examined, Head, examine};
pub use log::{Event, Log, Verified};
pub use pseudonym_of::{AskedPseudonym, Question, pseudonym_of};
pub use reidentify::{Reidentified, Reidentifying, reidentify};
pub use rekey::{RekeyedDelivery, rekey};
pub use unkey::{Unkeyed, UnkeyedDelivery, Unkeying, unkey};
