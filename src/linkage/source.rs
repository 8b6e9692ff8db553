//! Where one department's delivery stands: checked against its manifest and the programme, and opened.

use super::parquet_input::{Expected, ParquetInput};
use crate::error::{Error, Result};
use crate::extract::{Quality, names};
use crate::output::{FileRecord, Manifest};
use crate::programme::{Department, Programme};
use crate::untrusted::SteadyFile;
use arrow_schema::DataType;
use std::path::{Path, PathBuf};

pub(super) const AGAIN: &str = "ask the department for its delivery again";
const WHOLE_AGAIN: &str = "ask the department for the whole folder again, and how it was sent";

/// Where one delivery stands and what it must fit.
pub(crate) struct Source<'a> {
    pub(super) programme: &'a Programme,
    /// Whose delivery it is.
    pub department: &'a Department,
    /// The folder that it stands in, which may be any.
    pub folder: PathBuf,
}

/// A delivery whose files are those that its manifest names. They are open: what was looked at is what is read.
pub(crate) struct Unaltered<'a> {
    /// Where it stands.
    pub source: Source<'a>,
    pub(super) extract: SteadyFile,
    pub(super) incomplete: SteadyFile,
    quality: SteadyFile,
    /// Its files, as manifests name them.
    pub inputs: Vec<FileRecord>,
    /// What its manifest says of the keys that its pseudonyms were made with.
    pub key_id: String,
}

/// A delivery's `extract.parquet`.
pub(crate) struct OpenExtract {
    /// The rows.
    pub(super) rows: ParquetInput,
    /// SHA-256 of the programme file that it was made with.
    pub programme_sha256: String,
}

impl<'a> Source<'a> {
    /// Of a department, in this folder.
    pub(crate) fn new(programme: &'a Programme, department: &'a Department, folder: PathBuf) -> Self {
        Self { programme, department, folder }
    }

    /// The delivery, its files looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where a file is not the one its manifest names, [`Error::File`] where one is not there.
    pub(crate) fn unaltered(self) -> Result<Unaltered<'a>> {
        let manifest = Manifest::read(&self.folder, &format!("pseudonymise --department {}", self.department.id))?;
        let place = Path::new("delivery").join(&self.department.id);
        let checked = [names::EXTRACT, names::INCOMPLETE, names::QUALITY]
            .map(|name| manifest.unaltered(&self.folder.join(name), &place.join(name), WHOLE_AGAIN));
        let [extract, incomplete, quality] = match checked {
            [Ok(extract), Ok(incomplete), Ok(quality)] => [extract, incomplete, quality],
            failed => return Err(Error::Several(failed.into_iter().filter_map(Result::err).collect())),
        };
        Ok(Unaltered {
            inputs: [&extract, &incomplete, &quality].map(|(record, _)| (*record).clone()).to_vec(),
            extract: extract.1,
            incomplete: incomplete.1,
            quality: quality.1,
            source: self,
            key_id: manifest.key_id,
        })
    }

    /// Reads the footer of `extract.parquet`, whose pseudonyms must be made with these keys.
    pub(super) fn extract(&self, file: SteadyFile, key_id: &str) -> Result<OpenExtract> {
        let rows = self.open(file, key_id, &self.extract_columns())?;
        let programme_sha256 = rows.entries().remove("udpeg.programme").unwrap_or_default();
        Ok(OpenExtract { rows, programme_sha256 })
    }

    /// Reads the footer of `incomplete.parquet`, whose pseudonyms must be made with these keys.
    pub(super) fn incomplete(&self, file: SteadyFile, key_id: &str) -> Result<ParquetInput> {
        self.open(file, key_id, &[Expected { name: names::PERSON, data_type: DataType::Utf8 }])
    }

    fn extract_columns(&self) -> Vec<Expected> {
        let attributes = self.programme.attributes;
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
        if attributes.sex {
            columns.push(text(names::SEX));
        }
        if attributes.age_band {
            columns.push(text(names::AGE_BAND));
        }
        columns
    }

    fn open(&self, file: SteadyFile, key_id: &str, columns: &[Expected]) -> Result<ParquetInput> {
        let path = file.path().to_path_buf();
        let input = ParquetInput::new(file, columns)?;
        let entries = input.entries();
        let programme = self.programme;
        let expected = [
            ("udpeg.format", "1".to_owned()),
            ("udpeg.department", self.department.id.clone()),
            ("udpeg.period", programme.period.clone()),
            ("udpeg.as_of", programme.as_of.to_string()),
            ("udpeg.age_bands", programme.age_bands.to_text()),
            ("udpeg.key_id", key_id.to_owned()),
        ];
        let mut differing: Vec<&str> =
            expected.iter().filter(|(key, value)| entries.get(*key) != Some(value)).map(|(key, _)| *key).collect();
        if entries.get("udpeg.dates").map(String::as_str) != programme.dates_leave.metadata() {
            differing.push("udpeg.dates");
        }
        if !differing.is_empty() {
            return Err(Error::refused(
                format!(
                    "{}: it was not made for this programme and period: {} differ{}",
                    path.display(),
                    differing.join(", "),
                    if differing.len() == 1 { "s" } else { "" }
                ),
                "use the period, day, age bands and `dates` that the departments used, or ask for deliveries made with this programme",
            ));
        }
        Ok(input)
    }
}

impl Unaltered<'_> {
    /// Reads the footer of its `extract.parquet`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where it was made for another programme, period or key, [`Error::File`] where it is not whole.
    pub(crate) fn extract(&self) -> Result<OpenExtract> {
        self.source.extract(self.extract.clone(), &self.key_id)
    }

    /// Its quality counts.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] where they tell of another department, [`Error::File`] where they are none.
    pub(crate) fn quality(&self) -> Result<Quality> {
        let path = self.quality.path();
        let quality: Quality = serde_json::from_slice(&self.quality.bytes(Quality::MOST_BYTES)?)
            .map_err(|_| Error::file(path, "it is no quality file", AGAIN))?;
        if quality.department == self.source.department.id {
            return Ok(quality);
        }
        Err(Error::refused(format!("{}: it tells of another department", path.display()), WHOLE_AGAIN))
    }
}

impl OpenExtract {
    /// Its rows, as its footer says.
    pub(crate) fn rows(&self) -> u64 {
        self.rows.rows()
    }
}
