//! The auditor: reads a release as an outsider would, and says how closely its hidden cells can be worked out.
//!
//! It knows [`Published`] and nothing else: what is shown, how cells add up, that counts are whole numbers from 0. It
//! does not know which cells were hidden for their size, nor has it any part of the protector's.
//!
//! **What it guarantees.** An audit without findings says that for every hidden cell there are two tables that agree
//! with everything published and differ by at least `min_interval` in that cell, so that nobody who knows only what
//! is published can tell them apart. With [`Method::LinearProgramming`] these are tables of real numbers that the
//! solver found, right to 1e-7; those counted in [`Audit::proved_in_whole_numbers`] are tables of whole numbers and
//! were checked without floating point. (The protector proves the same in whole numbers for every cell that it hides.)
//! With [`Method::Elimination`], used where more than [`LARGEST_PROGRAM`] cells hang together, it says less: that no
//! hidden cell is pinned by the relations, and that no interval is narrower by going through one relation after the
//! other.

mod bounds;
mod component;
mod elimination;
mod linear;
mod published;

pub use published::{Guard, Known, Published, Relation};

use super::cell::CellDefinition;
use super::error::{Error, Result};
use super::numbers::{UNLIMITED, signed, unsigned};
use bounds::Bounds;
use component::Component;
use linear::{End, NoAnswer, Ranger};

/// So many unknown cells that hang together are audited by linear programs unless asked otherwise.
pub const LARGEST_PROGRAM: usize = 2_000;

/// What an audit asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Counts from 1 to below this are small.
    pub threshold: u64,
    /// How wide a hidden cell's interval must be: highest minus lowest.
    pub min_interval: u64,
    /// How much it finds out.
    pub depth: Depth,
    /// So many unknown cells that hang together are audited by linear programs, more by elimination.
    pub largest_program: usize,
}

impl Question {
    /// Whether each interval is wide enough, by linear programs on up to [`LARGEST_PROGRAM`] cells.
    #[must_use]
    pub const fn new(threshold: u64, min_interval: u64) -> Self {
        Self { threshold, min_interval, depth: Depth::Verdict, largest_program: LARGEST_PROGRAM }
    }
}

/// How much an audit finds out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Whether each interval is wide enough, and no more.
    Verdict,
    /// Every interval.
    Intervals,
}

/// How an audit was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Intervals by linear programming.
    LinearProgramming,
    /// For cells of very large components: pinned cells by exact elimination, intervals by bound propagation.
    Elimination,
}

/// The whole numbers that a cell can be, in the eyes of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The least.
    pub low: u64,
    /// The most, if there is a most.
    pub high: Option<u64>,
}

/// A cell that can be worked out too closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Its position.
    pub cell: usize,
    /// What it can be.
    pub interval: Interval,
}

/// The outcome of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// How it was made; the weaker of the two where both were needed.
    pub method: Method,
    /// Hidden cells.
    pub hidden: usize,
    /// Those of them for which two whole-number tables were found.
    pub proved_in_whole_numbers: usize,
    /// Cells that can be worked out too closely, rising; none where the audit passes.
    pub findings: Vec<Finding>,
    /// By cell: its interval, where it was found out.
    pub intervals: Vec<Option<Interval>>,
}

impl Audit {
    /// Whether nothing was found.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Audits what is published.
///
/// # Errors
///
/// [`Error::Contradiction`] where no table agrees with what is published, [`Error::AuditUnfinished`] where the solver
/// gives no answer. Neither is a pass.
pub fn audit(published: &Published, question: &Question) -> Result<Audit> {
    let relations_of = component::relations_of(published);
    let bounds = bounds::propagate(published, &relations_of).map_err(|relation| {
        let cell = published.relations[relation].terms.first().map_or(usize::MAX, |term| term.0);
        Error::Contradiction { cell: published.definition(cell) }
    })?;
    let mut auditor = Auditor::new(published, &bounds, *question);
    for (cell, bounds) in bounds.iter().enumerate() {
        if let Some(number) = bounds.number() {
            auditor.note(cell, (number, number));
        }
    }
    for component in component::components(published, &bounds) {
        if component.cells.len() <= question.largest_program {
            let unfinished = |NoAnswer| Error::AuditUnfinished { cell: published.definition(component.cells[0]) };
            auditor.by_programs(&component).map_err(unfinished)?;
        } else {
            auditor.by_elimination(&component);
        }
    }
    auditor.audit.findings.sort_by_key(|finding| finding.cell);
    Ok(auditor.audit)
}

/// An audit in the making.
struct Auditor<'a> {
    published: &'a Published,
    bounds: &'a [Bounds],
    question: Question,
    audit: Audit,
}

