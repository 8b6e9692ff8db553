//! Invents small municipalities: a programme, its key, and deliberately dirty extracts.
//!
//! Everything follows from the seed. No number passes the modulus-11 check with a birth year from
//! 1900 to 2026 (so none can be a living person's); the official test persons fail it too.

mod cells;
mod dice;
mod dirt;
mod extract;
mod people;
mod rules;
mod settings;
mod spells;

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

pub(crate) use dice::Dice;

/// Writes `p.toml`, `k.key` and the extracts of one random municipality; gives the numbers of everybody in it.
///
/// # Panics
///
/// Panics where the folder cannot be written.
pub(crate) fn write(seed: u64, folder: &Path) -> Vec<String> {
    let mut dice = Dice::new(seed);
    fs::create_dir_all(folder).expect("the folder can be made");
    write_key(&mut dice, &folder.join("k.key"));
    let settings = settings::invent(&mut dice);
    let text = settings::programme_text(&mut dice, &settings, seed);
    fs::write(folder.join("p.toml"), text).expect("the programme can be written");
    let people = people::invent(&mut dice, &settings);
    for department in &settings.departments {
        for file in &department.files {
            let bytes = extract::invent(&mut dice, &settings, department, &people);
            fs::write(folder.join(file), bytes).expect("an extract can be written");
        }
    }
    people.adults.into_iter().map(|adult| adult.number).chain(people.children).collect()
}

/// Lets the programme of [`write`] know of renumbered and excluded persons, and makes children second adults.
pub(crate) fn add_lists(seed: u64, folder: &Path, mut numbers: Vec<String>) {
    let mut dice = Dice::new(seed ^ 0x5eed);
    numbers.sort();
    numbers.dedup();
    let mut text = fs::read_to_string(folder.join("p.toml")).expect("the programme can be read");
    text = text.replace("[persons]\n", "[persons]\nrenumbered = \"old-new.csv\"\nexclude = [\"gone.csv\"]\n");
    let lines: Vec<&str> = text.lines().collect();
    let mut edited: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let own = |line: &str, key: &str| line.strip_prefix(key).map(str::to_owned);
        let columns: Vec<&str> = lines[at..].iter().take_while(|line| !line.is_empty()).copied().collect();
        match own(line, "person = ") {
            Some(person) => match columns.iter().find_map(|line| own(line, "child = ")).filter(|_| dice.chance(70)) {
                Some(child) => edited.push(format!("person = [{person}, {child}]")),
                None => edited.push((*line).to_owned()),
            },
            None if line.starts_with("child = ") => {
                let is_adult =
                    edited.iter().rev().find(|line| line.starts_with("person")).is_some_and(|line| line.contains('['));
                if !is_adult {
                    edited.push((*line).to_owned());
                }
            }
            None => edited.push((*line).to_owned()),
        }
    }
    fs::write(folder.join("p.toml"), edited.join("\n")).expect("the programme can be written");
    let count = numbers.len();
    let shuffled = dice.some(&numbers, count);
    let (renumbered, others) = shuffled.split_at(count / 3);
    let mut list = "old;new\n".to_owned();
    // Chains of two to four numbers.
    for chain in renumbered.chunks(dice.below(3) + 2) {
        for pair in chain.windows(2) {
            list.push_str(&format!("{};{}-{}\n", pair[0], &pair[1][..6], &pair[1][6..]));
        }
    }
    fs::write(folder.join("old-new.csv"), list).expect("a list can be written");
    let mut gone = "cpr\n12345\n0203291wq3\n310299-1234\n".to_owned();
    for number in others.iter().take(3).chain(renumbered.iter().take(2)) {
        gone.push_str(&format!(" '{number}\n"));
    }
    fs::write(folder.join("gone.csv"), gone).expect("a list can be written");
}

fn write_key(dice: &mut Dice, file: &Path) {
    let hex: String = (0..64).map(|_| dice.pick(&["0", "3", "7", "a", "c", "f"])).collect();
    // A key file is never overwritten in place: an older one may have another mode.
    if file.exists() {
        fs::remove_file(file).expect("an older key can be removed");
    }
    let mut options = fs::OpenOptions::new();
    let mut key = options.write(true).create_new(true).mode(0o600).open(file).expect("the key");
    writeln!(key, "udpeg-key-1:{hex}").expect("the key can be written");
}
