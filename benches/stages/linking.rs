//! How fast persons are found again in other departments, and families and citizens are made of them. Rows are those of
//! all extracts.

use crate::data::municipality;
use crate::given;
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::linkage::{Linked, Units};
use udpeg::score::Scored;

/// Numbering the persons of all deliveries, on all cores; nobody is measured.
#[divan::bench]
fn persons(bencher: Bencher<'_, '_>) {
    let programme = &municipality().programme;
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .with_inputs(given::deliveries)
        .bench_values(|deliveries| Linked::new(programme, deliveries, |_| None::<Scored>));
}

/// Joining persons to families, on one core.
#[divan::bench]
fn units(bencher: Bencher<'_, '_>) {
    let programme = &municipality().programme;
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .with_inputs(|| given::linked(programme).1)
        .bench_refs(|linked| Units::new(&programme.family, linked));
}
