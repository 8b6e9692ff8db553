//! What is typed after `accept`, `decline` and `override`.

use std::path::PathBuf;

/// Which unit it is about, and who says so.
#[derive(Debug, clap::Args)]
pub(crate) struct About {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// The unit: its id, its label, or a member's pseudonym
    #[arg(long, value_name = "UNIT")]
    pub unit: String,
    /// Who decides; it is put down
    #[arg(long, value_name = "WHO")]
    pub by: String,
    /// Use this period instead of the programme's
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Look below this folder instead of the programme's
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg accept -p p.toml --unit 60522e3e --reason yes --by k3
  udpeg decline -p p.toml --unit 60522e3e --reason no --by k3

Written to <out>/<period>/decisions/decisions.jsonl. Who declines leaves the target group; the next
in line that keeps the quotas takes the place, nobody else is moved, and a new revision of
assignment/ and coordinators/ stands in <out>/<period>/revisions/<number>/.")]
pub(crate) struct Answer {
    #[command(flatten)]
    pub about: About,
    /// A code of [consent] in the programme
    #[arg(long, value_name = "CODE")]
    pub reason: String,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["include", "exclude"]))]
#[command(after_help = "\
Examples:
  udpeg override -p p.toml --unit U --exclude --reason moved --by lead
  udpeg override -p p.toml --unit V --include --reason asked --by lead

Any eligible unit, proposed or not. Holds when the period is assigned anew, too.")]
pub(crate) struct Override {
    #[command(flatten)]
    pub about: About,
    /// Propose the unit whatever its rank
    #[arg(long)]
    pub include: bool,
    /// Do not propose the unit
    #[arg(long)]
    pub exclude: bool,
    /// Why, in a few words; no names or numbers
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}
