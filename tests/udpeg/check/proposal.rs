//! What the extracts mean for the proposal: rows that cannot be used, and months in place of days.

use super::{assert_shows, check, report, shown};
use crate::municipality;
use crate::support::{Workplace, parquet_rows};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn rows_that_cannot_be_used_could_give_points() {
    let place = Workplace::with_small_programme();
    // Holm has 2 points of 5 for his years and 6 of 9 for two cases, Ane 5 of 5; nobody else is eligible.
    let proposal = |place: &Workplace, more: &[&str]| {
        report(place, &[&["--max-rejected", "100%"], more].concat(), 0)["proposal"].clone()
    };
    let of = |units: u64, change: u64, further: i64, come_in: u64| json!({"units": units, "points_could_change": change, "further_points": further, "could_come_in": come_in});
    let told = proposal(&place, &[]);
    assert_eq!((&told["first_places"], &told["others"]), (&of(0, 0, 0, 0), &of(0, 0, 0, 0)));
    assert_eq!((&told["size"], &told["points_needed"], &told["only"]), (&json!(2), &json!(5), &Value::Null));
    let add =
        |file: &str, rows: &str| place.write(file, [std::fs::read(place.path(file)).unwrap(), rows.into()].concat());
    // One more case is worth 3 points, two are too, for 9 are the most.
    add("social.tsv", "2512489996\tS-9\tx\t1/2/24\t\n");
    assert_eq!(proposal(&place, &[])["first_places"], of(1, 1, 3, 0));
    add("social.tsv", "2512489996\tS-8\tx\t\t\n");
    assert_eq!(proposal(&place, &[])["first_places"], of(1, 1, 3, 0));
    // A spell could be of any length.
    add("jobcentre.csv", "251248-9996;;x;00-00-2024;\r\n");
    assert_eq!(proposal(&place, &[])["first_places"], of(1, 1, 6, 0));
    // Ane has all points that the jobcentre's rules can give.
    add("jobcentre.csv", "020160-9995;;x;00-00-2024;\r\n");
    assert_eq!(proposal(&place, &[])["first_places"], of(2, 1, 6, 0));
    // Lund is in two departments already, and 3 points of his case are not enough: with a case more they are.
    add("social.tsv", "0104909995\tS-7\tx\tx\t\n");
    let told = proposal(&place, &[]);
    assert_eq!((&told["first_places"], &told["others"]), (&of(2, 1, 6, 0), &of(1, 1, 3, 1)));
    // Two who stand in no other row, and a row of nobody.
    add("social.tsv", "0504909995\tS\tx\tx\t\n0504909989\tS\tx\tx\t\n0504909989\tS\tx\tx\t\nx\tS\tx\t1/1/2024\t\n");
    let told = proposal(&place, &[]);
    assert_eq!((&told["persons_without_rows"], &told["rejected_rows_of_nobody"]), (&json!(2), &json!(1)));
    let alone = proposal(&place, &["-d", "social"]);
    assert_eq!((&alone["only"], &alone["size"], &alone["points_needed"]), (&json!("social"), &json!(0), &Value::Null));
    assert_eq!((&alone["first_places"], &alone["others"]), (&of(0, 0, 0, 0), &of(2, 2, 6, 0)));
    let lines = [
        "If the rejected rows were mended",
        "among the first 2 2 1 6",
        "all others 1 1 3",
        "Others that could come among the first 2: 1.",
        "Persons who have rejected rows only: 2.",
        "Rejected rows that do not tell whom they are about: 1.",
    ];
    assert_shows(&shown(&place, &["--max-rejected", "100%"], 0), &lines);
    let lines = ["If the rejected rows were mended, by the rules of social alone", "all 2 2 6"];
    assert_shows(&shown(&place, &["--max-rejected", "100%", "-d", "social"], 0), &lines);
}

