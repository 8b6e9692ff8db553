//! How far persons stand out by what leaves, and days that leave as months.

use super::{ANE, HOLM, Read, read_rows};
use crate::agreement::extract_row;
use crate::reference::{ExtractRow, risk::figures};
use crate::support::{Workplace, parquet_metadata, parquet_rows};
use serde_json::{Value, json};

/// Four men and a woman; nobody's numbers.
const PERSONS: [&str; 5] = ["0201609995", "0107729995", "0104909995", "0504909995", "2512489996"];

const WITH_SEX: (&str, &str) = ("age_bands", "attributes = [\"sex\"]\nage_bands");
const WITH_BOTH: (&str, &str) = ("age_bands", "attributes = [\"age_band\", \"sex\"]\nage_bands");
const MONTHS: (&str, &str) = ("age_bands", "dates = \"month\"\nage_bands");

/// Rows of these persons, by their positions: type, first and last day.
fn rows(rows: &[(usize, &str, &str, &str)]) -> String {
    rows.iter().map(|(person, kind, start, end)| format!("{},,{kind},{start},{end},,\n", PERSONS[*person])).collect()
}

#[track_caller]
fn assert_risk(edits: &[(&str, &str)], text: &str, expected: &Value) {
    assert_eq!(read_rows(edits, text).quality["risk"], *expected, "{text}");
}

#[test]
fn whoever_agrees_in_months_and_types_is_in_one_class() {
    let alike = rows(&[
        (0, "t", "01-01-2024", ""),
        (1, "t", "31-01-2024", ""),
        (2, "t", "15-01-2024", ""),
        (3, "u", "15-01-2024", ""),
    ]);
    let expected = json!({
        "classes": 2, "smallest_class": 1, "share_below_5": 1.0, "share_below_3": 0.25, "average": 0.5,
        "average_without": {"type": 0.25, "start": 0.5, "end": 0.5},
        "raised_most_by": "type", "average_with_days": 1.0
    });
    assert_risk(&[], &(alike.clone() + &rows(&[(2, "t", "15-01-2024", "")])), &expected);
    // Of types that leave as `other` nothing is told.
    let other = alike.replace(",t,", ",unnamed,").replace(",u,", ",of all,");
    let expected = json!({
        "classes": 1, "smallest_class": 4, "share_below_5": 1.0, "share_below_3": 0.0, "average": 0.25,
        "average_without": {"type": 0.25, "start": 0.25, "end": 0.25},
        "raised_most_by": null, "average_with_days": 0.75
    });
    assert_risk(&[], &other, &expected);
    let expected = json!({
        "classes": 0, "smallest_class": null, "share_below_5": 0.0, "share_below_3": 0.0, "average": 0.0,
        "average_without": {"type": 0.0, "start": 0.0, "end": 0.0, "sex": 0.0},
        "raised_most_by": null, "average_with_days": 0.0
    });
    assert_risk(&[WITH_SEX], "", &expected);
}

#[test]
fn rows_are_held_against_rows_in_any_order_and_their_number_tells() {
    // The first two have the same rows, the next the same months crosswise, the last one row more.
    let text = rows(&[
        (0, "t", "01-01-2024", "01-02-2024"),
        (0, "u", "01-01-2024", "01-03-2024"),
        (1, "u", "02-01-2024", "03-03-2024"),
        (1, "t", "03-01-2024", "04-02-2024"),
        (2, "t", "01-01-2024", "01-03-2024"),
        (2, "u", "01-01-2024", "01-02-2024"),
        (3, "t", "01-01-2024", "01-02-2024"),
        (3, "u", "01-01-2024", "01-03-2024"),
        (3, "u", "02-01-2024", "01-03-2024"),
    ]);
    let expected = json!({
        "classes": 3, "smallest_class": 1, "share_below_5": 1.0, "share_below_3": 1.0, "average": 0.75,
        "average_without": {"type": 0.5, "start": 0.75, "end": 0.5},
        "raised_most_by": "type", "average_with_days": 1.0
    });
    assert_risk(&[], &text, &expected);
}

