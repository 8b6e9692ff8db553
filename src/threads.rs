//! Whether the system has room for threads, asked before they start.
//!
//! A thread that the system refuses is told. One that it starts with the last of the memory is not: it ends the process
//! before a line of it has run.

/// What a thread takes of the address space: its stack, two mebibytes unless somebody asks for more, and what the system
/// puts beside it.
const THREAD_BYTES: usize = (2 << 20) + (128 << 10);

/// What the threads need to work with. So much at once is also given back to the system at once, whatever else is in use.
const WORK_BYTES: usize = 64 << 20;

/// So many threads, or fewer, need not be asked for: every machine that can do the work has room for them.
const FEW: usize = 16;

/// As many threads as this variable asks for, or one for each core.
#[must_use]
pub fn wanted(variable: &str) -> usize {
    let asked = std::env::var(variable).ok().and_then(|text| text.parse().ok()).filter(|&threads| threads > 0);
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Whether so many threads, and their work, fit into what this process may have.
#[must_use]
pub fn have_room(threads: usize) -> bool {
    let bytes = threads.checked_mul(THREAD_BYTES).and_then(|stacks| stacks.checked_add(WORK_BYTES));
    threads <= FEW || bytes.is_some_and(is_free)
}

fn is_free(bytes: usize) -> bool {
    let mut memory = Vec::<u8>::new();
    let is_free = memory.try_reserve_exact(bytes).is_ok();
    // Compilers may leave out memory that nobody looks at, and take it for granted.
    std::hint::black_box(&memory);
    is_free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_is_refused_and_what_every_machine_has_is_not() {
        assert!(have_room(0) && have_room(1) && have_room(FEW));
        assert!(!have_room(usize::MAX) && !have_room(usize::MAX / THREAD_BYTES));
        // More than the 47 bits of addresses that processes have: only the system knows that.
        assert!(!have_room(1 << 26));
    }
}
