//! `[consent]`: which answers people can give, and how long those who declined are not asked again.

use super::reader::{At, Table, nearest};
use chrono::{Days, Months, NaiveDate};

/// `[consent]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Codes with which somebody accepts.
    pub accept: Vec<String>,
    /// Codes with which somebody declines.
    pub decline: Vec<String>,
    /// How long those who declined with a code are kept out of later periods; with others they are not.
    pub rest: Vec<(String, Rest)>,
}

impl Default for Consent {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self { accept: words(&["yes"]), decline: words(&["no", "moved", "not_relevant", "deceased"]), rest: Vec::new() }
    }
}

impl Consent {
    /// Whether somebody who declined with this code on a day is kept out of a period that is measured on another.
    #[must_use]
    pub fn rests(&self, code: &str, declined: NaiveDate, as_of: NaiveDate) -> bool {
        let rest = self.rest.iter().find(|(known, _)| known == code).map(|(_, rest)| *rest);
        rest.is_some_and(|rest| rest.lasts_until(declined).is_none_or(|end| as_of < end))
    }
}

/// How long somebody is not asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// So many calendar months.
    Months(u32),
    /// So many days.
    Days(u32),
    /// Never asked again.
    Never,
}

impl Rest {
    /// The first day on which they can be asked again; `None` where there is none.
    fn lasts_until(self, declined: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Months(months) => declined.checked_add_months(Months::new(months)),
            Self::Days(days) => declined.checked_add_days(Days::new(days.into())),
            Self::Never => None,
        }
    }

    /// From `1 year`, `18 months`, `90 days`, `never`.
    fn read(text: &str) -> Option<Self> {
        if text == "never" {
            return Some(Self::Never);
        }
        let (number, unit) = text.split_once(' ')?;
        let number: u32 = number.parse().ok().filter(|number| (1..=1000).contains(number))?;
        match unit {
            "year" | "years" => Some(Self::Months(number * 12)),
            "month" | "months" => Some(Self::Months(number)),
            "day" | "days" => Some(Self::Days(number)),
            _ => None,
        }
    }
}

pub(super) fn consent(root: &Table<'_, '_>) -> Consent {
    let table = root.table("consent", "[consent]");
    let usual = Consent::default();
    let accept = codes(&table, "accept").unwrap_or(usual.accept);
    let decline = codes(&table, "decline").unwrap_or(usual.decline);
    if let (Some(both), Some(span)) = (accept.iter().find(|code| decline.contains(code)), table.span_of("decline")) {
        table.mistake(&span, format!("`{both}` stands in `accept` and in `decline`"));
    }
    let rests = table.table("rest", "`rest` of [consent]");
    let mut rest = Vec::new();
    for (code, text) in rests.each::<String>() {
        if !decline.contains(&code.value) {
            let near = nearest(&code.value, decline.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            rests.mistake(&code.span, format!("`{}` in `rest` is no code of `decline`{hint}", code.value));
        }
        match Rest::read(&text.value) {
            Some(length) => rest.push((code.value, length)),
            None => rests.mistake(
                &text.span,
                "a rest is \"1 year\", \"18 months\", \"90 days\", or \"never\" for who is never asked again",
            ),
        }
    }
    rest.sort_by(|(one, _), (other, _)| one.cmp(other));
    table.finish();
    Consent { accept, decline, rest }
}

/// A list of codes; `None` where there is none.
fn codes(table: &Table<'_, '_>, key: &'static str) -> Option<Vec<String>> {
    let list = table.optional::<Vec<At<String>>>(key)?;
    if list.value.is_empty() {
        table.mistake(&list.span, format!("`{key}` in [consent] names no code"));
    }
    let mut codes: Vec<String> = Vec::new();
    for code in list.value {
        if !super::is_word(&code.value) {
            let form = "lower-case letters, digits and `_`, starting with a letter";
            table.mistake(&code.span, format!("a code in `{key}` is {form}"));
        } else if codes.contains(&code.value) {
            table.mistake(&code.span, format!("`{}` stands twice in `{key}`", code.value));
        }
        codes.push(code.value);
    }
    Some(codes)
}
