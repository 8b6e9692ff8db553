//! Files that come into their places together, once all are whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files that are being written beside their places, the last of which says that the others are there.
///
/// What is not in place when this is dropped is removed.
pub(super) struct NewFiles<'n> {
    folder: PathBuf,
    names: Vec<&'n str>,
}

impl<'n> NewFiles<'n> {
    pub(super) fn new(folder: &Path, names: impl Iterator<Item = &'n str>) -> Self {
        Self { folder: folder.to_path_buf(), names: names.collect() }
    }

    /// Where a file is written.
    pub(super) fn partial(&self, name: &str) -> PathBuf {
        self.folder.join(format!(".{name}.partial"))
    }

    /// Puts them into place. Older ones without the last are not there.
    pub(super) fn commit(self) -> io::Result<()> {
        if let Some(last) = self.names.last().map(|name| self.folder.join(name)).filter(|last| last.exists()) {
            fs::remove_file(last)?;
        }
        self.names.iter().try_for_each(|name| fs::rename(self.partial(name), self.folder.join(name)))
    }
}

impl Drop for NewFiles<'_> {
    fn drop(&mut self) {
        for name in &self.names {
            // One that is in its place is not here any more; one that cannot be removed is written over next time.
            let _ = fs::remove_file(self.partial(name));
        }
    }
}
