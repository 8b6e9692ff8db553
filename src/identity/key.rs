//! The programme's key: made, read from its file, named by its id. Its bytes never leave this room.

use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

const MARK: &str = "udpeg-key-1:";

const RANDOM_HINT: &str = "run on a system with a working random source";

/// 32 random bytes that turn numbers into pseudonyms. Overwritten when dropped; they stand in one place from the
/// beginning, since what is moved leaves a copy behind.
pub struct Key(Box<[u8; 32]>);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What names a key without telling it: the first 16 hex characters of a hash of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyId(pub String);

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(…)")
    }
}

impl Key {
    /// Makes a new key and writes it to a file that is not there yet, with mode 0600.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the file is there already, cannot be written, or the system gives no random bytes.
    pub fn create(path: &Path) -> Result<Self> {
        let key = Self::random().map_err(|what| Error::file(path, what, RANDOM_HINT))?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
            match error.kind() {
                std::io::ErrorKind::AlreadyExists => Error::file(
                    path,
                    "a file of this name is there already",
                    "a key is never overwritten: choose another name",
                ),
                _ => Error::io(path, "make the key file", &error),
            }
        })?;
        let line = key.to_line();
        file.write_all(line.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| Error::io(path, "write the key file", &error))?;
        Ok(key)
    }

    /// A key that is nowhere but in memory, for pseudonyms that nobody is to know again.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where the system gives no random bytes.
    pub fn throw_away() -> Result<Self> {
        Self::random().map_err(|what| Error::refused(what, RANDOM_HINT))
    }

    fn random() -> std::result::Result<Self, &'static str> {
        let mut key = Self(Box::default());
        getrandom::fill(key.0.as_mut_slice()).map_err(|_| "the system gives no random bytes")?;
        Ok(key)
    }

    /// Reads a key file.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where the file is a symbolic link or group or others can read or write it;
    /// [`Error::File`] where it is not there, cannot be read or is not of the form `udpeg-key-1:` + 64 hex characters.
    pub fn read(path: &Path) -> Result<Self> {
        let file = open_private(path)?;
        let mut text = Zeroizing::new(String::with_capacity(128));
        file.take(128).read_to_string(&mut text).map_err(|_| wrong_form(path))?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let hex = line.strip_prefix(MARK).ok_or_else(|| wrong_form(path))?;
        let mut key = Self(Box::default());
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong_form(path));
        }
        for (byte, at) in key.0.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| wrong_form(path))?;
        }
        Ok(key)
    }

    /// The key's id, which may be written anywhere.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let hash = Sha256::new().chain_update(b"udpeg/1/key-id:").chain_update(self.bytes()).finalize();
        KeyId(crate::output::hex(&hash[..8]))
    }

    #[cfg(test)]
    pub(super) fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(Box::new(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn to_line(&self) -> Zeroizing<String> {
        // Reserved at once, so that no half-written copy is left behind by growing.
        let mut line = Zeroizing::new(String::with_capacity(MARK.len() + 65));
        line.push_str(MARK);
        for &byte in self.bytes() {
            for nibble in [byte >> 4, byte & 15] {
                line.push(char::from_digit(u32::from(nibble), 16).expect("a nibble is a hex digit"));
            }
        }
        line.push('\n');
        line
    }
}

/// Opens a key file that is no link and that nobody but its owner can read or write.
fn open_private(path: &Path) -> Result<File> {
    let read = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::file(
            path,
            "the key file is not there",
            "ask the key custodian for it; `udpeg key new FILE` makes one, and `udpeg run --new-key` does for a new period",
        ),
        _ => Error::io(path, "read the key file", &error),
    };
    let named = std::fs::symlink_metadata(path).map_err(read)?;
    if named.is_symlink() {
        return Err(Error::refused(
            format!("the key file {} is a symbolic link", path.display()),
            "name the file itself in `key`, so that nobody can put another in its place",
        ));
    }
    if !named.is_file() {
        return Err(Error::file(path, "the key is not a file", "name the key file in `key`"));
    }
    let file = File::open(path).map_err(read)?;
    let opened = file.metadata().map_err(read)?;
    if (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
        return Err(Error::refused(
            format!("the key file {} changed while it was opened", path.display()),
            "see who else writes in its folder",
        ));
    }
    if opened.mode() & 0o066 != 0 {
        return Err(Error::refused(
            format!("others than its owner can read or write the key file {}", path.display()),
            format!("run `chmod 600 {}`, and think about who may have read it", path.display()),
        ));
    }
    Ok(file)
}

fn wrong_form(path: &Path) -> Error {
    Error::file(
        path,
        format!("not a key file: it must be one line, `{MARK}` and 64 hex characters"),
        "check that `key` names the right file, and get it again from the key custodian",
    )
}
