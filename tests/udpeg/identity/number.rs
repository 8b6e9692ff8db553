//! What a number itself tells: birth, age, sex, check digit, replacement; and age bands.

use super::{day, number};
use chrono::NaiveDate;
use udpeg::identity::{AgeBands, CprCell, CprReader, Sex};

/// The official test persons and other numbers, with their birth dates.
const BIRTHS: [(&str, &str); 26] = [
    ("0102000001", "1900-02-01"),
    ("0102993001", "1999-02-01"),
    ("0102004001", "2000-02-01"),
    ("0102364999", "2036-02-01"),
    ("0102374000", "1937-02-01"),
    ("0102575999", "2057-02-01"),
    ("0102585000", "1858-02-01"),
    ("0102578999", "2057-02-01"),
    ("0102369999", "2036-02-01"),
    ("0102379000", "1937-02-01"),
    ("0102999999", "1999-02-01"),
    ("2902004000", "2000-02-29"),
    ("0104909995", "1990-04-01"),
    ("0107729995", "1972-07-01"),
    ("0201609995", "1960-01-02"),
    ("0201609996", "1960-01-02"),
    ("0504909995", "1990-04-05"),
    ("0504909989", "1990-04-05"),
    ("0201919990", "1991-01-02"),
    ("0201919996", "1991-01-02"),
    ("0201919995", "1991-01-02"),
    ("2512489996", "1948-12-25"),
    ("2103009996", "2000-03-21"),
    ("0505109990", "2010-05-05"),
    ("0505239996", "2023-05-05"),
    ("6201609995", "1960-01-02"),
];

/// Whether a cell holds a usable number on this day.
fn is_usable(cell: &str, as_of: NaiveDate) -> bool {
    matches!(CprReader { as_of, leading_zero_lost: false }.read(cell), CprCell::Number { .. })
}

#[test]
fn the_century_follows_from_the_seventh_digit_and_the_year() {
    for (cell, born) in BIRTHS {
        let born = day(born);
        assert!(is_usable(cell, born), "{cell} is born by {born}");
        let before = born.pred_opt().unwrap();
        let reader = CprReader { as_of: before, leading_zero_lost: false };
        assert_eq!(reader.read(cell), CprCell::ImpossibleDate, "{cell} is not born on {before}");
        assert_eq!(number(cell).age(born), 0, "{cell}");
    }
}

#[test]
fn a_date_that_does_not_exist_is_impossible() {
    let reader = CprReader { as_of: day("2060-12-31"), leading_zero_lost: true };
    for cell in [
        "2902001000", // 1900 was no leap year
        "290201-4285",
        "1313131313",
        "3104605000",
        "3106605000",
        "0000605000",
        "0100605000",
        "0113605000",
        "3201605000",
        "6001605000", // day 60 is neither a day nor a replacement's
        "9201605000",
        "9102605000",
        "9902605000",
        "991605000", // a lost zero put back
    ] {
        assert_eq!(reader.read(cell), CprCell::ImpossibleDate, "{cell}");
    }
}

#[test]
fn a_replacement_number_has_the_day_that_is_sixty_less() {
    for (cell, is_replacement, born) in [
        ("6101605009", true, "1860-01-01"),
        ("9101605000", true, "1860-01-31"),
        ("8902726007", true, "1872-02-29"),
        ("6201609995", true, "1960-01-02"),
        ("3101605000", false, "1860-01-31"),
        ("0201609995", false, "1960-01-02"),
    ] {
        assert_eq!(number(cell).is_replacement(), is_replacement, "{cell}");
        assert!(is_usable(cell, day(born)) && !is_usable(cell, day(born).pred_opt().unwrap()), "{cell}");
    }
}

#[test]
fn a_birthday_on_the_day_counts_and_a_birth_on_29_february_counts_on_1_march() {
    for (cell, as_of, age) in [
        ("0201609995", "1960-01-02", 0),
        ("0201609995", "1961-01-01", 0),
        ("0201609995", "1961-01-02", 1),
        ("0201609995", "2024-12-31", 64),
        ("0201609995", "2025-01-01", 64),
        ("0201609995", "2025-01-02", 65),
        ("6201609995", "2025-01-02", 65),
        ("2512489996", "2024-12-24", 75),
        ("2512489996", "2024-12-25", 76),
        ("2902004000", "2018-02-28", 17),
        ("2902004000", "2018-03-01", 18),
        ("2902004000", "2023-02-28", 22),
        ("2902004000", "2024-02-28", 23),
        ("2902004000", "2024-02-29", 24),
        ("0102585000", "2026-01-31", 167),
        ("0102585000", "2026-02-01", 168),
    ] {
        assert_eq!(number(cell).age(day(as_of)), age, "{cell} on {as_of}");
    }
}

#[test]
fn the_check_digit_is_modulus_11_of_the_weighted_digits_as_they_stand() {
    for passing in ["0101605000", "0101605019", "0201455006", "2902726007", "6101605009"] {
        assert!(!number(passing).lacks_check_digit(), "{passing}");
    }
    // One digit too high is never a multiple of eleven more.
    for failing in ["0101605001", "0101605010", "0101605119", "0101615000", "1101605000", "0111605000"] {
        assert!(number(failing).lacks_check_digit(), "{failing}");
    }
    for (cell, _) in BIRTHS {
        assert!(number(cell).lacks_check_digit(), "{cell}");
    }
}

#[test]
fn an_odd_last_digit_is_male_and_an_even_one_female() {
    for last in 0..10 {
        let sex = number(&format!("010458500{last}")).sex();
        assert_eq!(sex, if last % 2 == 1 { Sex::Male } else { Sex::Female }, "{last}");
        assert_eq!(sex.as_str(), if last % 2 == 1 { "M" } else { "F" }, "{last}");
    }
}

#[test]
fn every_age_has_the_band_that_begins_at_the_last_edge_reached() {
    let bands = AgeBands::new(vec![18, 25, 30, 40, 50, 60, 67]).unwrap();
    let labels = bands.labels();
    assert_eq!(labels, ["0-17", "18-24", "25-29", "30-39", "40-49", "50-59", "60-66", "67+"]);
    assert_eq!(bands.to_text(), "18,25,30,40,50,60,67");
    assert_eq!(bands.edges(), [18, 25, 30, 40, 50, 60, 67]);
    for (age, label) in [
        (0, "0-17"),
        (17, "0-17"),
        (18, "18-24"),
        (24, "18-24"),
        (25, "25-29"),
        (39, "30-39"),
        (40, "40-49"),
        (66, "60-66"),
        (67, "67+"),
        (168, "67+"),
        (u32::MAX, "67+"),
    ] {
        assert_eq!(labels[usize::from(bands.band(age))], label, "{age}");
    }
    assert_eq!(AgeBands::new(vec![1]).unwrap().labels(), ["0-0", "1+"]);
}

#[test]
fn edges_that_do_not_rise_or_begin_at_nought_make_no_bands() {
    for edges in [vec![], vec![0], vec![0, 18], vec![18, 18], vec![25, 18], (1..=251).collect()] {
        assert_eq!(AgeBands::new(edges.clone()), None, "{edges:?}");
    }
    assert_eq!(AgeBands::new((1..=250).collect()).unwrap().band(250), 250);
}
