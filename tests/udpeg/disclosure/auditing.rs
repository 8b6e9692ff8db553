//! The auditor against slow, obvious ways to find out what hidden cells can be.

use super::{Question, question, small_only};
use crate::municipality::Dice;
use udpeg::disclosure::{Depth, Error, Interval, Known, LARGEST_PROGRAM, Method, Published, Relation, audit};

/// Positions of a table's cells, totals last, and all its relations.
pub(super) struct Grid {
    pub(super) sizes: Vec<usize>,
}

impl Grid {
    pub(super) fn cells(&self) -> usize {
        self.sizes.iter().map(|size| size + 1).product()
    }

    pub(super) fn position(&self, coordinates: &[usize]) -> usize {
        coordinates.iter().zip(&self.sizes).fold(0, |position, (coordinate, size)| position * (size + 1) + coordinate)
    }

    pub(super) fn coordinates(&self, mut position: usize) -> Vec<usize> {
        let mut coordinates = Vec::new();
        for size in self.sizes.iter().rev() {
            coordinates.insert(0, position % (size + 1));
            position /= size + 1;
        }
        coordinates
    }

    /// Counts with their totals, the inner ones by lot.
    pub(super) fn counts(&self, dice: &mut Dice, most: i64) -> Vec<u64> {
        let mut counts = vec![0; self.cells()];
        for position in 0..self.cells() {
            let coordinates = self.coordinates(position);
            if coordinates.iter().zip(&self.sizes).any(|(coordinate, size)| coordinate == size) {
                continue;
            }
            let count = u64::try_from(dice.between(0, most).min(dice.between(0, most))).unwrap();
            for margin in 0..1_usize << self.sizes.len() {
                let mut coordinates = coordinates.clone();
                for (axis, size) in self.sizes.iter().enumerate().filter(|(axis, _)| margin >> axis & 1 == 1) {
                    coordinates[axis] = *size;
                }
                counts[self.position(&coordinates)] += count;
            }
        }
        counts
    }

    pub(super) fn relations(&self) -> Vec<Relation> {
        let mut relations = Vec::new();
        for (axis, &size) in self.sizes.iter().enumerate() {
            for total in (0..self.cells()).filter(|&position| self.coordinates(position)[axis] == size) {
                let part = |value: usize| {
                    let mut coordinates = self.coordinates(total);
                    coordinates[axis] = value;
                    (self.position(&coordinates), 1)
                };
                let terms = (0..size).map(part).chain([(total, -1)]).collect();
                relations.push(Relation { terms, constant: 0 });
            }
        }
        relations
    }

    pub(super) fn published(&self, counts: &[u64], is_hidden: impl Fn(usize) -> bool) -> Published {
        let known = |cell: usize| if is_hidden(cell) { Known::hidden() } else { Known::exactly(counts[cell]) };
        Published { cells: (0..counts.len()).map(|cell| (None, known(cell))).collect(), relations: self.relations() }
    }
}

/// Every table of whole numbers up to `most` that agrees with what is published: by cell, the least and the most.
fn by_counting(published: &Published, most: i64) -> Vec<(i64, i64)> {
    let unknown = |&cell: &usize| published.cells[cell].1.high.is_none();
    let cells: Vec<usize> = (0..published.cells.len()).filter(unknown).collect();
    let last = |relation: &Relation| relation.terms.iter().filter_map(|(cell, _)| cells.binary_search(cell).ok()).max();
    let mut relations_after = vec![Vec::new(); cells.len()];
    for relation in &published.relations {
        if let Some(last) = last(relation) {
            relations_after[last].push(relation);
        }
    }
    let exact = |(_, known): &(_, Known)| i64::try_from(known.low).unwrap();
    let mut counting = Counting {
        values: published.cells.iter().map(exact).collect(),
        ranges: vec![(i64::MAX, i64::MIN); cells.len()],
        cells,
        relations_after,
        most,
    };
    counting.count(0);
    counting.ranges
}

struct Counting<'a> {
    values: Vec<i64>,
    cells: Vec<usize>,
    relations_after: Vec<Vec<&'a Relation>>,
    ranges: Vec<(i64, i64)>,
    most: i64,
}

