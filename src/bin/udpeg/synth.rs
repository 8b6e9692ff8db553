//! `udpeg synth`.

use crate::args::Synth;
use crate::terminal::{Terminal, heading, number, table};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use udpeg::synth::{self, Settings};
use udpeg::{Error, Result};

pub(crate) fn run(typed: &Synth, terminal: &Terminal) -> Result<()> {
    std::fs::create_dir_all(&typed.out).map_err(|error| Error::io(&typed.out, "make the folder", &error))?;
    let programme = typed.out.join("programme.toml");
    if programme.exists() && !typed.force {
        return Err(Error::file(
            &programme,
            "there is a programme in this folder already; nothing was changed",
            "use --force to replace it and its extracts, or another --out",
        ));
    }
    let settings = Settings { adults: typed.adults, seed: typed.seed, dirty: typed.dirty.fraction() };
    let progress = terminal.progress();
    progress.begin("making up people", u64::from(typed.adults));
    let done = AtomicU64::new(0);
    let advance = |adults: u64| progress.advance(adults - done.swap(adults, Ordering::Relaxed));
    let summary = synth::write(&settings, &typed.out, &advance)
        .map_err(|error| Error::io(&typed.out, "write the extracts", &error))?;
    progress.end();
    drop(progress);
    let json = serde_json::json!({ "programme": programme.to_string_lossy(), "adults": summary.adults, "rows": summary.rows, "bytes": summary.bytes });
    terminal.summary(&json, &[], || {
        let mut text = String::new();
        heading(&mut text, "Made up");
        let mut rows = vec![["department", "rows", "bytes"].map(str::to_owned).to_vec()];
        rows.extend(
            summary
                .departments
                .iter()
                .map(|department| vec![department.id.to_string(), number(department.rows), number(department.bytes)]),
        );
        text.push_str(&table(rows));
        let _ = writeln!(text, "\n Try it with: udpeg run --programme {} --new-key", programme.display());
        text
    })
}
