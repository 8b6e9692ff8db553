//! What this process holds in memory is nobody else's to read.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Keeps the system from writing this process's memory into a core file; on Linux also every other process from looking
/// into it or tracing it, root's excepted.
pub(crate) fn close_to_others() {
    // Where the system will not have it there is nothing else to do: SECURITY.md counts on neither.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
