//! The steering group's report, in English.

use super::{English, NUMBERS};
use crate::sentences::{Caption, Chapter, Column, Fixed, FunnelStep, Reporting, Words};
use chrono::NaiveDate;

impl Reporting for English {
    fn report_title(&self, name: &str, period: &str) -> String {
        format!("{name}, {period}")
    }

    fn released(&self, prepared_by: &str, approved_by: &str, day: NaiveDate) -> String {
        format!("Prepared by {prepared_by}; release approved by {approved_by} on {}.", self.date(day))
    }

    #[expect(clippy::too_many_lines, reason = "one text after the other")]
    fn fixed(&self, text: Fixed) -> &'static str {
        match text {
            Fixed::Kicker => "Report to the steering group",
            Fixed::Draft => "Draft: nobody has approved the release of this report.",
            Fixed::Contents => "Contents",
            Fixed::Hidden => "hidden",
            Fixed::HiddenNote => {
                "“hidden”: the count is not published, for its own sake or so that no other can be worked out from it. \
                 It can be small, large or nought."
            }
            Fixed::InPartNote => {
                "*: the sum of the rounded counts that are shown. Hidden ones are not in it, so that it can read far too \
                 low; no share is made from it, and no bar."
            }
            Fixed::Total => "Total",
            Fixed::AsTable => "The numbers as a table",
            Fixed::NotCounted => "This release has no such counts.",
            Fixed::Funnel => {
                "From everybody in the departments' extracts to those who are proposed. Families count once, whatever \
                 the number of their members."
            }
            Fixed::People => {
                "A family is adults with a child together in open cases; everybody else is a citizen. Eligible are \
                 those who meet every condition of the programme; of them the ones ranked highest are proposed, and \
                 the next stand in reserve."
            }
            Fixed::Combinations => {
                "Each row is one combination of departments: a filled dot means at least one open case there. The pale \
                 bar counts all families and citizens with exactly these departments, the dark bar those proposed."
            }
            Fixed::Points => {
                "The pale bar counts all who are eligible with so many points, the dark bar those of them who are \
                 proposed. Points decide the order; quotas can take units from further down."
            }
            Fixed::NoLine => {
                "The line above which units were taken is not drawn: counts that would tell where it runs are hidden."
            }
            Fixed::Rules => {
                "The most that each rule can give, and where it is counted, how many of the eligible and of the \
                 proposed have points by it."
            }
            Fixed::NoLimit => "no limit",
            Fixed::Largest => "the largest",
            Fixed::Near => "near the largest",
            Fixed::Below => "look into why",
            Fixed::TooFew => "too few to judge",
            Fixed::OutsideAges => "other ages",
            Fixed::Coordinators => "How many families and citizens each coordinator is proposed to have.",
            Fixed::Missing => {
                "Rows that a department's extract held and that could not be used, such as those with an impossible \
                 number or date. People whose rows were rejected may have more points than were counted."
            }
            Fixed::Incomplete => {
                "A family or citizen is incomplete in a department where a row about a member was rejected there, \
                 whatever became of them; one can be so in several departments."
            }
            Fixed::Change => {
                "Entered are those proposed now and not before, stayed those proposed both times, left those proposed \
                 before and not now."
            }
            Fixed::Further => "Tables that the programme asks for besides the usual ones.",
            Fixed::Protection => {
                "No count in this report can be used to single out a person, by itself or together with the others."
            }
            Fixed::AuditedByPrograms => {
                "An audit that knows nothing but what is published has tried to work out every hidden count, by linear \
                 programming over all tables together. It passed: each could still be any of several numbers."
            }
            Fixed::AuditedByElimination => {
                "An audit that knows nothing but what is published has tried to work out every hidden count, over all \
                 tables together. It passed. The tables are so large that some counts were tried by exact elimination \
                 and bounds alone, which finds less than linear programming."
            }
            Fixed::NotGuaranteed => {
                "Whoever knows more than what is published, such as members of a small group who pool what they know, \
                 can work out more."
            }
            Fixed::Files => {
                "All numbers stand in statistics.csv and statistics.parquet beside this report; a hidden count is \
                 empty there."
            }
            Fixed::PointsSystem => "Made from the programme file that the program runs by, and nothing else.",
        }
    }

    fn chapter(&self, chapter: Chapter) -> &'static str {
        match chapter {
            Chapter::Purpose => "Purpose and legal basis",
            Chapter::Funnel => "How the group was found",
            Chapter::People => "Who is in it",
            Chapter::Rules => "What the rules contribute",
            Chapter::Fairness => "Are groups treated alike?",
            Chapter::Coordinators => "The coordinators' loads",
            Chapter::Missing => "Missing data",
            Chapter::Change => "Change since the last period",
            Chapter::Further => "Further tables",
            Chapter::Protection => "What is hidden here",
            Chapter::Points => "The points system in plain words",
        }
    }

    fn caption(&self, caption: Caption) -> &'static str {
        match caption {
            Caption::Funnel => "From the extracts to the proposed",
            Caption::Kind => "Families and citizens by what became of them",
            Caption::Combinations => "Families and citizens by the departments with open cases",
            Caption::Departments => "Families and citizens by number of departments with open cases",
            Caption::Points => "Eligible families and citizens by points",
            Caption::PersonsByKind => "Persons in families and citizens, and what became of them",
            Caption::Sex => "Persons by sex and what became of them",
            Caption::Age => "Persons by age and what became of them",
            Caption::ProposedByAge => "Proposed persons by age",
            Caption::Rules => "What each rule gives",
            Caption::SharesOfAll => "Proposed, of everybody in the extracts",
            Caption::SharesOfEligible => "Proposed, of those eligible",
            Caption::Coordinators => "Proposed families and citizens by coordinator",
            Caption::Missing => "Rows of the departments' extracts",
            Caption::Incomplete => "Families and citizens that are incomplete, by department",
            Caption::RejectedShares => "Share of rows rejected, by department",
            Caption::Change => "Those proposed, compared with the last period",
        }
    }

    fn column_name(&self, column: Column) -> &'static str {
        match column {
            Column::Group => "Group",
            Column::Step => "Step",
            Column::Count => "Number",
            Column::Proposed => "Proposed",
            Column::Eligible => "Eligible",
            Column::All => "Of everybody",
            Column::OutOf => "Of",
            Column::Share => "Share",
            Column::Ratio => "Ratio to the largest",
            Column::Reading => "Reading",
            Column::Rule => "Rule",
            Column::Measured => "What is measured",
            Column::MostPoints => "Most points",
            Column::WithPoints => "Eligible with points",
            Column::ProposedWithPoints => "Proposed with points",
            Column::RejectedShare => "Share rejected",
            Column::Capacity => "Room for",
        }
    }

    fn dimension(&self, dimension: &str) -> Option<&'static str> {
        Some(match dimension {
            "sex" => "Sex",
            "age_band" => "Age",
            "kind" => "Kind",
            "status" => "Status",
            "departments" => "Departments",
            "department_combination" => "Open cases in",
            "points_band" => "Points",
            "department" => "Department",
            "outcome" => "Rows",
            "coordinator" => "Coordinator",
            "change" => "Change",
            _ => return None,
        })
    }

    fn value(&self, dimension: &str, value: &str) -> Option<String> {
        let text = match (dimension, value) {
            ("sex", "F") => "Women",
            ("sex", "M") => "Men",
            ("kind", "family") => "Families",
            ("kind", "citizen") => "Citizens",
            ("kind", "other_age") => "Of other ages",
            ("status", "proposed") => "Proposed",
            ("status", "reserve") => "Reserve",
            ("status", "eligible") => "Eligible only",
            ("status", "not_eligible") | ("points_band", "not_ranked") => "Not eligible",
            ("outcome", "accepted") => "Accepted",
            ("outcome", "rejected") => "Rejected",
            ("department_combination", "none") => "no department",
            ("coordinator", "none") => "No room",
            ("change", "entered") => "Entered",
            ("change", "stayed") => "Stayed",
            ("change", "left") => "Left",
            ("department_combination", other) => {
                let number = other.strip_prefix("other ")?;
                return Some(format!("other combinations of {number}"));
            }
            ("age_band" | "departments" | "points_band", range) => return Some(range.replace('-', "–")),
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn table_number(&self, number: usize) -> String {
        format!("Table {number}")
    }

    fn figure_number(&self, number: usize) -> String {
        format!("Figure {number}")
    }

    fn part_of(&self, part: &str, whole: &str) -> String {
        format!("{part} of {whole}")
    }

    fn percent(&self, share: f64) -> String {
        format!("{}%", NUMBERS.decimals(share * 100.0, 1))
    }

    fn ratio(&self, ratio: f64) -> String {
        NUMBERS.decimals(ratio, 2)
    }

    fn funnel_step(&self, step: FunnelStep) -> String {
        match step {
            FunnelStep::Persons => "Persons in the extracts".to_owned(),
            FunnelStep::OfEligibleAge => "Of an age that takes part".to_owned(),
            FunnelStep::Units => "Families and citizens".to_owned(),
            FunnelStep::InDepartments(1) => "With open cases in a department".to_owned(),
            FunnelStep::InDepartments(least) => format!("With open cases in {least} departments or more"),
            FunnelStep::Eligible => "Eligible".to_owned(),
            FunnelStep::Proposed => "Proposed".to_owned(),
            FunnelStep::Reserve => "In reserve".to_owned(),
        }
    }

    fn rounded(&self, base: u64) -> String {
        format!("Counts are rounded to multiples of {base}, and totals are the sums of the rounded counts shown.")
    }

    fn line(&self, band: &str) -> String {
        format!("proposed down to here: {band}")
    }

    fn fairness(&self, threshold: u32) -> String {
        format!(
            "How large a share of each group is proposed, and what it is compared with the group whose share is \
             largest. Four fifths of that or more is near it; below, look into why. A difference is a reason to look, \
             not a finding: groups differ in what the departments have recorded. There is no verdict on ages that do \
             not take part, on a group where a count is hidden, or on one of which fewer than {threshold} would be \
             proposed if all groups had the same share."
        )
    }

    fn cells_hidden(&self, hidden: usize, cells: usize, threshold: u32) -> String {
        format!(
            "{} of {} cells in the tables of this release are hidden. Counts from 1 to {} always are; others are where \
             these could be worked out from them, or where they would tell something of every member of a small group. \
             Nothing tells the one from the other.",
            NUMBERS.count(hidden),
            NUMBERS.count(cells),
            threshold.saturating_sub(1)
        )
    }

    fn left_out(&self, tables: &[String]) -> String {
        format!("Left out, because their groups are too small to be protected: {}.", self.and(tables))
    }

    fn compared_with(&self, period: Option<&str>) -> String {
        match period {
            Some(period) => format!("Compared with the period {period}."),
            None => "This release is not compared with an earlier period.".to_owned(),
        }
    }

    fn too_large(&self, table: &str) -> String {
        format!("The table {table} is too large for a page; it stands in statistics.csv.")
    }
}
