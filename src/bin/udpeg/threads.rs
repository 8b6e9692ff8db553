//! As many threads as the system gives, be it one.

use rayon::{ThreadPool, ThreadPoolBuilder};
use udpeg::{Error, Result, threads};

/// Runs a command with a thread for each core, or as many as `RAYON_NUM_THREADS` asks for; fewer where the system refuses
/// so many.
///
/// # Errors
///
/// What the command fails with; [`Error::System`] where not even one thread can be had.
pub(crate) fn with_threads<T: Send>(command: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let wanted = threads::wanted("RAYON_NUM_THREADS");
    let fewer = (0..6).rev().map(|power| 1 << power).filter(|&threads| threads < wanted);
    let pool = std::iter::once(wanted).chain(fewer).find_map(pool).or_else(this_thread);
    pool.ok_or_else(|| Error::no_threads("to work with"))?.install(command)
}

fn pool(threads: usize) -> Option<ThreadPool> {
    if !threads::have_room(threads) {
        return None;
    }
    let mut started = Vec::new();
    let start = |thread: rayon::ThreadBuilder| {
        started.push(std::thread::Builder::new().spawn(|| thread.run())?);
        Ok(())
    };
    let pool = ThreadPoolBuilder::new().num_threads(threads).spawn_handler(start).build();
    if pool.is_err() {
        // They end by themselves, and hold their memory until then. None does anything that can fail.
        for thread in started {
            drop(thread.join());
        }
    }
    pool.ok()
}

fn this_thread() -> Option<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok()
}
