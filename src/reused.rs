//! Memory that one task after the other uses.

use std::sync::{Mutex, PoisonError};

/// As many of something as tasks use it at a time, each used again by the next: fresh memory takes longer to get than most
/// of what is done in it.
#[derive(Debug, Default)]
pub(crate) struct Reused<T>(Mutex<Vec<T>>);

impl<T: Default> Reused<T> {
    /// Gives `task` one that nobody uses, as it was left.
    pub(crate) fn lend<R>(&self, task: impl FnOnce(&mut T) -> R) -> R {
        let mut lent = self.all().pop().unwrap_or_default();
        let result = task(&mut lent);
        self.all().push(lent);
        result
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
