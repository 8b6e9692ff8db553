//! The records behind a value are those that the measure counts, and no others.

use super::day;
use crate::municipality;
use crate::support::{Workplace, parquet_rows};
use std::collections::BTreeSet;
use udpeg::explanation::{Asked, Explanation, RecordFacts, RuleFacts};
use udpeg::pipeline::{self, Context, Memory, ShowingRecords, Silent};
use udpeg::programme::{Measure, Overrides, Programme, Rule};
use udpeg::score::window_start;

#[test]
fn the_records_behind_every_value_are_those_that_the_measure_counts() {
    let mut measures: BTreeSet<&str> = BTreeSet::new();
    for seed in 100..112 {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        place.udpeg(&["run", "-p", "p.toml", "--max-rejected", "100%"]).succeeded();
        let why = parquet_rows(&place.path(&format!("out/P{seed}/selection/why.parquet")));
        let persons = why.iter().filter(|row| row["unit"] == row["person"]).map(|row| row["person"].as_str().unwrap());
        let asked: Vec<Asked> = persons.step_by(3).map(|person| person.parse().unwrap()).collect();
        let programme = Programme::read(&place.path("p.toml"), &Overrides::default()).unwrap();
        let (memory, today) = (Memory::default(), day("2026-01-01"));
        let context = Context { programme: &programme, today, force: false, memory, progress: &Silent };
        let [consent, by, at] = ["case 1", "k1", "2026-01-01T00:00:00Z"].map(str::to_owned);
        let told = pipeline::explain(&context, &asked, Some(&ShowingRecords { consent, by, at })).unwrap();
        for explanation in &told.summary {
            for (rule, facts) in programme.rules.iter().zip(&explanation.rules) {
                check(&programme, rule, facts, explanation, &format!("seed {seed}: {rule:?}\n{explanation:#?}"));
                if facts.amount > 0 {
                    measures.insert(rule.measure.name());
                }
            }
        }
    }
    assert_eq!(measures.len(), 6, "{measures:?}");
}

fn check(programme: &Programme, rule: &Rule, facts: &RuleFacts, explanation: &Explanation, at: &str) {
    let records = explanation.records.as_ref().unwrap();
    let counted: Vec<&RecordFacts> = records.iter().filter(|record| record.counted_by.contains(&rule.id)).collect();
    assert_eq!(counted.len(), facts.records, "{at}");
    let ends_from = |record: &RecordFacts, first| record.end.is_none_or(|end| end >= first);
    let is_chosen = |record: &&RecordFacts| {
        Some(&record.department) == rule.department.as_ref()
            && rule.types.as_ref().is_none_or(|types| types.chosen(&record.kind).contains(days(record.start)))
    };
    let chosen = records.iter().filter(is_chosen);
    let as_of = programme.as_of;
    let first_of_window = rule.window_years.map_or(i32::MIN, |years| window_start(as_of, years));
    let is_in_window = |record: &&RecordFacts| record.end.is_none_or(|end| days(end) >= first_of_window);
    let exactly = |expected: Vec<&RecordFacts>| assert_eq!(counted, expected, "{at}");
    match rule.measure {
        Measure::OpenCases => exactly(chosen.filter(|record| ends_from(record, as_of)).collect()),
        Measure::Cases => exactly(chosen.filter(is_in_window).collect()),
        Measure::Children => {
            let open: Vec<&RecordFacts> = chosen.filter(|record| ends_from(record, as_of)).collect();
            assert!(counted.iter().all(|record| open.contains(record)), "{at}");
            assert_eq!(counted.is_empty(), facts.amount == 0, "{at}");
        }
        Measure::Departments => assert!(counted.is_empty(), "{at}"),
        Measure::Years | Measure::YearsUnbroken => {
            let members: BTreeSet<usize> = counted.iter().map(|record| record.member).collect();
            assert_eq!(members.len(), usize::from(facts.amount > 0), "{at}");
            let covers = |day: i32| counted.iter().any(|record| covers(record, day));
            let last = days(as_of);
            let first = counted.iter().map(|record| days(record.start)).min().unwrap_or(last + 1);
            if rule.measure == Measure::Years {
                let covered = (first.max(first_of_window)..=last).filter(|&day| covers(day)).count();
                assert_eq!(covered, facts.amount as usize, "{at}");
                let member = members.first().copied();
                exactly(chosen.filter(|record| Some(record.member) == member).filter(is_in_window).collect());
            } else {
                assert_eq!(i64::from(last) - i64::from(first) + 1, i64::from(facts.amount), "{at}");
            }
        }
    }
}

fn covers(record: &RecordFacts, day: i32) -> bool {
    days(record.start) <= day && record.end.is_none_or(|end| days(end) >= day)
}

fn days(day: chrono::NaiveDate) -> i32 {
    use chrono::Datelike;
    day.num_days_from_ce() - chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap().num_days_from_ce()
}
