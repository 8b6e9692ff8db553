//! The inputs that fuzzing has kept, and mutations of them, in plain `cargo test`.

use super::{delivery, extract, formats, number, programme, rows};
use crate::reference::cpr;
use std::fs;
use std::path::{Path, PathBuf};

/// Mutations of each input; `fuzz/` tries millions.
const MUTATIONS: u64 = 12;

/// What is kept of one target, by file name.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs: Vec<(PathBuf, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 20, "{} holds {} inputs", folder.display(), inputs.len());
    inputs
}

/// Runs every input and mutations of it; which one failed stands above the panic's message.
#[expect(clippy::print_stdout, reason = "shown where the test fails")]
fn replay(target: &str, check: fn(&[u8])) {
    for (path, input) in corpus(target) {
        println!("{}", path.display());
        check(&input);
        for seed in 0..MUTATIONS {
            let mutation = mutated(&input, seed);
            println!("mutation {seed}: {mutation:?}");
            check(&mutation);
        }
    }
    // Some targets work in a folder of this process.
    let _ = fs::remove_dir_all(super::folder(target));
}

/// The input with a few bytes changed, removed, doubled or swapped.
fn mutated(input: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed ^ (input.len() as u64) << 32;
    // SplitMix64 (Steele, Lea and Flood 2014).
    let mut random = |below: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % below.max(1) as u64).unwrap()
    };
    let mut bytes = input.to_vec();
    for _ in 0..=random(4) {
        let at = random(bytes.len());
        let end = (at + 1 + random(8)).min(bytes.len());
        let at = at.min(end);
        match random(5) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random(8)),
            1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = b"\0\xff\"\n\r,;-0"[random(9)]),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.extend_from_within(at..end),
            _ => bytes.rotate_left(at),
        }
    }
    bytes
}

#[test]
fn programmes_that_fuzzing_kept() {
    replay("programme", programme);
}

#[test]
fn numbers_that_fuzzing_kept() {
    replay("number", number);
}

#[test]
fn rows_that_fuzzing_kept() {
    replay("rows", rows);
}

#[test]
fn extracts_that_fuzzing_kept() {
    replay("extract", extract);
}

#[test]
fn files_of_other_formats_that_fuzzing_kept() {
    replay("formats", formats);
}

#[test]
fn deliveries_that_fuzzing_kept() {
    replay("delivery", delivery);
}

#[test]
#[ignore = "writes inputs to begin with into fuzz/corpus/delivery, for when the format has changed"]
fn deliveries_to_begin_with_are_written() {
    delivery(&[4]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/delivery");
    for (at, seed) in super::delivery::seeds().into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{at:02}")), seed).unwrap();
    }
}

/// MedCom's official test persons that the seeds use.
const TEST_PERSONS: [&str; 5] = ["2512489996", "0201609995", "0201609996", "0201919995", "0104909995"];

/// Ten-digit numbers that stand in some bytes in any spelling, those with a lost zero included.
fn numbers(bytes: &[u8]) -> Vec<String> {
    let text: Vec<char> = String::from_utf8_lossy(bytes).chars().collect();
    let mut numbers = Vec::new();
    for from in 0..text.len() {
        let digits: String = text[from..].iter().take(11).filter(|character| character.is_ascii_digit()).collect();
        let starts = text[from].is_ascii_digit() && (from == 0 || !text[from - 1].is_ascii_digit());
        if starts && digits.len() >= 10 {
            numbers.push(digits[..10].to_owned());
        }
        if starts && digits.len() >= 9 {
            numbers.push(format!("0{}", &digits[..9]));
        }
    }
    numbers
}

#[test]
fn no_input_that_is_kept_holds_a_number_that_could_be_a_living_persons() {
    let last_century = chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    let today = chrono::Local::now().date_naive();
    for target in ["programme", "number", "rows", "extract", "formats", "delivery"] {
        for (path, input) in corpus(target) {
            for number in numbers(&input) {
                let could_live = cpr::birth_date(&number).is_some_and(|born| (last_century..=today).contains(&born));
                let is_fine = !could_live || !cpr::passes_modulus_11(&number) || TEST_PERSONS.contains(&&*number);
                assert!(is_fine, "{}", path.display());
            }
        }
    }
}
