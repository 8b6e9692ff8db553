//! Finding what looks like a CPR number in a text that should hold none.

use super::cpr::{birth_day, is_separator};
use std::borrow::Cow;
use std::ops::Range;

/// Whether a text holds ten digits, or 6 and 4 with an ASCII hyphen or space between, with no letter or digit right
/// before or after, that form an existing date of birth (day + 60 and future dates included).
#[must_use]
pub fn holds_cpr_number(text: &str) -> bool {
    find(text, 0, |separator| matches!(separator, '-' | ' '), stands_alone).is_some()
}

/// The text with everything that looks like a CPR number, in any accepted spelling, replaced by `**********`; letters
/// beside it do not hide it, but digits within a hash are left.
///
/// Every message and every path that a manifest repeats goes through here: a second lock, since no message is made
/// from a cell in the first place.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut done = 0;
    // What has been masked is no part of a hash any more.
    while let Some(number) =
        find(text, done, is_separator, |text, number| !is_within_hash(&text[done..], number.start - done))
    {
        masked.push_str(&text[done..number.start]);
        masked.push_str("**********");
        done = number.end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[done..]);
    Cow::Owned(masked)
}

/// Whether a text would be masked: what may not stand in anything that the programme file hands on.
pub(crate) fn would_be_masked(text: &str) -> bool {
    matches!(masked(text), Cow::Owned(_))
}

/// The first number at or after `from` that `counts`.
fn find(
    text: &str,
    from: usize,
    may_separate: impl Fn(char) -> bool,
    counts: impl Fn(&str, &Range<usize>) -> bool,
) -> Option<Range<usize>> {
    let mut before = text[..from].chars().next_back();
    for (at, character) in text[from..].char_indices() {
        let start = from + at;
        let begins = character.is_ascii_digit() && !before.is_some_and(|before| before.is_ascii_digit());
        if begins
            && let Some(end) = number_end(text, start, &may_separate)
            && counts(text, &(start..end))
        {
            return Some(start..end);
        }
        before = Some(character);
    }
    None
}

/// Whether no letter or digit stands right before or after.
fn stands_alone(text: &str, number: &Range<usize>) -> bool {
    let before = text[..number.start].chars().next_back();
    let after = text[number.end..].chars().next();
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

/// Whether the number that starts there is part of a hash or pseudonym: at least 16 lower-case hex characters in a row.
fn is_within_hash(text: &str, start: usize) -> bool {
    let is_hex = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let bytes = text.as_bytes();
    let before = bytes[..start].iter().rev().take_while(is_hex).count();
    let after = bytes[start..].iter().take_while(is_hex).count();
    before + after >= 16
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
    let goes_on = text[end..].starts_with(|after: char| after.is_ascii_digit());
    (!goes_on && birth_day(&digits).is_some()).then_some(end)
}
