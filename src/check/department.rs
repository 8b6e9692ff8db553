//! One department's extract, read as `pseudonymise` reads it, and everything that is to be told about it.

use super::Checking;
use super::report::{DepartmentReport, FileRows, Oddities, OutOfDate, RejectedRows, TypeRows, UncoveredTypes};
use crate::calendar::days;
use crate::error::{Error, Result, Warning};
use crate::extract::{self, Comparison, Extract, LeavingTypes, Quality, Record, Records, Room};
use crate::identity::{Key, Pseudonym, masked};
use crate::pipeline::Context;
use crate::programme::{Department, Programme, TypeList};
use std::collections::BTreeMap;

/// What of an extract the proposal is made of.
pub(super) struct Taken {
    pub records: Records,
    pub types: LeavingTypes,
    pub quality: Quality,
    /// By person: rows that cannot be used.
    pub rejected_rows: BTreeMap<Pseudonym, u32>,
    /// Rejected rows that tell nobody.
    pub rows_of_nobody: u64,
}

/// A department that has been looked at.
pub(super) struct Looked {
    report: DepartmentReport,
    warnings: Vec<Warning>,
    taken: Taken,
}

impl Looked {
    /// Reads a department's extract, with exact days whatever leaves, and looks at it.
    pub(super) fn new(
        context: &Context<'_>,
        exact: &Programme,
        department: &Department,
        key: &Key,
        checking: &Checking,
    ) -> Result<Self> {
        // Without a folder nothing can be put aside.
        let mut extract = extract::read(exact, department, key, false, Room::default(), context.progress)?;
        let mut rejected_rows = BTreeMap::new();
        for person in &extract.incomplete {
            *rejected_rows.entry(*person).or_insert(0) += 1;
        }
        let (mut quality, types) = extract::tidy(exact, department, &mut extract)?;
        let comparison = extract::compare(exact, &quality)?;
        quality.change = comparison.as_ref().map(|comparison| comparison.summary(exact));
        let mut warnings = extract.warnings.clone();
        warnings.extend(extract::type_warnings(exact, department, &extract));
        warnings.extend(extract::not_compared(exact, &department.id, comparison.as_ref()));
        let report = DepartmentReport {
            rejected_rows: rejected(&extract),
            uncovered_types: uncovered(exact, department, &extract, &types)?,
            types_out_of_date: out_of_date(exact, department, &extract)?,
            days: oddities(exact, &extract.records)?,
            failures: failures(&quality, comparison.as_ref(), checking),
            comparison,
            quality: quality.clone(),
        };
        let rows_of_nobody = extract.rejected.iter().filter(|rejected| rejected.persons == 0).count() as u64;
        let taken = Taken { records: extract.records, types, quality, rejected_rows, rows_of_nobody };
        Ok(Self { report, warnings, taken })
    }

    pub(super) fn into_parts(self) -> (DepartmentReport, Vec<Warning>, Taken) {
        (self.report, self.warnings, self.taken)
    }
}

/// Rejected rows by reason and column, in the order in which reasons are tried.
fn rejected(extract: &Extract) -> Vec<RejectedRows> {
    let mut groups: BTreeMap<_, Vec<(usize, u64)>> = BTreeMap::new();
    for rejected in &extract.rejected {
        let column = rejected.column.map(|column| extract.own_word(column));
        groups.entry((rejected.reason, column)).or_default().push((rejected.file, rejected.row));
    }
    let file_rows = |rows: &[(usize, u64)]| FileRows {
        file: extract.files.get(rows[0].0).map_or_else(String::new, |file| masked(&file.name).into_owned()),
        rows: rows.iter().map(|(_, row)| *row).collect(),
    };
    let group = |(reason, column, rows): (extract::Reason, Option<&str>, Vec<(usize, u64)>)| RejectedRows {
        reason: reason.as_str().to_owned(),
        column: column.map(str::to_owned),
        rows: rows.len() as u64,
        at: rows.chunk_by(|one, other| one.0 == other.0).map(file_rows).collect(),
    };
    groups.into_iter().map(|((reason, column), rows)| group((reason, column, rows))).collect()
}

/// Rows and persons of one type.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    rows: u64,
    persons: u64,
}

