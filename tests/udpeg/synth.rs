//! The `synth` room against the contract, read back by a small reader of the test's own.

#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test may fail loudly, and counts are small")]

use std::collections::{BTreeMap, BTreeSet};
use std::{
    env, fs,
    ops::Deref,
    path::{Path, PathBuf},
    process,
};

use udpeg::synth::{self, Settings, Summary};

const AS_OF: (i32, u32, u32) = (2026, 9, 30);

/// File, delimiter, whether it is Windows-1252, whether the year comes first, the separator of dates, and the places of
/// person, child, type, start, end, record and of how many fields.
struct Extract {
    file: &'static str,
    delimiter: char,
    windows_1252: bool,
    year_first: bool,
    separator: char,
    zero_lost: bool,
    places: [usize; 6],
    fields: usize,
}

const NONE: usize = usize::MAX;
const EXTRACTS: [Extract; 3] = [
    Extract {
        file: "jobcentre.csv",
        delimiter: ';',
        windows_1252: true,
        year_first: false,
        separator: '-',
        zero_lost: false,
        places: [0, NONE, 3, 4, 5, 6],
        fields: 7,
    },
    Extract {
        file: "family.csv",
        delimiter: ',',
        windows_1252: false,
        year_first: true,
        separator: '-',
        zero_lost: false,
        places: [1, 4, 5, 6, 7, 0],
        fields: 8,
    },
    Extract {
        file: "social.csv",
        delimiter: '\t',
        windows_1252: false,
        year_first: false,
        separator: '/',
        zero_lost: true,
        places: [0, NONE, 4, 2, 3, 5],
        fields: 7,
    },
];

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Deref for Folder {
    type Target = Path;
    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn make(name: &str, adults: u32, seed: u64, dirty: f64) -> (Folder, Summary) {
    let folder = Folder(env::temp_dir().join(format!("udpeg-synth-{}-{name}", process::id())));
    fs::create_dir_all(&*folder).unwrap();
    let summary = synth::write(&Settings { adults, seed, dirty }, &folder, &|_| {}).unwrap();
    (folder, summary)
}

fn bytes(folder: &Path) -> Vec<Vec<u8>> {
    ["jobcentre.csv", "family.csv", "social.csv", "programme.toml"]
        .map(|file| fs::read(folder.join(file)).unwrap())
        .into()
}

impl Extract {
    fn text(&self, folder: &Path) -> String {
        let bytes = fs::read(folder.join(self.file)).unwrap();
        if !self.windows_1252 {
            return String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned();
        }
        let decode = |byte: &u8| match byte {
            0x96 => '–',
            0x80..=0x9f => '\u{fffd}',
            other => char::from(*other),
        };
        bytes.iter().map(decode).collect()
    }

    /// The rows after the header; nothing for a malformed one.
    fn rows(&self, folder: &Path) -> Vec<Option<Vec<String>>> {
        let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
        let (mut quoted, mut closed, mut bad) = (false, false, false);
        let text = self.text(folder);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            bad |= character == '\u{fffd}';
            if quoted {
                if character != '"' {
                    field.push(character);
                } else if characters.next_if_eq(&'"').is_some() {
                    field.push('"');
                } else {
                    (quoted, closed) = (false, true);
                }
            } else if character == '"' && field.is_empty() && !closed {
                quoted = true;
            } else if character == self.delimiter {
                row.push(std::mem::take(&mut field).trim().to_owned());
                closed = false;
            } else if character == '\n' {
                if !row.is_empty() || !field.trim_end_matches('\r').is_empty() {
                    row.push(std::mem::take(&mut field).trim().to_owned());
                    rows.push((!bad && row.len() == self.fields).then_some(row));
                }
                field.clear();
                row = Vec::new();
                (closed, bad) = (false, false);
            } else {
                bad |= closed && character != '\r';
                field.push(character);
            }
        }
        assert!(!quoted && row.is_empty() && field.is_empty(), "{} ends in the middle", self.file);
        rows.remove(0);
        rows
    }

    fn date(&self, text: &str) -> Option<(i32, u32, u32)> {
        let parts: Vec<&str> = text.split(self.separator).collect();
        let [first, month, last] = parts.as_slice() else { return None };
        let (year, day) = if self.year_first { (first, last) } else { (last, first) };
        if year.len() != 4 || !(1..=2).contains(&month.len()) || !(1..=2).contains(&day.len()) {
            return None;
        }
        real_date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// Whether a number is missing, malformed, impossible, or good: then in ten digits, and whether it was repaired.
    fn number(&self, cell: &str) -> Result<(String, bool), &'static str> {
        let bare = cell.trim_start_matches('\'').trim_end_matches(".0");
        let mut digits: String = bare.chars().filter(char::is_ascii_digit).collect();
        let between: String = bare.chars().filter(|character| !character.is_ascii_digit()).collect();
        let nine = self.zero_lost && digits.len() == 9 && between.is_empty();
        if nine {
            digits.insert(0, '0');
        }
        if bare.is_empty() || bare == "0" || digits == "0000000000" {
            return Err("missing");
        }
        let place = bare.char_indices().position(|(_, character)| !character.is_ascii_digit());
        let separated = matches!(between.as_str(), "" | "-" | "–" | " " | "\u{a0}") && matches!(place, None | Some(6));
        if digits.len() != 10 || !separated {
            return Err("malformed");
        }
        let born = birth(&digits).ok_or("impossible_date")?;
        if born > AS_OF { Err("impossible_date") } else { Ok((digits, nine || bare != cell)) }
    }

    /// The contract's reason to reject the row, or its canonical cells and how many were repaired and replaced.
    fn read(&self, row: Option<&Vec<String>>) -> Result<(Vec<String>, u64, u64), String> {
        let row = row.ok_or("row_malformed")?;
        let cell = |place: usize| self.places.get(place).and_then(|place| row.get(*place)).map_or("", String::as_str);
        let person = self.number(cell(0)).map_err(|why| format!("person_{why}"))?;
        let child = match self.number(cell(1)) {
            Err("missing") => (String::new(), false),
            other => other.map_err(|why| format!("child_{why}"))?,
        };
        let kind = cell(2).replace("a\u{30a}", "å");
        if kind.is_empty() {
            return Err("type_missing".into());
        }
        if numbers_in(&kind).iter().any(|number| birth(number).is_some()) {
            return Err("type_identifying".into());
        }
        if cell(3).is_empty() {
            return Err("start_missing".into());
        }
        let start = self.date(cell(3)).ok_or("date_malformed")?;
        let end = if cell(4).is_empty() { None } else { Some(self.date(cell(4)).ok_or("date_malformed")?) };
        if end.is_some_and(|end| end < start) {
            return Err("end_before_start".into());
        }
        let repaired = u64::from(person.1) + u64::from(child.1);
        let replaced = [&person.0, &child.0].iter().filter(|number| number.as_bytes().first() >= Some(&b'4')).count();
        let canonical = vec![person.0, child.0, kind, format!("{start:?}"), format!("{end:?}"), cell(5).to_owned()];
        Ok((canonical, repaired, replaced as u64))
    }
}

