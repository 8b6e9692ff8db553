//! What is hidden is nowhere on the page: not in a table, not in a chart, not in anything made from counts.

use super::{between, page, programme, protected, release, report_on, row, rows, steering_report, table};
use udpeg::disclosure::{Mode, ProtectedRelease, Settings, Table, Zeros};
use udpeg::report::SteeringReport;
use udpeg::sentences::Language;

const STATUSES: [&str; 4] = ["proposed", "reserve", "eligible", "not_eligible"];

/// Units by kind and points, persons by sex and age, from which a few can be moved without a shown count changing.
fn with_moved(moved: u64) -> ProtectedRelease {
    let by_status = |name, universe, dimension: (&str, &[&str]), counts: &[u64]| -> Table {
        table(name, universe, &[dimension, ("status", &STATUSES)], counts)
    };
    let (more, less) = (2 + moved, 4 - moved);
    protected(
        [
            by_status(
                "units_by_points",
                "units",
                ("points_band", &["not_ranked", "up to 9", "10-14", "15+"]),
                &[0, 0, 0, 900, more, less, 94, 0, 20 - more, 20 - less, 110, 0, 100, 60, 96, 0],
            ),
            by_status(
                "persons_by_age",
                "persons",
                ("age_band", &["18-24", "25-29", "30+"]),
                &[more, less, 140, 300, 20 - more, 20 - less, 80, 300, 90, 60, 80, 300],
            ),
            table(
                "proposed_by_coordinator",
                "proposed units",
                &[("coordinator", &["k1", "k2", "k3"])],
                &[more, 8 - more, 112],
            ),
            table(
                "rows_by_department",
                "rows",
                &[("department", &["a", "b", "c"]), ("outcome", &["accepted", "rejected"])],
                &[400 - more, more, 400 - less, less, 500, 60],
            ),
        ],
        &Settings::new(5),
    )
}

fn is_hidden(release: &ProtectedRelease, name: &str, values: &[Option<&str>]) -> bool {
    let table = release.tables.iter().find(|table| table.name == name).unwrap();
    table.count(values).unwrap().is_hidden()
}

#[test]
fn two_releases_that_differ_in_hidden_counts_alone_give_the_same_page() {
    let (one, other) = (with_moved(0), with_moved(1));
    assert_eq!(one.tables, other.tables, "only hidden counts differ");
    for hidden in [
        ("units_by_points", vec![Some("up to 9"), Some("proposed")]),
        ("persons_by_age", vec![Some("18-24"), Some("proposed")]),
        ("proposed_by_coordinator", vec![Some("k1")]),
        ("rows_by_department", vec![Some("a"), Some("rejected")]),
    ] {
        assert!(is_hidden(&one, hidden.0, &hidden.1), "{hidden:?}");
    }
    let programme = programme();
    for language in Language::ALL {
        let page = |release| steering_report(&programme, release, language).to_html();
        assert_eq!(page(&one), page(&other));
    }
}

#[test]
fn a_hidden_count_reads_hidden_in_tables_and_has_neither_bar_nor_share() {
    let page = report_on(&programme(), &with_moved(0));
    let band = rows(&page, "Eligible families and citizens by points");
    assert!(band.iter().any(|row| row[0] == "up to 9" && row[1] == "hidden"), "{band:?}");
    let coordinators = rows(&page, "Proposed families and citizens by coordinator");
    assert!(coordinators.iter().any(|row| row[..2] == ["k1", "hidden"]), "{coordinators:?}");
    let missing = rows(&page, "Rows of the departments&#39; extracts");
    assert!(missing.iter().any(|row| row[0] == "a" && row[2] == "hidden" && row[4] == "hidden"), "{missing:?}");
    let age = rows(&page, "Proposed, of everybody in the extracts");
    assert!(age.iter().any(|row| row[0] == "18–24" && row[3..] == ["hidden", "–", "too few to judge"]), "{age:?}");

    let chart = |title: &str| {
        let charts = between(&page, "<svg ", "</svg>");
        charts.into_iter().find(|chart| chart.contains(&format!("{title}</title>"))).unwrap().to_owned()
    };
    for (title, bars) in [
        ("Proposed families and citizens by coordinator", 1),
        ("Share of rows rejected, by department", 1),
        ("Proposed persons by age", 1),
    ] {
        let chart = chart(title);
        assert_eq!(chart.matches("<rect ").count(), bars, "{title}: a bar for each count that is shown\n{chart}");
        let hidden = between(&chart, "<text class=\"value hidden\" ", ">hidden</text>");
        assert_eq!(hidden.len(), 2, "{title}\n{chart}");
        assert!(hidden.iter().all(|text| text.starts_with("x=\"0.00%\"")), "{title}: the word stands where bars begin");
    }
}

#[test]
fn there_is_one_note_below_each_table_that_hides_something_and_none_below_others() {
    let page = page(Language::English);
    let notes = page.matches("<p class=\"note\">“hidden”").count();
    let after_table =
        |piece: &str| piece.trim_start_matches("</div>").trim_start_matches("\n</div>").trim_start().to_owned();
    let mut hiding = 0;
    for (position, table) in page.split("<table>").skip(1).enumerate() {
        let (table, after) = table.split_once("</table>").unwrap();
        let after = after_table(after.trim_start());
        let after = after.trim_start_matches("</div>").trim_start().trim_start_matches("</details>").trim_start();
        let hides = table.contains(">hidden</td>");
        assert_eq!(after.starts_with("<p class=\"note\">“hidden”"), hides, "table {}: {:.80}", position + 1, after);
        hiding += usize::from(hides);
    }
    assert!(hiding > 0);
    assert_eq!(notes, hiding);
}

