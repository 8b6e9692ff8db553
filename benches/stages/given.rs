//! What a stage is given: made by the stages before it.

use crate::data::{Municipality, municipality};
use udpeg::extract::{self, Extract, Room};
use udpeg::linkage::{self, Delivery, Linked, Units};
use udpeg::output::Period;
use udpeg::pipeline::Silent;
use udpeg::programme::{Department, Programme};
use udpeg::score::{Scored, Scorer};

/// The department whose extract is measured where one is enough: the largest.
pub(crate) const DEPARTMENT: &str = "jobcentre";

pub(crate) fn department() -> &'static Department {
    municipality().programme.department(DEPARTMENT).expect("the programme has such a department")
}

/// The department's file.
pub(crate) fn file() -> Vec<u8> {
    std::fs::read(municipality().folder.join("jobcentre.csv")).expect("the extract is there")
}

/// The department's records, as they come.
pub(crate) fn extract() -> Extract {
    let Municipality { programme, key, .. } = municipality();
    extract::read(programme, department(), key, false, Room::default(), &Silent).expect("the extract can be read")
}

pub(crate) fn deliveries() -> Vec<Delivery> {
    let municipality = municipality();
    linkage::read_all(&municipality.programme, &municipality.period(), &Room::default(), &Silent)
        .expect("the deliveries are whole")
}

/// Persons across departments; whoever is a unit alone is measured on the way.
pub(crate) fn linked(programme: &Programme) -> (Scorer<'_>, Linked<Scored>) {
    let deliveries = deliveries();
    let scorer = Scorer::new(programme, &deliveries);
    let linked = Linked::new(programme, deliveries, |alone| scorer.score_alone(alone));
    (scorer, linked.expect("the deliveries belong together"))
}

pub(crate) fn units(programme: &Programme) -> (Scorer<'_>, Linked<Scored>, Units) {
    let (scorer, mut linked) = linked(programme);
    let units = Units::new(&programme.family, &mut linked);
    (scorer, linked, units)
}

/// The programme without the number of departments below which units are not measured.
pub(crate) fn programme_for_all() -> Programme {
    let file = municipality().folder.join("programme.toml");
    let text = std::fs::read_to_string(&file).expect("the programme is there");
    let mut programme = Programme::parse(&file, &text).expect("the programme is right");
    programme.eligibility.min_departments = None;
    programme
}

/// A period's folder beside that of the run, for what is written over and over.
pub(crate) fn scratch() -> Period {
    let municipality = municipality();
    let folder = municipality.folder.join("scratch");
    Period::open(&folder, &municipality.programme.period).expect("the folder can be written")
}
