//! What a programme does, in Danish.

use super::{Danish, NUMBERS, counted};
use crate::programme::{DatesLeave, Kind, Measure, TypeList};
use crate::sentences::{Canonical, Describing, PurposeLabel, Section, Test, Words};
use chrono::NaiveDate;

fn canonical(column: Canonical) -> &'static str {
    match column {
        Canonical::Person => "personens CPR-nummer",
        Canonical::FurtherPerson => "endnu en voksens CPR-nummer",
        Canonical::Type => "typen af ydelse, sag eller indsats",
        Canonical::Start => "den første dag",
        Canonical::End => "den sidste dag",
        Canonical::Week => "ugen",
        Canonical::Amount => "det udbetalte beløb",
        Canonical::Record => "sagsnummeret",
        Canonical::Child => "et barns CPR-nummer",
    }
}

impl Describing for Danish {
    fn describing_title(&self, name: &str) -> String {
        format!("{name}: sådan foreslås borgere og familier")
    }

    fn describing_origin(&self) -> &'static str {
        "Beskrivelsen er lavet af programmet selv ud fra den programfil, det kører efter, og siger det samme."
    }

    fn heading(&self, section: Section) -> &'static str {
        match section {
            Section::Purpose => "Formål og hjemmel",
            Section::Data => "Hvilke oplysninger der bruges",
            Section::Units => "Familier og borgere",
            Section::Points => "Pointene",
            Section::Eligibility => "Hvem der kan foreslås",
            Section::Selection => "Hvor mange der foreslås, og i hvilken rækkefølge",
            Section::Retention => "Hvad der gemmes, og hvor længe",
            Section::Fingerprint => "Hvilke regler det er",
        }
    }

    fn purpose_label(&self, label: PurposeLabel) -> &'static str {
        match label {
            PurposeLabel::Controller => "Dataansvarlig",
            PurposeLabel::LegalBasis => "Hjemmel",
            PurposeLabel::Dpia => "Konsekvensanalyse",
            PurposeLabel::Approval => "Godkendt af",
            PurposeLabel::Rules => "Reglerne",
            PurposeLabel::DeleteAfter => "Oplysningerne gemmes til og med",
        }
    }

    fn approved(&self, by: &str, on: NaiveDate) -> String {
        format!("{by}, {}", self.date(on))
    }

    fn not_stated(&self) -> &'static str {
        "ikke angivet; uden det nægter programmet at køre"
    }

    fn people_decide(&self) -> &'static str {
        "Ud fra afdelingernes registreringer foreslår programmet de borgere og familier, hvis problemer går på tværs af \
         flere afdelinger, så de kan få tilbudt én koordinator og én plan. Det er kun forslag: mennesker ser på hver \
         enkelt sag og træffer afgørelsen, og det er frivilligt at være med."
    }

    fn measured_on(&self, period: &str, day: NaiveDate) -> String {
        format!("Det gælder perioden {period}. Alt måles på dagen {}, den dag medregnet.", self.date(day))
    }

    fn columns_used(&self, columns: &[String]) -> String {
        format!("Der læses: {}.", self.and(columns))
    }

    fn column(&self, column: Canonical, own: &str) -> String {
        format!("{} ({})", self.quoted(own), canonical(column))
    }

    fn columns_not_given(&self, columns: &[Canonical]) -> String {
        let columns: Vec<String> = columns.iter().map(|column| canonical(*column).to_owned()).collect();
        format!("Bruges ikke herfra: {}.", self.and(&columns))
    }

    fn types_that_leave(&self, types: &[String]) -> String {
        if types.is_empty() {
            return "Alle typer forlader afdelingen som »other« (andet).".to_owned();
        }
        let quoted: Vec<String> = types.iter().map(|name| self.quoted(name)).collect();
        format!(
            "Typer, der forlader afdelingen under deres eget navn: {}. Alle andre bliver til »other« (andet).",
            self.and(&quoted)
        )
    }

    fn weeks(&self, are_summed: bool) -> &'static str {
        if are_summed {
            "Hver række er én uge med en ydelse. En uges beløb lægges sammen, og en uge, hvor summen er 0, tæller ikke. Uger, \
             der følger efter hinanden, tæller som én registrering. Beløbene forlader aldrig afdelingen."
        } else {
            "Hver række er én uge med en ydelse. Uger, der følger efter hinanden, tæller som én registrering."
        }
    }

    fn several_adults(&self) -> &'static str {
        "En række kan handle om flere voksne og er en registrering for hver af dem."
    }

    fn days_leave(&self, dates: DatesLeave) -> &'static str {
        match dates {
            DatesLeave::AsDays => "Første og sidste dage forlader afdelingerne, som de er.",
            DatesLeave::AsMonths => {
                "I stedet for præcise dage forlader måneder afdelingerne: alt tæller fra den første dag i den måned, hvor det \
                 begyndte, til den sidste dag i den måned, hvor det sluttede."
            }
        }
    }

    fn renumbered(&self) -> &'static str {
        "Den, der har fået et nyt CPR-nummer, er én person under begge: afdelingerne bruger en liste over gamle og nye numre, \
         som ikke forlader dem."
    }

    fn excluded(&self) -> &'static str {
        "Personer på bestemte lister, for eksempel testpersoner, holdes helt udenfor. Kun antallet af rækker oplyses."
    }

    fn nothing_else(&self) -> &'static str {
        "Ingen andre afdelinger og ingen andre kolonner bruges; navne, adresser og notater forlader aldrig afdelingen. Før \
         noget forlader den, erstattes CPR-numre og sagsnumre af pseudonymer under en hemmelig nøgle, som de, der arbejder \
         med de samlede oplysninger, ikke har."
    }

    fn derived(&self, sex: bool, age_bands: Option<&[String]>) -> String {
        match (sex, age_bands) {
            (false, None) => "Hverken køn eller alder udledes af CPR-nummeret.".to_owned(),
            (true, None) => "Køn udledes af CPR-nummeret; alder gør ikke.".to_owned(),
            (true, Some(bands)) => {
                format!("Køn og aldersgruppe udledes af CPR-nummeret; grupperne er {}.", bands.join(", "))
            }
            (false, Some(bands)) => {
                format!("Aldersgruppen udledes af CPR-nummeret; grupperne er {}. Køn udledes ikke.", bands.join(", "))
            }
        }
    }

    fn families(&self, max_adults_per_child: u32) -> String {
        format!(
            "Voksne, der har et barn sammen i åbne sager, er én familie og får én koordinator. En voksen med et barn i en \
             åben sag er en familie alene, hvis ingen hører sammen med den voksne. Alle andre er borgere. Et barn i åbne \
             sager hos flere end {max_adults_per_child} voksne regnes for en fejl i oplysningerne og knytter ingen sammen."
        )
    }

    fn apart(&self, types: &TypeList) -> String {
        format!("Den, der har en åben sag af typen {}, knyttes ikke sammen med nogen.", self.or(&self.types(types)))
    }

    fn bands(&self, bands: &[(String, String)]) -> String {
        let each: Vec<String> = bands.iter().map(|(from, points)| format!("{points} fra {from}")).collect();
        format!("{}; derunder ingen. Kun det højeste trin, der er nået, tæller.", self.and(&each))
    }

    fn points_for_each(&self, measure: Measure, points: i64, max: Option<i64>) -> String {
        let each = if measure.is_in_years() { "helt år" } else { counted(measure, true) };
        let each = match measure {
            Measure::Years | Measure::YearsUnbroken | Measure::Children => format!("hvert {each}"),
            _ => format!("hver {each}"),
        };
        let most = max.map(|max| format!(", højst {}", self.points(max))).unwrap_or_default();
        format!("{} for {each}{most}.", self.points(points))
    }

    fn pooled(&self, is_in_years: bool) -> &'static str {
        if is_in_years {
            "I en familie tæller det medlem, der har flest dage."
        } else {
            "I en familie tælles alle medlemmers registreringer samlet, hver én gang."
        }
    }

    fn example(&self, amount: &str, points: i64) -> String {
        format!("{amount} → {}", self.points(points))
    }

    fn eligible(&self, is_anything_asked: bool) -> &'static str {
        if is_anything_asked {
            "Kun de kan foreslås, for hvem alt dette gælder:"
        } else {
            "Alle i afdelingernes registreringer kan foreslås."
        }
    }

    fn test(&self, test: &Test<'_>) -> String {
        match test {
            Test::Ages(ages) => format!("Personen er {ages} år; andre deltager slet ikke."),
            Test::MinDepartments(1) => "Der er en åben sag i mindst 1 afdeling.".to_owned(),
            Test::MinDepartments(least) => format!("Der er åbne sager i mindst {least} afdelinger."),
            Test::MinPoints(least) => format!("Der er mindst {} i alt.", self.points((*least).into())),
            Test::Require(rule) => format!("Reglen {} giver point.", self.quoted(rule)),
        }
    }

    fn sizes(&self, size: usize, reserve: usize) -> String {
        format!("Op til {size} familier og borgere foreslås. De næste {reserve} er reserve, hvis nogen siger nej.")
    }

    fn quota(&self, kind: Kind, min: usize, max: Option<usize>) -> String {
        let kind = self.kind(kind);
        match max {
            Some(max) => format!("Blandt de foreslåede er der mindst {min} og højst {max} {kind}."),
            None => format!("Blandt de foreslåede er der mindst {min} {kind}, hvis der er så mange."),
        }
    }

    fn no_quotas(&self) -> &'static str {
        "Der er ingen kvoter for familier eller borgere."
    }

    fn order(&self, rules: &[String]) -> String {
        let quoted: Vec<String> = rules.iter().map(|rule| self.quoted(rule)).collect();
        let ties = if rules.is_empty() {
            String::new()
        } else {
            format!(" Ved lige mange point kommer den højeste værdi af {} først.", quoted.join(", dernæst af "))
        };
        format!("Den, der har flest point, kommer først.{ties} Er også det lige, afgør lodtrækning.")
    }

    fn lottery(&self, text: Option<&str>) -> String {
        match text {
            Some(text) => format!(
                "Lodderne følger af en offentlig trækning, {}, som ingen kendte, da oplysningerne blev afleveret. Enhver kan \
                 regne lodderne efter.",
                self.quoted(text)
            ),
            None => "Der er endnu ikke angivet en offentlig trækning: indtil da følger lodderne af periodens navn, som enhver \
                     kunne kende på forhånd."
                .to_owned(),
        }
    }

    fn kept_until(&self, day: Option<NaiveDate>) -> String {
        match day {
            Some(day) => {
                format!("Efter {} nægter programmet at arbejde med oplysningerne, og de skal slettes.", self.date(day))
            }
            None => "Programfilen siger ikke, hvor længe oplysningerne gemmes; uden det nægter programmet at køre."
                .to_owned(),
        }
    }

    fn kept(&self) -> Vec<&'static str> {
        vec![
            "I hver afdeling: en liste over rækker, der ikke kunne bruges, og hvorfor.",
            "Hos dem, der arbejder med de samlede oplysninger: pseudonymer, datoer, typer, point, og hvad der blev af hver \
             person. Ingen navne og ingen CPR-numre. Det er alligevel personoplysninger.",
            "Hos hver koordinator: listen over de familier og borgere, der er foreslået til koordinatoren.",
        ]
    }

    fn threshold(&self, threshold: u32) -> String {
        if threshold <= 1 {
            return "I tal, der offentliggøres, skjules små antal ikke.".to_owned();
        }
        format!("I tal, der offentliggøres, vises antal fra 1 til {} ikke.", NUMBERS.whole((threshold - 1).into()))
    }

    fn fingerprint(&self, sha256: &str) -> String {
        format!(
            "Reglerne, dannelsen af familier, hvem der kan foreslås, og antallene ovenfor har SHA-256-værdien {sha256}. Regler, \
             der afviger i noget af det, har en anden. Den offentlige trækning hører ikke med: den sker, efter at reglerne er \
             godkendt."
        )
    }
}
