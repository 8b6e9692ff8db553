//! Asking for what must not be seen: a passphrase, a number. Nothing of it is ever an argument.

use super::private_file::{PrivateFile, open_private};
use crate::error::{Error, Result};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Nothing that is asked for is longer, in bytes.
const LONGEST: u64 = 1024;

/// The fewest characters of a new passphrase; five random words have about thirty.
const SHORTEST_PASSPHRASE: usize = 12;

/// Where the passphrase of an encrypted key file comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Passphrase {
    /// It is typed, and not shown.
    #[default]
    Terminal,
    /// The first line of a file that nobody but its owner can read.
    File(PathBuf),
}

const PASSPHRASE_FILE: PrivateFile = PrivateFile {
    noun: "the passphrase file",
    missing: "check the path after --passphrase-file",
    named_by: "--passphrase-file",
};

impl Passphrase {
    /// The passphrase that opens a key file.
    pub(super) fn read(&self, key_file: &Path) -> Result<Zeroizing<String>> {
        match self {
            Self::Terminal => ask(
                &format!("Passphrase of {}: ", key_file.display()),
                "name a file that holds the passphrase with --passphrase-file",
            ),
            Self::File(path) => Self::read_file(path),
        }
    }

    /// The passphrase of a new key file: typed twice, and long enough.
    pub(super) fn choose(&self, key_file: &Path) -> Result<Zeroizing<String>> {
        let chosen = self.read(key_file)?;
        if chosen.chars().count() < SHORTEST_PASSPHRASE {
            return Err(Error::Usage {
                what: format!("the passphrase is shorter than {SHORTEST_PASSPHRASE} characters"),
                hint: "take five words drawn at random, and keep them apart from the key file".to_owned(),
            });
        }
        if *self == Self::Terminal && *ask("The same once more: ", "")? != *chosen {
            return Err(Error::Usage {
                what: "the two passphrases differ".to_owned(),
                hint: "nothing was made: run it again".to_owned(),
            });
        }
        Ok(chosen)
    }

    fn read_file(path: &Path) -> Result<Zeroizing<String>> {
        let line = first_line(open_private(path, &PASSPHRASE_FILE)?).map_err(|error| unreadable(path, &error))?;
        if line.is_empty() {
            return Err(Error::file(path, "its first line is empty", "write the passphrase into its first line"));
        }
        Ok(line)
    }
}

/// Where a citizen's number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Asked {
    /// It is typed, and not shown.
    #[default]
    Terminal,
    /// The first line of standard input.
    StandardInput,
    /// The first line of a file.
    File(PathBuf),
}

impl Asked {
    /// The one line that is asked for.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be read, [`Error::Usage`] where there is no terminal to ask at.
    pub(crate) fn read(&self, prompt: &str) -> Result<Zeroizing<String>> {
        match self {
            Self::Terminal => ask(prompt, "name a file that holds it with --from, or `--from -` for standard input"),
            Self::StandardInput => {
                first_line(std::io::stdin().lock()).map_err(|error| unreadable(Path::new("standard input"), &error))
            }
            Self::File(path) => {
                let file = std::fs::File::open(path).map_err(|error| Error::io(path, "read", &error))?;
                first_line(file).map_err(|error| unreadable(path, &error))
            }
        }
    }
}

/// Asks at the terminal, without showing what is typed.
fn ask(prompt: &str, otherwise: &str) -> Result<Zeroizing<String>> {
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| Error::Usage {
        what: match error.kind() {
            ErrorKind::Interrupted | ErrorKind::UnexpectedEof => "nothing was typed".to_owned(),
            _ => "there is no terminal to ask at".to_owned(),
        },
        hint: otherwise.to_owned(),
    })
}

/// The first line, without its end.
fn first_line(reader: impl Read) -> std::io::Result<Zeroizing<String>> {
    // Reserved at once, so that no half-read copy is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * usize::try_from(LONGEST).unwrap_or(0)));
    reader.take(LONGEST + 1).read_to_end(&mut bytes)?;
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let line = std::str::from_utf8(&bytes[..end]).ok().filter(|line| line.len() as u64 <= LONGEST);
    let line = line.ok_or_else(|| std::io::Error::from(ErrorKind::InvalidData))?;
    Ok(Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::InvalidData => {
            Error::file(path, "its first line is no text, or too long", "look at it in a text editor")
        }
        _ => Error::io(path, "read", error),
    }
}
