//! Why somebody is proposed or not, in Danish.

use super::Danish;
use crate::programme::Kind;
use crate::sentences::{Describing, Explaining, Outcome, Part, Reason, Test, Words};

impl Explaining for Danish {
    fn explaining_title(&self, label: Option<&str>) -> String {
        label.map_or_else(|| "Forklaring".to_owned(), |label| format!("Forklaring for {label}"))
    }

    fn unit(&self, kind: Kind, members: usize) -> String {
        let adults = if members == 1 { "1 voksen".to_owned() } else { format!("{members} voksne") };
        match kind {
            Kind::Family => format!("Det er en familie med {adults}."),
            Kind::Citizen => "Det er en borger.".to_owned(),
        }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Proposed => "Der foreslås en koordinator.",
            Outcome::Reserve => "Der foreslås ingen koordinator, men der er en plads i reserven.",
            Outcome::Eligible => "Der foreslås ingen koordinator: betingelserne er opfyldt, men andre kommer først.",
            Outcome::NotEligible => "Der foreslås ingen koordinator: betingelserne er ikke opfyldt.",
        }
        .to_owned()
    }

    fn reason(&self, reason: &Reason<'_>) -> String {
        match reason {
            Reason::Ages(ages) => format!("Kun personer på {ages} år deltager; der er ikke set på andet."),
            Reason::MinDepartments(1) => "Der er ingen åben sag i nogen afdeling.".to_owned(),
            Reason::MinDepartments(least) => format!("Der er åbne sager i færre end {least} afdelinger."),
            Reason::MinPoints(least) => format!("Der er færre end {}.", self.points((*least).into())),
            Reason::Require(rule) => format!("Reglen {} giver ingen point, og det skal den.", self.quoted(rule)),
            Reason::Quota => "En kvote afgjorde det: den giver andre med lavere placering en plads eller holder en tom.".to_owned(),
            Reason::Points => "Den sidst foreslåede har flere point.".to_owned(),
            Reason::TieBreak => {
                "Der er lige så mange point, som den sidst foreslåede har; det, der skiller ved lige mange point, var til den \
                 andens fordel."
                    .to_owned()
            }
            Reason::Lottery => {
                "Der er lige så mange point, som den sidst foreslåede har, og intet andet skiller dem: lodtrækningen afgjorde \
                 det."
                    .to_owned()
            }
        }
    }

    fn part(&self, part: Part) -> &'static str {
        match part {
            Part::Points => "Pointene",
            Part::Tests => "Betingelserne",
            Part::Missing => "Hvad der kan mangle",
            Part::Records => "Registreringerne",
        }
    }

    fn rank(&self, rank: usize, eligible: usize) -> String {
        format!("Efter point er det nummer {rank} af {eligible}.")
    }

    fn total(&self, points: i64) -> String {
        format!("I alt: {}.", self.points(points))
    }

    fn last_proposed(&self, points: i64) -> String {
        format!("Den sidst foreslåede har {}.", self.points(points))
    }

    fn short(&self, points: i64) -> String {
        if points == 0 {
            "Der mangler ingen point.".to_owned()
        } else {
            format!("Der mangler {}.", self.points(points))
        }
    }

    fn by_quota(&self) -> &'static str {
        "Pladsen skyldes en kvote: efter point alene havde det ikke rakt."
    }

    fn by_lottery(&self) -> &'static str {
        "Andre står lige i alt, der tæller, og fik ingen plads: lodtrækningen afgjorde det."
    }

    fn nobody_proposed(&self) -> &'static str {
        "Ingen er foreslået."
    }

    fn rule_columns(&self) -> [&'static str; 4] {
        ["Regel", "Værdi", "Trin", "Point"]
    }

    fn band_columns(&self) -> [&'static str; 2] {
        ["Eksempel", "Point"]
    }

    fn reached(&self, from: Option<&str>) -> String {
        from.map_or_else(|| "intet trin".to_owned(), |from| format!("fra {from}"))
    }

    fn counted(&self, records: usize) -> String {
        match records {
            1 => "ud fra 1 registrering".to_owned(),
            records => format!("ud fra {records} registreringer"),
        }
    }

    fn tested(&self, test: &Test<'_>, has: Option<i64>, is_passed: bool) -> String {
        let verdict = if is_passed { "Ja" } else { "Nej" };
        let has = has.map(|has| format!(" Her: {}.", self.whole(has))).unwrap_or_default();
        format!("{verdict}: {}{has}", self.test(test))
    }

    fn departments(&self, departments: &[String]) -> String {
        if departments.is_empty() {
            return "Der er ingen åbne sager i nogen afdeling.".to_owned();
        }
        let quoted: Vec<String> = departments.iter().map(|id| self.quoted(id)).collect();
        format!("Der er åbne sager i {}.", self.and(&quoted))
    }

    fn incomplete(&self, departments: &[String]) -> String {
        let quoted: Vec<String> = departments.iter().map(|id| self.quoted(id)).collect();
        format!("Rækker fra {} kunne ikke bruges: der kan være flere point, end der er talt her.", self.and(&quoted))
    }

    fn complete(&self) -> &'static str {
        "Ingen række om disse personer er afvist."
    }

    fn record_columns(&self) -> [&'static str; 6] {
        ["Voksen", "Afdeling", "Type", "Fra", "Til", "Talt af"]
    }

    fn still_open(&self) -> &'static str {
        "åben"
    }

    fn closing(&self) -> &'static str {
        "Programmet foreslår kun. Et menneske træffer afgørelsen, og den, der mener, at oplysningerne er forkerte, kan bede \
         afdelingen om at rette dem."
    }
}
