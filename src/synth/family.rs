//! What the family department knows: measures for children, each with the adults they concern.

use super::calendar::{AS_OF, CHILDREN_ACT, Day, HISTORY, YEAR};
use super::ledger::{Ledger, Row, Spell};
use super::people::{Adult, Child, Household, Strain};
use super::random::Random;
use super::words;

/// Adds one household's cases.
pub(super) fn add(household: &Household, ledger: &mut Ledger, random: &mut Random) {
    let worst = household.adults.iter().map(|adult| adult.strain).max_by_key(|strain| *strain as u8);
    let (any, more) = match worst {
        None | Some(Strain::Settled) => (0.13, 0.25),
        Some(Strain::Strained) => (0.4, 0.45),
        Some(Strain::Exposed) => (0.62, 0.62),
    };
    if !household.children.is_empty() && random.chance(any) {
        for _ in 0..=random.run_of(more, 5) {
            add_case(household, ledger, random);
        }
    }
    if let Some(grown) = &household.grown_child
        && random.chance(any)
    {
        add_aftercare(household, grown, ledger, random);
    }
}

/// A measure for one or more of the children, in the file of one or all of the parents.
fn add_case(household: &Household, ledger: &mut Ledger, random: &mut Random) {
    let children = some_of(&household.children, 0.45, random);
    let parents = household.parents();
    let adults: Vec<&Adult> = if random.chance(0.7) { parents.iter().collect() } else { some_of(parents, 0.0, random) };
    let born = children.iter().map(|child| child.born).min().unwrap_or(HISTORY);
    let mut start = random.between(born.max(HISTORY) + 30, AS_OF);
    let record = ledger.open_record();
    if random.chance(0.15) {
        let spell = Spell::lasting(start, random.between(3, 60), random);
        add_rows(&adults, &[], record, [words::NOTIFICATION; 2], spell, ledger);
        start = spell.last() + 1;
        if start > AS_OF {
            return;
        }
    }
    let names = random.pick(&words::CHILD_MEASURES);
    let whole_family = names[1].ends_with("familiebehandling") && random.chance(0.4);
    let children = if whole_family { Vec::new() } else { children };
    loop {
        let spell = Spell::lasting(start, random.between(90, 1100), random).until(born + 18 * YEAR);
        add_rows(&adults, &children, record, names, spell, ledger);
        start = spell.last() + random.between(20, 400);
        if start > AS_OF.min(born + 17 * YEAR) || !random.chance(0.25) {
            break;
        }
    }
}

/// Help after the 18th birthday: the child is an adult of the household with a number, and maybe records, of its own.
fn add_aftercare(household: &Household, grown: &Child, ledger: &mut Ledger, random: &mut Random) {
    let birthday = grown.born + 18 * YEAR + 5;
    let spell = Spell::lasting(birthday, random.between(200, 4 * YEAR), random);
    let adults: Vec<&Adult> = household.parents().iter().collect();
    let record = ledger.open_record();
    add_rows(&adults, &[grown], record, words::AFTERCARE, spell, ledger);
}

/// A row for each adult and child; two where the law changed on the way, since the measure goes on under its new name.
fn add_rows(
    adults: &[&Adult],
    children: &[&Child],
    record: u64,
    names: [&'static str; 2],
    spell: Spell,
    ledger: &mut Ledger,
) {
    let mut add = |start: Day, end: Option<Day>, kind: &'static str| {
        for adult in adults {
            let row = Row { person: adult.identity, record: Some(record), kind, start, end, child: None };
            if children.is_empty() {
                ledger.add(row);
            }
            for child in children {
                ledger.add(Row { child: Some(child.number), ..row });
            }
        }
    };
    let [before, since] = names;
    if spell.start >= CHILDREN_ACT {
        add(spell.start, spell.end, since);
    } else if spell.last() < CHILDREN_ACT || before == since {
        add(spell.start, spell.end, before);
    } else {
        add(spell.start, Some(CHILDREN_ACT - 1), before);
        add(CHILDREN_ACT, spell.end, since);
    }
}

/// One at random, and each of the others with the given probability.
fn some_of<'a, T>(all: &'a [T], others: f64, random: &mut Random) -> Vec<&'a T> {
    let Some(last) = all.len().checked_sub(1) else { return Vec::new() };
    let places: Vec<usize> = (0..=last).collect();
    let sure = random.pick(&places);
    places.into_iter().filter(|place| *place == sure || random.chance(others)).map(|place| &all[place]).collect()
}
