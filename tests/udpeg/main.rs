//! All tests from outside: the library's rooms by little tables, the program by its command line.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![expect(clippy::format_collect, clippy::format_push_string, reason = "tables are written as they read")]

mod agreement;
mod assignment;
mod bad_input;
mod cases;
mod command_line;
mod compare;
mod fuzzed;
mod identity;
mod killed;
mod linkage;
mod manual;
mod memory;
mod municipality;
mod output;
mod programme;
mod properties;
mod purge;
mod reading;
mod reference;
mod room;
mod score;
mod secrets;
mod selection;
mod support;
mod synth;
mod verify;
