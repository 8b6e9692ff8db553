//! Every reason for which a row cannot be used, in the order in which they are tried.

use super::{ANE, HEADER, HOLM, read, read_rows, workplace};

/// Rows and, for each, the column and reason with which it is rejected; `ok` where it is accepted.
#[track_caller]
fn judged(edits: &[(&str, &str)], cases: &[(&[u8], &str)]) {
    let rows: Vec<u8> = cases.iter().flat_map(|(row, _)| [*row, b"\n"].concat()).collect();
    let read = read_rows(edits, rows);
    let expected: Vec<String> = cases
        .iter()
        .enumerate()
        .filter(|(_, (_, outcome))| *outcome != "ok")
        .map(|(position, (_, outcome))| format!("d.csv,{},{}", position + 1, outcome.replace(' ', ",")))
        .collect();
    assert_eq!(read.rejected, expected);
    assert_eq!(read.count("rows"), cases.len());
}

#[test]
fn a_row_with_several_faults_has_the_first_reason() {
    // From one row to the next the first fault is mended.
    judged(
        &[],
        &[
            (b"0,x,,,01-01-2023,,,", " row_malformed"),
            (b"0,x,,,x,", " row_malformed"),
            (b"0,x,,,\"x\" ,,", " row_malformed"),
            (b"0,x,,,x,,", "P person_missing"),
            (b"0201609,x,,,x,,", "P person_malformed"),
            (b"3002609995,x,,,x,,", "P person_impossible_date"),
            (b"0201609995,x,,,x,,", "B child_malformed"),
            (b"0201609995,3002609995,,,x,,", "B child_impossible_date"),
            (b"0201609995,0201919995,,,x,,", "T type_missing"),
            (b"0201609995,0201919995,sag 020160-9996,,x,,", "T type_identifying"),
            (b"0201609995,0201919995,t,,x,,", "S start_missing"),
            (b"0201609995,0201919995,t,2024-01-01,x,,", "S date_malformed"),
            (b"0201609995,0201919995,t,01-01-2024,x,,", "E date_malformed"),
            (b"0201609995,0201919995,t,01-01-2024,31-12-2023,,", "E end_before_start"),
            (b"0201609995,0201919995,t,01-01-2024,01-01-2024,,", "ok"),
        ],
    );
}

#[test]
fn cells_of_the_person_and_the_child_are_judged_alike() {
    judged(
        &[],
        &[
            (b",,t,01-01-2024,,,", "P person_missing"),
            (b" ,,t,01-01-2024,,,", "P person_missing"),
            (b"0000000000,,t,01-01-2024,,,", "P person_missing"),
            (b"000000-0000,,t,01-01-2024,,,", "P person_missing"),
            (b"0203291WQ3,,t,01-01-2024,,,", "P person_malformed"),
            (b"201609995,,t,01-01-2024,,,", "P person_malformed"),
            (b"1313131313,,t,01-01-2024,,,", "P person_impossible_date"),
            (b"0101255000,,t,01-01-2024,,,", "P person_impossible_date"), // born the day after
            (b"6101255000,,t,01-01-2024,,,", "P person_impossible_date"),
            // Unknown is an empty cell for a child.
            (b"0201609995,,t,02-01-2024,,,", "ok"),
            (b"0201609995,0,t,03-01-2024,,,", "ok"),
            (b"0201609995,0000000000,t,04-01-2024,,,", "ok"),
            (b"0201609995,'000000-0000.0,t,05-01-2024,,,", "ok"),
            (b"0201609995,ukendt,t,01-01-2024,,,", "B child_malformed"),
            (b"0201609995,201919995,t,01-01-2024,,,", "B child_malformed"),
            (b"0201609995,0101255000,t,01-01-2024,,,", "B child_impossible_date"),
        ],
    );
    judged(
        &[("dates = \"%d-%m-%Y\"", "dates = \"%d-%m-%Y\", leading_zero_lost = true")],
        &[
            (b"201609995,201919995,t,01-01-2024,,,", "ok"),
            (b"20160-9995,,t,01-01-2024,,,", "P person_malformed"),
            (b"000000000,,t,01-01-2024,,,", "P person_missing"),
        ],
    );
}

