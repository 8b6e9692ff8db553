//! The programme file: as written → checked, every mistake at once, each with its line.
//!
//! This file holds the checked form, which is what all other rooms see; [`Programme::read`] makes it. Every number
//! that is policy (points, thresholds, sizes) comes from here.

mod approval;
mod consent;
mod delivery;
mod department;
mod examples;
mod format;
mod reader;
mod rule;
mod selection;
mod settings;
mod statistics;
mod types;

pub use approval::{ApprovalStatus, RulesApproval};
pub use consent::{Consent, Rest};
pub use delivery::DeliveryLimits;
pub use department::{Columns, Department, Period};
pub use examples::{ELIGIBLE, Example, ExampleRecord, Examples, Expected};
pub use format::{DateFormat, Decimal, Encoding, FileFormat, LastLine, OpenEnd};
pub(crate) use reader::nearest;
pub use rule::{Band, Measure, Rule, Scale};
pub use selection::{AgeRange, Coordinator, Eligibility, Kind, Load, PerKind, Quota, Selection};
pub use settings::{Attributes, DatesLeave, Disclosure, Family, Overrides, PersonLists, Purpose, Rounding};
pub use statistics::{MOST_COMBINATIONS, MOST_COMBINED, MOST_POINTS_BANDS, TableRequest, Universe, Variable};
pub use types::{Chosen, NamedType, TypeList, TypeSpan};

use crate::error::{Error, Result};
use crate::identity::{AgeBands, would_be_masked};
use crate::sentences::Language;
use crate::untrusted::SteadyFile;
use chrono::NaiveDate;
use reader::{Mistakes, Table};
use std::path::{Component, Path, PathBuf};
use toml::de::DeTable;
use types::Groups;

/// The JSON Schema (draft 2020-12) of the programme file, for editors. What it lets pass can still be a mistake: it does not
/// know which names belong together.
pub const SCHEMA: &str = include_str!("schema.json");

/// What a type becomes when no rule, `[family]` or department names it.
pub const OTHER_TYPE: &str = "other";

/// No programme file is longer; one of 64 departments with a thousand types has less than a tenth.
const MOST_BYTES: u64 = 1 << 20;

/// A checked programme.
#[derive(Debug, Clone)]
pub struct Programme {
    /// The programme file.
    pub file: PathBuf,
    /// SHA-256 of the programme file, in hex.
    pub sha256: String,
    /// What the programme is called.
    pub name: String,
    /// The period, such as `2026Q3`: a folder name.
    pub period: String,
    /// The day on which everything is measured, inclusive.
    pub as_of: NaiveDate,
    /// The key file.
    pub key: PathBuf,
    /// The folder under which the period's folder stands.
    pub out: PathBuf,
    /// The language of what people read.
    pub language: Language,
    /// What makes the run lawful.
    pub purpose: Purpose,
    /// Bands of age in whole years.
    pub age_bands: AgeBands,
    /// What is derived from the number and leaves the department.
    pub attributes: Attributes,
    /// How first and last days leave.
    pub dates_leave: DatesLeave,
    /// Who stands under another number, and whose rows leave no trace.
    pub person_lists: PersonLists,
    /// By how much an extract may differ from an earlier one.
    pub delivery: DeliveryLimits,
    /// How persons are joined to families.
    pub family: Family,
    /// The departments, at least one, in the order of the file.
    pub departments: Vec<Department>,
    /// The points system, in the order of the file.
    pub rules: Vec<Rule>,
    /// Who can be proposed.
    pub eligibility: Eligibility,
    /// How many are proposed and how ties are broken.
    pub selection: Selection,
    /// Which answers people can give.
    pub consent: Consent,
    /// What is made even among coordinators.
    pub load: Load,
    /// Who coordinates, in the order of the file.
    pub coordinators: Vec<Coordinator>,
    /// What may be released.
    pub disclosure: Disclosure,
    /// The language of the steering group's report.
    pub report_language: Language,
    /// Tables that the programme asks for, in the order of the file.
    pub statistics: Vec<TableRequest>,
    /// What the command line put in place of the file's own words.
    pub overrides: Overrides,
}

