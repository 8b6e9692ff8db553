//! What is to be assigned to whom, and an assignment while it is being made.

use crate::programme::{Coordinator, Kind, PerKind};

/// A proposed unit, as far as assigning it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// What it is.
    pub kind: Kind,
    /// The load that it brings.
    pub load: i64,
    /// How many of its members had which coordinator, by the coordinator's position, rising; others are not named.
    pub had: Vec<(usize, u32)>,
    /// The positions of coordinators who may not have it, rising.
    pub barred: Vec<usize>,
}

/// What is to be assigned: units by rank, coordinators in the order of the programme file.
#[derive(Debug, Clone, Copy)]
pub struct Task<'t> {
    /// The units, best ranked first.
    pub units: &'t [Proposed],
    /// The coordinators.
    pub coordinators: &'t [Coordinator],
    /// Pairs of positions of units that may not have the same coordinator.
    pub apart: &'t [(usize, usize)],
}

impl Task<'_> {
    /// Whether a coordinator may have a unit, room and persons kept apart aside.
    pub(super) fn may(&self, unit: usize, coordinator: usize) -> bool {
        let (unit, coordinator_of) = (&self.units[unit], &self.coordinators[coordinator]);
        coordinator_of.takes[unit.kind]
            && coordinator_of.capacity > 0
            && unit.barred.binary_search(&coordinator).is_err()
    }

    /// How many members of a unit keep the coordinator they had where it gets this one.
    pub(super) fn keeps(&self, unit: usize, coordinator: usize) -> u32 {
        let had = &self.units[unit].had;
        had.binary_search_by_key(&coordinator, |(had, _)| *had).map_or(0, |at| had[at].1)
    }

    /// The most members of a unit that can keep the coordinator they had.
    pub(super) fn keeps_at_most(&self, unit: usize) -> u32 {
        let had = self.units[unit].had.iter();
        had.filter(|(coordinator, _)| self.may(unit, *coordinator)).map(|(_, members)| *members).max().unwrap_or(0)
    }
}

/// Places left, by who can have them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Places {
    /// With coordinators who take only this kind.
    only: PerKind<usize>,
    /// With coordinators who take both.
    both: usize,
}

impl Places {
    pub(super) fn new(coordinators: &[Coordinator], taken: &[usize]) -> Self {
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
    pub(super) fn less_one(mut self, takes: PerKind<bool>) -> Self {
        match (takes.family, takes.citizen) {
            (true, true) => self.both -= 1,
            (true, false) => self.only.family -= 1,
            (false, true) => self.only.citizen -= 1,
            (false, false) => {}
        }
        self
    }

    /// How many of these units can get a coordinator.
    pub(super) fn room_for(self, units: PerKind<usize>) -> usize {
        let with_own = |kind| units[kind].min(self.only[kind]);
        let own = with_own(Kind::Family) + with_own(Kind::Citizen);
        own + (units.family + units.citizen - own).min(self.both)
    }
}

/// An assignment while it is being made: who has what, and what follows from it.
#[derive(Debug, Clone)]
pub(super) struct State<'t> {
    pub task: Task<'t>,
    /// For each unit its coordinator.
    pub assigned: Vec<Option<usize>>,
    /// For each coordinator how many units they have.
    pub taken: Vec<usize>,
    /// For each coordinator their load.
    pub load: Vec<i64>,
    /// Members who keep the coordinator they had.
    pub kept: u64,
    /// For each unit those that may not have the same coordinator.
    apart: Vec<Vec<usize>>,
}

impl<'t> State<'t> {
    pub(super) fn new(task: Task<'t>) -> Self {
        let mut apart = vec![Vec::new(); task.units.len()];
        for &(one, other) in task.apart {
            apart[one].push(other);
            apart[other].push(one);
        }
        let coordinators = task.coordinators.len();
        let assigned = vec![None; task.units.len()];
        Self { task, assigned, taken: vec![0; coordinators], load: vec![0; coordinators], kept: 0, apart }
    }

    /// An assignment that is there already.
    pub(super) fn of(task: Task<'t>, assigned: &[Option<usize>]) -> Self {
        let mut state = Self::new(task);
        for (unit, coordinator) in assigned.iter().enumerate() {
            if let Some(coordinator) = coordinator {
                state.place(unit, *coordinator);
            }
        }
        state
    }

    pub(super) fn place(&mut self, unit: usize, coordinator: usize) {
        self.assigned[unit] = Some(coordinator);
        self.taken[coordinator] += 1;
        self.load[coordinator] += self.task.units[unit].load;
        self.kept += u64::from(self.task.keeps(unit, coordinator));
    }

    pub(super) fn remove(&mut self, unit: usize) {
        if let Some(coordinator) = self.assigned[unit].take() {
            self.taken[coordinator] -= 1;
            self.load[coordinator] -= self.task.units[unit].load;
            self.kept -= u64::from(self.task.keeps(unit, coordinator));
        }
    }

    pub(super) fn has_room(&self, coordinator: usize) -> bool {
        self.taken[coordinator] < self.task.coordinators[coordinator].capacity
    }

    /// Whether a coordinator has somebody from whom a unit is kept apart; `besides` does not count.
    pub(super) fn would_meet(&self, unit: usize, coordinator: usize, besides: Option<usize>) -> bool {
        let others = self.apart[unit].iter();
        others.filter(|other| Some(**other) != besides).any(|&other| self.assigned[other] == Some(coordinator))
    }

    pub(super) fn is_kept_apart(&self, unit: usize) -> bool {
        !self.apart[unit].is_empty()
    }

    pub(super) fn served(&self) -> usize {
        self.taken.iter().sum()
    }

    /// The largest load, that of a coordinator without units being 0.
    pub(super) fn largest(&self) -> i64 {
        self.load.iter().copied().max().unwrap_or(0)
    }
}
