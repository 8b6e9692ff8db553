//! See `tests/udpeg/fuzzed/formats.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: udpeg_fuzz::prepare(), |input: &[u8]| udpeg_fuzz::formats(input));
