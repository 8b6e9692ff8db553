//! How fast units are measured and ranked. Rows are those of all extracts.

use crate::data::municipality;
use crate::given;
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::score::Scorer;
use udpeg::selection;

/// Measuring every unit by every rule, on one core; in a run only units in enough departments are measured.
#[divan::bench]
fn measures(bencher: Bencher<'_, '_>) {
    let (linked, units) = given::units();
    let scorer = Scorer::new(&municipality().programme, &linked);
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .bench(|| (0..units.len()).map(|unit| scorer.score(units.get(unit)).total()).sum::<i64>());
}

/// Measuring the units in enough departments and ranking the eligible ones, on all cores.
#[divan::bench]
fn ranking(bencher: Bencher<'_, '_>) {
    let (linked, units) = given::units();
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .bench(|| selection::rank(&municipality().programme, &linked, &units).expect("points fit"));
}
