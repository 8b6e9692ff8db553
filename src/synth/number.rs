//! CPR numbers that nobody can have: all fail modulus 11, and nobody is born on 1 January. Spelling them is not done here.

use super::calendar::{self, Day};
use super::random;

/// Birth dates lie from this day on; the last is `calendar::AS_OF`.
const FIRST_BIRTH: Day = calendar::day(1905, 1, 2);

/// Modulus 11: the weights of the ten digits [CPR-kontoret 2008].
const WEIGHTS: [u64; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// More blocks would leave some of them without a number for a date; see [`capacity`].
pub(super) const MOST_BLOCKS: u32 = 1000;

/// Any number without a factor 2, 3 or 5 spreads a block's numbers over all serials.
const SPREAD: u64 = 1117;

/// What the last digit of a number tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sex {
    /// Even.
    Woman,
    /// Odd.
    Man,
}

/// Gives out one block's numbers, each once. Blocks cannot collide: of each date's serials every block owns its own.
pub(super) struct Numbers {
    seed: u64,
    block: u64,
    blocks: u64,
    /// How many of its serials the block has used, for each date and sex.
    used: Vec<u16>,
}

impl Numbers {
    pub(super) fn new(seed: u64, block: u32, blocks: u32) -> Self {
        let days = usize::try_from(calendar::AS_OF - FIRST_BIRTH + 1).expect("a span of days is positive");
        Self { seed, block: block.into(), blocks: blocks.into(), used: vec![0; 2 * days] }
    }

    /// A number nobody has yet, for a person born on `wanted`, or as soon before it as there is one.
    pub(super) fn issue(&mut self, wanted: Day, sex: Sex) -> (u64, Day) {
        (FIRST_BIRTH..=wanted.min(calendar::AS_OF))
            .rev()
            .find_map(|born| self.issue_on(born, sex).map(|number| (number, born)))
            .expect("the largest population leaves decades of serials unused")
    }

    fn issue_on(&mut self, born: Day, sex: Sex) -> Option<u64> {
        let (year, month, day) = calendar::date(born);
        if (month, day) == (1, 1) {
            return None;
        }
        let cell = usize::try_from(2 * (born - FIRST_BIRTH) + i32::from(sex == Sex::Man)).ok()?;
        let own = capacity(year) / self.blocks;
        let shift = random::mix(self.seed ^ u64::try_from(cell).ok()?) % capacity(year);
        let year_digits = u64::try_from(year % 100).ok()?;
        let date_digits = (u64::from(day) * 100 + u64::from(month)) * 100 + year_digits;
        while u64::from(self.used[cell]) < own {
            let slot = self.block * own + u64::from(self.used[cell]);
            self.used[cell] += 1;
            let number = date_digits * 10_000 + serial((slot * SPREAD + shift) % capacity(year), year, sex);
            if !passes_modulus_11(number) {
                return Some(number);
            }
        }
        None
    }
}

/// How many serials of one sex a birth year has, those that pass modulus 11 included.
fn capacity(year: i32) -> u64 {
    if year < 1937 { 2000 } else { 3000 }
}

/// The serial that is `rank` among those of a birth year and sex. Its first digit, the number's seventh, tells the
/// century: 0 to 3 stand for 1900–1999, 4 and 9 for 1937–2036, 5 to 8 for 2000–2057 (and 1858–1899).
fn serial(rank: u64, year: i32, sex: Sex) -> u64 {
    let skipped = if year >= 2000 || rank >= 2500 { 4000 } else { 0 };
    skipped + 2 * rank + u64::from(sex == Sex::Man)
}

/// Whether the check digit is right, so that the number could be a living person's.
pub(super) fn passes_modulus_11(number: u64) -> bool {
    let mut rest = number;
    let mut sum = 0;
    for weight in WEIGHTS.iter().rev() {
        sum += weight * (rest % 10);
        rest /= 10;
    }
    sum % 11 == 0
}

/// The replacement number of a person, day + 60, or nothing where it would pass modulus 11.
pub(super) fn replacement(number: u64) -> Option<u64> {
    Some(number + 60 * 100_000_000).filter(|replaced| !passes_modulus_11(*replaced))
}

/// The next number with the same date and sex that fails modulus 11, the given one included.
pub(super) fn failing(number: u64) -> u64 {
    let date = number / 10_000;
    (0..5000)
        .map(|step| date * 10_000 + (number + 2 * step) % 10_000)
        .find(|candidate| !passes_modulus_11(*candidate))
        .expect("ten of eleven numbers fail")
}