impl Programme {
    /// Reads and checks a programme file, and puts the command line's overrides in place.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where it cannot be read or an override does not fit it, [`Error::Programme`] with every mistake
    /// in it.
    pub fn read(file: &Path, overrides: &Overrides) -> Result<Self> {
        // Both a file that failed and the programme file: of the two exit codes that hold, the latter's wins.
        let bytes = SteadyFile::open(file).and_then(|opened| opened.bytes(MOST_BYTES)).map_err(|error| {
            let what = match error {
                _ if file.is_dir() => "it is a folder, not a programme file".to_owned(),
                _ if !file.exists() => "there is no such programme file".to_owned(),
                Error::File { what, .. } => what,
                other => other.to_string(),
            };
            Error::Usage {
                what: format!("{}: {what}", file.display()),
                hint: "check the path after --programme".to_owned(),
            }
        })?;
        let text = String::from_utf8(bytes).map_err(|_| Error::Programme {
            path: file.to_path_buf(),
            mistakes: vec![crate::error::Mistake {
                line: 1,
                what: "the file is not UTF-8; save it as UTF-8".to_owned(),
            }],
        })?;
        let mut programme = Self::parse(file, &text)?;
        programme.apply(overrides)?;
        Ok(programme)
    }

    /// Checks the text of a programme file; paths in it are relative to the folder of `file`.
    ///
    /// # Errors
    ///
    /// [`Error::Programme`] with every mistake.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let mistakes = Mistakes::new(text);
        let (table, syntax_errors) = DeTable::parse_recoverable(text);
        for error in &syntax_errors {
            let lead = error.message().lines().next().unwrap_or("not TOML");
            mistakes.add(&error.span().unwrap_or(0..0), format!("not valid TOML: {lead}"));
        }
        let programme = if syntax_errors.is_empty() {
            let root = Table::new(&mistakes, "the programme file", table.get_ref(), 0..0);
            check(file, text, root)
        } else {
            // A table that could not be read would only make its keys look missing.
            None
        };
        match (programme, mistakes.into_sorted()) {
            (Some(programme), mistakes) if mistakes.is_empty() => Ok(programme),
            (_, mistakes) => Err(Error::Programme { path: file.to_path_buf(), mistakes }),
        }
    }

    /// The department of this id.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where there is none.
    pub fn department(&self, id: &str) -> Result<&Department> {
        self.departments.iter().find(|department| department.id == id).ok_or_else(|| {
            let ids: Vec<&str> = self.departments.iter().map(|department| department.id.as_str()).collect();
            Error::Usage {
                what: format!("the programme has no department `{id}`"),
                hint: format!("it has {}", ids.join(", ")),
            }
        })
    }

    /// The types that may leave a department as they are: those that its rules, `[family]` or its own `types` name.
    #[must_use]
    pub fn types_that_may_leave<'a>(&'a self, department: &'a Department) -> Vec<&'a str> {
        let mut types: Vec<&str> = self.lists_of(department).flat_map(TypeList::names).collect();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// Every list that names types of a department: its rules', `[family]`'s and its own.
    pub(crate) fn lists_of<'a>(&'a self, department: &'a Department) -> impl Iterator<Item = &'a TypeList> {
        let of_rules = self
            .rules
            .iter()
            .filter(|rule| rule.department.as_deref() == Some(&department.id))
            .filter_map(|rule| rule.types.as_ref());
        of_rules.chain([&self.family.apart_types, &department.types])
    }

    /// The position of a rule among the rules.
    #[must_use]
    pub fn rule_index(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id == id)
    }

    /// The text drawn as lots, and whether anybody could know it beforehand.
    #[must_use]
    pub fn lottery(&self) -> (&str, bool) {
        match &self.selection.lottery {
            Some(text) => (text, false),
            None => (&self.period, true),
        }
    }

    /// The folder that paths in the programme file are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.file)
    }

    fn apply(&mut self, overrides: &Overrides) -> Result<()> {
        if let Some(as_of) = overrides.as_of {
            self.as_of = as_of;
        }
        if let Some(period) = &overrides.period {
            if !is_file_name(period) {
                return Err(Error::Usage {
                    what: "--period is no folder name".to_owned(),
                    hint: "use letters, digits, `.`, `_` and `-`, and start with a letter or digit, such as 2026Q3"
                        .to_owned(),
                });
            }
            self.period.clone_from(period);
        }
        if let Some(out) = &overrides.out {
            self.out.clone_from(out);
        }
        if let Some(key) = &overrides.key {
            self.key.clone_from(key);
        }
        if !overrides.input.is_empty() {
            let Some(id) = &overrides.department else {
                return Err(Error::Usage {
                    what: "--input needs --department".to_owned(),
                    hint: "say which department's extract it is".to_owned(),
                });
            };
            self.department(id)?;
            let department = self.departments.iter_mut().find(|department| department.id == *id);
            if let Some(department) = department {
                department.input.clone_from(&overrides.input);
            }
        }
        if let Some(previous) = &overrides.previous {
            self.delivery.previous = Some(previous.clone());
        }
        self.overrides = overrides.clone();
        Ok(())
    }
}

