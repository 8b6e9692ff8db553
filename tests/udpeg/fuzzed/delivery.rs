//! A delivery: any bytes in the place of each of its files, and any rows in a well-formed one.

use super::parquet::{Pages, file};
use super::{folder, split_first};
use arrow_array::{ArrayRef, Date32Array, StringArray};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterVersion;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use udpeg::assignment::{TargetGroup, Terms};
use udpeg::extract::{Record, Room};
use udpeg::identity::Pseudonym;
use udpeg::linkage::{Delivery, Linked, Units, read_all};
use udpeg::output::sha256_hex;
use udpeg::pipeline::Silent;
use udpeg::programme::{Overrides, Programme};
use udpeg::score::Scorer;
use udpeg::selection::select;
use udpeg::untrusted::SteadyFile;

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
[family]
max_adults_per_child = 2
apart_types = ["apart"]
[[department]]
id = "d"
input = "d.csv"
columns = { person = "P", type = "T", start = "S", end = "E", record = "R", child = "B" }
[[rule]]
id = "years"
department = "d"
measure = "years"
bands = [{ from = 1.0, points = 2 }, { from = 30.0, points = 5 }]
[[rule]]
id = "years_lately"
department = "d"
measure = "years"
types = ["t", "u"]
window_years = 10
points_per = 1
[[rule]]
id = "unbroken"
department = "d"
measure = "years_unbroken"
max_gap_days = 28
points_per = 1
[[rule]]
id = "open"
department = "d"
measure = "open_cases"
points_per = 3
max = 9
[[rule]]
id = "all"
department = "d"
measure = "cases"
window_years = 2
points_per = 1
[[rule]]
id = "departments"
measure = "departments"
points_per = 1
[eligibility]
ages = "18-66"
[selection]
size = 3
reserve = 1
tie_break = ["years"]
quota.family = { min = 1, max = 2 }
[[coordinator]]
id = "k1"
capacity = 2
[disclosure]
threshold = 5
"#;

const FILES: [&str; 3] = ["extract.parquet", "incomplete.parquet", "quality.json"];

/// The programme, and the folder of the department's delivery.
struct Place {
    programme: Programme,
    period: PathBuf,
    delivery: PathBuf,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let folder = folder("delivery");
    fs::write(folder.join("p.toml"), PROGRAMME).expect("a programme can be written");
    let programme = Programme::read(&folder.join("p.toml"), &Overrides::default()).expect("the programme is right");
    let period = folder.join("out/p");
    let delivery = period.join("delivery/d");
    fs::create_dir_all(&delivery).expect("a folder can be made");
    Place { programme, period, delivery }
});

/// The first byte says what the others are: a file's bytes, or rows.
pub(crate) fn delivery(input: &[u8]) {
    let (what, rest) = split_first(input);
    let mut files = BTreeMap::from(FILES.map(|name| (name, whole(name))));
    match what % 6 {
        at @ 0..=2 => {
            files.insert(FILES[usize::from(at)], rest.to_vec());
            // Any outcome is fine that is none of a panic.
            let _ = read_and_use(&files, None, |_| {});
        }
        3 => {
            let _ = read_and_use(&files, Some(rest), |_| {});
        }
        4 => rows(rest, files),
        _ => candidates(rest),
    }
}

/// A file of the delivery as it should be.
fn whole(name: &str) -> Vec<u8> {
    match name {
        "extract.parquet" => extract_file(&[Row::new(&[0; Row::BYTES])], Pages::PLAIN, &entries()),
        "incomplete.parquet" => incomplete_file(),
        _ => br#"{"department":"d","rows":1,"rejected":0,"reasons":{},"duplicates":0,"repaired":0,"replacement":0,"no_check_digit":0,"extract":1}"#.to_vec(),
    }
}

fn entries() -> Vec<(&'static str, String)> {
    let programme = &PLACE.programme;
    vec![
        ("udpeg.format", "1".to_owned()),
        ("udpeg.department", "d".to_owned()),
        ("udpeg.period", programme.period.clone()),
        ("udpeg.as_of", programme.as_of.to_string()),
        ("udpeg.age_bands", programme.age_bands.to_text()),
        ("udpeg.key_id", "cf38ac5703629760".to_owned()),
        ("udpeg.programme", "of another file, as seeds outlive it".to_owned()),
    ]
}

