//! How fast each stage is, on an invented municipality of 30,000 adults: `cargo bench`.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::path::PathBuf;
use std::sync::LazyLock;
use udpeg::extract::{self, RowReader};
use udpeg::identity::{CprCell, CprReader, Key, Passphrase, Pseudonymiser};
use udpeg::pipeline::{self, Context, Delivering, Silent};
use udpeg::programme::{Overrides, Programme};
use udpeg::synth::{self, Settings};

fn main() {
    divan::main();
}

/// Extracts, programme and key in a folder for benchmarks, and the whole run on them.
struct Municipality {
    folder: PathBuf,
    programme: Programme,
    key: Key,
}

static MUNICIPALITY: LazyLock<Municipality> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("udpeg-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
    let settings = Settings { adults: 30_000, seed: 1, dirty: 0.0 };
    synth::write(&settings, &folder, &|_| {}).expect("extracts can be made up");
    let key = Key::create(&folder.join("programme.key")).expect("a key can be made");
    let programme =
        Programme::read(&folder.join("programme.toml"), &Overrides::default()).expect("the programme is right");
    let municipality = Municipality { folder, programme, key };
    pipeline::run(&municipality.context(), &delivering(), false).expect("the run succeeds");
    municipality
});

impl Municipality {
    fn context(&self) -> Context<'_> {
        let today = self.programme.as_of.max(self.programme.purpose.approved_on.expect("the purpose is complete"));
        Context { programme: &self.programme, today, force: true, progress: &Silent }
    }

    fn extract(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(name)).expect("the extract is there")
    }
}

fn delivering() -> Delivering {
    Delivering { max_rejected: "5%".parse().expect("a share"), show_values: false, passphrase: Passphrase::Terminal }
}

/// Cutting a CSV file into rows and fields.
#[divan::bench]
fn parsing(bencher: Bencher<'_, '_>) {
    let bytes = MUNICIPALITY.extract("jobcentre.csv");
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        let mut reader = RowReader::new(&bytes, b';');
        let mut fields = Vec::new();
        let mut count = 0;
        while reader.next_row(&mut fields).is_some() {
            count += fields.len();
        }
        count
    });
}

/// Reading cells as CPR numbers.
#[divan::bench]
fn reading_numbers(bencher: Bencher<'_, '_>) {
    let reader = CprReader { as_of: MUNICIPALITY.programme.as_of, leading_zero_lost: false };
    let cells = ["0201609995", "251248-9996", " 010490 9995 ", "'0107729995"];
    bencher.counter(ItemsCount::new(cells.len())).bench(|| cells.map(|cell| reader.read(divan::black_box(cell))));
}

/// Pseudonyms of persons.
#[divan::bench]
fn identity(bencher: Bencher<'_, '_>) {
    let pseudonymiser = Pseudonymiser::new(&MUNICIPALITY.key, "jobcentre");
    let reader = CprReader { as_of: MUNICIPALITY.programme.as_of, leading_zero_lost: false };
    let CprCell::Number { number, .. } = reader.read("0201609995") else { unreachable!("an official test person") };
    bencher.counter(ItemsCount::new(1_usize)).bench(|| pseudonymiser.person(divan::black_box(&number)));
}

/// Reading one department's extract into records.
#[divan::bench]
fn reading_an_extract(bencher: Bencher<'_, '_>) {
    let Municipality { programme, key, .. } = &*MUNICIPALITY;
    let department = programme.department("jobcentre").expect("the programme has a jobcentre");
    let read = || extract::read(programme, department, key, false, &Silent).expect("the extract can be read");
    bencher.counter(ItemsCount::new(read().rows())).bench(read);
}

/// Sorting records and counting duplicates once.
#[divan::bench]
fn sorting(bencher: Bencher<'_, '_>) {
    let Municipality { programme, key, .. } = &*MUNICIPALITY;
    let department = programme.department("jobcentre").expect("the programme has a jobcentre");
    let read = || extract::read(programme, department, key, false, &Silent).expect("the extract can be read");
    bencher
        .counter(ItemsCount::new(read().rows()))
        .with_inputs(read)
        .bench_values(|mut extract| extract::tidy(programme, department, &mut extract));
}

/// One department's whole step, writing included.
#[divan::bench]
fn pseudonymise(bencher: Bencher<'_, '_>) {
    let context = MUNICIPALITY.context();
    let step = || pipeline::pseudonymise(&context, "jobcentre", &delivering()).expect("the step succeeds");
    bencher.counter(ItemsCount::new(step().summary.quality.rows)).bench(step);
}

/// Reading deliveries, units, measures, ranking and writing.
#[divan::bench]
fn select(bencher: Bencher<'_, '_>) {
    let context = MUNICIPALITY.context();
    let step = || pipeline::select(&context).expect("the step succeeds");
    bencher.counter(ItemsCount::new(step().summary.counts.funnel.persons)).bench(step);
}

/// All steps.
#[divan::bench]
fn run(bencher: Bencher<'_, '_>) {
    let context = MUNICIPALITY.context();
    bencher.bench(|| pipeline::run(&context, &delivering(), false).expect("the run succeeds"));
}
