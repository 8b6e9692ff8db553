//! Folders of a step: written beside their place and renamed, whole or not at all.
//!
//! # Guarantee
//!
//! A step is there when the last of its folders, the one with `manifest.json`, is there. That folder is renamed into
//! place after all others and, where an old step is replaced, renamed away before any other. So at every moment the
//! step is there whole (old or new) or not there.
//!
//! A renaming that fails is undone at once: the old step is there as it was. A process that is killed leaves only hidden
//! folders (`.<name>.partial`, `.<name>.old`); [`Period::open`] puts an old step back that was not replaced yet, and
//! removes the rest. What is called `.old` is whole: it takes the other name before it is removed.

use super::leftovers::{self, old, partial, remove, rename};
use super::revision::Revision;
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

impl Drop for Period {
    fn drop(&mut self) {
        // Closing it would not do while a process that is just being started still has it.
        let _ = self.lock.unlock();
    }
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

    /// `rekey` of one department's delivery.
    #[must_use]
    pub fn rekey(department: &str) -> Self {
        Self { name: format!("rekey {department}"), folders: vec![Path::new("rekeyed").join(department)] }
    }

    /// `unkey` of one coordinator's list, for one department.
    #[must_use]
    pub fn unkey(department: &str, coordinator: &str) -> Self {
        let folder = Path::new("unkeyed").join(department).join(coordinator);
        Self { name: format!("unkey {coordinator} for {department}"), folders: vec![folder] }
    }

    /// `reidentify` of one coordinator's list, in one department.
    #[must_use]
    pub fn reidentify(department: &str, coordinator: &str) -> Self {
        let folder = Path::new("reidentified").join(department).join(coordinator);
        Self { name: format!("reidentify {coordinator} in {department}"), folders: vec![folder] }
    }

    /// `select`.
    #[must_use]
    pub fn select() -> Self {
        Self { name: "select".to_owned(), folders: vec![PathBuf::from("selection")] }
    }

    /// `assign`. Revisions of what it replaces go with that; where there are none, `assign` has no such folder.
    #[must_use]
    pub fn assign() -> Self {
        let folders = [Revision::FOLDER, "coordinators", "assignment"].map(PathBuf::from);
        Self { name: "assign".to_owned(), folders: folders.to_vec() }
    }

    /// A decision and the revision of the assignment that follows from it: both are there, or neither.
    #[must_use]
    pub fn decide(revision: Revision) -> Self {
        let folder = revision.folder();
        let folders = vec![PathBuf::from("decisions"), folder.join("coordinators"), folder.join("assignment")];
        Self { name: format!("revision {}", revision.number()), folders }
    }

    /// The decisions that people record. No manifest says that they are there.
    #[must_use]
    pub fn decisions() -> Self {
        Self { name: "decisions".to_owned(), folders: vec![PathBuf::from("decisions")] }
    }

    /// The statistics for the steering group.
    #[must_use]
    pub fn release() -> Self {
        Self { name: "release".to_owned(), folders: vec![PathBuf::from("release")] }
    }

    /// Whether the manifest of a release, which is handed out, may name a file that it was made from.
    #[must_use]
    pub fn may_be_named_in_release(file: &Path) -> bool {
        let name = file.file_name().and_then(|name| name.to_str());
        matches!(name, Some("extract.parquet" | "candidates.parquet" | "target_group.parquet"))
    }

    /// The step that a folder, relative to the period's, belongs to; `None` where it is no step's.
    #[must_use]
    pub fn of_folder(folder: &Path) -> Option<Self> {
        let names: Vec<_> = folder.iter().map(|name| name.to_str()).collect::<Option<_>>()?;
        match names.as_slice() {
            ["private" | "delivery", department] => Some(Self::pseudonymise(department)),
            ["rekeyed", department] => Some(Self::rekey(department)),
            ["unkeyed", department, coordinator] => Some(Self::unkey(department, coordinator)),
            ["reidentified", department, coordinator] => Some(Self::reidentify(department, coordinator)),
            ["selection"] => Some(Self::select()),
            ["coordinators" | "assignment" | Revision::FOLDER] => Some(Self::assign()),
            [Revision::FOLDER, number, "coordinators" | "assignment"] => Some(Self::decide(Revision::named(number)?)),
            ["decisions"] => Some(Self::decisions()),
            ["release"] => Some(Self::release()),
            _ => None,
        }
    }

