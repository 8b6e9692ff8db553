//! Disclosure control: small counts, and whatever they could be worked out from, stay hidden.
//!
//! [`protect`] takes a [`Release`], all tables with what ties them together, and gives a [`ProtectedRelease`], or says
//! why there cannot be one. In between, in this order:
//!
//! - *linking*: the same cell in several tables is found, and every way in which cells add up, in one system;
//! - *primary suppression*: what discloses something by itself is hidden, by [`Settings`];
//! - the *protector* hides further cells until no hidden one can be worked out;
//! - the *auditor* ([`audit`]), which knows what is published and nothing else, works out what every hidden cell can
//!   be. What it finds goes back to the protector. Without its pass nothing is released.
//!
//! Earlier releases of the same counts go into the [`Release`], so that the audit is of all together; releases of counts
//! that have changed since are compared by [`small_changes`].
//!
//! A [`RawCount`] cannot be read outside this module, and a [`ProtectedCount`] cannot be made outside it: whatever
//! shows a number has to show one that has passed. What is guaranteed, and what is not, is in `docs/disclosure.md`.

mod auditor;
mod cell;
mod change;
mod count;
mod error;
mod joint;
mod linking;
mod merging;
mod numbers;
mod primary;
mod protected;
mod protector;
mod publication;
mod release;
mod rounding;
mod settings;
mod table;

pub use auditor::{
    Audit, Depth, Finding, Guard, Interval, Known, LARGEST_PROGRAM, Method, Published, Question, Relation, audit,
};
pub use cell::CellDefinition;
pub use change::small_changes;
pub use count::{ProtectedCount, RawCount};
pub use error::{Error, Result};
pub use merging::{largest, merged_bands};
pub use protected::{ProtectedCell, ProtectedRelease, ProtectedTable};
pub use release::{Comparison, Equation, Grouping, Release};
pub use settings::{Mode, Settings, Zeros};
pub use table::{Dimension, MOST_CELLS, Publication, Subtotal, Table};

use numbers::signed;
use protector::{Model, Protector, Unprotectable};
use publication::Plan;

/// Protects all tables of a release together.
///
/// # Errors
///
/// [`Error::Unprotectable`], [`Error::AuditFailed`] and [`Error::AuditUnfinished`] where no release is safe or known
/// to be; the others where the release is not one (tables that contradict each other, a table missing). Nothing of the
/// release can be shown then.
pub fn protect(release: &Release, settings: &Settings) -> Result<ProtectedRelease> {
    settings.check()?;
    joint::check(release)?;
    let linked = release.link()?;
    let plan = Plan::new(release, &linked, settings);
    let model = Model::new(&linked.relations, plan.places.clone());
    let mut protector = Protector::new(model, signed(settings.min_interval));
    let question = Question::new(settings.threshold, settings.min_interval);
    loop {
        let unprotectable = |Unprotectable(cell)| Error::Unprotectable { cell: linked.definition(cell) };
        protector.protect().map_err(unprotectable)?;
        let published = plan.published(&linked, |cell| protector.is_owed(cell));
        let audit = audit(&published, &question)?;
        if audit.passes() {
            let tables = protected::tables(release, &linked, &plan, settings, |cell| protector.is_owed(cell));
            return Ok(ProtectedRelease { tables, published, audit });
        }
        // Each round owes a wide interval to a further cell, so there are not more rounds than cells.
        let new: Vec<usize> =
            audit.findings.iter().map(|finding| finding.cell).filter(|&cell| !protector.is_owed(cell)).collect();
        if new.is_empty() {
            return Err(Error::AuditFailed { cells: auditor::found(&published, &audit) });
        }
        for cell in new {
            protector.owe(cell);
        }
    }
}
