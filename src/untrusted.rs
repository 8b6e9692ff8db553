//! Calling a library with a file that may be forged: a panic in there is an error about the file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_READING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is reading an untrusted file, so that a panic will be told as an error about it.
#[must_use]
pub fn is_reading() -> bool {
    IS_READING.get()
}

/// What `read` gives, or `None` where it panics. `read` must not hand its work to other threads.
pub(crate) fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = IS_READING.replace(true);
    // What `read` was building is given up with the panic, so nothing half-made is seen.
    let read = catch_unwind(AssertUnwindSafe(read)).ok();
    IS_READING.set(before);
    read
}
