//! Which keys pseudonyms were made with, as `udpeg.key_id` says: `first`, or `first+second` where they were re-keyed.

/// The ids of the keys that pseudonyms were made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyIds {
    /// The departments' key only.
    First(String),
    /// The departments' key, and then a custodian's.
    Rekeyed {
        /// Of the departments' key.
        first: String,
        /// Of the custodian's key.
        second: String,
    },
}

impl KeyIds {
    /// Reads what a file says; `None` where it says something else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let is_id = |id: &str| id.len() == 16 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match text.split_once('+') {
            None => is_id(text).then(|| Self::First(text.to_owned())),
            Some((first, second)) => (is_id(first) && is_id(second))
                .then(|| Self::Rekeyed { first: first.to_owned(), second: second.to_owned() }),
        }
    }
}
