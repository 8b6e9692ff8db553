//! A department's whole extract: the size of blocks must not matter, and the slow implementation must agree.

use super::{KEY_LINE, folder};
use crate::reference::{DepartmentOutcome, ExtractRow, Reading};
use chrono::{Days, NaiveDate};
use serde_json::to_value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use udpeg::extract::{self, Extract, LeavingTypes, Quality, Record, Room};
use udpeg::identity::{Key, Sex};
use udpeg::pipeline::Silent;
use udpeg::programme::{Overrides, Programme};

const PROGRAMME: &str = r#"[programme]
name = "Fuzzed"
period = "p"
as_of = 2024-12-31
key = "k.key"
out = "out"
[purpose]
[persons]
age_bands = [18, 67]
attributes = ["sex", "age_band"]
[[department]]
id = "d"
input = "d.csv"
types = ["t", "u", "Støtte", 'a"b', "a\nb"]
[[rule]]
id = "r"
department = "d"
measure = "cases"
points_per = 1
[selection]
size = 1
[disclosure]
threshold = 5
"#;

/// One way to read an extract, out of 64.
struct Dialect {
    programme: Programme,
    key: Key,
    /// The same programme for the slow implementation.
    reading: Reading,
    extract: PathBuf,
    /// The first line where the input has none of its own.
    header: &'static str,
}

impl Dialect {
    fn new(options: u8) -> Self {
        let folder = folder("extract").join(options.to_string());
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let has = |bit: u8| options & bit != 0;
        let delimiter = if has(1) { ';' } else { ',' };
        let encoding = if has(2) { "windows-1252" } else { "utf-8" };
        let dates = if has(4) { "%d%m%Y" } else { "%Y-%m-%d" };
        let lost = has(8);
        let (columns, header) = match (has(16), has(1)) {
            (false, false) => ("", "P,T,S,E\n"),
            (false, true) => ("", "P;T;S;E\n"),
            (true, false) => ("child = 'B'\nrecord = 'R'\n", "P,B,R,T,S,E,X\n"),
            (true, true) => ("child = 'B'\nrecord = 'R'\n", "P;B;R;T;S;E;X\n"),
        };
        let department = format!(
            "format = {{ delimiter = '{delimiter}', encoding = '{encoding}', dates = '{dates}', leading_zero_lost = {lost} }}\n\
             [department.columns]\nperson = 'P'\ntype = 'T'\nstart = 'S'\nend = 'E'\n{columns}[[rule]]"
        );
        let file = folder.join("p.toml");
        std::fs::write(&file, PROGRAMME.replace("[[rule]]", &department)).expect("a programme can be written");
        let (key, extract) = (folder.join("k.key"), folder.join("d.csv"));
        std::fs::write(&key, KEY_LINE).expect("a key can be written");
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode can be set");
        std::fs::write(&extract, header).expect("an extract can be written");
        Self {
            programme: Programme::read(&file, &Overrides::default()).expect("the programme is right"),
            key: Key::read(&key).expect("the key is of the right form"),
            reading: Reading::new(&file),
            extract,
            header: if has(32) { header } else { "" },
        }
    }

    fn read(&self, block_bytes: usize, show_values: bool) -> Result<Extract, String> {
        let department = &self.programme.departments[0];
        let room = Room::default().in_blocks_of(block_bytes);
        extract::read(&self.programme, department, &self.key, show_values, room, &Silent)
            .map_err(|error| error.to_string())
    }

    /// The outcome in the slow implementation's words.
    fn outcome(&self, extract: &mut Extract) -> (DepartmentOutcome, Quality) {
        let (quality, types) =
            extract::tidy(&self.programme, &self.programme.departments[0], extract).expect("nothing was put aside");
        let rejected = |one: &extract::Rejected| {
            let column = one.column.map_or("", |column| extract.own_word(column));
            (one.row, column.to_owned(), one.reason.as_str().to_owned())
        };
        let all = extract.records.chunk(0..extract.records.len()).expect("nothing was put aside");
        let outcome = DepartmentOutcome {
            quality: to_value(&quality).expect("counts are JSON"),
            incomplete: extract.incomplete.iter().map(ToString::to_string).collect(),
            rejected: extract
                .rejected
                .iter()
                .map(rejected)
                .map(|(row, column, reason)| ("d.csv".to_owned(), row, column, reason))
                .collect(),
            extract: all.iter().map(|record| self.row(record, &types)).collect(),
            other_types: types.other.iter().cloned().collect(),
        };
        (outcome, quality)
    }

