//! A delivery kept in memory by the process that has just written it, the same as reading it again would give.

use super::delivery::Delivery;
use crate::extract::{LeavingTypes, Quality, Records};
use crate::identity::Pseudonym;
use crate::output::FileRecord;

impl Delivery {
    /// The delivery that these sorted records were written to.
    pub(crate) fn of_written(
        key_id: &str,
        records: Records,
        incomplete: Vec<Pseudonym>,
        types: &LeavingTypes,
        quality: Quality,
        files: Vec<FileRecord>,
    ) -> Self {
        let name = |&rank: &u32| types.names[rank as usize].clone();
        Self {
            key_id: key_id.to_owned(),
            records,
            types: types.ranks.iter().map(name).collect(),
            incomplete,
            quality: Some(quality),
            inputs: files,
            warnings: Vec::new(),
        }
    }
}
