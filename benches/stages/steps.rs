//! How fast the steps are as a user runs them, files and all, on all cores.

use crate::data::{delivering, municipality};
use crate::given::DEPARTMENT;
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::pipeline;

/// `pseudonymise` of one department.
#[divan::bench]
fn pseudonymise(bencher: Bencher<'_, '_>) {
    let context = municipality().context();
    let step = || pipeline::pseudonymise(&context, DEPARTMENT, &delivering()).expect("the step succeeds");
    bencher.counter(ItemsCount::new(step().summary.quality.rows)).bench(step);
}

/// `select`; rows are those of all extracts.
#[divan::bench]
fn select(bencher: Bencher<'_, '_>) {
    let context = municipality().context();
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .bench(|| pipeline::select(&context).expect("the step succeeds"));
}

/// `run`; rows are those of all extracts.
#[divan::bench]
fn run(bencher: Bencher<'_, '_>) {
    let context = municipality().context();
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .bench(|| pipeline::run(&context, &delivering(), false).expect("the run succeeds"));
}