    fn row(&self, record: &Record, types: &LeavingTypes) -> ExtractRow {
        let hex = |pseudonym: Option<udpeg::identity::Pseudonym>| pseudonym.map(|pseudonym| pseudonym.to_string());
        ExtractRow {
            person: record.person.to_string(),
            start: day(record.start),
            end: (record.end != Record::OPEN).then(|| day(record.end)),
            type_: types.names[types.ranks[record.kind as usize] as usize].clone(),
            record: hex(record.record),
            child: hex(record.child),
            sex: Some(if record.sex == Sex::Male { "M" } else { "F" }.to_owned()),
            age_band: Some(self.programme.age_bands.labels()[usize::from(record.age_band)].clone()),
        }
    }
}

fn day(days: i32) -> NaiveDate {
    let epoch = NaiveDate::from_ymd_opt(1, 1, 1).expect("it exists");
    let since = u64::try_from(i64::from(days) + 719_162).expect("dates have a four-digit year");
    epoch.checked_add_days(Days::new(since)).expect("dates have a four-digit year")
}

/// The first byte says how the extract is written, the second how large blocks are, the others are the file.
pub(crate) fn extract(input: &[u8]) {
    let &[options, block_bytes, ref text @ ..] = input else { return };
    thread_local! {
        static DIALECTS: RefCell<HashMap<u8, Rc<Dialect>>> = RefCell::default();
    }
    let dialect = DIALECTS.with_borrow_mut(|dialects| {
        Rc::clone(dialects.entry(options & 63).or_insert_with(|| Rc::new(Dialect::new(options & 63))))
    });
    write(&dialect.extract, dialect.header.as_bytes(), text);
    let show_values = options & 64 != 0;
    // At least the whole file.
    let whole = dialect.read(input.len() + dialect.header.len(), show_values);
    let in_blocks = dialect.read(usize::from(block_bytes), show_values);
    let (mut whole, mut in_blocks) = match (whole, in_blocks) {
        (Ok(whole), Ok(in_blocks)) => (whole, in_blocks),
        (Err(error), Err(in_blocks)) => {
            // Of a wrong header and a quote that is never closed, the one that is met first is told.
            let is_of_quote = |error: &String| error.contains("never closed");
            assert!(error == in_blocks || is_of_quote(&error) || is_of_quote(&in_blocks), "{error}\n{in_blocks}");
            return;
        }
        (whole, in_blocks) => panic!("{:?} whole and {:?} in blocks", whole.err(), in_blocks.err()),
    };
    assert_eq!(whole.rejected, in_blocks.rejected);
    assert_eq!(whole.warnings, in_blocks.warnings);
    assert_eq!(whole.types.names(), in_blocks.types.names());
    let (outcome, quality) = dialect.outcome(&mut whole);
    let (outcome_in_blocks, _) = dialect.outcome(&mut in_blocks);
    assert_same(&outcome, &outcome_in_blocks);
    assert_same(&outcome, &dialect.reading.first_department());
    assert_eq!(quality.rows, quality.rejected + quality.duplicates + quality.extract);
}

fn write(file: &Path, header: &[u8], text: &[u8]) {
    std::fs::write(file, [header, text].concat()).expect("an extract can be written");
}

#[track_caller]
fn assert_same(one: &DepartmentOutcome, other: &DepartmentOutcome) {
    assert_eq!(one.quality, other.quality);
    assert_eq!(one.rejected, other.rejected);
    assert_eq!(one.incomplete, other.incomplete);
    assert_eq!(one.extract, other.extract);
    assert_eq!(one.other_types, other.other_types);
}
