//! Files that are no plain CSV, and lists of persons: whatever they hold, a clear outcome that repeats no number, and the
//! same in blocks of any size.

use super::workbook::{row, workbook};
use super::{KEY_LINE, folder};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use udpeg::extract::{self, Extract, Record, Room};
use udpeg::identity::{Key, holds_cpr_number};
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
LISTS
age_bands = [18, 67]
[types.g]
"t" = { from = 2020-01-01 }
[[department]]
id = "d"
input = "FILE"
types = ["@g", "u"]
format = { FORMAT }
[department.columns]
COLUMNS
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

/// What the bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Parquet,
    Workbook,
    /// The XML of a sheet's rows, behind a header, in a workbook that is well-formed otherwise.
    Sheet,
    Gzip,
    Zstandard,
    /// Text that is packed before it is read.
    Packed,
    /// Weekly rows in an encoding that is to be recognised, and a trailer.
    Weekly,
    /// A renumbering list, a NUL, and a list of excluded persons.
    Lists,
}

impl Form {
    fn new(options: u8) -> Self {
        use Form::{Gzip, Lists, Packed, Parquet, Sheet, Weekly, Workbook, Zstandard};
        [Parquet, Workbook, Sheet, Gzip, Zstandard, Packed, Weekly, Lists][usize::from(options & 7)]
    }

    fn file(self) -> &'static str {
        match self {
            Self::Parquet => "d.parquet",
            Self::Workbook | Self::Sheet => "d.xlsx",
            Self::Gzip => "d.csv.gz",
            Self::Zstandard | Self::Packed => "d.csv.zst",
            Self::Weekly | Self::Lists => "d.csv",
        }
    }

    /// The bytes of the extract that this input is.
    fn bytes(self, input: &[u8]) -> Vec<u8> {
        let written = "memory can be written";
        match self {
            Self::Parquet | Self::Workbook | Self::Gzip | Self::Zstandard | Self::Weekly => input.to_vec(),
            Self::Sheet => workbook(
                |sheet| {
                    sheet.write_all(row(1, &["P", "B", "T", "S", "E", "R"]).as_bytes()).expect(written);
                    sheet.write_all(input).expect(written);
                },
                b"t",
            ),
            Self::Packed => zstd::encode_all(input, 1).expect(written),
            Self::Lists => b"P,B,T,S,E,R\n\
                2512489996,0201919995,t,2024-01-01,,1\n\
                0201609995,,u,2019-01-01,,2\n\
                x,1313131313,t,2024-01-01,,3\n\
                0104909995\n"
                .to_vec(),
        }
    }
}

/// One way to read, out of 32.
struct Dialect {
    form: Form,
    folder: PathBuf,
    programme: Programme,
    key: Key,
}

impl Dialect {
    fn new(options: u8) -> Self {
        let form = Form::new(options);
        let folder = folder("formats").join(options.to_string());
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let has = |bit: u8| options & bit != 0;
        let dates = if has(8) { "%d%m%Y" } else { "%Y-%m-%d" };
        let format = format!(
            "dates = '{dates}', leading_zero_lost = {}, open_end = ['9999-12-31', 'NULL'], encoding = '{}', trailer = {}",
            has(16),
            if form == Form::Weekly { "auto" } else { "utf-8" },
            form == Form::Weekly && has(16),
        );
        let columns = if form == Form::Weekly {
            "person = ['P', 'B']\ntype = 'T'\nweek = 'S'\namount = 'E'"
        } else {
            "person = 'P'\nchild = 'B'\ntype = 'T'\nstart = 'S'\nend = 'E'\nrecord = 'R'"
        };
        let lists = if form == Form::Lists { "renumbered = 'renumbered.csv'\nexclude = ['excluded.csv']" } else { "" };
        let text = PROGRAMME.replace("FILE", form.file()).replace("FORMAT", &format).replace("COLUMNS", columns);
        let file = folder.join("p.toml");
        std::fs::write(&file, text.replace("LISTS", lists)).expect("a programme can be written");
        let key = folder.join("k.key");
        std::fs::write(&key, KEY_LINE).expect("a key can be written");
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode can be set");
        Self {
            form,
            programme: Programme::read(&file, &Overrides::default()).expect("the programme is right"),
            key: Key::read(&key).expect("the key is of the right form"),
            folder,
        }
    }

