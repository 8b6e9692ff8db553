//! Whom an explanation is asked for.

use crate::identity::Pseudonym;

/// A person, a unit, or the label of a unit.
#[derive(Clone, PartialEq, Eq)]
pub enum Asked {
    /// A person's pseudonym; that of its first member is a unit's id.
    Person(Pseudonym),
    /// The first characters of a unit's id.
    Label(String),
}

/// The fewest characters that a label has.
const SHORTEST_LABEL: usize = 8;

/// What is typed can be anything, a number too, and is never shown.
impl std::fmt::Debug for Asked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Asked(…)")
    }
}

impl std::str::FromStr for Asked {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let text = text.trim();
        let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        match (Pseudonym::from_hex(text), text.len()) {
            (Some(person), _) => Ok(Self::Person(person)),
            (None, SHORTEST_LABEL..Pseudonym::HEX_LENGTH) if is_hex => Ok(Self::Label(text.to_owned())),
            _ => Err("a person or unit is 32 characters of 0-9 and a-f; a unit's label is the first 8 or more of them"
                .to_owned()),
        }
    }
}

impl Asked {
    /// Whether a pseudonym is the one asked for, or begins with the label.
    #[must_use]
    pub fn fits(&self, person: Pseudonym) -> bool {
        match self {
            Self::Person(asked) => *asked == person,
            Self::Label(label) => person.to_hex().starts_with(label.as_bytes()),
        }
    }
}