fn incomplete_file() -> Vec<u8> {
    let persons: ArrayRef = Arc::new(StringArray::from_iter_values([hex(1), hex(3)]));
    file(vec![("person", persons)], &[2], &entries(), Pages::PLAIN)
}

fn hex(person: u8) -> String {
    format!("{:032x}", u128::from(person) << 120 | 7)
}

/// The manifest that names these files, unless other bytes stand in its place.
fn write(files: &BTreeMap<&str, Vec<u8>>, manifest: Option<&[u8]>) {
    let record = |(name, bytes): (&&str, &Vec<u8>)| {
        fs::write(PLACE.delivery.join(name), bytes).expect("a file can be written");
        json!({ "path": format!("delivery/d/{name}"), "sha256": sha256_hex(bytes), "rows": null })
    };
    let outputs: Vec<Value> = files.iter().map(record).collect();
    let ours = json!({
        "step": "pseudonymise", "program_version": "0", "programme_sha256": "", "overrides": {},
        "key_id": "cf38ac5703629760", "purpose": {}, "inputs": [], "outputs": outputs, "seconds": 0.0,
    });
    let ours = ours.to_string();
    fs::write(PLACE.delivery.join("manifest.json"), manifest.unwrap_or(ours.as_bytes()))
        .expect("a file can be written");
}

/// Reads the delivery, looks at it, and goes on to a selection with it.
fn read_and_use(
    files: &BTreeMap<&str, Vec<u8>>,
    manifest: Option<&[u8]>,
    look: impl Fn(&Delivery),
) -> Result<(), String> {
    write(files, manifest);
    let programme = &PLACE.programme;
    let deliveries =
        read_all(programme, &PLACE.period, &Room::default(), &Silent).map_err(|error| error.to_string())?;
    assert_eq!(deliveries.len(), 1);
    well_formed(&deliveries[0]);
    look(&deliveries[0]);
    let scorer = Scorer::new(programme, &deliveries);
    let Ok(mut linked) = Linked::new(programme, deliveries, |alone| scorer.score_alone(alone)) else { return Ok(()) };
    let units = Units::new(&programme.family, &mut linked);
    let members: usize = (0..units.len()).map(|position| units.get(position).members.len()).sum();
    assert_eq!(members, units.number_of_members());
    if let Ok(selected) = select(programme, &scorer, &linked, &units) {
        assert!(selected.ranked.is_sorted_by(|one, other| one.points >= other.points));
        assert_eq!(selected.ranked.len(), selected.counts.funnel.eligible);
    }
    Ok(())
}

/// The records of a delivery, in order.
fn records(delivery: &Delivery) -> Vec<Record> {
    let records = &delivery.records;
    records.chunk(0..records.len()).expect("they are in memory").iter().copied().collect()
}

/// What all later rooms rely on.
fn well_formed(delivery: &Delivery) {
    let records = records(delivery);
    assert!(delivery.incomplete.is_sorted_by(|one, other| one < other));
    assert!(records.is_sorted_by_key(|record| (record.person, record.start, record.end)));
    assert!(records.iter().all(|record| (record.kind as usize) < delivery.types.len() && record.age_band < 3));
}

/// A row out of a few bytes.
struct Row {
    person: String,
    record: Option<String>,
    kind: &'static str,
    start: i32,
    end: Option<i32>,
    child: Option<String>,
    sex: &'static str,
    band: &'static str,
    begins_row_group: bool,
}

impl Row {
    const BYTES: usize = 13;

