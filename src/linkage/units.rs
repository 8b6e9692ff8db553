//! Units: families, joined by shared children in open records, and citizens.

use super::persons::Linked;
use super::shard::Shard;
use crate::identity::Pseudonym;
use crate::programme::{Chosen, Family, Kind, TypeList};
use rayon::prelude::*;

/// All units of those who take part.
#[derive(Debug)]
pub struct Units {
    /// Where each unit's members begin among `members`; one entry more than there are units.
    first_member: Vec<u32>,
    /// Person numbers, rising within each unit.
    members: Vec<u32>,
    /// What each unit is.
    kinds: Vec<Kind>,
    /// In how many departments each unit has an open record, as bits by the departments' positions.
    open_departments: Vec<u64>,
    /// Children of more adults than can be, rising; they are empty cells everywhere.
    pub placeholder_children: Vec<Pseudonym>,
}

/// One unit.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'u> {
    /// Person numbers, rising; the first is the unit's id.
    pub members: &'u [u32],
    /// What it is.
    pub kind: Kind,
    /// Departments with an open record of it, as bits by their positions.
    pub open_departments: u64,
}

/// A child in an open record of a person.
type Link = (Pseudonym, u32);

impl Units {
    /// Forms the units; children of too many adults become empty cells in `linked`.
    #[must_use]
    pub fn new(family: &Family, linked: &mut Linked) -> Self {
        let links = links(linked);
        let (placeholder_children, links) = without_placeholders(links, family.max_adults_per_child);
        linked.forget_children(&placeholder_children);
        let is_apart = persons_apart(&family.apart_types, linked);

        let mut groups = Groups::new(linked.number_of_persons());
        let mut is_parent = vec![false; linked.number_of_persons()];
        for adults in links.chunk_by(|one, other| one.0 == other.0) {
            let mut first = None;
            for &(_, person) in adults {
                is_parent[person as usize] = true;
                if is_apart[person as usize] {
                    continue;
                }
                groups.join(*first.get_or_insert(person), person);
            }
        }
        let open = open_departments(linked);
        let mut units = Self::gather(linked, &mut groups, &open, &is_parent);
        units.placeholder_children = placeholder_children;
        units
    }

    /// Lists each group's members; a group is numbered by its smallest member, so units come in the order of their ids.
    fn gather(linked: &Linked, groups: &mut Groups, open: &[u64], is_parent: &[bool]) -> Self {
        let mut unit_of_root = vec![u32::MAX; linked.number_of_persons()];
        let mut sizes: Vec<u32> = Vec::new();
        let mut kinds = Vec::new();
        let mut open_departments = Vec::new();
        let everyone = || linked.shards.iter().flat_map(Shard::taking_part).map(|(person, _)| person);
        for person in everyone() {
            let root = groups.root(person) as usize;
            if unit_of_root[root] == u32::MAX {
                unit_of_root[root] = u32::try_from(sizes.len()).expect("no more units than persons");
                sizes.push(0);
                kinds.push(Kind::Citizen);
                open_departments.push(0);
            }
            let unit = unit_of_root[root] as usize;
            sizes[unit] += 1;
            open_departments[unit] |= open[person as usize];
            if is_parent[person as usize] {
                kinds[unit] = Kind::Family;
            }
        }
        let mut first_member = Vec::with_capacity(sizes.len() + 1);
        let mut members_before = 0;
        for size in &sizes {
            first_member.push(members_before);
            members_before += size;
        }
        first_member.push(members_before);
        let mut members = vec![0; members_before as usize];
        let mut next = first_member.clone();
        for person in everyone() {
            let unit = unit_of_root[groups.root(person) as usize] as usize;
            members[next[unit] as usize] = person;
            next[unit] += 1;
        }
        Self { first_member, members, kinds, open_departments, placeholder_children: Vec::new() }
    }

    /// Number of units.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The unit at a position; units stand in the order of their ids.
    #[must_use]
    pub fn get(&self, position: usize) -> Unit<'_> {
        let range = self.first_member[position] as usize..self.first_member[position + 1] as usize;
        Unit {
            members: &self.members[range],
            kind: self.kinds[position],
            open_departments: self.open_departments[position],
        }
    }

    /// Number of members of all units.
    #[must_use]
    pub fn number_of_members(&self) -> usize {
        self.members.len()
    }
}

/// Every child in an open record of someone who takes part, with that person; sorted, each pair once.
fn links(linked: &Linked) -> Vec<Link> {
    let as_of = linked.as_of;
    let of_shard = |shard: &Shard| {
        let mut links: Vec<Link> = Vec::new();
        for (person, position) in shard.taking_part() {
            let rows = (0..shard.departments.len()).flat_map(|department| shard.rows(department, position, as_of));
            let children = rows.filter(|row| row.is_open(as_of)).filter_map(|row| row.child);
            links.extend(children.map(|child| (child, person)));
        }
        links
    };
    let mut links = linked.shards.par_iter().map(of_shard).collect::<Vec<_>>().concat();
    links.par_sort_unstable();
    links.dedup();
    links
}

/// Splits off the children of more than `most` adults.
fn without_placeholders(links: Vec<Link>, most: u32) -> (Vec<Pseudonym>, Vec<Link>) {
    let mut placeholders = Vec::new();
    for adults in links.chunk_by(|one, other| one.0 == other.0) {
        if adults.len() > most as usize {
            placeholders.push(adults[0].0);
        }
    }
    let kept = if placeholders.is_empty() {
        links
    } else {
        links.into_iter().filter(|(child, _)| placeholders.binary_search(child).is_err()).collect()
    };
    (placeholders, kept)
}

/// Who has an open record of a type that keeps persons apart, in any department.
fn persons_apart(apart_types: &TypeList, linked: &Linked) -> Vec<bool> {
    let sets_apart: Vec<Vec<Chosen>> = linked
        .departments
        .iter()
        .map(|department| department.types.iter().map(|name| apart_types.chosen(name)).collect())
        .collect();
    if !sets_apart.iter().flatten().any(|sets_apart| *sets_apart != Chosen::None) {
        return vec![false; linked.number_of_persons()];
    }
    linked.of_every_person(|shard, position| {
        sets_apart.iter().enumerate().any(|(department, sets_apart)| {
            let rows = shard.rows(department, position, linked.as_of);
            rows.iter().any(|row| sets_apart[row.kind as usize].contains(row.start) && row.is_open(linked.as_of))
        })
    })
}

/// For each person the departments with an open record, as bits.
fn open_departments(linked: &Linked) -> Vec<u64> {
    linked.of_every_person(|shard, position| {
        let is_open = |department: &usize| {
            shard.rows(*department, position, linked.as_of).iter().any(|row| row.is_open(linked.as_of))
        };
        (0..shard.departments.len()).filter(is_open).fold(0, |bits, department| bits | 1 << department)
    })
}

/// Who is joined to whom: each points to a smaller number of the group, the smallest to itself (Tarjan's disjoint
/// sets, with path halving).
struct Groups {
    parent: Vec<u32>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self { parent: (0..u32::try_from(count).expect("persons are numbered in 32 bits")).collect() }
    }

    fn root(&mut self, mut person: u32) -> u32 {
        while self.parent[person as usize] != person {
            let grandparent = self.parent[self.parent[person as usize] as usize];
            self.parent[person as usize] = grandparent;
            person = grandparent;
        }
        person
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one.max(other) as usize] = one.min(other);
    }
}
