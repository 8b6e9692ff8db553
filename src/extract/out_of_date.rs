//! `types_out_of_date.csv`: rows of the extract whose type stands in a group of `[types]` and that start when the group
//! does not have it. They leave like others, and no rule that names the group counts them.

use super::list::List;
use super::read::Extract;
use crate::error::Result;
use crate::output::Staged;
use crate::programme::{Department, NamedType, Programme, TypeList};

/// Records looked at at a time; some may have been put aside.
const RECORDS_AT_A_TIME: usize = 1 << 16;

/// Writes the list, where the programme names groups for this department; it stays there.
///
/// # Errors
///
/// [`crate::Error::File`] where it cannot be written.
pub fn write_out_of_date(
    folder: &Staged,
    programme: &Programme,
    department: &Department,
    extract: &Extract,
) -> Result<()> {
    let Some(counted) = rows_out_of_date(programme, department, extract)? else { return Ok(()) };
    let mut list = List::create(folder, "types_out_of_date.csv")?;
    list.push(&["group", "type", "rows"])?;
    for (named, rows) in counted {
        list.push(&[named.group.as_deref().unwrap_or(""), &named.name, &rows.to_string()])?;
    }
    list.finish()
}

/// The types of groups that rows have outside the group's dates, with how many; `None` where the programme names no
/// groups for this department.
///
/// # Errors
///
/// [`crate::Error::File`] where records that were put aside cannot be read.
pub(crate) fn rows_out_of_date<'p>(
    programme: &'p Programme,
    department: &'p Department,
    extract: &Extract,
) -> Result<Option<Vec<(&'p NamedType, u64)>>> {
    let named = programme.lists_of(department).flat_map(TypeList::named);
    let mut of_groups: Vec<&NamedType> = named.filter(|named| named.group.is_some()).collect();
    of_groups.sort_by_key(|named| (&named.group, &named.name));
    of_groups.dedup_by_key(|named| (&named.group, &named.name));
    if of_groups.is_empty() {
        return Ok(None);
    }
    let mut rows = vec![0_u64; of_groups.len()];
    let mut by_kind: Vec<Vec<usize>> = vec![Vec::new(); extract.types.names().len()];
    for (position, named) in of_groups.iter().enumerate() {
        if let Some(kind) = extract.types.find(&named.name) {
            by_kind[kind as usize].push(position);
        }
    }
    let count = extract.records.len();
    for start in (0..count).step_by(RECORDS_AT_A_TIME) {
        for record in extract.records.chunk(start..count.min(start + RECORDS_AT_A_TIME))?.iter() {
            for &position in &by_kind[record.kind as usize] {
                let (from, to) = of_groups[position].span();
                rows[position] += u64::from(!(from..=to).contains(&record.start));
            }
        }
    }
    Ok(Some(of_groups.into_iter().zip(rows).filter(|(_, rows)| *rows > 0).collect()))
}
