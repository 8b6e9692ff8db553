//! How fast units are measured and ranked. Rows are those of all extracts.

use crate::data::municipality;
use crate::given;
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::linkage::Linked;
use udpeg::score::Scorer;
use udpeg::selection;

/// Measuring everyone who is a unit alone by every rule, whatever the departments, on all cores. Numbering the persons
/// is part of it, as it is in a run.
#[divan::bench]
fn persons_alone(bencher: Bencher<'_, '_>) {
    let programme = given::programme_for_all();
    let scorer = Scorer::new(&programme, &given::deliveries());
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .with_inputs(given::deliveries)
        .bench_values(|deliveries| Linked::new(&programme, deliveries, |alone| scorer.score_alone(alone)));
}

/// Measuring every family by every rule, whatever the departments, on one core; a row is a family.
#[divan::bench]
fn families(bencher: Bencher<'_, '_>) {
    let programme = given::programme_for_all();
    let (scorer, linked, units) = given::units(&programme);
    let score = || (0..units.len()).filter_map(|unit| scorer.score_linked(&linked, units.get(unit))).count();
    bencher.counter(ItemsCount::new(score())).bench(score);
}

/// Measuring the families in enough departments and ranking all eligible units, on all cores.
#[divan::bench]
fn ranking(bencher: Bencher<'_, '_>) {
    let programme = &municipality().programme;
    let (scorer, linked, units) = given::units(programme);
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .bench(|| selection::rank(programme, &scorer, &linked, &units).expect("points fit"));
}
