//! The programme file: checked, or refused with mistakes that stand somewhere in it.

use std::path::Path;
use udpeg::Error;
use udpeg::identity::masked;
use udpeg::programme::Programme;

/// Any bytes as a programme file.
pub(crate) fn programme(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    // Numbers of any length are TOML here; whoever reads one sees whether it fits.
    let is_toml = toml::de::DeTable::parse(text).is_ok();
    match Programme::parse(Path::new("p.toml"), text) {
        Ok(programme) => {
            assert!(is_toml, "what is no TOML is no programme");
            usable(&programme);
        }
        Err(Error::Programme { mistakes, .. }) => {
            assert!(!mistakes.is_empty() && mistakes.is_sorted());
            let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
            assert!(mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line) && !mistake.what.is_empty()));
            let syntax = mistakes.iter().any(|mistake| mistake.what.starts_with("not valid TOML"));
            assert_eq!(syntax, !is_toml, "{mistakes:?}");
        }
        Err(other) => panic!("not an error about the programme file: {other}"),
    }
}

/// What all other rooms rely on.
fn usable(programme: &Programme) {
    assert!(!programme.departments.is_empty() && programme.departments.len() <= 64);
    for department in &programme.departments {
        assert!(programme.department(&department.id).is_ok());
        assert!(programme.types_that_may_leave(department).is_sorted());
        assert!(!programme.types_that_may_leave(department).contains(&"other"));
    }
    for rule in &programme.rules {
        assert!(rule.department.as_ref().is_none_or(|id| programme.department(id).is_ok()));
    }
    let named = programme.selection.tie_break.iter().chain(&programme.eligibility.require);
    assert!(named.into_iter().all(|rule| *rule < programme.rules.len()));
    for public in [&programme.name, &programme.period, programme.lottery().0] {
        assert_eq!(masked(public), *public, "a text that is handed on may hold no number");
    }
    assert_eq!(programme.age_bands.labels().len(), programme.age_bands.edges().len() + 1);
}
