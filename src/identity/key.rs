//! The programme's key: made, read from its file, named by its id. Its bytes never leave this room.

use super::encrypted::{self, Unopened};
use super::hidden::Passphrase;
use super::private_file::{PrivateFile, not_there, open_private, write_new};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Read;
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

const MARK: &str = "udpeg-key-1:";

const RANDOM_HINT: &str = "run on a system with a working random source";

/// No key file is longer, in bytes; an encrypted one has about 400.
const LONGEST_FILE: u64 = 4096;

pub(super) const KEY_FILE: PrivateFile = PrivateFile {
    noun: "the key file",
    missing: "ask the key custodian for it; `udpeg key new FILE` makes one, and `udpeg run --new-key` does for a new period",
    named_by: "`key`",
};

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

/// How a key file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyForm {
    /// As it is: whoever can read the file has the key.
    Plain,
    /// Under a passphrase.
    Encrypted(Passphrase),
}

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
        Self::create_as(path, &KeyForm::Plain)
    }

    /// The same, in this form.
    ///
    /// # Errors
    ///
    /// As for [`Key::create`]; [`Error::Usage`] for a passphrase that does not do.
    pub fn create_as(path: &Path, form: &KeyForm) -> Result<Self> {
        let key = Self::random().map_err(|what| Error::file(path, what, RANDOM_HINT))?;
        let line = key.to_line();
        match form {
            KeyForm::Plain => write_new(path, &KEY_FILE, line.as_bytes())?,
            KeyForm::Encrypted(passphrase) => {
                not_there(path)?;
                let passphrase = passphrase.choose(path)?;
                let text = encrypted::encrypt(&line, &passphrase)
                    .ok_or_else(|| Error::file(path, "the key could not be encrypted", "please report this"))?;
                write_new(path, &KEY_FILE, text.as_bytes())?;
            }
        }
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

    /// Reads a key file; asks for the passphrase of an encrypted one at the terminal.
    ///
    /// # Errors
    ///
    /// As for [`Key::unlock`].
    pub fn read(path: &Path) -> Result<Self> {
        Self::unlock(path, &Passphrase::Terminal)
    }

    /// Reads a key file, encrypted or not.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where the file is a symbolic link, group or others can read or write it, or the passphrase is
    /// another; [`Error::File`] where it is not there, cannot be read or is not of the form `udpeg-key-1:` + 64 hex
    /// characters; [`Error::Usage`] where there is no terminal to ask for a passphrase at.
    pub fn unlock(path: &Path, passphrase: &Passphrase) -> Result<Self> {
        let file = open_private(path, &KEY_FILE)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 * usize::try_from(LONGEST_FILE).unwrap_or(0)));
        file.take(LONGEST_FILE)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::io(path, "read the key file", &error))?;
        if encrypted::is_encrypted(&bytes) {
            let passphrase = passphrase.read(path)?;
            bytes = encrypted::decrypt(&bytes, &passphrase).map_err(|why| unopened(path, why))?;
        }
        Self::from_line(&bytes).ok_or_else(|| wrong_form(path))
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

    /// The key in the one line of a key file.
    fn from_line(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let line = text.strip_suffix('\n').unwrap_or(text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let hex = line.strip_prefix(MARK)?;
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut key = Self(Box::default());
        for (byte, at) in key.0.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&hex[at..at + 2], 16).ok()?;
        }
        Some(key)
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

fn wrong_form(path: &Path) -> Error {
    Error::file(
        path,
        format!("not a key file: it must be one line, `{MARK}` and 64 hex characters"),
        "check that `key` names the right file, and get it again from the key custodian",
    )
}

fn unopened(path: &Path, why: Unopened) -> Error {
    match why {
        Unopened::WrongPassphrase => Error::refused(
            format!("the passphrase does not open the key file {}", path.display()),
            "try again; without the passphrase the key is lost, and another copy of it is needed",
        ),
        Unopened::TooMuchWork => Error::file(
            path,
            "opening it would take more work and memory than a key file should ask for",
            "get it again from the key custodian",
        ),
        Unopened::Damaged => Error::file(
            path,
            "it is encrypted, and not whole or not with a passphrase",
            "get it again from the key custodian",
        ),
    }
}