fn real_date(year: i32, month: u32, day: u32) -> Option<(i32, u32, u32)> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then_some((year, month, day))
}

fn birth(number: &str) -> Option<(i32, u32, u32)> {
    let [day, month, year] = [0, 2, 4].map(|place| number[place..place + 2].parse::<u32>().unwrap());
    let century = match (number.as_bytes()[6], year) {
        (b'0'..=b'3', _) | (b'4' | b'9', 37..) => 1900,
        (b'5'..=b'8', 58..) => 1800,
        _ => 2000,
    };
    real_date(century + i32::try_from(year).unwrap(), month, if day > 60 { day - 60 } else { day })
}

/// Everything in a text that looks like a number: ten digits, or six and four.
fn numbers_in(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    for start in 0..characters.len() {
        let separated = characters.get(start + 6).is_some_and(|c| matches!(c, '-' | ' ' | '\u{a0}' | '–'));
        let end = start + 10 + usize::from(separated);
        let alone = |c: Option<&char>| c.is_none_or(|c| !c.is_alphanumeric());
        if end > characters.len() || !alone(characters.get(end)) || (start > 0 && !alone(characters.get(start - 1))) {
            continue;
        }
        let mut digits = characters[start..end].to_vec();
        if separated {
            digits.remove(6);
        }
        if digits.iter().all(char::is_ascii_digit) {
            found.push(digits.into_iter().collect());
        }
    }
    found
}

