//! A delivery kept in memory by the process that has just written it, the same as reading it again would give.

use super::delivery::{Delivery, Rows};
use crate::extract::{LeavingTypes, Quality, Record, Records};
use crate::identity::Pseudonym;
use crate::output::FileRecord;
use crate::programme::Programme;
use rayon::prelude::*;

impl Delivery {
    /// The delivery that these sorted records were written to.
    pub(crate) fn of_written(
        programme: &Programme,
        key_id: &str,
        records: Records,
        incomplete: Vec<Pseudonym>,
        types: LeavingTypes,
        quality: Quality,
        files: Vec<FileRecord>,
    ) -> Self {
        let as_of = crate::extract::days(programme.as_of);
        let mut delivery = Self {
            key_id: key_id.to_owned(),
            incomplete,
            types: types.names,
            quality: Some(quality),
            inputs: files,
            ..Self::default()
        };
        let pieces: Vec<Self> =
            records.into_parts().into_par_iter().map(|part| piece(part, &types.ranks, as_of)).collect();
        for mut piece in pieces {
            if !programme.attributes.age_band {
                piece.age_bands = Vec::new();
            }
            delivery.append(piece, |kind| kind);
        }
        delivery
    }

    /// Puts a piece of the same delivery, with later persons, behind what is there.
    pub(super) fn append(&mut self, mut piece: Self, kind: impl Fn(u16) -> u16) {
        let base = u32::try_from(self.rows.start.len()).expect("a department has fewer than 2³² rows");
        self.persons.append(&mut piece.persons);
        self.age_bands.append(&mut piece.age_bands);
        self.row_ends.extend(piece.row_ends.iter().map(|end| base + end));
        let Rows { kind: kinds, start, end, record, child } = &mut self.rows;
        kinds.extend(piece.rows.kind.iter().map(|&of_piece| kind(of_piece)));
        start.append(&mut piece.rows.start);
        end.append(&mut piece.rows.end);
        record.append(&mut piece.rows.record);
        child.append(&mut piece.rows.child);
    }
}

/// Some persons' records as a piece of a delivery.
fn piece(records: Vec<Record>, ranks: &[u32], as_of: i32) -> Delivery {
    let mut piece = Delivery::default();
    for record in records {
        if piece.persons.last() != Some(&record.person) {
            piece.row_ends.push(piece.row_ends.last().copied().unwrap_or(0));
            piece.persons.push(record.person);
            piece.age_bands.push(record.age_band);
        }
        if record.start > as_of {
            continue;
        }
        let rows = &mut piece.rows;
        rows.kind.push(u16::try_from(ranks[record.kind as usize]).expect("a programme names fewer than 2¹⁶ types"));
        rows.start.push(record.start);
        rows.end.push(if record.end == Record::OPEN { i32::MAX } else { record.end });
        rows.record.push(record.record);
        rows.child.push(record.child);
        if let Some(end) = piece.row_ends.last_mut() {
            *end += 1;
        }
    }
    piece
}
