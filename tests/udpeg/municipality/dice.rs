//! Random choices that a seed repeats on every machine (splitmix64).

/// A stream of random numbers.
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    /// Different seeds give unrelated streams.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0xD1B5_4A32_D192_ED03) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from `low` to `high`, both possible.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low).expect("low is not above high") + 1;
        low + i64::try_from(self.next() % width).expect("a small number")
    }

    /// Below `end`, from 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).expect("a length")).expect("below a length")
    }

    /// True so many times in a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    /// One of the choices.
    pub(crate) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// So many of the choices (or all), in random order, none twice.
    pub(crate) fn some<T: Clone>(&mut self, choices: &[T], many: usize) -> Vec<T> {
        let mut rest = choices.to_vec();
        let mut taken = Vec::new();
        while taken.len() < many && !rest.is_empty() {
            taken.push(rest.remove(self.below(rest.len())));
        }
        taken
    }
}
