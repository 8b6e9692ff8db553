//! What a programme does, in English.

use super::{English, NUMBERS, counted};
use crate::programme::{DatesLeave, Kind, Measure, TypeList};
use crate::sentences::{Canonical, Describing, PurposeLabel, Section, Test, Words};
use chrono::NaiveDate;

fn canonical(column: Canonical) -> &'static str {
    match column {
        Canonical::Person => "the person's CPR number",
        Canonical::FurtherPerson => "a further adult's CPR number",
        Canonical::Type => "the type of benefit, case or measure",
        Canonical::Start => "the first day",
        Canonical::End => "the last day",
        Canonical::Week => "the week",
        Canonical::Amount => "the amount paid",
        Canonical::Record => "the case number",
        Canonical::Child => "a child's CPR number",
    }
}

impl Describing for English {
    fn describing_title(&self, name: &str) -> String {
        format!("{name}: how citizens and families are proposed")
    }

    fn describing_origin(&self) -> &'static str {
        "This description is made by the program itself from the programme file that it runs by, and says the same."
    }

    fn heading(&self, section: Section) -> &'static str {
        match section {
            Section::Purpose => "Purpose and legal basis",
            Section::Data => "Which data are used",
            Section::Units => "Families and citizens",
            Section::Points => "The points",
            Section::Eligibility => "Who can be proposed",
            Section::Selection => "How many are proposed, and in which order",
            Section::Retention => "What is kept, and for how long",
            Section::Fingerprint => "Which rules these are",
        }
    }

    fn purpose_label(&self, label: PurposeLabel) -> &'static str {
        match label {
            PurposeLabel::Controller => "Controller",
            PurposeLabel::LegalBasis => "Legal basis",
            PurposeLabel::Dpia => "Data protection impact assessment",
            PurposeLabel::Approval => "Approved by",
            PurposeLabel::Rules => "The rules",
            PurposeLabel::DeleteAfter => "Data are kept until",
        }
    }

    fn approved(&self, by: &str, on: NaiveDate) -> String {
        format!("{by}, {}", self.date(on))
    }

    fn not_stated(&self) -> &'static str {
        "not stated; without it the program refuses to run"
    }

    fn people_decide(&self) -> &'static str {
        "From the departments' records the program proposes the citizens and families whose problems span several \
         departments, so that each can be offered one coordinator and one plan. It only proposes: people look at every \
         case and decide, and taking part is voluntary."
    }

    fn measured_on(&self, period: &str, day: NaiveDate) -> String {
        format!("This is the period {period}. Everything is measured on {}, that day included.", self.date(day))
    }

    fn columns_used(&self, columns: &[String]) -> String {
        format!("Read: {}.", self.and(columns))
    }

    fn column(&self, column: Canonical, own: &str) -> String {
        format!("{} ({})", self.quoted(own), canonical(column))
    }

    fn columns_not_given(&self, columns: &[Canonical]) -> String {
        let columns: Vec<String> = columns.iter().map(|column| canonical(*column).to_owned()).collect();
        format!("Not used from here: {}.", self.and(&columns))
    }

    fn types_that_leave(&self, types: &[String]) -> String {
        if types.is_empty() {
            return "All types leave the department as “other”.".to_owned();
        }
        let quoted: Vec<String> = types.iter().map(|name| self.quoted(name)).collect();
        format!(
            "Types that leave the department under their own names: {}. All others leave as “other”.",
            self.and(&quoted)
        )
    }

    fn weeks(&self, are_summed: bool) -> &'static str {
        if are_summed {
            "Each row is one week of a benefit. The amounts of a week are added up, and a week whose sum is 0 does not \
             count. Weeks that follow one another count as one record. Amounts never leave the department."
        } else {
            "Each row is one week of a benefit. Weeks that follow one another count as one record."
        }
    }

    fn several_adults(&self) -> &'static str {
        "A row can be about several adults, and is a record of each of them."
    }

    fn days_leave(&self, dates: DatesLeave) -> &'static str {
        match dates {
            DatesLeave::AsDays => "First and last days leave the departments as they are.",
            DatesLeave::AsMonths => {
                "Instead of exact days months leave the departments: everything counts from the first day of the month in \
                 which it began to the last day of the month in which it ended."
            }
        }
    }

    fn renumbered(&self) -> &'static str {
        "Whoever was given a new CPR number is one person under both: the departments use a list of old and new numbers, \
         which does not leave them."
    }

    fn excluded(&self) -> &'static str {
        "Persons on certain lists, such as test persons, are left out altogether. Only how many rows that were is told."
    }

    fn nothing_else(&self) -> &'static str {
        "No other department and no other column is used; names, addresses and notes never leave the department. Before \
         anything leaves it, CPR numbers and case numbers are replaced by pseudonyms under a secret key that those who \
         work with the joined data do not have."
    }

    fn derived(&self, sex: bool, age_bands: Option<&[String]>) -> String {
        match (sex, age_bands) {
            (false, None) => "Neither sex nor age is derived from the CPR number.".to_owned(),
            (true, None) => "Sex is derived from the CPR number; age is not.".to_owned(),
            (_, Some(bands)) => {
                let sex = if sex { "Sex and age band are" } else { "The age band is" };
                let not = if sex.starts_with("The") { " Sex is not." } else { "" };
                format!("{sex} derived from the CPR number; the bands are {}.{not}", bands.join(", "))
            }
        }
    }

    fn families(&self, max_adults_per_child: u32) -> String {
        format!(
            "Adults who have a child together in open cases are one family, and get one coordinator. An adult with a child \
             in an open case is a family alone, where nobody is joined to them. Everybody else is a citizen. A child in \
             the open cases of more than {max_adults_per_child} adults is taken for an error in the data, and joins nobody."
        )
    }

    fn apart(&self, types: &TypeList) -> String {
        format!("Whoever has an open case of type {} is joined to nobody.", self.or(&self.types(types)))
    }

    fn bands(&self, bands: &[(String, String)]) -> String {
        let each: Vec<String> = bands.iter().map(|(from, points)| format!("{points} from {from}")).collect();
        format!("{}; below that none. Only the last band reached counts.", self.and(&each))
    }

    fn points_for_each(&self, measure: Measure, points: i64, max: Option<i64>) -> String {
        let each = if measure.is_in_years() { "whole year" } else { counted(measure, true) };
        let most = max.map(|max| format!(", at most {}", self.points(max))).unwrap_or_default();
        format!("{} for each {each}{most}.", self.points(points))
    }

    fn pooled(&self, is_in_years: bool) -> &'static str {
        if is_in_years {
            "Of a family, the member with most days counts."
        } else {
            "Of a family, all members' records are counted together, each once."
        }
    }

    fn example(&self, amount: &str, points: i64) -> String {
        format!("{amount} → {}", self.points(points))
    }

    fn eligible(&self, is_anything_asked: bool) -> &'static str {
        if is_anything_asked {
            "Only those can be proposed of whom all of this holds:"
        } else {
            "Everybody in the departments' records can be proposed."
        }
    }

    fn test(&self, test: &Test<'_>) -> String {
        match test {
            Test::Ages(ages) => format!("The person is aged {ages}; others take no part at all."),
            Test::MinDepartments(1) => "There is an open case in at least 1 department.".to_owned(),
            Test::MinDepartments(least) => format!("There are open cases in at least {least} departments."),
            Test::MinPoints(least) => format!("There are at least {} in all.", self.points((*least).into())),
            Test::Require(rule) => format!("The rule {} gives points.", self.quoted(rule)),
        }
    }

    fn sizes(&self, size: usize, reserve: usize) -> String {
        format!(
            "Up to {size} families and citizens are proposed. The next {reserve} are the reserve, in case somebody declines."
        )
    }

    fn quota(&self, kind: Kind, min: usize, max: Option<usize>) -> String {
        let kind = self.kind(kind);
        match max {
            Some(max) => format!("Among the proposed there are at least {min} and at most {max} {kind}."),
            None => format!("Among the proposed there are at least {min} {kind}, where there are so many."),
        }
    }

    fn no_quotas(&self) -> &'static str {
        "There are no quotas for families or citizens."
    }

    fn order(&self, rules: &[String]) -> String {
        let quoted: Vec<String> = rules.iter().map(|rule| self.quoted(rule)).collect();
        let ties = if rules.is_empty() {
            String::new()
        } else {
            format!(" Of equal points, the higher value of {} comes first.", quoted.join(", then of "))
        };
        format!("Whoever has most points comes first.{ties} Where that is equal too, a lottery decides.")
    }

    fn lottery(&self, text: Option<&str>) -> String {
        match text {
            Some(text) => format!(
                "Lots are drawn by a public draw, {}, which nobody knew when the data were handed over. Anybody can compute \
                 the lots again from it.",
                self.quoted(text)
            ),
            None => {
                "No public draw is named yet: until one is, lots follow from the period's name, which anybody could \
                     know beforehand."
                    .to_owned()
            }
        }
    }

    fn kept_until(&self, day: Option<NaiveDate>) -> String {
        match day {
            Some(day) => format!(
                "After {} the program refuses to work with these data, and they have to be deleted.",
                self.date(day)
            ),
            None => "The programme does not say until when data are kept; without that the program refuses to run."
                .to_owned(),
        }
    }

    fn kept(&self) -> Vec<&'static str> {
        vec![
            "In each department: a list of rows that could not be used, and why.",
            "With those who work with the joined data: pseudonyms, dates, types, points, and what became of each person. \
             No names and no CPR numbers. These are personal data all the same.",
            "With each coordinator: the list of the families and citizens proposed to them.",
        ]
    }

    fn threshold(&self, threshold: u32) -> String {
        if threshold <= 1 {
            return "In figures that are published, no small counts are hidden.".to_owned();
        }
        format!(
            "In figures that are published, counts from 1 to {} are not shown.",
            NUMBERS.whole((threshold - 1).into())
        )
    }

    fn fingerprint(&self, sha256: &str) -> String {
        format!(
            "The rules, the forming of families, the eligibility and the sizes above have the SHA-256 {sha256}. Rules that \
             differ in any of it have another. The public draw is not part of it: it is drawn after the rules are approved."
        )
    }
}
