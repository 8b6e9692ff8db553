//! Manifests and quality files that are long, deep, or name other files; folders of links, pipes and devices.

use super::{MEBIBYTES, bounded, lengthen, make_pipe};
use crate::bad_input::delivered;
use crate::bad_input::handmade::replace;
use crate::support::Workplace;
use std::fs;
use std::os::unix::fs::symlink;

const SELECT: [&str; 3] = ["select", "--programme", "p.toml"];
const FOLDER: &str = "out/2024Q4/delivery/family";

#[track_caller]
fn fails(place: &Workplace, code: i32, says: &[&str]) {
    bounded(place, MEBIBYTES, &SELECT).failed(code, &[FOLDER]).failed(code, says);
    assert!(!place.path("out/2024Q4/selection").exists());
}

#[test]
fn manifests_that_are_long_or_deep_fail() {
    let place = delivered();
    let name = format!("{FOLDER}/manifest.json");
    let whole = place.read(&name);
    for bytes in [(16 << 20) + 1, 1 << 30, 10 << 30] {
        lengthen(&place.path(&name), bytes);
        fails(&place, 1, &["manifest.json: it is larger than 16 MiB"]);
    }
    let deep = 1_000_000;
    for text in [
        "[".repeat(deep),
        "{\"a\":".repeat(deep),
        whole.replacen(
            "\"overrides\": {}",
            &format!("\"overrides\": {{\"a\": {}{}}}", "[".repeat(deep), "]".repeat(deep)),
            1,
        ),
        whole.replacen("\"inputs\": [", &format!("\"inputs\": [{}", "{},".repeat(1 << 20)), 1),
        whole.replacen("\"rows\": ", "\"rows\": -", 1),
        whole.replacen("\"rows\": ", "\"rows\": 1e999", 1),
        whole.replacen("\"outputs\": [", "\"outputs\": {}, \"x\": [", 1),
        whole.replacen("\"key_id\": ", "\"key_id\": 1, \"x\": ", 1),
        whole.replacen("\"seconds\": ", "\"seconds\": \"", 1),
        whole.replacen("\"step\"", "\"step\": null, \"step\"", 1),
        "\0".repeat(1 << 20),
        "9".repeat(1 << 20),
        format!("\"{}\"", "\\u0000".repeat(1 << 20)),
    ] {
        assert_ne!(text, whole);
        place.write(&name, text);
        fails(&place, 1, &["manifest.json: not a manifest (line ", "get the whole folder again"]);
    }
    for length in (0..whole.trim_end().len()).step_by(37) {
        place.write(&name, &whole[..length]);
        fails(&place, 1, &["manifest.json: not a manifest"]);
    }
}

#[test]
fn quality_files_that_are_long_deep_or_anothers_fail() {
    let place = delivered();
    let whole = place.read(&format!("{FOLDER}/quality.json"));
    for (text, code, says) in [
        (" ".repeat((8 << 20) + 1), 1, "it is larger than 8 MiB"),
        ("[".repeat(1 << 20), 1, "it is no quality file"),
        (whole.replacen("\"rows\": ", "\"rows\": -", 1), 1, "it is no quality file"),
        (whole.replacen("\"family\"", "\"social\"", 1), 4, "it tells of another department"),
        (whole.replacen("\"family\"", "\"\\u001b[2J\"", 1), 4, "it tells of another department"),
    ] {
        replace(&place, "quality.json", text.as_bytes());
        fails(&place, code, &["quality.json", says]);
    }
}

#[test]
fn paths_in_a_manifest_lead_nowhere_else() {
    let place = delivered();
    let name = format!("{FOLDER}/manifest.json");
    let whole = place.read(&name);
    let secret = fs::read(place.path("p.key")).unwrap();
    for other in
        ["../../../p.key", "/etc/passwd", "delivery/family/../../../../p.key", "delivery/family/./extract.parquet", ""]
    {
        place.write(&name, whole.replacen("delivery/family/extract.parquet", other, 1));
        fails(&place, 4, &["extract.parquet: its manifest does not name it"]);
    }
    assert_eq!(fs::read(place.path("p.key")).unwrap(), secret);
    // Named twice, the first holds.
    let twice = whole.replacen(
        "\"outputs\": [",
        &format!("\"outputs\": [{},", r#"{"path": "delivery/family/extract.parquet", "sha256": "00", "rows": 1}"#),
        1,
    );
    place.write(&name, twice);
    fails(&place, 4, &["extract.parquet", "altered or cut off"]);
}

#[test]
fn links_are_followed_to_files_only_and_pipes_devices_and_folders_fail_at_once() {
    for file in ["extract.parquet", "incomplete.parquet", "quality.json", "manifest.json"] {
        let place = delivered();
        let path = place.path(&format!("{FOLDER}/{file}"));
        // A link to the file itself, elsewhere, is the file.
        fs::rename(&path, place.path("elsewhere")).unwrap();
        symlink(place.path("elsewhere"), &path).unwrap();
        bounded(&place, MEBIBYTES, &SELECT).succeeded();
        fs::remove_dir_all(place.path("out/2024Q4/selection")).unwrap();
        for (target, says) in [
            ("/dev/zero", "it is no regular file"),
            ("/dev/urandom", "it is no regular file"),
            ("/dev/null", "it is no regular file"),
            ("nowhere", "it is not there"),
            (file, "could not read"),
            ("/", "it is a folder, not a file"),
        ] {
            fs::remove_file(&path).unwrap();
            symlink(target, &path).unwrap();
            fails(&place, 1, &[file, says]);
        }
        fs::remove_file(&path).unwrap();
        make_pipe(&path);
        fails(&place, 1, &[file, "it is no regular file"]);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        fails(&place, 1, &[file, "it is a folder, not a file"]);
    }
}

#[test]
fn a_delivered_file_of_any_length_is_not_read_into_memory() {
    let place = delivered();
    let path = place.path(&format!("{FOLDER}/extract.parquet"));
    lengthen(&path, 320 << 20);
    bounded(&place, 280, &SELECT).failed(4, &["extract.parquet", "altered or cut off"]);
}
