//! What the steering group's report says.

use super::Words;
use chrono::NaiveDate;

/// The report on a release.
pub trait Reporting: Words {
    /// The title: what of, and which period.
    fn report_title(&self, name: &str, period: &str) -> String;
    /// Who prepared and approved the release, and when.
    fn released(&self, prepared_by: &str, approved_by: &str, day: NaiveDate) -> String;
    /// A sentence or word that is always the same.
    fn fixed(&self, text: Fixed) -> &'static str;
    /// Headings of the sections.
    fn chapter(&self, chapter: Chapter) -> &'static str;
    /// What a table or chart shows.
    fn caption(&self, caption: Caption) -> &'static str;
    /// Names of columns.
    fn column_name(&self, column: Column) -> &'static str;
    /// What a dimension of the statistics is called; none where it has no name but its own.
    fn dimension(&self, dimension: &str) -> Option<&'static str>;
    /// What a value of a dimension is called; none where it has no name but its own.
    fn value(&self, dimension: &str, value: &str) -> Option<String>;
    /// `Table 1`.
    fn table_number(&self, number: usize) -> String;
    /// `Figure 1`.
    fn figure_number(&self, number: usize) -> String;
    /// One count of another.
    fn part_of(&self, part: &str, whole: &str) -> String;
    /// A share of one, as a percentage with one decimal.
    fn percent(&self, share: f64) -> String;
    /// A number with two decimals, idle zeros too.
    fn ratio(&self, ratio: f64) -> String;
    /// A step on the way from everybody to those proposed.
    fn funnel_step(&self, step: FunnelStep) -> String;
    /// That counts are multiples of a number, and totals sums of what is shown.
    fn rounded(&self, base: u64) -> String;
    /// The line in the distribution of points: units from this band on were taken.
    fn line(&self, band: &str) -> String;
    /// How groups are compared; fewer than so many are too few.
    fn fairness(&self, threshold: u32) -> String;
    /// So many of all cells are hidden, and which counts are.
    fn cells_hidden(&self, hidden: usize, cells: usize, threshold: u32) -> String;
    /// Tables that could not be protected.
    fn left_out(&self, tables: &[String]) -> String;
    /// The period that this one is compared with; none is.
    fn compared_with(&self, period: Option<&str>) -> String;
    /// A table that is too large for a page stands in a file.
    fn too_large(&self, table: &str) -> String;
}

/// Sections of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chapter {
    /// Why, by which law, approved by whom.
    Purpose,
    /// From everybody to those proposed.
    Funnel,
    /// Kind, departments, points, sex and age.
    People,
    /// What each rule can give.
    Rules,
    /// Selection rates.
    Fairness,
    /// Loads.
    Coordinators,
    /// Rejected rows.
    Missing,
    /// Entered, stayed, left.
    Change,
    /// Further tables.
    Further,
    /// What is hidden, and the audit.
    Protection,
    /// The points system.
    Points,
}

/// What a table or chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caption {
    /// The funnel.
    Funnel,
    /// Units by kind and status.
    Kind,
    /// Units by combination of departments.
    Combinations,
    /// Units by number of departments and status.
    Departments,
    /// Eligible units by points.
    Points,
    /// Persons by kind of their unit and status.
    PersonsByKind,
    /// Persons by sex and status.
    Sex,
    /// Persons by age and status.
    Age,
    /// Proposed persons by age.
    ProposedByAge,
    /// Rules.
    Rules,
    /// Shares proposed of everybody.
    SharesOfAll,
    /// Shares proposed of the eligible.
    SharesOfEligible,
    /// Proposed units by coordinator.
    Coordinators,
    /// Rows by department.
    Missing,
    /// Incomplete units by department.
    Incomplete,
    /// Shares of rows rejected.
    RejectedShares,
    /// Entered, stayed, left.
    Change,
}

/// Columns of tables that are not dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A group of people.
    Group,
    /// A step of the funnel.
    Step,
    /// A count.
    Count,
    /// Proposed.
    Proposed,
    /// Eligible, proposed and reserve among them.
    Eligible,
    /// Of everybody.
    All,
    /// Of so many.
    OutOf,
    /// The share.
    Share,
    /// The share divided by the largest.
    Ratio,
    /// What to make of it.
    Reading,
    /// A rule.
    Rule,
    /// What a rule measures.
    Measured,
    /// The most points that a rule can give.
    MostPoints,
    /// Eligible units with points by a rule.
    WithPoints,
    /// Proposed units with points by a rule.
    ProposedWithPoints,
    /// The share of rows that were rejected.
    RejectedShare,
    /// How many a coordinator has room for.
    Capacity,
}

/// Steps of the funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunnelStep {
    /// Persons in any extract.
    Persons,
    /// Those of them whose age takes part.
    OfEligibleAge,
    /// Families and citizens.
    Units,
    /// With open records in so many departments.
    InDepartments(u32),
    /// Eligible.
    Eligible,
    /// Proposed.
    Proposed,
    /// In reserve.
    Reserve,
}

/// Sentences and words that are always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// Above the title: for whom it is.
    Kicker,
    /// That nobody has approved the release.
    Draft,
    /// The list of sections.
    Contents,
    /// In place of a count.
    Hidden,
    /// Below a table with hidden counts.
    HiddenNote,
    /// Below a table or chart with totals that hidden parts are not in.
    InPartNote,
    /// All of a dimension.
    Total,
    /// Above the numbers of a chart.
    AsTable,
    /// That there is no such table.
    NotCounted,
    /// How the funnel is read.
    Funnel,
    /// What units and statuses are.
    People,
    /// How the chart of combinations is read.
    Combinations,
    /// How the chart of points is read.
    Points,
    /// That the line cannot be shown.
    NoLine,
    /// What rules contribute.
    Rules,
    /// That a rule has no upper limit.
    NoLimit,
    /// A group with the largest share.
    Largest,
    /// A group near it.
    Near,
    /// A group far below it.
    Below,
    /// A group without a verdict.
    TooFew,
    /// A group that cannot be proposed.
    OutsideAges,
    /// What coordinators' loads are.
    Coordinators,
    /// What rejected rows mean.
    Missing,
    /// When somebody is incomplete in a department.
    Incomplete,
    /// What entering, staying and leaving mean.
    Change,
    /// Tables that the programme asks for.
    Further,
    /// What protection is for.
    Protection,
    /// The audit, by linear programming.
    AuditedByPrograms,
    /// The audit, where elimination was needed.
    AuditedByElimination,
    /// What the guarantee is not.
    NotGuaranteed,
    /// Where the numbers are.
    Files,
    /// That the points system follows as it is run.
    PointsSystem,
}
