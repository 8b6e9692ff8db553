//! How fast persons are found again in other departments, and families and citizens are made of them. Rows are those of
//! all extracts.

use crate::data::municipality;
use crate::given;
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::linkage::{Linked, Units};

/// Numbering the persons of all deliveries.
#[divan::bench]
fn persons(bencher: Bencher<'_, '_>) {
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .with_inputs(given::deliveries)
        .bench_values(|deliveries| Linked::new(&municipality().programme, deliveries));
}

/// Joining persons to families.
#[divan::bench]
fn units(bencher: Bencher<'_, '_>) {
    bencher
        .counter(ItemsCount::new(municipality().rows))
        .with_inputs(given::linked)
        .bench_refs(|linked| Units::new(&municipality().programme.family, linked));
}
