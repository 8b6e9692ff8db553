//! One department's files → accepted records, or rejected rows with a reason; and the delivery made of them.
//!
//! The raw rows live in blocks that are overwritten after use. What is kept of a row is a [`Record`] of pseudonyms,
//! dates and a type, or a row number and a [`Reason`].

mod block;
mod change;
mod compact;
mod conversion;
mod csv;
mod delivery;
mod encoding;
mod header;
mod input;
mod judge;
mod leaving;
mod list;
mod out_of_date;
mod part;
mod quality;
mod read;
mod recognise;
mod records;
mod risk;
mod room;
mod sample;
mod sorting;
mod trailer;
mod weeks;

pub use change::{Changed, Comparison, Figure};
pub(crate) use change::{compare, not_compared};
pub use csv::{Field, FieldForm, RowReader, Split, split_rows};
pub use delivery::{deliver, tidy, type_warnings, write_private};
pub(crate) use delivery::{names, write_extract, write_incomplete};
pub use leaving::LeavingTypes;
pub(crate) use out_of_date::rows_out_of_date;
pub use out_of_date::write_out_of_date;
pub(crate) use part::{SortedPart, Unpacked};
pub use quality::{Column, Quality, Reason, Rejected};
pub use read::{Extract, InputFile, read};
pub(crate) use read::{input_bytes, read_with};
pub use records::{Chunk, Record, Records, Sorted, Types};
pub use risk::Risk;
pub use room::Room;
pub use sample::Sample;

use unicode_normalization::UnicodeNormalization;

/// Headers and types as they are compared: trimmed of white space and in Unicode NFC.
#[must_use]
pub fn normalised(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_ascii() {
        return trimmed.to_owned();
    }
    // Room for the longest there can be (Unicode Annex 15, section 12.1): growing bit by bit would leave pieces of a type
    // that has to be overwritten.
    let mut text = String::with_capacity(trimmed.len() * 3);
    text.extend(trimmed.nfc());
    text
}
