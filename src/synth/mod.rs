//! Made-up extracts of any size, for trying, testing and measuring: obviously fake people with plausible histories.
//!
//! Writes three departments' files, each in its own dialect, and the programme file that reads them. Every number fails
//! modulus 11 and nobody is born on 1 January, so none can be a living person's. The same settings give the same bytes,
//! whatever the number of threads. This room reads nothing and shares no code with the rooms that read.
//!
//! ```text
//! households (people, number) → rows (jobcentre, family, social → ledger) → bytes (dialect, fault, oddity)
//! ```

mod block;
mod calendar;
mod dialect;
mod family;
mod fault;
mod jobcentre;
mod ledger;
mod new_files;
mod number;
mod oddity;
mod people;
mod programme;
mod random;
mod social;
mod summary;
mod words;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use rayon::prelude::*;

use block::{Block, Plan};
use dialect::DIALECTS;
use new_files::NewFiles;

pub use programme::{Paths, programme};
pub use summary::{DepartmentSummary, Summary};

/// With more adults, birth dates would be crowded: most of those wanted would have no number left.
pub const MOST_ADULTS: u32 = 35_000_000;

/// The file that says the others are there.
const PROGRAMME: &str = "programme.toml";

/// Blocks made at a time; bounds memory, whatever the number of threads.
const BLOCKS_AT_A_TIME: u32 = 32;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// People of 18 or more, [`MOST_ADULTS`] at most. A municipality of 42,000 inhabitants has about 30,000.
    pub adults: u32,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Share of rows that are wrong, 0.0 to 1.0. As large a share of the others is odd, but to be accepted; at 0.0 there
    /// is neither.
    pub dirty: f64,
}

/// Writes `jobcentre.csv`, `family.csv`, `social.csv` and `programme.toml` into `folder`, which exists.
///
/// `advance` is called now and then with the number of adults done so far.
///
/// # Errors
/// Where a file cannot be written (then all are as they were), or (`InvalidInput`) the settings are out of range.
pub fn write(settings: &Settings, folder: &Path, advance: &(dyn Fn(u64) + Sync)) -> io::Result<Summary> {
    check(settings)?;
    let mut summary = Summary::default();
    let mut files = Vec::new();
    let new_files = NewFiles::new(folder, DIALECTS.iter().map(|dialect| dialect.file).chain([PROGRAMME]));
    for dialect in &DIALECTS {
        let mut file = File::create(new_files.partial(dialect.file))?;
        let header = dialect.header();
        file.write_all(&header)?;
        let bytes = u64::try_from(header.len()).map_err(io::Error::other)?;
        summary.departments.push(DepartmentSummary { bytes, ..DepartmentSummary::new(dialect.id) });
        files.push(file);
    }
    let plan = Plan::new(settings.adults);
    let step = usize::try_from(BLOCKS_AT_A_TIME).map_err(io::Error::other)?;
    for first in (0..plan.blocks).step_by(step) {
        let last = plan.blocks.min(first + BLOCKS_AT_A_TIME);
        let blocks: Vec<Block> = (first..last).into_par_iter().map(|block| plan.make(settings, block)).collect();
        for block in &blocks {
            append(block, &mut files, &mut summary)?;
        }
        advance(summary.adults);
    }
    summary.rows = summary.departments.iter().map(|department| department.rows).sum();
    summary.bytes = summary.departments.iter().map(|department| department.bytes).sum();
    fs::write(new_files.partial(PROGRAMME), programme(settings.adults, &Paths::default()))?;
    new_files.commit()?;
    Ok(summary)
}

fn check(settings: &Settings) -> io::Result<()> {
    let wrong = if settings.adults > MOST_ADULTS {
        format!("at most {MOST_ADULTS} adults can be made up, not {}", settings.adults)
    } else if !(0.0..=1.0).contains(&settings.dirty) {
        format!("the share of wrong rows lies between 0 and 1, so it cannot be {}", settings.dirty)
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, wrong))
}

fn append(block: &Block, files: &mut [File], summary: &mut Summary) -> io::Result<()> {
    for ((file, total), (bytes, counts)) in files.iter_mut().zip(&mut summary.departments).zip(&block.extracts) {
        file.write_all(bytes)?;
        total.add(counts);
    }
    summary.adults += u64::from(block.adults);
    Ok(())
}
