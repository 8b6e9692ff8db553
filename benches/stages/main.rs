//! How many rows each stage does in a second: `cargo bench --bench stages`.
//!
//! `UDPEG_BENCH_ADULTS` says how many adults the invented municipality has; 30,000 where nothing is said. Stages that
//! the program runs on all cores are measured on all cores, the others on one, as their descriptions say.

#[path = "../data.rs"]
mod data;
mod given;
mod identity;
mod linking;
mod parsing;
mod reading;
mod scoring;
mod sorting;
mod steps;
mod writing;

use std::time::Duration;

fn main() {
    // Of a nation, one sample is all there is time for.
    divan::Divan::default().max_time(Duration::from_secs(2)).config_with_args().main();
    data::remove();
}