/// Numbers of a text in English, those in brackets excepted, which belong to names.
fn numbers(text: &str) -> Vec<u64> {
    let text = text.split('(').next().unwrap().replace(',', "");
    text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[test]
fn no_count_on_the_page_is_below_the_threshold() {
    let page = page(Language::English);
    let cells = between(&page, " count\">", "</td>");
    let key = between(&page, "<dd class=\"count\">", "</dd>");
    let bars = between(&page, "<text class=\"value", "</text>").into_iter().map(|text| text.split_once('>').unwrap().1);
    let bars: Vec<&str> = bars.filter(|text| !text.contains('%')).collect();
    assert!(cells.len() > 100 && key.len() == 6 && bars.len() > 20, "{} {} {}", cells.len(), key.len(), bars.len());
    for text in cells.into_iter().chain(key).chain(bars) {
        assert!(numbers(text).iter().all(|count| *count == 0 || *count >= 5), "{text}");
    }
}

#[test]
fn every_cell_of_the_release_is_on_the_page_as_it_is_published() {
    let (release, programme) = (release(), programme());
    let page = report_on(&programme, &release);
    let shown = |text: &str| if text == "hidden" { None } else { text.replace(',', "").parse::<u64>().ok() };
    for (name, caption, label) in [
        ("units_by_kind", "Families and citizens by what became of them", ["family", "Families"]),
        ("persons_by_sex", "Persons by sex and what became of them", ["F", "Women"]),
        ("persons_by_age", "Persons by age and what became of them", ["25-29", "25–29"]),
        (
            "units_by_department_combination",
            "Families and citizens by the departments with open cases",
            ["jobcentre+social", "jobcentre+social"],
        ),
    ] {
        let table = release.tables.iter().find(|table| table.name == name).unwrap();
        let row = super::row(&page, caption, label[1]);
        let columns = STATUSES.into_iter().map(Some).chain([None]);
        for (status, text) in columns.zip(&row[1..]) {
            let count = table.count(&[Some(label[0]), status]).unwrap();
            assert_eq!(shown(text), count.shown(), "{name} {status:?}: {text}");
        }
    }
}

#[test]
fn rounded_counts_are_shown_as_they_were_rounded_and_it_is_said() {
    let settings = Settings { mode: Mode::Round { base: 5 }, ..Settings::new(5) };
    let release = protected(super::invented::tables(), &settings);
    let programme = programme();
    let report = SteeringReport { rounded_to: Some(5), ..steering_report(&programme, &release, Language::English) };
    let page = report.to_html();
    assert!(page.contains("Counts are rounded to multiples of 5"));
    for text in between(&page, " count\">", "</td>") {
        assert!(numbers(text).iter().all(|count| count % 5 == 0), "{text}");
    }
}

/// The page on tables whose counts are rounded to 5.
fn rounded(tables: impl IntoIterator<Item = Table>) -> String {
    let settings = Settings { mode: Mode::Round { base: 5 }, zeros: Zeros::Shown, ..Settings::new(5) };
    let (release, programme) = (protected(tables, &settings), programme());
    let report = SteeringReport { rounded_to: Some(5), ..steering_report(&programme, &release, Language::English) };
    report.to_html()
}

/// Persons by age: of the youngest band hidden are those proposed, of the oldest those otherwise eligible.
fn by_age() -> Table {
    let counts = [3, 10, 70, 900, 50, 10, 140, 1800, 30, 20, 4, 1600];
    table("persons_by_age", "persons", &[("age_band", &["18-24", "25-39", "40-66"]), ("status", &STATUSES)], &counts)
}

#[test]
fn a_rounded_total_that_hidden_counts_are_not_in_is_marked_and_nothing_is_made_from_it() {
    let page = rounded([by_age()]);
    let totals = |label: &str| row(&page, "Persons by age and what became of them", label);
    assert_eq!(totals("18–24")[1..], ["hidden", "10", "70", "900", "980*"]);
    assert_eq!(totals("25–39")[5], "2,000", "nothing of it is hidden");
    assert_eq!(totals("Total")[1..], ["80*", "40", "210*", "4,300", "4,630*"]);
    let compared = |label: &str| row(&page, "Proposed, of everybody in the extracts", label);
    assert_eq!(compared("25–39")[1..4], ["50", "2,000", "2.5%"]);
    assert_eq!(compared("40–66")[1..], ["30", "1,650*", "–", "–", "too few to judge"]);
    // The funnel, and the figures above it, say so too, and have no bar for it.
    assert_eq!(row(&page, "From the extracts to the proposed", "Persons in the extracts")[1], "4,630*");
    assert!(page.contains("<dd class=\"count\">4,630*</dd>"));
    let funnel = between(&page, "<svg ", "</svg>")[0];
    assert!(funnel.contains(">4,630*</text>") && !funnel.contains("<rect"), "{funnel}");
    let notes = page.matches("<p class=\"note\">*: the sum of the rounded counts that are shown.").count();
    assert_eq!(notes, 4, "below the figures, the funnel, the table by age, and what is compared of everybody");
}

#[test]
fn everybody_is_counted_by_a_rounded_table_that_hides_nobody_where_there_is_one() {
    let sexes = table(
        "persons_by_sex",
        "persons",
        &[("sex", &["F", "M"]), ("status", &STATUSES)],
        &[40, 20, 110, 2150, 43, 20, 104, 2150],
    );
    let page = rounded([by_age(), sexes]);
    assert_eq!(row(&page, "From the extracts to the proposed", "Persons in the extracts")[1], "4,640");
}

#[test]
fn counts_that_are_not_rounded_have_no_mark_whatever_is_hidden() {
    for language in Language::ALL {
        let page = super::page(language);
        assert!(!page.split("</style>").nth(1).unwrap().contains('*'));
    }
}
