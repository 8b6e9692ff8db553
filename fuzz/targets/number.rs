//! See `tests/udpeg/fuzzed/number.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: udpeg_fuzz::prepare(), |input: &[u8]| udpeg_fuzz::number(input));
