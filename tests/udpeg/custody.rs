//! Keys, the second key, and the way back for those who are proposed only.

mod keys;
mod log;
mod log_file;
mod pseudonym_of;
mod rekey;
mod rekey_refused;
mod verified;
mod walk;
mod way_back;
mod way_back_refused;

use crate::support::{KEY_LINE, Ran, Workplace};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs;
use std::path::Path;

/// The second key of all tests: bytes 20 21 … 3f, as in the published vectors.
const SECOND_LINE: &str = "udpeg-key-1:202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\n";

const FIRST_ID: &str = "cf38ac5703629760";
const SECOND_ID: &str = "2517db4d53ad9e26";

const DEPARTMENTS: [&str; 3] = ["jobcentre", "family", "social"];

/// Who does it and why.
const WHO: [&str; 4] = ["--by", "T. Ester", "--reason", "journal 26/1"];

/// The first 16 bytes of an HMAC-SHA-256 by the library that the program does not use, in hex.
fn hmac_hex(key: &[u8], message: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes();
    mac[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a key file's line.
fn key_bytes(line: &str) -> Vec<u8> {
    let hex = line.trim_end().strip_prefix("udpeg-key-1:").unwrap();
    (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// What a pseudonym becomes under the second key.
fn rekeyed(pseudonym: &str) -> String {
    hmac_hex(&key_bytes(SECOND_LINE), &format!("udpeg/1/rekey:{pseudonym}"))
}

/// A number's pseudonym under the first key.
fn pseudonym(number: &str) -> String {
    hmac_hex(&key_bytes(KEY_LINE), &format!("udpeg/1/person:{number}"))
}

/// Writes a key file as private as it must be.
fn write_key(place: &Workplace, name: &str, line: &str) {
    place.write(name, line);
    place.set_mode(name, 0o600);
}

/// The small programme with a second key and all three deliveries in `out`, not yet re-keyed.
fn delivered() -> Workplace {
    let place = Workplace::with_small_programme();
    write_key(&place, "second.key", SECOND_LINE);
    for department in DEPARTMENTS {
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", department]).succeeded();
    }
    place
}

/// Re-keys these deliveries of `out` into `second`.
fn rekey(place: &Workplace, departments: &[&str], more: &[&str]) -> Ran {
    let folders: Vec<String> =
        departments.iter().map(|department| format!("out/2024Q4/delivery/{department}")).collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let command = ["rekey", "-p", "p.toml", "--out", "second", "--key", "second.key", "--delivery"];
    place.udpeg(&[&command, &folders[..], more].concat())
}

/// Copies a folder with all that is in it, as private as it was.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Deliveries in `out`, re-keyed ones in `second`, and what the analyst made of those in `analyst`.
fn assigned_with_second_key() -> Workplace {
    let place = delivered();
    rekey(&place, &DEPARTMENTS, &[]).succeeded();
    copy(&place.path("second/2024Q4/rekeyed"), &place.path("analyst/2024Q4/delivery"));
    for step in ["select", "assign"] {
        place.udpeg(&[step, "-p", "p.toml", "--out", "analyst"]).succeeded();
    }
    place
}

/// A second coordinator, so that neither has the whole target group.
fn add_coordinator(place: &Workplace) {
    place.edit("p.toml", "[disclosure]", "[[coordinator]]\nid = \"k2\"\ncapacity = 2\n\n[disclosure]");
}

/// The small programme after all steps, without a second key.
fn assigned() -> Workplace {
    let place = Workplace::with_small_programme();
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    place
}

const LIST: &str = "out/2024Q4/coordinators/k1/list.parquet";

/// Reidentifies a list in a department.
fn reidentify(place: &Workplace, department: &str, list: &str, more: &[&str]) -> Ran {
    let command = ["reidentify", "-p", "p.toml", "-d", department, "--list", list];
    place.udpeg(&[&command[..], &WHO, more].concat())
}

/// The lines of a `persons.csv`: pseudonym and number, by pseudonym.
fn persons(place: &Workplace, path: &str) -> Vec<(String, String)> {
    let text = place.read(path);
    let (header, lines) = text.split_once('\n').unwrap();
    assert_eq!(header, "label,unit,pseudonym,cpr");
    let mut persons: Vec<(String, String)> = lines
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 4, "{line}");
            assert!(cells[1].starts_with(cells[0]) && cells[0].len() >= 8, "{line}");
            (cells[2].to_owned(), cells[3].to_owned())
        })
        .collect();
    persons.sort();
    persons
}

/// The same for these numbers, under the second key where there is one.
fn expected(numbers: &[&str], become_: impl Fn(String) -> String) -> Vec<(String, String)> {
    let spelt = |number: &str| format!("{}-{}", &number[..6], &number[6..]);
    let mut persons: Vec<_> = numbers.iter().map(|number| (become_(pseudonym(number)), spelt(number))).collect();
    persons.sort();
    persons
}
