//! The command line from outside: help, JSON, quiet, the summary, the key, overrides, `synth`.

use crate::support::{KEY_LINE, Ran, Workplace};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

const RUN: [&str; 3] = ["run", "--programme", "p.toml"];

/// All steps one by one, on the small programme.
const STEPS: [&[&str]; 5] = [
    &["pseudonymise", "--programme", "p.toml", "--department", "jobcentre"],
    &["pseudonymise", "--programme", "p.toml", "--department", "family"],
    &["pseudonymise", "--programme", "p.toml", "--department", "social"],
    &["select", "--programme", "p.toml"],
    &["assign", "--programme", "p.toml"],
];

/// The number at the end of the line that begins with these words.
#[track_caller]
fn told(text: &str, words: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(words));
    line.unwrap_or_else(|| panic!("no line begins with {words:?}:\n{text}"))
        .split_whitespace()
        .last()
        .unwrap()
        .to_owned()
}

fn key_id(line: &str) -> String {
    let hex = line.trim_end().strip_prefix("udpeg-key-1:").unwrap();
    let bytes: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let hash = Sha256::new().chain_update("udpeg/1/key-id:").chain_update(bytes).finalize();
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_help_text_has_examples_and_ends_with_0() {
    let place = Workplace::new();
    let commands: [&[&str]; 18] = [
        &[],
        &["key", "new"],
        &["key", "id"],
        &["key", "destroy"],
        &["pseudonymise"],
        &["check"],
        &["select"],
        &["assign"],
        &["run"],
        &["rekey"],
        &["unkey"],
        &["reidentify"],
        &["pseudonym-of"],
        &["log", "verify"],
        &["verify"],
        &["synth"],
        &["completions"],
        &["man"],
    ];
    for command in commands {
        let ran = place.udpeg(&[command, &["--help"]].concat()).succeeded();
        assert!(ran.err.is_empty() && ran.out.contains("Usage: udpeg"), "{command:?}");
        let (_, examples) = ran.out.split_once("Example").expect("a help text has examples");
        let example = format!("\n  udpeg {}", command.join(" "));
        assert!(examples.contains(&example), "{command:?}: {}", ran.out);
    }
    let ran = place.udpeg(&["--help"]).succeeded();
    for command in [
        "key",
        "pseudonymise",
        "check",
        "select",
        "assign",
        "run",
        "rekey",
        "unkey",
        "reidentify",
        "pseudonym-of",
        "log",
        "verify",
        "synth",
        "completions",
        "man",
    ] {
        assert!(ran.out.contains(&format!("\n  {command}")), "{command}");
    }
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let codes =
        "0 done, 1 a file failed, 2 usage or programme file, 3 too many rejected rows or too much change, 4 refused";
    assert!(words.contains(codes), "{}", ran.out);
}

#[test]
fn no_arguments_and_wrong_ones_tell_the_usage_on_standard_error() {
    let place = Workplace::new();
    let cases: [(&[&str], &str); 5] = [
        (&[], "Usage: udpeg"),
        (&["key"], "Usage: udpeg key"),
        (&["run", "--porgramme", "p.toml"], "--programme"),
        (&["slect"], "select"),
        (&["synth", "--adults", "many", "--out", "x"], "--adults"),
    ];
    for (arguments, says) in cases {
        let ran = place.udpeg(arguments).failed(2, &[says]);
        assert!(ran.out.is_empty(), "{arguments:?}: {}", ran.out);
    }
    assert!(place.files(".").is_empty());
}

#[test]
fn the_version_is_the_packages() {
    let ran = Workplace::new().udpeg(&["--version"]).succeeded();
    assert_eq!(ran.out, concat!("udpeg ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[track_caller]
fn object(ran: &Ran) -> serde_json::Map<String, Value> {
    match serde_json::from_str(&ran.out) {
        Ok(Value::Object(object)) => object,
        other => panic!("not one JSON object ({other:?}):\n{}", ran.out),
    }
}

#[test]
fn with_json_every_command_prints_one_object_and_nothing_else() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "lottery = \"Lotto 2025-01-04: 1 2 3\"\n", "");
    let keys = ["department", "department", "department", "funnel", "coordinators"];
    for (step, key) in STEPS.into_iter().zip(keys) {
        let ran = place.udpeg(&[step, &["--json"]].concat()).succeeded();
        let object = object(&ran);
        assert!(object.contains_key(key), "{step:?}: {}", ran.out);
        let warnings: Vec<&str> =
            object["warnings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        assert_eq!(warnings.len(), ran.err.matches("warning: ").count(), "{step:?}: {}", ran.err);
        assert!(warnings.iter().all(|warning| ran.err.contains(warning)), "{step:?}");
        assert_eq!(step[0] == "select", ran.err.contains("without `lottery`"), "{step:?}: {}", ran.err);
    }
    let summary = object(&place.udpeg(&[&RUN[..], &["--force", "--json"]].concat()).succeeded());
    assert_eq!(summary["departments"][0], {
        let mut quality = place.json("out/2024Q4/delivery/jobcentre/quality.json");
        for key in ["delivery", "private", "other_types"] {
            quality[key] = summary["departments"][0][key].clone();
        }
        quality
    });
    let counts = place.json("out/2024Q4/selection/counts.json");
    assert_eq!(summary["selection"]["funnel"], counts["funnel"]);
    assert_eq!(summary["assignment"]["coordinators"][0]["units"], counts["funnel"]["proposed"]);
    let made = object(&place.udpeg(&["--json", "key", "new", "k.key"]).succeeded());
    assert_eq!((made["file"].as_str(), made["key_id"].as_str().map(str::len)), (Some("k.key"), Some(16)));
    let made = object(&place.udpeg(&["synth", "--adults", "50", "--out", "s", "--json"]).succeeded());
    assert_eq!(made["adults"], 50);
}

#[test]
fn with_json_an_error_is_an_object_with_its_exit_code() {
    let place = Workplace::with_small_programme();
    let cases: [(&[&str], i32); 4] = [
        (&["select", "--programme", "p.toml"], 1),
        (&["assign", "--programme", "p.toml", "--period", ".."], 2),
        (&["run", "--programme", "p.toml"], 4),
        (&["key", "new", "p.key"], 1),
    ];
    place.set_mode("p.key", 0o644);
    for (command, code) in cases {
        let ran = place.udpeg(&[command, &["--json"]].concat()).failed(code, &["error: "]);
        let object = object(&ran);
        assert_eq!(object.keys().collect::<Vec<_>>(), ["error", "exit_code"], "{command:?}");
        assert_eq!(object["exit_code"], code, "{command:?}");
        assert_eq!(ran.err, format!("error: {}\n", object["error"].as_str().unwrap()), "{command:?}");
    }
}

#[test]
fn with_json_a_wrong_argument_is_an_object_too() {
    let ran = Workplace::new().udpeg(&["run", "--json", "--no-such-option"]).failed(2, &["--no-such-option"]);
    let object = object(&ran);
    assert_eq!(object["exit_code"], 2);
    assert!(object["error"].as_str().unwrap().contains("--no-such-option"));
}

#[test]
fn quiet_prints_nothing_but_warnings_and_errors() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "lottery = \"Lotto 2025-01-04: 1 2 3\"\n", "");
    for step in STEPS {
        let ran = place.udpeg(&[step, &["--quiet"]].concat()).succeeded();
        assert!(ran.out.is_empty(), "{step:?}: {}", ran.out);
        assert!(ran.err.lines().all(|line| line.starts_with("warning: ")), "{step:?}: {}", ran.err);
    }
    let ran = place.udpeg(&[&RUN[..], &["--force", "-q"]].concat()).succeeded();
    assert!(ran.out.is_empty() && ran.err.contains("warning: "), "{}", ran.out);
    let ran = place.udpeg(&[&RUN[..], &["-q"]].concat()).failed(1, &["error: "]);
    assert!(ran.out.is_empty());
    assert!(place.udpeg(&["key", "new", "k.key", "-q"]).succeeded().out.is_empty());
    assert!(place.udpeg(&["synth", "--adults", "50", "--out", "s", "-q"]).succeeded().out.is_empty());
}

#[test]
fn no_escape_sequence_goes_into_a_pipe() {
    let place = Workplace::with_small_programme();
    fs::remove_file(place.path("p.key")).unwrap();
    let environments: [&[(&str, &str)]; 3] = [
        &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
        &[("NO_COLOR", "1")],
        &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
    ];
    for environment in environments {
        let commands: [&[&str]; 5] = [
            &["--help"],
            &["run", "--no-such"],
            &["run", "-p", "p.toml"],
            &["run", "-p", "p.toml", "--new-key", "--force"],
            &["select", "-p", "p.toml", "--force", "--json"],
        ];
        for command in commands {
            let ran = place.udpeg_with(command, environment);
            assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{environment:?} {command:?}");
            assert!(!ran.out.contains('\r') && !ran.err.contains('\r'), "{environment:?} {command:?}");
        }
        fs::remove_dir_all(place.path("out")).unwrap();
        fs::remove_file(place.path("p.key")).unwrap();
    }
}

#[test]
fn the_summary_of_a_run_tells_what_its_files_hold() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "reserve = 1", "reserve = 1\nquota.family = { min = 2 }");
    place.write("social.tsv", place.read("social.tsv") + "\tS-9\tx\t1/1/2024\t\n2512489996\tS-9\tx\t31/2/2024\t\n");
    let ran = place.udpeg(&[&RUN[..], &["--max-rejected", "50%"]].concat()).succeeded();
    let counts = place.json("out/2024Q4/selection/counts.json");
    let funnel = &counts["funnel"];
    for (words, expected) in [
        ("persons in the extracts", &funnel["persons"]),
        ("of an age that takes part", &funnel["of_eligible_age"]),
        ("families and citizens", &funnel["units"]),
        ("in enough departments", &funnel["in_enough_departments"]),
        ("eligible", &funnel["eligible"]),
        ("proposed", &funnel["proposed"]),
        ("families  ", &counts["proposed"]["family"]),
        ("citizens  ", &counts["proposed"]["citizen"]),
        ("in reserve", &funnel["reserve"]),
        ("points of the last proposed", &counts["points_needed"]),
        ("date malformed", &Value::from(1)),
        ("person missing", &Value::from(1)),
    ] {
        assert_eq!(told(&ran.out, words), expected.to_string(), "{words}\n{}", ran.out);
    }
    // Reasons stand under the department, whose column is the last.
    let line = |start: &str| ran.out.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    assert!(line("reason").ends_with("social") && line("reason").len() == line("person missing").len(), "{}", ran.out);
    let social: Vec<&str> =
        ran.out.lines().find(|line| line.trim_start().starts_with("social ")).unwrap().split_whitespace().collect();
    assert_eq!(social, ["social", "5", "2", "0", "3"]);
    let k1: Vec<&str> =
        ran.out.lines().find(|line| line.trim_start().starts_with("k1 ")).unwrap().split_whitespace().collect();
    assert_eq!(k1[..3], ["k1", &funnel["proposed"].to_string(), "2"]);
    let missing = counts["shortfall"]["family"].as_u64().unwrap();
    assert!(missing == 1 && ran.out.contains("missing: ") && ran.out.contains("1 family"), "{}", ran.out);
    for file in ["private/social/rejected.csv", "selection/candidates.parquet", "assignment/target_group.parquet"] {
        assert!(
            ran.out.contains(&format!("out/2024Q4/{file}")) && place.path("out/2024Q4").join(file).exists(),
            "{file}"
        );
    }
    assert!(ran.out.contains("out/2024Q4/coordinators/<id>/list.parquet"));
}

