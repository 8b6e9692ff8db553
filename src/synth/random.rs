//! Reproducible random numbers (splitmix64): the same seed gives the same numbers on every machine. Not for secrets.

/// The increment of splitmix64 [Steele, Lea, Flood 2014], 2^64 divided by the golden ratio.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of random numbers.
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The stream number `stream` of `seed`; streams do not depend on one another, so blocks can be made in any order.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self { state: mix(seed.wrapping_add(STEP)) ^ mix(stream.wrapping_mul(STEP)) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// A number below `end`, 0 where `end` is 0. The bias, below 2^-32 × `end`, does not matter here.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let product = (self.next() >> 32) * u64::from(end);
        u32::try_from(product >> 32).expect("a product of two 32-bit numbers has 64 bits")
    }

    /// A number from `first` to `last`, both included; `first` where they are the wrong way round.
    pub(super) fn between(&mut self, first: i32, last: i32) -> i32 {
        first.saturating_add_unsigned(self.below((last - first + 1).max(1).unsigned_abs()))
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        f64::from(self.below(u32::MAX)) < probability * f64::from(u32::MAX)
    }

    /// One of the choices, each as likely.
    ///
    /// # Panics
    /// Where there is no choice: all lists here are constants with something in them.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.index(choices.len())]
    }

    /// Puts the list in random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }

    /// How often in a row something of this probability happens, `most` times at most.
    pub(super) fn run_of(&mut self, probability: f64, most: u32) -> u32 {
        let mut times = 0;
        while times < most && self.chance(probability) {
            times += 1;
        }
        times
    }

    fn index(&mut self, length: usize) -> usize {
        let end = u32::try_from(length).expect("lists here are short");
        usize::try_from(self.below(end)).expect("smaller than the length of a list")
    }
}

/// The output function of splitmix64: one number to one other, well scattered.
pub(super) fn mix(number: u64) -> u64 {
    let once = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let twice = (once ^ (once >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    twice ^ (twice >> 31)
}
