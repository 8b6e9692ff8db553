//! Which files are read, in which order, and with which delimiter.

use super::{HEADER, read, workplace};
use crate::support::Workplace;

/// A file with one row that cannot be used, so that `rejected.csv` tells that and when it was read.
fn put(place: &Workplace, names: &[&str]) {
    for name in names {
        place.write(name, format!("{HEADER}x,,t,01-01-2024,,,\n"));
    }
}

/// The files in the order in which they were read.
fn files_read(place: &Workplace) -> Vec<String> {
    read(place).rejected.iter().map(|line| line.split(",1,").next().unwrap().to_owned()).collect()
}

#[test]
fn lists_keep_their_order_and_globs_are_sorted_bytewise() {
    for (input, expected) in [
        ("\"d.csv\"", &["d.csv"][..]),
        ("[\"d.csv\", \"a.csv\"]", &["d.csv", "a.csv"]),
        ("\"*.csv\"", &["B.csv", "a.csv", "d.csv", "é.csv"]),
        ("\"?.csv\"", &["B.csv", "a.csv", "d.csv", "é.csv"]),
        ("\"[ad].csv\"", &["a.csv", "d.csv"]),
        ("\"sub/*.csv\"", &["sub/1.csv", "sub/10.csv", "sub/2.csv"]),
        ("\"**/1.csv\"", &["sub/1.csv"]),
        // A file matched twice is read once, where it comes first.
        ("[\"d.csv\", \"*.csv\", \"a.csv\"]", &["d.csv", "B.csv", "a.csv", "é.csv"]),
        ("[\"d.csv\", \"./d.csv\", \"sub/../d.csv\"]", &["d.csv"]),
        ("[\"sub/2.csv\", \"sub/*.csv\"]", &["sub/2.csv", "sub/1.csv", "sub/10.csv"]),
    ] {
        let place = workplace(&[("input = \"d.csv\"", &format!("input = {input}"))]);
        put(&place, &["d.csv", "a.csv", "B.csv", "é.csv", "sub/1.csv", "sub/10.csv", "sub/2.csv"]);
        assert_eq!(files_read(&place), expected, "{input}");
    }
}

#[test]
fn a_link_to_a_file_that_is_read_is_not_read_again() {
    let place = workplace(&[("input = \"d.csv\"", "input = [\"d.csv\", \"link.csv\"]")]);
    put(&place, &["d.csv"]);
    std::os::unix::fs::symlink(place.path("d.csv"), place.path("link.csv")).unwrap();
    assert_eq!(files_read(&place), ["d.csv"]);
}

#[test]
fn a_name_with_wildcards_that_is_there_is_that_file() {
    let place = workplace(&[("input = \"d.csv\"", "input = \"[d].csv\"")]);
    put(&place, &["d.csv", "[d].csv"]);
    assert_eq!(files_read(&place), ["[d].csv"]);
}

#[test]
fn the_extension_says_the_delimiter_unless_the_programme_does() {
    let row = "0201609995,,t,01-01-2024,,,\n";
    for (name, format, delimiter) in [
        ("d.csv", "", ","),
        ("d.tsv", "", "\t"),
        ("d.TSV", "", "\t"),
        ("d.Csv", "", ","),
        ("d.tsv", "delimiter = \";\", ", ";"),
        ("d.csv", "delimiter = \"\\t\", ", "\t"),
        ("d.csv", "delimiter = \"|\", ", "|"),
    ] {
        let place = workplace(&[
            ("input = \"d.csv\"", &format!("input = \"{name}\"")),
            ("{ dates", &format!("{{ {format}dates")),
        ]);
        place.write(name, format!("{HEADER}{row}").replace(',', delimiter));
        assert_eq!(read(&place).types(), ["t"], "{name} {format}");
    }
    for name in ["d.txt", "d", "d.csv.bz2", "d.xls", "d.xlsx.gz", "d.gz"] {
        let place = workplace(&[("input = \"d.csv\"", &format!("input = \"{name}\""))]);
        put(&place, &[name]);
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &[name, ".csv or .tsv"]);
    }
}

#[test]
fn input_that_names_no_file_fails() {
    for (input, says) in [
        ("\"none.csv\"", "it is not there"),
        ("\"none*.csv\"", "no file matches"),
        ("\"sub\"", "it is a folder"),
        ("\"sub.csv\"", "it is a folder"),
        ("[\"d.csv\", \"none.csv\"]", "none.csv"),
    ] {
        let place = workplace(&[("input = \"d.csv\"", &format!("input = {input}"))]);
        put(&place, &["d.csv", "sub/x.csv", "sub.csv/x.csv"]);
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &[says]);
        assert!(place.files("out/p/delivery").is_empty(), "{input}");
    }
}

#[test]
fn rows_are_numbered_in_each_file_and_duplicates_found_across_files() {
    let place = workplace(&[("input = \"d.csv\"", "input = [\"b.csv\", \"a.csv\"]")]);
    let row = "0201609995,,t,01-01-2024,,R1,\n";
    place.write("b.csv", format!("{HEADER}{row}{row}x,,t,01-01-2024,,,\n"));
    // The second file has its columns in another order.
    place.write("a.csv", "R,E,S,T,B,P\nR1,,01-01-2024,t,,020160-9995\n,,,t,,2512489996\n");
    let read = read(&place);
    assert_eq!((read.count("rows"), read.count("duplicates"), read.count("extract")), (5, 2, 1));
    assert_eq!(read.rejected, ["b.csv,3,P,person_malformed", "a.csv,2,S,start_missing"]);
}

#[test]
fn rows_keep_their_numbers_over_blocks_of_a_large_file() {
    // Blocks hold a mebibyte, and this file three; every thousandth row cannot be used.
    let place = workplace(&[]);
    let mut text = HEADER.to_owned();
    let mut expected = Vec::new();
    for row in 1..=60_000 {
        let person = if row % 1000 == 0 { "x" } else { "0201609995" };
        text += &format!("{person},,t,01-01-2024,,R{row},\"{}\n{}\"\n", "æ".repeat(row % 13), "\"\"".repeat(row % 5));
        if row % 1000 == 0 {
            expected.push(format!("d.csv,{row},P,person_malformed"));
        }
    }
    assert!(text.len() > 3 << 20, "{}", text.len());
    place.write("d.csv", text);
    let read = read(&place);
    assert_eq!(read.rejected, expected);
    assert_eq!((read.count("rows"), read.count("extract")), (60_000, 59_940));
}

#[test]
fn any_number_of_empty_lines_may_stand_before_the_header() {
    let place = workplace(&[]);
    // More than is read at a time.
    place.write("d.csv", format!("{}{HEADER}0201609995,,t,01-01-2024,,,\n", "\n".repeat((1 << 20) + 1)));
    assert_eq!(read(&place).count("extract"), 1);
}
