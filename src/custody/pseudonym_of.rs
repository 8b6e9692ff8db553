//! `pseudonym-of`: the way there, for a citizen who asks about their own data.

use super::account::Account;
use super::log::{Event, Log};
use crate::error::{Error, Result};
use crate::identity::{Asked, CprCell, CprReader, Key, Pseudonym, Pseudonymiser, Registry, Rekeyer};
use crate::pipeline::Context;
use chrono::NaiveDate;
use serde::Serialize;

/// Of what a pseudonym is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Of a number, under the departments' key.
    Number,
    /// Of a pseudonym under the departments' key, under the custodian's key.
    Pseudonym,
}

/// A pseudonym that was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct AskedPseudonym {
    /// The pseudonym, 32 hex characters.
    pub pseudonym: String,
    /// The key that it was made with last.
    pub key_id: String,
    /// The custody log.
    pub log: String,
    /// The log's head.
    pub head: String,
}

/// The pseudonym of a number, or what a custodian's key makes of a pseudonym.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose that does not do, [`Error::Usage`] for what is no number or no pseudonym,
/// [`Error::File`] where it cannot be read or the log cannot be written.
pub fn pseudonym_of(
    context: &Context<'_>,
    key: &Key,
    question: Question,
    asked: &Asked,
    account: &Account,
    log: &Log,
) -> Result<AskedPseudonym> {
    context.programme.purpose.authorise(context.today)?;
    let pseudonym = match question {
        Question::Number => of_number(context, key, asked)?,
        Question::Pseudonym => {
            let text = asked.read("Pseudonym: ")?;
            let pseudonym = Pseudonym::from_hex(text.trim())
                .ok_or_else(|| no(asked, "a pseudonym", "it is 32 characters of 0-9 and a-f"))?;
            Rekeyer::new(key).rekey(pseudonym)
        }
    };
    let event = Event {
        command: "pseudonym-of",
        account,
        department: None,
        period: Some(&context.programme.period),
        list_sha256: None,
        count: 1,
    };
    let head = log.append(&event)?;
    Ok(AskedPseudonym {
        pseudonym: pseudonym.to_string(),
        key_id: key.id().0,
        log: log.path().to_string_lossy().into_owned(),
        head: head.to_string(),
    })
}

fn of_number(context: &Context<'_>, key: &Key, asked: &Asked) -> Result<Pseudonym> {
    let text = asked.read("CPR number: ")?;
    let reader = CprReader { as_of: context.programme.as_of, leading_zero_lost: false };
    let future = || no(asked, "a CPR number", "there is no such day, or it lies after `as_of`");
    // A number that was given by mistake, and that another has replaced, may say a birth to come.
    match (CprReader { as_of: NaiveDate::MAX, ..reader }).read(&text) {
        CprCell::Number { number, .. } => {
            // Persons have one pseudonym in all departments: that of the number that they have now.
            let pseudonymiser = Pseudonymiser::new(key, "");
            let registry = Registry::read(&context.programme.person_lists, &pseudonymiser)?;
            let number = registry.current(&number, &pseudonymiser).unwrap_or(&number);
            if reader.is_born(number) { Ok(pseudonymiser.person(number)) } else { Err(future()) }
        }
        CprCell::Empty => Err(no(asked, "a CPR number", "there is none")),
        CprCell::Malformed => Err(no(asked, "a CPR number", "it has ten digits, six and four")),
        CprCell::ImpossibleDate => Err(future()),
    }
}

fn no(asked: &Asked, what: &str, why: &str) -> Error {
    match asked {
        Asked::File(path) => Error::file(path, format!("its first line is not {what}"), why),
        Asked::Terminal | Asked::StandardInput => {
            Error::Usage { what: format!("what was given is not {what}"), hint: why.to_owned() }
        }
    }
}