/// `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 100, no CPR number: what may become a file name.
pub(crate) fn is_file_name(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && id.len() <= 100
        && !would_be_masked(id)
}

/// `[a-z][a-z0-9_]*`, at most 100, no CPR number: the ids of departments and rules.
fn is_word(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && id.len() <= 100
        && !would_be_masked(id)
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A path as the programme file has it, from where we are; `folder/../x` is `x` unless the folder is a link.
pub(crate) fn relative_to(folder: &Path, path: &str) -> PathBuf {
    let mut joined = PathBuf::new();
    for component in folder.join(path).components() {
        let can_go_up = matches!(joined.components().next_back(), Some(Component::Normal(_))) && !joined.is_symlink();
        match component {
            Component::ParentDir if can_go_up => {
                joined.pop();
            }
            Component::CurDir => {}
            other => joined.push(other),
        }
    }
    joined
}

fn check(file: &Path, text: &str, root: Table<'_, '_>) -> Option<Programme> {
    let folder = folder_of(file);
    let general = root.table("programme", "[programme]");
    let name = settings::public_text(general.required::<String>("name"), &general);
    let period = general.required::<String>("period");
    if let Some(period) = period.as_ref().filter(|period| !is_file_name(&period.value)) {
        general.mistake(
            &period.span,
            "`period` becomes a folder name: use letters, digits, `.`, `_` and `-`, and start with a letter or digit",
        );
    }
    let as_of = general.required::<NaiveDate>("as_of");
    let key = general.required::<String>("key");
    let out = general.required::<String>("out");
    let language = settings::language(&general);
    general.finish();

    let purpose = settings::purpose(&root);
    let (persons, dates_leave, person_lists) = settings::persons(&root, folder);
    let delivery = delivery::delivery(&root, folder);
    let groups = Groups::read(&root);
    let family = settings::family(&root, folder, &groups);
    let (departments, department_ids) = department::departments(&root, &groups);
    let (rules, rule_ids) = rule::rules(&root, &department_ids, &groups);
    let eligibility = selection::eligibility(&root, &rule_ids, persons.as_ref());
    let selection = selection::selection(&root, &rule_ids);
    let consent = consent::consent(&root);
    let load = selection::load(&root);
    let coordinators = selection::coordinators(&root);
    let disclosure = settings::disclosure(&root);
    let report_language = settings::report_language(&root);
    let statistics = statistics::statistics(&root, department_ids.len(), persons.as_ref());
    groups.finish(&root);
    root.check_all_read("department", departments.len());
    root.check_all_read("rule", rules.len());
    root.check_all_read("coordinator", coordinators.len());
    root.finish();

    let (age_bands, attributes) = persons?;
    Some(Programme {
        file: file.to_path_buf(),
        sha256: crate::output::sha256_hex(text.as_bytes()),
        name: name?,
        period: period?.value,
        as_of: as_of?.value,
        key: relative_to(folder, &key?.value),
        out: relative_to(folder, &out?.value),
        language,
        purpose,
        age_bands,
        attributes,
        dates_leave,
        person_lists,
        delivery,
        family,
        departments,
        rules,
        eligibility,
        selection: selection?,
        consent,
        load,
        coordinators,
        disclosure: disclosure?,
        report_language,
        statistics,
        overrides: Overrides::default(),
    })
}