    fn write(&self, input: &[u8]) {
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(self.folder.join(Path::new(name)), bytes).expect("a file can be written");
        };
        write(self.form.file(), &self.form.bytes(input));
        if self.form == Form::Lists {
            let (renumbered, excluded) =
                input.split_at(input.iter().position(|&byte| byte == 0).unwrap_or(input.len()));
            write("renumbered.csv", renumbered);
            write("excluded.csv", excluded.get(1..).unwrap_or_default());
        }
    }

    fn read(&self, block_bytes: usize) -> Result<Outcome, String> {
        let department = &self.programme.departments[0];
        let room = Room::default().in_blocks_of(block_bytes);
        extract::read(&self.programme, department, &self.key, false, room, &Silent)
            .map(|extract| self.outcome(extract))
            .map_err(|error| error.to_string())
    }

    fn outcome(&self, mut extract: Extract) -> Outcome {
        let tidied = extract::tidy(&self.programme, &self.programme.departments[0], &mut extract);
        let (quality, _) = tidied.expect("nothing was put aside");
        let records = extract.records.chunk(0..extract.records.len()).expect("nothing was put aside");
        Outcome {
            quality: serde_json::to_value(&quality).expect("counts are JSON"),
            rejected: extract
                .rejected
                .iter()
                .map(|one| {
                    let column = one.column.map(|column| extract.own_word(column).to_owned());
                    (one.row, column, one.reason.as_str())
                })
                .collect(),
            incomplete: extract.incomplete.iter().map(ToString::to_string).collect(),
            records: records.iter().copied().collect(),
            types: extract.types.names().to_vec(),
        }
    }
}

#[derive(Debug, PartialEq)]
struct Outcome {
    quality: Value,
    rejected: Vec<(u64, Option<String>, &'static str)>,
    incomplete: Vec<String>,
    records: Vec<Record>,
    types: Vec<String>,
}

impl Outcome {
    /// Every row is somewhere, and no type is a number.
    fn check(&self) {
        let count = |name: &str| self.quality.get(name).map_or(0, |count| count.as_u64().expect("a count"));
        let of_rows = ["rejected", "excluded", "duplicates", "netted_out", "joined", "extract"].map(count);
        assert_eq!(count("rows") + count("further_adults"), of_rows.iter().sum::<u64>(), "{}", self.quality);
        assert_eq!(count("extract"), self.records.len() as u64);
        assert!(self.records.is_sorted_by_key(|record| (record.person, record.start, record.end)));
        assert!(self.records.iter().all(|record| record.end == Record::OPEN || record.start <= record.end));
        assert!(!self.types.iter().any(|name| holds_cpr_number(name)));
    }
}

/// The first byte says what the bytes are and how they are read, the second how large blocks are.
pub(crate) fn formats(input: &[u8]) {
    let &[options, block_bytes, ref bytes @ ..] = input else { return };
    thread_local! {
        static DIALECTS: RefCell<HashMap<u8, Rc<Dialect>>> = RefCell::default();
    }
    let dialect = DIALECTS.with_borrow_mut(|dialects| {
        Rc::clone(dialects.entry(options & 31).or_insert_with(|| Rc::new(Dialect::new(options & 31))))
    });
    dialect.write(bytes);
    match (dialect.read(1 << 20), dialect.read(usize::from(block_bytes))) {
        (Ok(whole), Ok(in_blocks)) => {
            whole.check();
            assert_eq!(whole, in_blocks);
        }
        (Err(error), Err(in_blocks)) => {
            for error in [&error, &in_blocks] {
                let text = error.replace(&*dialect.folder.to_string_lossy(), "");
                assert!(!holds_cpr_number(&text) && !text.contains("a mistake in udpeg"), "{text}");
            }
            // Of several mistakes, the one that is met first is told.
            let is_of_text = |error: &String| error.contains("never closed") || error.contains("header");
            assert!(error == in_blocks || is_of_text(&error) || is_of_text(&in_blocks), "{error}\n{in_blocks}");
        }
        // A file that is damaged after its first rows: both ways fail, or neither.
        (whole, in_blocks) => panic!("{whole:?} whole and {in_blocks:?} in blocks"),
    }
}
