//! Destroying a key file: written over, down to the disk, and removed.

use super::key::KEY_FILE;
use super::private_file::open_private_to_overwrite;
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use zeroize::Zeroizing;

/// No key file is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// What has become of a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destroyed {
    /// Other names of the same file that are left, with nothing of the key in it.
    pub other_names: u64,
}

/// Writes random bytes over a key file, forces them to the disk and removes it.
///
/// What this cannot do: solid-state disks write elsewhere, file systems that copy on writing and snapshots keep what
/// was there, and no copy or backup is touched.
///
/// # Errors
///
/// [`Error::Refused`] and [`Error::File`] as for reading a key, or where it cannot be written over or removed.
pub fn destroy(path: &Path) -> Result<Destroyed> {
    let mut file = open_private_to_overwrite(path, &KEY_FILE)?;
    let metadata = file.metadata().map_err(|error| Error::io(path, "read the key file", &error))?;
    let length = usize::try_from(metadata.len().min(LONGEST)).unwrap_or(0);
    let mut noise = Zeroizing::new(vec![0; length]);
    // Where the system gives no random bytes, zeros do as well.
    let _ = getrandom::fill(&mut noise);
    overwrite(&mut file, &noise).map_err(|error| Error::io(path, "write over the key file", &error))?;
    std::fs::remove_file(path).map_err(|error| Error::io(path, "remove the key file", &error))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Not every file system can force a folder to the disk; the file's bytes are there already.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(Destroyed { other_names: metadata.nlink().saturating_sub(1) })
}

fn overwrite(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.sync_all()
}
