//! Why somebody is proposed or not, in English.

use super::English;
use crate::programme::Kind;
use crate::sentences::{Describing, Explaining, Outcome, Part, Reason, Test, Words};

impl Explaining for English {
    fn explaining_title(&self, label: Option<&str>) -> String {
        label.map_or_else(|| "Explanation".to_owned(), |label| format!("Explanation of {label}"))
    }

    fn unit(&self, kind: Kind, members: usize) -> String {
        let adults = if members == 1 { "1 adult".to_owned() } else { format!("{members} adults") };
        match kind {
            Kind::Family => format!("This is a family of {adults}."),
            Kind::Citizen => "This is a citizen.".to_owned(),
        }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Proposed => "A coordinator is proposed.",
            Outcome::Reserve => "No coordinator is proposed, but there is a place in the reserve.",
            Outcome::Eligible => "No coordinator is proposed: eligible, but others come first.",
            Outcome::NotEligible => "No coordinator is proposed: not eligible.",
        }
        .to_owned()
    }

    fn reason(&self, reason: &Reason<'_>) -> String {
        match reason {
            Reason::Ages(ages) => format!("Only persons aged {ages} take part; nothing else was looked at."),
            Reason::MinDepartments(1) => "There is no open case in any department.".to_owned(),
            Reason::MinDepartments(least) => format!("There are open cases in fewer than {least} departments."),
            Reason::MinPoints(least) => format!("There are fewer than {}.", self.points((*least).into())),
            Reason::Require(rule) => format!("The rule {} gives no points, and has to.", self.quoted(rule)),
            Reason::Quota => {
                "A quota decided: it gives a place to others who rank lower, or keeps one empty.".to_owned()
            }
            Reason::Points => "The last proposed has more points.".to_owned(),
            Reason::TieBreak => {
                "There are as many points as the last proposed has; what breaks ties was in the other's favour."
                    .to_owned()
            }
            Reason::Lottery => {
                "There are as many points as the last proposed has, and nothing else to tell them apart: the lottery \
                 decided."
                    .to_owned()
            }
        }
    }

    fn part(&self, part: Part) -> &'static str {
        match part {
            Part::Points => "The points",
            Part::Tests => "What has to hold",
            Part::Missing => "What may be missing",
            Part::Records => "The records",
        }
    }

    fn rank(&self, rank: usize, eligible: usize) -> String {
        format!("By points it is number {rank} of {eligible}.")
    }

    fn total(&self, points: i64) -> String {
        format!("In all: {}.", self.points(points))
    }

    fn last_proposed(&self, points: i64) -> String {
        format!("The last proposed has {}.", self.points(points))
    }

    fn short(&self, points: i64) -> String {
        if points == 0 { "No points are missing.".to_owned() } else { format!("Missing: {}.", self.points(points)) }
    }

    fn by_quota(&self) -> &'static str {
        "The place comes from a quota: by points alone it would not have been enough."
    }

    fn by_lottery(&self) -> &'static str {
        "Others equal it in everything that counts and got no place: the lottery decided."
    }

    fn nobody_proposed(&self) -> &'static str {
        "Nobody is proposed."
    }

    fn rule_columns(&self) -> [&'static str; 4] {
        ["Rule", "Value", "Reached", "Points"]
    }

    fn band_columns(&self) -> [&'static str; 2] {
        ["Example", "Points"]
    }

    fn reached(&self, from: Option<&str>) -> String {
        from.map_or_else(|| "no band".to_owned(), |from| format!("from {from}"))
    }

    fn counted(&self, records: usize) -> String {
        match records {
            1 => "from 1 record".to_owned(),
            records => format!("from {records} records"),
        }
    }

    fn tested(&self, test: &Test<'_>, has: Option<i64>, is_passed: bool) -> String {
        let verdict = if is_passed { "Yes" } else { "No" };
        let has = has.map(|has| format!(" There: {}.", self.whole(has))).unwrap_or_default();
        format!("{verdict}: {}{has}", self.test(test))
    }

    fn departments(&self, departments: &[String]) -> String {
        if departments.is_empty() {
            return "There are open cases in no department.".to_owned();
        }
        let quoted: Vec<String> = departments.iter().map(|id| self.quoted(id)).collect();
        format!("There are open cases in {}.", self.and(&quoted))
    }

    fn incomplete(&self, departments: &[String]) -> String {
        let quoted: Vec<String> = departments.iter().map(|id| self.quoted(id)).collect();
        format!("Rows from {} could not be used: there may be more points than counted here.", self.and(&quoted))
    }

    fn complete(&self) -> &'static str {
        "No row about these persons was rejected."
    }

    fn record_columns(&self) -> [&'static str; 6] {
        ["Adult", "Department", "Type", "From", "To", "Counted by"]
    }

    fn still_open(&self) -> &'static str {
        "open"
    }

    fn closing(&self) -> &'static str {
        "The program only proposes. A person decides, and whoever thinks that the data are wrong can ask the department to \
         put them right."
    }
}
