//! What a programme may ask for, and how it is told what it may not.

use super::municipality;
use crate::support::Workplace;

/// The programme with these lines before `[disclosure]`, checked.
fn asked(lines: &str) -> (Workplace, crate::support::Ran) {
    let place = municipality();
    place.edit("programme.toml", "[disclosure]", &format!("{lines}\n[disclosure]"));
    let ran = super::run(&place, &[]);
    (place, ran)
}

fn table(universe: &str, dimensions: &str) -> String {
    format!("[[statistics.table]]\nname = \"own\"\nuniverse = \"{universe}\"\ndimensions = [{dimensions}]\n")
}

#[test]
fn mistakes_are_told_with_their_line_and_nothing_is_run() {
    let cases: [(String, &[&str]); 11] = [
        (table("persons", "\"sexx\""), &["persons have no dimension `sexx`", "did you mean `sex`?"]),
        (table("rows", "\"sex\""), &["rows have no dimension `sex`"]),
        (table("people", "\"sex\""), &["`universe` is \"persons\", \"units\" or \"rows\""]),
        (table("persons", "\"sex\", \"sex\""), &["the dimension `sex` stands twice"]),
        (table("persons", ""), &["from one to three"]),
        (table("units", "\"kind\", \"status\", \"departments\", \"points_band\""), &["from one to three"]),
        (table("units", "\"departments\", \"department_combination\""), &["ask for one of them"]),
        (table("units", "\"kind\"").replace("own", "units_mine"), &["a table that every release has"]),
        (table("units", "\"kind\"").replace("own", "rule_mine"), &["`rule_mine` could be the name of a table that"]),
        (table("units", "\"kind\"").replace("own", "incomplete_x"), &["`incomplete_x` could be the name of a table"]),
        (table("units", "\"coordinator\", \"kind\""), &["proposed_by_coordinator", "cannot be crossed"]),
    ];
    for (lines, says) in cases {
        let (place, ran) = asked(&lines);
        ran.failed(2, says).failed(2, &["programme.toml:"]);
        assert!(place.files("out").is_empty());
    }
}

#[test]
fn a_table_of_too_many_cells_and_a_threshold_below_3_are_mistakes() {
    let place = municipality();
    let programme = place.read("programme.toml");
    let line = |key: &str| programme.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    let many: Vec<String> = (1..=150).map(|age| age.to_string()).collect();
    place.edit("programme.toml", &line("age_bands"), &format!("age_bands = [{}]", many.join(", ")));
    let large = table("persons", "\"age_band\", \"department_combination\", \"status\"");
    let five: String = (1..=5).map(|number| large.replace("own", &format!("own_{number}"))).collect();
    let columns = "person = \"a\"\ntype = \"b\"\nstart = \"c\"\nend = \"d\"";
    let further = ["e", "f"]
        .map(|id| format!("[[department]]\nid = \"{id}\"\ninput = \"{id}.csv\"\n[department.columns]\n{columns}\n"));
    place.edit("programme.toml", "[disclosure]", &format!("{five}\n{}\n[disclosure]", further.concat()));
    // 151 bands of age, 26 combinations and 4 standings, each with a total.
    let says = ["this table could have 20520 cells", "could have 102600 together", "at most 100000 are counted"];
    super::run(&place, &[]).failed(2, &says).failed(2, &["programme.toml:"]);
    let place = municipality();
    place.edit("programme.toml", "threshold = 5", "threshold = 2");
    super::run(&place, &[]).failed(2, &["`threshold` must be a whole number from 3 on", "programme.toml:"]);
    place.edit("programme.toml", "threshold = 2", "threshold = 5\nround = 1");
    super::run(&place, &[]).failed(2, &["`round` is a whole number from 2 to 1000"]);
    place.edit("programme.toml", "round = 1", "min_interval = 0");
    super::run(&place, &[]).failed(2, &["`min_interval` must be a whole number from 1 on"]);
}

#[test]
fn a_table_that_cannot_be_protected_is_refused_where_it_is_asked_for() {
    // Everybody knows how many are proposed: 6 of them split in two tell too much of each other.
    let place = municipality();
    let size = place.read("programme.toml").lines().find(|line| line.starts_with("size ")).unwrap().to_owned();
    place.edit("programme.toml", &size, "size = 3");
    place.edit("programme.toml", "quota.family", "# quota.family");
    super::run(&place, &[]).succeeded();
    let usual = place.read(super::CSV);
    assert!(!usual.contains("units_by_kind"), "a table of three proposed units cannot be protected");
    let own = table("units", "\"kind\", \"status\"");
    place.edit("programme.toml", "[disclosure]", &format!("{own}\n[disclosure]"));
    super::run(&place, &["--force"]).failed(4, &["the table own", "cannot be protected", "nothing was released"]);
    assert_eq!(place.read(super::CSV), usual, "the statistics that were there are as they were");
}
