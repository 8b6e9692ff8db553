//! `udpeg init`: what it makes of files in the dialects of departments, and what it keeps to itself.

use crate::support::Workplace;
use std::path::Path;
use udpeg::programme::{Period, Programme};

/// A file of a department, and the drafted programme or the error.
fn drafted(name: &str, text: &str, more: &[&str]) -> Result<Programme, String> {
    let place = Workplace::new();
    place.write(name, text);
    let department = format!("d={name}");
    let ran = place.udpeg(&[&["init", "p.toml", "--department", &department], more].concat());
    match ran.code {
        0 => Ok(Programme::parse(Path::new("/p/p.toml"), &place.read("p.toml")).unwrap()),
        1 => {
            assert!(place.files("").keys().all(|file| file == name), "a file was left behind");
            Err(ran.err)
        }
        other => panic!("{other}: {}", ran.err),
    }
}

/// Rows of one column after the other, by their header.
fn rows(header: &str, row: &str) -> String {
    format!("{header}\n{}", format!("{row}\n").repeat(20))
}

#[test]
fn the_sample_data_are_recognised_as_the_sample_programme_describes_them() {
    let place = Workplace::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut arguments = vec!["init".to_owned(), "p.toml".to_owned()];
    let sample =
        Programme::parse(&root.join("config/furesoe.toml"), include_str!("../../config/furesoe.toml")).unwrap();
    for department in &sample.departments {
        let file = root.join("sample-data").join(format!("{}.csv", department.id));
        arguments.extend(["--department".to_owned(), format!("{}={}", department.id, file.display())]);
    }
    place.udpeg(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).succeeded();
    let draft = Programme::parse(&place.path("p.toml"), &place.read("p.toml")).unwrap();
    assert_eq!(draft.departments.len(), 3);
    for (found, described) in draft.departments.iter().zip(&sample.departments) {
        assert_eq!(found.columns, described.columns, "{}", found.id);
        assert_eq!(found.format.delimiter, described.format.delimiter, "{}", found.id);
        assert_eq!(found.format.encoding, described.format.encoding, "{}", found.id);
        assert_eq!(found.format.dates, described.format.dates, "{}", found.id);
    }
    // It says nothing of purposes, and so it can be checked and nothing is run.
    let checked = place.udpeg(&["check", "--programme", "p.toml"]).succeeded();
    assert_eq!(checked.out.matches("would deliver this, once [purpose] says controller, legal_basis,").count(), 3);
    place.write("programme.key", crate::support::KEY_LINE);
    place.set_mode("programme.key", 0o600);
    place.udpeg(&["run", "--programme", "p.toml"]).failed(4, &["[purpose] does not say controller"]);
}

#[test]
fn columns_are_told_by_their_names_in_danish_and_english() {
    // Columns: person, type, start, end or week, record or amount, child; `-` for none.
    for (header, row, expected) in [
        (
            "CPR;IndsatsStartDato;IndsatsSlutDato;IndsatsStatus;Indsats;SagNavn;SagType;Tilbud",
            "020160-9995;01-02-2020;;Aktiv;SEL § 85;x;y;z",
            "CPR Indsats IndsatsStartDato IndsatsSlutDato - -",
        ),
        (
            "CPR-nr.;Sagsnummer;Sagstype;Ydelsestype;Status;Foranstaltningsparagraf;Startdato;Slutdato;Mor CPR;Far CPR",
            "0201919995;F-1;Barn;y;s;SEL § 52;2020-02-01;2021-01-01;0201609995;0201609996",
            "Mor CPR+Far CPR Foranstaltningsparagraf Startdato Slutdato Sagsnummer CPR-nr.",
        ),
        (
            "Uge;CPR nummer;Ydelse;Beregnet udbetalingsbeløb",
            "2025-W01;0201609995;kontanthjælp;1.234,50",
            "CPR nummer Ydelse Uge - Beregnet udbetalingsbeløb -",
        ),
        (
            "Citizen,Child CPR,Benefit type,From,Until,Case no",
            "0201609995,0201919995,a,2020-02-01,,7",
            "Citizen Benefit type From Until Case no Child CPR",
        ),
        (
            "Personnummer|Paragraf|Fra|Til|Tilbudssted",
            "0201609995|SEL § 85|01.02.2020|9999-12-31|x",
            "Personnummer Paragraf Fra Til - -",
        ),
    ] {
        let programme = drafted("d.csv", &rows(header, row), &[]).unwrap_or_else(|error| panic!("{header}: {error}"));
        let columns = &programme.departments[0].columns;
        let or_none = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
        let (first, second, amount) = match &columns.period {
            Period::Days { start, end } => (start, end.clone(), None),
            Period::Weeks { week, amount } => (week, "-".to_owned(), amount.clone()),
        };
        let record = columns.record.clone().or(amount);
        let found = [
            columns.persons.join("+"),
            columns.kind.clone(),
            first.clone(),
            second,
            or_none(&record),
            or_none(&columns.child),
        ];
        assert_eq!(found.join(" "), expected, "{header}");
    }
}

