//! What the user typed: commands, options, help texts.

pub(crate) mod check;
pub(crate) mod custody;
pub(crate) mod decide;
pub(crate) mod init;

use check::Check;
use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use custody::{Key, Log, PseudonymOf, Reidentify, Rekey, Unkey, Unlock};
pub(crate) use decide::{Answer, Override};
use init::{Init, Schema};
use std::path::PathBuf;
use udpeg::explanation::Asked;
use udpeg::pipeline::{Memory, Share};
use udpeg::sentences::Language;

/// Proposes the citizens and families who have most to gain from one coordinator and one plan.
///
/// Each department replaces CPR numbers by keyed hashes; the pseudonymised extracts are joined; a points system that
/// people can read ranks them. The program proposes, people decide. Everything is set in the programme file.
#[derive(Debug, Parser)]
#[command(name = "udpeg", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  udpeg run -p config/furesoe.toml --new-key   all steps at once
  udpeg key new furesoe.key                    the key custodian, once
  udpeg check -p p.toml -d social              each department, first
  udpeg pseudonymise -p p.toml -d social       each department
  udpeg select -p p.toml                       the analyst
  udpeg assign -p p.toml                       who leads the coordinators
  udpeg decline -p p.toml --unit U …           somebody says no
  udpeg recuse -p p.toml --unit U …            a conflict of interest
  udpeg compare out/2026Q2 out/2026Q3          what has changed since
  udpeg release -p p.toml                      what would be released
  udpeg verify -p p.toml                       whoever wants to be sure
  udpeg explain -p p.toml 60522e3e             whoever is asked why
  udpeg describe -p p.toml                     for everybody
  udpeg test -p p.toml                         whoever changes a rule
  udpeg reidentify --help                      the way back, for one list

Exit codes: 0 done, 1 a file failed, 2 usage or programme file, 3 too many rejected rows or too much
change, 4 refused for safety")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub output: Output,
}

/// How results are shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// Print the summary as JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Print neither summary nor progress; warnings and errors only
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draft a programme file from departments' files
    Init(Init),
    /// Print the JSON Schema of the programme file, for editors
    Schema(Schema),
    /// Make, name or destroy a key
    Key(Key),
    /// Pseudonymise one department's extract, and report what cannot be used
    Pseudonymise(Pseudonymise),
    /// Look at extracts before they are delivered; write nothing
    Check(Check),
    /// Join the deliveries, score, rank and select
    Select(Select),
    /// Give each proposed unit a coordinator
    Assign(Assign),
    /// Record that a coordinator has a conflict of interest with a unit
    Recuse(Recuse),
    /// Record that a unit accepts
    Accept(Answer),
    /// Record that a unit declines, and let the next in line take its place
    Decline(Answer),
    /// Put a unit in, or take it out, whatever its rank
    Override(Override),
    /// Show what statistics would be released, or release them
    Release(Release),
    /// Pseudonymise all departments, select and assign, in one process
    Run(Run),
    /// Put deliveries under a second key, as a custodian who has no identified extract
    Rekey(Rekey),
    /// Find the departments' pseudonyms of one coordinator's list, as that custodian
    Unkey(Unkey),
    /// Tell the numbers of one coordinator's list, in the department
    Reidentify(Reidentify),
    /// Tell the pseudonym of a citizen who asks about their own data
    PseudonymOf(PseudonymOf),
    /// Look at the custody log
    Log(Log),
    /// Check that a period's files were not altered and its steps fit together
    Verify(Verify),
    /// Put two selections side by side: who entered, who left, and why
    Compare(Compare),
    /// Remove periods past their `delete_after`
    Purge(Purge),
    /// Say why a person's unit is proposed or not
    Explain(Explain),
    /// Describe the programme for publication, from its file alone
    Describe(Describe),
    /// Try the example persons beside the programme
    Test(Test),
    /// Make up extracts of any size, with a programme file that reads them
    Synth(Synth),
    /// Print a script that completes commands and options in a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

/// Which programme it is, and what stands in place of its own words.
#[derive(Debug, clap::Args)]
pub(crate) struct OfProgramme {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// Measure on this day instead of the programme's
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Overrides (recorded in the manifest)")]
    pub as_of: Option<NaiveDate>,
    /// Use this period instead of the programme's
    #[arg(long, value_name = "PERIOD", help_heading = "Overrides (recorded in the manifest)")]
    pub period: Option<String>,
    /// Write below this folder instead of the programme's
    #[arg(long, value_name = "FOLDER", help_heading = "Overrides (recorded in the manifest)")]
    pub out: Option<PathBuf>,
}

/// What all steps of a programme have in common.
#[derive(Debug, clap::Args)]
pub(crate) struct Programme {
    #[command(flatten)]
    pub of: OfProgramme,
    /// Replace the step where it is there already
    #[arg(long)]
    pub force: bool,
    /// Memory that records may take; further ones are put aside in the period's folder, in a file without a name
    #[arg(long, value_name = "SIZE", default_value_t)]
    pub memory: Memory,
}

