//! Made-up households: who lives together, whose children they are, how hard their life is. What the departments did is not here.

use super::calendar::{AS_OF, Day, YEAR};
use super::number::{Numbers, Sex};
use super::random::Random;
use super::words;

/// How much goes wrong in a household: what makes its records in several departments hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strain {
    /// Now and then between jobs.
    Settled,
    /// Out of work for years, on and off.
    Strained,
    /// Mostly out of work, with cases in other departments.
    Exposed,
}

/// What stands beside the number, and must not survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) number: u64,
    pub(super) first_name: &'static str,
    pub(super) surname: &'static str,
    pub(super) home: Home,
}

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) street: &'static str,
    pub(super) house: u32,
    pub(super) floor: &'static str,
}

/// Someone of 18 or more.
pub(super) struct Adult {
    pub(super) identity: Identity,
    pub(super) born: Day,
    pub(super) sex: Sex,
    pub(super) strain: Strain,
}

/// A child, or a young adult whom help follows.
pub(super) struct Child {
    pub(super) number: u64,
    pub(super) born: Day,
}

/// Adults with the same children, under one roof or not.
pub(super) struct Household {
    pub(super) adults: Vec<Adult>,
    pub(super) children: Vec<Child>,
    /// A son or daughter of 18 to 22 among the adults, whom the family department still helps.
    pub(super) grown_child: Option<Child>,
}

impl Household {
    /// A household of at most `room` adults, at least one.
    pub(super) fn new(room: u32, numbers: &mut Numbers, random: &mut Random) -> Self {
        let strain = strain(random);
        let home = home(random);
        let surname = random.pick(&words::SURNAMES);
        let settled = strain == Strain::Settled;
        let size = match random.below(100) {
            0..2 => 3,
            limit if limit < if settled { 50 } else { 38 } => 2,
            _ => 1,
        };
        let age = if settled && random.chance(0.30) { random.between(67, 93) } else { random.between(18, 66) };
        let mut household = Self { adults: Vec::new(), children: Vec::new(), grown_child: None };
        for place in 0..size.min(room) {
            let years = if place == 0 { age } else { (age + random.between(-6, 6)).max(18) };
            let born = AS_OF - years * YEAR - random.between(years / 4, years / 4 + YEAR - 1);
            let sex = if random.chance(if place == 0 { 0.54 } else { 0.46 }) { Sex::Woman } else { Sex::Man };
            // Some parents live apart, and step-parents keep their name.
            let apart = place > 0 && random.chance(if place == 2 { 0.9 } else { 0.25 });
            let (surname, home) =
                if apart { (random.pick(&words::SURNAMES), self::home(random)) } else { (surname, home) };
            household.move_in(born, sex, surname, home, eased(strain, random), numbers, random);
        }
        household.add_children(age, strain, numbers, random);
        if (42..=62).contains(&age) && size < room && random.chance(0.08) {
            household.add_grown_child(surname, home, strain, numbers, random);
        }
        household
    }

    #[expect(clippy::too_many_arguments, reason = "an adult is made in one place only")]
    fn move_in(
        &mut self,
        wanted: Day,
        sex: Sex,
        surname: &'static str,
        home: Home,
        strain: Strain,
        numbers: &mut Numbers,
        random: &mut Random,
    ) {
        let (number, born) = numbers.issue(wanted, sex);
        let first_name = random.pick(if sex == Sex::Woman { &words::WOMEN } else { &words::MEN });
        self.adults.push(Adult { identity: Identity { number, first_name, surname, home }, born, sex, strain });
    }

    fn add_children(&mut self, age: i32, strain: Strain, numbers: &mut Numbers, random: &mut Random) {
        let youngest = (age - 42).max(0);
        let oldest = (age - 20).min(16);
        let likely = match (self.adults.len(), strain) {
            (1, Strain::Settled) => 0.15,
            (1, _) => 0.33,
            (3, _) => 1.0,
            _ => 0.7,
        };
        if youngest > oldest || !random.chance(likely) {
            return;
        }
        let more = if strain == Strain::Settled { 0.5 } else { 0.58 };
        for _ in 0..=random.run_of(more, 4) {
            let age = random.between(youngest, oldest);
            let wanted = AS_OF - age * YEAR - random.between(age / 4 + 1, age / 4 + YEAR - 1);
            let (number, born) = numbers.issue(wanted, if random.chance(0.49) { Sex::Woman } else { Sex::Man });
            self.children.push(Child { number, born });
        }
    }

    fn add_grown_child(
        &mut self,
        surname: &'static str,
        home: Home,
        strain: Strain,
        numbers: &mut Numbers,
        random: &mut Random,
    ) {
        let wanted = AS_OF - random.between(18 * YEAR + 5, 22 * YEAR);
        let sex = if random.chance(0.49) { Sex::Woman } else { Sex::Man };
        self.move_in(wanted, sex, surname, home, eased(strain, random), numbers, random);
        self.grown_child = self.adults.last().map(|adult| Child { number: adult.identity.number, born: adult.born });
    }

    /// The adults who stand in the children's cases: everyone but a grown child.
    pub(super) fn parents(&self) -> &[Adult] {
        let grown = usize::from(self.grown_child.is_some());
        &self.adults[..self.adults.len() - grown]
    }
}

fn strain(random: &mut Random) -> Strain {
    match random.below(1000) {
        0..45 => Strain::Exposed,
        45..165 => Strain::Strained,
        _ => Strain::Settled,
    }
}

/// Not everyone in a household fares as badly as its worst member.
fn eased(strain: Strain, random: &mut Random) -> Strain {
    match strain {
        Strain::Exposed if random.chance(0.3) => Strain::Strained,
        Strain::Strained if random.chance(0.3) => Strain::Settled,
        unchanged => unchanged,
    }
}

fn home(random: &mut Random) -> Home {
    let floor = if random.chance(0.12) { random.pick(&words::FLOORS) } else { "" };
    Home { street: random.pick(&words::STREETS), house: 1 + random.below(98), floor }
}