#[test]
fn sex_and_age_band_count_where_they_leave() {
    // Five persons with one row each: a woman of 76, men of 64, 52, 34 and 34.
    let text = rows(&[0, 1, 2, 3, 4].map(|person| (person, "t", "01-01-2024", "")));
    let average = |edits: &[(&str, &str)]| read_rows(edits, &text).quality["risk"]["average"].clone();
    assert_eq!(average(&[]), json!(0.2));
    assert_eq!(average(&[WITH_SEX]), json!(0.4));
    let expected = json!({
        "classes": 2, "smallest_class": 1, "share_below_5": 1.0, "share_below_3": 0.2, "average": 0.4,
        "average_without": {"sex": 0.4, "age_band": 0.4, "type": 0.4, "start": 0.4, "end": 0.4},
        "raised_most_by": null, "average_with_days": 0.4
    });
    // Either of two columns tells what the other does.
    assert_risk(&[WITH_BOTH], &text, &expected);
    let bands = ("age_bands = [18, 67]", "age_bands = [18, 40, 60]");
    let risk = read_rows(&[bands, WITH_BOTH], &text).quality["risk"].clone();
    assert_eq!((&risk["average"], &risk["raised_most_by"]), (&json!(0.8), &json!("age_band")));
    assert_eq!((&risk["average_without"]["age_band"], &risk["average_without"]["sex"]), (&json!(0.4), &json!(0.6)));
}

#[test]
fn the_shares_are_of_persons_in_classes_of_fewer_than_five_and_three() {
    // Eleven persons, whose numbers all fail modulus 11: classes of 5, 4 and 2.
    let men: Vec<String> = (0..11).map(|day| format!("{:02}01609995", day + 2)).collect();
    let text: String = men
        .iter()
        .enumerate()
        .map(|(at, number)| {
            let month = match at {
                0..5 => 1,
                5..9 => 2,
                _ => 3,
            };
            format!("{number},,t,01-0{month}-2024,,,\n")
        })
        .collect();
    let read = read_rows(&[], text);
    assert_eq!(read.quality["persons"], 11);
    let risk = &read.quality["risk"];
    assert_eq!((&risk["classes"], &risk["smallest_class"]), (&json!(3), &json!(2)));
    assert_eq!((&risk["share_below_5"], &risk["share_below_3"]), (&json!(0.545_455), &json!(0.181_818)));
    assert_eq!((&risk["average"], &risk["raised_most_by"]), (&json!(0.272_727), &json!("start")));
}

fn days(read: &Read) -> Vec<(&str, &str, Option<&str>)> {
    read.extract
        .iter()
        .map(|row| (row["person"].as_str().unwrap(), row["start"].as_str().unwrap(), row["end"].as_str()))
        .collect()
}

#[test]
fn days_leave_as_the_first_and_last_of_their_months() {
    let text = "2512489996,,t,31-01-2023,29-02-2024,1,\n\
                2512489996,,t,02-01-2023,28-02-2023,2,\n\
                2512489996,,t,02-01-2023,28-02-2023,2,\n\
                2512489996,,u,01-12-1999,,3,\n\
                0201609995,,t,05-12-2024,06-12-2024,,\n\
                0201609995,,t,07-12-2024,08-12-2024,,\n\
                0201609995,,t,09-12-2024,08-12-2024,,\n";
    let read = read_rows(&[MONTHS], text);
    assert_eq!(
        days(&read),
        [
            (HOLM, "1999-12-01", None),
            (HOLM, "2023-01-01", Some("2023-02-28")),
            (HOLM, "2023-01-01", Some("2024-02-29")),
            // Two spells of one month stay two, and an end before the start is found in days.
            (ANE, "2024-12-01", Some("2024-12-31")),
            (ANE, "2024-12-01", Some("2024-12-31")),
        ]
    );
    assert_eq!((read.count("duplicates"), read.count("rejected")), (1, 1));
    assert!(read.quality["risk"].get("average_with_days").is_none());
}

#[test]
fn weeks_are_joined_before_they_become_months() {
    let weekly = ("start = \"S\"\nend = \"E\"", "week = \"S\"");
    let text = "2512489996,,t,29-01-2024,,1,\n2512489996,,t,05-02-2024,,1,\n2512489996,,t,19-02-2024,,1,\n";
    let read = read_rows(&[MONTHS, weekly], text);
    assert_eq!(days(&read), [(HOLM, "2024-01-01", Some("2024-02-29")), (HOLM, "2024-02-01", Some("2024-02-29"))]);
}

#[test]
fn deliveries_of_months_and_of_days_are_not_taken_for_each_other() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "age_bands", "dates = \"month\"\nage_bands");
    place.udpeg(&["run", "-p", "p.toml"]).succeeded();
    let extract = place.path("out/2024Q4/delivery/social/extract.parquet");
    assert_eq!(parquet_metadata(&extract)["udpeg.dates"], "month");
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    place.edit("p.toml", "dates = \"month\"\n", "");
    let says = "udpeg.dates differs";
    place
        .udpeg(&["select", "-p", "p.toml", "--force"])
        .failed(4, &[says, "use the period, day, age bands and `dates`"]);
    place.udpeg(&["verify", "-p", "p.toml"]).failed(4, &[says]);
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "social", "--force"]).succeeded();
    assert!(!parquet_metadata(&extract).contains_key("udpeg.dates"));
    place.edit("p.toml", "age_bands", "dates = \"month\"\nage_bands");
    let ran = place.udpeg(&["select", "-p", "p.toml", "--force"]).failed(4, &["delivery/social/", says]);
    assert!(!ran.err.contains("delivery/family/"), "{}", ran.err);
}

