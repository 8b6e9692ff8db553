//! What decisions mean for persons, and for the units that they are members of.

use super::log::{Decision, Entry};
use crate::programme::Consent;
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

/// What was last decided about a person; of several persons in one unit the greatest holds, which is the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// They accepted.
    Accepted,
    /// Somebody put them in.
    Included,
    /// They declined.
    Declined,
    /// Somebody took them out.
    Excluded,
}

impl Said {
    fn of(decision: Decision) -> Option<Self> {
        match decision {
            Decision::Recuse => None,
            Decision::Accept => Some(Self::Accepted),
            Decision::Include => Some(Self::Included),
            Decision::Decline => Some(Self::Declined),
            Decision::Exclude => Some(Self::Excluded),
        }
    }

    /// The word in files: that of the decision.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accept",
            Self::Included => "include",
            Self::Declined => "decline",
            Self::Excluded => "exclude",
        }
    }
}

/// What holds for somebody, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What was decided.
    pub said: Said,
    /// Who decided it.
    pub by: String,
    /// The line of the log, from 1.
    pub line: usize,
}

/// What decisions ask of a selection for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing: rank and quotas decide.
    Open,
    /// That it is proposed.
    In,
    /// That it is not.
    Out,
}

/// What holds for each person of whom something was decided.
#[derive(Debug, Clone, Default)]
pub struct Persons {
    decided: HashMap<String, Decided>,
    /// Those who declined in an earlier period and are not asked again yet.
    resting: HashSet<String>,
}

impl Persons {
    /// What the decisions of a period say, first to last; `line` is the number of the first.
    pub fn add<'e>(&mut self, entries: impl IntoIterator<Item = &'e Entry>, line: usize) {
        for (line, entry) in (line..).zip(entries) {
            let Some(said) = Said::of(entry.decision) else { continue };
            let decided = Decided { said, by: entry.by.clone().unwrap_or_default(), line };
            self.decided.extend(entry.members.iter().map(|member| (member.clone(), decided.clone())));
        }
    }

    /// What the decisions of an earlier period say of who is not asked again in one that is measured on `as_of`.
    pub fn let_rest(&mut self, entries: &[Entry], consent: &Consent, as_of: NaiveDate) {
        let mut last: HashMap<&str, &Entry> = HashMap::new();
        for entry in entries.iter().filter(|entry| Said::of(entry.decision).is_some()) {
            last.extend(entry.members.iter().map(|member| (member.as_str(), entry)));
        }
        let rests = |entry: &Entry| {
            let day = entry.at.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
            entry.decision == Decision::Decline && day.is_some_and(|day| consent.rests(&entry.reason, day, as_of))
        };
        let resting = last.into_iter().filter(|(_, entry)| rests(entry)).map(|(member, _)| member.to_owned());
        self.resting.extend(resting);
    }

    /// Whether nothing was decided that a selection has to heed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.decided.is_empty() && self.resting.is_empty()
    }

    /// The strictest of what was decided about a unit's members; of equals the latest.
    #[must_use]
    pub fn of(&self, members: &[String]) -> Option<&Decided> {
        let decided = members.iter().filter_map(|member| self.decided.get(member));
        decided.max_by_key(|decided| (decided.said, decided.line))
    }

    /// What decisions ask for a unit of these members. Who was put in need not rest.
    #[must_use]
    pub fn wish(&self, members: &[String]) -> Wish {
        match self.of(members).map(|decided| decided.said) {
            Some(Said::Declined | Said::Excluded) => Wish::Out,
            Some(Said::Included) => Wish::In,
            Some(Said::Accepted) | None => {
                let rests = members.iter().any(|member| self.resting.contains(member));
                if rests { Wish::Out } else { Wish::Open }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decided, Persons, Said, Wish};

    #[test]
    fn of_a_units_members_the_strictest_decision_holds_whoever_decided_last() {
        let said = [Said::Accepted, Said::Included, Said::Declined, Said::Excluded];
        for (one, first) in said.into_iter().enumerate() {
            for (other, second) in said.into_iter().enumerate() {
                let decided = |said, line| Decided { said, by: String::new(), line };
                let of_members = [("a".to_owned(), decided(first, 1)), ("b".to_owned(), decided(second, 2))];
                let persons = Persons { decided: of_members.into(), ..Persons::default() };
                let unit = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
                let strictest = said[one.max(other)];
                assert_eq!(persons.of(&unit).map(|decided| decided.said), Some(strictest), "{first:?}, {second:?}");
                let wish = [Wish::Open, Wish::In, Wish::Out, Wish::Out][one.max(other)];
                assert_eq!(persons.wish(&unit), wish, "{first:?}, {second:?}");
            }
        }
    }
}
