//! How cells are read: spellings of one row, types that leave and types that become `other`.

use super::{ANE, HEADER, HOLM, read, read_rows, workplace};

#[test]
fn rows_that_mean_the_same_count_once_however_they_are_spelled() {
    let read = read_rows(
        &[],
        "0201609995,0201919995,Støtte,01-02-2024,01-03-2024,R1,a\n\
         020160-9995, 020191 9995 ,Stø\u{74}te,1-2-2024,1-3-2024, R1 ,b\n\
         '0201609995.0,\"0201919995\",\u{a0}Støtte,01-2-2024,1-03-2024,\"R1\",c\n\
         0201609995,0201919995,Støtte,01-02-2024,01-03-2024,r1,d\n\
         0201609995,0201919995,Støtte,01-02-2024,01-03-2024,,e\n\
         0201609995,,Støtte,01-02-2024,01-03-2024,R1,f\n\
         0201609995,0,Støtte,01-02-2024,01-03-2024,R1,g\n\
         0201609995,0201919995,Støtte,01-02-2024,,R1,h\n\
         0201609996,0201919995,Støtte,01-02-2024,01-03-2024,R1,i\n\
         6201609995,0201919995,Støtte,01-02-2024,01-03-2024,R1,j\n",
    );
    // The replacement number stands for another person.
    assert_eq!((read.count("rows"), read.count("duplicates"), read.count("extract")), (10, 3, 7));
    assert_eq!(read.rejected, [""; 0]);
}

#[test]
fn types_are_compared_in_nfc_case_and_all() {
    let read = read_rows(
        &[("\"Støtte\"", "\"Sta\u{30a}tte\"")],
        "0201609995,,St\u{e5}tte,01-01-2024,,,\n0201609995,,Sta\u{30a}tte,02-01-2024,,,\n\
         0201609995,,ståtte,03-01-2024,,,\n0201609995,, St\u{e5}tte ,04-01-2024,,,\n",
    );
    assert_eq!(read.types(), ["Ståtte", "Ståtte", "other", "Ståtte"]);
    assert_eq!(read.other_types, ["ståtte,1"]);
}

#[test]
fn doubled_quotes_mean_one_inside_quotes_and_two_outside() {
    let read = read_rows(
        &[],
        "0201609995,,\"under\"\"retning\",01-01-2024,,,\n\
         0201609995,,under\"\"retning,02-01-2024,,,\n\
         0201609995,,under\"retning,03-01-2024,,,\n\
         0201609995,,\"under\"\"\"\"retning\",04-01-2024,,,\n\
         0201609995,,\"\"\"under\"\"\",05-01-2024,,,\n",
    );
    let (one, two) = ("under\"retning", "under\"\"retning");
    assert_eq!(read.types(), [one, two, one, two, "other"]);
    assert_eq!(read.other_types, ["\"\"\"under\"\"\",1"]);
}

#[test]
fn types_that_nobody_names_leave_as_other_and_are_listed_with_their_rows() {
    let read = read_rows(
        &[],
        "0201609995,,x,01-01-2024,,,\n0201609995,,y,01-01-2024,,,\n0201609995,,x,01-01-2024,,,\n\
         0201609995,,T,01-01-2024,,,\n0201609995,,t,01-01-2024,,,\n0201609995,,x,02-01-2024,,,\n\
         0201609995,,\"a,b\",02-01-2024,,,\n0201609995,,rejected,x,,,\n0201609995,,other,01-01-2024,,,\n",
    );
    // Rows of two types are no duplicates of each other, though both leave as `other`.
    assert_eq!((read.count("duplicates"), read.count("rejected"), read.count("extract")), (1, 1, 7));
    assert_eq!(read.types(), ["other", "other", "other", "other", "t", "other", "other"]);
    assert_eq!(read.other_types, ["T,1", "\"a,b\",1", "other,1", "x,2", "y,1"]);
}

#[test]
fn line_breaks_in_quotes_belong_to_the_cell_and_blanks_around_it_do_not() {
    let read = read_rows(
        &[],
        "0201609995,,\"a\nb\",01-01-2024,,,\n0201609995,,\"\n t \",02-01-2024,,,\n0201609995,,x,03-01-2024,x,,\n",
    );
    assert_eq!(read.types(), ["a\nb", "t"]);
    assert_eq!(read.rejected, ["d.csv,3,E,date_malformed"]);
}

#[test]
fn empty_lines_are_no_rows_and_are_not_counted() {
    let place = workplace(&[]);
    let header = HEADER.trim_end();
    place.write(
        "d.csv",
        format!(
            "\n\r\n{header}\r\n\n\nx,,t,01-01-2024,,,\r\n\r\n0201609995,,t,01-01-2024,,,\n\n \ny,,\"\n\",,,,\nz,,t,,,,"
        ),
    );
    let read = read(&place);
    let (person, row) = ("P,person_malformed", ",row_malformed");
    let expected = [(1, person), (3, row), (4, person), (5, person)];
    assert_eq!(read.rejected, expected.map(|(number, what)| format!("d.csv,{number},{what}")));
    assert_eq!((read.count("rows"), read.count("extract")), (5, 1));
}

#[test]
fn a_byte_order_mark_is_skipped_in_utf_8_and_refused_in_another_encoding() {
    let text = format!("\u{feff}{HEADER}2512489996,,Støtte,01-01-2024,,,\n");
    let place = workplace(&[]);
    place.write("d.csv", &text);
    let rows = read(&place).extract;
    assert_eq!((rows.len(), rows[0]["person"].as_str()), (1, Some(HOLM)));

    let place = workplace(&[("dates = ", "encoding = \"windows-1252\", dates = ")]);
    place.write("d.csv", &text);
    place
        .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"])
        .failed(1, &["d.csv", "byte-order mark", "encoding = \"utf-8\""]);
    // A second mark is a character of the first header.
    let place = workplace(&[]);
    place.write("d.csv", format!("\u{feff}{text}"));
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &["column `P` is not in the header"]);
}

#[test]
fn no_break_spaces_are_white_space_everywhere() {
    let read = read_rows(
        &[],
        "\u{a0}251248\u{a0}9996\u{a0},\u{a0},\u{a0}t\u{a0},\u{a0}01-01-2024\u{a0},\u{a0},\u{a0}R1\u{a0},\n\
         2512489996,,t,01-01-2024,,R1,\n",
    );
    assert_eq!((read.count("extract"), read.count("duplicates"), read.count("repaired")), (1, 1, 0));
    assert_eq!(read.extract[0]["person"], HOLM);
}

#[test]
fn headers_are_trimmed_quoted_and_in_any_order() {
    let place = workplace(&[]);
    place.write("d.csv", "X,\" R\",E ,\u{a0}S,\"T\",B\t,P,\"X\"\nx,R1,,01-01-2024,t,,0201609995,x\n");
    let read = read(&place);
    assert_eq!((read.types(), read.extract[0]["person"].as_str()), (vec!["t"], Some(ANE)));
    assert!(read.extract[0]["record"].is_string() && read.extract[0]["child"].is_null());
}