#[test]
fn types_and_dates_are_judged_after_the_numbers() {
    judged(
        &[],
        &[
            (b"0201609995,, \xc2\xa0,01-01-2024,,,", "T type_missing"),
            (b"0201609995,,\"\",01-01-2024,,,", "T type_missing"),
            (b"0201609995,,0201609996,01-01-2024,,,", "T type_identifying"),
            (b"0201609995,,(020160 9996),01-01-2024,,,", "T type_identifying"),
            (b"0201609995,,620160-9996,01-01-2024,,,", "T type_identifying"),
            (b"0201609995,,1020160999,01-01-2024,,,", "ok"),
            (b"0201609995,,x0201609996,01-01-2024,,,", "ok"),
            (b"0201609995,,020160\xe2\x80\x939996,01-01-2024,,,", "ok"), // only ASCII separates here
            (b"0201609995,,1313131313,01-01-2024,,,", "ok"),
            (b"0201609995,,t,,,,", "S start_missing"),
            (b"0201609995,,t, ,01-01-2024,,", "S start_missing"),
            (b"0201609995,,t,31-04-2024,,,", "S date_malformed"),
            (b"0201609995,,t,01-01-0000,,,", "S date_malformed"),
            (b"0201609995,,t,45000,,,", "S date_malformed"),
            (b"0201609995,,t,01-01-2024,NULL,,", "E date_malformed"),
            (b"0201609995,,t,01-01-2024,29-02-2023,,", "E date_malformed"),
            (b"0201609995,,t,02-01-2024,01-01-2024,,", "E end_before_start"),
            (b"0201609995,,t,02-01-2024,02-01-2024,,", "ok"),
            (b"0201609995,,t,01-01-2030,31-12-2030,,", "ok"),
            (b"0201609995,,t,01-01-2024,31-12-9999,,", "ok"),
        ],
    );
}

#[test]
fn a_row_is_malformed_by_any_of_its_cells() {
    judged(
        &[],
        &[
            (b"0201609995,,t,01-01-2024,,,\"x\" ", " row_malformed"),
            (b"0201609995,,t,01-01-2024,,,\"x\"y", " row_malformed"),
            (b"\"0201609995\" ,,t,01-01-2024,,,", " row_malformed"),
            (b"0201609995,,t,01-01-2024,,,\xe5", " row_malformed"), // no UTF-8
            (b"0201609995,,t,01-01-2024,,,\xc3\xa5", "ok"),
            (b"0201609995,,t,01-01-2024,,", " row_malformed"),
            (b"0201609995,,t,01-01-2024,,,,", " row_malformed"),
            (b" ", " row_malformed"),
            (b"0201609995,,t,02-01-2024,,\"a,b\",\"c\nd\"", "ok"),
            (b"0201609995,,t,03-01-2024,,,a\"b", "ok"),
        ],
    );
}

#[test]
fn in_windows_1252_five_bytes_are_no_characters() {
    const FORMAT: (&str, &str) = ("dates = \"%d-%m-%Y\"", "dates = \"%d-%m-%Y\", encoding = \"windows-1252\"");
    for byte in 0x80..=0xff_u8 {
        let is_defined = !matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
        let row = [b"2512489996,,t,01-01-2024,,,".as_slice(), &[byte, b'\n']].concat();
        if !is_defined || byte % 16 == 0 {
            let read = read_rows(&[FORMAT], row);
            assert_eq!(read.rejected.is_empty(), is_defined, "{byte:x}");
            // The person can be read, so that the missing row is known.
            assert_eq!(read.incomplete.is_empty(), is_defined, "{byte:x}");
        }
    }
    let read = read_rows(
        &[FORMAT],
        b"2512489996,,St\xf8tte,01-01-2024,,,\n\xa0251248\x969996\xa0,,\xa0\x80uro\xa0,02-01-2024,,,\n\
          251248\xa09996,,t,03-01-2024,,,\n",
    );
    assert_eq!(read.types(), ["Støtte", "€uro", "t"]);
    assert!(read.extract.iter().all(|row| row["person"] == HOLM));
}

