//! A place beside a period where a step is run once more, only to be compared.
//!
//! # Guarantee
//!
//! Nothing of the period is touched. The place is a folder `.<period>.verify` of mode 0700 in `out`, where the period's
//! own data are, held by one process at a time. It is removed when this is dropped, after an error too; what a killed
//! process leaves is removed by the next.

use super::step::{Period, busy};
use crate::error::{Error, Result};
use std::path::Path;

/// A period that nobody looks at.
#[derive(Debug)]
pub(crate) struct Scratch {
    period: Period,
}

impl Scratch {
    /// Makes the place beside a period.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be made or another process has it.
    pub(crate) fn beside(out: &Path, period: &str) -> Result<Self> {
        let name = format!(".{period}.verify");
        let place = out.join(&name);
        if place.is_symlink() {
            return Err(Error::file(&place, "a link stands in the place of a folder", "remove the link"));
        }
        let period = Period::open(out, &name)?;
        // Another process may have removed the folder between our opening and our locking it.
        if period.is_in_place() { Ok(Self { period }) } else { Err(busy(&place)) }
    }

    pub(crate) fn period(&self) -> &Period {
        &self.period
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It is still locked here; a failure leaves what the next run removes.
        let _ = std::fs::remove_dir_all(self.period.folder());
    }
}