impl<'a> Auditor<'a> {
    fn new(published: &'a Published, bounds: &'a [Bounds], question: Question) -> Self {
        let hidden = published.cells.iter().filter(|(_, known)| known.guard == Guard::Wide).count();
        let audit = Audit {
            method: Method::LinearProgramming,
            hidden,
            proved_in_whole_numbers: 0,
            findings: Vec::new(),
            intervals: vec![None; published.cells.len()],
        };
        Self { published, bounds, question, audit }
    }

    fn guard(&self, cell: usize) -> Guard {
        self.published.cells[cell].1.guard
    }

    fn is_wide(&self, (low, high): (i64, i64)) -> bool {
        high - low >= signed(self.question.min_interval)
    }

    fn by_programs(&mut self, component: &Component) -> std::result::Result<(), NoAnswer> {
        let asks_all = self.question.depth == Depth::Intervals;
        let is_asked = |&&position: &&usize| asks_all || self.guard(component.cells[position]) != Guard::Open;
        let positions: Vec<usize> = (0..component.cells.len()).collect();
        let positions: Vec<usize> = positions.iter().filter(is_asked).copied().collect();
        if positions.is_empty() {
            return Ok(());
        }
        let min_interval = signed(self.question.min_interval);
        let mut ranger = Ranger::new(self.published, component, self.bounds, min_interval)?;
        for position in positions {
            let mut is_settled = !asks_all && self.is_wide(ranger.seen(position).range());
            for end in [End::Highest, End::Lowest] {
                if !is_settled {
                    ranger.find(position, end)?;
                    is_settled = !asks_all && self.is_wide(ranger.seen(position).range());
                }
            }
            if !is_settled {
                self.note(component.cells[position], ranger.interval(position));
            }
        }
        for (position, &cell) in component.cells.iter().enumerate() {
            let is_proved = ranger.seen(position).whole.is_some_and(|range| self.is_wide(range));
            self.audit.proved_in_whole_numbers += usize::from(is_proved && self.guard(cell) == Guard::Wide);
        }
        Ok(())
    }

    fn by_elimination(&mut self, component: &Component) {
        self.audit.method = Method::Elimination;
        let is_free = elimination::free_cells(self.published, component);
        for (&cell, is_free) in component.cells.iter().zip(is_free) {
            let Bounds { low, high } = self.bounds[cell];
            self.note(cell, (low, high));
            let is_found = self.audit.findings.last().is_some_and(|finding| finding.cell == cell);
            if !is_free && !is_found && self.guard(cell) == Guard::Wide {
                self.audit.findings.push(Finding { cell, interval: interval((low, high)) });
            }
        }
    }

    /// Keeps a cell's interval, as a finding where it tells too much.
    fn note(&mut self, cell: usize, (low, high): (i64, i64)) {
        self.audit.intervals[cell] = Some(interval((low, high)));
        let small = 1..signed(self.question.threshold);
        let tells = match self.guard(cell) {
            Guard::Open => false,
            Guard::NotSmall => low < small.end && small.start <= high,
            Guard::Wide => true,
        };
        if tells && !self.is_wide((low, high)) {
            self.audit.findings.push(Finding { cell, interval: interval((low, high)) });
        }
    }
}

fn interval((low, high): (i64, i64)) -> Interval {
    Interval { low: unsigned(low), high: (high < UNLIMITED).then(|| unsigned(high)) }
}

/// The definitions of what was found.
pub(super) fn found(published: &Published, audit: &Audit) -> Vec<CellDefinition> {
    audit.findings.iter().map(|finding| published.definition(finding.cell)).collect()
}