#[test]
fn a_new_key_is_named_by_its_id_and_never_overwrites() {
    let place = Workplace::new();
    let ran = place.udpeg(&["key", "new", "k.key"]).succeeded();
    let line = place.read("k.key");
    assert!(line.starts_with("udpeg-key-1:") && line.ends_with('\n') && line.len() == 77, "another form");
    assert!(ran.out.contains(&format!("made k.key, key id {}", key_id(&line))), "{}", ran.out);
    assert_eq!(place.path("k.key").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    place
        .udpeg(&["key", "new", "k.key"])
        .failed(1, &["k.key: a file of this name is there already", "never overwritten"]);
    assert_eq!(place.read("k.key"), line);
    place.udpeg(&["key", "new", "other.key"]).succeeded();
    assert_ne!(place.read("other.key"), line);
    place.udpeg(&["key", "new", "no/folder/k.key"]).failed(1, &["no/folder/k.key"]);
    assert_eq!(key_id(KEY_LINE), "cf38ac5703629760");
}

#[test]
fn only_key_new_and_run_with_new_key_make_a_key() {
    let place = Workplace::with_small_programme();
    fs::remove_file(place.path("p.key")).unwrap();
    for step in STEPS.into_iter().chain([&RUN[..]]) {
        place.udpeg(step).failed(1, &[]);
        assert!(!place.path("p.key").exists(), "{step:?}");
    }
    place.udpeg(&RUN).failed(1, &["p.key: the key file is not there", "--new-key"]);
    place.udpeg(&["select", "-p", "p.toml", "--new-key"]).failed(2, &["--new-key"]);
    // Neither where the run is refused.
    place.edit("p.toml", "approved_by = \"Test\"", "approved_by = \"\"");
    place.udpeg(&[&RUN[..], &["--new-key"]].concat()).failed(4, &["approved_by"]);
    assert!(!place.path("p.key").exists());
    place.edit("p.toml", "approved_by = \"\"", "approved_by = \"Test\"");

    place.udpeg(&[&RUN[..], &["--new-key"]].concat()).succeeded();
    let made = place.read("p.key");
    assert_eq!(place.path("p.key").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(place.json("out/2024Q4/selection/manifest.json")["key_id"], key_id(&made));
    // One that is there is used.
    place.udpeg(&[&RUN[..], &["--new-key", "--force"]].concat()).succeeded();
    assert_eq!(place.read("p.key"), made);
    // Nothing is made beside deliveries of another key.
    fs::remove_file(place.path("p.key")).unwrap();
    place.udpeg(&[&RUN[..], &["--new-key", "--force"]].concat()).failed(1, &["p.key: the key file is not there"]);
    assert!(!place.path("p.key").exists());
    place.udpeg(&[&RUN[..], &["--new-key", "--period", "2025Q1"]].concat()).succeeded();
    assert_ne!(place.read("p.key"), made);
}

#[test]
fn the_overrides_that_were_used_stand_in_each_manifest() {
    let place = Workplace::with_small_programme();
    place.udpeg(&RUN).succeeded();
    for manifest in ["delivery/family", "selection", "assignment"] {
        assert_eq!(place.json(&format!("out/2024Q4/{manifest}/manifest.json"))["overrides"], serde_json::json!({}));
    }
    place.write("two.key", KEY_LINE.replace("0001", "ffff"));
    place.set_mode("two.key", 0o600);
    fs::create_dir(place.path("typed")).unwrap();
    fs::copy(place.path("family.csv"), place.path("typed/f.csv")).unwrap();
    let own = ["--as-of", "2024-12-30", "--period", "X-1", "--out", "elsewhere"];
    let extracts = ["--key", "two.key", "--input", "typed/f.csv", "--department", "family"];
    place.udpeg(&[&RUN[..], &own, &extracts].concat()).succeeded();
    for manifest in ["delivery/family", "selection", "assignment"] {
        let manifest = place.json(&format!("elsewhere/X-1/{manifest}/manifest.json"));
        let overrides = &manifest["overrides"];
        assert_eq!(
            (&overrides["as_of"], &overrides["period"], &overrides["out"], &overrides["key"]),
            (&"2024-12-30".into(), &"X-1".into(), &"elsewhere".into(), &"two.key".into())
        );
        assert!(overrides["input"][0].as_str().unwrap().ends_with("/typed/f.csv"), "{overrides}");
        assert_eq!(manifest["key_id"], key_id(&place.read("two.key")));
    }
    let inputs = &place.json("elsewhere/X-1/delivery/family/manifest.json")["inputs"];
    assert!(inputs[0]["path"].as_str().unwrap().ends_with("/typed/f.csv"), "{inputs}");
    // The steps one by one, from another folder: typed paths are relative to where one is.
    let select = place.udpeg(&[
        "select",
        "-p",
        "./p.toml",
        "--out",
        "elsewhere",
        "--period",
        "X-1",
        "--as-of",
        "2024-12-30",
        "--force",
    ]);
    select.succeeded();
    let manifest = place.json("elsewhere/X-1/selection/manifest.json");
    assert_eq!(manifest["overrides"], serde_json::json!({"as_of": "2024-12-30", "period": "X-1", "out": "elsewhere"}));
    place.udpeg(&["select", "-p", "p.toml", "--key", "two.key"]).failed(2, &["--key"]);
}

#[test]
fn what_synth_writes_runs_as_its_last_line_says() {
    let place = Workplace::new();
    let synth = ["synth", "--adults", "3000", "--seed", "7", "--dirty", "2%", "--out", "made"];
    let ran = place.udpeg(&synth).succeeded();
    assert!(ran.out.contains("udpeg run --programme made/programme.toml --new-key"), "{}", ran.out);
    let made = place.files("made");
    assert_eq!(made.keys().collect::<Vec<_>>(), ["family.csv", "jobcentre.csv", "programme.toml", "social.csv"]);
    place.udpeg(&synth).failed(1, &["made/programme.toml: there is a programme in this folder already", "--force"]);
    place.udpeg(&["synth", "--adults", "10", "--out", "made"]).failed(1, &["nothing was changed"]);
    assert!(made == place.files("made"));
    let run = ["run", "--programme", "made/programme.toml", "--new-key"];
    let ran = place.udpeg(&run).succeeded();
    let quality = place.json("made/out/2026Q3/private/jobcentre/quality.json");
    let reasons = quality["reasons"].as_object().unwrap();
    for (reason, rows) in reasons {
        let words = reason.replace('_', " ");
        let line = ran.out.lines().find(|line| line.trim_start().starts_with(&words)).unwrap_or_default();
        let first = line.trim_start()[words.len()..].split_whitespace().next();
        assert_eq!(first, Some(rows.to_string().as_str()), "{words}\n{}", ran.out);
    }
    assert!(reasons.len() > 3 && told(&ran.out, "proposed").parse::<u32>().unwrap() > 0, "{}", ran.out);
    place.udpeg(&[&synth[..], &["--force"]].concat()).succeeded();
    assert!(made.iter().all(|(name, bytes)| fs::read(place.path("made").join(name)).unwrap() == *bytes));
    place.udpeg(&["synth", "--adults", "35000001", "--out", "x"]).failed(2, &["--adults"]);
    place.udpeg(&["synth", "--dirty", "2", "--out", "x"]).failed(2, &["--dirty"]);
    place.udpeg(&["synth", "--adults", "10", "--out", "made/family.csv"]).failed(1, &["made/family.csv"]);
}

#[test]
fn a_file_name_that_is_not_utf_8_is_no_mistake_of_the_program() {
    let place = Workplace::new();
    let name = std::ffi::OsStr::from_bytes(b"\xff.key");
    let output = Command::new(env!("CARGO_BIN_EXE_udpeg"))
        .args(["key", "new"])
        .arg(name)
        .current_dir(place.path("."))
        .output()
        .unwrap();
    let made = place.path(".").join(name).exists();
    assert!(
        matches!((output.status.code(), made), (Some(0), true) | (Some(1 | 2), false)),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_summary_that_cannot_be_written_is_no_mistake_of_the_program() {
    let place = Workplace::with_small_programme();
    for arguments in [&["--help"][..], &RUN] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
        let output = command.args(arguments).current_dir(place.path(".")).stdout(Stdio::from(full)).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1)) && !text.contains("a mistake in udpeg"), "{text}");
    }
}

#[test]
fn an_extract_that_may_not_be_read_is_told() {
    let place = Workplace::with_small_programme();
    fs::set_permissions(place.path("family.csv"), Permissions::from_mode(0o0)).unwrap();
    let ran = place.udpeg(STEPS[1]);
    // The superuser reads it all the same.
    assert!(
        ran.code == 0 || (ran.code == 1 && ran.err.contains("family.csv: could not read: permission denied")),
        "{}",
        ran.err
    );
}
