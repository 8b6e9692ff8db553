//! Units: families, joined by shared children in open records, and citizens.

use super::apart::Apart;
use super::persons::Linked;
use crate::identity::Pseudonym;
use crate::programme::{Chosen, Family, Kind, TypeList};
use foldhash::fast::RandomState;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

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

/// Numbers of persons.
type Persons = HashSet<u32, RandomState>;

/// A child in an open record of a person.
type Link = (Pseudonym, u32);

impl Units {
    /// Forms the units; children of too many adults become empty cells in `linked`.
    #[must_use]
    pub fn new<S: Send + Sync>(family: &Family, linked: &mut Linked<S>) -> Self {
        Self::with_apart(family, &Apart::default(), linked)
    }

    /// The same, where pairs of persons are kept apart: both of a pair that would be in one family are joined to nobody.
    #[must_use]
    pub fn with_apart<S: Send + Sync>(family: &Family, apart: &Apart, linked: &mut Linked<S>) -> Self {
        let links = links(linked);
        let (placeholder_children, links) = without_placeholders(links, family.max_adults_per_child);
        linked.forget_children(&placeholder_children);
        let mut is_apart = persons_apart(&family.apart_types, linked);
        let mut groups = join(&links, &is_apart, linked.number_of_persons());
        let in_one_family = in_one_family(apart, linked, &mut groups);
        if !in_one_family.is_empty() {
            is_apart.extend(in_one_family);
            groups = join(&links, &is_apart, linked.number_of_persons());
        }
        let mut is_parent = vec![false; linked.number_of_persons()];
        for &(_, person) in &links {
            is_parent[person as usize] = true;
        }
        let mut units = Self::gather(linked, groups, &is_parent);
        units.placeholder_children = placeholder_children;
        units
    }

