//! What can go wrong, said so that a person can act on it.
//!
//! Every variant says what is wrong, where, and what to do. None of them carries a cell's value, a personal
//! number, a name or a byte of a key; whoever prints an error passes it through [`crate::identity::masked`] as
//! well, since a path or a key of the programme file may hold anything.

use std::fmt;
use std::path::{Path, PathBuf};

/// The result of everything in this library that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure, of one of the kinds that the exit codes of the command line tell apart.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something that does not fit together.
    #[error("{what}\n  {hint}")]
    Usage {
        /// What does not fit.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The programme file has mistakes; all of them are here.
    #[error("{}", mistakes_text(path, mistakes))]
    Programme {
        /// The programme file.
        path: PathBuf,
        /// Every mistake found, by line.
        mistakes: Vec<Mistake>,
    },
    /// Going on would not be safe, or not be lawful.
    #[error("refused: {what}\n  {hint}")]
    Refused {
        /// What is not safe.
        what: String,
        /// What to do.
        hint: String,
    },
    /// A file could not be used.
    #[error("{}: {what}\n  {hint}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it, and where in it.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The system gives less than the work needs.
    #[error("{what}\n  {hint}")]
    System {
        /// What it refused.
        what: String,
        /// What to do.
        hint: String,
    },
    /// More rows of a department were rejected than the limit allows.
    #[error(
        "{department}: {rejected} of {rows} rows cannot be used, more than the limit of {limit}; nothing is delivered\n  \
         see {} for each row and its reason, mend the extract, or allow more with --max-rejected",
        report.display()
    )]
    TooManyRejected {
        /// The department's id.
        department: String,
        /// Rows rejected.
        rejected: u64,
        /// Rows read.
        rows: u64,
        /// The limit as it was given, such as `5%`.
        limit: String,
        /// Where every rejected row is listed.
        report: PathBuf,
    },
    /// The data are not such that they could be delivered.
    #[error("{what}\n  {hint}")]
    NotDelivered {
        /// Whose data, and what about them.
        what: String,
        /// What to do.
        hint: String,
    },
    /// Several failures at once.
    #[error("{}", several_text(.0))]
    Several(Vec<Error>),
}

/// One mistake in a programme file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Line of the programme file, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// The documented exit codes, in the order in which they win where several hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// 2: the command line or the programme file.
    Usage,
    /// 4: refused for safety.
    Refused,
    /// 1: a file failed.
    File,
    /// 3: too many rejected rows, or too much change.
    Quality,
}

impl ExitCode {
    /// The number the process exits with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::File => 1,
            Self::Usage => 2,
            Self::Quality => 3,
            Self::Refused => 4,
        }
    }
}

impl Error {
    /// The exit code of this failure; of several, the one that wins (2 before 4 before 1 before 3).
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage { .. } | Self::Programme { .. } => ExitCode::Usage,
            Self::Refused { .. } => ExitCode::Refused,
            Self::File { .. } | Self::System { .. } => ExitCode::File,
            Self::TooManyRejected { .. } | Self::NotDelivered { .. } => ExitCode::Quality,
            Self::Several(errors) => errors.iter().map(Self::exit_code).min().unwrap_or(ExitCode::File),
        }
    }

    /// A file that could not be used: what is wrong with it and what to do.
    pub fn file(path: &Path, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::File { path: path.to_path_buf(), what: what.into(), hint: hint.into() }
    }

    /// Too little memory.
    #[must_use]
    pub fn no_memory() -> Self {
        Self::System {
            what: "the system gives this process too little memory".to_owned(),
            hint: "allow it more (`ulimit -v`, the limits of its container) and run again; nothing half is left behind"
                .to_owned(),
        }
    }

    /// Too few threads for some work.
    #[must_use]
    pub fn no_threads(work: &str) -> Self {
        Self::System {
            what: format!("the system gives this process too few threads {work}"),
            hint:
                "allow it more processes and memory (`ulimit -u`, `ulimit -v`, the limits of its container), or start \
                   it with POLARS_MAX_THREADS=1 RAYON_NUM_THREADS=1"
                    .to_owned(),
        }
    }

    /// Something that is refused for safety, and what to do.
    pub fn refused(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), hint: hint.into() }
    }

    /// A file that the operating system would not open, read or write.
    #[must_use]
    pub fn io(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (what, hint) = match error.kind() {
            ErrorKind::NotFound => {
                ("it is not there".to_owned(), "check the path; paths are relative to the programme file")
            }
            ErrorKind::PermissionDenied => {
                (format!("could not {doing}: permission denied"), "check who owns the file and its folder")
            }
            ErrorKind::IsADirectory => ("it is a folder, not a file".to_owned(), "name a file"),
            ErrorKind::StorageFull => {
                (format!("could not {doing}: the disk is full"), "make room and run again; nothing half is left behind")
            }
            ErrorKind::QuotaExceeded => (
                format!("could not {doing}: the disk quota is used up"),
                "make room and run again; nothing half is left behind",
            ),
            ErrorKind::FileTooLarge => (
                format!("could not {doing}: the file would be larger than the system allows"),
                "raise the limit (`ulimit -f`) and run again; nothing half is left behind",
            ),
            ErrorKind::ReadOnlyFilesystem => (
                format!("could not {doing}: the file system is read-only"),
                "choose another place, or make it writable",
            ),
            _ => (format!("could not {doing}: {error}"), "check the disk and run again; nothing half is left behind"),
        };
        Self::file(path, what, hint)
    }

    /// One failure of a list, or the list as one failure; `None` where nothing failed.
    #[must_use]
    pub fn collect(mut errors: Vec<Self>) -> Option<Self> {
        // What all departments fail with, such as a list of persons, is told once.
        let mut told = std::collections::HashSet::new();
        errors.retain(|error| told.insert(error.to_string()));
        match errors.len() {
            0 => None,
            1 => errors.pop(),
            _ => Some(Self::Several(errors)),
        }
    }

    /// Each failure of several, or the one that there is.
    #[must_use]
    pub fn into_each(self) -> Vec<Self> {
        match self {
            Self::Several(errors) => errors.into_iter().flat_map(Self::into_each).collect(),
            one => vec![one],
        }
    }
}

fn mistakes_text(path: &Path, mistakes: &[Mistake]) -> String {
    /// More are no mistakes of a person who can read them one by one.
    const MOST_SHOWN: usize = 1000;
    let line = |mistake: &Mistake| format!("{}:{}: {}", path.display(), mistake.line, mistake.what);
    let mut lines: Vec<String> = mistakes.iter().take(MOST_SHOWN).map(line).collect();
    if mistakes.len() > MOST_SHOWN {
        lines.push(format!("and {} more", mistakes.len() - MOST_SHOWN));
    }
    let count = if mistakes.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", mistakes.len()) };
    format!("{count} in the programme file\n  {}", lines.join("\n  "))
}

fn several_text(errors: &[Error]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Something that went well but that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning(pub String);

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
