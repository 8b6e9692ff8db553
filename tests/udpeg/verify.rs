//! `udpeg verify`: what it finds, in which words and with which exit code, and that it changes nothing.

mod alterations;
mod manifests;
mod recompute;
mod shown;
mod standing;

use crate::support::{Ran, Workplace};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const RUN: [&str; 3] = ["run", "--programme", "p.toml"];
const VERIFY: [&str; 3] = ["verify", "--programme", "p.toml"];
const PERIOD: &str = "out/2024Q4";

/// The small programme, run.
fn made() -> Workplace {
    let place = Workplace::with_small_programme();
    place.udpeg(&RUN).succeeded();
    place
}

fn verify(place: &Workplace, more: &[&str]) -> Ran {
    place.udpeg(&[&VERIFY[..], more].concat())
}

/// Verifying ends like this and leaves everything as it was.
#[track_caller]
fn verifies(place: &Workplace, more: &[&str], code: i32, says: &[&str]) -> Ran {
    let before = snapshot(place);
    let ran = verify(place, more).failed(code, says);
    let after = snapshot(place);
    assert!(before == after, "verify changed something");
    ran
}

/// All that can be known about everything below `out`: kind, mode, when it was changed, and bytes.
fn snapshot(place: &Workplace) -> BTreeMap<String, (u32, i64, i64, Vec<u8>)> {
    fn collect(path: &Path, found: &mut BTreeMap<String, (u32, i64, i64, Vec<u8>)>) {
        let metadata = path.symlink_metadata().unwrap();
        let bytes = if metadata.is_file() { fs::read(path).unwrap() } else { Vec::new() };
        let state = (metadata.mode(), metadata.mtime(), metadata.mtime_nsec(), bytes);
        found.insert(path.to_str().unwrap().to_owned(), state);
        if metadata.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                collect(&entry.unwrap().path(), found);
            }
        }
    }
    let mut found = BTreeMap::new();
    let out = place.path("out");
    if out.exists() {
        collect(&out, &mut found);
        // The folder above holds the place where steps are run again, for a while.
        let (mode, ..) = found[out.to_str().unwrap()];
        found.insert(out.to_str().unwrap().to_owned(), (mode, 0, 0, Vec::new()));
    }
    found
}

/// Changes one byte in the middle of a file.
fn flip(place: &Workplace, file: &str) {
    let mut bytes = fs::read(place.path(file)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    place.write(file, bytes);
}

fn edit_manifest(place: &Workplace, folder: &str, from: &str, to: &str) {
    place.edit(&format!("{PERIOD}/{folder}/manifest.json"), from, to);
}