    /// Lists each group's members; a group is numbered by its smallest member, so units come in the order of their ids.
    fn gather<S: Send + Sync>(linked: &Linked<S>, groups: Groups, is_parent: &[bool]) -> Self {
        let (roots, sizes) = groups.into_roots();
        // Those who take part, with their departments with an open record.
        let persons = || {
            linked.shards.iter().flat_map(|shard| {
                let numbered = (shard.first_person..).zip(&shard.takes_part).zip(&shard.open_departments);
                numbered.filter(|((_, takes_part), _)| **takes_part).map(|((person, _), open)| (person, *open))
            })
        };
        // Nearly everybody is a unit alone; room that is not used is not taken.
        let most = linked.number_of_persons();
        let members = || {
            let (mut first_member, mut members) = (Vec::with_capacity(most + 1), Vec::with_capacity(most));
            // By the smallest member of a group of several: where its next one goes.
            let mut next = vec![0; most];
            let position = |length: usize| u32::try_from(length).expect("no more members than persons");
            for (person, _) in persons() {
                let root = roots[person as usize] as usize;
                if root == person as usize {
                    let first = position(members.len());
                    first_member.push(first);
                    members.resize(members.len() + sizes[root] as usize, person);
                    if sizes[root] > 1 {
                        next[root] = first + 1;
                    }
                } else {
                    members[next[root] as usize] = person;
                    next[root] += 1;
                }
            }
            first_member.push(position(members.len()));
            (first_member, members)
        };
        let looks = || {
            let (mut kinds, mut open_departments) = (Vec::with_capacity(most), Vec::<u64>::with_capacity(most));
            let mut unit_of_root: HashMap<u32, usize, RandomState> = HashMap::default();
            for (person, open) in persons() {
                let root = roots[person as usize];
                if root != person {
                    open_departments[unit_of_root[&root]] |= open;
                    continue;
                }
                let kind = if is_parent[person as usize] { Kind::Family } else { Kind::Citizen };
                if sizes[root as usize] > 1 {
                    unit_of_root.insert(root, kinds.len());
                }
                kinds.push(kind);
                open_departments.push(open);
            }
            (kinds, open_departments)
        };
        let ((first_member, members), (kinds, open_departments)) = rayon::join(members, looks);
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

    /// The position of the first unit whose id is this person's or a later one's.
    #[must_use]
    pub fn first_from(&self, person: u32) -> usize {
        let firsts = &self.first_member[..self.len()];
        firsts.partition_point(|&first| self.members[first as usize] < person)
    }

    /// The position of the unit that a person belongs to; `None` for who takes no part.
    #[must_use]
    pub fn of_member(&self, person: u32) -> Option<usize> {
        let member = self.members.iter().position(|&member| member == person)?;
        Some(self.first_member.partition_point(|&first| first as usize <= member) - 1)
    }

    /// Number of members of all units.
    #[must_use]
    pub fn number_of_members(&self) -> usize {
        self.members.len()
    }
}

/// Every child in an open record of someone who takes part, with that person; sorted, each pair once.
fn links<S>(linked: &mut Linked<S>) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::with_capacity(linked.shards.iter().map(|shard| shard.links.len()).sum());
    for shard in &mut linked.shards {
        let first_person = shard.first_person;
        links
            .extend(std::mem::take(&mut shard.links).into_iter().map(|(child, person)| (child, first_person + person)));
    }
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

/// Who of those that are linked to children has an open record of a type that keeps persons apart, in any department.
fn persons_apart<S: Send + Sync>(apart_types: &TypeList, linked: &Linked<S>) -> Persons {
    let sets_apart: Vec<Vec<Chosen>> = linked
        .departments
        .iter()
        .map(|department| department.types.iter().map(|name| apart_types.chosen(name)).collect())
        .collect();
    let is_apart = |person: &u32| {
        sets_apart.iter().enumerate().any(|(department, sets_apart)| {
            let rows = linked.rows(department, *person).unwrap_or_default();
            rows.iter().any(|row| sets_apart[row.kind as usize].contains(row.start) && row.is_open(linked.as_of))
        })
    };
    if sets_apart.iter().flatten().any(|sets_apart| *sets_apart != Chosen::None) {
        linked.linked_persons().filter(is_apart).collect()
    } else {
        Persons::default()
    }
}

/// Joins persons by the children they share, those that are apart to nobody.
fn join(links: &[Link], is_apart: &Persons, persons: usize) -> Groups {
    let mut groups = Groups::new(persons);
    for adults in links.chunk_by(|one, other| one.0 == other.0) {
        let mut first = None;
        for &(_, person) in adults.iter().filter(|(_, person)| !is_apart.contains(person)) {
            groups.join(*first.get_or_insert(person), person);
        }
    }
    groups
}

/// The persons of pairs that are kept apart and have come into one group.
fn in_one_family<S: Send + Sync>(apart: &Apart, linked: &Linked<S>, groups: &mut Groups) -> Vec<u32> {
    let numbers = |(one, other): &(Pseudonym, Pseudonym)| Some((linked.number(*one)?, linked.number(*other)?));
    let pairs = apart.pairs.iter().filter_map(numbers);
    let together: Vec<(u32, u32)> = pairs.filter(|&(one, other)| groups.root(one) == groups.root(other)).collect();
    together.into_iter().flat_map(|(one, other)| [one, other]).collect()
}

/// Who is joined to whom: each points to a smaller number of the group, the smallest to itself (Tarjan's disjoint
/// sets, with path halving).
struct Groups {
    parent: Vec<u32>,
    /// By a group's smallest member: how many it has.
    size: Vec<u32>,
}

impl Groups {
    fn new(count: usize) -> Self {
        let count32 = u32::try_from(count).expect("persons are numbered in 32 bits");
        Self { parent: (0..count32).collect(), size: vec![1; count] }
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
        if one != other {
            self.parent[one.max(other) as usize] = one.min(other);
            self.size[one.min(other) as usize] += self.size[one.max(other) as usize];
        }
    }

    /// Of each, the smallest member of its group; and by that, how many the group has.
    fn into_roots(mut self) -> (Vec<u32>, Vec<u32>) {
        // Smaller ones come first, and point to the smallest by then.
        for person in 0..self.parent.len() {
            self.parent[person] = self.parent[self.parent[person] as usize];
        }
        (self.parent, self.size)
    }
}
