//! Rows about several adults; persons who were given another number; persons whose rows leave no trace.

use super::{ANE, HEADER, HOLM, Read, read, workplace};
use crate::support::Workplace;

const ADULTS: (&str, &str) = ("person = \"P\"", "person = [\"P\", \"X\"]");

fn rows(edits: &[(&str, &str)], files: &[(&str, &str)], rows: &str) -> Workplace {
    let place = workplace(edits);
    place.write("d.csv", format!("{HEADER}{rows}"));
    for (name, text) in files {
        place.write(name, text);
    }
    place
}

fn persons(read: &Read) -> Vec<&str> {
    read.extract.iter().map(|row| row["person"].as_str().unwrap()).collect()
}

#[test]
fn each_adult_who_is_there_has_a_record_of_the_child() {
    let text = "2512489996,0201919995,t,01-01-2024,,1,0201609995\n\
                ,0201919995,t,01-01-2023,,1,0201609995\n\
                2512489996,0201919995,t,01-01-2022,,1,0\n\
                2512489996,0201919995,t,01-01-2021,,1,251248-9996\n\
                ,0201919995,t,01-01-2020,,1,0000000000\n\
                2512489996,0201919995,t,01-01-2024,,1,0201609995\n";
    let read = read(&rows(&[ADULTS], &[], text));
    assert_eq!(persons(&read), [HOLM, HOLM, HOLM, ANE, ANE]);
    assert!(read.extract.iter().all(|row| row["child"].is_string() && row["record"].is_string()));
    assert_eq!(read.rejected, ["d.csv,5,P,person_missing"]);
    let counts =
        ["rows", "further_adults", "rejected", "duplicates", "extract", "no_check_digit"].map(|name| read.count(name));
    // Cells are counted, also where one adult stands in both.
    assert_eq!(counts, [6, 2, 1, 2, 5, 13]);
}

#[test]
fn a_row_whose_adult_cannot_be_read_is_rejected_as_a_whole_and_the_other_is_incomplete() {
    let text = "2512489996,,t,01-01-2024,,1,x\n\
                x,,t,01-01-2024,,1,0201609995\n\
                3102609995,,t,01-01-2024,,1,y\n\
                x,,t,01-01-2024,,1,3102609995\n\
                2512489996,,t,31-12-2024x,,1,0201609995\n\
                3102609995,,t,01-01-2024,,1,\n";
    let read = read(&rows(&[ADULTS], &[], text));
    assert_eq!(
        read.rejected,
        [
            "d.csv,1,X,person_malformed",
            "d.csv,2,P,person_malformed",
            "d.csv,3,X,person_malformed",
            "d.csv,4,P,person_malformed",
            "d.csv,5,S,date_malformed",
            "d.csv,6,P,person_impossible_date",
        ]
    );
    assert_eq!(read.incomplete, [HOLM, ANE]);
}

#[test]
fn adult_columns_are_named_once_and_must_be_there() {
    for (person, code, says) in [
        ("[]", 2, "`person` must name at least one column"),
        ("[\"P\", \" P \"]", 2, "`person` names the column `P` twice"),
        ("[\"P\", \"Far\"]", 1, "column `Far` is not in the header"),
        ("1", 2, "a text or a list of texts"),
    ] {
        let place = rows(&[("person = \"P\"", &format!("person = {person}"))], &[], "");
        place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(code, &[says]);
    }
}

const RENUMBERED: (&str, &str) = ("age_bands", "renumbered = \"old-new.csv\"\nage_bands");

/// The pseudonym of 010490-9995, by what the program itself says of the number alone.
fn pseudonym(number: &str) -> String {
    let read = read(&rows(&[], &[], &format!("{number},,t,01-01-2024,,,\n")));
    persons(&read)[0].to_owned()
}

