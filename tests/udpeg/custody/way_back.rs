//! `reidentify` and `unkey`: exactly the numbers of one list, and of nobody else.

use super::{
    DEPARTMENTS, LIST, WHO, assigned, assigned_with_second_key, expected, persons, pseudonym, reidentify, rekeyed,
};
use crate::support::{Ran, Workplace, parquet_metadata, parquet_rows};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Who of the small programme's list stands in which department's extract.
const ON_THE_LIST: [(&str, &[&str]); 3] = [
    ("jobcentre", &["2512489996", "0201609995"]),
    ("family", &["0201609995", "0201609996"]),
    ("social", &["2512489996"]),
];

/// All numbers in the small programme's extracts.
const NUMBERS: [&str; 5] = ["2512489996", "0201609995", "0201609996", "0201919995", "0104909995"];

fn sha256(place: &Workplace, path: &str) -> String {
    Sha256::digest(fs::read(place.path(path)).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn log_lines(place: &Workplace, path: &str) -> Vec<Value> {
    place.read(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// No number stands in any file but the extracts and the lists that were asked for, nor in what was printed.
#[track_caller]
fn assert_no_number_elsewhere(place: &Workplace, rans: &[Ran]) {
    let spelt = |number: &str| [number.to_owned(), format!("{}-{}", &number[..6], &number[6..])];
    let secrets: Vec<String> = NUMBERS.iter().flat_map(|number| spelt(number)).collect();
    for (path, bytes) in place.files(".") {
        let may_hold =
            ["jobcentre.csv", "family.csv", "social.tsv"].contains(&path.as_str()) || path.ends_with("persons.csv");
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        assert!(may_hold || !secrets.iter().any(|secret| text.contains(secret)), "{path}");
    }
    for ran in rans {
        assert!(!secrets.iter().any(|secret| ran.out.contains(secret) || ran.err.contains(secret)), "{ran:?}");
    }
}

#[test]
fn without_a_second_key_each_department_tells_those_on_the_list_whom_it_knows() {
    let place = assigned();
    let mut rans = Vec::new();
    for (department, numbers) in ON_THE_LIST {
        let ran = reidentify(&place, department, LIST, &[]).succeeded();
        let folder = format!("out/2024Q4/reidentified/{department}/k1");
        let file = format!("{folder}/persons.csv");
        assert_eq!(persons(&place, &file), expected(numbers, |pseudonym| pseudonym), "{department}");
        let says =
            format!("{} of 3 persons (2 units) on the list of k1 stand in the extract of {department}", numbers.len());
        assert!(ran.out.contains(&says) && ran.out.contains(&file), "{}", ran.out);
        assert_eq!(fs::metadata(place.path(&file)).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(place.path(&folder)).unwrap().permissions().mode() & 0o777, 0o700);
        let manifest = place.json(&format!("{folder}/manifest.json"));
        assert_eq!((&manifest["step"], &manifest["outputs"]), (&"reidentify".into(), &Value::Array(Vec::new())));
        assert_eq!(manifest["inputs"][0]["path"], "coordinators/k1/list.parquet");
        assert!(!manifest.to_string().contains(&sha256(&place, &file)), "the hash of numbers is told nowhere");
        rans.push(ran);
    }
    assert_no_number_elsewhere(&place, &rans);
    let lines = log_lines(&place, "p.key.log.jsonl");
    assert_eq!(lines.len(), 3);
    for (line, (department, numbers)) in lines.iter().zip(ON_THE_LIST) {
        assert_eq!(line["command"], "reidentify");
        assert_eq!((&line["by"], &line["reason"]), (&WHO[1].into(), &WHO[3].into()));
        assert_eq!((&line["department"], &line["period"]), (&department.into(), &"2024Q4".into()));
        assert_eq!((&line["count"], &line["list_sha256"]), (&numbers.len().into(), &sha256(&place, LIST).into()));
    }
}

#[test]
fn lines_stand_by_rank_of_the_unit_with_its_label_and_id() {
    let place = assigned();
    reidentify(&place, "family", LIST, &[]).succeeded();
    reidentify(&place, "jobcentre", LIST, &[]).succeeded();
    let list = parquet_rows(&place.path(LIST));
    let row = |unit: &BTreeMap<String, Value>, number: &str| {
        let (label, unit) = (unit["label"].as_str().unwrap(), unit["unit"].as_str().unwrap());
        format!("{label},{unit},{},{}-{}", pseudonym(number), &number[..6], &number[6..])
    };
    let lines = |department: &str| -> Vec<String> {
        let text = place.read(&format!("out/2024Q4/reidentified/{department}/k1/persons.csv"));
        text.lines().skip(1).map(str::to_owned).collect()
    };
    assert_eq!(lines("jobcentre"), [row(&list[0], "2512489996"), row(&list[1], "0201609995")]);
    let mut parents = ["0201609995", "0201609996"];
    parents.sort_by_key(|number| pseudonym(number));
    assert_eq!(lines("family"), parents.map(|number| row(&list[1], number)));
}

#[test]
fn with_a_second_key_it_takes_the_custodian_and_the_department() {
    let place = assigned_with_second_key();
    let list = "analyst/2024Q4/coordinators/k1/list.parquet";
    let manifest = ["--manifest", "analyst/2024Q4/assignment/manifest.json"];
    // The department alone cannot.
    let says = ["its deliveries were re-keyed", "`udpeg unkey`"];
    reidentify(&place, "social", list, &manifest).failed(4, &says);

    let unkey = ["unkey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--list", list];
    let deliveries =
        ["--delivery", "out/2024Q4/delivery/jobcentre", "out/2024Q4/delivery/family", "out/2024Q4/delivery/social"];
    let mut rans = vec![place.udpeg(&[&unkey[..], &manifest, &deliveries, &WHO].concat()).succeeded()];
    assert!(rans[0].out.contains("the list of k1: 2 units, 3 persons"), "{}", rans[0].out);
    for (department, numbers) in ON_THE_LIST {
        let folder = format!("second/2024Q4/unkeyed/{department}/k1");
        let file = format!("{folder}/pseudonyms.parquet");
        // Each department is told of its own persons only.
        let rows = parquet_rows(&place.path(&file));
        let mut pairs: Vec<(String, String)> = rows
            .iter()
            .map(|row| (row["member"].as_str().unwrap().to_owned(), row["person"].as_str().unwrap().to_owned()))
            .collect();
        pairs.sort();
        let mut expected_pairs: Vec<_> =
            numbers.iter().map(|number| (rekeyed(&pseudonym(number)), pseudonym(number))).collect();
        expected_pairs.sort();
        assert_eq!(pairs, expected_pairs, "{department}");
        let entries = parquet_metadata(&place.path(&file));
        assert_eq!(
            (entries["udpeg.department"].as_str(), &entries["udpeg.list_sha256"]),
            (department, &sha256(&place, list))
        );
        assert_eq!(entries["udpeg.key_id"], format!("{}+{}", super::FIRST_ID, super::SECOND_ID));
        for name in ["pseudonyms.parquet", "manifest.json"] {
            let mode = fs::metadata(place.path(&format!("{folder}/{name}"))).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }

        let ran = reidentify(&place, department, &file, &manifest).succeeded();
        let file = format!("out/2024Q4/reidentified/{department}/k1/persons.csv");
        assert_eq!(persons(&place, &file), expected(numbers, |pseudonym| rekeyed(&pseudonym)), "{department}");
        rans.push(ran);
    }
    assert_no_number_elsewhere(&place, &rans);
    let custodians = log_lines(&place, "second.key.log.jsonl");
    let counts: Vec<(&str, u64)> =
        custodians.iter().map(|line| (line["department"].as_str().unwrap(), line["count"].as_u64().unwrap())).collect();
    assert_eq!(counts, [("jobcentre", 2), ("family", 2), ("social", 1)]);
    assert!(custodians.iter().all(|line| line["list_sha256"] == sha256(&place, list) && line["command"] == "unkey"));
    assert_eq!(log_lines(&place, "p.key.log.jsonl").len(), 3);
}

#[test]
fn whoever_is_missing_from_the_deliveries_or_the_extract_is_counted() {
    let place = assigned_with_second_key();
    let command = [
        "unkey",
        "-p",
        "p.toml",
        "--out",
        "second",
        "--key",
        "second.key",
        "--list",
        "analyst/2024Q4/coordinators/k1/list.parquet",
        "--manifest",
        "analyst/2024Q4/assignment/manifest.json",
        "--delivery",
        "out/2024Q4/delivery/social",
        "--json",
    ];
    let ran = place.udpeg(&[&command[..], &WHO].concat()).succeeded();
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&summary["persons"], &summary["not_found"]), (&3.into(), &2.into()));
    assert_eq!(summary["warnings"].as_array().unwrap().len(), 1);

    let place = assigned();
    place.write("social.tsv", "CPR\tSag\tIndsats\tFra\tTil\n");
    let ran = reidentify(&place, "social", LIST, &["--json"]).succeeded();
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&summary["persons"], &summary["found"], &summary["units"]), (&3.into(), &0.into(), &2.into()));
    assert_eq!(place.read("out/2024Q4/reidentified/social/k1/persons.csv"), "label,unit,pseudonym,cpr\n");
    assert_eq!(log_lines(&place, "p.key.log.jsonl")[0]["count"], 0);
}

