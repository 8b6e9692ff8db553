//! Who coordinates whom: every proposed unit gets a coordinator while capacity lasts, and loads are even.

mod agreement;
mod lists;

pub(crate) use agreement::check_lists;
pub(crate) use lists::batches;
pub use lists::{TargetGroup, write};

use crate::programme::{Coordinator, Kind, PerKind};

/// A proposed unit, as far as assigning it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposed {
    /// What it is.
    pub kind: Kind,
    /// Its points: the load it brings.
    pub points: i32,
}

/// Places left, by who can have them.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    /// With coordinators who take only this kind.
    only: PerKind<usize>,
    /// With coordinators who take both.
    both: usize,
}

impl Places {
    fn new(coordinators: &[Coordinator], taken: &[usize]) -> Self {
        let mut places = Self::default();
        for (coordinator, taken) in coordinators.iter().zip(taken) {
            let left = coordinator.capacity - taken;
            match (coordinator.takes.family, coordinator.takes.citizen) {
                (true, true) => places.both += left,
                (true, false) => places.only.family += left,
                (false, true) => places.only.citizen += left,
                (false, false) => {}
            }
        }
        places
    }

    /// These places but one, with a coordinator who takes these kinds.
    fn less_one(mut self, takes: PerKind<bool>) -> Self {
        match (takes.family, takes.citizen) {
            (true, true) => self.both -= 1,
            (true, false) => self.only.family -= 1,
            (false, true) => self.only.citizen -= 1,
            (false, false) => {}
        }
        self
    }

    /// Whether all of these units can get a coordinator.
    fn have_room_for(self, units: PerKind<usize>) -> bool {
        let without = |kind| units[kind].saturating_sub(self.only[kind]);
        without(Kind::Family) + without(Kind::Citizen) <= self.both
    }
}

/// Gives each unit that can be served, best ranked first, the coordinator with the smallest load (sum of points, then
/// units, then the order of the programme file) among those who take it, have room, and leave room for the others.
///
/// # Guarantee
///
/// No capacity is exceeded and `takes` holds. As many units are served as any assignment could serve; where some must
/// go without, those served are the best ranked that can be served together.
///
/// Gives positions among `coordinators`, `None` where there is no place.
#[must_use]
pub fn assign(units: &[Proposed], coordinators: &[Coordinator]) -> Vec<Option<usize>> {
    let mut taken = vec![0; coordinators.len()];
    let mut load = vec![0_i64; coordinators.len()];
    let (served, mut left) = served(units, Places::new(coordinators, &taken));
    let mut assigned = Vec::with_capacity(units.len());
    for (unit, is_served) in units.iter().zip(served) {
        if !is_served {
            assigned.push(None);
            continue;
        }
        left[unit.kind] -= 1;
        let places = Places::new(coordinators, &taken);
        let leaves_room = |&position: &usize| places.less_one(coordinators[position].takes).have_room_for(left);
        let chosen = (0..coordinators.len())
            .filter(|&position| coordinators[position].takes[unit.kind])
            .filter(|&position| taken[position] < coordinators[position].capacity)
            .filter(leaves_room)
            .min_by_key(|&position| (load[position], taken[position], position));
        if let Some(position) = chosen {
            taken[position] += 1;
            load[position] += i64::from(unit.points);
        }
        assigned.push(chosen);
    }
    assigned
}

/// Which units are served, by rank: each that fits beside those before it. Sets of units that fit form a matroid
/// (they are what a matching covers), so that this greedy choice is also the largest. Gives their number by kind too.
fn served(units: &[Proposed], places: Places) -> (Vec<bool>, PerKind<usize>) {
    let mut served = PerKind::<usize>::default();
    let fits = |unit: &Proposed| {
        let mut with = served;
        with[unit.kind] += 1;
        let fits = places.have_room_for(with);
        if fits {
            served = with;
        }
        fits
    };
    let each = units.iter().map(fits).collect();
    (each, served)
}
