//! The invented municipality that is measured: made once for each process, removed at its end.

use std::path::PathBuf;
use std::sync::OnceLock;
use udpeg::identity::{Key, Passphrase};
use udpeg::pipeline::{self, Context, Delivering, Memory, Silent};
use udpeg::programme::{Overrides, Programme};
use udpeg::synth::{self, Settings};

/// How many adults the municipality has.
pub(crate) fn adults() -> u32 {
    std::env::var("UDPEG_BENCH_ADULTS").map_or(30_000, |adults| adults.parse().expect("a number of adults"))
}

/// Extracts, programme, key, and what a whole run has made of them.
pub(crate) struct Municipality {
    pub(crate) folder: PathBuf,
    pub(crate) programme: Programme,
    pub(crate) key: Key,
    /// Rows in all extracts.
    pub(crate) rows: u64,
}

static MUNICIPALITY: OnceLock<Municipality> = OnceLock::new();

/// The municipality; the first who asks has it made.
pub(crate) fn municipality() -> &'static Municipality {
    MUNICIPALITY.get_or_init(Municipality::new)
}

/// Removes what was made, if anything was.
pub(crate) fn remove() {
    if let Some(municipality) = MUNICIPALITY.get() {
        std::fs::remove_dir_all(&municipality.folder).expect("the folder is this process's own");
    }
}

impl Municipality {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("udpeg-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
        let made = synth::write(&Settings { adults: adults(), seed: 1, dirty: 0.0 }, &folder, &|_| {});
        let rows = made.expect("extracts can be made up").rows;
        let key = Key::create(&folder.join("programme.key")).expect("a key can be made");
        let programme =
            Programme::read(&folder.join("programme.toml"), &Overrides::default()).expect("the programme is right");
        let municipality = Self { folder, programme, key, rows };
        pipeline::run(&municipality.context(), &delivering(), false).expect("the run succeeds");
        municipality
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let approved_on = self.programme.purpose.approved_on.expect("the purpose is complete");
        let today = self.programme.as_of.max(approved_on);
        Context { programme: &self.programme, today, force: true, memory: Memory::default(), progress: &Silent }
    }

    /// Where the run's results are.
    pub(crate) fn period(&self) -> PathBuf {
        self.programme.out.join(&self.programme.period)
    }
}

pub(crate) fn delivering() -> Delivering {
    Delivering { max_rejected: "5%".parse().expect("a share"), show_values: false, passphrase: Passphrase::Terminal }
}
