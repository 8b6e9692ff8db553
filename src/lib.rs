#![doc = include_str!("../README.md")]
//! # The rooms
//!
//! Data walks through them in this order:
//!
//! - [`programme`]: the programme file, as written → checked.
//! - [`identity`]: CPR number, key, pseudonym; the only room where a raw number exists.
//! - [`extract`]: one department's files → accepted records, or rejected rows with a reason; the delivery.
//! - [`linkage`]: deliveries that belong together → units (citizens, families).
//! - [`score`]: measures, rules, points.
//! - [`selection`]: eligibility, ranking, quotas, reserve; what became of everybody.
//! - [`explanation`]: why somebody is proposed or not.
//! - [`examples`]: example persons, put through the points system.
//! - [`decisions`]: what people decided about units, chained line by line.
//! - [`assignment`]: who coordinates whom.
//! - [`compare`]: two selections side by side.
//! - [`purge`]: removing periods whose data had to be deleted.
//! - [`disclosure`]: small counts, and whatever they could be worked out from, stay hidden.
//! - [`statistics`]: what is counted for the steering group; hands out what disclosure control has passed, and no more.
//! - [`release`]: what was released before, by whom, and what a further release would give away beside it.
//! - [`custody`]: a second key, and the way back for those who are proposed only.
//! - [`sentences`]: all that is told to people in their own language.
//! - [`report`]: descriptions and explanations as documents, and the steering group's report.
//! - [`output`]: Parquet, manifest; whole or not at all.
//! - [`check`]: a dry run, and what a person should look at before delivering.
//! - [`pipeline`]: the steps, each in a few lines.
//! - [`verify`]: whether a period's files are those that its manifests name, and its steps fit together.
//! - [`init`]: a programme file to begin with, from what departments have delivered.
//! - [`synth`]: synthetic municipalities to try all this on.
//! - [`threads`]: whether the system has room for as many threads as are wanted.
//! - [`untrusted`]: calling libraries with files that may be forged.
//! - [`error`]: what can go wrong, and which exit code it has.

pub mod assignment;
mod calendar;
pub mod check;
pub mod compare;
pub mod custody;
pub mod decisions;
pub mod disclosure;
pub mod error;
pub mod examples;
pub mod explanation;
pub mod extract;
pub mod identity;
pub mod init;
pub mod linkage;
pub mod output;
pub mod pipeline;
pub mod programme;
pub mod purge;
pub mod release;
pub mod report;
mod reused;
pub mod score;
pub mod selection;
pub mod sentences;
pub mod statistics;
pub mod synth;
pub mod threads;
pub mod untrusted;
pub mod verify;

pub use error::{Error, Result};
