//! Releases: what was released before, by whom, and what a further one would give away beside it.

mod approval;
mod beside;
mod ledger;
mod previous;

pub use approval::Approval;
pub use beside::beside;
pub use ledger::{Bands, Entry, FOLDER, Identity, Kept, Ledger, MergedBands, New};
pub use previous::add_previous;
