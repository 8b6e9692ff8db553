//! `apart_file`: pairs of persons who are kept out of one family and from one coordinator.

use crate::error::{Error, Result};
use crate::identity::Pseudonym;
use crate::output::{FileRecord, sha256_hex};
use crate::untrusted::SteadyFile;
use std::collections::BTreeSet;
use std::path::Path;

/// No file is longer; a hundred thousand pairs take a tenth of it.
const MOST_BYTES: u64 = 64 << 20;

/// Pairs of persons who are kept apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apart {
    /// The pairs, the smaller pseudonym first, rising.
    pub pairs: Vec<(Pseudonym, Pseudonym)>,
    /// The file, for a manifest; `None` where there is none.
    pub input: Option<FileRecord>,
}

impl Apart {
    /// Reads the file that `[family] apart_file` names: two pseudonyms a line with a comma between; a first line
    /// `person,apart_from` and empty lines do not count.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be read or a line is no pair, naming the first such line.
    pub fn read(file: Option<&Path>) -> Result<Self> {
        let Some(file) = file else { return Ok(Self::default()) };
        let bytes = SteadyFile::open(file)?.bytes(MOST_BYTES)?;
        let text = String::from_utf8_lossy(&bytes);
        let lines = (1_usize..).zip(text.trim_start_matches('\u{feff}').lines());
        let mut pairs = BTreeSet::new();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            if number == 1 && line.trim() == "person,apart_from" {
                continue;
            }
            pairs.insert(pair(line).ok_or_else(|| {
                Error::file(
                    file,
                    format!("line {number} is not two different pseudonyms with a comma between"),
                    "write each pair as two pseudonyms of 32 characters 0-9a-f, such as `members` in candidates.parquet",
                )
            })?);
        }
        let input = FileRecord::new(file, sha256_hex(&bytes), Some(pairs.len() as u64));
        Ok(Self { pairs: pairs.into_iter().collect(), input: Some(input) })
    }
}

fn pair(line: &str) -> Option<(Pseudonym, Pseudonym)> {
    let (one, other) = line.split_once(',')?;
    let (one, other) = (Pseudonym::from_hex(one.trim())?, Pseudonym::from_hex(other.trim())?);
    (one != other).then_some((one.min(other), one.max(other)))
}
