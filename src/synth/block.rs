//! One block of the population: its people, their rows in each department, and these as bytes. Blocks know nothing of each other.

use super::dialect::{Cells, DIALECTS, Damage, Dialect};
use super::fault::Fault;
use super::ledger::{Ledger, Row};
use super::number::{self, Numbers};
use super::oddity::{self, Oddity};
use super::people::Household;
use super::random::Random;
use super::summary::DepartmentSummary;
use super::{Settings, family, jobcentre, social};

/// A small municipality is a few blocks; a country is [`number::MOST_BLOCKS`] larger ones.
const SMALLEST_BLOCK: u32 = 2048;

/// How the population is cut into blocks. Depends on its size alone, never on threads.
pub(super) struct Plan {
    adults: u32,
    block_adults: u32,
    pub(super) blocks: u32,
}

/// A block's bytes and counts, one for each department.
pub(super) struct Block {
    pub(super) adults: u32,
    pub(super) extracts: Vec<(Vec<u8>, DepartmentSummary)>,
}

impl Plan {
    pub(super) fn new(adults: u32) -> Self {
        let block_adults = SMALLEST_BLOCK.max(adults.div_ceil(number::MOST_BLOCKS));
        Self { adults, block_adults, blocks: adults.div_ceil(block_adults) }
    }

    /// Makes block number `block`, from 0.
    pub(super) fn make(&self, settings: &Settings, block: u32) -> Block {
        let adults = self.block_adults.min(self.adults - block * self.block_adults);
        // Mistakes come from a stream of their own, so that they leave the truth as it is.
        let mut truth = Random::new(settings.seed, 2 * u64::from(block));
        let mut mistakes = Random::new(settings.seed, 2 * u64::from(block) + 1);
        let ledgers = self.ledgers(settings, block, adults, &mut truth);
        let extracts = DIALECTS
            .iter()
            .zip(ledgers)
            .map(|(dialect, mut ledger)| {
                // Departments do not sort by household.
                truth.shuffle(&mut ledger.rows);
                write_rows(&ledger.rows, dialect, settings.dirty, &mut mistakes)
            })
            .collect();
        Block { adults, extracts }
    }

    fn ledgers(&self, settings: &Settings, block: u32, adults: u32, random: &mut Random) -> [Ledger; 3] {
        // Far more record numbers than a block can use: a department opens about one case for each adult.
        let span = 4 * u64::from(self.block_adults) + 1000;
        let mut ledgers = [(); 3].map(|()| Ledger::new(u64::from(block) * span));
        let mut numbers = Numbers::new(settings.seed, block, self.blocks);
        let mut room = adults;
        while room > 0 {
            let household = Household::new(room, &mut numbers, random);
            let [jobcentre, family, social] = &mut ledgers;
            for adult in &household.adults {
                jobcentre::add(adult, jobcentre, random);
                social::add(adult, social, random);
            }
            family::add(&household, family, random);
            for ledger in &mut ledgers {
                ledger.next_household();
            }
            room -= u32::try_from(household.adults.len()).expect("a household has three adults at most");
        }
        ledgers
    }
}

/// Spells the rows, `dirty` of them wrong in one way each, as many of the others odd, and duplicates at the end.
fn write_rows(
    rows: &[Row],
    dialect: &'static Dialect,
    dirty: f64,
    random: &mut Random,
) -> (Vec<u8>, DepartmentSummary) {
    let mut bytes = Vec::with_capacity(96 * rows.len());
    let mut cells = Cells::default();
    let mut twice = Vec::new();
    let mut summary = DepartmentSummary::new(dialect.id);
    for row in rows {
        dialect.spell(row, &mut cells, random);
        let mut damage = Damage::None;
        let mut oddity = None;
        let (wrong, odd) = (random.chance(dirty), random.chance(dirty));
        if wrong {
            let fault = Fault::any(dialect, random);
            damage = fault.apply(row, dialect, &mut cells, random);
            summary.count_fault(fault);
        } else if odd {
            oddity = Some(Oddity::any(random).apply(row, dialect, &mut cells, random));
        }
        dialect.write_line(&cells, damage, &mut bytes);
        match oddity {
            Some(Oddity::Duplicate) => twice.push(row),
            Some(Oddity::EmptyLine) => bytes.extend_from_slice(dialect.line_end.as_bytes()),
            Some(Oddity::Repaired) => summary.repaired += 1,
            Some(Oddity::Replacement) => summary.replacement += 1,
            Some(Oddity::Spelling) | None => {}
        }
    }
    for row in &twice {
        oddity::respell_copy(row, dialect, &mut cells, random);
        dialect.write_line(&cells, Damage::None, &mut bytes);
    }
    summary.duplicates = length(&twice);
    summary.rows = length(rows) + summary.duplicates;
    summary.bytes = length(&bytes);
    (bytes, summary)
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).expect("memory is addressed with 64 bits")
}

#[cfg(test)]
mod tests {
    use super::{Plan, Settings};
    use crate::synth::MOST_ADULTS;
    use std::collections::HashMap;

    #[test]
    fn blocks_of_the_largest_population_have_a_number_for_everyone_and_share_none() {
        let plan = Plan::new(MOST_ADULTS);
        let settings = Settings { adults: MOST_ADULTS, seed: 1, dirty: 0.0 };
        let mut first_block: HashMap<u64, u32> = HashMap::new();
        for block in [0, plan.blocks / 2, plan.blocks - 1] {
            let ledgers = plan.ledgers(&settings, block, plan.block_adults, &mut super::Random::new(1, block.into()));
            let rows = ledgers.iter().flat_map(|ledger| &ledger.rows);
            for number in rows.flat_map(|row| [Some(row.person.number), row.child]).flatten() {
                assert_eq!(*first_block.entry(number).or_insert(block), block, "two blocks gave out one number");
            }
        }
        assert!(first_block.len() > 3 * plan.block_adults as usize / 4);
    }
}
