//! Extracts that cannot be read.

use super::{RUN, assert_nothing_written, pseudonymise};
use crate::support::{Workplace, parquet_rows};
use std::fs;

/// What it is, whose extract it stands in for, its bytes, and what the error says.
type Case = (&'static str, &'static str, &'static [u8], &'static [&'static str]);

const FILES: [(&str, &str); 3] = [("jobcentre", "jobcentre.csv"), ("family", "family.csv"), ("social", "social.tsv")];

fn file_of(department: &str) -> &'static str {
    FILES.iter().find(|(id, _)| *id == department).unwrap().1
}

#[track_caller]
fn all_fail(cases: &[Case]) {
    for (what, department, bytes, says) in cases {
        let place = Workplace::with_small_programme();
        let file = file_of(department);
        place.write(file, bytes);
        for command in [&["pseudonymise", "-p", "p.toml", "-d", department][..], &RUN] {
            let ran = place.udpeg(command).failed(1, says).failed(1, &[file]);
            assert!(ran.err.starts_with("error: "), "{what}: {}", ran.err);
            assert!(ran.out.is_empty(), "{what}: {}", ran.out);
            assert_eq!(place.files("out/2024Q4/delivery").len(), 0, "{what}");
            assert!(!place.path("out/2024Q4/private").join(department).exists(), "{what}");
            super::assert_nothing_hidden(&place, what);
        }
    }
}

#[test]
fn a_file_that_is_not_text_fails() {
    const HINT: &str = "a spreadsheet has to be saved as CSV first";
    all_fail(&[
        ("no byte at all", "jobcentre", b"", &["it is empty: there is not even a header", "deliver it again"]),
        ("a byte-order mark alone", "family", b"\xef\xbb\xbf", &["it is empty"]),
        ("empty lines alone", "family", b"\n\r\n\n", &["it is empty"]),
        ("a zipped spreadsheet", "jobcentre", b"PK\x03\x04\x14\x00\x06\x00\x08\x00;;\n", &["it is no text", HINT]),
        ("UTF-16", "family", b"\xff\xfeC\x00P\x00R\x00\n\x00", &["it is no text: the header holds NUL bytes", HINT]),
        ("junk without a NUL", "social", b"\x89PNG\r\n\x1a\n\xfe\xfd\n", &["its header cannot be read as utf-8"]),
        ("junk as Windows-1252", "jobcentre", b"\xfe\xfd\xfc\n\xfb", &["column `CPR` is not in the header"]),
    ]);
}

#[test]
fn a_header_without_the_named_columns_fails_and_says_what_it_seems_to_be() {
    all_fail(&[
        (
            "a missing column",
            "jobcentre",
            b"CPR;Ydelse;Fra\n",
            &["column `Til` is not in the header", "[department.columns]"],
        ),
        (
            "a doubled column",
            "family",
            b"CPR,Sag,Foranstaltning,Barn,Fra,Fra,Fra,Til\n",
            &["column `Fra` stands 3 times in the header"],
        ),
        (
            "both",
            "social",
            b"CPR\tIndsats\tFra\tFra\tTil\n",
            &["`Fra` stands 2 times", "column `Sag` is not in the header"],
        ),
        ("commas", "jobcentre", b"CPR,Ydelse,Fra,Til\n", &["delimiter is `;`", "seems to use `,`", "set `delimiter`"]),
        ("semicolons", "family", b"CPR;Sag;Foranstaltning;Barn;Fra;Til\n", &["delimiter is `,`", "seems to use `;`"]),
        ("tabs", "family", b"CPR\tSag\tForanstaltning\tBarn\tFra\tTil\n", &["seems to use a tab"]),
        ("bars", "social", b"CPR|Sag|Indsats|Fra|Til\n", &["delimiter is `\\t`", "seems to use `|`"]),
        (
            "another case",
            "jobcentre",
            b"cpr;Ydelse;Fra;Til\n",
            &["column `CPR` is not in the header", "the header has `", "correct [department.columns]"],
        ),
        (
            "no header",
            "jobcentre",
            b"2512489996;kontanthj\xe6lp;01-01-2020;\n",
            &["deliver the file with its header; this one has 4 columns"],
        ),
        ("text behind a quote", "jobcentre", b"\"CPR\"x;Ydelse;Fra;Til\n", &["its header cannot be read"]),
    ]);
}

#[test]
fn text_behind_a_closing_quote_in_the_header_is_not_taken_for_another_encoding() {
    const HINT: &str = "nothing may stand after a closing quote";
    all_fail(&[
        ("in Windows-1252", "jobcentre", b"\"CPR\"x;Ydelse;Fra;Til\n", &[HINT]),
        ("in UTF-8", "family", b"\"CPR\"x,Sag,Foranstaltning,Barn,Fra,Til\n", &[HINT]),
    ]);
}

#[test]
fn a_header_in_another_encoding_fails_and_says_which_it_may_be() {
    all_fail(&[
        (
            "Windows-1252 as UTF-8",
            "family",
            b"CPR,Sag,Foranstaltning,Barn,Fra,Til,K\xf8n\n",
            &["cannot be read as utf-8", "encoding = \"windows-1252\""],
        ),
        (
            "a mark and Windows-1252",
            "jobcentre",
            b"\xef\xbb\xbfCPR;Ydelse;Fra;Til\n",
            &["byte-order mark", "the programme says windows-1252", "encoding = \"utf-8\""],
        ),
        (
            "a byte that 1252 lacks",
            "jobcentre",
            "CPR;Ydelse;Fra;Til;Ár\n".as_bytes(),
            &["cannot be read as windows-1252", "encoding = \"utf-8\""],
        ),
    ]);
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "type = \"Ydelse\"", "type = \"Ydelse på\"");
    place.write("jobcentre.csv", "CPR;Ydelse på;Fra;Til\n");
    let says = ["column `Ydelse på` is not in the header", "seems to be UTF-8", "encoding = \"utf-8\""];
    pseudonymise(&place, "jobcentre", &[]).failed(1, &says);
    assert_nothing_written(&place, "UTF-8 as Windows-1252");
}

