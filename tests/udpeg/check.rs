//! `udpeg check`: what it tells before anything is delivered, and that it leaves no trace.

mod change;
mod proposal;

use crate::municipality;
use crate::support::{Ran, Workplace};
use serde_json::{Value, json};
use std::fs;

const CHECK: [&str; 3] = ["check", "--programme", "p.toml"];

/// Checks, which must end like this and leave every file as it was.
#[track_caller]
fn check(place: &Workplace, more: &[&str], code: i32) -> Ran {
    let before = place.files(".");
    let ran = place.udpeg(&[&CHECK[..], more].concat()).failed(code, &[]);
    assert!(before == place.files("."), "check wrote something");
    assert!(!place.path("out").exists() || before.keys().any(|name| name.starts_with("out/")), "check made a folder");
    ran
}

/// The report as JSON.
#[track_caller]
fn report(place: &Workplace, more: &[&str], code: i32) -> Value {
    serde_json::from_str(&check(place, &[more, &["--json"]].concat(), code).out).unwrap()
}

/// The report for people, blanks as one and lines without those around them.
#[track_caller]
fn shown(place: &Workplace, more: &[&str], code: i32) -> String {
    let out = check(place, more, code).out;
    out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[track_caller]
fn assert_shows(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(&format!("\n{line}\n")), "{line}:\n{text}");
    }
}

/// The department of this id in a report.
fn department<'r>(report: &'r Value, id: &str) -> &'r Value {
    let departments = report["departments"].as_array().unwrap();
    departments.iter().find(|department| department["department"] == id).unwrap()
}

#[test]
fn it_needs_no_key_and_makes_no_file_folder_or_lock() {
    let place = Workplace::with_small_programme();
    fs::remove_file(place.path("p.key")).unwrap();
    let ran = check(&place, &[], 0);
    assert!(ran.err.is_empty(), "{}", ran.err);
    for words in
        ["Extracts\n", "social: days\n", "family: `udpeg pseudonymise` would deliver this.", "Nothing was written."]
    {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!place.path("out").exists());
    check(&place, &["--department", "social"], 0);
    // Where another process is at work on the period, it looks at the extracts all the same.
    fs::create_dir_all(place.path("out/2024Q4")).unwrap();
    let held = fs::File::open(place.path("out/2024Q4")).unwrap();
    held.try_lock().unwrap();
    place.udpeg(&CHECK).succeeded();
    assert!(fs::read_dir(place.path("out/2024Q4")).unwrap().next().is_none());
}

#[test]
fn it_says_of_random_municipalities_what_pseudonymise_says() {
    for seed in (0..40).chain(1000..1010) {
        let place = Workplace::new();
        let numbers = municipality::write(seed, &place.path("."));
        if seed >= 1000 {
            municipality::add_lists(seed, &place.path("."), numbers);
        }
        let text = place.read("p.toml").replace("dates = \"month\"\n", "");
        place.write("p.toml", text);
        let report = report(&place, &["--max-rejected", "100%"], 0);
        let again: Value = {
            let ran = place.udpeg(&[&CHECK[..], &["--max-rejected", "100%", "--json"]].concat()).succeeded();
            serde_json::from_str(&ran.out).unwrap()
        };
        // The key is another each time, and nothing depends on it.
        assert_eq!(report, again, "seed {seed}");
        place.udpeg(&["run", "-p", "p.toml", "--max-rejected", "100%"]).succeeded();
        let period = format!("out/{}", report["period"].as_str().unwrap());
        for department in report["departments"].as_array().unwrap() {
            let id = department["department"].as_str().unwrap();
            let quality = place.json(&format!("{period}/delivery/{id}/quality.json"));
            for (key, value) in quality.as_object().unwrap() {
                assert_eq!(department[key], *value, "seed {seed}, {id}: {key}");
            }
            let listed = place.read(&format!("{period}/private/{id}/rejected.csv"));
            let mut listed: Vec<String> = listed.lines().skip(1).map(|line| line.replace('"', "")).collect();
            let mut told = rejected_lines(department);
            listed.sort();
            told.sort();
            assert_eq!(told, listed, "seed {seed}, {id}");
        }
    }
}

