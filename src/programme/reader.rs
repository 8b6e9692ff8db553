//! Reading tables of the programme file so that every mistake is reported, each with its line.
//!
//! Knows TOML and nothing of what the keys mean; that stands in the sibling files.

use crate::error::Mistake;
use chrono::NaiveDate;
use std::cell::RefCell;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The mistakes found so far in one programme file.
pub(super) struct Mistakes<'t> {
    text: &'t str,
    /// Where each line ends.
    line_ends: Vec<usize>,
    found: RefCell<Vec<Mistake>>,
}

impl<'t> Mistakes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let line_ends = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
        Self { text, line_ends, found: RefCell::new(Vec::new()) }
    }

    pub(super) fn add(&self, span: &Range<usize>, what: impl Into<String>) {
        self.found.borrow_mut().push(Mistake { line: self.line(span), what: what.into() });
    }

    /// The line where something stands, from 1.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        let start = span.start.min(self.text.len());
        self.line_ends.partition_point(|&end| end < start) + 1
    }

    /// All mistakes, by line.
    pub(super) fn into_sorted(self) -> Vec<Mistake> {
        let mut mistakes = self.found.into_inner();
        mistakes.sort();
        mistakes.dedup();
        mistakes
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// One table of the programme file, and which of its keys have been asked for.
pub(super) struct Table<'m, 't> {
    mistakes: &'m Mistakes<'t>,
    /// How messages name the table, such as `[programme]`.
    name: String,
    entries: Option<&'m DeTable<'t>>,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'m, 't> Table<'m, 't> {
    pub(super) fn new(
        mistakes: &'m Mistakes<'t>,
        name: impl Into<String>,
        entries: &'m DeTable<'t>,
        span: Range<usize>,
    ) -> Self {
        Self { mistakes, name: name.into(), entries: Some(entries), span, known: RefCell::default() }
    }

    /// A table that is not there: every key of it is missing.
    fn absent(&self, name: String) -> Self {
        Self { mistakes: self.mistakes, name, entries: None, span: self.span.clone(), known: RefCell::default() }
    }

    pub(super) fn mistake(&self, span: &Range<usize>, what: impl Into<String>) {
        self.mistakes.add(span, what);
    }

    /// Where the table starts.
    pub(super) fn span(&self) -> &Range<usize> {
        &self.span
    }

    pub(super) fn rename(&mut self, name: String) {
        self.name = name;
    }

    pub(super) fn is_present(&self) -> bool {
        self.entries.is_some()
    }

    fn raw(&self, key: &'static str) -> Option<&'m Spanned<DeValue<'t>>> {
        self.known.borrow_mut().push(key);
        self.entries.and_then(|entries| entries.get(key))
    }

    /// The value of a key that may be missing. A value of the wrong kind is a mistake and counts as missing.
    pub(super) fn optional<T: FromToml>(&self, key: &'static str) -> Option<At<T>> {
        let raw = self.raw(key)?;
        match T::from_toml(raw.get_ref()) {
            Ok(value) => Some(At { value, span: raw.span() }),
            Err(expected) => {
                self.mistake(&raw.span(), format!("`{key}` in {} must be {expected}", self.name));
                None
            }
        }
    }

    /// The `id` of one of several tables `[[key]]`: a word that none before has. Added to `ids`, mistaken or not, so that
    /// what refers to it is not called a mistake too; messages name the table by it from now on.
    pub(super) fn word_id(&mut self, key: &str, ids: &mut Vec<String>) -> Option<String> {
        let id = self.required::<String>("id")?;
        self.name = format!("[[{key}]] {}", id.value);
        if !super::is_word(&id.value) {
            let form = "must be lower-case letters, digits and `_`, starting with a letter";
            self.mistake(&id.span, format!("a {key}'s `id` {form}"));
        } else if ids.contains(&id.value) {
            self.mistake(&id.span, format!("there are two {key}s of the id `{}`", id.value));
        }
        ids.push(id.value.clone());
        Some(id.value)
    }

    /// The value of a key that must be there.
    pub(super) fn required<T: FromToml>(&self, key: &'static str) -> Option<At<T>> {
        let value = self.optional(key);
        if value.is_none() && !self.entries.is_some_and(|entries| entries.contains_key(key)) {
            self.mistake(&self.span, format!("`{key}` is missing in {}", self.name));
        }
        value
    }

    /// The span of a key's value, where it is there.
    pub(super) fn span_of(&self, key: &'static str) -> Option<Range<usize>> {
        self.raw(key).map(Spanned::span)
    }

    /// A table below this one; all its keys are missing where it is not there.
    pub(super) fn table(&self, key: &'static str, name: &str) -> Table<'m, 't> {
        let Some(raw) = self.raw(key) else { return self.absent(name.to_owned()) };
        let DeValue::Table(entries) = raw.get_ref() else {
            self.mistake(&raw.span(), format!("`{key}` must be a table, {name}"));
            return self.absent(name.to_owned());
        };
        Table::new(self.mistakes, name, entries, raw.span())
    }

    /// Whether a list stands here without items, or does not stand here at all.
    pub(super) fn is_empty_or_absent(&self, key: &'static str) -> bool {
        self.raw(key).is_none_or(|raw| raw.get_ref().as_array().is_some_and(|items| items.is_empty()))
    }

    /// The tables of an array of tables, `[[key]]`, as far as there may be so many; none where it is not there.
    pub(super) fn tables(&self, key: &'static str, most: usize) -> Vec<Table<'m, 't>> {
        let Some(raw) = self.raw(key) else { return Vec::new() };
        let DeValue::Array(values) = raw.get_ref() else {
            self.mistake(&raw.span(), format!("write `[[{key}]]` with two brackets: there can be several"));
            return Vec::new();
        };
        if values.len() > most {
            self.mistake(&raw.span(), format!("there are {} [[{key}]]; at most {most} are read", values.len()));
        }
        let table = |value: &'m Spanned<DeValue<'t>>| {
            if let DeValue::Table(entries) = value.get_ref() {
                Some(Table::new(self.mistakes, format!("[[{key}]]"), entries, value.span()))
            } else {
                self.mistake(&value.span(), format!("each `{key}` must be a table"));
                None
            }
        };
        values.iter().take(most).filter_map(table).collect()
    }

    /// Nothing may be left out without a word: where no mistake was found, all tables of an array must have been read.
    pub(super) fn check_all_read(&self, key: &'static str, read: usize) {
        let there = self.raw(key).and_then(|raw| raw.get_ref().as_array()).map_or(0, |tables| tables.len());
        if read != there && self.mistakes.found.borrow().is_empty() {
            self.mistake(
                self.span(),
                format!("{} of {there} [[{key}]] cannot be read; please report this", there - read),
            );
        }
    }

    /// The tables below this one, under names that the file chooses, in its order.
    pub(super) fn named_tables(&self, what: &str) -> Vec<(At<String>, Table<'m, 't>)> {
        let mut tables: Vec<(At<String>, Table<'m, 't>)> = Vec::new();
        for (key, value) in self.entries.into_iter().flatten() {
            let name = At { value: key.get_ref().clone().into_owned(), span: key.span() };
            if let DeValue::Table(entries) = value.get_ref() {
                let table = Table::new(self.mistakes, name.value.clone(), entries, value.span());
                tables.push((name, table));
            } else {
                self.mistake(&value.span(), format!("`{}` in {} must be a table: {what}", name.value, self.name));
            }
        }
        tables.sort_by_key(|(name, _)| name.span.start);
        tables
    }

    /// Every key with its value, where any key may stand. A value of the wrong kind is a mistake.
    pub(super) fn each<T: FromToml>(&self) -> Vec<(At<String>, At<T>)> {
        let entries = self.entries.into_iter().flatten();
        let read = |(key, raw): (&'m Spanned<std::borrow::Cow<'t, str>>, &'m Spanned<DeValue<'t>>)| {
            let name = At { value: key.get_ref().clone().into_owned(), span: key.span() };
            match T::from_toml(raw.get_ref()) {
                Ok(value) => Some((name, At { value, span: raw.span() })),
                Err(expected) => {
                    self.mistake(&raw.span(), format!("`{}` in {} must be {expected}", name.value, self.name));
                    None
                }
            }
        };
        entries.filter_map(read).collect()
    }

    /// Reports keys that nobody asked for, each with the nearest that somebody did.
    pub(super) fn finish(self) {
        let Some(entries) = self.entries else { return };
        let known = self.known.borrow();
        for key in entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let hint = match nearest(key.get_ref(), known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it".to_owned(),
            };
            self.mistakes.add(&key.span(), format!("unknown key `{}` in {}; {hint}", key.get_ref(), self.name));
        }
    }
}

/// The known word nearest to one that is not known.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// A longer word is no slip of the pen, and would take long to compare.
    const LONGEST: usize = 200;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    known
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .min_by_key(|&(distance, candidate)| (distance, candidate.len(), candidate))
        .map(|(_, candidate)| candidate)
}

