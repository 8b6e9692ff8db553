//! All tests from outside: the library's rooms by little tables, the program by its command line.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod agreement;
mod cases;
mod municipality;
mod reference;
mod support;
mod synth;
