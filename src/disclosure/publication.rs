//! What of each cell is published as long as it is shown, and once it is hidden.

use super::auditor::{Guard, Known, Published};
use super::numbers::{signed, unsigned};
use super::primary::{disclosive, is_small};
use super::protector::{Place, Room};
use super::release::{Cell, Linked, Release, Standing};
use super::rounding;
use super::settings::{Mode, Settings};

/// By cell: what a reader learns of it, shown or hidden, and how the protector may use it.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    shown: Vec<Known>,
    hidden: Vec<Known>,
    is_shown_itself: Vec<bool>,
    pub(super) places: Vec<Place>,
}

impl Plan {
    pub(super) fn new(release: &Release, linked: &Linked, settings: &Settings) -> Self {
        let mut is_primary = vec![false; linked.cells.len()];
        for (number, table) in release.published_tables() {
            for (position, is_disclosive) in disclosive(table, settings).into_iter().enumerate() {
                is_primary[linked.tables[number][position]] |= is_disclosive;
            }
        }
        let mut plan = Self::default();
        for (cell, is_primary) in linked.cells.iter().zip(is_primary) {
            let is_primary = is_primary || cell.definition.as_ref().is_some_and(|cell| release.hidden.contains(cell));
            plan.add(cell, is_primary, settings);
        }
        plan
    }

    fn add(&mut self, cell: &Cell, is_primary: bool, settings: &Settings) {
        let anything = Known { guard: Guard::Open, ..Known::hidden() };
        let earlier = cell.earlier.unwrap_or(anything);
        let hidden = Known::hidden().and(earlier);
        let is_published = cell.standing == Standing::Published && shows_cell(cell, settings);
        let count = cell.count.map_or(0, unsigned);
        let shown = match cell.standing {
            Standing::Public => Known::exactly(count),
            Standing::Published if is_published => {
                shown_as(count, settings).and(Known { guard: Guard::Open, ..earlier })
            }
            Standing::Excess => anything,
            _ if cell.earlier.is_some() => earlier,
            _ => Known::unpublished(),
        };
        // What only an earlier release knew counts as known to everybody: its true count is not there to move from.
        let is_told = earlier.low() == earlier.high() || (!is_published && shown.low() == shown.high());
        let is_fixed = cell.count.is_none() || is_told;
        let was_hidden = earlier.guard == Guard::Wide;
        let place = if is_fixed {
            Place { shown: Room::NONE, hidden: Room::NONE, cost: None, is_owed: false }
        } else if is_published {
            let is_owed = is_primary || was_hidden;
            let cost = (!is_owed).then(|| signed(count) + signed(settings.threshold));
            Place { shown: Room::of(signed(count), shown), hidden: Room::of(signed(count), hidden), cost, is_owed }
        } else {
            let room = Room::of(signed(count), shown);
            let is_owed = was_hidden || (shown.guard == Guard::NotSmall && is_small(count, settings));
            Place { shown: room, hidden: room, cost: None, is_owed }
        };
        self.shown.push(shown);
        self.hidden.push(hidden);
        self.is_shown_itself.push(is_published);
        self.places.push(place);
    }

    /// Whether it shows as hidden in the tables, given to which cells a wide interval is owed.
    pub(super) fn is_hidden(&self, cell: usize, is_owed: bool) -> bool {
        is_owed && self.is_shown_itself[cell]
    }

    /// What a reader has, given to which cells a wide interval is owed.
    pub(super) fn published(&self, linked: &Linked, is_owed: impl Fn(usize) -> bool) -> Published {
        let known = |cell: usize| {
            if self.is_hidden(cell, is_owed(cell)) { self.hidden[cell] } else { self.shown[cell] }
        };
        let cells = linked.cells.iter().enumerate();
        let cells = cells.map(|(position, cell)| (cell.definition.clone(), known(position))).collect();
        Published { cells, relations: linked.relations.clone() }
    }
}

/// Whether a published cell's own count is shown, rather than a sum of what else is.
fn shows_cell(cell: &Cell, settings: &Settings) -> bool {
    cell.is_inner || settings.mode == Mode::Suppress
}

fn shown_as(count: u64, settings: &Settings) -> Known {
    match settings.mode {
        Mode::Suppress => Known::exactly(count),
        Mode::Round { base } => rounding::behind(rounding::rounded(count, base), base, settings.threshold),
    }
}
