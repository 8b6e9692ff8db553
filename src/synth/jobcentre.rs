//! What the jobcentre knows: benefits, spell after spell, some of them overlapping, some cases reopened.

use super::calendar::{AS_OF, Day, HISTORY, YEAR};
use super::ledger::{Ledger, Spell};
use super::people::{Adult, Strain};
use super::random::Random;
use super::words;

/// Days between two spells, days of a spell, and how often another benefit lies across it.
struct Pace {
    gap: (i32, i32),
    length: (i32, i32),
    overlap: f64,
    /// Years of the history in which the first spell begins.
    first_years: i32,
}

const STRAINED: Pace = Pace { gap: (5, 1200), length: (40, 800), overlap: 0.22, first_years: 13 };
const EXPOSED: Pace = Pace { gap: (-40, 240), length: (150, 1900), overlap: 0.6, first_years: 8 };

/// Adds one adult's benefits.
pub(super) fn add(adult: &Adult, ledger: &mut Ledger, random: &mut Random) {
    let from = HISTORY.max(adult.born + 18 * YEAR + 5);
    let pension = adult.born + 67 * YEAR + 16;
    let to = AS_OF.min(pension);
    if from >= to - 60 {
        return;
    }
    match adult.strain {
        Strain::Settled => between_jobs(adult, from, to, ledger, random),
        Strain::Strained => career(adult, &STRAINED, from, to, ledger, random),
        Strain::Exposed => career(adult, &EXPOSED, from, to, ledger, random),
    }
}

/// A few short spells, one of them opened again now and then.
fn between_jobs(adult: &Adult, from: Day, to: Day, ledger: &mut Ledger, random: &mut Random) {
    if !random.chance(0.31) {
        return;
    }
    for _ in 0..=random.run_of(0.35, 3) {
        let start = random.between(from, to);
        let kind = match random.below(100) {
            0..48 => words::DAGPENGE,
            48..80 => words::SYGEDAGPENGE,
            80..84 => random.pick(&words::UNNAMED_BENEFITS),
            84..87 => words::FLEKSJOB,
            _ => basic_benefit(adult, start),
        };
        let spell = Spell::lasting(start, random.between(10, 260), random).until(to);
        let record = ledger.open_record();
        ledger.add_spell(adult, Some(record), kind, spell);
        if random.chance(0.12) {
            let again = spell.last() + random.between(8, 200);
            if again < to {
                let spell = Spell::lasting(again, random.between(10, 150), random).until(to);
                ledger.add_spell(adult, Some(record), words::benefit_open_to_new(kind, again), spell);
            }
        }
    }
}

/// Years of benefits with gaps, at the given pace, until today or a pension.
fn career(adult: &Adult, pace: &Pace, from: Day, to: Day, ledger: &mut Ledger, random: &mut Random) {
    let mut start = random.between(from, to.min(from + pace.first_years * YEAR));
    let mut step = 0;
    let mut previous: Option<(&'static str, u64)> = None;
    while start < to - 30 {
        let kind = benefit(adult, start, step, random);
        let lasting = kind == words::FOERTIDSPENSION || (kind == words::FLEKSJOB && random.chance(0.5));
        let days = random.between(pace.length.0, pace.length.1).min(longest(kind));
        let days = if lasting { AS_OF - start + random.between(30, 300) } else { days };
        let spell = Spell::lasting(start, days, random).until(to);
        // The same benefit again is often the same case, opened once more.
        let record = match previous {
            Some((last_kind, record)) if last_kind == kind && random.chance(0.5) => record,
            _ => ledger.open_record(),
        };
        ledger.add_spell(adult, Some(record), kind, spell);
        if !lasting && random.chance(pace.overlap) {
            add_across(adult, spell, to, ledger, random);
        }
        previous = Some((kind, record));
        start = (spell.last() + 1 + random.between(pace.gap.0, pace.gap.1)).max(start + 20);
        step += 1;
    }
    let still_open = ledger.rows.last().is_some_and(|row| row.person == adult.identity && row.end.is_none());
    if still_open && random.chance(0.05) {
        let record = ledger.open_record();
        let planned = Spell { start: AS_OF + random.between(1, 120), end: None };
        ledger.add_spell(adult, Some(record), random.pick(&[words::JOBAFKLARING, words::FLEKSJOB]), planned);
    }
}

/// Sick, or in a programme, while on another benefit: one or two spells across the given one.
fn add_across(adult: &Adult, spell: Spell, to: Day, ledger: &mut Ledger, random: &mut Random) {
    for _ in 0..=random.run_of(0.35, 2) {
        let recent = spell.is_open() && random.chance(0.35);
        let first = if recent { spell.start.max(AS_OF - 200) } else { spell.start };
        let start = random.between(first, spell.last().min(AS_OF));
        let kind = random.pick(&[
            words::SYGEDAGPENGE,
            words::SYGEDAGPENGE,
            words::REVALIDERING,
            words::RESSOURCEFORLOEB,
            words::UNNAMED_BENEFITS[0],
        ]);
        let kind = words::benefit_open_to_new(kind, start);
        let record = ledger.open_record();
        let across = Spell::lasting(start, random.between(20, 330), random).until(to);
        ledger.add_spell(adult, Some(record), kind, across);
    }
}

/// Days after which the law ends a benefit, about.
fn longest(kind: &str) -> Day {
    match kind {
        words::SYGEDAGPENGE => 330,
        words::DAGPENGE => 2 * YEAR,
        _ => Day::MAX,
    }
}

/// The benefit that comes next in a long career.
fn benefit(adult: &Adult, start: Day, step: u32, random: &mut Random) -> &'static str {
    let age = (start - adult.born) / YEAR;
    let kind = match (random.below(100), step) {
        (0..2, 2..) if age >= 40 => words::FOERTIDSPENSION,
        (2..8, 2..) if age >= 35 => words::FLEKSJOB,
        (8..14, 2..) => words::LEDIGHEDSYDELSE,
        (14..24, 1..) => words::RESSOURCEFORLOEB,
        (24..32, 1..) => words::JOBAFKLARING,
        (32..36, 1..) => words::REVALIDERING,
        (36..44, _) => words::SYGEDAGPENGE,
        (44..56, _) => words::DAGPENGE,
        _ => basic_benefit(adult, start),
    };
    words::benefit_open_to_new(kind, start)
}

/// Below 30 it was education help, until the benefits became one.
fn basic_benefit(adult: &Adult, start: Day) -> &'static str {
    let young = (start - adult.born) / YEAR < 30;
    words::benefit_open_to_new(if young { words::UDDANNELSESHJAELP } else { words::KONTANTHJAELP }, start)
}
