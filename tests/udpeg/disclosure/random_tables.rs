//! Random tables with shared margins: nothing hidden can be worked out, by whoever tries.

use super::people::{People, SHAPES, people};
use super::programme::Programme;
use super::reader::Reader;
use super::{question, small_only};
use crate::municipality::Dice;
use udpeg::disclosure::{Depth, Guard, Method, ProtectedRelease, Release, Settings, audit, protect};

/// So many tables of every shape; small ones more often, since they are quick.
fn random_releases(many: u64, check: impl Fn(&str, &Release, &ProtectedRelease, &Settings)) {
    for shape in SHAPES {
        let cells: usize = shape.2[0].iter().map(|&dimension| shape.1[dimension] + 1).product();
        let many = if cells > 100 { many.div_ceil(10) } else { many };
        for seed in 0..many {
            let mut dice = Dice::new(seed);
            let people = people(&mut dice, shape);
            let settings = if dice.chance(50) { Settings::new(5) } else { small_only(5) };
            let release = people.release(shape.2);
            let protected = protect(&release, &settings).unwrap_or_else(|error| panic!("{} {seed}: {error}", shape.0));
            check(&format!("{} {seed}", shape.0), &release, &protected, &settings);
        }
    }
}

#[test]
fn no_hidden_cell_of_random_tables_can_be_worked_out() {
    random_releases(6, |name, _, protected, settings| {
        let audit = audit(&protected.published, &question(settings, Depth::Intervals)).unwrap();
        assert!(audit.passes() && audit.method == Method::LinearProgramming, "{name}");
        for ((_, known), interval) in protected.published.cells.iter().zip(&audit.intervals) {
            let is_wide =
                |interval: udpeg::disclosure::Interval| interval.high.is_none_or(|high| high - interval.low >= 4);
            assert!(known.guard != Guard::Wide || interval.is_some_and(is_wide), "{name}");
        }
    });
}

#[test]
fn a_reader_with_a_solver_of_their_own_finds_no_more() {
    let shapes = [SHAPES[0], SHAPES[2], SHAPES[5]];
    for shape in shapes {
        for seed in 100..106 {
            let mut dice = Dice::new(seed);
            let protected = protect(&people(&mut dice, shape).release(shape.2), &Settings::new(5)).unwrap();
            let reader = Reader::new(&protected.tables);
            for cell in reader.hidden() {
                let (low, high) = reader.range(cell);
                assert!(high - low > 4.0 - 1e-6, "{} {seed} {cell}: {low} to {high}", shape.0);
            }
        }
    }
}

/// Above 3,000 cells the protector only walks, and above 2,000 hidden ones that hang together the auditor eliminates.
#[test]
fn a_reader_finds_no_more_in_a_large_release() {
    let people = People::new(&mut Dice::new(11), &[16, 15, 14, 3], 40_000);
    let protected = protect(&people.release(&[&[0, 1, 2], &[1, 3]]), &Settings::new(5)).unwrap();
    let size = protected.published.cells.len();
    assert!(size > 3_000 && protected.audit.passes() && protected.audit.method == Method::Elimination, "{size} cells");
    let reader = Reader::new(&protected.tables);
    let hidden = reader.hidden();
    assert!((2_000..3_000).contains(&hidden.len()), "{} of {size} hidden", hidden.len());
    assert_eq!(reader.given_away(), Vec::<&String>::new());
    for cell in hidden.iter().step_by(hidden.len() / 2) {
        let (low, high) = reader.range(cell);
        assert!(high - low > 4.0 - 1e-6, "{cell}: {low} to {high}");
    }
    // The reader would notice: a cell that is the only hidden one of a line can be computed.
    let table = super::table(&["a: x y", "b: x y"], &[3, 80, 70, 60]);
    let shown = Settings { threshold: 2, min_interval: 1, ..small_only(2) };
    let mut lone = Reader::new(&protect(&super::release([table]), &shown).unwrap().tables);
    lone.forget("a=x b=x ");
    assert_eq!(lone.given_away(), ["a=x b=x "]);
}

/// A margin that four tables share moves only if all of them do.
#[test]
fn large_tables_that_share_a_margin_are_protected_together() {
    let sizes = [12, 9, 6, 6, 6, 6];
    let people = People::new(&mut Dice::new(5), &sizes, 6_000);
    let protected =
        protect(&people.release(&[&[0, 1, 2], &[0, 1, 3], &[0, 1, 4], &[0, 1, 5]]), &Settings::new(5)).unwrap();
    assert!(protected.published.cells.len() > 3_000 && protected.audit.passes());
    assert_eq!(Reader::new(&protected.tables).given_away(), Vec::<&String>::new());
}

#[test]
fn whatever_is_small_is_hidden_and_whatever_is_shown_is_true() {
    random_releases(4, |name, release, protected, settings| {
        let everything = Settings { threshold: 2, min_interval: 1, ..small_only(2) };
        for table in &protected.tables {
            for cell in table.cells() {
                let small = cell.count.shown().is_some_and(|count| (1..settings.threshold).contains(&count));
                assert!(!small, "{name}");
            }
        }
        // Counted with a threshold that hides next to nothing, the same cells show the same.
        let Ok(plain) = protect(release, &everything) else { return };
        for (table, plain) in protected.tables.iter().zip(&plain.tables) {
            for (cell, plain) in table.cells().zip(plain.cells()) {
                if let (Some(count), Some(plain)) = (cell.count.shown(), plain.count.shown()) {
                    assert_eq!(count, plain, "{name}");
                }
            }
        }
    });
}

#[test]
fn a_programmes_tables_are_protected_together() {
    let release = Programme::new(&mut Dice::new(7), 6_000).release();
    let protected = protect(&release, &Settings::new(5)).unwrap();
    assert!(protected.audit.passes() && protected.audit.method == Method::LinearProgramming);
    assert!(protected.audit.hidden > 0 && protected.audit.hidden == protected.audit.proved_in_whole_numbers);
    for table in &protected.tables {
        let small = table.cells().filter_map(|cell| cell.count.shown()).filter(|count| (1..5).contains(count)).count();
        assert_eq!(small, 0, "{}", table.name);
    }
    // Nobody known to one department can be proposed: that nobody is tells nothing of anybody.
    let singles = protected.tables.iter().find(|table| table.name == "combinations").unwrap();
    assert_eq!(singles.count(&[Some("j"), Some("proposed")]).unwrap().shown(), Some(0));
}
