//! The coordinators' workbooks: what people read, and that no cell is a formula.

use crate::support::{Workplace, parquet_rows};
use std::io::{Cursor, Read};

/// A part of a workbook as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The cells of a sheet, row by row, as text; cells without a value are empty.
fn cells(bytes: &[u8], sheet: usize) -> Vec<Vec<String>> {
    let unescaped = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let strings: Vec<String> = part(bytes, "xl/sharedStrings.xml")
        .split("<si>")
        .skip(1)
        .map(|item| unescaped(&item[item.find('>').unwrap() + 1..item.find("</t>").unwrap()]))
        .collect();
    let xml = part(bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
    let cell = |cell: &str| {
        let cell = &cell[..cell.find("/>").unwrap_or(cell.len()).min(cell.find("</c>").unwrap_or(cell.len()))];
        let Some((_, value)) = cell.split_once("<v>") else { return String::new() };
        let value = value.split("</v>").next().unwrap();
        if cell.contains("t=\"s\"") { strings[value.parse::<usize>().unwrap()].clone() } else { value.to_owned() }
    };
    xml.split("<row ").skip(1).map(|row| row.split("<c ").skip(1).map(cell).collect()).collect()
}

fn run(language: &str) -> (Workplace, Vec<u8>) {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "out = \"out\"", &format!("out = \"out\"\n{language}"));
    // Something for `incomplete`, and a name that a header must not take for a command.
    place.edit("p.toml", "name = \"Small\"", "name = \"=1+1 & Co\"");
    place.write("social.tsv", place.read("social.tsv") + "2512489996\tS-9\t\t1/2/2024\t\n");
    place.udpeg(&["run", "-p", "p.toml", "--max-rejected", "50%"]).succeeded();
    let bytes = std::fs::read(place.path("out/2024Q4/coordinators/k1/list.xlsx")).unwrap();
    (place, bytes)
}

#[test]
fn a_workbook_says_what_the_list_says() {
    let (place, bytes) = run("");
    let list = parquet_rows(&place.path("out/2024Q4/coordinators/k1/list.parquet"));
    let cells = cells(&bytes, 1);
    let heading = ["Plads", "Mærke", "Slags", "Medlemmer", "Afdelinger", "Point"];
    assert_eq!(cells[0][..6], heading);
    assert_eq!(cells[0][6..], ["unemployment", "cases", "Ufuldstændig", "Noter"]);
    assert!(!list.is_empty() && cells.len() == list.len() + 1);
    for (row, line) in list.iter().zip(&cells[1..]) {
        let texts = |name: &str, between: &str| {
            let texts: Vec<&str> = row[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
            texts.join(between)
        };
        let kind = if row["kind"] == "family" { "familie" } else { "borger" };
        let value = |rule: &str| {
            let value = format!("{:.2}", row[&format!("value_{rule}")].as_f64().unwrap()).replace('.', ",");
            let value = value.trim_end_matches('0').trim_end_matches(',').to_owned();
            format!("{value} → {}", row[&format!("points_{rule}")])
        };
        let expected = [
            row["rank"].to_string(),
            row["label"].as_str().unwrap().to_owned(),
            kind.to_owned(),
            texts("members", "\n"),
            texts("departments", ", "),
            row["points"].to_string(),
            value("unemployment"),
            value("cases"),
            texts("incomplete", ", "),
            String::new(),
        ];
        assert_eq!(line[..], expected);
    }
    assert!(cells.iter().any(|line| line[8] == "social"), "{cells:?}");
}

#[test]
fn no_cell_is_a_formula_and_a_page_prints_on_a4() {
    let (_, bytes) = run("");
    for sheet in [1, 2] {
        let xml = part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
        assert!(!xml.contains("<f>") && !xml.contains("<f "), "{xml}");
        assert!(xml.contains("paperSize=\"9\"") && xml.contains("orientation=\"landscape\""), "{xml}");
        assert!(xml.contains("fitToPage=\"1\"") && xml.contains("=1+1 &amp;&amp; Co"), "{xml}");
    }
    let list = part(&bytes, "xl/worksheets/sheet1.xml");
    for says in ["<autoFilter ref=\"A1:J", "state=\"frozen\"", "ySplit=\"1\"", "<dataBar>"] {
        assert!(list.contains(says), "{says}: {list}");
    }
    // An extension is what openpyxl warns of.
    assert!(!list.contains("extLst"), "{list}");
    assert!(part(&bytes, "xl/workbook.xml").contains("_xlnm.Print_Titles"));
    // Text that begins like a formula is text.
    assert_eq!(cells(&bytes, 2)[0][0], "=1+1 & Co");
}

#[test]
fn the_second_sheet_explains_columns_and_rules_in_the_programmes_language() {
    for (language, sheets, says) in [
        (
            "",
            ["Liste", "Forklaring"],
            [
                "Tid med mindst én registrering i afdelingen »jobcentre« af typen »kontanthjælp«; det, der overlapper, tæller én gang. 2 point fra 1 år og 5 point fra 3 år; derunder ingen. Kun det højeste trin, der er nået, tæller.",
                "Åbne sager i afdelingen »social«. 3 point for hver åben sag, højst 9 point.",
                "Noter",
            ],
        ),
        (
            "language = \"en\"",
            ["List", "Explanation"],
            [
                "Time with at least one record of the department “jobcentre” of type “kontanthjælp”; what overlaps counts once. 2 points from 1 year and 5 points from 3 years; below that none. Only the last band reached counts.",
                "Open cases of the department “social”. 3 points for each open case, at most 9 points.",
                "Notes",
            ],
        ),
    ] {
        let (_, bytes) = run(language);
        let workbook = part(&bytes, "xl/workbook.xml");
        for sheet in sheets {
            assert!(workbook.contains(&format!("<sheet name=\"{sheet}\"")), "{workbook}");
        }
        let all: Vec<String> = cells(&bytes, 2).into_iter().flatten().collect();
        for text in says {
            assert!(all.iter().any(|cell| cell == text), "{text}: {all:?}");
        }
    }
}

#[test]
fn a_workbook_is_the_same_bytes_again_and_an_altered_one_is_found() {
    let (place, bytes) = run("");
    place.udpeg(&["assign", "-p", "p.toml", "--force"]).succeeded();
    let list = "out/2024Q4/coordinators/k1/list.xlsx";
    assert_eq!(std::fs::read(place.path(list)).unwrap(), bytes);
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    place.write(list, "x");
    place.udpeg(&["verify", "-p", "p.toml"]).failed(4, &["list.xlsx", "altered"]);
}
