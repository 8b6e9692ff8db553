//! `udpeg describe`: that everything of a programme is in it, in both languages and forms, and that nothing in it can do
//! more than be read.

use crate::municipality;
use crate::support::{SMALL_PROGRAMME, Workplace};
use serde_json::Value;
use std::path::Path;
use udpeg::programme::{Kind, Programme, Scale, TypeList};
use udpeg::report::{Block, Document, describe};
use udpeg::sentences::Language;

fn parse(text: &str) -> Programme {
    Programme::parse(Path::new("p.toml"), text).unwrap_or_else(|error| panic!("{error}"))
}

/// What stands below the last heading of these words, up to the next heading.
fn section(document: &Document, heading: &str) -> String {
    let is_heading = |block: &Block| matches!(block, Block::Heading(_) | Block::Subheading(_));
    let begins = |block: &Block| matches!(block, Block::Subheading(text) if text == heading);
    let at = document.blocks.iter().rposition(begins).expect("each rule has a heading");
    let below = &document.blocks[at + 1..];
    texts(&below[..below.iter().position(is_heading).unwrap()])
}

/// Every text of these blocks.
fn texts(blocks: &[Block]) -> String {
    let mut texts = Vec::new();
    for block in blocks {
        match block {
            Block::Heading(text) | Block::Subheading(text) | Block::Paragraph(text) => texts.push(text.clone()),
            Block::List(items) => texts.extend(items.iter().cloned()),
            Block::Table { header, rows } => {
                texts.push(header.join(" | "));
                texts.extend(rows.iter().map(|row| row.join(" | ")));
            }
        }
    }
    texts.join("\n")
}

/// A number as both languages write one with few digits.
fn number(number: f64, language: Language) -> String {
    let text = number.to_string();
    if language == Language::Danish { text.replace('.', ",") } else { text }
}

#[track_caller]
fn says_everything(programme: &Programme, at: &str) {
    for language in Language::ALL {
        let document = describe(programme, language);
        let text = texts(&document.blocks) + &document.title;
        let says = |words: &str| assert!(text.contains(words), "{at}, {language:?}: {words:?} is not in\n{text}");
        says(&programme.name);
        for department in &programme.departments {
            says(&department.id);
            let columns = &department.columns;
            columns.all().into_iter().for_each(says);
            programme.types_that_may_leave(department).into_iter().for_each(says);
        }
        for rule in &programme.rules {
            let section = section(&document, &rule.id);
            let says = |words: String| assert!(section.contains(&words), "{at}, {}: {words:?}\n{section}", rule.id);
            rule.types.iter().flat_map(TypeList::names).for_each(|name| says(name.to_owned()));
            rule.window_years.iter().filter(|&&years| years > 1).for_each(|years| says(years.to_string()));
            match &rule.scale {
                Scale::Bands(bands) => {
                    for band in bands {
                        says(number((band.from * 100.0).round() / 100.0, language));
                        says(band.points.unsigned_abs().to_string());
                    }
                }
                Scale::PerOne { points, max } => {
                    says(points.unsigned_abs().to_string());
                    if let Some(max) = max {
                        says(max.unsigned_abs().to_string());
                    }
                }
            }
        }
        let eligibility = &programme.eligibility;
        eligibility.ages.iter().for_each(|ages| says(&ages.text));
        eligibility.min_departments.iter().filter(|&&least| least > 0).for_each(|least| says(&least.to_string()));
        eligibility.min_points.iter().for_each(|least| says(&least.unsigned_abs().to_string()));
        for rule in eligibility.require.iter().chain(&programme.selection.tie_break) {
            let id = &programme.rules[*rule].id;
            assert!(text.matches(id.as_str()).count() > 1, "{at}: {id} stands only at its rule");
        }
        for quota in Kind::ALL.map(|kind| programme.selection.quota[kind]) {
            [Some(quota.min), quota.max].into_iter().flatten().filter(|&n| n > 0).for_each(|n| says(&n.to_string()));
        }
        says(&programme.selection.size.to_string());
        says(&programme.selection.reserve.to_string());
        programme.selection.lottery.iter().for_each(|text| says(text));
        programme.family.apart_types.names().for_each(says);
        says(&programme.family.max_adults_per_child.to_string());
        says(&programme.rules_approval().sha256);
        says("rules not approved");
    }
}

