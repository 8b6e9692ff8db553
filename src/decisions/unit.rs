//! Which unit of a selection somebody means: by its id, its label or a member's pseudonym.

use crate::error::{Error, Result};
use crate::output::{metadata_entry, read_batches};
use crate::selection::{AGAIN, columns, look_into};
use crate::untrusted::SteadyFile;
use arrow_array::cast::AsArray;

/// A unit that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub unit: String,
    /// What people call it.
    pub label: String,
    /// Its members' pseudonyms.
    pub members: Vec<String>,
    /// The key that they were made with.
    pub key_id: String,
}

/// Finds a unit in a list of candidates.
///
/// # Errors
///
/// [`Error::Usage`] where there is none of this name, [`Error::File`] where the list is not whole.
pub fn find(candidates: &SteadyFile, name: &str) -> Result<Named> {
    let found = look_into(candidates, AGAIN, || look(candidates, name))?;
    found.into_iter().next().ok_or_else(|| Error::Usage {
        what: "no eligible unit has this id, this label or such a member".to_owned(),
        hint: "take `unit` or `label` from candidates.parquet or a coordinator's list".to_owned(),
    })
}

/// The first unit that is meant, where there is one; `None` where the file is not whole.
fn look(file: &SteadyFile, name: &str) -> Option<Vec<Named>> {
    let (metadata, batches) = read_batches(file)?;
    let key_id = metadata_entry(&metadata, "udpeg.key_id")?;
    for batch in batches {
        let batch = batch.ok()?;
        let text = |column: &str| batch.column_by_name(column)?.as_string_opt::<i32>().cloned();
        let (units, labels) = (text(columns::UNIT)?, text(columns::LABEL)?);
        let members = batch.column_by_name(columns::MEMBERS)?.as_list_opt::<i32>()?;
        for row in 0..batch.num_rows() {
            let persons = members.value(row);
            let persons = persons.as_string_opt::<i32>()?.iter().flatten().map(str::to_owned);
            let persons: Vec<String> = persons.collect();
            if units.value(row) == name || labels.value(row) == name || persons.iter().any(|person| person == name) {
                let (unit, label) = (units.value(row).to_owned(), labels.value(row).to_owned());
                return Some(vec![Named { unit, label, members: persons, key_id }]);
            }
        }
    }
    Some(Vec::new())
}