    fn new(bytes: &[u8; Self::BYTES]) -> Self {
        let &[flags, person, record, child, words, s0, s1, s2, s3, e0, e1, e2, e3] = bytes;
        let has = |bit: u8| flags & bit != 0;
        // Few bytes are enough for a day near today; all four make any.
        let day = |bytes: [u8; 4]| if has(1) { i32::from_le_bytes(bytes) } else { 20_000 - i32::from(bytes[0]) * 60 };
        let pseudonym = |byte: u8| match byte {
            255 => "251248-9996".to_owned(),
            254 => "A".repeat(32),
            253 => String::new(),
            person => hex(person),
        };
        Self {
            person: pseudonym(person),
            record: has(2).then(|| pseudonym(record)),
            kind: ["t", "u", "other", "apart", "", "sag 251248-9996", "æ", "t "][usize::from(words & 7)],
            start: day([s0, s1, s2, s3]),
            end: has(4).then(|| day([e0, e1, e2, e3])),
            child: has(8).then(|| pseudonym(child)),
            sex: ["M", "F", "X", "2512489996"][usize::from(words >> 3 & 3)],
            band: ["0-17", "18-66", "67+", "68+", "", "0-17 ", "2512489996", "18-66"][usize::from(words >> 5)],
            begins_row_group: has(16),
        }
    }

    /// What rows are sorted by.
    fn key(&self) -> impl Ord + use<'_> {
        (&self.person, self.start, self.end, self.kind, &self.record, &self.child)
    }

    /// Whether it stands rightly before another: behind none, and equal to one only where both types became `other`.
    fn comes_before(&self, next: &Self) -> bool {
        let is_equal = self.key() == next.key();
        let goes_on = self.person != next.person || self.band == next.band;
        goes_on && if is_equal { self.kind == "other" } else { self.key() < next.key() }
    }
}

fn extract_file(rows: &[Row], pages: Pages, entries: &[(&str, String)]) -> Vec<u8> {
    let text =
        |cell: fn(&Row) -> Option<&str>| -> ArrayRef { Arc::new(rows.iter().map(cell).collect::<StringArray>()) };
    let days = |cell: fn(&Row) -> Option<i32>| -> ArrayRef { Arc::new(rows.iter().map(cell).collect::<Date32Array>()) };
    let columns = vec![
        ("person", text(|row| Some(&row.person))),
        ("record", text(|row| row.record.as_deref())),
        ("type", text(|row| Some(row.kind))),
        ("start", days(|row| Some(row.start))),
        ("end", days(|row| row.end)),
        ("child", text(|row| row.child.as_deref())),
        ("sex", text(|row| Some(row.sex))),
        ("age_band", text(|row| Some(row.band))),
    ];
    let mut ends: Vec<usize> = (1..rows.len()).filter(|at| rows[*at].begins_row_group).collect();
    ends.push(rows.len());
    file(columns, &ends, entries, pages)
}

/// Any rows in a well-formed file: what is read of them is what they say, or they are refused.
fn rows(input: &[u8], mut files: BTreeMap<&str, Vec<u8>>) {
    let (options, bytes) = split_first(input);
    let mut rows: Vec<Row> = bytes.as_chunks().0.iter().map(Row::new).collect();
    if options & 1 == 0 {
        rows.sort_by(|one, other| one.key().cmp(&other.key()));
    }
    let pages = Pages {
        in_dictionaries: options & 2 != 0,
        behind_lengths: options & 16 != 0 && options & 4 == 0,
        version: if options & 4 != 0 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 },
        compression: if options & 8 != 0 { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED },
    };
    files.insert("extract.parquet", extract_file(&rows, pages, &entries()));
    let is_sorted = rows.is_sorted_by(Row::comes_before);
    let usable = |row: &Row| {
        let is_pseudonym = |cell: &String| cell.len() == 32 && !cell.contains('A');
        let pseudonyms = [Some(&row.person), row.record.as_ref(), row.child.as_ref()];
        pseudonyms.into_iter().flatten().all(is_pseudonym)
            && !row.kind.is_empty()
            && !row.kind.contains("251248")
            && [row.start, row.end.unwrap_or(row.start)].iter().all(|day| (-719_162..=2_932_896).contains(day))
            && row.end.is_none_or(|end| end >= row.start)
            && ["M", "F"].contains(&row.sex)
            && ["0-17", "18-66", "67+"].contains(&row.band)
    };
    let is_right = is_sorted && rows.iter().all(usable);
    let read = read_and_use(&files, None, |delivery| {
        assert!(is_right);
        same_rows(delivery, &rows);
    });
    // Without dictionaries, pages of the second version hold differences between values, which no delivery does.
    let has_usual_pages = pages.version == WriterVersion::PARQUET_1_0 || pages.in_dictionaries;
    if let Err(error) = read {
        assert!(!is_right || !has_usual_pages, "refused without a reason: {error}");
    }
}

