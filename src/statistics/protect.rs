//! From what was counted to what may be shown.

use super::Statistics;
use super::counted::Counted;
use super::scales::Scales;
use super::tables::{self, Draft, Need, internal};
use crate::disclosure::{self, CellDefinition, Mode, Published, Settings, Table, Zeros};
use crate::error::{Error, Result};
use crate::pipeline::Load;
use crate::programme::{Programme, Rounding, Universe, Variable};

/// What a release stands beside.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Earlier releases of the same counts.
    pub earlier: Vec<Published>,
}

/// How a programme's counts are protected; those of a second release of a period are rounded unless it says otherwise.
#[must_use]
pub fn settings(programme: &Programme, is_second: bool) -> Settings {
    /// What counts of a second release are rounded to.
    const USUAL: u64 = 5;
    let disclosure = programme.disclosure;
    let mut settings = Settings::new(disclosure.threshold.into());
    settings.min_interval = disclosure.min_interval.map_or(settings.min_interval, u64::from);
    if !disclosure.zeros {
        settings.zeros = Zeros::Shown;
    }
    settings.mode = match disclosure.round {
        Some(Rounding::To(base)) => Mode::Round { base: base.into() },
        None if is_second => Mode::Round { base: USUAL },
        Some(Rounding::Never) | None => Mode::Suppress,
    };
    settings
}

/// The tables of every release and the programme's own, protected together and audited.
///
/// A table of every release that cannot be protected is left out. `loads` are the coordinators' and `without` the
/// proposed units that none has room for.
///
/// # Errors
///
/// [`Error::Refused`] where a table that the programme asks for cannot be protected, or no table can.
pub fn protect(
    programme: &Programme,
    counted: &Counted,
    loads: &[Load],
    without: usize,
    settings: &Settings,
    around: &Around,
) -> Result<Statistics> {
    let mut scales = Scales::new(programme, counted);
    tables::merge_bands(programme, counted, &mut scales, settings)?;
    let mut drafts: Vec<(Draft, Table)> = Vec::new();
    for draft in tables::drafts(programme) {
        let table = tables::table(&draft, counted, &scales)?;
        drafts.push((draft, table));
    }
    if let Some(table) = tables::coordinators(programme, loads, without)? {
        let draft = Draft::new("proposed_by_coordinator", Universe::Units, &[], Need::Usual);
        drafts.insert(drafts.iter().position(|(draft, _)| draft.need == Need::Link).unwrap_or(0), (draft, table));
    }
    let mut left_out = Vec::new();
    loop {
        if drafts.iter().all(|(draft, _)| draft.need == Need::Link) {
            return Err(Error::refused(
                "no table of the statistics can be protected: the groups are too small",
                "release nothing of this period, or statistics of more departments or a larger programme",
            ));
        }
        let tables = drafts.iter().map(|(_, table)| table.clone()).collect();
        let release = tables::release(programme, counted, &scales, tables);
        let release = around.earlier.iter().cloned().fold(release, disclosure::Release::earlier);
        match disclosure::protect(&release, settings) {
            Ok(protected) => {
                return Ok(Statistics {
                    tables: protected.tables,
                    published: protected.published,
                    left_out,
                    settings: *settings,
                    method: protected.audit.method,
                });
            }
            Err(disclosure::Error::JointTableMissing { universe, dimensions }) => {
                let draft = joint(&universe, &dimensions).ok_or_else(|| {
                    internal(disclosure::Error::JointTableMissing { universe, dimensions: dimensions.clone() })
                })?;
                let table = tables::table(&draft, counted, &scales)?;
                drafts.push((draft, table));
            }
            Err(error) => left_out.extend(leave_out(&mut drafts, &error)?),
        }
    }
}

/// The table of all these dimensions together, unpublished.
fn joint(universe: &str, dimensions: &[String]) -> Option<Draft> {
    let universe = Universe::ALL.into_iter().find(|known| known.as_str() == universe)?;
    let variable = |name: &String| universe.variables().iter().find(|variable| variable.as_str() == name).copied();
    let variables: Vec<Variable> = dimensions.iter().map(variable).collect::<Option<_>>()?;
    // What follows from another dimension needs no place of its own.
    let is_fine = variables.contains(&Variable::DepartmentCombination);
    let variables: Vec<Variable> =
        variables.into_iter().filter(|variable| !(is_fine && *variable == Variable::Departments)).collect();
    Some(Draft::new(&format!("joint {}", dimensions.join(" ")), universe, &variables, Need::Link))
}

/// Leaves out the last of the usual tables that has a cell which cannot be protected; gives its name.
fn leave_out(drafts: &mut Vec<(Draft, Table)>, error: &disclosure::Error) -> Result<Option<String>> {
    let cells: Vec<CellDefinition> = match error {
        disclosure::Error::Unprotectable { cell } | disclosure::Error::AuditUnfinished { cell } => vec![cell.clone()],
        disclosure::Error::AuditFailed { cells } => cells.clone(),
        other => return Err(internal(other.clone())),
    };
    let has_cell = |table: &Table| table.definitions().any(|definition| cells.contains(&definition));
    let is_usual = |draft: &Draft| draft.need == Need::Usual;
    let of_cell = drafts.iter().rposition(|(draft, table)| is_usual(draft) && has_cell(table));
    let asked = drafts.iter().find(|(draft, table)| draft.need == Need::Asked && has_cell(table));
    if let (None, Some((draft, _))) = (of_cell, asked) {
        return Err(Error::refused(
            format!("the table {} that [[statistics.table]] asks for cannot be protected: {error}", draft.name),
            "ask for fewer dimensions, or leave it out; nothing was released",
        ));
    }
    let last = of_cell.or_else(|| drafts.iter().rposition(|(draft, _)| is_usual(draft)));
    let Some(last) = last else {
        return Err(Error::refused(
            format!("the statistics cannot be protected: {error}"),
            "leave out tables of [[statistics.table]]; nothing was released",
        ));
    };
    let (draft, table) = drafts.remove(last);
    // It still ties others together, unless that is what cannot be protected: then it is gone the next time.
    if draft.name == "units_by_kind" {
        drafts.push((Draft { need: Need::Link, ..draft.clone() }, table.unpublished()));
    }
    Ok(Some(draft.name))
}