#[test]
fn columns_without_telling_names_are_told_by_what_they_hold() {
    let text: String = (0..40)
        .map(|at| format!("0201609995;2020-01-{:02};2021-01-01;{};{at}\n", at % 28 + 1, ["a", "b"][at % 2]))
        .collect();
    let programme = drafted("d.csv", &format!("a;b;c;d;e\n{text}"), &[]).unwrap();
    let columns = &programme.departments[0].columns;
    assert_eq!(columns.persons, ["a"]);
    assert_eq!(columns.period, Period::Days { start: "b".to_owned(), end: "c".to_owned() });
    assert_eq!(columns.kind, "d");
}

#[test]
fn of_a_workbook_the_sheet_with_the_most_columns_is_looked_at() {
    let place = Workplace::new();
    // A guide, the extract, and a draft of it.
    place.write("d.xlsx", include_bytes!("../fixtures/formats/sheets.xlsx"));
    place.udpeg(&["init", "p.toml", "-d", "d=d.xlsx", "--column", "d.type=T"]).succeeded();
    assert!(place.read("p.toml").contains("person = \"P\""), "{}", place.read("p.toml"));
    place.udpeg(&["check", "-p", "p.toml"]).failed(1, &["its sheets 2 and 3 both have the named columns", "`sheet = "]);
    place.edit("p.toml", "format = { ", "format = { sheet = \"Udtræk\", ");
    place.udpeg(&["check", "-p", "p.toml", "--max-rejected", "50%"]).succeeded();
}

#[test]
fn what_somebody_names_goes_before_what_is_guessed() {
    let text = rows("CPR;Fra;Til;Indsats;Tilbud", "0201609995;2020-01-01;;x;y");
    let programme = drafted("d.csv", &text, &["--column", "d.type=Tilbud"]).unwrap();
    assert_eq!(programme.departments[0].columns.kind, "Tilbud");
    let error = drafted("d.csv", &text, &["--column", "d.type=Tilbuddet"]).unwrap_err();
    assert!(error.contains("it has no column `Tilbuddet` to be the type"), "{error}");
}

#[test]
fn a_column_that_cannot_be_told_is_asked_for() {
    let error = drafted("d.csv", &rows("CPR;Fra;Til;x", "0201609995;2020-01-01;;17"), &[]).unwrap_err();
    assert!(error.contains("no column seems to be the type"), "{error}");
    assert!(error.contains("--column d.type=NAME; the columns are `CPR`, `Fra`, `Til`, `x`"), "{error}");
}

#[test]
fn zeros_that_were_lost_are_told_from_numbers_that_were_cut_off() {
    for (lost, kept, expected) in [(20, 0, true), (3, 20, true), (1, 20, false), (0, 20, false)] {
        let row = |number: &str| format!("{number};a;2020-01-01;\n");
        let text = format!("CPR;Ydelse;Fra;Til\n{}{}", row("201609995").repeat(lost), row("0201609995").repeat(kept));
        let programme = drafted("d.csv", &text, &[]).unwrap();
        assert_eq!(programme.departments[0].format.leading_zero_lost, expected, "{lost}, {kept}");
    }
}

#[test]
fn ways_of_writing_dates_are_told_apart() {
    for (start, end, format) in [
        ("31-12-2020", "", "%d-%m-%Y"),
        ("2020-12-31", "NULL", "%Y-%m-%d"),
        ("31.12.2020", "9999-12-31", "%d.%m.%Y"),
        ("31/12/2020", "31/12/2021", "%d/%m/%Y"),
        ("20201231", "99991231", "%Y%m%d"),
        ("12/31/2020", "", "%m/%d/%Y"),
    ] {
        let text = rows("CPR;Ydelse;Fra;Til", &format!("0201609995;a;{start};{end}"));
        let programme = drafted("d.csv", &text, &[]).unwrap_or_else(|error| panic!("{start}: {error}"));
        let format_read = &programme.departments[0].format;
        assert_eq!(format_read.dates, udpeg::programme::DateFormat::new(format).unwrap(), "{start}");
        let is_open = end.is_empty() || end == "NULL" || end.contains("9999");
        assert_eq!(format_read.read_end(end).unwrap().is_none(), is_open, "{end}");
    }
}

