//! Lists of types, and `[types.<group>]`: named sets of types, each with the days from and to which it is used.

use super::OTHER_TYPE;
use super::reader::{At, Table, nearest};
use crate::calendar::days;
use crate::identity::would_be_masked;
use chrono::NaiveDate;
use std::cell::Cell;
use std::ops::Range;

/// Characters of a type.
const LONGEST_TYPE: usize = 1000;

/// Types as a rule, `[family]` or a department names them, groups filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeList {
    named: Vec<NamedType>,
}

/// One type of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedType {
    /// The type, in NFC and trimmed.
    pub name: String,
    /// The group it comes from; `None` where the list itself names it.
    pub group: Option<String>,
    /// The first day on which a record of it may start.
    pub from: Option<NaiveDate>,
    /// The last day on which a record of it may start.
    pub to: Option<NaiveDate>,
}

/// Records of a type that a list chooses, by their first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeSpan<'a> {
    /// The type.
    pub name: &'a str,
    /// The first day on which a record of it may start.
    pub from: Option<NaiveDate>,
    /// The last day on which a record of it may start.
    pub to: Option<NaiveDate>,
}

/// The records of one type that a list chooses, by their first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// None.
    None,
    /// All.
    All,
    /// Those that start in one of these spans of days since 1970-01-01, both ends inclusive.
    Within(Vec<(i32, i32)>),
}

impl Chosen {
    /// Whether a record that starts on this day is chosen.
    #[must_use]
    pub fn contains(&self, start: i32) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Within(spans) => spans.iter().any(|&(from, to)| from <= start && start <= to),
        }
    }
}

impl NamedType {
    /// The span of first days, in days since 1970-01-01, both ends inclusive.
    #[must_use]
    pub fn span(&self) -> (i32, i32) {
        (self.from.map_or(i32::MIN, days), self.to.map_or(i32::MAX, days))
    }
}

impl TypeList {
    /// These types, whenever their records start.
    #[must_use]
    pub fn plain<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let plain = |name: &str| NamedType { name: name.to_owned(), group: None, from: None, to: None };
        Self { named: names.into_iter().map(plain).collect() }
    }

    /// The types in the order of the list; one that two groups have stands twice.
    #[must_use]
    pub fn named(&self) -> &[NamedType] {
        &self.named
    }

    /// The names of all types.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|named| named.name.as_str())
    }

    /// Whether the list names no type.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// All that the list chooses, whichever groups it comes from: the types in the order in which they are first named,
    /// each with spans that rise and do not touch one another.
    #[must_use]
    pub fn spans(&self) -> Vec<TypeSpan<'_>> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.names() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.into_iter().flat_map(|name| self.spans_of(name)).collect()
    }

    fn spans_of<'a>(&'a self, name: &'a str) -> Vec<TypeSpan<'a>> {
        let of_name = self.named.iter().filter(|named| named.name == name);
        let mut spans: Vec<TypeSpan<'_>> =
            of_name.map(|&NamedType { from, to, .. }| TypeSpan { name, from, to }).collect();
        spans.sort_unstable_by_key(|span| span.from);
        spans.dedup_by(|next, last| {
            // An end that is open reaches everything that follows.
            let touches =
                last.to.is_none_or(|to| next.from.is_none_or(|from| to.succ_opt().is_none_or(|after| from <= after)));
            if touches {
                last.to = last.to.zip(next.to).map(|(one, other)| one.max(other));
            }
            touches
        });
        spans
    }

    /// The records of a type that this list chooses.
    #[must_use]
    pub fn chosen(&self, name: &str) -> Chosen {
        let mut spans = Vec::new();
        for named in self.named.iter().filter(|named| named.name == name) {
            match named.span() {
                (i32::MIN, i32::MAX) => return Chosen::All,
                span => spans.push(span),
            }
        }
        if spans.is_empty() { Chosen::None } else { Chosen::Within(spans) }
    }
}

/// The groups of `[types]`.
pub(super) struct Groups(Vec<Group>);

struct Group {
    id: String,
    span: Range<usize>,
    types: Vec<NamedType>,
    is_used: Cell<bool>,
}

impl Groups {
    pub(super) fn read(root: &Table<'_, '_>) -> Self {
        let tables = root.table("types", "[types]").named_tables("a group of types");
        Self(tables.into_iter().map(|(id, table)| group(id, table)).collect())
    }