fn passes_modulus_11(number: &str) -> bool {
    let weighted =
        number.bytes().zip([4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).map(|(digit, weight)| u32::from(digit - b'0') * weight);
    weighted.sum::<u32>() % 11 == 0
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_number_of_threads() {
    let made = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| make(&format!("threads-{threads}"), 9000, 7, 0.02))
    });
    assert!(bytes(&made[0].0) == bytes(&made[1].0) && made[0].1 == made[1].1);
    assert!(bytes(&made[0].0)[0] != bytes(&make("other-seed", 9000, 8, 0.02).0)[0]);
}

#[test]
fn nobody_can_have_one_of_the_numbers() {
    let (folder, _) = make("numbers", 30_000, 3, 0.2);
    let mut seen = 0;
    for extract in &EXTRACTS {
        for number in numbers_in(&extract.text(&folder)).iter().filter(|number| *number != "0000000000") {
            assert!(!passes_modulus_11(number), "{number}");
            assert!(!number.starts_with("0101") && !number.starts_with("6101"), "{number}");
            seen += 1;
        }
    }
    assert!(seen > 40_000, "{seen}");
}

#[test]
fn clean_extracts_hold_no_irregular_row_and_no_two_people_share_a_number() {
    let (folder, summary) = make("clean", 30_000, 1, 0.0);
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut adults: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut rows = 0;
    for extract in &EXTRACTS {
        let mut canonical = BTreeSet::new();
        for row in extract.rows(&folder) {
            let (cells, repaired, replaced) = extract.read(row.as_ref()).unwrap();
            assert_eq!((repaired, replaced), (0, 0));
            let name = row.unwrap()[if extract.fields == 8 { 2 } else { 1 }].clone();
            names.entry(cells[0].clone()).or_default().insert(name);
            adults.entry(cells[1].clone()).or_default().insert(cells[0].clone());
            assert!(canonical.insert(cells), "a row stands twice in {}", extract.file);
            rows += 1;
        }
    }
    adults.remove("");
    assert_eq!(rows, summary.rows);
    assert!(names.values().all(|names| names.len() == 1));
    assert!(adults.values().all(|adults| adults.len() <= 4) && adults.values().any(|adults| adults.len() == 3));
    assert!((40_000..50_000).contains(&summary.rows) && summary.bytes < 5_000_000);
}

#[test]
fn a_dirty_share_is_wrong_in_every_way_and_the_summary_tells_how() {
    let (folder, summary) = make("dirty", 30_000, 2, 0.05);
    let mut rejected = 0;
    let mut reasons = BTreeSet::new();
    for (extract, department) in EXTRACTS.iter().zip(&summary.departments) {
        let (mut found, mut seen) = (BTreeMap::<String, u64>::new(), BTreeSet::new());
        let (mut duplicates, mut repaired, mut replaced, mut rows) = (0, 0, 0, 0);
        for row in extract.rows(&folder) {
            rows += 1;
            match extract.read(row.as_ref()) {
                Err(reason) => *found.entry(reason).or_default() += 1,
                Ok((cells, repairs, replacements)) => {
                    duplicates += u64::from(!seen.insert(cells));
                    (repaired, replaced) = (repaired + repairs, replaced + replacements);
                }
            }
        }
        let told: BTreeMap<String, u64> =
            department.reasons.iter().map(|(name, rows)| ((*name).into(), *rows)).collect();
        assert_eq!(found, told, "{}", department.id);
        assert_eq!(
            (rows, duplicates, repaired, replaced),
            (department.rows, department.duplicates, department.repaired, department.replacement),
            "{}",
            department.id
        );
        assert!(duplicates > 0 && repaired > 0 && replaced > 0);
        rejected += department.rejected();
        reasons.extend(department.reasons.keys().copied());
    }
    assert_eq!(reasons.len(), 11);
    let share = rejected as f64 / summary.rows as f64;
    assert!((share - 0.05).abs() < 0.005, "{share}");
}

#[test]
fn settings_out_of_range_are_refused_and_nobody_is_a_population_too() {
    let folder = make("nobody", 0, 1, 0.5).0;
    assert!(EXTRACTS.iter().all(|extract| extract.rows(&folder).is_empty()));
    for (adults, dirty) in [(synth::MOST_ADULTS + 1, 0.0), (10, 1.5), (10, f64::NAN)] {
        assert!(synth::write(&Settings { adults, seed: 1, dirty }, &folder, &|_| {}).is_err());
    }
}
