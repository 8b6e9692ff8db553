//! A new small file that is there whole or not at all, and never in the place of another.

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Makes a file of mode 0600 with these bytes, on the disk when this returns.
///
/// # Guarantee
///
/// It is written without a name and named once it is whole, so that a process that is killed, or a disk that is full,
/// leaves nothing. File systems that know no files without a name get it under its name at once; then only a process
/// that is killed in between leaves an empty file.
///
/// # Errors
///
/// The system's, [`ErrorKind::AlreadyExists`] where there is a file of this name.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match create_without_name(folder, bytes) {
        Ok(file) => name(&file, path).or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Err(error),
            _ => create_named(path, bytes),
        })?,
        Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::FileTooLarge) => return Err(error),
        Err(_) => create_named(path, bytes)?,
    }
    // So that the name survives a power cut as well; some file systems cannot be asked.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn create_without_name(folder: &Path, bytes: &[u8]) -> Result<File> {
    let mut file: File =
        rustix::fs::open(folder, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR)?.into();
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(file)
}

fn name(file: &File, path: &Path) -> Result<()> {
    let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(CWD, unnamed, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

fn create_named(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Nobody else has had time to put anything of theirs into it.
        let _ = std::fs::remove_file(path);
    }
    written
}
