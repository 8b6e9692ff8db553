//! Invented names and streets, and the departments' words for what they do. Short, to keep large files small.

use super::calendar::{self, Day};

/// Women's first names.
pub(super) const WOMEN: [&str; 15] = [
    "Åse", "Maja", "Søs", "Ida", "Bodil", "Rikke", "Tove", "Nanna", "Signe", "Gry", "Asta", "Hanne", "Pia", "Birgit",
    "Jytte",
];
/// Men's first names.
pub(super) const MEN: [&str; 15] = [
    "Åge", "Søren", "Bo", "Kåre", "Niels", "Poul", "Jørn", "Ib", "Lars", "Rune", "Ejnar", "Tøger", "Vagn", "Palle",
    "Bjørn",
];
/// Surnames.
pub(super) const SURNAMES: [&str; 30] = [
    "Møller",
    "Gård",
    "Skov",
    "Bæk",
    "Krogh",
    "Østergård",
    "Lund",
    "Holm",
    "Bjerre",
    "Dam",
    "Kjær",
    "Toft",
    "Ravn",
    "Græs",
    "Sø",
    "Vad",
    "Høj",
    "Ager",
    "Lyng",
    "Falk",
    "Birk",
    "Næs",
    "Munk",
    "Strøm",
    "Eg",
    "Hårby",
    "Winther",
    "Juul",
    "Rød",
    "Fjord",
];
/// Streets.
pub(super) const STREETS: [&str; 20] = [
    "Søvej",
    "Bøgevej",
    "Ågade",
    "Nygade",
    "Kærvej",
    "Lærkevej",
    "Skolevej",
    "Møllevej",
    "Engen",
    "Åsen",
    "Toften",
    "Bakken",
    "Sletten",
    "Østvej",
    "Vænget",
    "Havnen",
    "Lunden",
    "Græsvej",
    "Strøget",
    "Birkely",
];
/// Where in the house, with the comma that makes some departments quote the address.
pub(super) const FLOORS: [&str; 4] = [", st.", ", 1. tv", ", 2. th", ", 3."];

/// Benefits by name; which of them count as unemployment stands in the programme file.
pub(super) const KONTANTHJAELP: &str = "kontanthjælp";
pub(super) const UDDANNELSESHJAELP: &str = "uddannelseshjælp";
pub(super) const DAGPENGE: &str = "a-dagpenge";
pub(super) const SYGEDAGPENGE: &str = "sygedagpenge";
pub(super) const JOBAFKLARING: &str = "jobafklaring";
pub(super) const RESSOURCEFORLOEB: &str = "ressourceforløb";
pub(super) const LEDIGHEDSYDELSE: &str = "ledighedsydelse";
pub(super) const REVALIDERING: &str = "revalidering";
pub(super) const FLEKSJOB: &str = "fleksjob";
pub(super) const FOERTIDSPENSION: &str = "førtidspension";
/// Benefits that no rule names.
pub(super) const UNNAMED_BENEFITS: [&str; 3] = ["løntilskud", "jobrotation", "seniorjob"];

/// A benefit as it may be called for someone new to it on that day.
pub(super) fn benefit_open_to_new(benefit: &'static str, start: Day) -> &'static str {
    match benefit {
        UDDANNELSESHJAELP if start >= calendar::ONE_BENEFIT => KONTANTHJAELP,
        RESSOURCEFORLOEB | REVALIDERING if start >= calendar::CLOSED_SCHEMES => JOBAFKLARING,
        other => other,
    }
}

/// Measures for children: what they were called before and since 2024.
pub(super) const CHILD_MEASURES: [[&str; 2]; 6] = [
    ["SEL § 52 kontaktperson", "BL § 32 kontaktperson"],
    ["SEL § 52 aflastning", "BL § 32 aflastning"],
    ["SEL § 52 familiebehandling", "BL § 32 familiebehandling"],
    ["SEL § 52 døgnophold", "BL § 32 døgnophold"],
    ["SEL § 52 anbringelse", "BL § 46 anbringelse"],
    ["SEL § 11 rådgivning", "BL § 30 rådgivning"],
];
/// A notification of concern: no measure yet, soon closed.
pub(super) const NOTIFICATION: &str = "underretning";
/// Help that goes on after the child has become 18.
pub(super) const AFTERCARE: [&str; 2] = ["SEL § 76 efterværn", "BL § 114 efterværn"];

/// Help at home and in daily life.
pub(super) const SUPPORT: [&str; 4] = ["SEL § 85", "SEL § 85", "SEL § 85", "SEL § 99"];
/// Treatment and shelter.
pub(super) const SHELTER: [&str; 3] = ["SEL § 101", "SEL § 110", "SEL § 107"];
/// Women's refuge: whoever lives there is joined to nobody.
pub(super) const REFUGE: &str = "SEL § 109";
/// Lasting help for people with disabilities.
pub(super) const LASTING: [&str; 6] = ["SEL § 103", "SEL § 104", "SEL § 104", "SEL § 107", "SEL § 108", "SEL § 96"];
/// Paragraphs that no rule names.
pub(super) const UNNAMED_SUPPORT: [&str; 3] = ["SEL § 83", "SEL § 97", "ØDP § 45"];
