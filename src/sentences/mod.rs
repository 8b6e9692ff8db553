//! Everything that is told to people in their own language, in one place: a sentence is a method, and each language has
//! them all.
//!
//! What is told is decided elsewhere; here stands only how it is said. Sentences are whole, with a full stop where they
//! need one, and hold no markup.

mod danish;
mod english;
mod form;
mod reporting;

pub use reporting::{Caption, Chapter, Column, Fixed, FunnelStep, Reporting};

use crate::programme::{DatesLeave, Kind, Measure, Rule, TypeList, TypeSpan};
use chrono::NaiveDate;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `da`.
    Danish,
    /// `en`.
    English,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::Danish, Self::English];

    /// Its code in ISO 639-1.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Danish => "da",
            Self::English => "en",
        }
    }

    /// Its sentences.
    #[must_use]
    pub fn sentences(self) -> &'static dyn Sentences {
        match self {
            Self::Danish => &danish::Danish,
            Self::English => &english::English,
        }
    }
}

impl std::str::FromStr for Language {
    type Err = String;

    fn from_str(code: &str) -> std::result::Result<Self, String> {
        let found = Self::ALL.into_iter().find(|language| language.code() == code);
        found.ok_or_else(|| "a language is `da` or `en`".to_owned())
    }
}

/// All sentences of a language.
pub trait Sentences: Words + Describing + Explaining + Reporting {}

impl<T: Words + Describing + Explaining + Reporting> Sentences for T {}

/// Words, numbers, and what rules measure.
pub trait Words: Sync {
    /// A day, written out.
    fn date(&self, day: NaiveDate) -> String;
    /// A number with at most two decimals.
    fn number(&self, number: f64) -> String;
    /// A whole number in groups of three.
    fn whole(&self, number: i64) -> String;
    /// So many points.
    fn points(&self, points: i64) -> String;
    /// What a measure gave: years with their days, or so many cases, children, departments.
    fn amount(&self, measure: Measure, amount: u32) -> String;
    /// What a band begins with: `3 years`, `2 open cases`.
    fn band(&self, measure: Measure, from: f64) -> String;
    /// Several things: `a, b and c`.
    fn and(&self, things: &[String]) -> String;
    /// One of several things: `a, b or c`.
    fn or(&self, things: &[String]) -> String;
    /// A word as somebody else wrote it.
    fn quoted(&self, word: &str) -> String;
    /// When records begin that are meant; `None` where all are.
    fn begun(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<String>;
    /// Types, each with the days on which records of it begin, where not all of them are meant.
    fn types(&self, types: &TypeList) -> Vec<String> {
        let one = |span: TypeSpan<'_>| {
            let begun = self.begun(span.from, span.to).map(|begun| format!(" ({begun})"));
            self.quoted(span.name) + &begun.unwrap_or_default()
        };
        types.spans().into_iter().map(one).collect()
    }
    /// Families or citizens.
    fn kind(&self, kind: Kind) -> &'static str;
    /// A family or a citizen.
    fn one(&self, kind: Kind) -> &'static str;
    /// What a rule measures, beginning with a capital letter and without a full stop.
    fn measured(&self, rule: &Rule) -> String;
    /// `rules not approved`, or that they are.
    fn approval(&self, is_approved: bool) -> &'static str;
}

