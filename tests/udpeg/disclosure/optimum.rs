//! How near the protector comes to the best pattern there is.

use super::people::{SHAPES, people};
use super::{question, small_only};
use crate::municipality::Dice;
use microlp::{ComparisonOp, OptimizationDirection, Problem};
use udpeg::disclosure::{Depth, Guard, Known, Published, audit, protect};

/// What a cell costs to hide, by the protector's own measure.
fn cost(count: u64) -> u64 {
    count + 5
}

/// Small cells that can be worked out too closely when these are hidden.
fn narrow(published: &Published, counts: &[u64], is_hidden: &[bool]) -> Vec<usize> {
    let known = |cell: usize| if is_hidden[cell] { Known::hidden() } else { Known::exactly(counts[cell]) };
    let cells = (0..counts.len()).map(|cell| (None, known(cell))).collect();
    let published = Published { cells, relations: published.relations.clone() };
    let audit = audit(&published, &question(&small_only(5), Depth::Verdict)).unwrap();
    audit.findings.iter().map(|finding| finding.cell).filter(|&cell| (1..5).contains(&counts[cell])).collect()
}

/// The least that has to be hidden besides the small cells so that these are wide, exactly: of the patterns that
/// contain a cell of every set known to be needed, the cheapest, until it does. (That further cells have to be wide
/// too can only cost more.)
pub(super) fn least_cost(published: &Published, counts: &[u64]) -> u64 {
    let is_small: Vec<bool> = counts.iter().map(|count| (1..5).contains(count)).collect();
    let mut needed: Vec<Vec<usize>> = Vec::new();
    loop {
        let is_hidden = cheapest(counts, &is_small, &needed);
        let narrow_cells = narrow(published, counts, &is_hidden);
        if narrow_cells.is_empty() {
            let further = (0..counts.len()).filter(|&cell| is_hidden[cell] && !is_small[cell]);
            return further.map(|cell| cost(counts[cell])).sum();
        }
        for cell in narrow_cells {
            // Hidden as much as possible without making the cell wide: of the rest, one is needed.
            let mut most = is_hidden.clone();
            let mut rest: Vec<usize> = (0..counts.len()).filter(|&other| !is_hidden[other]).collect();
            rest.sort_by_key(|&other| std::cmp::Reverse(counts[other]));
            rest.retain(|&other| {
                most[other] = true;
                let is_wide = !narrow(published, counts, &most).contains(&cell);
                most[other] = !is_wide;
                is_wide
            });
            needed.push(rest);
        }
    }
}

fn cheapest(counts: &[u64], is_small: &[bool], needed: &[Vec<usize>]) -> Vec<bool> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let weight = |cell: usize| if is_small[cell] { 0.0 } else { cost(counts[cell]) as f64 };
    let variables: Vec<_> = (0..counts.len()).map(|cell| problem.add_binary_var(weight(cell))).collect();
    for cells in needed {
        let terms: Vec<_> = cells.iter().map(|&cell| (variables[cell], 1.0)).collect();
        problem.add_constraint(terms, ComparisonOp::Ge, 1.0);
    }
    let solution = problem.solve().unwrap().into_solution().unwrap();
    (0..counts.len()).map(|cell| is_small[cell] || solution.var_value(variables[cell]) > 0.5).collect()
}

/// Over tables of a shape: what the best patterns cost, what the protector's do, and how often they cost the same.
pub(super) fn compare(shape: usize, seeds: std::ops::Range<u64>) -> (u64, u64, usize) {
    let (mut best, mut ours, mut same) = (0, 0, 0);
    for seed in seeds {
        let people = people(&mut Dice::new(seed), SHAPES[shape]);
        let protected = protect(&people.release(SHAPES[shape].2), &small_only(5)).unwrap();
        let counts = people.counts(&protected.published);
        let hidden = protected.published.cells.iter().zip(&counts).filter(|((_, known), _)| known.guard == Guard::Wide);
        let our = hidden.filter(|(_, count)| !(1..5).contains(*count)).map(|(_, &count)| cost(count)).sum::<u64>();
        let least = least_cost(&protected.published, &counts);
        assert!(least <= our, "{} {seed}: nothing is better than the best", SHAPES[shape].0);
        (best, ours, same) = (best + least, ours + our, same + usize::from(least == our));
    }
    (best, ours, same)
}

#[test]
fn on_small_tables_hidden_cells_cost_little_more_than_the_least_possible() {
    let (best, ours, same) = compare(0, 0..20);
    assert!(best > 200 && ours * 100 <= best * 108 && same >= 14, "{ours} instead of {best}, {same} of 20 the same");
}