/// The types that no rule of the department names, with their words where enough persons have them.
fn uncovered(
    programme: &Programme,
    department: &Department,
    extract: &Extract,
    types: &LeavingTypes,
) -> Result<UncoveredTypes> {
    let of_department = || programme.rules.iter().filter(|rule| rule.department.as_deref() == Some(&department.id));
    let lists = of_department().filter_map(|rule| rule.types.as_ref());
    let named: Vec<&str> = lists.flat_map(TypeList::names).collect();
    let may_leave = programme.types_that_may_leave(department);
    let mut uncovered = UncoveredTypes {
        rules_for_all: of_department().filter(|rule| rule.types.is_none()).map(|rule| rule.id.clone()).collect(),
        ..UncoveredTypes::default()
    };
    let shares = shares(&extract.records, types.ranks.len())?;
    for (name, share) in extract.types.names().iter().zip(shares) {
        if share.rows == 0 || named.contains(&name.as_str()) {
            continue;
        }
        let leaves_as_itself = may_leave.contains(&name.as_str());
        if leaves_as_itself || share.persons >= u64::from(programme.disclosure.threshold) {
            let name = masked(name).into_owned();
            uncovered.types.push(TypeRows { name, rows: share.rows, persons: share.persons, leaves_as_itself });
        } else {
            uncovered.rare_types += 1;
            uncovered.rare_rows += share.rows;
        }
    }
    uncovered.types.sort_by(|one, other| (other.rows, &one.name).cmp(&(one.rows, &other.name)));
    Ok(uncovered)
}

/// Rows and persons by type as it came.
fn shares(records: &Records, types: usize) -> Result<Vec<Share>> {
    let look = |part: &[Record]| {
        let mut shares = vec![Share::default(); types];
        for rows in part.chunk_by(|one, other| one.person == other.person) {
            let mut kinds: Vec<u32> = rows.iter().map(|row| row.kind).collect();
            kinds.sort_unstable();
            for of_kind in kinds.chunk_by(PartialEq::eq) {
                let share = &mut shares[of_kind[0] as usize];
                share.rows += of_kind.len() as u64;
                share.persons += 1;
            }
        }
        shares
    };
    let mut all = vec![Share::default(); types];
    for part in records.map_parts(look)? {
        for (share, further) in all.iter_mut().zip(part) {
            share.rows += further.rows;
            share.persons += further.persons;
        }
    }
    Ok(all)
}

fn out_of_date(programme: &Programme, department: &Department, extract: &Extract) -> Result<Vec<OutOfDate>> {
    let counted = extract::rows_out_of_date(programme, department, extract)?.unwrap_or_default();
    let of_group = counted.into_iter().map(|(named, rows)| OutOfDate {
        group: named.group.clone().unwrap_or_default(),
        name: named.name.clone(),
        rows,
    });
    Ok(of_group.collect())
}

/// A year and ten years, in days; only what is shown depends on them.
const YEAR: i32 = 366;
const TEN_YEARS: i32 = 3653;

fn oddities(programme: &Programme, records: &Records) -> Result<Oddities> {
    let as_of = days(programme.as_of);
    let look = |part: &[Record]| {
        let count = |is_odd: &dyn Fn(&Record) -> bool| part.iter().filter(|record| is_odd(record)).count() as u64;
        let has_end = |record: &Record| record.end != Record::OPEN;
        Oddities {
            open: count(&|record| record.is_open(as_of)),
            without_end: count(&|record| !has_end(record)),
            start_before_1970: count(&|record| record.start < 0),
            end_before_1970: count(&|record| has_end(record) && record.end < 0),
            start_after_as_of: count(&|record| record.start > as_of),
            start_far_ahead: count(&|record| record.start > as_of.saturating_add(YEAR)),
            end_far_ahead: count(&|record| has_end(record) && record.end > as_of.saturating_add(TEN_YEARS)),
        }
    };
    Ok(records.map_parts(look)?.into_iter().fold(Oddities::default(), Oddities::plus))
}

/// Why nothing would be delivered.
fn failures(quality: &Quality, comparison: Option<&Comparison>, checking: &Checking) -> Vec<Error> {
    let is_too_many = checking.max_rejected.is_exceeded(quality.rejected, quality.rows);
    let too_many = is_too_many.then(|| Error::NotDelivered {
        what: format!(
            "{}: {} of {} rows cannot be used, more than the limit of {}; nothing would be delivered",
            quality.department, quality.rejected, quality.rows, checking.max_rejected
        ),
        hint: "mend the rows that are listed, or allow more with --max-rejected".to_owned(),
    });
    too_many.into_iter().chain(comparison.and_then(|comparison| comparison.failure(&quality.department))).collect()
}