#[test]
fn a_description_says_everything_of_random_programmes() {
    for seed in 0..60 {
        let place = Workplace::new();
        municipality::write(seed, &place.path("."));
        says_everything(&parse(&place.read("p.toml")), &format!("seed {seed}"));
    }
    says_everything(&parse(SMALL_PROGRAMME), "the small programme");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/furesoe.toml");
    says_everything(&parse(&std::fs::read_to_string(shipped).unwrap()), "the shipped programme");
}

#[test]
fn worked_examples_are_what_the_rules_give() {
    let text = texts(&describe(&parse(SMALL_PROGRAMME), Language::English).blocks);
    for row in [
        "364 days | 0",
        "1 year (365 days) | 2",
        "2 years and 364 days (1,094 days) | 2",
        "3 years (1,095 days) | 5",
        "1 open case | 3",
        "2 open cases | 6",
        "3 open cases | 9",
        "4 open cases | 9",
    ] {
        assert!(text.lines().any(|line| line == row), "{row:?} is not in\n{text}");
    }
    let danish = texts(&describe(&parse(SMALL_PROGRAMME), Language::Danish).blocks);
    assert!(danish.lines().any(|line| line == "2 år og 364 dage (1.094 dage) | 2"), "{danish}");
}

/// Everything that an extract can be read by and the small programme has not.
const FURTHER: [(&str, &str); 5] = [
    ("[persons]\n", "[persons]\ndates = \"month\"\nrenumbered = \"r.csv\"\nexclude = \"e.csv\"\n"),
    ("person = \"CPR\"", "person = [\"Mor\", \"Far\"]"),
    ("start = \"Fra\"\nend = \"Til\"", "week = \"Uge\"\namount = \"Beløb\""),
    ("types = [\"kontanthjælp\"]", "types = [\"@support\", \"@later\"]"),
    (
        "[eligibility]",
        "[family]\napart_types = [\"@later\"]\n[types.support]\n\"kontanthjælp\" = { to = 2020-12-31 }\nb = {}\n\
         [types.later]\nc = { from = 2021-01-01 }\nd = { from = 2021-01-01, to = 2021-06-30 }\n\n[eligibility]",
    ),
];

