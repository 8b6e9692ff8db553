//! As many threads as the system gives, be it one.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::time::Duration;
use udpeg::{Error, Result};

const END_OF_THREADS: Duration = Duration::from_millis(200);

/// Runs a command with a thread for each core, fewer where the system refuses so many.
///
/// # Errors
///
/// What the command fails with; [`Error::System`] where not even one thread can be had.
pub(crate) fn with_threads<T: Send>(command: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    threads().ok_or_else(|| Error::no_threads("to work with"))?.install(command)
}

fn threads() -> Option<ThreadPool> {
    let as_asked = ThreadPoolBuilder::new().build();
    let fewer = || {
        // The threads of a pool that could not be had end by themselves, and hold their memory until then.
        std::thread::sleep(END_OF_THREADS);
        (0..6).rev().find_map(|power| ThreadPoolBuilder::new().num_threads(1 << power).build().ok())
    };
    as_asked.ok().or_else(fewer).or_else(|| ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok())
}
