//! The steering group's report, in Danish.

use super::{Danish, NUMBERS};
use crate::sentences::{Caption, Chapter, Column, Fixed, FunnelStep, Reporting, Words};
use chrono::NaiveDate;

impl Reporting for Danish {
    fn report_title(&self, name: &str, period: &str) -> String {
        format!("{name}, {period}")
    }

    fn released(&self, prepared_by: &str, approved_by: &str, day: NaiveDate) -> String {
        format!("Udarbejdet af {prepared_by}; udgivelsen er godkendt af {approved_by} den {}.", self.date(day))
    }

    #[expect(clippy::too_many_lines, reason = "one text after the other")]
    fn fixed(&self, text: Fixed) -> &'static str {
        match text {
            Fixed::Kicker => "Rapport til styregruppen",
            Fixed::Draft => "Udkast: ingen har godkendt, at rapporten udgives.",
            Fixed::Contents => "Indhold",
            Fixed::Hidden => "skjult",
            Fixed::HiddenNote => {
                "»skjult«: tallet offentliggøres ikke, for sin egen skyld eller for at intet andet tal kan regnes ud \
                 af det. Det kan være lille, stort eller nul."
            }
            Fixed::InPartNote => {
                "*: summen af de viste, afrundede tal. De skjulte er ikke med, så den kan være langt for lav; ingen andel \
                 og ingen søjle er lavet af den."
            }
            Fixed::Total => "I alt",
            Fixed::AsTable => "Tallene som tabel",
            Fixed::NotCounted => "Tallene indgår ikke i denne offentliggørelse.",
            Fixed::Funnel => {
                "Fra alle i afdelingernes udtræk til dem, der foreslås. En familie tæller én gang, uanset hvor mange \
                 den består af."
            }
            Fixed::People => {
                "En familie er voksne, der har et barn sammen i åbne sager; alle andre er borgere. Egnede er de, der \
                 opfylder alle programmets betingelser. Af dem foreslås de, der står øverst i rækkefølgen, og de næste \
                 står i reserve."
            }
            Fixed::Combinations => {
                "Hver række er én kombination af afdelinger: en fyldt prik betyder mindst én åben sag dér. Den lyse \
                 søjle er alle familier og borgere med netop disse afdelinger, den mørke dem, der foreslås."
            }
            Fixed::Points => {
                "Den lyse søjle er alle egnede med så mange point, den mørke dem af dem, der foreslås. Pointene afgør \
                 rækkefølgen; kvoter kan hente nogle længere nede."
            }
            Fixed::NoLine => {
                "Grænsen for, hvem der er taget med, er ikke tegnet: tal, der ville vise, hvor den går, er skjult."
            }
            Fixed::Rules => {
                "Hvor mange point hver regel højst kan give, og, hvor det er talt, hvor mange af de egnede og af de \
                 foreslåede der har point efter den."
            }
            Fixed::NoLimit => "ingen grænse",
            Fixed::Largest => "den største",
            Fixed::Near => "nær den største",
            Fixed::Below => "se på hvorfor",
            Fixed::TooFew => "for få til at vurdere",
            Fixed::OutsideAges => "andre aldre",
            Fixed::Coordinators => "Hvor mange familier og borgere det foreslås, at hver koordinator får.",
            Fixed::Missing => {
                "Rækker i en afdelings udtræk, der ikke kunne bruges, for eksempel fordi et nummer eller en dato er \
                 umulig. De, hvis rækker blev afvist, kan have flere point, end der er talt."
            }
            Fixed::Incomplete => {
                "En familie eller borger er ufuldstændigt oplyst i en afdeling, hvor en række om et medlem blev afvist, \
                 uanset udfaldet; det kan være i flere afdelinger."
            }
            Fixed::Change => {
                "Nye er de, der foreslås nu og ikke gjorde det før; blevet er de, der foreslås begge gange; udgået er \
                 de, der blev foreslået før og ikke nu."
            }
            Fixed::Further => "Tabeller, som programmet beder om ud over de sædvanlige.",
            Fixed::Protection => {
                "Intet tal i rapporten kan bruges til at udpege en person, hverken alene eller sammen med de andre."
            }
            Fixed::AuditedByPrograms => {
                "En kontrol, der kun kender det offentliggjorte, har forsøgt at regne hvert skjult tal ud med lineær \
                 programmering over alle tabeller under ét. Den er bestået: hvert kan stadig være et af flere tal."
            }
            Fixed::AuditedByElimination => {
                "En kontrol, der kun kender det offentliggjorte, har forsøgt at regne hvert skjult tal ud over alle \
                 tabeller under ét. Den er bestået. Tabellerne er så store, at nogle tal kun er prøvet ved eksakt \
                 elimination og grænser, hvilket finder mindre end lineær programmering."
            }
            Fixed::NotGuaranteed => {
                "Den, der ved mere end det offentliggjorte, for eksempel medlemmer af en lille gruppe, der lægger \
                 deres viden sammen, kan regne mere ud."
            }
            Fixed::Files => {
                "Alle tal står i statistics.csv og statistics.parquet ved siden af rapporten; et skjult er tomt dér."
            }
            Fixed::PointsSystem => "Lavet af den programfil, programmet kører efter, og intet andet.",
        }
    }

    fn chapter(&self, chapter: Chapter) -> &'static str {
        match chapter {
            Chapter::Purpose => "Formål og hjemmel",
            Chapter::Funnel => "Sådan er gruppen fundet",
            Chapter::People => "Hvem der er i den",
            Chapter::Rules => "Hvad reglerne bidrager med",
            Chapter::Fairness => "Behandles grupper ens?",
            Chapter::Coordinators => "Koordinatorernes antal",
            Chapter::Missing => "Manglende oplysninger",
            Chapter::Change => "Ændringer siden sidste periode",
            Chapter::Further => "Flere tabeller",
            Chapter::Protection => "Hvad der er skjult",
            Chapter::Points => "Pointsystemet i almindelige ord",
        }
    }

    fn caption(&self, caption: Caption) -> &'static str {
        match caption {
            Caption::Funnel => "Fra udtrækkene til de foreslåede",
            Caption::Kind => "Familier og borgere efter udfald",
            Caption::Combinations => "Familier og borgere efter afdelinger med åbne sager",
            Caption::Departments => "Familier og borgere efter antal afdelinger med åbne sager",
            Caption::Points => "Egnede familier og borgere efter point",
            Caption::PersonsByKind => "Personer i familier og borgere efter udfald",
            Caption::Sex => "Personer efter køn og udfald",
            Caption::Age => "Personer efter alder og udfald",
            Caption::ProposedByAge => "Foreslåede personer efter alder",
            Caption::Rules => "Hvad hver regel giver",
            Caption::SharesOfAll => "Foreslåede af alle i udtrækkene",
            Caption::SharesOfEligible => "Foreslåede af de egnede",
            Caption::Coordinators => "Foreslåede familier og borgere efter koordinator",
            Caption::Missing => "Rækker i afdelingernes udtræk",
            Caption::Incomplete => "Ufuldstændigt oplyste familier og borgere efter afdeling",
            Caption::RejectedShares => "Andel af rækkerne, der er afvist, efter afdeling",
            Caption::Change => "De foreslåede sammenlignet med sidste periode",
        }
    }

    fn column_name(&self, column: Column) -> &'static str {
        match column {
            Column::Group => "Gruppe",
            Column::Step => "Trin",
            Column::Count => "Antal",
            Column::Proposed => "Foreslået",
            Column::Eligible => "Egnede",
            Column::All => "Af alle",
            Column::OutOf => "Af",
            Column::Share => "Andel",
            Column::Ratio => "Forhold til den største",
            Column::Reading => "Vurdering",
            Column::Rule => "Regel",
            Column::Measured => "Hvad der måles",
            Column::MostPoints => "Højst point",
            Column::WithPoints => "Egnede med point",
            Column::ProposedWithPoints => "Foreslåede med point",
            Column::RejectedShare => "Andel afvist",
            Column::Capacity => "Plads til",
        }
    }

    fn dimension(&self, dimension: &str) -> Option<&'static str> {
        Some(match dimension {
            "sex" => "Køn",
            "age_band" => "Alder",
            "kind" => "Art",
            "status" => "Udfald",
            "departments" => "Afdelinger",
            "department_combination" => "Åbne sager i",
            "points_band" => "Point",
            "department" => "Afdeling",
            "outcome" => "Rækker",
            "coordinator" => "Koordinator",
            "change" => "Ændring",
            _ => return None,
        })
    }

    fn value(&self, dimension: &str, value: &str) -> Option<String> {
        let text = match (dimension, value) {
            ("sex", "F") => "Kvinder",
            ("sex", "M") => "Mænd",
            ("kind", "family") => "Familier",
            ("kind", "citizen") => "Borgere",
            ("kind", "other_age") => "Af andre aldre",
            ("status", "proposed") => "Foreslået",
            ("status", "reserve") => "Reserve",
            ("status", "eligible") => "Kun egnet",
            ("status", "not_eligible") | ("points_band", "not_ranked") => "Ikke egnet",
            ("outcome", "accepted") => "Brugt",
            ("outcome", "rejected") => "Afvist",
            ("department_combination", "none") => "ingen afdeling",
            ("coordinator", "none") => "Ingen plads",
            ("change", "entered") => "Nye",
            ("change", "stayed") => "Blevet",
            ("change", "left") => "Udgået",
            ("department_combination", other) => {
                let number = other.strip_prefix("other ")?;
                return Some(format!("andre kombinationer af {number}"));
            }
            ("points_band", "all") => "alle",
            ("points_band", below) if below.starts_with("up to ") => {
                return Some(below.replacen("up to", "op til", 1));
            }
            ("points_band", range) if range.contains(" to ") => return Some(range.replacen(" to ", " til ", 1)),
            ("age_band" | "departments" | "points_band", range) => return Some(range.replace('-', "–")),
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn table_number(&self, number: usize) -> String {
        format!("Tabel {number}")
    }

    fn figure_number(&self, number: usize) -> String {
        format!("Figur {number}")
    }

    fn part_of(&self, part: &str, whole: &str) -> String {
        format!("{part} af {whole}")
    }

    fn percent(&self, share: f64) -> String {
        format!("{}\u{a0}%", NUMBERS.decimals(share * 100.0, 1))
    }

    fn ratio(&self, ratio: f64) -> String {
        NUMBERS.decimals(ratio, 2)
    }

    fn funnel_step(&self, step: FunnelStep) -> String {
        match step {
            FunnelStep::Persons => "Personer i udtrækkene".to_owned(),
            FunnelStep::OfEligibleAge => "I en alder, der deltager".to_owned(),
            FunnelStep::Units => "Familier og borgere".to_owned(),
            FunnelStep::InDepartments(1) => "Med åbne sager i en afdeling".to_owned(),
            FunnelStep::InDepartments(least) => format!("Med åbne sager i mindst {least} afdelinger"),
            FunnelStep::Eligible => "Egnede".to_owned(),
            FunnelStep::Proposed => "Foreslået".to_owned(),
            FunnelStep::Reserve => "I reserve".to_owned(),
        }
    }

    fn rounded(&self, base: u64) -> String {
        format!("Tallene er afrundet til multipla af {base}, og totaler er summen af de viste, afrundede tal.")
    }

    fn line(&self, band: &str) -> String {
        format!("foreslået ned til her: {band}")
    }

    fn fairness(&self, threshold: u32) -> String {
        format!(
            "Hvor stor en andel af hver gruppe der foreslås, og hvad den er i forhold til den gruppe, hvis andel er \
             størst. Fire femtedele af den eller mere er nær den; under det er der grund til at se på hvorfor. En \
             forskel er en grund til at se efter, ikke et resultat: grupperne er forskellige i det, afdelingerne har \
             registreret. Der er ingen vurdering af aldre, der ikke deltager, af en gruppe, hvor et tal er skjult, \
             eller hvor færre end {threshold} ville blive foreslået, hvis alle grupper havde samme andel."
        )
    }

    fn cells_hidden(&self, hidden: usize, cells: usize, threshold: u32) -> String {
        format!(
            "{} af {} felter i offentliggørelsens tabeller er skjult. Tal fra 1 til {} er det altid; andre er det, \
             hvor disse kunne regnes ud af dem, eller hvor de ville sige noget om alle i en lille gruppe. Intet viser, \
             hvad der er hvad.",
            NUMBERS.count(hidden),
            NUMBERS.count(cells),
            threshold.saturating_sub(1)
        )
    }

    fn left_out(&self, tables: &[String]) -> String {
        format!("Udeladt, fordi grupperne er for små til at kunne beskyttes: {}.", self.and(tables))
    }

    fn compared_with(&self, period: Option<&str>) -> String {
        match period {
            Some(period) => format!("Sammenlignet med perioden {period}."),
            None => "Denne offentliggørelse er ikke sammenlignet med en tidligere periode.".to_owned(),
        }
    }

    fn too_large(&self, table: &str) -> String {
        format!("Tabellen {table} er for stor til en side; den står i statistics.csv.")
    }
}
