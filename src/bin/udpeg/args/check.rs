//! `udpeg check`.

use chrono::NaiveDate;
use std::path::PathBuf;
use udpeg::pipeline::Share;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg check --programme config/furesoe.toml --department social
  udpeg check -p p.toml -d social --previous out/2026Q2
  udpeg check -p p.toml --json

Writes nothing and needs no key. Says which rows cannot be used and why, which types no rule names,
which days are out of the ordinary, how far persons stand out by what would leave, what has changed
since an earlier period, and what all of it means for the proposal: of one department for the points
of its own rules, of all of them for the places.

Exit codes: 0 it would be delivered, 1 a file failed, 2 usage or programme file, 3 it would not be
delivered, 4 refused for safety")]
pub(crate) struct Check {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// Only this department's extract; all of them are read otherwise
    #[arg(long, short, value_name = "ID")]
    pub department: Option<String>,
    /// Compare with this earlier period, its folder <out>/<period>
    #[arg(long, value_name = "FOLDER")]
    pub previous: Option<PathBuf>,
    /// Read these files or globs instead of the department's `input`; paths are relative to where you are
    #[arg(long, value_name = "FILE", requires = "department")]
    pub input: Vec<String>,
    /// Measure on this day instead of the programme's
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<NaiveDate>,
    /// The share of rejected rows above which nothing would be delivered
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub max_rejected: Share,
}