/// The rejected rows of a report as lines of `rejected.csv`.
fn rejected_lines(department: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for group in department["rejected_rows"].as_array().unwrap() {
        let before = lines.len();
        for file in group["at"].as_array().unwrap() {
            for row in file["rows"].as_array().unwrap() {
                let column = group["column"].as_str().unwrap_or("");
                lines.push(format!(
                    "{},{row},{column},{}",
                    file["file"].as_str().unwrap(),
                    group["reason"].as_str().unwrap()
                ));
            }
        }
        assert_eq!(group["rows"], lines.len() - before);
    }
    lines
}

#[test]
fn rejected_rows_are_told_by_reason_column_and_number() {
    let place = Workplace::with_small_programme();
    let rows: String = (0..12).map(|_| "x\tS-9\tSEL § 85\t01/02/2024\t\n").collect();
    place.write("social.tsv", place.read("social.tsv") + &rows + "2512489996\tS-9\tSEL § 85\t1/2/24\t\n");
    let lines = [
        "social: rows that cannot be used",
        "person malformed in `CPR` 12 75.0 %",
        "date malformed in `Fra` 1 6.2 %",
        "person malformed in `CPR`: social.tsv rows 4, 5, 6, 7, 8, 9, 10, 11; 4 more",
        "date malformed in `Fra`: social.tsv row 16",
    ];
    assert_shows(&shown(&place, &["-d", "social"], 3), &lines);
    let ran = check(&place, &["-d", "social"], 3);
    assert!(!ran.out.contains("would deliver this"), "{}", ran.out);
    assert!(ran.err.contains("error: social: 13 of 16 rows cannot be used, more than the limit of 5%"), "{}", ran.err);
    let report = report(&place, &["-d", "social"], 3);
    assert_eq!(report["exit_code"], 3);
    assert!(department(&report, "social")["failures"][0].as_str().unwrap().contains("13 of 16 rows"));
    check(&place, &["-d", "social", "--max-rejected", "90%"], 0);
    check(&place, &["-d", "family"], 0);
}

/// A row of the social department for each of so many persons: official test persons.
fn rows_of(kind: &str, persons: usize) -> String {
    const PERSONS: [&str; 6] = ["2512489996", "0201609995", "0201609996", "0104909995", "0107729995", "0504909995"];
    PERSONS[..persons].iter().map(|person| format!("{person}\tS-{kind}\t{kind}\t01/02/2024\t\n")).collect()
}

#[test]
fn types_that_no_rule_names_are_shown_where_enough_persons_have_them() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "points_per = 3", "types = [\"SEL § 85\"]\npoints_per = 3");
    place.edit("p.toml", "id = \"social\"", "id = \"social\"\ntypes = [\"named\"]");
    // One person's word, in however many rows, stays where it is.
    let often: String =
        (1..9).map(|day| format!("2512489996\tS-1\tZebulon Qvistgaard\t{day:02}/03/2024\t\n")).collect();
    let text = [rows_of("five", 5), rows_of("four", 4), rows_of("named", 1), often, rows_of("SEL § 85", 6)].concat();
    place.write("social.tsv", format!("CPR\tSag\tIndsats\tFra\tTil\n{text}"));
    let told = report(&place, &["-d", "social"], 0);
    let expected = json!({
        "types": [
            {"type": "five", "rows": 5, "persons": 5, "leaves_as_itself": false},
            {"type": "named", "rows": 1, "persons": 1, "leaves_as_itself": true},
        ],
        "rare_types": 2, "rare_rows": 12, "rules_for_all": [],
    });
    assert_eq!(department(&told, "social")["uncovered_types"], expected);
    let out = shown(&place, &["-d", "social"], 0);
    let few = "Types of few persons, not shown: 2, with rows: 12; `pseudonymise` lists them in other_types.csv.";
    assert_shows(&out, &["type rows persons leaves as", "five 5 5 other", "named 1 1 itself", few]);
    assert!(!out.contains("Zebulon") && !out.contains("four"), "{out}");
    place.edit("p.toml", "threshold = 5", "threshold = 4");
    let told = report(&place, &["-d", "social"], 0);
    assert_eq!(department(&told, "social")["uncovered_types"]["types"][1]["type"], "four");
    place.edit("p.toml", "types = [\"SEL § 85\"]\npoints_per = 3", "points_per = 3");
    assert_shows(&shown(&place, &["-d", "social"], 0), &["They count only in rules without `types`: cases."]);
}

