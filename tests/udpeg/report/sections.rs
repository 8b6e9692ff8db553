//! What each section tells.

use super::{between, page, programme, protected, release, report_on, row, steering_report, table};
use udpeg::disclosure::{Method, ProtectedTable, Settings, Zeros};
use udpeg::programme::Programme;
use udpeg::report::SteeringReport;
use udpeg::sentences::Language;

fn count(name: &str, values: &[Option<&str>]) -> u64 {
    let release = release();
    let table = release.tables.iter().find(|table| table.name == name).unwrap();
    table.count(values).unwrap().shown().unwrap()
}

fn number(text: &str) -> u64 {
    text.replace(',', "").parse().unwrap()
}

#[test]
fn the_funnel_goes_from_everybody_to_those_proposed() {
    let page = page(Language::English);
    let step = |label: &str| number(&row(&page, "From the extracts to the proposed", label)[1]);
    let in_departments = |number| count("units_by_departments", &[Some(number), None]);
    assert_eq!(step("Persons in the extracts"), count("persons_by_sex", &[None, None]));
    let of_age = ["family", "citizen"].map(|kind| count("persons_by_kind", &[Some(kind), None]));
    assert_eq!(step("Of an age that takes part"), of_age.iter().sum::<u64>());
    assert_eq!(step("Families and citizens"), 9000);
    assert_eq!(step("With open cases in 2 departments or more"), in_departments("2") + in_departments("3"));
    assert_eq!(step("Eligible"), 9000 - count("units_by_kind", &[None, Some("not_eligible")]));
    assert_eq!((step("Proposed"), step("In reserve")), (120, 30));
}

#[test]
fn a_step_of_which_a_part_is_hidden_is_hidden() {
    let statuses = ["proposed", "reserve", "eligible", "not_eligible"];
    let counts = [60, 2, 130, 800, 70, 18, 90, 900, 50, 0, 80, 500];
    let kinds =
        table("units_by_kind", "units", &[("kind", &["family", "citizen", "x"]), ("status", &statuses)], &counts);
    let few =
        table("t", "units", &[("status", &["proposed", "reserve", "eligible", "not_eligible"])], &[180, 20, 300, 2200]);
    let settings = Settings { zeros: Zeros::Shown, ..Settings::new(30) };
    let page = report_on(&programme(), &protected([kinds, few], &settings));
    let step = |label: &str| row(&page, "From the extracts to the proposed", label)[1].clone();
    assert_eq!(step("In reserve"), "hidden", "20 is below 30");
    assert_eq!(step("Eligible"), "hidden", "those in reserve are among them");
}

#[test]
fn the_line_stands_below_the_lowest_band_that_somebody_was_taken_from() {
    let bands = ["not_ranked", "up to 9", "10-14", "15-19", "20+"];
    let statuses = ["proposed", "reserve", "eligible", "not_eligible"];
    let chart = |counts: [[u64; 4]; 4]| {
        let counts: Vec<u64> = [0, 0, 0, 5000].into_iter().chain(counts.into_iter().flatten()).collect();
        let table = table("p", "units", &[("points_band", &bands), ("status", &statuses)], &counts);
        let settings = Settings { zeros: Zeros::Shown, ..Settings::new(5) };
        report_on(&programme(), &protected([table], &settings))
    };
    let line = |page: &str| {
        between(page, "<text class=\"cut\"", "</text>").first().map(|text| text.split_once('>').unwrap().1.to_owned())
    };

    let page = chart([[0, 0, 300, 0], [0, 0, 200, 0], [40, 30, 100, 0], [80, 0, 0, 0]]);
    assert_eq!(line(&page).unwrap(), "proposed down to here: 15–19");
    // Below the bars of 20+ and 15-19, each 26 pixels.
    assert!(page.contains("<line class=\"cut\" x1=\"0\" x2=\"100%\" y1=\"56\""), "{page}");

    let page = chart([[20, 0, 300, 0], [0, 0, 200, 0], [40, 30, 100, 0], [80, 0, 0, 0]]);
    assert_eq!(line(&page).unwrap(), "proposed down to here: up to 9", "a quota took some from further down");

    let page = chart([[2, 0, 300, 0], [3, 0, 200, 0], [40, 30, 100, 0], [80, 0, 0, 0]]);
    assert_eq!(line(&page), None, "hidden counts would tell");
    assert!(page.contains("is not drawn"));
}

#[test]
fn combinations_have_a_dot_for_each_of_their_departments() {
    let page = page(Language::English);
    let charts = between(&page, "<svg ", "</svg>");
    let chart = charts.iter().find(|chart| chart.contains("<circle")).unwrap();
    assert_eq!(chart.matches("<circle").count(), 8 * 3);
    assert_eq!(chart.matches("<circle class=\"on\"").count(), 12);
    assert_eq!(chart.matches("<line class=\"joint\"").count(), 7, "all but that of no department");
    let first_row = &chart[chart.find("<circle").unwrap()..];
    assert!(first_row.starts_with("<circle class=\"on\""), "those in all departments come first");
}

