//! How fast files become records: an extract, with everything that is judged in it, and the deliveries.

use crate::data::municipality;
use crate::given;
use divan::Bencher;
use divan::counter::ItemsCount;

/// Reading one department's extract into records, pseudonyms included, on all cores.
#[divan::bench]
fn an_extract(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(given::extract().rows())).bench(given::extract);
}

/// Reading all deliveries, which are checked as if they came from elsewhere, on all cores.
#[divan::bench]
fn deliveries(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(municipality().rows)).bench(given::deliveries);
}
