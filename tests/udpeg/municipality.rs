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

/// Writes `p.toml`, `k.key` and the extracts of one random municipality.
///
/// # Panics
///
/// Panics where the folder cannot be written.
pub(crate) fn write(seed: u64, folder: &Path) {
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
