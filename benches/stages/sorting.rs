//! How fast records are sorted.

use crate::data::municipality;
use crate::given;
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::extract;

/// Sorting one department's records and counting duplicates once, on all cores.
#[divan::bench]
fn records(bencher: Bencher<'_, '_>) {
    let (programme, department) = (&municipality().programme, given::department());
    bencher
        .counter(ItemsCount::new(given::extract().rows()))
        .with_inputs(given::extract)
        .bench_refs(|extract| extract::tidy(programme, department, extract).expect("nothing was put aside"));
}
