//! Which files a department's `input` names.

use super::conversion::DELIMITER;
use crate::error::{Error, Result};
use crate::programme::{Department, Programme, relative_to};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// One file of an extract: where it stands and how messages and lists name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedFile {
    /// The path to open.
    pub path: PathBuf,
    /// The path as the programme file has it, globs filled in.
    pub name: String,
    /// Between fields of its text.
    pub delimiter: u8,
    /// What it is.
    pub kind: Kind,
}

/// What a file is, as its extension says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, packed or not.
    Text(Packing),
    /// A workbook (.xlsx).
    Spreadsheet,
    /// Apache Parquet.
    Parquet,
}

/// How a text is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstandard,
}

impl Kind {
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text(_))
    }
}

/// The files of a department: lists in their order, each glob sorted bytewise, a file matched twice only once.
///
/// # Errors
///
/// [`Error::File`] where a path is not there, a glob matches nothing, or the kind of a file is not known.
pub(super) fn resolve(programme: &Programme, department: &Department) -> Result<Vec<NamedFile>> {
    let mut files: Vec<NamedFile> = Vec::new();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    for pattern in &department.input {
        for name in names(programme.folder(), pattern)? {
            let path = relative_to(programme.folder(), &name);
            let real = std::fs::canonicalize(&path).map_err(|error| Error::io(&path, "read", &error))?;
            if real.is_dir() {
                return Err(Error::file(
                    &path,
                    "it is a folder, not a file",
                    "name a file, or a glob such as `folder/*.csv`",
                ));
            }
            if !seen.insert(real) {
                continue;
            }
            let (kind, delimiter) = kind(&path, department)?;
            files.push(NamedFile { path, name, delimiter, kind });
        }
    }
    Ok(files)
}

/// The names that a path or glob stands for, relative to `folder`.
fn names(folder: &Path, pattern: &str) -> Result<Vec<String>> {
    let is_glob = pattern.contains(['*', '?', '[']) && !folder.join(pattern).exists();
    if !is_glob {
        return Ok(vec![pattern.to_owned()]);
    }
    // Only the pattern may hold wildcards: the folder is taken as it is.
    let folder_text = folder.to_string_lossy();
    let full = if Path::new(pattern).is_absolute() {
        pattern.to_owned()
    } else {
        format!("{}/{pattern}", glob::Pattern::escape(&folder_text))
    };
    let wrong =
        |what: &str| Error::file(&folder.join(pattern), what, "check `input` of the department in the programme file");
    let mut names = Vec::new();
    for found in glob::glob(&full).map_err(|_| wrong("this is not a glob"))? {
        let path = found.map_err(|error| Error::io(error.path(), "read the folder", error.error()))?;
        if path.is_dir() {
            continue;
        }
        let relative = path.strip_prefix(folder).unwrap_or(&path);
        names.push(relative.to_str().ok_or_else(|| wrong("a file name that it matches is not UTF-8"))?.to_owned());
    }
    if names.is_empty() {
        return Err(wrong("no file matches"));
    }
    names.sort_unstable();
    Ok(names)
}

/// The kind of a file follows from its extension, and with it what stands between fields.
pub(super) fn kind(path: &Path, department: &Department) -> Result<(Kind, u8)> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let (packing, text) = if let Some(text) = name.strip_suffix(".gz") {
        (Packing::Gzip, text)
    } else if let Some(text) = name.strip_suffix(".zst") {
        (Packing::Zstandard, text)
    } else {
        (Packing::Plain, name.as_str())
    };
    let stated = |default| department.format.delimiter.unwrap_or(default);
    let extension = Path::new(text).extension().and_then(|extension| extension.to_str());
    match (extension, packing) {
        (Some("csv"), _) => Ok((Kind::Text(packing), stated(b','))),
        (Some("tsv"), _) => Ok((Kind::Text(packing), stated(b'\t'))),
        (Some("xlsx"), Packing::Plain) => Ok((Kind::Spreadsheet, DELIMITER)),
        (Some("parquet"), Packing::Plain) => Ok((Kind::Parquet, DELIMITER)),
        _ => Err(Error::file(
            path,
            "its kind is not known by its extension",
            "deliver .xlsx, .parquet, or .csv or .tsv, which may be packed as .gz or .zst",
        )),
    }
}
