//! From what was counted to what may be shown.

use super::counted::Counted;
use super::divided;
use super::flows;
use super::scales::Scales;
use super::tables::{self, Draft, Need, internal};
use super::{Flows, PreviousRelease, Statistics, compare};
use crate::disclosure::{self, CellDefinition, Mode, ProtectedTable, Published, Release, Settings, Table, Zeros};
use crate::error::{Error, Result};
use crate::pipeline::Load;
use crate::programme::{Programme, Rounding, Universe, Variable};
use crate::release::Bands;
use std::collections::BTreeSet;

/// What a release stands beside.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Earlier releases of the same counts.
    pub same: Vec<Published>,
    /// Earlier releases of another selection from the same deliveries, by number.
    pub other_selections: Vec<(u64, Published)>,
    /// Earlier releases of the period whose counts have changed since, by number.
    pub changed: Vec<(u64, Published)>,
    /// Who entered, stayed and left since the previous period.
    pub flows: Option<Flows>,
    /// Releases of the previous period's selection.
    pub previous: Vec<PreviousRelease>,
    /// How earlier releases of the period merged values.
    pub bands: Option<Bands>,
}

impl Around {
    /// Whether the period has been released before.
    #[must_use]
    pub fn is_second(&self) -> bool {
        self.bands.is_some()
    }
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

/// The tables of every release and the programme's own, protected together and audited, beside what was released before.
///
/// A table of every release that cannot be protected is left out. `loads` are the coordinators' and `without` the
/// proposed units that none has room for.
///
/// # Errors
///
/// [`Error::Refused`] where a table that the programme asks for cannot be protected, no table can, or a comparison with
/// an earlier release would give a cell away, whatever is hidden.
pub fn protect(
    programme: &Programme,
    counted: &Counted,
    loads: &[Load],
    without: usize,
    settings: &Settings,
    around: &Around,
) -> Result<Statistics> {
    let mut scales = Scales::new(programme, counted);
    match &around.bands {
        None => tables::merge_bands(programme, counted, &mut scales, settings)?,
        Some(bands) if scales.merge_like(bands) => {}
        Some(_) => {
            return Err(Error::refused(
                "an earlier release of this period has other age bands, so that the two cannot be audited together",
                "release with the `age_bands` of the earlier release",
            ));
        }
    }
    let mut work =
        Work { programme, counted, scales: &scales, settings, around, drafts: Vec::new(), left_out: Vec::new() };
    work.draft(loads, without)?;
    let mut hidden = compare::hidden_before(around);
    loop {
        let statistics = work.protect(&hidden)?;
        let found = compare::given_away(around, statistics.published(), settings)?;
        let Some((number, first)) = found.first() else { return Ok(statistics) };
        let before = hidden.len();
        hidden.extend(found.iter().map(|(_, cell)| cell.clone()));
        if hidden.len() == before {
            return Err(Error::refused(
                format!(
                    "a comparison with release {number} of this period would give away <{first}>, whatever is hidden"
                ),
                "round the counts (`round` of [disclosure]), or release nothing more of this period",
            ));
        }
    }
}

/// A release in the making.
struct Work<'a> {
    programme: &'a Programme,
    counted: &'a Counted,
    scales: &'a Scales,
    settings: &'a Settings,
    around: &'a Around,
    drafts: Vec<(Draft, Table)>,
    left_out: Vec<String>,
}

