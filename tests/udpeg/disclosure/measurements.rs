//! The figures of docs/disclosure.md: `cargo test --release measure -- --ignored --nocapture`.

#![expect(clippy::print_stdout, reason = "whoever measures wants to read it")]

use super::naive::{Counted, Outcome};
use super::people::{SHAPES, people};
use super::programme::Programme;
use super::{optimum, small_only};
use crate::municipality::Dice;
use std::time::Instant;
use udpeg::disclosure::{Release, Settings, protect};

/// Tables of each shape.
fn tables(default: u64) -> u64 {
    std::env::var("UDPEG_TABLES").map_or(default, |tables| tables.parse().unwrap())
}

#[derive(Default)]
struct Sum {
    tables: usize,
    pinned: usize,
    narrow: usize,
    shown: usize,
    cells: usize,
}

impl Sum {
    fn add(&mut self, outcome: Outcome) {
        self.tables += 1;
        self.pinned += usize::from(outcome.is_pinned);
        self.narrow += usize::from(outcome.is_narrow);
        self.shown += outcome.shown;
        self.cells += outcome.cells;
    }

    fn text(&self) -> String {
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole as f64;
        let [pinned, narrow] = [self.pinned, self.narrow].map(|part| percent(part, self.tables));
        format!("{pinned:.1} % | {narrow:.1} % | {:.1} %", percent(self.shown, self.cells))
    }
}

#[test]
#[ignore = "an hour; for the documentation"]
fn measure_what_is_left_pinned_and_how_much_is_shown() {
    println!("shape | tables | way | with a pinned cell | with a narrow cell | cells shown");
    for (shape, share) in SHAPES.into_iter().zip([20, 20, 20, 10, 10, 10, 5, 4, 1]) {
        let mut sums: [Sum; 3] = Default::default();
        for seed in 0..tables(10_000) * share / 100 {
            let people = people(&mut Dice::new(1_000_000 + seed), shape);
            let protected = protect(&people.release(shape.2), &small_only(5)).unwrap();
            let counts = people.counts(&protected.published);
            let counted = Counted { published: protected.published, counts };
            let patterns = [counted.primary_only(5), counted.visit_once(5), counted.as_published()];
            for (sum, is_hidden) in sums.iter_mut().zip(patterns) {
                sum.add(counted.outcome(&is_hidden, 5));
            }
        }
        assert_eq!((sums[2].pinned, sums[2].narrow), (0, 0), "{}", shape.0);
        for (way, sum) in ["small counts only", "each small count visited once", "udpeg"].iter().zip(sums) {
            println!("{} | {} | {way} | {}", shape.0, sum.tables, sum.text());
        }
    }
}

#[test]
#[ignore = "minutes; for the documentation"]
fn measure_how_near_the_best_pattern_is() {
    for shape in [0, 1, 2, 5] {
        let many = tables(200);
        let (best, ours, same) = optimum::compare(shape, 0..many);
        let ratio = ours as f64 / best as f64;
        println!(
            "{} | {many} tables | cost {ours} | least {best} | ratio {ratio:.3} | the same in {same}",
            SHAPES[shape].0
        );
    }
}

/// Seconds of processor time that this thread has had, and the most memory that the process has had, in MiB.
fn spent() -> (f64, u64) {
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds: f64 = nanoseconds.split(' ').next().unwrap().parse().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    (nanoseconds / 1e9, peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024)
}

/// Seconds of one release, audit included.
fn seconds(name: &str, release: &Release) {
    let (start, before) = (Instant::now(), spent().0);
    let outcome = protect(release, &Settings::new(5));
    let (elapsed, (after, peak)) = (start.elapsed(), spent());
    let seconds = format!("{:.1} s of processor time in {elapsed:.1?} | at most {peak} MiB so far", after - before);
    match outcome {
        Ok(protected) => println!(
            "{name} | {} cells | {} hidden | {:?} | {seconds}",
            protected.published.cells.len(),
            protected.audit.hidden,
            protected.audit.method
        ),
        Err(error) => println!("{name} | {error} | {seconds}"),
    }
}

/// One table of three dimensions.
fn three_dimensions(sizes: &[usize], each: usize) -> Release {
    let people = super::people::People::new(&mut Dice::new(7), sizes, sizes.iter().product::<usize>() * each);
    people.release(&[&[0, 1, 2]])
}

/// Tables of 20×15×15, all with the same two first dimensions.
fn linked(many: usize) -> Release {
    let sizes: Vec<usize> = [20, 15].into_iter().chain(std::iter::repeat_n(15, many)).collect();
    let tables: Vec<[usize; 3]> = (2..many + 2).map(|last| [0, 1, last]).collect();
    let tables: Vec<&[usize]> = tables.iter().map(<[usize; 3]>::as_slice).collect();
    super::people::People::new(&mut Dice::new(7), &sizes, 20 * 15 * 15 * 20).release(&tables)
}

#[test]
#[ignore = "for the documentation"]
fn measure_how_long_it_takes() {
    let programme = Programme::new(&mut Dice::new(7), 6_000);
    seconds("a municipality's tables", &programme.release());
    seconds("the same with three tables of three dimensions", &programme.large_release());
}

#[test]
#[ignore = "minutes; for the documentation"]
fn measure_how_long_large_tables_take() {
    seconds("20×15×10", &three_dimensions(&[20, 15, 10], 10));
    seconds("20×20×10", &three_dimensions(&[20, 20, 10], 50));
    seconds("60×40×40", &three_dimensions(&[60, 40, 40], 20));
    seconds("20 linked tables of 20×15×15", &linked(20));
}