/// What a programme does, for publication.
pub trait Describing: Sync {
    /// The title of a description.
    fn describing_title(&self, name: &str) -> String;
    /// What the document is and where it comes from.
    fn describing_origin(&self) -> &'static str;
    /// Headings of the sections.
    fn heading(&self, section: Section) -> &'static str;
    /// Names of what `[purpose]` says: controller, legal basis, impact assessment, approval, rules, deletion.
    fn purpose_label(&self, label: PurposeLabel) -> &'static str;
    /// Approved by somebody on a day.
    fn approved(&self, by: &str, on: NaiveDate) -> String;
    /// That `[purpose]` does not say it.
    fn not_stated(&self) -> &'static str;
    /// That the program proposes and people decide.
    fn people_decide(&self) -> &'static str;
    /// The period and the day on which everything is measured.
    fn measured_on(&self, period: &str, day: NaiveDate) -> String;
    /// The columns that a department's extract is read for.
    fn columns_used(&self, columns: &[String]) -> String;
    /// A canonical column and the department's own name for it.
    fn column(&self, column: Canonical, own: &str) -> String;
    /// Canonical columns that a department does not give.
    fn columns_not_given(&self, columns: &[Canonical]) -> String;
    /// The types that leave a department under their own names; none, where there are none.
    fn types_that_leave(&self, types: &[String]) -> String;
    /// That a row is one week, and what becomes of weeks; whether amounts are summed.
    fn weeks(&self, are_summed: bool) -> &'static str;
    /// That a row counts for each adult in it.
    fn several_adults(&self) -> &'static str;
    /// How first and last days leave.
    fn days_leave(&self, dates: DatesLeave) -> &'static str;
    /// That persons who were given another number are followed.
    fn renumbered(&self) -> &'static str;
    /// That persons on lists are left out.
    fn excluded(&self) -> &'static str;
    /// That nothing else is used, and what happens to the number.
    fn nothing_else(&self) -> &'static str;
    /// What is derived from the number.
    fn derived(&self, sex: bool, age_bands: Option<&[String]>) -> String;
    /// How families are formed.
    fn families(&self, max_adults_per_child: u32) -> String;
    /// Whom no family is formed with.
    fn apart(&self, types: &TypeList) -> String;
    /// The points of a rule with bands: pairs of what a band begins with and its points.
    fn bands(&self, bands: &[(String, String)]) -> String;
    /// The points of a rule for each one; at most so many.
    fn points_for_each(&self, measure: Measure, points: i64, max: Option<i64>) -> String;
    /// How a unit of several members is measured.
    fn pooled(&self, is_in_years: bool) -> &'static str;
    /// A worked example: this much gives so many points.
    fn example(&self, amount: &str, points: i64) -> String;
    /// That whoever meets all of this is eligible; that everyone is, where nothing is asked.
    fn eligible(&self, is_anything_asked: bool) -> &'static str;
    /// An eligibility test.
    fn test(&self, test: &Test<'_>) -> String;
    /// How many are proposed and stand in reserve.
    fn sizes(&self, size: usize, reserve: usize) -> String;
    /// A quota of a kind of unit.
    fn quota(&self, kind: Kind, min: usize, max: Option<usize>) -> String;
    /// That there are no quotas.
    fn no_quotas(&self) -> &'static str;
    /// The order of units: points, then the values of these rules, then the lottery.
    fn order(&self, rules: &[String]) -> String;
    /// How lots are drawn.
    fn lottery(&self, text: Option<&str>) -> String;
    /// Until when data are kept and what happens then.
    fn kept_until(&self, day: Option<NaiveDate>) -> String;
    /// What is kept where, one sentence each.
    fn kept(&self) -> Vec<&'static str>;
    /// What is released has no small counts.
    fn threshold(&self, threshold: u32) -> String;
    /// How to tell these rules from others.
    fn fingerprint(&self, sha256: &str) -> String;
}

/// Sections of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Why and by which law.
    Purpose,
    /// Departments and columns.
    Data,
    /// Families and citizens.
    Units,
    /// The points system.
    Points,
    /// Who can be proposed.
    Eligibility,
    /// How many are proposed, quotas, ties.
    Selection,
    /// What is kept for how long.
    Retention,
    /// The rules' SHA-256.
    Fingerprint,
}

/// What `[purpose]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurposeLabel {
    /// Who is responsible.
    Controller,
    /// The statute.
    LegalBasis,
    /// The impact assessment.
    Dpia,
    /// By whom and when.
    Approval,
    /// Whether the rules are those approved.
    Rules,
    /// Until when.
    DeleteAfter,
}

