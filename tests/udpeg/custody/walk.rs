//! The walk through all of it, as `docs/custody.md` tells it: its commands run as they stand there.

use super::{hmac_hex, key_bytes};
use crate::support::{Workplace, parquet_rows};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

const GUIDE: &str = include_str!("../../../docs/custody.md");

/// The commands of the guide, in their order.
fn commands() -> String {
    let blocks = GUIDE.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    blocks.collect::<Vec<_>>().concat()
}

/// Every number in the person's and the child's column of a clean extract, by any spelling of the three dialects.
fn numbers(place: &Workplace, department: &str) -> BTreeSet<String> {
    let bytes = fs::read(place.path(&format!("town/{department}.csv"))).unwrap();
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let is_number = |cell: &str| cell.len() == 10 && cell.bytes().all(|byte| byte.is_ascii_digit());
    let bare = |cell: &str| cell.chars().filter(|one| !"- \"'\r".contains(*one)).collect::<String>();
    text.lines().flat_map(|line| line.split([';', ',', '\t'])).map(bare).filter(|cell| is_number(cell)).collect()
}

#[test]
fn the_guides_walk_gives_exactly_the_numbers_of_that_list_and_nobody_elses() {
    let place = Workplace::new();
    let udpeg = std::path::Path::new(env!("CARGO_BIN_EXE_udpeg")).parent().unwrap();
    let path = format!("{}:{}", udpeg.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-eu", "-c", &commands()])
        .current_dir(place.path("."))
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let (first, second) = (key_bytes(&place.read("custodian/first.key")), key_bytes(&place.read("second/second.key")));
    let of_first = |number: &str| hmac_hex(&first, &format!("udpeg/1/person:{number}"));
    let of_second = |pseudonym: &str| hmac_hex(&second, &format!("udpeg/1/rekey:{pseudonym}"));
    let list = parquet_rows(&place.path("analyst/out/2026Q3/coordinators/k1/list.parquet"));
    let units: BTreeMap<String, String> = list
        .iter()
        .flat_map(|unit| {
            let members = unit["members"].as_array().unwrap().iter();
            members.map(|member| (member.as_str().unwrap().to_owned(), unit["unit"].as_str().unwrap().to_owned()))
        })
        .collect();
    assert!(list.len() > 3 && units.len() > list.len(), "the list has families: {}", units.len());

    let mut found = BTreeSet::new();
    for department in ["jobcentre", "family", "social"] {
        let numbers = numbers(&place, department);
        assert!(numbers.len() > 100, "{department}: {}", numbers.len());
        let mut expected: Vec<String> = Vec::new();
        for number in &numbers {
            let pseudonym = of_second(&of_first(number));
            if let Some(unit) = units.get(&pseudonym) {
                expected.push(format!("{},{unit},{pseudonym},{}-{}", &unit[..8], &number[..6], &number[6..]));
                found.insert(pseudonym);
            }
        }
        expected.sort();
        let text = place.read(&format!("{department}/out/2026Q3/reidentified/{department}/k1/persons.csv"));
        let mut lines: Vec<&str> = text.lines().skip(1).collect();
        lines.sort_unstable();
        assert_eq!(lines, expected, "{department}");
    }
    assert_eq!(found.len(), units.len(), "everybody on the list stands in some extract");

    let number = place.read("jobcentre/out/2026Q3/reidentified/jobcentre/k1/persons.csv");
    let number = number.lines().nth(1).unwrap().rsplit_once(',').unwrap().1.replace('-', "");
    let asked = |path: &str| place.read(path).lines().next().unwrap().to_owned();
    assert_eq!(asked("jobcentre/pseudonym.txt"), of_first(&number));
    assert_eq!(asked("second/pseudonym.txt"), of_second(&of_first(&number)));
    assert!(units.contains_key(&asked("second/pseudonym.txt")));

    // No number stands on any machine but the departments' own.
    for (path, bytes) in place.files(".") {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let may_hold = path.contains(".csv") && !path.starts_with("analyst/") && !path.starts_with("second/");
        let digits = number.as_str();
        let spelt = format!("{}-{}", &digits[..6], &digits[6..]);
        assert!(may_hold || !(text.contains(digits) || text.contains(&spelt)), "{path}");
    }
}