#[test]
fn whoever_was_given_another_number_stands_under_the_new_one() {
    let list = "old;new\n010490-9995;0201609995\n0201609995;2512489996\n0505109990;0505239996\n0505109990;0505239996\n";
    let text = "0104909995,,t,01-01-2024,,1,\n\
                0201609995,,t,01-01-2023,,1,\n\
                2512489996,,t,01-01-2022,,1,\n\
                0107729995,0505109990,t,01-01-2021,,1,\n\
                0104909995,,,01-01-2024,,1,\n";
    let read = read(&rows(&[RENUMBERED], &[("old-new.csv", list)], text));
    let child = pseudonym("0505239996");
    let mut found = persons(&read);
    found.sort_unstable();
    let other = pseudonym("0107729995");
    let mut expected = vec![HOLM, HOLM, HOLM, &other];
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(read.extract.iter().any(|row| row["child"] == child.as_str()));
    // Incomplete is who the person is now.
    assert_eq!(read.incomplete, [HOLM]);
    assert_eq!(read.count("renumbered"), 3);
}

#[test]
fn a_number_that_says_a_birth_to_come_is_read_as_the_one_that_took_its_place() {
    // Births of 2056: given by mistake.
    let list = "old;new\n0201565995;2512489996\n0505109990;0201565998\n0201565998;0201565996\n";
    let text = "0201565995,,t,01-01-2024,,1,\n\
                020156-5995,,t,x,,1,\n\
                0201565991,,t,01-01-2024,,1,\n\
                0505109990,,t,01-01-2024,,1,\n\
                0107729995,0201565998,t,01-01-2024,,1,\n";
    let read = read(&rows(&[RENUMBERED], &[("old-new.csv", list)], text));
    assert_eq!(persons(&read), [HOLM]);
    assert_eq!(read.incomplete.len(), 2);
    assert!(read.incomplete.contains(&HOLM.to_owned()));
    assert_eq!(
        read.rejected,
        [
            "d.csv,2,S,date_malformed",
            "d.csv,3,P,person_impossible_date",
            "d.csv,4,P,person_impossible_date",
            "d.csv,5,B,child_impossible_date",
        ]
    );
    assert_eq!(read.count("renumbered"), 1);
}

#[test]
fn a_renumbering_that_is_not_one_to_one_fails() {
    for (list, says) in [
        ("old,new\n0104909995,0201609995\n0104909995,2512489996\n", "rows 1 and 2 give one person two new numbers"),
        (
            "old,new\n0104909995,2512489996\n0201609995,2512489996\n",
            "rows 1 and 2 give two persons the same new number",
        ),
        ("0104909995,0201609995\n0201609995,0104909995\n", "the numbers lead in a circle"),
        (
            "a,b\n2512489996,0504909989\n0104909995,0201609995\n0201609995,0505109990\n0505109990,0104909995\n",
            "lead in a circle",
        ),
        ("old,new\n0104909995,010490-9995\n", "row 1: the old number and the new one are the same"),
        ("old,new\n0104909995,x\n", "row 1: the new number is not one that can be used"),
        ("old,new\n3102609995,0104909995\n", "row 1: the old number is not one that can be used"),
        ("old,new\n0104909995,0201609995\n\n0505109990,\n", "row 2: the new number"),
        ("old\n0104909995\n", "row 1: it has one column"),
        ("\0", "it is no text"),
    ] {
        let ran = rows(&[RENUMBERED], &[("old-new.csv", list)], "").udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]);
        let ran = ran.failed(1, &["old-new.csv", says]);
        assert!(!ran.err.contains("0104909995"), "{}", ran.err);
    }
    rows(&[RENUMBERED], &[], "")
        .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"])
        .failed(1, &["old-new.csv", "it is not there"]);
}

#[test]
fn a_list_that_is_far_too_long_or_no_file_fails_at_once() {
    let place = rows(&[RENUMBERED], &[], "");
    let list = std::fs::File::create(place.path("old-new.csv")).unwrap();
    // A hole in a file takes no room on the disk.
    list.set_len(1 << 40).unwrap();
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &["old-new.csv: it is larger than 256 MiB"]);
    std::fs::remove_file(place.path("old-new.csv")).unwrap();
    std::fs::create_dir(place.path("old-new.csv")).unwrap();
    place.udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d"]).failed(1, &["old-new.csv: "]);
}