#[test]
fn types_outside_the_dates_of_their_group_are_told() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "points_per = 3", "types = [\"@support\"]\npoints_per = 3");
    place.edit("p.toml", "[disclosure]", "[types.support]\n\"SEL § 85\" = { to = 2024-03-31 }\n[disclosure]");
    let told = report(&place, &["-d", "social"], 0);
    let expected = json!([{"group": "support", "type": "SEL § 85", "rows": 1}]);
    assert_eq!(department(&told, "social")["types_out_of_date"], expected);
    let lines = ["social: types outside the dates of their group", "support SEL § 85 1"];
    assert_shows(&shown(&place, &[], 0), &lines);
}

#[test]
fn days_out_of_the_ordinary_are_counted() {
    let place = Workplace::with_small_programme();
    let row = |start: &str, end: &str| format!("2512489996\tS-1\tSEL § 85\t{start}\t{end}\n");
    let rows: String = [
        ("01/01/1970", "31/12/2024"), // open, and ordinary
        ("31/12/1969", "01/01/1970"),
        ("01/01/1900", "31/12/1969"),
        ("31/12/2024", ""),           // open
        ("01/01/2025", ""),           // to come
        ("01/01/2026", ""),           // to come, 366 days ahead
        ("02/01/2026", ""),           // to come, further ahead
        ("01/02/2024", "31/12/2034"), // open, 3652 days ahead
        ("01/02/2024", "02/01/2035"), // open, 3654 days ahead
        ("01/02/2024", "31/12/9999"), // open
        ("01/02/2024", "30/12/2024"),
    ]
    .map(|(start, end)| row(start, end))
    .concat();
    place.write("social.tsv", format!("CPR\tSag\tIndsats\tFra\tTil\n{rows}"));
    let told = report(&place, &["-d", "social"], 0);
    let expected = json!({
        "open": 5, "without_end": 4, "start_before_1970": 2, "end_before_1970": 1, "start_after_as_of": 3,
        "start_far_ahead": 1, "end_far_ahead": 2,
    });
    assert_eq!(department(&told, "social")["days"], expected);
    let lines = [
        "open on the day of measurement 5 45.5 %",
        "last day more than ten years after it 2 18.2 %",
        "Last days far ahead often mean \"still open\": `open_end` of `format` can say so.",
    ];
    assert_shows(&shown(&place, &["-d", "social"], 0), &lines);
    assert!(!check(&place, &["-d", "family"], 0).out.contains("before 1970"));
}

#[test]
fn the_risk_is_that_of_the_delivery_with_the_column_that_raises_it_most() {
    let place = Workplace::with_small_programme();
    let lines = [
        "jobcentre: how far persons stand out by what leaves",
        "persons 3",
        "in the smallest class 1",
        "in classes below 3 100.0 %",
        "without start 100.0 %",
        "with days, not months 100.0 %",
    ];
    assert_shows(&shown(&place, &["-d", "jobcentre"], 0), &lines);
    // Two parents with the same case differ in sex.
    let lines = ["without sex 50.0 %", "average risk 100.0 %", "Of all columns `sex` raises it most."];
    assert_shows(&shown(&place, &["-d", "family"], 0), &lines);
    // What leaves as months has no days to be told apart by; what is told here is of exact days.
    place.edit("p.toml", "age_bands", "dates = \"month\"\nage_bands");
    assert!(check(&place, &["-d", "jobcentre"], 0).out.contains("with days, not months"));
}