/// A column of an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canonical {
    /// The person's number.
    Person,
    /// The number of a further person whom the row is about.
    FurtherPerson,
    /// The type of benefit, case or measure.
    Type,
    /// The first day.
    Start,
    /// The last day.
    End,
    /// The week.
    Week,
    /// The amount paid.
    Amount,
    /// The case number.
    Record,
    /// A child's number.
    Child,
}

/// A test that a person or unit must pass to be eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test<'a> {
    /// Of these ages, as written.
    Ages(&'a str),
    /// In so many departments.
    MinDepartments(u32),
    /// So many points.
    MinPoints(i32),
    /// Points by this rule.
    Require(&'a str),
}

/// Why somebody is proposed or not.
pub trait Explaining: Sync {
    /// The title of an explanation; without a label for who belongs to no unit.
    fn explaining_title(&self, label: Option<&str>) -> String;
    /// What kind of unit it is and of how many persons.
    fn unit(&self, kind: Kind, members: usize) -> String;
    /// What became of it, in one sentence.
    fn outcome(&self, outcome: Outcome) -> String;
    /// Why it is not proposed.
    fn reason(&self, reason: &Reason<'_>) -> String;
    /// Headings of the parts.
    fn part(&self, part: Part) -> &'static str;
    /// Its rank among so many, and the last proposed one's points.
    fn rank(&self, rank: usize, eligible: usize) -> String;
    /// All points.
    fn total(&self, points: i64) -> String;
    /// The points of the last proposed.
    fn last_proposed(&self, points: i64) -> String;
    /// So many points are missing.
    fn short(&self, points: i64) -> String;
    /// That its place came from a quota.
    fn by_quota(&self) -> &'static str;
    /// That its place was drawn by lot.
    fn by_lottery(&self) -> &'static str;
    /// That nobody is proposed.
    fn nobody_proposed(&self) -> &'static str;
    /// Names of the columns of the table of rules: rule, value, band, points.
    fn rule_columns(&self) -> [&'static str; 4];
    /// Name of the column of rules in a table of points: what is measured, points.
    fn band_columns(&self) -> [&'static str; 2];
    /// The band that is reached; none is.
    fn reached(&self, from: Option<&str>) -> String;
    /// Behind a value: so many records.
    fn counted(&self, records: usize) -> String;
    /// A test, and what the unit has.
    fn tested(&self, test: &Test<'_>, has: Option<i64>, is_passed: bool) -> String;
    /// Departments with open records.
    fn departments(&self, departments: &[String]) -> String;
    /// Rows of these departments were rejected.
    fn incomplete(&self, departments: &[String]) -> String;
    /// That no data are missing.
    fn complete(&self) -> &'static str;
    /// Names of the columns of the table of records: member, department, type, from, to, counted in.
    fn record_columns(&self) -> [&'static str; 6];
    /// An end that is open.
    fn still_open(&self) -> &'static str;
    /// What can be done about it, and that people decide.
    fn closing(&self) -> &'static str;
}

/// What became of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A coordinator is proposed.
    Proposed,
    /// Next in line.
    Reserve,
    /// Eligible, and neither.
    Eligible,
    /// Not eligible.
    NotEligible,
}

/// Why somebody is not proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason<'a> {
    /// Of another age.
    Ages(&'a str),
    /// In too few departments.
    MinDepartments(u32),
    /// Too few points.
    MinPoints(i32),
    /// No points by a required rule.
    Require(&'a str),
    /// A quota.
    Quota,
    /// Fewer points than the last proposed.
    Points,
    /// A lower value in a rule that breaks ties.
    TieBreak,
    /// The lottery.
    Lottery,
}

/// Parts of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Each rule.
    Points,
    /// Each test.
    Tests,
    /// What is missing.
    Missing,
    /// Single records.
    Records,
}
