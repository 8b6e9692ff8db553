//! SHA-256's compression function (FIPS 180-4, section 6.2.2) over many blocks that all follow one state.
//!
//! # Guarantee
//!
//! [`Compression::each`] makes of every block what `sha2`'s compression function makes of it, whichever way it goes.
//! The way is chosen by what the processor has: SHA instructions, then `sha2` block by block, as one compression overlaps
//! with the next; else registers of sixteen or eight words, then so many blocks at a time; else `sha2` as well. A property
//! test compares all ways that the machine has with `sha2`, for all numbers of blocks.

#[cfg(target_arch = "x86_64")]
use super::lanes::{Lanes, has_sha_instructions};
use sha2::block_api::compress256;

/// What is compressed at a time.
pub(super) type Block = [u8; 64];

/// What has come of all blocks so far.
pub(super) type State = [u32; 8];

/// Which way blocks are compressed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Compression {
    /// By `sha2`.
    OneByOne,
    /// Several at a time.
    #[cfg(target_arch = "x86_64")]
    InLanes(Lanes),
}

impl Compression {
    /// The fastest way on this processor.
    pub(super) fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if !has_sha_instructions()
            && let Some(lanes) = Lanes::detected().next()
        {
            return Self::InLanes(lanes);
        }
        Self::OneByOne
    }

    /// All ways that this processor has.
    #[cfg(test)]
    pub(super) fn possible() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        return std::iter::once(Self::OneByOne).chain(Lanes::detected().map(Self::InLanes)).collect();
        #[cfg(not(target_arch = "x86_64"))]
        vec![Self::OneByOne]
    }

    /// Compresses each block after the state `from`, and puts the state that comes of it into the block's first half,
    /// highest byte first. The second half is left as it is.
    pub(super) fn each(self, from: &State, blocks: &mut [Block]) {
        let rest = match self {
            Self::OneByOne => blocks,
            #[cfg(target_arch = "x86_64")]
            Self::InLanes(lanes) => lanes.each(from, blocks),
        };
        for block in rest {
            let mut state = *from;
            compress256(&mut state, std::slice::from_ref(block));
            put_state(block, state);
        }
    }
}

/// Puts a state into the first half of a block.
pub(super) fn put_state(block: &mut Block, state: State) {
    for (bytes, word) in block.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Compression, State};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use sha2::block_api::compress256;

    /// The same by the library, block by block.
    fn independent(from: &State, blocks: &[Block]) -> Vec<Block> {
        let compress = |block: &Block| {
            let mut state = *from;
            compress256(&mut state, &[*block]);
            let mut bytes: Vec<u8> = state.iter().flat_map(|word| word.to_be_bytes()).collect();
            bytes.extend(&block[32..]);
            bytes.try_into().expect("32 and 32 bytes")
        };
        blocks.iter().map(compress).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20) })]

        #[test]
        fn every_way_gives_what_the_library_gives_for_any_number_of_blocks(
            from: State,
            bytes in vec(any::<u8>(), 64 * 70),
        ) {
            let blocks: &[Block] = bytes.as_chunks().0;
            let expected = independent(&from, blocks);
            for way in Compression::possible() {
                for count in 0..=blocks.len() {
                    let mut own = blocks.to_vec();
                    way.each(&from, &mut own[..count]);
                    prop_assert_eq!(&own[..count], &expected[..count], "{:?}, {} blocks", way, count);
                    prop_assert_eq!(&own[count..], &blocks[count..], "{:?} goes past {} blocks", way, count);
                }
            }
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_way_is_that_of_the_processor() {
        let has_sha = is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1");
        let is_wide = is_x86_feature_detected!("avx2") || is_x86_feature_detected!("avx512f");
        let expects_lanes = !has_sha && is_wide;
        assert_eq!(matches!(Compression::fastest(), Compression::InLanes(_)), expects_lanes);
        let widths = usize::from(is_x86_feature_detected!("avx2")) + usize::from(is_x86_feature_detected!("avx512f"));
        assert_eq!(Compression::possible().len(), 1 + widths);
    }
}
