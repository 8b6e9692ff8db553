//! What was decided holds when a period is assigned anew, in later periods, and for whoever reads it afterwards.

use super::{LOG, Row, candidates, decide, label, made, present, target};
use crate::support::{Workplace, parquet_rows};

fn of<'r>(rows: impl IntoIterator<Item = &'r Row>, wanted: &str) -> Option<&'r Row> {
    rows.into_iter().find(|row| row["label"] == wanted)
}

#[test]
fn overrides_show_everywhere_and_survive_a_rerun() {
    let place = made();
    let proposed: Vec<Row> = target(&place).into_values().collect();
    let all = candidates(&place);
    let (first, second, third) = (label(&proposed[0]), label(&proposed[1]), label(&proposed[2]));
    let low = label(all.last().unwrap());
    let ran = decide(&place, &["override", "--include", "--reason", "case 114", "--unit", &low]).succeeded();
    assert!(ran.out.contains("Proposed now") && ran.out.contains("Revision 2, in revisions/2"), "{}", ran.out);
    assert_eq!(target(&place).len(), 21, "nobody else leaves");
    decide(&place, &["override", "--exclude", "--reason", "case 115", "--unit", &first]).succeeded();
    decide(&place, &["accept", "--reason", "yes", "--unit", &second]).succeeded();
    decide(&place, &["decline", "--reason", "not_relevant", "--unit", &third]).succeeded();
    let check = || {
        let rows: Vec<Row> = target(&place).into_values().collect();
        assert_eq!(rows.len(), 20);
        for (unit, decision) in [(&low, "include"), (&second, "accept")] {
            let row = of(&rows, unit).unwrap();
            assert_eq!((&row["decision"], &row["decided_by"]), (&decision.into(), &"k3".into()));
            let list = format!("{}/coordinators/{}", present(&place), row["coordinator"].as_str().unwrap());
            let theirs = parquet_rows(&place.path(&format!("{list}/list.parquet")));
            assert_eq!(of(&theirs, unit), Some(row));
            assert!(place.path(&format!("{list}/list.xlsx")).exists());
        }
        assert!(of(&rows, &first).is_none() && of(&rows, &third).is_none());
        assert!(rows.iter().filter(|row| row["decision"].is_null()).count() == 18);
        place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    };
    check();
    let explained = place.udpeg(&["explain", "-p", "p.toml", &low]).succeeded();
    assert!(explained.err.contains("people decided `include` (line 1 of decisions.jsonl, by k3)"), "{}", explained.err);
    let log = place.read(LOG);
    place.udpeg(&["assign", "-p", "p.toml", "--force"]).succeeded();
    assert!(!place.path("out/2026Q3/revisions/2").exists(), "what was replaced is gone");
    assert_eq!(place.read(LOG), log);
    // It tells of the assignment before.
    std::fs::remove_dir_all(place.path("out/2026Q3/release")).unwrap();
    check();
    place.udpeg(&["select", "-p", "p.toml", "--force"]).succeeded();
    place.udpeg(&["assign", "-p", "p.toml", "--force"]).succeeded();
    check();
    // Brought back, it is proposed again.
    decide(&place, &["override", "--include", "--reason", "a mistake", "--unit", &first]).succeeded();
    assert!(of(target(&place).values(), &first).is_some());
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
}

#[test]
fn a_recusal_after_the_assignment_is_heeded_for_newcomers_from_then_on_and_moves_nobody() {
    let place = made();
    let proposed: Vec<Row> = target(&place).into_values().collect();
    decide(&place, &["decline", "--reason", "no", "--unit", &label(&proposed[0])]).succeeded();
    let newcomer = target(&place).into_values().next_back().unwrap();
    let coordinator = newcomer["coordinator"].as_str().unwrap().to_owned();
    let recuse =
        ["recuse", "-p", "p.toml", "--unit", &label(&newcomer), "--coordinator", &coordinator, "--reason", "kin"];
    place.udpeg(&recuse).succeeded();
    // Replayed, the newcomer stays where it was: the recusal came later, and whoever leads decides about it.
    decide(&place, &["decline", "--reason", "no", "--unit", &label(&proposed[1])]).succeeded();
    assert_eq!(of(target(&place).values(), &label(&newcomer)).unwrap()["coordinator"], newcomer["coordinator"]);
    place.udpeg(&["verify", "-p", "p.toml", "--recompute"]).succeeded();
    place.udpeg(&["assign", "-p", "p.toml", "--force"]).succeeded();
    assert_ne!(of(target(&place).values(), &label(&newcomer)).unwrap()["coordinator"], newcomer["coordinator"]);
}

