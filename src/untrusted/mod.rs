//! Files that may be forged, or change while they are read.
//!
//! - [`SteadyFile`]: opened once, and the same from its first byte to its last.
//! - `shape`: what a Parquet file claims of itself, held against what can be, before a library believes it.
//! - `pages`: reading them, with what can only be seen once a page is unpacked.
//! - `guarded`: calling a library with such a file; a panic in there is an error about the file.

mod pages;
pub(crate) mod shape;
mod steady;
mod thrift;

pub(crate) use pages::read_row_groups;
pub use steady::{SteadyFile, SteadyReader};

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

thread_local! {
    static IS_READING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is reading an untrusted file, so that a panic will be told as an error about it.
#[must_use]
pub fn is_reading() -> bool {
    IS_READING.get()
}

/// What `read` gives, or `None` where it panics for another reason than lack of memory. `read` must not hand its work to other threads.
pub(crate) fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = IS_READING.replace(true);
    // What `read` was building is given up with the panic, so nothing half-made is seen.
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_READING.set(before);
    match read {
        Ok(read) => Some(read),
        // The file is not to blame.
        Err(panic) if is_out_of_memory(panic.as_ref()) => resume_unwind(panic),
        Err(_) => None,
    }
}

/// Whether a panic says that memory ran out.
#[must_use]
pub fn is_out_of_memory(panic: &(dyn Any + Send)) -> bool {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.is_some_and(tells_of_memory)
}

/// Whether an error's text says that memory ran out. Everything else ends the process where it gets none; zstd, which
/// packs and unpacks Parquet's pages, tells, and so does the standard library of a thread that gets no stack, such as those
/// that workbooks are written by.
pub(crate) fn tells_of_memory(text: &str) -> bool {
    ["zstd returned null pointer", "not enough memory", "failed to spawn thread"]
        .iter()
        .any(|words| text.contains(words))
}
