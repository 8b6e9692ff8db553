//! The same extract in every format gives the same delivery, byte for byte; files come from other programs (see
//! `tests/fixtures/formats/make.py`).

use super::{Read, read, workplace};
use crate::support::Workplace;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The extract of `make.py` as the department would write it by hand.
const CSV: &str = "P,B,T,S,E,R,X\n\
    2512489996,,t,15-03-2023,,S-1,\"a,b\"\n\
    0201609995,0201919995,Støtte,01-01-2024,31-12-2024,12345,\"say \"\"x\"\"\"\n\
    0104909995,,u,28-02-1999,29-02-2000,,\"line\nbreak\"\n\
    0104909995,,u,28-02-1999,29-02-2000,,\n\
    0505109990,,other than named,06-01-2020,31-12-9999,7,é\n\
    ,,t,06-01-2020,,8,\n\
    0505239996,12,t,01-06-2024,,9,\n\
    0504909989,,t,,,10,\n";

/// A fixture's path.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(name)
}

/// A department that delivers one file of these bytes.
fn deliver(name: &str, bytes: &[u8], format: &str) -> Workplace {
    let place = workplace(&[
        ("input = \"d.csv\"", &format!("input = \"{name}\"")),
        ("{ dates", &format!("{{ {format}dates")),
        ("types = [", "types = [\"other than named\", "),
    ]);
    place.write(name, bytes);
    place
}

/// What leaves and what stays, without the manifest and with the file's name taken out.
fn outcome(place: &Workplace, name: &str) -> (Vec<u8>, Vec<u8>, String, Read) {
    let read = read(place);
    let mut files = place.files("out/p");
    let rejected = String::from_utf8(files.remove("private/d/rejected.csv").unwrap()).unwrap().replace(name, "FILE");
    let mut file = |name: &str| files.remove(&format!("delivery/d/{name}.parquet")).unwrap();
    // The programme's hash stands in the metadata, so programmes must be alike but for the name of the input.
    (file("extract"), file("incomplete"), rejected, read)
}

/// The rows without what depends on the programme's own bytes.
fn compare(name: &str, bytes: &[u8], csv: &str, format: &str) -> Read {
    let expected = outcome(&deliver("d.csv", csv.as_bytes(), format), "d.csv");
    let found = outcome(&deliver(name, bytes, format), name);
    assert_eq!(found.2, expected.2, "{name}: rejected rows");
    assert_eq!(found.3.extract, expected.3.extract, "{name}");
    assert_eq!(found.3.incomplete, expected.3.incomplete, "{name}");
    assert_eq!(found.3.quality, expected.3.quality, "{name}");
    assert_eq!((found.0.len(), found.1.len()), (expected.0.len(), expected.1.len()), "{name}");
    found.3
}

#[test]
fn workbooks_and_parquet_files_give_what_the_same_text_gives() {
    let texts = [
        "dates.xlsx",
        "dates-1904.xlsx",
        "libreoffice-dates.xlsx",
        "sheets.xlsx",
        "strings.parquet",
        "large.parquet",
        "binary.parquet",
    ];
    let stamps = ["timestamps-s.parquet", "timestamps-ms.parquet", "timestamps-us.parquet", "zone.parquet"];
    for name in texts.into_iter().chain(stamps) {
        let format = if name == "sheets.xlsx" { "sheet = \"Udtræk\", " } else { "" };
        let read = compare(name, &std::fs::read(fixture(name)).unwrap(), CSV, format);
        assert_eq!((read.count("rows"), read.count("rejected"), read.count("duplicates")), (8, 3, 1));
        assert_eq!(read.count("extract"), 4);
        assert_eq!(read.count("repaired"), 0);
    }
    // Nanoseconds do not reach the year 9999.
    let near = CSV.replace("31-12-9999", "31-12-2200");
    compare("int96.parquet", &std::fs::read(fixture("int96.parquet")).unwrap(), &near, "");
}

#[test]
fn a_number_has_certainly_lost_its_leading_zero_and_is_repaired() {
    // An apostrophe is how a repaired cell can be written in text.
    let zeros = CSV.replace("\n0", "\n'0").replace(",0201919995", ",'0201919995");
    for name in ["numbers.xlsx", "numbers-1904.xlsx", "libreoffice-numbers.xlsx", "integers.parquet"] {
        let read = compare(name, &std::fs::read(fixture(name)).unwrap(), &zeros, "");
        assert_eq!(read.count("repaired"), 5, "{name}");
    }
    let zeros = CSV.replace("\n0", "\n'0");
    let read = compare("floats.parquet", &std::fs::read(fixture("floats.parquet")).unwrap(), &zeros, "");
    assert_eq!(read.count("repaired"), 4);
}

