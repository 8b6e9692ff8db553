//! Dates as departments write them, and headers and types as they are compared.

use proptest::prelude::*;
use udpeg::extract::normalised;
use udpeg::programme::DateFormat;

#[track_caller]
fn reads(format: &str, cases: &[(&str, &str)]) {
    let reader = DateFormat::new(format).unwrap();
    for (text, expected) in cases {
        let found = reader.read(text).map_or(String::new(), |day| day.to_string());
        assert_eq!(found, *expected, "{text:?} as {format}");
    }
}

#[test]
fn days_and_months_may_have_one_digit_where_something_separates_them() {
    reads(
        "%d-%m-%Y",
        &[
            ("31-12-2024", "2024-12-31"),
            ("01-02-2024", "2024-02-01"),
            ("1-2-2024", "2024-02-01"),
            ("1-02-2024", "2024-02-01"),
            ("01-2-2024", "2024-02-01"),
            ("29-02-2024", "2024-02-29"),
            ("29-02-2023", ""),
            ("29-02-1900", ""),
            ("29-02-2000", "2000-02-29"),
            ("31-04-2024", ""),
            ("00-01-2024", ""),
            ("01-00-2024", ""),
            ("01-13-2024", ""),
            ("32-01-2024", ""),
            ("01-01-0000", ""),
            ("01-01-0001", "0001-01-01"),
            ("01-01-9999", "9999-01-01"),
            ("01-01-24", ""),
            ("01-01-024", ""),
            ("01-01-20244", ""),
            ("001-01-2024", ""),
            ("1-001-2024", ""),
            ("01/01/2024", ""),
            ("01-01/2024", ""),
            ("01--01-2024", ""),
            ("-1-01-2024", ""),
            ("+1-01-2024", ""),
            (" 1-01-2024", ""),
            ("01-01-2024 ", ""),
            ("01-01-2024 00:00", ""),
            ("2024-01-01", ""),
            ("45000", ""),
            ("NULL", ""),
            ("", ""),
            ("01-01", ""),
            ("０１-01-2024", ""),
            ("٠١-01-2024", ""),
        ],
    );
    reads("%d/%m/%Y", &[("5/5/2024", "2024-05-05"), ("31/12/2024", "2024-12-31"), ("5-5-2024", "")]);
    reads("%Y-%m-%d", &[("2024-5-7", "2024-05-07"), ("2024-05-07", "2024-05-07"), ("24-05-07", "")]);
}

#[test]
fn without_anything_between_them_all_digits_are_needed() {
    reads(
        "%Y%m%d",
        &[
            ("20240507", "2024-05-07"),
            ("2024057", ""),
            ("202457", ""),
            ("202405070", ""),
            ("20240229", "2024-02-29"),
            ("20230229", ""),
            ("00000101", ""),
        ],
    );
    reads("%d%m%Y", &[("07052024", "2024-05-07"), ("752024", ""), ("7052024", "")]);
    // Only what touches another number is of fixed length.
    reads("%Y%m-%d", &[("202405-7", "2024-05-07"), ("20245-7", "")]);
}

#[test]
fn any_other_character_stands_for_itself() {
    reads("%d. %m. %Y", &[("7. 5. 2024", "2024-05-07"), ("7.5.2024", "")]);
    reads("den %d/%m i %Y!", &[("den 7/5 i 2024!", "2024-05-07"), ("7/5 i 2024!", ""), ("den 7/5 i 2024", "")]);
    reads("%m%%%d%%%Y", &[("5%7%2024", "2024-05-07"), ("5%%7%%2024", "")]);
    reads("%d·%m·%Y", &[("7·5·2024", "2024-05-07")]);
    for wrong in
        ["", "%d-%m", "%d-%m-%Y %d", "%Y", "%d-%m-%y", "%d-%m-%Y%", "%d-%b-%Y", "%d-%m-%Y 00", "d-m-Y", "%D-%m-%Y"]
    {
        assert_eq!(DateFormat::new(wrong), None, "{wrong:?}");
    }
}

#[test]
fn headers_and_types_are_trimmed_and_composed_but_keep_their_case() {
    for (text, expected) in [
        ("", ""),
        (" \t\r\n", ""),
        ("  a b ", "a b"),
        ("\u{a0}a\u{a0}b\u{a0}", "a\u{a0}b"),
        ("\u{2003}a\u{3000}", "a"),
        ("a\u{30a}", "å"),
        ("A\u{30a}r", "År"),
        ("å", "å"),
        ("KONTANT", "KONTANT"),
        ("e\u{301}\u{323}", "ẹ\u{301}"),
        ("\u{212b}", "Å"), // the sign for ångström
        ("ﬁ", "ﬁ"),        // canonical, not compatible
        ("\u{200b}a", "\u{200b}a"),
        ("\u{feff}a", "\u{feff}a"),
    ] {
        assert_eq!(normalised(text), expected, "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn every_day_is_read_back_in_every_format(
        number in 1..3_652_059_i32,
        format in prop::sample::select(vec!["%d-%m-%Y", "%Y%m%d", "%-d/%-m/%Y", "%Y-%m-%d"]),
    ) {
        let day = chrono::NaiveDate::from_num_days_from_ce_opt(number).unwrap();
        let text = day.format(format).to_string();
        prop_assert_eq!(DateFormat::new(&format.replace("%-", "%")).unwrap().read(&text), Some(day));
    }
}
