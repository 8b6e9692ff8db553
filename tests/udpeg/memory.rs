//! What is left in the program's memory once it has finished its last row, and who can look at it.
//!
//! The program is stopped by its own summary, for which the pipe has no room. Root alone can look into it then; for
//! anybody else the same step runs in a child of this test, which is not closed to others.

mod paused;
mod scan;

use crate::reference::cpr::passes_modulus_11;
use crate::support::Workplace;
use paused::Paused;
use scan::Secrets;
use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::fs::MetadataExt;
use udpeg::identity::Passphrase;
use udpeg::pipeline::{self, Context, Delivering, Memory, Progress, Silent};
use udpeg::programme::{Overrides, Programme};

/// A key, and a name for cells that nothing reads. Made when they are needed, since this test's own binary may be what is
/// searched.
fn key_and_name() -> ([u8; 32], String) {
    let key: [u8; 32] = Sha256::digest("the key that must not be left").into();
    let name = Sha256::digest("the name that must not be left")[..6].iter().map(|byte| format!("{byte:02X}")).collect();
    (key, name)
}

/// Numbers that nobody has, since they fail modulus 11, as many as asked for.
fn numbers(count: u32) -> impl Iterator<Item = String> {
    let number = |at: u32| {
        let serial = at.wrapping_mul(2_654_435_761) >> 8;
        format!("{:02}{:02}{:02}{:04}", 2 + at % 26, 1 + at / 26 % 12, 40 + at / 312 % 60, serial % 4000)
    };
    (0..).map(number).filter(|number| !passes_modulus_11(number)).take(count as usize)
}

/// Rows that hold numbers wherever a number can stand, in every spelling, most of them usable.
fn rows(numbers: &[String], name: &str, delimiter: char) -> String {
    let row = |(at, pair): (usize, &[String])| {
        let (person, child) = (&pair[0], &pair[1]);
        let separator = ["", "-", " ", "\u{a0}", "\u{2013}"][at % 5];
        let spelled = format!("{}{separator}{}", &person[..6], &person[6..]);
        let (cell, kind, record, end) = match at % 23 {
            0 => (format!("'{spelled}.0"), "aflastning".to_owned(), child.clone(), ""),
            1 => (format!("\"{spelled}\""), format!("sag {child}"), String::new(), ""),
            2 => (spelled, format!("\"støtte \"\"{}-{}\"\"\"", &child[..6], &child[6..]), String::new(), ""),
            3 => (format!("{spelled}x"), "aflastning".to_owned(), String::new(), ""),
            4 => (format!("\"{spelled}\" "), "aflastning".to_owned(), String::new(), ""),
            5 => (spelled, "aflastning".to_owned(), format!("\"s \"\"{child}\"\"\""), ""),
            6 => (spelled, "aflastning".to_owned(), String::new(), child.as_str()),
            7 => (person.strip_prefix('0').unwrap_or(person).to_owned(), "støtte".to_owned(), String::new(), ""),
            _ => (spelled, "aflastning".to_owned(), format!("S-{at}"), ""),
        };
        let child = format!("{}{separator}{}", &child[..6], &child[6..]);
        let cells = [&cell, &record, &kind, &child, "2024-01-01", end, name];
        cells.join(&delimiter.to_string()) + "\r\n"
    };
    numbers.chunks_exact(2).enumerate().map(row).collect()
}

/// The small programme with so many rows of two persons each in two departments, and what must not be left of them.
fn planted(count: u32) -> (Workplace, Secrets) {
    let place = Workplace::with_small_programme();
    let (key, name) = key_and_name();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    place.write("p.key", format!("udpeg-key-1:{hex}\n"));
    let numbers: Vec<String> = numbers(count * 4).collect();
    let (family, jobcentre) = numbers.split_at(numbers.len() / 2);
    place.write("family.csv", format!("CPR,Sag,Foranstaltning,Barn,Fra,Til,Navn\r\n{}", rows(family, &name, ',')));
    let text = format!("CPR;Sag;Ydelse;Barn;Fra;Til;Navn\r\n{}", rows(jobcentre, &name, ';'));
    // Windows-1252, in which these two stand elsewhere than in Unicode.
    let byte = |character| if character == '\u{2013}' { 0x96 } else { u8::try_from(u32::from(character)).unwrap() };
    place.write("jobcentre.csv", text.chars().map(byte).collect::<Vec<u8>>());
    place.edit("p.toml", "dates = \"%d-%m-%Y\"", "dates = \"%Y-%m-%d\", leading_zero_lost = true");
    let secrets = Secrets::new(&numbers, &key, &name);
    (place, secrets)
}

