//! The file by itself: it asks for nothing, runs nothing, and can be read by whatever reads pages.

use super::{between, page, programme, protected, report_on, table};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::Path;
use udpeg::disclosure::Settings;
use udpeg::programme::Programme;
use udpeg::sentences::Language;

#[test]
fn the_page_refers_to_nothing_outside_itself_and_runs_nothing() {
    for language in Language::ALL {
        let page = page(language);
        for word in [
            "<script", "<link", "<img", "<iframe", "<object", "<form", "src=", "url(", "@import", "http:", "https:",
            " on",
        ] {
            let is_attribute = word == " on";
            let found = if is_attribute {
                page.contains(" onload=") || page.contains(" onclick=")
            } else {
                page.contains(word)
            };
            assert!(!found, "{word} is in the page");
        }
        for target in between(&page, "href=\"", "\"") {
            let id = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} is elsewhere"));
            assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
        }
    }
}

#[test]
fn a_browser_is_told_to_load_nothing_and_to_apply_these_styles_only() {
    let page = page(Language::Danish);
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let styles = between(&page, "<style>", "</style>");
    let wanted = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(styles[0]))
    );
    assert_eq!(policy, [wanted.as_str()]);
    assert_eq!((styles.len(), page.contains(" style=")), (1, false));
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        let letter = |at: usize| {
            if at > chunk.len() { '=' } else { char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]) }
        };
        (0..4).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[test]
fn base64_is_that_of_the_rfc() {
    for (bytes, text) in [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}

#[test]
fn headings_go_down_one_level_at_a_time_and_ids_are_unique() {
    for language in Language::ALL {
        let page = page(language);
        let levels: Vec<u32> = page.split("<h").filter_map(|rest| rest.chars().next()?.to_digit(10)).collect();
        assert_eq!(levels[0], 1);
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        let ids = between(&page, " id=\"", "\"");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        for reference in between(&page, "aria-labelledby=\"", "\"") {
            assert!(ids.contains(&reference), "{reference}");
        }
    }
}

#[test]
fn every_table_has_a_caption_and_every_header_says_what_it_heads() {
    let page = page(Language::English);
    let tables = between(&page, "<table>", "</table>");
    assert!(tables.len() > 10);
    for table in tables {
        assert_eq!(table.matches("<caption").count(), 1);
        let headers = table.matches("<th ").count();
        assert_eq!(headers, table.matches("<th scope=").count());
        let columns = between(table, "<thead>", "</thead>")[0].matches("<th ").count();
        let rows = between(table, "<tbody>", "</tbody>").into_iter().flat_map(|body| between(body, "<tr", "</tr>"));
        for row in rows.filter(|row| !row.contains("scope=\"rowgroup\"")) {
            assert_eq!(row.matches("<th scope=\"row\"").count() + row.matches("<td").count(), columns, "{row}");
        }
    }
}

#[test]
fn every_chart_says_in_words_what_it_shows() {
    for language in Language::ALL {
        let page = page(language);
        let charts = between(&page, "<svg ", "</svg>");
        assert_eq!(charts.len(), 8);
        for chart in charts {
            assert!(chart.starts_with("role=\"img\" "));
            let (title, description) =
                (between(chart, "<title id=", "</title>"), between(chart, "<desc id=", "</desc>"));
            assert_eq!((title.len(), description.len()), (1, 1));
            let values = between(chart, "<text class=\"value", "</text>");
            assert!(!values.is_empty());
            for value in values {
                let value = value.split_once('>').unwrap().1;
                assert!(description[0].contains(&format!(": {value}")), "{value} is not in {description:?}");
            }
        }
    }
}

#[test]
fn a_script_or_a_formula_in_a_name_is_shown_and_not_done() {
    const NAMES: [&str; 4] =
        ["<script>alert(1)</script>", "\"onload=\"alert(1)", "=cmd|' /C calc'!A0", "</svg><b>&amp;"];
    const SHOWN: [&str; 4] = [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&quot;onload=&quot;alert(1)",
        "=cmd|&#39; /C calc&#39;!A0",
        "&lt;/svg&gt;&lt;b&gt;&amp;amp;",
    ];
    let release = protected(
        [
            table("proposed_by_coordinator", "proposed units", &[("coordinator", &NAMES)], &[20, 30, 40, 30]),
            table("rows_by_department", "rows", &[("department", &NAMES), ("outcome", &NAMES)], &[50; 16]),
            table("units_by_kind", "units", &[("kind", &NAMES), ("status", &["proposed", "eligible"])], &[50; 8]),
            table("own", "others", &[(NAMES[0], &NAMES), (NAMES[1], &["x"])], &[50; 4]),
            table(
                "units_by_department_combination",
                "units",
                &[("department_combination", &NAMES), ("status", &["proposed", "eligible"])],
                &[50; 8],
            ),
        ],
        &Settings::new(5),
    );
    let page = report_on(&programme(), &release);
    for (name, shown) in NAMES.into_iter().zip(SHOWN) {
        assert!(page.contains(shown), "{shown}");
        if name != NAMES[2] {
            assert!(!page.contains(name), "{name}");
        }
    }
}

#[test]
fn a_script_or_a_formula_in_the_programme_is_shown_and_not_done() {
    let text = crate::support::SMALL_PROGRAMME
        .replace("name = \"Small\"", "name = \"<script>alert(1)</script>\"")
        .replace("controller = \"Test\"", "controller = \"<img src=x onerror=alert(1)>\"")
        .replace("[\"kontanthjælp\"]", "[\"=cmd\", \"<script>alert(2)</script>\"]")
        .replace("Lotto 2025-01-04", "</p><script>alert(3)</script>");
    let programme = Programme::parse(Path::new("p.toml"), &text).unwrap();
    let page = report_on(&programme, &super::release());
    assert!(!page.contains("<script") && !page.contains("<img"));
    for shown in
        ["<title>&lt;script&gt;alert(1)", "<h1>&lt;script&gt;alert(1)", "&lt;img src=x onerror", "“=cmd”", "alert(3)"]
    {
        assert!(page.contains(shown), "{shown}");
    }
}

/// Writes the pages to look at: `UDPEG_PAGES=folder cargo test --release pages_to_look_at -- --ignored`.
#[test]
#[ignore = "writes files"]
fn pages_to_look_at() {
    let folder = std::path::PathBuf::from(std::env::var_os("UDPEG_PAGES").expect("UDPEG_PAGES"));
    for language in Language::ALL {
        std::fs::write(folder.join(format!("report-{}.html", language.code())), page(language)).unwrap();
    }
}