#[test]
fn who_declined_is_left_in_peace_in_later_periods_as_long_as_the_programme_says() {
    let place = made();
    let consent = "[consent]\nrest = { no = \"1 year\", moved = \"never\" }\n\n[disclosure]";
    place.edit("p.toml", "[disclosure]", consent);
    place.udpeg(&["run", "-p", "p.toml", "--force", "--quiet"]).succeeded();
    let proposed: Vec<Row> = target(&place).into_values().collect();
    let units: Vec<String> = proposed.iter().take(4).map(label).collect();
    for (unit, code) in units.iter().zip(["no", "moved", "not_relevant"]) {
        decide(&place, &["decline", "--reason", code, "--unit", unit]).succeeded();
    }
    // The day of the decisions lies a year back, then less.
    let today = chrono::Local::now().date_naive();
    let at = |as_of: chrono::NaiveDate, period: &str| {
        let day = as_of.to_string();
        let step = ["-p", "p.toml", "--period", period, "--as-of", &day, "--quiet", "--previous", "out/2026Q3"];
        place.udpeg(&[&["run"], &step[..]].concat()).succeeded();
        let rows = parquet_rows(&place.path(&format!("out/{period}/assignment/target_group.parquet")));
        let verify = ["verify", "-p", "p.toml", "--period", period, "--recompute"];
        place.udpeg(&verify).succeeded();
        let members: Vec<String> =
            rows.iter().flat_map(|row| row["members"].as_array().unwrap()).map(ToString::to_string).collect();
        let is_in =
            |unit: &Row| unit["members"].as_array().unwrap().iter().any(|one| members.contains(&one.to_string()));
        proposed.iter().take(4).map(is_in).collect::<Vec<bool>>()
    };
    assert_eq!(at(today - chrono::Days::new(30), "2026Q4"), [false, false, true, true]);
    let later = at(today + chrono::Months::new(12), "2027Q4");
    assert!(!later[1], "never is never");
    assert_eq!(later[0], later[2], "after a year they are like everybody else");
}

#[test]
fn the_newcomers_coordinator_counts_as_theirs_in_the_next_period() {
    let place = made();
    let first = label(target(&place).values().next().unwrap());
    decide(&place, &["decline", "--reason", "no", "--unit", &first]).succeeded();
    let newcomer = target(&place).into_values().next_back().unwrap();
    // Excluded for good, so that the newcomer is proposed again.
    place.udpeg(&["run", "-p", "p.toml", "--period", "2026Q4", "--quiet"]).succeeded();
    let exclude =
        ["override", "--exclude", "-p", "p.toml", "--period", "2026Q4", "--by", "k3", "--reason", "x", "--unit"];
    place.udpeg(&[&exclude[..], &[first.as_str()]].concat()).succeeded();
    let assign = ["assign", "-p", "p.toml", "--period", "2026Q4", "--force", "--previous", "out/2026Q3"];
    let ran = place.udpeg(&assign).succeeded();
    assert!(ran.out.contains("0 persons lose the coordinator they had"), "{}", ran.out);
    let rows = parquet_rows(&place.path("out/2026Q4/assignment/target_group.parquet"));
    assert_eq!(of(&rows, &label(&newcomer)).unwrap()["coordinator"], newcomer["coordinator"]);
}

#[test]
fn two_revisions_can_be_compared_and_the_way_back_is_open_for_the_present_one() {
    let place = made();
    let first = target(&place).into_values().next().unwrap();
    decide(&place, &["decline", "--reason", "no", "--unit", &label(&first)]).succeeded();
    let compare = |before: &str, now: &str| {
        let ran = place.udpeg(&["compare", before, now, "--json"]).succeeded();
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        (json["entered"].clone(), json["left"].clone(), json["stayed"].clone(), json["persons_moved"].clone())
    };
    let expected = (1.into(), 1.into(), 19.into(), 0.into());
    assert_eq!(compare("out/2026Q3/revisions/1", "out/2026Q3"), expected);
    assert_eq!(compare("out/2026Q3/revisions/1", "out/2026Q3/revisions/2"), expected);
    place.udpeg(&["compare", "out/2026Q3/revisions/7", "out/2026Q3"]).failed(1, &["revisions/7"]);
    let newcomer = target(&place).into_values().next_back().unwrap();
    let list = format!("{}/coordinators/{}/list.parquet", present(&place), newcomer["coordinator"].as_str().unwrap());
    reidentify(&place, &list).succeeded();
    let replaced = format!("out/2026Q3/coordinators/{}/list.parquet", first["coordinator"].as_str().unwrap());
    reidentify(&place, &replaced).failed(4, &["does not stand in the assignment's manifest"]);
}

fn reidentify(place: &Workplace, list: &str) -> crate::support::Ran {
    let arguments =
        ["reidentify", "-p", "p.toml", "-d", "social", "--list", list, "--by", "B. Berg", "--reason", "k1 begins"];
    place.udpeg(&arguments)
}
