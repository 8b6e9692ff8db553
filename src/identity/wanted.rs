//! The way back: the numbers of persons who are looked for, and of nobody else.

use super::cpr::CprNumber;
use super::pseudonym::Pseudonym;
use std::fmt;
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// Pseudonyms that are looked for while an extract is read, and the numbers that turn out to be theirs.
///
/// # Guarantee
///
/// Keeps the number of no other pseudonym. A number leaves by [`Wanted::write_number`] only, which the writer of a
/// reidentified list calls; all are overwritten when this is dropped.
pub struct Wanted {
    /// Rising.
    pseudonyms: Vec<Pseudonym>,
    /// The number of each, once it has been seen.
    numbers: Vec<OnceLock<CprNumber>>,
}

impl Wanted {
    /// Nobody's number is known yet.
    #[must_use]
    pub fn new(mut pseudonyms: Vec<Pseudonym>) -> Self {
        pseudonyms.sort_unstable();
        pseudonyms.dedup();
        Self { numbers: pseudonyms.iter().map(|_| OnceLock::new()).collect(), pseudonyms }
    }

    /// Notes whose number this is, where it is somebody who is looked for.
    pub(super) fn see(&self, pseudonym: Pseudonym, number: &CprNumber) {
        if let Some(place) = self.place(pseudonym) {
            place.get_or_init(|| number.clone());
        }
    }

    /// How many have been found.
    #[must_use]
    pub fn found(&self) -> usize {
        self.numbers.iter().filter(|number| number.get().is_some()).count()
    }

    /// Writes somebody's number, `DDMMYY-SSSS`, behind a text; false where it has not been found.
    ///
    /// The hyphen keeps spreadsheets from taking it for a number and dropping its leading zero.
    #[must_use]
    pub fn write_number(&self, pseudonym: Pseudonym, text: &mut Zeroizing<Vec<u8>>) -> bool {
        let Some(number) = self.place(pseudonym).and_then(OnceLock::get) else { return false };
        let (date, serial) = number.digits().split_at(6);
        text.extend_from_slice(date);
        text.push(b'-');
        text.extend_from_slice(serial);
        true
    }

    fn place(&self, pseudonym: Pseudonym) -> Option<&OnceLock<CprNumber>> {
        self.pseudonyms.binary_search(&pseudonym).ok().map(|position| &self.numbers[position])
    }
}

impl fmt::Debug for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Wanted({} persons)", self.pseudonyms.len())
    }
}
