//! All tests from outside: the library's rooms by little tables, the program by its command line.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![expect(clippy::print_stdout, reason = "long forms say what they found, and cases which of them failed")]
#![expect(clippy::type_complexity, clippy::large_stack_arrays, reason = "tables of cases are as wide as they must be")]
#![expect(clippy::format_collect, clippy::format_push_string, reason = "tables are written as they read")]

mod agreement;
mod approval;
mod assignment;
mod bad_input;
mod cases;
mod check;
mod command_line;
mod compare;
mod custody;
mod decisions;
mod describe;
mod disclosure;
mod example_persons;
mod explain;
mod faults;
mod fuzzed;
mod hostile;
mod identity;
mod init;
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
mod release;
mod report;
mod room;
mod score;
mod secrets;
mod selection;
mod support;
mod synth;
mod verify;
