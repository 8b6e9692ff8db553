//! What stands in a coordinator's workbook, in the programme's language.

use crate::programme::{Band, Language, Measure, Rule, Scale};

/// A column of the list: its heading and what it means.
pub(super) struct ColumnWords {
    pub heading: &'static str,
    pub meaning: &'static str,
}

/// All words of a workbook.
pub(super) struct Words {
    language: Language,
    pub list: &'static str,
    pub explanation: &'static str,
    pub columns_heading: &'static str,
    pub rules_heading: &'static str,
    pub column: &'static str,
    pub meaning: &'static str,
    pub rule: &'static str,
    pub footer: &'static str,
    pub family: &'static str,
    pub citizen: &'static str,
    pub introduction: &'static str,
    /// Rank, label, kind, members, departments, points, incomplete, notes.
    pub columns: [ColumnWords; 8],
    /// How the cells of a rule read.
    pub rule_cells: &'static str,
}

const ENGLISH: Words = Words {
    language: Language::English,
    list: "List",
    explanation: "Explanation",
    columns_heading: "The columns",
    rules_heading: "The rules",
    column: "Column",
    meaning: "Meaning",
    rule: "Rule",
    footer: "Personal data: keep it safe, pass it on to nobody",
    family: "family",
    citizen: "citizen",
    introduction: "The program proposes, people decide: look at each case. The people on this list are pseudonymised, and this is personal data.",
    columns: [
        ColumnWords {
            heading: "Rank",
            meaning: "The place in the order of all who can be proposed; 1 has most points.",
        },
        ColumnWords {
            heading: "Label",
            meaning: "A short name of the family or citizen: the beginning of its pseudonym.",
        },
        ColumnWords { heading: "Kind", meaning: "A family (adults with a child in an open case) or a citizen." },
        ColumnWords { heading: "Members", meaning: "The pseudonym of each adult." },
        ColumnWords { heading: "Departments", meaning: "Where there is an open case." },
        ColumnWords { heading: "Points", meaning: "The sum of what all rules give." },
        ColumnWords {
            heading: "Incomplete",
            meaning: "Departments some of whose rows about a member could not be read: there may be more points than counted.",
        },
        ColumnWords { heading: "Notes", meaning: "Empty: for the coordinator." },
    ],
    rule_cells: "One column for each rule: what was measured, and behind the arrow the points that it gives.",
};

const DANISH: Words = Words {
    language: Language::Danish,
    list: "Liste",
    explanation: "Forklaring",
    columns_heading: "Kolonnerne",
    rules_heading: "Reglerne",
    column: "Kolonne",
    meaning: "Betydning",
    rule: "Regel",
    footer: "Personoplysninger: opbevares sikkert og gives ikke videre",
    family: "familie",
    citizen: "borger",
    introduction: "Programmet foreslår, mennesker beslutter: se på hver enkelt sag. Personerne på listen er pseudonymiserede, og listen er personoplysninger.",
    columns: [
        ColumnWords {
            heading: "Plads",
            meaning: "Pladsen i rækkefølgen af alle, der kan foreslås; 1 har flest point.",
        },
        ColumnWords {
            heading: "Mærke",
            meaning: "Et kort navn for familien eller borgeren: begyndelsen af pseudonymet.",
        },
        ColumnWords { heading: "Slags", meaning: "En familie (voksne med et barn i en åben sag) eller en borger." },
        ColumnWords { heading: "Medlemmer", meaning: "Pseudonymet for hver voksen." },
        ColumnWords { heading: "Afdelinger", meaning: "Hvor der er en åben sag." },
        ColumnWords { heading: "Point", meaning: "Summen af det, som alle regler giver." },
        ColumnWords {
            heading: "Ufuldstændig",
            meaning: "Afdelinger, hvor nogle rækker om et medlem ikke kunne læses: der kan være flere point, end der er talt.",
        },
        ColumnWords { heading: "Noter", meaning: "Tom: til koordinatoren." },
    ],
    rule_cells: "En kolonne for hver regel: det, der er målt, og efter pilen de point, det giver.",
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Danish => &DANISH,
            Language::English => &ENGLISH,
        }
    }

    /// A number as people write it, without zeros at the end.
    pub(super) fn number(&self, number: f64) -> String {
        let text = format!("{number:.2}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        match self.language {
            Language::Danish => text.replace('.', ","),
            Language::English => text.to_owned(),
        }
    }

    fn points(&self, points: i64) -> String {
        match (self.language, points) {
            (Language::English, 1 | -1) => format!("{points} point"),
            (Language::English, _) => format!("{points} points"),
            (Language::Danish, _) => format!("{points} point"),
        }
    }

    /// A rule in a sentence.
    pub(super) fn sentence(&self, rule: &Rule) -> String {
        let measured = self.measured(rule);
        let scale = match &rule.scale {
            Scale::Bands(bands) => self.bands(bands),
            Scale::PerOne { points, max } => self.per_unit(*points, *max),
        };
        format!("{measured}: {scale}.")
    }

    fn bands(&self, bands: &[Band]) -> String {
        let from = match self.language {
            Language::Danish => "fra",
            Language::English => "from",
        };
        let band = |band: &Band| format!("{from} {} {}", self.number(band.from), self.points(i64::from(band.points)));
        bands.iter().map(band).collect::<Vec<String>>().join(", ")
    }

    fn per_unit(&self, points: i32, max: Option<i32>) -> String {
        let each = self.points(i64::from(points));
        match (self.language, max) {
            (Language::Danish, None) => format!("{each} for hver"),
            (Language::Danish, Some(max)) => format!("{each} for hver, højst {max}"),
            (Language::English, None) => format!("{each} for each"),
            (Language::English, Some(max)) => format!("{each} for each, at most {max}"),
        }
    }

    /// What a rule measures, where, of which types and how far back.
    fn measured(&self, rule: &Rule) -> String {
        let is_danish = self.language == Language::Danish;
        let mut text = match (rule.measure, is_danish) {
            (Measure::Years, true) => "År med en sag",
            (Measure::Years, false) => "Years with a case",
            (Measure::YearsUnbroken, true) => "År uden afbrydelse til i dag med en sag",
            (Measure::YearsUnbroken, false) => "Years without a break until today with a case",
            (Measure::OpenCases, true) => "Åbne sager",
            (Measure::OpenCases, false) => "Open cases",
            (Measure::Cases, true) => "Sager, også afsluttede,",
            (Measure::Cases, false) => "Cases, closed ones too,",
            (Measure::Children, true) => "Børn i åbne sager",
            (Measure::Children, false) => "Children in open cases",
            (Measure::Departments, true) => "Afdelinger med en åben sag",
            (Measure::Departments, false) => "Departments with an open case",
        }
        .to_owned();
        if let Some(department) = &rule.department {
            text.push_str(if is_danish { " i " } else { " in " });
            text.push_str(department);
        }
        if let Some(types) = &rule.types {
            text.push_str(if is_danish { " af typen " } else { " of the types " });
            text.push_str(&types.names().collect::<Vec<_>>().join(", "));
        }
        if let Some(years) = rule.window_years {
            let window =
                if is_danish { format!(", de seneste {years} år") } else { format!(", the last {years} years") };
            text.push_str(&window);
        }
        if rule.max_gap_days > 0 {
            let days = rule.max_gap_days;
            let gap = if is_danish {
                format!(" (op til {days} dage imellem er ingen afbrydelse)")
            } else {
                format!(" (up to {days} days between are no break)")
            };
            text.push_str(&gap);
        }
        text
    }
}
