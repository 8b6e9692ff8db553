//! `udpeg init` and `udpeg schema`.

use chrono::NaiveDate;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  udpeg init config/programme.toml
  udpeg init p.toml -d jobcentre=jobs.csv -d family=family.xlsx
  udpeg init p.toml -d social=s.csv --column social.type=Tilbud

Asks for what is not given, where somebody sits at the terminal. The file is a beginning: what people have to decide
is marked DECIDE in it, what is only likely LOOK.")]
pub(crate) struct Init {
    /// The programme file to write; one that is there is never overwritten
    pub file: PathBuf,
    /// A department and its file; several files of one department by naming it again
    #[arg(long, short, value_name = "ID=FILE", value_parser = pair)]
    pub department: Vec<(String, String)>,
    /// The column that is a department's person, child, type, start, end, week, amount or record
    #[arg(long, value_name = "ID.KEY=NAME", value_parser = named_column)]
    pub column: Vec<(String, udpeg::init::Column)>,
    /// What the programme is called
    #[arg(long)]
    pub name: Option<String>,
    /// The period, such as 2026Q3 [default: the last quarter]
    #[arg(long)]
    pub period: Option<String>,
    /// The day on which everything is measured [default: the last quarter's last]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<NaiveDate>,
}

/// `jobcentre=jobcentre.csv`.
fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((id, file)) if !id.is_empty() && !file.is_empty() => Ok((id.to_owned(), file.to_owned())),
        _ => Err("write it as ID=FILE, such as jobcentre=jobcentre.csv"),
    }
}

/// `jobcentre.type=Ydelse`.
fn named_column(text: &str) -> Result<(String, udpeg::init::Column), String> {
    use udpeg::init::{Column, Role};
    let parts = text.split_once('=').and_then(|(key, name)| Some((key.split_once('.')?, name)));
    let Some(((department, key), name)) = parts else {
        return Err("write it as ID.KEY=NAME, such as jobcentre.type=Ydelse".to_owned());
    };
    let role = Role::ALL.into_iter().find(|role| role.key() == key);
    let keys = || Role::ALL.map(Role::key).join(", ");
    let role = role.ok_or_else(|| format!("a column can be {}", keys()))?;
    Ok((department.to_owned(), Column { role, name: udpeg::extract::normalised(name) }))
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  udpeg schema > programme.schema.json

Editors that know TOML schemas complete and check the programme file with it, where its first line is
  #:schema programme.schema.json")]
pub(crate) struct Schema {}