#[test]
fn what_goes_wrong_has_the_exit_code_of_the_other_commands() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["check"]).failed(2, &["--programme"]);
    check(&place, &["-d", "housing"], 2).failed(2, &["the programme has no department `housing`"]);
    place.udpeg(&[&CHECK[..], &["--input", "x.csv"]].concat()).failed(2, &["--department"]);
    place.udpeg(&[&CHECK[..], &["--max-rejected", "5"]].concat()).failed(2, &["--max-rejected"]);
    place.udpeg(&[&CHECK[..], &["--force"]].concat()).failed(2, &["--force"]);
    fs::remove_file(place.path("social.tsv")).unwrap();
    place.write("family.csv", "CPR,Sag\n");
    // Everything that failed is told at once, and nothing is told of the rest.
    let ran =
        check(&place, &[], 1).failed(1, &["social.tsv: it is not there", "family.csv: column `Foranstaltning` is not"]);
    assert!(ran.out.is_empty(), "{}", ran.out);
    check(&place, &["-d", "jobcentre"], 0);
    place.edit("p.toml", "delete_after = 2099-12-31", "delete_after = 2021-12-31");
    check(&place, &["-d", "jobcentre"], 4).failed(4, &["had to be deleted after 2021-12-31"]);
    place.edit("p.toml", "size = 2", "sise = 2");
    check(&place, &[], 2).failed(2, &["did you mean `size`?"]);
}

#[test]
fn a_draft_without_its_purpose_is_checked_and_said_to_be_one() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "dpia = \"none\"\n", "");
    place.edit("p.toml", "delete_after = 2099-12-31\n", "");
    let says = "`udpeg pseudonymise` would deliver this, once [purpose] says dpia, delete_after.";
    assert!(check(&place, &["-d", "jobcentre"], 0).out.contains(says));
    let ran = check(&place, &["-d", "jobcentre", "--json"], 0);
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["missing_purpose"], json!(["dpia", "delete_after"]));
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "jobcentre"]).failed(4, &["does not say dpia, delete_after"]);
}

#[test]
fn other_files_and_another_day_can_be_checked() {
    let place = Workplace::with_small_programme();
    place.write("in/other.tsv", place.read("social.tsv") + &rows_of("x", 3));
    let told = report(&place, &["-d", "social", "--input", "in/*.tsv", "--as-of", "2024-02-15"], 0);
    let social = department(&told, "social");
    assert_eq!((&social["rows"], &social["days"]["start_after_as_of"]), (&json!(6), &json!(2)));
    assert!(check(&place, &["--quiet"], 0).out.is_empty());
}

#[test]
fn warnings_are_told_as_elsewhere() {
    let place = Workplace::with_small_programme();
    place.write("jobcentre.csv", "CPR;Ydelse;Fra;Til\n2512489996;KONTANTHJÆLP;01-01-2024;\n");
    let ran = check(&place, &[], 0);
    for words in ["seems to be UTF-8", "rule unemployment: it gives no unit a point"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    // Of one department alone nobody knows what other departments' rules give.
    assert!(!check(&place, &["-d", "social"], 0).err.contains("it gives no unit a point"));
    let told = report(&place, &[], 0);
    assert_eq!(told["warnings"].as_array().unwrap().len(), ran.err.matches("warning: ").count());
}

/// Texts and numbers of a JSON value that a mark stands in, for looking at all of a report.
fn holds(value: &Value, mark: &str) -> bool {
    value.to_string().contains(mark)
}

#[test]
fn a_column_of_names_that_is_taken_for_the_types_shows_none() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "type = \"Ydelse\"", "type = \"Navn\"");
    let ran = check(&place, &["-d", "jobcentre"], 0);
    for name in ["Ane", "Holm", "Lund"] {
        assert!(!ran.out.contains(name) && !ran.err.contains(name), "{name}: {}", ran.out);
        assert!(!holds(&report(&place, &["-d", "jobcentre"], 0), name), "{name}");
    }
}
