//! Danish and English: all of the page, with numbers and dates as each writes them.

use super::{between, page, programme, release, row, steering_report};
use udpeg::programme::Programme;
use udpeg::sentences::Language;

#[test]
fn numbers_dates_and_shares_are_written_as_the_language_writes_them() {
    let (danish, english) = (page(Language::Danish), page(Language::English));
    assert!(danish.contains("<html lang=\"da\">") && english.contains("<html lang=\"en\">"));
    assert!(danish.contains("31. december 2024") && english.contains("31 December 2024"));
    assert_eq!(
        row(&danish, "Rækker i afdelingernes udtræk", "jobcentre"),
        ["jobcentre", "31.337", "603", "31.940", "1,9\u{a0}%"]
    );
    assert_eq!(
        row(&english, "Rows of the departments&#39; extracts", "jobcentre"),
        ["jobcentre", "31,337", "603", "31,940", "1.9%"]
    );
}

#[test]
fn no_sentence_of_one_language_stands_in_the_page_of_the_other() {
    let texts = |page: &str| -> Vec<String> {
        let pieces = ["h2", "h3", "caption", "figcaption", "p", "dt", "summary", "desc"].map(|name| {
            let pieces = between(page, &format!("<{name}"), &format!("</{name}>"));
            pieces.into_iter().map(|piece| piece.split_once('>').unwrap().1.to_owned()).collect::<Vec<String>>()
        });
        pieces.concat()
    };
    let (danish, english) = (texts(&page(Language::Danish)), texts(&page(Language::English)));
    assert_eq!(danish.len(), english.len());
    for (danish, english) in danish.iter().zip(&english).filter(|(danish, _)| danish.split(' ').count() > 2) {
        // The words after the number of a table or chart; ids of rules and tables are those of the programme.
        let words = |text: &str| text.rsplit("</b> ").next().unwrap().to_owned();
        assert!(words(danish) != words(english) || words(danish).split(' ').count() == 1, "{danish}");
    }
}

#[test]
fn the_programme_says_the_language_and_danish_is_the_usual_one() {
    let parse = |report: &str| {
        let text = crate::support::SMALL_PROGRAMME.to_owned() + report;
        Programme::parse(std::path::Path::new("p.toml"), &text).unwrap().report_language
    };
    assert_eq!(parse(""), Language::Danish);
    assert_eq!(parse("\n[report]\nlanguage = \"en\"\n"), Language::English);
    assert_eq!(parse("\n[report]\nlanguage = \"da\"\n"), Language::Danish);
}

#[test]
fn the_same_release_gives_the_same_bytes() {
    let (programme, release) = (programme(), release());
    let page = || steering_report(&programme, &release, Language::Danish).to_html();
    assert_eq!(page(), page());
}