impl Work<'_> {
    /// Counts all tables.
    fn draft(&mut self, loads: &[Load], without: usize) -> Result<()> {
        for draft in tables::drafts(self.programme) {
            self.add(draft)?;
        }
        let place = self.drafts.iter().position(|(draft, _)| draft.need != Need::Usual);
        let place = place.unwrap_or(self.drafts.len());
        let divided = divided::tables(self.programme, self.counted)?.into_iter();
        let divided = divided.map(|table| (Draft::new(table.name(), Universe::Units, &[], Need::Usual), table));
        self.drafts.splice(place..place, divided);
        if let Some(flows) = &self.around.flows {
            let draft = Draft::new("change", Universe::Persons, &[], Need::Usual);
            self.drafts.insert(place, (draft, tables::change(flows)?));
        }
        if let Some(table) = tables::coordinators(self.programme, loads, without)? {
            let draft = Draft::new("proposed_by_coordinator", Universe::Units, &[], Need::Usual);
            self.drafts.insert(place, (draft, table));
        }
        Ok(())
    }

    /// Leaves out those of the usual tables in which all but totals is hidden. What is left tells less, and so is as safe.
    fn without_empty(&mut self, tables: Vec<ProtectedTable>) -> Vec<ProtectedTable> {
        let is_asked = |name: &str| self.programme.statistics.iter().any(|asked| asked.name == name);
        let (kept, empty): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|table| is_asked(&table.name) || shows_anybody(table));
        for table in empty {
            if !self.left_out.contains(&table.name) {
                self.left_out.push(table.name);
            }
        }
        kept
    }

    fn add(&mut self, draft: Draft) -> Result<()> {
        let table = tables::table(&draft, self.counted, self.scales)?;
        self.drafts.push((draft, table));
        Ok(())
    }

    /// Protects what tables can be, hiding these cells in any case.
    fn protect(&mut self, hidden: &BTreeSet<CellDefinition>) -> Result<Statistics> {
        loop {
            if self.drafts.iter().all(|(draft, _)| draft.need == Need::Link) {
                return Err(too_small());
            }
            let has_flows = self.drafts.iter().any(|(draft, _)| draft.name == "change");
            let tables = self.drafts.iter().map(|(_, table)| table.clone()).collect();
            let release = tables::release(self.programme, self.counted, self.scales, tables);
            let release = self.around.same.iter().cloned().fold(release, Release::earlier);
            let previous = self.around.previous.iter().filter(|_| has_flows);
            let release = previous.fold(release, |release, previous| previous.beside(release));
            let release = hidden.iter().cloned().fold(release, Release::hide);
            match disclosure::protect(&release, self.settings) {
                Ok(protected) => {
                    let tables = self.without_empty(protected.tables);
                    if tables.is_empty() {
                        return Err(too_small());
                    }
                    return Ok(Statistics {
                        tables,
                        published: flows::own(&protected.published),
                        bands: self.scales.bands(),
                        left_out: self.left_out.clone(),
                        settings: *self.settings,
                        method: protected.audit.method,
                    });
                }
                Err(disclosure::Error::JointTableMissing { universe, dimensions }) => {
                    let draft = joint(&universe, &dimensions)
                        .filter(|joint| self.drafts.iter().all(|(draft, _)| draft.name != joint.name));
                    let missing = || internal(disclosure::Error::JointTableMissing { universe, dimensions });
                    self.add(draft.ok_or_else(missing)?)?;
                }
                Err(error) => self.left_out.extend(leave_out(&mut self.drafts, &error)?),
            }
        }
    }
}

/// Whether any but the totals of a table shows somebody.
fn shows_anybody(table: &ProtectedTable) -> bool {
    let mut inner = table.cells().filter(|cell| cell.values.iter().all(Option::is_some));
    inner.any(|cell| cell.count.shown().is_some_and(|count| count > 0))
}

fn too_small() -> Error {
    Error::refused(
        "no table of the statistics can be protected: the groups are too small",
        "release nothing of this period, or statistics of more departments or a larger programme",
    )
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
    // A cell that only ties tables together: of those, since rows are tied to nobody.
    let of_people = |draft: &Draft| is_usual(draft) && draft.universe != Universe::Rows;
    let last = of_cell.or_else(|| drafts.iter().rposition(|(draft, _)| of_people(draft)));
    let Some(last) = last else {
        return Err(Error::refused(
            format!("the statistics cannot be protected: {error}"),
            "leave out tables of [[statistics.table]]; nothing was released",
        ));
    };
    let (draft, table) = drafts.remove(last);
    // They still tie others together, unless that is what cannot be protected: then it is gone the next time.
    if ["units_by_kind", "persons_by_kind"].contains(&draft.name.as_str()) {
        drafts.push((Draft { need: Need::Link, ..draft.clone() }, table.unpublished()));
    }
    // What ties tables together that are all gone is gone too.
    let ties = drafts.iter().any(|(draft, _)| draft.need != Need::Link && draft.universe != Universe::Rows);
    drafts.retain(|(draft, _)| ties || draft.need != Need::Link);
    Ok(Some(draft.name))
}