/// What a TOML value can be read as; the error completes "must be …".
pub(super) trait FromToml: Sized {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str>;
}

impl FromToml for String {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str> {
        value.as_str().map(str::to_owned).ok_or("a text in quotes")
    }
}

impl FromToml for bool {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str> {
        value.as_bool().ok_or("true or false")
    }
}

impl FromToml for i64 {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str> {
        let integer = value.as_integer().ok_or("a whole number")?;
        Self::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| "a whole number of at most 18 digits")
    }
}

impl FromToml for f64 {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str> {
        const EXPECTED: &str = "a number such as 1.5";
        let text = match value {
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            _ => return Err(EXPECTED),
        };
        text.parse().ok().filter(|number: &Self| number.is_finite()).ok_or(EXPECTED)
    }
}

impl FromToml for NaiveDate {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str> {
        const EXPECTED: &str = "a date without quotes, such as 2026-09-30";
        let moment = value.as_datetime().ok_or(EXPECTED)?;
        match (moment.date, moment.time, moment.offset) {
            (Some(date), None, None) => {
                Self::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day)).ok_or(EXPECTED)
            }
            _ => Err(EXPECTED),
        }
    }
}

impl<T: FromToml> FromToml for Vec<At<T>> {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str> {
        const MOST_ITEMS: usize = 10_000;
        let values = value.as_array().ok_or("a list in square brackets")?;
        if values.len() > MOST_ITEMS {
            return Err("a list of at most 10,000 items");
        }
        let read = |value: &Spanned<DeValue<'_>>| {
            let inner = T::from_toml(value.get_ref()).map_err(|_| "a list whose items are all of the right kind")?;
            Ok(At { value: inner, span: value.span() })
        };
        values.iter().map(read).collect()
    }
}

/// One text or a list of texts.
pub(super) struct OneOrMany(pub(super) Vec<At<String>>);

impl FromToml for OneOrMany {
    fn from_toml(value: &DeValue<'_>) -> Result<Self, &'static str> {
        match value {
            DeValue::String(text) => Ok(Self(vec![At { value: text.clone().into_owned(), span: 0..0 }])),
            DeValue::Array(_) => Vec::from_toml(value).map(Self),
            _ => Err("a text or a list of texts"),
        }
    }
}
