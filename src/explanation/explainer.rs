//! Finding whom an explanation is asked for, and putting together what there is to say.

use super::{Asked, Explanation, RecordFacts, RuleFacts, TestFacts, UnitFacts};
use crate::calendar::date;
use crate::error::{Error, Result};
use crate::extract::Record;
use crate::identity::Pseudonym;
use crate::linkage::{Linked, Unit, Units};
use crate::programme::{Programme, Rule, Scale};
use crate::score::{RuleExplained, Scored, Scorer, least_amount, value};
use crate::selection::{Reason, Selected, Standing, Status, WhyNot, label_length};

/// The rows of a person who is a unit alone, by department: linking keeps none of them.
pub(crate) type Kept = (Pseudonym, Vec<Vec<Record>>);

/// Explains from what a selection is made from.
pub(crate) struct Explainer<'a> {
    pub(crate) programme: &'a Programme,
    pub(crate) scorer: &'a Scorer<'a>,
    pub(crate) linked: &'a Linked<Scored>,
    pub(crate) units: &'a Units,
    pub(crate) selected: &'a Selected,
    /// Of those who are asked for.
    pub(crate) kept: &'a [Kept],
}

impl Explainer<'_> {
    /// Explains what became of the one asked for; single records only where they are to be shown.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where nobody, or more than one, is meant.
    pub(crate) fn explain(&self, asked: &Asked, shows_records: bool) -> Result<Explanation> {
        match self.find(asked)? {
            Some(position) => Ok(self.unit(position, shows_records)),
            None => Ok(self.nobody()),
        }
    }

    /// The position of the unit that is meant; `None` for a person who takes no part.
    fn find(&self, asked: &Asked) -> Result<Option<usize>> {
        let hint = "why.parquet in selection/ lists every person and unit of the deliveries";
        let unknown = |what: &str| Error::Usage { what: what.to_owned(), hint: hint.to_owned() };
        match asked {
            Asked::Person(person) => {
                let number = self.linked.number(*person);
                let number = number.ok_or_else(|| unknown("nobody in the deliveries has this pseudonym"))?;
                Ok(self.linked.takes_part(number).then(|| self.units.of_member(number)).flatten())
            }
            Asked::Label(_) => {
                let fits = |position: usize| asked.fits(self.id(self.units.get(position)));
                let eligible: Vec<usize> =
                    self.selected.ranked.iter().map(|unit| unit.position).filter(|&position| fits(position)).collect();
                // Labels tell the eligible apart, and need not tell others from them.
                if let [only] = eligible.as_slice() {
                    return Ok(Some(*only));
                }
                let all: Vec<usize> = (0..self.units.len()).filter(|&position| fits(position)).collect();
                match all.as_slice() {
                    [] => Err(unknown("no unit of the deliveries has this label")),
                    [only] => Ok(Some(*only)),
                    _ => Err(unknown("several units begin with this label; write more of the unit's id")),
                }
            }
        }
    }

    fn id(&self, unit: Unit<'_>) -> Pseudonym {
        self.linked.person(unit.members[0])
    }

    /// What there is to say of a person who takes no part: nothing was looked at.
    fn nobody(&self) -> Explanation {
        let Standing { reason, points_short, .. } = Standing::OTHER_AGE;
        Explanation {
            unit: None,
            outcome: Standing::OTHER_AGE.outcome(),
            reason: reason.map(|reason| reason.word(self.programme)),
            why_not: reason,
            points_short,
            points: None,
            rank: None,
            placed_by: None,
            placement: None,
            eligible: self.selected.ranked.len(),
            points_needed: self.selected.counts.points_needed,
            decided_by_lottery: false,
            tests: vec![self.test(WhyNot::Ages, None, false)],
            rules: Vec::new(),
            incomplete: Vec::new(),
            records: None,
        }
    }

    fn unit(&self, position: usize, shows_records: bool) -> Explanation {
        let unit = self.units.get(position);
        let rows = self.rows(unit);
        let explained = self.scorer.explain(unit.open_departments, &rows);
        let standing = self.selected.standings.of(position);
        let rank = self.selected.ranked.iter().position(|ranked| ranked.position == position);
        let placement = rank.and_then(|rank| self.selected.choices[rank].reason);
        let points = explained.iter().map(|rule| rule.points).sum();
        let rules = self.programme.rules.iter().zip(&explained);
        Explanation {
            unit: Some(self.unit_facts(unit)),
            outcome: standing.outcome(),
            reason: standing.reason.map(|reason| reason.word(self.programme)),
            why_not: standing.reason,
            points_short: standing.points_short,
            points: Some(points),
            rank: rank.map(|rank| rank + 1),
            placed_by: placement.map(Reason::as_str),
            placement,
            eligible: self.selected.ranked.len(),
            points_needed: self.selected.counts.points_needed,
            decided_by_lottery: self.is_drawn(position, standing),
            tests: self.tests(unit, points, &explained),
            rules: rules.map(|(rule, explained)| rule_facts(rule, explained)).collect(),
            incomplete: self.incomplete(unit),
            records: shows_records.then(|| self.records(&rows, &explained)),
        }
    }

    /// Whether the lottery decided: against the unit, or for it where it equals one that the lottery decided against.
    fn is_drawn(&self, position: usize, standing: Standing) -> bool {
        let is_last_place = |reason: Option<WhyNot>| reason == Some(WhyNot::Lottery);
        if standing.status != Some(Status::Proposed) {
            return is_last_place(standing.reason);
        }
        let ranked = &self.selected.ranked;
        let loser = ranked.iter().find(|unit| is_last_place(self.selected.standings.of(unit.position).reason));
        let own = ranked.iter().find(|unit| unit.position == position);
        let (Some(loser), Some(own)) = (loser, own) else { return false };
        let breaks_no_tie = |&rule: &usize| own.scored.amounts[rule] == loser.scored.amounts[rule];
        own.points == loser.points && self.programme.selection.tie_break.iter().all(breaks_no_tie)
    }

    /// By department, each member's rows.
    fn rows(&self, unit: Unit<'_>) -> Vec<Vec<&[Record]>> {
        let kept = self.kept.iter().find(|(person, _)| *person == self.id(unit)).map(|(_, rows)| rows);
        let of_member = |department: usize, member: u32| match (self.linked.rows(department, member), kept) {
            (Some(rows), _) => rows,
            (None, Some(kept)) => kept.get(department).map_or(&[][..], Vec::as_slice),
            (None, None) => &[],
        };
        let of_department = |department| unit.members.iter().map(|&member| of_member(department, member)).collect();
        (0..self.linked.departments.len()).map(of_department).collect()
    }

    fn unit_facts(&self, unit: Unit<'_>) -> UnitFacts {
        let id = self.id(unit).to_string();
        let length = label_length(self.linked, self.units, &self.selected.ranked);
        UnitFacts {
            label: id[..length].to_owned(),
            id,
            kind: unit.kind.as_str(),
            members: unit.members.iter().map(|&member| self.linked.person(member).to_string()).collect(),
            departments: self.department_ids(|department| unit.open_departments >> department & 1 == 1),
        }
    }

    fn incomplete(&self, unit: Unit<'_>) -> Vec<String> {
        let departments = &self.linked.departments;
        self.department_ids(|at| unit.members.iter().any(|&member| departments[at].is_incomplete(member)))
    }

    /// The ids of the departments at these positions, sorted.
    fn department_ids(&self, is_meant: impl Fn(usize) -> bool) -> Vec<String> {
        let departments = self.linked.departments.iter().enumerate();
        let mut ids: Vec<String> =
            departments.filter(|(at, _)| is_meant(*at)).map(|(_, department)| department.id.clone()).collect();
        ids.sort_unstable();
        ids
    }

    /// Each test that the programme has, in the order in which they are made.
    fn tests(&self, unit: Unit<'_>, points: i64, explained: &[RuleExplained<'_>]) -> Vec<TestFacts> {
        let eligibility = &self.programme.eligibility;
        let ages = eligibility.ages.as_ref().map(|_| self.test(WhyNot::Ages, None, true));
        let departments = eligibility.min_departments.map(|least| {
            let has = unit.open_departments.count_ones();
            self.test(WhyNot::MinDepartments, Some(has.into()), has >= least)
        });
        let least = eligibility.min_points;
        let enough = least.map(|least| self.test(WhyNot::MinPoints, Some(points), points >= least.into()));
        let required = eligibility.require.iter().map(|&rule| {
            let points = explained[rule].points;
            self.test(WhyNot::Require(rule), Some(points), points > 0)
        });
        ages.into_iter().chain(departments).chain(enough).chain(required).collect()
    }

    fn test(&self, kind: WhyNot, has: Option<i64>, is_passed: bool) -> TestFacts {
        TestFacts { test: kind.word(self.programme), kind, has, is_passed }
    }

    /// Every row of the members, by member, department and first day.
    fn records(&self, rows: &[Vec<&[Record]>], explained: &[RuleExplained<'_>]) -> Vec<RecordFacts> {
        let rules: Vec<&Rule> = self.programme.rules.iter().collect();
        let mut records = Vec::new();
        for (department, of_members) in self.linked.departments.iter().zip(rows) {
            for (member, rows) in of_members.iter().enumerate() {
                for row in *rows {
                    let counts = |explained: &RuleExplained<'_>| {
                        explained.rows.iter().any(|(_, counted)| std::ptr::eq(*counted, row))
                    };
                    let counting = rules.iter().zip(explained).filter(|(_, explained)| counts(explained));
                    records.push(RecordFacts {
                        member: member + 1,
                        department: department.id.clone(),
                        kind: department.types[row.kind as usize].clone(),
                        start: date(row.start),
                        end: (row.end != Record::OPEN).then(|| date(row.end)),
                        counted_by: counting.map(|(rule, _)| rule.id.clone()).collect(),
                    });
                }
            }
        }
        records.sort_by_key(|record| record.member);
        records
    }
}

fn rule_facts(rule: &Rule, explained: &RuleExplained<'_>) -> RuleFacts {
    let RuleExplained { amount, points, rows } = explained;
    let reached = |from: f64| f64::from(*amount) >= least_amount(rule.measure, from);
    let band_from = match &rule.scale {
        Scale::Bands(bands) => bands.iter().rev().map(|band| band.from).find(|&from| reached(from)),
        Scale::PerOne { .. } => None,
    };
    RuleFacts {
        rule: rule.id.clone(),
        value: value(rule.measure, *amount),
        amount: *amount,
        band_from,
        points: *points,
        records: rows.len(),
    }
}