#[test]
fn what_all_departments_fail_with_is_told_once() {
    let place = Workplace::with_small_programme();
    place.edit("p.toml", "[persons]\n", "[persons]\nrenumbered = \"old-new.csv\"\n");
    let ran = place.udpeg(&["run", "-p", "p.toml"]).failed(1, &["old-new.csv: it is not there"]);
    assert_eq!(ran.err.matches("old-new.csv").count(), 1, "{}", ran.err);
}

const EXCLUDE: (&str, &str) = ("age_bands", "exclude = [\"test.csv\", \"protected.csv\"]\nage_bands");

#[test]
fn excluded_persons_and_children_leave_no_trace_but_a_count() {
    let lists = [
        ("test.csv", "# official\nnumber,what\n2512489996,Nancy\n1313131313,none\nTEST-1,none\n0505059996,test\n"),
        ("protected.csv", "CPR;Navn\r\n020160-9995;\"A;B\"\r\n\r\n"),
    ];
    let gone = "2512489996,,hidden,01-01-2024,,1,\n\
                '251248-9996.0,,,,,1,\n\
                0107729995,2512489996,hidden,01-01-2024,,1,\n\
                131313-1313,,hidden,x,,1,\n\
                test-1,,t,01-01-2024,,1,\n\
                0201609995,,t,01-01-2024\n\
                0104909995,0201609995,t,x,,1,\n\
                505059996,,t,01-01-2024,,1,\n\
                2512489996,\"x\"x,t,01-01-2024,,1,\n";
    let kept = "0104909995,,t,01-01-2024,,1,\n0104909995,,t,x,,1,\nTEST-2,,t,01-01-2024,,1,\n";
    let place = rows(&[EXCLUDE], &lists, &format!("{gone}{kept}"));
    let found = read(&place);
    assert_eq!((found.count("rows"), found.count("excluded"), found.count("extract")), (12, 9, 1));
    assert_eq!(found.rejected, ["d.csv,11,S,date_malformed", "d.csv,12,P,person_malformed"]);
    assert_eq!(found.incomplete, [pseudonym("0104909995")]);
    assert!(found.other_types.is_empty());
    place
        .udpeg(&["pseudonymise", "-p", "p.toml", "-d", "d", "--show-values", "--force", "--max-rejected", "100%"])
        .succeeded();
    for (name, bytes) in place.files("out") {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for secret in ["hidden", "1313", "Nancy", "2512489996", "251248-9996", HOLM, ANE, "test.csv"] {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
    }
}

#[test]
fn an_excluded_person_is_known_by_every_number_they_had() {
    let list = "old,new\n0104909995,0201609995\n0201609995,2512489996\n";
    let text = "0104909995,,t,01-01-2024,,1,\n0201609995,,t,01-01-2024,,1,\n2512489996,,t,01-01-2024,,1,\n";
    for excluded in ["0104909995", "0201609995", "2512489996"] {
        let files = [("old-new.csv", list), ("test.csv", excluded), ("protected.csv", "")];
        let read = read(&rows(&[EXCLUDE, ("exclude", "renumbered = \"old-new.csv\"\nexclude")], &files, text));
        // Who is excluded by an old number is so under what came after it.
        assert_eq!(read.count("excluded"), 3, "{excluded}");
    }
}

#[test]
fn the_shipped_list_holds_the_official_test_persons_and_nobody_else() {
    let list = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/test-persons.csv")).unwrap();
    let numbers: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    for number in ["2512489996", "0201609995", "0505059996", "1313131313"] {
        assert!(numbers.contains(&number), "{number}");
    }
    let passes = |number: &&str| {
        let weights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
        number.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>() % 11 == 0
    };
    for number in &numbers {
        assert!(number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
        assert!(!passes(number) || number[2..4].parse::<u32>().unwrap() > 12, "{number} could be somebody's");
    }
    let text: String = numbers.iter().map(|number| format!("{number},,t,01-01-2024,,1,\n")).collect();
    let place =
        rows(&[("age_bands", "exclude = \"test-persons.csv\"\nage_bands")], &[("test-persons.csv", &list)], &text);
    assert_eq!(read(&place).count("excluded"), numbers.len());
}
