//! Finding what looks like a CPR number in a text that should hold none.

use super::cpr::{birth_date, is_separator};
use std::borrow::Cow;

/// Whether a text holds ten digits, or 6 and 4 with an ASCII hyphen or space between, with no letter or digit right
/// before or after, that form an existing date of birth (day + 60 and future dates included).
#[must_use]
pub fn holds_cpr_number(text: &str) -> bool {
    find(text, 0, |separator| matches!(separator, '-' | ' ')).is_some()
}

/// The text with everything that looks like a CPR number, in any accepted spelling, replaced by `**********`.
///
/// Every message and every path that a manifest repeats goes through here: a second lock, since no message is made
/// from a cell in the first place.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut done = 0;
    while let Some((start, end)) = find(text, done, is_separator) {
        masked.push_str(&text[done..start]);
        masked.push_str("**********");
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[done..]);
    Cow::Owned(masked)
}

/// The byte range of the first number at or after `from`.
fn find(text: &str, from: usize, may_separate: impl Fn(char) -> bool) -> Option<(usize, usize)> {
    let mut before = text[..from].chars().next_back();
    for (at, character) in text[from..].char_indices() {
        let start = from + at;
        if character.is_ascii_digit()
            && !before.is_some_and(char::is_alphanumeric)
            && let Some(end) = number_end(text, start, &may_separate)
        {
            return Some((start, end));
        }
        before = Some(character);
    }
    None
}

/// Where the number that starts here ends, if one does.
fn number_end(text: &str, start: usize, may_separate: &impl Fn(char) -> bool) -> Option<usize> {
    let mut digits = [0; 10];
    let mut count = 0;
    let mut characters = text[start..].char_indices().peekable();
    while count < 10 {
        let (_, character) = characters.next()?;
        if character.is_ascii_digit() {
            digits[count] = u8::try_from(character).ok()?;
            count += 1;
        } else if count == 6
            && may_separate(character)
            && characters.peek().is_some_and(|(_, next)| next.is_ascii_digit())
        {
            // At most one separator: the next character is a digit, and then `count` is 7.
        } else {
            return None;
        }
    }
    let end = characters.peek().map_or(text.len(), |(at, _)| start + at);
    let after = text[end..].chars().next();
    (!after.is_some_and(char::is_alphanumeric) && birth_date(&digits).is_some()).then_some(end)
}