#[test]
fn rows_in_another_encoding_are_warned_of_or_rejected() {
    let place = Workplace::with_small_programme();
    place.write("jobcentre.csv", "CPR;Ydelse;Fra;Til\n2512489996;kontanthjælp;01-01-2020;\n");
    let ran = pseudonymise(&place, "jobcentre", &[]).succeeded();
    for words in ["warning:", "jobcentre.csv", "read as windows-1252, but seems to be UTF-8", "`encoding`"] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    place.write("social.tsv", b"CPR\tSag\tIndsats\tFra\tTil\n2512489996\tS-1\tSEL \xa7 85\t1/2/2024\t\n");
    pseudonymise(&place, "social", &[]).failed(3, &["social: 1 of 1 rows cannot be used"]);
    assert_eq!(place.json("out/2024Q4/private/social/quality.json")["reasons"]["row_malformed"], 1);
}

#[test]
fn a_header_alone_is_an_extract_without_rows_and_a_warning() {
    for header in
        ["CPR\tSag\tIndsats\tFra\tTil", "CPR\tSag\tIndsats\tFra\tTil\r\n", "\u{feff}CPR\tSag\tIndsats\tFra\tTil\n\n"]
    {
        let place = Workplace::with_small_programme();
        place.write("social.tsv", header);
        let ran = pseudonymise(&place, "social", &["--max-rejected", "0%"]).succeeded();
        assert!(
            ran.err.contains("warning:") && ran.err.contains("social.tsv: it holds a header and no rows"),
            "{}",
            ran.err
        );
        assert_eq!(place.json("out/2024Q4/delivery/social/quality.json")["rows"], 0);
        assert!(parquet_rows(&place.path("out/2024Q4/delivery/social/extract.parquet")).is_empty());
        place.udpeg(&[&RUN[..], &["--force"]].concat()).succeeded();
    }
}

#[test]
fn an_unclosed_quote_fails_and_names_the_row_where_it_opens() {
    all_fail(&[
        (
            "in the header",
            "jobcentre",
            b"CPR;\"Ydelse;Fra;Til\n1;2;3;4\n",
            &["a quote that opens in the header is never closed", "close it, or double it"],
        ),
        ("in the first row", "jobcentre", b"CPR;Ydelse;Fra;Til\n\"1;2;3;4\n", &["opens in row 1 is never closed"]),
        (
            "after empty lines",
            "jobcentre",
            b"CPR;Ydelse;Fra;Til\n\n1;2;3;4\r\n\r\n1;2;\"3;4\n",
            &["opens in row 2 is never closed"],
        ),
        ("at the very end", "jobcentre", b"CPR;Ydelse;Fra;Til\n1;2;3;4\n1;2;3;\"", &["opens in row 2 is never closed"]),
        (
            "after a doubled one",
            "jobcentre",
            b"CPR;Ydelse;Fra;Til\n\"1\n\n2\";2;3;4\n1;\"2\"\";3;4\n",
            &["opens in row 2 is never closed"],
        ),
    ]);
}

