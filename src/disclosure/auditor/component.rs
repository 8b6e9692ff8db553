//! Cells whose counts a reader does not know, by what hangs together.

use super::bounds::Bounds;
use super::published::Published;
use std::collections::BTreeMap;

/// Unknown cells that hang together, and the relations between them; both rising.
#[derive(Debug, Clone, Default)]
pub(super) struct Component {
    pub(super) cells: Vec<usize>,
    pub(super) relations: Vec<usize>,
}

impl Component {
    /// Where in the component a cell is.
    pub(super) fn position(&self, cell: usize) -> Option<usize> {
        self.cells.binary_search(&cell).ok()
    }
}

/// The relations of each cell.
pub(super) fn relations_of(published: &Published) -> Vec<Vec<usize>> {
    let mut relations_of = vec![Vec::new(); published.cells.len()];
    for (position, relation) in published.relations.iter().enumerate() {
        for &(cell, _) in &relation.terms {
            relations_of[cell].push(position);
        }
    }
    relations_of
}

/// All unknown cells. One that no relation ties to another is a component of its own.
pub(super) fn components(published: &Published, bounds: &[Bounds]) -> Vec<Component> {
    let mut groups = Groups { parent: (0..bounds.len()).collect() };
    let is_unknown = |cell: usize| bounds[cell].number().is_none();
    for relation in &published.relations {
        let mut cells = relation.terms.iter().map(|&(cell, _)| cell).filter(|&cell| is_unknown(cell));
        if let Some(first) = cells.next() {
            cells.for_each(|cell| groups.join(first, cell));
        }
    }
    let mut components: BTreeMap<usize, Component> = BTreeMap::new();
    for cell in (0..bounds.len()).filter(|&cell| is_unknown(cell)) {
        components.entry(groups.root(cell)).or_default().cells.push(cell);
    }
    for (position, relation) in published.relations.iter().enumerate() {
        if let Some(&(cell, _)) = relation.terms.iter().find(|&&(cell, _)| is_unknown(cell)) {
            components.entry(groups.root(cell)).or_default().relations.push(position);
        }
    }
    components.into_values().collect()
}

/// Which cells are joined, each pointing towards its group's root.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn root(&mut self, mut cell: usize) -> usize {
        while self.parent[cell] != cell {
            self.parent[cell] = self.parent[self.parent[cell]];
            cell = self.parent[cell];
        }
        cell
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one.max(other)] = one.min(other);
    }
}
