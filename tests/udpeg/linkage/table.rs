//! Programmes and deliveries written as little tables.

use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;
use std::path::Path;
use udpeg::extract::Record;
use udpeg::identity::{Pseudonym, Sex};
use udpeg::linkage::{Delivery, Linked};
use udpeg::programme::Programme;
use udpeg::score::{Scored, Scorer};

/// Where the pseudonyms of records and children begin; persons have the small ones.
const RECORDS: u128 = 1 << 100;
const CHILDREN: u128 = 1 << 110;

/// A programme of the departments a, b and c, measured on 2024-12-31, with these settings; a rule and a size are
/// added where they hold none.
pub(crate) fn programme(settings: &str) -> Programme {
    let mut text = String::from(
        "[programme]\nname = \"t\"\nperiod = \"p\"\nas_of = 2024-12-31\nkey = \"k\"\nout = \"o\"\n\
         [persons]\nage_bands = [18, 67]\nattributes = [\"age_band\"]\n[disclosure]\nthreshold = 5\n",
    );
    for id in ["a", "b", "c"] {
        text += &format!("[[department]]\nid = \"{id}\"\ninput = \"{id}.csv\"\n[department.columns]\n");
        text += "person = \"p\"\ntype = \"t\"\nstart = \"s\"\nend = \"e\"\n";
    }
    text += settings;
    if !settings.contains("[[rule]]") {
        text += "\n[[rule]]\nid = \"breadth\"\nmeasure = \"departments\"\npoints_per = 1\n";
    }
    if !settings.contains("[selection]") {
        text += "\n[selection]\nsize = 10\n";
    }
    Programme::parse(Path::new("p.toml"), &text).unwrap()
}

#[derive(Clone)]
struct Row {
    kind: String,
    start: i32,
    end: i32,
    record: Option<Pseudonym>,
    child: Option<Pseudonym>,
}

/// One row a line: department, person, type, start, end, record and child, `-` for none. Persons are numbers, which
/// are their pseudonyms; records are `r1`, children `c1`, or `p1` for a person. `outside 1` puts a person into the
/// first age band instead of the second.
pub(crate) fn deliveries(programme: &Programme, table: &str) -> Vec<Delivery> {
    let mut persons: Vec<BTreeMap<u128, Vec<Row>>> = vec![BTreeMap::new(); programme.departments.len()];
    let mut outside: Vec<u128> = Vec::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        if let ["outside", person] = cells[..] {
            outside.push(person.parse().unwrap());
            continue;
        }
        let [department, person, kind, start, end, record, child] = cells[..] else { panic!("no row: {line:?}") };
        let department = programme.departments.iter().position(|known| known.id == department).unwrap();
        let rows = persons[department].entry(person.parse().unwrap()).or_default();
        let row = Row {
            kind: kind.to_owned(),
            start: days(start),
            end: if end == "-" { Record::OPEN } else { days(end) },
            record: record.strip_prefix('r').map(|id| pseudonym(RECORDS, id)),
            child: match child.split_at(1) {
                ("c", id) => Some(pseudonym(CHILDREN, id)),
                ("p", id) => Some(pseudonym(0, id)),
                _ => None,
            },
        };
        rows.push(row);
    }
    persons.into_iter().map(|rows| delivery(rows, &outside)).collect()
}

fn delivery(persons: BTreeMap<u128, Vec<Row>>, outside: &[u128]) -> Delivery {
    let mut delivery = Delivery::default();
    for (person, mut rows) in persons {
        rows.sort_by_key(|row| row.start);
        for row in rows {
            let types = &mut delivery.types;
            let kind = types.iter().position(|known| *known == row.kind).unwrap_or_else(|| {
                types.push(row.kind);
                types.len() - 1
            });
            delivery.records.push(Record {
                person: Pseudonym::from_bits(person),
                record: row.record,
                child: row.child,
                kind: u32::try_from(kind).unwrap(),
                start: row.start,
                end: row.end,
                sex: Sex::Female,
                age_band: u8::from(!outside.contains(&person)),
            });
        }
    }
    delivery
}

/// The deliveries, linked; nothing is asked of those who are units alone.
pub(crate) fn linked(programme: &Programme, table: &str) -> Linked<()> {
    Linked::new(programme, deliveries(programme, table), |_| None).unwrap()
}

/// The deliveries, linked and scored as far as each person alone goes, and what scores the others.
pub(crate) fn scored<'p>(programme: &'p Programme, table: &str) -> (Scorer<'p>, Linked<Scored>) {
    let deliveries = deliveries(programme, table);
    let scorer = Scorer::new(programme, &deliveries);
    let linked = Linked::new(programme, deliveries, |alone| scorer.score_alone(alone)).unwrap();
    (scorer, linked)
}

/// How a table writes this child.
pub(crate) fn child_name(child: Pseudonym) -> String {
    if child.bits() >= CHILDREN { format!("c{}", child.bits() - CHILDREN) } else { format!("p{}", child.bits()) }
}

/// Days since 1970-01-01.
pub(crate) fn days(date: &str) -> i32 {
    let date: NaiveDate = date.parse().unwrap();
    date.num_days_from_ce() - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap().num_days_from_ce()
}

fn pseudonym(base: u128, id: &str) -> Pseudonym {
    Pseudonym::from_bits(base + id.parse::<u128>().unwrap())
}
