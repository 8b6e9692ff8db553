//! What a comparison with earlier releases of the same period would give away.

use super::divided::is_of_rule;
use super::protect::Around;
use super::tables::PROPOSED;
use crate::disclosure::{self, CellDefinition, Published, Question, Settings, small_changes};
use crate::error::Result;
use std::collections::BTreeSet;

/// Whether another selection from the same deliveries counts a dimension differently.
fn differs(dimension: &str) -> bool {
    ["status", "points_band"].contains(&dimension) || is_of_rule(dimension)
}

fn is_of_selection(cell: &CellDefinition) -> bool {
    cell.universe() == PROPOSED || cell.dimensions().any(differs)
}

/// What earlier releases hid of counts that are the same in this one: it stays hidden.
pub(super) fn hidden_before(around: &Around) -> BTreeSet<CellDefinition> {
    let hidden = around.other_selections.iter().flat_map(|(_, published)| published.hidden());
    hidden.filter(|cell| !is_of_selection(cell)).cloned().collect()
}

/// Cells that can be worked out, or whose small change can, by laying this release beside an earlier one, with that
/// one's number.
pub(super) fn given_away(
    around: &Around,
    published: &Published,
    settings: &Settings,
) -> Result<Vec<(u64, CellDefinition)>> {
    let question = Question::new(settings.threshold, settings.min_interval);
    let mut found = Vec::new();
    for (number, earlier) in around.other_selections.iter().chain(&around.changed) {
        let changes = small_changes(earlier, published, &question).map_err(super::tables::internal)?;
        found.extend(changes.into_iter().map(|cell| (*number, cell)));
    }
    for (number, earlier) in &around.other_selections {
        // The selection is another: what it counts has another name.
        let of_release = |name: &str| format!("{name} of release {number}");
        let universe = |name: &str| if name == PROPOSED { of_release(name) } else { name.to_owned() };
        let dimension = |name: &str| if differs(name) { of_release(name) } else { name.to_owned() };
        let earlier = earlier.renamed(universe, dimension);
        // Counts that contradict each other are of other people: they were compared above.
        let Ok(together) = Published::together(&[earlier, published.clone()]) else { continue };
        let audit = match disclosure::audit(&together, &question) {
            Ok(audit) => audit,
            Err(disclosure::Error::Contradiction { .. }) => continue,
            Err(error) => return Err(super::tables::internal(error)),
        };
        let cells = audit.findings.iter().filter_map(|finding| together.cells[finding.cell].0.clone());
        found.extend(cells.map(|cell| (*number, cell)));
    }
    Ok(found)
}
