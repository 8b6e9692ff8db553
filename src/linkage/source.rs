//! Where one department's delivery stands: checked against its manifest and the programme, and opened.

use super::parquet_input::{Expected, ParquetInput};
use crate::error::{Error, Result};
use crate::extract::{Quality, names};
use crate::identity::Pseudonym;
use crate::output::{FileRecord, Manifest};
use crate::programme::{Department, Programme};
use arrow_schema::DataType;
use std::path::{Path, PathBuf};

const AGAIN: &str = "ask the department for its delivery again";

/// A delivery whose files are those that its manifest names.
pub(crate) struct Source<'a> {
    programme: &'a Programme,
    /// Whose delivery it is.
    pub department: &'a Department,
    /// The folder that it stands in, which may be any.
    pub folder: PathBuf,
    /// Its files, as manifests name them.
    pub inputs: Vec<FileRecord>,
    /// Its quality counts.
    pub quality: Quality,
    /// What its manifest says of the keys that its pseudonyms were made with.
    pub key_id: String,
}

/// A delivery's `extract.parquet`.
pub(crate) struct OpenExtract {
    /// The rows.
    pub rows: ParquetInput,
    /// SHA-256 of the programme file that it was made with.
    pub programme_sha256: String,
}

impl<'a> Source<'a> {
    /// The delivery in a folder.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where a file is not the one its manifest names, [`Error::File`] where one is not there.
    pub(crate) fn new(programme: &'a Programme, department: &'a Department, folder: PathBuf) -> Result<Self> {
        let manifest = Manifest::read(&folder, &format!("pseudonymise --department {}", department.id))?;
        let place = Path::new("delivery").join(&department.id);
        let (mut inputs, mut errors) = (Vec::new(), Vec::new());
        for name in [names::EXTRACT, names::INCOMPLETE, names::QUALITY] {
            let hint = "ask the department for the whole folder again, and how it was sent";
            match manifest.unaltered(&folder.join(name), &place.join(name), hint) {
                Ok(record) => inputs.push(record.clone()),
                Err(error) => errors.push(error),
            }
        }
        if let Some(error) = Error::collect(errors) {
            return Err(error);
        }
        let quality = folder.join(names::QUALITY);
        let text = std::fs::read(&quality).map_err(|error| Error::io(&quality, "read", &error))?;
        let quality =
            serde_json::from_slice(&text).map_err(|_| Error::file(&quality, "it is no quality file", AGAIN))?;
        Ok(Self { programme, department, folder, inputs, quality, key_id: manifest.key_id })
    }

    /// Opens its `extract.parquet`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where it was made for another programme, period or key, [`Error::File`] where it is not whole.
    pub(crate) fn extract(&self) -> Result<OpenExtract> {
        let text = |name| Expected { name, data_type: DataType::Utf8 };
        let day = |name| Expected { name, data_type: DataType::Date32 };
        let mut columns = vec![
            text(names::PERSON),
            text(names::RECORD),
            text(names::KIND),
            day(names::START),
            day(names::END),
            text(names::CHILD),
        ];
        if self.programme.attributes.sex {
            columns.push(text(names::SEX));
        }
        if self.programme.attributes.age_band {
            columns.push(text(names::AGE_BAND));
        }
        let rows = self.open(names::EXTRACT, &columns)?;
        let programme_sha256 = rows.entries().remove("udpeg.programme").unwrap_or_default();
        Ok(OpenExtract { rows, programme_sha256 })
    }

    /// The persons of its `incomplete.parquet`, rising.
    ///
    /// # Errors
    ///
    /// As for [`Source::extract`].
    pub(crate) fn incomplete(&self) -> Result<Vec<Pseudonym>> {
        let input = self.open(names::INCOMPLETE, &[Expected { name: names::PERSON, data_type: DataType::Utf8 }])?;
        let parts = input.read_row_groups(Vec::new, |persons, batch| {
            for cell in batch.text(names::PERSON, false)?.iter().flatten() {
                persons.push(batch.pseudonym(names::PERSON, cell)?);
            }
            Ok(())
        })?;
        let persons: Vec<Pseudonym> = parts.concat();
        if !persons.is_sorted_by(|one, other| one < other) {
            let path = self.folder.join(names::INCOMPLETE);
            return Err(Error::file(&path, "its rows are not sorted", AGAIN));
        }
        Ok(persons)
    }

    fn open(&self, name: &str, columns: &[Expected]) -> Result<ParquetInput> {
        let path = self.folder.join(name);
        let input = ParquetInput::open(&path, columns)?;
        let entries = input.entries();
        let programme = self.programme;
        let expected = [
            ("udpeg.format", "1".to_owned()),
            ("udpeg.department", self.department.id.clone()),
            ("udpeg.period", programme.period.clone()),
            ("udpeg.as_of", programme.as_of.to_string()),
            ("udpeg.age_bands", programme.age_bands.to_text()),
            ("udpeg.key_id", self.key_id.clone()),
        ];
        let differing: Vec<&str> =
            expected.iter().filter(|(key, value)| entries.get(*key) != Some(value)).map(|(key, _)| *key).collect();
        if !differing.is_empty() {
            return Err(Error::refused(
                format!(
                    "{}: it was not made for this programme and period: {} differ{}",
                    path.display(),
                    differing.join(", "),
                    if differing.len() == 1 { "s" } else { "" }
                ),
                "use the period, day and age bands that the departments used, or ask for deliveries made with this programme",
            ));
        }
        Ok(input)
    }
}
