//! Opening a file that nobody but its owner may read, and making one.

use super::whole_file;
use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What messages call a file that nobody else may read.
pub(super) struct PrivateFile {
    /// Such as `the key file`.
    pub noun: &'static str,
    /// What to do where it is not there.
    pub missing: &'static str,
    /// What names it.
    pub named_by: &'static str,
}

/// Opens a file that is no link and that nobody but its owner can read or write.
pub(super) fn open_private(path: &Path, kind: &PrivateFile) -> Result<File> {
    open(path, kind, OpenOptions::new().read(true))
}

/// The same, to read it and write over it.
pub(super) fn open_private_to_overwrite(path: &Path, kind: &PrivateFile) -> Result<File> {
    open(path, kind, OpenOptions::new().read(true).write(true))
}

fn open(path: &Path, kind: &PrivateFile, options: &OpenOptions) -> Result<File> {
    let PrivateFile { noun, missing, named_by } = kind;
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::file(path, format!("{noun} is not there"), *missing),
        _ => Error::io(path, &format!("read {noun}"), &error),
    };
    let named = std::fs::symlink_metadata(path).map_err(failed)?;
    if named.is_symlink() {
        return Err(Error::refused(
            format!("{noun} {} is a symbolic link", path.display()),
            format!("name the file itself in {named_by}, so that nobody can put another in its place"),
        ));
    }
    if !named.is_file() {
        let noun = noun.strip_suffix(" file").unwrap_or(noun);
        return Err(Error::file(path, format!("{noun} is not a file"), format!("name the file in {named_by}")));
    }
    let file = options.open(path).map_err(failed)?;
    let opened = file.metadata().map_err(failed)?;
    if (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
        return Err(Error::refused(
            format!("{noun} {} changed while it was opened", path.display()),
            "see who else writes in its folder",
        ));
    }
    if opened.mode() & 0o066 != 0 {
        return Err(Error::refused(
            format!("others than its owner can read or write {noun} {}", path.display()),
            format!("run `chmod 600 {}`, and think about who may have read it", path.display()),
        ));
    }
    Ok(file)
}

/// Refuses a name that is taken, before anybody is asked for anything.
pub(super) fn not_there(path: &Path) -> Result<()> {
    if std::fs::symlink_metadata(path).is_ok() { Err(is_there(path)) } else { Ok(()) }
}

fn is_there(path: &Path) -> Error {
    Error::file(path, "a file of this name is there already", "a key is never overwritten: choose another name")
}

/// Writes a new file of mode 0600, whole or not at all; one that is there is left alone.
pub(super) fn write_new(path: &Path, kind: &PrivateFile, bytes: &[u8]) -> Result<()> {
    whole_file::create(path, bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => is_there(path),
        _ => Error::io(path, &format!("make {}", kind.noun), &error),
    })
}
