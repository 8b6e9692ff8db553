//! What was typed about keys, the second key and the way back.

use super::OfProgramme;
use clap::Subcommand;
use std::path::PathBuf;
use udpeg::custody::Head;
use udpeg::identity::Passphrase;

/// How an encrypted key file is opened.
#[derive(Debug, clap::Args)]
pub(crate) struct Unlock {
    /// Read the passphrase of an encrypted key file from this file's first line; otherwise it is asked for
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl Unlock {
    pub(crate) fn passphrase(&self) -> Passphrase {
        self.passphrase_file.clone().map_or(Passphrase::Terminal, Passphrase::File)
    }
}

/// What stands in the custody log.
#[derive(Debug, clap::Args)]
pub(crate) struct Accountable {
    /// Who does this
    #[arg(long, value_name = "NAME", help_heading = "In the custody log")]
    pub by: String,
    /// Why; name a case by its journal number, never a citizen
    #[arg(long, value_name = "TEXT", help_heading = "In the custody log")]
    pub reason: String,
    /// The custody log, instead of the one beside the key file (<key file>.log.jsonl)
    #[arg(long, value_name = "FILE", help_heading = "In the custody log")]
    pub log: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg key new furesoe.key
  udpeg key id furesoe.key
  udpeg key destroy furesoe.key --by 'A. Jensen' --reason 'ended, 26/12'")]
pub(crate) struct Key {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a new key: 32 random bytes, in a file that only you can read
    #[command(after_help = "\
Examples:
  udpeg key new furesoe.key
  udpeg key new furesoe.key --passphrase

One key serves one programme. Whoever holds it and a delivery can find out whom its rows are
about: the analyst never gets it, and it never travels together with an extract. Without it,
later periods cannot be linked to earlier ones.")]
    New {
        /// The file to make; one that is there is never overwritten
        file: PathBuf,
        /// Encrypt it with a passphrase, in the format of age (age-encryption.org)
        #[arg(long)]
        passphrase: bool,
        /// Encrypt it with the passphrase in this file's first line, instead of asking for one
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Tell a key's id, which says which key it is and nothing else
    #[command(after_help = "\
Example:
  udpeg key id furesoe.key

All departments must see the same id. It may be told to anybody.")]
    Id {
        /// The key file
        file: PathBuf,
        #[command(flatten)]
        unlock: Unlock,
    },
    /// Write over a key file and remove it
    #[command(after_help = "\
Example:
  udpeg key destroy furesoe.key --by 'A. Jensen' --reason 'ended, 26/12'

Writing over a file cannot reach what a solid-state disk, a file system that copies on writing, a
snapshot or a backup has kept. Copies of the key elsewhere stay as they are. Verify the custody
log first: without any copy of the key nobody can.")]
    Destroy {
        /// The key file
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        account: Accountable,
        #[command(flatten)]
        unlock: Unlock,
    },
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  udpeg rekey -p p.toml --key second.key --delivery in/family in/social

Writes <out>/<period>/rekeyed/<department>/, each of them a delivery again: give them to the
analyst, who puts them into <out>/<period>/delivery/. Keep the deliveries as they came: `unkey`
needs them. The second key never leaves you.")]
pub(crate) struct Rekey {
    #[command(flatten)]
    pub programme: super::Programme,
    /// The second key's file, which no department has
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The departments' deliveries: folders with their four files
    #[arg(long, value_name = "FOLDER", required = true, num_args = 1..)]
    pub delivery: Vec<PathBuf>,
    #[command(flatten)]
    pub unlock: Unlock,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  udpeg unkey -p p.toml --key second.key --list list.parquet \\
    --manifest assignment/manifest.json --delivery in/family in/social \\
    --by 'B. Hansen' --reason 'k1 begins, journal 26/1234'

Writes <out>/<period>/unkeyed/<department>/<coordinator>/: give each department its own, which
names its own persons on this list and nobody else. Every use stands in the custody log.")]
pub(crate) struct Unkey {
    #[command(flatten)]
    pub programme: OfProgramme,
    /// The second key's file
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The coordinator's list.parquet
    #[arg(long, value_name = "FILE")]
    pub list: PathBuf,
    /// The assignment's manifest.json, which must name the list [default: that of the period, in its present revision]
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// The departments' deliveries as they were handed over, before they were re-keyed
    #[arg(long, value_name = "FOLDER", required = true, num_args = 1..)]
    pub delivery: Vec<PathBuf>,
    #[command(flatten)]
    pub account: Accountable,
    #[command(flatten)]
    pub unlock: Unlock,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg reidentify -p p.toml -d social --list list.parquet \\
    --by 'C. Olsen' --reason 'k1 begins, journal 26/1234'
  udpeg reidentify -p p.toml -d social --list pseudonyms.parquet \\
    --manifest assignment/manifest.json --by … --reason …

The second form is for what the custodian of a second key made of the list.
Writes <out>/<period>/reidentified/<department>/<coordinator>/persons.csv, for that coordinator
alone: label, unit, pseudonym and CPR number of those on the list who stand in this department's
extract. Every use stands in the custody log before the file is there.")]
pub(crate) struct Reidentify {
    #[command(flatten)]
    pub programme: OfProgramme,
    /// Whose extract is read again: a department's id in the programme
    #[arg(long, short, value_name = "ID")]
    pub department: String,
    /// The coordinator's list.parquet, or the pseudonyms.parquet that the custodian made of it
    #[arg(long, value_name = "FILE")]
    pub list: PathBuf,
    /// The assignment's manifest.json, which must name the list [default: that of the period, in its present revision]
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Use this key file instead of the programme's
    #[arg(long, value_name = "FILE", help_heading = "Overrides (recorded in the manifest)")]
    pub key: Option<PathBuf>,
    #[command(flatten)]
    pub account: Accountable,
    #[command(flatten)]
    pub unlock: Unlock,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg pseudonym-of -p p.toml --by 'C. Olsen' --reason 'journal 26/1234'
  udpeg pseudonym-of -p p.toml --rekeyed --key 2.key --by … --reason …

The number is typed and not shown, or read from a file: it is never an argument. Where deliveries
were re-keyed, the custodian of the second key turns the pseudonym into the one that the analyst
has, with --rekeyed. Every use stands in the custody log.")]
pub(crate) struct PseudonymOf {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// Read the number (or pseudonym) from this file's first line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Read a pseudonym made with the departments' key, and tell what `rekey` makes of it with --key
    #[arg(long, requires = "key")]
    pub rekeyed: bool,
    /// Use this key file instead of the programme's
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    #[command(flatten)]
    pub account: Accountable,
    #[command(flatten)]
    pub unlock: Unlock,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  udpeg log verify --key furesoe.key")]
pub(crate) struct Log {
    #[command(subcommand)]
    pub command: LogCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Find any line that was altered, removed or moved, and tell the log's head
    #[command(after_help = "\
Examples:
  udpeg log verify --key furesoe.key
  udpeg log verify -p p.toml --head 3:0123456789abcdef0123456789abcdef

Keep the head that it tells elsewhere, with somebody else. Without a head nobody can find out that
lines at the end were cut off, or that whoever holds the key made the log anew.")]
    Verify {
        /// The key that the log is of
        #[arg(long, value_name = "FILE", required_unless_present = "programme")]
        key: Option<PathBuf>,
        /// The programme file, for the path of its key
        #[arg(long, short, value_name = "FILE", conflicts_with = "key")]
        programme: Option<PathBuf>,
        /// The custody log, instead of the one beside the key file (<key file>.log.jsonl)
        #[arg(long, value_name = "FILE")]
        log: Option<PathBuf>,
        /// A head that was kept elsewhere, which the log must hold
        #[arg(long, value_name = "LINES:SEAL")]
        head: Option<Head>,
        #[command(flatten)]
        unlock: Unlock,
    },
}