/// What was read, row by row.
fn same_rows(delivery: &Delivery, rows: &[Row]) {
    let records = records(delivery);
    assert_eq!(records.len(), rows.len());
    let text = |pseudonym: Option<Pseudonym>| pseudonym.map(|pseudonym| pseudonym.to_string());
    for (record, row) in records.iter().zip(rows) {
        assert_eq!(record.person.to_string(), row.person);
        assert_eq!(delivery.types[record.kind as usize], row.kind);
        assert_eq!((record.start, record.last_day()), (row.start, row.end.unwrap_or(i32::MAX)));
        assert_eq!((text(record.record), text(record.child)), (row.record.clone(), row.child.clone()));
    }
}

/// Inputs to begin with: small whole files, and such as need several row groups, dictionaries and empty cells.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let bytes: Vec<u8> = (0..8 * Row::BYTES).map(|at| u8::try_from(at * 37 % 256).expect("a byte") & 0x6e).collect();
    let mut several: Vec<Row> = bytes.as_chunks().0.iter().map(Row::new).collect();
    several.sort_by(|one, other| one.key().cmp(&other.key()));
    several[5].begins_row_group = true;
    let (plain, version) = (Pages::PLAIN, WriterVersion::PARQUET_2_0);
    let dictionaries = Pages { in_dictionaries: true, version, ..plain };
    let compressed = Pages { compression: Compression::ZSTD(ZstdLevel::default()), ..plain };
    let behind_lengths = Pages { behind_lengths: true, ..plain };
    let with = |what: u8, bytes: &[u8]| [&[what], bytes].concat();
    let statuses: ArrayRef = Arc::new(StringArray::from_iter_values(["proposed", "proposed", "reserve"]));
    let kinds: ArrayRef = Arc::new(StringArray::from_iter_values(["family", "citizen", "citizen"]));
    let ranks: ArrayRef = Arc::new(arrow_array::UInt32Array::from(vec![1, 2, 3]));
    let points: ArrayRef = Arc::new(arrow_array::Int32Array::from(vec![9, 5, 5]));
    let columns = vec![("rank", ranks), ("status", statuses), ("kind", kinds), ("points", points)];
    vec![
        with(0, &whole("extract.parquet")),
        with(0, &extract_file(&several, plain, &entries())),
        with(0, &extract_file(&several, dictionaries, &entries())),
        with(0, &extract_file(&several, compressed, &entries())),
        with(0, &extract_file(&[], plain, &entries())),
        with(1, &whole("incomplete.parquet")),
        with(2, &whole("quality.json")),
        with(3, &fs::read(PLACE.delivery.join("manifest.json")).unwrap_or_default()),
        with(4, &[&[0], &bytes[..]].concat()),
        with(4, &[&[15], &bytes[..]].concat()),
        with(4, &[&[1], &bytes[..Row::BYTES]].concat()),
        with(5, &file(columns, &[3], &entries(), plain)),
        with(0, &extract_file(&several, behind_lengths, &entries())),
        with(4, &[&[16], &bytes[..]].concat()),
    ]
}

/// Any bytes as a selection's list of candidates.
fn candidates(input: &[u8]) {
    let path = PLACE.period.join("candidates.parquet");
    fs::write(&path, input).expect("a file can be written");
    let file = SteadyFile::open(&path).expect("it was just written");
    let terms = |_: &str| Ok(Terms::default());
    if let Ok((group, _)) = TargetGroup::read(&file, &PLACE.programme, terms) {
        let coordinators = &group.assignment.coordinators;
        assert_eq!(group.units.len(), coordinators.len());
        let assigned = coordinators.iter().flatten().count();
        assert!(assigned <= PLACE.programme.coordinators[0].capacity);
    }
}
