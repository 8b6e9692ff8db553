//! What simpler ways of hiding leave behind; only to compare with.

use udpeg::disclosure::{Depth, Guard, Known, Published, Question, audit};

/// Cells of a release, their true counts, and what ties them together.
pub(super) struct Counted {
    pub(super) published: Published,
    pub(super) counts: Vec<u64>,
}

/// How well a pattern of hidden cells does.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// Whether some hidden cell can be computed exactly.
    pub(super) is_pinned: bool,
    /// Whether some hidden cell's interval is narrower than wanted.
    pub(super) is_narrow: bool,
    /// Cells shown.
    pub(super) shown: usize,
    /// All cells.
    pub(super) cells: usize,
}

impl Counted {
    /// Hides small counts and nothing else.
    pub(super) fn primary_only(&self, threshold: u64) -> Vec<bool> {
        self.counts.iter().map(|count| (1..threshold).contains(count)).collect()
    }

    /// Goes through the small cells once: where one is the only hidden cell of a sum, the smallest other part or total
    /// is hidden too. What was hidden that way is not gone through again.
    pub(super) fn visit_once(&self, threshold: u64) -> Vec<bool> {
        let mut is_hidden = self.primary_only(threshold);
        for cell in (0..self.counts.len()).filter(|&cell| (1..threshold).contains(&self.counts[cell])) {
            for relation in &self.published.relations {
                let cells = || relation.terms.iter().map(|&(cell, _)| cell);
                if !cells().any(|other| other == cell) || cells().filter(|&other| is_hidden[other]).count() > 1 {
                    continue;
                }
                let others = cells().filter(|&other| !is_hidden[other] && self.counts[other] > 0);
                if let Some(smallest) = others.min_by_key(|&other| (self.counts[other], other)) {
                    is_hidden[smallest] = true;
                }
            }
        }
        is_hidden
    }

    /// What is hidden in the release itself.
    pub(super) fn as_published(&self) -> Vec<bool> {
        self.published.cells.iter().map(|(_, known)| known.guard == Guard::Wide).collect()
    }

    pub(super) fn outcome(&self, is_hidden: &[bool], threshold: u64) -> Outcome {
        let known = |cell: usize| if is_hidden[cell] { Known::hidden() } else { Known::exactly(self.counts[cell]) };
        let cells = (0..self.counts.len()).map(|cell| (None, known(cell))).collect();
        let published = Published { cells, relations: self.published.relations.clone() };
        let question = Question { depth: Depth::Intervals, ..Question::new(threshold, threshold - 1) };
        let audit = audit(&published, &question).unwrap();
        let is_pinned = audit.findings.iter().any(|finding| finding.interval.high == Some(finding.interval.low));
        let hidden = (0..self.counts.len()).filter(|&cell| is_hidden[cell]).count();
        Outcome { is_pinned, is_narrow: !audit.passes(), shown: self.counts.len() - hidden, cells: self.counts.len() }
    }
}