#[test]
fn whoever_stands_in_a_rejected_row_is_listed_as_incomplete() {
    for (row, expected) in [
        ("2512489996,x,t,01-01-2024,,,", &[HOLM][..]),
        ("2512489996,,,01-01-2024,,,", &[HOLM]),
        ("2512489996,,020160-9995,01-01-2024,,,", &[HOLM]),
        ("2512489996,,t,,,,", &[HOLM]),
        ("2512489996,,t,x,,,", &[HOLM]),
        ("2512489996,,t,02-01-2024,01-01-2024,,", &[HOLM]),
        ("251248-9996,,t,01-01-2024,,,\"x\"y", &[HOLM]), // malformed, but the cell can be read
        ("\"2512489996\",,t,01-01-2024,,,\"x\" ", &[HOLM]),
        ("\"2512489996\" ,,t,01-01-2024,,,", &[]), // this cell is the broken one
        ("2512489996,,t,01-01-2024,,", &[]),       // too few fields
        ("2512489996,,t,01-01-2024,,,,", &[]),
        ("2512489,,t,01-01-2024,,,", &[]),
        ("0,2512489996,t,01-01-2024,,,", &[]), // a child does not count
        ("3113489996,,t,01-01-2024,,,", &[]),
        ("2512489996,0201609995,t,x,,,", &[HOLM]),
        ("2512489996,,t,01-01-2024,,,", &[]), // accepted
        // Each once, sorted.
        ("0201609995,,t,x,,,\n2512489996,,t,x,,,\n020160-9995,,,x,,,", &[HOLM, ANE]),
    ] {
        assert_eq!(read_rows(&[], format!("{row}\n")).incomplete, expected, "{row}");
    }
}

#[test]
fn identifiers_are_counted_over_the_cells_of_accepted_rows() {
    for (row, repaired, replacement, no_check_digit) in [
        ("0201609995,,t,01-01-2024,,,", 0, 0, 1),
        ("'0201609995.0,,t,01-01-2024,,,", 1, 0, 1),
        ("0201609995.0,'0201919995,t,01-01-2024,,,", 2, 0, 2),
        ("6201609995,6201919995,t,01-01-2024,,,", 0, 2, 2),
        ("0101605000,6101605009,t,01-01-2024,,,", 0, 1, 0),
        ("'0201609995,,t,x,,,", 0, 0, 0), // rejected
        ("'0201609995,,t,01-01-2024,,,\n0201609995.0,,t,01-01-2024,,,", 2, 0, 2), // the second is a duplicate
    ] {
        let read = read_rows(&[], format!("{row}\n"));
        let found = ["repaired", "replacement", "no_check_digit"].map(|name| read.count(name));
        assert_eq!(found, [repaired, replacement, no_check_digit], "{row}");
    }
}

#[test]
fn reasons_are_counted_and_only_those_that_occur() {
    let read = read_rows(&[], "x,,t,01-01-2024,,,\n,,t,01-01-2024,,,\nx,,t,01-01-2024,,,\n0201609995,,t,,,,\n");
    let expected = serde_json::json!({ "person_malformed": 2, "person_missing": 1, "start_missing": 1 });
    assert_eq!(read.quality["reasons"], expected);
    assert_eq!(read.count("rows"), 4);
}

#[test]
fn a_column_is_named_in_the_departments_own_words() {
    let place =
        workplace(&[("person = \"P\"", "person = \"CPR, \\\"nr\\\"\""), ("start = \"S\"", "start = \"A\u{30a}r\"")]);
    let header = HEADER.replace('P', "\"CPR, \"\"nr\"\"\"").replace('S', "\u{c5}r");
    place.write("d.csv", format!("{header}x,,t,01-01-2024,,,\n0201609995,,t,,,,\n"));
    let rejected = ["d.csv,1,\"CPR, \"\"nr\"\"\",person_malformed", "d.csv,2,\u{c5}r,start_missing"];
    assert_eq!(read(&place).rejected, rejected);
}
