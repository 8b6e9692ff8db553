//! What the command line puts in place of the file's own words.

use super::day;
use crate::support::Workplace;
use std::path::{Path, PathBuf};
use udpeg::programme::{Overrides, Programme};
use udpeg::{Error, Result};

fn read(overrides: &Overrides) -> Result<Programme> {
    let place = Workplace::with_small_programme();
    Programme::read(&place.path("p.toml"), overrides)
}

#[test]
fn each_override_stands_in_place_of_the_file() {
    let overrides = Overrides {
        as_of: Some(day("2024-06-30")),
        period: Some("2024Q2".to_owned()),
        out: Some(PathBuf::from("elsewhere")),
        key: Some(PathBuf::from("/k/other.key")),
        input: vec!["a.csv".to_owned(), "b.csv".to_owned()],
        department: Some("family".to_owned()),
        previous: Some(PathBuf::from("earlier")),
        accept_change: true,
    };
    let programme = read(&overrides).unwrap();
    assert_eq!((programme.as_of, programme.period.as_str()), (day("2024-06-30"), "2024Q2"));
    assert_eq!((programme.out.as_path(), programme.key.as_path()), (Path::new("elsewhere"), Path::new("/k/other.key")));
    let inputs: Vec<_> = programme.departments.iter().map(|department| department.input.join("|")).collect();
    assert_eq!(inputs, ["jobcentre.csv", "a.csv|b.csv", "social.tsv"]);
    assert_eq!(programme.delivery.previous.as_deref(), Some(Path::new("earlier")));
    assert_eq!(programme.overrides, overrides);
}

#[test]
fn an_override_that_does_not_fit_is_a_usage_error() {
    let input = || vec!["a.csv".to_owned()];
    for (overrides, says) in [
        (Overrides { period: Some("../2024".to_owned()), ..Overrides::default() }, "--period"),
        (Overrides { period: Some(String::new()), ..Overrides::default() }, "--period"),
        (Overrides { input: input(), ..Overrides::default() }, "--department"),
        (Overrides { input: input(), department: Some("housing".to_owned()), ..Overrides::default() }, "housing"),
    ] {
        let error = read(&overrides).unwrap_err();
        assert!(matches!(error, Error::Usage { .. }) && error.to_string().contains(says), "{says}: {error}");
    }
}

#[test]
fn a_file_that_is_not_there_or_not_utf_8_is_told_apart_from_one_with_mistakes() {
    let place = Workplace::new();
    let missing = Programme::read(&place.path("p.toml"), &Overrides::default()).unwrap_err();
    assert!(matches!(missing, Error::Usage { .. }), "{missing}");
    place.write("p.toml", b"[programme]\nname = \"\xe5\"\n");
    let wrong = Programme::read(&place.path("p.toml"), &Overrides::default()).unwrap_err();
    assert!(matches!(wrong, Error::Programme { .. }) && wrong.to_string().contains("UTF-8"), "{wrong}");
}
