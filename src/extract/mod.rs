//! One department's files → accepted records, or rejected rows with a reason; and the delivery made of them.
//!
//! The raw rows live in blocks that are overwritten after use. What is kept of a row is a [`Record`] of pseudonyms,
//! dates and a type, or a row number and a [`Reason`].

mod block;
mod csv;
mod delivery;
mod encoding;
mod header;
mod input;
mod judge;
pub(crate) use judge::days;
mod quality;
mod read;
mod records;

pub use csv::{Field, FieldForm, RowReader, Split, split_rows};
pub use delivery::{deliver, tidy, type_warnings, write_private};
pub(crate) use delivery::{extract_fields, names, words};
pub use quality::{Quality, Reason, Rejected};
pub(crate) use read::read_with;
pub use read::{Extract, InputFile, read};
pub use records::{LeavingTypes, Record, Records, Types};

use unicode_normalization::UnicodeNormalization;

/// Headers and types as they are compared: trimmed of white space and in Unicode NFC.
#[must_use]
pub fn normalised(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_ascii() { trimmed.to_owned() } else { trimmed.nfc().collect() }
}
