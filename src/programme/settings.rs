//! The small tables: `[purpose]`, `[persons]`, `[family]`, `[disclosure]`, and the command line's overrides.

use super::reader::{At, FromToml, OneOrMany, Table};
use super::relative_to;
use super::types::{Groups, TypeList, types};
use crate::error::{Error, Result};
use crate::identity::{AgeBands, would_be_masked};
use crate::sentences::Language;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// What makes the run lawful, as `[purpose]` says it; what is missing there is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// The controller of the data.
    pub controller: Option<String>,
    /// The statute that the selection rests on.
    pub legal_basis: Option<String>,
    /// Reference of the impact assessment.
    pub dpia: Option<String>,
    /// Who approved the programme.
    pub approved_by: Option<String>,
    /// Since when it may run.
    pub approved_on: Option<NaiveDate>,
    /// The last day on which its data may be used.
    pub delete_after: Option<NaiveDate>,
    /// SHA-256 of the rules that were approved, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_rules: Option<String>,
}

impl Purpose {
    /// The parts that are missing, by their keys.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let parts = [
            ("controller", self.controller.is_none()),
            ("legal_basis", self.legal_basis.is_none()),
            ("dpia", self.dpia.is_none()),
            ("approved_by", self.approved_by.is_none()),
            ("approved_on", self.approved_on.is_none()),
            ("delete_after", self.delete_after.is_none()),
        ];
        parts.into_iter().filter_map(|(key, is_missing)| is_missing.then_some(key)).collect()
    }

    /// Whether the programme may be run on this day.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where a part of `[purpose]` is missing, or where `today` is not within
    /// `approved_on` … `delete_after`.
    pub fn authorise(&self, today: NaiveDate) -> Result<()> {
        let missing = self.missing();
        let (Some(approved_on), Some(delete_after), true) = (self.approved_on, self.delete_after, missing.is_empty())
        else {
            return Err(Error::refused(
                format!("[purpose] does not say {}", missing.join(", ")),
                "no purpose, no run: fill in [purpose] of the programme file once the programme is approved",
            ));
        };
        if today < approved_on {
            return Err(Error::refused(
                format!("the programme is approved from {approved_on} on, and today is {today}"),
                "wait until then, or correct `approved_on` in [purpose]",
            ));
        }
        if today > delete_after {
            return Err(Error::refused(
                format!("the programme's data had to be deleted after {delete_after}, and today is {today}"),
                "delete the period's folder, or have the programme approved anew and set `delete_after` in [purpose]",
            ));
        }
        Ok(())
    }
}

/// What is derived from the CPR number and leaves the department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// The column `sex`.
    pub sex: bool,
    /// The column `age_band`.
    pub age_band: bool,
}

/// How first and last days leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DatesLeave {
    /// As they are.
    #[default]
    AsDays,
    /// As the first day of the first month and the last day of the last.
    AsMonths,
}

impl DatesLeave {
    /// What stands in a delivery's file metadata; `None` where nothing does.
    #[must_use]
    pub fn metadata(self) -> Option<&'static str> {
        match self {
            Self::AsDays => None,
            Self::AsMonths => Some("month"),
        }
    }
}

/// The lists of numbers that `[persons]` names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonLists {
    /// Old and new numbers of persons who were given another.
    pub renumbered: Option<PathBuf>,
    /// Numbers of persons whose rows leave no trace.
    pub exclude: Vec<PathBuf>,
}

/// `[family]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// A child of more adults than this is a placeholder.
    pub max_adults_per_child: u32,
    /// Persons with an open record of these types are joined to nobody.
    pub apart_types: TypeList,
    /// A file of pairs of persons who are kept out of one family and from one coordinator.
    pub apart_file: Option<PathBuf>,
}

/// `[disclosure]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disclosure {
    /// Counts from 1 to threshold − 1 are never released.
    pub threshold: u32,
    /// How wide the interval is at least that can be worked out for a hidden cell; `None` for threshold − 1.
    pub min_interval: Option<u32>,
    /// Whether cells that count nobody, or all, of a small group are hidden too.
    pub zeros: bool,
    /// Counts are rounded to multiples of this; `None` where the programme does not say.
    pub round: Option<Rounding>,
}