impl Counting<'_> {
    fn count(&mut self, depth: usize) {
        if depth == self.cells.len() {
            for (range, &cell) in self.ranges.iter_mut().zip(&self.cells) {
                *range = (range.0.min(self.values[cell]), range.1.max(self.values[cell]));
            }
            return;
        }
        for value in 0..=self.most {
            self.values[self.cells[depth]] = value;
            let holds = |relation: &&Relation| {
                relation.terms.iter().map(|&(cell, factor)| factor * self.values[cell]).sum::<i64>()
                    == relation.constant
            };
            if self.relations_after[depth].iter().all(holds) {
                self.count(depth + 1);
            }
        }
    }
}

fn ends(interval: Option<Interval>) -> (i64, i64) {
    let interval = interval.unwrap();
    (i64::try_from(interval.low).unwrap(), i64::try_from(interval.high.unwrap()).unwrap())
}

/// How many intervals of tables of this shape were compared, and how many of them are wider in real numbers.
fn compare(sizes: &[usize], tables: u64, percent: u64) -> (usize, usize) {
    let grid = Grid { sizes: sizes.to_vec() };
    let (mut compared, mut wider) = (0, 0);
    for seed in 0..tables {
        let mut dice = Dice::new(seed);
        let counts = grid.counts(&mut dice, 4);
        let is_hidden: Vec<bool> = counts.iter().map(|_| dice.chance(percent)).collect();
        // A known grand total bounds everything.
        let published = grid.published(&counts, |cell| is_hidden[cell] && cell + 1 < counts.len());
        let audit = audit(&published, &question(&small_only(5), Depth::Intervals)).unwrap();
        let total = i64::try_from(counts[counts.len() - 1]).unwrap();
        let hidden = (0..counts.len()).filter(|&cell| published.cells[cell].1 == Known::hidden());
        for (cell, counted) in hidden.zip(by_counting(&published, total)) {
            let found = ends(audit.intervals[cell]);
            assert!(found.0 <= counted.0 && counted.1 <= found.1, "{sizes:?} {seed} {cell}: {found:?} {counted:?}");
            let is_finding = audit.findings.iter().any(|finding| finding.cell == cell);
            assert_eq!(is_finding, found.1 - found.0 < 4, "{sizes:?} {seed} {cell}");
            (compared, wider) = (compared + 1, wider + usize::from(found != counted));
        }
    }
    (compared, wider)
}

#[test]
fn in_two_dimensions_intervals_are_those_of_counting_every_table() {
    for (sizes, percent) in [([2, 2], 80), ([2, 3], 60), ([3, 3], 45)] {
        let (compared, wider) = compare(&sizes, 40, percent);
        assert!(compared > 100 && wider == 0, "{wider} of {compared} in {sizes:?}");
    }
}

#[test]
fn in_three_dimensions_no_table_lies_outside_the_intervals() {
    let (compared, wider) = compare(&[2, 2, 2], 40, 40);
    assert!(compared > 200 && wider * 20 < compared, "{wider} of {compared}");
}

#[test]
fn without_a_total_a_hidden_cell_has_no_upper_end() {
    let relation = Relation { terms: vec![(0, 1), (1, 1), (2, -1)], constant: 0 };
    let cells = vec![(None, Known::hidden()), (None, Known::exactly(7)), (None, Known::hidden())];
    let published = Published { cells, relations: vec![relation] };
    let audit = audit(&published, &question(&small_only(5), Depth::Intervals)).unwrap();
    assert_eq!(audit.intervals[0], Some(Interval { low: 0, high: None }));
    assert_eq!(audit.intervals[2], Some(Interval { low: 7, high: None }));
    assert_eq!((audit.findings.len(), audit.proved_in_whole_numbers), (0, 2));
}

#[test]
fn a_cell_alone_is_wide() {
    let published = Published { cells: vec![(None, Known::hidden())], relations: Vec::new() };
    assert!(audit(&published, &question(&small_only(5), Depth::Verdict)).unwrap().passes());
}

#[test]
fn what_no_table_agrees_with_is_no_pass() {
    let relation = |constant: i64| Relation { terms: vec![(0, 1), (1, 1)], constant };
    let hidden = |relations: Vec<Relation>| Published { cells: vec![(None, Known::hidden()); 2], relations };
    for published in [hidden(vec![relation(-1)]), hidden(vec![relation(5), relation(6)])] {
        let refused = audit(&published, &question(&small_only(5), Depth::Verdict)).unwrap_err();
        assert!(matches!(refused, Error::Contradiction { .. } | Error::AuditUnfinished { .. }), "{refused:?}");
    }
}