#[test]
fn a_file_without_a_header_is_refused_and_nothing_of_it_repeated() {
    let text = "0201609995;Ane Østergård;2020-01-01;2020-05-01\n".repeat(5);
    let error = drafted("d.csv", &text, &[]).unwrap_err();
    assert!(error.contains("its first line is no header"), "{error}");
    assert!(!error.contains("0201609995") && !error.contains("Ane"), "{error}");
}

#[test]
fn nothing_that_stands_in_a_row_stands_in_the_draft_or_on_the_screen() {
    let place = Workplace::new();
    let text = rows("CPR;Navn;Ydelse;Fra;Til;Sag", "020160-9995;Zebedæus Plantet;hemmelig;01-01-2020;;S-777");
    place.write("d.csv", text);
    for more in [&[][..], &["--json"]] {
        let _ = std::fs::remove_file(place.path("p.toml"));
        let ran = place.udpeg(&[&["init", "p.toml", "-d", "d=d.csv"], more].concat()).succeeded();
        let all = [place.read("p.toml"), ran.out, ran.err].concat();
        for planted in ["020160", "9995", "Zebed", "Plantet", "hemmelig", "S-777", "Navn"] {
            assert!(!all.contains(planted), "{planted}: {all}");
        }
    }
}

#[test]
fn a_programme_that_is_there_is_never_touched() {
    let place = Workplace::with_small_programme();
    let before = place.read("p.toml");
    place.udpeg(&["init", "p.toml", "-d", "jobcentre=jobcentre.csv"]).failed(1, &["it is there already"]);
    assert_eq!(place.read("p.toml"), before);
}

#[test]
fn where_nobody_can_be_asked_what_is_missing_is_told() {
    let place = Workplace::with_small_programme();
    place.udpeg(&["init", "new.toml"]).failed(2, &["no department was named", "--department jobcentre=jobcentre.csv"]);
    let typed = ["init", "new.toml", "-d", "jobcentre=jobcentre.csv", "--column", "social.type=Indsats"];
    place.udpeg(&typed).failed(2, &["--column names the department `social`"]);
    place.udpeg(&["init", "new.toml", "-d", "Job=jobcentre.csv"]).failed(2, &["a department's `id` must be"]);
    place.udpeg(&["init", "new.toml", "-d", "jobcentre"]).failed(2, &["ID=FILE"]);
    place.udpeg(&["init", "new.toml", "-d", "d=d.csv", "--column", "d.kind=x"]).failed(2, &["a column can be person"]);
    assert!(!place.path("new.toml").exists());
}

#[test]
fn paths_are_written_as_they_are_seen_from_the_programme() {
    let place = Workplace::with_small_programme();
    std::fs::create_dir(place.path("config")).unwrap();
    place.udpeg(&["init", "config/new.toml", "-d", "jobcentre=jobcentre.csv", "-d", "family=family.csv"]).succeeded();
    let text = place.read("config/new.toml");
    assert!(text.contains("input  = \"../jobcentre.csv\"") && text.contains("input  = \"../family.csv\""), "{text}");
}

#[test]
fn an_encoding_that_cannot_be_told_is_taken_for_the_likeliest_and_said_to_be() {
    let place = Workplace::new();
    // ø of Windows-1252, and a byte that it does not define.
    place.write("d.csv", b"CPR;Ydelse;Fra;Til\n0201609995;st\xf8tte;2020-01-01;\n0201609995;\x81;2020-01-01;\n");
    let ran = place.udpeg(&["init", "p.toml", "-d", "d=d.csv"]).succeeded();
    assert!(ran.out.contains("look    its encoding cannot be told with certainty"), "{}", ran.out);
    assert!(place.read("p.toml").contains("encoding = \"windows-1252\""));
}

#[test]
fn the_name_of_a_column_cannot_become_a_line_of_the_draft() {
    let place = Workplace::new();
    let header = "CPR;Ydelse;Fra;Til;Barn;\"Sagsbehandler\n[family]\nmax_adults_per_child = 9\"";
    place.write("d.csv", rows(header, "0201609995;a;2020-01-01;;;0201609996"));
    place.udpeg(&["init", "p.toml", "-d", "d=d.csv"]).succeeded();
    let text = place.read("p.toml");
    assert!(text.contains("# LOOK: `Sagsbehandler [family] max_adults_per_child = 9` holds CPR numbers too"), "{text}");
}
