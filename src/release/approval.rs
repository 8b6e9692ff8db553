//! Who stands for a release: one prepares it, another approves it.

use crate::custody::checked;
use crate::error::{Error, Result};
use chrono::{DateTime, FixedOffset};

/// Two people, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who prepared the release, as they say themselves.
    pub prepared_by: String,
    /// Who approved it.
    pub approved_by: String,
    /// When, by the machine's clock.
    pub at: DateTime<FixedOffset>,
}

impl Approval {
    /// Two different people.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where one is empty, too long, more than a line or looks like it holds a CPR number, or both are
    /// the same.
    pub fn new(prepared_by: &str, approved_by: &str, at: DateTime<FixedOffset>) -> Result<Self> {
        const LEDGER: &str = "the ledger of releases";
        let prepared_by = checked(prepared_by, "--prepared-by", LEDGER)?;
        let approved_by = checked(approved_by, "--approved-by", LEDGER)?;
        let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if plain(&prepared_by) == plain(&approved_by) {
            return Err(Error::Usage {
                what: "--prepared-by and --approved-by name the same person".to_owned(),
                hint: "a release needs two pairs of eyes: have somebody else look at it and approve it".to_owned(),
            });
        }
        Ok(Self { prepared_by, approved_by, at })
    }
}
