//! Any byte of any manifest: what verify does not find says nothing that matters.

use super::{PERIOD, made};
use crate::support::Workplace;
use chrono::NaiveDate;
use std::fs;
use udpeg::output::Manifest;
use udpeg::pipeline::{Context, Memory, Silent};
use udpeg::programme::{Overrides, Programme};
use udpeg::verify::{Recompute, verify};

/// Every so many bytes are altered.
const STRIDE: usize = 11;

fn findings(programme: &Programme) -> usize {
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let context = Context { programme, today, force: false, memory: Memory::default(), progress: &Silent };
    verify(&context, Recompute::No).unwrap().summary.findings.len()
}

/// A manifest without what nothing in the period can be held against: how long the step took, and which extracts it
/// was made from.
fn that_matters(text: &[u8]) -> Option<String> {
    let mut manifest: Manifest = serde_json::from_slice(text).ok()?;
    manifest.seconds = 0.0;
    if manifest.step == "pseudonymise" {
        manifest.inputs.iter_mut().for_each(|input| (input.path, input.sha256) = Default::default());
    }
    serde_json::to_string(&manifest).ok()
}

fn programme(place: &Workplace) -> Programme {
    Programme::read(&place.path("p.toml"), &Overrides::default()).unwrap()
}

#[test]
fn an_altered_byte_of_a_manifest_is_found_wherever_it_says_something_that_matters() {
    let place = made();
    let programme = programme(&place);
    assert_eq!(findings(&programme), 0);
    let (mut altered, mut unfound) = (0, 0);
    for folder in ["delivery/jobcentre", "delivery/family", "delivery/social", "selection", "assignment"] {
        let path = format!("{PERIOD}/{folder}/manifest.json");
        let whole = fs::read(place.path(&path)).unwrap();
        for at in (altered % STRIDE..whole.len()).step_by(STRIDE) {
            let mut bytes = whole.clone();
            bytes[at] = if bytes[at].is_ascii_digit() { b'0' + (bytes[at] - b'0' + 1) % 10 } else { bytes[at] ^ 1 };
            fs::write(place.path(&path), &bytes).unwrap();
            altered += 1;
            if findings(&programme) == 0 {
                unfound += 1;
                let says = String::from_utf8_lossy(&bytes);
                assert!(that_matters(&bytes) == that_matters(&whole), "{folder}, byte {at}:\n{says}");
            }
        }
        fs::write(place.path(&path), &whole).unwrap();
    }
    assert_eq!(findings(&programme), 0);
    assert!(altered > 400 && unfound < altered / 4, "{unfound} of {altered}");
}
