//! A process killed at any moment leaves every step whole, as it was, or not there; the next run tidies up.

use crate::support::{KEY_LINE, Workplace};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Kills, spread over the time that a run takes.
const KILLS: u32 = 24;

const PERIOD: &str = "out/2026Q3";
const STEPS: [&str; 5] = ["delivery/jobcentre", "delivery/family", "delivery/social", "selection", "assignment"];

fn municipality() -> Workplace {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "20000", "--seed", "3", "--dirty", "1%", "--out", "."]).succeeded();
    place.write("programme.key", KEY_LINE);
    place.set_mode("programme.key", 0o600);
    place
}

/// Everything but manifests, which tell seconds, and what a killed process leaves hidden.
fn results(place: &Workplace) -> BTreeMap<String, Vec<u8>> {
    let mut files = place.files(PERIOD);
    files.retain(|name, _| !name.ends_with("manifest.json") && !name.contains("/.") && !name.starts_with('.'));
    files
}

/// The steps that are there; every output that a manifest names must be there with its hash, and belong to `whole`.
fn steps_there(place: &Workplace, whole: &BTreeMap<String, Vec<u8>>, at: &str) -> usize {
    let mut there = 0;
    for step in STEPS {
        if !place.path(PERIOD).join(step).join("manifest.json").exists() {
            continue;
        }
        there += 1;
        let manifest = place.json(&format!("{PERIOD}/{step}/manifest.json"));
        for output in manifest["outputs"].as_array().unwrap() {
            let name = output["path"].as_str().unwrap();
            let bytes = fs::read(place.path(PERIOD).join(name)).unwrap_or_else(|_| panic!("{at}: {name} is missing"));
            let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(output["sha256"], hash, "{at}: {name}");
            assert!(whole[name] == bytes, "{at}: {name}");
        }
        if let Some(department) = step.strip_prefix("delivery/") {
            for name in ["rejected.csv", "other_types.csv", "quality.json"] {
                let name = format!("private/{department}/{name}");
                assert!(
                    fs::read(place.path(PERIOD).join(&name)).is_ok_and(|bytes| whole[&name] == bytes),
                    "{at}: {name}"
                );
            }
        }
    }
    there
}

#[test]
fn a_run_killed_at_any_moment_leaves_every_step_whole_or_not_there() {
    let place = municipality();
    let arguments = ["run", "--programme", "programme.toml", "--force", "--quiet"];
    place.udpeg(&arguments).succeeded();
    let began = Instant::now();
    place.udpeg(&arguments).succeeded();
    let takes = began.elapsed();
    let whole = results(&place);
    let mut seen = [0; STEPS.len() + 1];
    for kill in 0..KILLS {
        // Every second kill hits a first run, the others one that replaces what is there.
        if kill % 2 == 0 {
            fs::remove_dir_all(place.path("out")).unwrap();
        } else {
            place.udpeg(&arguments).succeeded();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
        command.args(arguments).current_dir(place.path(".")).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        std::thread::sleep(takes * kill / KILLS + Duration::from_micros(u64::from(kill * 37 % 100)));
        process.kill().unwrap();
        process.wait().unwrap();
        seen[steps_there(&place, &whole, &format!("kill {kill}"))] += 1;
    }
    assert!(seen[0] > 0 && seen[1..].iter().sum::<u32>() > 0, "the kills hit one moment only: {seen:?}");
    place.udpeg(&arguments).succeeded();
    let hidden: Vec<String> = place.files("out").into_keys().filter(|name| name.contains("/.")).collect();
    assert_eq!(hidden, Vec::<String>::new());
    assert!(results(&place) == whole);
}
