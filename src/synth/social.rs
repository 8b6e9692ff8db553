//! What the social department knows: help to adults by paragraph, the more the harder their life.

use super::calendar::{AS_OF, Day, HISTORY, YEAR};
use super::ledger::{Ledger, Spell};
use super::number::Sex;
use super::people::{Adult, Strain};
use super::random::Random;
use super::words;

/// Adds one adult's cases.
pub(super) fn add(adult: &Adult, ledger: &mut Ledger, random: &mut Random) {
    let old = AS_OF - adult.born > 67 * YEAR;
    let (any, more) = match adult.strain {
        Strain::Settled if old => (0.14, 0.3),
        Strain::Settled => (0.07, 0.3),
        Strain::Strained => (0.30, 0.42),
        Strain::Exposed => (0.66, 0.58),
    };
    let from = HISTORY.max(adult.born + 18 * YEAR + 5);
    if from >= AS_OF - 10 || !random.chance(any) {
        return;
    }
    for _ in 0..=random.run_of(more, 6) {
        add_case(adult, from, ledger, random);
    }
}

/// One case: its first stretch, and those after it was opened again.
fn add_case(adult: &Adult, from: Day, ledger: &mut Ledger, random: &mut Random) {
    let kind = paragraph(adult, random);
    let record = (!random.chance(0.1)).then(|| ledger.open_record());
    let (shortest, longest) = match kind {
        words::REFUGE => (20, 300),
        "SEL § 110" | "SEL § 101" => (30, 400),
        _ => (90, 1300),
    };
    // Twice the draw, the later day: files forget old cases.
    let mut start = random.between(from, AS_OF).max(random.between(from, AS_OF));
    loop {
        let spell = Spell::lasting(start, random.between(shortest, longest), random);
        ledger.add_spell(adult, record, kind, spell);
        if spell.end.is_none() || record.is_none() || !random.chance(0.45) {
            break;
        }
        start = spell.last() + random.between(2, 300);
        // A measure may be granted ahead; more than a few months ahead is not.
        if start > AS_OF + 60 {
            break;
        }
    }
}

fn paragraph(adult: &Adult, random: &mut Random) -> &'static str {
    match (random.below(100), adult.strain) {
        (0..4, _) => random.pick(&words::UNNAMED_SUPPORT),
        (4..12, Strain::Strained | Strain::Exposed) if adult.sex == Sex::Woman => words::REFUGE,
        (12..40, Strain::Exposed) | (12..27, Strain::Strained) => random.pick(&words::SHELTER),
        (40..60, _) => random.pick(&words::LASTING),
        _ => random.pick(&words::SUPPORT),
    }
}