/// `round` of `[disclosure]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// `round = false`: never.
    Never,
    /// To multiples of so many.
    To(u32),
}

/// What the command line put in place of the programme file's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// In place of `as_of`.
    pub as_of: Option<NaiveDate>,
    /// In place of `period`.
    pub period: Option<String>,
    /// In place of `out`.
    pub out: Option<PathBuf>,
    /// In place of `key`.
    pub key: Option<PathBuf>,
    /// In place of a department's `input`; empty for none.
    pub input: Vec<String>,
    /// The department whose `input` is replaced.
    pub department: Option<String>,
    /// The folder of the period before: deliveries are held against it in place of `previous` of `[delivery]`, and
    /// `assign` keeps its coordinators.
    pub previous: Option<PathBuf>,
    /// Whether `max_change` of `[delivery]` keeps nothing from being delivered.
    pub accept_change: bool,
}

pub(super) fn language(table: &Table<'_, '_>) -> Language {
    let Some(word) = table.optional::<String>("language") else { return Language::Danish };
    word.value.parse().unwrap_or_else(|_| {
        table.mistake(&word.span, format!("`language` can be \"da\" or \"en\", not \"{}\"", word.value));
        Language::Danish
    })
}

pub(super) fn purpose(root: &Table<'_, '_>) -> Purpose {
    let table = root.table("purpose", "[purpose]");
    let text = |key| public_text(table.optional::<String>(key), &table).filter(|text| !text.trim().is_empty());
    let date = |key| table.optional::<NaiveDate>(key).map(|date| date.value);
    let purpose = Purpose {
        controller: text("controller"),
        legal_basis: text("legal_basis"),
        dpia: text("dpia"),
        approved_by: text("approved_by"),
        approved_on: date("approved_on"),
        delete_after: date("delete_after"),
        approved_rules: approved_rules(&table),
    };
    table.finish();
    purpose
}

/// The SHA-256 of the rules that were approved.
fn approved_rules(table: &Table<'_, '_>) -> Option<String> {
    let written = table.optional::<String>("approved_rules")?;
    let sha256 = written.value.trim().to_ascii_lowercase();
    let is_sha256 = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_sha256 {
        let what =
            "`approved_rules` must be the rules' SHA-256, 64 characters of 0-9 and a-f; `udpeg describe` prints it";
        table.mistake(&written.span, what);
    }
    is_sha256.then_some(sha256)
}

/// A text that is repeated in what comes out, and so may hold no number.
pub(super) fn public_text(text: Option<At<String>>, table: &Table<'_, '_>) -> Option<String> {
    let text = text?;
    if would_be_masked(&text.value) {
        table.mistake(&text.span, "this text is repeated in what comes out, and looks like it holds a CPR number");
    }
    Some(text.value)
}

pub(super) fn persons(
    root: &Table<'_, '_>,
    folder: &Path,
) -> (Option<(AgeBands, Attributes)>, DatesLeave, PersonLists) {
    let table = root.table("persons", "[persons]");
    let edges = table.required::<Vec<At<i64>>>("age_bands");
    let bands = edges.and_then(|edges| {
        let ages: Option<Vec<u32>> =
            edges.value.iter().map(|edge| u32::try_from(edge.value).ok().filter(|&age| age <= 200)).collect();
        let bands = ages.and_then(AgeBands::new);
        if bands.is_none() {
            table.mistake(&edges.span, "`age_bands` must be ages that rise and are above 0, such as [18, 25, 67]");
        }
        bands
    });
    let mut attributes = Attributes::default();
    for attribute in table.optional::<Vec<At<String>>>("attributes").map(|list| list.value).unwrap_or_default() {
        let chosen = match attribute.value.as_str() {
            "sex" => &mut attributes.sex,
            "age_band" => &mut attributes.age_band,
            other => {
                table.mistake(
                    &attribute.span,
                    format!("`attributes` can hold \"sex\" and \"age_band\", not \"{other}\""),
                );
                continue;
            }
        };
        if std::mem::replace(chosen, true) {
            table.mistake(&attribute.span, format!("\"{}\" stands twice in `attributes`", attribute.value));
        }
    }
    let path = |written: &str, span: &std::ops::Range<usize>| {
        if written.is_empty() {
            table.mistake(span, "a file's name cannot be empty");
        }
        relative_to(folder, written)
    };
    let renumbered = table.optional::<String>("renumbered").map(|file| path(&file.value, &file.span));
    let exclude = table
        .optional::<OneOrMany>("exclude")
        .map(|files| files.value.0.iter().map(|file| path(&file.value, &files.span)).collect::<Vec<PathBuf>>());
    let lists = PersonLists { renumbered, exclude: exclude.unwrap_or_default() };
    let dates = dates_leave(&table);
    table.finish();
    (bands.map(|bands| (bands, attributes)), dates, lists)
}

