//! What stands in a coordinator's workbook, in the programme's language.

use crate::sentences::Language;

/// A column of the list: its heading and what it means.
pub(super) struct ColumnWords {
    pub heading: &'static str,
    pub meaning: &'static str,
}

/// All words of a workbook.
pub(super) struct Words {
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
    /// What was decided, and by whom: only where anything was.
    pub decided: [ColumnWords; 2],
    accepted: &'static str,
    included: &'static str,
    /// How the cells of a rule read.
    pub rule_cells: &'static str,
}

const ENGLISH: Words = Words {
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
    decided: [
        ColumnWords { heading: "Decision", meaning: "What people decided; empty where nothing was decided yet." },
        ColumnWords { heading: "Decided by", meaning: "Who recorded the decision." },
    ],
    accepted: "accepted",
    included: "put in by hand",
    rule_cells: "One column for each rule: what was measured, and behind the arrow the points that it gives.",
};

const DANISH: Words = Words {
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
    decided: [
        ColumnWords {
            heading: "Beslutning",
            meaning: "Hvad mennesker har besluttet; tom, hvor intet er besluttet endnu.",
        },
        ColumnWords { heading: "Besluttet af", meaning: "Hvem der har noteret beslutningen." },
    ],
    accepted: "sagt ja",
    included: "sat på listen af et menneske",
    rule_cells: "En kolonne for hver regel: det, der er målt, og efter pilen de point, det giver.",
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Danish => &DANISH,
            Language::English => &ENGLISH,
        }
    }

    /// What people call a decision about a unit that is proposed.
    pub(super) fn decision<'a>(&'a self, word: &'a str) -> &'a str {
        match word {
            "accept" => self.accepted,
            "include" => self.included,
            other => other,
        }
    }
}