#[test]
fn unpublished_cells_may_be_known_unless_they_are_small() {
    let finding = |low: u64, high: u64| {
        let unpublished = Known { low, high: Some(high), ..Known::unpublished() };
        let published = Published { cells: vec![(None, unpublished)], relations: Vec::new() };
        !audit(&published, &question(&small_only(5), Depth::Verdict)).unwrap().passes()
    };
    for (low, high, tells) in [(0, 0, false), (1, 1, true), (4, 4, true), (5, 5, false), (5, 7, false)] {
        assert_eq!(finding(low, high), tells, "{low} to {high}");
    }
    for (low, high, tells) in [(0, 3, true), (0, 4, false), (4, 7, true), (4, 8, false)] {
        assert_eq!(finding(low, high), tells, "{low} to {high}");
    }
}

/// A block of two by two and a cell beside it: rows minus columns give that cell, and no relation alone does.
fn leaning(size: usize) -> (Grid, Vec<u64>, Vec<bool>) {
    let grid = Grid { sizes: vec![size, size] };
    let counts = grid.counts(&mut Dice::new(1), 1000);
    let is_hidden = |position: usize| match grid.coordinates(position)[..] {
        [row, column] if row == size || column == size => false,
        [row, column] => (row < 2 && column < 2) || (row, column) == (1, 2) || (row > 1 && column > 1),
        _ => false,
    };
    let hidden = (0..counts.len()).map(is_hidden).collect();
    (grid, counts, hidden)
}

#[test]
fn a_cell_that_only_several_relations_give_is_found_by_either_method() {
    for (size, largest_program, method) in [
        (8, LARGEST_PROGRAM, Method::LinearProgramming),
        (8, 10, Method::Elimination),
        (50, LARGEST_PROGRAM, Method::Elimination),
    ] {
        let (grid, counts, hidden) = leaning(size);
        let published = grid.published(&counts, |cell| hidden[cell]);
        let question = Question { largest_program, ..question(&small_only(5), Depth::Verdict) };
        let audit = audit(&published, &question).unwrap();
        assert_eq!(audit.method, method);
        let found: Vec<Vec<usize>> = audit.findings.iter().map(|finding| grid.coordinates(finding.cell)).collect();
        assert_eq!(found, [[1, 2]], "{size}");
    }
}

#[test]
fn elimination_pins_only_what_linear_programs_pin_and_all_that_follows_from_the_relations() {
    let mut pinned_by_relations = 0;
    for seed in 0..60 {
        let grid = Grid { sizes: vec![4, 4] };
        let mut dice = Dice::new(seed);
        // Counts so large that 0 is out of reach: intervals are narrow only where the relations alone say so.
        let counts: Vec<u64> = grid.counts(&mut dice, 4).iter().map(|count| count + 1000).collect();
        let counts = with_totals(&grid, counts);
        let is_hidden: Vec<bool> = counts.iter().map(|_| dice.chance(40)).collect();
        let published = grid.published(&counts, |cell| is_hidden[cell]);
        let ask = |largest_program: usize| {
            let question = Question { largest_program, ..question(&small_only(5), Depth::Verdict) };
            let audit = audit(&published, &question).unwrap();
            audit.findings.iter().map(|finding| finding.cell).collect::<Vec<_>>()
        };
        assert_eq!(ask(0), ask(LARGEST_PROGRAM), "seed {seed}");
        pinned_by_relations += ask(0).len();
    }
    assert!(pinned_by_relations > 50);
}

/// The same inner counts with the totals that belong to them.
fn with_totals(grid: &Grid, mut counts: Vec<u64>) -> Vec<u64> {
    for (axis, &size) in grid.sizes.iter().enumerate() {
        for total in (0..counts.len()).filter(|&position| grid.coordinates(position)[axis] == size) {
            let part = |value: usize| {
                let mut coordinates = grid.coordinates(total);
                coordinates[axis] = value;
                counts[grid.position(&coordinates)]
            };
            counts[total] = (0..size).map(part).sum();
        }
    }
    counts
}
