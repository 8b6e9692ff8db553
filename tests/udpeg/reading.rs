//! From files to accepted and rejected rows: text, dates, and the program's own lists of what it could not use.

mod cells;
mod dates;
mod encodings;
mod files;
mod formats;
mod hostile;
mod people;
mod reasons;
mod risk;
mod rows;
mod trailers;
mod weeks;

use crate::support::{Workplace, parquet_rows};
use serde_json::Value;
use std::collections::BTreeMap;

/// A programme of one department whose columns are called P, B, T, S, E and R.
const PROGRAMME: &str = r#"[programme]
name = "Reading"
period = "p"
as_of = 2024-12-31
key = "k.key"
out = "out"
[purpose]
controller = "Test"
legal_basis = "none: invented"
dpia = "none"
approved_by = "Test"
approved_on = 2020-01-01
delete_after = 2099-12-31
[persons]
age_bands = [18, 67]
[[department]]
id = "d"
input = "d.csv"
types = ["t", "u", "Støtte", 'under"retning', 'under""retning', "€uro", "a\nb"]
format = { dates = "%d-%m-%Y" }
[department.columns]
person = "P"
child = "B"
type = "T"
start = "S"
end = "E"
record = "R"
[[rule]]
id = "r"
department = "d"
measure = "cases"
points_per = 1
[selection]
size = 1
[disclosure]
threshold = 5
"#;

const HEADER: &str = "P,B,T,S,E,R,X\n";

/// The pseudonym of 251248-9996, as published.
const HOLM: &str = "4055a05620afe904215fe3c06d086e51";
/// The pseudonym of 020160-9995, as published.
const ANE: &str = "a6bae06f9f2a105d03b8195e9c1d635c";

/// A department's folder to put files into.
fn workplace(edits: &[(&str, &str)]) -> Workplace {
    let place = Workplace::new();
    place.write("p.toml", PROGRAMME);
    for (from, to) in edits {
        place.edit("p.toml", from, to);
    }
    place.write("k.key", crate::support::KEY_LINE);
    place.set_mode("k.key", 0o600);
    place
}

/// What came of reading the files of a folder.
struct Read {
    /// File, row, column and reason, a line each.
    rejected: Vec<String>,
    quality: Value,
    extract: Vec<BTreeMap<String, Value>>,
    incomplete: Vec<String>,
    other_types: Vec<String>,
}

impl Read {
    /// The types of the extract, in order.
    fn types(&self) -> Vec<&str> {
        self.extract.iter().map(|row| row["type"].as_str().unwrap()).collect()
    }

    fn count(&self, name: &str) -> usize {
        // What is not made use of is not there.
        self.quality.get(name).map_or(0, |count| count.as_u64().unwrap().try_into().unwrap())
    }
}

fn read(place: &Workplace) -> Read {
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d", "--max-rejected", "100%"]).succeeded();
    let lines = |name: &str| -> Vec<String> { place.read(name).lines().skip(1).map(str::to_owned).collect() };
    let incomplete = parquet_rows(&place.path("out/p/delivery/d/incomplete.parquet"));
    let read = Read {
        rejected: lines("out/p/private/d/rejected.csv"),
        quality: place.json("out/p/delivery/d/quality.json"),
        extract: parquet_rows(&place.path("out/p/delivery/d/extract.parquet")),
        incomplete: incomplete.iter().map(|row| row["person"].as_str().unwrap().to_owned()).collect(),
        other_types: lines("out/p/private/d/other_types.csv"),
    };
    let of_rows: usize = ["rejected", "excluded", "duplicates", "netted_out", "joined", "extract"]
        .map(|name| read.count(name))
        .iter()
        .sum();
    assert_eq!(read.count("rows") + read.count("further_adults"), of_rows);
    assert_eq!(read.count("extract"), read.extract.len());
    assert_eq!(read.count("rejected"), read.rejected.len());
    read
}

/// One file of these bytes behind the usual header.
fn read_rows(edits: &[(&str, &str)], rows: impl AsRef<[u8]>) -> Read {
    let place = workplace(edits);
    place.write("d.csv", [HEADER.as_bytes(), rows.as_ref()].concat());
    read(&place)
}
