//! What comes out: types and metadata of every Parquet file, manifests, folders, and steps whole or not at all.

use crate::support::{SMALL_PROGRAMME, Workplace, parquet_metadata, parquet_rows};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::schema::printer::print_schema;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use udpeg::output::{Period, Staged, Step};
use udpeg::programme::Programme;

const PERIOD: &str = "out/2024Q4";

fn ran() -> Workplace {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    place
}

/// The Parquet schema of a file as its lines, without the enclosing message.
fn schema(path: &Path) -> Vec<String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mut text = Vec::new();
    print_schema(&mut text, builder.metadata().file_metadata().schema_descr().root_schema());
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    lines[1..lines.len() - 1].to_vec()
}

#[test]
fn the_extract_has_the_columns_and_types_of_the_contract() {
    let place = ran();
    let extract = place.path(PERIOD).join("delivery/family/extract.parquet");
    assert_eq!(
        schema(&extract),
        [
            "REQUIRED BYTE_ARRAY person (STRING);",
            "OPTIONAL BYTE_ARRAY record (STRING);",
            "REQUIRED BYTE_ARRAY type (STRING);",
            "REQUIRED INT32 start (DATE);",
            "OPTIONAL INT32 end (DATE);",
            "OPTIONAL BYTE_ARRAY child (STRING);",
            "REQUIRED BYTE_ARRAY sex (STRING);",
            "REQUIRED BYTE_ARRAY age_band (STRING);",
        ]
    );
    let incomplete = place.path(PERIOD).join("delivery/family/incomplete.parquet");
    assert_eq!(schema(&incomplete), ["REQUIRED BYTE_ARRAY person (STRING);"]);
}

#[test]
fn columns_of_attributes_are_only_there_where_they_are_listed() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "attributes = [\"sex\", \"age_band\"]", "attributes = []");
    place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    let rows = parquet_rows(&place.path(PERIOD).join("delivery/family/extract.parquet"));
    let columns: Vec<&str> = rows[0].keys().map(String::as_str).collect();
    assert_eq!(columns, ["child", "end", "person", "record", "start", "type"]);
}

#[test]
fn candidates_have_the_columns_and_types_of_the_contract() {
    let place = ran();
    let mut expected: Vec<&str> = "\
        REQUIRED INT32 rank (INTEGER(32,false));|REQUIRED BYTE_ARRAY status (STRING);|OPTIONAL BYTE_ARRAY reason (STRING);|\
        REQUIRED BYTE_ARRAY label (STRING);|REQUIRED BYTE_ARRAY unit (STRING);|REQUIRED BYTE_ARRAY kind (STRING);|\
        REQUIRED group members (LIST) {|REPEATED group list {|REQUIRED BYTE_ARRAY item (STRING);|}|}|\
        REQUIRED group departments (LIST) {|REPEATED group list {|REQUIRED BYTE_ARRAY item (STRING);|}|}|\
        REQUIRED group incomplete (LIST) {|REPEATED group list {|REQUIRED BYTE_ARRAY item (STRING);|}|}|\
        REQUIRED INT32 points;|REQUIRED BYTE_ARRAY lottery (STRING);|REQUIRED DOUBLE value_unemployment;|\
        REQUIRED INT32 points_unemployment;|REQUIRED DOUBLE value_cases;|REQUIRED INT32 points_cases;"
        .split('|')
        .collect();
    assert_eq!(schema(&place.path(PERIOD).join("selection/candidates.parquet")), expected);
    expected.push("OPTIONAL BYTE_ARRAY coordinator (STRING);");
    assert_eq!(schema(&place.path(PERIOD).join("assignment/target_group.parquet")), expected);
    assert_eq!(schema(&place.path(PERIOD).join("coordinators/k1/list.parquet")), expected);
}

#[test]
fn the_small_programme_gives_what_a_person_works_out_by_hand() {
    let place = ran();
    let rows = parquet_rows(&place.path(PERIOD).join("selection/candidates.parquet"));
    let pick = |row: &BTreeMap<String, Value>| {
        json!([
            row["rank"],
            row["status"],
            row["kind"],
            row["points"],
            row["departments"],
            row["value_cases"],
            row["points_cases"]
        ])
    };
    // Bo: 2 years of benefit (2) and two open cases (6). The parents: 5 years (5). Ib: no unemployment, one case (3).
    let expected = [
        json!([1, "proposed", "citizen", 8, ["jobcentre", "social"], 2.0, 6]),
        json!([2, "proposed", "family", 5, ["family", "jobcentre"], 0.0, 0]),
        json!([3, "reserve", "citizen", 3, ["jobcentre", "social"], 1.0, 3]),
    ];
    assert_eq!(rows.iter().map(pick).collect::<Vec<_>>(), expected);
    // 2020-01-01 to 2024-12-31 are 1,827 days.
    assert_eq!(rows[1]["value_unemployment"], json!(1827.0 / 365.25));
    let list = parquet_rows(&place.path(PERIOD).join("coordinators/k1/list.parquet"));
    assert_eq!(list.iter().map(|row| row["rank"].clone()).collect::<Vec<_>>(), [1, 2]);
    assert!(list.iter().all(|row| row["coordinator"] == "k1"));
}

