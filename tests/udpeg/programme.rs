//! The programme file: what it says once checked, and every mistake it can have.

mod groups;
mod mistakes;
mod overrides;
mod schema;
mod unknown_keys;

use crate::support::SMALL_PROGRAMME;
use chrono::NaiveDate;
use std::path::Path;
use udpeg::error::Mistake;
use udpeg::programme::{
    Attributes, Band, Encoding, Family, Kind, Load, Measure, OTHER_TYPE, PerKind, Period, Programme, Purpose, Quota,
    Rule, Scale, TypeList,
};
use udpeg::{Error, Result};

fn parse(text: &str) -> Result<Programme> {
    Programme::parse(Path::new("/p/p.toml"), text)
}

/// The small programme with pieces replaced, each of which must be there.
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = SMALL_PROGRAMME.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "the small programme does not hold {from:?}");
        text = text.replacen(from, to, 1);
    }
    text
}

#[track_caller]
fn mistakes(text: &str) -> Vec<Mistake> {
    match parse(text) {
        Err(Error::Programme { path, mistakes }) => {
            assert_eq!(path, Path::new("/p/p.toml"));
            mistakes
        }
        other => panic!("not refused for mistakes: {other:?}\n{text}"),
    }
}

/// The line, from 1, on which a piece of text stands first.
#[track_caller]
fn line_of(text: &str, piece: &str) -> usize {
    let at = text.find(piece).unwrap_or_else(|| panic!("{piece:?} does not stand in the file"));
    text[..at].matches('\n').count() + 1
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn bands(bands: &[(f64, i32)]) -> Scale {
    Scale::Bands(bands.iter().map(|&(from, points)| Band { from, points }).collect())
}

fn per_one(points: i32, max: Option<i32>) -> Scale {
    Scale::PerOne { points, max }
}

#[test]
fn the_small_programme_is_read_as_it_stands() {
    let programme = parse(SMALL_PROGRAMME).unwrap();
    assert_eq!((programme.name.as_str(), programme.period.as_str()), ("Small", "2024Q4"));
    assert_eq!(programme.as_of, day("2024-12-31"));
    assert_eq!((programme.key.as_path(), programme.out.as_path()), (Path::new("/p/p.key"), Path::new("/p/out")));
    assert_eq!(programme.purpose.approved_on, Some(day("2020-01-01")));
    assert_eq!(programme.disclosure.threshold, 5);
    assert_eq!(programme.lottery(), ("Lotto 2025-01-04: 1 2 3", false));
    assert_eq!((programme.selection.size, programme.selection.reserve), (2, 1));
    let ids: Vec<&str> = programme.departments.iter().map(|department| department.id.as_str()).collect();
    assert_eq!(ids, ["jobcentre", "family", "social"]);
    assert_eq!(
        programme.rules,
        [
            Rule {
                id: "unemployment".to_owned(),
                department: Some("jobcentre".to_owned()),
                measure: Measure::Years,
                types: Some(TypeList::plain(["kontanthjælp"])),
                window_years: None,
                max_gap_days: 0,
                scale: bands(&[(1.0, 2), (3.0, 5)]),
            },
            Rule {
                id: "cases".to_owned(),
                department: Some("social".to_owned()),
                measure: Measure::OpenCases,
                types: None,
                window_years: None,
                max_gap_days: 0,
                scale: per_one(3, Some(9)),
            },
        ]
    );
    assert_eq!(programme.rule_index("cases"), Some(1));
    assert_eq!(programme.rule_index("case"), None);
}

#[test]
fn what_is_left_out_has_its_default() {
    let programme = parse(&edited(&[
        ("attributes = [\"sex\", \"age_band\"]\n", ""),
        ("reserve = 1\n", ""),
        ("lottery = \"Lotto 2025-01-04: 1 2 3\"\n", ""),
        ("min_departments = 2\nmin_points = 1\n", ""),
        ("max = 9\n", ""),
        ("format = { delimiter = \";\", encoding = \"windows-1252\", dates = \"%d-%m-%Y\" }\n", ""),
    ]))
    .unwrap();
    assert_eq!(programme.attributes, Attributes { sex: false, age_band: false });
    let family = Family { max_adults_per_child: 4, apart_types: TypeList::default(), apart_file: None };
    assert_eq!(programme.family, family);
    assert_eq!(programme.selection.reserve, 0);
    assert!(programme.selection.tie_break.is_empty());
    assert_eq!(programme.selection.quota, PerKind::default());
    assert_eq!(programme.lottery(), ("2024Q4", true));
    assert_eq!(programme.eligibility.min_departments, None);
    assert_eq!(programme.eligibility.min_points, None);
    assert_eq!(programme.eligibility.ages, None);
    assert!(programme.eligibility.require.is_empty());
    assert_eq!(programme.rules[1].scale, per_one(3, None));
    assert_eq!(programme.load, Load::Points);
    assert_eq!(programme.coordinators[0].takes, PerKind { family: true, citizen: true });
    let format = &programme.departments[0].format;
    assert_eq!((format.delimiter, format.encoding, format.leading_zero_lost), (None, Some(Encoding::Utf8), false));
    assert_eq!(format.dates.read("2024-12-31"), Some(day("2024-12-31")));
    assert_eq!(programme.departments[0].types, TypeList::default());
    assert_eq!(programme.departments[0].columns.record, None);
    assert_eq!(programme.departments[0].columns.child, None);
}

fn shipped() -> Programme {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/furesoe.toml");
    Programme::read(&file, &udpeg::programme::Overrides::default()).unwrap()
}

#[test]
fn the_shipped_programme_names_its_files_people_and_purpose() {
    let programme = shipped();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    assert_eq!(programme.name, "Sammenhængende borgerforløb");
    assert_eq!((programme.period.as_str(), programme.as_of), ("2026Q3", day("2026-09-30")));
    assert_eq!(
        (programme.key.clone(), programme.out.clone()),
        (folder.join("furesoe.key"), folder.with_file_name("out"))
    );
    assert_eq!(programme.folder(), folder);
    assert_eq!(programme.sha256.len(), 64);
    assert_eq!(programme.purpose.approved_on, Some(day("2026-08-15")));
    assert_eq!(programme.purpose.delete_after, Some(day("2099-12-31")));
    assert!(programme.purpose.authorise(day("2026-08-15")).is_ok());
    assert_eq!(programme.age_bands.to_text(), "18,25,30,40,50,60,67");
    assert_eq!(programme.attributes, Attributes { sex: true, age_band: true });
    assert_eq!(programme.family.max_adults_per_child, 4);
    assert_eq!(programme.family.apart_types.names().collect::<Vec<_>>(), ["SEL § 109"]);
}

#[test]
fn the_shipped_programme_reads_each_department_in_its_own_dialect() {
    let programme = shipped();
    let [jobcentre, family, social] = programme.departments.as_slice() else { panic!("not three departments") };
    assert_eq!(jobcentre.input, ["../sample-data/jobcentre.csv"]);
    assert_eq!(jobcentre.format.delimiter, Some(b';'));
    assert_eq!(jobcentre.format.encoding, Some(Encoding::Windows1252));
    assert_eq!(jobcentre.format.dates.read("01-09-2026"), Some(day("2026-09-01")));
    assert_eq!(jobcentre.types.names().collect::<Vec<_>>(), ["sygedagpenge", "fleksjob"]);
    assert_eq!(jobcentre.columns.record.as_deref(), Some("Sagsnr"));
    assert_eq!(jobcentre.columns.child, None);
    assert_eq!(family.format.delimiter, Some(b','));
    assert_eq!(family.columns.persons, ["CPR-nr."]);
    assert_eq!(family.columns.kind, "Foranstaltningsparagraf");
    let days = Period::Days { start: "Startdato".to_owned(), end: "Slutdato".to_owned() };
    assert_eq!(family.columns.period, days);
    assert_eq!(family.columns.child.as_deref(), Some("Barn CPR"));
    assert_eq!(social.format.delimiter, Some(b'\t'));
    assert_eq!(social.format.encoding, Some(Encoding::Utf8));
    assert!(social.format.leading_zero_lost && !family.format.leading_zero_lost);
    assert_eq!(social.format.dates.read("01/09/2026"), Some(day("2026-09-01")));
}

#[test]
fn the_shipped_programme_gives_these_points() {
    let programme = shipped();
    let rule = |id: &str| &programme.rules[programme.rule_index(id).unwrap()];
    assert_eq!(programme.rules.len(), 8);
    for (id, measure, window, gap, scale) in [
        ("unemployment_years", Measure::Years, Some(10), 0, bands(&[(1.0, 2), (3.0, 5), (5.0, 8)])),
        ("long_unbroken", Measure::YearsUnbroken, None, 28, bands(&[(2.0, 2), (4.0, 4)])),
        ("jobcentre_cases", Measure::OpenCases, None, 0, per_one(1, Some(3))),
        ("family_cases", Measure::OpenCases, None, 0, per_one(3, Some(9))),
        ("children", Measure::Children, None, 0, per_one(1, Some(4))),
        ("social_cases", Measure::OpenCases, None, 0, per_one(3, Some(9))),
        ("social_history", Measure::Cases, Some(5), 0, bands(&[(2.0, 1), (4.0, 2)])),
        ("breadth", Measure::Departments, None, 0, bands(&[(2.0, 2), (3.0, 5)])),
    ] {
        let found = rule(id);
        assert_eq!((found.measure, found.window_years, found.max_gap_days), (measure, window, gap), "{id}");
        assert_eq!(found.scale, scale, "{id}");
    }
    assert_eq!(rule("unemployment_years").types.as_ref().unwrap().named().len(), 7);
    assert_eq!(rule("family_cases").department.as_deref(), Some("family"));
    assert_eq!(rule("breadth").department, None);
}

#[test]
fn the_shipped_programme_selects_and_assigns_like_this() {
    let programme = shipped();
    assert_eq!(programme.eligibility.min_departments, Some(2));
    assert_eq!(programme.eligibility.min_points, Some(8));
    let ages = programme.eligibility.ages.unwrap();
    assert_eq!((ages.text.as_str(), ages.bands), ("18-66", 1..=6));
    assert_eq!(programme.eligibility.require, [0]);
    assert_eq!((programme.selection.size, programme.selection.reserve), (120, 30));
    assert_eq!(programme.selection.tie_break, [0]);
    assert_eq!(programme.selection.lottery.as_deref(), Some("Lotto 2026-10-03: 3 9 17 22 30 31 35"));
    assert_eq!(programme.selection.quota[Kind::Family], Quota { min: 24, max: None });
    assert_eq!(programme.selection.quota[Kind::Citizen], Quota { min: 0, max: None });
    let coordinators: Vec<_> = programme
        .coordinators
        .iter()
        .map(|one| (one.id.as_str(), one.capacity, one.takes.family, one.takes.citizen))
        .collect();
    assert_eq!(coordinators[..3], [("k1", 20, true, false), ("k2", 20, false, true), ("k3", 20, true, true)]);
    assert_eq!(coordinators.len(), 7);
    assert_eq!(programme.disclosure.threshold, 5);
}

#[test]
fn types_that_may_leave_are_those_that_rules_family_or_the_department_name() {
    let programme = parse(&edited(&[
        ("[[department]]", "[family]\napart_types = [\" SEL § 109 \", \"a\u{30a}\"]\n\n[[department]]"),
        ("id = \"social\"\n", "id = \"social\"\ntypes = [\"SEL § 85\", \"SEL § 109\"]\n"),
    ]))
    .unwrap();
    let leaving = |id: &str| programme.types_that_may_leave(programme.department(id).unwrap()).join("|");
    assert_eq!(leaving("jobcentre"), "SEL § 109|kontanthjælp|å");
    assert_eq!(leaving("family"), "SEL § 109|å");
    assert_eq!(leaving("social"), "SEL § 109|SEL § 85|å");
    assert_eq!(OTHER_TYPE, "other");
}

#[test]
fn ages_are_the_bands_between_their_edges() {
    for (ages, bands) in [
        ("18-66", 1..=6),
        ("0-17", 0..=0),
        ("0-24", 0..=1),
        ("18-24", 1..=1),
        ("67+", 7..=7),
        ("18+", 1..=7),
        ("0+", 0..=7),
    ] {
        let programme = parse(&edited(&[("min_points = 1", &format!("ages = \"{ages}\""))])).unwrap();
        assert_eq!(programme.eligibility.ages.unwrap().bands, bands, "{ages}");
    }
}

#[test]
fn an_incomplete_purpose_is_no_mistake_but_authorises_nothing() {
    let purpose = |from: &str, to: &str| -> Purpose { parse(&edited(&[(from, to)])).unwrap().purpose };
    let today = day("2024-12-31");
    for (from, to, missing) in [
        ("controller = \"Test\"\n", "", "controller"),
        ("legal_basis = \"none: invented\"", "legal_basis = \" \"", "legal_basis"),
        ("dpia = \"none\"\n", "", "dpia"),
        ("approved_by = \"Test\"", "approved_by = \"\"", "approved_by"),
        ("approved_on = 2020-01-01\n", "", "approved_on"),
        ("delete_after = 2099-12-31\n", "", "delete_after"),
    ] {
        let refused = purpose(from, to).authorise(today).unwrap_err();
        assert!(matches!(refused, Error::Refused { .. }), "{refused}");
        assert!(refused.to_string().contains(missing), "{missing}: {refused}");
    }
    let purpose = parse(SMALL_PROGRAMME).unwrap().purpose;
    for (today, is_lawful) in [("2019-12-31", false), ("2020-01-01", true), ("2099-12-31", true), ("2100-01-01", false)]
    {
        assert_eq!(purpose.authorise(day(today)).is_ok(), is_lawful, "{today}");
    }
}
