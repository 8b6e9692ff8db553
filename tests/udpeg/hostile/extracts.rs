//! Extracts: endless lines, fields, quotes and columns, and every kind of rubbish.

use super::{MEBIBYTES, bounded, lengthen, make_pipe};
use crate::support::Workplace;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::unix::fs::symlink;
use std::path::Path;

const HEADER: &[u8] = b"CPR\tSag\tIndsats\tFra\tTil\n";
const ROW: &[u8] = b"2512489996\tS-1\tSEL \xc2\xa7 85\t1/2/2024\t\n";
const PSEUDONYMISE: [&str; 5] = ["pseudonymise", "--programme", "p.toml", "--department", "social"];

/// The extract fails like this.
#[track_caller]
fn fails(place: &Workplace, says: &[&str]) {
    bounded(place, MEBIBYTES, &PSEUDONYMISE).failed(1, &["error: "]).failed(1, &["social"]).failed(1, says);
    assert!(place.files("out").is_empty());
}

fn with_extract(bytes: &[&[u8]]) -> Workplace {
    let place = Workplace::with_small_programme();
    place.write("social.tsv", bytes.concat());
    place
}

/// Writes a piece so many times into the extract, behind what is there.
fn append(path: &Path, piece: &[u8], times: usize) {
    let mut file = BufWriter::with_capacity(1 << 20, File::options().append(true).open(path).unwrap());
    (0..times).for_each(|_| file.write_all(piece).unwrap());
    file.flush().unwrap();
}

const TOO_LONG: &str = "is longer than 16 MiB; a quote that opens in it may never be closed";

#[test]
fn lines_and_fields_without_an_end_fail_once_they_are_longer_than_any() {
    for (start, row) in [
        (&b""[..], "the header"),
        (HEADER, "row 1"),
        (b"\"", "the header"),
        (&[HEADER, b"2512489996\t\""].concat(), "row 1"),
        (&[HEADER, ROW, ROW, b"2512489996\tS-2\t\"x\"\"\n\n"].concat(), "row 3"),
    ] {
        let place = with_extract(&[start]);
        lengthen(&place.path("social.tsv"), 10 << 30);
        fails(&place, &[row, TOO_LONG]);
    }
}

#[test]
fn quotes_without_an_end_fail_once_they_are_more_than_any() {
    // An even number of quotes is one field that may go on; an odd number is one that may have ended.
    for (start, quotes, row) in [(&b""[..], 17 << 20, "the header"), (HEADER, (17 << 20) + 1, "row 1")] {
        let place = with_extract(&[start, &vec![b'"'; quotes]]);
        fails(&place, &[row, TOO_LONG]);
    }
    let place = with_extract(&[HEADER, &b"\"\"\t".repeat(1 << 20)]);
    bounded(&place, MEBIBYTES, &PSEUDONYMISE).failed(3, &["1 of 1 rows cannot be used"]);
}

#[test]
fn more_columns_than_any_table_has_fail_and_more_fields_than_columns_are_a_malformed_row() {
    let columns = |many: usize| [&HEADER[..HEADER.len() - 1], &b"\tx".repeat(many - 5), b"\n"].concat();
    let place = with_extract(&[&columns(4096)]);
    bounded(&place, MEBIBYTES, &PSEUDONYMISE).succeeded();
    for header in [columns(4097), columns(10_000), b"\t".repeat(1 << 20), b"\t".repeat(15 << 20), b"\t\n".repeat(9999)]
    {
        let place = with_extract(&[&header]);
        let columns = header.iter().take_while(|byte| **byte != b'\n').count();
        let says = if columns > 4 { "its header has more than 4096 columns" } else { "is not in the header" };
        fails(&place, &[says]);
    }
    for show_values in [&[][..], &["--show-values"]] {
        let place = with_extract(&[HEADER, &ROW.repeat(99), &b"\t".repeat(15 << 20), b"\n", ROW]);
        bounded(&place, MEBIBYTES, &[&PSEUDONYMISE, show_values].concat()).succeeded();
        assert_eq!(place.json("out/2024Q4/private/social/quality.json")["reasons"]["row_malformed"], 1);
    }
}

#[test]
fn rows_that_are_almost_too_long_take_bounded_memory() {
    with_long_rows(6);
}

#[test]
#[ignore = "writes gigabytes"]
fn many_rows_that_are_almost_too_long_take_bounded_memory() {
    with_long_rows(100);
}

fn with_long_rows(rows: usize) {
    let place = with_extract(&[HEADER]);
    let row = [b"2512489996\tS-1\t", &vec![b'x'; 15 << 20][..], b"\t1/2/2024\t\n"].concat();
    append(&place.path("social.tsv"), &row, rows);
    bounded(&place, MEBIBYTES, &PSEUDONYMISE).succeeded();
    assert_eq!(place.json("out/2024Q4/private/social/quality.json")["duplicates"], rows - 1);
}

#[test]
fn nothing_but_line_ends_or_a_single_byte_is_an_extract_without_a_header() {
    for bytes in [b"\n".repeat(20 << 20), b"\r\n".repeat(1 << 20)] {
        fails(&with_extract(&[&bytes]), &["it is empty: there is not even a header"]);
    }
    let place = Workplace::with_small_programme();
    for byte in (0..=u8::MAX).filter(|byte| byte % 7 == 0 || b"\"\t\n\r".contains(byte)) {
        place.write("social.tsv", [byte]);
        fails(&place, &[]);
    }
}

