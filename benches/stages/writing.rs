//! How fast Parquet is written.

use crate::data::{Municipality, municipality};
use crate::given::{self, DEPARTMENT};
use divan::Bencher;
use divan::counter::ItemsCount;
use udpeg::extract;
use udpeg::output::{RunMetadata, Staged, Step};
use udpeg::selection;

/// Writing one department's delivery, on all cores.
#[divan::bench]
fn a_delivery(bencher: Bencher<'_, '_>) {
    let Municipality { programme, key, .. } = municipality();
    let mut extract = given::extract();
    let (quality, types) = extract::tidy(programme, given::department(), &mut extract).expect("nothing was put aside");
    let (key_id, period) = (key.id().0, given::scratch());
    let write = |folders: &mut Vec<Staged>| {
        extract::deliver(programme, &key_id, &folders[1], &extract, &quality, &types)
            .expect("the folder can be written")
    };
    bencher
        .counter(ItemsCount::new(quality.extract))
        .with_inputs(|| period.stage(&Step::pseudonymise(DEPARTMENT)).expect("the folder can be written"))
        .bench_refs(write);
}

/// Writing the candidates, on all cores; a row is a candidate.
#[divan::bench]
fn candidates(bencher: Bencher<'_, '_>) {
    let Municipality { programme, key, .. } = municipality();
    let (scorer, linked, units) = given::units(programme);
    let selected = selection::select(programme, &scorer, &linked, &units).expect("points fit");
    let (metadata, period) = (RunMetadata::new(programme, &key.id().0), given::scratch());
    let write = |folders: &mut Vec<Staged>| {
        let folder = &folders[0];
        selection::write_candidates(folder, "candidates.parquet", programme, &linked, &units, &selected, &metadata)
            .expect("the folder can be written")
    };
    bencher
        .counter(ItemsCount::new(selected.ranked.len()))
        .with_inputs(|| period.stage(&Step::select()).expect("the folder can be written"))
        .bench_refs(write);
}