#[test]
fn every_parquet_file_tells_what_it_was_made_from() {
    let place = ran();
    let programme = format!("{:x}", HexOf(&Sha256::digest(place.read("p.toml"))));
    let common = BTreeMap::from([
        ("udpeg.format", "1"),
        ("udpeg.period", "2024Q4"),
        ("udpeg.as_of", "2024-12-31"),
        ("udpeg.key_id", "cf38ac5703629760"),
        ("udpeg.programme", programme.as_str()),
    ]);
    let files: Vec<String> = place.files(PERIOD).into_keys().filter(|name| name.ends_with(".parquet")).collect();
    assert_eq!(files.len(), 10);
    for name in files {
        let mut expected: BTreeMap<String, String> =
            common.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        if let Some(department) = name.strip_prefix("delivery/") {
            expected.insert("udpeg.department".to_owned(), department.split('/').next().unwrap().to_owned());
            expected.insert("udpeg.age_bands".to_owned(), "18,25,30,40,50,60,67".to_owned());
        }
        if name == "selection/why.parquet" {
            let rules = Programme::parse(Path::new("p.toml"), SMALL_PROGRAMME).unwrap().rules_approval();
            expected.insert("udpeg.rules".to_owned(), rules.sha256);
            expected.insert("udpeg.rules_status".to_owned(), "rules not approved".to_owned());
        }
        assert_eq!(parquet_metadata(&place.path(PERIOD).join(&name)), expected, "{name}");
    }
}

struct HexOf<'b>(&'b [u8]);

impl std::fmt::LowerHex for HexOf<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

#[test]
fn manifests_name_every_input_and_output_with_its_hash_and_rows() {
    let place = ran();
    for (folder, inputs, outputs) in [("delivery/jobcentre", 1, 3), ("selection", 9, 3), ("assignment", 1, 3)] {
        let manifest = place.json(&format!("{PERIOD}/{folder}/manifest.json"));
        assert_eq!(manifest["program_version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(manifest["key_id"], "cf38ac5703629760");
        assert_eq!(manifest["purpose"]["controller"], "Test");
        assert!(manifest["seconds"].is_f64());
        assert_eq!(manifest["inputs"].as_array().unwrap().len(), inputs, "{folder}");
        assert_eq!(manifest["outputs"].as_array().unwrap().len(), outputs, "{folder}");
        for (records, root) in
            [("inputs", if folder.starts_with("delivery") { "." } else { PERIOD }), ("outputs", PERIOD)]
        {
            for record in manifest[records].as_array().unwrap() {
                let path = place.path(root).join(record["path"].as_str().unwrap());
                let hash = format!("{:x}", HexOf(&Sha256::digest(fs::read(&path).unwrap())));
                assert_eq!(record["sha256"], hash, "{}", path.display());
                if path.extension().is_some_and(|extension| extension == "parquet") {
                    assert_eq!(record["rows"], parquet_rows(&path).len(), "{}", path.display());
                }
            }
        }
    }
    assert_eq!(place.json(&format!("{PERIOD}/delivery/jobcentre/manifest.json"))["inputs"][0]["rows"], 3);
}

#[test]
fn folders_and_files_are_for_their_owner_only() {
    let place = ran();
    fs::create_dir(place.path("open")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut folders = vec![place.path("out")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files >= 24, "{files}");
}

#[test]
fn what_a_killed_run_left_behind_is_removed_by_the_next() {
    let place = Workplace::with_small_programme();
    for left in [
        ".selection.partial/x",
        ".selection.old/x",
        "delivery/.social.partial/x",
        "private/.social.old/x",
        ".coordinators.partial/k1/x",
    ] {
        place.write(&format!("{PERIOD}/{left}"), "half");
    }
    place.udpeg(&["run", "--programme", "p.toml"]).succeeded();
    let hidden: Vec<String> =
        place.files("out").into_keys().filter(|name| name.contains("/.") || name.starts_with('.')).collect();
    assert_eq!(hidden, Vec::<String>::new());
}

#[test]
fn a_second_process_on_the_same_period_is_told_so_and_changes_nothing() {
    let place = ran();
    let before = place.files("out");
    let held = File::open(place.path(PERIOD)).unwrap();
    held.lock().unwrap();
    place.udpeg(&["run", "--programme", "p.toml", "--force"]).failed(1, &["another udpeg is working on this period"]);
    assert!(before == place.files("out"));
    held.unlock().unwrap();
    place.udpeg(&["run", "--programme", "p.toml", "--force"]).succeeded();
}

#[test]
fn the_folder_that_says_a_step_is_there_goes_first_and_comes_last() {
    let place = ran();
    let before = place.files(PERIOD);
    let period = Period::open(&place.path("out"), "2024Q4").unwrap();
    let staged = period.stage(&Step::pseudonymise("family")).unwrap();
    // The old delivery cannot be put aside, so nothing else may have been.
    place.write(&format!("{PERIOD}/delivery/.family.old/x"), "in the way");
    Staged::commit(staged).unwrap_err();
    assert!(place.path(PERIOD).join("delivery/family/manifest.json").exists());
    assert!(place.path(PERIOD).join("private/family/rejected.csv").exists());

    let staged = period.stage(&Step::pseudonymise("family")).unwrap();
    // The old private folder cannot be put aside, so the old delivery comes back.
    place.write(&format!("{PERIOD}/private/.family.old/x"), "in the way");
    Staged::commit(staged).unwrap_err();
    assert!(place.path(PERIOD).join("delivery/family/manifest.json").exists());

    drop(period);
    place.udpeg(&["run", "--programme", "p.toml", "--force"]).succeeded();
    let mut after = place.files(PERIOD);
    after.retain(|name, bytes| !name.ends_with("manifest.json") && before[name] != *bytes);
    assert!(after.is_empty(), "{:?}", after.keys());
}