#[test]
fn every_beginning_of_an_extract_is_read_rejected_or_told_and_nothing_is_half() {
    let place = Workplace::with_small_programme();
    let whole = fs::read(place.path("social.tsv")).unwrap();
    for length in (0..whole.len()).filter(|length| *length < 30 || length % 2 == 0) {
        place.write("social.tsv", &whole[..length]);
        let ran = place.udpeg(&[&PSEUDONYMISE[..], &["--force"]].concat());
        let is_header_whole = length >= 23;
        let header_only = (23..=24).contains(&length);
        assert!(if is_header_whole { matches!(ran.code, 0 | 3) } else { ran.code == 1 }, "{length}: {}", ran.err);
        assert_eq!(ran.err.contains("a header and no rows"), header_only, "{length}: {}", ran.err);
        assert_eq!(ran.code == 3, ran.err.contains("cannot be used"), "{length}: {}", ran.err);
    }
    assert!(place.files("out").keys().all(|name| !name.contains("/.")));
}

#[test]
fn rows_of_zero_bytes_and_other_rubbish_are_rejected_rows() {
    let rubbish: [&[u8]; 6] =
        [b"\0\0\0\0", b"\0\t\0\t\0\t\0\t\0", b"\xff\xfe", b"\t\t\t\t", b"\"\"\"\"", b"\x1b[2J\t\x07\t\x08\t\t"];
    for piece in rubbish {
        let place = with_extract(&[HEADER, &[piece, b"\n"].concat().repeat(100_000)]);
        bounded(&place, MEBIBYTES, &PSEUDONYMISE).failed(3, &["100000 of 100000 rows cannot be used"]);
        assert_eq!(place.json("out/2024Q4/private/social/quality.json")["rejected"], 100_000);
    }
}

#[test]
fn a_type_of_its_own_in_each_row_takes_time_and_memory_in_proportion() {
    let place = with_extract(&[HEADER]);
    let mut file = BufWriter::new(File::options().append(true).open(place.path("social.tsv")).unwrap());
    for number in 0..100_000 {
        writeln!(file, "2512489996\tS-1\ttype {number}\t1/2/2024\t").unwrap();
    }
    drop(file);
    // Types that the programme names and that come in another spelling are looked for among them all.
    let types: Vec<String> = (0..500).map(|number| format!("\"Type-{number}\"")).collect();
    place.edit("p.toml", "id = \"social\"", &format!("id = \"social\"\ntypes = [{}]", types.join(", ")));
    let ran = bounded(&place, MEBIBYTES, &PSEUDONYMISE).succeeded();
    assert_eq!(ran.err.matches("comes only in another spelling").count(), 500);
    assert_eq!(place.read("out/2024Q4/private/social/other_types.csv").lines().count(), 100_001);
}

#[test]
fn what_is_no_regular_file_fails_at_once() {
    let place = Workplace::with_small_programme();
    let path = place.path("social.tsv");
    for device in ["/dev/zero", "/dev/urandom", "/dev/null", "/dev/full"] {
        fs::remove_file(&path).unwrap();
        symlink(device, &path).unwrap();
        fails(&place, &["social.tsv: it is no regular file"]);
    }
    fs::remove_file(&path).unwrap();
    make_pipe(&path);
    fails(&place, &["social.tsv: it is no regular file", "has to be saved as one first"]);
    fs::remove_file(&path).unwrap();
    symlink("social.tsv", &path).unwrap();
    fails(&place, &["social.tsv"]);
}

#[test]
#[ignore = "writes gigabytes"]
fn a_billion_quotes_fail_once_they_are_more_than_any() {
    let place = with_extract(&[HEADER, b"\t"]);
    append(&place.path("social.tsv"), &vec![b'"'; 1 << 20], 1000);
    fails(&place, &["row 1", TOO_LONG]);
}

#[test]
#[ignore = "writes gigabytes"]
fn more_rejected_rows_than_can_be_listed_fail() {
    let place = with_extract(&[HEADER]);
    append(&place.path("social.tsv"), &b"x\n".repeat(1 << 19), 200);
    let ran = bounded(&place, 2500, &PSEUDONYMISE);
    ran.failed(1, &["social.tsv", "more than 20000000 rows cannot be used", "check that this is the right file"]);
    assert!(place.files("out").is_empty());
    // With their values they take more room, and are given up sooner.
    let place = with_extract(&[HEADER]);
    let row = b"x\tSEL 85, 107 og 110\t1/2/2024\t\t\n";
    append(&place.path("social.tsv"), &row.repeat(1 << 15), 400);
    let ran = bounded(&place, 5000, &[&PSEUDONYMISE[..], &["--show-values"]].concat());
    ran.failed(1, &["social.tsv", "the rejected rows take more than 1 GiB to show", "without --show-values"]);
    assert!(place.files("out").is_empty());
}

#[test]
#[ignore = "writes gigabytes"]
fn as_many_rejected_rows_as_can_be_listed_are() {
    let place = with_extract(&[HEADER]);
    append(&place.path("social.tsv"), &b"x\n".repeat(1 << 10), 19_000);
    bounded(&place, 2500, &PSEUDONYMISE).failed(3, &["19456000 of 19456000 rows cannot be used"]);
    let list = File::open(place.path("out/2024Q4/private/social/rejected.csv")).unwrap();
    assert_eq!(std::io::BufRead::lines(std::io::BufReader::new(list)).count(), 19_456_001);
}
