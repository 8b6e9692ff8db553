//! The checks of `tests/udpeg/fuzzed/` under libFuzzer, one function for each target.
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "the slow implementation does more than is compared here")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a check fails")]

#[path = "../../tests/udpeg/fuzzed/mod.rs"]
mod fuzzed;
#[path = "../../tests/udpeg/reference/mod.rs"]
mod reference;

/// See `tests/udpeg/fuzzed/delivery.rs`.
pub fn delivery(input: &[u8]) {
    fuzzed::delivery(input);
}

/// See `tests/udpeg/fuzzed/extract.rs`.
pub fn extract(input: &[u8]) {
    fuzzed::extract(input);
}

/// See `tests/udpeg/fuzzed/formats.rs`.
pub fn formats(input: &[u8]) {
    fuzzed::formats(input);
}

/// See `tests/udpeg/fuzzed/number.rs`.
pub fn number(input: &[u8]) {
    fuzzed::number(input);
}

/// See `tests/udpeg/fuzzed/programme.rs`.
pub fn programme(input: &[u8]) {
    fuzzed::programme(input);
}

/// See `tests/udpeg/fuzzed/rows.rs`.
pub fn rows(input: &[u8]) {
    fuzzed::rows(input);
}

/// Once, before the first input.
///
/// libFuzzer's hook ends the process at every panic. One inside a library that reads an untrusted file is caught there
/// and told as an error about the file, as in the program; every other is a mistake.
pub fn prepare() {
    let end_process = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !udpeg::untrusted::is_reading() {
            end_process(panic);
        }
    }));
    // All work on this thread: the same input goes the same way each time.
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("no pool before this");
}