#[test]
fn whether_the_rules_were_approved_comes_first() {
    let text = crate::support::SMALL_PROGRAMME;
    let parse = |text: &str| Programme::parse(std::path::Path::new("p.toml"), text).unwrap();
    let programme = parse(text);
    let hash = programme.rules_approval().sha256;
    let approved = text.replace("dpia =", &format!("approved_rules = \"{hash}\"\ndpia ="));
    let release = release();
    // The first says that it is a draft.
    let status =
        |programme: &Programme| between(&report_on(programme, &release), "<p class=\"status", "</p>")[1].to_owned();
    assert_eq!(status(&programme), " open\">Rules not approved.");
    assert_eq!(status(&parse(&approved)), "\">Rules approved.");
}

#[test]
fn rules_tell_the_most_they_can_give_and_who_has_points_by_them_where_it_is_counted() {
    let most = |page: &str, rule: &str| row(page, "What each rule gives", rule);
    let plain = page(Language::English);
    assert_eq!(most(&plain, "unemployment")[1], "5");
    assert_eq!(most(&plain, "cases")[..2], ["cases", "9"]);
    assert_eq!(most(&plain, "cases").len(), 3);

    let statuses = ["proposed", "reserve", "eligible", "not_eligible"];
    let dimensions: [(&str, &[&str]); 2] = [("rule_cases", &["points", "no_points"]), ("status", &statuses)];
    let counts = [90, 20, 200, 1000, 30, 10, 154, 7000];
    let counted = report_on(&programme(), &protected([table("r", "units", &dimensions, &counts)], &Settings::new(5)));
    assert_eq!(most(&counted, "cases")[..4], ["cases", "9", "310", "90"]);
    assert_eq!(most(&counted, "unemployment")[1..4], ["5", "–", "–"]);
    assert!(!counted.contains("Further tables"), "it has been shown");
}

#[test]
fn coordinators_have_their_load_and_room_and_nobody_without_one_is_not_told_of() {
    let page = page(Language::English);
    let caption = "Proposed families and citizens by coordinator";
    assert_eq!(row(&page, caption, "k1"), ["k1", "20", "2"]);
    assert_eq!(row(&page, caption, "No room"), ["No room", "62", "–"]);
    let full = protected(
        [table("c", "proposed units", &[("coordinator", &["k1", "k2", "none"])], &[60, 60, 0])],
        &Settings::new(5),
    );
    assert!(!report_on(&programme(), &full).contains("No room"));
}

#[test]
fn change_is_told_where_an_earlier_period_is_compared() {
    let page = page(Language::English);
    assert!(page.contains("This release is not compared with an earlier period."));
    let (programme, change) =
        (programme(), table("change", "units", &[("change", &["entered", "stayed", "left"])], &[40, 80, 30]));
    let release = protected([change], &Settings::new(5));
    let report = steering_report(&programme, &release, Language::English);
    let page = SteeringReport { earlier_period: Some("2024Q3"), ..report }.to_html();
    assert!(page.contains("Compared with the period 2024Q3."));
    assert_eq!(row(&page, "Those proposed, compared with the last period", "Stayed"), ["Stayed", "80"]);
}

#[test]
fn the_number_of_hidden_cells_is_that_of_the_tables() {
    let release = release();
    let hidden = |table: &ProtectedTable| table.cells().filter(|cell| cell.count.is_hidden()).count();
    let hidden: usize = release.tables.iter().map(hidden).sum();
    let cells: usize = release.tables.iter().map(|table| table.cells().count()).sum();
    let page = page(Language::English);
    assert!(hidden > 0);
    assert!(
        page.contains(&format!(
            "{hidden} of {cells} cells in the tables of this release are hidden. Counts from 1 to 4"
        ))
    );
    assert!(page.contains("It passed: each could still be"));

    let (programme, left_out) = (programme(), ["units_by_points".to_owned()]);
    let report = steering_report(&programme, &release, Language::English);
    let page = SteeringReport { method: Method::Elimination, left_out: &left_out, ..report }.to_html();
    assert!(page.contains("exact elimination") && page.contains("to be protected: units_by_points."));
}

#[test]
fn tables_that_the_programme_asks_for_are_shown_up_to_three_dimensions_and_no_larger_than_a_page() {
    let sexes: (&str, &[&str]) = ("sex", &["F", "M"]);
    let values: Vec<String> = (0..25).map(|value| format!("v{value}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let release = protected(
        [
            table(
                "own",
                "persons",
                &[("kind", &["family", "citizen"]), sexes, ("x", &["p", "q"])],
                &[11, 12, 13, 14, 15, 16, 17, 18],
            ),
            table("large", "rows", &[("a", &values), ("b", &values)], &[50; 625]),
        ],
        &Settings { zeros: Zeros::Shown, ..Settings::new(5) },
    );
    let page = report_on(&programme(), &release);
    assert_eq!(row(&page, "own", "Women"), ["Women", "11", "12", "23"]);
    assert_eq!(super::rows(&page, "own").last().unwrap()[..], ["Total", "56", "60", "116"]);
    assert!(page.contains("The table large is too large for a page"));
    assert!(!page.contains("<table>\n<caption id=\"t4\">large"));
}

#[test]
fn the_points_system_is_that_of_the_description() {
    let programme = programme();
    let page = page(Language::English);
    let points = &page[page.find("id=\"points\"").unwrap()..];
    for text in [
        "<h4>unemployment</h4>",
        "<h4>cases</h4>",
        "Lotto 2025-01-04: 1 2 3",
        "“kontanthjælp”",
        &programme.rules_approval().sha256,
    ] {
        assert!(points.contains(text), "{text}");
    }
}
