//! Everything that stands in a period's folder, links not followed: its kind and who may read it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What stands in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A link, a device, a pipe.
    Other,
}

/// What stands where, by path relative to the folder, which itself is the empty path.
pub(super) struct Inventory {
    folder: PathBuf,
    entries: BTreeMap<PathBuf, (Kind, u32)>,
    /// What could not be looked at.
    pub unreadable: Vec<(PathBuf, std::io::Error)>,
}

impl Inventory {
    pub(super) fn read(folder: &Path) -> Self {
        let mut inventory = Self { folder: folder.to_path_buf(), entries: BTreeMap::new(), unreadable: Vec::new() };
        let mut ahead = vec![PathBuf::new()];
        while let Some(path) = ahead.pop() {
            if let Err(error) = inventory.add(&path, &mut ahead) {
                inventory.unreadable.push((path, error));
            }
        }
        inventory
    }

    fn add(&mut self, path: &Path, ahead: &mut Vec<PathBuf>) -> std::io::Result<()> {
        let place = self.at(path);
        // The folder itself may be reached by a link.
        let is_top = path.as_os_str().is_empty();
        let metadata = if is_top { place.metadata()? } else { place.symlink_metadata()? };
        let kind = if metadata.is_dir() {
            Kind::Folder
        } else if metadata.is_file() {
            Kind::File
        } else {
            Kind::Other
        };
        self.entries.insert(path.to_path_buf(), (kind, metadata.permissions().mode() & 0o7777));
        if kind == Kind::Folder {
            for entry in std::fs::read_dir(place)? {
                ahead.push(path.join(entry?.file_name()));
            }
        }
        Ok(())
    }

    /// The full path of an entry.
    pub(super) fn at(&self, path: &Path) -> PathBuf {
        if path.as_os_str().is_empty() { self.folder.clone() } else { self.folder.join(path) }
    }

    pub(super) fn is_file(&self, path: &Path) -> bool {
        matches!(self.entries.get(path), Some((Kind::File, _)))
    }

    /// Whether anything stands there.
    pub(super) fn holds(&self, path: &Path) -> bool {
        self.entries.contains_key(path)
    }

    /// Whether any file stands below a folder.
    pub(super) fn holds_files_below(&self, folder: &Path) -> bool {
        self.entries.iter().any(|(path, (kind, _))| *kind != Kind::Folder && path.starts_with(folder))
    }

    /// The names of what stands in a folder.
    pub(super) fn names_in<'i>(&'i self, folder: &'i Path) -> impl Iterator<Item = &'i str> {
        let within = self.entries.keys().filter(move |path| path.parent() == Some(folder));
        within.filter_map(|path| path.file_name()?.to_str())
    }

    /// What does not belong: other than these, by path and kind. Of a folder that does not belong only itself.
    pub(super) fn strays(&self, belongs: &BTreeMap<PathBuf, Kind>) -> Vec<&Path> {
        let mut strays: Vec<&Path> = Vec::new();
        // In order of paths, so that a folder comes before what is in it.
        for (path, (kind, _)) in &self.entries {
            let is_within_last = strays.last().is_some_and(|last| path.starts_with(last));
            if !is_within_last && belongs.get(path) != Some(kind) {
                strays.push(path);
            }
        }
        strays
    }

    /// Paths that others than their owner can reach, with their modes, among those that are asked for.
    pub(super) fn open_to_others(&self, is_asked_for: impl Fn(&Path) -> bool) -> Vec<(&Path, u32)> {
        let is_open = |(path, (kind, mode)): &(&PathBuf, &(Kind, u32))| {
            // A link has no mode of its own.
            *kind != Kind::Other && mode & 0o077 != 0 && is_asked_for(path)
        };
        self.entries.iter().filter(is_open).map(|(path, (_, mode))| (path.as_path(), *mode)).collect()
    }
}
