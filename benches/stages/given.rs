//! What a stage is given: made by the stages before it.

use crate::data::{Municipality, municipality};
use udpeg::extract::{self, Extract};
use udpeg::linkage::{self, Delivery, Linked, Units};
use udpeg::output::Period;
use udpeg::pipeline::Silent;
use udpeg::programme::Department;

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
    extract::read(programme, department(), key, false, &Silent).expect("the extract can be read")
}

pub(crate) fn deliveries() -> Vec<Delivery> {
    let municipality = municipality();
    linkage::read_all(&municipality.programme, &municipality.period(), &Silent).expect("the deliveries are whole")
}

pub(crate) fn linked() -> Linked {
    Linked::new(&municipality().programme, deliveries()).expect("the deliveries belong together")
}

pub(crate) fn units() -> (Linked, Units) {
    let mut linked = linked();
    let units = Units::new(&municipality().programme.family, &mut linked);
    (linked, units)
}

/// A period's folder beside that of the run, for what is written over and over.
pub(crate) fn scratch() -> Period {
    let municipality = municipality();
    let folder = municipality.folder.join("scratch");
    Period::open(&folder, &municipality.programme.period).expect("the folder can be written")
}
