//! Who does it, when and why: what the custody log says of every use.

use crate::error::{Error, Result};
use crate::identity::would_be_masked;
use chrono::{DateTime, FixedOffset};

/// No text in the log is longer, in characters.
const LONGEST: usize = 500;

/// Who does something that the log must know of, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who, as they say themselves.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When, by the machine's clock.
    pub at: DateTime<FixedOffset>,
}

impl Account {
    /// Who, why and when.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where who or why is empty, too long, more than a line, or looks like it holds a CPR number.
    pub fn new(by: &str, reason: &str, at: DateTime<FixedOffset>) -> Result<Self> {
        const LOG: &str = "the custody log";
        Ok(Self { by: checked(by, "--by", LOG)?, reason: checked(reason, "--reason", LOG)?, at })
    }
}

/// What was typed for an option, where it may stand in a log.
pub(crate) fn checked(text: &str, option: &str, log: &str) -> Result<String> {
    let text = text.trim();
    let wrong = |what: &str, hint: &str| {
        Err(Error::Usage { what: format!("{option} {what}"), hint: format!("{hint}; it stands in {log}") })
    };
    if text.is_empty() {
        wrong("is empty", "say who does this, and why")
    } else if text.chars().count() > LONGEST {
        wrong(&format!("is longer than {LONGEST} characters"), "say it in fewer words")
    } else if text.contains(char::is_control) {
        wrong("holds a line break or another control character", "say it in one line")
    } else if would_be_masked(text) {
        wrong("looks like it holds a CPR number", "name a case by its journal number, never a citizen")
    } else {
        Ok(text.to_owned())
    }
}