/// Members, points and place before the lottery of every eligible unit, as `candidates.parquet` has them.
fn places(place: &Workplace, out: &str, programme: &toml::Table) -> BTreeMap<String, (i64, usize)> {
    let period = programme["programme"]["period"].as_str().unwrap();
    let tie_break =
        programme["selection"].get("tie_break").map_or_else(Vec::new, |rules| rules.as_array().unwrap().clone());
    let rows = parquet_rows(&place.path(&format!("{out}/{period}/selection/candidates.parquet")));
    let standing = |row: &BTreeMap<String, Value>| -> Vec<f64> {
        let values = tie_break.iter().map(|rule| row[&format!("value_{}", rule.as_str().unwrap())].as_f64().unwrap());
        std::iter::once(row["points"].as_f64().unwrap()).chain(values).collect()
    };
    let better = |row: &BTreeMap<String, Value>| rows.iter().filter(|other| standing(other) > standing(row)).count();
    rows.iter().map(|row| (row["members"].to_string(), (row["points"].as_i64().unwrap(), better(row) + 1))).collect()
}

#[test]
fn months_move_units_as_two_runs_show() {
    let mut moved = 0;
    for seed in 500..540 {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        let text = place.read("p.toml").replace("dates = \"month\"\n", "");
        let with = |dates: &str, out: &str| {
            place.write("p.toml", text.replace("[persons]\n", &format!("[persons]\ndates = \"{dates}\"\n")));
            let ran = place.udpeg(&["check", "-p", "p.toml", "--max-rejected", "100%", "--json"]).succeeded();
            place.udpeg(&["run", "-p", "p.toml", "--max-rejected", "100%", "--out", out]).succeeded();
            let told: Value = serde_json::from_str(&ran.out).unwrap();
            (places(&place, out, &text.parse().unwrap()), told["proposal"].clone())
        };
        let (days, told) = with("day", "days");
        let (months, told_of_months) = with("month", "months");
        assert_eq!(told["months"], told_of_months["months"], "seed {seed}");
        let size = text.parse::<toml::Table>().unwrap()["selection"]["size"].as_integer().unwrap().try_into().unwrap();
        let both = || days.iter().filter_map(|(unit, before)| Some((before, months.get(unit)?)));
        let all = || days.keys().chain(months.keys().filter(|unit| !days.contains_key(*unit)));
        let is_first = |of: Option<&(i64, usize)>| of.is_some_and(|(_, place)| *place <= size);
        let changes = all().filter(|unit| days.get(*unit).map(|of| of.1) != months.get(*unit).map(|of| of.1)).count();
        let come = all().filter(|unit| !is_first(days.get(*unit)) && is_first(months.get(*unit))).count();
        let leave = all().filter(|unit| is_first(days.get(*unit)) && !is_first(months.get(*unit))).count();
        let expected = json!({
            "units_with_days": days.len(),
            "units_with_months": months.len(),
            "points_change": both().filter(|(before, after)| before.0 != after.0).count(),
            "places": {
                "change": changes,
                "furthest": both().map(|(before, after)| before.1.abs_diff(after.1)).max().unwrap_or(0),
                "come_in": come,
                "leave": leave,
            },
        });
        assert_eq!(told["months"], expected, "seed {seed}");
        moved += changes;
        for (told, ranked) in [(&told, &days), (&told_of_months, &months)] {
            let last = ranked.values().filter(|(_, place)| *place <= size).map(|(points, _)| *points).min();
            assert_eq!(told["points_needed"], json!(last), "seed {seed}");
        }
    }
    assert!(moved > 40, "{moved} units moved");
}

#[test]
fn months_are_told_without_persons_or_pseudonyms() {
    let place = Workplace::with_small_programme();
    // A case that ended in the month of measurement is open when it leaves as months.
    place.edit("social.tsv", "05/05/2024\t", "05/05/2024\t03/12/2024");
    let lines = [
        "Months in place of days (`dates = \"month\"`)",
        "eligible units with days 2",
        "with months 3",
        "other points 0",
        "another place 1",
        "come among the first 2 0",
        "leave them 0",
    ];
    assert_shows(&shown(&place, &[], 0), &lines);
    let out = check(&place, &[], 0).out;
    let hex = |word: &str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(!out.split(|letter: char| !letter.is_alphanumeric()).any(hex), "{out}");
    let json = check(&place, &["--json"], 0).out;
    assert!(!json.split(|letter: char| !letter.is_alphanumeric()).any(hex), "{json}");
}
