//! How the report looks: the table, JSON, quiet.

use super::{VERIFY, flip, made};
use crate::support::Workplace;
use serde_json::{Value, json};

#[test]
fn the_table_has_a_row_for_each_step_and_a_column_for_each_check() {
    let place = made();
    flip(&place, "out/2024Q4/delivery/family/extract.parquet");
    let ran = place.udpeg(&VERIFY).failed(4, &[]);
    let rows: Vec<Vec<&str>> = ran.out.lines().skip(2).take(7).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        rows,
        [
            vec!["step", "manifest", "files", "content", "inputs", "access"],
            vec!["pseudonymise", "jobcentre", "fits", "fits", "fits", "-", "fits"],
            vec!["pseudonymise", "family", "fits", "WRONG", "unchecked", "-", "fits"],
            vec!["pseudonymise", "social", "fits", "fits", "fits", "-", "fits"],
            vec!["select", "fits", "fits", "fits", "fits", "fits"],
            vec!["assign", "fits", "fits", "fits", "fits", "fits"],
            vec!["all", "steps", "fits", "fits", "-", "-", "fits"],
        ],
        "{}",
        ran.out
    );
    assert!(ran.out.contains("1 thing is wrong"), "{}", ran.out);
    for check in ["manifest", "files", "content", "inputs", "access"] {
        assert!(ran.out.lines().any(|line| line.starts_with(&format!(" {check}  ")) && line.len() > 20), "{check}");
    }
}

#[test]
fn with_json_one_object_says_all_and_has_the_exit_code() {
    let place = made();
    let object = |place: &Workplace, code: i32| -> Value {
        let ran = place.udpeg(&[&VERIFY[..], &["--json"]].concat()).failed(code, &[]);
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("not one object:\n{}", ran.out))
    };
    let fits = object(&place, 0);
    assert_eq!((&fits["exit_code"], &fits["wrong"], &fits["warnings"]), (&json!(0), &json!([]), &json!([])));
    assert_eq!((&fits["period"], &fits["folder"]), (&json!("2024Q4"), &json!("out/2024Q4")));
    let step = json!({ "step": "select", "is_there": true, "files": 3, "checks":
        { "manifest": "fits", "files": "fits", "content": "fits", "inputs": "fits", "access": "fits" } });
    assert_eq!(fits["steps"][3], step);

    flip(&place, "out/2024Q4/selection/counts.json");
    place.edit("p.toml", "name = \"Small\"", "name = \"Other\"");
    let wrong = object(&place, 4);
    assert_eq!(wrong["exit_code"], 4);
    assert_eq!(wrong["warnings"].as_array().unwrap().len(), 4);
    let finding = json!([{ "step": "select", "check": "files", "exit_code": 4,
        "what": "refused: out/2024Q4/selection/counts.json: it is not the file that its manifest names; it was altered or cut off",
        "do": "find out what changed it, then run `udpeg select --force` and `udpeg assign --force` again" }]);
    assert_eq!(wrong["wrong"], finding);
}

#[test]
fn quiet_tells_only_what_is_wrong() {
    let place = made();
    let quiet = [&VERIFY[..], &["--quiet"]].concat();
    let ran = place.udpeg(&quiet).succeeded();
    assert!(ran.out.is_empty() && ran.err.is_empty());
    flip(&place, "out/2024Q4/selection/counts.json");
    let ran = place.udpeg(&quiet).failed(4, &["counts.json"]);
    assert!(ran.out.is_empty());
}
