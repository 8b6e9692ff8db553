//! Selection rates: right where they are told, and no verdict where there is too little to judge by.

use super::{programme, protected, report_on, row, table};
use udpeg::disclosure::{Settings, Zeros};

const ALL: &str = "Proposed, of everybody in the extracts";
const ELIGIBLE: &str = "Proposed, of those eligible";

fn by_age(counts: [[u64; 4]; 5]) -> String {
    let ages = ["0-17", "18-24", "25-39", "40-66", "67+"];
    let statuses = ["proposed", "reserve", "eligible", "not_eligible"];
    let counts: Vec<u64> = counts.into_iter().flatten().collect();
    let table = table("persons_by_age", "persons", &[("age_band", &ages), ("status", &statuses)], &counts);
    let settings = Settings { zeros: Zeros::Shown, ..Settings::new(5) };
    report_on(&programme(), &protected([table], &settings))
}

#[test]
fn shares_ratios_and_verdicts_follow_from_the_counts() {
    let page = by_age([
        [0, 0, 0, 500],
        [20, 10, 70, 900],   // 2.0% of 1,000; 20% of 100
        [50, 10, 140, 1800], // 2.5% of 2,000; 25% of 200
        [30, 20, 350, 1600], // 1.5% of 2,000; 7.5% of 400
        [0, 0, 0, 800],
    ]);
    assert_eq!(row(&page, ALL, "18–24"), ["18–24", "20", "1,000", "2.0%", "0.80", "near the largest"]);
    assert_eq!(row(&page, ALL, "25–39"), ["25–39", "50", "2,000", "2.5%", "1.00", "the largest"]);
    assert_eq!(row(&page, ALL, "40–66"), ["40–66", "30", "2,000", "1.5%", "0.60", "look into why"]);
    assert_eq!(row(&page, ALL, "67+"), ["67+", "0", "800", "0.0%", "–", "other ages"]);
    assert_eq!(row(&page, ALL, "0–17")[4..], ["–", "other ages"]);
    assert_eq!(row(&page, ELIGIBLE, "40–66"), ["40–66", "30", "400", "7.5%", "0.30", "look into why"]);
    assert_eq!(row(&page, ELIGIBLE, "67+")[2..5], ["0", "–", "–"], "there is nobody to have a share in");
}

#[test]
fn nobody_proposed_of_many_is_a_difference_and_of_few_is_not() {
    // The groups together have 100 of 4,000: of 1,000 about 25 would be proposed, of 120 three.
    let page = by_age([[0; 4], [0, 50, 50, 900], [80, 20, 100, 2680], [20, 0, 0, 0], [0; 4]]);
    let reading = |age: &str| row(&page, ALL, age)[5].clone();
    assert_eq!(reading("18–24"), "look into why");
    assert_eq!(row(&page, ALL, "18–24")[4], "0.00");
    assert_eq!(reading("40–66"), "too few to judge", "though all of them are proposed");
    assert_eq!(reading("25–39"), "the largest", "too small a group is nobody's measure");
}

#[test]
fn the_verdict_begins_at_the_threshold_of_expected_proposals() {
    // One in 20 of everybody: five would be proposed of 100, and 4.95 of 99.
    for (members, is_judged) in [(100, true), (99, false)] {
        let page = by_age([
            [0; 4],
            [5, 0, 0, members - 5],
            [50, 0, 0, 950],
            [45 + (members - 99) * 5 / 100, 0, 0, 855],
            [0; 4],
        ]);
        let reading = row(&page, ALL, "18–24")[5].clone();
        assert_eq!(reading != "too few to judge", is_judged, "{members}: {reading}");
    }
}

#[test]
fn no_verdict_is_given_where_a_count_is_hidden() {
    let page = by_age([[0; 4], [3, 40, 457, 500], [57, 40, 403, 500], [60, 40, 400, 1500], [0; 4]]);
    let young = row(&page, ALL, "18–24");
    assert_eq!(
        (young[1].as_str(), &young[3..]),
        ("hidden", &["hidden", "–", "too few to judge"].map(str::to_owned)[..])
    );
    // What protects it is hidden too; who is left has nobody to be compared with, or is.
    assert!(!row(&page, ALL, "40–66")[5].is_empty());
}
