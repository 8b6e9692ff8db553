//! A dry run: what `pseudonymise` would accept, reject and deliver, and what a person should look at before it does.
//!
//! # Guarantee
//!
//! Nothing is written, no folder is made and nothing is locked. No key is opened: pseudonyms are made with a key of random
//! bytes that is nowhere but in memory and are in no report. Words of the department that the programme does not name are
//! repeated only where so many persons have them that they cannot be about one: `threshold` of `[disclosure]`.

mod department;
mod proposal;
mod report;

pub use proposal::{AtStake, Months, Moves, Proposal};
pub use report::{DepartmentReport, FileRows, Oddities, OutOfDate, RejectedRows, Report, TypeRows, UncoveredTypes};

use crate::error::{Error, Result};
use crate::identity::Key;
use crate::pipeline::{Context, Outcome, Share};
use crate::programme::{DatesLeave, Department, Programme};
use department::Looked;

/// What `check` is told besides.
#[derive(Debug, Clone)]
pub struct Checking {
    /// Whose extract is checked; `None` for all.
    pub department: Option<String>,
    /// The largest share of rejected rows that would still be delivered.
    pub max_rejected: Share,
}

/// Checks the extract of one department, or of all, and the proposal that would come of it.
///
/// # Errors
///
/// [`Error::Refused`] for a purpose that is not yet or no longer in force, [`Error::File`] for inputs that cannot be read:
/// all of them.
pub fn check(context: &Context<'_>, checking: &Checking) -> Result<Outcome<Report>> {
    let programme = context.programme;
    // A draft is checked before anybody can approve it, in the department whose extract it is.
    let missing_purpose = programme.purpose.missing();
    if missing_purpose.is_empty() {
        programme.authorise(context.today)?;
    }
    let departments: Vec<&Department> = match &checking.department {
        Some(id) => vec![programme.department(id)?],
        None => programme.departments.iter().collect(),
    };
    let key = Key::throw_away()?;
    let exact = Programme { dates_leave: DatesLeave::AsDays, ..programme.clone() };
    let (mut looked, mut errors) = (Vec::new(), Vec::new());
    for department in departments {
        match Looked::new(context, &exact, department, &key, checking) {
            Ok(one) => looked.push(one),
            Err(error) => errors.push(error),
        }
    }
    drop(key);
    if let Some(error) = Error::collect(errors) {
        return Err(error);
    }
    context.progress.begin("weighing the proposal", 0);
    let mut report =
        Report { period: programme.period.clone(), missing_purpose, departments: Vec::new(), proposal: None };
    let mut warnings = Vec::new();
    let mut taken = Vec::new();
    for one in looked {
        let (department, further, extract) = one.into_parts();
        warnings.extend(further);
        report.departments.push(department);
        taken.push(extract);
    }
    let (proposal, further) = proposal::weigh(&exact, programme.dates_leave, checking.department.as_deref(), taken)?;
    warnings.extend(further);
    report.proposal = Some(proposal);
    context.progress.end();
    Ok(Outcome::new(programme, report, warnings))
}