/// So many rows of social.tsv, of 40 bytes each.
fn rows(count: usize) -> String {
    "2512489996\tS-0000000\tSEL § 85\t1/2/2024\t\n".repeat(count)
}

#[test]
fn an_unclosed_quote_far_into_a_file_names_its_row_too() {
    const HEADER: &str = "CPR\tSag\tIndsats\tFra\tTil\n";
    // In the second block of a megabyte, in the last of 3 MB, and behind the first sixteen blocks.
    for (before, after) in [(30_000, 40_000), (69_999, 1), (450_000, 10)] {
        let place = Workplace::with_small_programme();
        place.write("social.tsv", format!("{HEADER}{}2512489996\t\"S-1\tx\t1/2/2024\t\n{}", rows(before), rows(after)));
        let row = before + 1;
        let says = format!("social.tsv: a quote that opens in row {row} is never closed");
        pseudonymise(&place, "social", &[]).failed(1, &[&says]);
        assert_nothing_written(&place, &says);
    }
}

#[test]
fn a_row_over_16_mebibytes_fails_and_is_named() {
    const HEADER: &str = "CPR\tSag\tIndsats\tFra\tTil\n";
    let long = "x".repeat((16 << 20) + (1 << 20));
    for (start, name) in [
        (HEADER.to_owned() + &rows(2), "row 3"),
        (HEADER.to_owned() + &rows(40_000), "row 40001"),
        (String::new(), "the header"),
    ] {
        let place = Workplace::with_small_programme();
        place.write("social.tsv", start + "2512489996\t\"" + &long + "\n" + &rows(3));
        let says =
            [&format!("social.tsv: {name} is longer than 16 MiB"), "a quote that opens in it may never be closed"];
        pseudonymise(&place, "social", &[]).failed(1, &says);
        assert_nothing_written(&place, name);
    }
}

#[test]
fn what_an_input_names_must_be_there_and_be_a_file() {
    let place = Workplace::with_small_programme();
    fs::remove_file(place.path("jobcentre.csv")).unwrap();
    pseudonymise(&place, "jobcentre", &[]).failed(1, &["jobcentre.csv: it is not there", "check the path"]);
    fs::create_dir(place.path("jobcentre.csv")).unwrap();
    pseudonymise(&place, "jobcentre", &[]).failed(1, &["jobcentre.csv: it is a folder, not a file", "`folder/*.csv`"]);
    for (input, says) in [
        ("\"none-*.csv\"", &["none-*.csv: no file matches", "check `input`"]),
        ("[\"family.csv\", \"gone.csv\"]", &["gone.csv: it is not there", "check the path"]),
        ("\"p.toml\"", &["p.toml: its kind is not known by its extension", "deliver .xlsx, .parquet, or .csv or .tsv"]),
    ] {
        place.edit("p.toml", "input = \"family.csv\"", &format!("input = {input}"));
        pseudonymise(&place, "family", &[]).failed(1, says);
        place.edit("p.toml", &format!("input = {input}"), "input = \"family.csv\"");
    }
    let typed = ["--input", "no-such.csv"];
    pseudonymise(&place, "family", &typed).failed(1, &["no-such.csv: it is not there"]);
    assert_nothing_written(&place, "inputs that are not there");
}

#[test]
fn the_failing_file_of_several_is_named_with_its_own_rows() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "input = \"family.csv\"", "input = [\"family.csv\", \"family-2.csv\"]");
    place.write("family-2.csv", "CPR,Sag,Foranstaltning,Barn,Fra,Til\n0201609995,F-1,x,,2024-01-01,\n\"1,2,3\n");
    pseudonymise(&place, "family", &[]).failed(1, &["family-2.csv: a quote that opens in row 2 is never closed"]);
    assert_nothing_written(&place, "the second of two files");
}
