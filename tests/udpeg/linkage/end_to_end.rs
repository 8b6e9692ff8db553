//! What only whole deliveries show: records that have not begun, and persons over several row groups.

use crate::support::{Workplace, parquet_rows};
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fmt::Write;
use std::fs::File;

#[test]
fn a_record_that_has_not_begun_counts_nowhere_but_its_person_is_a_citizen() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "min_departments = 2\nmin_points = 1\n", "");
    place.write("jobcentre.csv", "CPR;Navn;Ydelse;Fra;Til\n0104909995;x;kontanthj\u{6c}p;01-01-2025;\n");
    place.write(
        "family.csv",
        "CPR,Sag,Foranstaltning,Barn,Fra,Til\n\
         0201609995,F-1,aflastning,0201919995,2024-01-01,\n\
         0201609996,F-1,aflastning,0201919995,2025-01-01,\n",
    );
    place.write("social.tsv", "CPR\tSag\tIndsats\tFra\tTil\n");
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    let candidates = parquet_rows(&place.path("out/2024Q4/selection/candidates.parquet"));
    let mut found: Vec<_> =
        candidates.iter().map(|one| (one["kind"].as_str().unwrap(), one["departments"].to_string())).collect();
    found.sort();
    let expected = [("citizen", "[]"), ("citizen", "[]"), ("family", "[\"family\"]")];
    assert_eq!(found, expected.map(|(kind, departments)| (kind, departments.to_owned())));
    assert!(candidates.iter().all(|one| one["members"].as_array().unwrap().len() == 1), "{candidates:?}");
    let counts = place.json("out/2024Q4/selection/counts.json");
    assert_eq!((counts["funnel"]["persons"].as_u64(), counts["funnel"]["units"].as_u64()), (Some(3), Some(3)));
}

#[test]
fn a_persons_rows_may_go_on_in_the_next_row_group() {
    // No row group ends with the first person, so one of the two goes on in the next.
    const RECORDS: i32 = 140_000;
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "min_departments = 2\nmin_points = 1\n", "");
    let mut text = String::from("CPR\tSag\tIndsats\tFra\tTil\n");
    for person in ["2512489996", "0104909995"] {
        for record in 0..RECORDS {
            let _ = writeln!(text, "{person}\t{record}\tSEL\t{}/01/2020\t", record % 28 + 1);
        }
    }
    place.write("social.tsv", text);
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    let extract = place.path("out/2024Q4/delivery/social/extract.parquet");
    let reader = SerializedFileReader::new(File::open(extract).unwrap()).unwrap();
    let mut rows = 0;
    let ends: Vec<i64> = reader
        .metadata()
        .row_groups()
        .iter()
        .map(|group| {
            rows += group.num_rows();
            rows
        })
        .collect();
    assert!(ends.len() > 1 && !ends.contains(&i64::from(RECORDS)), "{ends:?}");
    let candidates = parquet_rows(&place.path("out/2024Q4/selection/candidates.parquet"));
    let cases: Vec<f64> = candidates.iter().map(|one| one["value_cases"].as_f64().unwrap()).collect();
    let expected = f64::from(RECORDS);
    assert_eq!(cases.iter().filter(|&&value| (value - expected).abs() < 0.5).count(), 2, "{cases:?}");
    assert_eq!(candidates.len(), 3);
}
