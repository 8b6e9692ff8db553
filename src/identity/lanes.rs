//! SHA-256's compression function over eight or sixteen blocks at a time, for processors without SHA instructions.
//!
//! # Guarantee
//!
//! [`Lanes::each`] makes of every block what `sha2`'s compression function makes of it; the tests of
//! [`super::compression`] compare the two. This is the only file with `unsafe` code: functions compiled for AVX2 and
//! AVX-512 may be called only where the processor has them, and a [`Lanes`] is to be had only there. All arithmetic is on
//! plain arrays, which the compiler turns into operations on whole registers; no pointer and no intrinsic is used.

#![expect(unsafe_code, reason = "calling what is compiled for instructions that not every processor has")]

use super::compression::{Block, State, put_state};
use zeroize::Zeroizing;

/// One word of so many messages.
type Word<const LANES: usize> = [u32; LANES];

/// The constants of the rounds (FIPS 180-4, section 4.2.2).
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// A width that this processor has been found to have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lanes(Width);

/// Messages at a time.
#[derive(Debug, Clone, Copy)]
enum Width {
    /// AVX2: registers of eight words.
    Eight,
    /// AVX-512: registers of sixteen words.
    Sixteen,
}

/// Whether `sha2` uses the processor's own SHA instructions.
pub(super) fn has_sha_instructions() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")
}

impl Lanes {
    /// The widths that this processor has, the widest first. Nothing else makes one.
    pub(super) fn detected() -> impl Iterator<Item = Self> {
        let has = |width: &Width| match width {
            Width::Eight => is_x86_feature_detected!("avx2"),
            Width::Sixteen => is_x86_feature_detected!("avx512f"),
        };
        [Width::Sixteen, Width::Eight].into_iter().filter(has).map(Self)
    }

    /// Compresses each block after the state `from`, and puts the state that comes of it into the block's first half;
    /// gives back the last blocks, too few to fill the lanes.
    pub(super) fn each<'b>(self, from: &State, blocks: &'b mut [Block]) -> &'b mut [Block] {
        match self.0 {
            Width::Eight => in_groups(from, blocks, |states, words| {
                // SAFETY: `detected` has found AVX2, or there would be no `Lanes` of this width.
                unsafe { compress_eight(states, words) }
            }),
            Width::Sixteen => in_groups(from, blocks, |states, words| {
                // SAFETY: `detected` has found AVX-512F, or there would be no `Lanes` of this width.
                unsafe { compress_sixteen(states, words) }
            }),
        }
    }
}

#[target_feature(enable = "avx2")]
fn compress_eight(states: &mut [Word<8>; 8], words: &[Word<8>; 16]) {
    compress(states, words);
}

#[target_feature(enable = "avx512f")]
fn compress_sixteen(states: &mut [Word<16>; 8], words: &[Word<16>; 16]) {
    compress(states, words);
}

/// Lays the blocks of each whole group side by side, compresses them and puts their states back; gives the rest.
fn in_groups<'b, const LANES: usize>(
    from: &State,
    blocks: &'b mut [Block],
    compress_group: impl Fn(&mut [Word<LANES>; 8], &[Word<LANES>; 16]),
) -> &'b mut [Block] {
    let (groups, rest) = blocks.as_chunks_mut::<LANES>();
    // What stands there is numbers.
    let mut words = Zeroizing::new([[0; LANES]; 16]);
    for group in groups {
        for (lane, block) in group.iter().enumerate() {
            for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
                word[lane] = u32::from_be_bytes(*bytes);
            }
        }
        let mut states = from.map(|word| [word; LANES]);
        compress_group(&mut states, &words);
        for (lane, block) in group.iter_mut().enumerate() {
            put_state(block, std::array::from_fn(|word| states[word][lane]));
        }
    }
    rest
}

/// Compresses the block in each lane, which `words` holds, after that lane's state.
///
/// The rounds are written out one after the other, so that the loop over lanes is the only one. The compiler turns such a
/// loop into one pass over whole registers; it does not where there are loops inside it.
#[expect(clippy::inline_always, reason = "to be compiled for the instructions of the function that it stands in")]
#[inline(always)]
fn compress<const LANES: usize>(states: &mut [Word<LANES>; 8], words: &[Word<LANES>; 16]) {
    for lane in 0..LANES {
        let mut state: State = [0; 8];
        let mut schedule = [0; 16];
        macro_rules! for_each {
            ($action:ident: $($n:literal)*) => { $($action!($n);)* };
        }
        macro_rules! begin {
            ($n:literal) => {
                state[$n] = states[$n][lane]
            };
        }
        macro_rules! given {
            ($n:literal) => {
                schedule[$n] = words[$n][lane];
                round(&mut state, schedule[$n], ROUNDS[$n]);
            };
        }
        macro_rules! expanded {
            ($n:literal) => {
                let before =
                    [schedule[$n % 16], schedule[($n + 1) % 16], schedule[($n + 9) % 16], schedule[($n + 14) % 16]];
                schedule[$n % 16] = expand(before);
                round(&mut state, schedule[$n % 16], ROUNDS[$n]);
            };
        }
        macro_rules! end {
            ($n:literal) => {
                states[$n][lane] = states[$n][lane].wrapping_add(state[$n])
            };
        }
        for_each!(begin: 0 1 2 3 4 5 6 7);
        for_each!(given: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for_each!(expanded: 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
        for_each!(expanded: 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47);
        for_each!(expanded: 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
        for_each!(end: 0 1 2 3 4 5 6 7);
    }
}

/// The next word of the message schedule, from those 16, 15, 7 and 2 before it.
#[expect(clippy::inline_always, reason = "see `compress`")]
#[inline(always)]
fn expand([before_16, before_15, before_7, before_2]: [u32; 4]) -> u32 {
    let small_0 = before_15.rotate_right(7) ^ before_15.rotate_right(18) ^ (before_15 >> 3);
    let small_1 = before_2.rotate_right(17) ^ before_2.rotate_right(19) ^ (before_2 >> 10);
    before_16.wrapping_add(small_0).wrapping_add(before_7).wrapping_add(small_1)
}

/// One round; the letters are the standard's.
#[expect(clippy::inline_always, reason = "see `compress`")]
#[expect(clippy::many_single_char_names, reason = "the standard's names")]
#[inline(always)]
fn round(state: &mut State, word: u32, constant: u32) {
    let [a, b, c, d, e, f, g, h] = *state;
    let big_1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
    let choice = g ^ (e & (f ^ g));
    let first = h.wrapping_add(constant).wrapping_add(word).wrapping_add(choice).wrapping_add(big_1);
    let big_0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
    let majority = (a & b) ^ (c & (a ^ b));
    *state = [first.wrapping_add(big_0).wrapping_add(majority), a, b, c, d.wrapping_add(first), e, f, g];
}