fn dates_leave(persons: &Table<'_, '_>) -> DatesLeave {
    let Some(written) = persons.optional::<String>("dates") else { return DatesLeave::default() };
    match written.value.as_str() {
        "day" => DatesLeave::AsDays,
        "month" => DatesLeave::AsMonths,
        other => {
            persons.mistake(&written.span, format!("`dates` can be \"day\" or \"month\", not \"{other}\""));
            DatesLeave::default()
        }
    }
}

pub(super) fn family(root: &Table<'_, '_>, folder: &Path, groups: &Groups) -> Family {
    let table = root.table("family", "[family]");
    let max_adults_per_child = whole_number(&table, "max_adults_per_child", 1).unwrap_or(4);
    let apart_types = types(&table, "apart_types", groups).unwrap_or_default();
    let apart_file = table.optional::<String>("apart_file").and_then(|path| {
        if path.value.trim().is_empty() {
            table.mistake(&path.span, "`apart_file` is empty: name the file, or leave it out");
            return None;
        }
        Some(relative_to(folder, &path.value))
    });
    table.finish();
    Family { max_adults_per_child, apart_types, apart_file }
}

/// The language of `[report]`; Danish without it.
pub(super) fn report_language(root: &Table<'_, '_>) -> Language {
    let table = root.table("report", "[report]");
    let language = table.optional::<String>("language").map(|written| {
        written.value.parse().unwrap_or_else(|why: String| {
            table.mistake(&written.span, format!("`language`: {why}"));
            Language::Danish
        })
    });
    table.finish();
    language.unwrap_or(Language::Danish)
}

pub(super) fn disclosure(root: &Table<'_, '_>) -> Option<Disclosure> {
    let table = root.table("disclosure", "[disclosure]");
    if !table.is_present() || table.span_of("threshold").is_none() {
        table.mistake(table.span(), "`threshold` is missing in [disclosure]; 5 hides counts from 1 to 4");
    }
    let threshold = whole_number(&table, "threshold", 3);
    let min_interval = whole_number(&table, "min_interval", 1);
    let zeros = table.optional::<bool>("zeros").is_none_or(|zeros| zeros.value);
    let round = table.optional::<NumberOrFalse>("round").and_then(|written| match written.value {
        NumberOrFalse::False => Some(Rounding::Never),
        NumberOrFalse::Number(base) => {
            let base = u32::try_from(base).ok().filter(|base| (2..=1000).contains(base));
            if base.is_none() {
                table.mistake(&written.span, "`round` is a whole number from 2 to 1000, such as 5, or false");
            }
            base.map(Rounding::To)
        }
    });
    table.finish();
    Some(Disclosure { threshold: threshold?, min_interval, zeros, round })
}

/// What `round` can be.
enum NumberOrFalse {
    False,
    Number(i64),
}

impl FromToml for NumberOrFalse {
    fn from_toml(value: &DeValue<'_>) -> std::result::Result<Self, &'static str> {
        const EXPECTED: &str = "a whole number from 2 to 1000, such as 5, or false";
        match bool::from_toml(value) {
            Ok(false) => Ok(Self::False),
            Ok(true) => Err(EXPECTED),
            Err(_) => i64::from_toml(value).map(Self::Number).map_err(|_| EXPECTED),
        }
    }
}

/// A whole number from `least` on, where it is there and right.
pub(super) fn whole_number(table: &Table<'_, '_>, key: &'static str, least: u32) -> Option<u32> {
    let number = table.optional::<i64>(key)?;
    let read = u32::try_from(number.value).ok().filter(|&value| value >= least && value <= i32::MAX.unsigned_abs());
    if read.is_none() {
        table.mistake(&number.span, format!("`{key}` must be a whole number from {least} on"));
    }
    read
}
