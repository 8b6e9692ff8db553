//! `run` ends with the report, and the steps around it know it.

use super::{between, row};
use crate::support::{Workplace, parquet_rows};
use std::collections::BTreeSet;

const REPORT: &str = "out/2026Q3/release/report.html";

fn made() -> Workplace {
    made_of("9000")
}

/// A municipality of so many adults, run.
fn made_of(adults: &str) -> Workplace {
    let place = Workplace::new();
    place.udpeg(&["synth", "--adults", adults, "--seed", "7", "--dirty", "1%", "--out", "."]).succeeded();
    place.edit("programme.toml", "[disclosure]", "[report]\nlanguage = \"en\"\n\n[disclosure]");
    let ran = place.udpeg(&["run", "--programme", "programme.toml", "--new-key"]).succeeded();
    assert!(ran.out.contains("release/report.html"), "{}", ran.out);
    place
}

#[test]
fn a_run_ends_with_a_report_that_names_nobody_and_tells_no_small_count() {
    let place = made();
    let page = place.read(REPORT);
    for heading in ["Purpose and legal basis", "How the group was found", "Who is in it", "Missing data"] {
        assert!(page.contains(&format!(">{heading}</h2>")), "{heading}");
    }
    assert!(!page.contains("This release has no such counts."), "every section has its tables");
    let cells = between(&page, " count\">", "<");
    assert!(cells.len() > 60, "{}", cells.len());
    for cell in cells {
        let count: u64 = cell.replace(',', "").parse().unwrap();
        assert!(count == 0 || count >= 5, "{count}");
    }
    // Pseudonyms are 32 hexadecimal digits, labels eight or more; the SHA-256 of rules and styles are longer.
    let digits = page.split(|letter: char| !letter.is_ascii_digit() && !('a'..='f').contains(&letter));
    let telling: Vec<&str> = digits.filter(|run| (8..64).contains(&run.len())).collect();
    assert!(telling.is_empty(), "{telling:?}");
}

#[test]
fn the_report_of_a_run_is_a_draft_and_that_of_a_release_names_who_approved_it() {
    let place = made();
    let draft = "nobody has approved the release";
    assert!(place.read(REPORT).contains(draft));
    let by = ["--prepared-by", "A. <b>Jensen</b>", "--approved-by", "B. Holm"];
    place.udpeg(&[&["release", "--programme", "programme.toml"], &by[..]].concat()).succeeded();
    let page = place.read(REPORT);
    let released = "Prepared by A. &lt;b&gt;Jensen&lt;/b&gt;; release approved by B. Holm on ";
    assert!(page.contains(released) && !page.contains(draft), "{page}");
}

#[test]
fn every_count_of_the_report_is_one_of_the_statistics_or_a_sum_of_them() {
    let place = made();
    let statistics = place.read("out/2026Q3/release/statistics.csv");
    let published: Vec<u64> = statistics.lines().filter_map(|line| line.rsplit(',').next()?.parse().ok()).collect();
    let page = place.read(REPORT);
    for table in between(&page, "<table>", "</table>") {
        // Those eligible, and those in enough departments, are sums.
        let has_sums =
            ["From the extracts", "Proposed, of those eligible", "by points"].iter().any(|of| table.contains(of));
        for cell in between(table, " count\">", "</td>").into_iter().filter(|_| !has_sums) {
            assert!(published.contains(&cell.replace(',', "").parse().unwrap()), "{cell}");
        }
    }
}

#[test]
fn verify_tells_when_a_report_was_altered() {
    let place = made();
    let verify = || place.udpeg(&["verify", "--programme", "programme.toml"]);
    verify().succeeded();
    place.edit(REPORT, "<h1>", "<h1> ");
    let told = verify();
    assert_ne!(told.code, 0);
    assert!((told.out + &told.err).contains("report.html"));
}

/// Members of the proposed units, by pseudonym.
fn proposed(place: &Workplace, period: &str) -> BTreeSet<String> {
    let rows = parquet_rows(&place.path(&format!("out/{period}/selection/candidates.parquet")));
    let rows = rows.iter().filter(|row| row["status"] == "proposed");
    rows.flat_map(|row| row["members"].as_array().unwrap().clone())
        .map(|member| member.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn two_periods_released_one_after_the_other_tell_who_entered_stayed_and_left() {
    let place = made_of("20000");
    let by = ["--prepared-by", "A. Jensen", "--approved-by", "B. Holm"];
    place.udpeg(&[&["release", "--programme", "programme.toml"], &by[..]].concat()).succeeded();
    assert!(place.read(REPORT).contains("This release is not compared with an earlier period."));
    // A quarter later other people have records.
    for name in ["jobcentre.csv", "family.csv", "social.csv"] {
        let bytes = std::fs::read(place.path(name)).unwrap();
        let lines = bytes.split_inclusive(|&byte| byte == b'\n').enumerate();
        let kept: Vec<u8> = lines.filter(|(number, _)| number % 6 != 5).flat_map(|(_, line)| line.to_vec()).collect();
        place.write(name, kept);
    }
    let next = ["--programme", "programme.toml", "--period", "2026Q4", "--previous", "out/2026Q3"];
    place.udpeg(&[&["run"], &next[..]].concat()).succeeded();
    let drafted = place.read("out/2026Q4/release/report.html");
    place.udpeg(&[&["release"], &next[..], &by[..]].concat()).succeeded();
    let page = place.read("out/2026Q4/release/report.html");
    assert!(drafted.contains("nobody has approved") && page.contains("Prepared by A. Jensen"));
    assert!(page.contains("Compared with the period 2026Q3."));
    let (then, now) = (proposed(&place, "2026Q3"), proposed(&place, "2026Q4"));
    let counts = [
        now.difference(&then).count(),
        now.intersection(&then).count(),
        then.difference(&now).count(),
        (&then | &now).len(),
    ];
    assert!(counts.iter().all(|count| *count >= 5), "{counts:?}");
    for (label, count) in ["Entered", "Stayed", "Left", "Total"].into_iter().zip(counts) {
        for page in [&drafted, &page] {
            let row = row(page, "Those proposed, compared with the last period", label);
            assert_eq!(row, [label, &count.to_string()], "{counts:?}");
        }
    }
}