    /// Whether a folder is one of a revision.
    pub(super) fn is_of_revision(period: &Path, folder: &Path) -> bool {
        folder
            .strip_prefix(period)
            .is_ok_and(|folder| folder.starts_with(Revision::FOLDER) && folder.iter().count() > 1)
    }

    /// Whether folders of steps stand below a folder, relative to the period's, that is none itself.
    pub(super) fn stand_below(folder: &Path) -> bool {
        let names: Vec<_> = folder.iter().map(|name| name.to_str()).collect();
        matches!(
            names.as_slice(),
            [Some("private" | "delivery" | "rekeyed" | "unkeyed" | "reidentified" | Revision::FOLDER)]
                | [Some("unkeyed" | "reidentified" | Revision::FOLDER), Some(_)]
        )
    }
}

impl Period {
    /// Makes the period's folder where it is missing, takes hold of it, and puts right what a killed process left.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the folder cannot be made, another process holds it, or what is left cannot be removed.
    pub fn open(out: &Path, period: &str) -> Result<Self> {
        let folder = out.join(period);
        make_folder(&folder)?;
        close_to_others(&folder)?;
        let period = Self::hold(folder, File::try_lock)?;
        leftovers::put_right(&period.folder)?;
        Ok(period)
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

    /// Whether a step is there.
    #[must_use]
    pub fn has(&self, step: &Step) -> bool {
        step.folders.last().is_some_and(|last| self.folder.join(last).join(MANIFEST).exists())
    }

    /// Refuses a step that is there, unless it may be replaced.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it is there and `force` is not set.
    pub fn check_free(&self, step: &Step, force: bool) -> Result<()> {
        if force || !self.has(step) {
            return Ok(());
        }
        let place = step.folders.last().map_or_else(|| self.folder.clone(), |last| self.folder.join(last));
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
        leftovers::put_step_right(&self.folder, step)?;
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
        let staged = Self { partial: partial(&place), old: old(&place), place };
        if staged.place.exists() && !staged.place.is_dir() {
            let hint = "a folder of the step belongs there: move the file away";
            return Err(Error::file(&staged.place, "a file stands in the place of a folder", hint));
        }
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
    /// [`Error::File`] where a folder cannot be renamed; then all is as it was before.
    #[expect(clippy::needless_pass_by_value, reason = "after this the folders are no longer staged")]
    pub fn commit(folders: Vec<Self>) -> Result<()> {
        let mut moved: Vec<(&PathBuf, &PathBuf)> = Vec::new();
        let renamings = folders
            .iter()
            .rev()
            .filter(|folder| folder.place.exists())
            .map(|folder| (&folder.place, &folder.old))
            .chain(folders.iter().map(|folder| (&folder.partial, &folder.place)));
        for (from, to) in renamings {
            if let Err(error) = rename(from, to) {
                // Backwards, so that here too the folder of the manifest is the last to be in place.
                // Where that fails as well, the next process does it.
                let _ = moved.iter().rev().try_for_each(|(from, to)| rename(to, from));
                return Err(error);
            }
            moved.push((from, to));
        }
        let discard = |folder: &Self| {
            leftovers::discard(&folder.place).map_err(|error| {
                let hint = "remove the hidden folders beside it; the next step of this period tries again";
                Error::file(&folder.place, format!("the step is done, but what it replaced is left: {error}"), hint)
            })
        };
        folders.iter().try_for_each(discard)
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
    made.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::file(
            folder,
            "could not make the folder: something that is no folder stands in its place",
            "move it away, or choose another place",
        ),
        _ => Error::io(folder, "make the folder", &error),
    })
}
