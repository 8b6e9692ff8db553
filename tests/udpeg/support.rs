//! Running the program in a folder of its own and looking at what it wrote.

use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

mod trial;

pub(crate) use trial::{Trial, Tried};

/// What random choices of a test begin with: given in `UDPEG_SEED`, or another each time. Told where a test fails.
pub(crate) fn seed() -> u64 {
    let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros().try_into().unwrap();
    std::env::var("UDPEG_SEED").map_or_else(|_| now(), |seed| seed.parse().unwrap())
}

/// The key of all tests: bytes 00 01 … 1f, as in the published vectors.
pub(crate) const KEY_LINE: &str = "udpeg-key-1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

/// A folder that is removed when the test ends.
pub(crate) struct Workplace {
    folder: PathBuf,
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // A folder that a test made unreadable stays behind; that is no reason to fail.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Workplace {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("udpeg-test-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        Self { folder: folder.canonicalize().unwrap() }
    }

    /// The folder with a small programme of three departments (`p.toml`), its key and clean extracts.
    pub(crate) fn with_small_programme() -> Self {
        let place = Self::new();
        place.write("p.toml", SMALL_PROGRAMME);
        place.write("p.key", KEY_LINE);
        place.set_mode("p.key", 0o600);
        for (name, text) in SMALL_EXTRACTS {
            place.write(name, text);
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    pub(crate) fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    /// Replaces a piece of a file, which must be there.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold {from:?}");
        self.write(name, text.replacen(from, to, 1));
    }

    /// Runs the program in this folder.
    pub(crate) fn udpeg(&self, arguments: &[&str]) -> Ran {
        self.udpeg_with(arguments, &[])
    }

    /// The same, with environment variables.
    pub(crate) fn udpeg_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_udpeg"));
        command.args(arguments).current_dir(&self.folder).envs(environment.iter().copied());
        Ran::new(&command.output().unwrap())
    }

    /// Everything below a folder: relative path and bytes, in order. Empty where the folder is not there.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(below), &self.path(below), &mut files);
        files
    }
}

fn collect(folder: &Path, root: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, root, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub(crate) fn new(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("the program ended by itself"),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }

    /// Ended with this exit code, and its error says each of these.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, says: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        for words in says {
            assert!(self.err.contains(words), "the error does not say {words:?}:\n{}", self.err);
        }
        self
    }
}

/// All rows of a Parquet file, as one batch for each row group or part of one.
pub(crate) fn parquet_batches(path: &Path) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    builder.build().unwrap().map(Result::unwrap).collect()
}

/// The `udpeg.…` entries of a Parquet file's metadata.
pub(crate) fn parquet_metadata(path: &Path) -> BTreeMap<String, String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let entries = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    entries.into_iter().filter_map(|entry| Some((entry.key, entry.value?))).collect()
}

/// A Parquet file as rows of JSON, by column name; dates as ISO text.
pub(crate) fn parquet_rows(path: &Path) -> Vec<BTreeMap<String, Value>> {
    let mut rows = Vec::new();
    for batch in parquet_batches(path) {
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let names = schema.fields().iter().map(|field| field.name().clone());
            rows.push(names.zip(batch.columns()).map(|(name, column)| (name, cell(column.as_ref(), row))).collect());
        }
    }
    rows
}

fn cell(column: &dyn Array, row: usize) -> Value {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Date32Type, Float64Type, Int32Type, UInt32Type};
    use arrow_schema::DataType;
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Date32 => column.as_primitive::<Date32Type>().value_as_date(row).unwrap().to_string().into(),
        DataType::List(_) => {
            let list = column.as_list::<i32>().value(row);
            (0..list.len()).map(|item| cell(list.as_ref(), item)).collect()
        }
        other => panic!("a column of the unexpected type {other}"),
    }
}

/// A programme that selects two units from three departments.
pub(crate) const SMALL_PROGRAMME: &str = r#"[programme]
name = "Small"
period = "2024Q4"
as_of = 2024-12-31
key = "p.key"
out = "out"

[purpose]
controller = "Test"
legal_basis = "none: invented"
dpia = "none"
approved_by = "Test"
approved_on = 2020-01-01
delete_after = 2099-12-31

[persons]
age_bands = [18, 25, 30, 40, 50, 60, 67]
attributes = ["sex", "age_band"]

[[department]]
id = "jobcentre"
input = "jobcentre.csv"
format = { delimiter = ";", encoding = "windows-1252", dates = "%d-%m-%Y" }
[department.columns]
person = "CPR"
type = "Ydelse"
start = "Fra"
end = "Til"

[[department]]
id = "family"
input = "family.csv"
[department.columns]
person = "CPR"
type = "Foranstaltning"
start = "Fra"
end = "Til"
record = "Sag"
child = "Barn"

[[department]]
id = "social"
input = "social.tsv"
format = { dates = "%d/%m/%Y" }
[department.columns]
person = "CPR"
type = "Indsats"
start = "Fra"
end = "Til"
record = "Sag"

[[rule]]
id = "unemployment"
department = "jobcentre"
measure = "years"
types = ["kontanthjælp"]
bands = [{ from = 1.0, points = 2 }, { from = 3.0, points = 5 }]

[[rule]]
id = "cases"
department = "social"
measure = "open_cases"
points_per = 3
max = 9

[eligibility]
min_departments = 2
min_points = 1

[selection]
size = 2
reserve = 1
lottery = "Lotto 2025-01-04: 1 2 3"

[[coordinator]]
id = "k1"
capacity = 2

[disclosure]
threshold = 5
"#;

/// Four official test persons: two parents with a child, and two citizens.
pub(crate) const SMALL_EXTRACTS: [(&str, &[u8]); 3] = [
    (
        "jobcentre.csv",
        b"CPR;Navn;Ydelse;Fra;Til\r\n\
          020160-9995;Ane \xd8sterg\xe5rd;kontanthj\xe6lp;01-01-2020;\r\n\
          251248-9996;Bo Holm;kontanthj\xe6lp;01-01-2023;31-12-2024\r\n\
          010490-9995;Ib Lund;sygedagpenge;01-06-2024;\r\n",
    ),
    (
        "family.csv",
        "CPR,Sag,Foranstaltning,Barn,Fra,Til\n\
         0201609995,F-1,aflastning,0201919995,2024-01-01,\n\
         0201609996,F-1,aflastning,0201919995,2024-01-01,\n"
            .as_bytes(),
    ),
    (
        "social.tsv",
        "CPR\tSag\tIndsats\tFra\tTil\n\
         2512489996\tS-1\tSEL § 85\t1/2/2024\t\n\
         2512489996\tS-2\tSEL § 107\t01/03/2024\t31/12/2024\n\
         0104909995\tS-3\tSEL § 85\t05/05/2024\t\n"
            .as_bytes(),
    ),
];
