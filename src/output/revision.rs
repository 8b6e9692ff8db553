//! Which revision of an assignment stands: the first in the period's own folders, later ones below `revisions/`.

use super::step::MANIFEST;
use std::path::{Path, PathBuf};

/// A revision of a period's assignment, by its number, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(u32);

impl Revision {
    /// What `assign` wrote.
    pub(crate) const FIRST: Self = Self(1);

    /// The folder of all but the first.
    pub(crate) const FOLDER: &str = "revisions";

    /// The revision that stands in a period's folder: the highest number that is there whole, else the first.
    #[must_use]
    pub fn present(period_folder: &Path) -> Self {
        let entries = std::fs::read_dir(period_folder.join(Self::FOLDER)).into_iter().flatten().flatten();
        let whole = entries.filter(|entry| entry.path().join("assignment").join(MANIFEST).exists());
        whole.filter_map(|entry| Self::named(entry.file_name().to_str()?)).max().unwrap_or(Self::FIRST)
    }

    /// The revision whose folder has this name; `None` where it is no such name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let number: u32 = name.parse().ok().filter(|&number| number > 1)?;
        // No sign and no zeros in front: one folder for each number.
        (number.to_string() == name).then_some(Self(number))
    }

    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The folder that its `assignment/` and `coordinators/` stand in, relative to the period's.
    #[must_use]
    pub fn folder(self) -> PathBuf {
        if self == Self::FIRST { PathBuf::new() } else { Path::new(Self::FOLDER).join(self.0.to_string()) }
    }
}
