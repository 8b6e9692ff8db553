//! Who coordinates whom: every proposed unit gets a coordinator while capacity lasts, and loads are even.

mod lists;

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

    /// The most of these units that can still get a coordinator.
    fn most(self, units: PerKind<usize>) -> usize {
        let without = |kind| units[kind].saturating_sub(self.only[kind]);
        let wanting_both = without(Kind::Family) + without(Kind::Citizen);
        units.family + units.citizen - wanting_both.saturating_sub(self.both)
    }
}

/// Gives each unit, best ranked first, the coordinator with the smallest load (sum of points, then units, then the
/// order of the programme file) among those who take it, have room, and leave as many units as possible a coordinator.
///
/// # Guarantee
///
/// No capacity is exceeded, `takes` holds, no assignment would give more units a coordinator, and where some must go
/// without, a unit is passed over only if taking it would leave more units without.
///
/// Gives positions among `coordinators`, `None` where there is no place.
#[must_use]
pub fn assign(units: &[Proposed], coordinators: &[Coordinator]) -> Vec<Option<usize>> {
    let mut taken = vec![0; coordinators.len()];
    let mut load = vec![0_i64; coordinators.len()];
    let mut left = PerKind::<usize>::default();
    for unit in units {
        left[unit.kind] += 1;
    }
    let mut assigned = Vec::with_capacity(units.len());
    for unit in units {
        let places = Places::new(coordinators, &taken);
        let most = places.most(left);
        left[unit.kind] -= 1;
        let keeps_most = |&position: &usize| 1 + places.less_one(coordinators[position].takes).most(left) == most;
        let chosen = (0..coordinators.len())
            .filter(|&position| {
                coordinators[position].takes[unit.kind] && taken[position] < coordinators[position].capacity
            })
            .filter(keeps_most)
            .min_by_key(|&position| (load[position], taken[position], position));
        if let Some(position) = chosen {
            taken[position] += 1;
            load[position] += i64::from(unit.points);
        }
        assigned.push(chosen);
    }
    assigned
}