/// What commands that read extracts have in common.
#[derive(Debug, clap::Args)]
pub(crate) struct Extracts {
    /// Use this key file instead of the programme's
    #[arg(long, value_name = "FILE", help_heading = "Overrides (recorded in the manifest)")]
    pub key: Option<PathBuf>,
    /// Read these files or globs instead of the department's `input`; paths are relative to where you are
    #[arg(long, value_name = "FILE", requires = "department", help_heading = "Overrides (recorded in the manifest)")]
    pub input: Vec<String>,
    /// Deliver nothing where more than this share of a department's rows is rejected
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub max_rejected: Share,
    /// List the rejected rows' own columns in private/<department>/rejected.csv
    #[arg(long)]
    pub show_values: bool,
    /// Compare with this earlier period, its folder <out>/<period>, and hold `max_change` of [delivery] against it
    #[arg(long, value_name = "FOLDER", help_heading = "Overrides (recorded in the manifest)")]
    pub previous: Option<PathBuf>,
    /// Deliver although more has changed since then than `max_change` allows
    #[arg(long, help_heading = "Overrides (recorded in the manifest)")]
    pub accept_change: bool,
    #[command(flatten)]
    pub unlock: Unlock,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg pseudonymise --programme config/furesoe.toml --department social
  udpeg pseudonymise -p p.toml -d social --input 'in/social-*.csv'
  udpeg pseudonymise -p p.toml -d social --max-rejected 2% --show-values

Hand on <out>/<period>/delivery/<department>/. Keep private/<department>/: rejected.csv says which
rows could not be used and why, other_types.csv which types no rule names.")]
pub(crate) struct Pseudonymise {
    #[command(flatten)]
    pub programme: Programme,
    #[command(flatten)]
    pub extracts: Extracts,
    /// Whose extract it is: a department's id in the programme
    #[arg(long, short, value_name = "ID")]
    pub department: String,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  udpeg select --programme config/furesoe.toml

Reads <out>/<period>/delivery/*/ and needs no key. Refuses deliveries that were altered or do not
belong together.")]
pub(crate) struct Select {
    #[command(flatten)]
    pub programme: Programme,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg assign --programme config/furesoe.toml
  udpeg assign -p p.toml --previous out/2026Q2

Reads <out>/<period>/selection/ and writes assignment/ and one list for each coordinator.")]
pub(crate) struct Assign {
    #[command(flatten)]
    pub programme: Programme,
    /// Keep the coordinators of this period, <out>/<period>, where that can be
    #[arg(long, value_name = "FOLDER", help_heading = "Overrides (recorded in the manifest)")]
    pub previous: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  udpeg recuse -p p.toml --unit 60522e3e --coordinator k3 --reason kin

Holds for each member of the unit from then on: in this period once it is assigned (again), and in
later ones through --previous. Written to <out>/<period>/decisions/decisions.jsonl.")]
pub(crate) struct Recuse {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// The unit: its id, its label, or a member's pseudonym
    #[arg(long, value_name = "UNIT")]
    pub unit: String,
    /// The coordinator's id
    #[arg(long, value_name = "ID")]
    pub coordinator: String,
    /// Why, in a few words; no names or numbers
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
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
  udpeg release --programme config/furesoe.toml
  udpeg release -p p.toml --prepared-by AJ --approved-by BH

Without the two names nothing is written: the tables are shown as they would be released. With them
<out>/<period>/release/ is written and the release entered in <out>/ledger/. Every release is
audited together with the earlier ones of the period; counts of a second one are rounded to 5
unless [disclosure] says otherwise. Keep the head of the ledger that is shown.")]
pub(crate) struct Release {
    #[command(flatten)]
    pub programme: Programme,
    /// Tell who entered, stayed and left since this earlier period, its folder <out>/<period>
    #[arg(long, value_name = "FOLDER", help_heading = "Overrides (recorded in the manifest)")]
    pub previous: Option<PathBuf>,
    /// Who prepared the release
    #[arg(long, value_name = "NAME", requires = "approved_by", help_heading = "In the ledger")]
    pub prepared_by: Option<String>,
    /// Who approved it; somebody else
    #[arg(long, value_name = "NAME", requires = "prepared_by", help_heading = "In the ledger")]
    pub approved_by: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg run --programme config/furesoe.toml --new-key
  udpeg run --programme config/furesoe.toml --force --json

For a demonstration, or where one controller lawfully holds everything; otherwise each
department runs `pseudonymise` itself. Writes the same bytes as the separate steps.")]
pub(crate) struct Run {
    #[command(flatten)]
    pub programme: Programme,
    #[command(flatten)]
    pub extracts: Extracts,
    /// The department that --input is for
    #[arg(long, value_name = "ID", requires = "input")]
    pub department: Option<String>,
    /// Make the key file where it is missing and nothing has been delivered for the period yet
    #[arg(long)]
    pub new_key: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg verify --programme config/furesoe.toml
  udpeg verify --programme config/furesoe.toml --recompute

Needs no key and writes nothing in the period. Verifies the steps that are there. The day of a run
made with --as-of is taken from its manifests.

Exit codes: 0 all fits, 1 something is missing or cannot be read, 2 usage or programme file,
4 something was altered or does not belong together")]
pub(crate) struct Verify {
    /// The programme file that the steps were made with
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// Verify this period instead of the programme's
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Look below this folder instead of the programme's
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Run select and assign again from the deliveries, beside the period, and compare every byte
    #[arg(long)]
    pub recompute: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg compare out/2026Q2 out/2026Q3
  udpeg compare out/2026Q2 out/2026Q3 --parquet changes.parquet

Units are matched by their members. Shows who is proposed in one of the two, with ranks and points
then and now and the rules that made the difference. Both must have been made with the same key.")]
pub(crate) struct Compare {
    /// The folder of the earlier period: <out>/<period>
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The folder of the later period
    #[arg(value_name = "NOW")]
    pub now: PathBuf,
    /// Also write all of it as Parquet, to a new file that only you can read
    #[arg(long, value_name = "FILE")]
    pub parquet: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg purge -p p.toml
  udpeg purge -p p.toml --yes

Looks at every period below the programme's `out`. Shows what is past its last day and asks before
it removes it; what went is logged in <out>/purged.jsonl. Says what it cannot reach.")]
pub(crate) struct Purge {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// Look below this folder instead of the programme's
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg explain -p config/furesoe.toml 60522e3e
  udpeg explain -p config/furesoe.toml --language da 60522e3e
  udpeg explain -p p.toml 60522e3e --records --consent 'case 114' --by k3

For anyone in the deliveries, proposed or not, computed again from them. What became of everybody
stands in selection/why.parquet. Single records are shown only with --records, after the citizen's
yes, and that they were is put down in log/shown_records.jsonl of the period.")]
pub(crate) struct Explain {
    /// A person's pseudonym, a unit's id, or a unit's label
    #[arg(value_name = "UNIT|LABEL|PERSON")]
    pub asked: Asked,
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// The language of the explanation: da or en
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
    /// Show the department, type and dates of single records
    #[arg(long, requires_all = ["consent", "by"])]
    pub records: bool,
    /// Where the citizen's yes is kept; it is put down
    #[arg(long, value_name = "REFERENCE", requires = "records")]
    pub consent: Option<String>,
    /// Who looks at the records; it is put down
    #[arg(long, value_name = "WHO", requires = "records")]
    pub by: Option<String>,
    /// Memory that records may take
    #[arg(long, value_name = "SIZE", default_value_t)]
    pub memory: Memory,
    /// The day of the deliveries, instead of the programme's
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<NaiveDate>,
    /// Look into this period instead of the programme's
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Look below this folder instead of the programme's
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg describe -p config/furesoe.toml > points.md
  udpeg describe -p p.toml --language da --format html > point.html

Reads nothing but the programme file, so that it says what the program does. Prints the SHA-256 of
the rules, which `approved_rules` in [purpose] names once they are approved.")]
pub(crate) struct Describe {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// The language of the description: da or en
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    pub format: Form,
}

/// How a description is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// Markdown
    Markdown,
    /// One HTML file that needs no other
    Html,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg test -p config/furesoe.toml
  udpeg test -p p.toml --examples others.toml

Puts each example's records through the programme's rules and compares what comes out with what
the example expects. Reads no extract, no delivery and no key.

Exit codes: 0 all as expected, 1 some are not, or there are no examples, 2 usage or programme file")]
pub(crate) struct Test {
    /// The programme file
    #[arg(long, short, value_name = "FILE")]
    pub programme: PathBuf,
    /// The examples, instead of `p.examples.toml` beside `p.toml`
    #[arg(long, value_name = "FILE")]
    pub examples: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg synth --adults 30000 --seed 1 --dirty 2% --out try
  udpeg run --programme try/programme.toml --new-key

Nobody in it can be a living person: every number fails modulus 11, and nobody is born on 1 January.")]
pub(crate) struct Synth {
    /// People of 18 or more; a municipality of 42,000 inhabitants has about 30,000
    #[arg(long, value_name = "N", default_value_t = 30_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(udpeg::synth::MOST_ADULTS)))]
    pub adults: u32,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// The folder to write to; made where it is missing
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// The share of rows that are wrong, in every way there is
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    pub dirty: Share,
    /// Replace extracts that are there already
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg completions bash > /etc/bash_completion.d/udpeg
  udpeg completions zsh > ~/.zfunc/_udpeg
  udpeg completions fish > ~/.config/fish/completions/udpeg.fish

For zsh the folder must be one of $fpath.")]
pub(crate) struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg man | man -l -
  udpeg man > ~/.local/share/man/man1/udpeg.1

One page for all commands; it says what their --help says.")]
pub(crate) struct Man {}
