//! Folders of a step: written beside their place and renamed, whole or not at all.
//!
//! # Guarantee
//!
//! A step is there when the last of its folders, the one with `manifest.json`, is there. That folder is renamed into
//! place after all others and, where an old step is replaced, renamed away before any other. So at every moment the
//! step is there whole (old or new) or not there, and a process that is killed leaves only hidden folders
//! (`.<name>.partial`, `.<name>.old`) that the next one removes.

use crate::error::{Error, Result};
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The file that says a step is whole.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The folder of one period, held by one process at a time.
#[derive(Debug)]
pub struct Period {
    folder: PathBuf,
    /// Locked while this lives; the system lets go of it however the process ends.
    lock: File,
}

/// One step of a period: what it is called and the folders it owns, that of the manifest last.
#[derive(Debug, Clone)]
pub struct Step {
    /// What messages call it, such as `select`.
    pub name: String,
    /// Its folders, relative to the period's.
    pub folders: Vec<PathBuf>,
}

impl Step {
    /// `pseudonymise` of one department.
    #[must_use]
    pub fn pseudonymise(department: &str) -> Self {
        Self {
            name: format!("pseudonymise {department}"),
            folders: vec![Path::new("private").join(department), Path::new("delivery").join(department)],
        }
    }

    /// `select`.
    #[must_use]
    pub fn select() -> Self {
        Self { name: "select".to_owned(), folders: vec![PathBuf::from("selection")] }
    }

    /// `assign`.
    #[must_use]
    pub fn assign() -> Self {
        Self { name: "assign".to_owned(), folders: vec![PathBuf::from("coordinators"), PathBuf::from("assignment")] }
    }
}

impl Period {
    /// Makes the period's folder where it is missing and takes hold of it.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the folder cannot be made or another process holds it.
    pub fn open(out: &Path, period: &str) -> Result<Self> {
        let folder = out.join(period);
        make_folder(&folder)?;
        close_to_others(&folder)?;
        Self::hold(folder, File::try_lock)
    }

    /// Takes hold of a period's folder that is there.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not there or another process holds it.
    pub fn open_existing(out: &Path, period: &str) -> Result<Self> {
        must_exist(&out.join(period))?;
        Self::open(out, period)
    }

    /// Takes hold of a period's folder that is there to read it, and changes nothing, its mode included. Others may
    /// read it at the same time; whoever writes to it may not.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is not there or another process writes to it.
    pub fn open_to_read(out: &Path, period: &str) -> Result<Self> {
        let folder = out.join(period);
        must_exist(&folder)?;
        if !folder.is_dir() {
            return Err(Error::file(&folder, "it is a file, not a period's folder", "check `period` and `out`"));
        }
        Self::hold(folder, File::try_lock_shared)
    }

    fn hold(folder: PathBuf, lock: fn(&File) -> std::result::Result<(), TryLockError>) -> Result<Self> {
        let failed = |error: std::io::Error| Error::io(&folder, "open the folder", &error);
        let file = File::open(&folder).map_err(failed)?;
        match lock(&file) {
            Ok(()) => Ok(Self { folder, lock: file }),
            Err(TryLockError::WouldBlock) => Err(busy(&folder)),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Whether the folder that is held is still the one that stands in its place.
    pub(super) fn is_in_place(&self) -> bool {
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        let here = std::fs::symlink_metadata(&self.folder).map(identity);
        matches!((here, self.lock.metadata().map(identity)), (Ok(here), Ok(held)) if here == held)
    }

    /// `<out>/<period>`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Refuses a step that is there, unless it may be replaced.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is there and `force` is not set.
    pub fn check_free(&self, step: &Step, force: bool) -> Result<()> {
        let place = step.folders.last().map_or_else(|| self.folder.clone(), |last| self.folder.join(last));
        if force || !place.join(MANIFEST).exists() {
            return Ok(());
        }
        Err(Error::file(
            &place,
            format!("the step `{}` is there already; nothing was changed", step.name),
            "use --force to replace it, or another --period or --out",
        ))
    }

    /// Makes empty folders beside the places of the step's folders, in the same order.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where they cannot be made.
    pub fn stage(&self, step: &Step) -> Result<Vec<Staged>> {
        step.folders.iter().map(|folder| Staged::new(self.folder.join(folder))).collect()
    }
}

/// A folder that is being written beside its place. Removed when dropped without [`Staged::commit`].
#[derive(Debug)]
pub struct Staged {
    place: PathBuf,
    partial: PathBuf,
    old: PathBuf,
}

impl Staged {
    fn new(place: PathBuf) -> Result<Self> {
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let staged = Self {
            partial: place.with_file_name(format!(".{name}.partial")),
            old: place.with_file_name(format!(".{name}.old")),
            place,
        };
        if staged.place.exists() && !staged.place.is_dir() {
            let hint = "a folder of the step belongs there: move the file away";
            return Err(Error::file(&staged.place, "a file stands in the place of a folder", hint));
        }
        remove(&staged.partial)?;
        remove(&staged.old)?;
        make_folder(&staged.partial)?;
        if let Some(parent) = staged.place.parent() {
            close_to_others(parent)?;
        }
        Ok(staged)
    }

    /// Where the folder will stand.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Creates a file of mode 0600 in the folder, or in a folder of mode 0700 below it.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be created.
    pub fn create(&self, name: &str) -> Result<File> {
        let path = self.partial.join(name);
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| Error::io(&self.place.join(name), "create", &error))
    }

    /// Makes an empty folder of mode 0700 below this one.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be made.
    pub fn create_folder(&self, name: &str) -> Result<()> {
        make_folder(&self.partial.join(name))
    }

    /// Puts all folders of a step into place; the last is the one that says the step is there.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where a folder cannot be renamed.
    #[expect(clippy::needless_pass_by_value, reason = "after this the folders are no longer staged")]
    pub fn commit(folders: Vec<Self>) -> Result<()> {
        for folder in folders.iter().rev() {
            if folder.place.exists() {
                rename(&folder.place, &folder.old)?;
            }
        }
        for folder in &folders {
            rename(&folder.partial, &folder.place)?;
        }
        for folder in &folders {
            remove(&folder.old)?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After a commit there is nothing to remove; a failure here leaves what the next run removes.
        let _ = remove(&self.partial);
    }
}

fn must_exist(folder: &Path) -> Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let hint = "run `udpeg pseudonymise` for each department first, or check `period` and `out`";
    Err(Error::file(folder, "nothing has been delivered for this period", hint))
}

pub(super) fn busy(folder: &Path) -> Error {
    Error::file(folder, "another udpeg is working on this period", "wait until it has finished; nothing was changed")
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| Error::io(to, "put the finished folder into place", &error))
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(folder, "remove what an earlier run left", &error))
        }
        _ => Ok(()),
    }
}

/// Gives a folder of the period mode 0700, however it was made.
fn close_to_others(folder: &Path) -> Result<()> {
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
        .map_err(|error| Error::io(folder, "close the folder to others", &error))
}

/// Makes a folder and those above it where they are missing, with mode 0700 whatever the umask.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folder(parent)?;
    }
    let made = match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => std::fs::set_permissions(folder, Permissions::from_mode(0o700)),
    };
    made.map_err(|error| Error::io(folder, "make the folder", &error))
}
