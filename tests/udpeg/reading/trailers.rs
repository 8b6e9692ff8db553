//! Texts that mean "still open", and trailers.

use super::{HEADER, read, read_rows, workplace};
use serde_json::Value;

#[test]
fn texts_of_open_end_mean_still_open_in_ends_only() {
    let format = ("{ dates", "{ open_end = [\"9999-12-31\", \" NULL \", \"u.d.\"], dates");
    let rows = "0201609995,,t,01-01-2024,NULL,1,\n\
                0201609995,,t,01-01-2024,\" NULL \",2,\n\
                0201609995,,t,01-01-2024,31-12-9999,3,\n\
                0201609995,,t,01-01-2024,9999-12-31,4,\n\
                0201609995,,t,01-01-2024,u.d.,5,\n\
                0201609995,,t,01-01-2024,30-12-9999,6,\n\
                0201609995,,t,01-01-2024,null,7,\n\
                0201609995,,t,NULL,,8,\n\
                0201609995,,t,31-12-9999,NULL,9,\n";
    let read = read_rows(&[format], rows);
    let open = read.extract.iter().filter(|row| row["end"] == Value::Null).count();
    assert_eq!((open, read.count("extract")), (6, 7));
    assert_eq!(read.rejected, ["d.csv,7,E,date_malformed", "d.csv,8,S,date_malformed"]);
    // Without the key all is as ever.
    let read = read_rows(&[], rows);
    assert_eq!(read.count("rejected"), 7);
}

const TRAILER: (&str, &str) = ("{ dates", "{ trailer = true, dates");

#[test]
fn a_trailer_is_checked_and_is_no_row() {
    let row = "0201609995,,t,01-01-2024,,1,\n";
    for trailer in [
        "3",
        "Antal;3",
        "Antal rækker: 3",
        "Trailer,3",
        "3,,,,,,\n",
        "Antal,3,,,,,",
        ",,,,,,3\n\n",
        "\"Antal\",\"0003\"",
    ] {
        let read = read_rows(&[TRAILER], format!("{row}x,,,,,,\n{row}{trailer}"));
        assert_eq!((read.count("rows"), read.count("rejected"), read.count("duplicates")), (3, 1, 1), "{trailer}");
        assert_eq!(read.rejected, ["d.csv,2,P,person_malformed"], "{trailer}");
    }
    let read = read_rows(&[TRAILER], "Antal 0\n");
    assert_eq!((read.count("rows"), read.count("rejected")), (0, 0));
}

#[test]
fn a_trailer_that_says_another_number_or_is_not_there_fails_the_file() {
    let row = "0201609995,,t,01-01-2024,,1,\n";
    for (rows, says) in [
        (format!("{row}{row}3\n"), "its last line says that it holds 3 rows, and it holds 2"),
        (format!("{row}{row}Antal,1\n"), "says that it holds 1 rows, and it holds 2"),
        (format!("{row}{row}"), "its last line is no trailer"),
        (format!("{row}x,,,1,2,,\n"), "its last line is no trailer"),
        (format!("{row}-1\n"), "its last line is no trailer"),
        (format!("{row}1\n{row}"), "its last line is no trailer"),
        (String::new(), "its last line is no trailer"),
    ] {
        let place = workplace(&[TRAILER]);
        place.write("d.csv", format!("{HEADER}{rows}"));
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &["d.csv", says]);
        assert!(place.files("out/p").is_empty());
    }
}

/// A file that was cut off behind the number of a person, which must not be told as a number of rows.
#[test]
fn a_person_in_the_place_of_a_trailer_is_not_told() {
    let row = "0201609995,,t,01-01-2024,,1,\n";
    for cut_off in ["0201609995", "0201609995,,", "201609995,,t", "2512489996", "7112489996,,,,,,\n"] {
        let place = workplace(&[TRAILER]);
        place.write("d.csv", format!("{HEADER}{row}{row}{cut_off}"));
        let ran = place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]);
        let ran = ran.failed(1, &["its last line says that it holds another number of rows, and it holds 2"]);
        let told = [ran.out, ran.err].concat();
        assert!(!told.contains("9995") && !told.contains("9996"), "{told}");
    }
}

#[test]
fn each_file_has_its_own_trailer_wherever_its_blocks_end() {
    let place = workplace(&[TRAILER, ("input = \"d.csv\"", "input = [\"a.csv\", \"b.csv\"]")]);
    // The trailer of the first stands alone at the beginning of its second block, or across the border.
    let row = "0201609995,,t,01-01-2024,,1,\n";
    let mut text = HEADER.to_owned();
    let mut rows = 0;
    while text.len() + row.len() < 1 << 20 {
        text += row;
        rows += 1;
    }
    place.write("b.csv", format!("{HEADER}{row}Antal,1\n"));
    for padding in 0..(1 << 20) - text.len() {
        let padding = if padding % 7 == 0 { padding } else { continue };
        let last = format!("0201609995,,t,01-01-2024,,1,{}\n", "x".repeat(padding));
        place.write("a.csv", format!("{text}{last}{}\n", rows + 1));
        let read = read(&place);
        assert_eq!((read.count("rows"), read.count("rejected"), read.count("extract")), (rows + 2, 0, 1));
        std::fs::remove_dir_all(place.path("out")).unwrap();
    }
}

#[test]
fn without_the_key_a_trailer_is_a_rejected_row() {
    let read = read_rows(&[], "0201609995,,t,01-01-2024,,1,\nAntal,1\n");
    assert_eq!(read.rejected, ["d.csv,2,,row_malformed"]);
}