/// What the departments of a made-up municipality deliver, with pieces of its programme replaced.
fn delivered(place: &Workplace, edits: &[(&str, &str)], out: &str) -> Vec<(Value, Vec<ExtractRow>)> {
    let mut text = place.read("programme.toml");
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    place.write("edited.toml", text);
    place.udpeg(&["run", "-p", "edited.toml", "--new-key", "--out", out]).succeeded();
    let of_department = |id: &str| {
        let folder = format!("{out}/2026Q3/delivery/{id}");
        let rows = parquet_rows(&place.path(&folder).join("extract.parquet"));
        (place.json(&format!("{folder}/quality.json")), rows.into_iter().map(extract_row).collect())
    };
    ["jobcentre", "family", "social"].map(of_department).into()
}

const AGES: &str = "[18, 25, 30, 40, 50, 60, 67]";
const ATTRIBUTES: &str = "attributes = [\"sex\", \"age_band\"]";

#[test]
fn the_figures_are_those_of_persons_laid_side_by_side() {
    for (seed, adults) in [("1", "300"), ("2", "3000")] {
        let place = Workplace::new();
        place.udpeg(&["synth", "--adults", adults, "--seed", seed, "--out", "."]).succeeded();
        let months = (ATTRIBUTES, "attributes = [\"age_band\"]\ndates = \"month\"");
        for (edits, attributes, days_leave, out) in
            [(&[][..], &["sex", "age_band"][..], true, "days"), (&[months], &["age_band"], false, "months")]
        {
            let attributes: Vec<String> = attributes.iter().map(|name| (*name).to_owned()).collect();
            for (quality, extract) in delivered(&place, edits, out) {
                for (name, figure) in figures(&extract, &attributes, days_leave) {
                    assert_eq!(quality[name], figure, "seed {seed}, {out}: {name}");
                }
            }
        }
    }
}

#[test]
fn coarser_columns_never_raise_the_risk() {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", "3000", "--seed", "3", "--out", "."]).succeeded();
    let days = delivered(&place, &[], "days");
    let months = delivered(&place, &[(ATTRIBUTES, &format!("{ATTRIBUTES}\ndates = \"month\""))], "months");
    let few_bands = delivered(&place, &[(AGES, "[18, 67]")], "few_bands");
    let without_sex = delivered(&place, &[(ATTRIBUTES, "attributes = [\"age_band\"]")], "without_sex");
    for (at, (of_days, _)) in days.iter().enumerate() {
        let risk = &of_days["risk"];
        let number = |value: &Value| value.as_f64().unwrap();
        let average = number(&risk["average"]);
        assert!(average <= number(&risk["average_with_days"]), "{risk}");
        assert!(risk["average_without"].as_object().unwrap().values().all(|other| number(other) <= average), "{risk}");
        assert!(number(&risk["share_below_3"]) <= number(&risk["share_below_5"]), "{risk}");
        assert!(number(&few_bands[at].0["risk"]["average"]) <= average, "{risk}");
        // Taking a column away is what was said of it.
        assert_eq!(without_sex[at].0["risk"]["average"], risk["average_without"]["sex"]);
        // All but the last figure is told of months, whatever leaves.
        let mut without_days = of_days.clone();
        without_days["risk"].as_object_mut().unwrap().remove("average_with_days");
        assert_eq!(without_days, months[at].0);
    }
    // Of some department each is strictly so.
    let of = |delivered: &[(Value, _)], name: &str| -> Vec<f64> {
        delivered.iter().map(|(quality, _)| quality["risk"][name].as_f64().unwrap()).collect()
    };
    assert_ne!(of(&days, "share_below_3"), of(&days, "share_below_5"));
    assert_ne!(of(&days, "average"), of(&days, "average_with_days"));
    assert_ne!(of(&days, "average"), of(&few_bands, "average"));
}

#[test]
fn the_incomplete_do_not_count_as_persons_and_types_are_counted_as_they_leave() {
    let text = "2512489996,,t,01-01-2024,,1,\n2512489996,,unnamed,01-01-2024,,1,\n\
                0201609995,,strange,01-01-2024,,1,\n0201609995,,t,01-01-2024,,1,\n0107729995,,t,x,,1,\n";
    let read = read_rows(&[], text);
    assert_eq!(read.quality["persons"], 2);
    assert_eq!(read.quality["types"], json!({"other": 2, "t": 2}));
}