#[track_caller]
fn assert_forgotten(arguments: &[&str], last_file: &str, count: u32) {
    let (place, secrets) = planted(count);
    let paused = Paused::before_summary(&place, arguments, last_file);
    let left = secrets.found_in(paused.id()).unwrap();
    assert_eq!(left, Vec::<String>::new(), "{arguments:?}, {count} rows");
}

/// Whether this process may look into one that is closed to others.
fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn after_the_last_row_no_number_name_or_key_is_left_in_memory() {
    for department in ["family", "jobcentre"] {
        let step = ["pseudonymise", "-p", "p.toml", "-d", department, "--json"];
        let manifest = format!("out/2024Q4/delivery/{department}/manifest.json");
        for count in [3, 5000] {
            assert_forgotten(&[&step[..], &["--max-rejected", "100%"]].concat(), &manifest, count);
        }
        let shown = [&step[..], &["--max-rejected", "100%", "--show-values"]].concat();
        assert_forgotten(&shown, &manifest, 1000);
    }
}

#[test]
fn a_run_or_a_refusal_leaves_none_either() {
    let run = ["run", "-p", "p.toml", "--json", "--max-rejected", "100%"];
    assert_forgotten(&run, "out/2024Q4/assignment/manifest.json", 1000);
    let refused = ["pseudonymise", "-p", "p.toml", "-d", "family", "--json", "--show-values"];
    assert_forgotten(&refused, "out/2024Q4/private/family/quality.json", 1000);
}

#[test]
fn what_is_looked_for_is_found_while_rows_are_being_read() {
    let (place, secrets) = planted(1000);
    let step = ["pseudonymise", "-p", "p.toml", "-d", "family", "--show-values", WHILE_READING];
    let mut paused = Paused::in_this_binary(&place, &step);
    paused.wait_until(&format!("{READING} is there"), || place.path(READING).exists());
    paused.wait_until_idle();
    let found = secrets.found_in(paused.id()).unwrap();
    for kind in ["number", "name", "state of the key"] {
        assert!(found.iter().any(|found| found.starts_with(kind)), "no {kind} among {} finds", found.len());
    }
}

/// Asks [`a_step_that_waits`] to do so once it has judged rows; then there is a file of this name.
const WHILE_READING: &str = "--while-reading";
const READING: &str = "reading";

/// Waits for ever as soon as rows have been judged, before they are put away.
struct WaitingWhileReading;

impl Progress for WaitingWhileReading {
    fn begin(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {
        fs::write(READING, "").unwrap();
        wait();
    }
    fn end(&self) {}
}

fn wait() -> ! {
    loop {
        std::thread::park();
    }
}

#[test]
fn nobody_but_root_can_look_into_the_program_and_it_leaves_no_core() {
    let place = Workplace::new();
    // Where this test is root's, the program runs for somebody who is not, from where all can execute it.
    let program = place.path("udpeg");
    fs::copy(env!("CARGO_BIN_EXE_udpeg"), &program).unwrap();
    place.set_mode(".", 0o755);
    let mut paused = Paused::at_help(&program, is_root().then_some(65_534));
    paused.wait_until_idle();
    // The system gives the entries of a process that is closed to others to root.
    let process = format!("/proc/{}", paused.id());
    assert_eq!(fs::metadata(format!("{process}/environ")).unwrap().uid(), 0);
    assert!(is_root() || fs::File::open(format!("{process}/mem")).is_err());
    let limits = fs::read_to_string(format!("{process}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"]);
}

/// The step in a process that can be looked into; started by [`Paused::in_this_binary`].
#[test]
#[ignore = "waits until it is killed"]
fn a_step_that_waits() {
    let Some(arguments) = std::env::var_os("UDPEG_WAITING_STEP") else { return };
    let arguments = arguments.into_string().unwrap();
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let programme = Programme::read("p.toml".as_ref(), &Overrides::default()).unwrap();
    let after = |name: &str| arguments.iter().skip_while(|argument| **argument != name).nth(1).copied();
    let delivering = Delivering {
        max_rejected: after("--max-rejected").unwrap_or("5%").parse().unwrap(),
        show_values: arguments.contains(&"--show-values"),
        passphrase: Passphrase::Terminal,
    };
    let today = chrono::Local::now().date_naive();
    let progress: &dyn Progress = if arguments.contains(&WHILE_READING) { &WaitingWhileReading } else { &Silent };
    let context = Context { programme: &programme, today, force: false, memory: Memory::default(), progress };
    if arguments[0] == "run" {
        pipeline::run(&context, &delivering, false).map(drop).unwrap();
    } else {
        // Refused or not is the caller's matter.
        let _ = pipeline::pseudonymise(&context, after("-d").unwrap(), &delivering);
    }
    wait()
}