    /// Reports groups that no list names.
    pub(super) fn finish(self, root: &Table<'_, '_>) {
        for group in self.0.iter().filter(|group| !group.is_used.get()) {
            root.mistake(
                &group.span,
                format!("nothing uses [types.{0}]: name \"@{0}\" in a list of types, or remove it", group.id),
            );
        }
    }
}

fn group(id: At<String>, mut table: Table<'_, '_>) -> Group {
    table.rename(format!("[types.{}]", id.value));
    if !super::is_word(&id.value) {
        table.mistake(&id.span, "a group's name must be lower-case letters, digits and `_`, starting with a letter");
    }
    let mut types: Vec<NamedType> = Vec::new();
    let members = table.named_tables("a type");
    if members.is_empty() {
        table.mistake(
            &id.span,
            format!(
                "[types.{}] is empty: each type is \"its name\" = {{ from = 2024-01-01, to = 2025-06-30 }}, or {{}}",
                id.value
            ),
        );
    }
    for (written, mut member) in members {
        member.rename(format!("\"{}\" of [types.{}]", written.value, id.value));
        let from = member.optional::<NaiveDate>("from").map(|day| day.value);
        let to = member.optional::<NaiveDate>("to");
        if let Some(to) = to.as_ref().filter(|to| from.is_some_and(|from| from > to.value)) {
            member.mistake(&to.span, "`to` lies before `from`");
        }
        member.finish();
        let is_there = |name: &str| types.iter().any(|known| known.name == name);
        let place = format!("[types.{}]", id.value);
        if let Some(name) = checked(&table, &written, &place, is_there) {
            types.push(NamedType { name, group: Some(id.value.clone()), from, to: to.map(|day| day.value) });
        }
    }
    Group { id: id.value, span: id.span, types, is_used: Cell::new(false) }
}

/// A list of types, in NFC and trimmed as the extracts' are; none may be `other`. `"@group"` stands for a group's types.
pub(super) fn types(table: &Table<'_, '_>, key: &'static str, groups: &Groups) -> Option<TypeList> {
    let list = table.optional::<Vec<At<String>>>(key)?;
    let mut named: Vec<NamedType> = Vec::with_capacity(list.value.len());
    for written in list.value {
        if let Some(id) = written.value.trim().strip_prefix('@') {
            let Some(group) = groups.0.iter().find(|group| group.id == id) else {
                let near = nearest(id, groups.0.iter().map(|group| group.id.as_str()));
                let hint = near.map_or_else(String::new, |near| format!("; did you mean \"@{near}\"?"));
                table.mistake(&written.span, format!("there is no [types.{id}]{hint}"));
                continue;
            };
            group.is_used.set(true);
            if named.iter().any(|known| known.group.as_deref() == Some(id)) {
                table.mistake(&written.span, format!("\"@{id}\" stands twice in `{key}`"));
            } else {
                named.extend(group.types.iter().cloned());
            }
            continue;
        }
        let is_there = |name: &str| named.iter().any(|known| known.group.is_none() && known.name == name);
        if let Some(name) = checked(table, &written, &format!("`{key}`"), is_there) {
            named.push(NamedType { name, group: None, from: None, to: None });
        }
    }
    Some(TypeList { named })
}

/// A type's name as extracts have it, unless it cannot stand in `place`.
fn checked(
    table: &Table<'_, '_>,
    written: &At<String>,
    place: &str,
    is_there: impl FnOnce(&str) -> bool,
) -> Option<String> {
    let name = crate::extract::normalised(&written.value);
    let mistake = if name == OTHER_TYPE {
        format!("`{OTHER_TYPE}` stands for every type that is not named; no list can name it")
    } else if name.is_empty() {
        format!("{place} holds an empty type")
    } else if name.chars().count() > LONGEST_TYPE {
        format!("{place} holds a type of more than {LONGEST_TYPE} characters")
    } else if is_there(&name) {
        format!("\"{name}\" stands twice in {place}")
    } else if would_be_masked(&name) {
        format!("a type in {place} looks like it holds a CPR number; rows of such a type are rejected")
    } else {
        return Some(name);
    };
    table.mistake(&written.span, mistake);
    None
}