#[test]
fn persons_of_rejected_rows_and_children_are_found_as_they_stand_in_the_delivery() {
    let place = Workplace::with_small_programme();
    super::write_key(&place, "second.key", super::SECOND_LINE);
    // One parent only in a rejected row of social, and as a child in a row of family.
    place.write("social.tsv", place.read("social.tsv") + "0201609996\tS-9\tx\t31/02/2024\t\n");
    place.write("family.csv", place.read("family.csv") + "0104909995,F-9,aflastning,251248-9996,2024-01-01,\n");
    for department in DEPARTMENTS {
        let command = ["pseudonymise", "-p", "p.toml", "-d", department, "--max-rejected", "100%"];
        place.udpeg(&command).succeeded();
    }
    super::rekey(&place, &DEPARTMENTS, &[]).succeeded();
    super::copy(&place.path("second/2024Q4/rekeyed"), &place.path("analyst/2024Q4/delivery"));
    for step in ["select", "assign"] {
        place.udpeg(&[step, "-p", "p.toml", "--out", "analyst"]).succeeded();
    }
    let list = "analyst/2024Q4/coordinators/k1/list.parquet";
    let members: Vec<String> = parquet_rows(&place.path(list))
        .iter()
        .flat_map(|row| row["members"].as_array().unwrap().clone())
        .map(|member| member.as_str().unwrap().to_owned())
        .collect();
    let is_listed = |number: &&str| members.contains(&rekeyed(&pseudonym(number)));
    let manifest = ["--manifest", "analyst/2024Q4/assignment/manifest.json"];
    let unkey = ["unkey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--list", list, "--delivery"];
    let folders = ["out/2024Q4/delivery/family", "out/2024Q4/delivery/social"];
    place.udpeg(&[&unkey[..], &folders, &manifest, &WHO].concat()).succeeded();
    for (department, knows) in [
        ("family", &["0201609995", "0201609996", "0104909995", "2512489996"][..]),
        ("social", &["2512489996", "0104909995", "0201609996"]),
    ] {
        let knows: Vec<&str> = knows.iter().copied().filter(is_listed).collect();
        assert!(knows.len() > 1, "{department}");
        let unkeyed = format!("second/2024Q4/unkeyed/{department}/k1/pseudonyms.parquet");
        reidentify(&place, department, &unkeyed, &manifest).succeeded();
        let file = format!("out/2024Q4/reidentified/{department}/k1/persons.csv");
        assert_eq!(persons(&place, &file), expected(&knows, |pseudonym| rekeyed(&pseudonym)), "{department}");
    }
}

#[test]
fn a_list_of_renumbered_persons_is_no_extract_whose_persons_are_told_and_whoever_is_told_has_the_new_number() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "age_bands = [", "renumbered = \"old-new.csv\"\nage_bands = [");
    // One stands on the coordinator's list and not in this department's extract.
    place.write("old-new.csv", "old;new\n0505109990;0201609996\n");
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    reidentify(&place, "social", LIST, &[]).succeeded();
    let told = persons(&place, "out/2024Q4/reidentified/social/k1/persons.csv");
    assert_eq!(told, expected(&["2512489996"], |pseudonym| pseudonym));
    place.write("old-new.csv", "old;new\n2512489996;0107729995\n");
    place.udpeg(&["run", "-p", "p.toml", "--out", "new"]).succeeded();
    let list = "new/2024Q4/coordinators/k1/list.parquet";
    let manifest = ["--manifest", "new/2024Q4/assignment/manifest.json", "--out", "new"];
    reidentify(&place, "social", list, &manifest).succeeded();
    let told = persons(&place, "new/2024Q4/reidentified/social/k1/persons.csv");
    assert_eq!(told, expected(&["0107729995"], |pseudonym| pseudonym));
}