#[test]
fn packed_text_gives_what_the_text_gives_and_its_own_hash_stands_in_the_manifest() {
    let gzip = |text: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    };
    let text = CSV.as_bytes();
    let (begin, end) = text.split_at(100);
    for (name, bytes) in [
        ("d.csv.gz", gzip(text)),
        ("d.CSV.GZ", [gzip(begin), gzip(b""), gzip(end)].concat()),
        ("d.csv.zst", zstd::encode_all(text, 3).unwrap()),
        ("e.csv.zst", [zstd::encode_all(begin, 1).unwrap(), zstd::encode_all(end, 19).unwrap()].concat()),
        ("d.tsv.gz", gzip(CSV.replace(',', "\t").replace("a\tb", "a,b").as_bytes())),
    ] {
        compare(name, &bytes, CSV, "");
        let place = deliver(name, &bytes, "");
        read(&place);
        let manifest = place.json("out/p/delivery/d/manifest.json");
        assert_eq!(manifest["inputs"][0]["sha256"], udpeg::output::sha256_hex(&bytes), "{name}");
    }
}

#[test]
fn files_of_all_formats_can_stand_beside_each_other() {
    let place = deliver("in/a.csv", CSV.as_bytes(), "");
    place.edit("p.toml", "in/a.csv", "in/*");
    for name in ["dates.xlsx", "strings.parquet"] {
        place.write(&format!("in/{name}"), std::fs::read(fixture(name)).unwrap());
    }
    place.write("in/b.csv.zst", zstd::encode_all(CSV.as_bytes(), 3).unwrap());
    let read = read(&place);
    assert_eq!((read.count("rows"), read.count("extract"), read.count("rejected")), (32, 4, 12));
    assert_eq!(read.rejected[0], "in/a.csv,6,P,person_missing");
    assert_eq!(read.rejected[11], "in/strings.parquet,8,S,start_missing");
}

#[test]
fn large_packed_files_keep_their_row_numbers() {
    let mut text = "P,B,T,S,E,R,X\n".to_owned();
    for row in 1..=60_000 {
        let person = if row == 59_999 { "x" } else { "0201609995" };
        text += &format!("{person},,t,01-01-2024,,R{row},\"{}\n\"\n", "æ".repeat(row % 13));
    }
    let place = deliver("d.csv.zst", &zstd::encode_all(text.as_bytes(), 1).unwrap(), "");
    let read = read(&place);
    assert_eq!(read.rejected, ["d.csv.zst,59999,P,person_malformed"]);
    assert_eq!(read.count("rows"), 60_000);
}

#[test]
fn the_sheet_that_has_the_columns_is_taken_unless_several_do() {
    let bytes = std::fs::read(fixture("sheets.xlsx")).unwrap();
    deliver("d.xlsx", &bytes, "")
        .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"])
        .failed(1, &["its sheets 2 and 3 both have the named columns", "`sheet = "]);
    deliver("d.xlsx", &bytes, "sheet = \"Udtraek\", ")
        .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"])
        .failed(1, &["it has no sheet `Udtraek` among its 3"]);
    assert_eq!(read(&deliver("d.xlsx", &bytes, "sheet = \"Kladde\", ")).count("rows"), 1);
    deliver("d.xlsx", &bytes, "sheet = \"Vejledning\", ")
        .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"])
        .failed(1, &["column `P` is not in the header"]);
}

#[test]
fn cells_without_a_value_never_pass_for_empty_ones() {
    let bytes = std::fs::read(fixture("formulas-and-errors.xlsx")).unwrap();
    let read = read(&deliver("d.xlsx", &bytes, ""));
    assert_eq!(
        read.rejected,
        [
            "d.xlsx,1,E,date_malformed",
            "d.xlsx,2,P,person_malformed",
            "d.xlsx,3,,row_malformed",
            "d.xlsx,4,,row_malformed",
            "d.xlsx,5,B,child_malformed",
            "d.xlsx,6,S,date_malformed",
        ]
    );
    // An error in a column that is not used does no harm.
    assert_eq!(read.count("extract"), 1);
}

#[test]
fn what_is_not_certain_in_a_workbook_or_parquet_file_fails_it() {
    for (name, says) in [
        ("merged-header.xlsx", "its header has merged cells"),
        ("title.xlsx", "its header has merged cells"),
        ("merged-cells.xlsx", "merged in line 2 of its sheet"),
        ("nested.parquet", "its column 8 is nested"),
        ("brotli.parquet", "Brotli"),
    ] {
        let place = deliver(name, &std::fs::read(fixture(name)).unwrap(), "");
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &[name, says]);
        assert!(place.files("out/p").is_empty(), "{name}");
    }
}