#[test]
fn weeks_several_adults_groups_of_types_months_and_lists_are_told() {
    let text = FURTHER.iter().fold(SMALL_PROGRAMME.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let programme = parse(&text);
    let not_told = parse(SMALL_PROGRAMME);
    let english = [
        "“Mor” (the person's CPR number), “Far” (a further adult's CPR number), “Ydelse”",
        "“Uge” (the week) and “Beløb” (the amount paid).",
        "a week whose sum is 0 does not count",
        "A row can be about several adults",
        "Instead of exact days months leave the departments",
        "Whoever was given a new CPR number is one person under both",
        "Persons on certain lists",
        "of type “kontanthjælp” (begun on 31 December 2020 or earlier), “b”, “c” (begun on 1 January 2021 or later) or “d” \
         (begun from 1 January 2021 to 30 June 2021, both days included)",
        "an open case of type “c” (begun on 1 January 2021 or later) or “d”",
    ];
    let danish = [
        "»Mor« (personens CPR-nummer), »Far« (endnu en voksens CPR-nummer), »Ydelse«",
        "»Uge« (ugen) og »Beløb« (det udbetalte beløb).",
        "hvor summen er 0, tæller ikke",
        "En række kan handle om flere voksne",
        "I stedet for præcise dage forlader måneder afdelingerne",
        "Den, der har fået et nyt CPR-nummer, er én person under begge",
        "Personer på bestemte lister",
        "af typen »kontanthjælp« (begyndt 31. december 2020 eller tidligere), »b«, »c« (begyndt 1. januar 2021 eller senere) \
         eller »d« (begyndt fra 1. januar 2021 til 30. juni 2021, begge dage medregnet)",
        "en åben sag af typen »c« (begyndt 1. januar 2021 eller senere) eller »d«",
    ];
    for (language, phrases) in [(Language::English, english), (Language::Danish, danish)] {
        let told = texts(&describe(&programme, language).blocks);
        let small = texts(&describe(&not_told, language).blocks);
        for phrase in phrases {
            assert!(told.contains(phrase), "{phrase:?} is not in\n{told}");
            assert!(!small.contains(phrase), "{phrase:?} is in\n{small}");
        }
    }
    says_everything(&programme, "all that can be read");
    let without_amount = parse(&text.replacen("amount = \"Beløb\"\n", "", 1));
    let told = texts(&describe(&without_amount, Language::English).blocks);
    assert!(told.contains("Not used from here: the amount paid, the case number and a child's CPR number."), "{told}");
    assert!(told.contains("Each row is one week of a benefit. Weeks that follow"), "{told}");
}

#[test]
fn what_a_programme_does_not_say_is_told_and_nothing_but_its_file_is_read() {
    let place = Workplace::new();
    let start = SMALL_PROGRAMME.find("[purpose]").unwrap();
    let end = SMALL_PROGRAMME.find("[persons]").unwrap();
    place.write("p.toml", [&SMALL_PROGRAMME[..start], &SMALL_PROGRAMME[end..]].concat());
    for (language, says) in [("en", "Legal basis: not stated; without it"), ("da", "Hjemmel: ikke angivet; uden det")] {
        let ran = place.udpeg(&["describe", "-p", "p.toml", "--language", language]).succeeded();
        assert!(ran.out.contains(says), "{}", ran.out);
        assert!(ran.err.is_empty(), "{}", ran.err);
    }
    assert_eq!(place.files(".").keys().collect::<Vec<_>>(), ["p.toml"]);
    place.write("p.toml", SMALL_PROGRAMME);
    let ran = place.udpeg(&["describe", "-p", "p.toml", "--json", "--format", "html"]).succeeded();
    let object: Value = serde_json::from_str(&ran.out).unwrap();
    let programme = parse(SMALL_PROGRAMME);
    assert_eq!(object["canonical_rules"], programme.canonical_rules());
    assert_eq!(object["rules"]["sha256"], programme.rules_approval().sha256);
    assert_eq!(object["description"], describe(&programme, Language::English).to_html());
    let approval = format!("approved_rules = \"{}\"\napproved_by", programme.rules_approval().sha256);
    place.edit("p.toml", "approved_by", &approval);
    let ran = place.udpeg(&["describe", "-p", "p.toml"]).succeeded();
    assert!(ran.out.contains("- The rules: rules approved") && !ran.out.contains("not approved"), "{}", ran.out);
    place.udpeg(&["describe", "-p", "p.toml", "--format", "pdf"]).failed(2, &["markdown", "html"]);
    place.udpeg(&["describe", "-p", "none.toml"]).failed(2, &["there is no such programme file"]);
}

/// Words that mean something in Markdown or HTML, wherever a programme has words of its own.
const HOSTILE: &str = "<script>alert('1')</script> & \"q\" | *b* _i_ `c` [l](http://x) <!-- \\ ~~s~~ &amp;";

fn hostile() -> Programme {
    let mut programme = parse(SMALL_PROGRAMME);
    HOSTILE.clone_into(&mut programme.name);
    programme.purpose.legal_basis = Some(format!("# {HOSTILE}"));
    programme.purpose.dpia = Some("1. first".to_owned());
    programme.rules[0].types = Some(TypeList::plain([HOSTILE, "two\nlines"]));
    programme.departments[0].columns.persons = vec![HOSTILE.to_owned()];
    programme.selection.lottery = Some(HOSTILE.to_owned());
    programme
}

#[test]
fn the_html_refers_to_nothing_runs_nothing_and_closes_what_it_opens() {
    for programme in [hostile(), parse(SMALL_PROGRAMME)] {
        for language in Language::ALL {
            let html = describe(&programme, language).to_html();
            let (head, body) = html.split_once("<body>").unwrap();
            assert!(head.contains(&format!("<html lang=\"{}\">", language.code())));
            assert!(head.contains("default-src 'none'"));
            for reference in ["src=", "href=", "url(", "@import", "<script", "<link", "<img", "onload"] {
                assert!(!html.contains(reference), "{reference}");
            }
            let mut open: Vec<&str> = Vec::new();
            for piece in body.split('<').skip(1) {
                let (tag, text) = piece.split_once('>').expect("every < is a tag's");
                assert!(!text.contains('>') && !text.contains('"'), "{piece}");
                let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
                let entity = |rest: &str| entities.iter().any(|entity| rest.starts_with(entity));
                assert!(text.match_indices('&').all(|(at, _)| entity(&text[at..])), "{text}");
                match tag.strip_prefix('/') {
                    Some(closed) if closed == "body" || closed == "html" => {}
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{piece}"),
                    None => {
                        let name = tag.split(' ').next().unwrap();
                        let known = ["h1", "h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"];
                        assert!(known.contains(&name), "{tag}");
                        open.push(name);
                    }
                }
            }
            assert!(open.is_empty());
        }
    }
}

#[test]
fn the_markdown_shows_every_word_as_it_stands() {
    let document = describe(&hostile(), Language::English);
    let markdown = document.to_markdown();
    // What a reader takes away: every backslash with what it protects, which then means itself.
    let mut shown = String::new();
    let mut characters = markdown.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => shown.extend(characters.next()),
            '`' | '*' | '_' | '[' | '<' | '&' | '~' => panic!("{character:?} is not protected in\n{markdown}"),
            other => shown.push(other),
        }
    }
    assert!(shown.contains(HOSTILE), "{shown}");
    assert!(markdown.contains("- Legal basis: # \\<script>"), "{markdown}");
    assert!(shown.contains("“two lines”"), "{shown}");
    let mut beginning = Document::new(Language::English, "1. one");
    for text in ["# no heading", "- no item", "+ no item", "> no quote", "12) no item", "=== no rule"] {
        beginning.paragraph(text);
    }
    let markdown = beginning.to_markdown();
    for line in
        ["# 1\\. one", "\\# no heading", "\\- no item", "\\+ no item", "\\> no quote", "12\\) no item", "\\=== no rule"]
    {
        assert!(markdown.lines().any(|shown| shown == line), "{line:?} is not in\n{markdown}");
    }
    let mut table = Document::new(Language::English, "t");
    table.table(vec!["a|b".to_owned(), "c".to_owned()], vec![vec!["1 | 2".to_owned(), "x\ny".to_owned()]]);
    assert!(
        table.to_markdown().contains("| a\\|b | c |\n| --- | --- |\n| 1 \\| 2 | x y |\n"),
        "{}",
        table.to_markdown()
    );
}

#[test]
fn plain_text_breaks_lines_and_keeps_words_and_columns() {
    let mut document = Document::new(Language::Danish, "Æøå");
    let words = "ord ".repeat(60);
    document.paragraph(&words);
    document.list(vec![words.clone()]);
    document.table(
        vec!["a".to_owned(), "b".to_owned()],
        vec![vec!["æøå".to_owned(), "1".to_owned()], vec!["x".to_owned(), "2".to_owned()]],
    );
    let plain = document.to_plain();
    assert!(plain.lines().all(|line| line.chars().count() <= 100), "{plain}");
    assert_eq!(plain.matches("ord").count(), 120);
    assert!(plain.contains("\n- ord") && plain.contains("\n  ord"), "{plain}");
    assert!(plain.starts_with("Æøå\n===\n") && plain.ends_with("a    b\næøå  1\nx    2\n"), "{plain}");
}
