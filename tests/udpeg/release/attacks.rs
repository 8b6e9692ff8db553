//! Differencing: what two releases, laid side by side, must not give away.

use super::{CSV, Cells, cells, cells_by, cells_of, made, municipality, release, released, run, selected_again};
use crate::support::Workplace;

const THRESHOLD: u64 = 5;

/// Cells that both show, with counts that differ by a few.
fn small_differences(before: &Cells, after: &Cells) -> Vec<String> {
    let both = before.iter().filter_map(|(cell, count)| Some((cell, (*count)?, (*after.get(cell)?)?)));
    both.filter(|(_, one, other)| (1..THRESHOLD).contains(&one.abs_diff(*other)))
        .map(|(cell, ..)| cell.clone())
        .collect()
}

/// A municipality made up and run, whose later releases are not rounded either.
fn never_rounded() -> Workplace {
    let place = municipality();
    place.edit("programme.toml", "threshold = 5", "threshold = 5\nround = false");
    run(&place, &[]).succeeded();
    place
}

/// Leaves out a few rows of each extract, as a revision would.
fn revise(place: &Workplace) {
    for name in ["jobcentre.csv", "family.csv", "social.csv"] {
        let bytes = std::fs::read(place.path(name)).unwrap();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
        let kept: Vec<u8> = lines
            .iter()
            .enumerate()
            .filter(|(number, _)| number % 900 != 899)
            .flat_map(|(_, line)| line.to_vec())
            .collect();
        assert!(kept.len() < bytes.len(), "{name} has too few rows");
        place.write(name, kept);
    }
}

#[test]
fn a_revision_shows_no_small_change() {
    let place = never_rounded();
    let unaware = cells_of(&place);
    released(&place, &[]).succeeded();
    revise(&place);
    // What would have been shown, had nothing been released before.
    run(&place, &["--force", "--period", "2026Q4"]).succeeded();
    let alone = cells(&place.read("out/2026Q4/release/statistics.csv"));
    assert!(!small_differences(&unaware, &alone).is_empty(), "the revision changed nothing that could be seen");
    let again = run(&place, &["--force"]);
    assert!([0, 4].contains(&again.code), "{}", again.err);
    if again.code == 0 && place.path(CSV).exists() {
        let found = small_differences(&unaware, &cells_of(&place));
        assert!(found.is_empty() || again.err.contains("there are no statistics"), "{found:?}");
    }
}

#[test]
fn a_rounded_revision_shows_no_small_change() {
    let place = made();
    let before = cells_of(&place);
    released(&place, &[]).succeeded();
    revise(&place);
    let again = run(&place, &["--force"]).succeeded();
    if !again.err.contains("there are no statistics") {
        released(&place, &["--force"]).succeeded();
        // A rounded count may differ from an exact one by a few: nobody knows by how many.
        let after = cells_by(&place.read(CSV), true);
        let is_public = |cell: &str| cell.contains("\"proposed\"") || cell.contains("\"reserve\"");
        let odd = after.iter().filter(|(cell, count)| count.is_some_and(|count| count % 5 != 0) && !is_public(cell));
        assert_eq!(odd.count(), 0, "{after:?}");
        let unrounded = before.values().flatten().filter(|count| **count % 5 != 0).count();
        assert!(unrounded > 10, "the first release was rounded too");
    }
}

#[test]
fn two_programmes_that_differ_by_one_unit_are_not_both_released() {
    let place = never_rounded();
    released(&place, &[]).succeeded();
    let before = place.read(CSV);
    let programme = place.read("programme.toml");
    let size = programme.lines().find(|line| line.starts_with("size ")).unwrap();
    let number: u32 = size.split('=').nth(1).unwrap().trim().parse().unwrap();
    place.edit("programme.toml", size, &format!("size = {}", number - 1));
    selected_again(&place);
    let refused = released(&place, &["--force"]).failed(4, &["a comparison with release 1", "would give away"]);
    assert!(!refused.err.contains(&format!("{number}")), "the error tells a count:\n{}", refused.err);
    assert_eq!(place.read(CSV), before);
}

#[test]
fn one_more_table_of_the_same_counts_opens_nothing_that_was_hidden() {
    let place = never_rounded();
    released(&place, &[]).succeeded();
    let first = cells_of(&place);
    let own = "[[statistics.table]]\nname = \"crossed\"\nuniverse = \"units\"\ndimensions = [\"kind\", \"departments\", \"status\"]\n\n[disclosure]";
    place.edit("programme.toml", "[disclosure]", own);
    selected_again(&place);
    let ran = released(&place, &["--force"]);
    if ran.code == 4 {
        assert!(ran.err.contains("refused"), "{}", ran.err);
        return;
    }
    ran.succeeded();
    let second = cells_of(&place);
    let opened: Vec<&String> = first
        .iter()
        .filter(|(cell, count)| count.is_none() && second.get(*cell).is_some_and(Option::is_some))
        .map(|(cell, _)| cell)
        .collect();
    assert!(opened.is_empty(), "{opened:?}");
}

#[test]
fn between_two_periods_who_entered_and_left_is_not_given_away() {
    let place = made();
    released(&place, &[]).succeeded();
    revise(&place);
    run(&place, &["--period", "2026Q4", "--previous", "out/2026Q3"]).succeeded();
    let text = place.read("out/2026Q4/release/statistics.csv");
    let now = cells(&text);
    let then = cells_of(&place);
    let change = |value: &str| now.get(&format!("change [(\"change\", \"{value}\")]")).copied();
    let shown: Vec<Option<Option<u64>>> = ["entered", "stayed", "left"].map(change).to_vec();
    if shown.iter().all(Option::is_some) {
        let proposed = "persons [(\"status\", \"proposed\")]";
        let (Some(before), Some(after)) = (then[proposed], now[proposed]) else { return };
        // Whoever knows both totals and that some stayed knows who entered and left.
        if let Some(stayed) = shown[1].flatten() {
            assert!(!(1..THRESHOLD).contains(&(before - stayed)), "{} left", before - stayed);
            assert!(!(1..THRESHOLD).contains(&(after - stayed)), "{} entered", after - stayed);
        }
        assert!(shown.iter().flatten().flatten().all(|count| *count == 0 || *count >= THRESHOLD), "{shown:?}");
    } else {
        assert!(!text.contains("change,persons"), "some of it stands there:\n{text}");
    }
    release(&place, &["--period", "2026Q4", "--previous", "out/2026Q3"]).succeeded();
}

#[test]
fn a_period_compared_with_itself_tells_that_everybody_stayed() {
    let place = made();
    run(&place, &["--period", "2026Q4", "--previous", "out/2026Q3"]).succeeded();
    let now = cells(&place.read("out/2026Q4/release/statistics.csv"));
    let count = |value: &str| now[&format!("change [(\"change\", \"{value}\")]")];
    let proposed = now["persons [(\"status\", \"proposed\")]"];
    assert_eq!([count("entered"), count("stayed"), count("left")], [Some(0), proposed, Some(0)]);
}

#[test]
fn an_altered_selection_of_the_previous_period_is_refused() {
    let place = made();
    let path = "out/2026Q3/selection/candidates.parquet";
    let mut bytes = std::fs::read(place.path(path)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    place.write(path, bytes);
    let ran = run(&place, &["--period", "2026Q4", "--previous", "out/2026Q3"]);
    ran.failed(4, &["it is not the file that its manifest names"]);
}
